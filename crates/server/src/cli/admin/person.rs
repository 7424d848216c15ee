//! `cairn admin person …`.

use anyhow::{Context, bail};
use cairn_db::group::GroupMembers;
use cairn_db::person::{Person, PersonDisable, PersonFilter, PersonRow, name_key};
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::{ACTOR, Office, table, time};
use crate::auth::Role;
use crate::people::NewPerson;

#[derive(Subcommand)]
pub(super) enum PersonCommand {
    /// Add somebody; prints their first password
    Create(Create),
    /// Show everybody
    List {
        /// Only those in this team
        #[arg(long)]
        team: Option<String>,
    },
    /// Shut somebody out; takes effect within seconds
    Disable {
        /// Name or e-mail
        person: String,
    },
    /// Let somebody in again
    Enable {
        /// Name or e-mail
        person: String,
    },
    /// Make a one-time link to set a password
    ResetLink {
        /// Name or e-mail
        person: String,
    },
}

#[derive(Args)]
pub(super) struct Create {
    /// The name they sign in with
    name: String,
    /// Where mail goes
    #[arg(long)]
    email: Option<String>,
    /// What they may do
    #[arg(long, value_enum, default_value_t = RoleName::Worker)]
    role: RoleName,
    /// Language of pages and mail: en or ja
    #[arg(long, value_parser = ["en", "ja"])]
    language: Option<String>,
    /// Teams they join
    #[arg(long = "team", value_name = "TEAM")]
    teams: Vec<String>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum RoleName {
    Administrator,
    Requester,
    VendorManager,
    Worker,
}

impl RoleName {
    pub(super) fn role(self) -> Role {
        match self {
            RoleName::Administrator => Role::Administrator,
            RoleName::Requester => Role::Requester,
            RoleName::VendorManager => Role::VendorManager,
            RoleName::Worker => Role::Worker,
        }
    }
}

pub(super) async fn run(office: &Office, command: PersonCommand) -> anyhow::Result<()> {
    match command {
        PersonCommand::Create(create) => add(office, create).await,
        PersonCommand::List { team } => list(office, team).await,
        PersonCommand::Disable { person } => switch(office, &person, true).await,
        PersonCommand::Enable { person } => switch(office, &person, false).await,
        PersonCommand::ResetLink { person } => reset_link(office, &person).await,
    }
}

async fn add(office: &Office, create: Create) -> anyhow::Result<()> {
    let mut groups = Vec::new();
    for team in &create.teams {
        groups.push(super::team::joining_group(office, team).await?);
    }
    let new = NewPerson {
        email: create.email,
        role: create.role.role(),
        language: create.language,
        groups,
        ..NewPerson::worker(&create.name)
    };
    let added = office.people.add(new, ACTOR).await?;
    let password = added.first_password.unwrap_or_default();
    let mut value = shown(&added.person);
    value["password"] = password.as_str().into();
    value["teams"] = create.teams.into();
    office.say(&value, || {
        format!("name      {}\npassword  {password}", added.person.name)
    });
    Ok(())
}

async fn list(office: &Office, team: Option<String>) -> anyhow::Result<()> {
    let mut filter = PersonFilter {
        team,
        limit: 500,
        ..PersonFilter::default()
    };
    let mut rows: Vec<PersonRow> = Vec::new();
    loop {
        let page = office.people.db.person_list(&filter).await?;
        let Some(last) = page.last() else { break };
        filter.after = Some(name_key(&last.person.name));
        rows.extend(page);
    }
    let all = rows.iter().map(|row| {
        let mut value = shown(&row.person);
        value["teams"] = row.teams.clone().into();
        value["answers"] = row.answers.into();
        value
    });
    office.say(&Value::Array(all.collect()), || {
        let cells = rows.iter().map(|row| {
            vec![
                row.person.name.clone(),
                row.person.role.clone(),
                row.person.state().name().to_owned(),
                row.teams.join(", "),
                row.answers.to_string(),
                time(row.person.last_seen_at),
            ]
        });
        table(
            &[
                "NAME",
                "ROLE",
                "STATE",
                "TEAMS",
                "ANSWERS",
                "LAST SEEN (UTC)",
            ],
            &cells.collect::<Vec<_>>(),
        )
    });
    Ok(())
}

async fn switch(office: &Office, login: &str, disabled: bool) -> anyhow::Result<()> {
    let person = find(office, login).await?;
    let disable = PersonDisable {
        person_id: person.person_id,
        disabled,
        actor: ACTOR.to_owned(),
        now_ms: office.people.clock.now_ms(),
    };
    let person = office.people.db.write(disable).await?;
    let person = person.context("the person is gone")?;
    office.say(&shown(&person), || {
        format!("{} is {}", person.name, person.state().name())
    });
    Ok(())
}

async fn reset_link(office: &Office, login: &str) -> anyhow::Result<()> {
    let person = find(office, login).await?;
    if person.disabled {
        bail!("{} is disabled", person.name);
    }
    let token = office.people.reset_token(person.person_id, ACTOR).await?;
    let link = token.link(&office.origin);
    office.say(
        &json!({"name": person.name, "link": link, "expires_at": token.expires_at}),
        || {
            format!(
                "{link}\nworks once, until {} UTC",
                time(Some(token.expires_at))
            )
        },
    );
    Ok(())
}

pub(super) async fn find(office: &Office, login: &str) -> anyhow::Result<Person> {
    let found = office.people.db.person_by_login(login).await?;
    found.with_context(|| format!("there is nobody called `{login}`"))
}

/// Puts somebody into a group.
pub(super) async fn join(
    office: &Office,
    group_name: String,
    person_ids: Vec<i64>,
) -> anyhow::Result<()> {
    office
        .people
        .db
        .write(GroupMembers {
            group_name,
            person_ids,
            member: true,
            actor: ACTOR.to_owned(),
            now_ms: office.people.clock.now_ms(),
        })
        .await?;
    Ok(())
}

fn shown(person: &Person) -> Value {
    json!({
        "id": person.person_id.to_string(),
        "name": person.name,
        "email": person.email,
        "role": person.role,
        "state": person.state().name(),
        "language": person.language,
        "worker_key": person.worker_key,
        "created_at": person.created_at,
        "last_seen_at": person.last_seen_at,
    })
}
