//! The client alone: the same requests against a responder that does nothing, so that every other figure can be read
//! together with what the client and the loopback cost.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::latency::Latencies;
use crate::http::{Body, Connection};

/// As long as what the portal answers to a submit with the next task in it.
const BODY_BYTES: usize = 400;

/// Requests a second, and how long each took, for some connections at once.
pub struct Floor {
    /// Requests a second over all connections.
    pub per_s: f64,
    /// How long each request took.
    pub latencies: Latencies,
}

/// Measures the floor with so many connections for so long.
pub async fn measure(connections: usize, time: Duration) -> Result<Floor> {
    let address = start_responder()?;
    let started = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..connections {
        clients.spawn(async move {
            let mut connection = Connection::new(address, &address.to_string());
            let mut latencies = Latencies::default();
            let body = [b'x'; 200];
            while started.elapsed() < time {
                let sent = Instant::now();
                connection
                    .send(
                        "POST",
                        "/next",
                        &[("content-type", "application/json")],
                        Body::Bytes(&body),
                    )
                    .await?;
                latencies.push(sent.elapsed());
            }
            anyhow::Ok(latencies)
        });
    }
    let mut latencies = Latencies::default();
    while let Some(client) = clients.join_next().await {
        latencies.extend(&client??);
    }
    let per_s = latencies.len() as f64 / started.elapsed().as_secs_f64();
    Ok(Floor { per_s, latencies })
}

/// A responder on a thread of its own, as the server is a process of its own.
fn start_responder() -> Result<SocketAddr> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
    listener.set_nonblocking(true)?;
    let address = listener.local_addr()?;
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        if let Ok(runtime) = runtime {
            runtime.block_on(async {
                let Ok(listener) = TcpListener::from_std(listener) else {
                    return;
                };
                while let Ok((stream, _)) = listener.accept().await {
                    tokio::spawn(respond(stream));
                }
            });
        }
    });
    Ok(address)
}

async fn respond(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {BODY_BYTES}\r\n\r\n"
    )
    .into_bytes();
    answer.extend(std::iter::repeat_n(b'x', BODY_BYTES));
    let mut received = [0; 8192];
    loop {
        // The client sends a request in one write, and waits for its answer before the next.
        if stream.read(&mut received).await? == 0 {
            return Ok(());
        }
        stream.write_all(&answer).await?;
    }
}
