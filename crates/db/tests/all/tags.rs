//! Tags, human task UIs and what a new job carries.

use cairn_db::human_task_ui::{
    HumanTaskUiDelete, HumanTaskUiFilter, HumanTaskUiInsert, HumanTaskUiInserted,
};
use cairn_db::labeling_job::{LabelingJobInsert, Pinned};
use cairn_db::tag::{TagDelete, TagInsert};

use crate::databases::on_each;

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

fn add(arn: &str, tags: &[(&str, &str)]) -> TagInsert {
    TagInsert {
        arn: arn.to_owned(),
        tags: pairs(tags),
        count_max: 3,
        actor: "ada".to_owned(),
        now_ms: 1,
    }
}

#[test]
fn tags_keep_their_order_and_their_limit() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        assert!(db.write(add("a", &[("z", "1"), ("b", "2")])).await.unwrap());
        assert!(db.write(add("a", &[("b", "3"), ("c", "4")])).await.unwrap());
        assert!(!db.write(add("a", &[("d", "5")])).await.unwrap());
        assert!(db.write(add("other", &[("d", "5")])).await.unwrap());
        let list = |after| {
            let db = db.clone();
            async move {
                let tags = db.tag_list("a", after, 2).await.unwrap();
                let place = tags.last().map(|tag| tag.position);
                let text: Vec<String> = tags
                    .into_iter()
                    .map(|tag| format!("{}={}", tag.key, tag.value))
                    .collect();
                (text.join(" "), place)
            }
        };
        let (first, place) = list(None).await;
        assert_eq!(first, "z=1 b=3");
        assert_eq!(list(place).await.0, "c=4");
        let delete = TagDelete {
            arn: "a".to_owned(),
            keys: vec!["z".to_owned(), "missing".to_owned()],
            actor: "ada".to_owned(),
            now_ms: 2,
        };
        db.write(delete).await.unwrap();
        assert_eq!(list(None).await.0, "b=3 c=4");
    });
}

fn ui(name: &str, now_ms: i64) -> HumanTaskUiInsert {
    HumanTaskUiInsert {
        name: name.to_owned(),
        arn: format!("arn/{name}"),
        content: format!("<p>{name}"),
        content_sha256: "00".to_owned(),
        tags: pairs(&[("k", "v")]),
        count_max: 3,
        actor: "ada".to_owned(),
        now_ms,
    }
}

#[test]
fn human_task_uis_are_listed_by_time_and_go_with_their_tags() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        for (name, at, expected) in [
            ("b", 5, HumanTaskUiInserted::Done),
            ("a", 5, HumanTaskUiInserted::Done),
            ("a", 6, HumanTaskUiInserted::NameTaken),
            ("c", 4, HumanTaskUiInserted::Done),
            ("d", 7, HumanTaskUiInserted::TooMany),
        ] {
            assert_eq!(db.write(ui(name, at)).await.unwrap(), expected, "{name}");
        }
        let list = |after: Option<(i64, &str)>, descending| {
            let filter = HumanTaskUiFilter {
                created_after: None,
                created_before: None,
                descending,
                after: after.map(|(at, name)| (at, name.to_owned())),
                limit: 2,
            };
            let db = db.clone();
            async move {
                let rows = db.human_task_ui_list(&filter).await.unwrap();
                let names: Vec<String> = rows.into_iter().map(|row| row.name).collect();
                names.join(" ")
            }
        };
        assert_eq!(list(None, false).await, "c a");
        assert_eq!(list(Some((5, "a")), false).await, "b");
        assert_eq!(list(None, true).await, "b a");
        assert_eq!(list(Some((5, "a")), true).await, "c");
        let content = db.human_task_ui_content("a").await.unwrap();
        assert_eq!(content.as_deref(), Some("<p>a"));
        assert_eq!(db.tag_list("arn/a", None, 9).await.unwrap().len(), 1);
        let delete = |name: &str| HumanTaskUiDelete {
            name: name.to_owned(),
            arn: format!("arn/{name}"),
            actor: "ada".to_owned(),
            now_ms: 9,
        };
        assert!(db.write(delete("a")).await.unwrap());
        assert!(!db.write(delete("a")).await.unwrap());
        assert_eq!(db.human_task_ui("a").await.unwrap(), None);
        assert_eq!(db.tag_list("arn/a", None, 9).await.unwrap(), []);
    });
}

#[test]
fn a_new_job_keeps_the_files_it_was_checked_with() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        let pinned = Pinned {
            template: Some("<p>".to_owned()),
            categories: Some("{}".to_owned()),
            manifest_etag: Some("v1".to_owned()),
        };
        let insert = |job_id: i64, name: &str| LabelingJobInsert {
            job_id,
            name: name.to_owned(),
            arn: "arn/job".to_owned(),
            reference_code: format!("code {job_id}"),
            workteam_arn: "team".to_owned(),
            task_type: "TextMultiClass".to_owned(),
            request: "{}".to_owned(),
            settings: "{}".to_owned(),
            pinned: pinned.clone(),
            tags: pairs(&[("cairn:seed", "7")]),
            actor: "ada".to_owned(),
            now_ms: 1,
        };
        assert!(db.write(insert(1, "Birds")).await.unwrap());
        assert!(!db.write(insert(2, "bIRDS")).await.unwrap());
        let kept = db.labeling_job_pinned(1).await.unwrap();
        assert_eq!(kept, Some(pinned.clone()));
        assert_eq!(db.tag_list("arn/job", None, 9).await.unwrap().len(), 1);
    });
}
