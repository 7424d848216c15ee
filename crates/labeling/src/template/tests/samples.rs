//! Whole templates in the shapes that documents and samples show, in our own words.

use serde_json::{Value as Json, json};

use super::render;
use crate::template::rewrite_scripts;

/// Checks that a rendered template holds each of some pieces.
#[track_caller]
fn check(template: &str, input: Json, pieces: &[&str]) {
    let page = render(template, &json!({"task": {"input": input}}));
    for piece in pieces {
        assert!(page.contains(piece), "no {piece} in\n{page}");
    }
    assert!(!page.contains("{{") && !page.contains("{%"), "{page}");
    let rewritten = rewrite_scripts(&page, "/m.js");
    assert_eq!(rewritten.matches("/m.js").count(), 1);
    assert!(!rewritten.contains("assets.crowd.aws"), "{rewritten}");
}

const SCRIPT: &str = r#"<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>"#;

#[test]
fn bounding_boxes_to_adjust() {
    check(
        &format!(
            r#"{SCRIPT}
<crowd-form>
  <crowd-bounding-box name="boundingBox" src="{{{{ task.input.source-ref | grant_read_access }}}}"
    header="Fix the boxes" labels="{{{{ task.input.labels | to_json | escape }}}}"
    initial-value="[
      {{% for box in task.input.manifestLine.my-boxes.annotations %}}
        {{% capture class_id %}}{{{{ box.class_id }}}}{{% endcapture %}}
        {{% assign label = task.input.manifestLine.my-boxes-metadata.class-map[class_id] %}}
        {{ label: {{{{ label | to_json }}}}, left: {{{{ box.left }}}}, top: {{{{ box.top }}}} }},
      {{% endfor %}}
    ]">
    <short-instructions><img src="{{{{ 'https://s3.amazonaws.com/help/good one.png' | grant_read_access }}}}"></short-instructions>
  </crowd-bounding-box>
</crowd-form>"#
        )
        .replace("        { label:", "        {label:"),
        json!({
            "source-ref": "s3://photos/1.jpg",
            "labels": ["Car", "R&D"],
            "manifestLine": {
                "my-boxes": {"annotations": [{"class_id": 0, "left": 1, "top": 2}, {"class_id": 1, "left": 3, "top": 4.5}]},
                "my-boxes-metadata": {"class-map": {"0": "Car", "1": "R&D"}},
            },
        }),
        &[
            r#"src="https://cairn.test/photos/1.jpg?token=t&amp;until=9""#,
            r#"labels="[&quot;Car&quot;,&quot;R&amp;D&quot;]""#,
            "{label: &quot;Car&quot;, left: 1, top: 2 },",
            "{label: &quot;R&amp;D&quot;, left: 3, top: 4.5 },",
            r#"<img src="https://cairn.test/help/good one.png?token=t&amp;until=9">"#,
        ],
    );
}

#[test]
fn segmentation_with_the_colours_of_an_earlier_job() {
    check(
        &format!(
            r##"{SCRIPT}
<crowd-form><crowd-semantic-segmentation name="crowd-semantic-segmentation"
  src="{{{{ task.input.taskObject | grant_read_access }}}}"
  initial-value="{{ src: {{{{ task.input.manifestLine.seg-ref | grant_read_access | to_json }}}}, labelMappings: {{
    {{%- for box in task.input.manifestLine.seg-ref-metadata.internal-color-map -%}}
      {{%- if box[1]['class-name'] != 'BACKGROUND' -%}}
        {{{{ box[1]['class-name'] | to_json }}}}: {{ 'color': {{{{ box[1]['hex-color'] | to_json }}}} }},
      {{%- endif -%}}
    {{%- endfor -%}} }} }}"
  labels="{{{{ task.input.labels | to_json }}}}"></crowd-semantic-segmentation></crowd-form>"##
        )
        .replace("{ src", "{src")
        .replace("{ 'color'", "{'color'"),
        json!({
            "taskObject": "s3://b/i.png",
            "labels": ["road"],
            "manifestLine": {
                "seg-ref": "s3://b/mask.png",
                "seg-ref-metadata": {"internal-color-map": {
                    "0": {"class-name": "BACKGROUND", "hex-color": "#ffffff"},
                    "1": {"class-name": "road", "hex-color": "#2ca02c"},
                }},
            },
        }),
        &[
            "{src: &quot;https://cairn.test/b/mask.png?token=t&amp;until=9&quot;",
            "&quot;road&quot;: {'color': &quot;#2ca02c&quot; },",
        ],
    );
}

#[test]
fn entities_of_a_text() {
    check(
        &format!(
            r#"{SCRIPT}
<crowd-entity-annotation name="crowd-entity-annotation" header="Mark names"
  labels="{{{{ task.input.labels | to_json | escape }}}}" text="{{{{ task.input.taskObject }}}}">
  <full-instructions header="Names"><ol><li>Read</li></ol></full-instructions>
</crowd-entity-annotation>
<script>
  document.addEventListener('all-crowd-elements-ready', () => {{
    const words = {{{{ task.input.words | to_json | skip_autoescape }}}};
  }});
</script>"#
        ),
        json!({
            "taskObject": "\"Ann\" & <Bob>",
            "labels": [{"label": "PER", "shortDisplayName": "p"}],
            "words": ["a<b", "c"],
        }),
        &[
            r#"labels="[{&quot;label&quot;:&quot;PER&quot;,&quot;shortDisplayName&quot;:&quot;p&quot;}]""#,
            r#"text="&quot;Ann&quot; &amp; &lt;Bob&gt;""#,
            r#"const words = ["a<b","c"];"#,
        ],
    );
}

#[test]
fn a_transcription_with_choices_by_type() {
    check(
        r#"<script src="//assets.crowd.aws/crowd-html-elements-v2.js"></script>
{% assign kind = task.input.kind | downcase | default: 'speech' %}
<crowd-form>
  {% case kind %}{% when 'speech', 'talk' %}<audio src="{{ task.input.source-ref | grant_read_access }}"></audio>
  {% else %}<video></video>{% endcase %}
  {% for option in task.input.options %}
  <label><input type="radio" name="choice" value="{{ option }}"
    {% if forloop.first %}checked{% endif %}>{{ forloop.index }}. {{ option | capitalize }}</label>
  {% endfor %}
  {% unless task.input.short %}<crowd-text-area name="text" rows="{{ task.input.rows | default: 4 }}"></crowd-text-area>{% endunless %}
</crowd-form>"#,
        json!({"source-ref": "s3://b/a.mp3", "options": ["yes", "don't know"]}),
        &[
            r#"<audio src="https://cairn.test/b/a.mp3?token=t&amp;until=9">"#,
            r#"value="yes"
    checked>1. Yes"#,
            "2. Don&#39;t know",
            r#"rows="4""#,
        ],
    );
}
