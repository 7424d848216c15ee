//! What holds for any template and any data.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::Granting;
use crate::template::{Limits, Template, TemplateErrorCode, built_in, lint, rewrite_scripts};

/// Pieces of which random templates are made, so that many of them parse.
fn piece() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("task.input.text".to_owned()),
        Just("task.input.list".to_owned()),
        Just("task.input.hash".to_owned()),
        Just("task.input.missing.x".to_owned()),
        Just("task.input.list[0]".to_owned()),
        Just("task.input.hash['k']".to_owned()),
        Just("x".to_owned()),
        Just("x[1]".to_owned()),
        Just("c".to_owned()),
        Just("(1..3)".to_owned()),
        Just("forloop.index".to_owned()),
        Just("'lit & \"q\"'".to_owned()),
        any::<i8>().prop_map(|number| number.to_string()),
        Just("1.5".to_owned()),
        Just("nil".to_owned()),
    ];
    let filters: Vec<String> = crate::template::filters::all()
        .map(|filter| {
            let arguments = ["x", "1", "c"][..filter.arguments.0].join(", ");
            let colon = if arguments.is_empty() { "" } else { ": " };
            format!("{}{colon}{arguments}", filter.name)
        })
        .collect();
    let chain = (
        value,
        prop::collection::vec(prop::sample::select(filters), 0..4),
    )
        .prop_map(|(value, filters)| {
            filters
                .into_iter()
                .fold(value, |chain, filter| format!("{chain} | {filter}"))
        });
    let leaf = prop_oneof![
        chain.clone().prop_map(|chain| format!("{{{{ {chain} }}}}")),
        chain.prop_map(|chain| format!("{{% assign x = {chain} %}}")),
        Just("plain ".to_owned()),
        Just("{% increment n %}{% cycle task.input.text, x %}".to_owned()),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let body = prop::collection::vec(inner, 0..4).prop_map(|pieces| pieces.concat());
        (body, 0..8u8).prop_map(|(body, shape)| match shape {
            0 => format!("{{% for x in task.input.list %}}{body}{{% endfor %}}"),
            1 => format!("{{% for x in task.input.hash %}}{body}{{% endfor %}}"),
            2 => format!("{{% if x == task.input.text %}}{body}{{% else %}}e{{% endif %}}"),
            3 => format!("{{% capture c %}}{body}{{% endcapture %}}{{{{ c }}}}"),
            4 => format!("{{%- unless x contains 'a' -%}}{body}{{%- endunless -%}}"),
            5 => format!("{{% tablerow x in (1..3) cols: 2 %}}{body}{{% endtablerow %}}"),
            6 => format!("{{% case x %}}{{% when 1, nil %}}{body}{{% endcase %}}"),
            _ => format!("{{% ifchanged %}}{body}{{% endifchanged %}}"),
        })
    })
}

fn template() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..6).prop_map(|pieces| pieces.concat())
}

/// Characters with a meaning to Liquid or HTML more often than chance would have them.
fn noise() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        prop::sample::select(vec![
            "{{",
            "}}",
            "{%",
            "%}",
            "-",
            "|",
            ":",
            "'",
            "\"",
            ".",
            "[",
            "]",
            "(",
            ")",
            "..",
            "if ",
            "endif",
            "for ",
            "endfor",
            "in ",
            "raw",
            "endraw",
            "comment",
            "endcomment",
            "liquid",
            "case ",
            "when ",
            "else",
            "assign ",
            "= ",
            "\n",
            " ",
            "a",
            "1",
            "#",
            "<script",
            "src=",
            "</script>",
            "<!--",
            "-->",
            "<",
            ">",
            "/",
            "猫",
            "\u{0}",
            "\u{feff}",
            "//assets.crowd.aws/crowd-html-elements.js",
        ])
        .prop_map(str::to_owned),
        any::<char>().prop_map(String::from),
    ];
    prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
}

fn data() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_map(Json::from),
        "[<>&\"' a-z猫\n{}%]{0,12}".prop_map(Json::from),
    ];
    let value = leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[k<\"&]{1,2}", inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<Json>()),
        ]
    });
    (value.clone(), value.clone(), value).prop_map(
        |(text, list, hash)| json!({"task": {"input": {"text": text, "list": list, "hash": hash}}}),
    )
}

/// Small enough that random templates meet them.
fn tight() -> Limits {
    Limits {
        output_bytes_max: 2_000,
        steps_max: 2_000,
        depth_max: 4,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_parsed_or_refused(source in noise(), data in data()) {
        if let Ok(template) = Template::parse(&source) {
            let _ = template.render(&data, &Granting, &tight());
        }
        let _ = lint(&source, &["crowd-form"]);
        let _ = rewrite_scripts(&source, "m.js");
    }

    #[test]
    fn an_error_is_within_the_source(source in noise()) {
        if let Err(error) = Template::parse(&source) {
            let line = source.split('\n').nth(error.line as usize - 1);
            prop_assert!(line.is_some_and(|line| error.column as usize <= line.chars().count() + 1), "{error}");
        }
    }

    #[test]
    fn limits_hold_for_any_template(source in template(), data in data()) {
        let limits = tight();
        match Template::parse(&source).expect("made of pieces that parse").render(&data, &Granting, &limits) {
            Ok(page) => prop_assert!(page.len() <= limits.output_bytes_max),
            Err(error) => prop_assert!(matches!(
                error.code,
                TemplateErrorCode::OutputLimit
                    | TemplateErrorCode::StepLimit
                    | TemplateErrorCode::DepthLimit
                    | TemplateErrorCode::BadArgument
            ), "{error}"),
        }
    }

    #[test]
    fn nothing_of_the_data_is_markup(source in template(), data in data()) {
        let rendered = Template::parse(&source)
            .expect("made of pieces that parse")
            .render(&data, &Granting, &Limits::default());
        if let Ok(page) = rendered {
            // Markup of the template itself: only `tablerow` writes any.
            let mut page = page;
            for own in ["<tr class=\"row1\">", "<tr class=\"row2\">", "</tr>", "</td>",
                        "<td class=\"col1\">", "<td class=\"col2\">"] {
                page = page.replace(own, "");
            }
            prop_assert!(!page.contains(['<', '>', '"', '\'']), "{source}\n{page}");
            for after in page.split('&').skip(1) {
                let body = after.split(';').next().unwrap_or_default();
                prop_assert!(after.contains(';') && body.chars().all(|c| c.is_ascii_alphanumeric() || c == '#'),
                             "{source}\n{page}");
            }
        }
    }

    #[test]
    fn rendering_twice_gives_the_same(source in template(), data in data()) {
        let template = Template::parse(&source).expect("made of pieces that parse");
        let once = template.render(&data, &Granting, &Limits::default());
        prop_assert_eq!(once, template.render(&data, &Granting, &Limits::default()));
    }

    #[test]
    fn text_without_liquid_stays(text in "[^{]{0,60}") {
        let page = Template::parse(&text).unwrap().render(&json!({}), &Granting, &Limits::default()).unwrap();
        prop_assert_eq!(page, text);
    }

    #[test]
    fn rewriting_changes_only_the_script(before in "[a-z <>/=&;\n猫]{0,30}", after in "[a-z <>/=&;\n猫]{0,30}") {
        // Quotes and comments would change what is a tag; here the bundle's script is always one.
        let before = format!("{before}<p>");
        prop_assume!(!before.contains("<script") && !before.contains("<style"));
        let page = format!("{before}<script src='//assets.crowd.aws/crowd-html-elements.js'></script>{after}");
        let expected = format!("{before}<script type=\"module\" src=\"m.js\"></script>{after}");
        prop_assert_eq!(rewrite_scripts(&page, "m.js"), expected);
    }

    #[test]
    fn headers_are_shown_as_typed(header in noise()) {
        let template = built_in("TextMultiClass", &header, "", "").unwrap();
        let data = json!({"task": {"input": {"taskObject": "t", "labels": []}}});
        let page = Template::parse(&template).unwrap().render(&data, &Granting, &Limits::default()).unwrap();
        let escaped = header
            .replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;");
        let expected = format!("header=\"{}\"", escaped);
        prop_assert!(page.contains(&expected), "{page}");
    }
}
