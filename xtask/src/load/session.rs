//! Somebody signed in at the portal or at the console, on one connection.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use super::people::Person;
use crate::http::{Body, Connection, Response};

/// Where somebody signs in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Where workers label.
    Portal,
    /// Where managers look after jobs.
    Console,
}

/// Somebody who is signed in.
pub struct Session {
    /// Who it is.
    pub person: Person,
    door: Door,
    connection: Connection,
    origin: String,
    cookie: String,
}

impl Session {
    /// Signs in, and sets a password when the first one must be changed.
    pub async fn sign_in(address: SocketAddr, door: Door, person: &Person) -> Result<Session> {
        let mut session = Session {
            person: person.clone(),
            door,
            connection: Connection::new(address, &address.to_string()),
            origin: format!("http://{address}"),
            cookie: String::new(),
        };
        let body = json!({"name": person.name, "password": person.password}).to_string();
        let signed_in = session.call("POST", "sign-in", body.as_bytes()).await?;
        let reply = signed_in
            .json()
            .with_context(|| format!("sign in as {}", person.name))?;
        session.keep_cookie(&signed_in)?;
        let who = match door {
            Door::Portal => &reply["worker"],
            Door::Console => &reply["person"],
        };
        if who["mustChangePassword"] == true {
            let next = format!("{}-kept", person.password);
            let body = json!({"current": person.password, "new": next}).to_string();
            let changed = session.call("POST", "password", body.as_bytes()).await?;
            changed
                .json()
                .with_context(|| format!("change the password of {}", person.name))?;
            if changed.header("set-cookie").is_some() {
                session.keep_cookie(&changed)?;
            }
            session.person.password = next;
        }
        Ok(session)
    }

    /// Signs in anew, for a session that is gone.
    pub async fn renew(&mut self) -> Result<()> {
        let address = self.connection.address();
        *self = Session::sign_in(address, self.door, &self.person.clone()).await?;
        Ok(())
    }

    /// Sends a request; `path` is within the door's API.
    pub async fn call(&mut self, method: &str, path: &str, body: &[u8]) -> Result<Response> {
        let headers = [
            ("origin", self.origin.as_str()),
            ("content-type", "application/json"),
            ("cookie", self.cookie.as_str()),
        ];
        let headers = if self.cookie.is_empty() {
            &headers[..2]
        } else {
            &headers[..]
        };
        let door = match self.door {
            Door::Portal => "portal",
            Door::Console => "console",
        };
        self.connection
            .send(
                method,
                &format!("/_/{door}/api/{path}"),
                headers,
                Body::Bytes(body),
            )
            .await
    }

    fn keep_cookie(&mut self, response: &Response) -> Result<()> {
        let pairs: Vec<&str> = response
            .headers("set-cookie")
            .filter_map(|cookie| cookie.split(';').next())
            .collect();
        ensure!(!pairs.is_empty(), "the sign-in set no cookie");
        self.cookie = pairs.join("; ");
        Ok(())
    }
}
