//! Walks the table of operations: nobody, the wrong role, and whoever may.

use cairn_server::api::{OPERATIONS, query};
use cairn_server::auth::Role;
use cairn_server::auth::roles::{self, Access, Door};
use http::Method;
use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn nobody_calls_an_operation_without_a_signature_or_with_a_wrong_one() {
    let test = TestApp::start().await;
    let mut forger = test.script(Role::Administrator).await;
    forger.secret = "not the secret".to_owned();
    for operation in OPERATIONS {
        let name = operation.name;
        let request = http::Request::post("/")
            .header("host", "127.0.0.1:9000")
            .header("x-amz-target", format!("SageMaker.{name}"))
            .body(axum::body::Body::from("{}"))
            .unwrap();
        let answer = test.visitor().send_raw(request).await;
        assert_eq!(answer.status, 400, "{name}");
        assert_eq!(
            answer.json()["__type"],
            "MissingAuthenticationTokenException",
            "{name}"
        );
        let (code, _) = forger.refused(name, json!({})).await;
        assert_eq!(code, "InvalidSignatureException", "{name}");
    }
    for operation in query::OPERATIONS {
        let service = service(operation.door);
        let form = format!("Action={}", operation.name);
        let answer = forger.query(service, &form).await;
        assert_eq!(answer.status, 403, "{}", operation.name);
        assert!(answer.text().contains("SignatureDoesNotMatch"));
    }
}

#[tokio::test]
async fn every_operation_admits_the_roles_of_its_row_and_no_other() {
    let test = TestApp::start().await;
    let mut scripts = Vec::new();
    for role in Role::ALL {
        scripts.push((role, test.script(role).await));
    }
    for operation in OPERATIONS {
        let name = operation.name;
        let row = roles::row(Door::SageMaker, name).unwrap_or_else(|| panic!("{name} has no row"));
        assert_ne!(row.access, Access::Open, "{name}");
        for (role, script) in &scripts {
            let answer = script.call(name, json!({"Unknown": 1})).await;
            // Whoever may is told that the member is unknown: the role is looked at first.
            let expected = match row.access.admits(*role) {
                true => "ValidationException",
                false => "AccessDeniedException",
            };
            assert_eq!(answer.json()["__type"], expected, "{name} {role:?}");
        }
    }
    for operation in query::OPERATIONS {
        let (name, door) = (operation.name, operation.door);
        let row = roles::row(door, name).unwrap_or_else(|| panic!("{name} has no row"));
        for (role, script) in &scripts {
            let form = format!(
                "Action={name}&RoleName=CairnWorker&RoleSessionName=x&RoleArn=arn:aws:iam::000000000000:role/{}",
                role.iam_name()
            );
            let answer = script.query(service(door), &form).await;
            let admitted = answer.status != 403;
            assert_eq!(admitted, row.access.admits(*role), "{name} {role:?}");
        }
    }
}

#[tokio::test]
async fn every_row_of_the_table_has_its_operation() {
    for row in roles::ROWS {
        let known = match row.door {
            Door::SageMaker => OPERATIONS.iter().any(|known| known.name == row.operation),
            Door::Sts | Door::Iam => query::OPERATIONS
                .iter()
                .any(|known| known.door == row.door && known.name == row.operation),
            Door::Portal | Door::Console | Door::S3 => true,
        };
        assert!(known, "{:?} {}", row.door, row.operation);
    }
}

#[tokio::test]
async fn requests_that_are_not_understood_get_their_errors() {
    let test = TestApp::start().await;
    let script = test.script(Role::Requester).await;
    let (code, _) = script.refused("CreateEndpoint", json!({})).await;
    assert_eq!(code, "UnknownOperationException");
    let headers = [("x-amz-target", "SageMaker.ListWorkteams".to_owned())];
    for body in ["{", "[]", "\"x\"", "\u{feff}{}"] {
        let answer = script
            .send(Method::POST, "sagemaker", "/", &headers, body.as_bytes())
            .await;
        assert_eq!(answer.json()["__type"], "SerializationException", "{body}");
    }
    let answer = script
        .send(Method::POST, "sagemaker", "/", &headers, b"")
        .await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/x-amz-json-1.1");
    assert_eq!(answer.header("x-amzn-requestid").len(), 36);
    // Members that came as null are as absent as those that did not come.
    let nulls = json!({"MaxResults": null, "NextToken": null});
    script.good("ListWorkteams", nulls).await;
    let (code, message) = script
        .refused("ListWorkteams", json!({"MaxResults": 101}))
        .await;
    assert_eq!(code, "ValidationException");
    assert!(message.contains("'maxResults'"), "{message}");
}

fn service(door: Door) -> &'static str {
    match door {
        Door::Iam => "iam",
        _ => "sts",
    }
}
