//! `cairn admin`: people, teams and access keys, on the database itself. It works while the server
//! runs; the server notices within seconds.

mod access_key;
mod person;
mod team;

use clap::{Args, Command, Subcommand};
use serde_json::Value;

use crate::app;
use crate::clock::Clock;
use crate::people::People;
use crate::secrets::Secrets;
use crate::settings::Settings;

/// Settings that matter here; the others are taken too, so that one environment serves both commands.
const SHOWN: [&str; 6] = [
    "data",
    "database",
    "secret",
    "listen",
    "region",
    "public_url",
];

/// Who the audit log names.
const ACTOR: &str = "command line";

#[derive(Args)]
pub(super) struct Admin {
    #[command(flatten)]
    settings: Settings,

    /// Write JSON
    #[arg(long)]
    json: bool,

    #[command(subcommand)]
    command: Kind,
}

#[derive(Subcommand)]
enum Kind {
    /// People who sign in
    #[command(subcommand)]
    Person(person::PersonCommand),
    /// Keys of scripts
    #[command(subcommand)]
    AccessKey(access_key::AccessKeyCommand),
    /// Teams that jobs are given to
    #[command(subcommand)]
    Team(team::TeamCommand),
}

/// Lets the settings stand behind the command too, and hides those that do nothing here.
pub(super) fn shape(command: Command) -> Command {
    command.mut_args(|argument| {
        let id = argument.get_id().as_str();
        let shown = id == "json" || SHOWN.contains(&id);
        argument.global(true).hide(!shown)
    })
}

impl Admin {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let secrets = app::open_secrets(&self.settings)?;
        let db = app::open_db(&self.settings).await?;
        let office = Office {
            people: People::new(db, secrets, Clock::System, &self.settings),
            origin: crate::origin::announced(&self.settings, self.settings.listen.port()),
            settings: self.settings,
            is_json: self.json,
        };
        match self.command {
            Kind::Person(command) => person::run(&office, command).await,
            Kind::AccessKey(command) => access_key::run(&office, command).await,
            Kind::Team(command) => team::run(&office, command).await,
        }
    }
}

/// What the commands work with.
struct Office {
    people: People,
    settings: Settings,
    origin: String,
    is_json: bool,
}

impl Office {
    /// Prints a result: `value` as JSON, or `text`.
    fn say(&self, value: &Value, text: impl FnOnce() -> String) {
        if self.is_json {
            println!("{value}");
        } else {
            println!("{}", text().trim_end_matches('\n'));
        }
    }
}

/// What a shell needs to work with the server as `access_key_id`. Of the two names of the region the aws
/// CLI reads the first and boto3 the second.
pub(super) fn exports(
    region: &str,
    endpoint: &str,
    secrets: &Secrets,
    access_key_id: &str,
) -> String {
    let secret = secrets.access_key_secret(access_key_id);
    format!(
        "export AWS_ENDPOINT_URL={endpoint}\nexport AWS_ACCESS_KEY_ID={access_key_id}\n\
         export AWS_SECRET_ACCESS_KEY={secret}\nexport AWS_REGION={region}\nexport AWS_DEFAULT_REGION={region}\n"
    )
}

/// Rows with their columns under each other.
fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let mut widths: Vec<usize> = header.iter().map(|cell| cell.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: &[String]| {
        let padded = cells.iter().zip(&widths).map(|(cell, width)| {
            let gap = width.saturating_sub(cell.chars().count());
            format!("{cell}{}", " ".repeat(gap))
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let header: Vec<String> = header.iter().map(|cell| (*cell).to_owned()).collect();
    let mut lines = vec![line(&header)];
    lines.extend(rows.iter().map(|row| line(row)));
    lines.join("\n")
}

/// `2026-11-24 05:15`, or `-`.
fn time(at_ms: Option<i64>) -> String {
    at_ms
        .and_then(|at_ms| jiff::Timestamp::from_millisecond(at_ms).ok())
        .map_or_else(
            || "-".to_owned(),
            |time| time.strftime("%Y-%m-%d %H:%M").to_string(),
        )
}
