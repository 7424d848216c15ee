//! One mask, run-length coded.

use super::MaskError;

/// In which order a mask's pixels follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Order {
    /// Down each column, columns from left to right, as in the run lengths of COCO.
    #[default]
    Columns,
    /// Along each row, rows from top to bottom, as in a PNG.
    Rows,
}

/// What a mask is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
    /// In which order the pixels follow each other.
    pub order: Order,
}

impl Shape {
    /// How many pixels there are; a mask holds at most `u32::MAX`.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// How many pixels follow each other before the next column or row.
    pub fn line(self) -> u32 {
        match self.order {
            Order::Columns => self.height,
            Order::Rows => self.width,
        }
    }
}

/// Pixels of one class that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Index of the class; 0 is the background.
    pub class: u16,
    /// How many pixels.
    pub length: u32,
}

/// The class of every pixel. Runs are as long as they can be, so that equal masks are equal values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mask {
    shape: Shape,
    /// Class of each run; no two neighbours are the same.
    classes: Vec<u16>,
    /// Where each run ends, in pixels from the start; ascending, the last is the number of pixels.
    ends: Vec<u32>,
}

impl Mask {
    /// Takes runs of (class, length). Runs of length 0 are left out and equal neighbours joined.
    ///
    /// Refused are a shape without pixels or with more than `u32::MAX`, a class that is not below
    /// `classes`, and runs that do not sum to the number of pixels.
    pub fn from_runs(
        shape: Shape,
        classes: usize,
        runs: impl IntoIterator<Item = Run>,
    ) -> Result<Mask, MaskError> {
        let mut builder = Builder::new(shape)?;
        let pixels = shape.pixels();
        let mut sum = 0u64;
        for (at, run) in runs.into_iter().enumerate() {
            if usize::from(run.class) >= classes {
                let class = usize::from(run.class);
                return Err(MaskError::Class { at, class, classes });
            }
            sum += u64::from(run.length);
            if sum <= pixels {
                builder.push(run.class, sum as u32);
            }
        }
        if sum != pixels {
            return Err(MaskError::Sum { sum, pixels });
        }
        Ok(builder.mask)
    }

    /// Takes a binary mask as COCO writes it: lengths of runs down the columns, of background and
    /// foreground (class 1) by turns; the first is background and may be 0.
    pub fn from_binary_rle(width: u32, height: u32, lengths: &[u32]) -> Result<Mask, MaskError> {
        let shape = Shape {
            width,
            height,
            order: Order::Columns,
        };
        let runs = lengths.iter().enumerate().map(|(at, length)| Run {
            class: (at % 2) as u16,
            length: *length,
        });
        Mask::from_runs(shape, 2, runs)
    }

    /// Takes one byte a pixel, the index of its class, as in a palette PNG.
    pub fn from_palette(shape: Shape, classes: usize, bytes: &[u8]) -> Result<Mask, MaskError> {
        let mut builder = Builder::new(shape)?;
        if bytes.len() as u64 != shape.pixels() {
            return Err(MaskError::Sum {
                sum: bytes.len() as u64,
                pixels: shape.pixels(),
            });
        }
        let mut end = 0;
        for same in bytes.chunk_by(|one, other| one == other) {
            let class = usize::from(same[0]);
            if class >= classes {
                let at = end as usize;
                return Err(MaskError::Class { at, class, classes });
            }
            end += same.len() as u32;
            builder.push(u16::from(same[0]), end);
        }
        Ok(builder.mask)
    }

    /// What it is drawn on.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// Its runs, in order; none is empty and no two neighbours have the same class.
    pub fn runs(&self) -> impl Iterator<Item = Run> + '_ {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let runs = self.classes.iter().zip(&self.ends).zip(starts);
        runs.map(|((class, end), start)| Run {
            class: *class,
            length: end - start,
        })
    }

    /// How many runs there are.
    pub fn run_count(&self) -> usize {
        self.ends.len()
    }

    /// Run lengths as [`Mask::from_binary_rle`] takes them; every class but 0 is foreground. Lengths
    /// follow the mask's own order: turn it to [`Order::Columns`] first where COCO's is wanted.
    pub fn to_binary_rle(&self) -> Vec<u32> {
        let mut lengths = vec![0];
        let mut is_foreground = false;
        for run in self.runs() {
            if (run.class != 0) != is_foreground {
                is_foreground = !is_foreground;
                lengths.push(0);
            }
            let last = lengths.len() - 1;
            lengths[last] += run.length;
        }
        lengths
    }

    /// Pixels of each class, `classes` of them; classes beyond are left out.
    pub fn areas(&self, classes: usize) -> Vec<u64> {
        let mut areas = vec![0; classes];
        for run in self.runs() {
            if let Some(area) = areas.get_mut(usize::from(run.class)) {
                *area += u64::from(run.length);
            }
        }
        areas
    }

    /// One byte a pixel, in the mask's own order: turn it to [`Order::Rows`] first for a PNG. Refused
    /// is a mask with a class above 255.
    pub fn to_palette(&self) -> Result<Vec<u8>, MaskError> {
        let mut bytes = Vec::with_capacity(self.shape.pixels() as usize);
        for (at, run) in self.runs().enumerate() {
            let class = u8::try_from(run.class).map_err(|_| MaskError::Class {
                at,
                class: usize::from(run.class),
                classes: 256,
            })?;
            bytes.resize(bytes.len() + run.length as usize, class);
        }
        Ok(bytes)
    }

    /// The same mask with its pixels in another order. Takes some bytes of memory a line and a run.
    pub fn in_order(&self, order: Order) -> Mask {
        if order == self.shape.order {
            return self.clone();
        }
        let line = self.shape.line();
        let shape = Shape {
            order,
            ..self.shape
        };
        // Of each line, the run that its next pixel is in.
        let mut runs: Vec<usize> = Vec::with_capacity(shape.line() as usize);
        let mut run = 0;
        for number in 0..shape.line() {
            while self.ends[run] <= number * line {
                run += 1;
            }
            runs.push(run);
        }
        let mut builder = Builder::of_checked(shape);
        let mut end = 0;
        for across in 0..line {
            let mut class = self.classes[runs[0]];
            for (number, run) in (0..).zip(&mut runs) {
                let of_pixel = self.classes[*run];
                if of_pixel != class {
                    builder.push(class, end);
                    class = of_pixel;
                }
                end += 1;
                // Past the last pixel of the image no run is left, and none is looked at again.
                let at: u32 = number * line + across;
                if self.ends[*run] == at + 1 && *run + 1 < self.ends.len() {
                    *run += 1;
                }
            }
            builder.push(class, end);
        }
        builder.finish()
    }

    pub(super) fn classes(&self) -> &[u16] {
        &self.classes
    }

    pub(super) fn ends(&self) -> &[u32] {
        &self.ends
    }
}

/// Writes a mask run by run, joining what is the same.
pub(super) struct Builder {
    mask: Mask,
}

impl Builder {
    /// Checks the shape.
    pub(super) fn new(shape: Shape) -> Result<Builder, MaskError> {
        if shape.pixels() == 0 || shape.pixels() > u64::from(u32::MAX) {
            let Shape { width, height, .. } = shape;
            return Err(MaskError::Size { width, height });
        }
        Ok(Builder::of_checked(shape))
    }

    /// For a shape that a mask already has.
    pub(super) fn of_checked(shape: Shape) -> Builder {
        Builder {
            mask: Mask {
                shape,
                classes: Vec::new(),
                ends: Vec::new(),
            },
        }
    }

    /// All pixels up to `end` that have no class yet get this one.
    pub(super) fn push(&mut self, class: u16, end: u32) {
        let mask = &mut self.mask;
        let last = mask.ends.last().copied().unwrap_or(0);
        if end <= last {
            return;
        }
        if mask.classes.last() == Some(&class) {
            let at = mask.ends.len() - 1;
            mask.ends[at] = end;
        } else {
            mask.classes.push(class);
            mask.ends.push(end);
        }
    }

    /// The mask; the caller has pushed up to its last pixel.
    pub(super) fn finish(self) -> Mask {
        self.mask
    }
}
