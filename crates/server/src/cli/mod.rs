//! The command line. One file a command; to add one, a variant here and a file beside this one.

mod admin;
mod consolidate;
mod demo;
mod host;
mod label;
mod manifest;
mod serve;

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

/// Label data: a self-hosted service for people and scripts.
#[derive(Parser)]
#[command(name = "cairn", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show the main job on a small data set of its own
    Demo(demo::Demo),
    /// Label a folder of images, or a file of texts, now
    Label(label::Label),
    /// Run the server
    Serve(serve::Serve),
    /// Make an input manifest, or check one
    Manifest(manifest::Manifest),
    /// Turn a file of several workers' answers into labels with honest probabilities
    Consolidate(consolidate::Consolidate),
    /// Look after people, teams and access keys, also while the server runs
    Admin(admin::Admin),
}

/// Runs the command that the process was started with.
pub fn run() -> ExitCode {
    // Clients of every kind want to know which implementation of TLS is meant, also for plain http.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let command = Cli::command().mut_subcommand("admin", admin::shape);
    let cli = Cli::from_arg_matches(&command.get_matches()).unwrap_or_else(|error| error.exit());
    let outcome = match cli.command {
        Command::Demo(demo) => block_on(demo.run()),
        Command::Label(label) => block_on(label.run()),
        Command::Serve(serve) => block_on(serve.run()),
        Command::Manifest(manifest) => block_on(manifest.run()),
        Command::Consolidate(consolidate) => block_on(consolidate.run()),
        Command::Admin(admin) => block_on(admin.run()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nobody may be listening.
            let _ = writeln!(std::io::stderr(), "error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn block_on(work: impl Future<Output = anyhow::Result<()>>) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?
        .block_on(work)
}
