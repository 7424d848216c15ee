//! A simulated worker: signs in and labels over HTTP, as the portal does.

use anyhow::{Context, bail};
use serde_json::{Value, json};

use super::random::Random;

/// What a worker is like.
pub(super) struct Character {
    /// Name they sign in with.
    pub(super) name: &'static str,
    /// How often they are right, 0 to 1; when they are not, every other label is as likely.
    pub(super) skill: f64,
    /// Whether they also answer the objects that are kept for a person at the keyboard.
    pub(super) answers_all: bool,
}

/// The simulated workers, from careful to careless.
pub(super) const CHARACTERS: [Character; 6] = [
    Character {
        name: "Aiko",
        skill: 0.97,
        answers_all: true,
    },
    Character {
        name: "Ben",
        skill: 0.93,
        answers_all: true,
    },
    Character {
        name: "Chie",
        skill: 0.88,
        answers_all: false,
    },
    Character {
        name: "Daniel",
        skill: 0.78,
        answers_all: false,
    },
    Character {
        name: "Emi",
        skill: 0.68,
        answers_all: false,
    },
    Character {
        name: "Fritz",
        skill: 0.4,
        answers_all: false,
    },
];

/// What a worker needs to know of a job to answer as their skill lets them.
pub(super) struct Work<'a> {
    /// Title in the portal.
    pub(super) title: &'a str,
    /// Name of the element that answers are keyed by.
    pub(super) element: &'a str,
    /// Label categories.
    pub(super) labels: &'a [String],
    /// The right label of each object, as an index.
    pub(super) truth: &'a [usize],
    /// Objects from this one on are kept for a person.
    pub(super) kept_from: usize,
}

/// A worker who is signed in.
pub(super) struct Worker<'a> {
    client: reqwest::Client,
    origin: &'a str,
    cookie: String,
    character: &'a Character,
    number: u64,
}

impl<'a> Worker<'a> {
    /// Signs in.
    pub(super) async fn sign_in(
        origin: &'a str,
        number: usize,
        password: &str,
    ) -> anyhow::Result<Worker<'a>> {
        let character = &CHARACTERS[number];
        let client = reqwest::Client::builder().no_proxy().build()?;
        let response = client
            .post(format!("{origin}/_/portal/api/sign-in"))
            .header("origin", origin)
            .json(&json!({"name": character.name, "password": password}))
            .send()
            .await?;
        let status = response.status();
        let cookie = response
            .headers()
            .get("set-cookie")
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split(';').next())
            .map(str::to_owned);
        if !status.is_success() {
            bail!(
                "signing in as {}: {}",
                character.name,
                response.text().await?
            );
        }
        Ok(Worker {
            client,
            origin,
            cookie: cookie.context("the sign-in gave no session")?,
            character,
            number: number as u64,
        })
    }

    /// Labels a job until nothing is left for this worker; `answered` hears of each answer.
    pub(super) async fn label(
        &self,
        work: &Work<'_>,
        answered: &(dyn Fn() + Sync),
    ) -> anyhow::Result<()> {
        let jobs = self.send("GET", "jobs", None).await?;
        let job = jobs["jobs"]
            .as_array()
            .and_then(|jobs| jobs.iter().find(|job| job["title"] == work.title))
            .and_then(|job| job["job"].as_str())
            .map(str::to_owned);
        // A job without work for this worker is not in the list.
        let Some(job) = job else { return Ok(()) };
        let path = format!("jobs/{job}/next");
        let mut reply = self
            .send(
                "POST",
                &path,
                Some(json!({"holding": [], "prefetch": false})),
            )
            .await?;
        let mut next = reply["assignment"].take();
        while let Some(id) = next["id"].as_str().map(str::to_owned) {
            let line: usize = next["objectId"]
                .as_str()
                .and_then(|line| line.parse().ok())
                .context("an assignment without an object")?;
            if line >= work.kept_from && !self.character.answers_all {
                self.send(
                    "POST",
                    &format!("assignments/{id}/release"),
                    Some(json!({})),
                )
                .await?;
                return Ok(());
            }
            let (label, time_spent_ms) = self.choose(work, line);
            let answer = json!({
                "content": {work.element: {"label": work.labels[label]}},
                "key": format!("demo-{}-{line}", self.number),
                "timeSpentMs": time_spent_ms,
                "next": true,
                "holding": [],
            });
            let mut reply = self
                .send("POST", &format!("assignments/{id}/submit"), Some(answer))
                .await?;
            answered();
            next = reply["next"].take();
        }
        Ok(())
    }

    /// What this worker says about an object, always the same, and how long it takes them.
    fn choose(&self, work: &Work<'_>, line: usize) -> (usize, u64) {
        let title = work.title.bytes().fold(0_u64, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(u64::from(byte))
        });
        let mut random = Random::new(title ^ (self.number << 40) ^ ((line as u64) << 8));
        let truth = work.truth[line];
        let is_right = random.unit() < self.character.skill;
        let other = (truth + 1 + random.below(work.labels.len() - 1)) % work.labels.len();
        let time_spent_ms = random.between(1_200.0, 5_200.0) as u64;
        (if is_right { truth } else { other }, time_spent_ms)
    }

    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let url = format!("{}/_/portal/api/{path}", self.origin);
        let mut request = self
            .client
            .request(method.parse()?, url)
            .header("origin", self.origin)
            .header("cookie", &self.cookie);
        if let Some(body) = &body {
            request = request.json(body);
        }
        let response = request.send().await?;
        let status = response.status();
        let text = response.text().await?;
        if !status.is_success() {
            bail!("{} at {path}: {status}: {text}", self.character.name);
        }
        Ok(serde_json::from_str(&text)?)
    }
}
