//! Keypoints: `{"label", "x", "y"}` in pixels.

use cairn_algorithms::shapes;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::input::Id;
use super::super::write;
use super::shapes::{Format, Row};

pub(super) struct Keypoints;

#[derive(Deserialize)]
pub(super) struct Drawn {
    label: Id,
    x: f64,
    y: f64,
}

#[derive(Deserialize)]
pub(super) struct DrawnRow {
    object_id: Id,
    worker_id: Option<Id>,
    width: Option<f64>,
    height: Option<f64>,
    keypoints: Vec<Drawn>,
}

impl From<DrawnRow> for Row<Drawn> {
    fn from(row: DrawnRow) -> Row<Drawn> {
        Row {
            object_id: row.object_id,
            worker_id: row.worker_id,
            width: row.width,
            height: row.height,
            drawn: row.keypoints,
        }
    }
}

impl Format for Keypoints {
    type Shape = shapes::Keypoint;
    type Drawn = Drawn;
    type Row = DrawnRow;
    const MEMBER: &'static str = "keypoints";
    const LIKENESS: &'static str = "likeness";

    fn label(drawn: &Drawn) -> &Id {
        &drawn.label
    }

    fn shape(drawn: &Drawn) -> shapes::Keypoint {
        shapes::Keypoint {
            x: drawn.x,
            y: drawn.y,
        }
    }

    fn members(shape: &shapes::Keypoint) -> Map<String, Value> {
        [("x", shape.x), ("y", shape.y)]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), write::number(value)))
            .collect()
    }
}
