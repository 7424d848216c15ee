//! Remarks for requesters.

use crate::template::{built_in, lint};

const OFFERED: [&str; 3] = ["crowd-form", "crowd-classifier", "crowd-button"];

#[track_caller]
fn check(template: &str, expected: &[&str]) {
    let found: Vec<String> = lint(template, &OFFERED)
        .into_iter()
        .map(|warning| format!("{}:{} {}", warning.line, warning.column, warning.message))
        .collect();
    assert_eq!(found, expected, "{template}");
}

const SCRIPT: &str = r#"<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>"#;

#[test]
fn a_sound_template_has_no_remarks() {
    check(
        &format!(
            "{SCRIPT}
<crowd-form>
  {{% assign url = task.input.image | grant_read_access %}}
  {{% for label in task.input.labels limit: 3 %}}{{{{ forloop.index }}}} {{{{ label }}}}{{% endfor %}}
  <img src=\"{{{{ url }}}}\"><img src='{{{{ task.input[\"a\"] | grant_read_access }}}}'>
  <img src=\"https://example.com/{{{{ task.input.id }}}}.png\">
  <script>const tag = '<crowd-nope>';</script>
  <crowd-classifier categories=\"{{{{ task.input.labels | to_json }}}}\"></crowd-classifier>
</crowd-form>"
        ),
        &[],
    );
}

#[test]
fn built_in_templates_have_no_remarks() {
    let offered = [
        "crowd-form",
        "crowd-image-classifier",
        "crowd-image-classifier-multi-select",
        "crowd-classifier",
        "crowd-classifier-multi-select",
    ];
    for name in super::builtin::NAMES {
        let template = built_in(name, "{% a %}", "<p>{{ b }}</p>", "c").unwrap();
        assert_eq!(lint(&template, &offered), [], "{name}");
    }
}

#[test]
fn what_workers_would_stumble_over_is_told() {
    check(
        &format!(
            "{SCRIPT}<crowd-form>\n  {{{{ source }}}} {{{{ task.output.x }}}} {{% if task.input[k] %}}{{% endif %}}\n</crowd-form>"
        ),
        &[
            "2:6 unknown variable `source` is always empty: data is in `task.input`",
            "2:19 `task.output` is always empty: data is in `task.input`",
            "2:53 unknown variable `k` is always empty: data is in `task.input`",
        ],
    );
    check(
        &format!(
            "{SCRIPT}<crowd-form>\n<crowd-Keypoint></crowd-Keypoint>\n<img\n src=\"{{{{ task.input.image }}}}\"></crowd-form>"
        ),
        &[
            "2:1 element `<crowd-keypoint>` does not exist here; workers would see only what is inside it",
            "4:7 `src` lacks `| grant_read_access`: a worker's browser cannot open a stored object without it",
        ],
    );
    check(
        "<p>hello</p>",
        &[
            "1:1 no `<crowd-form>`: nothing gathers what the worker enters",
            "1:1 no script of the crowd elements; it is added at the start of the page",
            "1:1 no way to submit: neither `<crowd-form>`, which brings its own button, nor one with `form-action=\"submit\"`",
        ],
    );
    check(
        &format!("{SCRIPT}<form><button type='submit'>ok</button></form>"),
        &["1:1 no `<crowd-form>`: nothing gathers what the worker enters"],
    );
    check(
        &format!("{SCRIPT}<crowd-form>\n{{% if x %}}"),
        &["2:4 `if` is never closed by `endif`"],
    );
}

#[test]
fn remarks_are_bounded() {
    assert_eq!(lint(&"{{ x }}".repeat(10_000), &[]).len(), 100);
}
