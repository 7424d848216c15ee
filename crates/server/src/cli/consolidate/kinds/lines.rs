//! Straight lines: `{"label", "vertices": [{"x", "y"}]}` in pixels, two of them, in any order.

use anyhow::bail;
use cairn_algorithms::shapes;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::input::Id;
use super::shapes::{Format, Vertex, points, vertices};

pub(super) struct Lines;

#[derive(Deserialize)]
pub(super) struct Drawn {
    label: Id,
    vertices: Vec<Vertex>,
}

impl Format for Lines {
    type Shape = shapes::Line;
    type Drawn = Drawn;
    const MEMBER: &'static str = "lines";
    const IS_BY_DISTANCE: bool = true;

    fn label(drawn: &Drawn) -> &Id {
        &drawn.label
    }

    fn shape(drawn: &Drawn) -> anyhow::Result<shapes::Line> {
        match points(&drawn.vertices)[..] {
            [from, to] => Ok(shapes::Line { from, to }),
            _ => bail!("{} `vertices`, where a line has 2", drawn.vertices.len()),
        }
    }

    fn members(shape: &shapes::Line) -> Map<String, Value> {
        [("vertices".to_owned(), vertices(&[shape.from, shape.to]))]
            .into_iter()
            .collect()
    }
}
