//! Script tags of the crowd elements become ours; nothing else changes.

use crate::template::rewrite_scripts;

const OURS: &str = r#"<script type="module" src="/task/index.js"></script>"#;

/// `{}` in the expected page stands for our tag.
#[track_caller]
fn check(html: &str, expected: &str) {
    assert_eq!(
        rewrite_scripts(html, "/task/index.js"),
        expected.replace("{}", OURS)
    );
}

#[test]
fn known_bundles_are_replaced() {
    for tag in [
        r#"<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>"#,
        r#"<script src="https://assets.crowd.aws/crowd-html-elements-v2.js"></script>"#,
        r#"<script src='https://assets.crowd.aws/crowd-html-elements.js'></script>"#,
        r#"<script src=https://assets.crowd.aws/crowd-html-elements.js></script>"#,
        r#"<script src="http://assets.crowd.aws/crowd-html-elements.js"></script>"#,
        r#"<script src="//assets.crowd.aws/crowd-html-elements.js"></script>"#,
        r#"<SCRIPT async  type="text/javascript" SRC = " https://assets.crowd.aws/crowd-html-elements.js?v=1 " defer></SCRIPT >"#,
        "<script\n  crossorigin\n  src=\"https://assets.crowd.aws/crowd-html-elements.js\"\n>\n  // if (a < b) { }\n</script>",
        r#"<script src="https://assets.crowd.aws/crowd-html-elements.js" />"#,
        r#"<script src="https://assets.crowd.aws/crowd-html-elements.js">"#,
    ] {
        check(
            &format!("<p>a</p>\r\n{tag}\n<crowd-form></crowd-form>"),
            "<p>a</p>\r\n{}\n<crowd-form></crowd-form>",
        );
    }
}

#[test]
fn only_the_first_becomes_the_tag() {
    let bundle = r#"<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>"#;
    let second = r#"<script src="//assets.crowd.aws/crowd-html-elements-v2.js"></script>"#;
    check(&format!("{bundle}\n{second}|{bundle}"), "{}\n|");
}

#[test]
fn other_scripts_and_text_stay_as_they_are() {
    let bundle = r#"<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>"#;
    let inert = [
        r#"<script src="https://cdn.test/d3.js"></script>"#,
        r#"<script src="https://assets.crowd.aws/other.js"></script>"#,
        r#"<script src="https://assets.crowd.aws.test/crowd-html-elements.js"></script>"#,
        r#"<script>document.write('<script src="https://assets.crowd.aws/crowd-html-elements.js">')</script>"#,
        r#"<!-- <script src="https://assets.crowd.aws/crowd-html-elements.js"></script> -->"#,
        r#"<img alt='<script src="https://assets.crowd.aws/crowd-html-elements.js">'>"#,
        r#"<div data-src="https://assets.crowd.aws/crowd-html-elements.js"></div>"#,
        "<style>a > b { }</style> 1 < 2 <3 <>",
    ]
    .join("\n");
    check(
        &format!("{inert}{bundle}{inert}"),
        &format!("{inert}{{}}{inert}"),
    );
}

#[test]
fn a_forgotten_end_tag_does_not_swallow_the_page() {
    check(
        r#"<script src="https://assets.crowd.aws/crowd-html-elements.js"/><crowd-form></crowd-form><script>a()</script>"#,
        "{}<crowd-form></crowd-form><script>a()</script>",
    );
}

#[test]
fn a_page_without_a_bundle_gets_the_tag() {
    check("<crowd-form></crowd-form>", "{}<crowd-form></crowd-form>");
    check("", "{}");
    check(
        "<!doctype html>\n<html lang=en><HEAD data-x='>'><title>t</title></HEAD><body>b</body></html>",
        "<!doctype html>\n<html lang=en><HEAD data-x='>'>{}<title>t</title></HEAD><body>b</body></html>",
    );
    check("<html><body class=x>b", "<html><body class=x>{}b");
    check("<!DOCTYPE html><p>b", "<!DOCTYPE html>{}<p>b");
    check("<html>\n<p>", "<html>{}\n<p>");
    check("\u{feff}<p>", "\u{feff}{}<p>");
    check(
        "<!-- <head> --><header></header>",
        "{}<!-- <head> --><header></header>",
    );
}

#[test]
fn the_address_is_escaped() {
    assert_eq!(
        rewrite_scripts("", "/a?b=\"c\"&d"),
        r#"<script type="module" src="/a?b=&quot;c&quot;&amp;d"></script>"#
    );
}
