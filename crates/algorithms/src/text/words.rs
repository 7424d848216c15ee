//! Texts as words, and how alike two of them are.
//!
//! - Model: two texts are alike as far as they share runs of one to four words, without regard to
//!   capitals.
//! - Steps: cut into words; collect the runs; similarity = shared runs / the larger number of runs,
//!   counting repeated runs as often as both have them. Two empty texts are alike.
//! - Source: GLEU of single sentences, Wu et al., "Google's neural machine translation system", 2016,
//!   which is the smaller of precision and recall.
//! - Complexity: O(n log n) for n words to collect, O(n) to compare.

/// The longest run of words that counts.
const RUN: usize = 4;

/// A word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    /// As written.
    pub(crate) written: &'a str,
    /// As compared: in small letters.
    pub(crate) key: String,
    /// Whether white space is before it.
    pub(crate) is_apart: bool,
}

/// One answer, cut into words.
#[derive(Clone, Debug)]
pub(crate) struct Text<'a> {
    pub(crate) worker: u32,
    pub(crate) text: &'a str,
    pub(crate) words: Vec<Word<'a>>,
    runs: Runs,
}

impl<'a> Text<'a> {
    pub(crate) fn new(worker: u32, text: &'a str, by_character: bool) -> Text<'a> {
        let words = cut(text, by_character);
        let runs = Runs::new(words.iter().map(|word| word.key.as_str()));
        Text {
            worker,
            text,
            words,
            runs,
        }
    }

    pub(crate) fn similarity(&self, other: &Text<'_>) -> f64 {
        self.runs.similarity(&other.runs)
    }

    pub(crate) fn similarity_to_runs(&self, runs: &Runs) -> f64 {
        self.runs.similarity(runs)
    }
}

/// Runs of words as numbers, sorted. Equal runs have equal numbers; that different ones have equal
/// numbers is possible, and as good as never happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Runs(Vec<u64>);

impl Runs {
    pub(crate) fn new<'a>(keys: impl Iterator<Item = &'a str>) -> Runs {
        let words: Vec<u64> = keys.map(|key| hash(key.bytes())).collect();
        let mut runs = Vec::with_capacity(words.len() * RUN);
        for at in 0..words.len() {
            for length in 1..=RUN.min(words.len() - at) {
                let run = words[at..at + length]
                    .iter()
                    .flat_map(|word| word.to_le_bytes());
                runs.push(hash(run));
            }
        }
        runs.sort_unstable();
        Runs(runs)
    }

    pub(crate) fn similarity(&self, other: &Runs) -> f64 {
        let most = self.0.len().max(other.0.len());
        if most == 0 {
            return 1.0;
        }
        let (mut one, mut two, mut shared) = (0, 0, 0u32);
        while one < self.0.len() && two < other.0.len() {
            match self.0[one].cmp(&other.0[two]) {
                std::cmp::Ordering::Less => one += 1,
                std::cmp::Ordering::Greater => two += 1,
                std::cmp::Ordering::Equal => {
                    shared += 1;
                    one += 1;
                    two += 1;
                }
            }
        }
        f64::from(shared) / most as f64
    }
}

/// FNV-1a, with a last mixing step: the same on every machine.
fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    let mut state = 0xcbf2_9ce4_8422_2325u64;
    for byte in bytes {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    state = (state ^ (state >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    state ^ (state >> 32)
}

fn cut(text: &str, by_character: bool) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut is_apart = false;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first.is_alphanumeric() && !by_character {
            rest.find(|next: char| !is_inside_word(next))
                .unwrap_or(rest.len())
        } else {
            // A character with the marks that belong to it.
            let mut after = rest.char_indices().skip(1);
            let end = after.find(|(_, next)| !is_mark(*next));
            end.map_or(rest.len(), |(at, _)| at)
        };
        let (written, after) = rest.split_at(length);
        rest = after;
        if first.is_whitespace() {
            is_apart = true;
        } else {
            words.push(Word {
                written,
                key: written.to_lowercase(),
                is_apart,
            });
            is_apart = false;
        }
    }
    words
}

/// Letters, digits, and marks that are written on letters.
fn is_inside_word(character: char) -> bool {
    character.is_alphanumeric() || is_mark(character)
}

/// Combining marks, variation selectors and joiners: part of the character before.
fn is_mark(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}'
        | '\u{3099}' | '\u{309a}' | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{200c}' | '\u{200d}')
}

/// Whether most letters belong to scripts that put no spaces between words: Han, kana, Thai, Lao,
/// Myanmar, Khmer, Tibetan. Korean has spaces.
pub(crate) fn write_without_spaces<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let (mut without, mut with) = (0u64, 0u64);
    for character in texts.flat_map(str::chars).filter(|it| it.is_alphabetic()) {
        let is_without = matches!(character,
            '\u{e00}'..='\u{fff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
            | '\u{3005}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}'
            | '\u{20000}'..='\u{3ffff}');
        if is_without {
            without += 1;
        } else {
            with += 1;
        }
    }
    without > with
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str, by_character: bool) -> Vec<String> {
        let words = cut(text, by_character);
        words.into_iter().map(|word| word.key).collect()
    }

    #[test]
    fn words_are_runs_of_letters_and_single_signs() {
        assert_eq!(keys("Don't  stop!", false), ["don", "'", "t", "stop", "!"]);
        assert_eq!(keys("Cafe\u{301} au", false), ["cafe\u{301}", "au"]);
        assert_eq!(keys(" e\u{301}t ", true), ["e\u{301}", "t"]);
        assert_eq!(keys("", false), [""; 0]);
        assert!(write_without_spaces(["東京に行く OK"].into_iter()));
        assert!(!write_without_spaces(["서울에 가요", "go"].into_iter()));
    }

    #[test]
    fn similarity_is_shared_runs_over_the_larger_number() {
        let of =
            |one: &str, two: &str| Text::new(0, one, false).similarity(&Text::new(0, two, false));
        // 3 + 2 + 1 runs and 4 + 3 + 2 + 1; all six of the shorter are shared.
        assert_eq!(of("a b c", "A b c d"), 0.6);
        assert_eq!(of("a a", "a"), 1.0 / 3.0);
        assert_eq!((of("", ""), of("", "a"), of("x", "x")), (1.0, 0.0, 1.0));
    }
}
