//! A text put together from all answers: words aligned, then voted on.
//!
//! - Model: all answers are the same text with errors here and there; a worker's vote weighs as the
//!   worker agrees with others elsewhere.
//! - Steps: the answer that [`super::selection`] would choose is laid out, one place a word. The
//!   others, nearest to it first, are aligned with the places: a word that a place has already costs
//!   nothing, any other word, a place passed over and a new place cost one. A place passed over gets a
//!   vote for no word. In every place the word with the most weight wins; of its spellings (capitals,
//!   space before) the heaviest too.
//! - Source: Fiscus, "A post-processing system to yield reduced word error rates: recognizer output
//!   voting error reduction (ROVER)", 1997. That the layout starts from the best answer, and the
//!   weights, are ours.
//! - Complexity: O(n·l·d) for n answers of l words, d of them apart from the layout, at worst
//!   O(n·l²): see [`align`]; [`Combiner::compare`] repeats that without each of [`JUDGES_MAX`]
//!   answers on [`COMPARED_MAX`] objects, of fewer answers where that is much. Texts too long to align within [`CELLS_MAX`] cells are
//!   selected instead.
//! - Ties: a place keeps the word of the answer it started from; else the word first in order wins,
//!   no word before any. Single answers: stand. Missing workers: an object without answers has no
//!   text.

mod align;

use std::collections::BTreeMap;

use align::Move;

use super::Batch;
use super::selection::Agreements;
use super::words::{Runs, Text, Word};

/// Objects on which combining is compared with selecting, evenly spaced.
const COMPARED_MAX: usize = 300;
/// Answers of an object that are left out in turn, at most, and where aligning all of its answers
/// takes many cells at least.
const JUDGES_MAX: usize = 10;
const JUDGES_MIN: usize = 2;
/// Cells of an object's alignments up to which there are more judges than that.
const JUDGED_CELLS: usize = 300_000_000;
/// Words of one text times places of the layout, at most.
const CELLS_MAX: usize = 100_000_000;
/// Weights that differ by less are equal.
const TIE: f64 = 1e-9;

/// Combines the answers of a batch.
pub(crate) struct Combiner<'a, 'b> {
    batch: &'a Batch<'b>,
    agreements: &'a Agreements,
}

/// The mean similarity to answers that were left out.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Compared {
    selected: f64,
    combined: f64,
    /// Of combined texts, with the answer that they are compared to among those they are made of.
    combined_of_all: f64,
}

impl Compared {
    pub(crate) fn combining_wins(self) -> bool {
        self.combined > self.selected + TIE
    }

    /// How much more alike combined texts are to answers they are made of than to others.
    pub(crate) fn optimism(self) -> f64 {
        (self.combined_of_all - self.combined).max(0.0)
    }
}

/// A text that was put together.
pub(crate) struct Combined<'b> {
    words: Vec<Word<'b>>,
    /// How much work it was.
    cells: usize,
}

impl Combined<'_> {
    pub(crate) fn written(&self) -> String {
        let mut text = String::new();
        for word in &self.words {
            if word.is_apart && !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word.written);
        }
        text
    }

    pub(crate) fn mean_similarity(&self, texts: &[Text<'_>]) -> f64 {
        let runs = self.runs();
        let sum: f64 = texts
            .iter()
            .map(|text| text.similarity_to_runs(&runs))
            .sum();
        sum / texts.len().max(1) as f64
    }

    fn runs(&self) -> Runs {
        Runs::new(self.words.iter().map(|word| word.key.as_str()))
    }
}

/// The answers to one object with their words as numbers, which are in the order of the words.
pub(crate) struct Numbered<'t, 'b> {
    object: usize,
    texts: &'t [Text<'b>],
    /// By answer and word.
    numbers: Vec<Vec<u32>>,
    /// One more than the largest number.
    count: usize,
}

/// In place of a word: none.
const NO_WORD: u32 = 0;

/// One place: what was said there, with its weight.
struct Place<'t, 'b> {
    /// By the word's number; the second is the weight of each spelling.
    votes: BTreeMap<u32, (f64, Vec<(&'t Word<'b>, f64)>)>,
    /// The word of the answer that the layout started from; no word in places that came later.
    first: u32,
}

impl<'a, 'b> Combiner<'a, 'b> {
    pub(crate) fn new(batch: &'a Batch<'b>, agreements: &'a Agreements) -> Combiner<'a, 'b> {
        Combiner { batch, agreements }
    }

    pub(crate) fn number(&self, object: usize) -> Numbered<'a, 'b> {
        let texts = self.batch.of(object);
        let words = texts.iter().flat_map(|text| &text.words);
        let mut keys: Vec<&str> = words.map(|word| word.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        let number = |word: &Word<'_>| {
            let before = keys.partition_point(|key| *key < word.key.as_str());
            NO_WORD + 1 + before as u32
        };
        let numbers = texts.iter();
        Numbered {
            object,
            texts,
            numbers: numbers
                .map(|text| text.words.iter().map(number).collect())
                .collect(),
            count: keys.len() + 1,
        }
    }

    /// Combines the answers of an object around the one at `base`, without one where that is left
    /// out. None where the texts are too long.
    pub(crate) fn combine(
        &self,
        numbered: &Numbered<'a, 'b>,
        base: usize,
        without: Option<usize>,
    ) -> Option<Combined<'b>> {
        let (object, texts) = (numbered.object, numbered.texts);
        let weight = |at: usize| self.agreements.weight(self.batch, object, at);
        let nearness = |at: usize| self.agreements.similarity(object, texts.len(), base, at);
        let words_of = |at: usize| texts[at].words.iter().zip(&numbered.numbers[at]);
        let mut order: Vec<usize> = (0..texts.len())
            .filter(|at| *at != base && Some(*at) != without)
            .collect();
        order.sort_by(|one, other| {
            let nearer = nearness(*other).total_cmp(&nearness(*one));
            nearer.then_with(|| texts[*one].text.cmp(texts[*other].text))
        });
        let (mut total, mut cells) = (weight(base), 0);
        let mut places: Vec<Place<'_, 'b>> = words_of(base)
            .map(|(word, number)| {
                let mut place = Place {
                    votes: BTreeMap::new(),
                    first: *number,
                };
                place.vote(word, *number, total);
                place
            })
            .collect();
        for at in order {
            let numbers = &numbered.numbers[at];
            if (numbers.len() + 1).checked_mul(places.len() + 1)? > CELLS_MAX {
                return None;
            }
            let said: Vec<Vec<u32>> = places
                .iter()
                .map(|place| place.votes.keys().copied().collect())
                .collect();
            let (moves, more) = align::moves(&said, numbers, numbered.count);
            cells += more;
            places = join(places, words_of(at), &moves, weight(at), total);
            total += weight(at);
        }
        let words = places.iter().filter_map(Place::winner).cloned().collect();
        Some(Combined { words, cells })
    }

    /// Leaves answers out in turn.
    pub(crate) fn compare(&self) -> Compared {
        let fit = |object: &usize| self.batch.of(*object).len() > 2;
        let objects: Vec<usize> = (0..self.batch.objects()).filter(fit).collect();
        let step = objects.len().div_ceil(COMPARED_MAX).max(1);
        let mut compared = Compared::default();
        let mut count = 0.0;
        for object in objects.into_iter().step_by(step) {
            let numbered = self.number(object);
            let texts = numbered.texts;
            let all = self
                .agreements
                .best(self.batch, object, None)
                .and_then(|base| self.combine(&numbered, base, None));
            let Some(all) = all else {
                continue;
            };
            let judges = (JUDGED_CELLS / all.cells.max(1)).clamp(JUDGES_MIN, JUDGES_MAX);
            let all = all.runs();
            for judge in 0..texts.len().min(judges) {
                let Some(base) = self.agreements.best(self.batch, object, Some(judge)) else {
                    continue;
                };
                let Some(combined) = self.combine(&numbered, base, Some(judge)) else {
                    continue;
                };
                let judge_text = &texts[judge];
                compared.selected += self.agreements.similarity(object, texts.len(), base, judge);
                compared.combined += judge_text.similarity_to_runs(&combined.runs());
                compared.combined_of_all += judge_text.similarity_to_runs(&all);
                count += 1.0;
            }
        }
        if count > 0.0 {
            compared.selected /= count;
            compared.combined /= count;
            compared.combined_of_all /= count;
        }
        compared
    }
}

impl<'t, 'b> Place<'t, 'b> {
    fn vote(&mut self, word: &'t Word<'b>, number: u32, weight: f64) {
        let (sum, spellings) = self.votes.entry(number).or_default();
        *sum += weight;
        let same = |other: &&mut (&Word<'b>, f64)| {
            other.0.written == word.written && other.0.is_apart == word.is_apart
        };
        match spellings.iter_mut().find(same) {
            Some(spelling) => spelling.1 += weight,
            None => spellings.push((word, weight)),
        }
    }

    fn pass(&mut self, weight: f64) {
        self.votes.entry(NO_WORD).or_default().0 += weight;
    }

    /// The word that wins; none when no word does.
    fn winner(&self) -> Option<&'t Word<'b>> {
        let most = self.votes.values().map(|(sum, _)| *sum).fold(0.0, f64::max);
        let is_most = |sum: f64| sum >= most - TIE;
        let kept = self.votes.get(&self.first);
        let (_, spellings) = match kept {
            Some(votes) if is_most(votes.0) => votes,
            _ => self.votes.values().find(|(sum, _)| is_most(*sum))?,
        };
        let mut best: Option<&(&Word<'b>, f64)> = None;
        for spelling in spellings {
            // Of equally heavy spellings the first in order, whoever gave it.
            let key = |it: &(&Word<'b>, f64)| (it.0.written.to_owned(), it.0.is_apart);
            let is_better = best.is_none_or(|best| {
                spelling.1 > best.1 + TIE
                    || (spelling.1 >= best.1 - TIE && key(spelling) < key(best))
            });
            if is_better {
                best = Some(spelling);
            }
        }
        best.map(|(word, _)| *word)
    }
}

/// Takes one more answer into the places it was aligned with; `total` is the weight of those before
/// it.
fn join<'t, 'b: 't>(
    places: Vec<Place<'t, 'b>>,
    words: impl Iterator<Item = (&'t Word<'b>, &'t u32)>,
    moves: &[Move],
    weight: f64,
    total: f64,
) -> Vec<Place<'t, 'b>> {
    let (mut left, mut words) = (places.into_iter(), words);
    let mut joined = Vec::with_capacity(moves.len());
    for step in moves {
        let mut place = match step {
            Move::Both | Move::Pass => match left.next() {
                Some(place) => place,
                None => break,
            },
            Move::New => {
                let mut place = Place {
                    votes: BTreeMap::new(),
                    first: NO_WORD,
                };
                place.pass(total);
                place
            }
        };
        match step {
            Move::Pass => place.pass(weight),
            Move::Both | Move::New => {
                let Some((word, number)) = words.next() else {
                    break;
                };
                place.vote(word, *number, weight);
            }
        }
        joined.push(place);
    }
    joined
}
