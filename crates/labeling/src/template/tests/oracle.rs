//! Agreement with the `liquid` crate on what both of them do.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::try_render;

fn data() -> Json {
    json!({
        "words": ["pear", "Apple", "fig", "apple", "fig"],
        "numbers": [3, 1, 2, 10, 1],
        "people": [
            {"name": "Ann", "age": 30, "on": true},
            {"name": "bob", "age": 25, "on": false},
            {"name": "Cid", "age": 41, "on": true},
        ],
        "hash": {"only": 1},
        "nothing": null,
        "text": "The quick brown fox",
        "source-ref": "key.png",
    })
}

fn oracle(template: &str, data: &Json) -> Result<String, String> {
    let globals = liquid::to_object(data).map_err(|error| error.to_string())?;
    liquid::ParserBuilder::with_stdlib()
        .build()
        .and_then(|parser| parser.parse(template))
        .and_then(|parsed| parsed.render(&globals))
        .map_err(|error| error.to_string())
}

/// Inputs, and the filters that each of them goes through.
fn snippets() -> Vec<String> {
    let texts = [
        "'hello World'",
        "''",
        "'  pad  '",
        "'a,b,,c,'",
        "'12'",
        "'3.7'",
        "'猫と犬'",
        "text",
    ];
    let of_texts = [
        "append: 'x'",
        "prepend: 'x'",
        "capitalize",
        "downcase",
        "upcase",
        "escape",
        "escape_once",
        "strip",
        "lstrip",
        "rstrip",
        "strip_newlines",
        "strip_html",
        "newline_to_br",
        "size",
        "remove: 'a'",
        "remove_first: 'l'",
        "replace: 'l', 'L'",
        "replace_first: 'l', 'L'",
        "split: ',' | join: '|'",
        "split: ' ' | size",
        "split: '' | join: '.'",
        "truncate: 6",
        "truncate: 8, '--'",
        "truncate: 100",
        "truncatewords: 2",
        "truncatewords: 1, '--'",
        "slice: 0",
        "slice: 1, 3",
        "slice: -3, 2",
        "url_encode",
        "url_encode | url_decode",
        "default: 'none'",
    ];
    let numbers = ["0", "5", "-7", "2.5", "-0.5", "100"];
    let of_numbers = [
        "abs",
        "plus: 2",
        "minus: 2",
        "times: 3",
        "divided_by: 3",
        "divided_by: -2",
        "modulo: 3",
        "plus: 0.5",
        "times: 1.5",
        "minus: 0.25",
        "ceil",
        "floor",
        "round",
        "at_least: 3",
        "at_most: 3",
        "default: 9",
        "append: 'x'",
        "divided_by: 2.0",
    ];
    let lists = ["words", "numbers"];
    let of_lists = [
        "join",
        "join: ', '",
        "first",
        "last",
        "size",
        "reverse | join: ','",
        "sort | join: ','",
        "sort_natural | join: ','",
        "uniq | join: ','",
        "concat: words | join: ','",
        "slice: 1, 2 | join: ','",
        "compact | join: ','",
        "join: '' | upcase",
    ];
    let of_people = [
        "map: 'name' | join: ','",
        "where: 'on', true | map: 'name' | join: ','",
        "where: 'on' | size",
        "sort: 'age' | map: 'name' | join: ','",
        "size",
        "where: 'name', 'bob' | map: 'age' | first",
        "map: 'age' | sort | join: ','",
    ];
    let mut all = Vec::new();
    for (inputs, filters) in [
        (&texts[..], &of_texts[..]),
        (&numbers[..], &of_numbers[..]),
        (&lists[..], &of_lists[..]),
        (&["people"][..], &of_people[..]),
    ] {
        for input in inputs {
            all.extend(
                filters
                    .iter()
                    .map(|filter| format!("{{{{ {input} | {filter} }}}}")),
            );
        }
    }
    let conditions = [
        "true",
        "nothing",
        "text",
        "1 == 1.0",
        "1 == 1",
        "text == 'x'",
        "text != 'x'",
        "1 <> 2",
        "2 > 1",
        "2 >= 2",
        "1 < 1",
        "1 <= 1",
        "text contains 'quick'",
        "words contains 'fig'",
        "words contains 'nope'",
        "true and false",
        "true or false",
        "true or true and false",
        "false and false or true",
        "nothing == nil",
        "'' == empty",
        "words == empty",
        "'a' < 'b'",
        "people[0].on",
        "people[1].on",
        "numbers[0] == 3",
        "hash.only == 1",
    ];
    all.extend(
        conditions
            .iter()
            .map(|condition| format!("{{% if {condition} %}}yes{{% else %}}no{{% endif %}}")),
    );
    all.extend(
        conditions.iter().map(|condition| {
            format!("{{% unless {condition} %}}yes{{% else %}}no{{% endunless %}}")
        }),
    );
    all.extend(
        [
            "plain { text } 猫 % }",
            "{{ words[1] }}{{ words.first }}{{ words.last }}{{ words.size }}{{ people[0].name }}",
            "{{ people[0]['name'] }}{{ hash['only'] }}{{ source-ref }}",
            "{{ 1 }}{{ 1.5 }}{{ 'a' }}{{ true }}{{ nil }}",
            "{% for i in (1..4) %}{{ i }}{% endfor %}",
            "{% for w in words limit: 2 %}{{ w }},{% endfor %}",
            "{% for w in words offset: 3 %}{{ w }},{% endfor %}",
            "{% for w in words limit: 2 offset: 1 %}{{ w }},{% endfor %}",
            "{% for n in numbers reversed %}{{ n }},{% endfor %}",
            "{% for n in (4..1) %}x{% else %}none{% endfor %}",
            "{% for n in numbers %}{{ forloop.index }}{{ forloop.index0 }}{{ forloop.rindex }}{{ forloop.rindex0 }}{{ forloop.length }}{{ forloop.first }}{{ forloop.last }} {% endfor %}",
            "{% for i in (1..2) %}{% for j in (1..2) %}{{ forloop.parentloop.index }}{{ j }} {% endfor %}{% endfor %}",
            "{% for n in numbers %}{% if n == 2 %}{% break %}{% endif %}{{ n }}{% endfor %}",
            "{% for n in numbers %}{% if n == 2 %}{% continue %}{% endif %}{{ n }}{% endfor %}",
            "{% for pair in hash %}{{ pair[0] }}={{ pair[1] }}{% endfor %}",
            "{% for p in people %}{{ p.name }}{% unless forloop.last %}, {% endunless %}{% endfor %}",
            "{% case 2 %}{% when 1 %}a{% when 2 %}b{% else %}c{% endcase %}",
            "{% case 'x' %}{% when 'y', 'x' %}a{% else %}c{% endcase %}",
            "{% case 'z' %}{% when 'y' or 'x' %}a{% else %}c{% endcase %}",
            "{% assign a = 1 %}{{ a }}{% assign a = a | plus: 1 %}{{ a }}",
            "{% assign list = 'a,b' | split: ',' %}{% for x in list %}[{{ x }}]{% endfor %}",
            "{% capture c %}x{{ 1 | plus: 1 }}{% endcapture %}{{ c }}{{ c }}",
            "{% increment n %}{% increment n %}{% decrement m %}{% decrement m %}",
            "{% for i in (1..4) %}{% cycle 'a', 'b', 'c' %}{% endfor %}",
            "{% for i in (1..2) %}{% cycle 'g': 'a', 'b' %}{% cycle 'h': 'a', 'b' %}{% endfor %}",
            "{% raw %}{{ x }}{% y %}{% endraw %}",
            "a{% comment %}{{ x }}{% if %}{% endcomment %}b",
            "a \n {{- 1 -}} \n b {%- if true -%} c {%- endif -%} d",
            "{% if false %}a{% elsif true %}b{% else %}c{% endif %}",
            "{% tablerow i in (1..5) cols: 2 %}{{ i }}{% endtablerow %}",
            "{% for n in numbers %}{% ifchanged %}{{ n }}{% endifchanged %}{% endfor %}",
            "{{ '2016-07-07' | date: '%Y/%m/%d' }}",
            "{{ '2015-03-14 15:09:26 +0900' | date: '%a %b %e %H:%M:%S' }}",
            "{{ words | sort | reverse | first | upcase | append: '!' }}",
        ]
        .map(str::to_owned),
    );
    all
}

/// Snippets on which the two differ, by the reason for it: what Cairn gives is what Liquid gives in Ruby.
const DIFFERENCES: &[(&str, &[(&str, &str)])] = &[
    (
        "Ruby's `capitalize` lowers the rest of the word",
        &[("{{ 'hello World' | capitalize }}", "Hello world")],
    ),
    (
        "splitting at nothing gives the characters",
        &[
            (
                "{{ 'hello World' | split: '' | join: '.' }}",
                "h.e.l.l.o. .W.o.r.l.d",
            ),
            ("{{ '  pad  ' | split: '' | join: '.' }}", " . .p.a.d. . "),
            ("{{ 'a,b,,c,' | split: '' | join: '.' }}", "a.,.b.,.,.c.,"),
            ("{{ '12' | split: '' | join: '.' }}", "1.2"),
            ("{{ '3.7' | split: '' | join: '.' }}", "3...7"),
            ("{{ '猫と犬' | split: '' | join: '.' }}", "猫.と.犬"),
            (
                "{{ text | split: '' | join: '.' }}",
                "T.h.e. .q.u.i.c.k. .b.r.o.w.n. .f.o.x",
            ),
        ],
    ),
    (
        "splitting at a space gives words, and empty pieces at the end are dropped",
        &[
            ("{{ '  pad  ' | split: ' ' | size }}", "1"),
            ("{{ 'a,b,,c,' | split: ',' | join: '|' }}", "a|b||c"),
            ("{{ '  pad  ' | truncatewords: 2 }}", "  pad  "),
            ("{{ '  pad  ' | truncatewords: 1, '--' }}", "  pad  "),
        ],
    ),
    (
        "a space of a form is `+`",
        &[
            ("{{ 'hello World' | url_encode }}", "hello+World"),
            ("{{ '  pad  ' | url_encode }}", "++pad++"),
            ("{{ text | url_encode }}", "The+quick+brown+fox"),
        ],
    ),
    (
        "text is measured in characters, not in bytes",
        &[
            ("{{ '猫と犬' | size }}", "3"),
            ("{{ '猫と犬' | truncate: 6 }}", "猫と犬"),
            ("{{ '猫と犬' | truncate: 8, '--' }}", "猫と犬"),
            ("{{ '猫と犬' | slice: -3, 2 }}", "猫と"),
        ],
    ),
    (
        "a float keeps its point",
        &[
            ("{{ 0 | times: 1.5 }}", "0.0"),
            ("{{ 0 | divided_by: 2.0 }}", "0.0"),
            ("{{ 2.5 | plus: 0.5 }}", "3.0"),
            ("{{ -0.5 | plus: 0.5 }}", "0.0"),
            ("{{ 100 | times: 1.5 }}", "150.0"),
            ("{{ 100 | divided_by: 2.0 }}", "50.0"),
        ],
    ),
    (
        "Ruby divides downwards, and the remainder has the sign of the divisor",
        &[
            ("{{ 5 | divided_by: -2 }}", "-3"),
            ("{{ -7 | divided_by: 3 }}", "-3"),
            ("{{ -7 | modulo: 3 }}", "2"),
            ("{{ -0.5 | modulo: 3 }}", "2.5"),
        ],
    ),
    (
        "`and` and `or` group from the right",
        &[
            (
                "{% if false and false or true %}yes{% else %}no{% endif %}",
                "no",
            ),
            (
                "{% unless false and false or true %}yes{% else %}no{% endunless %}",
                "yes",
            ),
        ],
    ),
    (
        "Liquid puts line breaks between rows",
        &[(
            "{% tablerow i in (1..5) cols: 2 %}{{ i }}{% endtablerow %}",
            "<tr class=\"row1\">\n<td class=\"col1\">1</td><td class=\"col2\">2</td></tr>\n<tr class=\"row2\"><td class=\"col1\">3</td><td class=\"col2\">4</td></tr>\n<tr class=\"row3\"><td class=\"col1\">5</td></tr>\n",
        )],
    ),
    (
        "a date without a time is a date too",
        &[("{{ '2016-07-07' | date: '%Y/%m/%d' }}", "2016/07/07")],
    ),
];

#[test]
fn both_engines_give_the_same_page() {
    let data = data();
    let known: BTreeMap<&str, &str> = DIFFERENCES
        .iter()
        .flat_map(|(_, snippets)| *snippets)
        .copied()
        .collect();
    let mut wrong = String::new();
    let mut agreed = 0;
    for snippet in snippets() {
        let ours = try_render(&snippet, &data).map_err(|error| error.to_string());
        let theirs = oracle(&snippet, &data);
        match known.get(snippet.as_str()) {
            Some(expected) if ours.as_deref() == Ok(*expected) && ours != theirs => {}
            Some(expected) => {
                wrong.push_str(&format!(
                    "{snippet}\n  ours {ours:?}, listed {expected:?}\n"
                ));
            }
            None if ours == theirs && ours.is_ok() => agreed += 1,
            None => wrong.push_str(&format!(
                "{snippet}\n  ours   {ours:?}\n  theirs {theirs:?}\n"
            )),
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
    assert!(agreed >= 300, "only {agreed} snippets agreed");
}
