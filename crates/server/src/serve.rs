//! The app on a socket: a hyper loop of our own, because only there can the reading of headers and
//! the stalling of a client be given a time limit.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use crate::app::App;

mod stall;

use stall::StallLimit;

/// Address of the other end of a connection, in the extensions of each of its requests.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub std::net::IpAddr);

/// Says that the server is ending, in the extensions of each request: for answers that would go on for
/// as long as somebody listens.
#[derive(Clone, Debug)]
pub struct Stopping(pub CancellationToken);

/// Wait after the system refuses a connection (too many open files), so as not to spin.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);
/// Bytes that the headers of a request may have.
const HEADER_BYTES_MAX: usize = 64 * 1024;

/// Serves `router` on `listener` until `stop` is ready, then lets requests under way end within
/// the time the settings give them.
pub async fn serve(
    app: Arc<App>,
    router: Router,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) {
    let stopping = CancellationToken::new();
    let free = Arc::new(Semaphore::new(app.settings.connections_max as usize));
    let connections = TaskTracker::new();
    tokio::pin!(stop);
    loop {
        let accepted = async {
            let permit = free
                .clone()
                .acquire_owned()
                .await
                .expect("the semaphore is never closed");
            (permit, listener.accept().await)
        };
        let (permit, accepted) = tokio::select! {
            biased;
            () = &mut stop => break,
            accepted = accepted => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(error.cause = %error, "accepting a connection failed");
                tokio::time::sleep(ACCEPT_RETRY).await;
                continue;
            }
        };
        let (app, router, stopping) = (app.clone(), router.clone(), stopping.clone());
        connections.spawn(async move {
            app.metrics.connections.fetch_add(1, Ordering::Relaxed);
            serve_connection(&app, router, stream, Peer(peer.ip()), stopping).await;
            app.metrics.connections.fetch_sub(1, Ordering::Relaxed);
            drop(permit);
        });
    }
    drop(listener);
    stopping.cancel();
    connections.close();
    let patience = Duration::from_secs(u64::from(app.settings.shutdown_seconds));
    if tokio::time::timeout(patience, connections.wait())
        .await
        .is_err()
    {
        let left = connections.len();
        tracing::warn!(
            connections.left = left,
            "stopped while requests were under way"
        );
    }
}

async fn serve_connection(
    app: &App,
    router: Router,
    stream: TcpStream,
    peer: Peer,
    stopping: CancellationToken,
) {
    // Answers are small and whole: waiting to fill a packet would only add delay.
    let _ = stream.set_nodelay(true);
    let settings = &app.settings;
    let stall = Duration::from_secs(u64::from(settings.stall_seconds));
    let ending = Stopping(stopping.clone());
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let mut request: Request = request.map(axum::body::Body::new);
        request.extensions_mut().insert(peer);
        request.extensions_mut().insert(ending.clone());
        router.clone().oneshot(request)
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Duration::from_secs(u64::from(settings.header_seconds)))
        .max_buf_size(HEADER_BYTES_MAX)
        .serve_connection(TokioIo::new(StallLimit::new(stream, stall)), service);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopping.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(error.cause = %error, "connection ended early");
    }
}
