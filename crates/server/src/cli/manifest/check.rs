//! `cairn manifest check`.

use anyhow::bail;
use cairn_labeling::manifest::{LineRules, LineSplitter, Source};
use clap::Args;
use futures::StreamExt;

use super::make::spinner;
use super::place::Place;

#[derive(Args)]
pub(super) struct Check {
    /// The manifest: a file, or s3://bucket/key
    manifest: Place,

    /// Label attribute of the job, to count the lines that have it already
    #[arg(long, value_name = "NAME", default_value = "label")]
    label_attribute_name: String,

    /// Errors shown; all are counted
    #[arg(long, value_name = "COUNT", default_value_t = 100)]
    show: u64,
}

#[derive(Default)]
struct Found {
    lines: u64,
    labeled: u64,
    images: u64,
    errors: u64,
}

impl Check {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let rules = LineRules::new(&self.label_attribute_name);
        let (mut chunks, size) = self.manifest.read().await?;
        let progress = spinner();
        let mut splitter = LineSplitter::new(rules.bytes_max());
        let mut found = Found::default();
        let mut each = |line: cairn_labeling::manifest::RawLine<'_>| {
            found.lines += 1;
            match line.check(&rules) {
                Ok(info) => {
                    found.labeled += u64::from(info.already_labeled);
                    found.images += u64::from(matches!(info.source, Source::Ref(_)));
                }
                Err(error) => {
                    found.errors += 1;
                    if found.errors <= self.show {
                        progress.suspend(|| println!("{}: {error}", self.manifest));
                    }
                }
            }
            Ok::<(), std::convert::Infallible>(())
        };
        let mut read = 0;
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk?;
            read += chunk.len() as u64;
            let Ok(()) = splitter.push(&chunk, &mut each);
            progress.set_message(format!("{} of {} MB", read >> 20, size >> 20));
        }
        let Ok(()) = splitter.finish(&mut each);
        progress.finish_and_clear();
        let Found {
            lines,
            labeled,
            images,
            errors,
        } = found;
        if errors > self.show {
            println!("… and {} more", errors - self.show);
        }
        if lines == 0 {
            bail!("{}: the manifest is empty", self.manifest);
        }
        let texts = lines - errors - images;
        println!(
            "{lines} lines: {images} by source-ref, {texts} by source, {labeled} labeled already, {errors} not valid"
        );
        if errors > 0 {
            bail!("{}: {errors} lines are not valid", self.manifest);
        }
        Ok(())
    }
}
