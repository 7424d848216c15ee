//! `cargo xtask`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::{bench, crash, eval, power_loss, test};

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
    /// Kills the server again and again under load, and checks that no acknowledged answer is lost
    Crash(crash::Arguments),
    /// Measures the budgets, beside the figures of other tools
    Bench(bench::Arguments),
    /// Accuracy of consolidation on real answers, beside what other programs reached
    Eval(eval::Arguments),
    /// Commits rows to an SQLite database, for the tests of the power-loss model
    #[command(hide = true)]
    PowerLossProbe(power_loss::probe::Arguments),
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Test(arguments) => test::run(&arguments),
        Command::Crash(arguments) => crash::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Eval(arguments) => eval::run(&arguments),
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
