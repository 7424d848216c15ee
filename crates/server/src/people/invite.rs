//! Inviting people: an account, its teams, and the news of it by mail or over the administrator.

use cairn_db::DbError;
use cairn_db::group::GroupMembers;
use serde::{Deserialize, Serialize};

use super::{AddError, NewPerson, People, is_email};
use crate::auth::Role;
use crate::mail::Mailer;
use crate::page_error::PageError;

/// Somebody to invite.
#[derive(Clone, Debug, Deserialize)]
pub struct Invitee {
    /// Their name. One that is an e-mail address serves as both.
    pub name: String,
    /// Where the invitation goes.
    pub email: Option<String>,
}

/// What became of an invitation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// There is an account now.
    Created,
    /// There was one, and it was put into the teams.
    AlreadyThere,
    /// It broke a rule.
    Refused,
}

/// An invitation, to be shown once to whoever invites.
#[derive(Clone, Debug, Serialize)]
pub struct Invitation {
    /// The name.
    pub name: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Id of the worker.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The first password, when no mail went out with the link.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// One-time link to set a password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// Whether the link went out by mail.
    pub mailed: bool,
    /// Why it was refused, or why no mail went out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

impl Invitation {
    fn refused(name: &str, why: impl std::fmt::Display) -> Invitation {
        Invitation {
            message: Some(why.to_string()),
            ..Invitation::of(name, Outcome::Refused)
        }
    }

    fn of(name: &str, outcome: Outcome) -> Invitation {
        Invitation {
            name: name.to_owned(),
            outcome,
            id: None,
            password: None,
            link: None,
            mailed: false,
            message: None,
        }
    }
}

impl People {
    /// Invites somebody into `groups`. Whoever is here already is put into the groups.
    pub async fn invite(
        &self,
        invitee: &Invitee,
        groups: &[String],
        language: Option<&str>,
        actor: &str,
        origin: &str,
        mailer: Option<&Mailer>,
    ) -> Result<Invitation, PageError> {
        let name = invitee.name.trim();
        let named_email = Some(name).filter(|name| is_email(name)).map(str::to_owned);
        let new = NewPerson {
            email: invitee
                .email
                .clone()
                .filter(|email| !email.trim().is_empty())
                .or(named_email),
            language: language.map(str::to_owned),
            groups: groups.to_vec(),
            role: Role::Worker,
            ..NewPerson::worker(name)
        };
        let added = match self.add(new, actor).await {
            Ok(added) => added,
            Err(AddError::NameTaken(_)) => return self.join(name, groups, actor).await,
            Err(AddError::Db(error)) => return Err(error.into()),
            Err(AddError::Internal(error)) => return Err(PageError::internal(error)),
            Err(refusal) => return Ok(Invitation::refused(name, refusal)),
        };
        let person = added.person;
        let token = self.reset_token(person.person_id, actor).await?;
        let link = token.link(origin);
        let mut invitation = Invitation {
            id: Some(person.person_id.to_string()),
            ..Invitation::of(&person.name, Outcome::Created)
        };
        match (mailer, &person.email) {
            (Some(mailer), Some(email)) => {
                let sent =
                    mailer.invitation(email, &person.name, language, &link, token.expires_at);
                match sent.await {
                    Ok(()) => invitation.mailed = true,
                    Err(error) => invitation.message = Some(format!("{error:#}")),
                }
            }
            (Some(_), None) => {
                invitation.message = Some("there is no address to send it to".to_owned())
            }
            (None, _) => {}
        }
        invitation.link = Some(link);
        if !invitation.mailed {
            invitation.password = added.first_password;
        }
        Ok(invitation)
    }

    async fn join(
        &self,
        name: &str,
        groups: &[String],
        actor: &str,
    ) -> Result<Invitation, PageError> {
        let person = self.db.person_by_login(name).await?;
        let gone = || DbError::Conflict(format!("`{name}` was here and is gone"));
        let person = person.ok_or_else(gone)?;
        for group_name in groups {
            self.db
                .write(GroupMembers {
                    group_name: group_name.clone(),
                    person_ids: vec![person.person_id],
                    member: true,
                    actor: actor.to_owned(),
                    now_ms: self.clock.now_ms(),
                })
                .await?;
        }
        Ok(Invitation {
            id: Some(person.person_id.to_string()),
            ..Invitation::of(&person.name, Outcome::AlreadyThere)
        })
    }
}
