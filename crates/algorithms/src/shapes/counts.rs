//! What each worker met and drew, as it adds up over objects.

use super::ShapeSkill;

/// Of one worker.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub answers: u32,
    pub shapes: u32,
    /// Things expected in the objects the worker answered.
    pub there: f64,
    /// Things expected among the worker's shapes.
    pub drawn: f64,
    /// Of the labels of shapes that were kept, how many there are, and how many are the label concluded.
    pub named: u32,
    pub named_right: u32,
}

impl Counts {
    /// The skill, without what is estimated beside it.
    pub(crate) fn skill(&self) -> ShapeSkill {
        let shapes = f64::from(self.shapes);
        ShapeSkill {
            answers: self.answers,
            shapes: self.shapes,
            miss_rate: share(self.there - self.drawn, self.there),
            false_alarm_rate: share(shapes - self.drawn, shapes),
            label_accuracy: share(f64::from(self.named_right), f64::from(self.named)),
            bias: Vec::new(),
            noise: 0.0,
        }
    }
}

fn share(part: f64, of: f64) -> f64 {
    if of > 0.0 {
        (part / of).clamp(0.0, 1.0)
    } else {
        0.0
    }
}
