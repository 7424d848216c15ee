//! Writes labels and workers.

use std::io::Write;
use std::path::Path;

use cairn_algorithms::classification::{Skill, first_largest};
use serde_json::{Map, Value, json};

use super::{Input, Outcome, whole};

/// One line an object. Probabilities have six decimals; labels whose probability is less are left out.
pub(super) fn labels(path: &Path, input: &Input, outcome: &Outcome) -> anyhow::Result<()> {
    let labels = input.labels.len();
    whole(path, |out| {
        for object in 0..input.objects.len() {
            let posterior = &outcome.posteriors[object * labels..(object + 1) * labels];
            let label = first_largest(posterior);
            let chances: Map<String, Value> = posterior
                .iter()
                .enumerate()
                .map(|(label, chance)| (label, rounded(*chance)))
                .filter(|(_, chance)| *chance > 0.0)
                .map(|(label, chance)| (input.labels.name(label).to_owned(), chance.into()))
                .collect();
            let line = json!({
                "object_id": input.objects.name(object),
                "label": input.labels.name(label),
                "posterior": chances,
                "confidence": rounded(posterior[label]),
                "answers": input.answers.of(object).len(),
            });
            writeln!(out, "{line}")?;
        }
        Ok(())
    })
}

/// One row a worker; the confusion is JSON: true label → label given → share.
pub(super) fn workers(path: &Path, input: &Input, skills: &[Skill]) -> anyhow::Result<()> {
    whole(path, |out| {
        let mut rows = csv::Writer::from_writer(out);
        rows.write_record(["worker_id", "answers", "accuracy", "confusion"])?;
        for (worker, skill) in skills.iter().enumerate() {
            let mut confusion = Map::new();
            for truth in 0..input.labels.len() {
                let shares: Map<String, Value> = skill
                    .confusion
                    .given
                    .iter()
                    .filter_map(|given| {
                        let share = rounded(skill.confusion.rate(truth as u32, *given)?);
                        let name = input.labels.name(*given as usize).to_owned();
                        (share > 0.0).then(|| (name, share.into()))
                    })
                    .collect();
                if !shares.is_empty() {
                    confusion.insert(input.labels.name(truth).to_owned(), shares.into());
                }
            }
            rows.write_record([
                input.workers.name(worker),
                &skill.answers.to_string(),
                &format!("{:.6}", skill.accuracy),
                &Value::from(confusion).to_string(),
            ])?;
        }
        rows.flush()?;
        Ok(())
    })
}

fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}
