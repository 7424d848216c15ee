//! `docs/api-coverage.md` is made from the tables of operations.

use std::fmt::Write;
use std::path::Path;

use cairn_server::api::{OPERATIONS, query};
use cairn_server::auth::roles::{self, Access, Door};
use cairn_server::s3;

/// Writes the page when it is missing or stale, and fails then: the change is to be looked at and
/// committed with what caused it.
#[test]
fn the_page_of_coverage_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/api-coverage.md");
    let page = page();
    if std::fs::read_to_string(&path).unwrap_or_default() != page {
        std::fs::write(&path, page).unwrap();
        panic!("docs/api-coverage.md was stale and has been written anew: commit it");
    }
}

fn page() -> String {
    let mut page = String::from(
        "# What of AWS's APIs is answered\n\
         \n\
         Made by a test from the tables of operations; do not edit. One address answers all services.\n\
         Requests are signed with Signature Version 4 for any region; the region and the account in\n\
         answers are settings. What an operation does not cover it refuses with an error that says so.\n\
         \n\
         ## SageMaker (JSON 1.1)\n\
         \n\
         | operation | roles | not covered, and what differs |\n\
         | --- | --- | --- |\n",
    );
    for operation in OPERATIONS {
        row(&mut page, Door::SageMaker, operation.name, operation.note);
    }
    for (door, title) in [(Door::Sts, "STS"), (Door::Iam, "IAM")] {
        let _ = write!(
            page,
            "\n## {title} (query)\n\n| operation | roles | not covered, and what differs |\n| --- | --- | --- |\n"
        );
        for operation in query::OPERATIONS {
            if operation.door == door {
                row(&mut page, door, operation.name, operation.note);
            }
        }
    }
    page.push_str(
        "\n## S3 (REST)\n\n\
         Requests by path, streamed, presigned (Signature Version 4, and 2 in the query) and by form. Every\n\
         operation that is not listed is answered with `NotImplemented`.\n\n",
    );
    for operation in ["Read", "Write"] {
        let _ = writeln!(page, "{operation}: {}.\n", role_names(Door::S3, operation));
    }
    for name in s3::OPERATIONS {
        let _ = writeln!(page, "- {}", pascal_case(name));
    }
    page
}

/// `list_objects_v2` as `ListObjectsV2`.
fn pascal_case(name: &str) -> String {
    name.split('_')
        .map(|word| word[..1].to_uppercase() + &word[1..])
        .collect()
}

fn row(page: &mut String, door: Door, name: &str, note: &str) {
    let roles = role_names(door, name);
    let _ = writeln!(page, "| {name} | {roles} | {note} |");
}

fn role_names(door: Door, name: &str) -> String {
    let access = roles::row(door, name).map(|row| row.access);
    match access {
        None => panic!("{name} has no row in the table of roles"),
        Some(Access::Open) => "anybody".to_owned(),
        Some(Access::Roles(roles)) if roles.len() == roles::Role::ALL.len() => "all".to_owned(),
        Some(Access::Roles(roles)) => {
            let names: Vec<&str> = roles.iter().map(|role| role.name()).collect();
            names.join(", ")
        }
    }
}
