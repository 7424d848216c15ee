//! RenderUiTemplate: a worker's page, with sample data.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cairn_labeling::template::{Environment, Limits, Template, TemplateError, rewrite_scripts};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::human_task_ui;
use super::{ApiError, ApiResult, Context};
use crate::app::App;
use crate::{assets, object};

/// Longest time a rendering may take.
const RENDER_TIME: Duration = Duration::from_secs(2);
/// How long the addresses given by `grant_read_access` work.
const READ_MS: i64 = 3_600 * 1_000;

/// What is asked.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Request {
    task: Task,
    ui_template: Option<UiTemplate>,
    human_task_ui_arn: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Task {
    input: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UiTemplate {
    content: String,
}

/// What is answered: a page, or what kept it from being one.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    rendered_content: String,
    errors: Vec<RenderError>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct RenderError {
    code: String,
    message: String,
}

/// Renders a template with `Task.Input`. What is wrong with either comes back in `Errors`; an error
/// of the request itself is one of the operation.
pub async fn render_ui_template(context: Context, request: Request) -> ApiResult<Response> {
    let content = match (request.ui_template, request.human_task_ui_arn) {
        (Some(template), None) => template.content,
        (None, Some(arn)) => human_task_ui::content(&context, "HumanTaskUiArn", &arn)
            .await?
            .ok_or_else(|| ApiError::not_found(format!("`HumanTaskUiArn`: there is no `{arn}`")))?,
        _ => {
            return Err(ApiError::validation(
                "give either `UiTemplate` or `HumanTaskUiArn`, and not both",
            ));
        }
    };
    let app = context.app.clone();
    let expires_at_ms = context.now_ms + READ_MS;
    // Rendering is computation, and the template is foreign: it leaves the async threads.
    tokio::task::spawn_blocking(move || render(app, &content, &request.task.input, expires_at_ms))
        .await
        .map_err(ApiError::internal)
}

fn render(app: Arc<App>, content: &str, input: &str, expires_at_ms: i64) -> Response {
    match try_render(app, content, input, expires_at_ms) {
        Ok(rendered_content) => Response {
            rendered_content,
            errors: Vec::new(),
        },
        Err(error) => Response {
            rendered_content: String::new(),
            errors: vec![error],
        },
    }
}

fn try_render(
    app: Arc<App>,
    content: &str,
    input: &str,
    expires_at_ms: i64,
) -> Result<String, RenderError> {
    let input: Value = serde_json::from_str(input).map_err(|error| RenderError {
        code: "InvalidTaskInput".to_owned(),
        message: format!("`Task.Input` is not JSON: {error}"),
    })?;
    let in_template = |error: TemplateError| RenderError {
        code: error.code.as_str().to_owned(),
        message: error.to_string(),
    };
    let template = Template::parse(content).map_err(in_template)?;
    let environment = Preview {
        now_ms: app.clock.now_ms(),
        app,
        expires_at_ms,
        ends: Instant::now() + RENDER_TIME,
    };
    let data = json!({"task": {"input": input}});
    let page = template
        .render(&data, &environment, &Limits::default())
        .map_err(in_template)?;
    // The page is looked at elsewhere, so it names the server.
    let origin = environment.app.settings.origin();
    let elements = format!("{origin}{}", assets::path("elements/index.js"));
    Ok(rewrite_scripts(&page, &elements))
}

struct Preview {
    app: Arc<App>,
    now_ms: i64,
    expires_at_ms: i64,
    ends: Instant,
}

impl Environment for Preview {
    fn grant_read_access(&self, bucket: &str, key: &str) -> Result<String, String> {
        let app = &self.app;
        let path = object::object_path(&app.secrets, bucket, key, self.expires_at_ms);
        Ok(format!("{}{path}", app.settings.origin()))
    }

    fn expired(&self) -> bool {
        Instant::now() >= self.ends
    }

    fn now_ms(&self) -> Option<i64> {
        Some(self.now_ms)
    }
}
