//! The exclusion category of a page: "none of these", which the form of a multi-label task may
//! offer and no label category file lists.

/// Finds `exclusion-category="{ text: '…' }"` in the markup of a rendered page or of a template
/// that writes it out. The attribute is read as the element reads it: entities are decoded, keys
/// need no quotes, strings take either kind, and a bare text is the category itself.
///
/// `None` when there is no such attribute, or when its text still is a Liquid output.
pub fn exclusion_of_page(markup: &str) -> Option<String> {
    let mut rest = markup;
    loop {
        let at = rest.find("exclusion-category")?;
        rest = &rest[at + "exclusion-category".len()..];
        let Some(value) = rest.trim_start().strip_prefix('=') else {
            continue;
        };
        let value = value.trim_start();
        let quote = value
            .chars()
            .next()
            .filter(|quote| matches!(quote, '"' | '\''));
        let Some(quote) = quote else { continue };
        let value = &value[1..];
        let Some(end) = value.find(quote) else {
            continue;
        };
        let value = decode_entities(&value[..end]);
        let text = text_of(value.trim());
        if let Some(text) = text.filter(|text| !text.is_empty() && !text.contains("{{")) {
            return Some(text);
        }
    }
}

/// The `text` of a relaxed JSON object, or the value itself when it is no object.
fn text_of(value: &str) -> Option<String> {
    if !value.starts_with('{') || value.starts_with("{{") {
        let string = read_string(value);
        return string.or_else(|| Some(value.to_owned()));
    }
    let mut rest = &value[1..];
    while let Some(at) = rest.find("text") {
        let after = rest[at + 4..].trim_start_matches(['"', '\'']).trim_start();
        if let Some(string) = after.strip_prefix(':') {
            return read_string(string.trim_start());
        }
        rest = &rest[at + 4..];
    }
    None
}

/// A quoted string at the start of `text`.
fn read_string(text: &str) -> Option<String> {
    let mut chars = text.chars();
    let quote = chars.next().filter(|quote| matches!(quote, '"' | '\''))?;
    let mut read = String::new();
    loop {
        match chars.next()? {
            end if end == quote => return Some(read),
            '\\' => match chars.next()? {
                'n' => read.push('\n'),
                't' => read.push('\t'),
                'u' => {
                    let digits: String = chars.by_ref().take(4).collect();
                    let code = u32::from_str_radix(&digits, 16).ok()?;
                    read.push(char::from_u32(code)?);
                }
                other => read.push(other),
            },
            other => read.push(other),
        }
    }
}

fn decode_entities(text: &str) -> String {
    const NAMED: [(&str, char); 5] = [
        ("amp", '&'),
        ("lt", '<'),
        ("gt", '>'),
        ("quot", '"'),
        ("apos", '\''),
    ];
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let entity = rest.find(';').filter(|end| *end <= 10).and_then(|end| {
            let name = &rest[1..end];
            let code = match name.strip_prefix("#x").or_else(|| name.strip_prefix("#X")) {
                Some(digits) => u32::from_str_radix(digits, 16).ok(),
                None => name
                    .strip_prefix('#')
                    .and_then(|digits| digits.parse().ok()),
            };
            let named = NAMED.iter().find(|(known, _)| *known == name);
            let character = named.map(|(_, character)| *character);
            Some((end, character.or_else(|| code.and_then(char::from_u32))?))
        });
        match entity {
            Some((end, character)) => {
                decoded.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                decoded.push('&');
                rest = &rest[1..];
            }
        }
    }
    decoded.push_str(rest);
    decoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(markup: &str, expected: Option<&str>) {
        assert_eq!(exclusion_of_page(markup).as_deref(), expected, "{markup}");
    }

    #[test]
    fn the_attribute_is_read_as_the_element_reads_it() {
        check(
            "<x exclusion-category=\"{ text: 'None of the above' }\">",
            Some("None of the above"),
        );
        check(
            "<x exclusion-category='{\"text\": \"どれでもない\"}'>",
            Some("どれでもない"),
        );
        check(
            "<x exclusion-category = \"{&quot;text&quot;:&quot;a &amp; b&#39;s&quot;}\">",
            Some("a & b's"),
        );
        check(
            "<x exclusion-category=\"{ value: 'x', text: 'It\\'s not\\u0021' }\">",
            Some("It's not!"),
        );
        check("<x exclusion-category=\"None\">", Some("None"));
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        check("", None);
        check("<x exclusion-category>", None);
        check("<x exclusion-category=\"\">", None);
        check("<x exclusion-category=\"{ text: '\">", None);
        check("<x exclusion-category=\"{{ task.input.none }}\">", None);
        check(
            "<x exclusion-category=\"{ text: '{{ task.input.none }}' }\">",
            None,
        );
        check("<x exclusion-category='", None);
    }

    proptest::proptest! {
        #[test]
        fn any_markup_is_searched_without_panic(markup in "(exclusion-category|=|\"|'|\\{|text|:|&|#x|猫|;|\\\\u){0,20}") {
            let _ = exclusion_of_page(&markup);
        }
    }
}
