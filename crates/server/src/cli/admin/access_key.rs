//! `cairn admin access-key …`.

use anyhow::Context;
use cairn_db::access_key::{AccessKey, AccessKeyDisable};
use clap::Subcommand;
use serde_json::{Value, json};

use super::person::RoleName;
use super::{ACTOR, Office, exports, table, time};

#[derive(Subcommand)]
pub(super) enum AccessKeyCommand {
    /// Make a key; prints what a shell needs to use it
    Create {
        /// What it is for
        name: String,
        /// What it may do
        #[arg(long, value_enum, default_value_t = RoleName::Requester)]
        role: RoleName,
        /// Whose it is: it stops when they are disabled
        #[arg(long)]
        person: Option<String>,
    },
    /// Show all keys
    List,
    /// Print what a shell needs to use a key
    Show {
        /// As in AWS_ACCESS_KEY_ID
        id: String,
    },
    /// Make a key stop working; takes effect within seconds
    Disable {
        /// As in AWS_ACCESS_KEY_ID
        id: String,
    },
}

pub(super) async fn run(office: &Office, command: AccessKeyCommand) -> anyhow::Result<()> {
    match command {
        AccessKeyCommand::Create { name, role, person } => {
            let person_id = match person {
                Some(login) => Some(super::person::find(office, &login).await?.person_id),
                None => None,
            };
            let key = office
                .people
                .add_access_key(&name, role.role(), person_id, ACTOR)
                .await?;
            say_whole(office, &key);
            Ok(())
        }
        AccessKeyCommand::List => list(office).await,
        AccessKeyCommand::Show { id } => {
            let holder = office.people.db.access_key(&id).await?;
            say_whole(office, &holder.with_context(|| no_such_key(&id))?.key);
            Ok(())
        }
        AccessKeyCommand::Disable { id } => {
            let disable = AccessKeyDisable {
                access_key_id: id.clone(),
                disabled: true,
                actor: ACTOR.to_owned(),
                now_ms: office.people.clock.now_ms(),
            };
            let key = office.people.db.write(disable).await?;
            let key = key.with_context(|| no_such_key(&id))?;
            office.say(&shown(&key), || format!("{id} is disabled"));
            Ok(())
        }
    }
}

fn no_such_key(id: &str) -> String {
    format!("there is no access key `{id}`")
}

/// A key with its secret.
fn say_whole(office: &Office, key: &AccessKey) {
    let secrets = &office.people.secrets;
    let mut value = shown(key);
    value["secret"] = secrets.access_key_secret(&key.access_key_id).into();
    value["endpoint"] = office.origin.as_str().into();
    value["region"] = office.settings.region.as_str().into();
    office.say(&value, || {
        exports(
            &office.settings.region,
            &office.origin,
            secrets,
            &key.access_key_id,
        )
    });
}

async fn list(office: &Office) -> anyhow::Result<()> {
    let mut keys: Vec<AccessKey> = Vec::new();
    loop {
        let after = keys
            .last()
            .map(|last| (last.created_at, last.access_key_id.as_str()));
        let page = office.people.db.access_key_list(after, 500).await?;
        if page.is_empty() {
            break;
        }
        keys.extend(page);
    }
    office.say(&Value::Array(keys.iter().map(shown).collect()), || {
        let cells = keys.iter().map(|key| {
            vec![
                key.access_key_id.clone(),
                key.name.clone(),
                key.role.clone(),
                state(key).to_owned(),
                time(key.last_used_at),
            ]
        });
        table(
            &["ID", "NAME", "ROLE", "STATE", "LAST USED (UTC)"],
            &cells.collect::<Vec<_>>(),
        )
    });
    Ok(())
}

fn state(key: &AccessKey) -> &'static str {
    if key.disabled { "disabled" } else { "active" }
}

fn shown(key: &AccessKey) -> Value {
    json!({
        "id": key.access_key_id,
        "name": key.name,
        "role": key.role,
        "state": state(key),
        "created_at": key.created_at,
        "last_used_at": key.last_used_at,
    })
}
