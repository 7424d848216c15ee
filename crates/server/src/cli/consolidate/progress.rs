//! How far it is, on the terminal. Nothing is shown where there is none.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};

pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn new() -> Progress {
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(100));
        Progress(bar)
    }

    /// Work of unknown length.
    pub(super) fn step(&self, message: String) {
        self.0.reset();
        self.0.set_style(style("{spinner} {msg}, {elapsed}"));
        self.0.set_message(message);
    }

    /// Work of known length, in things that `what` names.
    pub(super) fn count(&self, message: String, length: u64, what: &str) {
        self.0.reset();
        self.0.set_length(length);
        let shown =
            format!("{{msg}} {{bar:30}} {{human_pos}} of {{human_len}} {what}, {{eta}} left");
        self.0.set_style(style(&shown));
        self.0.set_message(message);
    }

    pub(super) fn forward(&self, by: u64) {
        self.0.inc(by);
    }

    /// Opens a file that has this name for people; what is read of it moves the bar.
    pub(super) fn open(&self, path: &Path, named: &Path) -> anyhow::Result<impl Read + use<>> {
        let file = File::open(path).with_context(|| format!("cannot open {}", named.display()))?;
        let length = file.metadata().map(|about| about.len()).unwrap_or_default();
        self.0.reset();
        self.0.set_length(length);
        self.0
            .set_style(style("{msg} {bar:30} {bytes} of {total_bytes}, {eta} left"));
        self.0.set_message(format!("reading {}", named.display()));
        Ok(self.0.wrap_read(file))
    }

    pub(super) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
