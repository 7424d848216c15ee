//! Shapes against true ones.

use anyhow::bail;
use cairn_algorithms::shapes::{Shape, ShapeConsolidation};

use super::super::super::Job;
use super::super::super::gold::Gold;
use super::super::super::input::Source;
use super::super::super::outcome::Figure;
use super::row::Row;
use super::{Format, Input, sound};

/// How near a shape must be to count as a true one, roughly and exactly, and what the figures are
/// called. Distances are below 0, so that more is nearer for them too.
struct Nearness {
    least: [f64; 2],
    names: [&'static str; 3],
    meaning: &'static str,
}

const BY_IOU: Nearness = Nearness {
    least: [0.5, 0.75],
    names: ["F1 at IoU .5", "F1 at IoU .75", "mean IoU"],
    meaning: "of shapes found and the true ones, where it is at least one half",
};
const BY_DISTANCE: Nearness = Nearness {
    least: [-10.0, -3.0],
    names: [
        "F1 within 10 pixels",
        "F1 within 3 pixels",
        "mean distance in pixels",
    ],
    meaning: "of shapes found and the true ones, where it is at most 10",
};

/// Pairs shapes with true ones of the same label one to one, from the nearest on.
pub(super) fn compare<F: Format>(
    job: &Job<'_>,
    source: &Source,
    input: &Input<F::Shape>,
    found: &ShapeConsolidation<F::Shape>,
) -> anyhow::Result<Gold> {
    let nearness = if F::IS_BY_DISTANCE {
        BY_DISTANCE
    } else {
        BY_IOU
    };
    let (mut objects, mut missing) = (0, 0);
    let (mut given, mut wanted) = (0usize, 0usize);
    let mut paired: Vec<f64> = Vec::new();
    let each = |_, row: Row<F>| {
        let Some(object) = input.names.find(row.object_id.0.as_bytes()) else {
            missing += 1;
            return Ok(());
        };
        let decision = found.objects[object as usize].as_ref();
        let decided = decision.map_or(&[][..], |decision| &decision.shapes);
        let mut pairs = Vec::new();
        for (at, truth) in row.drawn.iter().enumerate() {
            let shape = sound::<F>(truth, at)?;
            if !shape.has_extent() {
                bail!("`{}[{at}]` has no extent", F::MEMBER);
            }
            let label = input.labels.find(F::label(truth).0.as_bytes());
            for (number, one) in decided.iter().enumerate() {
                if label != Some(one.label) || !shape.has_extent() {
                    continue;
                }
                let near = match one.shape.distance(&shape) {
                    Some(distance) => -distance,
                    None => one.shape.likeness(&shape, 1.0),
                };
                if near >= nearness.least[0] {
                    pairs.push((near, at, number));
                }
            }
        }
        pairs.sort_by(|one, other| other.0.total_cmp(&one.0));
        let mut taken = vec![false; row.drawn.len()];
        let mut used = vec![false; decided.len()];
        for (near, truth, number) in pairs {
            if !taken[truth] && !used[number] {
                (taken[truth], used[number]) = (true, true);
                paired.push(near);
            }
        }
        objects += 1;
        given += decided.len();
        wanted += row.drawn.len();
        Ok(())
    };
    let structured = [F::MEMBER, "width", "height"];
    source.rows(&["object_id"], &structured, job.progress, each)?;
    let f1 = |least: f64| {
        let right = paired.iter().filter(|near| **near >= least);
        match given + wanted {
            0 => 1.0,
            all => 2.0 * right.count() as f64 / all as f64,
        }
    };
    let mean = paired.iter().sum::<f64>() / paired.len().max(1) as f64;
    let [rough, exact, in_the_mean] = nearness.names;
    Gold::new(source.path(), objects, missing, || {
        vec![
            Figure {
                name: rough,
                value: f1(nearness.least[0]),
                meaning: "twice the true shapes found, of those found and those that are true",
            },
            Figure {
                name: exact,
                value: f1(nearness.least[1]),
                meaning: "the same, where only shapes that are nearer count",
            },
            Figure {
                name: in_the_mean,
                value: mean.abs(),
                meaning: nearness.meaning,
            },
        ]
    })
}
