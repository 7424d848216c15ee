//! A PostgreSQL of our own for a test run: an empty cluster in a temporary folder, on a free port of the
//! loopback address, with fsync on as in production. It is gone when the value is dropped.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::process;

/// How long a start or a stop may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running PostgreSQL.
pub struct Postgres {
    bin: PathBuf,
    folder: PathBuf,
    port: u16,
    user: Option<User>,
    server: Option<Child>,
}

/// Whom the server runs as when we are root, since PostgreSQL refuses root.
#[derive(Clone, Copy)]
struct User {
    uid: u32,
    gid: u32,
}

impl Postgres {
    /// Starts a server, or gives none when PostgreSQL's programs are not on this machine.
    pub fn start() -> Result<Option<Postgres>> {
        let Some(bin) = find_programs() else {
            return Ok(None);
        };
        let user = unprivileged_user()?;
        let folder = std::env::temp_dir().join(format!("cairn-postgres-{}", std::process::id()));
        if folder.exists() {
            std::fs::remove_dir_all(&folder).context("remove a left-over cluster")?;
        }
        std::fs::create_dir(&folder).with_context(|| format!("make {}", folder.display()))?;
        if let Some(User { uid, gid }) = user {
            std::os::unix::fs::chown(&folder, Some(uid), Some(gid))
                .context("give the cluster away")?;
        }
        let mut postgres = Postgres {
            bin,
            folder,
            port: free_port()?,
            user,
            server: None,
        };
        let mut initdb = postgres.command("initdb");
        initdb
            .args([
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--no-locale",
            ])
            .args(["--no-sync", "--no-instructions", "--pgdata"])
            .arg(postgres.cluster());
        process::run_quiet(&mut initdb).context("make a PostgreSQL cluster")?;
        postgres.restart()?;
        Ok(Some(postgres))
    }

    /// Address of the server as a connection URL, naming the database `postgres`.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Starts the server on the cluster as it lies, after [`Postgres::kill`] with its own recovery.
    pub fn restart(&mut self) -> Result<()> {
        ensure!(self.server.is_none(), "PostgreSQL runs already");
        let deadline = Instant::now() + PATIENCE;
        loop {
            self.launch()?;
            match self.wait_until_ready() {
                Ok(()) => return Ok(()),
                // A process that was being born when its server was killed may outlive it for a moment.
                Err(error)
                    if format!("{error:#}").contains("still in use")
                        && Instant::now() < deadline =>
                {
                    self.kill()?;
                    std::thread::sleep(Duration::from_millis(50));
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn launch(&mut self) -> Result<()> {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .context("open PostgreSQL's log")?;
        let mut command = self.command("postgres");
        command
            .arg("-D")
            .arg(self.cluster())
            .arg("-k")
            .arg(&self.folder)
            .args(["-p", &self.port.to_string(), "-h", "127.0.0.1"])
            .args(["-c", "fsync=on", "-c", "max_connections=300"])
            .args(["-c", "shared_buffers=64MB"])
            .stdout(log.try_clone()?)
            .stderr(log);
        self.server = Some(command.spawn().context("start PostgreSQL")?);
        Ok(())
    }

    /// Ends the server and all its processes at once, as a crash of its machine would.
    pub fn kill(&mut self) -> Result<()> {
        let Some(mut server) = self.server.take() else {
            return Ok(());
        };
        // Each process of PostgreSQL leads a group of its own, so they are named one by one; and a new cluster cannot
        // start before the last of the old is gone.
        let pids = [vec![server.id()], children(server.id())].concat();
        let arguments: Vec<String> = pids.iter().map(u32::to_string).collect();
        let _ = Command::new("kill")
            .arg("-KILL")
            .args(arguments)
            .stderr(Stdio::null())
            .status();
        server.wait().context("wait for PostgreSQL's end")?;
        let deadline = Instant::now() + PATIENCE;
        while pids
            .iter()
            .any(|pid| Path::new(&format!("/proc/{pid}")).exists())
        {
            ensure!(
                Instant::now() < deadline,
                "processes of PostgreSQL live on after kill -9"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut ready = self.command("pg_isready");
            ready
                .args(["-q", "-h", "127.0.0.1", "-U", "postgres"])
                .args(["-p", &self.port.to_string()]);
            if TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok()
                && ready.status().is_ok_and(|status| status.success())
            {
                return Ok(());
            }
            let ended = match &mut self.server {
                Some(server) => server.try_wait()?.is_some(),
                None => true,
            };
            if ended || Instant::now() > deadline {
                let log = std::fs::read_to_string(self.log()).unwrap_or_default();
                let lines: Vec<&str> = log.lines().collect();
                let tail = lines[lines.len().saturating_sub(10)..].join("\n");
                bail!("PostgreSQL does not come up; its log ends:\n{tail}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.bin.join(program));
        command
            .current_dir(&self.folder)
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .process_group(0);
        if let Some(User { uid, gid }) = self.user {
            command.uid(uid).gid(gid);
        }
        command
    }

    fn cluster(&self) -> PathBuf {
        self.folder.join("cluster")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("log")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            let mut stop = self.command("pg_ctl");
            stop.arg("-D").arg(self.cluster());
            stop.args(["stop", "--mode=immediate", "--silent"]);
            let stopped = stop.status().is_ok_and(|status| status.success());
            if !stopped {
                let _ = server.kill();
            }
            let _ = server.wait();
        }
        if let Err(error) = std::fs::remove_dir_all(&self.folder) {
            eprintln!("left behind {}: {error}", self.folder.display());
        }
    }
}

/// The processes that a process has started and that live.
fn children(pid: u32) -> Vec<u32> {
    let list = std::fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
    list.unwrap_or_default()
        .split_whitespace()
        .filter_map(|pid| pid.parse().ok())
        .collect()
}

/// Whether PostgreSQL's programs are on this machine.
pub fn is_installed() -> bool {
    find_programs().is_some()
}

/// Debian keeps the programs of each major version in a folder of its own, off the path.
fn find_programs() -> Option<PathBuf> {
    let version = |path: &Path| -> Option<u32> { path.file_name()?.to_str()?.parse().ok() };
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .ok()?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter_map(|path| Some((version(&path)?, path.join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").is_file() && bin.join("postgres").is_file())
        .collect();
    found.sort();
    found.pop().map(|(_, bin)| bin)
}

fn unprivileged_user() -> Result<Option<User>> {
    let id = |arguments: &[&str]| -> Result<u32> {
        let text = process::output(Command::new("id").args(arguments))?;
        text.parse()
            .with_context(|| format!("`id` printed `{text}`"))
    };
    if id(&["-u"])? != 0 {
        return Ok(None);
    }
    Ok(Some(User {
        uid: id(&["-u", "postgres"]).context("find the user `postgres`")?,
        gid: id(&["-g", "postgres"]).context("find the user `postgres`")?,
    }))
}

/// A port that was free a moment ago.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("find a free port")?;
    Ok(listener.local_addr()?.port())
}
