//! Labels: what is concluded of each object, and why others failed.

use crate::sql::{Conn, Row};
use crate::writer::Operation;
use crate::{Db, Result, args};

/// Where a label comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelKind {
    /// From people.
    Human,
    /// From a model.
    Machine,
    /// There is none: the object failed.
    Failed,
}

impl LabelKind {
    /// The stored number.
    pub fn number(self) -> i64 {
        match self {
            LabelKind::Human => 1,
            LabelKind::Machine => 2,
            LabelKind::Failed => 3,
        }
    }

    pub(crate) fn from_number(number: i64) -> LabelKind {
        match number {
            1 => LabelKind::Human,
            2 => LabelKind::Machine,
            _ => LabelKind::Failed,
        }
    }
}

/// A label.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Line of the object.
    pub line: i64,
    /// Where it comes from.
    pub kind: LabelKind,
    /// The consolidation that made it; 0 for an object that failed before it came to people.
    pub batch: i64,
    /// When.
    pub labeled_at: i64,
    /// How many answers went into it.
    pub answers: i64,
    /// How sure it is, 0 to 1.
    pub confidence: Option<f64>,
    /// Names of its classes, one a line, or the reason of the failure.
    pub summary: String,
    /// The value of the label attribute as JSON; empty for a failed object.
    pub content: String,
    /// The value of the metadata attribute as JSON.
    pub metadata: String,
}

/// Writes labels of one consolidation. May be run again with the same labels.
pub struct LabelsInsert {
    /// The job.
    pub job_id: i64,
    /// The labels; all of one batch.
    pub labels: Vec<Label>,
    /// Whether some of the objects may have a label already.
    pub may_replace: bool,
}

impl Operation for LabelsInsert {
    type Output = ();

    async fn run(&self, conn: &mut Conn<'_>) -> Result<()> {
        for label in &self.labels {
            if self.may_replace {
                conn.execute(
                    "INSERT INTO label_replaced (job_id, line, batch, replaced_by, kind, labeled_at, summary, content, metadata)
                     SELECT job_id, line, batch, $3, kind, labeled_at, summary, content, metadata FROM label
                     WHERE job_id = $1 AND line = $2 AND batch <> $3 ON CONFLICT DO NOTHING",
                    args![self.job_id, label.line, label.batch],
                )
                .await?;
            }
            label_upsert_in_txn(conn, self.job_id, label).await?;
        }
        Ok(())
    }
}

/// Writes one label over whatever the object had.
pub(crate) async fn label_upsert_in_txn(
    conn: &mut Conn<'_>,
    job_id: i64,
    label: &Label,
) -> Result<()> {
    conn.execute(
        "INSERT INTO label (job_id, line, kind, batch, labeled_at, answers, confidence, summary, content, metadata)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         ON CONFLICT (job_id, line) DO UPDATE SET kind = excluded.kind, batch = excluded.batch,
           labeled_at = excluded.labeled_at, answers = excluded.answers, confidence = excluded.confidence,
           summary = excluded.summary, content = excluded.content, metadata = excluded.metadata",
        args![
            job_id,
            label.line,
            label.kind.number(),
            label.batch,
            label.labeled_at,
            label.answers,
            label.confidence,
            &label.summary,
            &label.content,
            &label.metadata,
        ],
    )
    .await
    .map(drop)
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT line, kind, batch, labeled_at, answers, confidence, summary, content, metadata FROM label ",
            $rest
        )
    };
}

fn label(row: &Row<'_>) -> Result<Label> {
    Ok(Label {
        line: row.int(0)?,
        kind: LabelKind::from_number(row.int(1)?),
        batch: row.int(2)?,
        labeled_at: row.int(3)?,
        answers: row.int(4)?,
        confidence: row.opt_real(5)?,
        summary: row.text(6)?,
        content: row.text(7)?,
        metadata: row.text(8)?,
    })
}

impl Db {
    /// Labels of the lines `first..end`, in order.
    pub async fn label_range(&self, job_id: i64, first: i64, end: i64) -> Result<Vec<Label>> {
        self.reader()
            .await?
            .conn()
            .all(
                select!("WHERE job_id = $1 AND line >= $2 AND line < $3 ORDER BY line"),
                args![job_id, first, end],
                label,
            )
            .await
    }

    /// Newest labels of people and models, before (`labeled_at`, `line`) when given, at most `limit`.
    pub async fn label_recent(
        &self,
        job_id: i64,
        before: Option<(i64, i64)>,
        limit: i64,
    ) -> Result<Vec<Label>> {
        let (at, line) = before.unwrap_or((i64::MAX, i64::MAX));
        self.reader()
            .await?
            .conn()
            .all(
                select!(
                    "WHERE job_id = $1 AND (labeled_at, line) < ($2, $3) AND kind <> 3
                     ORDER BY labeled_at DESC, line DESC LIMIT $4"
                ),
                args![job_id, at, line, limit],
                label,
            )
            .await
    }

    /// Newest labels of one class alone, before (`labeled_at`, `line`) when given, at most `limit`.
    pub async fn label_of_class(
        &self,
        job_id: i64,
        class: &str,
        before: Option<(i64, i64)>,
        limit: i64,
    ) -> Result<Vec<Label>> {
        let (at, line) = before.unwrap_or((i64::MAX, i64::MAX));
        self.reader()
            .await?
            .conn()
            .all(
                select!(
                    "WHERE job_id = $1 AND substr(summary, 1, 100) = substr($2, 1, 100) AND summary = $2
                     AND (labeled_at, line) < ($3, $4) AND kind <> 3
                     ORDER BY labeled_at DESC, line DESC LIMIT $5"
                ),
                args![job_id, class, at, line, limit],
                label,
            )
            .await
    }

    /// Failed objects, newest first, before (`labeled_at`, `line`) when given, at most `limit`.
    pub async fn label_failed(
        &self,
        job_id: i64,
        before: Option<(i64, i64)>,
        limit: i64,
    ) -> Result<Vec<Label>> {
        let (at, line) = before.unwrap_or((i64::MAX, i64::MAX));
        self.reader()
            .await?
            .conn()
            .all(
                select!(
                    "WHERE job_id = $1 AND (labeled_at, line) < ($2, $3) AND kind = 3
                     ORDER BY labeled_at DESC, line DESC LIMIT $4"
                ),
                args![job_id, at, line, limit],
                label,
            )
            .await
    }
}
