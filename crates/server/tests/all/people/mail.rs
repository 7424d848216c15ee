//! Mail, against a mail server that takes everything and keeps it.

use std::sync::{Arc, Mutex};

use cairn_server::auth::Role;
use cairn_server::clock::Clock;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use crate::support::TestApp;

/// A mail server. What it was sent, as it came.
struct MailServer {
    address: String,
    taken: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    /// Refuses recipients whose address holds `refused`.
    async fn start(refused: &'static str) -> MailServer {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let taken = Arc::new(Mutex::new(Vec::new()));
        let into = taken.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, refused, into.clone()));
            }
        });
        MailServer { address, taken }
    }

    fn taken(&self) -> Vec<String> {
        self.taken.lock().unwrap().clone()
    }
}

/// One connection, by the letter of RFC 5321 as far as a client here goes.
async fn converse(stream: tokio::net::TcpStream, refused: &str, taken: Arc<Mutex<Vec<String>>>) {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read).lines();
    write.write_all(b"220 test\r\n").await.unwrap();
    let mut envelope = String::new();
    while let Ok(Some(line)) = lines.next_line().await {
        let verb = line
            .split([' ', ':'])
            .next()
            .unwrap_or_default()
            .to_uppercase();
        let reply = match verb.as_str() {
            "EHLO" | "HELO" => "250-test\r\n250 8BITMIME\r\n",
            "RCPT" if line.contains(refused) => "550 no such mailbox\r\n",
            "MAIL" | "RCPT" => {
                envelope.push_str(&line);
                envelope.push('\n');
                "250 ok\r\n"
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await.unwrap();
                let mut message = std::mem::take(&mut envelope);
                while let Ok(Some(line)) = lines.next_line().await {
                    if line == "." {
                        break;
                    }
                    message.push_str(&line);
                    message.push('\n');
                }
                taken.lock().unwrap().push(message);
                "250 taken\r\n"
            }
            "QUIT" => {
                let _ = write.write_all(b"221 bye\r\n").await;
                return;
            }
            _ => "250 ok\r\n",
        };
        write.write_all(reply.as_bytes()).await.unwrap();
    }
}

/// The words of a message: its body decoded as its header says.
fn words(message: &str) -> String {
    let (head, body) = message.split_once("\n\n").unwrap();
    let encoding = head
        .lines()
        .find_map(|line| line.strip_prefix("Content-Transfer-Encoding: "))
        .unwrap_or("7bit");
    match encoding {
        "base64" => {
            use base64::Engine;
            let packed: String = body.split_whitespace().collect();
            let bytes = base64::engine::general_purpose::STANDARD
                .decode(packed)
                .unwrap();
            String::from_utf8(bytes).unwrap()
        }
        "quoted-printable" => unquote(body),
        _ => body.to_owned(),
    }
}

fn unquote(text: &str) -> String {
    let joined = text.replace("=\n", "");
    let mut bytes = Vec::new();
    let mut rest = joined.as_str();
    while let Some(at) = rest.find('=') {
        bytes.extend(rest[..at].bytes());
        bytes.push(u8::from_str_radix(&rest[at + 1..at + 3], 16).unwrap());
        rest = &rest[at + 3..];
    }
    bytes.extend(rest.bytes());
    String::from_utf8(bytes).unwrap()
}

async fn with_mail(server: &MailServer) -> TestApp {
    let url = format!("smtp://{}", server.address);
    TestApp::start_with(Clock::System, move |settings| {
        settings.smtp = Some(url);
        settings.mail_from = Some("Labeling <label@example.com>".to_owned());
    })
    .await
}

#[tokio::test]
async fn invitations_go_out_in_the_language_of_whoever_invites() {
    let server = MailServer::start("refused@").await;
    let test = with_mail(&server).await;
    let page = test.person(Role::Requester).await;
    let invite = |name: &str, email: Option<&str>| {
        let person = json!({"name": name, "email": email});
        page.post(
            "/_/console/api/workers",
            json!({"people": [person], "teams": []}),
        )
    };
    let answer = invite("ada@example.com", None).await.good();
    let invitation = &answer["invitations"][0];
    assert_eq!(invitation["mailed"], true);
    assert!(invitation.get("password").is_none());
    page.post("/_/console/api/language", json!({"language": "ja"}))
        .await
        .good();
    invite("山田", Some("yamada@example.com")).await.good();
    let taken = server.taken();
    assert_eq!(taken.len(), 2);
    assert!(
        taken[0].starts_with("MAIL FROM:<label@example.com>"),
        "{}",
        taken[0]
    );
    assert!(taken[0].contains("RCPT TO:<ada@example.com>"));
    assert!(taken[0].contains("Subject: You are invited to label"));
    let english = words(&taken[0]);
    assert!(
        english.contains(invitation["link"].as_str().unwrap()),
        "{english}"
    );
    let japanese = words(&taken[1]);
    assert!(
        japanese.contains("山田 様") && japanese.contains("#reset="),
        "{japanese}"
    );
    // What could not be sent is told with the reason, and the password to hand over.
    let answer = invite("bob", Some("refused@example.com")).await.good();
    let invitation = &answer["invitations"][0];
    assert_eq!(invitation["mailed"], false);
    assert!(invitation["password"].is_string());
    assert!(
        invitation["message"]
            .as_str()
            .unwrap()
            .contains("no such mailbox"),
        "{invitation}"
    );
    let answer = invite("eve", None).await.good();
    let message = answer["invitations"][0]["message"].as_str().unwrap();
    assert_eq!(message, "there is no address to send it to");
}

#[tokio::test]
async fn a_link_goes_out_in_the_language_of_its_person() {
    let server = MailServer::start("refused@").await;
    let test = with_mail(&server).await;
    let page = test.person(Role::Requester).await;
    for language in ["en", "ja"] {
        let new = cairn_server::people::NewPerson {
            email: Some(format!("{language}@example.com")),
            language: Some(language.to_owned()),
            ..cairn_server::people::NewPerson::worker(language)
        };
        let id = test
            .app
            .people
            .add(new, "test")
            .await
            .unwrap()
            .person
            .person_id;
        let path = format!("/_/console/api/workers/{id}/reset-link");
        let answer = page.post(&path, json!({})).await.good();
        assert_eq!(answer["mailed"], true);
        let message = words(server.taken().last().unwrap());
        assert!(
            message.contains(answer["link"].as_str().unwrap()),
            "{message}"
        );
        let expected = if language == "ja" {
            "新しいパスワード"
        } else {
            "new password"
        };
        assert!(message.contains(expected), "{message}");
    }
    let overview = page.get("/_/console/api/overview").await.good();
    assert_eq!(overview["mail"], true);
}

#[tokio::test]
async fn a_mail_server_that_is_away_is_told() {
    let server = MailServer::start("nobody").await;
    let test = with_mail(&server).await;
    let gone = TestApp::start_with(Clock::System, |settings| {
        settings.smtp = Some("smtp://127.0.0.1:1".to_owned());
        settings.mail_from = test.app.settings.mail_from.clone();
    })
    .await;
    let page = gone.person(Role::Requester).await;
    let body = json!({"people": [{"name": "ada@example.com"}], "teams": []});
    let answer = page.post("/_/console/api/workers", body).await.good();
    let invitation = &answer["invitations"][0];
    assert_eq!(invitation["outcome"], "created");
    assert_eq!(invitation["mailed"], false);
    assert!(
        invitation["message"]
            .as_str()
            .unwrap()
            .contains("did not take the mail")
    );
}
