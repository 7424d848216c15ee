//! The life of a labeling job: its states, its counters, when it stops by itself, and how many
//! objects it may put before workers.

use std::fmt;

/// State of a job, by its wire name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum JobStatus {
    /// Its manifest is being read.
    Initializing,
    /// Its objects are being labeled.
    InProgress,
    /// It was told to stop, or a condition was met; what is answered is still being written.
    Stopping,
    /// It was stopped. Final.
    Stopped,
    /// Every object has an outcome. Final.
    Completed,
    /// It cannot go on. Final.
    Failed,
}

impl JobStatus {
    /// All states.
    pub const ALL: [JobStatus; 6] = [
        JobStatus::Initializing,
        JobStatus::InProgress,
        JobStatus::Stopping,
        JobStatus::Stopped,
        JobStatus::Completed,
        JobStatus::Failed,
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        match self {
            JobStatus::Initializing => "Initializing",
            JobStatus::InProgress => "InProgress",
            JobStatus::Stopping => "Stopping",
            JobStatus::Stopped => "Stopped",
            JobStatus::Completed => "Completed",
            JobStatus::Failed => "Failed",
        }
    }

    /// The state of a wire name.
    pub fn from_name(name: &str) -> Option<JobStatus> {
        JobStatus::ALL
            .into_iter()
            .find(|status| status.name() == name)
    }

    /// Whether the job is over.
    pub fn is_final(self) -> bool {
        self.next().is_empty()
    }

    /// The states that may follow.
    pub fn next(self) -> &'static [JobStatus] {
        match self {
            JobStatus::Initializing => &[
                JobStatus::InProgress,
                JobStatus::Stopping,
                JobStatus::Failed,
            ],
            JobStatus::InProgress => {
                &[JobStatus::Stopping, JobStatus::Completed, JobStatus::Failed]
            }
            JobStatus::Stopping => &[JobStatus::Stopped, JobStatus::Failed],
            JobStatus::Stopped | JobStatus::Completed | JobStatus::Failed => &[],
        }
    }

    /// Whether `next` may follow.
    pub fn can_become(self, next: JobStatus) -> bool {
        self.next().contains(&next)
    }
}

impl fmt::Display for JobStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How far a job is, in objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Progress {
    /// Lines of the input manifest.
    pub total: u64,
    /// Lines that were labeled before the job, by the same attribute. They count as labeled by
    /// people, but not towards the job's own limit on that.
    pub labeled_before: u64,
    /// Labeled by people in this job.
    pub human_labeled: u64,
    /// Labeled by a model in this job.
    pub machine_labeled: u64,
    /// Given up.
    pub failed: u64,
    /// Put before workers and without an outcome yet.
    pub in_flight: u64,
    /// Those of them that still wait for answers; the others wait for their consolidation.
    pub unanswered: u64,
}

/// `LabelCounters` of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LabelCounters {
    /// Human and machine together.
    pub total_labeled: u64,
    /// Labeled by people.
    pub human_labeled: u64,
    /// Labeled by a model.
    pub machine_labeled: u64,
    /// Given up.
    pub failed_non_retryable_error: u64,
    /// Without an outcome. With the others it adds up to the manifest's lines.
    pub unlabeled: u64,
}

impl Progress {
    /// Objects with a label.
    pub fn labeled(&self) -> u64 {
        self.labeled_before + self.human_labeled + self.machine_labeled
    }

    /// Objects without an outcome, in flight or not.
    pub fn open(&self) -> u64 {
        self.total.saturating_sub(self.labeled() + self.failed)
    }

    /// Whether every object has its outcome.
    pub fn is_complete(&self) -> bool {
        self.open() == 0
    }

    /// The counters of the API.
    pub fn label_counters(&self) -> LabelCounters {
        LabelCounters {
            total_labeled: self.labeled(),
            human_labeled: self.labeled_before + self.human_labeled,
            machine_labeled: self.machine_labeled,
            failed_non_retryable_error: self.failed,
            unlabeled: self.open(),
        }
    }
}

/// When a job stops by itself. Any condition met is enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct StoppingConditions {
    /// `MaxHumanLabeledObjectCount`.
    pub human_labeled_max: Option<u64>,
    /// `MaxPercentageOfInputDatasetLabeled`, 1 to 100.
    pub percentage_max: Option<u32>,
}

/// A stopping condition, by its wire name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StoppingCondition {
    /// `MaxHumanLabeledObjectCount`.
    HumanLabeled,
    /// `MaxPercentageOfInputDatasetLabeled`.
    Percentage,
}

impl StoppingCondition {
    /// The wire name.
    pub fn name(self) -> &'static str {
        match self {
            StoppingCondition::HumanLabeled => "MaxHumanLabeledObjectCount",
            StoppingCondition::Percentage => "MaxPercentageOfInputDatasetLabeled",
        }
    }
}

impl StoppingConditions {
    /// How many objects must have a label for the percentage to be reached.
    fn labeled_max(&self, total: u64) -> Option<u64> {
        let percentage = u128::from(self.percentage_max?);
        Some((u128::from(total) * percentage).div_ceil(100) as u64)
    }

    /// The condition that is met, if one is. A job that has nothing left to do is complete rather
    /// than stopped: ask [`Progress::is_complete`] first.
    pub fn met(&self, progress: &Progress) -> Option<StoppingCondition> {
        if self
            .human_labeled_max
            .is_some_and(|most| progress.human_labeled >= most)
        {
            return Some(StoppingCondition::HumanLabeled);
        }
        let most = self.labeled_max(progress.total);
        if most.is_some_and(|most| progress.labeled() >= most) {
            return Some(StoppingCondition::Percentage);
        }
        None
    }
}

/// Objects beyond `MaxConcurrentTaskCount` that may wait for their consolidation before no more are
/// put before workers.
const SETTLING_MAX: u64 = 5_000;

/// How many more objects may be put before workers now, so that no more than `concurrent_max` wait for
/// answers and no condition is overshot even if every one of them gets a label.
pub fn allowance(progress: &Progress, conditions: &StoppingConditions, concurrent_max: u64) -> u64 {
    let in_flight = progress.in_flight;
    let not_dispatched = progress.open().saturating_sub(in_flight);
    let concurrent = concurrent_max.saturating_sub(progress.unanswered.min(in_flight));
    let settling = (concurrent_max + SETTLING_MAX).saturating_sub(in_flight);
    let human = conditions.human_labeled_max.map_or(u64::MAX, |most| {
        most.saturating_sub(progress.human_labeled + in_flight)
    });
    let percentage = conditions
        .labeled_max(progress.total)
        .map_or(u64::MAX, |most| {
            most.saturating_sub(progress.labeled() + in_flight)
        });
    not_dispatched
        .min(concurrent)
        .min(settling)
        .min(human)
        .min(percentage)
}

/// How many objects the first iteration has, if more may be in flight than that.
const FIRST_ITERATION: u64 = 10;

/// The iteration (from 1) of the object that is dispatched as number `dispatch_index` (from 0) of a
/// job: ten objects, then the rest of `concurrent_max`, then `concurrent_max` each. With
/// `concurrent_max` up to ten all iterations have that size. It is a name for folders and nothing
/// waits for it.
pub fn iteration_of(dispatch_index: u64, concurrent_max: u64) -> u64 {
    let size = concurrent_max.max(1);
    if size <= FIRST_ITERATION {
        return dispatch_index / size + 1;
    }
    if dispatch_index < FIRST_ITERATION {
        return 1;
    }
    dispatch_index / size + 2
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn states_follow_each_other() {
        use JobStatus::*;
        assert!(InProgress.can_become(Completed));
        assert!(InProgress.can_become(Stopping));
        assert!(Stopping.can_become(Stopped));
        assert!(!InProgress.can_become(Stopped), "answers are written first");
        assert!(!Stopping.can_become(InProgress));
        for status in JobStatus::ALL {
            assert_eq!(JobStatus::from_name(status.name()), Some(status));
            assert!(!status.can_become(status));
            let last = matches!(status, Stopped | Completed | Failed);
            assert_eq!(status.is_final(), last);
            assert_eq!(last, !status.can_become(Failed));
        }
        assert_eq!(JobStatus::from_name("Running"), None);
    }

    #[test]
    fn counters_add_up_to_the_lines() {
        let progress = Progress {
            total: 100,
            labeled_before: 20,
            human_labeled: 30,
            machine_labeled: 5,
            failed: 3,
            in_flight: 7,
            unanswered: 7,
        };
        let counters = progress.label_counters();
        assert_eq!(counters.total_labeled, 55);
        assert_eq!(counters.human_labeled, 50);
        assert_eq!(counters.unlabeled, 42);
        let sum = counters.total_labeled + counters.failed_non_retryable_error + counters.unlabeled;
        assert_eq!(sum, 100);
        assert!(!progress.is_complete());
    }

    #[test]
    fn conditions_stop_a_job() {
        let conditions = StoppingConditions {
            human_labeled_max: Some(30),
            percentage_max: Some(50),
        };
        let at = |labeled_before, human_labeled| {
            conditions.met(&Progress {
                total: 101,
                labeled_before,
                human_labeled,
                ..Progress::default()
            })
        };
        assert_eq!(at(0, 29), None);
        assert_eq!(at(0, 30), Some(StoppingCondition::HumanLabeled));
        assert_eq!(at(21, 29), None, "50 of 101 is less than half");
        assert_eq!(at(22, 29), Some(StoppingCondition::Percentage));
        assert_eq!(
            StoppingConditions::default().met(&Progress::default()),
            None
        );
    }

    #[test]
    fn the_allowance_is_what_all_limits_leave() {
        let progress = Progress {
            total: 100,
            human_labeled: 10,
            in_flight: 6,
            unanswered: 6,
            ..Progress::default()
        };
        let check = |human_labeled_max, percentage_max, concurrent_max, expected| {
            let conditions = StoppingConditions {
                human_labeled_max,
                percentage_max,
            };
            assert_eq!(allowance(&progress, &conditions, concurrent_max), expected);
        };
        check(None, None, 1000, 84);
        check(None, None, 20, 14);
        check(Some(18), None, 1000, 2);
        check(None, Some(20), 1000, 4);
        check(Some(16), None, 1000, 0);
        check(None, None, 5, 0);
    }

    #[test]
    fn an_answered_object_makes_room_before_it_is_settled() {
        let none = StoppingConditions::default();
        let at = |in_flight, unanswered| {
            let progress = Progress {
                total: 100_000,
                in_flight,
                unanswered,
                ..Progress::default()
            };
            allowance(&progress, &none, 7)
        };
        assert_eq!(at(7, 7), 0);
        assert_eq!(at(7, 5), 2);
        assert_eq!(at(7, 0), 7);
        assert_eq!(at(5_004, 0), 3, "what waits for consolidation is bounded");
        assert_eq!(at(5_007, 0), 0);
    }

    #[test]
    fn iterations_are_ten_then_the_rest_then_all() {
        let sizes = |concurrent_max: u64, objects: u64| {
            let mut sizes = vec![0u64; 0];
            for index in 0..objects {
                let iteration = iteration_of(index, concurrent_max) as usize;
                sizes.resize(sizes.len().max(iteration), 0);
                sizes[iteration - 1] += 1;
            }
            sizes
        };
        assert_eq!(sizes(1000, 302), [10, 292]);
        assert_eq!(sizes(25, 80), [10, 15, 25, 25, 5]);
        assert_eq!(sizes(11, 23), [10, 1, 11, 1]);
        assert_eq!(sizes(10, 25), [10, 10, 5]);
        assert_eq!(sizes(3, 7), [3, 3, 1]);
        assert_eq!(sizes(1, 3), [1, 1, 1]);
        assert_eq!(sizes(0, 2), [1, 1]);
    }

    proptest! {
        #[test]
        fn no_condition_is_ever_overshot(
            total in 0..500u64, before in 0..50u64, concurrent in 1..40u64,
            human in proptest::option::of(1..300u64), percentage in proptest::option::of(1..=100u32),
            fails in prop::collection::vec(any::<bool>(), 600),
        ) {
            let conditions = StoppingConditions { human_labeled_max: human, percentage_max: percentage };
            let mut progress = Progress { total, labeled_before: before.min(total), ..Progress::default() };
            let mut fails = fails.into_iter();
            let mut batch = 0;
            let mut stopped = progress.is_complete() || conditions.met(&progress).is_some();
            while !stopped {
                let more = allowance(&progress, &conditions, concurrent);
                progress.in_flight += more;
                progress.unanswered += more;
                prop_assert!(progress.in_flight > 0, "a job that may go on has something to do");
                prop_assert!(progress.unanswered <= concurrent);
                progress.unanswered = progress.unanswered.saturating_sub(1);
                // Some batches settle one object, some all that have their answers.
                batch += 1;
                let settled = if batch % 3 == 0 { progress.in_flight - progress.unanswered } else { 1 };
                for _ in 0..settled.min(progress.in_flight - progress.unanswered) {
                    progress.in_flight -= 1;
                    if fails.next().unwrap() { progress.failed += 1 } else { progress.human_labeled += 1 }
                }
                stopped = progress.is_complete() || conditions.met(&progress).is_some();
            }
            if let Some(most) = human {
                prop_assert!(progress.human_labeled <= most);
            }
            if let Some(percentage) = percentage {
                let beyond = progress.labeled().saturating_sub(1) * 100 >= u64::from(percentage) * total;
                prop_assert!(!beyond || progress.human_labeled == 0);
            }
        }
    }
}
