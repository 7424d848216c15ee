//! Folders of worker responses.

use super::super::{Folder, refused, said, text};
use super::lines;

#[test]
fn a_folder_of_worker_responses_is_read_by_line_and_each_answer_once() {
    let folder = Folder::new();
    let answer = |worker: &str, label: &str| {
        format!(
            "{{\"answerContent\":{{\"mine\":{{\"label\":\"{label}\"}},\"note\":\"seen\"}},\"submissionTime\":\"2019-04-18T16:10:44Z\",\"workerId\":\"{worker}\"}}"
        )
    };
    let response = |answers: &[String]| format!("{{\"answers\":[{}]}}", answers.join(","));
    let (one, two, three) = (
        answer("a", "Duck"),
        answer("b", "Duck"),
        answer("c", "Goose"),
    );
    let job = "job/annotations/worker-response";
    for (line, time, answers) in [
        ("iteration-2/10", "2019-04-18_16:10:50", vec![three.clone()]),
        ("iteration-1/2", "2019-04-18_16:10:50", vec![one.clone()]),
        (
            "iteration-1/2",
            "2019-04-18_16:10:59",
            vec![one, two, three],
        ),
    ] {
        folder.write(&format!("{job}/{line}/{time}.json"), response(&answers));
    }
    let out = folder.path("labels.jsonl");
    for root in ["job", "job/annotations", job] {
        let root = folder.path(root);
        let printed = said(&["consolidate", text(&root), "--out", text(&out)]);
        assert!(
            printed.contains("2 objects, 3 workers, 4 answers"),
            "{printed}"
        );
        assert!(!printed.contains("replaced"), "{printed}");
        let found = lines(&out);
        assert_eq!(
            (&found[0]["object_id"], &found[0]["label"]),
            (&"2".into(), &"Duck".into())
        );
        assert_eq!(found[1]["object_id"], "10");
    }
    let nothing = "{\"answers\":[{\"answerContent\":{\"odd\":{\"a\":1}},\"workerId\":\"w\"}]}";
    folder.write("bad/worker-response/iteration-1/0/1.json", nothing);
    let error = refused(&[
        "consolidate",
        text(&folder.path("bad")),
        "--out",
        text(&out),
    ]);
    for part in ["iteration-1/0/1.json", "worker w", "odd"] {
        assert!(error.contains(part), "{part}: {error}");
    }
    let error = refused(&["consolidate", text(&folder.path("")), "--out", text(&out)]);
    assert!(error.contains("no worker responses"), "{error}");
}
