//! `cairn admin team …`.

use anyhow::{Context, bail};
use cairn_db::workteam::WorkteamFilter;
use clap::Subcommand;
use serde_json::{Value, json};

use super::{ACTOR, Office, table};
use crate::people::teams;

#[derive(Subcommand)]
pub(super) enum TeamCommand {
    /// Make a team
    Create {
        /// 1-63 letters, digits and single hyphens
        name: String,
        /// What it is for
        #[arg(long, default_value = "Made on the command line")]
        description: String,
    },
    /// Put people into a team
    Add {
        /// Name of the team
        team: String,
        /// Names or e-mails
        #[arg(required = true)]
        people: Vec<String>,
    },
    /// Show all teams
    List,
}

pub(super) async fn run(office: &Office, command: TeamCommand) -> anyhow::Result<()> {
    match command {
        TeamCommand::Create { name, description } => create(office, &name, &description).await,
        TeamCommand::Add { team, people } => add(office, &team, &people).await,
        TeamCommand::List => list(office).await,
    }
}

async fn create(office: &Office, name: &str, description: &str) -> anyhow::Result<()> {
    if !teams::is_team_name(name) {
        bail!("a team's name is made of 1-63 letters, digits and single hyphens");
    }
    let team = office.people.add_team(name, description, ACTOR).await?;
    let team = team.with_context(|| format!("a team is called `{name}` already"))?;
    let arn = teams::arn(&office.settings, &team.name);
    office.say(&json!({"name": team.name, "arn": arn}), || arn.clone());
    Ok(())
}

async fn add(office: &Office, team: &str, people: &[String]) -> anyhow::Result<()> {
    let group = joining_group(office, team).await?;
    let mut person_ids = Vec::with_capacity(people.len());
    for login in people {
        person_ids.push(super::person::find(office, login).await?.person_id);
    }
    super::person::join(office, group, person_ids).await?;
    let members = office.people.db.workteam_member_count(team).await?;
    office.say(&json!({"name": team, "members": members}), || {
        format!("{team} has {members} members")
    });
    Ok(())
}

pub(super) async fn joining_group(office: &Office, team: &str) -> anyhow::Result<String> {
    let group = office.people.joining_group(team).await?;
    group.with_context(|| format!("there is no team called `{team}`"))
}

async fn list(office: &Office) -> anyhow::Result<()> {
    let db = &office.people.db;
    let mut filter = WorkteamFilter {
        limit: 500,
        ..WorkteamFilter::default()
    };
    let mut rows = Vec::new();
    loop {
        let page = db.workteam_list(&filter).await?;
        let Some(last) = page.last() else { break };
        filter.after = Some(WorkteamFilter::cursor(last));
        for team in page {
            let arn = teams::arn(&office.settings, &team.name);
            let members = db.workteam_member_count(&team.name).await?;
            let jobs = db.workteam_job_count(&arn).await?;
            rows.push((team, arn, members, jobs));
        }
    }
    let all = rows.iter().map(|(team, arn, members, jobs)| {
        json!({"name": team.name, "arn": arn, "description": team.description, "members": members, "jobs": jobs})
    });
    office.say(&Value::Array(all.collect()), || {
        let cells = rows.iter().map(|(team, _, members, jobs)| {
            vec![
                team.name.clone(),
                members.to_string(),
                jobs.to_string(),
                team.description.clone(),
            ]
        });
        table(
            &["NAME", "MEMBERS", "JOBS", "DESCRIPTION"],
            &cells.collect::<Vec<_>>(),
        )
    });
    Ok(())
}
