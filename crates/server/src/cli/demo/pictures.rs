//! The demo's pictures: one shape each, drawn here, with enough noise to make people err.

use super::random::Random;

/// The shapes, in the order of the label category file.
pub(super) const SHAPES: [&str; 4] = ["Circle", "Square", "Triangle", "Star"];
/// How many pictures there are.
pub(super) const PICTURES: usize = 64;

const WIDTH: u32 = 400;
const HEIGHT: u32 = 300;
/// Points sampled along each axis of a pixel, for smooth edges.
const SAMPLES: u32 = 3;

/// Colours of shapes and of grounds: far enough apart to see.
const COLOURS: [[u8; 3]; 8] = [
    [196, 78, 58],
    [58, 110, 165],
    [86, 130, 72],
    [150, 98, 160],
    [205, 150, 60],
    [72, 140, 140],
    [120, 84, 60],
    [70, 70, 110],
];
const GROUNDS: [[u8; 3]; 4] = [
    [240, 236, 228],
    [226, 230, 224],
    [232, 226, 236],
    [224, 230, 238],
];

/// The shape of picture `number`, as an index into [`SHAPES`].
pub(super) fn shape(number: usize) -> usize {
    // Mixed, so that neighbours in the queue differ.
    (number * 7 + number / 4) % SHAPES.len()
}

/// Picture `number` as a PNG file.
pub(super) fn picture(number: usize) -> anyhow::Result<Vec<u8>> {
    let mut random = Random::new(0x5eed_0000 + number as u64);
    let outline = Outline {
        shape: shape(number),
        x: random.between(0.3, 0.7) * f64::from(WIDTH),
        y: random.between(0.35, 0.65) * f64::from(HEIGHT),
        radius: random.between(0.14, 0.34) * f64::from(HEIGHT),
        turn: random.between(-0.5, 0.5),
    };
    let colour = COLOURS[random.below(COLOURS.len())];
    let ground = GROUNDS[random.below(GROUNDS.len())];
    let noise = random.between(2.0, 26.0);
    let mut pixels = Vec::with_capacity((WIDTH * HEIGHT * 3) as usize);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let covered = outline.coverage(x, y);
            let speck = random.between(-noise, noise);
            for channel in 0..3 {
                let (over, under) = (f64::from(colour[channel]), f64::from(ground[channel]));
                let value = over * covered + under * (1.0 - covered) + speck;
                pixels.push(value.clamp(0.0, 255.0) as u8);
            }
        }
    }
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.write_header()?.write_image_data(&pixels)?;
    Ok(file)
}

struct Outline {
    shape: usize,
    x: f64,
    y: f64,
    radius: f64,
    turn: f64,
}

impl Outline {
    /// The share of a pixel that lies inside, 0 to 1.
    fn coverage(&self, x: u32, y: u32) -> f64 {
        let (dx, dy) = (f64::from(x) + 0.5 - self.x, f64::from(y) + 0.5 - self.y);
        let distance = dx.hypot(dy);
        if distance > self.radius + 1.0 {
            return 0.0;
        }
        let mut inside = 0;
        for sample in 0..SAMPLES * SAMPLES {
            let step = |index: u32| (f64::from(index) + 0.5) / f64::from(SAMPLES) - 0.5;
            let (sx, sy) = (step(sample % SAMPLES), step(sample / SAMPLES));
            inside += u32::from(self.holds(dx + sx, dy + sy));
        }
        f64::from(inside) / f64::from(SAMPLES * SAMPLES)
    }

    /// Whether the point, measured from the middle, lies inside.
    fn holds(&self, dx: f64, dy: f64) -> bool {
        let distance = dx.hypot(dy) / self.radius;
        let angle = dy.atan2(dx) - self.turn + std::f64::consts::FRAC_PI_2;
        match SHAPES[self.shape] {
            "Circle" => distance <= 0.88,
            "Square" => distance <= polygon(angle, 4),
            "Triangle" => distance <= polygon(angle, 3),
            _ => distance <= star(angle),
        }
    }
}

/// Distance of the edge of a regular polygon with its corners at distance 1.
fn polygon(angle: f64, corners: u32) -> f64 {
    let slice = std::f64::consts::TAU / f64::from(corners);
    let within = angle.rem_euclid(slice) - slice / 2.0;
    (slice / 2.0).cos() / within.cos()
}

/// Distance of the edge of a five-pointed star with its points at distance 1.
fn star(angle: f64) -> f64 {
    const INNER: f64 = 0.42;
    let slice = std::f64::consts::TAU / 5.0;
    let within = (angle.rem_euclid(slice) - slice / 2.0).abs();
    let (half_sin, half_cos) = (slice / 2.0).sin_cos();
    // Where the ray meets the edge from the inner corner, in the middle of the slice, to the point at
    // its end.
    let (x, y) = (half_cos - INNER, half_sin);
    INNER * y / (within.cos() * y - within.sin() * x)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_drawn_as_often_and_is_a_png() {
        let mut count = [0; SHAPES.len()];
        for number in 0..PICTURES {
            count[shape(number)] += 1;
        }
        assert!(
            count.iter().all(|count| *count == PICTURES / SHAPES.len()),
            "{count:?}"
        );
        for number in 0..4 {
            let file = picture(number).unwrap();
            let read = image::load_from_memory(&file).unwrap();
            assert_eq!((read.width(), read.height()), (WIDTH, HEIGHT));
            assert_eq!(file, picture(number).unwrap(), "the same every time");
        }
    }

    #[test]
    fn edges_lie_where_geometry_puts_them() {
        let near = |left: f64, right: f64| (left - right).abs() < 1e-9;
        assert!(
            near(polygon(0.0, 4), 1.0)
                && near(polygon(std::f64::consts::FRAC_PI_4, 4), 0.5_f64.sqrt())
        );
        assert!(near(star(0.0), 1.0) && near(star(std::f64::consts::TAU / 10.0), 0.42));
    }
}
