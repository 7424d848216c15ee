//! How far the texts of different workers agree.
//!
//! - Model: none; two texts are alike as far as they share runs of one to four words, or of characters
//!   where a language writes without spaces: the similarity by which [`crate::text`] consolidates.
//! - Steps: the similarity of two answers to an object; the mean over pairs of answers, then over
//!   objects with at least two answers. And the share of pairs that are the same text but for white
//!   space and capitals.
//! - Source: the similarity is GLEU, Wu et al., "Google's neural machine translation system", 2016.
//! - Complexity: O(n²) similarities for n answers of an object, each in the time of its words.
//! - Ties: there are none to break. Two empty texts are alike.
//! - Single answers: an object with one answer does not count. Missing workers: nor do they.

use super::mean_of_pairs;
use crate::answers::AnswersError;
use crate::text::{Batch, TextAnswer, Units};

/// Agreement of a set of texts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TextAgreement {
    /// Mean similarity of two answers, in 0..=1.
    pub similarity: f64,
    /// Share of pairs that are the same words in the same order.
    pub same: f64,
    /// Objects with at least two answers.
    pub objects: usize,
}

/// Measures the agreement; none where no object has two answers.
pub fn agreement(
    objects: usize,
    workers: usize,
    answers: &[TextAnswer<'_>],
    units: Units,
) -> Result<Option<TextAgreement>, AnswersError> {
    let batch = Batch::new(objects, workers, answers, units)?;
    let texts = || (0..objects).map(|object| batch.of(object).iter().collect::<Vec<_>>());
    let similarity = mean_of_pairs(texts(), |one, other| one.similarity(other));
    let same = mean_of_pairs(texts(), |one, other| {
        let words = one.words.iter().map(|word| &word.key);
        let is_same = words.eq(other.words.iter().map(|word| &word.key));
        f64::from(u8::from(is_same))
    });
    Ok(similarity
        .zip(same)
        .map(|((similarity, objects), (same, _))| TextAgreement {
            similarity,
            same,
            objects,
        }))
}
