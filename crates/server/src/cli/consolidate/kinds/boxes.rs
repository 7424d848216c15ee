//! Bounding boxes: `{"label", "left", "top", "width", "height"}` in pixels; an empty list says that
//! there is nothing, which is an answer.

use anyhow::bail;
use cairn_algorithms::shapes;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::input::Id;
use super::super::write;
use super::shapes::Format;

pub(super) struct Boxes;

#[derive(Deserialize)]
pub(super) struct Drawn {
    label: Id,
    left: f64,
    top: f64,
    width: f64,
    height: f64,
}

impl Format for Boxes {
    type Shape = shapes::BoundingBox;
    type Drawn = Drawn;
    const MEMBER: &'static str = "boxes";
    const IS_BY_DISTANCE: bool = false;

    fn label(drawn: &Drawn) -> &Id {
        &drawn.label
    }

    fn shape(drawn: &Drawn) -> anyhow::Result<shapes::BoundingBox> {
        if drawn.width < 0.0 || drawn.height < 0.0 {
            bail!("`width` and `height` must not be below 0");
        }
        Ok(shapes::BoundingBox {
            left: drawn.left,
            top: drawn.top,
            width: drawn.width,
            height: drawn.height,
        })
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
