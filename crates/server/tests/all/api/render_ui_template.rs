//! RenderUiTemplate.

use cairn_server::auth::Role;
use serde_json::{Value, json};

use crate::support::TestApp;

const ROLE: &str = "arn:aws:iam::000000000000:role/Labeling";

fn render(content: &str, input: &str) -> Value {
    json!({"UiTemplate": {"Content": content}, "Task": {"Input": input}, "RoleArn": ROLE})
}

#[tokio::test]
async fn a_page_is_rendered_with_the_servers_own_elements() {
    let test = TestApp::start().await;
    let script = test.script(Role::Requester).await;
    let content = r#"<html><head><script src="https://assets.crowd.aws/crowd-html-elements.js"></script></head><p title="{{ task.input.labels | to_json }}">{{ task.input.source-ref }}"#;
    let input = r#"{"source-ref":"<猫>","labels":["a"]}"#;
    let page = script
        .good("RenderUiTemplate", render(content, input))
        .await;
    assert_eq!(page["Errors"], json!([]));
    let html = page["RenderedContent"].as_str().unwrap();
    assert!(
        html.ends_with(r#"<p title="[&quot;a&quot;]">&lt;猫&gt;"#),
        "{html}"
    );
    assert!(!html.contains("assets.crowd.aws"), "{html}");
    let at = html.find("http://127.0.0.1:9000").unwrap();
    let path = html[at + 21..].split('"').next().unwrap();
    let module = test.visitor().get(path).await;
    assert_eq!(module.status, 200, "{path}");
}

#[tokio::test]
async fn stored_objects_are_granted_one_by_one() {
    let test = TestApp::start_still().await;
    let script = test.script(Role::Requester).await;
    test.app.stores.create_bucket("data").await.unwrap();
    let put = test
        .app
        .stores
        .put_bytes("data", "a//b 猫", "meow".into(), "text/plain");
    put.await.unwrap();
    let content = "{{ task.input.x | grant_read_access }}";
    let input = r#"{"x":"s3://data/a//b 猫"}"#;
    let page = script
        .good("RenderUiTemplate", render(content, input))
        .await;
    let html = page["RenderedContent"].as_str().unwrap();
    let at = html.find("http://127.0.0.1:9000/_/object/").unwrap();
    let path = html[at + 21..].to_owned();
    assert_eq!(test.visitor().get(&path).await.text(), "meow");
    test.app.clock.advance(3_600 * 1_000);
    assert!(test.visitor().get(&path).await.status.is_client_error());
}

#[tokio::test]
async fn what_is_wrong_with_the_page_is_told_in_the_answer() {
    let test = TestApp::start().await;
    let script = test.script(Role::Requester).await;
    let endless = "{% for a in (1..9999) %}{% for b in (1..9999) %}x{% endfor %}{% endfor %}";
    for (content, input, code, word) in [
        ("<p>\n {% if %}", "{}", "TemplateSyntax", "line 2, column"),
        (
            "{{ 1 | nonsense }}",
            "{}",
            "TemplateUnknownFilter",
            "line 1",
        ),
        ("{% nonsense %}", "{}", "TemplateUnknownTag", "line 1"),
        ("x", "{x", "InvalidTaskInput", "Task.Input"),
    ] {
        let page = script
            .good("RenderUiTemplate", render(content, input))
            .await;
        assert_eq!(page["RenderedContent"], "", "{content}");
        assert_eq!(page["Errors"][0]["Code"], code, "{page}");
        let message = page["Errors"][0]["Message"].as_str().unwrap();
        assert!(message.contains(word), "{message}");
    }
    let page = script.good("RenderUiTemplate", render(endless, "{}")).await;
    let code = page["Errors"][0]["Code"].as_str().unwrap();
    assert!(code.ends_with("Limit"), "{code}");
}

#[tokio::test]
async fn the_template_is_given_or_named_and_not_both() {
    let test = TestApp::start().await;
    let script = test.script(Role::Requester).await;
    let made = script
        .good("CreateHumanTaskUi", super::human_task_uis::ui("birds"))
        .await;
    let arn = &made["HumanTaskUiArn"];
    let named = json!({"HumanTaskUiArn": arn, "Task": {"Input": r#"{"x":"&"}"#}, "RoleArn": ROLE});
    let page = script.good("RenderUiTemplate", named.clone()).await;
    let html = page["RenderedContent"].as_str().unwrap();
    assert!(html.contains("<p>birds &amp; 日本</p>"), "{html}");
    let mut both = named.clone();
    both["UiTemplate"] = json!({"Content": "x"});
    let neither = json!({"Task": {"Input": "{}"}, "RoleArn": ROLE});
    for (body, expected) in [
        (both, "ValidationException"),
        (neither, "ValidationException"),
    ] {
        let (code, _) = script.refused("RenderUiTemplate", body).await;
        assert_eq!(code, expected);
    }
    let with = |arn: &str| {
        let mut body = named.clone();
        body["HumanTaskUiArn"] = json!(arn);
        body
    };
    let missing = with("arn:aws:sagemaker:us-east-1:000000000000:human-task-ui/none");
    let (code, _) = script.refused("RenderUiTemplate", missing).await;
    assert_eq!(code, "ResourceNotFound");
    let theirs = with("arn:aws:sagemaker:us-east-1:394669845002:human-task-ui/VideoObjectTracking");
    let (code, message) = script.refused("RenderUiTemplate", theirs).await;
    assert_eq!(code, "ValidationException");
    assert!(message.contains("not offered here yet"), "{message}");
}
