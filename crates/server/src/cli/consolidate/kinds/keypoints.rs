//! Keypoints: `{"label", "x", "y"}` in pixels.

use cairn_algorithms::shapes;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::input::Id;
use super::super::write;
use super::shapes::Format;

pub(super) struct Keypoints;

#[derive(Deserialize)]
pub(super) struct Drawn {
    label: Id,
    x: f64,
    y: f64,
}

impl Format for Keypoints {
    type Shape = shapes::Keypoint;
    type Drawn = Drawn;
    const MEMBER: &'static str = "keypoints";
    const IS_BY_DISTANCE: bool = true;

    fn label(drawn: &Drawn) -> &Id {
        &drawn.label
    }

    fn shape(drawn: &Drawn) -> anyhow::Result<shapes::Keypoint> {
        Ok(shapes::Keypoint {
            x: drawn.x,
            y: drawn.y,
        })
    }

    fn members(shape: &shapes::Keypoint) -> Map<String, Value> {
        [("x", shape.x), ("y", shape.y)]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), write::number(value)))
            .collect()
    }
}
