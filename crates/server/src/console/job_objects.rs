//! The objects of a job: those that have their label, and those that failed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Path, Query, State};
use cairn_db::label::{Label, LabelKind};
use cairn_db::labeling_job::LabelingJob;
use cairn_engine::JobFacts;
use cairn_labeling::task_type::Shape;
use futures::StreamExt;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::figures::{self, facts};
use super::shown::shown;
use super::{find, is_over, job_over};
use crate::app::App;
use crate::json::{JsonBody, Reply};
use crate::page_error::PageError;
use crate::people::console::{PageQuery, encode_cursor, page};

/// Labels of several classes read at once to find those that hold one class.
const LOOKED_THROUGH: i64 = 1_000;
/// Such reads in one request.
const READS: u32 = 2;
/// And as long as nothing is found.
const READS_MAX: u32 = 50;
/// Objects put back by name in one request.
const NAMED_MAX: usize = 1_000;
/// Failures read at once when all are put back.
const FAILURES_A_READ: i64 = 500;
/// How many are put back at the same time; their writes share a commit.
const RETRIES_AT_ONCE: usize = 16;
/// How long one request puts objects back. What is left stays among the failures.
const RETRY_TIME: Duration = Duration::from_secs(20);

#[derive(Deserialize)]
pub(super) struct Class {
    label: Option<String>,
}

/// Place in a list that is sorted by time, newest first.
type Place = (i64, i64);

fn place(query: &PageQuery) -> Result<Option<Place>, PageError> {
    let Some([at, line]) = query.after::<2>()? else {
        return Ok(None);
    };
    match (at.parse(), line.parse()) {
        (Ok(at), Ok(line)) => Ok(Some((at, line))),
        _ => Err(PageError::field(
            "after",
            "the cursor is not one of this list",
        )),
    }
}

fn cursor(label: &Label) -> [String; 2] {
    [label.labeled_at.to_string(), label.line.to_string()]
}

pub(super) async fn labels(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Query(query): Query<PageQuery>,
    Query(Class { label: class }): Query<Class>,
) -> Result<Reply, PageError> {
    let limit = query.limit()?;
    let before = place(&query)?;
    let job = find(&app, &name).await?;
    let facts = facts(&app, job.job_id).await?;
    let class = class.filter(|class| !class.is_empty());
    let is_single = facts
        .as_ref()
        .is_none_or(|facts| facts.task_type.shape == Shape::SingleLabel);
    let Found { labels, rest_after } = match &class {
        None => Found::all(app.db.label_recent(job.job_id, before, limit + 1).await?),
        Some(class) if is_single => {
            let found = app.db.label_of_class(job.job_id, class, before, limit + 1);
            Found::all(found.await?)
        }
        Some(class) => among_several(&app, &job, class, before, limit).await?,
    };
    let lines = lines(&app, &job, &labels).await?;
    let mut lines = lines.iter();
    let show = |label: &Label| {
        let line = lines.next().map(Vec::as_slice).unwrap_or_default();
        let mut shown = shown(&app, label.line, line, is_image(facts.as_deref()));
        shown.extend(own_of_label(label));
        Value::Object(shown)
    };
    let mut page = page(labels, limit, cursor, show);
    if let Some((at, line)) = rest_after.filter(|_| page.get("next").is_none()) {
        page["next"] = encode_cursor(&[at.to_string(), line.to_string()]).into();
    }
    Reply::new(&app, page)
}

/// Labels for a page.
struct Found {
    labels: Vec<Label>,
    /// Where to look on for more, when looking ended before the list did.
    rest_after: Option<Place>,
}

impl Found {
    fn all(labels: Vec<Label>) -> Found {
        Found {
            labels,
            rest_after: None,
        }
    }
}

/// Labels of several classes that hold `class`. No index knows them, so one request looks through no
/// more than a piece of the list; while it has found nothing it looks further, since an empty page
/// says that there is none.
async fn among_several(
    app: &App,
    job: &LabelingJob,
    class: &str,
    mut before: Option<Place>,
    limit: i64,
) -> Result<Found, PageError> {
    let mut found = Vec::new();
    for reads in 1.. {
        let labels = app
            .db
            .label_recent(job.job_id, before, LOOKED_THROUGH)
            .await?;
        let is_last = (labels.len() as i64) < LOOKED_THROUGH;
        before = labels.last().map(|label| (label.labeled_at, label.line));
        let holds = |label: &Label| label.summary.split('\n').any(|name| name == class);
        found.extend(labels.into_iter().filter(holds));
        if is_last || found.len() as i64 > limit {
            return Ok(Found::all(found));
        }
        if reads >= READS_MAX || (reads >= READS && !found.is_empty()) {
            break;
        }
    }
    Ok(Found {
        labels: found,
        rest_after: before,
    })
}

fn is_image(facts: Option<&JobFacts>) -> bool {
    facts.is_none_or(|facts| facts.task_type.is_image)
}

/// The manifest's lines of these objects, in their order.
async fn lines(app: &App, job: &LabelingJob, labels: &[Label]) -> Result<Vec<Vec<u8>>, PageError> {
    let mut lines = Vec::with_capacity(labels.len());
    for label in labels {
        let line = app.engine.line(job.job_id, label.line).await?;
        lines.push(line.unwrap_or_default());
    }
    Ok(lines)
}

/// `LabeledOwn`.
fn own_of_label(label: &Label) -> Map<String, Value> {
    let labels: Vec<Value> = classes(label)
        .into_iter()
        .map(|(name, confidence)| json!({"name": name, "confidence": confidence}))
        .collect();
    Map::from_iter([
        ("labels".to_owned(), labels.into()),
        (
            "by".to_owned(),
            match label.kind {
                LabelKind::Machine => "machine".into(),
                LabelKind::Human | LabelKind::Failed => "human".into(),
            },
        ),
        ("answers".to_owned(), label.answers.into()),
        ("labeledAt".to_owned(), label.labeled_at.into()),
    ])
}

/// Names of an object's classes, each with how sure it is.
fn classes(label: &Label) -> Vec<(String, Option<f64>)> {
    let names: Vec<&str> = label
        .summary
        .split('\n')
        .filter(|name| !name.is_empty())
        .collect();
    if let [name] = names.as_slice() {
        return vec![((*name).to_owned(), label.confidence)];
    }
    // Of several, each has its own confidence, which only the metadata holds.
    let metadata: Value = serde_json::from_str(&label.metadata).unwrap_or_default();
    let indices: Vec<Value> = serde_json::from_str(&label.content).unwrap_or_default();
    let confidence = |at: usize| {
        let index = indices.get(at)?.to_string();
        metadata["confidence-map"].get(index)?.as_f64()
    };
    let names = names.iter().enumerate();
    names
        .map(|(at, name)| ((*name).to_owned(), confidence(at)))
        .collect()
}

pub(super) async fn failures(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Reply, PageError> {
    let limit = query.limit()?;
    let before = place(&query)?;
    let job = find(&app, &name).await?;
    let facts = facts(&app, job.job_id).await?;
    let failures = app.db.label_failed(job.job_id, before, limit + 1).await?;
    let lines = lines(&app, &job, &failures).await?;
    let mut lines = lines.iter();
    let show = |label: &Label| {
        let line = lines.next().map(Vec::as_slice).unwrap_or_default();
        let mut shown = shown(&app, label.line, line, is_image(facts.as_deref()));
        let code = failure_code(&label.summary);
        shown.insert("code".to_owned(), code.into());
        shown.insert("reason".to_owned(), label.summary.as_str().into());
        shown.insert("failedAt".to_owned(), label.labeled_at.into());
        shown.insert("retryable".to_owned(), is_retryable(code).into());
        Value::Object(shown)
    };
    Reply::new(&app, page(failures, limit, cursor, show))
}

/// A name for the reason of a failure, as [`cairn_labeling::label_json::ObjectFailure`] and the check of
/// objects write them.
fn failure_code(reason: &str) -> &'static str {
    let has = |part: &str| reason.contains(part);
    if has("Annotation tasks expired") {
        "expired"
    } else if has("declined by the workers") {
        "declined"
    } else if has("the answers give no label") {
        "consolidation"
    } else if has("the task cannot be prepared") {
        "preparation"
    } else if has("the manifest line ") || has("the line has `source`") {
        "bad_line"
    } else if has("there is no object") || has("there is no bucket") || has("is not there") {
        "missing_object"
    } else {
        "unreadable_object"
    }
}

/// The manifest was copied when the job began: a bad line of it stays bad.
fn is_retryable(code: &str) -> bool {
    code != "bad_line"
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Retry {
    objects: Option<Vec<String>>,
    all: Option<bool>,
}

pub(super) async fn retry(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    JsonBody(body): JsonBody<Retry>,
) -> Result<Reply, PageError> {
    let job = find(&app, &name).await?;
    if is_over(&job) || job.state == "Stopping" {
        return Err(job_over(&job));
    }
    let named = match (body.objects, body.all) {
        (Some(objects), None | Some(false)) => Some(named(objects)?),
        (None, Some(true)) => None,
        _ => {
            return Err(PageError::field(
                "objects",
                "say either which objects, or all",
            ));
        }
    };
    let facts = facts(&app, job.job_id).await?;
    let retried = match (facts, named) {
        // A job that has not begun has no failures.
        (None, _) => 0,
        (Some(facts), Some(lines)) => retry_lines(&app, &facts, lines).await?,
        (Some(facts), None) => retry_all(&app, &facts).await?,
    };
    let job = find(&app, &name).await?;
    let progress = figures::progress(&app, &job).await?;
    Reply::new(&app, json!({"retried": retried, "progress": progress}))
}

fn named(objects: Vec<String>) -> Result<Vec<i64>, PageError> {
    if objects.len() > NAMED_MAX {
        return Err(PageError::rule(
            "too_many",
            "objects",
            format!("at most {NAMED_MAX} objects at once"),
        ));
    }
    let line = |(at, id): (usize, &String)| {
        id.parse::<i64>()
            .ok()
            .filter(|line| *line >= 0)
            .ok_or_else(|| {
                PageError::field(format!("objects.{at}"), format!("`{id}` is no object id"))
            })
    };
    objects.iter().enumerate().map(line).collect()
}

async fn retry_all(app: &App, facts: &JobFacts) -> Result<i64, PageError> {
    let until = Instant::now() + RETRY_TIME;
    let (mut before, mut retried) = (None, 0);
    loop {
        let failures = app
            .db
            .label_failed(facts.job_id, before, FAILURES_A_READ)
            .await?;
        let Some(last) = failures.last() else {
            return Ok(retried);
        };
        before = Some((last.labeled_at, last.line));
        let lines = failures
            .iter()
            .filter(|failure| is_retryable(failure_code(&failure.summary)))
            .map(|failure| failure.line)
            .collect();
        retried += retry_lines(app, facts, lines).await?;
        if Instant::now() >= until {
            return Ok(retried);
        }
    }
}

async fn retry_lines(app: &App, facts: &JobFacts, lines: Vec<i64>) -> Result<i64, PageError> {
    let mut outcomes = futures::stream::iter(lines)
        .map(|line| app.engine.retry(facts, line))
        .buffer_unordered(RETRIES_AT_ONCE);
    let mut retried = 0;
    while let Some(outcome) = outcomes.next().await {
        retried += i64::from(outcome?);
    }
    Ok(retried)
}

#[cfg(test)]
mod tests {
    use super::*;
    use cairn_labeling::label_json::ObjectFailure;

    #[test]
    fn failures_are_named_by_their_reason() {
        let data = |why: &str| ObjectFailure::Data(why.to_owned());
        for (failure, code) in [
            (ObjectFailure::Expired, "expired"),
            (ObjectFailure::Declined, "declined"),
            (
                ObjectFailure::Consolidation("no answer".to_owned()),
                "consolidation",
            ),
            (
                data("`source-ref`: there is no object `a.png` in bucket `b`"),
                "missing_object",
            ),
            (data("s3://b/a.png is empty"), "unreadable_object"),
            (data("the manifest line is not a JSON object"), "bad_line"),
        ] {
            assert_eq!(failure_code(&failure.reason()), code, "{failure:?}");
        }
    }

    #[test]
    fn each_of_several_labels_has_its_own_confidence() {
        let label = Label {
            line: 0,
            kind: LabelKind::Human,
            batch: 1,
            labeled_at: 0,
            answers: 3,
            confidence: Some(0.6),
            summary: "Car\nTree".to_owned(),
            content: "[0,2]".to_owned(),
            metadata: r#"{"confidence-map":{"0":0.9,"2":0.6}}"#.to_owned(),
        };
        let named = |name: &str, confidence| (name.to_owned(), Some(confidence));
        assert_eq!(classes(&label), [named("Car", 0.9), named("Tree", 0.6)]);
        let none = Label {
            summary: String::new(),
            content: "[]".to_owned(),
            ..label
        };
        assert!(classes(&none).is_empty());
    }
}
