//! `cairn manifest`: makes input manifests and checks them.

mod check;
mod make;
mod place;
mod source;
mod spool;

use clap::{Args, Subcommand};

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
