//! The power-loss model, held against a program that makes every call and against SQLite.

#![allow(
    clippy::unwrap_used,
    reason = "helpers of tests stop where they stand, as the tests do"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::power_loss::{Disk, Fate, Log, Shim, differences, probe};
use xtask::random::Random;
use xtask::{process, workspace};

/// A recorded run: the folder before it, the folder now, the log, and what the program printed.
struct Run {
    scratch: PathBuf,
    log: Log,
    steps: BTreeMap<String, u64>,
    rebuilt: std::cell::Cell<u32>,
}

impl Run {
    fn of(name: &str, command: impl FnOnce(&Path, &Path) -> Command) -> Run {
        // Tests of one process run at once, and some share a name.
        static MADE: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = MADE.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let scratch =
            std::env::temp_dir().join(format!("cairn-{name}-{}-{number}", std::process::id()));
        let _ = std::fs::remove_dir_all(&scratch);
        for folder in ["before", "data"] {
            std::fs::create_dir_all(scratch.join(folder)).unwrap();
        }
        let (data, log) = (scratch.join("data"), scratch.join("log"));
        let shim = Shim::build(&scratch).unwrap();
        let mut command = command(&data, &log);
        let printed = process::output(shim.record(&mut command, &data, &log)).unwrap();
        let steps = printed
            .lines()
            .map(|line| line.split_once(' ').unwrap())
            .map(|(step, length)| (step.to_owned(), length.parse().unwrap()))
            .collect();
        let log = Log::read(&log).unwrap();
        Run {
            scratch,
            log,
            steps,
            rebuilt: 0.into(),
        }
    }

    /// The folder after a loss of power at a moment of the log.
    fn rebuild(&self, until: u64, mut fate: Fate) -> PathBuf {
        let mut disk = Disk::load(&self.scratch.join("before")).unwrap();
        disk.advance(&self.log, until).unwrap();
        self.rebuilt.set(self.rebuilt.get() + 1);
        let target = self.scratch.join(format!("rebuilt-{}", self.rebuilt.get()));
        disk.write_out(&self.log, &mut fate, &target).unwrap();
        target
    }

    /// What is in a file after a loss of power at a step, when nothing survives but what was promised.
    fn lost_at(&self, step: &str, file: &str) -> Option<String> {
        std::fs::read_to_string(self.rebuild(self.steps[step], Fate::Lost).join(file)).ok()
    }

    fn assert_complete(&self) {
        let kept = self.rebuild(self.log.len(), Fate::Kept);
        let differences = differences(&kept, &self.scratch.join("data")).unwrap();
        assert!(
            differences.is_empty(),
            "not everything was recorded: {differences:#?}"
        );
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.scratch);
    }
}

fn run_probe(which: &str) -> Run {
    Run::of(&format!("probe-{which}"), |data, log| {
        let program = data.with_file_name("probe");
        let source = workspace::root().join("tests/power_loss/probe.c");
        let mut compile = Command::new("cc");
        compile
            .args(["-O1", "-Wall", "-o"])
            .arg(&program)
            .arg(source);
        process::run_quiet(&mut compile).unwrap();
        let mut command = Command::new(program);
        command.arg(which).arg(data).arg(log);
        command
    })
}

#[test]
fn every_call_is_recorded() {
    let run = run_probe("every-call");
    run.assert_complete();
    let data = run.scratch.join("data");
    assert_eq!(
        std::fs::read_to_string(data.join("e/appended")).unwrap(),
        "first second third "
    );
    // Not one of the names was synced, so nothing is left; O_DSYNC promises bytes, not names.
    assert_eq!(
        std::fs::read_dir(run.rebuild(run.log.len(), Fate::Lost))
            .unwrap()
            .count(),
        0
    );
}

#[test]
fn only_what_was_synced_is_promised() {
    let run = run_probe("promises");
    run.assert_complete();
    let check = |step, file, expected: Option<&str>| {
        assert_eq!(
            run.lost_at(step, file).as_deref(),
            expected,
            "{file} at {step}"
        );
    };
    check("name-not-synced", "synced", None);
    check("synced", "synced", Some("one"));
    check("changed", "synced", Some("one"));
    check("change-synced", "synced", Some("two, longer"));
    // The classic mistake: a file renamed into place before its own bytes were synced.
    check("replaced-by-unsynced", "synced", Some(""));
    check("renamed", "synced", Some(""));
    check("rename-synced", "synced", Some("safe content"));
    check("moved", "synced", Some("safe content"));
    check("moved", "inner/moved", None);
    // Only the folder it left was synced, yet a rename does not lose the file.
    check("moved-synced", "synced", None);
    check("moved-synced", "inner/moved", Some("safe content"));
    check("deleted", "inner/moved", Some("safe content"));
    check("delete-synced", "inner/moved", None);
}

#[test]
fn unsynced_writes_survive_by_whole_sectors_in_any_subset() {
    let run = run_probe("promises");
    let mut torn = 0;
    for seed in 0..40 {
        let fate = Fate::Chance(Random::new(seed));
        let big = std::fs::read(run.rebuild(run.steps["overwritten"], fate).join("big")).unwrap();
        assert_eq!(big.len(), 16384, "the size was synced");
        assert!(
            big.chunks(512)
                .all(|sector| sector == [b'a'; 512] || sector == [b'b'; 512])
        );
        torn += usize::from(big.contains(&b'a') && big.contains(&b'b'));
    }
    assert!(torn > 10, "{torn} of 40 were torn");
}

#[test]
fn a_log_cut_anywhere_is_read_up_to_its_last_whole_record() {
    let run = run_probe("promises");
    for until in (0..run.log.len()).step_by(97) {
        run.rebuild(until, Fate::Lost);
    }
}

fn run_sqlite(synchronous: &str) -> (Run, Vec<(i64, u64)>) {
    let run = Run::of(&format!("sqlite-{synchronous}"), |data, log| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command
            .arg("power-loss-probe")
            .arg(data.join("rows.db"))
            .args(["120", synchronous])
            .arg(log);
        command
    });
    let mut committed: Vec<(i64, u64)> = run
        .steps
        .iter()
        .map(|(row, length)| (row.parse().unwrap(), *length))
        .collect();
    committed.sort_unstable();
    (run, committed)
}

/// Rows that a loss of power took though they were committed before it, over many moments and fates.
fn rows_lost(run: &Run, committed: &[(i64, u64)]) -> usize {
    let mut random = Random::new(7);
    let mut lost = 0;
    for seed in 0..60 {
        let until = random.below(run.log.len() + 1);
        let fate = if seed % 3 == 0 {
            Fate::Lost
        } else {
            Fate::Chance(Random::new(seed))
        };
        let folder = run.rebuild(until, fate);
        let Ok(rows) = probe::rows(&folder.join("rows.db")) else {
            lost += 1;
            continue;
        };
        let acknowledged = committed.iter().filter(|(_, length)| *length <= until);
        lost += acknowledged.filter(|(row, _)| !rows.contains(row)).count();
        std::fs::remove_dir_all(folder).unwrap();
    }
    lost
}

#[test]
fn sqlite_keeps_committed_rows_when_it_waits_for_the_disk() {
    let (run, committed) = run_sqlite("full");
    run.assert_complete();
    assert_eq!(committed.len(), 120);
    assert_eq!(rows_lost(&run, &committed), 0);
}

#[test]
fn sqlite_loses_committed_rows_when_it_does_not() {
    let (run, committed) = run_sqlite("off");
    run.assert_complete();
    assert!(
        rows_lost(&run, &committed) > 0,
        "a test of loss that cannot fail proves nothing"
    );
}
