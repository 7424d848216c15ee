//! `cairn consolidate`.

use super::{Folder, refused, said, text};

/// Three who know and one who always says `b`; object 2 was answered once.
const ANSWERS: &str = "object_id,worker_id,label,seconds\n0,ana,a,3\n0,ben,a,2\n0,eve,b,1\n1,ana,b,4\n1,ben,b,2\n1,eve,b,1\n2,ana,a,3\n3,ben,b,1\n3,ben,a,2\n3,eve,b,1\n3,cy,a,2\n";

#[test]
fn answers_become_labels_with_probabilities_and_workers_with_skill() {
    let folder = Folder::new();
    let answers = folder.write("answers.csv", ANSWERS);
    let gold = folder.write("gold.csv", "object_id,label\n0,a\n1,b\n9,a\n");
    let (out, workers) = (folder.path("labels.jsonl"), folder.path("workers.csv"));
    let arguments = [
        "consolidate",
        text(&answers),
        "--out",
        text(&out),
        "--workers",
        text(&workers),
        "--gold",
        text(&gold),
    ];
    let printed = said(&arguments);
    for part in [
        "4 objects, 4 workers, 10 answers, 2 labels",
        "1 answers were replaced",
        "over 3 objects with two answers or more",
        "gold: 2 of 2 right, accuracy 1.0000",
        "1 objects with gold have no answers",
    ] {
        assert!(printed.contains(part), "{part}: {printed}");
    }
    let lines = std::fs::read_to_string(&out).unwrap();
    let lines: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let labels: Vec<&str> = lines
        .iter()
        .map(|line| line["label"].as_str().unwrap())
        .collect();
    assert_eq!(labels, ["a", "b", "a", "a"]);
    for line in &lines {
        let posterior = line["posterior"].as_object().unwrap();
        let sum: f64 = posterior
            .values()
            .map(|chance| chance.as_f64().unwrap())
            .sum();
        assert!((sum - 1.0).abs() < 1e-5, "{line}");
        assert_eq!(
            line["confidence"],
            posterior[line["label"].as_str().unwrap()]
        );
    }
    assert_eq!(lines[3]["answers"], 3);
    let table = std::fs::read_to_string(&workers).unwrap();
    let accuracy = |name: &str| -> f64 {
        let row = table.lines().find(|row| row.starts_with(name)).unwrap();
        row.split(',').nth(2).unwrap().parse().unwrap()
    };
    assert!(accuracy("ana") > accuracy("eve"), "{table}");
    // The same answers give the same bytes, in the other format too.
    let first = std::fs::read(&out).unwrap();
    let json: String = ANSWERS
        .lines()
        .skip(1)
        .map(|row| {
            let fields: Vec<&str> = row.split(',').collect();
            serde_json::json!({"object_id": fields[0].parse::<u32>().unwrap(), "worker_id": fields[1], "label": fields[2]})
                .to_string()
                + "\n"
        })
        .collect();
    let answers = folder.write("answers.jsonl", &json);
    said(&["consolidate", text(&answers), "--out", text(&out)]);
    assert_eq!(std::fs::read(&out).unwrap(), first);
}

#[test]
fn majority_is_there_to_compare_with() {
    let folder = Folder::new();
    let answers = folder.write("a.csv", "object_id,worker_id,label\nx,1,b\nx,2,a\n");
    let out = folder.path("labels.jsonl");
    said(&[
        "consolidate",
        text(&answers),
        "--out",
        text(&out),
        "--method",
        "majority",
    ]);
    // A tie goes to the first label, whoever answered first.
    assert_eq!(
        std::fs::read_to_string(&out).unwrap(),
        "{\"object_id\":\"x\",\"label\":\"a\",\"posterior\":{\"a\":0.5,\"b\":0.5},\"confidence\":0.5,\"answers\":2}\n"
    );
}

#[test]
fn bad_answers_are_refused_by_file_and_line() {
    let folder = Folder::new();
    let out = folder.path("labels.jsonl");
    let check = |name: &str, content: &str, more: &[&str], parts: &[&str]| {
        let answers = folder.write(name, content);
        let mut arguments = vec!["consolidate", text(&answers), "--out", text(&out)];
        arguments.extend(more);
        let error = refused(&arguments);
        for part in parts {
            assert!(error.contains(part), "{part}: {error}");
        }
        assert!(!out.exists(), "{name} left labels behind");
    };
    check(
        "a.csv",
        "object_id,worker,label\n1,2,3\n",
        &[],
        &["a.csv, line 1", "`worker_id`", "object_id, worker, label"],
    );
    check(
        "b.csv",
        "object_id,worker_id,label\n",
        &[],
        &["b.csv has no answers"],
    );
    check(
        "c.csv",
        "object_id,worker_id,label\n1,2,3\n1,,3\n",
        &[],
        &["c.csv, line 3", "`worker_id` is empty"],
    );
    check(
        "d.csv",
        "object_id,worker_id,label\n1,2\n",
        &[],
        &["d.csv", "line: 2"],
    );
    check(
        "e.csv",
        "object_id,worker_id,label\n1,2,cat\n1,3,cow\n",
        &["--labels", "cat,dog"],
        &["e.csv, line 3", "`cow` is not one of the labels cat, dog"],
    );
    check(
        "f.csv",
        "object_id,worker_id,label\n1,2,a\n",
        &["--labels", "a,a"],
        &["`a` is there twice"],
    );
    check(
        "g.jsonl",
        "{\"object_id\":1,\"worker_id\":2,\"label\":3}\n{",
        &[],
        &["g.jsonl, line 2", "not JSON"],
    );
    check(
        "h.jsonl",
        "{\"object_id\":1,\"worker_id\":2}",
        &[],
        &["h.jsonl, line 1", "no `label`"],
    );
    check(
        "i.jsonl",
        "{\"object_id\":1,\"worker_id\":2,\"label\":[1]}",
        &[],
        &["i.jsonl, line 1", "`label` is neither"],
    );
    let error = refused(&[
        "consolidate",
        text(&folder.path("none.csv")),
        "--out",
        text(&out),
    ]);
    assert!(
        error.contains("cannot open") && error.contains("none.csv"),
        "{error}"
    );
}
