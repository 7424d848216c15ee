//! The picture that a segmentation element answers with, as runs of classes.
//!
//! A pixel has the label whose colour it has. What is transparent is background, and so is the one
//! colour that no label has, which is white in the pictures that Ground Truth writes; were there a
//! second one, a label would be missing. Instances of one label are one class.

use std::io::Cursor;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use cairn_algorithms::masks::{CLASSES_MAX, Mask, Order, Run, Shape};
use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Pixels that a picture may have.
const PIXELS_MAX: u64 = 1 << 26;
/// What the class of pixels without a label is called.
const BACKGROUND: &str = "background";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Segmented {
    labeled_image: LabeledImage,
    input_image_properties: Option<Size>,
    /// By label.
    label_mappings: Option<Map<String, Value>>,
    instances: Option<Vec<Instance>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LabeledImage {
    png_image_data: String,
}

#[derive(Deserialize)]
struct Size {
    width: u32,
    height: u32,
}

#[derive(Deserialize)]
struct Instance {
    color: String,
    label: String,
}

/// Red, green and blue.
type Colour = [u8; 3];

/// Labels from class 1 on, and the class of each colour.
#[derive(Default)]
struct Palette {
    labels: Vec<String>,
    classes: Vec<(Colour, u16)>,
}

/// The members `width`, `height` and `runs` of an answer that has a labeled image.
pub(super) fn members(answer: &Value) -> anyhow::Result<Vec<(&'static str, Value)>> {
    let segmented = Segmented::deserialize(answer)?;
    let palette = segmented.palette()?;
    let text = segmented.labeled_image.png_image_data;
    let text = text.trim_start_matches("data:image/png;base64,");
    let bytes = STANDARD.decode(text);
    let mask = mask(&bytes.context("`pngImageData` is not base64")?, &palette)
        .context("`pngImageData`")?;
    let Shape { width, height, .. } = mask.shape();
    if let Some(image) = segmented.input_image_properties
        && (image.width, image.height) != (width, height)
    {
        bail!(
            "`pngImageData` has {width} × {height} pixels, the image {} × {}",
            image.width,
            image.height
        );
    }
    let name = |class: u16| match class {
        0 => BACKGROUND,
        class => palette.labels[usize::from(class) - 1].as_str(),
    };
    let mask = mask.in_order(Order::Columns);
    let runs = mask.runs().map(|run| json!([name(run.class), run.length]));
    Ok(vec![
        ("width", width.into()),
        ("height", height.into()),
        ("runs", runs.collect()),
    ])
}

impl Segmented {
    fn palette(&self) -> anyhow::Result<Palette> {
        let mut palette = Palette::default();
        for (label, mapping) in self.label_mappings.iter().flatten() {
            let colour = mapping.get("color").and_then(Value::as_str);
            let colour =
                colour.with_context(|| format!("`labelMappings`: no color of `{label}`"))?;
            palette.add(label, colour).context("`labelMappings`")?;
        }
        for instance in self.instances.iter().flatten() {
            let added = palette.add(&instance.label, &instance.color);
            added.context("`instances`")?;
        }
        Ok(palette)
    }
}

impl Palette {
    fn add(&mut self, label: &str, colour: &str) -> anyhow::Result<()> {
        let known = self.labels.iter().position(|known| known == label);
        let at = known.unwrap_or_else(|| {
            self.labels.push(label.to_owned());
            self.labels.len() - 1
        });
        if self.labels.len() >= CLASSES_MAX {
            bail!("there are more than {} labels", CLASSES_MAX - 1);
        }
        let class = at as u16 + 1;
        let rgb = rgb(colour).with_context(|| format!("`{colour}` is not a color as #2ca02c"))?;
        match self.classes.binary_search_by_key(&rgb, |(rgb, _)| *rgb) {
            Ok(at) if self.classes[at].1 != class => {
                bail!("`{label}` has the color {colour} of another label")
            }
            Ok(_) => {}
            Err(at) => self.classes.insert(at, (rgb, class)),
        }
        Ok(())
    }

    fn class(&self, colour: Colour) -> Option<u16> {
        let at = self.classes.binary_search_by_key(&colour, |(rgb, _)| *rgb);
        at.ok().map(|at| self.classes[at].1)
    }
}

fn rgb(text: &str) -> Option<Colour> {
    let bytes = hex::decode(text.strip_prefix('#')?).ok()?;
    bytes.try_into().ok()
}

fn mask(bytes: &[u8], palette: &Palette) -> anyhow::Result<Mask> {
    let mut decoder = png::Decoder::new(Cursor::new(bytes));
    // Palettes become colours, and all depths one byte.
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().context("not a PNG, or damaged")?;
    let (width, height) = (reader.info().width, reader.info().height);
    if u64::from(width) * u64::from(height) > PIXELS_MAX {
        bail!("{width} × {height} pixels, at most {PIXELS_MAX} are allowed");
    }
    let size = reader.output_buffer_size();
    let mut pixels = vec![0; size.context("more bytes than can be held")?];
    let frame = reader.next_frame(&mut pixels).context("a damaged PNG")?;
    let samples = frame.color_type.samples();
    let mut runs = Vec::new();
    let mut background = None;
    let pixels = pixels[..frame.buffer_size()].chunks_exact(samples);
    let mut pixels = pixels.peekable();
    while let Some(pixel) = pixels.next() {
        let mut length = 1;
        while pixels.next_if_eq(&pixel).is_some() {
            length += 1;
        }
        let (colour, is_transparent) = match *pixel {
            [grey] => ([grey; 3], false),
            [grey, alpha] => ([grey; 3], alpha == 0),
            [red, green, blue] => ([red, green, blue], false),
            [red, green, blue, alpha] => ([red, green, blue], alpha == 0),
            _ => bail!("{samples} samples a pixel"),
        };
        let class = match palette.class(colour) {
            _ if is_transparent => 0,
            Some(class) => class,
            None if *background.get_or_insert(colour) == colour => 0,
            None => bail!(
                "no label has the color #{}, nor #{}: only one color can be the background",
                hex::encode(background.unwrap_or(colour)),
                hex::encode(colour)
            ),
        };
        runs.push(Run { class, length });
    }
    let shape = Shape {
        width,
        height,
        order: Order::Rows,
    };
    Ok(Mask::from_runs(shape, CLASSES_MAX, runs)?)
}
