//! More labels than tables have room for.

use cairn_algorithms::classification::cairn::{self, FitError};
use cairn_algorithms::classification::{
    Consolidation, glad, ground_truth, groups, majority, odds, ordered, weighted_votes,
};
use cairn_algorithms::{Answer, Answers};

/// Three answers an object, every one with a label of its own.
fn apart(rows: u32, labels: usize) -> Answers {
    let answer = |at: u32| Answer {
        object: at / 3,
        worker: at % 50,
        label: at,
    };
    let list: Vec<Answer> = (0..rows).map(answer).collect();
    Answers::new(rows.div_ceil(3) as usize, 50, labels, &list).unwrap()
}

#[test]
fn tables_that_do_not_fit_together_are_an_error_and_not_an_abort() {
    // Posteriors of 6,667 objects alone fit; those of 20,000 pairs of worker and label beside them do not.
    let answers = apart(20_000, 20_000);
    let error = cairn::estimate(&answers).unwrap_err();
    assert!(matches!(error, FitError::TooLarge { .. }), "{error}");
    let errors = [
        ordered::estimate(&answers).err(),
        weighted_votes::estimate(&answers).err(),
        groups::estimate(&answers, groups::GROUPS).err(),
        glad::estimate(&answers).err(),
        odds::estimate(&answers).err(),
    ];
    for error in errors {
        let is_too_large = matches!(error, Some(FitError::TooLarge { .. }));
        assert!(is_too_large, "{error:?}");
    }
}

#[test]
fn plain_methods_take_a_million_labels() {
    let answers = apart(3_000, 1_000_000);
    let first = |result: &Consolidation| {
        let decisions = result.objects.iter().flatten();
        (decisions.zip(0..)).all(|(decision, object)| decision.label == 3 * object)
    };
    let result = majority::consolidate(&answers);
    assert!(first(&result));
    assert_eq!(result.workers[1].confusion.rate(0, 1), Some(1.0));
    let result = ground_truth::consolidate(&answers);
    assert!(first(&result));
    assert!((result.workers[1].accuracy - 1.0 / 3.0).abs() < 1e-3);
}
