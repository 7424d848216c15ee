//! Watches the quotes of CSV go by: what a quote opens must be closed before the end, or all that
//! follows it has become one field.

use std::io::{self, Read};

/// Bytes of CSV, and where in it they end.
pub(super) struct Quotes<R> {
    input: R,
    delimiter: u8,
    at: At,
    last: u8,
    /// Whether there is no more.
    ended: bool,
    line: u64,
    /// The line of the last quote that opened a field.
    opened: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    /// The beginning of a field.
    Start,
    /// Within one without quotes, or after its quotes.
    Plain,
    Quoted,
    /// After a quote within quotes: it closes them, or is the first of two.
    Quote,
}

impl<R> Quotes<R> {
    pub(super) fn new(input: R, delimiter: u8) -> Quotes<R> {
        Quotes {
            input,
            delimiter,
            at: At::Start,
            last: b'\n',
            ended: false,
            line: 1,
            opened: 0,
        }
    }

    /// At the end, the line of a quote that nothing has closed.
    pub(super) fn open(&self) -> Option<u64> {
        (self.ended && self.at == At::Quoted).then_some(self.opened)
    }

    /// Whether the end has come within a line.
    pub(super) fn is_cut_off(&self) -> bool {
        self.ended && self.last != b'\n'
    }

    fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.line += u64::from(*byte == b'\n');
            let ends_field = *byte == self.delimiter || *byte == b'\n' || *byte == b'\r';
            self.at = match (self.at, *byte) {
                (At::Start, b'"') => {
                    self.opened = self.line;
                    At::Quoted
                }
                (At::Quoted, b'"') => At::Quote,
                (At::Quoted, _) | (At::Quote, b'"') => At::Quoted,
                _ if ends_field => At::Start,
                _ => At::Plain,
            };
        }
    }
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        self.pass(&buffer[..read]);
        self.ended = read == 0;
        self.last = buffer[..read].last().copied().unwrap_or(self.last);
        Ok(read)
    }
}
