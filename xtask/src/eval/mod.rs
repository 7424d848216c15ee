//! `cargo xtask eval`: consolidation on answers with gold truth, beside what other programs reached on the same sets.
//!
//! The sets lie outside the repository (`CAIRN_SHARED`). One fixed default runs on all of them. To add a kind of
//! answer, add a file beside `classification.rs` and a line in [`Kind`] and [`Kind::run`].

mod anchors;
mod boxes;
mod classification;
mod figure;
mod interval;
mod masks;
mod methods;
mod multi_label;
mod numbers;
mod ordered;
mod rankings;
mod redundancy;
mod score;
mod sets;
mod shapes;
mod simulate;
mod spans;
mod text;

use std::path::Path;

use anyhow::{Result, ensure};
use clap::ValueEnum;

use crate::workspace;
use figure::Figure;

/// What to evaluate.
#[derive(clap::Args)]
pub struct Arguments {
    /// Kinds of answers; all of them when none is named
    #[arg(value_enum)]
    kinds: Vec<Kind>,

    /// Runs crowd-kit, installed from PyPI, beside ours where it has a method for the kind; that takes minutes
    #[arg(long)]
    peers: bool,

    /// An error when a figure that is required is not reached
    #[arg(long)]
    strict: bool,
}

/// A kind of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// One label an object
    Classification,
    /// Bounding boxes
    Boxes,
    /// Bounding boxes, rotated boxes, polygons, keypoints, lines and polylines, simulated
    Shapes,
    /// Other methods for one label an object
    Methods,
    /// Several labels an object
    MultiLabel,
    /// One number an object
    Numbers,
    /// One label an object, labels with an order
    Ordered,
    /// Items in order
    Rankings,
    /// A class a pixel
    Masks,
    /// Labeled ranges of a text
    Spans,
    /// Fewer answers an object, where its label is sure
    Redundancy,
    /// Free texts
    Text,
}

impl Kind {
    /// Evaluates it on the sets in `folder`, prints what belongs to it, and gives what is required.
    fn run(self, folder: &Path, peers: bool) -> Result<Vec<Figure>> {
        match self {
            Kind::Classification => classification::run(&folder.join("classification"), peers),
            Kind::Boxes => boxes::run(&folder.join("boxes")),
            Kind::Shapes => shapes::run(),
            Kind::Methods => methods::run(&folder.join("classification")),
            Kind::MultiLabel => multi_label::run(&folder.join("classification")),
            Kind::Numbers => numbers::run(),
            Kind::Ordered => ordered::run(&folder.join("classification")),
            Kind::Rankings => rankings::run(),
            Kind::Masks => masks::run(&folder.join("segmentation")),
            Kind::Spans => spans::run(&folder.join("ner")),
            Kind::Redundancy => redundancy::run(&folder.join("classification")),
            Kind::Text => text::run(&folder.join("text")),
        }
    }
}

/// Evaluates, and prints Markdown tables.
pub fn run(arguments: &Arguments) -> Result<()> {
    let folder = workspace::shared().join("data/consolidation");
    let kinds = match arguments.kinds.as_slice() {
        [] => Kind::value_variants(),
        named => named,
    };
    let mut figures = Vec::new();
    for kind in kinds {
        println!(
            "\n## {}\n",
            kind.to_possible_value()
                .map_or_else(String::new, |name| name.get_name().to_owned())
        );
        figures.extend(kind.run(&folder, arguments.peers)?);
    }
    println!("\n| what | reached | required | |\n|---|---|---|---|");
    for figure in &figures {
        println!("{figure}");
    }
    let missed = figures.iter().filter(|figure| !figure.is_met()).count();
    ensure!(
        !arguments.strict || missed == 0,
        "{missed} figures were not reached"
    );
    Ok(())
}
