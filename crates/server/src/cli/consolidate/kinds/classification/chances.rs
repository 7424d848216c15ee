//! Probabilities of the labels, by each of the methods.

use cairn_algorithms::Answers;
use cairn_algorithms::classification::{
    Decision, Posteriors, Skill, cairn, first_largest, glad, ground_truth, groups, majority, odds,
    ordered, weighted_votes,
};

use super::super::super::Method;
use super::Input;

/// Probabilities of the labels.
pub(super) enum Chances {
    /// Of all labels, by models that know of true labels.
    Fitted(cairn::Fitted),
    /// Of all labels.
    Posteriors(Posteriors),
    /// The shares of the votes.
    Votes,
    /// That of the label found alone, with the confidence to publish.
    Found(Vec<Option<Decision>>),
}

/// What a method makes of the answers.
pub(super) struct Decided {
    pub(super) chances: Chances,
    /// By worker.
    pub(super) skills: Vec<Skill>,
    /// How much each of several models weighs.
    pub(super) weights: Vec<(&'static str, f64)>,
}

#[derive(Clone, Copy)]
pub(super) struct Found {
    pub(super) label: u32,
    /// Its probability.
    pub(super) chance: f64,
    pub(super) confidence: f64,
}

/// The model of `cairn`'s mixture that a method is, alone.
pub(in super::super) fn model(method: Method) -> Option<cairn::Model> {
    match method {
        Method::DawidSkene => Some(cairn::Model::DawidSkene),
        Method::DawidSkeneGroups => Some(cairn::Model::DawidSkeneGroups),
        Method::OneCoin => Some(cairn::Model::OneCoin),
        Method::Guessing => Some(cairn::Model::Guessing),
        _ => None,
    }
}

pub(super) fn decide(method: Method, input: &Input) -> anyhow::Result<Decided> {
    let answers = &input.answers;
    let given = cairn::Given {
        known: &input.known,
        ..cairn::Given::default()
    };
    if let Some(model) = model(method) {
        return Ok(fitted(cairn::fit_one(answers, &given, model)?));
    }
    Ok(match method {
        Method::Cairn => {
            let mixture = cairn::fit(answers, &given)?;
            let weights = cairn::MODELS.into_iter().zip(mixture.weights).collect();
            Decided {
                weights,
                ..fitted(mixture)
            }
        }
        Method::Ordered => posteriors(ordered::estimate(answers)?),
        Method::WeightedVotes => posteriors(weighted_votes::estimate(answers)?),
        Method::Groups => posteriors(groups::estimate(answers, groups::GROUPS)?.posteriors),
        Method::Glad => posteriors(glad::estimate(answers)?.posteriors),
        Method::Odds => posteriors(odds::estimate(answers)?),
        Method::GroundTruth => {
            let consolidation = ground_truth::consolidate(answers);
            decided(Chances::Found(consolidation.objects), consolidation.workers)
        }
        _ => decided(Chances::Votes, majority::consolidate(answers).workers),
    })
}

fn decided(chances: Chances, skills: Vec<Skill>) -> Decided {
    Decided {
        chances,
        skills,
        weights: Vec::new(),
    }
}

fn fitted(mut fitted: cairn::Fitted) -> Decided {
    let skills = std::mem::take(&mut fitted.workers);
    decided(Chances::Fitted(fitted), skills)
}

fn posteriors(mut posteriors: Posteriors) -> Decided {
    let skills = std::mem::take(&mut posteriors.workers);
    decided(Chances::Posteriors(posteriors), skills)
}

impl Chances {
    /// Whether every label of every object has its own.
    pub(super) fn are_of_all(&self) -> bool {
        matches!(self, Chances::Fitted(_) | Chances::Posteriors(_))
    }

    /// Those of all labels of an object, where every label has its own.
    pub(super) fn posterior(&self, object: usize) -> Option<&[f64]> {
        match self {
            Chances::Fitted(fitted) => Some(fitted.posterior(object)),
            Chances::Posteriors(posteriors) => Some(posteriors.of(object)),
            Chances::Votes | Chances::Found(_) => None,
        }
    }

    /// The labels of an object with their probabilities, by label; those without any may be left out.
    pub(super) fn of(&self, answers: &Answers, object: usize, chances: &mut Vec<(u32, f64)>) {
        chances.clear();
        if let Some(posterior) = self.posterior(object) {
            chances.extend((0..).zip(posterior.iter().copied()));
        } else if let Chances::Found(decisions) = self {
            let decision = decisions[object].iter();
            chances.extend(decision.map(|decision| (decision.label, decision.posterior)));
        } else {
            let of_object = answers.of(object);
            let mut given: Vec<u32> = of_object.iter().map(|answer| answer.label).collect();
            given.sort_unstable();
            let votes = of_object.len() as f64;
            let same = given.chunk_by(|one, other| one == other);
            chances.extend(same.map(|same| (same[0], same.len() as f64 / votes)));
        }
    }

    pub(super) fn found(&self, answers: &Answers, object: usize) -> Found {
        if let Chances::Found(decisions) = self
            && let Some(decision) = decisions[object]
        {
            return Found {
                label: decision.label,
                chance: decision.posterior,
                confidence: decision.confidence,
            };
        }
        if let Some(posterior) = self.posterior(object) {
            let label = first_largest(posterior);
            return Found {
                label: label as u32,
                chance: posterior[label],
                confidence: posterior[label],
            };
        }
        let mut chances = Vec::new();
        self.of(answers, object, &mut chances);
        let values: Vec<f64> = chances.iter().map(|(_, chance)| *chance).collect();
        // Every object was named by an answer.
        let (label, chance) = chances[first_largest(&values)];
        Found {
            label,
            chance,
            confidence: chance,
        }
    }

    /// The probability of one label, when there are so many.
    pub(super) fn of_label(
        &self,
        answers: &Answers,
        object: usize,
        label: u32,
        labels: usize,
    ) -> f64 {
        let mut chances = Vec::new();
        self.of(answers, object, &mut chances);
        let found = chances.iter().find(|(here, _)| *here == label);
        match (found, self) {
            (Some((_, chance)), _) => *chance,
            // What the label found leaves is shared evenly by the others.
            (None, Chances::Found(_)) => {
                let rest: f64 = 1.0 - chances.iter().map(|(_, chance)| chance).sum::<f64>();
                rest.max(0.0) / (labels.max(2) - 1) as f64
            }
            (None, _) => 0.0,
        }
    }
}
