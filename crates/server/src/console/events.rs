//! The figures of a job as they move, as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Extension;
use axum::extract::{Path, State};
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use futures::Stream;
use http::{HeaderMap, HeaderName, StatusCode, header};
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use super::figures::Progress;
use super::find;
use crate::app::App;
use crate::auth::roles::{self, Door};
use crate::page_error::PageError;
use crate::serve::Stopping;

/// Figures go out at most this often.
const EVERY: Duration = Duration::from_secs(1);
/// And at least this often, so that silence means a broken way.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// A stream outlives no session by more than this.
const SESSION_EVERY: Duration = Duration::from_secs(15);
const OPERATION: &str = "GET /_/console/api/jobs/{name}/events";

pub(super) async fn events(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    stopping: Option<Extension<Stopping>>,
    headers: HeaderMap,
) -> Result<Response, PageError> {
    let job = find(&app, &name).await?;
    let Ok(permit) = app.figures.streams.clone().try_acquire_owned() else {
        return Err(PageError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "too_many_streams",
            "too many pages watch jobs at once",
        ));
    };
    let watch = Watch {
        app,
        job_id: job.job_id,
        headers,
        stopping: stopping.map_or_else(CancellationToken::new, |stopping| stopping.0.0),
        sent: None,
        session_at: Instant::now(),
        stage: Stage::First,
        _permit: permit,
    };
    let unbuffered = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Proxies that gather answers before they pass them on know this word.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    Ok((unbuffered, Sse::new(stream(watch))).into_response())
}

#[derive(PartialEq)]
enum Stage {
    First,
    Following,
    /// The final figures are out, the last word is not.
    Final,
    Over,
}

struct Watch {
    app: Arc<App>,
    job_id: i64,
    headers: HeaderMap,
    stopping: CancellationToken,
    sent: Option<(Instant, Arc<Progress>)>,
    session_at: Instant,
    stage: Stage,
    _permit: OwnedSemaphorePermit,
}

fn stream(watch: Watch) -> impl Stream<Item = Result<Event, Infallible>> {
    futures::stream::unfold(watch, |mut watch| async move {
        let event = watch.next().await?;
        Some((Ok(event), watch))
    })
}

impl Watch {
    /// The next event; none at the end.
    async fn next(&mut self) -> Option<Event> {
        match self.stage {
            Stage::Over => return None,
            Stage::Final => {
                self.stage = Stage::Over;
                return Some(Event::default().event("end").data("{}"));
            }
            Stage::First | Stage::Following => {}
        }
        loop {
            if self.stage == Stage::Following {
                tokio::select! {
                    () = self.stopping.cancelled() => return None,
                    () = tokio::time::sleep(EVERY) => {}
                }
            }
            self.stage = Stage::Following;
            if !self.is_admitted().await {
                return None;
            }
            // With the database away the stream ends, and the page says what is the matter.
            let latest = self.app.figures.latest(&self.app, self.job_id).await;
            let progress = latest.ok().flatten()?;
            if self.is_due(&progress) {
                if progress.is_over {
                    self.stage = Stage::Final;
                }
                return self.show(progress);
            }
        }
    }

    fn is_due(&self, progress: &Arc<Progress>) -> bool {
        match &self.sent {
            None => true,
            Some((at, sent)) => {
                at.elapsed() >= SIGN_OF_LIFE || (!Arc::ptr_eq(sent, progress) && sent != progress)
            }
        }
    }

    fn show(&mut self, progress: Arc<Progress>) -> Option<Event> {
        let mut data = serde_json::to_value(&*progress).ok()?;
        data["now"] = json!(self.app.clock.now_ms());
        self.sent = Some((Instant::now(), progress));
        Some(Event::default().event("progress").data(data.to_string()))
    }

    /// Whether whoever opened the stream is still signed in and may still see it.
    async fn is_admitted(&mut self) -> bool {
        if self.session_at.elapsed() < SESSION_EVERY {
            return true;
        }
        self.session_at = Instant::now();
        let row = roles::row(Door::Console, OPERATION);
        let session = self.app.sessions.find(&self.headers).await;
        matches!((session, row), (Ok(Some(session)), Some(row)) if row.access.admits(session.person.role))
    }
}
