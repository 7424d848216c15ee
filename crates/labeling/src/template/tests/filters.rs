//! Every standard filter.

use super::check;

#[test]
fn numbers() {
    check(&[
        ("{{ -17 | abs }} {{ '-1.5' | abs }}", "17 1.5"),
        (
            "{{ 4 | at_least: 5 }} {{ 4 | at_most: 3 }} {{ 4 | at_least: 3 }}",
            "5 3 4",
        ),
        (
            "{{ 1.2 | ceil }} {{ '3.5' | ceil }} {{ 2 | ceil }} {{ -1.5 | ceil }}",
            "2 4 2 -1",
        ),
        ("{{ 1.8 | floor }} {{ -1.5 | floor }}", "1 -2"),
        (
            "{{ 16 | divided_by: 4 }} {{ 5 | divided_by: 3 }} {{ -5 | divided_by: 3 }} {{ 20 | divided_by: 7.0 }}",
            "4 1 -2 2.857142857142857",
        ),
        ("{{ 4 | minus: 2 }} {{ 183.357 | minus: 12 }}", "2 171.357"),
        (
            "{{ 3 | modulo: 2 }} {{ -1 | modulo: 3 }} {{ 183.357 | modulo: 12 }}",
            "1 2 3.357",
        ),
        (
            "{{ 4 | plus: 2 }} {{ '4' | plus: '2.5' }} {{ 0.1 | plus: 0.2 }} {{ 1 | plus: 1.0 }}",
            "6 6.5 0.3 2.0",
        ),
        (
            "{{ 3 | times: 2 }} {{ 183.357 | times: 12 }} {{ 0.1 | times: 3 }}",
            "6 2200.284 0.3",
        ),
        (
            "{{ 1.2 | round }} {{ 2.7 | round }} {{ -2.5 | round }} {{ 183.357 | round: 2 }} {{ 1234 | round: -2 }}",
            "1 3 -3 183.36 1200",
        ),
        (
            "{{ 'x' | plus: 1 }} {{ '12 apples' | plus: 1 }} {{ task.input.nothing | plus: 1 }}",
            "1 13 1",
        ),
        ("{{ 9223372036854775807 | plus: 1 }}", "9223372036854775808"),
        (
            "{{ task.input.numbers | sum }} {{ task.input.people | sum: 'age' }} {{ task.input.nested | sum }}",
            "6 96 10",
        ),
    ]);
}

/// Rounding a float that is too large for an integer went round in circles until the stack was full.
#[test]
fn rounding_beyond_integers() {
    let digits = "9".repeat(60);
    check(&[
        (&format!("{{{{ {digits} | round }}}}"), "1.0e+60"),
        (&format!("{{{{ {digits} | ceil | floor }}}}"), "1.0e+60"),
        (&format!("{{{{ '{digits}' | round: -3 }}}}"), "1.0e+60"),
        ("{{ 1.5 | round: 99999 }} {{ 15 | round: -99999 }}", "1.5 0"),
    ]);
}

#[test]
fn texts() {
    check(&[
        (
            "{{ 'a' | append: 'b' }} {{ 'a' | prepend: 'b' }} {{ 'a' | append: 1 }}",
            "ab ba a1",
        ),
        (
            "{{ 'my GREAT title' | capitalize }} {{ 'éa' | capitalize }}",
            "My great title Éa",
        ),
        ("{{ 'Ab' | downcase }} {{ 'Ab' | upcase }}", "ab AB"),
        (
            "[{{ '  a ' | lstrip }}] [{{ '  a ' | rstrip }}] [{{ '  a ' | strip }}]",
            "[a ] [  a] [a]",
        ),
        ("{{ '  a \n  b ' | squish }}", "a b"),
        ("{{ 'a\nb\r\nc' | strip_newlines }}", "abc"),
        (
            "{{ 'aXbXc' | remove: 'X' }} {{ 'aXbXc' | remove_first: 'X' }} {{ 'aXbXc' | remove_last: 'X' }}",
            "abc abXc aXbc",
        ),
        (
            "{{ 'a b a' | replace: 'a', 'c' }} {{ 'a b a' | replace_first: 'a', 'c' }} {{ 'a b a' | replace_last: 'a', 'c' }}",
            "c b c c b a a b c",
        ),
        (
            "{{ 'a1' | replace: 1, 2 }}{{ 'ab' | replace: 'b' }}{{ 'ab' | replace_last: 'z', 'y' }}",
            "a2aab",
        ),
        ("{{ 'abc' | replace: '', '-' }}", "-a-b-c-"),
        ("{{ 'John, Paul' | split: ', ' | join: '+' }}", "John+Paul"),
        (
            "{{ 'abc' | split: '' | join: '-' }} {{ ' a  b ' | split: ' ' | join: '-' }}",
            "a-b-c a-b",
        ),
        (
            "{{ 'a,b,,' | split: ',' | size }} {{ '' | split: ',' | size }}",
            "2 0",
        ),
        (
            "{{ 'Have <em>you</em> <script>x<y</script>read<!-- no --> it?' | strip_html }}",
            "Have you read it?",
        ),
        (
            "{{ 'Ground control to Major Tom.' | truncate: 20 }}",
            "Ground control to...",
        ),
        (
            "{{ 'Ground control to Major Tom.' | truncate: 25, ', and so on' }}",
            "Ground control, and so on",
        ),
        (
            "{{ 'Ground control' | truncate: 6, '' }} {{ 'abc' | truncate: 3 }} {{ 'abcd' | truncate: 2 }}",
            "Ground abc ...",
        ),
        ("{{ '猫猫猫猫猫' | truncate: 4 }}", "猫..."),
        (
            "{{ 'Ground control to Major Tom.' | truncatewords: 3 }} {{ 'a  b c' | truncatewords: 2, '--' }} {{ 'a b' | truncatewords: 0 }}",
            "Ground control to... a b-- a...",
        ),
        ("{{ 'a  b' | truncatewords: 5 }}", "a  b"),
    ]);
}

#[test]
fn lists() {
    check(&[
        (
            "{{ task.input.people | map: 'on' | compact | size }}{{ task.input.people | compact: 'on' | size }}",
            "22",
        ),
        (
            "{{ task.input.labels | concat: task.input.numbers | join: ',' }}",
            "Cat,Dog,3,1,2",
        ),
        (
            "{{ task.input.labels | first }} {{ task.input.labels | last }} {{ 'word' | first }}",
            "Cat Dog ",
        ),
        (
            "{{ task.input.labels | join }} {{ task.input.labels | join: ', ' }} {{ task.input.nested | join: ',' }}",
            "Cat Dog Cat, Dog 1,2,3,4",
        ),
        (
            "{{ task.input.people | map: 'name' | join: ',' }} {{ task.input.hash | map: 'a' | join }}",
            "Ann,bob,Cid 2",
        ),
        ("{{ task.input.numbers | reverse | join }}", "2 1 3"),
        (
            "{{ task.input.labels | size }} {{ 'Ground' | size }} {{ '猫🐈' | size }} {{ 7 | size }} {{ task.input.hash | size }}",
            "2 6 2 0 2",
        ),
        (
            "{{ 'Liquid' | slice: 0 }} {{ 'Liquid' | slice: 2, 5 }} {{ 'Liquid' | slice: -3, 2 }} [{{ 'Liquid' | slice: 9 }}] [{{ 'Liquid' | slice: -9 }}]",
            "L quid ui [] []",
        ),
        (
            "{{ task.input.numbers | slice: 1, 2 | join }} {{ '猫と犬' | slice: 1, 2 }}",
            "1 2 と犬",
        ),
        (
            "{{ task.input.numbers | sort | join }} {{ 'zebra octopus giraffe Sally' | split: ' ' | sort | join }}",
            "1 2 3 Sally giraffe octopus zebra",
        ),
        (
            "{{ 'zebra Sally giraffe' | split: ' ' | sort_natural | join }}",
            "giraffe Sally zebra",
        ),
        (
            "{{ task.input.people | sort: 'age' | map: 'name' | join }} {{ task.input.people | sort_natural: 'name' | map: 'name' | join }}",
            "bob Ann Cid Ann bob Cid",
        ),
        (
            "{{ 'b a b c a' | split: ' ' | uniq | join }} {{ task.input.people | uniq: 'on' | size }}",
            "b a c 3",
        ),
        (
            "{{ task.input.people | where: 'on' | map: 'name' }} {{ task.input.people | where: 'age', 25 | map: 'name' }} {{ task.input.people | where: 'on', false | map: 'name' }}",
            "Ann bob bob",
        ),
        (
            "{{ task.input.people | reject: 'on' | map: 'name' | join }} {% assign p = task.input.people | find: 'name', 'Cid' %}{{ p.age }} {{ task.input.people | find_index: 'name', 'bob' }} {{ task.input.people | has: 'age', 30 }}",
            "bob Cid 41 1 true",
        ),
        ("{{ (1..5) | reverse | join: '' }}", "54321"),
    ]);
}

#[test]
fn defaults() {
    check(&[
        (
            "{{ '' | default: 1 }}{{ nil | default: 2 }}{{ false | default: 3 }}{{ 0 | default: 4 }}{{ 'x' | default: 5 }}",
            "1230x",
        ),
        (
            "{{ false | default: 1, allow_false: true }}{{ nil | default: 2, allow_false: true }}{{ false | default: 3, allow_false: false }}",
            "false23",
        ),
        (
            "{{ task.input.missing | default: task.input.key }}",
            "R&amp;D",
        ),
        (
            "{{ task.input.missing | default: task.input.labels | join: '/' }}",
            "Cat/Dog",
        ),
    ]);
}

#[test]
fn encodings() {
    check(&[
        (
            "{{ 'john@liquid.com a~b*é/+' | url_encode }}",
            "john%40liquid.com+a~b%2A%C3%A9%2F%2B",
        ),
        (
            "{{ '%27Stop%21%27+said+Fred' | url_decode }}",
            "&#39;Stop!&#39; said Fred",
        ),
        (
            "{{ 'one two' | base64_encode }} {{ 'b25lIHR3bw==' | base64_decode }}",
            "b25lIHR3bw== one two",
        ),
        (
            "{{ '??>' | base64_url_safe_encode }} {{ 'Pz8-' | base64_url_safe_decode }}",
            "Pz8- ??&gt;",
        ),
    ]);
}

#[test]
fn dates() {
    check(&[
        (
            "{{ '2016-07-07' | date: '%a, %b %d, %y' }}",
            "Thu, Jul 07, 16",
        ),
        (
            "{{ 1152098955 | date: '%Y-%m-%d %H:%M:%S' }} {{ '1152098955' | date: '%m/%d/%Y' }}",
            "2006-07-05 11:29:15 07/05/2006",
        ),
        (
            "{{ '2015-03-14 15:09:26 +0900' | date: '%H:%M %z' }} {{ '2015-03-14T15:09:26Z' | date: '%s' }}",
            "15:09 +0900 1426345766",
        ),
        (
            "{{ '2015-03-14T15:09:26.123+09:00' | date: '%L %I %p %-d %e %j' }}",
            "123 03 PM 14 14 073",
        ),
        (
            "{{ 'March 14, 2016' | date: '%b %d, %y' }} {{ 'Mar 14, 2016' | date: '%F' }} {{ '14 Mar 2016' | date: '%x' }}",
            "Mar 14, 16 2016-03-14 03/14/16",
        ),
        (
            "{{ 'Sat, 14 Mar 2015 15:09:26 GMT' | date: '%c' }}",
            "Sat Mar 14 15:09:26 2015",
        ),
        (
            "{{ '2020/01/02' | date: '%Y年%-m月%-d日' }}",
            "2020年1月2日",
        ),
        (
            "{{ 'not a date' | date: '%Y' }} {{ '2016-07-07' | date: '' }}",
            "not a date 2016-07-07",
        ),
        ("{{ '2016-07-07' | date: '100%% %q?' }}", "100% 3?"),
        // A pure function has no clock.
        ("[{{ 'now' | date: '%Y' }}{{ 'today' | date: '%Y' }}]", "[]"),
    ]);
}
