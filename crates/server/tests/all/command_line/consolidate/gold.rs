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
