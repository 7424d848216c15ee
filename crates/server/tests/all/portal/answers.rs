//! Giving answers: how often each counts, what is refused, what comes back.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::fixture::{JobSpec, Worker, answer, id, texts, until, world};

#[tokio::test(flavor = "multi_thread")]
async fn every_object_gets_as_many_answers_as_wanted_and_each_worker_one_of_them() {
    let (test, job_id) = world(JobSpec {
        lines: texts(12),
        wanted: 3,
        ..JobSpec::default()
    })
    .await;
    test.team("others", &["dan", "eve"]).await;
    let mut workers = Vec::new();
    for name in ["ana", "ben", "chi"] {
        workers.push(Worker::new(&test, job_id, name).await);
    }
    let loops = workers.into_iter().map(|worker| async move {
        let mut seen = BTreeSet::new();
        let mut at_hand = Some(worker.next().await);
        while let Some(assignment) = at_hand {
            let id = id(&assignment).to_owned();
            assert!(seen.insert(id.clone()), "{id} was given twice");
            let reply = worker
                .submit(&id, answer("Dog", &format!("k-{id}"), true))
                .await
                .good();
            assert_eq!(reply["accepted"], true);
            assert_eq!(reply["counts"]["doneByMe"], seen.len());
            at_hand = Some(reply["next"].clone()).filter(|next| !next.is_null());
        }
        (seen.len(), worker.reason().await)
    });
    for (answers, reason) in futures::future::join_all(loops).await {
        assert_eq!(answers, 12);
        assert!(
            matches!(reason.as_str(), "all_done_by_you" | "job_over"),
            "{reason}"
        );
    }
    let job = until(&test, job_id, |job| job.state == "Completed").await;
    assert_eq!(job.progress.human_labeled, 12);
    let annotations = test.app.db.annotation_range(job_id, 0, 100).await.unwrap();
    assert_eq!(annotations.len(), 36);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_sent_twice_counts_once_and_is_acknowledged_twice() {
    let (test, job_id) = world(JobSpec {
        wanted: 2,
        ..JobSpec::default()
    })
    .await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let first = ana.next().await;
    let body = answer("Cat", "once", false);
    let one = ana.submit(id(&first), body.clone()).await.good();
    let again = ana.submit(id(&first), body).await.good();
    assert_eq!(
        (&one["revision"], &again["revision"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(again["counts"], json!({"doneByMe": 1, "left": 2}));
    assert_eq!(one["correctableUntil"], again["correctableUntil"]);
    assert_eq!(
        test.app
            .db
            .annotation_range(job_id, 0, 9)
            .await
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_kept_as_the_browser_wrote_it() {
    let (test, job_id) = world(JobSpec {
        wanted: 2,
        ..JobSpec::default()
    })
    .await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let first = ana.next().await;
    let content = r#"{"crowd-classifier":{"label":"Dog"},"note":"犬 \u00e9  \"x\"","z":1.50}"#;
    let path = format!("/_/portal/api/assignments/{}/submit", id(&first));
    let body = format!(r#"{{"key":"k","content":{content},"timeSpentMs":7,"next":false}}"#);
    let request = ana
        .page
        .request(http::Method::POST, &path)
        .header("content-type", "application/json")
        .body(axum::body::Body::from(body))
        .unwrap();
    ana.page.send_raw(request).await.good();
    let stored = test.app.db.annotation_range(job_id, 0, 9).await.unwrap();
    assert_eq!(stored[0].content, content);
    assert_eq!(stored[0].time_spent_ms, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_corrected_within_its_time_and_not_after() {
    let (test, job_id) = world(JobSpec {
        wanted: 2,
        ..JobSpec::default()
    })
    .await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let first = ana.next().await;
    let given = ana
        .submit(id(&first), answer("Cat", "a", false))
        .await
        .good();
    let until = given["correctableUntil"].as_i64().unwrap();
    assert_eq!(until - given["now"].as_i64().unwrap(), 300_000);
    test.app.clock.advance(299_000);
    let corrected = ana
        .submit(id(&first), answer("Dog", "b", false))
        .await
        .good();
    assert_eq!(corrected["revision"], 2);
    assert_eq!(corrected["correctableUntil"], until);
    let history = ana.history("").await;
    assert_eq!(history["items"][0]["summary"], "Dog");
    assert_eq!(history["items"].as_array().unwrap().len(), 1);
    // The first answer comes once more, late, behind its correction: it changes nothing.
    let replayed = ana
        .submit(id(&first), answer("Cat", "a", false))
        .await
        .good();
    assert_eq!(replayed["revision"], 2);
    test.app.clock.advance(2_000);
    let late = ana.submit(id(&first), answer("Cat", "c", false)).await;
    assert_eq!(late.error(), "409 correction_over");
    assert_eq!(ana.history("").await["items"][0]["summary"], "Dog");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_a_rule_is_refused_and_names_it() {
    let (test, job_id) = world(JobSpec::default()).await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let first = ana.next().await;
    let id = id(&first);
    let send = |content: Value| {
        let body =
            json!({"content": content, "key": "k", "timeSpentMs": 1, "next": false, "holding": []});
        ana.submit(id, body)
    };
    for (content, message) in [
        (
            json!({"crowd-classifier": {"label": "Bird"}}),
            "`Bird` is not one of the job's labels",
        ),
        (
            json!({"crowd-classifier": {}}),
            "`crowd-classifier.label` is missing",
        ),
        (json!({"crowd-classifier": {"label": 1}}), "is not a string"),
        (json!({}), "answer has no `crowd-classifier`"),
        (json!([]), "answer is not an object"),
        (json!("text"), "answer is not an object"),
    ] {
        let refused = send(content).await;
        assert_eq!(refused.error(), "422 invalid content");
        assert!(refused.text().contains(message), "{}", refused.text());
    }
    let large = json!({"crowd-classifier": {"label": "Cat"}, "note": "x".repeat(1 << 20)});
    assert_eq!(send(large).await.error(), "413 answer_too_large");
    let larger = json!({"note": "x".repeat(3 << 20)});
    assert_eq!(send(larger).await.error(), "413 answer_too_large");
    for body in [
        json!({}),
        json!({"content": {}}),
        json!({"key": "k"}),
        json!([1]),
        json!({"content": {}, "key": 1}),
    ] {
        assert_eq!(ana.submit(id, body).await.status, 400);
    }
    for key in ["", "a b", "日本", &"k".repeat(65)] {
        assert_eq!(
            ana.submit(id, answer("Cat", key, false)).await.error(),
            "400 invalid key"
        );
    }
    for other in ["1-1", "x", "-", "1", "99999999999999999999-1"] {
        assert_eq!(ana.answer(other, "Cat").await.status, 404, "{other}");
    }
    // Nothing of all that has cost the worker the task.
    assert_eq!(ana.answer(id, "Cat").await.good()["revision"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_labels_and_none_are_taken_where_the_page_offers_them() {
    let template = r#"<crowd-form><crowd-classifier-multi-select name="crowd-classifier-multi-select"
        categories="{{ task.input.labels | to_json }}" exclusion-category="{ text: 'None of these' }">
        <classification-target>{{ task.input.taskObject }}</classification-target></crowd-classifier-multi-select></crowd-form>"#;
    let (test, job_id) = world(JobSpec {
        task_type: "TextMultiClassMultiLabel",
        template: template.to_owned(),
        ..JobSpec::default()
    })
    .await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let mut at_hand = ana.next().await;
    for (labels, error) in [
        (json!(["Dog", "Cat"]), None),
        (json!(["None of these"]), None),
        (json!(["Dog", "None of these"]), Some("422 invalid content")),
        (json!([]), Some("422 invalid content")),
    ] {
        let body = json!({
            "content": {"crowd-classifier-multi-select": {"labels": labels}},
            "key": "k", "timeSpentMs": 1, "next": true, "holding": [],
        });
        let answer = ana.submit(id(&at_hand), body).await;
        match error {
            Some(error) => assert_eq!(answer.error(), error),
            None => at_hand = answer.good()["next"].clone(),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_somebody_elses_task_or_after_the_job_is_not_taken() {
    let (test, job_id) = world(JobSpec {
        lines: texts(1),
        ..JobSpec::default()
    })
    .await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let ben = Worker::new(&test, job_id, "ben").await;
    let first = ana.next().await;
    assert_eq!(ben.answer(id(&first), "Cat").await.error(), "404 not_found");
    ana.answer(id(&first), "Cat").await.good();
    until(&test, job_id, |job| job.state == "Completed").await;
    let after = ana.submit(id(&first), answer("Dog", "later", false)).await;
    assert_eq!(after.error(), "409 job_over");
    assert_eq!(ana.reason().await, "job_over");
    assert_eq!(ana.job().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn with_one_object_out_at_a_time_every_reply_still_brings_the_next() {
    let (test, job_id) = world(JobSpec {
        lines: texts(12),
        concurrent: 1,
        ..JobSpec::default()
    })
    .await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let mut task = ana.next().await;
    for number in 1..12 {
        let body = answer("Cat", &format!("k{number}"), true);
        let reply = ana.submit(id(&task), body).await.good();
        assert!(!reply["next"].is_null(), "after {number}: {reply}");
        task = reply["next"].clone();
    }
}
