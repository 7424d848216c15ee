//! The answers of one batch, checked once and grouped by object.

use super::{Span, SpanAnswer, SpansError};
use crate::answers::Answers;

/// Answers grouped by object, each with its spans sorted and without empty or repeated ones.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Marked {
    pub(crate) workers: usize,
    pub(crate) labels: usize,
    /// Spans left out because they are empty or repeated.
    pub(crate) ignored: usize,
    /// By object, each object's sorted by worker.
    list: Vec<MarkedAnswer>,
    /// Where each object's answers start in `list`; one more at the end.
    starts: Vec<usize>,
}

/// One answer that counts.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MarkedAnswer {
    pub(crate) worker: u32,
    /// Sorted.
    pub(crate) spans: Vec<Span>,
}

impl Marked {
    pub(crate) fn new(
        lengths: &[Option<u64>],
        workers: usize,
        labels: usize,
        answers: &[SpanAnswer],
    ) -> Result<Marked, SpansError> {
        let given = answers.iter().map(|answer| (answer.object, answer.worker));
        let standing = Answers::standing(lengths.len(), workers, given)?;
        for (at, answer) in answers.iter().enumerate() {
            let length = lengths[answer.object as usize];
            for (span, found) in answer.spans.iter().enumerate() {
                check(at, span, *found, length, labels)?;
            }
        }
        let mut marked = Marked {
            workers,
            labels,
            ignored: 0,
            list: Vec::with_capacity(standing.all().len()),
            starts: vec![0],
        };
        for object in 0..lengths.len() {
            let first = marked.list.len();
            for answer in standing.of(object) {
                let given = &answers[answer.label as usize].spans;
                let mut spans: Vec<Span> = given
                    .iter()
                    .copied()
                    .filter(|span| span.start < span.end)
                    .collect();
                spans.sort_unstable();
                spans.dedup();
                marked.ignored += given.len() - spans.len();
                marked.list.push(MarkedAnswer {
                    worker: answer.worker,
                    spans,
                });
            }
            marked.list[first..].sort_by_key(|answer| answer.worker);
            marked.starts.push(marked.list.len());
        }
        Ok(marked)
    }

    pub(crate) fn objects(&self) -> usize {
        self.starts.len() - 1
    }

    pub(crate) fn of(&self, object: usize) -> &[MarkedAnswer] {
        &self.list[self.starts[object]..self.starts[object + 1]]
    }

    /// The spans of an object, sorted, with the number of workers who gave each.
    pub(crate) fn votes(&self, object: usize) -> Vec<(Span, u32)> {
        let mut all: Vec<Span> = self
            .of(object)
            .iter()
            .flat_map(|answer| answer.spans.iter().copied())
            .collect();
        all.sort_unstable();
        all.chunk_by(|one, other| one == other)
            .map(|same| (same[0], same.len() as u32))
            .collect()
    }

    /// The same answers with so many objects in place of each as it has layers, each with the spans
    /// that are in its layer.
    pub(crate) fn unfolded(
        &self,
        layers: impl Fn(usize) -> u32,
        is_in: impl Fn(usize, u32, &Span) -> bool,
    ) -> Marked {
        let mut unfolded = Marked {
            list: Vec::with_capacity(self.list.len()),
            starts: vec![0],
            ..*self
        };
        for object in 0..self.objects() {
            for layer in 0..layers(object) {
                let answers = self.of(object).iter().map(|answer| MarkedAnswer {
                    worker: answer.worker,
                    spans: (answer.spans.iter().copied())
                        .filter(|span| is_in(object, layer, span))
                        .collect(),
                });
                unfolded.list.extend(answers);
                unfolded.starts.push(unfolded.list.len());
            }
        }
        unfolded
    }
}

fn check(
    at: usize,
    span: usize,
    found: Span,
    length: Option<u64>,
    labels: usize,
) -> Result<(), SpansError> {
    let Span { start, end, label } = found;
    if label as usize >= labels {
        return Err(SpansError::Label {
            at,
            span,
            label,
            labels,
        });
    }
    if end < start {
        return Err(SpansError::Backwards {
            at,
            span,
            start,
            end,
        });
    }
    match length {
        Some(length) if end > length => Err(SpansError::PastEnd {
            at,
            span,
            end,
            length,
        }),
        _ => Ok(()),
    }
}
