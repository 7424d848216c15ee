//! `cairn serve`: the server, until it is told to stop.

use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::app::{self, App};
use crate::auth::{Role, sessions};
use crate::origin::announced;
use crate::settings::Settings;

#[derive(Args)]
pub(super) struct Serve {
    #[command(flatten)]
    settings: Settings,
}

impl Serve {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        start_log(&self.settings.log)?;
        let listener = TcpListener::bind(self.settings.listen)
            .await
            .with_context(|| format!("listening on {}", self.settings.listen))?;
        let app = App::open(self.settings).await?;
        let origin = announced(&app.settings, listener.local_addr()?.port());
        println!("portal    {origin}/_/portal");
        println!("console   {origin}/_/console");
        println!("endpoint  {origin}");
        println!("region    {}", app.settings.region);
        welcome(&app, &origin).await?;
        let stop = stopped()?;
        serve(app, listener, stop).await;
        Ok(())
    }
}

/// Serves and does what has to be done beside it, until `stop` is ready.
pub async fn serve(app: Arc<App>, listener: TcpListener, stop: impl Future<Output = ()>) {
    let stopping = CancellationToken::new();
    app.engine.start();
    let beside = sessions::expire_until(&app, stopping.clone());
    let serving = async {
        crate::serve::serve(app.clone(), app::router(app.clone()), listener, stop).await;
        stopping.cancel();
    };
    tokio::join!(serving, beside);
    app.engine.stop().await;
    app.stores.close().await;
}

/// On the first start: makes an administrator and an access key, and says so this once.
async fn welcome(app: &App, origin: &str) -> anyhow::Result<()> {
    let Some(added) = app.people.add_first_administrator().await? else {
        return Ok(());
    };
    let password = added.first_password.unwrap_or_default();
    println!();
    println!(
        "This is the first start. Sign in to the console, then choose a password of your own:"
    );
    println!();
    println!("name      {}", added.person.name);
    println!("password  {password}");
    let key = app
        .people
        .add_access_key("first key", Role::Administrator, None, "cairn")
        .await?;
    println!();
    println!("For scripts:");
    println!();
    print!(
        "{}",
        super::admin::exports(
            app.settings.region.as_str(),
            origin,
            &app.secrets,
            &key.access_key_id
        )
    );
    println!();
    Ok(())
}

/// Ready when the process is told to end.
fn stopped() -> anyhow::Result<impl Future<Output = ()>> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        Ok(async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            tracing::info!("stopping");
        })
    }
    #[cfg(not(unix))]
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

pub(super) fn start_log(filter: &str) -> anyhow::Result<()> {
    // s3s logs every refusal as an error and, at debug, requests with their signatures. What is ours to
    // mend is logged where it happens; whoever needs more names s3s in the setting.
    let filter = tracing_subscriber::EnvFilter::try_new(format!("s3s=off,{filter}"))
        .with_context(|| format!("the setting log, `{filter}`, is not a filter"))?;
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init()
        .map_err(|error| anyhow::anyhow!("starting the log: {error}"))
}
