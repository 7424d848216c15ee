//! A `cairn serve` of our own: started, killed and started again on the same data, with its keys and its figures.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::disk_full::FullDisk;
use crate::http::{Body, Connection};
use crate::postgres::free_port;
use crate::power_loss::Shim;
use crate::process;
use crate::sigv4::Keys;

/// How long a start may take, with the recovery of whatever was left.
const PATIENCE: Duration = Duration::from_secs(60);

/// What may stand between a server and its data folder.
pub enum Layer {
    /// Writes every change of the folder into a file.
    Recording {
        /// The layer.
        shim: Shim,
        /// The file.
        log: PathBuf,
    },
    /// A disk that can be full.
    FullDisk(FullDisk),
}

/// A server on one data folder.
pub struct Cairn {
    binary: PathBuf,
    data: PathBuf,
    log: PathBuf,
    address: SocketAddr,
    database: Option<String>,
    /// What stands between it and its data folder.
    layer: Option<Layer>,
    server: Option<Child>,
}

impl Cairn {
    /// A server in `folder`, which must exist; it is not started yet.
    pub fn new(binary: &Path, folder: &Path) -> Result<Cairn> {
        let data = folder.join("data");
        std::fs::create_dir_all(&data).with_context(|| format!("make {}", data.display()))?;
        Ok(Cairn {
            binary: binary.to_owned(),
            log: folder.join("server.log"),
            data,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, free_port()?)),
            database: None,
            layer: None,
            server: None,
        })
    }

    /// Uses a database other than the embedded one.
    pub fn database(mut self, url: &str) -> Cairn {
        self.database = Some(url.to_owned());
        self
    }

    /// Puts a layer between it and its data folder, from the next start on.
    pub fn put_on(&mut self, layer: Layer) {
        self.layer = Some(layer);
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The program that is started.
    pub fn binary(&self) -> &Path {
        &self.binary
    }

    /// Its data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Process id, while it runs.
    pub fn pid(&self) -> Option<u32> {
        self.server.as_ref().map(Child::id)
    }

    /// Starts it, waits until it is healthy, and gives the time that took.
    pub async fn start(&mut self) -> Result<Duration> {
        ensure!(self.server.is_none(), "the server runs already");
        let started = Instant::now();
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(&self.log)?;
        let mut command = self.command();
        command
            .arg("serve")
            .arg("--data")
            .arg(&self.data)
            .args(["--listen", &self.address.to_string()])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        match &self.layer {
            Some(Layer::Recording { shim, log }) => {
                shim.record(&mut command, &self.data, log);
            }
            Some(Layer::FullDisk(disk)) => {
                disk.below(&mut command, &self.data)?;
            }
            None => {}
        }
        self.server = Some(
            command
                .spawn()
                .with_context(|| format!("start {}", self.binary.display()))?,
        );
        let mut connection = Connection::new(self.address, &self.address.to_string());
        loop {
            let health = connection
                .send("GET", "/_/health", &[], Body::Bytes(b""))
                .await;
            if health.is_ok_and(|response| response.status == 200) {
                return Ok(started.elapsed());
            }
            let ended = match &mut self.server {
                Some(server) => server.try_wait()?,
                None => None,
            };
            if ended.is_some() || started.elapsed() > PATIENCE {
                self.kill()?;
                let log = std::fs::read_to_string(&self.log).unwrap_or_default();
                let lines: Vec<&str> = log.lines().collect();
                let tail = lines[lines.len().saturating_sub(40)..].join("\n");
                bail!("the server does not come up ({ended:?}); its log ends:\n{tail}");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// Kills it where it stands.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut server) = self.server.take() {
            server.kill().context("kill the server")?;
            server.wait().context("wait for the server's end")?;
        }
        Ok(())
    }

    /// Asks it to end, and waits until it has.
    pub fn stop(&mut self) -> Result<()> {
        if let Some(mut server) = self.server.take() {
            process::run_quiet(Command::new("kill").arg(server.id().to_string()))?;
            let status = server.wait().context("wait for the server's end")?;
            ensure!(status.success(), "the server ended with {status}");
        }
        Ok(())
    }

    /// What it has printed.
    pub fn output(&self) -> Result<String> {
        Ok(std::fs::read_to_string(&self.log)?)
    }

    /// Makes an access key of an administrator with the server's own command.
    pub fn make_keys(&self) -> Result<Keys> {
        let key = self.admin(&["access-key", "create", "xtask", "--role", "administrator"])?;
        let text = |name: &str| {
            key[name]
                .as_str()
                .map(str::to_owned)
                .with_context(|| format!("no {name} in the key"))
        };
        Ok(Keys {
            id: text("id")?,
            secret: text("secret")?,
        })
    }

    /// Runs `cairn admin …` on the same data, and gives what it says.
    pub fn admin(&self, arguments: &[&str]) -> Result<serde_json::Value> {
        let mut command = self.command();
        command
            .arg("admin")
            .args(arguments)
            .arg("--json")
            .arg("--data")
            .arg(&self.data);
        let said = process::output(&mut command)?;
        serde_json::from_str(&said)
            .with_context(|| format!("read what `cairn admin {arguments:?}` said"))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        // Settings of the developer's own shell must not reach the server under test.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CAIRN_") {
                command.env_remove(name);
            }
        }
        if let Some(database) = &self.database {
            command.env("CAIRN_DATABASE", database);
        }
        command
    }
}

impl Drop for Cairn {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}
