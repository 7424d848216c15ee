//! The product-neutral workload: texts of 30 to 60 words out of 512, one label of four.

use crate::random::Random;

const SEED: u64 = 20_260_101;
const SYLLABLES: [&str; 16] = [
    "ka", "lo", "mi", "ren", "tu", "sa", "vel", "dor", "pi", "nax", "qu", "ber", "shi", "lan",
    "te", "go",
];

/// The labels a worker may choose.
pub const LABELS: [&str; 4] = ["sports", "politics", "science", "other"];

/// Makes manifest lines, the same at every run.
pub struct Lines {
    words: Vec<String>,
    random: Random,
    next: u64,
    words_min: u64,
    words_max: u64,
}

impl Lines {
    /// Lines of the workload, about 280 bytes each.
    pub fn texts() -> Lines {
        Lines::with_words(30, 60)
    }

    /// Short lines, about 60 bytes each, for manifests of millions.
    pub fn short() -> Lines {
        Lines::with_words(4, 6)
    }

    fn with_words(words_min: u64, words_max: u64) -> Lines {
        let mut random = Random::new(SEED);
        let words = (0..512)
            .map(|_| {
                (0..=random.below(3))
                    .map(|_| *random.pick(&SYLLABLES))
                    .collect()
            })
            .collect();
        Lines {
            words,
            random,
            next: 0,
            words_min,
            words_max,
        }
    }

    /// Appends the next line, with its line feed.
    pub fn push(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"source\":\"");
        let count = self.words_min + self.random.below(self.words_max - self.words_min + 1);
        for at in 0..count {
            if at > 0 {
                out.push(b' ');
            }
            out.extend_from_slice(self.random.pick(&self.words).as_bytes());
        }
        out.extend_from_slice(format!("\",\"ref\":{}", self.next).as_bytes());
        self.next += 1;
        out.extend_from_slice(b"}\n");
    }

    /// So many lines as one manifest.
    pub fn manifest(&mut self, count: u64) -> Vec<u8> {
        let mut out = Vec::new();
        for _ in 0..count {
            self.push(&mut out);
        }
        out
    }
}

/// Appends a finished label to each line of a manifest, so that nothing is left to do.
pub fn labeled(manifest: &[u8], attribute: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(manifest.len() * 2);
    for (at, line) in manifest
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .enumerate()
    {
        let class = at % LABELS.len();
        out.extend_from_slice(&line[..line.len() - 1]);
        out.extend_from_slice(
            format!(
                ",\"{attribute}\":{class},\"{attribute}-metadata\":{{\"confidence\":0.95,\"job-name\":\"labeling-job/before\",\
                 \"class-name\":\"{}\",\"human-annotated\":\"yes\",\"creation-date\":\"2026-01-01T00:00:00.000000\",\
                 \"type\":\"groundtruth/text-classification\"}}}}\n",
                LABELS[class]
            )
            .as_bytes(),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_json_of_the_stated_size_and_the_same_at_every_run() {
        let manifest = Lines::texts().manifest(1000);
        assert_eq!(manifest, Lines::texts().manifest(1000));
        assert!(
            (200..320).contains(&(manifest.len() / 1000)),
            "{} bytes a line",
            manifest.len() / 1000
        );
        for text in [
            manifest.clone(),
            labeled(&manifest, "topic"),
            Lines::short().manifest(1000),
        ] {
            let text = String::from_utf8(text).unwrap();
            assert_eq!(text.lines().count(), 1000);
            for (at, line) in text.lines().enumerate() {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                assert_eq!(line["ref"], at);
            }
        }
    }
}
