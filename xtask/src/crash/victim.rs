//! What is killed, and how it comes back.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::cairn::{Cairn, Layer};
use crate::disk_full::FullDisk;
use crate::postgres::Postgres;
use crate::power_loss::{Disk, Fate, Log, Shim};
use crate::random::Random;

/// The way to crash.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// kill -9 of the server.
    KillServer {
        /// Whether its data is in PostgreSQL.
        postgres: bool,
    },
    /// kill -9 of PostgreSQL and all its processes; the server has to live through it.
    KillPostgres,
    /// kill -9 of the server, and of what it had not synced.
    PowerLoss {
        /// Whether the disk loses what was synced as well: a run that must fail.
        lying: bool,
    },
    /// A disk without room for a while; the server has to live through it, or is killed while it lasts.
    FullDisk,
}

impl Way {
    /// Whether PostgreSQL's programs are needed.
    pub fn needs_postgres(self) -> bool {
        matches!(self, Way::KillServer { postgres: true } | Way::KillPostgres)
    }
}

/// A disk is full at most so long, in milliseconds.
const FULL_MS_MAX: u64 = 600;
/// One in so many times the server is killed while its disk is full.
const KILLED_ONE_IN: u64 = 4;

/// A server that crashes and comes back.
pub struct Victim {
    way: Way,
    // Before the database, so that it is stopped first.
    server: Cairn,
    postgres: Option<Postgres>,
    power: Option<Power>,
    disk: Option<FullDisk>,
    random: Random,
    folder: PathBuf,
}

/// The record of the server's life, and the disk as it was at its start.
struct Power {
    log: PathBuf,
    disk: Disk,
}

impl Victim {
    /// Starts a server on an empty folder.
    pub async fn start(way: Way, binary: &Path, folder: &Path, random: Random) -> Result<Victim> {
        let mut server = Cairn::new(binary, folder)?;
        let mut postgres = None;
        if way.needs_postgres() {
            let started = Postgres::start()?.context("PostgreSQL is not installed")?;
            server = server.database(&started.url());
            postgres = Some(started);
        }
        server.start().await?;
        Ok(Victim {
            way,
            server,
            postgres,
            power: None,
            disk: None,
            random,
            folder: folder.to_owned(),
        })
    }

    /// From here on everything counts. What was done to the data before, also by commands beside the server, is not in
    /// the record.
    pub async fn arm(&mut self) -> Result<()> {
        if let Way::PowerLoss { lying } = self.way {
            self.server.stop()?;
            let log = self.folder.join("power.log");
            self.power = Some(Power {
                log: log.clone(),
                disk: load(self.server.data(), lying)?,
            });
            let shim = Shim::build(&self.folder)?;
            self.server.put_on(Layer::Recording { shim, log });
            self.server.start().await?;
        }
        if self.way == Way::FullDisk {
            self.server.stop()?;
            let disk = FullDisk::build(&self.folder)?;
            self.server.put_on(Layer::FullDisk(disk.clone()));
            self.disk = Some(disk);
            self.server.start().await?;
        }
        Ok(())
    }

    /// The server.
    pub fn server(&self) -> &Cairn {
        &self.server
    }

    /// Crashes once, and comes back.
    pub async fn crash(&mut self) -> Result<()> {
        match self.way {
            Way::KillServer { .. } => {
                self.server.kill()?;
                self.server.start().await?;
            }
            Way::KillPostgres => {
                let mut postgres = self.postgres.take().context("no PostgreSQL")?;
                // On a thread of its own, for the load goes on meanwhile and must meet a dead database.
                let returned = tokio::task::spawn_blocking(move || {
                    postgres.kill()?;
                    postgres.restart()?;
                    anyhow::Ok(postgres)
                });
                self.postgres = Some(returned.await??);
                self.ensure_alive("the death of its database")?;
            }
            Way::PowerLoss { lying } => {
                self.server.kill()?;
                self.lose_power(lying)?;
                self.server.start().await?;
            }
            Way::FullDisk => {
                let disk = self.disk.as_ref().context("the disk cannot be full")?;
                disk.fill()?;
                let full_ms = self.random.below(FULL_MS_MAX);
                tokio::time::sleep(std::time::Duration::from_millis(full_ms)).await;
                let is_killed = self.random.below(KILLED_ONE_IN) == 0;
                if is_killed {
                    self.server.kill()?;
                }
                disk.free()?;
                if is_killed {
                    self.server.start().await?;
                }
                self.ensure_alive("a full disk")?;
            }
        }
        Ok(())
    }

    fn ensure_alive(&self, what: &str) -> Result<()> {
        let pid = self.server.pid().context("the server is not there")?;
        let alive = std::fs::exists(format!("/proc/{pid}/exe"))?;
        ensure!(alive, "the server did not live through {what}");
        Ok(())
    }

    /// Ends the server as an operator does.
    pub fn stop(&mut self) -> Result<()> {
        self.server.stop()
    }

    /// Puts in the place of the data folder what a disk would have kept of it.
    fn lose_power(&mut self, lying: bool) -> Result<()> {
        let power = self.power.as_mut().context("nothing was recorded")?;
        let data = self.server.data();
        let log = Log::read(&power.log)?;
        power.disk.advance(&log, log.len())?;
        let mut fate = match self.random.below(3) {
            0 => Fate::Lost,
            _ => Fate::Chance(Random::new(self.random.bits())),
        };
        std::fs::remove_dir_all(data)?;
        power.disk.write_out(&log, &mut fate, data)?;
        // The next life is recorded from here.
        std::fs::remove_file(&power.log)?;
        power.disk = load(data, lying)?;
        Ok(())
    }
}

fn load(data: &Path, lying: bool) -> Result<Disk> {
    let mut disk = Disk::load(data)?;
    if lying {
        disk.lie();
    }
    Ok(disk)
}
