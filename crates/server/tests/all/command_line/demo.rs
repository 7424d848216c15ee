//! `cairn demo`: to the end, and again.

use super::{Folder, said, text, value};

#[test]
fn the_demo_labels_all_but_a_few_and_goes_on_where_it_was() {
    let folder = Folder::new();
    let data = folder.path("demo");
    let arguments = [
        "demo",
        "--data",
        text(&data),
        "--listen",
        "127.0.0.1:0",
        "--no-wait",
        "--leave",
        "3",
    ];
    let first = said(&arguments);
    for part in [
        "demo-texts",
        "demo-pictures",
        "skill found",
        "Fritz",
        "label-metadata",
        "3 objects of each",
    ] {
        assert!(first.contains(part), "{part} in {first}");
    }
    let row = first
        .lines()
        .find(|line| line.starts_with("demo-texts"))
        .unwrap();
    let labeled: usize = row.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert_eq!(labeled, 61, "{row}");
    let again = said(&arguments);
    assert_eq!(value(&first, "password"), value(&again, "password"));
    let row_again = again
        .lines()
        .find(|line| line.starts_with("demo-texts"))
        .unwrap();
    assert_eq!(row, row_again, "nothing was answered twice");
}
