//! Asking fewer workers: jobs played with the answers of the real sets, object by object.
//!
//! Every object has its real answers in an order by chance. A job keeps a window of objects; the first in its
//! queue gets its next answer, and what becomes of it then is decided as the job's reconciler does, with workers
//! judged anew when it would. At the end all labels are made of all answers given, and compared with
//! those that five answers for every object give. Sets where objects have fewer than seven answers are left out.

use std::collections::VecDeque;
use std::path::Path;

use anyhow::Result;
use cairn_algorithms::classification::cairn::{Given, Parameters, fit};
use cairn_algorithms::redundancy::{Standing, Waiting, is_fit_due, is_plan_due, plan};
use cairn_algorithms::{Answer, Answers};

use super::figure::Figure;
use super::score::{Score, mean};
use super::sets::Set;

/// Answers an object that a set needs on average.
const ANSWERS_MIN: f64 = 7.0;
/// What the others are compared with.
const FIXED: usize = 5;
/// Objects in flight at once, as a job's default.
const WINDOW: usize = 1_000;
/// Answers an object may have: the most that a job may ask for.
const MOST: usize = 9;
/// Orders of answers: more for small sets, whose figures move by single objects. With a third of them the mean of a set
/// is off by more than what may be lost.
const ORDERS: usize = 12;
const ORDERS_SMALL: usize = 60;
const SMALL: usize = 120;

/// When an object has enough.
#[derive(Clone, Copy)]
enum Rule {
    /// Its label is this probable.
    Confidence { least: usize, target: f64 },
    /// Objects have this part of the fixed number on average.
    Mean { least: usize, part: f64 },
}

/// The rules compared. The one that counts is the first: 30 % less than the fixed number, on average.
const RULES: [(&str, Rule); 4] = [
    (
        "mean of 0.7 × 5",
        Rule::Mean {
            least: 1,
            part: 0.7,
        },
    ),
    (
        "confidence 0.85",
        Rule::Confidence {
            least: 2,
            target: 0.85,
        },
    ),
    (
        "confidence 0.9",
        Rule::Confidence {
            least: 2,
            target: 0.9,
        },
    ),
    (
        "confidence 0.95",
        Rule::Confidence {
            least: 2,
            target: 0.95,
        },
    ),
];

/// Evaluates the sets below `folder`, and prints a row for each.
pub fn run(folder: &Path) -> Result<Vec<Figure>> {
    println!(
        "| set | objects | orders | accuracy with {FIXED} answers | {} |",
        RULES.map(|(name, _)| name).join(" | ")
    );
    println!("|---|---|---|---|{}", "---|".repeat(RULES.len()));
    let mut figures = Vec::new();
    for set in Set::read_all(folder)? {
        let answers = set.answers.all().len() as f64 / set.answers.objects() as f64;
        if answers < ANSWERS_MIN {
            continue;
        }
        let orders = match set.answers.objects() {
            0..=SMALL => ORDERS_SMALL,
            _ => ORDERS,
        };
        let mut fixed = Vec::new();
        let mut played = [const { Vec::new() }; RULES.len()];
        for order in 0..orders {
            let order = Order::new(&set, order as u64);
            let given = order.first(|_| FIXED);
            fixed.push((accuracy(&set, &given)?, given.all().len()));
            for (outcomes, (_, rule)) in played.iter_mut().zip(RULES) {
                let given = order.play(rule)?;
                outcomes.push((accuracy(&set, &given)?, given.all().len()));
            }
        }
        let base = mean(fixed.iter().map(|(accuracy, _)| *accuracy));
        let spent = fixed.iter().map(|(_, answers)| answers).sum::<usize>() as f64;
        let compared = played.map(|outcomes| {
            let gain = mean(outcomes.iter().map(|(accuracy, _)| *accuracy)) - base;
            let answers = outcomes.iter().map(|(_, answers)| answers).sum::<usize>() as f64;
            (gain, 1.0 - answers / spent)
        });
        println!(
            "| {} | {} | {orders} | {base:.4} | {} |",
            set.name,
            set.answers.objects(),
            compared
                .map(|(gain, saved)| format!("{gain:+.4}, {:.0} % fewer", 100.0 * saved))
                .join(" | ")
        );
        let (gain, saved) = compared[0];
        figures.push(Figure::at_least(
            format!("{}: part of the answers saved", set.name),
            saved,
            // What the last objects of a small set leave over is rounded.
            0.299,
        ));
        figures.push(Figure::at_least(
            format!("{}: accuracy over that of {FIXED} answers", set.name),
            gain,
            -0.003,
        ));
    }
    Ok(figures)
}

fn accuracy(set: &Set, given: &Answers) -> Result<f64> {
    let fitted = fit(given, &Given::default())?;
    Ok(Score::of_posteriors(set, |object| fitted.posterior(object).to_vec()).accuracy)
}

/// The answers of a set, those of each object in an order by chance.
struct Order<'a> {
    set: &'a Set,
    of: Vec<Vec<Answer>>,
}

impl Order<'_> {
    fn new(set: &Set, seed: u64) -> Order<'_> {
        let mut chance = Chance(seed.wrapping_mul(7_919).wrapping_add(1));
        let of = (0..set.answers.objects())
            .map(|object| {
                let mut answers = set.answers.of(object).to_vec();
                for at in (1..answers.len()).rev() {
                    answers.swap(at, chance.below(at + 1));
                }
                answers
            })
            .collect();
        Order { set, of }
    }

    /// The first answers of each object, as many as `count` says.
    fn first(&self, count: impl Fn(usize) -> usize) -> Answers {
        let list: Vec<Answer> = self
            .of
            .iter()
            .enumerate()
            .flat_map(|(object, answers)| answers.iter().take(count(object)).copied())
            .collect();
        let all = &self.set.answers;
        Answers::new(all.objects(), all.workers(), all.labels(), &list)
            .unwrap_or_else(|_| unreachable!("they are answers of the set"))
    }

    /// The answers that a job asks for.
    fn play(&self, rule: Rule) -> Result<Answers> {
        let (Rule::Confidence { least, .. } | Rule::Mean { least, .. }) = rule;
        let objects = self.of.len();
        // Some objects of a set have fewer answers than the fixed number.
        let fixed = self.first(|_| FIXED).all().len() as f64 / objects as f64;
        let most = |object: usize| self.of[object].len().min(MOST);
        let mut counts = vec![0usize; objects];
        let mut wanted: Vec<usize> = (0..objects).map(|object| least.min(most(object))).collect();
        let (mut queue, mut waiting) = (VecDeque::new(), Vec::new());
        let (mut next, mut settled) = (0, 0);
        let (mut given, mut fitted) = (0u64, 0u64);
        let mut parameters: Parameters = fit(&self.first(|_| 0), &Given::default())?.parameters;
        while settled < objects {
            while next < objects && next - settled < WINDOW {
                queue.push_back(next);
                next += 1;
            }
            let sure = |object: usize, count: usize| {
                let said = self.of[object][..count].iter();
                let said: Vec<(u32, u32)> =
                    said.map(|answer| (answer.worker, answer.label)).collect();
                parameters.posterior(&said).into_iter().fold(0.0, f64::max)
            };
            if is_plan_due(waiting.len(), queue.len())
                && let Rule::Mean { part, .. } = rule
            {
                let standing = Standing {
                    mean: part * fixed,
                    objects: next as u64,
                    wanted: wanted[..next].iter().sum::<usize>() as u64,
                    more_to_come: next < objects,
                };
                let list: Vec<Waiting> = waiting
                    .iter()
                    .map(|object: &usize| Waiting {
                        assured: sure(*object, counts[*object]),
                        wanted: wanted[*object] as u32,
                        most: most(*object) as u32,
                    })
                    .collect();
                let planned = plan(standing, &list);
                settled += planned.enough.len();
                for at in &planned.more {
                    wanted[waiting[*at]] += 1;
                    queue.push_back(waiting[*at]);
                }
                let mut gone = planned.more;
                gone.extend(planned.enough);
                gone.sort_unstable();
                for at in gone.into_iter().rev() {
                    waiting.remove(at);
                }
                continue;
            }
            let Some(object) = queue.pop_front() else {
                break;
            };
            counts[object] += 1;
            given += 1;
            let count = counts[object];
            if count < wanted[object] {
                queue.push_back(object);
            } else if count >= most(object) {
                settled += 1;
            } else {
                match rule {
                    Rule::Mean { .. } => waiting.push(object),
                    Rule::Confidence { target, .. } if sure(object, count) < target => {
                        wanted[object] += 1;
                        queue.push_back(object);
                    }
                    Rule::Confidence { .. } => settled += 1,
                }
            }
            if is_fit_due(given, fitted) {
                fitted = given;
                let so_far = self.first(|object| counts[object]);
                parameters = fit(&so_far, &Given::default())?.parameters;
            }
        }
        Ok(self.first(|object| counts[object]))
    }
}

/// SplitMix64 (Steele, Lea and Flood, 2014).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((bits ^ (bits >> 31)) % end as u64) as usize
    }
}
