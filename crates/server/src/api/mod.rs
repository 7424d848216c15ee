//! The AWS-wire operations.
//!
//! [`OPERATIONS`] lists every JSON operation; read it first. A request goes: signature, role, field
//! rules, handler. To add an operation: a file beside this one with its request, response, handler
//! and tests; a line in the table; a row in [`crate::auth::roles::ROWS`]; its field rules in
//! `cairn_labeling::api_rules`; its case in `tests/`.
//!
//! STS and IAM speak the query protocol: [`query`].

pub mod add_tags;
pub mod create_human_task_ui;
pub mod create_labeling_job;
pub mod create_workforce;
pub mod create_workteam;
pub mod delete_human_task_ui;
pub mod delete_tags;
pub mod delete_workforce;
pub mod delete_workteam;
pub mod describe_human_task_ui;
pub mod describe_labeling_job;
pub mod describe_subscribed_workteam;
pub mod describe_workforce;
pub mod describe_workteam;
pub mod error;
pub mod human_task_ui;
pub mod labeling_job;
pub mod list_human_task_uis;
pub mod list_labeling_jobs;
pub mod list_labeling_jobs_for_workteam;
pub mod list_subscribed_workteams;
pub mod list_tags;
pub mod list_workforces;
pub mod list_workteams;
pub mod page;
pub mod query;
pub mod render_ui_template;
pub mod stop_labeling_job;
pub mod tags;
pub mod update_workforce;
pub mod update_workteam;
pub mod wire;
pub mod workforce;
pub mod workteam;

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::Response;
use cairn_labeling::api_rules;
use futures::future::BoxFuture;
use http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use crate::app::App;
use crate::auth::roles::{self, Door};
use crate::auth::{Caller, sigv4};
use crate::origin::Origins;
pub use error::ApiError;

/// Content type of requests and responses.
pub const JSON_CONTENT_TYPE: &str = "application/x-amz-json-1.1";
/// Largest body of a JSON or query request. The largest member of all, a template of 128,000
/// characters, stays below it however it is escaped.
pub const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;

/// What an operation is given beside its request.
#[derive(Clone)]
pub struct Context {
    /// The server.
    pub app: Arc<App>,
    /// Who asks.
    pub caller: Caller,
    /// When the request arrived, milliseconds since the epoch.
    pub now_ms: i64,
    /// The address that whoever asks reaches the server by, as `https://label.example.com`.
    pub origin: String,
}

/// The answer of an operation, or the error to send.
pub type ApiResult<T> = Result<T, ApiError>;

/// A handler with its types rubbed off, as the table holds it.
pub type Handler = fn(Context, Value) -> BoxFuture<'static, ApiResult<Value>>;

/// One JSON operation.
pub struct Operation {
    /// Name as in `X-Amz-Target: SageMaker.<name>`.
    pub name: &'static str,
    /// What answers it.
    pub handler: Handler,
    /// What is not covered of it, for `docs/api-coverage.md`; empty when all is.
    pub note: &'static str,
}

/// A line of the table: the name, the handler (`async fn(Context, Request) -> ApiResult<Response>`)
/// and what is not covered.
macro_rules! operation {
    ($name:literal, $handler:path, $note:literal) => {
        Operation {
            name: $name,
            handler: |context, body| {
                Box::pin(async move {
                    let request = parse_request(body)?;
                    let response = $handler(context, request).await?;
                    serde_json::to_value(response).map_err(ApiError::internal)
                })
            },
            note: $note,
        }
    };
}

/// Every JSON operation of the SageMaker service.
pub const OPERATIONS: &[Operation] = &[
    operation!(
        "CreateLabelingJob",
        create_labeling_job::create_labeling_job,
        "refused with a ValidationException: task types other than the four classifications, automated labeling, own functions, SNS topics (streaming), KMS keys, public and vendor teams, UIs of AWS itself"
    ),
    operation!(
        "DescribeLabelingJob",
        describe_labeling_job::describe_labeling_job,
        "`FinalActiveLearningModelArn` is never given"
    ),
    operation!(
        "ListLabelingJobs",
        list_labeling_jobs::list_labeling_jobs,
        ""
    ),
    operation!(
        "ListLabelingJobsForWorkteam",
        list_labeling_jobs_for_workteam::list_labeling_jobs_for_workteam,
        "`Total` counts objects"
    ),
    operation!(
        "StopLabelingJob",
        stop_labeling_job::stop_labeling_job,
        "a job that is over is refused with a ValidationException"
    ),
    operation!(
        "CreateWorkteam",
        create_workteam::create_workteam,
        "`NotificationTopicArn` and enabled `IamPolicyConstraints` are refused; groups of either form are groups of this server"
    ),
    operation!("DescribeWorkteam", describe_workteam::describe_workteam, ""),
    operation!("ListWorkteams", list_workteams::list_workteams, ""),
    operation!(
        "UpdateWorkteam",
        update_workteam::update_workteam,
        "as CreateWorkteam"
    ),
    operation!("DeleteWorkteam", delete_workteam::delete_workteam, ""),
    operation!(
        "CreateWorkforce",
        create_workforce::create_workforce,
        "`OidcConfig`, `WorkforceVpcConfig`, closed `SourceIpConfig` and `dualstack` are refused; the Cognito pool and client are names only"
    ),
    operation!(
        "DescribeWorkforce",
        describe_workforce::describe_workforce,
        ""
    ),
    operation!("ListWorkforces", list_workforces::list_workforces, ""),
    operation!(
        "UpdateWorkforce",
        update_workforce::update_workforce,
        "as CreateWorkforce"
    ),
    operation!("DeleteWorkforce", delete_workforce::delete_workforce, ""),
    operation!(
        "DescribeSubscribedWorkteam",
        describe_subscribed_workteam::describe_subscribed_workteam,
        "there are no vendor teams: always a ValidationException"
    ),
    operation!(
        "ListSubscribedWorkteams",
        list_subscribed_workteams::list_subscribed_workteams,
        "there are no vendor teams: always empty"
    ),
    operation!(
        "CreateHumanTaskUi",
        create_human_task_ui::create_human_task_ui,
        "a template that does not parse is refused"
    ),
    operation!(
        "DescribeHumanTaskUi",
        describe_human_task_ui::describe_human_task_ui,
        ""
    ),
    operation!(
        "ListHumanTaskUis",
        list_human_task_uis::list_human_task_uis,
        ""
    ),
    operation!(
        "DeleteHumanTaskUi",
        delete_human_task_ui::delete_human_task_ui,
        ""
    ),
    operation!(
        "RenderUiTemplate",
        render_ui_template::render_ui_template,
        ""
    ),
    operation!(
        "AddTags",
        add_tags::add_tags,
        "keys beginning with `aws:` or `cairn:` are refused"
    ),
    operation!("ListTags", list_tags::list_tags, ""),
    operation!(
        "DeleteTags",
        delete_tags::delete_tags,
        "keys beginning with `aws:` or `cairn:` are refused"
    ),
];

/// The operation called `name`.
pub fn find(name: &str) -> Option<&'static Operation> {
    OPERATIONS.iter().find(|operation| operation.name == name)
}

/// Answers a request that names its operation by `X-Amz-Target`.
pub async fn answer_json(app: Arc<App>, request: Request) -> Response {
    match try_answer_json(app, request).await {
        Ok(Value::Null) => json_response(Bytes::new()),
        Ok(value) => json_response(Bytes::from(value.to_string())),
        Err(error) => error.into_json_response(),
    }
}

async fn try_answer_json(app: Arc<App>, request: Request) -> ApiResult<Value> {
    let now_ms = app.clock.now_ms();
    let (parts, body) = request.into_parts();
    let target = target(&parts.headers).unwrap_or_default().to_owned();
    let body = read_body(&app, &parts.headers, body).await?;
    let caller = sigv4::verify(&parts, &body, now_ms, app.keys.as_ref()).await?;
    let (operation, row) = target
        .strip_prefix("SageMaker.")
        .and_then(|name| Some((find(name)?, roles::row(Door::SageMaker, name)?)))
        .ok_or_else(|| {
            ApiError::client(
                "UnknownOperationException",
                format!("unknown operation `{target}`"),
            )
        })?;
    app.metrics.operation(operation.name);
    if !row.access.admits(caller.role) {
        return Err(ApiError::access_denied(format!(
            "User: {} is not authorized to perform: sagemaker:{}",
            caller.arn(&app.settings),
            operation.name
        )));
    }
    let body: Value = if body.is_empty() {
        Value::Object(serde_json::Map::new())
    } else {
        serde_json::from_slice(&body).map_err(|error| {
            ApiError::client(
                "SerializationException",
                format!("the body is not JSON: {error}"),
            )
        })?
    };
    let context = Context {
        origin: Origins::of(&parts.headers, &app.settings).portal,
        app,
        caller,
        now_ms,
    };
    call(context, operation, body).await
}

/// Does an operation for a caller who may ask for it: field rules, then handler.
pub async fn call(context: Context, operation: &Operation, body: Value) -> ApiResult<Value> {
    let Value::Object(mut members) = body else {
        return Err(ApiError::client(
            "SerializationException",
            "the body is not a JSON object",
        ));
    };
    // An absent member may come as null; what is stored and echoed has none.
    drop_nulls(&mut members);
    let body = Value::Object(members);
    api_rules::check(operation.name, &body)
        .map_err(|violations| ApiError::validation(api_rules::message(&violations)))?;
    (operation.handler)(context, body).await
}

fn drop_nulls(members: &mut serde_json::Map<String, Value>) {
    members.retain(|_, value| !value.is_null());
    for value in members.values_mut() {
        match value {
            Value::Object(members) => drop_nulls(members),
            Value::Array(items) => items
                .iter_mut()
                .filter_map(Value::as_object_mut)
                .for_each(drop_nulls),
            _ => {}
        }
    }
}

/// Reads a whole body within the size limit. Slow senders are cut off by the body timeout below.
pub(crate) async fn read_body(app: &App, headers: &HeaderMap, body: Body) -> ApiResult<Bytes> {
    let too_large = || ApiError {
        status: StatusCode::PAYLOAD_TOO_LARGE,
        ..ApiError::client(
            "RequestEntityTooLargeException",
            format!("the body has more than {BODY_BYTES_MAX} bytes"),
        )
    };
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok());
    if announced
        .and_then(|text| text.parse::<u64>().ok())
        .is_some_and(|n| n > BODY_BYTES_MAX as u64)
    {
        return Err(too_large());
    }
    let deadline = std::time::Duration::from_secs(u64::from(app.settings.stall_seconds));
    let collected =
        tokio::time::timeout(deadline, axum::body::to_bytes(body, BODY_BYTES_MAX)).await;
    match collected {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) if is_length_limit(&error) => Err(too_large()),
        Ok(Err(_)) => Err(ApiError::client(
            "RequestAbortedException",
            "the body ended before it was complete",
        )),
        Err(_) => Err(ApiError {
            status: StatusCode::REQUEST_TIMEOUT,
            ..ApiError::client(
                "RequestTimeoutException",
                format!("the body did not arrive within {} s", deadline.as_secs()),
            )
        }),
    }
}

fn is_length_limit(error: &axum::Error) -> bool {
    use std::error::Error;
    error
        .source()
        .is_some_and(|source| source.is::<http_body_util::LengthLimitError>())
}

/// The operation a request names by header, as `SageMaker.ListTags`.
pub(crate) fn target(headers: &HeaderMap) -> Option<&str> {
    headers.get("x-amz-target")?.to_str().ok()
}

/// Reads a request whose field rules have been checked.
fn parse_request<T: serde::de::DeserializeOwned>(body: Value) -> ApiResult<T> {
    serde_json::from_value(body)
        .map_err(|error| ApiError::client("SerializationException", error.to_string()))
}

fn json_response(body: Bytes) -> Response {
    let mut response = Response::new(Body::from(body));
    let content_type = http::HeaderValue::from_static(JSON_CONTENT_TYPE);
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, content_type);
    response
}
