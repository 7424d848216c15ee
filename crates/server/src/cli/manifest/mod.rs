//! `cairn manifest`: makes input manifests and checks them.

mod check;
mod make;
mod place;
mod source;
mod spool;

use std::path::Path;

use anyhow::bail;
use clap::{Args, Subcommand};

use place::Place;
pub(super) use source::is_image;

#[derive(Args)]
pub(super) struct Manifest {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make a manifest from a folder or prefix of images, a .txt or .csv file of texts, or another
    /// manifest
    Make(make::Make),
    /// Check a manifest line by line
    Check(check::Check),
}

impl Manifest {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Make(make) => make.run().await,
            Command::Check(check) => check.run().await,
        }
    }
}

/// A manifest made of a .txt or .csv file of texts, and how many there are.
pub(super) async fn text_lines(path: &Path) -> anyhow::Result<(String, u64)> {
    let mut manifest = String::new();
    let mut count = 0;
    let mut each = |line: &[u8]| {
        manifest.push_str(&String::from_utf8_lossy(line));
        manifest.push('\n');
        count += 1;
        Ok(())
    };
    let place = Place::Local(path.to_owned());
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("txt") => source::text(&place, &mut each).await?,
        Some("csv") => source::csv(&place, None, &mut each).await?,
        _ => bail!("{} is neither a .txt nor a .csv file", path.display()),
    }
    if count == 0 {
        bail!("{} has no texts", path.display());
    }
    Ok((manifest, count))
}
