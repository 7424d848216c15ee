//! A stream that fails when the other end stalls: takes no bytes although there are some to send, or
//! sends none although some are wanted.
//!
//! Between requests a connection also waits for bytes; the limit then closes it, which is what an
//! idle connection deserves.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// Wraps a stream with a limit on stalling, one for each direction.
pub struct StallLimit<S> {
    stream: S,
    reading: Limit,
    writing: Limit,
}

struct Limit {
    after: Duration,
    /// Made when first needed and then reused, as timers cost more than reads.
    sleep: Pin<Box<Sleep>>,
    waiting: bool,
}

impl<S> StallLimit<S> {
    /// A stream whose reads and writes fail once they have waited for `after`.
    pub fn new(stream: S, after: Duration) -> StallLimit<S> {
        let limit = || Limit {
            after,
            sleep: Box::pin(tokio::time::sleep(after)),
            waiting: false,
        };
        StallLimit {
            stream,
            reading: limit(),
            writing: limit(),
        }
    }
}

impl Limit {
    /// Passes a finished operation on, or fails one that has waited too long.
    fn check<T>(
        &mut self,
        context: &mut Context<'_>,
        result: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if result.is_ready() {
            self.waiting = false;
            return result;
        }
        if !self.waiting {
            self.waiting = true;
            self.sleep.as_mut().reset(Instant::now() + self.after);
        }
        ready!(self.sleep.as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(
            io::ErrorKind::TimedOut,
            "the client stalled",
        )))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for StallLimit<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.reading.check(context, result)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for StallLimit<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.writing.check(context, result)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_flush(context);
        self.writing.check(context, result)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let result = Pin::new(&mut self.stream).poll_shutdown(context);
        self.writing.check(context, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.writing.check(context, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    const AFTER: Duration = Duration::from_millis(200);

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_takes_nothing_is_cut_off() {
        let (near, _far) = tokio::io::duplex(16);
        let mut near = StallLimit::new(near, AFTER);
        let started = Instant::now();
        let error = near.write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(started.elapsed() >= AFTER);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_but_steady_sender_is_served() {
        let (near, mut far) = tokio::io::duplex(16);
        let mut near = StallLimit::new(near, AFTER);
        let sender = tokio::spawn(async move {
            for _ in 0..8 {
                tokio::time::sleep(AFTER / 4).await;
                far.write_all(b"x").await.unwrap();
            }
            far
        });
        let mut bytes = [0; 8];
        near.read_exact(&mut bytes).await.unwrap();
        let _far = sender.await.unwrap();
        assert_eq!(
            near.read_u8().await.unwrap_err().kind(),
            io::ErrorKind::TimedOut
        );
    }
}
