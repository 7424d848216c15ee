//! Points of shapes, as `vertices`.

use cairn_algorithms::shapes::Point;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::super::write;

/// A point in pixels.
#[derive(Deserialize)]
pub(in super::super) struct Vertex {
    x: f64,
    y: f64,
}

pub(in super::super) fn points(vertices: &[Vertex]) -> Vec<Point> {
    let point = |vertex: &Vertex| Point {
        x: vertex.x,
        y: vertex.y,
    };
    vertices.iter().map(point).collect()
}

pub(in super::super) fn vertices(points: &[Point]) -> Value {
    let vertex = |point: &Point| json!({"x": write::number(point.x), "y": write::number(point.y)});
    points.iter().map(vertex).collect()
}
