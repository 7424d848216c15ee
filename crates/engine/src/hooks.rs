//! Programs of the requester's own that are asked over HTTP, by the names that the operator gave them.
//!
//! Jobs name a hook, never an address: a server asks only where its operator said so. A hook is sent one
//! POST with a JSON body and replies with status 200 and a JSON body. No redirect is followed.

use std::collections::BTreeMap;
use std::time::Duration;

use url::Url;

/// How long a hook may take to reply.
const REPLY_WITHIN: Duration = Duration::from_secs(300);
/// Bytes that a reply may have.
const REPLY_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Characters of a refusal that are shown.
const REFUSAL_CHARS_MAX: usize = 300;

/// The hooks of a server.
#[derive(Clone, Default)]
pub struct Hooks {
    urls: BTreeMap<String, Url>,
    client: Option<reqwest::Client>,
}

impl Hooks {
    /// Hooks by name. Where there are any, a process-wide TLS provider must have been installed.
    pub fn new(urls: BTreeMap<String, Url>) -> Result<Hooks, reqwest::Error> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .connect_timeout(Duration::from_secs(5))
            .timeout(REPLY_WITHIN);
        let client = match urls.is_empty() {
            true => None,
            false => Some(client.build()?),
        };
        Ok(Hooks { urls, client })
    }

    /// The names of all hooks.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.urls.keys().map(String::as_str)
    }

    /// What the hook `name` replies; the error says what is wrong with it, for people.
    pub(crate) async fn ask(&self, name: &str, question: String) -> Result<Vec<u8>, String> {
        let (Some(client), Some(url)) = (&self.client, self.urls.get(name)) else {
            return Err(format!("this server has no hook `{name}`"));
        };
        // What is said of an address may have a password in it.
        let failed = |error: reqwest::Error| {
            let error = error.without_url();
            // The first cause tells what is wrong; what is around it, where that was noticed.
            let first: &dyn std::error::Error = &error;
            let causes = std::iter::successors(Some(first), |error| error.source());
            let cause = causes.last().map(ToString::to_string);
            format!("hook `{name}`: {}", cause.unwrap_or_default())
        };
        let request = client
            .post(url.clone())
            .header("content-type", "application/json")
            .body(question);
        let mut response = request.send().await.map_err(failed)?;
        let status = response.status();
        let mut reply = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(failed)? {
            if reply.len() + chunk.len() > REPLY_BYTES_MAX {
                return Err(format!(
                    "hook `{name}`: the reply has more than {REPLY_BYTES_MAX} bytes"
                ));
            }
            reply.extend_from_slice(&chunk);
        }
        if status != reqwest::StatusCode::OK {
            let text = String::from_utf8_lossy(&reply);
            let text: String = text.trim().chars().take(REFUSAL_CHARS_MAX).collect();
            return Err(format!("hook `{name}` replied {status}: {text}"));
        }
        Ok(reply)
    }
}
