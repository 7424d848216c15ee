//! A small HTTP/1.1 client over one keep-alive connection, with nothing between the bench and the socket.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// No answer within this time counts as none.
const PATIENCE: Duration = Duration::from_secs(120);
/// A connection that rested this long is opened anew: the server may close it just as it is used.
const IDLE_MAX: Duration = Duration::from_secs(10);

/// One connection to one server. After an error it is closed, and the next request opens it again.
pub struct Connection {
    address: SocketAddr,
    host: String,
    stream: Option<TcpStream>,
    /// When the last answer came.
    used_at: Instant,
    /// Bytes received and not used yet.
    received: Vec<u8>,
    request: Vec<u8>,
}

/// An answer, read whole.
#[derive(Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    head: String,
    /// The body.
    pub body: Vec<u8>,
}

/// What to send as the body of a request.
pub enum Body<'a> {
    /// Bytes at hand.
    Bytes(&'a [u8]),
    /// So many bytes, made piece by piece; an empty piece before the end is an error.
    Stream(u64, &'a mut (dyn FnMut() -> Vec<u8> + Send)),
}

impl Connection {
    /// A connection to `address`, opened by the first request. `host` is what the `Host` header says.
    pub fn new(address: SocketAddr, host: &str) -> Connection {
        Connection {
            address,
            host: host.to_owned(),
            stream: None,
            used_at: Instant::now(),
            received: Vec::new(),
            request: Vec::new(),
        }
    }

    /// Where the server is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What the `Host` header says.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Sends a request and waits for the whole answer. `path` holds the query, encoded as it goes on the wire.
    pub async fn send(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Body<'_>,
    ) -> Result<Response> {
        let outcome = tokio::time::timeout(
            PATIENCE,
            self.exchange(method, path, headers, body, &mut |_| None),
        )
        .await
        .context("no answer in time")
        .and_then(|outcome| outcome);
        self.end(outcome, method, path)
    }

    /// Like [`Connection::send`] without a body, for answers too large to keep: each piece of a good answer's body
    /// goes to `piece` as it comes, and `body` stays empty.
    pub async fn stream(
        &mut self,
        path: &str,
        headers: &[(&str, &str)],
        mut piece: impl FnMut(&[u8]) + Send,
    ) -> Result<Response> {
        let mut sink = |bytes: &[u8]| {
            piece(bytes);
            Some(())
        };
        let outcome = self
            .exchange("GET", path, headers, Body::Bytes(b""), &mut sink)
            .await;
        self.end(outcome, "GET", path)
    }

    fn end(&mut self, outcome: Result<Response>, method: &str, path: &str) -> Result<Response> {
        let closes = match &outcome {
            Ok(response) => response
                .header("connection")
                .is_some_and(|value| value.eq_ignore_ascii_case("close")),
            Err(_) => true,
        };
        self.used_at = Instant::now();
        if closes {
            self.stream = None;
            self.received.clear();
        }
        outcome.with_context(|| format!("{method} {path}"))
    }

    async fn exchange(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Body<'_>,
        sink: &mut (dyn FnMut(&[u8]) -> Option<()> + Send),
    ) -> Result<Response> {
        if self.used_at.elapsed() > IDLE_MAX {
            self.stream = None;
        }
        if self.stream.is_none() {
            let stream = TcpStream::connect(self.address).await.context("connect")?;
            stream.set_nodelay(true)?;
            self.received.clear();
            self.stream = Some(stream);
        }
        let length = match &body {
            Body::Bytes(bytes) => bytes.len() as u64,
            Body::Stream(length, _) => *length,
        };
        self.request.clear();
        let mut line = |text: &[&str]| {
            for part in text {
                self.request.extend_from_slice(part.as_bytes());
            }
            self.request.extend_from_slice(b"\r\n");
        };
        line(&[method, " ", path, " HTTP/1.1"]);
        line(&["host: ", &self.host]);
        for (name, value) in headers {
            line(&[name, ": ", value]);
        }
        if length > 0 || method != "GET" {
            line(&["content-length: ", &length.to_string()]);
        }
        line(&[]);
        let Some(stream) = self.stream.as_mut() else {
            bail!("no connection");
        };
        match body {
            Body::Bytes(bytes) => {
                self.request.extend_from_slice(bytes);
                stream.write_all(&self.request).await?;
            }
            Body::Stream(length, next) => {
                stream.write_all(&self.request).await?;
                let mut left = length;
                while left > 0 {
                    let piece = next();
                    ensure!(!piece.is_empty(), "the body ends {left} bytes early");
                    ensure!(
                        piece.len() as u64 <= left,
                        "the body is longer than it said"
                    );
                    left -= piece.len() as u64;
                    stream.write_all(&piece).await?;
                }
            }
        }
        self.read_response(method, sink).await
    }

    async fn read_response(
        &mut self,
        method: &str,
        sink: &mut (dyn FnMut(&[u8]) -> Option<()> + Send),
    ) -> Result<Response> {
        let (status, head) = loop {
            let end = loop {
                if let Some(at) = find(&self.received, b"\r\n\r\n") {
                    break at;
                }
                self.fill().await?;
            };
            let head = String::from_utf8_lossy(&self.received[..end]).into_owned();
            self.received.drain(..end + 4);
            let status: u16 = head
                .get(9..12)
                .and_then(|digits| digits.parse().ok())
                .with_context(|| format!("not a status line: {head:?}"))?;
            // 1xx only announces the answer.
            if status >= 200 {
                break (status, head);
            }
        };
        let mut response = Response {
            status,
            head,
            body: Vec::new(),
        };
        if method == "HEAD" || status == 204 || status == 304 {
            return Ok(response);
        }
        let mut body = Vec::new();
        let mut take = |bytes: &[u8]| {
            if status >= 300 || sink(bytes).is_none() {
                body.extend_from_slice(bytes);
            }
        };
        let chunked = response
            .header("transfer-encoding")
            .is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
        if chunked {
            loop {
                let size = self.read_line().await?;
                let size = size.split(';').next().unwrap_or_default().trim();
                let size = u64::from_str_radix(size, 16)
                    .with_context(|| format!("not a chunk size: {size:?}"))?;
                self.read_body(size, &mut take).await?;
                // The end of the chunk; after the last one, the end of the trailers, of which there are none.
                self.read_line().await?;
                if size == 0 {
                    break;
                }
            }
        } else if let Some(length) = response.header("content-length") {
            let length = length.parse().context("read content-length")?;
            self.read_body(length, &mut take).await?;
        } else {
            bail!("an answer of unknown length");
        }
        response.body = body;
        Ok(response)
    }

    async fn read_body(&mut self, length: u64, take: &mut impl FnMut(&[u8])) -> Result<()> {
        let mut left = length;
        while left > 0 {
            if self.received.is_empty() {
                self.fill().await?;
            }
            let count = self
                .received
                .len()
                .min(usize::try_from(left).unwrap_or(usize::MAX));
            take(&self.received[..count]);
            self.received.drain(..count);
            left -= count as u64;
        }
        Ok(())
    }

    async fn read_line(&mut self) -> Result<String> {
        loop {
            if let Some(at) = find(&self.received, b"\r\n") {
                let line = String::from_utf8_lossy(&self.received[..at]).into_owned();
                self.received.drain(..at + 2);
                return Ok(line);
            }
            self.fill().await?;
        }
    }

    async fn fill(&mut self) -> Result<()> {
        let Some(stream) = self.stream.as_mut() else {
            bail!("no connection");
        };
        self.received.reserve(256 * 1024);
        if stream.read_buf(&mut self.received).await? == 0 {
            let ended: io::Error = io::ErrorKind::UnexpectedEof.into();
            return Err(ended).context("the server closed the connection");
        }
        Ok(())
    }
}

impl Response {
    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers(name).next()
    }

    /// All values of a header that may come more than once.
    pub fn headers(&self, name: &str) -> impl Iterator<Item = &str> {
        self.head.lines().skip(1).filter_map(move |line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, of a good answer; an error that quotes any other.
    pub fn json(&self) -> Result<serde_json::Value> {
        ensure!(
            (200..300).contains(&self.status),
            "status {}: {}",
            self.status,
            self.text().chars().take(600).collect::<String>()
        );
        if self.body.is_empty() {
            return Ok(serde_json::Value::Null);
        }
        serde_json::from_slice(&self.body).with_context(|| format!("not JSON: {}", self.text()))
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    /// A server that answers every request on a connection with the next of these bytes.
    async fn answer(answers: Vec<Vec<u8>>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut bytes = vec![0; 4096];
            for answer in answers {
                assert!(stream.read(&mut bytes).await.unwrap() > 0);
                // In two pieces, so that nothing depends on where a packet ends.
                let (first, second) = answer.split_at(answer.len() / 2);
                stream.write_all(first).await.unwrap();
                tokio::task::yield_now().await;
                stream.write_all(second).await.unwrap();
            }
        });
        address
    }

    #[tokio::test]
    async fn lengths_and_chunks_are_read_on_one_connection() {
        let address = answer(vec![
            b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n\r\nhello".to_vec(),
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n"
                .to_vec(),
            b"HTTP/1.1 204 No Content\r\n\r\n".to_vec(),
            b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno".to_vec(),
        ])
        .await;
        let mut connection = Connection::new(address, "localhost");
        let first = connection
            .send("GET", "/", &[], Body::Bytes(b""))
            .await
            .unwrap();
        assert_eq!((first.status, first.text().as_str()), (200, "hello"));
        assert_eq!(
            first.headers("set-cookie").collect::<Vec<_>>(),
            ["a=1", "b=2"]
        );
        let second = connection
            .send("POST", "/", &[], Body::Bytes(b"x"))
            .await
            .unwrap();
        assert_eq!(second.text(), "hello, world");
        let third = connection
            .send("DELETE", "/", &[], Body::Bytes(b""))
            .await
            .unwrap();
        assert_eq!(third.status, 204);
        let mut pieces = Vec::new();
        let fourth = connection
            .stream("/", &[], |piece| pieces.extend_from_slice(piece))
            .await
            .unwrap();
        assert_eq!(
            (fourth.status, fourth.text().as_str(), pieces.len()),
            (404, "no", 0)
        );
    }

    #[tokio::test]
    async fn a_connection_that_breaks_is_an_error() {
        let address = answer(vec![
            b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhel".to_vec(),
        ])
        .await;
        let mut connection = Connection::new(address, "localhost");
        let error = connection
            .send("GET", "/x", &[], Body::Bytes(b""))
            .await
            .unwrap_err();
        assert_eq!(format!("{error:#}").split(": ").next(), Some("GET /x"));
    }
}
