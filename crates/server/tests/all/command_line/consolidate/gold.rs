//! Labels against true ones.

use super::super::{Folder, refused, said, text};

/// What is printed of `answers`, each with its object and worker, held against `gold`.
fn held(folder: &Folder, answers: &[(&str, &str, &str)], gold: &str) -> Vec<String> {
    let rows = answers.iter().map(|(object, worker, answer)| {
        format!("{{\"object_id\":\"{object}\",\"worker_id\":\"{worker}\",{answer}}}\n")
    });
    let answers = folder.write("answers.jsonl", rows.collect::<String>());
    let gold = folder.write("gold.jsonl", gold);
    let out = folder.path("labels.jsonl");
    [
        "consolidate",
        text(&answers),
        "--out",
        text(&out),
        "--gold",
        text(&gold),
    ]
    .map(str::to_owned)
    .to_vec()
}

#[test]
fn shapes_without_an_area_are_held_against_true_ones_by_distance() {
    let folder = Folder::new();
    let line = |x: u32| {
        format!(
            "\"lines\":[{{\"label\":\"mast\",\"vertices\":[{{\"x\":{x},\"y\":0}},{{\"x\":{x},\"y\":50}}]}}]"
        )
    };
    let check = |answered: u32, truth: u32, expected: &str| {
        let answer = line(answered);
        let gold = format!("{{\"object_id\":\"o\",{}}}\n", line(truth));
        let answers = ["a", "b", "c"].map(|worker| ("o", worker, answer.as_str()));
        let arguments = held(&folder, &answers, &gold);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let printed = said(&arguments);
        assert!(printed.contains(expected), "{expected}: {printed}");
    };
    check(
        30,
        32,
        "F1 within 10 pixels 1.0000, F1 within 3 pixels 1.0000, mean distance in pixels 2.0000",
    );
    check(
        30,
        36,
        "F1 within 10 pixels 1.0000, F1 within 3 pixels 0.0000",
    );
    check(30, 60, "F1 within 10 pixels 0.0000");
}

#[test]
fn gold_without_any_answered_object_is_refused() {
    let folder = Folder::new();
    let gold = "{\"object_id\":\"p\",\"value\":3}\n";
    let arguments = held(&folder, &[("o", "a", "\"value\":3")], gold);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let error = refused(&arguments);
    assert!(error.contains("gold.jsonl: none of its objects"), "{error}");
}

#[test]
fn rankings_are_held_against_true_pairs_and_lists() {
    let folder = Folder::new();
    let answers = folder.write(
        "answers.csv",
        "worker_id,ranking\na,p|q|r|s\nb,p|q|r|s\nc,p|q|r|s\n",
    );
    let out = folder.path("labels.jsonl");
    let run = |name: &str, gold: &str| {
        let gold = folder.write(name, gold);
        let paths = ["consolidate", text(&answers), "--out", text(&out)];
        [&paths[..], &["--gold", text(&gold)]]
            .concat()
            .iter()
            .map(|argument| (*argument).to_owned())
            .collect::<Vec<String>>()
    };
    let check = |name: &str, gold: &str, expected: &str| {
        let arguments = run(name, gold);
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let printed = said(&arguments);
        assert!(printed.contains(expected), "{expected}: {printed}");
    };
    // One of six pairs is the other way around; z has no answers.
    check(
        "list.csv",
        "ranking\nq|p|z|r|s\n",
        "gold: 4 objects, pairs in order 0.8333, Kendall's tau 0.6667\n1 object with gold without any answer",
    );
    check(
        "pairs.csv",
        "left,right,label\np,q,p\nr,q,left\nr,s,neither\n",
        "gold: 4 objects, pairs in order 0.5000, Kendall's tau 0.0000",
    );
    let arguments = run("none.csv", "left,right,label\np,q,neither\nz,q,z\n");
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let error = refused(&arguments);
    assert!(error.contains("none.csv: none of its pairs"), "{error}");
}

#[test]
fn known_labels_are_refused_where_nothing_uses_them() {
    let folder = Folder::new();
    let answers = folder.write("a.csv", "object_id,worker_id,value\n1,a,3\n");
    let out = folder.path("labels.jsonl");
    let paths = ["consolidate", text(&answers), "--out", text(&out)];
    let error = refused(&[&paths[..], &["--known", text(&answers)]].concat());
    assert!(
        error.contains("--known is not there for numbers, but for one label an object alone"),
        "{error}"
    );
    assert!(!out.exists());
}
