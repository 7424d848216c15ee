//! Polylines: `{"label", "vertices": [{"x", "y"}]}` in pixels, from one end to the other.

use cairn_algorithms::shapes;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::super::input::Id;
use super::shapes::{Format, Vertex, points, vertices};

pub(super) struct Polylines;

#[derive(Deserialize)]
pub(super) struct Drawn {
    label: Id,
    vertices: Vec<Vertex>,
}

impl Format for Polylines {
    type Shape = shapes::Polyline;
    type Drawn = Drawn;
    const MEMBER: &'static str = "polylines";
    const IS_BY_DISTANCE: bool = true;

    fn label(drawn: &Drawn) -> &Id {
        &drawn.label
    }

    fn shape(drawn: &Drawn) -> anyhow::Result<shapes::Polyline> {
        Ok(shapes::Polyline {
            points: points(&drawn.vertices),
        })
    }

    fn members(shape: &shapes::Polyline) -> Map<String, Value> {
        [("vertices".to_owned(), vertices(&shape.points))]
            .into_iter()
            .collect()
    }
}
