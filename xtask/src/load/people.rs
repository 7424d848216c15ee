//! The team that labels.

use anyhow::{Context, Result};
use serde_json::Value;

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

/// Makes a workteam of `count` workers with the server's own commands.
pub fn make_team(cairn: &Cairn, name: &str, count: usize) -> Result<Team> {
    let text = |value: &Value, member: &str| {
        value[member]
            .as_str()
            .map(str::to_owned)
            .with_context(|| format!("no {member} in {value}"))
    };
    let team = cairn.admin(&["team", "create", name])?;
    let mut people = Vec::new();
    for number in 1..=count {
        let login = format!("{name}-{number}");
        let person = cairn.admin(&["person", "create", &login, "--team", name])?;
        people.push(Person {
            name: login,
            password: text(&person, "password")?,
        });
    }
    Ok(Team {
        arn: text(&team, "arn")?,
        people,
    })
}
