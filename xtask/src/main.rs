//! `cargo xtask`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{power_loss, test};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Development commands of Cairn")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Sets up what the tests need and runs all of them, or the parts named
    Test(test::Arguments),
    /// Commits rows to an SQLite database, for the tests of the power-loss model
    #[command(hide = true)]
    PowerLossProbe(power_loss::probe::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Test(arguments) => test::run(&arguments),
        Command::PowerLossProbe(arguments) => power_loss::probe::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
