//! Mistakes and limits, each with its place.

use serde_json::json;

use super::{Granting, try_render};
use crate::template::{Environment, Limits, SOURCE_BYTES_MAX, Template, TemplateErrorCode};

#[test]
fn a_mistake_has_a_line_and_a_column() {
    let cases = [
        (
            "{{ a",
            "line 1, column 1: output `{{` is never closed by `}}`",
        ),
        (
            "a\n b {% if x",
            "line 2, column 4: tag `{%` is never closed by `%}`",
        ),
        ("{% %}", "line 1, column 1: a tag needs a name after `{%`"),
        (
            "x\n\n  {% fro x in y %}",
            "line 3, column 6: unknown tag `fro`",
        ),
        ("猫猫{% nope %}", "line 1, column 6: unknown tag `nope`"),
        (
            "{% if a %}{% endfoo %}",
            "line 1, column 14: unknown tag `endfoo`",
        ),
        (
            "{% render 'x' %}",
            "line 1, column 4: tag `render` is not available: a worker template is one file and has no partials",
        ),
        (
            "{% include 'x' %}",
            "line 1, column 4: tag `include` is not available: a worker template is one file and has no partials",
        ),
        ("{{ a | nope }}", "line 1, column 8: unknown filter `nope`"),
        (
            "{{ a\n | upcase\n | shout: 1 }}",
            "line 3, column 4: unknown filter `shout`",
        ),
        (
            "{{ a | }}",
            "line 1, column 8: expected the name of a filter after `|` but the markup ends here",
        ),
        (
            "{{ a | upcase: 1 }}",
            "line 1, column 8: filter `upcase` takes no argument but was given 1",
        ),
        (
            "{{ a | append }}",
            "line 1, column 8: filter `append` takes one argument but was given 0",
        ),
        (
            "{{ a | replace: 1, 2, 3 }}",
            "line 1, column 8: filter `replace` takes 1 to 2 arguments but was given 3",
        ),
        (
            "{{ a | default: 1, allow: 2 }}",
            "line 1, column 20: filter `default` has no argument `allow`",
        ),
        (
            "{{ a | skip_autoescape: 1 }}",
            "line 1, column 25: `skip_autoescape` takes no argument",
        ),
        (
            "{{ a b }}",
            "line 1, column 6: unexpected `b` after the value",
        ),
        (
            "{{ a.b. }}",
            "line 1, column 9: expected a name after `.` but the markup ends here",
        ),
        (
            "{{ a[1 }}",
            "line 1, column 8: expected `]` but the markup ends here",
        ),
        ("{{ 'a }}", "line 1, column 4: string is never closed by '"),
        (
            "{{ nil.a }}",
            "line 1, column 4: `nil` is a value and has nothing inside",
        ),
        (
            "{{ (1..) }}",
            "line 1, column 8: expected a value but found `)`",
        ),
        (
            "{{ (1,2) }}",
            "line 1, column 6: expected `..` of a range but found `,2)`",
        ),
        (
            "{% if %}{% endif %}",
            "line 1, column 6: expected a value but the markup ends here",
        ),
        (
            "{% if a = b %}{% endif %}",
            "line 1, column 9: `=` does not compare; write `==`",
        ),
        (
            "{% if a && b %}{% endif %}",
            "line 1, column 9: conditions are joined by `and` and `or`",
        ),
        (
            "{% if a | size > 1 %}{% endif %}",
            "line 1, column 9: a condition takes no filters: assign the filtered value to a variable first",
        ),
        (
            "{% if (a or b) and c %}{% endif %}",
            "line 1, column 7: conditions have no parentheses; nest another `if` or assign a part to a variable",
        ),
        (
            "x\n{% if a %}\n",
            "line 2, column 4: `if` is never closed by `endif`",
        ),
        (
            "{% for x in y %}{% if x %}\n{% endfor %}{% endif %}",
            "line 2, column 4: `endfor` does not fit here: `if` of line 1 is still open",
        ),
        (
            "{% endif %}",
            "line 1, column 4: `endif` belongs to no open block",
        ),
        (
            "{% else %}",
            "line 1, column 4: `else` belongs to no open block",
        ),
        (
            "{% endcomment %}",
            "line 1, column 4: `endcomment` belongs to no open block",
        ),
        (
            "{% if a %}{% endif x %}",
            "line 1, column 20: unexpected `x` after `endif`",
        ),
        (
            "{% for x of y %}{% endfor %}",
            "line 1, column 10: expected `in` after `x`",
        ),
        (
            "{% for x in y step: 2 %}{% endfor %}",
            "line 1, column 15: `for` has no argument `step`",
        ),
        (
            "{% for x in y cols: 2 %}{% endfor %}",
            "line 1, column 15: `for` has no argument `cols`",
        ),
        (
            "{% for x in y | sort %}{% endfor %}",
            "line 1, column 15: `for` takes no filters: assign the filtered value to a variable first",
        ),
        (
            "{% assign a 1 %}",
            "line 1, column 13: expected `=` after `a`",
        ),
        (
            "{% assign a = %}",
            "line 1, column 14: expected a value after `=`",
        ),
        (
            "{% assign = 1 %}",
            "line 1, column 11: expected the name of a variable but found `= 1`",
        ),
        (
            "{% case a b %}{% endcase %}",
            "line 1, column 11: unexpected `b` after the value of `case`",
        ),
        (
            "{% raw %}{{",
            "line 1, column 1: `raw` is never closed by `endraw`",
        ),
        (
            "a{% comment %}{% endif %}",
            "line 1, column 2: `comment` is never closed by `endcomment`",
        ),
        (
            "{% liquid\n assign a = 1\n nope b %}",
            "line 3, column 2: unknown tag `nope`",
        ),
        (
            "{% liquid\n if a\n %}",
            "line 2, column 2: `if` is never closed by `endif`",
        ),
        (
            "{% liquid\n raw\n %}",
            "line 2, column 2: `raw` cannot stand inside a `liquid` tag",
        ),
        (
            "{% # a\n b %}",
            "line 2, column 2: each line of a `#` comment starts with `#`",
        ),
        (
            "{% break now %}",
            "line 1, column 10: unexpected `now` after `break`",
        ),
        (
            "{{ a | divided_by: 0 }}",
            "line 1, column 8: `divided_by` cannot divide by 0",
        ),
        (
            "{{ 'a' | concat: 'b' }}",
            "line 1, column 10: `concat` needs a list as its argument",
        ),
        (
            "{{ 'a' | truncate: 'b' }}",
            "line 1, column 10: `truncate` needs an integer as its argument",
        ),
        (
            "{{ '***' | base64_decode }}",
            "line 1, column 12: `base64_decode`: not base64: Invalid symbol 42, offset 0.",
        ),
        (
            "{% for i in (1..2) limit: 'x' %}{% endfor %}",
            "line 1, column 4: `limit` of a loop is not an integer",
        ),
        (
            "\n{{ 's3://bucket' | grant_read_access }}",
            "line 2, column 20: `grant_read_access`: `s3://bucket` names no object",
        ),
        (
            "{{ 'https://b.s3.amazonaws.com/' | grant_read_access }}",
            "line 1, column 36: `grant_read_access`: `https://b.s3.amazonaws.com/` names no object",
        ),
    ];
    let mut wrong = String::new();
    for (template, expected) in cases {
        let found = match try_render(template, &json!({})) {
            Ok(page) => format!("page {page:?}"),
            Err(error) => error.to_string(),
        };
        if found != expected {
            wrong.push_str(&format!(
                "{template:?}\n  gives    {found}\n  expected {expected}\n"
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

fn code_within(template: &str, limits: &Limits) -> Option<TemplateErrorCode> {
    let data = json!({"task": {"input": {"list": vec![1; 1000], "text": "x".repeat(10_000)}}});
    Template::parse(template)
        .and_then(|parsed| parsed.render(&data, &Granting, limits))
        .err()
        .map(|error| error.code)
}

#[test]
fn limits_hold() {
    use TemplateErrorCode::{DepthLimit, OutputLimit, StepLimit, Syntax};
    let defaults = Limits::default();
    let doubled = |filter: &str| {
        format!(
            "{{% assign s = 'abc' | split: '' %}}{{% assign t = 'abc' %}}{{% for i in (1..99) %}}{filter}{{% endfor %}}"
        )
    };
    let cases: Vec<(String, TemplateErrorCode)> = vec![
        (
            "{% for i in (1..99999999999) %}{% endfor %}".into(),
            StepLimit,
        ),
        (
            "{% for i in (1..99999) %}{% for j in (1..99999) %}{% endfor %}{% endfor %}".into(),
            StepLimit,
        ),
        ("{{ (1..99999999999) | join }}".into(), StepLimit),
        ("{{ (1..99999999999) | to_json }}".into(), StepLimit),
        ("{{ (1..99999999999) | reverse | first }}".into(), StepLimit),
        (
            "{% if (1..99999999999) contains 0 %}{% endif %}".into(),
            StepLimit,
        ),
        (
            "{% tablerow i in (1..99999999999) %}{% endtablerow %}".into(),
            StepLimit,
        ),
        (doubled("{% assign t = t | append: t %}"), StepLimit),
        (doubled("{% assign t = t | replace: 'a', t %}"), StepLimit),
        (doubled("{% assign s = s | concat: s %}"), StepLimit),
        (
            doubled("{% capture t %}{{ t }}{{ t }}{% endcapture %}"),
            OutputLimit,
        ),
        (
            "{% for i in (1..9999) %}{{ task.input.text }}{% endfor %}".into(),
            OutputLimit,
        ),
        (
            format!(
                "{}{}",
                "{% if true %}".repeat(120),
                "{% endif %}".repeat(120)
            ),
            DepthLimit,
        ),
        (
            format!(
                "{}{}",
                "{% if true %}".repeat(9999),
                "{% endif %}".repeat(9999)
            ),
            DepthLimit,
        ),
        (
            format!("{{{{ {}a{} }}}}", "a[".repeat(9999), "]".repeat(9999)),
            DepthLimit,
        ),
        (
            format!("{{% if a{} %}}{{% endif %}}", " or a".repeat(9999)),
            DepthLimit,
        ),
        ("x".repeat(SOURCE_BYTES_MAX + 1), Syntax),
    ];
    for (template, expected) in cases {
        let start = &template[..template.len().min(80)];
        assert_eq!(code_within(&template, &defaults), Some(expected), "{start}");
    }
    for allowed in [
        "{% for i in (1..100000) %}{{ i }}{% endfor %}".to_owned(),
        format!(
            "{}{}",
            "{% if true %}".repeat(100),
            "{% endif %}".repeat(100)
        ),
        "x".repeat(SOURCE_BYTES_MAX),
    ] {
        assert_eq!(code_within(&allowed, &defaults), None);
    }
}

#[test]
fn stated_limits_are_kept_exactly() {
    let output = |bytes| Limits {
        output_bytes_max: bytes,
        ..Limits::default()
    };
    assert_eq!(code_within("abc{{ '<' }}", &output(7)), None);
    assert_eq!(
        code_within("abc{{ '<' }}", &output(6)),
        Some(TemplateErrorCode::OutputLimit)
    );
    let steps = |steps| Limits {
        steps_max: steps,
        ..Limits::default()
    };
    assert_eq!(code_within("{{ 1 }}{{ 2 }}", &steps(2)), None);
    assert_eq!(
        code_within("{{ 1 }}{{ 2 }}", &steps(1)),
        Some(TemplateErrorCode::StepLimit)
    );
}

#[test]
fn time_is_up_when_the_environment_says_so() {
    struct Expired;
    impl Environment for Expired {
        fn grant_read_access(&self, _: &str, _: &str) -> Result<String, String> {
            Err("late".to_owned())
        }
        fn expired(&self) -> bool {
            true
        }
    }
    let template = Template::parse("\n{% for i in (1..9999) %}{% endfor %}").unwrap();
    let error = template
        .render(&json!({}), &Expired, &Limits::default())
        .unwrap_err();
    assert_eq!(error.code, TemplateErrorCode::TimeLimit);
    assert_eq!(
        error.to_string(),
        "line 2, column 4: rendering takes too long"
    );
}
