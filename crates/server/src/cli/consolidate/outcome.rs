//! What every kind of answers tells of its labels, for the files, the page and the terminal.

use std::collections::BTreeMap;

use cairn_algorithms::classification::Skill;

use super::gold::Gold;
use super::names::Names;

pub(super) struct Outcome {
    pub(super) objects: Names,
    pub(super) workers: Names,
    /// The label categories; none where answers have no labels.
    pub(super) labels: Option<Names>,
    /// Rows read. Those that do not count were replaced by a later answer of the same worker.
    pub(super) rows: usize,
    /// Answers that count.
    pub(super) counted: usize,
    /// By object, how many answers count.
    pub(super) answers: Vec<u32>,
    /// By object, the confidence of its label, in 0..=1; none where the method has none.
    pub(super) confidences: Vec<Option<f64>>,
    /// By object, how far off its number or score may be, where labels are such.
    pub(super) errors: Option<Vec<Option<f64>>>,
    /// By worker.
    pub(super) skills: Vec<WorkerSkill>,
    /// What the figures of a worker are called. The first, in 0..=1, tells how good the worker is.
    pub(super) skill_names: Vec<&'static str>,
    pub(super) confusions: Option<Confusions>,
    /// How much each of several models weighs.
    pub(super) weights: Vec<(&'static str, f64)>,
    pub(super) agreement: Option<Agreement>,
    /// The objects that most deserve one more answer, first the one that most does.
    pub(super) deserving: Vec<u32>,
    pub(super) gold: Option<Gold>,
    /// What else there is to say, as whole sentences without a full stop.
    pub(super) remarks: Vec<String>,
}

#[derive(Clone, Default)]
pub(super) struct WorkerSkill {
    pub(super) answers: u32,
    /// In the order of [`Outcome::skill_names`]; none where nothing tells.
    pub(super) figures: Vec<Option<f64>>,
}

/// What workers say when a label is the true one.
pub(super) struct Confusions {
    pub(super) by_worker: Vec<Skill>,
}

pub(super) struct Agreement {
    /// Objects with at least two answers.
    pub(super) objects: usize,
    pub(super) figures: Vec<Figure>,
}

/// A number with its name and, for those who do not know it, what it says.
pub(super) struct Figure {
    pub(super) name: &'static str,
    pub(super) value: f64,
    pub(super) meaning: &'static str,
}

impl Outcome {
    /// The answers that count of each object, with the confidence of its label, and the skills of
    /// the workers; what else a kind has to tell is empty.
    pub(super) fn new(
        objects: Names,
        workers: Names,
        rows: usize,
        answers: Vec<u32>,
        confidences: Vec<Option<f64>>,
    ) -> Outcome {
        Outcome {
            skills: vec![WorkerSkill::default(); workers.len()],
            deserving: first_least(&confidences, &answers),
            counted: answers.iter().map(|count| *count as usize).sum(),
            errors: None,
            objects,
            workers,
            labels: None,
            rows,
            answers,
            confidences,
            skill_names: Vec::new(),
            confusions: None,
            weights: Vec::new(),
            agreement: None,
            gold: None,
            remarks: Vec::new(),
        }
    }

    /// The same, of what each object comes to: how many answers count, and the confidence.
    pub(super) fn of_decisions(
        objects: Names,
        workers: Names,
        rows: usize,
        decisions: impl Iterator<Item = Option<(u32, Option<f64>)>>,
    ) -> Outcome {
        let (answers, confidences) = decisions.map(Option::unwrap_or_default).unzip();
        Outcome::new(objects, workers, rows, answers, confidences)
    }

    /// Names the figures of workers, and gives how many answers of each count, with the figures.
    pub(super) fn set_skills<const N: usize>(
        &mut self,
        names: [&'static str; N],
        skills: impl Iterator<Item = (u32, [Option<f64>; N])>,
    ) {
        self.skill_names = names.to_vec();
        let skills = skills.map(|(answers, figures)| WorkerSkill {
            answers,
            figures: figures.to_vec(),
        });
        self.skills = skills.collect();
    }

    /// How much there is of everything.
    pub(super) fn counts(&self) -> String {
        let mut counts = vec![
            counted(self.objects.len(), "object"),
            counted(self.workers.len(), "worker"),
            counted(self.counted, "answer"),
        ];
        counts.extend(
            self.labels
                .iter()
                .map(|labels| counted(labels.len(), "label")),
        );
        counts.join(", ")
    }

    /// Says how far off numbers or scores may be; the objects where it is most deserve more answers.
    pub(super) fn set_errors(&mut self, errors: Vec<Option<f64>>) {
        let least: Vec<Option<f64>> = errors.iter().map(|error| Some(-(*error)?)).collect();
        self.deserving = first_least(&least, &self.answers);
        self.errors = Some(errors);
    }

    /// What tells how sure an object's label is: its name, and by object.
    pub(super) fn unsure(&self) -> (&'static str, &[Option<f64>]) {
        match &self.errors {
            Some(errors) => ("standard_error", errors),
            None => ("confidence", &self.confidences),
        }
    }

    /// Says which labels differ only in capitals or in spaces around them: these may be one.
    pub(super) fn remark_alike(&mut self) {
        let Some(labels) = &self.labels else { return };
        let mut alike: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for label in labels.all() {
            alike
                .entry(label.trim().to_lowercase())
                .or_default()
                .push(label);
        }
        let mut alike = alike.into_values().filter(|labels| labels.len() > 1);
        if let Some(labels) = alike.next() {
            let quoted: Vec<String> = labels.iter().map(|label| format!("`{label}`")).collect();
            let more = match alike.count() {
                0 => String::new(),
                count => format!(", and {count} more like these"),
            };
            let labels = quoted.join(", ");
            self.remarks.push(format!(
                "labels that differ only in capitals or spaces are different labels: {labels}{more}"
            ));
        }
    }

    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes = self.remarks.clone();
        let replaced = self.rows.saturating_sub(self.counted);
        if replaced > 0 {
            notes.insert(
                0,
                format!(
                    "{} replaced by a later one of the same worker to the same object",
                    if replaced == 1 {
                        "1 answer was".to_owned()
                    } else {
                        format!("{replaced} answers were")
                    }
                ),
            );
        }
        notes
    }
}

/// `3 objects`, `1 object`.
pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {}", of_many(count, what))
}

/// `objects`, or of one `object`.
pub(super) fn of_many(count: usize, what: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{what}{ending}")
}

/// The objects with the least value first; among equals those with fewer answers, then those that
/// came first. An object without a value comes last.
fn first_least(values: &[Option<f64>], answers: &[u32]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..values.len() as u32).collect();
    let value = |object: u32| values[object as usize].unwrap_or(f64::INFINITY);
    order.sort_by(|one, other| {
        let by_value = value(*one).total_cmp(&value(*other));
        by_value.then(answers[*one as usize].cmp(&answers[*other as usize]))
    });
    order
}
