//! Parquet, our own and that of other writers.

use serde_json::json;

use super::super::{Folder, refused, said, text};
use super::lines;

#[test]
fn parquet_is_read_as_csv_is() {
    use parquet::data_type::{ByteArray, ByteArrayType, Int64Type};
    let folder = Folder::new();
    let message = "message rows { required int64 object_id; required binary worker_id (UTF8); required binary label (UTF8); }";
    let schema = parquet::schema::parser::parse_message_type(message).unwrap();
    let mut bytes = Vec::new();
    let mut file = parquet::file::writer::SerializedFileWriter::new(
        &mut bytes,
        schema.into(),
        Default::default(),
    )
    .unwrap();
    let mut group = file.next_row_group().unwrap();
    let texts = |texts: [&str; 3]| texts.map(ByteArray::from);
    let mut column = group.next_column().unwrap().unwrap();
    column
        .typed::<Int64Type>()
        .write_batch(&[1, 1, 2], None, None)
        .unwrap();
    column.close().unwrap();
    for values in [texts(["a", "b", "a"]), texts(["x", "x", "y"])] {
        let mut column = group.next_column().unwrap().unwrap();
        column
            .typed::<ByteArrayType>()
            .write_batch(&values, None, None)
            .unwrap();
        column.close().unwrap();
    }
    group.close().unwrap();
    file.close().unwrap();
    let out = folder.path("labels.jsonl");
    let run = |path: &std::path::Path| {
        said(&["consolidate", text(path), "--out", text(&out)]);
        std::fs::read(&out).unwrap()
    };
    let csv = folder.write("a.csv", "object_id,worker_id,label\n1,a,x\n1,b,x\n2,a,y\n");
    assert_eq!(run(&folder.write("a.parquet", &bytes)), run(&csv));
    let cut = folder.write("cut.parquet", &bytes[..bytes.len() - 9]);
    let error = refused(&["consolidate", text(&cut), "--out", text(&out)]);
    assert!(error.contains("cut.parquet"), "{error}");
}

/// The files were written by `pyarrow/make.py`.
#[test]
fn files_of_another_writer_are_read_or_refused_by_what_is_wrong() {
    let folder = Folder::new();
    let out = folder.path("labels.jsonl");
    let path = |name: &str| {
        let here = "tests/all/command_line/consolidate/pyarrow";
        let here = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(here);
        here.join(name)
    };
    let boxes = json!({"label": "x", "left": 1.5, "top": 2, "width": 30, "height": 40});
    for (name, member, expected) in [
        ("boxes_gzip.parquet", "boxes", boxes.clone()),
        ("boxes_text.parquet", "boxes", boxes),
        ("labels_lz4.parquet", "labels", json!("x")),
    ] {
        said(&["consolidate", text(&path(name)), "--out", text(&out)]);
        let found = lines(&out);
        let mut first = found[0][member][0].clone();
        if let Some(shape) = first.as_object_mut() {
            shape.remove("confidence");
        }
        assert_eq!(first, expected, "{name}");
        assert_eq!(found[0]["answers"], 2, "{name}");
        assert_eq!(found[1][member], json!([]), "{name}");
    }
    let name = path("label_dictionary.parquet");
    said(&["consolidate", text(&name), "--out", text(&out)]);
    assert_eq!(lines(&out)[0]["label"], "x");
    std::fs::remove_file(&out).unwrap();
    for (name, part) in [
        ("labels_null.parquet", "row 2: there is no `labels`"),
        ("value_nan.parquet", "row 2: `value`: not a finite number"),
        (
            "label_brotli.parquet",
            "`object_id` is compressed with Brotli; Snappy, Gzip",
        ),
        ("labels_map.parquet", "row 1: `labels`: a map is neither"),
    ] {
        let error = refused(&["consolidate", text(&path(name)), "--out", text(&out)]);
        assert!(
            error.contains(name) && error.contains(part),
            "{part}: {error}"
        );
        assert!(!out.exists(), "{name}");
    }
}
