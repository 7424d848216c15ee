//! The table of roles, walked: every route below `/_/` asks who is there and lets in whom its row
//! admits, and nobody else.

use cairn_server::auth::Role;
use cairn_server::auth::roles::{Access, Door, ROWS};
use http::Method;
use serde_json::json;

use crate::support::{Page, TestApp};

/// Status and code for `operation`, asked with arguments that lead nowhere.
async fn ask(page: &Page, operation: &str) -> (u16, String) {
    let (method, path) = operation.split_once(' ').unwrap();
    let method: Method = method.parse().unwrap();
    let path: String = path
        .split('/')
        .map(|part| if part.starts_with('{') { "0" } else { part })
        .collect::<Vec<_>>()
        .join("/");
    let body = (method != Method::GET && method != Method::DELETE).then(|| json!({}));
    let answer = page.send(method, &path, body).await;
    let code = serde_json::from_slice::<serde_json::Value>(&answer.bytes)
        .ok()
        .and_then(|body| body["error"]["code"].as_str().map(str::to_owned));
    (answer.status.as_u16(), code.unwrap_or_default())
}

#[tokio::test]
async fn every_route_admits_whom_its_row_admits() {
    let test = TestApp::start().await;
    let visitor = test.visitor();
    let mut walked = 0;
    for row in ROWS {
        if !matches!(row.door, Door::Portal | Door::Console) {
            continue;
        }
        let operation = row.operation;
        let asked = ask(&visitor, operation).await;
        let Access::Roles(_) = row.access else {
            assert!(
                !matches!(asked.0, 401 | 403 | 404),
                "{operation}: {asked:?}"
            );
            walked += 1;
            continue;
        };
        assert_eq!(asked, (401, "no_session".to_owned()), "{operation}");
        for role in Role::ALL {
            // Some operations end the session they are asked with.
            let page = test.person(role).await;
            let asked = ask(&page, operation).await;
            if row.access.admits(role) {
                assert!(
                    !matches!(asked.0, 401 | 403 | 405 | 500..),
                    "{operation} as {}: {asked:?}",
                    role.name()
                );
            } else {
                assert_eq!(
                    asked,
                    (403, "no_access".to_owned()),
                    "{operation} as {}",
                    role.name()
                );
            }
        }
        walked += 1;
    }
    assert!(walked >= 37, "only {walked} rows");
}
