//! How `cairn consolidate` takes what stands in a file, and what it says of what it does not take.

use super::super::{Folder, refused, said, text};
use super::ANSWERS;

/// The error of answers, in a file of this name.
#[track_caller]
fn error_of(name: &str, content: impl AsRef<[u8]>, more: &[&str]) -> String {
    let folder = Folder::new();
    let answers = folder.write(name, content);
    let out = folder.path("labels.jsonl");
    let error = refused(&[&["consolidate", text(&answers), "--out", text(&out)], more].concat());
    assert!(!out.exists(), "{error}");
    error
}

/// The labels of answers, and what is printed.
#[track_caller]
fn labels_of(name: &str, content: &str, more: &[&str]) -> (String, String) {
    let folder = Folder::new();
    let answers = folder.write(name, content);
    let out = folder.path("labels.jsonl");
    let printed = said(&[&["consolidate", text(&answers), "--out", text(&out)], more].concat());
    (std::fs::read_to_string(&out).unwrap(), printed)
}

#[track_caller]
fn assert_says(error: &str, parts: &[&str]) {
    for part in parts {
        assert!(error.contains(part), "{part}: {error}");
    }
}

#[test]
fn a_quote_that_is_never_closed_is_an_error_where_it_opens() {
    let mut rows = "object_id,worker_id,label\n".to_owned();
    for object in 0..50 {
        for worker in ["a", "b", "c"] {
            let quote = if object == 7 && worker == "b" {
                "\""
            } else {
                ""
            };
            rows.push_str(&format!("{object},{worker},{quote}x\n"));
        }
    }
    let error = error_of("answers.csv", &rows, &[]);
    assert_says(
        &error,
        &[
            "answers.csv, line 24",
            "a quote opens here and is not closed",
        ],
    );
    // Quotes in pairs, and in the middle of a field, are none of that.
    let rows = "object_id,worker_id,label\n0,a,\"5\"\" pipe\n, bent\"\n0,b,5\" pipe\n";
    let (labels, _) = labels_of("answers.csv", rows, &[]);
    assert_says(&labels, &[r#""5\" pipe\n, bent""#, r#""5\" pipe""#]);
}

#[test]
fn lines_are_counted_where_some_are_empty_and_fields_have_several() {
    let rows = "object_id,worker_id,label\n0,a,x\n\n\n0,b,\"y\ny\"\n\n1,,x";
    let error = error_of("answers.csv", rows, &[]);
    assert_says(&error, &["answers.csv, line 8", "`worker_id` is empty"]);
    let error = error_of("answers.csv", format!("{rows}\n2,b,x\n"), &[]);
    assert_says(&error, &["answers.csv, line 8", "`worker_id` is empty"]);
}

#[test]
fn semicolons_and_tabs_stand_between_columns_too() {
    let (expected, _) = labels_of("answers.csv", ANSWERS, &[]);
    for separator in [";", "\t"] {
        let rows = ANSWERS.replace(',', separator);
        assert_eq!(labels_of("answers.csv", &rows, &[]).0, expected);
    }
}

#[test]
fn what_is_no_such_file_is_called_by_its_name() {
    let utf16: Vec<u8> = "\u{feff}object_id"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert_says(
        &error_of("answers.csv", utf16, &[]),
        &["answers.csv is text in UTF-16"],
    );
    assert_says(
        &error_of("answers.json", "[{\"object_id\":1}]", &[]),
        &["is one list", "jq"],
    );
    let rows = "object_id,worker_id,label,left,top,width,height\n0,a,x,1,2,3,4\n";
    assert_says(
        &error_of("answers.csv", rows, &[]),
        &["look like a box", "column `boxes`"],
    );
    let rows = "object_id,worker_id,label,value\n0,a,x,1\n";
    assert_says(
        &error_of("answers.csv", rows, &[]),
        &["`value` and `label`", "--task"],
    );
    let error = error_of("answers.csv", ANSWERS, &["--task", "boxes"]);
    assert_says(
        &error,
        &[
            "answers.csv, line 1",
            "no column `boxes`; the columns are object_id",
        ],
    );
    let error = error_of("answers.csv", ANSWERS, &["--element", "crowd"]);
    assert_says(&error, &["--element", "worker responses"]);
    let rows = "object_id,worker_id,value\n0,a,1\n";
    assert_says(
        &error_of("answers.csv", rows, &["--labels", "a,b"]),
        &["--labels", "numbers"],
    );
}

#[test]
fn what_is_wrong_within_an_answer_is_named() {
    let row = |boxes: &str| format!("{{\"object_id\":1,\"worker_id\":\"a\",\"boxes\":{boxes}}}\n");
    let good = r#"{"label":"x","left":1,"top":2,"width":3,"height":4}"#;
    for (bad, parts) in [
        (
            r#"{"label":"x","left":1,"top":2,"width":3}"#,
            ["`boxes[1]`: there is no `height`", ""],
        ),
        (
            r#"{"label":"x","left":"1","top":2,"width":3,"height":4}"#,
            ["`boxes[1].left`", "expected a number"],
        ),
        (
            r#"{"label":"x","left":1,"top":2,"width":-3,"height":4}"#,
            ["`boxes[1]`", "must not be below 0"],
        ),
    ] {
        let rows = row("[]") + &row(&format!("[{good},{bad}]"));
        for task in [&[][..], &["--task", "boxes"]] {
            let error = error_of("answers.jsonl", &rows, task);
            assert_says(&error, &["answers.jsonl, line 2"]);
            assert_says(&error, &parts);
        }
        let csv = format!(
            "object_id,worker_id,boxes\n1,a,\"[{}]\"\n",
            format!("{good},{bad}").replace('"', "\"\"")
        );
        let error = error_of("answers.csv", csv, &[]);
        assert_says(&error, &["answers.csv, line 2"]);
        assert_says(&error, &parts);
    }
    let twice = "{\"object_id\":1,\"worker_id\":\"a\",\"label\":\"x\",\"label\":\"y\"}\n";
    assert_says(
        &error_of("answers.jsonl", twice, &[]),
        &["line 1", "`label` is there twice"],
    );
    let cut = "{\"object_id\":1,\"worker_id\":\"a\",\"label\":\"x\"}\n{\"object_id\":1,\"wor";
    assert_says(
        &error_of("answers.jsonl", cut, &[]),
        &["line 2", "ends within a value"],
    );
}

#[test]
fn shapes_that_do_not_count_are_told_with_the_first_of_them() {
    let rows = r#"{"object_id":1,"worker_id":"a","width":100,"height":100,"boxes":[{"label":"x","left":1,"top":2,"width":30,"height":40}]}
{"object_id":1,"worker_id":"b","width":100,"height":100,"boxes":[{"label":"x","left":1,"top":2,"width":0,"height":40}]}
{"object_id":1,"worker_id":"c","width":100,"height":100,"boxes":[{"label":"x","left":200,"top":2,"width":9,"height":40}]}
"#;
    let (_, printed) = labels_of("answers.jsonl", rows, &[]);
    assert_says(
        &printed,
        &[
            "1 of the boxes have no extent",
            "line 2",
            "1 of the boxes lie outside",
            "line 3",
        ],
    );
}

#[test]
fn labels_that_look_the_same_are_remarked_upon() {
    let rows = "object_id,worker_id,label\n0,a,Cat\n0,b,cat\n1,a,dog\n1,b,dog \n";
    let (_, printed) = labels_of("answers.csv", rows, &[]);
    assert_says(
        &printed,
        &["are different labels: `Cat`, `cat`, and 1 more"],
    );
    let (labels, _) = labels_of("answers.csv", ANSWERS, &["--labels", "b, a"]);
    assert_says(&labels, &["\"label\":\"a\""]);
    let rows = "object_id,worker_id,label\n0,a,\"this, or that\"\n";
    let (labels, _) = labels_of(
        "answers.csv",
        rows,
        &["--labels", r#"["this, or that", "c"]"#],
    );
    assert_says(&labels, &["this, or that"]);
}

#[test]
fn true_labels_are_checked_as_answers_are() {
    let folder = Folder::new();
    let check = |gold: &str, more: &[&str], parts: &[&str]| {
        let gold = folder.write("gold.csv", gold);
        assert_says(
            &error_of(
                "answers.csv",
                ANSWERS,
                &[&["--gold", text(&gold)], more].concat(),
            ),
            parts,
        );
    };
    check("object_id,label\n0,\n", &[], &["gold.csv, line 2", "``"]);
    let labels = ["--labels", "a,b"];
    check(
        "object_id,label\n0,cow\n",
        &labels,
        &["gold.csv, line 2", "`cow` is not one"],
    );
    check("", &[], &["gold.csv", "is empty"]);
    let known = folder.write("known.csv", "object_id,label\n0,a\n77,b\n");
    let gold = folder.write("true.csv", "object_id,label\n0,a\n1,b\n");
    let more = ["--known", text(&known), "--gold", text(&gold)];
    let (_, printed) = labels_of("answers.csv", ANSWERS, &more);
    assert_says(
        &printed,
        &[
            "gold: 1 object,",
            "1 object with a known label without any answer",
        ],
    );
}
