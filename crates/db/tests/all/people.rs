//! People, sessions, links, keys and teams, one rule a test.

use cairn_db::Db;
use cairn_db::access_key::{AccessKey, AccessKeyDisable, AccessKeyInsert, AccessKeyUsed};
use cairn_db::group::{GroupMembers, WorkteamMembersRemove};
use cairn_db::labeling_job::LabelingJobInsert;
use cairn_db::password_reset::{PasswordResetInsert, PasswordResetUse};
use cairn_db::person::{
    Person, PersonDisable, PersonFilter, PersonInsert, PersonInserted, PersonLanguage,
    PersonPassword, PersonState,
};
use cairn_db::session::{SessionDelete, SessionInsert, SessionSeen, SessionsExpire};
use cairn_db::workforce::{
    Workforce, WorkforceDelete, WorkforceDeleted, WorkforceInsert, WorkforceUpdate,
};
use cairn_db::workteam::{
    Workteam, WorkteamDelete, WorkteamDeleted, WorkteamFilter, WorkteamInsert, WorkteamSort,
    WorkteamUpdate,
};

use crate::databases::on_each;

fn person(person_id: i64, name: &str) -> Person {
    Person {
        person_id,
        name: name.to_owned(),
        email: None,
        password_hash: Some("hash".to_owned()),
        must_change: false,
        role: "worker".to_owned(),
        disabled: false,
        language: None,
        worker_key: format!("KEY{person_id}"),
        created_at: 1_000,
        last_seen_at: None,
    }
}

async fn insert(db: &Db, person: Person, groups: &[&str]) -> PersonInserted {
    let insert = PersonInsert {
        person,
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        only_first: false,
        actor: "ada".to_owned(),
    };
    db.write(insert).await.unwrap()
}

async fn team(db: &Db, name: &str, created_at: i64) -> bool {
    let insert = WorkteamInsert {
        workteam: Workteam {
            name: name.to_owned(),
            description: "d".to_owned(),
            workforce: Some("Pool".to_owned()),
            member_definitions: "[]".to_owned(),
            notification: None,
            access: None,
            created_at,
            updated_at: created_at,
        },
        groups: vec![name.to_owned()],
        arn: format!("arn/{name}"),
        tags: vec![("k".to_owned(), "v".to_owned())],
        actor: "ada".to_owned(),
    };
    db.write(insert).await.unwrap()
}

/// What the audit log holds, oldest first, as `action subject`.
async fn audit(db: &Db) -> Vec<String> {
    let mut entries = db.audit_list(None, 100).await.unwrap();
    entries.reverse();
    let line = |entry: cairn_db::audit::AuditEntry| format!("{} {}", entry.action, entry.subject);
    entries.into_iter().map(line).collect()
}

#[test]
fn names_and_addresses_are_unique_without_regard_to_case_and_across_each_other() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        let with_email = Person {
            email: Some("Ben@Example.com".to_owned()),
            ..person(1, "Ben")
        };
        assert_eq!(insert(db, with_email, &[]).await, PersonInserted::Inserted);
        assert_eq!(
            insert(db, person(2, "bEN"), &[]).await,
            PersonInserted::NameTaken
        );
        assert_eq!(
            insert(db, person(2, "ben@example.COM"), &[]).await,
            PersonInserted::NameTaken
        );
        let same_email = Person {
            email: Some("ben@example.com".to_owned()),
            ..person(2, "Other")
        };
        assert_eq!(
            insert(db, same_email, &[]).await,
            PersonInserted::EmailTaken
        );
        for login in ["BEN", " ben ", "BEN@example.com"] {
            let found = db.person_by_login(login).await.unwrap();
            assert_eq!(found.unwrap().person_id, 1, "{login}");
        }
        assert_eq!(db.person_by_login("b").await.unwrap(), None);
        assert_eq!(
            insert(db, person(3, "山田"), &[]).await,
            PersonInserted::Inserted
        );
        assert_eq!(db.person_count().await.unwrap(), 2);
        let second = PersonInsert {
            person: person(4, "first"),
            groups: Vec::new(),
            only_first: true,
            actor: "ada".to_owned(),
        };
        assert_eq!(db.write(second).await.unwrap(), PersonInserted::NotFirst);
        assert_eq!(
            audit(db).await,
            ["person.create person/Ben", "person.create person/山田"]
        );
    });
}

#[test]
fn a_new_password_ends_the_other_sessions_and_the_link() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        insert(db, person(1, "Ada"), &[]).await;
        for token_hash in ["a", "b"] {
            let session = SessionInsert {
                token_hash: token_hash.to_owned(),
                person_id: 1,
                expires_at: 9_000,
                now_ms: 2_000,
            };
            db.write(session).await.unwrap();
        }
        db.write(reset("link", 1, 8_000)).await.unwrap();
        let change = PersonPassword {
            person_id: 1,
            password_hash: "new".to_owned(),
            must_change: false,
            session_kept: Some("a".to_owned()),
            actor: "Ada".to_owned(),
            now_ms: 3_000,
        };
        assert!(db.write(change).await.unwrap());
        let kept = db.session("a").await.unwrap().unwrap();
        assert_eq!(kept.person.password_hash.as_deref(), Some("new"));
        assert_eq!(
            (kept.created_at, kept.seen_at, kept.expires_at),
            (2_000, 2_000, 9_000)
        );
        assert_eq!(kept.person.last_seen_at, Some(2_000));
        assert_eq!(db.session("b").await.unwrap(), None);
        assert_eq!(db.password_reset_person("link", 3_000).await.unwrap(), None);
    });
}

fn reset(token_hash: &str, person_id: i64, expires_at: i64) -> PasswordResetInsert {
    PasswordResetInsert {
        token_hash: token_hash.to_owned(),
        person_id,
        expires_at,
        actor: "ada".to_owned(),
        now_ms: 2_000,
    }
}

#[test]
fn a_link_works_once_until_it_is_over_or_another_is_made() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        insert(db, person(1, "Ada"), &[]).await;
        db.write(reset("first", 1, 5_000)).await.unwrap();
        db.write(reset("second", 1, 5_000)).await.unwrap();
        let spend = |token_hash: &str, now_ms: i64| {
            db.write(PasswordResetUse {
                token_hash: token_hash.to_owned(),
                password_hash: "new".to_owned(),
                now_ms,
            })
        };
        assert_eq!(spend("first", 3_000).await.unwrap(), None);
        assert_eq!(spend("second", 5_000).await.unwrap(), None);
        assert_eq!(
            db.password_reset_person("second", 5_000).await.unwrap(),
            None
        );
        let holder = db.password_reset_person("second", 4_999).await.unwrap();
        assert_eq!(holder.unwrap().name, "Ada");
        assert_eq!(spend("second", 4_999).await.unwrap().unwrap().person_id, 1);
        assert_eq!(spend("second", 4_999).await.unwrap(), None);
        assert!(!db.person(1).await.unwrap().unwrap().must_change);
    });
}

#[test]
fn shutting_somebody_out_ends_their_sessions_and_their_link() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        insert(db, person(1, "Ada"), &[]).await;
        let session = SessionInsert {
            token_hash: "a".to_owned(),
            person_id: 1,
            expires_at: 9_000,
            now_ms: 2_000,
        };
        db.write(session).await.unwrap();
        db.write(reset("link", 1, 8_000)).await.unwrap();
        let switch = |disabled: bool| {
            db.write(PersonDisable {
                person_id: 1,
                disabled,
                actor: "ada".to_owned(),
                now_ms: 3_000,
            })
        };
        assert!(switch(true).await.unwrap().unwrap().disabled);
        assert!(switch(true).await.unwrap().unwrap().disabled);
        assert_eq!(db.session("a").await.unwrap(), None);
        assert!(!switch(false).await.unwrap().unwrap().disabled);
        assert_eq!(db.password_reset_person("link", 3_000).await.unwrap(), None);
        assert_eq!(
            audit(db).await,
            [
                "person.create person/Ada",
                "person.reset_link person/Ada",
                "person.disable person/Ada",
                "person.enable person/Ada"
            ]
        );
    });
}

#[test]
fn old_sessions_and_links_are_cleared_away() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        insert(db, person(1, "Ada"), &[]).await;
        insert(db, person(2, "Ben"), &[]).await;
        for (token_hash, now_ms, expires_at) in [
            ("idle", 1_000, 99_000),
            ("over", 9_000, 10_000),
            ("good", 1_000, 99_000),
        ] {
            let session = SessionInsert {
                token_hash: token_hash.to_owned(),
                person_id: 1,
                expires_at,
                now_ms,
            };
            db.write(session).await.unwrap();
        }
        let seen = SessionSeen {
            token_hash: "good".to_owned(),
            person_id: 1,
            now_ms: 9_500,
        };
        db.write(seen).await.unwrap();
        db.write(reset("old", 1, 10_000)).await.unwrap();
        db.write(reset("new", 2, 10_001)).await.unwrap();
        let expire = SessionsExpire {
            seen_before: 8_000,
            now_ms: 10_000,
        };
        assert_eq!(db.write(expire).await.unwrap(), 2);
        assert!(db.session("good").await.unwrap().is_some());
        assert!(db.password_reset_person("new", 0).await.unwrap().is_some());
        assert_eq!(db.password_reset_person("old", 0).await.unwrap(), None);
        let end = SessionDelete {
            token_hash: "good".to_owned(),
        };
        db.write(end).await.unwrap();
        assert_eq!(db.session("good").await.unwrap(), None);
    });
}

#[test]
fn keys_know_their_holder_and_are_listed_newest_first() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        insert(db, person(1, "Ada"), &[]).await;
        for (id, person_id, created_at) in [
            ("A", None, 1_000),
            ("B", Some(1), 2_000),
            ("C", None, 2_000),
        ] {
            let key = AccessKey {
                access_key_id: id.to_owned(),
                person_id,
                name: format!("key {id}"),
                role: "requester".to_owned(),
                disabled: false,
                created_at,
                last_used_at: None,
            };
            let actor = "ada".to_owned();
            db.write(AccessKeyInsert { key, actor }).await.unwrap();
        }
        let ids = |keys: Vec<AccessKey>| -> String {
            keys.into_iter().map(|key| key.access_key_id).collect()
        };
        assert_eq!(ids(db.access_key_list(None, 2).await.unwrap()), "CB");
        assert_eq!(
            ids(db.access_key_list(Some((2_000, "B")), 2).await.unwrap()),
            "A"
        );
        let holder = db.access_key("B").await.unwrap().unwrap();
        assert_eq!(
            holder.person,
            Some(("Ada".to_owned(), "worker".to_owned(), false))
        );
        assert_eq!(db.access_key("A").await.unwrap().unwrap().person, None);
        assert_eq!(db.access_key("b").await.unwrap(), None);
        let used = AccessKeyUsed {
            access_key_id: "A".to_owned(),
            now_ms: 5_000,
        };
        db.write(used).await.unwrap();
        let disable = |id: &str| AccessKeyDisable {
            access_key_id: id.to_owned(),
            disabled: true,
            actor: "ada".to_owned(),
            now_ms: 6_000,
        };
        let disabled = db.write(disable("A")).await.unwrap().unwrap();
        assert!(disabled.disabled);
        assert_eq!(disabled.last_used_at, Some(5_000));
        assert_eq!(db.write(disable("Z")).await.unwrap(), None);
    });
}

#[test]
fn members_of_a_team_are_the_members_of_its_groups() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        assert!(team(db, "Birds", 1).await);
        assert!(!team(db, "bIRDS", 2).await);
        assert!(team(db, "Fish", 2).await);
        insert(db, person(1, "Ada"), &["Birds"]).await;
        insert(db, person(2, "Ben"), &["Extra"]).await;
        assert_eq!(db.person_teams(1).await.unwrap(), ["Birds"]);
        assert_eq!(db.person_teams(2).await.unwrap(), [] as [&str; 0]);
        let update = WorkteamUpdate {
            name: "birds".to_owned(),
            description: Some("all birds".to_owned()),
            members: Some((
                "[1]".to_owned(),
                vec!["Birds".to_owned(), "Extra".to_owned()],
            )),
            notification: Some("{}".to_owned()),
            access: None,
            arn: "arn/Birds".to_owned(),
            actor: "ada".to_owned(),
            now_ms: 5,
        };
        let updated = db.write(update).await.unwrap().unwrap();
        assert_eq!(updated.description, "all birds");
        assert_eq!(updated.notification.as_deref(), Some("{}"));
        assert_eq!((updated.created_at, updated.updated_at), (1, 5));
        assert_eq!(db.person_teams(2).await.unwrap(), ["Birds"]);
        // In two groups of the same team, somebody still counts once.
        let members = |member: bool| GroupMembers {
            group_name: "Extra".to_owned(),
            person_ids: vec![1, 1, 77],
            member,
            actor: "ada".to_owned(),
            now_ms: 6,
        };
        assert_eq!(db.write(members(true)).await.unwrap(), 1);
        assert_eq!(db.workteam_member_count("BIRDS").await.unwrap(), 2);
        assert_eq!(
            db.workteam_groups("birds").await.unwrap(),
            ["Birds", "Extra"]
        );
        let out = WorkteamMembersRemove {
            team: "birds".to_owned(),
            person_ids: vec![1],
            actor: "ada".to_owned(),
            now_ms: 7,
        };
        db.write(out).await.unwrap();
        assert_eq!(db.person_teams(1).await.unwrap(), [] as [&str; 0]);
        assert_eq!(db.workteam_member_count("birds").await.unwrap(), 1);
    });
}

#[test]
fn a_team_that_works_is_not_removed() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        team(db, "Birds", 1).await;
        let insert = LabelingJobInsert {
            job_id: 1,
            name: "Job".to_owned(),
            arn: "arn/job".to_owned(),
            reference_code: "code".to_owned(),
            workteam_arn: "arn/Birds".to_owned(),
            ..job_insert()
        };
        assert!(db.write(insert).await.unwrap());
        assert_eq!(db.workteam_job_count("arn/Birds").await.unwrap(), 1);
        let delete = |name: &str| WorkteamDelete {
            name: name.to_owned(),
            arn: format!("arn/{name}"),
            actor: "ada".to_owned(),
            now_ms: 3,
        };
        assert_eq!(
            db.write(delete("Birds")).await.unwrap(),
            WorkteamDeleted::InUse
        );
        assert_eq!(
            db.write(delete("None")).await.unwrap(),
            WorkteamDeleted::Missing
        );
        team(db, "Fish", 1).await;
        assert_eq!(
            db.write(delete("Fish")).await.unwrap(),
            WorkteamDeleted::Deleted
        );
        assert_eq!(db.workteam("Fish").await.unwrap(), None);
        assert_eq!(db.workteam_groups("Fish").await.unwrap(), [] as [&str; 0]);
        assert_eq!(db.workteam_count().await.unwrap(), 1);
    });
}

#[test]
fn teams_are_listed_in_every_order_page_by_page() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        for (name, created_at) in [("b", 1), ("A", 2), ("c_1", 2), ("cx1", 3)] {
            team(db, name, created_at).await;
        }
        let list = async |filter: WorkteamFilter| {
            let mut filter = WorkteamFilter { limit: 1, ..filter };
            let mut names = Vec::new();
            loop {
                let page = db.workteam_list(&filter).await.unwrap();
                let Some(last) = page.last() else {
                    return names.join(" ");
                };
                names.push(last.name.clone());
                filter.after = Some(WorkteamFilter::cursor(last));
            }
        };
        let by = |sort, descending| WorkteamFilter {
            sort,
            descending,
            ..WorkteamFilter::default()
        };
        assert_eq!(list(by(WorkteamSort::Name, false)).await, "A b c_1 cx1");
        assert_eq!(list(by(WorkteamSort::Name, true)).await, "cx1 c_1 b A");
        assert_eq!(
            list(by(WorkteamSort::CreateDate, false)).await,
            "b A c_1 cx1"
        );
        assert_eq!(
            list(by(WorkteamSort::CreateDate, true)).await,
            "cx1 c_1 A b"
        );
        let named = WorkteamFilter {
            name_contains: Some("C_".to_owned()),
            ..WorkteamFilter::default()
        };
        assert_eq!(list(named).await, "c_1");
    });
}

#[test]
fn people_are_found_by_part_of_name_team_and_state_page_by_page() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        team(db, "Birds", 1).await;
        team(db, "Apes", 1).await;
        insert(db, person(1, "ada"), &["Birds", "Apes"]).await;
        let invited = Person {
            must_change: true,
            email: Some("x%y@example.com".to_owned()),
            ..person(2, "Ben")
        };
        insert(db, invited, &["Birds"]).await;
        let disabled = Person {
            disabled: true,
            ..person(3, "cy")
        };
        insert(db, disabled, &[]).await;
        let list = async |filter: PersonFilter| {
            let mut filter = PersonFilter { limit: 1, ..filter };
            let mut names = Vec::new();
            loop {
                let page = db.person_list(&filter).await.unwrap();
                let Some(last) = page.last() else {
                    return names.join(" ");
                };
                names.push(format!("{}:{}", last.person.name, last.teams.join("+")));
                filter.after = Some(last.person.name.to_lowercase());
            }
        };
        let all = PersonFilter::default;
        assert_eq!(list(all()).await, "ada:Apes+Birds Ben:Birds cy:");
        let search = |part: &str| PersonFilter {
            search: Some(part.to_owned()),
            ..all()
        };
        assert_eq!(list(search("E")).await, "Ben:Birds");
        assert_eq!(list(search("%")).await, "Ben:Birds");
        assert_eq!(list(search("_")).await, "");
        let team = PersonFilter {
            team: Some("apes".to_owned()),
            ..all()
        };
        assert_eq!(list(team).await, "ada:Apes+Birds");
        for (state, expected) in [
            (PersonState::Active, "ada:Apes+Birds"),
            (PersonState::Invited, "Ben:Birds"),
            (PersonState::Disabled, "cy:"),
        ] {
            let state = PersonFilter {
                state: Some(state),
                ..all()
            };
            assert_eq!(list(state).await, expected);
        }
        let row = db.person_row(1).await.unwrap().unwrap();
        assert_eq!((row.answers, row.teams.len()), (0, 2));
        let language = PersonLanguage {
            person_id: 1,
            language: "ja".to_owned(),
        };
        db.write(language).await.unwrap();
        assert_eq!(
            db.person(1).await.unwrap().unwrap().language.as_deref(),
            Some("ja")
        );
    });
}

#[test]
fn a_workforce_with_teams_stays() {
    on_each(|fresh| async move {
        let db = &fresh.db;
        let workforce = Workforce {
            name: "Pool".to_owned(),
            kind: "cognito".to_owned(),
            config: "{}".to_owned(),
            created_at: 1,
            updated_at: 1,
        };
        let insert = || WorkforceInsert {
            workforce: workforce.clone(),
            arn: "arn/pool".to_owned(),
            tags: Vec::new(),
            actor: "ada".to_owned(),
        };
        assert!(db.write(insert()).await.unwrap());
        assert!(!db.write(insert()).await.unwrap());
        let update = |name: &str| WorkforceUpdate {
            name: name.to_owned(),
            kind: "oidc".to_owned(),
            config: "[]".to_owned(),
            arn: "arn/pool".to_owned(),
            actor: "ada".to_owned(),
            now_ms: 2,
        };
        assert!(db.write(update("POOL")).await.unwrap());
        assert!(!db.write(update("none")).await.unwrap());
        let found = db.workforce("pool").await.unwrap().unwrap();
        assert_eq!((found.kind.as_str(), found.updated_at), ("oidc", 2));
        assert_eq!(db.workforce_list().await.unwrap(), [found]);
        let delete = || WorkforceDelete {
            name: "pool".to_owned(),
            arn: "arn/pool".to_owned(),
            actor: "ada".to_owned(),
            now_ms: 3,
        };
        team(db, "Birds", 1).await;
        assert_eq!(db.write(delete()).await.unwrap(), WorkforceDeleted::InUse);
        let gone = WorkteamDelete {
            name: "Birds".to_owned(),
            arn: "arn/Birds".to_owned(),
            actor: "ada".to_owned(),
            now_ms: 3,
        };
        db.write(gone).await.unwrap();
        assert_eq!(db.write(delete()).await.unwrap(), WorkforceDeleted::Deleted);
        assert_eq!(db.write(delete()).await.unwrap(), WorkforceDeleted::Missing);
    });
}

/// A job whose fields do not matter.
fn job_insert() -> LabelingJobInsert {
    LabelingJobInsert {
        job_id: 0,
        name: String::new(),
        arn: String::new(),
        reference_code: String::new(),
        workteam_arn: String::new(),
        task_type: "TextMultiClass".to_owned(),
        request: "{}".to_owned(),
        settings: "{}".to_owned(),
        pinned: Default::default(),
        tags: Vec::new(),
        actor: "ada".to_owned(),
        now_ms: 1,
    }
}
