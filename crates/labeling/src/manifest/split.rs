//! Cutting a stream of bytes into lines.

use memchr::memchr;

use super::check::{LineInfo, LineRules, check_line};
use super::errors::LineError;
use crate::ids::Line;

/// One line as it stands in the file, without its line end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawLine<'a> {
    /// Zero-based number of the line.
    pub line: Line,
    /// Where it begins in the file.
    pub byte_offset: u64,
    /// Its bytes; of a line that is too long, the first few beyond the limit.
    pub bytes: &'a [u8],
    /// Whether bytes are missing because the line is too long.
    pub cut: bool,
}

impl RawLine<'_> {
    /// Checks the line and names it in the error.
    pub fn check(&self, rules: &LineRules<'_>) -> Result<LineInfo, LineError> {
        let problem = if self.cut {
            Err(rules.too_long())
        } else {
            check_line(self.bytes, rules)
        };
        problem.map_err(|problem| problem.at(self.line))
    }
}

/// Cuts a manifest, given in chunks of any size, into lines.
///
/// - A byte order mark before the first line is not part of it.
/// - Lines end with `\n` or `\r\n`; the last may end with neither.
/// - Blank lines at the end of the file are ignored. Of a run of blank lines elsewhere the first is
///   given (it fails its check), and all count, so that numbers stay those of the file.
/// - Holds at most one line, and of that at most the limit.
#[derive(Debug)]
pub struct LineSplitter {
    limit: usize,
    /// Start of a line whose end has not come yet.
    held: Vec<u8>,
    /// Whether bytes of that line were dropped because of the limit.
    cut: bool,
    line: i64,
    /// Where the line in hand begins.
    offset: u64,
    /// How many bytes of the line in hand have passed, dropped ones included.
    passed: u64,
    /// First of a run of blank lines that may prove to be in the middle of the file.
    blank: Option<(Line, u64)>,
}

impl LineSplitter {
    /// `bytes_max`: how long a line may be before the rest of it is dropped. See
    /// [`LineRules::bytes_max`].
    pub fn new(bytes_max: usize) -> LineSplitter {
        LineSplitter {
            limit: bytes_max,
            held: Vec::new(),
            cut: false,
            line: 0,
            offset: 0,
            passed: 0,
            blank: None,
        }
    }

    /// Takes the next chunk of the file and gives each line that is complete to `each`. An error of
    /// `each` ends the reading: the splitter is of no use afterwards.
    pub fn push<E>(
        &mut self,
        mut chunk: &[u8],
        mut each: impl FnMut(RawLine<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(end) = memchr(b'\n', chunk) {
            let (line, rest) = (&chunk[..end], &chunk[end + 1..]);
            if self.held.is_empty() && !self.cut {
                let kept = line.len().min(self.limit + 2);
                self.emit(&line[..kept], kept < line.len(), &mut each)?;
            } else {
                self.hold(line);
                let held = std::mem::take(&mut self.held);
                let emitted = self.emit(&held, self.cut, &mut each);
                self.held = held;
                emitted?;
            }
            self.offset += self.passed + end as u64 + 1;
            self.line += 1;
            self.passed = 0;
            self.held.clear();
            self.cut = false;
            chunk = rest;
        }
        self.hold(chunk);
        self.passed += chunk.len() as u64;
        Ok(())
    }

    /// Says that the file has ended; gives the last line if no line end closed it.
    pub fn finish<E>(
        mut self,
        mut each: impl FnMut(RawLine<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.held.is_empty() {
            return Ok(());
        }
        let held = std::mem::take(&mut self.held);
        self.emit(&held, self.cut, &mut each)
    }

    /// Keeps what the limit allows, and two bytes more: one shows that the limit is passed, the
    /// other may be the carriage return that does not count.
    fn hold(&mut self, bytes: &[u8]) {
        let room = (self.limit + 2).saturating_sub(self.held.len());
        let kept = bytes.len().min(room);
        self.held.extend_from_slice(&bytes[..kept]);
        self.cut |= kept < bytes.len();
    }

    fn emit<E>(
        &mut self,
        bytes: &[u8],
        cut: bool,
        each: &mut impl FnMut(RawLine<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut bytes = bytes;
        let mut byte_offset = self.offset;
        if self.line == 0
            && let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF")
        {
            bytes = rest;
            byte_offset += 3;
        }
        if !cut {
            bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        }
        let cut = cut || bytes.len() > self.limit;
        let line = Line(self.line);
        if !cut && bytes.iter().all(u8::is_ascii_whitespace) {
            self.blank.get_or_insert((line, byte_offset));
            return Ok(());
        }
        if let Some((line, byte_offset)) = self.blank.take() {
            each(RawLine {
                line,
                byte_offset,
                bytes: b"",
                cut: false,
            })?;
        }
        each(RawLine {
            line,
            byte_offset,
            bytes,
            cut,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use proptest::prelude::*;

    use super::*;

    type Lines = Vec<(i64, u64, Vec<u8>, bool)>;

    fn split(file: &[u8], chunk: usize, limit: usize) -> Lines {
        let mut lines = Vec::new();
        let mut each = |line: RawLine<'_>| -> Result<(), Infallible> {
            lines.push((line.line.0, line.byte_offset, line.bytes.to_vec(), line.cut));
            Ok(())
        };
        let mut splitter = LineSplitter::new(limit);
        for chunk in file.chunks(chunk.max(1)) {
            splitter.push(chunk, &mut each).unwrap();
        }
        splitter.finish(&mut each).unwrap();
        lines
    }

    fn check(file: &str, expected: &[(i64, u64, &str)]) {
        for chunk in [1, 2, 3, 1000] {
            let lines = split(file.as_bytes(), chunk, 100);
            let texts: Vec<(i64, u64, &str)> = lines
                .iter()
                .map(|(line, offset, bytes, _)| {
                    (*line, *offset, std::str::from_utf8(bytes).unwrap())
                })
                .collect();
            assert_eq!(texts, expected, "{file:?} in chunks of {chunk}");
        }
    }

    #[test]
    fn lines_are_cut_in_any_dress() {
        check("a\nb\n", &[(0, 0, "a"), (1, 2, "b")]);
        check("a\r\nb", &[(0, 0, "a"), (1, 3, "b")]);
        check("\u{feff}a\nb", &[(0, 3, "a"), (1, 5, "b")]);
        check("a\n\u{feff}b", &[(0, 0, "a"), (1, 2, "\u{feff}b")]);
        check("", &[]);
        check("\u{feff}", &[]);
        check("\n\r\n \n", &[]);
        check("a\n\n\r\n", &[(0, 0, "a")]);
        check("a\n\n\nb", &[(0, 0, "a"), (1, 2, ""), (3, 4, "b")]);
        check("\na", &[(0, 0, ""), (1, 1, "a")]);
    }

    #[test]
    fn a_long_line_is_cut_and_the_next_is_whole() {
        for chunk in [1, 7, 1000] {
            let lines = split(
                b"0123456789X\r\n0123456789\r\n01234567890123456789\nx",
                chunk,
                10,
            );
            let cut: Vec<(i64, bool)> = lines.iter().map(|line| (line.0, line.3)).collect();
            assert_eq!(cut, [(0, true), (1, false), (2, true), (3, false)]);
            assert_eq!(lines[1].2, b"0123456789");
            assert_eq!((lines[3].1, lines[3].2.as_slice()), (46, b"x".as_slice()));
        }
    }

    #[test]
    fn an_error_of_the_taker_ends_the_reading() {
        let mut splitter = LineSplitter::new(10);
        let mut seen = 0;
        let result = splitter.push(b"a\nb\nc\n", |_| {
            seen += 1;
            if seen == 2 { Err("enough") } else { Ok(()) }
        });
        assert_eq!((result, seen), (Err("enough"), 2));
    }

    proptest! {
        #[test]
        fn chunks_make_no_difference(
            pieces in prop::collection::vec(prop::sample::select(
                vec!["\n", "\r\n", "\r", " ", "{}", "猫", "\u{feff}", "0123456789"]), 0..30),
            chunk in 1..9usize,
        ) {
            let file = pieces.concat();
            let whole = split(file.as_bytes(), usize::MAX, 12);
            prop_assert_eq!(&split(file.as_bytes(), chunk, 12), &whole);
            for (_, offset, bytes, _) in whole {
                let offset = offset as usize;
                prop_assert_eq!(&file.as_bytes()[offset..offset + bytes.len()], bytes.as_slice());
            }
        }
    }
}
