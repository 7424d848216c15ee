//! Polygons: `{"label", "vertices": [{"x", "y"}]}` in pixels.

use cairn_algorithms::shapes;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::input::Id;
use super::super::write;
use super::shapes::{Format, Row};

pub(super) struct Polygons;

#[derive(Deserialize)]
pub(super) struct Drawn {
    label: Id,
    vertices: Vec<Vertex>,
}

#[derive(Deserialize)]
struct Vertex {
    x: f64,
    y: f64,
}

#[derive(Deserialize)]
pub(super) struct DrawnRow {
    object_id: Id,
    worker_id: Option<Id>,
    width: Option<f64>,
    height: Option<f64>,
    polygons: Vec<Drawn>,
}

impl From<DrawnRow> for Row<Drawn> {
    fn from(row: DrawnRow) -> Row<Drawn> {
        Row {
            object_id: row.object_id,
            worker_id: row.worker_id,
            width: row.width,
            height: row.height,
            drawn: row.polygons,
        }
    }
}

impl Format for Polygons {
    type Shape = shapes::Polygon;
    type Drawn = Drawn;
    type Row = DrawnRow;
    const MEMBER: &'static str = "polygons";
    const LIKENESS: &'static str = "IoU";

    fn label(drawn: &Drawn) -> &Id {
        &drawn.label
    }

    fn shape(drawn: &Drawn) -> shapes::Polygon {
        shapes::Polygon {
            points: drawn
                .vertices
                .iter()
                .map(|vertex| shapes::Point {
                    x: vertex.x,
                    y: vertex.y,
                })
                .collect(),
        }
    }

    fn members(shape: &shapes::Polygon) -> Map<String, Value> {
        let vertices = shape
            .points
            .iter()
            .map(|point| json!({"x": write::number(point.x), "y": write::number(point.y)}));
        [("vertices".to_owned(), vertices.collect())]
            .into_iter()
            .collect()
    }
}
