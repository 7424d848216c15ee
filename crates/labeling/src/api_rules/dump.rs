//! The tables as JSON, to be held against the service model.

use serde_json::{Map, Value, json};

use super::{OPERATIONS, Shape, Structure, Text};

/// Every operation's input: `{"type": "structure", "required": […], "members": {…}}`, and below it
/// `string` (`min`, `max`, `pattern`, `enum`, `sensitive`), `integer`, `timestamp`, `list`
/// (`member`) and `map` (`key`, `value`).
pub fn dump() -> Value {
    let operations = OPERATIONS
        .iter()
        .map(|(name, structure)| ((*name).to_owned(), of_structure(structure)));
    Value::Object(operations.collect())
}

fn of_structure(structure: &Structure) -> Value {
    let required: Vec<&str> = structure
        .members
        .iter()
        .filter(|member| member.required)
        .map(|member| member.name)
        .collect();
    let members: Map<String, Value> = structure
        .members
        .iter()
        .map(|member| (member.name.to_owned(), of_shape(member.shape)))
        .collect();
    json!({"type": "structure", "required": required, "members": members})
}

fn of_shape(shape: &Shape) -> Value {
    match shape {
        Shape::Text(rules) => of_text(rules),
        Shape::Integer { min, max } => json!({"type": "integer", "min": min, "max": max}),
        Shape::Timestamp => json!({"type": "timestamp"}),
        Shape::Structure(structure) => of_structure(structure),
        Shape::List { min, max, item } => {
            json!({"type": "list", "min": min, "max": max, "member": of_shape(item)})
        }
        Shape::Map { max, key, value } => {
            json!({"type": "map", "min": 0, "max": max, "key": of_text(key), "value": of_text(value)})
        }
    }
}

fn of_text(rules: &Text) -> Value {
    json!({
        "type": "string",
        "min": rules.min,
        "max": rules.max,
        "pattern": rules.pattern.map(|pattern| pattern.text),
        "enum": rules.values,
        "sensitive": rules.secret,
    })
}
