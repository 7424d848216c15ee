//! A short crash test in each way: enough to notice a broken promise in CI, while `cargo xtask crash` runs for long.

use anyhow::Result;

use super::summary::Counts;
use crate::crash::{self, Way};
use crate::postgres;

/// Kills of the server on the embedded database; the other ways have fewer.
const KILLS: u32 = 30;

/// Runs each way; each round counts as one test.
pub fn run() -> Result<Counts> {
    let ways = [
        (
            "kill -9 of the server",
            Way::KillServer { postgres: false },
            KILLS,
        ),
        ("loss of power", Way::PowerLoss { lying: false }, KILLS),
        ("a full disk", Way::FullDisk, KILLS),
        (
            "kill -9 of the server on PostgreSQL",
            Way::KillServer { postgres: true },
            KILLS / 3,
        ),
        ("kill -9 of PostgreSQL", Way::KillPostgres, KILLS / 3),
    ];
    let mut counts = Counts::default();
    for (name, way, rounds) in ways {
        if way.needs_postgres() && !postgres::is_installed() {
            println!("!!! PostgreSQL is not installed: {name} is SKIPPED");
            counts.skipped += u64::from(rounds);
            continue;
        }
        println!("{name}:");
        match crash::run_way(way, rounds) {
            Ok(()) => counts.passed += u64::from(rounds),
            Err(error) => {
                println!("{name}: {error:#}");
                counts.failed += 1;
            }
        }
    }
    Ok(counts)
}
