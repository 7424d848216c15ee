//! How far the answers of different workers to one object agree.
//!
//! - [`Agreement::raw`]: of all pairs of answers to one object, the share that agree; the mean over
//!   objects with at least two answers.
//! - [`Agreement::alpha`]: Krippendorff's alpha for unordered labels: 1 minus observed disagreement
//!   over that of the same answers dealt out by chance. Source: Krippendorff, "Computing
//!   Krippendorff's alpha-reliability", 2011. Any number of workers, any answers missing.
//! - Complexity: O(answers × log of an object's answers) time, O(labels) memory.

use crate::answers::Answers;

/// Agreement of a set of answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Share of agreeing pairs, in 0..=1.
    pub raw: f64,
    /// 1 where all agree, 0 where they agree as often as by chance, below where less often. 1 when
    /// only one label was ever given.
    pub alpha: f64,
    /// Objects with at least two answers.
    pub objects: usize,
}

/// Measures the agreement; none where no object has two answers.
pub fn agreement(answers: &Answers) -> Option<Agreement> {
    let mut totals = vec![0.0; answers.labels()];
    let (mut raw, mut apart, mut count, mut objects) = (0.0, 0.0, 0.0, 0);
    let mut given = Vec::new();
    for object in 0..answers.objects() {
        let of_object = answers.of(object);
        if of_object.len() < 2 {
            continue;
        }
        given.clear();
        given.extend(of_object.iter().map(|answer| answer.label));
        given.sort_unstable();
        let answers_here = given.len() as f64;
        let mut together = 0.0;
        for same in given.chunk_by(|one, other| one == other) {
            let votes = same.len() as f64;
            totals[same[0] as usize] += votes;
            together += votes * (votes - 1.0);
        }
        let pairs = answers_here * (answers_here - 1.0);
        raw += together / pairs;
        apart += (pairs - together) / (answers_here - 1.0);
        count += answers_here;
        objects += 1;
    }
    if objects == 0 {
        return None;
    }
    let by_chance = totals
        .iter()
        .map(|total| total * (count - total))
        .sum::<f64>()
        / (count - 1.0);
    Some(Agreement {
        raw: raw / objects as f64,
        alpha: if by_chance > 0.0 {
            1.0 - apart / by_chance
        } else {
            1.0
        },
        objects,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answers::Answer;

    /// One row a worker, one column an object; `.` is no answer.
    fn of(rows: &[&str], labels: usize) -> Option<Agreement> {
        let mut list = Vec::new();
        for (worker, row) in rows.iter().enumerate() {
            for (object, label) in row.split_whitespace().enumerate() {
                if let Ok(label) = label.parse() {
                    list.push(Answer {
                        object: object as u32,
                        worker: worker as u32,
                        label,
                    });
                }
            }
        }
        agreement(&Answers::new(12, rows.len(), labels, &list).unwrap())
    }

    #[test]
    fn krippendorffs_own_examples() {
        // Section C of the paper: nominal data, four observers, missing data; alpha = 0.743.
        let rows = [
            "1 2 3 3 2 1 4 1 2 . . .",
            "1 2 3 3 2 2 4 1 2 5 . 3",
            ". 3 3 3 2 3 4 2 2 5 1 .",
            "1 2 3 3 2 4 4 1 2 5 1 .",
        ];
        let found = of(&rows, 6).unwrap();
        assert!((found.alpha - 0.743).abs() < 0.0005, "{found:?}");
        assert_eq!(found.objects, 11);
        // Section A: binary data, two observers; alpha = 0.095.
        let rows = ["0 1 0 0 0 0 0 0 1 0", "1 1 1 0 0 1 0 0 0 0"];
        let found = of(&rows, 2).unwrap();
        assert!((found.alpha - 0.095).abs() < 0.0005, "{found:?}");
        assert!((found.raw - 0.6).abs() < 1e-12);
    }

    #[test]
    fn the_ends_of_the_scale() {
        assert_eq!(of(&["0 1", ". ."], 2), None);
        let one_label = of(&["1 1", "1 1"], 2).unwrap();
        assert_eq!((one_label.raw, one_label.alpha), (1.0, 1.0));
        assert!(of(&["0 1", "1 0"], 2).unwrap().alpha < 0.0);
    }
}
