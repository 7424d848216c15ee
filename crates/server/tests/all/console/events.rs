//! The figures of a job as they move.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use cairn_server::serve::Stopping;
use futures::StreamExt;
use http::Method;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

use super::world::{World, api, chosen};

/// A stream of events, read one by one.
struct Events {
    body: BodyDataStream,
    text: String,
}

impl Events {
    async fn open(world: &World, job: &str, stop: &CancellationToken) -> Events {
        let path = api(&format!("jobs/{job}/events"));
        let mut request = world
            .page
            .request(Method::GET, &path)
            .body(Body::empty())
            .unwrap();
        request.extensions_mut().insert(Stopping(stop.clone()));
        let response = world.test.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Events {
            body: response.into_body().into_data_stream(),
            text: String::new(),
        }
    }

    /// Name and data of the next event; none at the end.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let member = |name: &str| {
                    let mut lines = event.lines();
                    lines.find_map(|line| line.strip_prefix(name).map(|it| it.trim().to_owned()))
                };
                let found = (member("event:").unwrap(), member("data:").unwrap());
                let found = (found.0, serde_json::from_str(&found.1).unwrap());
                self.text = rest.to_owned();
                return Some(found);
            }
            let chunk = tokio::time::timeout(Duration::from_secs(10), self.body.next());
            let chunk = chunk.await.expect("an event within ten seconds")?;
            self.text
                .push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        }
    }
}

#[tokio::test]
async fn figures_come_at_once_when_they_change_and_at_the_end() {
    let world = World::start().await;
    let job_id = world.create("birds", |_| {}).await;
    world.until_running("birds").await;
    let stop = CancellationToken::new();
    let mut events = Events::open(&world, "birds", &stop).await;
    let (name, first) = events.next().await.unwrap();
    assert_eq!(name, "progress");
    assert_eq!(
        (&first["state"], &first["answers"]),
        (&json!("InProgress"), &json!(0))
    );
    assert!(first["now"].is_i64());
    world.answer(job_id, 0, 1, |_| chosen("good")).await;
    let (_, second) = events.next().await.unwrap();
    assert_eq!(second["answers"], 1);
    world.answer(job_id, 0, 9, |_| chosen("good")).await;
    let mut last = second;
    let ended = loop {
        let (name, data) = events.next().await.unwrap();
        if name != "progress" {
            break name;
        }
        last = data;
    };
    assert_eq!(ended, "end");
    assert_eq!(last["state"], "Completed");
    assert!(events.next().await.is_none());
}

#[tokio::test]
async fn streams_end_with_the_server() {
    let world = World::start().await;
    world.create("birds", |_| {}).await;
    world.until_running("birds").await;
    let stop = CancellationToken::new();
    let mut events = Events::open(&world, "birds", &stop).await;
    events.next().await.unwrap();
    stop.cancel();
    while events.next().await.is_some() {}
    assert_eq!(
        world.page.get(&api("jobs/nothing/events")).await.error(),
        "404 not_found"
    );
}
