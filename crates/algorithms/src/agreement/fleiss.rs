//! Fleiss' kappa: how far a crowd agrees beyond chance.
//!
//! - Steps: the mean over objects of the share of agreeing pairs, and the share that would agree if
//!   all answers were dealt out by chance; (agreeing − by chance)/(1 − by chance).
//! - Source: Fleiss, "Measuring nominal scale agreement among many raters", 1971. He has the same
//!   number of answers for each object; where numbers differ every object counts the same, and an
//!   object with fewer than two answers does not count at all.
//! - Complexity: O(answers × log of an object's answers) time, O(labels) memory.
//! - When only one label was ever given the kappa is 1, as all agree.

use super::agreeing;
use crate::answers::Answers;

/// The kappa; none where no object has two answers.
pub fn kappa(answers: &Answers) -> Option<f64> {
    let mut totals = vec![0.0; answers.labels()];
    let mut count = 0.0;
    for object in 0..answers.objects() {
        let of_object = answers.of(object);
        if of_object.len() >= 2 {
            for answer in of_object {
                totals[answer.label as usize] += 1.0;
            }
            count += of_object.len() as f64;
        }
    }
    let (mut sum, mut objects) = (0.0, 0.0);
    for share in agreeing(answers) {
        sum += share;
        objects += 1.0;
    }
    if objects == 0.0 {
        return None;
    }
    let parts = totals.iter().map(|total: &f64| total / count);
    let by_chance: f64 = parts.map(|part| part * part).sum();
    Some(super::cohen::beyond_chance(sum / objects, by_chance))
}
