//! Mail: invitations and links to set a password, in English or Japanese.
//!
//! Sent while the request waits, so that whoever invites hears at once what did not go out.

use std::time::Duration;

use anyhow::Context;
use lettre::message::{Mailbox, header::ContentType};
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};

use crate::settings::Settings;

/// A mail server that does not answer by then is given up on.
const PATIENCE: Duration = Duration::from_secs(10);

/// Sends mail through one server.
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// The mailer that the settings describe; none without a mail server.
    pub fn of(settings: &Settings) -> anyhow::Result<Option<Mailer>> {
        let Some(url) = &settings.smtp else {
            return Ok(None);
        };
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&transport_url(url))
            .context("the setting smtp is not smtp://, smtps:// or smtp+starttls:// with a host")?
            .timeout(Some(PATIENCE))
            .build();
        let from = match &settings.mail_from {
            Some(from) => from.clone(),
            None => format!("Cairn <cairn@{}>", host_of(url)),
        };
        let from = from
            .parse()
            .with_context(|| format!("the setting mail-from, `{from}`, is not an address"))?;
        Ok(Some(Mailer { transport, from }))
    }

    /// Sends an invitation with a link to set the first password.
    pub async fn invitation(
        &self,
        email: &str,
        name: &str,
        language: Option<&str>,
        link: &str,
        expires_at_ms: i64,
    ) -> anyhow::Result<()> {
        let until = until(expires_at_ms);
        let (subject, body) = match language {
            Some("ja") => (
                "ラベル付け作業へのご招待",
                format!(
                    "{name} 様\r\n\r\nラベル付け作業に招待されました。次のリンクを開き、パスワードを設定してください。\r\n\r\n{link}\r\n\r\n\
                     サインインに使う名前: {name}\r\nリンクの有効期限: {until}\r\n\r\n\
                     お心当たりがない場合は、このメールを破棄してください。\r\n"
                ),
            ),
            _ => (
                "You are invited to label",
                format!(
                    "Hello {name},\r\n\r\nyou have been invited to label. Open this link and set a password:\r\n\r\n{link}\r\n\r\n\
                     Your name for signing in: {name}\r\nThe link works once, until {until}.\r\n\r\n\
                     If you did not expect this, ignore it.\r\n"
                ),
            ),
        };
        self.send(email, subject, body).await
    }

    /// Sends a link to set a new password.
    pub async fn reset_link(
        &self,
        email: &str,
        name: &str,
        language: Option<&str>,
        link: &str,
        expires_at_ms: i64,
    ) -> anyhow::Result<()> {
        let until = until(expires_at_ms);
        let (subject, body) = match language {
            Some("ja") => (
                "パスワードの再設定",
                format!(
                    "{name} 様\r\n\r\n次のリンクを開き、新しいパスワードを設定してください。\r\n\r\n{link}\r\n\r\n\
                     リンクは 1 回だけ使えます。有効期限: {until}\r\n"
                ),
            ),
            _ => (
                "Set a new password",
                format!(
                    "Hello {name},\r\n\r\nopen this link to set a new password:\r\n\r\n{link}\r\n\r\n\
                     It works once, until {until}.\r\n"
                ),
            ),
        };
        self.send(email, subject, body).await
    }

    async fn send(&self, email: &str, subject: &str, body: String) -> anyhow::Result<()> {
        let to: Mailbox = email
            .parse()
            .with_context(|| format!("`{email}` is not an address"))?;
        let message = Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(subject)
            .header(ContentType::TEXT_PLAIN)
            .body(body)
            .context("writing the mail")?;
        self.transport
            .send(message)
            .await
            .context("the mail server did not take the mail")?;
        Ok(())
    }
}

/// The setting as the mail library writes it: it puts the wish for TLS into the query.
fn transport_url(url: &str) -> String {
    match url.strip_prefix("smtp+starttls://") {
        Some(rest) => format!("smtp://{}?tls=required", rest.trim_end_matches('/')),
        None => url.to_owned(),
    }
}

fn host_of(url: &str) -> String {
    url::Url::parse(url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .filter(|host| host.contains(char::is_alphabetic))
        .unwrap_or_else(|| "localhost".to_owned())
}

/// `2026-11-24 05:15 UTC`.
fn until(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms)
        .map(|time| time.strftime("%Y-%m-%d %H:%M UTC").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(smtp: &str) -> Settings {
        Settings {
            smtp: Some(smtp.to_owned()),
            ..Settings::defaults(std::path::PathBuf::new())
        }
    }

    #[tokio::test]
    async fn the_setting_is_read() {
        for good in [
            "smtp://localhost:2525",
            "smtps://name:password@mail.example.com",
            "smtp+starttls://mail.example.com:587",
        ] {
            assert!(Mailer::of(&settings(good)).unwrap().is_some(), "{good}");
        }
        assert!(Mailer::of(&settings("http://mail.example.com")).is_err());
        assert!(
            Mailer::of(&Settings::defaults(std::path::PathBuf::new()))
                .unwrap()
                .is_none()
        );
        let mailer = Mailer::of(&settings("smtp://mail.example.com"))
            .unwrap()
            .unwrap();
        assert_eq!(mailer.from.to_string(), "Cairn <cairn@mail.example.com>");
    }

    #[test]
    fn times_are_in_utc() {
        assert_eq!(until(1_795_497_330_000), "2026-11-24 05:15 UTC");
    }
}
