//! Autoescape, JSON, access to objects: what worker templates have beyond Liquid.

use serde_json::json;

use super::{Granting, check, render};
use crate::template::{Environment, Limits, Template};

#[test]
fn output_is_escaped_once() {
    let escaped = "Tom &amp; &lt;b&gt;Jerry&lt;/b&gt; &quot;say&quot; &#39;hi&#39;";
    check(&[
        ("{{ task.input.text }}", escaped),
        ("{{ task.input.text | escape }}", escaped),
        ("{{ task.input.text | escape_once }}", escaped),
        ("{{ task.input.text | h }}", escaped),
        ("{{ task.input.text | escape | escape }}", escaped),
        ("{{ task.input.text | escape | strip }}", escaped),
        ("{{ task.input.text | escape | append: '' }}", escaped),
        ("{% echo task.input.text %}", escaped),
        ("{% assign t = task.input.text | escape %}{{ t }}", escaped),
        ("{% assign t = task.input.text %}{{ t }}", escaped),
        (
            "{% capture t %}{{ task.input.text }}{% endcapture %}{{ t }}",
            escaped,
        ),
        (
            "{% capture t %}{{ task.input.text }}{% endcapture %}{{ t | escape }}",
            escaped,
        ),
        (
            "{% assign parts = task.input.text | escape | split: ' ' %}{{ parts | join: ' ' }}",
            escaped,
        ),
        (
            "{{ task.input.text | skip_autoescape }}",
            "Tom & <b>Jerry</b> \"say\" 'hi'",
        ),
        (
            "{{ task.input.text | skip_autoescape | upcase }}",
            "TOM & <B>JERRY</B> \"SAY\" 'HI'",
        ),
        // The request for raw output belongs to one chain, not to the value.
        (
            "{% assign t = '<b>' | skip_autoescape %}{{ t }}",
            "&lt;b&gt;",
        ),
        ("{{ '<br>' }}", "&lt;br&gt;"),
        ("{{ 'a\nb' | newline_to_br }}", "a&lt;br /&gt;\nb"),
        (
            "{{ 'a\nb' | newline_to_br | skip_autoescape }}",
            "a<br />\nb",
        ),
        // An entity in the data is text like any other, unless the author asks for `escape_once`.
        ("{{ '&lt;' }}", "&amp;lt;"),
        ("{{ '&lt;' | escape }}", "&amp;lt;"),
        ("{{ '&lt;' | escape_once }}", "&lt;"),
        ("{{ '1 < 2 &amp; 3' | escape_once }}", "1 &lt; 2 &amp; 3"),
        // What `escape` made can still not be used to break out.
        (
            "{{ 'a' | escape | append: '\"><script>' }}",
            "a&quot;&gt;&lt;script&gt;",
        ),
        ("<b>{{ 1 }}</b>", "<b>1</b>"),
    ]);
}

#[test]
fn json_fits_into_attributes_and_scripts() {
    let attribute = "[&quot;Cat&quot;,&quot;Dog&quot;]";
    check(&[
        ("{{ task.input.labels | to_json }}", attribute),
        ("{{ task.input.labels | to_json | escape }}", attribute),
        ("{{ task.input.labels | to_json | escape_once }}", attribute),
        (
            "{{ task.input.labels | to_json | skip_autoescape }}",
            r#"["Cat","Dog"]"#,
        ),
        (
            "{{ task.input.hash | to_json | skip_autoescape }}",
            r#"{"b":1,"a":2}"#,
        ),
        (
            "{{ task.input.text | to_json | skip_autoescape }}",
            r#""Tom & <b>Jerry</b> \"say\" 'hi'""#,
        ),
        ("{{ task.input.half | to_json }}", "0.5"),
        ("{{ task.input.yes | to_json }}", "true"),
        ("{{ task.input.nothing | to_json }}", "null"),
        ("{{ task.input.missing | to_json }}", "null"),
        (
            "{{ 'a b' | split: ' ' | to_json | skip_autoescape }}",
            r#"["a","b"]"#,
        ),
        (
            "{% for p in task.input.hash %}{{ p | to_json | skip_autoescape }}{% endfor %}",
            r#"["b",1]["a",2]"#,
        ),
        ("{{ (1..3) | to_json }}", "[1,2,3]"),
        // A hash without a filter is JSON too.
        ("{{ task.input.hash }}", "{&quot;b&quot;:1,&quot;a&quot;:2}"),
    ]);
}

#[test]
fn read_access_is_granted_to_stored_objects_only() {
    let granted = "https://cairn.test/b/k.jpg?token=t&amp;until=9";
    check(&[
        ("{{ 's3://b/k.jpg' | grant_read_access }}", granted),
        (
            "{{ 's3://b/k.jpg' | grant_read_access | skip_autoescape }}",
            "https://cairn.test/b/k.jpg?token=t&until=9",
        ),
        ("{{ ' s3://b/k.jpg ' | grant_read_access }}", granted),
        (
            "{{ 'https://s3.amazonaws.com/b/k.jpg' | grant_read_access }}",
            granted,
        ),
        (
            "{{ 'http://s3.amazonaws.com/b/k.jpg' | grant_read_access }}",
            granted,
        ),
        (
            "{{ 'https://b.s3.amazonaws.com/k.jpg' | grant_read_access }}",
            granted,
        ),
        (
            "{{ 'https://b.s3.ap-northeast-1.amazonaws.com/k.jpg' | grant_read_access }}",
            granted,
        ),
        (
            "{{ 'https://s3.eu-west-1.amazonaws.com/b/k.jpg' | grant_read_access }}",
            granted,
        ),
        (
            "{{ 'https://s3-us-west-2.amazonaws.com/b/k.jpg' | grant_read_access }}",
            granted,
        ),
        (
            "{{ 'https://b.s3.dualstack.us-gov-west-1.amazonaws.com/k.jpg' | grant_read_access }}",
            granted,
        ),
        (
            "{{ 'https://S3.amazonaws.com/b/k.jpg?versionId=1#top' | grant_read_access }}",
            granted,
        ),
        (
            "{{ 'https://my.dotted.b.s3.amazonaws.com/a%20b/%E7%8C%AB.jpg' | grant_read_access }}",
            "https://cairn.test/my.dotted.b/a b/猫.jpg?token=t&amp;until=9",
        ),
        // An S3 URI is not percent-encoded.
        (
            "{{ 's3://b/a%20b//c/' | grant_read_access }}",
            "https://cairn.test/b/a%20b//c/?token=t&amp;until=9",
        ),
        (
            "{{ 'https://example.com/b/k.jpg?a=1&b=2' | grant_read_access }}",
            "https://example.com/b/k.jpg?a=1&amp;b=2",
        ),
        (
            "{{ 'https://s3.example.com/b/k' | grant_read_access }}",
            "https://s3.example.com/b/k",
        ),
        (
            "{{ 'https://ec2.us-east-1.amazonaws.com/b/k' | grant_read_access }}",
            "https://ec2.us-east-1.amazonaws.com/b/k",
        ),
        // Granted by someone else already.
        (
            "{{ 'https://b.s3.amazonaws.com/k?X-Amz-Signature=1' | grant_read_access }}",
            "https://b.s3.amazonaws.com/k?X-Amz-Signature=1",
        ),
        ("{{ 'plain text' | grant_read_access }}", "plain text"),
        ("{{ task.input.missing | grant_read_access }}", ""),
        ("{{ '' | grant_read_access }}", ""),
        (
            "{{ task.input.taskObject | grant_read_access }}",
            "https://cairn.test/photos/2026/a b.jpg?token=t&amp;until=9",
        ),
        (
            "{% capture uri %}s3://b/{{ 'R&D' }}{% endcapture %}{{ uri | grant_read_access }}",
            "https://cairn.test/b/R&amp;D?token=t&amp;until=9",
        ),
    ]);
}

#[test]
fn names_of_manifests_are_names_of_variables() {
    check(&[
        ("{{ task.input.source-ref }}", "s3://bucket/key.png"),
        ("{{ task.input['source-ref'] }}", "s3://bucket/key.png"),
        ("{{ task.input.20191014-metadata.class-name }}", "Cat"),
        ("{{ task.input.20191014-metadata['class-name'] }}", "Cat"),
        ("{{ task['input'][\"key\"] }}", "R&amp;D"),
        ("{{ ['task'].input.key }}", "R&amp;D"),
        ("{{ task.input.名前 }}", "猫"),
        ("{{ task.input.class-map[0] }}", "Car"),
        ("{{ task.input.class-map['0'] }}", "Car"),
        (
            "{% for box in task.input.annotations %}{{ task.input.class-map[box.class_id] }},{% endfor %}",
            "Car,R&amp;D,",
        ),
        (
            "{% for box in task.input.annotations %}{% capture class_id %}{{ box.class_id }}{% endcapture %}\
             {{ task.input.class-map[class_id] }},{% endfor %}",
            "Car,R&amp;D,",
        ),
        (
            "{% for x in task.input.hash %}{{ x[0] }}={{ x[1] }};{% endfor %}",
            "b=1;a=2;",
        ),
        // A captured text means what it shows.
        (
            "{% capture k %}{{ task.input.key }}{% endcapture %}{% if k == 'R&D' %}same{% endif %}",
            "same",
        ),
        (
            "{% capture k %}{{ task.input.key }}{% endcapture %}{% case k %}{% when 'R&D' %}same{% endcase %}",
            "same",
        ),
    ]);
}

#[test]
fn missing_values_are_empty_whatever_they_meet() {
    let data = json!({"task": {"input": {}}});
    for root in [
        "missing",
        "task.input.a.b.c",
        "task.input['x'][3]",
        "task.input[nope]",
    ] {
        assert_eq!(render(&format!("[{{{{ {root} }}}}]"), &data), "[]");
    }
    for filter in crate::template::filters::all() {
        for count in filter.arguments.0..=filter.arguments.1 {
            let arguments = vec!["task.input.missing"; count].join(", ");
            let colon = if count > 0 { ":" } else { "" };
            let name = filter.name;
            let page = render(
                &format!("{{{{ task.input.missing | {name}{colon} {arguments} }}}}"),
                &data,
            );
            let expected = match name {
                // Arithmetic, sizes and JSON of nothing are Liquid's.
                "abs" | "at_least" | "at_most" | "ceil" | "floor" | "minus" | "plus" | "round"
                | "size" | "sum" | "times" => "0",
                "has" => "false",
                "to_json" => "null",
                _ => "",
            };
            assert_eq!(page, expected, "{name} with {count} arguments");
        }
    }
    check(&[
        ("{{ task.input.missing | default: 'none' }}", "none"),
        (
            "{{ task.input.missing.deeper | default: 'none' | upcase }}",
            "NONE",
        ),
        (
            "{% for x in task.input.missing %}x{% else %}none{% endfor %}",
            "none",
        ),
        (
            "{% if task.input.missing %}x{% else %}none{% endif %}",
            "none",
        ),
        ("{% if task.input.missing == nil %}nil{% endif %}", "nil"),
        (
            "{% if task.input.missing.size > 0 %}x{% else %}none{% endif %}",
            "none",
        ),
        (
            "{% if task.input.missing contains 'a' %}x{% else %}none{% endif %}",
            "none",
        ),
    ]);
}

#[test]
fn a_parsed_template_is_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Template>();
    let template = Template::parse("{{ task.input.n }}").unwrap();
    std::thread::scope(|scope| {
        for n in 0..4 {
            let template = &template;
            scope.spawn(move || {
                let page = template
                    .render(
                        &json!({"task": {"input": {"n": n}}}),
                        &Granting,
                        &Limits::default(),
                    )
                    .unwrap();
                assert_eq!(page, n.to_string());
            });
        }
    });
}

#[test]
fn a_refusal_names_the_object_and_the_reason() {
    struct Refusing;
    impl Environment for Refusing {
        fn grant_read_access(&self, _: &str, _: &str) -> Result<String, String> {
            Err("the role may not read it".to_owned())
        }
        fn expired(&self) -> bool {
            false
        }
    }
    let template = Template::parse("a\n  {{ 's3://b/k' | grant_read_access }}").unwrap();
    let error = template
        .render(&json!({}), &Refusing, &Limits::default())
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "line 2, column 19: `grant_read_access` of `s3://b/k`: the role may not read it"
    );
    assert_eq!(error.code.as_str(), "TemplateAccessRefused");
}
