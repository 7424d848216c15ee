//! Parquet, our own and that of other writers.

use super::super::{Folder, refused, said, text};

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
