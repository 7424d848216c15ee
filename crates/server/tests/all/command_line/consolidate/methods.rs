//! Methods, and what they take workers for.

use super::super::{Folder, refused, said, text};
use super::{ANSWERS, lines};

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
fn every_method_for_one_label_is_there_and_another_is_refused_with_the_list() {
    let folder = Folder::new();
    let answers = folder.write("answers.csv", ANSWERS);
    let out = folder.path("labels.jsonl");
    let run = |task: &'static str, method: &'static str| {
        let paths = ["consolidate", text(&answers), "--out", text(&out)];
        [&paths[..], &["--task", task, "--method", method]].concat()
    };
    let methods = [
        "cairn",
        "majority",
        "ground-truth",
        "dawid-skene",
        "dawid-skene-groups",
        "one-coin",
        "guessing",
        "weighted-votes",
        "groups",
        "glad",
        "odds",
    ];
    for method in methods {
        for task in ["classification", "ordered"] {
            said(&run(task, method));
            assert_eq!(lines(&out)[1]["label"], "b", "{task} by {method}");
        }
    }
    assert!(refused(&run("classification", "ordered")).contains(&methods.join(", ")));
    let error = refused(&run("classification", "glad-2"));
    for method in methods {
        assert!(error.contains(method), "{method}: {error}");
    }
}

/// Two workers are always one off, one to either side.
#[test]
fn ordered_labels_are_taken_for_places_on_a_line() {
    let folder = Folder::new();
    let mut content = String::from("object_id,worker_id,label\n");
    for object in 0..60 {
        let truth = object % 5;
        for (worker, off) in [("a", 0), ("b", 1), ("c", -1), ("d", 0)] {
            content += &format!("{object},{worker},{}\n", (truth + off).clamp(0, 4));
        }
    }
    let answers = folder.write("answers.csv", &content);
    let out = folder.path("labels.jsonl");
    let run = |more: &[&'static str]| {
        let arguments = ["consolidate", text(&answers), "--out", text(&out)];
        let printed = said(&[&arguments[..], &["--task", "ordered"], more].concat());
        (printed, std::fs::read(&out).unwrap())
    };
    let (printed, ordered) = run(&["--method", "ordered"]);
    assert!(printed.contains("alpha of ordered labels"), "{printed}");
    assert!(
        !printed.contains("order is that of their names"),
        "{printed}"
    );
    for (object, line) in lines(&out).iter().enumerate() {
        assert_eq!(line["label"], (object % 5).to_string(), "{line}");
    }
    let by_default = run(&[]).1;
    assert_eq!(run(&["--method", "cairn"]).1, by_default);
    assert_ne!(ordered, by_default);
    // Right, and two labels off.
    folder.write("gold.csv", "object_id,label\n0,0\n1,3\n");
    let gold = folder.path("gold.csv");
    let arguments = ["consolidate", text(&answers), "--out", text(&out)];
    let more = [
        "--task",
        "ordered",
        "--method",
        "ordered",
        "--gold",
        text(&gold),
    ];
    let printed = said(&[&arguments[..], &more].concat());
    assert!(printed.contains("mean distance 1.0000"), "{printed}");
    let named = folder.write("named.csv", ANSWERS);
    let arguments = ["consolidate", text(&named), "--out", text(&out)];
    let printed = said(&[&arguments[..], &["--task", "ordered"]].concat());
    assert!(
        printed.contains("order is that of their names"),
        "{printed}"
    );
}

#[test]
fn known_labels_are_kept_and_workers_judged_by_them() {
    let folder = Folder::new();
    let answers = folder.write("answers.csv", ANSWERS);
    let known = folder.write("known.csv", "object_id,label\n0,b\n77,a\n");
    let out = folder.path("labels.jsonl");
    let run = |method: &'static str| {
        let arguments = [
            "consolidate",
            text(&answers),
            "--out",
            text(&out),
            "--known",
            text(&known),
        ];
        [&arguments[..], &["--method", method]].concat()
    };
    said(&run("cairn"));
    assert_eq!(lines(&out)[0]["label"], "b");
    assert_eq!(lines(&out)[0]["confidence"], 1.0);
    said(&run("one-coin"));
    assert_eq!(lines(&out)[0]["label"], "b");
    let error = refused(&run("majority"));
    for part in [
        "--known is not there for classification by majority",
        "it is by cairn, dawid-skene, dawid-skene-groups, one-coin, guessing",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
}

/// Worker 1 always draws twice the width; as a person they are known for it and weigh less.
#[test]
fn workers_of_masks_may_be_positions_rather_than_persons() {
    let folder = Folder::new();
    let mut content = String::new();
    for object in 0..12 {
        // Two who agree, except where they did not answer and it is one against one.
        for (worker, columns) in [(0, 2), (1, 4), (2, 2)] {
            if object < 10 || worker != 2 {
                let (mask, rest) = (columns * 8, 64 - columns * 8);
                content += &format!(
                    "{{\"object_id\":{object},\"worker_id\":{worker},\"width\":8,\"height\":8,\"rle\":[0,{mask},{rest}]}}\n"
                );
            }
        }
    }
    let answers = folder.write("answers.jsonl", &content);
    let (out, workers) = (folder.path("labels.jsonl"), folder.path("workers.csv"));
    let run = |are: &'static str| {
        let paths = ["consolidate", text(&answers), "--out", text(&out)];
        let more = ["--workers", text(&workers), "--workers-are", are];
        said(&[&paths[..], &more].concat());
        let confidence = lines(&out)[11]["confidence"].as_f64().unwrap();
        (confidence, std::fs::read_to_string(&workers).unwrap())
    };
    let (known, persons) = run("persons");
    let (unknown, positions) = run("positions");
    assert!(known != unknown, "{known} {unknown}");
    assert!(
        persons.starts_with("worker_id,answers,agreement\n0,12,"),
        "{persons}"
    );
    assert_eq!(positions, "worker_id,answers\n0,12\n1,12\n2,10\n");
    let answers = folder.write("answers.csv", ANSWERS);
    let arguments = ["consolidate", text(&answers), "--out", text(&out)];
    let error = refused(&[&arguments[..], &["--workers-are", "positions"]].concat());
    assert!(error.contains("not there for classification"), "{error}");
}
