//! `cairn manifest`.

use super::{Folder, refused, said, text};

#[test]
fn texts_and_columns_become_lines() {
    let folder = Folder::new();
    let out = folder.path("out.manifest");
    let make = |from: &std::path::Path, more: &[&str]| {
        let mut arguments = vec!["manifest", "make", text(from), "--out", text(&out)];
        arguments.extend(more);
        said(&arguments);
        std::fs::read_to_string(&out).unwrap()
    };
    let lines = folder.write("a.txt", "one\n\n\u{3042} \"two\"\r\n");
    assert_eq!(
        make(&lines, &[]),
        "{\"source\":\"one\"}\n{\"source\":\"\u{3042} \\\"two\\\"\"}\n"
    );
    let table = folder.write(
        "a.csv",
        "id,text,lang\n1,\"a, b\nc\",en\n2,こんにちは,ja\n3,s3://b/k.txt,en\n",
    );
    assert_eq!(
        make(&table, &["--filter", "lang=en"]),
        "{\"source\":\"a, b\\nc\",\"id\":\"1\",\"lang\":\"en\"}\n{\"source-ref\":\"s3://b/k.txt\",\"id\":\"3\",\"lang\":\"en\"}\n"
    );
    let error = refused(&[
        "manifest",
        "make",
        text(&table),
        "--column",
        "body",
        "--out",
        text(&out),
    ]);
    assert!(
        error.contains("`body`") && error.contains("id, text, lang"),
        "{error}"
    );
}

#[test]
fn a_folder_needs_to_know_where_its_images_will_lie() {
    let folder = Folder::new();
    folder.write("in/b/1.JPG", "");
    folder.write("in/a 2.png", "");
    folder.write("in/notes.md", "");
    let (from, out) = (folder.path("in"), folder.path("out.manifest"));
    let error = refused(&["manifest", "make", text(&from), "--out", text(&out)]);
    assert!(error.contains("--base"), "{error}");
    said(&[
        "manifest",
        "make",
        text(&from),
        "--base",
        "s3://b/p",
        "--out",
        text(&out),
    ]);
    assert_eq!(
        std::fs::read_to_string(&out).unwrap(),
        "{\"source-ref\":\"s3://b/p/a 2.png\"}\n{\"source-ref\":\"s3://b/p/b/1.JPG\"}\n"
    );
}

#[test]
fn a_sample_is_the_same_for_the_same_seed_and_keeps_shares() {
    let folder = Folder::new();
    let lines: String = (0..100)
        .map(|n| {
            format!(
                "{{\"source\":\"{n}\",\"kind\":\"{}\"}}\n",
                if n % 10 == 0 { "rare" } else { "common" }
            )
        })
        .collect();
    let from = folder.write("all.manifest", lines);
    let out = folder.path("part.manifest");
    let sample = |seed: &str| {
        said(&[
            "manifest",
            "make",
            text(&from),
            "--out",
            text(&out),
            "--sample",
            "20%",
            "--stratify",
            "kind",
            "--seed",
            seed,
        ]);
        std::fs::read_to_string(&out).unwrap()
    };
    let first = sample("1");
    assert_eq!(first.lines().count(), 20);
    assert_eq!(first.matches("rare").count(), 2);
    assert_eq!(first, sample("1"));
    assert_ne!(first, sample("2"));
}

#[test]
fn a_check_names_every_bad_line() {
    let folder = Folder::new();
    let bad = folder.write(
        "bad.manifest",
        b"{\"source\":\"a\"}\n{\"source\":1}\n{}\n\xff\n",
    );
    let output = super::run(&["manifest", "check", text(&bad)]);
    assert!(!output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    for part in [
        "line 2: `source`",
        "line 3: neither",
        "line 4: is not UTF-8",
        "4 lines",
    ] {
        assert!(said.contains(part), "{said}");
    }
    let error = refused(&[
        "manifest",
        "make",
        text(&bad),
        "--out",
        text(&folder.path("x")),
    ]);
    assert!(
        error.contains("line 2") && !folder.path("x").exists(),
        "{error}"
    );
}
