//! What a process has used: CPU time, and memory sampled while something runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

/// How often memory is looked at.
const SAMPLE_EVERY: Duration = Duration::from_millis(50);
/// Linux tells CPU time in hundredths of a second, whatever the kernel's own tick is.
const TICKS_PER_SECOND: f64 = 100.0;

/// Figures of one process over one step.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Seconds that passed.
    pub wall_s: f64,
    /// CPU seconds the process used.
    pub cpu_s: f64,
    /// Resident memory at the start, in MB.
    pub rss_before_mb: f64,
    /// The most that was seen.
    pub rss_peak_mb: f64,
}

/// Measures a process from its making until [`Meter::end`].
pub struct Meter {
    pid: u32,
    started: Instant,
    cpu_before_s: f64,
    rss_before_mb: f64,
    peak_kb: Arc<AtomicU64>,
    ended: Arc<AtomicBool>,
    sampler: Option<std::thread::JoinHandle<()>>,
}

impl Meter {
    /// Starts to measure.
    pub fn start(pid: u32) -> Result<Meter> {
        let before_kb = rss_kb(pid)?;
        let peak_kb = Arc::new(AtomicU64::new(before_kb));
        let ended = Arc::new(AtomicBool::new(false));
        let sampler = std::thread::spawn({
            let (peak_kb, ended) = (peak_kb.clone(), ended.clone());
            move || {
                while !ended.load(Ordering::Relaxed) {
                    if let Ok(now_kb) = rss_kb(pid) {
                        peak_kb.fetch_max(now_kb, Ordering::Relaxed);
                    }
                    std::thread::park_timeout(SAMPLE_EVERY);
                }
            }
        });
        Ok(Meter {
            pid,
            cpu_before_s: cpu_s(pid)?,
            rss_before_mb: before_kb as f64 / 1024.0,
            peak_kb,
            ended,
            sampler: Some(sampler),
            started: Instant::now(),
        })
    }

    /// What was used since the start.
    pub fn end(mut self) -> Result<Usage> {
        let wall_s = self.started.elapsed().as_secs_f64();
        let cpu_s = cpu_s(self.pid)? - self.cpu_before_s;
        self.finish();
        let last_kb = rss_kb(self.pid)?;
        let peak_kb = self.peak_kb.load(Ordering::Relaxed).max(last_kb);
        Ok(Usage {
            wall_s,
            cpu_s,
            rss_before_mb: self.rss_before_mb,
            rss_peak_mb: peak_kb as f64 / 1024.0,
        })
    }

    fn finish(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
        if let Some(sampler) = self.sampler.take() {
            sampler.thread().unpark();
            let _ = sampler.join();
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Resident memory of a process in MB.
pub fn rss_mb(pid: u32) -> Result<f64> {
    Ok(rss_kb(pid)? as f64 / 1024.0)
}

/// The most that a process has had since it started, in MB.
pub fn rss_peak_mb(pid: u32) -> Result<f64> {
    Ok(status_kb(pid, "VmHWM:")? as f64 / 1024.0)
}

fn rss_kb(pid: u32) -> Result<u64> {
    status_kb(pid, "VmRSS:")
}

fn status_kb(pid: u32, field: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    status
        .lines()
        .find_map(|line| {
            line.strip_prefix(field)?
                .split_whitespace()
                .next()?
                .parse()
                .ok()
        })
        .with_context(|| format!("no {field}"))
}

/// CPU seconds a process has used so far, user and system.
pub fn cpu_s(pid: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in brackets may hold spaces; the numbers start after it.
    let fields: Vec<&str> = stat
        .rsplit_once(')')
        .context("no process name")?
        .1
        .split_whitespace()
        .collect();
    let ticks: f64 = [11, 12]
        .iter()
        .map(|at| {
            fields
                .get(*at)
                .and_then(|field| field.parse::<f64>().ok())
                .unwrap_or(0.0)
        })
        .sum();
    Ok(ticks / TICKS_PER_SECOND)
}
