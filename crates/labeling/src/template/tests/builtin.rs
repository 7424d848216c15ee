//! The pages of the built-in task types.

use serde_json::json;

use super::render;
use crate::template::{built_in, instructions_of_text};

pub(super) const NAMES: [&str; 4] = [
    "ImageMultiClass",
    "ImageMultiClassMultiLabel",
    "TextMultiClass",
    "TextMultiClassMultiLabel",
];

#[test]
fn an_image_page() {
    let template = built_in("ImageMultiClass", "Which \"animal\"?", "<p>Look.</p>", "").unwrap();
    let data = json!({"task": {"input": {
        "taskObject": "s3://photos/a.jpg", "labels": ["Cat", "Dog & Co"],
    }}});
    assert_eq!(
        render(&template, &data),
        r#"<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>

<crowd-form>
  <crowd-image-classifier
    name="crowd-image-classifier"
    src="https://cairn.test/photos/a.jpg?token=t&amp;until=9"
    categories="[&quot;Cat&quot;,&quot;Dog &amp; Co&quot;]"
    header="Which &quot;animal&quot;?"
  >
    <short-instructions><p>Look.</p></short-instructions>
  </crowd-image-classifier>
</crowd-form>
"#
    );
}

#[test]
fn a_text_page() {
    let template = built_in("TextMultiClassMultiLabel", "Topics", "", "<b>All</b>").unwrap();
    let data = json!({"task": {"input": {"taskObject": "1 < 2\n  行", "labels": ["a"]}}});
    assert_eq!(
        render(&template, &data),
        r#"<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>

<crowd-form>
  <crowd-classifier-multi-select
    name="crowd-classifier-multi-select"
    categories="[&quot;a&quot;]"
    header="Topics"
  >
    <classification-target style="white-space: pre-wrap">1 &lt; 2
  行</classification-target>
    <full-instructions header="Topics"><b>All</b></full-instructions>
  </crowd-classifier-multi-select>
</crowd-form>
"#
    );
}

#[test]
fn each_answers_under_the_name_its_task_type_expects() {
    for name in NAMES {
        let element = crate::task_type::task_type(name).unwrap().element;
        let template = built_in(name, "", "", "").unwrap();
        assert!(template.contains(&format!("<{element}\n")), "{name}");
        assert!(template.contains(&format!(" name=\"{element}\"")), "{name}");
    }
    assert_eq!(built_in("BoundingBox", "", "", ""), None);
}

#[test]
fn what_is_filled_in_is_never_liquid() {
    let hostile =
        "{{ task.input.taskObject }}{% for %}{{{%{ }} %} %instructions% %header% {%- raw -%}{";
    let data = json!({"task": {"input": {"taskObject": "secret", "labels": []}}});
    for name in NAMES {
        let page = render(&built_in(name, hostile, hostile, hostile).unwrap(), &data);
        let shown = page.replace("secret", "").matches(hostile).count();
        // Header of the element, both instructions, and the header of the full ones.
        assert_eq!(shown, 4, "{name}: {page}");
    }
}

#[test]
fn text_becomes_paragraphs() {
    assert_eq!(
        instructions_of_text("One <b>\nline & another\r\n\r\n\n second {{ x }}\n"),
        "<p>One &lt;b&gt;<br>line &amp; another</p><p>second {{ x }}</p>"
    );
    assert_eq!(instructions_of_text(" \n"), "");
}
