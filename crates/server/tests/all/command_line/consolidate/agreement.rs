//! Agreement, of kinds that are more than one label.

use super::super::{Folder, said, text};

#[test]
fn agreement_is_shown_of_spans_labels_and_texts() {
    let folder = Folder::new();
    // Of object 2 there is one answer, which agrees with nobody.
    let check = |answers: [&str; 4], parts: &[&str]| {
        let rows = answers.iter().zip(["1,a", "1,b", "1,c", "2,a"]);
        let rows = rows.map(|(answer, ids)| {
            let (object, worker) = ids.split_once(',').unwrap();
            format!("{{\"object_id\":{object},\"worker_id\":\"{worker}\",{answer}}}\n")
        });
        let answers = folder.write("answers.jsonl", rows.collect::<String>());
        let (out, report) = (folder.path("labels.jsonl"), folder.path("report.html"));
        let paths = ["--out", text(&out), "--report", text(&report)];
        let printed = said(&[&["consolidate", text(&answers)][..], &paths].concat());
        let page = std::fs::read_to_string(&report).unwrap();
        assert!(
            printed.contains("over 1 object with two answers"),
            "{printed}"
        );
        for part in parts {
            assert!(printed.contains(part), "{part}: {printed}");
            let name = part.trim_start_matches("agreement: ").rsplit_once(' ');
            assert!(page.contains(name.unwrap().0), "{part}");
        }
    };
    // F1 of the three pairs: 1, 1/2, 1/2; whatever the labels 1, 1, 1.
    let both = r#""spans":[{"start":0,"end":2,"label":"x"},{"start":4,"end":6,"label":"y"}]"#;
    let other = r#""spans":[{"start":0,"end":2,"label":"x"},{"start":4,"end":6,"label":"x"}]"#;
    check(
        [both, both, other, both],
        &["agreement: F1 0.667", "with any label 1.000"],
    );
    // Jaccard 1/2, 0, 1/3.
    check(
        [
            r#""labels":["x","y"]"#,
            r#""labels":["x"]"#,
            r#""labels":["y","z"]"#,
            r#""labels":["x"]"#,
        ],
        &["agreement: Jaccard 0.278", "alpha 0.000"],
    );
    // Of nine and six runs: 6/9, 0, 0.
    check(
        [
            r#""text":"A b c""#,
            r#""text":"a  B c""#,
            r#""text":"d e""#,
            r#""text":"a""#,
        ],
        &["agreement: similarity 0.333", "same 0.333"],
    );
}

#[test]
fn agreement_is_shown_of_rankings() {
    let folder = Folder::new();
    let out = folder.path("labels.jsonl");
    // Of three pairs of items one is the other way around, and z was compared by one worker alone.
    let lists = folder.write("lists.csv", "worker_id,ranking\na,p|q|r\nb,q|p|r|z\n");
    let printed = said(&["consolidate", text(&lists), "--out", text(&out)]);
    let expected = "agreement: pairs alike 0.667, over 3 objects";
    assert!(printed.contains(expected), "{printed}");
}
