//! Polygons: `{"label", "vertices": [{"x", "y"}]}` in pixels.

use cairn_algorithms::shapes;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::input::Id;
use super::shapes::{Format, Vertex, points, vertices};

pub(super) struct Polygons;

#[derive(Deserialize)]
pub(super) struct Drawn {
    label: Id,
    vertices: Vec<Vertex>,
}

impl Format for Polygons {
    type Shape = shapes::Polygon;
    type Drawn = Drawn;
    const MEMBER: &'static str = "polygons";
    const IS_BY_DISTANCE: bool = false;

    fn label(drawn: &Drawn) -> &Id {
        &drawn.label
    }

    fn shape(drawn: &Drawn) -> anyhow::Result<shapes::Polygon> {
        Ok(shapes::Polygon {
            points: points(&drawn.vertices),
        })
    }

    fn members(shape: &shapes::Polygon) -> Map<String, Value> {
        [("vertices".to_owned(), vertices(&shape.points))]
            .into_iter()
            .collect()
    }
}
