//! The team that labels.

use anyhow::{Context, Result};
use serde_json::json;

use crate::aws::Aws;
use crate::cairn::Cairn;

/// Somebody who can sign in.
#[derive(Clone, Debug)]
pub struct Person {
    /// The name to sign in with.
    pub name: String,
    /// The password.
    pub password: String,
}

/// A workteam and its workers.
pub struct Team {
    /// The team's ARN.
    pub arn: String,
    /// Its workers.
    pub people: Vec<Person>,
}

/// Makes a workteam of `count` workers.
pub async fn make_team(cairn: &Cairn, aws: &mut Aws, name: &str, count: usize) -> Result<Team> {
    let input = json!({
        "WorkteamName": name,
        "Description": "labels for a test",
        "MemberDefinitions": [{"CognitoMemberDefinition": {
            "UserPool": "us-east-1_cairn",
            "UserGroup": name,
            "ClientId": "cairn",
        }}],
    });
    let reply = aws.sagemaker("CreateWorkteam", &input).await?;
    let arn = reply["WorkteamArn"]
        .as_str()
        .context("no WorkteamArn")?
        .to_owned();
    let mut people = Vec::new();
    for number in 1..=count {
        let person = Person {
            name: format!("{name}-{number}"),
            password: format!("first-password-of-{name}-{number}"),
        };
        cairn.admin(&[
            "worker",
            "create",
            &person.name,
            "--password",
            &person.password,
            "--team",
            name,
        ])?;
        people.push(person);
    }
    Ok(Team { arn, people })
}
