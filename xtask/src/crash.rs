//! `cargo xtask crash`: the server, or its database, is killed again and again under load, and at the end every
//! acknowledged answer must be there exactly once.
//!
//! One task does the killing; the others make jobs and label them over HTTP as scripts and people do, and try again
//! what was cut off. When a job is done, its files in the bucket are held against what was acknowledged.

mod drive;
mod victim;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::random::Random;
use crate::workspace;
use drive::Drive;
use victim::Victim;

pub use victim::Way;

/// What to kill, and how often.
#[derive(clap::Args)]
pub struct Arguments {
    /// Kills in all
    #[arg(long, default_value_t = 30)]
    count: u32,

    /// Let the power fail instead: what was not synced is lost
    #[arg(long, conflicts_with_all = ["postgres", "kill_postgres"])]
    power_loss: bool,

    /// Let the disk lose what was synced as well: shows that the test can fail
    #[arg(long, requires = "power_loss")]
    lying_disk: bool,

    /// Keep the data in PostgreSQL
    #[arg(long)]
    postgres: bool,

    /// Keep the data in PostgreSQL, and kill that instead of the server
    #[arg(long)]
    kill_postgres: bool,

    /// Let the disk be full for a while
    #[arg(long, conflicts_with_all = ["postgres", "kill_postgres", "power_loss"])]
    full_disk: bool,

    /// Workers who label at the same time
    #[arg(long, default_value_t = 8)]
    workers: usize,

    /// Seed of all choices, to have a failing run again
    #[arg(long)]
    seed: Option<u64>,

    /// Use the optimised build
    #[arg(long)]
    release: bool,

    /// Keep the server's folder and log
    #[arg(long)]
    keep: bool,
}

/// The server lives at most so long between two kills, in milliseconds.
const LIFE_MS_MAX: u64 = 600;
/// A killed PostgreSQL takes seconds to return, so what is killed next has to live longer.
const LIFE_MS_MAX_POSTGRES: u64 = 3_000;
/// One in so many kills comes at once after the start, in the middle of the recovery from the one before.
const EARLY_ONE_IN: u64 = 6;

/// Runs all rounds; an error when a promise was broken.
pub fn run(arguments: &Arguments) -> Result<()> {
    let way = if arguments.power_loss {
        Way::PowerLoss {
            lying: arguments.lying_disk,
        }
    } else if arguments.full_disk {
        Way::FullDisk
    } else if arguments.kill_postgres {
        Way::KillPostgres
    } else {
        Way::KillServer {
            postgres: arguments.postgres,
        }
    };
    run_with(arguments, way)?;
    println!("crash: {} passed, 0 failed", arguments.count);
    Ok(())
}

/// Runs so many rounds of one way on the ordinary build, with a seed of the moment.
pub fn run_way(way: Way, count: u32) -> Result<()> {
    #[derive(clap::Parser)]
    struct Defaults {
        #[command(flatten)]
        arguments: Arguments,
    }
    let mut arguments = <Defaults as clap::Parser>::parse_from(["crash"]).arguments;
    arguments.count = count;
    run_with(&arguments, way)
}

fn run_with(arguments: &Arguments, way: Way) -> Result<()> {
    let binary = workspace::build_cairn(arguments.release)?;
    let seed = arguments.seed.unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        now.map_or(0, |since| since.as_nanos() as u64 % 1_000_000)
    });
    let folder = std::env::temp_dir().join(format!("cairn-crash-{}", std::process::id()));
    std::fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    println!("seed {seed}, folder {}", folder.display());
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let outcome = runtime.block_on(rounds(arguments, way, seed, binary, folder.clone()));
    if arguments.keep || outcome.is_err() {
        // Under a name of its own, for the next way may need this one.
        let kept = folder.with_extension(format!("{seed}"));
        std::fs::rename(&folder, &kept)?;
        println!("left for reading: {}", kept.display());
    } else {
        std::fs::remove_dir_all(&folder)?;
    }
    outcome.with_context(|| format!("seed {seed}"))
}

async fn rounds(
    arguments: &Arguments,
    way: Way,
    seed: u64,
    binary: PathBuf,
    folder: PathBuf,
) -> Result<()> {
    let mut random = Random::new(seed);
    let mut victim = Victim::start(way, &binary, &folder, Random::new(random.bits())).await?;
    let drive = Drive::prepare(victim.server(), arguments.workers).await?;
    victim.arm().await?;
    let killing = async {
        let mut slowest = Duration::ZERO;
        let longest_ms = match way {
            Way::KillPostgres => LIFE_MS_MAX_POSTGRES,
            Way::KillServer { .. } | Way::PowerLoss { .. } | Way::FullDisk => LIFE_MS_MAX,
        };
        for round in 1..=arguments.count {
            let life_ms = if random.below(EARLY_ONE_IN) == 0 {
                0
            } else {
                random.below(longest_ms)
            };
            tokio::time::sleep(Duration::from_millis(life_ms)).await;
            ensure!(!drive.is_over(), "the load has stopped");
            let killed = Instant::now();
            victim
                .crash()
                .await
                .with_context(|| format!("round {round}"))?;
            slowest = slowest.max(killed.elapsed());
            if round % 10 == 0 || round == arguments.count {
                println!(
                    "round {round} of {}: {}; slowest return {} ms",
                    arguments.count,
                    drive.so_far(),
                    slowest.as_millis()
                );
            }
        }
        drive.calm_down();
        Ok(())
    };
    // When the load finds a broken promise there is nothing left to kill for, and the other way round.
    let ((), ()) = tokio::try_join!(killing, drive.run(seed))?;
    ensure!(
        drive.acknowledged() > 0,
        "no answer was acknowledged: nothing is proven"
    );
    victim.stop()?;
    if way == Way::FullDisk {
        let output = victim.server().output()?;
        ensure!(
            // Of the buckets, or of the database.
            output.contains("no space is left") || output.contains("disk is full"),
            "the disk was never full: nothing is proven"
        );
    }
    println!(
        "{} rounds: {}; every promise kept",
        arguments.count,
        drive.so_far()
    );
    Ok(())
}
