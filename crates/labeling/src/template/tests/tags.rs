//! Every tag, and whitespace control.

use super::check;

#[test]
fn branches() {
    check(&[
        (
            "{% if false %}a{% elsif true %}b{% else %}c{% endif %}",
            "b",
        ),
        ("{% if false %}a{% elsif nil %}b{% else %}c{% endif %}", "c"),
        ("{% if false %}a{% endif %}", ""),
        ("{% unless false %}a{% else %}b{% endunless %}", "a"),
        ("{% unless true %}a{% elsif true %}b{% endunless %}", "b"),
        (
            "{% if true %}{% if false %}a{% else %}b{% endif %}c{% endif %}",
            "bc",
        ),
        (
            "{% case 2 %}x{% when 1 %}a{% when 2 %}b{% else %}c{% endcase %}",
            "b",
        ),
        (
            "{% case 3 %}{% when 1, 2 %}a{% when 3 or 4 %}b{% endcase %}",
            "b",
        ),
        ("{% case 4 %}\n {% when 1 or 2, 4 %}a{% endcase %}", "a"),
        ("{% case 'x' %}{% when 'y' %}a{% else %}c{% endcase %}", "c"),
        (
            "{% case task.input.missing %}{% when nil %}nil{% endcase %}",
            "nil",
        ),
        (
            "{% case 1 %}{% else %}c{% endcase %}{% case 1 %}{% endcase %}",
            "c",
        ),
    ]);
}

#[test]
fn for_loops() {
    check(&[
        ("{% for i in (1..3) %}{{ i }}{% endfor %}", "123"),
        (
            "{% for i in (1..task.input.labels.size) %}{{ i }}{% endfor %}",
            "12",
        ),
        (
            "{% for i in (3..1) %}{{ i }}{% else %}none{% endfor %}",
            "none",
        ),
        (
            "{% for i in task.input.numbers %}{{ i }},{% endfor %}",
            "3,1,2,",
        ),
        ("{% for i in (1..6) limit: 2 %}{{ i }}{% endfor %}", "12"),
        ("{% for i in (1..6) offset: 4 %}{{ i }}{% endfor %}", "56"),
        (
            "{% for i in (1..6) limit:2 offset:2 %}{{ i }}{% endfor %}",
            "34",
        ),
        (
            "{% for i in (1..6), limit: 2, offset: 2 %}{{ i }}{% endfor %}",
            "34",
        ),
        ("{% for i in (1..3) reversed %}{{ i }}{% endfor %}", "321"),
        (
            "{% for i in (1..6) reversed limit: 2 offset: 2 %}{{ i }}{% endfor %}",
            "43",
        ),
        (
            "{% for i in (1..6) limit: 2 %}{{ i }}{% endfor %}-{% for i in (1..6) offset: continue limit: 3 %}{{ i }}{% endfor %}-{% for i in (1..6) offset: continue %}{{ i }}{% endfor %}",
            "12-345-6",
        ),
        (
            "{% for i in (1..9) %}{% if i == 3 %}{% break %}{% endif %}{{ i }}{% endfor %}",
            "12",
        ),
        (
            "{% for i in (1..4) %}{% if i == 3 %}{% continue %}{% endif %}{{ i }}{% endfor %}",
            "124",
        ),
        (
            "{% for i in (1..2) %}{% for j in (1..3) %}{% if j == 2 %}{% break %}{% endif %}{{ i }}{{ j }},{% endfor %}{% endfor %}",
            "11,21,",
        ),
        ("{% for c in 'word' %}[{{ c }}]{% endfor %}", "[word]"),
        ("{% for c in '' %}x{% else %}none{% endfor %}", "none"),
        ("{% for c in 7 %}x{% else %}none{% endfor %}", "none"),
        (
            "{% assign i = 9 %}{% for i in (1..2) %}{{ i }}{% endfor %}{{ i }}",
            "129",
        ),
        (
            "{% for i in (1..2) %}{% assign last = i %}{% endfor %}{{ last }}",
            "2",
        ),
        ("a{% break %}b", "a"),
    ]);
}

#[test]
fn the_loop_object() {
    check(&[
        (
            "{% for i in (5..7) %}{{ forloop.index }}{{ forloop.index0 }}{{ forloop.rindex }}{{ forloop.rindex0 }}{{ forloop.first }}{{ forloop.last }}{{ forloop.length }} {% endfor %}",
            "1032truefalse3 2121falsefalse3 3210falsetrue3 ",
        ),
        (
            "{% for i in (1..2) %}{% for j in (1..2) %}{{ forloop.parentloop.index }}{{ forloop.index }} {% endfor %}{% endfor %}",
            "11 12 21 22 ",
        ),
        (
            "{% for i in task.input.labels %}{{ forloop.name }};{% endfor %}",
            "i-task.input.labels;i-task.input.labels;",
        ),
        (
            "{% for i in (1..3) %}{{ i }}{% unless forloop.last %}, {% endunless %}{% endfor %}",
            "1, 2, 3",
        ),
        ("{{ forloop.index }}", ""),
    ]);
}

#[test]
fn tablerow() {
    check(&[
        (
            "{% tablerow i in (1..3) cols: 2 %}{{ i }}{% endtablerow %}",
            "<tr class=\"row1\">\n<td class=\"col1\">1</td><td class=\"col2\">2</td></tr>\n<tr class=\"row2\"><td class=\"col1\">3</td></tr>\n",
        ),
        (
            "{% tablerow i in (1..2) %}{{ tablerowloop.col }}{{ tablerowloop.row }}{{ tablerowloop.col_first }}{{ tablerowloop.col_last }}{% endtablerow %}",
            "<tr class=\"row1\">\n<td class=\"col1\">11truefalse</td><td class=\"col2\">21falsetrue</td></tr>\n",
        ),
        (
            "{% tablerow i in (1..6) cols:2 limit:2 offset:1 %}{{ i }}{% endtablerow %}",
            "<tr class=\"row1\">\n<td class=\"col1\">2</td><td class=\"col2\">3</td></tr>\n",
        ),
        (
            "{% tablerow i in task.input.missing %}{{ i }}{% endtablerow %}",
            "<tr class=\"row1\">\n</tr>\n",
        ),
    ]);
}

#[test]
fn variables() {
    check(&[
        (
            "{% assign a = 1 %}{{ a }}{% assign a = a | plus: 1 %}{{ a }}",
            "12",
        ),
        ("{% assign my-name = 'x' %}{{ my-name }}", "x"),
        (
            "{% assign l = task.input.labels | reverse %}{{ l | join: ' ' }}",
            "Dog Cat",
        ),
        (
            "{% capture c %}a{{ 1 | plus: 1 }}b{% endcapture %}{{ c }}{{ c }}",
            "a2ba2b",
        ),
        ("{% capture 'c' %}x{% endcapture %}{{ c }}", "x"),
        (
            "{% increment n %}{% increment n %}{{ n }}{% decrement n %}",
            "0121",
        ),
        ("{% decrement m %}{% decrement m %}", "-1-2"),
        ("{% assign n = 9 %}{% increment n %}{{ n }}", "09"),
        (
            "{% for i in (1..4) %}{% cycle 'a', 'b', 'c' %}{% endfor %}",
            "abca",
        ),
        (
            "{% cycle 'a', 'b' %}{% cycle 'a', 'b' %}{% cycle 'b', 'a' %}",
            "abb",
        ),
        (
            "{% cycle 'x': 'a', 'b' %}{% cycle 'y': 'a', 'b' %}{% cycle 'x': 'a', 'b' %}",
            "aab",
        ),
        (
            "{% cycle '<i>', '' %}{% cycle task.input.text %}",
            "<i>Tom &amp; &lt;b&gt;Jerry&lt;/b&gt; &quot;say&quot; &#39;hi&#39;",
        ),
        (
            "{% assign s = '1 1 2' | split: ' ' %}{% for i in s %}{% ifchanged %}{{ i }}{% endifchanged %}{% endfor %}",
            "12",
        ),
    ]);
}

#[test]
fn text_that_is_no_liquid() {
    check(&[
        ("{% raw %}{{ a }}{% b %}{% endraw %}", "{{ a }}{% b %}"),
        ("a {%- raw -%} {{ b }} {%- endraw -%} c", "a{{ b }}c"),
        (
            "{% raw %}{% endrawx %} {% if %}{% endraw %}",
            "{% endrawx %} {% if %}",
        ),
        (
            "a{% comment %}{% unknown %}{{ x | nope }}{% endcomment %}b",
            "ab",
        ),
        (
            "a{% comment %}{% comment %}{% endcomment %}x{% endcomment %}b",
            "ab",
        ),
        (
            "a{% comment %}{% raw %}{% endcomment %}{% endraw %}{% endcomment %}b",
            "ab",
        ),
        ("a{% # a note %}b{%- # another -%} c", "abc"),
        ("a{%\n  # one\n  # two\n%}b", "ab"),
        ("{ a } { {b} } 100% %} }}", "{ a } { {b} } 100% %} }}"),
        ("", ""),
        ("猫 🐈", "猫 🐈"),
    ]);
}

#[test]
fn whitespace_control() {
    check(&[
        ("a \n {{- 1 -}} \n b", "a1b"),
        ("a {{- 1 }} b", "a1 b"),
        ("a {{ 1 -}} b", "a 1b"),
        ("a {%- if true -%} b {%- endif -%} c", "abc"),
        ("a\n{%- assign x = 1 %}\nb", "a\nb"),
        ("{{ -1 -}}  x", "-1x"),
        // An ideographic space is content.
        ("a\u{3000}{{- 1 -}}\u{3000}b", "a\u{3000}1\u{3000}b"),
    ]);
}

#[test]
fn the_liquid_tag() {
    check(&[
        (
            "{% liquid\n  assign x = 1\n  # a note\n\n  if x == 1\n    echo x | plus: 1\n  else\n    echo 'no'\n  endif\n%}!",
            "2!",
        ),
        ("{% liquid echo '<' %}", "&lt;"),
        (
            "{%- liquid\r\n for i in (1..3)\r\n  echo i\r\n endfor -%} .",
            "123.",
        ),
        (
            "{% liquid\n comment\n anything | goes {{\n endcomment\n echo 1 %}",
            "1",
        ),
        (
            "{% for i in (1..3) %}{% liquid\n if i == 2\n break\n endif %}{{ i }}{% endfor %}",
            "1",
        ),
        ("{% liquid %}x", "x"),
    ]);
}
