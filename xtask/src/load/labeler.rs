//! One worker with one connection: signs in at the portal, takes tasks, answers.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::people::Person;
use super::session::{Door, Session};

/// A worker who is signed in.
pub struct Labeler {
    session: Session,
}

/// A task in a worker's hands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Its name in addresses.
    pub id: String,
    /// The object's number in the manifest.
    pub object_id: String,
}

/// What became of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is acknowledged; with the next task when one was asked for and there was one.
    Accepted(Option<Assignment>),
    /// It is refused for good, by this code.
    Refused(String),
}

impl Labeler {
    /// Signs in, and sets a password when the first one must be changed.
    pub async fn sign_in(address: SocketAddr, person: &Person) -> Result<Labeler> {
        Ok(Labeler {
            session: Session::sign_in(address, Door::Portal, person).await?,
        })
    }

    /// Signs in anew, for a session that is gone.
    pub async fn renew(&mut self) -> Result<()> {
        self.session.renew().await
    }

    /// The portal's id of the job with this title, which is among the first the worker sees.
    pub async fn find_job(&mut self, title: &str) -> Result<Option<String>> {
        let reply = self.session.call("GET", "jobs", b"").await?.json()?;
        let jobs = reply["jobs"].as_array().context("no list of jobs")?;
        Ok(jobs
            .iter()
            .find(|job| job["title"] == title)
            .and_then(|job| job["job"].as_str().map(str::to_owned)))
    }

    /// Waits until the worker sees the job.
    pub async fn wait_for_job(&mut self, title: &str) -> Result<String> {
        let deadline = std::time::Instant::now() + Duration::from_secs(60);
        loop {
            if let Some(job) = self.find_job(title).await? {
                return Ok(job);
            }
            ensure!(
                std::time::Instant::now() < deadline,
                "{} never sees the job {title}",
                self.session.person.name
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Asks for a task; none when there is none now.
    pub async fn next(&mut self, job: &str) -> Result<Option<Assignment>> {
        let response = self
            .session
            .call(
                "POST",
                &format!("jobs/{job}/next"),
                br#"{"holding":[],"prefetch":false}"#,
            )
            .await?;
        assignment(&response.json()?["assignment"])
    }

    /// Submits an answer. `key` names it: sent again with the same key, it counts once.
    pub async fn submit(
        &mut self,
        assignment: &Assignment,
        content: &Value,
        key: &str,
        next: bool,
    ) -> Result<Outcome> {
        let body = format!(
            r#"{{"content":{content},"key":"{key}","timeSpentMs":1500,"next":{next},"holding":[]}}"#
        );
        let response = self
            .session
            .call(
                "POST",
                &format!("assignments/{}/submit", assignment.id),
                body.as_bytes(),
            )
            .await?;
        match response.status {
            200 => {
                let reply = response.json()?;
                ensure!(
                    reply["accepted"] == true,
                    "neither accepted nor refused: {reply}"
                );
                Ok(Outcome::Accepted(self::assignment(&reply["next"])?))
            }
            // The request is understood and will never succeed.
            404 | 409 | 410 => {
                let reply: Value = serde_json::from_slice(&response.body).unwrap_or_default();
                let code = reply["error"]["code"].as_str().unwrap_or("unknown");
                Ok(Outcome::Refused(code.to_owned()))
            }
            _ => {
                response.json()?;
                bail!("status {} for an answer", response.status);
            }
        }
    }
}

fn assignment(value: &Value) -> Result<Option<Assignment>> {
    if value.is_null() {
        return Ok(None);
    }
    let text = |name: &str| {
        value[name]
            .as_str()
            .map(str::to_owned)
            .with_context(|| format!("an assignment without {name}: {value}"))
    };
    Ok(Some(Assignment {
        id: text("id")?,
        object_id: text("objectId")?,
    }))
}
