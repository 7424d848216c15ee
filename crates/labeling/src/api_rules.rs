//! The one place for the field rules of the API: which members an operation takes, which it needs,
//! their types, lengths, ranges, patterns and values.
//!
//! The rules are tables, one file per family of operations; [`check()`] holds a request against them.
//! They follow the service model; `tests/python/test_rules_against_model.py` compares both, so that
//! a drift is noticed. Rules about several members at once that the model cannot say ("exactly one
//! of") are here too; those that need to know what a value means are in [`crate::job_rules`].
//!
//! One more operation is one more row in [`OPERATIONS`], and a structure beside its kind.

mod check;
mod dump;
mod human_task_ui;
mod labeling_job;
mod patterns;
mod shapes;
mod tags;
mod workforce;
mod workteam;

pub use check::{Violation, check, message};
pub use dump::dump;
pub use patterns::{Pattern, pattern};

/// Every operation with the structure of its input.
pub static OPERATIONS: &[(&str, &Structure)] = &[
    ("AddTags", &tags::ADD_TAGS),
    ("CreateHumanTaskUi", &human_task_ui::CREATE),
    ("CreateLabelingJob", &labeling_job::CREATE),
    ("CreateWorkforce", &workforce::CREATE),
    ("CreateWorkteam", &workteam::CREATE),
    ("DeleteHumanTaskUi", &human_task_ui::BY_NAME),
    ("DeleteTags", &tags::DELETE_TAGS),
    ("DeleteWorkforce", &workforce::BY_NAME),
    ("DeleteWorkteam", &workteam::BY_NAME),
    ("DescribeHumanTaskUi", &human_task_ui::BY_NAME),
    ("DescribeLabelingJob", &labeling_job::BY_NAME),
    ("DescribeSubscribedWorkteam", &workteam::DESCRIBE_SUBSCRIBED),
    ("DescribeWorkforce", &workforce::BY_NAME),
    ("DescribeWorkteam", &workteam::BY_NAME),
    ("ListHumanTaskUis", &human_task_ui::LIST),
    ("ListLabelingJobs", &labeling_job::LIST),
    (
        "ListLabelingJobsForWorkteam",
        &labeling_job::LIST_FOR_WORKTEAM,
    ),
    ("ListSubscribedWorkteams", &workteam::LIST_SUBSCRIBED),
    ("ListTags", &tags::LIST_TAGS),
    ("ListWorkforces", &workforce::LIST),
    ("ListWorkteams", &workteam::LIST),
    ("RenderUiTemplate", &human_task_ui::RENDER),
    ("StopLabelingJob", &labeling_job::BY_NAME),
    ("UpdateWorkforce", &workforce::UPDATE),
    ("UpdateWorkteam", &workteam::UPDATE),
];

/// What a member may hold.
#[derive(Debug)]
pub enum Shape {
    /// A string.
    Text(Text),
    /// A whole number.
    Integer {
        /// Smallest allowed.
        min: i64,
        /// Largest allowed.
        max: Option<i64>,
    },
    /// Seconds since 1970; may have a fraction.
    Timestamp,
    /// Members by name.
    Structure(&'static Structure),
    /// Items of one shape.
    List {
        /// Fewest items.
        min: usize,
        /// Most items.
        max: Option<usize>,
        /// What each is.
        item: &'static Shape,
    },
    /// Strings by string.
    Map {
        /// Most entries.
        max: usize,
        /// What each key is.
        key: &'static Text,
        /// What each value is.
        value: &'static Text,
    },
}

/// A string and its rules. Lengths are in characters.
#[derive(Debug)]
pub struct Text {
    /// Fewest characters.
    pub min: usize,
    /// Most characters.
    pub max: Option<usize>,
    /// What the whole string must match.
    pub pattern: Option<&'static Pattern>,
    /// The values allowed; none listed means any.
    pub values: &'static [&'static str],
    /// Whether the value must never be shown, as a password.
    pub secret: bool,
}

/// Members by name, and what holds among them.
#[derive(Debug)]
pub struct Structure {
    /// The members, in the order of the model.
    pub members: &'static [Member],
    /// Rules among members.
    pub among: &'static [Among],
}

/// One member of a structure.
#[derive(Debug)]
pub struct Member {
    /// Wire name.
    pub name: &'static str,
    /// What it may hold.
    pub shape: &'static Shape,
    /// Whether it must be there.
    pub required: bool,
}

/// A rule among members of one structure.
#[derive(Debug)]
pub enum Among {
    /// One of these, and only one.
    ExactlyOne(&'static [&'static str]),
    /// One of these or more.
    AtLeastOne(&'static [&'static str]),
}

/// The structure of an operation's input.
pub fn input(operation: &str) -> Option<&'static Structure> {
    let known = OPERATIONS.iter().find(|(name, _)| *name == operation);
    known.map(|(_, structure)| *structure)
}

const fn required(name: &'static str, shape: &'static Shape) -> Member {
    Member {
        name,
        shape,
        required: true,
    }
}

const fn optional(name: &'static str, shape: &'static Shape) -> Member {
    Member {
        name,
        shape,
        required: false,
    }
}

const fn structure(members: &'static [Member]) -> Structure {
    Structure {
        members,
        among: &[],
    }
}

const fn text(min: usize, max: usize, pattern: &'static Pattern) -> Shape {
    Shape::Text(text_rules(min, max, pattern))
}

const fn text_rules(min: usize, max: usize, pattern: &'static Pattern) -> Text {
    Text {
        min,
        max: Some(max),
        pattern: Some(pattern),
        values: &[],
        secret: false,
    }
}

const fn one_of(values: &'static [&'static str]) -> Shape {
    Shape::Text(Text {
        min: 0,
        max: None,
        pattern: None,
        values,
        secret: false,
    })
}

const fn list(min: usize, max: usize, item: &'static Shape) -> Shape {
    Shape::List {
        min,
        max: Some(max),
        item,
    }
}

const fn integer(min: i64, max: i64) -> Shape {
    Shape::Integer {
        min,
        max: Some(max),
    }
}

const fn at_least(min: i64) -> Shape {
    Shape::Integer { min, max: None }
}
