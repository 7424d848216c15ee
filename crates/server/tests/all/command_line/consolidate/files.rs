//! Where `cairn consolidate` reads from and writes to.

use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::super::{Folder, cairn, refused, said, text};
use super::ANSWERS;

/// Names of what is in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn one_file_is_not_taken_for_two_things() {
    let folder = Folder::new();
    let answers = folder.write("answers.csv", ANSWERS);
    let gold = folder.write("gold.csv", "object_id,label\n0,a\n");
    let out = folder.path("labels.jsonl");
    let link = folder.path("link.csv");
    std::os::unix::fs::symlink(&answers, &link).unwrap();
    let same_out = folder.path("./labels.jsonl");
    for (more, parts) in [
        (vec!["--out", text(&answers)], ["the answers", "--out"]),
        (vec!["--out", text(&link)], ["the answers", "--out"]),
        (
            vec!["--out", text(&out), "--workers", text(&same_out)],
            ["--out", "--workers"],
        ),
        (
            vec!["--out", text(&gold), "--gold", text(&gold)],
            ["--gold", "--out"],
        ),
    ] {
        let error = refused(&[vec!["consolidate", text(&answers)], more].concat());
        assert!(error.contains("are the same file"), "{error}");
        assert!(parts.iter().all(|part| error.contains(part)), "{error}");
    }
    assert_eq!(std::fs::read_to_string(&answers).unwrap(), ANSWERS);
    assert_eq!(names(&folder.0), ["answers.csv", "gold.csv", "link.csv"]);
}

#[test]
fn an_error_leaves_all_files_as_they_were() {
    let folder = Folder::new();
    let answers = folder.write("answers.csv", ANSWERS);
    let gold = folder.write("gold.csv", "object_id,label\n0,a\n0,b\n");
    let out = folder.write("labels.jsonl", "those of before\n");
    let workers = folder.path("workers.csv");
    let mut arguments = vec!["consolidate", text(&answers), "--out", text(&out)];
    arguments.extend(["--workers", text(&workers)]);
    let error = refused(&[arguments.clone(), vec!["--gold", text(&gold)]].concat());
    assert!(
        error.contains("gold.csv, line 3: `0` is there twice"),
        "{error}"
    );
    let nowhere = folder.path("nowhere/report.html");
    let error = refused(&[arguments, vec!["--report", text(&nowhere)]].concat());
    assert!(
        error.contains("--report") && error.contains("no folder"),
        "{error}"
    );
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "those of before\n");
    assert_eq!(
        names(&folder.0),
        ["answers.csv", "gold.csv", "labels.jsonl"]
    );
}

#[test]
fn a_file_that_is_replaced_keeps_its_place_and_its_rights() {
    let folder = Folder::new();
    let answers = folder.write("answers.csv", ANSWERS);
    let real = folder.write("real.jsonl", "");
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o600)).unwrap();
    let link = folder.path("link.jsonl");
    std::os::unix::fs::symlink("real.jsonl", &link).unwrap();
    said(&["consolidate", text(&answers), "--out", text(&link)]);
    assert!(link.is_symlink());
    assert_eq!(std::fs::read_to_string(&real).unwrap().lines().count(), 4);
    assert_eq!(
        std::fs::metadata(&real).unwrap().permissions().mode() & 0o777,
        0o600
    );
    std::fs::set_permissions(&real, std::fs::Permissions::from_mode(0o444)).unwrap();
    let error = refused(&["consolidate", text(&answers), "--out", text(&link)]);
    assert!(error.contains("may not be changed"), "{error}");
}

#[test]
fn answers_come_and_labels_go_through_pipes() {
    let folder = Folder::new();
    let answers = folder.write("answers.csv", ANSWERS);
    let out = folder.path("labels.jsonl");
    said(&["consolidate", text(&answers), "--out", text(&out)]);
    let expected = std::fs::read_to_string(&out).unwrap();
    let json: String = ANSWERS
        .lines()
        .skip(1)
        .map(|row| {
            let fields: Vec<&str> = row.split(',').collect();
            let [object, worker, label] = [fields[0], fields[1], fields[2]];
            format!(
                "{{\"object_id\":\"{object}\",\"worker_id\":\"{worker}\",\"label\":\"{label}\"}}\n"
            )
        })
        .collect();
    for (input, from) in [(ANSWERS, "-"), (ANSWERS, "/dev/stdin"), (&json, "-")] {
        let mut child = cairn()
            .args(["consolidate", from, "--out", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child
            .stdin
            .take()
            .unwrap()
            .write_all(input.as_bytes())
            .unwrap();
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{told}");
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            expected,
            "{from}"
        );
        assert!(told.contains("4 objects, 4 workers"), "{told}");
    }
}

#[test]
fn an_interrupted_run_leaves_nothing() {
    let folder = Folder::new();
    let mut answers = "object_id,worker_id,label\n".to_owned();
    for row in 0..400_000 {
        answers.push_str(&format!("{},w{},{}\n", row / 5, row % 997, row % 7));
    }
    let answers = folder.write("answers.csv", answers);
    let out = folder.path("labels.jsonl");
    let mut child = cairn()
        .args(["consolidate", text(&answers), "--out", text(&out)])
        .args(["--report", text(&folder.path("report.html"))])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Until the labels are being written.
    while names(&folder.0).len() < 2 || std::fs::metadata(&out).is_ok() {
        assert!(child.try_wait().unwrap().is_none(), "it ended too soon");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let pid = child.id().to_string();
    std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status()
        .unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(names(&folder.0), ["answers.csv"]);
}

#[test]
fn who_stops_reading_is_no_error() {
    let folder = Folder::new();
    let answers = folder.write("answers.csv", ANSWERS);
    let out = folder.path("labels.jsonl");
    let mut child = cairn()
        .args(["consolidate", text(&answers), "--out", text(&out)])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut told = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut told)
        .unwrap();
    assert!(child.wait().unwrap().success(), "{told}");
    assert!(out.exists());
}

#[test]
fn compressed_answers_are_read_as_they_are_without() {
    let folder = Folder::new();
    let answers = folder.write("answers.csv", ANSWERS);
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(ANSWERS.as_bytes()).unwrap();
    let compressed = folder.write("answers.csv.gz", gzip.finish().unwrap());
    let (plain, out) = (folder.path("plain.jsonl"), folder.path("out.jsonl"));
    said(&["consolidate", text(&answers), "--out", text(&plain)]);
    said(&["consolidate", text(&compressed), "--out", text(&out)]);
    assert_eq!(std::fs::read(&out).unwrap(), std::fs::read(&plain).unwrap());
}
