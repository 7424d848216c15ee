//! The file with what became of a batch.

use crate::ids::Line;
use crate::label_json::LabelJson;

/// The text of the file: for each object that has a label, the label and its metadata under the
/// job's attribute. Objects that failed are not in it.
pub fn consolidation_response(attribute: &str, labels: &[(Line, LabelJson)]) -> String {
    let mut text = String::from("[");
    for (at, (line, json)) in labels.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        // Attribute names are letters, digits and hyphens; labels and metadata are JSON already.
        text.push_str(&format!(
            "{{\"datasetObjectId\":\"{line}\",\"consolidatedAnnotation\":{{\"content\":{{\"{attribute}\":{},\"{attribute}-metadata\":{}}}}}}}",
            json.label, json.metadata
        ));
    }
    text.push(']');
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_metadata_are_inside_content() {
        let json = LabelJson {
            label: "0".to_owned(),
            metadata: r#"{"confidence":0.95}"#.to_owned(),
        };
        let text = consolidation_response("species", &[(Line(5), json.clone()), (Line(6), json)]);
        assert_eq!(
            text,
            r#"[{"datasetObjectId":"5","consolidatedAnnotation":{"content":{"species":0,"species-metadata":{"confidence":0.95}}}},{"datasetObjectId":"6","consolidatedAnnotation":{"content":{"species":0,"species-metadata":{"confidence":0.95}}}}]"#
        );
        assert_eq!(consolidation_response("species", &[]), "[]");
    }
}
