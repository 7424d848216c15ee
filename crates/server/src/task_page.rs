//! `GET /_/task/{token}`: the page of one task, made from its job's template.
//!
//! The page is the requester's code. It runs in a frame on an origin of its own, without a cookie, and
//! under a policy that admits other hosts only when the template itself speaks of them. On the portal's
//! own origin, where no other is to be had, the policy makes it opaque. The token in its address is all
//! it is opened by: it names one object and one worker, and is signed.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use cairn_engine::JobFacts;
use cairn_labeling::template::{Environment, Limits, Template, TemplateError, rewrite_scripts};
use http::{HeaderMap, StatusCode, header};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::{Value, json};

use crate::app::App;
use crate::assets;
use crate::console::{Preview, open_preview};
use crate::object;
use crate::origin::Origins;
use crate::portal::AssignmentId;
use crate::secrets::{Purpose, TokenError};

/// The route.
pub const ROUTE: &str = "/_/task/{token}";

/// How long beyond the task's own times its page and its objects can be had: for a slow reload, and a
/// look back at an answer that can just still be corrected.
const SLACK_MS: i64 = 60 * 60 * 1_000;
/// Real time that one rendering may take.
const RENDER_TIME_MAX: Duration = Duration::from_millis(500);

/// The address of a task's page for one worker. It is only signed here; the page is made when its
/// frame asks for it.
pub fn address(
    app: &App,
    origins: &Origins,
    facts: &JobFacts,
    id: AssignmentId,
    worker_id: i64,
    now_ms: i64,
) -> String {
    let expires_at = now_ms + facts.limit_ms + facts.lease_ms + facts.correction_ms + SLACK_MS;
    let fields = [
        &id.to_string() as &str,
        &worker_id.to_string(),
        &origins.portal,
    ];
    let token = app.secrets.sign(Purpose::Task, expires_at, &fields);
    let origin = origins.task.as_ref().unwrap_or(&origins.portal);
    format!("{origin}/_/task/{token}")
}

/// Answers with the page, or with a small one that says what is wrong.
pub async fn show(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    let origins = Origins::of(&headers, &app.settings);
    let is_apart = Origins::is_task(&headers, &app.settings);
    let here = match (is_apart, origins.task) {
        (true, Some(task)) => task,
        _ => origins.portal.clone(),
    };
    let mut policy = Policy {
        portal: origins.portal,
        is_open: false,
        is_apart,
    };
    match render(&app, &token, &here, &mut policy).await {
        Ok(page) => respond(StatusCode::OK, &policy, page),
        Err(problem) => {
            policy.is_open = false;
            respond(problem.status, &policy, problem.page().into_string())
        }
    }
}

async fn render(
    app: &App,
    token: &str,
    here: &str,
    policy: &mut Policy,
) -> Result<String, Problem> {
    let now_ms = app.clock.now_ms();
    let page = match app.secrets.open(Purpose::Task, token, now_ms) {
        Ok(fields) => task(app, fields).await?,
        // The page of a question that is no job yet has the same address.
        Err(TokenError::Invalid) => preview(open_preview(app, token, now_ms)?)?,
        Err(expired) => return Err(expired.into()),
    };
    policy.portal = page.portal;
    let surroundings = Surroundings {
        app,
        here,
        // From now on, not from when the task was given: a page that is loaded again needs its
        // pictures as long as the first time.
        objects_expire_at: now_ms + page.objects_ms,
        deadline: Instant::now() + RENDER_TIME_MAX,
        now_ms,
        objects: Cell::new(0),
    };
    let data = json!({ "task": { "input": page.input } });
    let html = page
        .template
        .render(&data, &surroundings, &Limits::default())
        .map_err(Problem::template)?;
    policy.is_open = page.is_open;
    // By an address that is kept for good: a new task asks for no script anew.
    let html = rewrite_scripts(&html, &assets::path("elements/index.js"));
    Ok(whole_document(html))
}

/// What a page is made of.
struct Page {
    template: Arc<Template>,
    /// `task.input`.
    input: Value,
    /// Who may frame it.
    portal: String,
    /// How long the objects on it can be had.
    objects_ms: i64,
    /// Whether it may speak to other hosts.
    is_open: bool,
}

/// The page of a worker's task.
async fn task(app: &App, fields: Vec<String>) -> Result<Page, Problem> {
    let [id, _worker, portal] = fields.try_into().map_err(|_| TokenError::Invalid)?;
    let id = AssignmentId::parse(&id).ok_or(TokenError::Invalid)?;
    let facts = app.engine.facts(id.job_id).await.map_err(of_engine)?;
    let facts = facts.ok_or_else(Problem::no_object)?;
    let line = app
        .engine
        .line(id.job_id, id.line)
        .await
        .map_err(of_engine)?;
    let line = line.ok_or_else(Problem::no_object)?;
    let line = String::from_utf8(line).map_err(|error| Problem::server(error.into()))?;
    let input = facts
        .task_type
        .task_input(&line, &facts.labels)
        .map_err(|error| Problem::object(format!("object {}: {error}", id.line)))?;
    Ok(Page {
        template: facts.template.clone(),
        input,
        portal,
        objects_ms: facts.limit_ms + facts.lease_ms + SLACK_MS,
        is_open: speaks_of_other_hosts(&facts.template_source),
    })
}

/// The page of a question that is no job yet. Its template is one of ours, and speaks to nobody.
fn preview(preview: Preview) -> Result<Page, Problem> {
    let template = Template::parse(&preview.template).map_err(Problem::template)?;
    Ok(Page {
        template: Arc::new(template),
        input: preview.input,
        portal: preview.portal,
        objects_ms: SLACK_MS,
        is_open: false,
    })
}

/// Browsers lay out a page that does not say what it is by the rules of the nineties.
fn whole_document(page: String) -> String {
    let start = page.trim_start().as_bytes();
    let says = start.len() >= 9 && start[..9].eq_ignore_ascii_case(b"<!doctype");
    if says {
        page
    } else {
        format!("<!doctype html>\n{page}")
    }
}

/// Addresses that the template's `grant_read_access` may lead to a stored object's page at most.
const OBJECTS_MAX: u32 = 10_000;

struct Surroundings<'a> {
    app: &'a App,
    here: &'a str,
    objects_expire_at: i64,
    deadline: Instant,
    now_ms: i64,
    objects: Cell<u32>,
}

impl Environment for Surroundings<'_> {
    fn grant_read_access(&self, bucket: &str, key: &str) -> Result<String, String> {
        let objects = self.objects.get() + 1;
        self.objects.set(objects);
        if objects > OBJECTS_MAX {
            return Err(format!("more than {OBJECTS_MAX} objects on one page"));
        }
        let path = object::object_path(&self.app.secrets, bucket, key, self.objects_expire_at);
        Ok(format!("{}{path}", self.here))
    }

    fn expired(&self) -> bool {
        Instant::now() >= self.deadline
    }

    fn now_ms(&self) -> Option<i64> {
        Some(self.now_ms)
    }
}

/// Whether a template names anything on another host, besides the crowd elements that this server
/// has itself.
fn speaks_of_other_hosts(source: &str) -> bool {
    let mut rest = source;
    while let Some(at) = rest.find("//") {
        let (before, after) = (&rest[..at], &rest[at + 2..]);
        let scheme = before.ends_with(':')
            && !before.ends_with("s3:")
            && !after.starts_with("assets.crowd.aws/")
            && !after.starts_with("www.w3.org/");
        // `src="//host/…"` takes the page's own scheme.
        let bare = before.ends_with(['"', '\'', '=', '(']) && after.starts_with(is_host_start);
        if scheme || bare {
            return true;
        }
        rest = after;
    }
    false
}

fn is_host_start(character: char) -> bool {
    character.is_ascii_alphanumeric()
}

/// What the browser lets the page do.
struct Policy {
    /// Who may frame it.
    portal: String,
    /// Whether other hosts may be spoken to.
    is_open: bool,
    /// Whether it came to an origin of its own.
    is_apart: bool,
}

impl Policy {
    fn header(&self) -> String {
        let portal = &self.portal;
        let mut policy = if self.is_open {
            "default-src 'none'; script-src 'self' 'unsafe-inline' 'unsafe-eval' https: blob:; \
             style-src 'self' 'unsafe-inline' https:; img-src 'self' data: blob: https:; \
             media-src 'self' data: blob: https:; font-src 'self' data: https:; connect-src 'self' data: blob: https:; \
             frame-src https:; worker-src 'self' blob:; "
        } else {
            "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; \
             img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; connect-src 'self'; \
             worker-src blob:; "
        }
        .to_owned();
        policy.push_str("form-action 'none'; base-uri 'none'; frame-ancestors 'self' ");
        policy.push_str(portal);
        if !self.is_apart {
            // Opened by itself it would be a page of the portal's own origin, with its session.
            policy.push_str(
                "; sandbox allow-scripts allow-forms allow-popups allow-modals allow-downloads",
            );
        }
        policy
    }
}

fn respond(status: StatusCode, policy: &Policy, page: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8".to_owned()),
        (header::CONTENT_SECURITY_POLICY, policy.header()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
        (header::CACHE_CONTROL, "no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
    ];
    (status, headers, page).into_response()
}

/// Why there is no page.
struct Problem {
    status: StatusCode,
    title: &'static str,
    message: String,
}

impl From<TokenError> for Problem {
    fn from(error: TokenError) -> Problem {
        Problem {
            status: StatusCode::FORBIDDEN,
            title: "This task's address is no longer good",
            message: format!("{error}. Go back to the jobs and take the task up again."),
        }
    }
}

impl Problem {
    fn no_object() -> Problem {
        Problem::object("the job has no such object".to_owned())
    }

    fn object(message: String) -> Problem {
        Problem {
            status: StatusCode::NOT_FOUND,
            title: "This object cannot be shown",
            message,
        }
    }

    fn template(error: TemplateError) -> Problem {
        Problem {
            status: StatusCode::UNPROCESSABLE_ENTITY,
            title: "This task's page has a mistake in it",
            message: format!("template, {error}"),
        }
    }

    /// A fault of ours: the log has it.
    fn server(cause: anyhow::Error) -> Problem {
        tracing::error!(error.cause = format!("{cause:#}"), "a task page failed");
        Problem {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            title: "This task's page could not be made",
            message: "an internal error; try again".to_owned(),
        }
    }

    /// A page to read, which also tells the portal, so that the worker is offered a way out.
    fn page(&self) -> Markup {
        let message = json!({
            "cairn": 1,
            "type": "failed",
            "message": format!("{}: {}", self.title, self.message),
        });
        // In a script element only `<` could end it early.
        let message = message.to_string().replace('<', "\\u003c");
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    title { (self.title) }
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    style {
                        "body { max-width: 60ch; margin: 48px auto; padding: 0 16px; font: 14px/1.5 system-ui, sans-serif; }"
                        "h1 { font-size: 20px; font-weight: 650; } code { overflow-wrap: anywhere; font: 14px/1.5 ui-monospace, monospace; }"
                    }
                }
                body {
                    h1 { (self.title) }
                    p { code { (self.message) } }
                    script { (PreEscaped(format!("if (parent !== window) parent.postMessage({message}, '*');"))) }
                }
            }
        }
    }
}

fn of_engine(error: cairn_engine::EngineError) -> Problem {
    Problem::server(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_that_names_another_host_is_known() {
        for closed in [
            "",
            "<script src=\"https://assets.crowd.aws/crowd-html-elements.js\"></script><p>a // b</p>",
            "<img src=\"{{ 's3://bucket/key' | grant_read_access }}\">",
            "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>",
            "// a comment in a script",
        ] {
            assert!(!speaks_of_other_hosts(closed), "{closed}");
        }
        for open in [
            "<script src=\"https://code.jquery.com/jquery.js\"></script>",
            "<link href='//fonts.example/x.css'>",
            "<style>@import url(//fonts.example/x.css)</style>",
            "<script>fetch('https://api.example')</script>",
            "<script src=https://assets.crowd.aws.example/x.js></script>",
        ] {
            assert!(speaks_of_other_hosts(open), "{open}");
        }
    }

    #[test]
    fn a_page_on_the_portals_origin_is_opaque() {
        let policy = |is_open, is_apart| {
            let portal = "http://127.0.0.1:9000".to_owned();
            Policy {
                portal,
                is_open,
                is_apart,
            }
            .header()
        };
        assert!(policy(false, false).contains("; sandbox allow-scripts"));
        assert!(!policy(false, true).contains("sandbox"));
        assert!(!policy(false, true).contains("https:"));
        assert!(policy(true, true).contains("img-src 'self' data: blob: https:"));
        for policy in [policy(false, true), policy(true, false)] {
            assert!(policy.contains("frame-ancestors 'self' http://127.0.0.1:9000"));
            assert!(policy.starts_with("default-src 'none'"));
            assert!(!policy.contains("allow-same-origin"));
        }
    }

    #[test]
    fn a_problem_cannot_end_its_own_script() {
        let problem = Problem::object("</script><script>alert(1)</script>".to_owned());
        let page = problem.page().into_string();
        assert_eq!(page.matches("</script>").count(), 1, "{page}");
    }

    #[test]
    fn a_document_type_is_added_once() {
        assert_eq!(whole_document("<p>".to_owned()), "<!doctype html>\n<p>");
        let page = "\n<!DOCTYPE html><p>".to_owned();
        assert_eq!(whole_document(page.clone()), page);
    }
}
