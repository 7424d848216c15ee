//! `cairn label`: a folder in place, labeled over HTTP, with the manifest beside it.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Folder, cairn, refused, text, value};

struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn picture() -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(4, 4)
        .write_to(&mut file, image::ImageFormat::Png)
        .unwrap();
    file.into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_labeled_in_place() {
    let folder = Folder::new();
    for name in ["photos/cat 1.png", "photos/犬.png"] {
        folder.write(name, picture());
    }
    folder.write("photos/broken.jpg", "not a picture");
    let before = std::fs::read_dir(folder.path("photos")).unwrap().count();
    let photos = folder.path("photos");
    let mut child = cairn()
        .args([
            "label",
            text(&photos),
            "--labels",
            "Cat,Dog",
            "--listen",
            "127.0.0.1:0",
            "--exit",
        ])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut running = Running(child);
    while !said.contains("Ctrl-C") {
        assert!(stdout.read_line(&mut said).unwrap() > 0, "{said}");
    }
    let portal = value(&said, "label at");
    let origin = portal.strip_suffix("/_/portal").unwrap();
    label_all(origin, &value(&said, "password")).await;
    let started = Instant::now();
    while running.0.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let manifest = std::fs::read_to_string(folder.path("photos.label.manifest")).unwrap();
    let lines: Vec<Value> = manifest
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 3);
    assert!(
        lines[0]["label-metadata"]["failure-reason"]
            .as_str()
            .unwrap()
            .contains("broken.jpg")
    );
    assert_eq!(lines[1]["source-ref"], "s3://photos/cat 1.png");
    assert_eq!(lines[1]["label-metadata"]["class-name"], "Dog");
    assert_eq!(lines[2]["label"], 1);
    let after = std::fs::read_dir(&photos).unwrap().count();
    assert_eq!(before, after, "the folder is only read");
}

/// Answers `Dog` to everything.
async fn label_all(origin: &str, password: &str) {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = |path: &str| format!("{origin}/_/portal/api/{path}");
    let signed_in = client
        .post(url("sign-in"))
        .header("origin", origin)
        .json(&json!({"name": "you", "password": password}))
        .send()
        .await
        .unwrap();
    let cookie = signed_in.headers()["set-cookie"]
        .to_str()
        .unwrap()
        .to_owned();
    let cookie = cookie.split(';').next().unwrap().to_owned();
    let send = |path: String, body: Option<Value>| {
        let request = match body {
            Some(body) => client.post(url(&path)).json(&body),
            None => client.get(url(&path)),
        };
        let request = request.header("origin", origin).header("cookie", &cookie);
        async move { request.send().await.unwrap().json::<Value>().await.unwrap() }
    };
    let started = Instant::now();
    let job = loop {
        let jobs = send("jobs".to_owned(), None).await;
        if let Some(job) = jobs["jobs"][0]["job"].as_str() {
            break job.to_owned();
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{jobs}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    let ask = json!({"holding": [], "prefetch": false});
    let mut next = loop {
        let reply = send(format!("jobs/{job}/next"), Some(ask.clone())).await;
        if reply["assignment"].is_object() {
            break reply["assignment"].clone();
        }
        assert!(started.elapsed() < Duration::from_secs(20), "{reply}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    while let Some(id) = next["id"].as_str() {
        let answer = json!({
            "content": {"crowd-image-classifier": {"label": "Dog"}},
            "key": id, "timeSpentMs": 10, "next": true, "holding": [],
        });
        let reply = send(format!("assignments/{id}/submit"), Some(answer)).await;
        assert_eq!(reply["accepted"], true, "{reply}");
        next = reply["next"].clone();
    }
}

#[test]
fn what_cannot_be_labeled_is_refused_in_words() {
    let folder = Folder::new();
    let file = folder.write("a.txt", "x");
    let error = refused(&["label", text(&file), "--labels", "A,B"]);
    assert!(error.contains("folder of images"), "{error}");
    let error = refused(&["label", text(&folder.path("none")), "--labels", "A,B"]);
    assert!(error.contains("none"), "{error}");
    std::fs::create_dir(folder.path("empty")).unwrap();
    let empty = folder.path("empty");
    let error = refused(&[
        "label",
        text(&empty),
        "--labels",
        "A,B",
        "--listen",
        "127.0.0.1:0",
    ]);
    assert!(error.contains("no images"), "{error}");
    folder.write("one/a.png", picture());
    let one = folder.path("one");
    let error = refused(&[
        "label",
        text(&one),
        "--labels",
        "A,A",
        "--listen",
        "127.0.0.1:0",
    ]);
    assert!(error.contains("labels[1]"), "{error}");
}
