//! Folders of worker responses.

use base64::Engine;
use serde_json::{Value, json};

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

/// Writes the answers to object 0 of one element, by workers a, b and so on, and gives the folder.
fn answered(folder: &Folder, element: &str, answers: &[Value]) -> std::path::PathBuf {
    let answers = answers.iter().zip('a'..).map(|(answer, worker)| {
        json!({"answerContent": {element: answer}, "submissionTime": "2019-04-18T16:10:44Z", "workerId": worker.to_string()})
    });
    let content = json!({"answers": answers.collect::<Vec<Value>>()}).to_string();
    folder.write("job/worker-response/iteration-1/0/1.json", content);
    folder.path("job")
}

/// A picture of so many pixels across, in base64.
fn png(width: u32, color: png::ColorType, palette: &[u8], pixels: &[u8]) -> String {
    let samples = color.samples() as u32;
    let mut bytes = Vec::new();
    let height = pixels.len() as u32 / samples / width;
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(color);
    encoder.set_depth(png::BitDepth::Eight);
    if !palette.is_empty() {
        encoder.set_palette(palette.to_vec());
    }
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(pixels).unwrap();
    writer.finish().unwrap();
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

const RED: [u8; 4] = [255, 0, 0, 255];
const CLEAR: [u8; 4] = [0; 4];

#[test]
fn masks_are_read_from_pictures_of_any_colours() {
    let folder = Folder::new();
    let out = folder.path("labels.jsonl");
    // Three across and two down: red on the left of both rows, blue at the top right.
    let rgba = [RED, CLEAR, [0, 0, 255, 255], RED, CLEAR, CLEAR].concat();
    let rgb = [
        [255, 0, 0],
        [255; 3],
        [0, 0, 255],
        [255, 0, 0],
        [255; 3],
        [255; 3],
    ]
    .concat();
    let palette = [9, 9, 9, 255, 255, 0, 0, 255, 0];
    let colours = |cat: &str, dog: &str| json!({"cat": {"color": cat}, "dog": {"color": dog}});
    let image = |text: String| json!({"pngImageData": text});
    let semantic = [
        json!({"inputImageProperties": {"width": 3, "height": 2}, "labelMappings": colours("#ff0000", "#0000ff"),
            "labeledImage": image(png(3, png::ColorType::Rgba, &[], &rgba))}),
        json!({"labelMappings": colours("#ff0000", "#0000FF"), "labeledImage": image(png(3, png::ColorType::Rgb, &[], &rgb))}),
        // Another worker's colours, in a palette.
        json!({"labelMappings": colours("#ffff00", "#00ff00"),
            "labeledImage": image(png(3, png::ColorType::Indexed, &palette, &[1, 0, 2, 1, 0, 0]))}),
    ];
    let expected = json!([["cat", 2], ["background", 2], ["dog", 1], ["background", 1]]);
    let root = answered(&folder, "crowd-semantic-segmentation", &semantic);
    let printed = said(&["consolidate", text(&root), "--out", text(&out)]);
    assert!(printed.contains("IoU 1.000"), "{printed}");
    let found = &lines(&out)[0];
    assert_eq!((&found["width"], &found["height"]), (&3.into(), &2.into()));
    assert_eq!((&found["runs"], &found["answers"]), (&expected, &3.into()));
    let instances = [json!({
        "instances": [{"color": "#ff0000", "label": "cat"}, {"color": "#0000ff", "label": "cat"}],
        "labeledImage": image(png(3, png::ColorType::Rgba, &[], &rgba)),
    })];
    let root = answered(&folder, "crowd-instance-segmentation", &instances);
    said(&["consolidate", text(&root), "--out", text(&out)]);
    let expected = json!([["cat", 2], ["background", 2], ["cat", 1], ["background", 1]]);
    assert_eq!(lines(&out)[0]["runs"], expected);
}

#[test]
fn a_bad_picture_is_refused_by_file_worker_and_object() {
    let folder = Folder::new();
    let out = folder.path("labels.jsonl");
    let check = |pictures: &[String], more: Value, parts: &[&str]| {
        let answers = pictures.iter().map(|picture| {
            let mut answer = json!({"labelMappings": {"cat": {"color": "#ff0000"}}, "labeledImage": {"pngImageData": picture}});
            for (name, value) in more.as_object().unwrap() {
                answer[name] = value.clone();
            }
            answer
        });
        let root = answered(&folder, "seg", &answers.collect::<Vec<Value>>());
        let error = refused(&["consolidate", text(&root), "--out", text(&out)]);
        for part in [&["iteration-1/0/1.json"], parts].concat() {
            assert!(error.contains(part), "{part}: {error}");
        }
        assert!(!out.exists());
    };
    let none = || json!({});
    let of =
        |width: u32, pixels: &[[u8; 4]]| png(width, png::ColorType::Rgba, &[], &pixels.concat());
    let good = of(2, &[RED, CLEAR]);
    let who = "`seg` of worker a to object 0";
    check(&["?".to_owned()], none(), &[who, "not base64"]);
    check(&["aGVsbG8=".to_owned()], none(), &[who, "not a PNG"]);
    check(&[good[..60].to_owned()], none(), &[who, "PNG"]);
    check(
        &[good.clone(), of(1, &[RED, CLEAR])],
        none(),
        &["worker `b` to `0` has 1 × 2 pixels, that of its first answer 2 × 1"],
    );
    check(
        std::slice::from_ref(&good),
        json!({"inputImageProperties": {"width": 9, "height": 1}}),
        &[who, "2 × 1 pixels, the image 9 × 1"],
    );
    check(
        &[of(2, &[[1, 2, 3, 255], [255; 4]])],
        none(),
        &[who, "no label has the color #010203, nor #ffffff"],
    );
    let mapped = |color: &str| json!({"labelMappings": {"cat": {"color": color}, "dog": {"color": "#ff0000"}}});
    check(
        std::slice::from_ref(&good),
        mapped("red"),
        &[who, "`red` is not a color"],
    );
    check(
        &[good],
        mapped("#FF0000"),
        &[who, "the color #ff0000 of another label"],
    );
}

#[test]
fn lines_and_polylines_are_read_as_columns_of_their_names_are() {
    let folder = Folder::new();
    let out = folder.path("labels.jsonl");
    for element in ["line", "polyline"] {
        let member = format!("{element}s");
        let shapes = json!([{"label": "mast", "vertices": [{"x": 2, "y": 3}, {"x": 60, "y": 7}]}]);
        let answer = json!({&member: shapes, "inputImageProperties": {"width": 90, "height": 50}});
        let root = answered(
            &folder,
            &format!("crowd-{element}"),
            &[answer.clone(), answer],
        );
        said(&["consolidate", text(&root), "--out", text(&out)]);
        let found = &lines(&out)[0];
        assert_eq!(found[&member][0]["vertices"], shapes[0]["vertices"]);
        assert_eq!(found["width"], 90);
    }
}
