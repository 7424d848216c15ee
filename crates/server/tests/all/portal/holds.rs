//! Holding tasks: leases, the time limit, drafts, giving back and declining.

use serde_json::json;

use super::fixture::{JobSpec, PIXEL, Worker, add_job, answer, id, texts, until, world};

#[tokio::test(flavor = "multi_thread")]
async fn a_task_held_ahead_has_no_clock_until_it_is_shown() {
    let (test, job_id) = world(JobSpec::default()).await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let front = ana.next().await;
    let now = test.app.clock.now_ms();
    assert_eq!(front["limitAt"], now + 600_000);
    assert_eq!(front["acceptedAt"], now);
    assert_eq!(front["leaseExpiresAt"], now + 120_000);
    let ahead = ana.ask(&[id(&front)], true).await.good()["assignment"].clone();
    assert!(
        ahead["limitAt"].is_null() && ahead["acceptedAt"].is_null(),
        "{ahead}"
    );
    test.app.clock.advance(60_000);
    // The submit that moves on says what is shown now, and brings a third one.
    let mut body = answer("Cat", "k", true);
    body["showing"] = ahead["id"].clone();
    body["holding"] = json!([ahead["id"]]);
    let reply = ana.submit(id(&front), body).await.good();
    let third = reply["next"].clone();
    assert!(third["acceptedAt"].is_null(), "held ahead too: {third}");
    assert_ne!(third["id"], ahead["id"]);
    let beat = ana
        .act(id(&ahead), "heartbeat", json!({"showing": true}))
        .await
        .good();
    assert_eq!(beat["limitAt"], now + 660_000);
    assert_eq!(beat["leaseExpiresAt"], now + 180_000);
    let beat = ana
        .act(id(&third), "heartbeat", json!({"showing": false}))
        .await
        .good();
    assert!(beat["limitAt"].is_null(), "{beat}");
    let nothing = ana.ask(&[id(&ahead), id(&third)], true).await.good();
    assert!(
        nothing["assignment"].is_null() && nothing["reason"].is_null(),
        "{nothing}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_heartbeat_holds_a_task_up_to_its_limit_and_no_further() {
    let (test, job_id) = world(JobSpec {
        limit_seconds: 300,
        ..JobSpec::default()
    })
    .await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let task = ana.next().await;
    let limit_at = task["limitAt"].as_i64().unwrap();
    for _ in 0..3 {
        test.app.clock.advance(90_000);
        let beat = ana
            .act(id(&task), "heartbeat", json!({"showing": true}))
            .await
            .good();
        let now = test.app.clock.now_ms();
        assert_eq!(beat["leaseExpiresAt"], (now + 120_000).min(limit_at));
        assert_eq!(beat["limitAt"], limit_at);
    }
    test.app.clock.advance(30_000);
    let over = ana
        .act(id(&task), "heartbeat", json!({"showing": true}))
        .await;
    assert!(
        matches!(over.error().as_str(), "409 time_limit" | "409 lease_lost"),
        "{}",
        over.error()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn past_the_limit_the_answer_is_refused_and_kept_as_a_draft() {
    let (test, job_id) = world(JobSpec {
        lines: texts(1),
        limit_seconds: 300,
        ..JobSpec::default()
    })
    .await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let task = ana.next().await;
    test.app.clock.advance(306_000);
    let late = ana.answer(id(&task), "Dog").await;
    assert_eq!(late.error(), "409 time_limit");
    lapsed(&test, job_id).await;
    let again = ana.next().await;
    assert_eq!(again["id"], task["id"]);
    assert_eq!(
        again["draft"]["content"],
        json!({"crowd-classifier": {"label": "Dog"}})
    );
    ana.answer(id(&again), "Dog").await.good();
    assert_eq!(test.app.db.draft(job_id, 0, 1).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lapsed_task_goes_to_the_next_and_its_late_answer_is_not_counted() {
    let (test, job_id) = world(JobSpec {
        lines: texts(1),
        ..JobSpec::default()
    })
    .await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let ben = Worker::new(&test, job_id, "ben").await;
    let task = ana.next().await;
    let held = ben.ask(&[], false).await.good();
    assert_eq!(held["reason"]["code"], "held_by_others");
    assert_eq!(held["reason"]["params"]["count"], 1);
    assert_eq!(
        held["reason"]["params"]["nextFreeAt"],
        task["leaseExpiresAt"]
    );
    test.app.clock.advance(121_000);
    lapsed(&test, job_id).await;
    let taken = ben.next().await;
    assert_eq!(taken["id"], task["id"]);
    assert!(taken["draft"].is_null());
    assert_eq!(ana.answer(id(&task), "Cat").await.error(), "409 lease_lost");
    let beat = ana
        .act(id(&task), "heartbeat", json!({"showing": true}))
        .await;
    assert_eq!(beat.error(), "409 lease_lost");
    ben.answer(id(&taken), "Dog").await.good();
    until(&test, job_id, |job| job.state == "Completed").await;
    assert_eq!(ana.answer(id(&task), "Cat").await.error(), "409 job_over");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_counts_while_nobody_has_taken_the_place() {
    let (test, job_id) = world(JobSpec {
        lines: texts(1),
        ..JobSpec::default()
    })
    .await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let task = ana.next().await;
    test.app.clock.advance(121_000);
    lapsed(&test, job_id).await;
    ana.answer(id(&task), "Cat").await.good();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_brings_the_same_task_with_its_draft() {
    let (test, job_id) = world(JobSpec::default()).await;
    let ana = Worker::new(&test, job_id, "ana").await;
    assert_eq!(ana.job().await.unwrap()["state"], "available");
    let task = ana.next().await;
    let content = json!({"crowd-classifier": {"label": "Cat"}, "half": "done"});
    let saved = ana.save_draft(id(&task), content.clone()).await.good();
    assert_eq!(saved["savedAt"], test.app.clock.now_ms());
    assert_eq!(ana.job().await.unwrap()["state"], "stopped");
    test.app.clock.advance(10_000);
    let again = ana.next().await;
    assert_eq!(again["id"], task["id"]);
    assert_eq!(again["draft"]["content"], content);
    assert_eq!(again["draft"]["savedAt"], saved["savedAt"]);
    assert_eq!(again["limitAt"], task["limitAt"], "a reload buys no time");
    ana.answer(id(&again), "Cat").await.good();
    // A draft that comes in behind the answer is of no more use.
    let behind = ana.save_draft(id(&again), content).await;
    assert_eq!(behind.error(), "409 already_answered");
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_have_limits() {
    let (test, job_id) = world(JobSpec::default()).await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let ben = Worker::new(&test, job_id, "ben").await;
    let task = ana.next().await;
    let large = json!({"note": "x".repeat(1 << 20)});
    assert_eq!(
        ana.save_draft(id(&task), large).await.error(),
        "413 answer_too_large"
    );
    assert_eq!(
        ana.save_draft(id(&task), json!([1])).await.error(),
        "422 invalid content"
    );
    assert_eq!(
        ben.save_draft(id(&task), json!({})).await.error(),
        "404 not_found"
    );
    let mut refused = 0;
    for number in 0..60 {
        let saved = ana.save_draft(id(&task), json!({"number": number})).await;
        if saved.status == 429 {
            assert_eq!(saved.error(), "429 too_often");
            refused += 1;
        }
    }
    assert!(refused > 20, "{refused}");
    test.app.clock.advance(2_000);
    ana.save_draft(id(&task), json!({})).await.good();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_given_back_goes_to_others_and_may_be_given_back_again() {
    let (test, job_id) = world(JobSpec {
        lines: texts(1),
        ..JobSpec::default()
    })
    .await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let ben = Worker::new(&test, job_id, "ben").await;
    let task = ana.next().await;
    assert_eq!(ben.reason().await, "held_by_others");
    ana.act(id(&task), "release", json!({})).await.good();
    ana.act(id(&task), "release", json!({})).await.good();
    assert_eq!(ben.next().await["id"], task["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_declines_as_answers_were_wanted_fail_the_object_with_their_reasons() {
    let (test, job_id) = world(JobSpec {
        lines: texts(2),
        wanted: 2,
        ..JobSpec::default()
    })
    .await;
    let (ana, ben) = (
        Worker::new(&test, job_id, "ana").await,
        Worker::new(&test, job_id, "ben").await,
    );
    let task = ana.next().await;
    assert_eq!(
        ana.act(id(&task), "decline", json!({"reason": "  "}))
            .await
            .error(),
        "400 invalid reason"
    );
    ana.act(
        id(&task),
        "decline",
        json!({"reason": "not in a language the worker reads"}),
    )
    .await
    .good();
    let again = ana.act(id(&task), "decline", json!({"reason": "x"})).await;
    assert_eq!(again.error(), "409 lease_lost");
    assert_eq!(
        ana.job().await.unwrap()["left"],
        1,
        "what was declined is not left for its worker"
    );
    assert_ne!(ana.next().await["id"], task["id"]);
    let same = ben.next().await;
    assert_eq!(same["id"], task["id"]);
    ben.act(
        id(&same),
        "decline",
        json!({"reason": "the object is not shown properly: all black"}),
    )
    .await
    .good();
    let job = until(&test, job_id, |job| job.progress.failed == 1).await;
    let failed = test
        .app
        .db
        .label_failed(job.job_id, None, 10)
        .await
        .unwrap();
    assert!(
        failed[0].summary.contains("all black"),
        "{}",
        failed[0].summary
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_is_gone_is_declined_and_one_that_is_there_is_noted() {
    let (test, job_id) = world(JobSpec::default()).await;
    let images = JobSpec {
        name: "images",
        files: vec![("a.png", PIXEL), ("b.png", PIXEL)],
        task_type: "ImageMultiClass",
        lines: vec![
            json!({"source-ref": "s3://data/a.png"}),
            json!({"source-ref": "s3://data/b.png"}),
        ],
        ..JobSpec::default()
    };
    let images = add_job(&test, images).await;
    assert_ne!(images, job_id);
    let ana = Worker::new(&test, images, "ana").await;
    let task = ana.next().await;
    let body = json!({"message": "The image could not be loaded.", "url": "http://task.localhost/_/object/x"});
    let noted = ana
        .act(id(&task), "object-error", body.clone())
        .await
        .good();
    assert_eq!(noted["declined"], false);
    test.app.stores.delete("data", "a.png").await.unwrap();
    let gone = ana.act(id(&task), "object-error", body).await.good();
    assert_eq!(gone["declined"], true);
    until(&test, images, |job| job.progress.failed == 1).await;
    let failed = test.app.db.label_failed(images, None, 10).await.unwrap();
    assert!(
        failed[0].summary.contains("s3://data/a.png is not there"),
        "{}",
        failed[0].summary
    );
    assert_eq!(ana.next().await["objectId"], "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_worker_holds_at_most_eight_tasks_of_a_job() {
    let (test, job_id) = world(JobSpec {
        lines: texts(12),
        ..JobSpec::default()
    })
    .await;
    let ana = Worker::new(&test, job_id, "ana").await;
    let mut held: Vec<String> = Vec::new();
    for _ in 0..8 {
        let holding: Vec<&str> = held.iter().map(String::as_str).collect();
        let task = ana.ask(&holding, false).await.good()["assignment"].clone();
        held.push(id(&task).to_owned());
    }
    let holding: Vec<&str> = held.iter().map(String::as_str).collect();
    assert_eq!(ana.ask(&holding, false).await.error(), "409 holds_enough");
    assert!(ana.ask(&holding, true).await.good()["assignment"].is_null());
    // A browser that has lost them all is given them again, not new ones.
    assert!(held.contains(&id(&ana.next().await).to_owned()));
}

/// Waits until the engine has let what is over lapse.
async fn lapsed(test: &crate::support::TestApp, job_id: i64) {
    for _ in 0..2_000 {
        let live = test.app.db.waiting_reason(job_id, i64::MAX).await.unwrap();
        if live.held_by_others == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("nothing lapsed");
}
