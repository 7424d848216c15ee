//! Small helpers for text that people read.

/// `text` in at most `chars` characters; what is cut shows as `…`.
pub(crate) fn shorten(text: &str, chars: usize) -> String {
    match text.char_indices().nth(chars) {
        None => text.to_owned(),
        Some(_) => {
            let kept: String = text.chars().take(chars.saturating_sub(1)).collect();
            format!("{kept}…")
        }
    }
}

/// Whether `text` has more than `limit` characters, without counting them when its bytes already
/// answer that.
pub(crate) fn longer_than(text: &str, limit: usize) -> bool {
    text.len() > limit && text.chars().count() > limit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cutting_counts_characters() {
        assert_eq!(shorten("猫と犬", 3), "猫と犬");
        assert_eq!(shorten("猫と犬と", 3), "猫と…");
        assert!(!longer_than("猫と犬", 3));
        assert!(longer_than("猫と犬", 2));
    }
}
