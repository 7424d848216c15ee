//! Values, comparisons and conditions.

use super::check;

#[test]
fn literals_and_printing() {
    check(&[
        (
            "{{ 1 }} {{ -2 }} {{ 1.50 }} {{ -0.25 }} {{ 3.0 }}",
            "1 -2 1.5 -0.25 3.0",
        ),
        ("{{ 12345678901234567890 }}", "12345678901234567890"),
        (
            "{{ 100000000000000000000.0 }} {{ 0.00001 }}",
            "1.0e+20 1.0e-05",
        ),
        ("{{ \"it's\" }} {{ 'a \"b\"' }}", "it&#39;s a &quot;b&quot;"),
        (
            "{{ true }} {{ false }} {{ nil }}{{ null }}{{ empty }}{{ blank }}",
            "true false ",
        ),
        ("{{ (1..4) }} {{ (1..4) | join: ',' }}", "1..4 1,2,3,4"),
        ("{{ task.input.labels }}", "CatDog"),
        ("{{ task.input.nested }}", "1234"),
        ("{{}}{{ }}{{-}}", ""),
        ("{{task.input.seven}}", "7"),
        ("{{ task.input.half }}", "0.5"),
    ]);
}

#[test]
fn paths() {
    check(&[
        (
            "{{ task.input.labels[0] }}{{ task.input.labels[-1] }}{{ task.input.labels[9] }}",
            "CatDog",
        ),
        (
            "{{ task.input.labels.first }}{{ task.input.labels.last }}{{ task.input.labels.size }}",
            "CatDog2",
        ),
        ("{{ task.input.people[1].name }}", "bob"),
        (
            "{{ task.input.hash.size }} {{ task.input.key.size }}",
            "2 3",
        ),
        ("{{ task.input.hash.first[0] }}", "b"),
        ("{% assign i = 1 %}{{ task.input.labels[i] }}", "Dog"),
        (
            "{% assign k = 'people' %}{{ task.input[k][0]['age'] }}",
            "30",
        ),
        ("{{ task.input.people[task.input.numbers[1]].name }}", "bob"),
        ("{{ task.input.labels['first'] }}", "Cat"),
        ("{{ task.input.key.nothing }}", ""),
        (
            "{% assign r = (3..5) %}{{ r.first }}{{ r.last }}{{ r.size }}{{ r[1] }}",
            "3534",
        ),
    ]);
}

/// `{% if … %}` of each, true or false.
fn check_conditions(cases: &[(&str, bool)]) {
    let cases: Vec<(String, &str)> = cases
        .iter()
        .map(|(condition, expected)| {
            (
                format!("{{% if {condition} %}}true{{% else %}}false{{% endif %}}"),
                if *expected { "true" } else { "false" },
            )
        })
        .collect();
    let cases: Vec<(&str, &str)> = cases
        .iter()
        .map(|(template, expected)| (template.as_str(), *expected))
        .collect();
    check(&cases);
}

#[test]
fn truth() {
    check_conditions(&[
        ("true", true),
        ("false", false),
        ("nil", false),
        ("0", true),
        ("''", true),
        ("empty", true),
        ("task.input.labels", true),
        ("task.input.no", false),
        ("task.input.nothing", false),
        ("task.input.missing", false),
    ]);
}

#[test]
fn comparisons() {
    check_conditions(&[
        ("1 == 1.0", true),
        ("1 == '1'", false),
        ("'a' == \"a\"", true),
        ("1 != 2", true),
        ("1 <> 2", true),
        ("1<2", true),
        ("2 <= 2", true),
        ("2 >= 3", false),
        ("3 > 2.5", true),
        ("'a' < 'b'", true),
        ("'10' < 9", false),
        ("nil < 1", false),
        ("nil >= 1", false),
        ("nil == nil", true),
        ("nil == false", false),
        ("true == true", true),
        ("task.input.missing == nil", true),
        ("task.input.missing == empty", false),
        ("task.input.missing == blank", true),
        ("'' == empty", true),
        ("' ' == empty", false),
        ("' ' == blank", true),
        ("false == blank", true),
        ("empty == ''", true),
        ("task.input.labels == empty", false),
        ("task.input.labels != empty", true),
        ("task.input.labels contains 'Cat'", true),
        ("task.input.labels contains 'Ca'", false),
        ("task.input.text contains 'Jerry'", true),
        ("task.input.hash contains 'a'", true),
        ("task.input.hash contains 'z'", false),
        ("'a1' contains 1", true),
        ("task.input.numbers contains 3", true),
        ("7 contains 7", false),
        ("task.input.labels == task.input.labels", true),
        ("task.input.hash == task.input.hash", true),
        ("task.input.numbers == task.input.labels", false),
        ("(1..3) == (1..3)", true),
    ]);
}

#[test]
fn and_or_group_from_the_right() {
    check_conditions(&[
        ("true and false", false),
        ("true or false", true),
        // `true or (false and false)`, and not `(true or false) and false`
        ("true or false and false", true),
        // `false and (false or true)`
        ("false and false or true", false),
        ("true and false and false or true", false),
        ("1 == 1 and 2 == 2 or 3 == 4", true),
        ("task.input.yes and task.input.labels contains 'Dog'", true),
    ]);
}
