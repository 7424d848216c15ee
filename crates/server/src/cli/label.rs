//! `cairn label`: a folder of images, registered in place, or a file of texts; the output manifest
//! lands beside it as answers come in.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use cairn_engine::JobFacts;
use cairn_labeling::task_type::{self, TaskType};
use cairn_storage::ListQuery;
use clap::Args;
use futures::StreamExt;
use serde_json::json;
use tokio::io::AsyncWriteExt;

use super::host::{Host, NewJob};
use super::manifest::{is_image, text_lines};
use crate::auth::Role;

/// Bucket that the jobs' own files lie in.
const BUCKET: &str = "cairn-label";
const TEAM: &str = "everyone";
/// Who labels.
const PERSON: &str = "you";
/// How often labels are looked for, to write the output manifest anew.
const LOOK_EVERY: Duration = Duration::from_secs(1);

#[derive(Args)]
pub(super) struct Label {
    /// A folder of images, or a .txt or .csv file of texts. It is only read
    path: PathBuf,

    /// Kind of work
    #[arg(long, value_name = "TASK", default_value = "image-classification", value_parser = ["image-classification", "image-classification-multi-label", "text-classification", "text-classification-multi-label"])]
    task: String,

    /// Labels to choose among, as Cat,Dog
    #[arg(long, value_name = "A,B,…", value_delimiter = ',', required = true)]
    labels: Vec<String>,

    /// What is asked
    #[arg(long, value_name = "TEXT")]
    question: Option<String>,

    /// Answers wanted for each object
    #[arg(long, value_name = "COUNT", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=9))]
    workers: u32,

    /// Name of the job and of the label attribute; a new name labels everything anew
    #[arg(long, value_name = "NAME", default_value = "label")]
    name: String,

    /// Where the output manifest goes; without it, beside the folder or file
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Folder for what the server keeps; without it, beside the folder or file
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,

    /// Address and port to listen on; another port is taken when this one is busy
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9000")]
    listen: SocketAddr,

    /// End when everything is labeled
    #[arg(long)]
    exit: bool,
}

impl Label {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let path = std::fs::canonicalize(&self.path)
            .with_context(|| format!("reading {}", self.path.display()))?;
        let task_type = self.task_type(&path)?;
        let data = self.data.clone().unwrap_or_else(|| beside(&path, "cairn"));
        let out = self.out.clone();
        let out = out.unwrap_or_else(|| beside(&path, &format!("{}.manifest", self.name)));
        let host = Host::open(data, self.listen, false).await?;
        let outcome = host
            .until_interrupted(self.work(&host, &path, task_type, &out))
            .await;
        host.close().await;
        if outcome?.is_none() {
            println!(
                "\nStopped. Run it again to go on; {} has the labels so far.",
                out.display()
            );
        }
        Ok(())
    }

    fn task_type(&self, path: &Path) -> anyhow::Result<&'static TaskType> {
        let suffix = match self.task.as_str() {
            "image-classification" => "ImageMultiClass",
            "image-classification-multi-label" => "ImageMultiClassMultiLabel",
            "text-classification" => "TextMultiClass",
            _ => "TextMultiClassMultiLabel",
        };
        let task_type = task_type::task_type(suffix).context("this task is not known")?;
        match (task_type.is_image, path.is_dir()) {
            (true, false) => bail!(
                "{} is not a folder: --task {} wants a folder of images",
                path.display(),
                self.task
            ),
            (false, true) => bail!(
                "{} is a folder: --task {} wants a .txt or .csv file of texts",
                path.display(),
                self.task
            ),
            _ => Ok(task_type),
        }
    }

    async fn work(
        &self,
        host: &Host,
        path: &Path,
        task_type: &'static TaskType,
        out: &Path,
    ) -> anyhow::Result<()> {
        host.bucket(BUCKET).await?;
        host.team(TEAM, "Whoever labels on this machine").await?;
        host.person(PERSON, Role::Administrator, TEAM).await?;
        let manifest_key = format!("{}.manifest", self.name);
        let is_new = host
            .app
            .db
            .labeling_job_by_name(&self.name)
            .await?
            .is_none();
        if task_type.is_image {
            // Scanned on every run: what changed since is noticed when it is read.
            let bucket = bucket_name(path);
            let scan = host.app.stores.register_folder(&bucket, path).await?;
            for (name, reason) in &scan.skipped_named {
                eprintln!("passed over {name}: {reason}");
            }
            if is_new {
                let (manifest, images) = image_manifest(host, &bucket).await?;
                if images == 0 {
                    bail!("{} has no images", path.display());
                }
                println!("{images} images in {}", path.display());
                host.put(BUCKET, &manifest_key, manifest, "application/jsonlines")
                    .await?;
            }
        } else if is_new {
            let (manifest, texts) = text_lines(path).await?;
            println!("{texts} texts in {}", path.display());
            host.put(BUCKET, &manifest_key, manifest, "application/jsonlines")
                .await?;
        }
        let question = self.question.clone().unwrap_or_else(|| {
            let question = match task_type.is_image {
                true => "What does the picture show?",
                false => "What is the text about?",
            };
            question.to_owned()
        });
        let job = NewJob {
            name: &self.name,
            task_type,
            header: &question,
            instructions: "",
            labels: &self.labels,
            attribute: &self.name,
            bucket: BUCKET,
            manifest: &format!("s3://{BUCKET}/{manifest_key}"),
            team: TEAM,
            workers: self.workers,
            tags: &[("cairn:consolidation-wait-seconds", "1")],
        };
        let job_id = host.job(job).await?;
        println!();
        println!("label at  {}/_/portal", host.origin);
        println!("name      {PERSON}");
        println!("password  {}", host.password(PERSON));
        println!("labels    {}", out.display());
        println!("Ctrl-C stops; run it again to go on.");
        self.follow(host, job_id, out).await
    }

    /// Writes the output manifest whenever labels changed, until the job is over.
    async fn follow(&self, host: &Host, job_id: i64, out: &Path) -> anyhow::Result<()> {
        let mut written = -1;
        let mut is_over = false;
        loop {
            let job = host.app.db.labeling_job(job_id).await?;
            let job = job.context("the job is gone")?;
            if let Some(reason) = job.failure_reason {
                bail!("{reason}");
            }
            if job.progress.label_version > written
                && let Some(facts) = host.app.engine.facts(job_id).await?
            {
                write_output(host, facts, out).await?;
                written = job.progress.label_version;
            }
            if job.finished_at.is_some() && !is_over {
                is_over = true;
                let progress = job.progress;
                println!("all {} objects are done: {}", progress.total, out.display());
                if self.exit {
                    return Ok(());
                }
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }
}

/// `photos` → `photos.cairn`, beside it.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(ending);
    path.with_file_name(name)
}

/// A bucket's name made of a folder's: lower-case letters, digits and hyphens.
fn bucket_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut bucket = String::new();
    for character in name.to_lowercase().chars() {
        match character.is_ascii_alphanumeric() {
            true => bucket.push(character),
            false if !bucket.is_empty() && !bucket.ends_with('-') => bucket.push('-'),
            false => {}
        }
    }
    let bucket = bucket.trim_end_matches('-');
    match bucket.len() {
        0..=2 => format!("folder-{bucket}").trim_end_matches('-').to_owned(),
        3..=63 => bucket.to_owned(),
        _ => bucket[..63].trim_end_matches('-').to_owned(),
    }
}

async fn image_manifest(host: &Host, bucket: &str) -> anyhow::Result<(String, u64)> {
    let mut manifest = String::new();
    let mut images = 0;
    let mut query = ListQuery::default();
    loop {
        let page = host.app.stores.list(bucket, &query).await?;
        for object in page.objects.iter().filter(|object| is_image(&object.key)) {
            let line = json!({"source-ref": format!("s3://{bucket}/{}", object.key)});
            manifest.push_str(&format!("{line}\n"));
            images += 1;
        }
        match page.next {
            Some(next) => query.continuation = Some(next),
            None => return Ok((manifest, images)),
        }
    }
}

/// Writes the output manifest whole, then puts it in its place.
async fn write_output(host: &Host, facts: Arc<JobFacts>, out: &Path) -> anyhow::Result<()> {
    let writing = || format!("writing {}", out.display());
    let part = beside(out, "part");
    let mut file = tokio::fs::File::create(&part).await.with_context(writing)?;
    let mut lines = Box::pin(host.app.engine.output(facts));
    while let Some(chunk) = lines.next().await {
        file.write_all(&chunk?).await.with_context(writing)?;
    }
    file.sync_all().await.with_context(writing)?;
    drop(file);
    tokio::fs::rename(&part, out).await.with_context(writing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_made_of_the_folder() {
        for (folder, bucket) in [
            ("/a/Photos 2026", "photos-2026"),
            ("/a/写真", "folder"),
            ("/a/x", "folder-x"),
            ("/a/__cats__", "cats"),
        ] {
            assert_eq!(bucket_name(Path::new(folder)), bucket);
        }
        assert_eq!(
            beside(Path::new("/a/photos"), "cairn"),
            Path::new("/a/photos.cairn")
        );
    }
}
