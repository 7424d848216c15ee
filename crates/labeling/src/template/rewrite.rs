//! Points a page at Cairn's own crowd elements.

use super::html::{Tag, Tags, end_tag};
use super::text::escape_into;

/// Where templates load the crowd elements from; `http:`, `https:` or nothing may stand before it.
const BUNDLES: [&str; 2] = [
    "//assets.crowd.aws/crowd-html-elements.js",
    "//assets.crowd.aws/crowd-html-elements-v2.js",
];

/// Replaces the script tags of the two known bundles by one module script of `module_src`: the first becomes the tag,
/// others vanish. A page without any gets the tag at the start of its head, of its body, or of all. Everything else stays
/// byte for byte. Works on finished pages and on templates alike.
pub fn rewrite_scripts(html: &str, module_src: &str) -> String {
    let mut module_tag = String::from("<script type=\"module\" src=\"");
    escape_into(module_src, &mut module_tag);
    module_tag.push_str("\"></script>");

    let mut out = String::with_capacity(html.len() + module_tag.len());
    let mut copied = 0;
    let mut tags = Tags::of_page(html);
    while let Some(tag) = tags.next() {
        if !is_bundle_script(&tag) {
            tags.skip_content(&tag);
            continue;
        }
        let end = end_of_script(html, &tag);
        tags.jump(end);
        out.push_str(&html[copied..tag.range.start]);
        if copied == 0 {
            out.push_str(&module_tag);
        }
        copied = end;
    }
    if copied == 0 {
        let at = start_of_content(html);
        return [&html[..at], &module_tag, &html[at..]].concat();
    }
    out.push_str(&html[copied..]);
    out
}

/// Whether a tag loads one of the two known bundles.
pub(super) fn is_bundle_script(tag: &Tag<'_>) -> bool {
    tag.is("script")
        && tag.attribute("src").is_some_and(|src| {
            let address = src.value.trim();
            let address = ["https:", "http:"]
                .iter()
                .find_map(|scheme| {
                    let head = address.get(..scheme.len())?;
                    head.eq_ignore_ascii_case(scheme)
                        .then(|| &address[scheme.len()..])
                })
                .unwrap_or(address);
            let path = address.split(['?', '#']).next().unwrap_or_default();
            BUNDLES
                .iter()
                .any(|bundle| path.eq_ignore_ascii_case(bundle))
        })
}

/// The byte after a bundle's script element. Where another tag begins before the end tag, the author forgot to close the
/// script (or wrote `/>`): what follows is the page, and only the opening tag is the script.
fn end_of_script(html: &str, tag: &Tag<'_>) -> usize {
    let mut at = tag.range.end;
    while let Some(found) = html[at..].find('<') {
        at += found;
        if let Some(end) = end_tag(html, at, tag.name) {
            return end;
        }
        if html[at + 1..].starts_with(|next: char| next.is_ascii_alphabetic() || next == '/') {
            break;
        }
        at += 1;
    }
    tag.range.end
}

/// Where a tag may be put so that it comes before everything else in the page.
fn start_of_content(html: &str) -> usize {
    let mut place = (0, html.len() - html.trim_start_matches('\u{feff}').len());
    let lead = &html[place.1..];
    if lead
        .trim_start()
        .get(..9)
        .is_some_and(|start| start.eq_ignore_ascii_case("<!doctype"))
        && let Some(end) = lead.find('>')
    {
        place.1 += end + 1;
    }
    let mut tags = Tags::of_page(html);
    while let Some(tag) = tags.next() {
        let rank = match () {
            _ if tag.is("html") => 1,
            _ if tag.is("body") => 2,
            _ if tag.is("head") => 3,
            _ => {
                tags.skip_content(&tag);
                continue;
            }
        };
        if rank > place.0 {
            place = (rank, tag.range.end);
        }
    }
    place.1
}
