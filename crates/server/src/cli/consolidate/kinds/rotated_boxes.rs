//! Rotated boxes: `{"label", "x", "y", "width", "height", "angle"}`: the centre in pixels, the sides
//! along the angle and across it, and the angle in degrees from x towards y, which is clockwise.

use anyhow::bail;
use cairn_algorithms::shapes;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::input::Id;
use super::super::write;
use super::shapes::Format;

pub(super) struct RotatedBoxes;

#[derive(Deserialize)]
pub(super) struct Drawn {
    label: Id,
    x: f64,
    y: f64,
    width: f64,
    height: f64,
    angle: f64,
}

impl Format for RotatedBoxes {
    type Shape = shapes::RotatedBox;
    type Drawn = Drawn;
    const MEMBER: &'static str = "rotated_boxes";
    const IS_BY_DISTANCE: bool = false;

    fn label(drawn: &Drawn) -> &Id {
        &drawn.label
    }

    fn shape(drawn: &Drawn) -> anyhow::Result<shapes::RotatedBox> {
        if drawn.width < 0.0 || drawn.height < 0.0 {
            bail!("`width` and `height` must not be below 0");
        }
        Ok(shapes::RotatedBox {
            x: drawn.x,
            y: drawn.y,
            width: drawn.width,
            height: drawn.height,
            angle: drawn.angle.to_radians(),
        })
    }

    fn members(shape: &shapes::RotatedBox) -> Map<String, Value> {
        [
            ("x", shape.x),
            ("y", shape.y),
            ("width", shape.width),
            ("height", shape.height),
            ("angle", shape.angle.to_degrees()),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), write::number(value)))
        .collect()
    }
}
