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
//! - Complexity: O(n·l²) for n answers of l words; [`Combiner::compare`] repeats that without each
//!   of [`JUDGES_MAX`] answers on [`COMPARED_MAX`] objects. Texts too long to align within
//!   [`CELLS_MAX`] cells are selected instead.
//! - Ties: a place keeps the word of the answer it started from; else the word first in order wins,
//!   no word before any. Single answers: stand. Missing workers: an object without answers has no
//!   text.

use std::collections::BTreeMap;

use super::Batch;
use super::selection::Agreements;
use super::words::{Runs, Text, Word};

/// Objects on which combining is compared with selecting, evenly spaced.
const COMPARED_MAX: usize = 300;
/// Answers of an object that are left out in turn.
const JUDGES_MAX: usize = 10;
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

/// One place: what was said there, with its weight. No word is the empty key.
struct Place<'t, 'b> {
    /// By key; the second is the weight of each spelling.
    votes: BTreeMap<&'t str, (f64, Vec<(&'t Word<'b>, f64)>)>,
    /// The word of the answer that the layout started from; no word in places that came later.
    first: &'t str,
}

impl<'a, 'b> Combiner<'a, 'b> {
    pub(crate) fn new(batch: &'a Batch<'b>, agreements: &'a Agreements) -> Combiner<'a, 'b> {
        Combiner { batch, agreements }
    }

    /// Combines the answers of an object around the one at `base`, without one where that is left
    /// out. None where the texts are too long.
    pub(crate) fn combine(
        &self,
        object: usize,
        base: usize,
        without: Option<usize>,
    ) -> Option<Combined<'b>> {
        let texts = self.batch.of(object);
        let weight = |at: usize| self.agreements.weight(self.batch, object, at);
        let nearness = |at: usize| self.agreements.similarity(object, texts.len(), base, at);
        let mut order: Vec<usize> = (0..texts.len())
            .filter(|at| *at != base && Some(*at) != without)
            .collect();
        order.sort_by(|one, other| {
            let nearer = nearness(*other).total_cmp(&nearness(*one));
            nearer.then_with(|| texts[*one].text.cmp(texts[*other].text))
        });
        let mut total = weight(base);
        let mut places: Vec<Place<'_, 'b>> = texts[base]
            .words
            .iter()
            .map(|word| {
                let mut place = Place {
                    votes: BTreeMap::new(),
                    first: &word.key,
                };
                place.vote(word, total);
                place
            })
            .collect();
        for at in order {
            let words = &texts[at].words;
            if (words.len() + 1).checked_mul(places.len() + 1)? > CELLS_MAX {
                return None;
            }
            places = align(places, words, weight(at), total);
            total += weight(at);
        }
        let words = places.iter().filter_map(Place::winner).cloned().collect();
        Some(Combined { words })
    }

    /// Leaves answers out in turn.
    pub(crate) fn compare(&self) -> Compared {
        let fit = |object: &usize| self.batch.of(*object).len() > 2;
        let objects: Vec<usize> = (0..self.batch.objects()).filter(fit).collect();
        let step = objects.len().div_ceil(COMPARED_MAX).max(1);
        let mut compared = Compared::default();
        let mut count = 0.0;
        for object in objects.into_iter().step_by(step) {
            let texts = self.batch.of(object);
            let all = self
                .agreements
                .best(self.batch, object, None)
                .and_then(|base| self.combine(object, base, None));
            let Some(all) = all.map(|combined| combined.runs()) else {
                continue;
            };
            for judge in 0..texts.len().min(JUDGES_MAX) {
                let Some(base) = self.agreements.best(self.batch, object, Some(judge)) else {
                    continue;
                };
                let Some(combined) = self.combine(object, base, Some(judge)) else {
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
    fn vote(&mut self, word: &'t Word<'b>, weight: f64) {
        let (sum, spellings) = self.votes.entry(&word.key).or_default();
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
        self.votes.entry("").or_default().0 += weight;
    }

    /// The word that wins; none when no word does.
    fn winner(&self) -> Option<&'t Word<'b>> {
        let most = self.votes.values().map(|(sum, _)| *sum).fold(0.0, f64::max);
        let is_most = |sum: f64| sum >= most - TIE;
        let kept = self.votes.get(self.first);
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

/// Aligns the words of one more answer with the places; `total` is the weight of those before it.
fn align<'t, 'b>(
    places: Vec<Place<'t, 'b>>,
    words: &'t [Word<'b>],
    weight: f64,
    total: f64,
) -> Vec<Place<'t, 'b>> {
    const BOTH: u8 = 0;
    const PASS: u8 = 1;
    const NEW: u8 = 2;
    let width = words.len() + 1;
    let mut moves = vec![NEW; (places.len() + 1) * width];
    // Cost of the places so far with the words so far.
    let mut above: Vec<u32> = (0..width as u32).collect();
    for (row, place) in places.iter().enumerate() {
        let moves = &mut moves[(row + 1) * width..(row + 2) * width];
        let pass = u32::from(!place.votes.contains_key(""));
        let mut here = Vec::with_capacity(width);
        here.push(above[0] + pass);
        moves[0] = PASS;
        for (column, word) in words.iter().enumerate() {
            let differs = u32::from(!place.votes.contains_key(word.key.as_str()));
            let both = above[column] + differs;
            let passed = above[column + 1] + pass;
            let new = here[column] + 1;
            let least = both.min(passed).min(new);
            moves[column + 1] = if least == both {
                BOTH
            } else if least == passed {
                PASS
            } else {
                NEW
            };
            here.push(least);
        }
        above = here;
    }
    let mut aligned = Vec::with_capacity(places.len() + words.len());
    let mut column = words.len();
    let mut left = places;
    loop {
        match moves[left.len() * width + column] {
            NEW if column == 0 => break,
            NEW => {
                column -= 1;
                let mut place = Place {
                    votes: BTreeMap::new(),
                    first: "",
                };
                place.pass(total);
                place.vote(&words[column], weight);
                aligned.push(place);
            }
            step => {
                let Some(mut place) = left.pop() else { break };
                if step == BOTH {
                    column -= 1;
                    place.vote(&words[column], weight);
                } else {
                    place.pass(weight);
                }
                aligned.push(place);
            }
        }
    }
    aligned.reverse();
    aligned
}
