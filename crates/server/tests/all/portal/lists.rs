//! What a worker sees of jobs and of their own answers.

use cairn_server::auth::Role;
use serde_json::json;

use super::fixture::{JobSpec, Worker, add_job, id, texts, world};

#[tokio::test(flavor = "multi_thread")]
async fn home_tells_what_each_job_asks_and_what_is_left_of_it() {
    let (test, job_id) = world(JobSpec {
        lines: texts(5),
        wanted: 2,
        ..JobSpec::default()
    })
    .await;
    test.team("elsewhere", &["dan"]).await;
    let foreign = JobSpec {
        name: "foreign",
        team: "elsewhere",
        ..JobSpec::default()
    };
    let foreign = add_job(&test, foreign).await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let list = ana.page.get("/_/portal/api/jobs").await.good();
    assert_eq!(list["now"], test.app.clock.now_ms());
    assert_eq!(
        list["jobs"],
        json!([{
            "job": job_id.to_string(), "title": "Title of pets", "description": "Choose one.", "keywords": ["animals"],
            "team": "labelers", "taskType": "TextMultiClass", "left": 5, "doneByMe": 0, "timeLimitSeconds": 600,
            "createdAt": test.app.clock.now_ms(), "state": "available",
        }])
    );
    for _ in 0..3 {
        let task = ana.next().await;
        ana.answer(id(&task), "Cat").await.good();
    }
    test.app.clock.advance(4_000);
    let list = ana.page.get("/_/portal/api/jobs").await.good();
    assert_eq!(
        (&list["jobs"][0]["left"], &list["jobs"][0]["doneByMe"]),
        (&json!(2), &json!(3))
    );
    assert_eq!((&list["today"], &list["week"]), (&json!(3), &json!(3)));
    test.app.clock.advance(2 * 86_400_000);
    let list = ana.page.get("/_/portal/api/jobs").await.good();
    assert_eq!((&list["today"], &list["week"]), (&json!(0), &json!(3)));

    let outside = Worker::new(&test, foreign, "ana").await;
    assert_eq!(outside.ask(&[], false).await.error(), "404 not_found");
    let dan = Worker::new(&test, foreign, "dan").await;
    let task = dan.next().await;
    for verb in ["heartbeat", "release", "object-error"] {
        assert_eq!(
            outside.act(id(&task), verb, json!({})).await.error(),
            "404 not_found"
        );
    }
    assert_eq!(
        outside.answer(id(&task), "Cat").await.error(),
        "404 not_found"
    );
    let path = format!("/_/portal/api/jobs/{foreign}/history");
    assert_eq!(ana.page.get(&path).await.error(), "404 not_found");
    for other in ["0", "12", "pets", "-1", "..", "%00"] {
        let path = format!("/_/portal/api/jobs/{other}/next");
        assert_eq!(ana.page.post(&path, json!({})).await.status, 404, "{other}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_requester_labels_only_in_a_team_of_theirs() {
    let (test, job_id) = world(JobSpec::default()).await;
    let requester = test.person(Role::Requester).await;
    let path = format!("/_/portal/api/jobs/{job_id}/next");
    assert_eq!(
        requester.post(&path, json!({})).await.error(),
        "404 not_found"
    );
    let vendor = test.person(Role::VendorManager).await;
    assert_eq!(vendor.post(&path, json!({})).await.error(), "403 no_access");
    assert_eq!(
        test.visitor().post(&path, json!({})).await.error(),
        "401 no_session"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn history_is_paged_newest_first() {
    let (test, job_id) = world(JobSpec {
        lines: texts(5),
        wanted: 2,
        ..JobSpec::default()
    })
    .await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let ben = Worker::new(&test, job_id, "ben").await;
    for _ in 0..5 {
        let task = ana.next().await;
        ana.answer(id(&task), "Dog").await.good();
        test.app.clock.advance(1_000);
    }
    let mut seen = Vec::new();
    let mut query = "?limit=2".to_owned();
    loop {
        let page = ana.history(&query).await;
        for item in page["items"].as_array().unwrap() {
            assert_eq!(
                item["id"],
                format!("{job_id}-{}", item["objectId"].as_str().unwrap())
            );
            assert_eq!(
                item["content"],
                json!({"crowd-classifier": {"label": "Dog"}})
            );
            assert_eq!(item["summary"], "Dog");
            let open =
                item["correctableUntil"].as_i64().unwrap() - item["submittedAt"].as_i64().unwrap();
            assert_eq!(open, 300_000);
            assert!(
                item["page"]
                    .as_str()
                    .unwrap()
                    .starts_with("http://task.localhost:9000/_/task/")
            );
            seen.push(item["objectId"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["next"].as_str() else {
            break;
        };
        query = format!("?limit=2&before={next}");
    }
    assert_eq!(seen, ["4", "3", "2", "1", "0"]);
    assert_eq!(ben.history("").await["items"], json!([]));
    let path = format!("/_/portal/api/jobs/{job_id}/history?before=x");
    assert_eq!(ana.page.get(&path).await.error(), "400 invalid before");
}
