//! `cairn consolidate`.

mod agreement;
mod files;
mod gold;
mod methods;
mod parquet;
mod reading;
mod worker_responses;

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
        "1 answer was replaced",
        "over 3 objects with two answers or more",
        "gold: 2 objects, accuracy 1.0000",
        "1 object with gold without any answer",
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
        &["d.csv, line 2", "2 fields, but the header has 3"],
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
        &["--task", "classification"],
        &["h.jsonl, line 1", "no `label`"],
    );
    check(
        "i.jsonl",
        "{\"object_id\":1,\"worker_id\":2,\"label\":[1]}",
        &[],
        &[
            "i.jsonl, line 1, column 38",
            "`label`",
            "expected a text or a number",
        ],
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

/// The lines of a file of labels.
fn lines(path: &std::path::Path) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Consolidates answers of one kind, known by their columns, and gives the labels. What is written
/// is the same in every run.
fn labels(folder: &Folder, name: &str, content: &str) -> Vec<serde_json::Value> {
    let answers = folder.write(name, content);
    let made = [
        "labels.jsonl",
        "workers.csv",
        "deserving.csv",
        "report.html",
    ];
    let paths = made.map(|name| folder.path(name));
    let run = || {
        said(&[
            "consolidate",
            text(&answers),
            "--out",
            text(&paths[0]),
            "--workers",
            text(&paths[1]),
            "--deserving",
            text(&paths[2]),
            "--report",
            text(&paths[3]),
        ]);
        paths.each_ref().map(|path| std::fs::read(path).unwrap())
    };
    let first = run();
    assert_eq!(first, run(), "{name} again");
    let page = String::from_utf8(first[3].clone()).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    for outside in ["<script", "http://", "https://", "url("] {
        let inside = page.replace("http://www.w3.org", "");
        assert!(!inside.contains(outside), "{name}: {outside}");
    }
    lines(&paths[0])
}

#[test]
fn every_kind_of_answers_is_known_by_its_columns_and_comes_back_in_its_form() {
    let folder = Folder::new();
    let three = |answer: &str| {
        ["a", "b", "c"]
            .map(|worker| format!("{{\"object_id\":\"o\",\"worker_id\":\"{worker}\",{answer}}}\n"))
            .concat()
    };
    let check = |answer: &str, member: &str, expected: serde_json::Value| {
        let found = labels(&folder, "answers.jsonl", &three(answer));
        assert_eq!(found.len(), 1, "{answer}");
        assert_eq!(found[0]["object_id"], "o");
        assert_eq!(found[0]["answers"], 3, "{answer}");
        let mut value = found[0][member].clone();
        for shape in value.as_array_mut().into_iter().flatten() {
            if let Some(shape) = shape.as_object_mut() {
                shape.remove("confidence");
            }
        }
        assert_eq!(value, expected, "{answer}");
    };
    use serde_json::json;
    check("\"label\":7", "label", json!("7"));
    check("\"labels\":[\"y\",\"x\"]", "labels", json!(["x", "y"]));
    let boxes = json!([{"label": "x", "left": 10, "top": 10, "width": 20, "height": 30}]);
    check(
        &format!("\"width\":100,\"height\":80,\"boxes\":{boxes}"),
        "boxes",
        boxes,
    );
    check("\"boxes\":[]", "boxes", json!([]));
    check(
        "\"width\":3,\"height\":3,\"rle\":[4,2,3]",
        "rle",
        json!([4, 2, 3]),
    );
    check(
        "\"width\":3,\"height\":3,\"runs\":[[0,4],[7,5]]",
        "runs",
        json!([[0, 4], [7, 5]]),
    );
    check(
        "\"width\":3,\"height\":3,\"runs\":[[\"sky\",4],[\"background\",5]]",
        "runs",
        json!([["sky", 4], ["background", 5]]),
    );
    let spans = json!([{"start": 3, "end": 9, "label": "x"}]);
    check(&format!("\"spans\":{spans}"), "spans", spans);
    check("\"value\":2.5", "value", json!(2.5));
    check("\"text\":\"A cat.\"", "text", json!("A cat."));
    let two = json!([{"x": 2, "y": 3}, {"x": 60, "y": 7.5}]);
    for (member, shapes) in [
        ("keypoints", json!([{"label": "nose", "x": 3, "y": 4.5}])),
        (
            "rotated_boxes",
            json!([{"label": "ship", "x": 50, "y": 40, "width": 30, "height": 10, "angle": 30}]),
        ),
        ("polylines", json!([{"label": "road", "vertices": two}])),
        ("lines", json!([{"label": "mast", "vertices": two}])),
    ] {
        check(&format!("\"{member}\":{shapes}"), member, shapes);
    }
    // Outlines are drawn through points evenly spaced, which cuts corners a little.
    let corner = json!([{"x": 2, "y": 3}, {"x": 60, "y": 3}, {"x": 60, "y": 41.5}]);
    for member in ["polygons", "polylines"] {
        let answer = format!("\"{member}\":[{{\"label\":\"roof\",\"vertices\":{corner}}}]");
        let found = labels(&folder, "answers.jsonl", &three(&answer));
        let shape = &found[0][member][0];
        assert_eq!(shape["label"], "roof");
        for of_answer in corner.as_array().unwrap() {
            let is_near = |vertex: &serde_json::Value| {
                let apart =
                    |name: &str| vertex[name].as_f64().unwrap() - of_answer[name].as_f64().unwrap();
                apart("x").hypot(apart("y")) < 2.0
            };
            let vertices = shape["vertices"].as_array().unwrap();
            assert!(vertices.iter().any(is_near), "{shape}");
        }
    }
}

#[test]
fn rankings_come_in_order_from_pairs_and_from_lists() {
    let folder = Folder::new();
    let order = |name: &str, content: &str| -> Vec<String> {
        let found = labels(&folder, name, content);
        let names = found.iter().map(|line| line["object_id"].as_str().unwrap());
        names.map(str::to_owned).collect()
    };
    let pairs = "worker_id,left,right,label\na,p,q,p\nb,q,p,right\na,q,r,q\nb,q,r,left\n";
    assert_eq!(order("pairs.csv", pairs), ["p", "q", "r"]);
    let lists = "worker_id,ranking\na,p|q|r\nb,\"[\"\"p\"\",\"\"q\"\",\"\"r\"\"]\"\n";
    assert_eq!(order("lists.csv", lists), ["p", "q", "r"]);
}

#[test]
fn lists_in_csv_hold_json() {
    let folder = Folder::new();
    let boxes = "object_id,worker_id,note,boxes\n1,a,,\"[{\"\"label\"\":\"\"x\"\",\"\"left\"\":1,\"\"top\"\":2,\"\"width\"\":3,\"\"height\"\":4}]\"\n";
    let found = labels(&folder, "boxes.csv", boxes);
    assert_eq!(found[0]["boxes"][0]["height"], 4);
    let found = labels(
        &folder,
        "labels.csv",
        "object_id,worker_id,labels\n1,a,y|x\n2,a,\n",
    );
    assert_eq!(found[0]["labels"], serde_json::json!(["x", "y"]));
    assert_eq!(found[1]["labels"], serde_json::json!([]));
}

#[test]
fn the_report_shows_names_as_text_and_stays_small() {
    let folder = Folder::new();
    let mut content = String::from("object_id,worker_id,label\n");
    for number in 0..3_000 {
        content += &format!(
            "<b>{number}</b>,<img src=x>{},<i>{}\n",
            number % 700,
            number % 40
        );
    }
    labels(&folder, "answers.csv", &content);
    let page = std::fs::read_to_string(folder.path("report.html")).unwrap();
    assert!(page.contains("&lt;img src=x&gt;") && !page.contains("<img src=x>"));
    assert!(page.contains("The 50 of 700 workers with the most answers"));
    assert!(page.len() < 150_000, "{}", page.len());
}

#[test]
fn bad_shapes_spans_masks_and_numbers_are_refused_by_file_and_line() {
    let folder = Folder::new();
    let out = folder.path("labels.jsonl");
    let check = |row: &str, parts: &[&str]| {
        let row = format!("{{\"object_id\":\"o\",\"worker_id\":\"w\",{row}}}\n");
        let answers = folder.write("bad.jsonl", format!("\n{row}"));
        let error = refused(&["consolidate", text(&answers), "--out", text(&out)]);
        for part in [&["bad.jsonl, line 2"], parts].concat() {
            assert!(error.contains(part), "{part}: {error}");
        }
        assert!(!out.exists());
    };
    check(
        "\"boxes\":[{\"label\":\"x\",\"left\":1,\"top\":2,\"width\":3}]",
        &["column", "there is no `height`"],
    );
    check(
        "\"boxes\":[{\"label\":\"x\",\"left\":1e99,\"top\":2,\"width\":3,\"height\":4}]",
        &["`boxes[0]`", "coordinate"],
    );
    check(
        "\"width\":5,\"boxes\":[]",
        &["both of `width` and `height`"],
    );
    check(
        "\"boxes\":[],\"boxes\":[]",
        &["column", "duplicate field `boxes`"],
    );
    check(
        "\"lines\":[{\"label\":\"x\",\"vertices\":[{\"x\":1,\"y\":2}]}]",
        &["`lines[0]`", "1 `vertices`, where a line has 2"],
    );
    check(
        "\"spans\":[{\"start\":5,\"end\":2,\"label\":\"x\"}]",
        &["`spans[0]` ends at 2, before its start at 5"],
    );
    check(
        "\"length\":4,\"spans\":[{\"start\":2,\"end\":5,\"label\":\"x\"}]",
        &["after the end of the text"],
    );
    check(
        "\"width\":3,\"height\":3,\"rle\":[4,2,4]",
        &["runs of 10 pixels in a mask of 9"],
    );
    check(
        "\"width\":3,\"height\":3,\"runs\":[[0,4],[\"sky\",5]]",
        &["by number and by name"],
    );
    check("\"value\":\"many\"", &["`many` is not a number"]);
    check("\"labels\":[\"x\",\"x\"]", &["`labels` has `x` twice"]);
    let answers = folder.write(
        "odd.jsonl",
        "{\"object_id\":1,\"worker_id\":2,\"opinion\":3}",
    );
    let error = refused(&["consolidate", text(&answers), "--out", text(&out)]);
    for part in [
        "odd.jsonl",
        "no column tells",
        "object_id, worker_id, opinion",
    ] {
        assert!(error.contains(part), "{part}: {error}");
    }
}
