//! One free text per answer: transcriptions, translations, descriptions.
//!
//! A text is either one of the answers, word for word ([`selection`]), or put together from all of
//! them ([`combination`]). Putting together mends transcriptions, whose errors fall on different
//! words; it makes nonsense of translations, where every answer is another sentence. Which of the two
//! a batch is shows in the answers themselves: [`Method::Cairn`] leaves answers out, one at a time,
//! and takes the way whose text is more like the answer left out.
//!
//! How alike two texts are is measured by [`words`]: shared runs of one to four words, or of
//! characters where a language writes without spaces.
//!
//! What holds for every method:
//! - An empty text is an answer. When a worker answered an object twice, the last answer stands.
//! - Where a single worker answered, that text stands, with confidence 0.

pub(crate) mod combination;
pub(crate) mod selection;
pub(crate) mod words;

use crate::answers::{Answers, AnswersError};
use crate::classification::two_decimals;
use combination::Combiner;
use selection::Agreements;
use words::Text;

/// One worker's text for one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextAnswer<'a> {
    /// Which object of the batch.
    pub object: u32,
    /// Which worker.
    pub worker: u32,
    /// As the worker wrote it.
    pub text: &'a str,
}

/// How texts are consolidated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Method {
    /// Combine or select, whichever agrees more with answers left out.
    #[default]
    Cairn,
    /// The answer that another worker would most agree with: [`selection`].
    Select,
    /// Words aligned and voted on: [`combination`].
    Combine,
}

/// What texts are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Units {
    /// Characters if most letters of the batch belong to scripts that write without spaces, else
    /// words.
    #[default]
    Automatic,
    /// Runs of letters and digits; every other character that is not white space by itself.
    Words,
    /// Single characters, white space left out.
    Characters,
}

/// What the caller may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Options {
    /// How texts are consolidated.
    pub method: Method,
    /// What texts are compared by.
    pub units: Units,
}

/// What the answers to one object amount to.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// The text concluded.
    pub text: String,
    /// The worker whose answer it is; none when it was put together.
    pub worker: Option<u32>,
    /// How much it is expected to have in common with what one more worker would write, in 0..=1;
    /// 0 when a single worker answered.
    pub agreement: f64,
    /// The confidence to publish: the agreement, to two decimals.
    pub confidence: f64,
    /// How many answers counted.
    pub answers: u32,
}

/// How much one worker's texts have in common with those of others.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Skill {
    /// How many of the worker's answers counted.
    pub answers: u32,
    /// Mean similarity to the other answers of the same objects, in 0..=1; 0 where there are none.
    pub agreement: f64,
}

/// The result for a whole batch.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Consolidation {
    /// By object; `None` where nobody answered.
    pub objects: Vec<Option<Decision>>,
    /// By worker.
    pub workers: Vec<Skill>,
    /// Whether texts were put together.
    pub combined: bool,
}

/// Concludes the text of every object. Objects and workers are indices below `objects` and
/// `workers`; an index that is not is an error.
pub fn consolidate(
    objects: usize,
    workers: usize,
    answers: &[TextAnswer<'_>],
    options: &Options,
) -> Result<Consolidation, AnswersError> {
    let batch = Batch::new(objects, workers, answers, options.units)?;
    let agreements = Agreements::new(&batch);
    let combiner = Combiner::new(&batch, &agreements);
    let (combined, optimism) = match options.method {
        Method::Select => (false, 0.0),
        Method::Combine => (true, combiner.compare().optimism()),
        Method::Cairn => {
            let compared = combiner.compare();
            (compared.combining_wins(), compared.optimism())
        }
    };
    let decisions = (0..objects)
        .map(|object| {
            let texts = batch.of(object);
            let best = agreements.best(&batch, object, None)?;
            let mut decision = Decision {
                text: texts[best].text.to_owned(),
                worker: Some(texts[best].worker),
                agreement: 0.0,
                confidence: 0.0,
                answers: texts.len() as u32,
            };
            if texts.len() < 2 {
                return Some(decision);
            }
            decision.agreement = agreements.expected(&batch, object, best);
            if combined && let Some(text) = combiner.combine(&combiner.number(object), best, None) {
                decision.agreement = text.mean_similarity(texts) - optimism;
                decision.text = text.written();
                decision.worker = None;
            }
            decision.agreement = decision.agreement.clamp(0.0, 1.0);
            decision.confidence = two_decimals(decision.agreement);
            Some(decision)
        })
        .collect();
    Ok(Consolidation {
        objects: decisions,
        workers: agreements.skills(&batch),
        combined,
    })
}

/// The answers that count, by object and there by worker, cut into words.
pub(crate) struct Batch<'a> {
    pub(crate) workers: usize,
    list: Vec<Text<'a>>,
    /// Where each object's answers start in `list`; one more at the end.
    starts: Vec<usize>,
}

impl<'a> Batch<'a> {
    pub(crate) fn new(
        objects: usize,
        workers: usize,
        answers: &[TextAnswer<'a>],
        units: Units,
    ) -> Result<Batch<'a>, AnswersError> {
        let given = answers.iter().map(|answer| (answer.object, answer.worker));
        let standing = Answers::standing(objects, workers, given)?;
        let by_character = match units {
            Units::Words => false,
            Units::Characters => true,
            Units::Automatic => words::write_without_spaces(answers.iter().map(|it| it.text)),
        };
        let mut batch = Batch {
            workers,
            list: Vec::with_capacity(standing.all().len()),
            starts: vec![0],
        };
        for object in 0..objects {
            let first = batch.list.len();
            for answer in standing.of(object) {
                let given = &answers[answer.label as usize];
                batch
                    .list
                    .push(Text::new(given.worker, given.text, by_character));
            }
            batch.list[first..].sort_by_key(|text| text.worker);
            batch.starts.push(batch.list.len());
        }
        Ok(batch)
    }

    pub(crate) fn objects(&self) -> usize {
        self.starts.len() - 1
    }

    pub(crate) fn of(&self, object: usize) -> &[Text<'a>] {
        &self.list[self.starts[object]..self.starts[object + 1]]
    }
}
