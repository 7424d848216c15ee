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

/// Makes somebody with the server's own command, with arguments such as their role.
pub fn make_person(cairn: &Cairn, name: &str, arguments: &[&str]) -> Result<Person> {
    let command = [&["person", "create", name], arguments].concat();
    let person = cairn.admin(&command)?;
    Ok(Person {
        name: name.to_owned(),
        password: text(&person, "password")?,
    })
}

/// Makes a workteam of `count` workers with the server's own commands.
pub fn make_team(cairn: &Cairn, name: &str, count: usize) -> Result<Team> {
    let team = cairn.admin(&["team", "create", name])?;
    let people = (1..=count)
        .map(|number| make_person(cairn, &format!("{name}-{number}"), &["--team", name]))
        .collect::<Result<_>>()?;
    Ok(Team {
        arn: text(&team, "arn")?,
        people,
    })
}

fn text(value: &Value, member: &str) -> Result<String> {
    value[member]
        .as_str()
        .map(str::to_owned)
        .with_context(|| format!("no {member} in {value}"))
}
