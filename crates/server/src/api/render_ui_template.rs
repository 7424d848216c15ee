//! RenderUiTemplate: a worker's page, with sample data.

use std::time::{Duration, Instant};

use cairn_labeling::template::{Environment, Limits, Template, TemplateError, rewrite_scripts};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::human_task_ui;
use super::{ApiError, ApiResult, Context};
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
    // Rendering is computation, and the template is foreign: it leaves the async threads.
    tokio::task::spawn_blocking(move || render(context, &content, &request.task.input))
        .await
        .map_err(ApiError::internal)
}

fn render(context: Context, content: &str, input: &str) -> Response {
    match try_render(context, content, input) {
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

fn try_render(context: Context, content: &str, input: &str) -> Result<String, RenderError> {
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
        context,
        ends: Instant::now() + RENDER_TIME,
    };
    let data = json!({"task": {"input": input}});
    let page = template
        .render(&data, &environment, &Limits::default())
        .map_err(in_template)?;
    // The page is looked at elsewhere, so it names the server.
    let origin = &environment.context.origin;
    let elements = format!("{origin}{}", assets::path("elements/index.js"));
    Ok(rewrite_scripts(&page, &elements))
}

struct Preview {
    context: Context,
    ends: Instant,
}

impl Environment for Preview {
    fn grant_read_access(&self, bucket: &str, key: &str) -> Result<String, String> {
        let Context { app, origin, .. } = &self.context;
        let expires_at_ms = self.context.now_ms + READ_MS;
        let path = object::object_path(&app.secrets, bucket, key, expires_at_ms);
        Ok(format!("{origin}{path}"))
    }

    fn expired(&self) -> bool {
        Instant::now() >= self.ends
    }

    fn now_ms(&self) -> Option<i64> {
        Some(self.context.now_ms)
    }
}
