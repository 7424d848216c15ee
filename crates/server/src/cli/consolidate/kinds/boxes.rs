//! Bounding boxes: `{"label", "left", "top", "width", "height"}` in pixels; an empty list says that
//! there is nothing, which is an answer.

use cairn_algorithms::shapes;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::input::Id;
use super::super::write;
use super::shapes::{Format, Row};

pub(super) struct Boxes;

#[derive(Deserialize)]
pub(super) struct DrawnBox {
    label: Id,
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

#[derive(Deserialize)]
pub(super) struct BoxRow {
    object_id: Id,
    worker_id: Option<Id>,
    width: Option<f64>,
    height: Option<f64>,
    boxes: Vec<DrawnBox>,
}

impl From<BoxRow> for Row<DrawnBox> {
    fn from(row: BoxRow) -> Row<DrawnBox> {
        Row {
            object_id: row.object_id,
            worker_id: row.worker_id,
            width: row.width,
            height: row.height,
            drawn: row.boxes,
        }
    }
}

impl Format for Boxes {
    type Shape = shapes::BoundingBox;
    type Drawn = DrawnBox;
    type Row = BoxRow;
    const MEMBER: &'static str = "boxes";
    const LIKENESS: &'static str = "IoU";

    fn label(drawn: &DrawnBox) -> &Id {
        &drawn.label
    }

    fn shape(drawn: &DrawnBox) -> shapes::BoundingBox {
        shapes::BoundingBox {
            left: drawn.left,
            top: drawn.top,
            width: drawn.width,
            height: drawn.height,
        }
    }

    fn members(shape: &shapes::BoundingBox) -> Map<String, Value> {
        [
            ("left", shape.left),
            ("top", shape.top),
            ("width", shape.width),
            ("height", shape.height),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), write::number(value)))
        .collect()
    }
}
