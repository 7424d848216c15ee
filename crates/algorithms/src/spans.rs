//! Several labeled spans of a text per answer: named entities and the like.
//!
//! An answer lists ranges of offsets, each with a label; the text itself is never needed. Offsets
//! count whatever the caller counts (characters, tokens), and come back exactly as they were given.
//!
//! What holds for every method:
//! - An empty list is an answer: its worker saw nothing to mark.
//! - An empty range marks nothing and is ignored, and so is a span that the same answer has already;
//!   [`Consolidation::ignored`] counts both.
//! - When a worker answered an object twice, the last answer stands.
//! - Where a single worker answered, the label is that answer, with confidence 0.
//! - Spans lie over each other in the result where workers themselves mark both ([`overlaps`]);
//!   otherwise they are different opinions, of which one stands.

pub(crate) mod answers;
pub mod cairn;
pub mod ground_truth;
pub mod majority;
pub(crate) mod matrices;
pub mod overlaps;
pub(crate) mod selection;
pub(crate) mod tokens;

use thiserror::Error;

use crate::answers::AnswersError;
use crate::classification::two_decimals;
use answers::Marked;
use overlaps::Unfolded;

/// A labeled range of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First offset of the range.
    pub start: u64,
    /// Offset after the last of the range.
    pub end: u64,
    /// Index of the label.
    pub label: u32,
}

impl Span {
    /// Whether the two ranges share an offset.
    pub fn overlaps(&self, other: &Span) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// What one worker marked in one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanAnswer {
    /// Which object of the batch.
    pub object: u32,
    /// Which worker.
    pub worker: u32,
    /// In any order.
    pub spans: Vec<Span>,
}

/// How spans are consolidated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Method {
    /// Models of workers and shares of votes, decided for the best expected F1: [`cairn`].
    #[default]
    Cairn,
    /// The model of workers alone, on pieces of the text: see [`cairn`].
    Tokens,
    /// Spans that more than half of the workers gave: [`majority`].
    Majority,
    /// Clusters of similar spans: [`ground_truth`].
    GroundTruth,
}

/// What the caller may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Options {
    /// How spans are consolidated.
    pub method: Method,
}

/// Why a list of answers cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SpansError {
    /// An index names no object or no worker.
    #[error(transparent)]
    Answers(#[from] AnswersError),
    /// The label of a span is not below the number of labels.
    #[error("answer {at}: span {span} has label {label}, and there are {labels} labels")]
    Label {
        /// Position of the answer in the list given.
        at: usize,
        /// Position of the span in the answer.
        span: usize,
        /// The index found.
        label: u32,
        /// How many labels there are.
        labels: usize,
    },
    /// A span ends before it starts.
    #[error("answer {at}: span {span} ends at {end}, before its start at {start}")]
    Backwards {
        /// Position of the answer in the list given.
        at: usize,
        /// Position of the span in the answer.
        span: usize,
        /// Its start.
        start: u64,
        /// Its end.
        end: u64,
    },
    /// A span ends after the text.
    #[error("answer {at}: span {span} ends at {end}, and the text has length {length}")]
    PastEnd {
        /// Position of the answer in the list given.
        at: usize,
        /// Position of the span in the answer.
        span: usize,
        /// Its end.
        end: u64,
        /// The length of the text.
        length: u64,
    },
    /// The answers take more room than they are given.
    #[error(
        "{rows} pieces of text or pairs of worker and mark, each with {states} states, are more than the {max} cells that a table may have"
    )]
    TooLarge {
        /// Rows of the table.
        rows: usize,
        /// Columns of the table.
        states: usize,
        /// Cells that a table may have.
        max: usize,
    },
}

/// A span that was concluded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SpanLabel {
    /// Range and label.
    pub span: Span,
    /// How probable it is that exactly this span with this label is right, by the method's own
    /// model, in 0..=1.
    pub posterior: f64,
    /// The confidence to publish: two decimals, and 0 when a single worker answered the object.
    pub confidence: f64,
    /// How many workers gave exactly this span with this label.
    pub votes: u32,
}

/// What the answers to one object amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// By start, end and label. May be empty.
    pub spans: Vec<SpanLabel>,
    /// The share of workers who marked nothing.
    pub nothing: f64,
    /// How many answers counted.
    pub answers: u32,
}

impl Decision {
    /// The confidence of the spans together: their mean, and where there are none the share of workers
    /// who marked nothing, to two decimals; 0 when a single worker answered.
    pub fn confidence(&self) -> f64 {
        if self.answers == 1 {
            return 0.0;
        }
        if self.spans.is_empty() {
            return two_decimals(self.nothing);
        }
        let sum: f64 = self.spans.iter().map(|span| span.confidence).sum();
        sum / self.spans.len() as f64
    }
}

/// How well one worker's spans fit those that were concluded.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Skill {
    /// How many of the worker's answers counted.
    pub answers: u32,
    /// How many spans they have.
    pub spans: u32,
    /// Share of the worker's spans that are exactly among those concluded; 0 where there are none.
    pub precision: f64,
    /// Share of the spans concluded, in objects that the worker answered, that the worker gave
    /// exactly; 0 where there are none.
    pub recall: f64,
}

/// The result for a whole batch.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Consolidation {
    /// By object; `None` where nobody answered.
    pub objects: Vec<Option<Decision>>,
    /// By worker.
    pub workers: Vec<Skill>,
    /// Spans that were ignored, because they are empty or because their answer has them twice.
    pub ignored: usize,
}

/// Concludes the spans of every object.
///
/// `lengths` has an entry for each object of the batch: the length of its text where it is known.
/// Workers and labels are indices below `workers` and `labels`.
pub fn consolidate(
    lengths: &[Option<u64>],
    workers: usize,
    labels: usize,
    answers: &[SpanAnswer],
    options: &Options,
) -> Result<Consolidation, SpansError> {
    let marked = Marked::new(lengths, workers, labels, answers)?;
    let unfolded = Unfolded::new(&marked);
    let by_layer = match options.method {
        Method::Cairn => cairn::conclude(&unfolded.marked, cairn::SHARES)?,
        Method::Tokens => cairn::conclude(&unfolded.marked, 0.0)?,
        Method::Majority => majority::conclude(&unfolded.marked),
        Method::GroundTruth => ground_truth::conclude(&unfolded.marked),
    };
    let concluded = unfolded.folded(by_layer);
    let objects: Vec<Option<Decision>> = concluded
        .into_iter()
        .enumerate()
        .map(|(object, spans)| decide(&marked, object, spans))
        .collect();
    let skills = skills(&marked, &objects);
    Ok(Consolidation {
        objects,
        workers: skills,
        ignored: marked.ignored,
    })
}

fn decide(marked: &Marked, object: usize, mut spans: Vec<(Span, f64)>) -> Option<Decision> {
    let answers = marked.of(object).len();
    if answers == 0 {
        return None;
    }
    spans.sort_unstable_by_key(|(span, _)| *span);
    let votes = marked.votes(object);
    let spans = spans
        .into_iter()
        .map(|(span, posterior)| SpanLabel {
            span,
            posterior,
            confidence: if answers == 1 {
                0.0
            } else {
                two_decimals(posterior)
            },
            votes: match votes.binary_search_by_key(&span, |(span, _)| *span) {
                Ok(at) => votes[at].1,
                Err(_) => 0,
            },
        })
        .collect();
    let without = marked.of(object).iter();
    let without = without.filter(|answer| answer.spans.is_empty());
    Some(Decision {
        spans,
        nothing: without.count() as f64 / answers as f64,
        answers: answers as u32,
    })
}

fn skills(marked: &Marked, objects: &[Option<Decision>]) -> Vec<Skill> {
    let mut skills = vec![Skill::default(); marked.workers];
    let mut concluded = vec![0u32; marked.workers];
    for (object, decision) in objects.iter().enumerate() {
        let Some(decision) = decision else { continue };
        for answer in marked.of(object) {
            let skill = &mut skills[answer.worker as usize];
            skill.answers += 1;
            skill.spans += answer.spans.len() as u32;
            concluded[answer.worker as usize] += decision.spans.len() as u32;
            let right = decision
                .spans
                .iter()
                .filter(|label| answer.spans.binary_search(&label.span).is_ok());
            skill.precision += right.count() as f64;
        }
    }
    for (skill, concluded) in skills.iter_mut().zip(concluded) {
        skill.recall = skill.precision / f64::from(concluded.max(1));
        skill.precision /= f64::from(skill.spans.max(1));
    }
    skills
}
