//! Which spans that lie over each other may both stand, and which exclude each other.
//!
//! Two spans overlap for one of two reasons: people disagree about one mention (its ends, its label),
//! or there are two mentions, one within the other or across it. Which it is, the answers tell:
//! nobody marks one mention twice on purpose, and who sees two mentions marks both.
//!
//! - Model: spans that overlap, directly or through others, are a *place* of the text. A place holds
//!   several mentions when more than half of the workers who marked anything there marked spans that
//!   overlap, counted with [`MORE_WORKERS`] made-up ones who do as workers do at all places of the
//!   batch: where the crowd never marks overlaps, a few who cannot decide between two labels do not
//!   make two mentions. In such a place two overlapping spans stand together when more than half of
//!   those who gave the rarer one gave the other too. All others exclude each other.
//! - Steps: the spans of an object are laid out in *layers*, the most given first: one that may stand
//!   together with an overlapping span of a layer does not go there; of the other layers it takes the
//!   one with the span that is most like it (the same label, then the Jaccard index), whose rival it
//!   is. Every layer is consolidated like an object of its own, answered by the same workers
//!   ([`Unfolded::new`]); then of spans of different layers that exclude each other the more probable
//!   stands ([`Unfolded::folded`]). Where no answer has spans that overlap, objects have one layer.
//! - Source: ours; see docs/decisions/2026-11-29-spans-and-texts.md.
//! - Complexity: O(spans) without overlaps; at worst O(n² × answers) for an object with n spans.
//! - Ties: spans with as many votes come in their order, and the first of layers that are as good is
//!   taken; exactly half is not more than half. Single answers: all of their spans stand together.
//! - Missing workers: an object without answers has one layer.

use std::cmp::Reverse;
use std::ops::Range;

use super::Span;
use super::answers::Marked;
use super::ground_truth::jaccard;

/// Workers added to those of a place, who mark overlaps as often as workers do at all places.
const MORE_WORKERS: f64 = 2.0;

/// Answers with a layer for an object.
pub(crate) struct Unfolded {
    pub(crate) marked: Marked,
    /// By layer, its object.
    object_of: Vec<u32>,
    /// By object, its spans; empty where it has a single layer.
    spans: Vec<Vec<Given>>,
}

/// A span and who gave it.
struct Given {
    span: Span,
    /// Positions of the answers in the object, ascending.
    answers: Vec<u32>,
    layer: u32,
}

impl Unfolded {
    pub(crate) fn new(marked: &Marked) -> Unfolded {
        let mut spans: Vec<Vec<Given>> = (0..marked.objects()).map(|_| Vec::new()).collect();
        let overlapping = |object: &usize| {
            let mut answers = marked.of(*object).iter();
            answers.any(|answer| has_overlap(answer.spans.iter()))
        };
        // Most batches have none, and need not know of places.
        let objects: Vec<usize> = (0..marked.objects()).filter(overlapping).collect();
        let usual = if objects.is_empty() {
            0.0
        } else {
            usual(marked)
        };
        for object in objects {
            let mut given = given(marked, object);
            let is_alone = marked.of(object).len() == 1;
            for place in places(&given) {
                let (overlap, all) = workers(marked, object, &given[place.clone()]);
                let more = f64::from(overlap) + MORE_WORKERS * usual;
                if is_alone || 2.0 * more > f64::from(all) + MORE_WORKERS {
                    lay(&mut given[place]);
                }
            }
            if given.iter().any(|given| given.layer > 0) {
                spans[object] = given;
            }
        }
        let layers = |object: usize| {
            let layers = spans[object].iter().map(|given| given.layer + 1);
            layers.max().unwrap_or(1)
        };
        let object_of = (0..marked.objects())
            .flat_map(|object| (0..layers(object)).map(move |_| object as u32))
            .collect();
        let is_in = |object: usize, layer: u32, span: &Span| {
            let at = spans[object].binary_search_by_key(span, |given| given.span);
            at.map_or(0, |at| spans[object][at].layer) == layer
        };
        Unfolded {
            marked: marked.unfolded(layers, is_in),
            object_of,
            spans,
        }
    }

    /// By object, what was concluded by layer.
    pub(crate) fn folded(&self, concluded: Vec<Vec<(Span, f64)>>) -> Vec<Vec<(Span, f64)>> {
        let mut folded = vec![Vec::new(); self.spans.len()];
        for (object, spans) in self.object_of.iter().zip(concluded) {
            folded[*object as usize].extend(spans);
        }
        for (given, list) in self.spans.iter().zip(&mut folded) {
            if !given.is_empty() {
                exclude(given, list);
            }
        }
        folded
    }
}

/// Takes out spans that a more probable one excludes.
fn exclude(given: &[Given], list: &mut Vec<(Span, f64)>) {
    list.sort_by(|one, two| two.1.total_cmp(&one.1).then(one.0.cmp(&two.0)));
    let find = |span: &Span| {
        let at = given.binary_search_by_key(span, |given| given.span);
        at.ok().map(|at| &given[at])
    };
    let mut kept: Vec<(Span, f64)> = Vec::new();
    for (span, chance) in list.drain(..) {
        let excludes = |(other, _): &(Span, f64)| match (find(&span), find(other)) {
            _ if !span.overlaps(other) => false,
            (Some(one), Some(two)) => span == *other || !together(one, two),
            // What nobody gave exactly stands for its layer, whose rivals it has beaten already.
            _ => span == *other,
        };
        if !kept.iter().any(excludes) {
            kept.push((span, chance));
        }
    }
    *list = kept;
}

/// The spans of an object, sorted.
fn given(marked: &Marked, object: usize) -> Vec<Given> {
    let answers = (0..).zip(marked.of(object));
    let mut all: Vec<(Span, u32)> = answers
        .flat_map(|(at, answer)| answer.spans.iter().map(move |span| (*span, at)))
        .collect();
    all.sort_unstable();
    all.chunk_by(|one, other| one.0 == other.0)
        .map(|same| Given {
            span: same[0].0,
            answers: same.iter().map(|(_, at)| *at).collect(),
            layer: 0,
        })
        .collect()
}

/// Ranges of the list in which spans overlap, directly or through others; those of one span are none.
fn places(given: &[Given]) -> Vec<Range<usize>> {
    let mut places = Vec::new();
    let (mut first, mut end) = (0, 0);
    for (at, one) in given.iter().enumerate() {
        if one.span.start >= end {
            places.push(first..at);
            first = at;
        }
        end = end.max(one.span.end);
    }
    places.push(first..given.len());
    places.retain(|place| place.len() > 1);
    places
}

/// How many workers marked spans that overlap in a place, and how many marked anything.
fn workers(marked: &Marked, object: usize, place: &[Given]) -> (u32, u32) {
    let (mut overlap, mut all) = (0, 0);
    for answer in marked.of(object) {
        // A place has all spans from its first to its last.
        let from = answer.spans.partition_point(|span| *span < place[0].span);
        let last = &place[place.len() - 1].span;
        let own = answer.spans[from..].iter().take_while(|span| *span <= last);
        overlap += u32::from(has_overlap(own.clone()));
        all += u32::from(own.count() > 0);
    }
    (overlap, all)
}

/// The share of workers who mark overlaps, over all places that several workers may have marked.
fn usual(marked: &Marked) -> f64 {
    let (mut overlaps, mut alls) = (0u64, 0u64);
    for object in 0..marked.objects() {
        if marked.of(object).len() > 1 {
            let given = given(marked, object);
            for place in places(&given) {
                let (overlap, all) = workers(marked, object, &given[place]);
                overlaps += u64::from(overlap);
                alls += u64::from(all);
            }
        }
    }
    overlaps as f64 / alls.max(1) as f64
}

/// Gives the spans of a place their layers.
fn lay(place: &mut [Given]) {
    let mut order: Vec<usize> = (0..place.len()).collect();
    order.sort_by_key(|at| (Reverse(place[*at].answers.len()), *at));
    // By layer: whether the span at hand may not go there, and how like it its best rival is.
    let mut layers: Vec<(bool, (bool, f64))> = Vec::new();
    for (number, at) in order.iter().enumerate() {
        layers.fill((false, (false, 0.0)));
        for other in &order[..number] {
            let (one, two) = (&place[*at], &place[*other]);
            if one.span.overlaps(&two.span) {
                let (is_closed, like) = &mut layers[two.layer as usize];
                *is_closed |= together(one, two);
                let same_label = one.span.label == two.span.label;
                let rival = (same_label, jaccard(&one.span, &two.span));
                if rival > *like {
                    *like = rival;
                }
            }
        }
        let mut best: Option<(usize, (bool, f64))> = None;
        for (layer, (is_closed, like)) in layers.iter().enumerate() {
            if !is_closed && best.is_none_or(|(_, most)| *like > most) {
                best = Some((layer, *like));
            }
        }
        let layer = best.map_or(layers.len(), |(layer, _)| layer);
        if layer == layers.len() {
            layers.push((false, (false, 0.0)));
        }
        place[*at].layer = layer as u32;
    }
}

/// Whether most of those who gave the rarer of two spans gave the other too.
fn together(one: &Given, two: &Given) -> bool {
    let (rare, other) = if one.answers.len() <= two.answers.len() {
        (one, two)
    } else {
        (two, one)
    };
    let is_in_both = |at: &&u32| other.answers.binary_search(at).is_ok();
    let both = rare.answers.iter().filter(is_in_both).count();
    2 * both > rare.answers.len()
}

/// Whether any of these spans, which are sorted, lie over each other.
fn has_overlap<'a>(mut spans: impl Iterator<Item = &'a Span>) -> bool {
    let mut end = 0;
    spans.any(|span| {
        let overlaps = span.start < end;
        end = end.max(span.end);
        overlaps
    })
}
