//! The pages of the built-in task types.
//!
//! One more task type is one more file in `builtin/`. `%header%` and `%instructions%` are filled in by [`built_in`];
//! everything else in the file is an ordinary worker template.

use super::text::escape_into;

/// Names of task types, as in `PRE-<name>`, with their template.
const TEMPLATES: [(&str, &str); 4] = [
    (
        "ImageMultiClass",
        include_str!("builtin/image_multi_class.liquid.html"),
    ),
    (
        "ImageMultiClassMultiLabel",
        include_str!("builtin/image_multi_class_multi_label.liquid.html"),
    ),
    (
        "TextMultiClass",
        include_str!("builtin/text_multi_class.liquid.html"),
    ),
    (
        "TextMultiClassMultiLabel",
        include_str!("builtin/text_multi_class_multi_label.liquid.html"),
    ),
];

/// The worker template of a built-in task type, or nothing if the type has none.
///
/// `header` is text: the question above the object. The instructions are HTML, trusted as far as any template is, and
/// left out where blank; [`instructions_of_text`] makes them from text. Braces in all three are shown as they are and
/// never read as Liquid.
pub fn built_in(
    task_type_name: &str,
    header: &str,
    short_instructions_html: &str,
    full_instructions_html: &str,
) -> Option<String> {
    let (_, template) = TEMPLATES.iter().find(|(name, _)| *name == task_type_name)?;
    let mut escaped = String::new();
    escape_into(header, &mut escaped);
    let header = without_liquid(&escaped);

    let mut instructions = String::new();
    if !short_instructions_html.trim().is_empty() {
        instructions.push_str(&format!(
            "\n    <short-instructions>{}</short-instructions>",
            without_liquid(short_instructions_html)
        ));
    }
    if !full_instructions_html.trim().is_empty() {
        instructions.push_str(&format!(
            "\n    <full-instructions header=\"{header}\">{}</full-instructions>",
            without_liquid(full_instructions_html)
        ));
    }
    // Each marker stands once, the header first; what is filled in is not searched for markers again.
    let (before, rest) = template.split_once("%header%")?;
    let (between, after) = rest.split_once("%instructions%")?;
    Some([before, &header, between, &instructions, after].concat())
}

/// HTML of plain text: blank lines part paragraphs, and a line break stays one.
pub fn instructions_of_text(text: &str) -> String {
    let mut html = String::new();
    for paragraph in text.replace("\r\n", "\n").split("\n\n") {
        let paragraph = paragraph.trim();
        if paragraph.is_empty() {
            continue;
        }
        let mut escaped = String::new();
        escape_into(paragraph, &mut escaped);
        html.push_str(&format!("<p>{}</p>", escaped.replace('\n', "<br>")));
    }
    html
}

/// A template that renders as `text`, whatever braces are in it.
fn without_liquid(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match rest.as_bytes().get(1) {
            Some(b'{') => out.push_str("{{ '{{' }}"),
            Some(b'%') => out.push_str("{{ '{%' }}"),
            _ => {
                out.push('{');
                rest = &rest[1..];
                continue;
            }
        }
        rest = &rest[2..];
    }
    out.push_str(rest);
    out
}
