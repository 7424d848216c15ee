//! Objects that most deserve one more answer: values worked out by hand, and what always holds.

use cairn_algorithms::classification::majority;
use cairn_algorithms::next_answer::{Crowd, Worth, mean_accuracy, mean_confusion, order};
use cairn_algorithms::{Answer, Answers};
use proptest::prelude::*;

fn ordered(posteriors: &[Vec<f64>], crowd: Crowd<'_>) -> Vec<Worth> {
    order(posteriors.iter().map(Vec::as_slice), crowd, usize::MAX).unwrap()
}

fn objects(worth: &[Worth]) -> Vec<u32> {
    worth.iter().map(|one| one.object).collect()
}

#[test]
fn the_least_sure_come_first() {
    let posteriors = [
        vec![0.9, 0.1],
        vec![0.5, 0.5],
        vec![0.99, 0.01],
        vec![0.6, 0.4],
        vec![0.5, 0.5],
    ];
    let worth = ordered(&posteriors, Crowd::Accuracy(0.8));
    assert_eq!(objects(&worth), [1, 4, 3, 0, 2]);
    // From a coin's toss to 0.8; from 0.6 to 0.8·0.6 + 0.8·0.4.
    assert!((worth[0].gain - 0.3).abs() < 1e-12);
    assert!((worth[2].gain - 0.2).abs() < 1e-12);
    // One answer of such a worker cannot change these labels.
    assert_eq!((worth[3].gain, worth[4].gain), (0.0, 0.0));
    assert!(worth[3].information > worth[4].information);
    // ln 2 less the entropy of the answer given the truth.
    let nats = 2f64.ln() + 0.8 * 0.8f64.ln() + 0.2 * 0.2f64.ln();
    assert!((worth[0].information - nats).abs() < 1e-12);
    let two = order(
        posteriors.iter().map(Vec::as_slice),
        Crowd::Accuracy(0.8),
        2,
    )
    .unwrap();
    assert_eq!(objects(&two), [1, 4]);
}

#[test]
fn who_guesses_is_worth_nothing() {
    let posteriors = [vec![0.4, 0.3, 0.3], vec![0.9, 0.1, 0.0]];
    for worth in ordered(&posteriors, Crowd::Accuracy(1.0 / 3.0)) {
        assert!(worth.gain < 1e-12 && worth.information < 1e-9, "{worth:?}");
    }
    assert_eq!(ordered(&[vec![1.0]], Crowd::Accuracy(0.7))[0].gain, 0.0);
    assert!(ordered(&[], Crowd::Accuracy(0.7)).is_empty());
}

#[test]
fn a_confusion_knows_which_labels_can_be_told_apart() {
    // The first two labels are always confused, the third never.
    let rows = [0.5, 0.5, 0.0, 0.5, 0.5, 0.0, 0.0, 0.0, 1.0];
    let worth = ordered(
        &[vec![0.5, 0.5, 0.0], vec![0.5, 0.0, 0.5]],
        Crowd::Confusion(&rows),
    );
    assert_eq!(objects(&worth), [1, 0]);
    assert!((worth[0].gain - 0.5).abs() < 1e-12);
    assert!(worth[1].gain < 1e-12);
}

#[test]
fn the_crowd_is_the_mean_of_its_workers() {
    let list: Vec<Answer> = (0..6)
        .flat_map(|object| {
            (0..3).map(move |worker| Answer {
                object,
                worker,
                label: u32::from(worker == 2 && object < 3),
            })
        })
        .collect();
    let answers = Answers::new(6, 3, 2, &list).unwrap();
    let workers = majority::consolidate(&answers).workers;
    // 15 of 18 are right, and one of two made up.
    assert!((mean_accuracy(&workers) - 16.0 / 20.0).abs() < 1e-12);
    let confusion = mean_confusion(&workers, 2);
    assert!((confusion[0] - 16.0 / 19.25).abs() < 1e-12);
    assert!((confusion[3] - 0.8).abs() < 1e-12);
    assert!((mean_accuracy(&[]) - 0.5).abs() < 1e-12);
}

#[test]
fn what_is_no_probability_is_refused() {
    let error = |posteriors: &[Vec<f64>], crowd: Crowd<'_>| {
        order(posteriors.iter().map(Vec::as_slice), crowd, 9)
            .unwrap_err()
            .to_string()
    };
    let good = vec![0.5, 0.5];
    assert_eq!(
        error(std::slice::from_ref(&good), Crowd::Accuracy(f64::NAN)),
        "the crowd's accuracy is not a number from 0 to 1"
    );
    assert_eq!(
        error(
            std::slice::from_ref(&good),
            Crowd::Confusion(&[1.0, 0.0, 0.2])
        ),
        "the crowd's confusion is not 2 rows of 2 probabilities"
    );
    for bad in [
        vec![0.5],
        vec![f64::NAN, 0.5],
        vec![0.9, 0.9],
        vec![-1.0, 2.0],
    ] {
        assert_eq!(
            error(&[good.clone(), bad], Crowd::Accuracy(0.7)),
            "the posterior of object 1 is not 2 probabilities"
        );
    }
}

proptest! {
    #[test]
    fn an_even_confusion_is_an_accuracy(
        weights in prop::collection::vec(prop::collection::vec(0.01..1.0f64, 3), 1..8),
        accuracy in 0.0..1.0f64,
    ) {
        let posteriors: Vec<Vec<f64>> = weights
            .iter()
            .map(|row| row.iter().map(|weight| weight / row.iter().sum::<f64>()).collect())
            .collect();
        let wrong = (1.0 - accuracy) / 2.0;
        let rows: Vec<f64> = (0..9).map(|at| if at % 4 == 0 { accuracy } else { wrong }).collect();
        let one = ordered(&posteriors, Crowd::Accuracy(accuracy));
        let mut other = ordered(&posteriors, Crowd::Confusion(&rows));
        other.sort_by_key(|worth| worth.object);
        for worth in &one {
            let same = other[worth.object as usize];
            prop_assert!((worth.gain - same.gain).abs() < 1e-9);
            prop_assert!((worth.information - same.information).abs() < 1e-9);
            prop_assert!((0.0..=1.0).contains(&worth.gain) && worth.information >= 0.0);
        }
        prop_assert!(one.windows(2).all(|two| two[0].gain >= two[1].gain - 1e-9));
    }
}
