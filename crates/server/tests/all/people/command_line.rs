//! The binary: its first start, `cairn admin` beside a running server, and a clean end.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("cairn_cli_{name}_{}", std::process::id()));
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn cairn(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cairn"));
    command.env_clear().env("CAIRN_DATA", data);
    command
}

fn admin(data: &Path, args: &[&str]) -> Output {
    cairn(data).arg("admin").args(args).output().unwrap()
}

#[track_caller]
fn json(output: &Output) -> Value {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A running server, with what it said on start.
struct Server {
    child: Child,
    said: Vec<String>,
}

impl Server {
    fn start(data: &Path) -> Server {
        let mut child = cairn(data)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (tell, told) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if tell.send(line).is_err() {
                    break;
                }
            }
        });
        let mut said: Vec<String> = Vec::new();
        let endpoint = loop {
            let line = told.recv_timeout(Duration::from_secs(20)).unwrap();
            said.push(line.clone());
            if let Some(endpoint) = line.strip_prefix("endpoint") {
                break endpoint.trim().to_owned();
            }
        };
        // It answers once all of it is said.
        let mut asked = TcpStream::connect(endpoint.trim_start_matches("http://")).unwrap();
        asked
            .write_all(b"GET /_/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        asked.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        while let Ok(line) = told.recv_timeout(Duration::from_secs(1)) {
            said.push(line);
        }
        Server { child, said }
    }

    fn word(&self, name: &str) -> &str {
        let line = self.said.iter().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("no {name} in {:?}", self.said))
            .trim()
    }

    /// Asks it to end as `kill` does, and waits.
    fn stop(mut self) -> bool {
        let pid = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_first_start_says_how_to_come_in_once() {
    let data = Folder::new("first");
    let server = Server::start(&data.0);
    let endpoint = server.word("endpoint").to_owned();
    assert_eq!(server.word("portal"), format!("{endpoint}/_/portal"));
    assert_eq!(server.word("region"), "us-east-1");
    assert_eq!(server.word("name"), "admin");
    assert_eq!(server.word("password").len(), 19);
    let id = server.word("export AWS_ACCESS_KEY_ID=").to_owned();
    let secret = server.word("export AWS_SECRET_ACCESS_KEY=").to_owned();
    assert_eq!(server.word("export AWS_ENDPOINT_URL="), endpoint);
    let shown = admin(&data.0, &["access-key", "show", &id, "--json"]);
    assert_eq!(json(&shown)["secret"], secret.as_str());
    assert!(server.stop(), "the server ends well when it is told to");
    let again = Server::start(&data.0);
    assert!(
        !again.said.iter().any(|line| line.contains("password")),
        "{:?}",
        again.said
    );
    assert!(again.stop());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&data.0).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "the data folder is for its owner alone");
    }
}

#[test]
fn people_teams_and_keys_are_looked_after_beside_a_running_server() {
    let data = Folder::new("admin");
    let server = Server::start(&data.0);
    let data = &data.0;
    let made = json(&admin(
        data,
        &[
            "person",
            "create",
            "Ada",
            "--role",
            "requester",
            "--language",
            "ja",
            "--json",
        ],
    ));
    assert_eq!(
        (&made["role"], &made["state"]),
        (&"requester".into(), &"invited".into())
    );
    assert_eq!(made["worker_key"].as_str().unwrap().len(), 26);
    let twice = admin(data, &["person", "create", "ada"]);
    assert!(!twice.status.success());
    assert_eq!(
        String::from_utf8_lossy(&twice.stderr),
        "error: somebody called `ada` is here already\n"
    );
    let team = json(&admin(data, &["team", "create", "birds", "--json"]));
    assert_eq!(
        team["arn"],
        "arn:aws:sagemaker:us-east-1:000000000000:workteam/private-crowd/birds"
    );
    json(&admin(
        data,
        &["person", "create", "ben", "--team", "birds", "--json"],
    ));
    let added = json(&admin(data, &["team", "add", "birds", "ADA", "--json"]));
    assert_eq!(added["members"], 2);
    assert!(
        !admin(data, &["team", "add", "birds", "nobody"])
            .status
            .success()
    );
    assert!(!admin(data, &["team", "create", "birds"]).status.success());
    let teams = json(&admin(data, &["--json", "team", "list"]));
    assert_eq!(teams[0]["members"], 2);
    let people = json(&admin(
        data,
        &["person", "list", "--team", "birds", "--json"],
    ));
    assert_eq!(people.as_array().unwrap().len(), 2);
    let disabled = json(&admin(data, &["person", "disable", "ben", "--json"]));
    assert_eq!(disabled["state"], "disabled");
    assert!(
        !admin(data, &["person", "reset-link", "ben"])
            .status
            .success()
    );
    json(&admin(data, &["person", "enable", "ben", "--json"]));
    let link = json(&admin(data, &["person", "reset-link", "ben", "--json"]));
    assert!(link["link"].as_str().unwrap().contains("/_/portal#reset="));
    let key = json(&admin(
        data,
        &[
            "access-key",
            "create",
            "n",
            "--role",
            "administrator",
            "--person",
            "ada",
            "--json",
        ],
    ));
    let id = key["id"].as_str().unwrap();
    let exports = admin(data, &["access-key", "show", id]);
    let exports = String::from_utf8_lossy(&exports.stdout).into_owned();
    assert!(
        exports.contains(&format!("export AWS_ACCESS_KEY_ID={id}\n")),
        "{exports}"
    );
    assert!(
        exports.contains("export AWS_DEFAULT_REGION=us-east-1"),
        "{exports}"
    );
    let gone = json(&admin(data, &["access-key", "disable", id, "--json"]));
    assert_eq!(gone["state"], "disabled");
    let keys = json(&admin(data, &["access-key", "list", "--json"]));
    assert_eq!(keys.as_array().unwrap().len(), 2);
    let table = admin(data, &["person", "list"]);
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    assert!(
        table.starts_with("NAME") && table.contains("ben"),
        "{table}"
    );
    assert!(server.stop());
}

/// Kept pieces of the password hashes once made a server of 20 MB one of 490.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sign_ins_leave_no_memory_behind() {
    let data = Folder::new("memory");
    let server = Server::start(&data.0);
    let address = format!("{}/_/portal/api/sign-in", server.word("endpoint"));
    let body =
        serde_json::json!({"name": "admin", "password": server.word("password")}).to_string();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::new();
    let sign_ins = (0..24).map(|_| {
        let request = client
            .post(&address)
            .header("content-type", "application/json");
        request.body(body.clone()).send()
    });
    for answer in futures::future::join_all(sign_ins).await {
        assert_eq!(answer.unwrap().status(), 200);
    }
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.child.id())).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .unwrap();
    let kib: u64 = line
        .trim()
        .strip_suffix(" kB")
        .unwrap()
        .trim()
        .parse()
        .unwrap();
    assert!(kib < 60 * 1_024, "{kib} KiB after 24 sign-ins");
}
