//! Every reader of every kind, given bytes that nobody meant well: an outcome or an error, never a
//! panic, and no labels after an error.

use std::path::PathBuf;
use std::sync::Arc;

use parquet::data_type::{ByteArray, ByteArrayType};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use proptest::prelude::*;

use super::kinds::Task;
use super::*;

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = format!("cairn_hostile_{}_{name}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn check(folder: &Folder, name: &str, content: &[u8], task: Option<Task>) {
    let answers = folder.0.join(name);
    let out = folder.0.join("labels.jsonl");
    std::fs::create_dir_all(answers.parent().unwrap()).unwrap();
    std::fs::write(&answers, content).unwrap();
    let _ = std::fs::remove_file(&out);
    let is_response = name.contains('/');
    let options = Consolidate {
        gold: (!is_response).then(|| answers.clone()),
        known: None,
        answers: if is_response {
            folder.0.join("folder")
        } else {
            answers
        },
        out,
        task,
        method: None,
        labels: LabelList::default(),
        workers_are: WorkersAre::Persons,
        workers: Some(folder.0.join("workers.csv")),
        deserving: Some(folder.0.join("deserving.csv")),
        report: Some(folder.0.join("report.html")),
        element: None,
    };
    match options.consolidate() {
        Ok(()) => assert!(folder.0.join("labels.jsonl").exists()),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Text of pieces that the readers look for, and of others.
fn pieces() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "object_id",
        "worker_id",
        "label",
        "labels",
        "boxes",
        "rle",
        "runs",
        "spans",
        "left",
        "right",
        "ranking",
        "value",
        "width",
        "height",
        "start",
        "end",
        "\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\n",
        "\r\n",
        "1",
        "-1",
        "1e400",
        "0.5",
        "4294967296",
        "null",
        "true",
        "NaN",
        "\\u0000",
        "\\ud800",
        "猫",
        " ",
        "\u{feff}",
        "\0",
    ];
    proptest::collection::vec(proptest::sample::select(PIECES), 0..40)
        .prop_map(|list| list.concat())
}

/// Rows that are nearly right, one of each kind.
const ROWS: &[&str] = &[
    r#"{"object_id":1,"worker_id":"a","label":"x"}"#,
    r#"{"object_id":1,"worker_id":"a","labels":["x","y"]}"#,
    r#"{"object_id":1,"worker_id":"a","width":9,"height":9,"boxes":[{"label":"x","left":1,"top":1,"width":2,"height":3}]}"#,
    r#"{"object_id":1,"worker_id":"a","rotated_boxes":[{"label":"x","x":1,"y":1,"width":2,"height":3,"angle":30}]}"#,
    r#"{"object_id":1,"worker_id":"a","keypoints":[{"label":"x","x":1,"y":1}]}"#,
    r#"{"object_id":1,"worker_id":"a","polygons":[{"label":"x","vertices":[{"x":1,"y":2},{"x":9,"y":2},{"x":5,"y":7}]}]}"#,
    r#"{"object_id":1,"worker_id":"a","lines":[{"label":"x","vertices":[{"x":1,"y":2},{"x":9,"y":2}]}]}"#,
    r#"{"object_id":1,"worker_id":"a","polylines":[{"label":"x","vertices":[{"x":1,"y":2},{"x":9,"y":2},{"x":5,"y":7}]}]}"#,
    r#"{"object_id":1,"worker_id":"a","width":3,"height":3,"rle":[4,2,3]}"#,
    r#"{"object_id":1,"worker_id":"a","width":3,"height":3,"runs":[[0,4],[7,5]]}"#,
    r#"{"object_id":1,"worker_id":"a","spans":[{"start":1,"end":4,"label":"x"}]}"#,
    r#"{"worker_id":"a","left":"p","right":"q","label":"p"}"#,
    r#"{"worker_id":"a","ranking":["p","q","r"]}"#,
    r#"{"object_id":1,"worker_id":"a","value":1.5}"#,
];

/// Bytes with some of them changed.
fn changed(bytes: Vec<u8>) -> impl Strategy<Value = Vec<u8>> {
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4);
    (changes, any::<prop::sample::Index>(), any::<bool>()).prop_map(
        move |(changes, end, is_cut)| {
            let mut bytes = bytes.clone();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if is_cut {
                bytes.truncate(end.index(bytes.len() + 1));
            }
            bytes
        },
    )
}

fn tasks() -> impl Strategy<Value = Option<Task>> {
    proptest::option::of(proptest::sample::select(Task::value_variants()))
}

fn parquet() -> Vec<u8> {
    let message = "message rows { required binary object_id (UTF8); required binary worker_id (UTF8); optional binary label (UTF8); }";
    let schema = Arc::new(parse_message_type(message).unwrap());
    let mut bytes = Vec::new();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut file = SerializedFileWriter::new(&mut bytes, schema, properties).unwrap();
    let mut group = file.next_row_group().unwrap();
    let mut number = 0;
    while let Some(mut column) = group.next_column().unwrap() {
        let values = [
            ByteArray::from("a"),
            ByteArray::from("b"),
            ByteArray::from("a"),
        ];
        let levels: Option<&[i16]> = (number == 2).then_some(&[1, 1, 1]);
        let typed = column.typed::<ByteArrayType>();
        typed.write_batch(&values, levels, None).unwrap();
        column.close().unwrap();
        number += 1;
    }
    group.close().unwrap();
    file.close().unwrap();
    bytes
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn csv(text in pieces(), task in tasks()) {
        check(&Folder::new("csv"), "a.csv", text.as_bytes(), task);
    }

    #[test]
    fn csv_with_a_header(text in pieces(), task in tasks()) {
        let text = format!("object_id,worker_id,label,boxes,value\n1,a,x,[],1\n{text}");
        check(&Folder::new("csv_with_a_header"), "a.csv", text.as_bytes(), task);
    }

    #[test]
    fn json_lines(text in pieces(), task in tasks()) {
        check(&Folder::new("json_lines"), "a.jsonl", text.as_bytes(), task);
    }

    #[test]
    fn json_lines_nearly_right(
        bytes in proptest::sample::select(ROWS).prop_flat_map(|row| {
            changed(format!("{row}\n{}\n{row}", row.replace("\"a\"", "\"b\"")).into_bytes())
        }),
        task in tasks(),
    ) {
        check(&Folder::new("json_lines_nearly_right"), "a.jsonl", &bytes, task);
    }

    #[test]
    fn parquet_nearly_right(bytes in changed(parquet())) {
        check(&Folder::new("parquet_nearly_right"), "a.parquet", &bytes, None);
    }

    #[test]
    fn worker_responses(
        bytes in proptest::sample::select(&[
            r#"{"label":"x"}"#,
            r#"{"labels":["x"]}"#,
            r#"{"boundingBoxes":[{"label":"x","left":1,"top":1,"width":2,"height":3}],"inputImageProperties":{"width":9,"height":9}}"#,
            r#"{"entities":[{"startOffset":1,"endOffset":4,"label":"x"}]}"#,
            r#"{"polylines":[{"label":"x","vertices":[{"x":1,"y":2},{"x":9,"y":2}]}],"inputImageProperties":{"width":9,"height":9}}"#,
            r##"{"labelMappings":{"x":{"color":"#ff0000"}},"labeledImage":{"pngImageData":"iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFElEQVR4nGP4z8Dw//9/BhDFwAAAMN0F+6ccedAAAAAASUVORK5CYII="}}"##,
            r#""text""#,
            "3",
        ][..]).prop_flat_map(|value| {
            changed(format!(r#"{{"answers":[{{"answerContent":{{"e":{value}}},"workerId":"a","submissionTime":"t"}}]}}"#).into_bytes())
        }),
    ) {
        let name = "folder/iteration-1/0/a.json";
        check(&Folder::new("worker_responses"), name, &bytes, None);
    }
}
