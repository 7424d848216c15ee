//! Where a job's files lie below its output path.

use jiff::Timestamp;

use crate::ids::Line;
use crate::s3_uri::{S3Uri, S3UriError};
use crate::time_format::file_name;

/// The folder of a job: output path, a slash if it needs one, the job's name as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFolder {
    base: S3Uri,
    text: String,
}

impl JobFolder {
    /// The folder of the job called `job_name` whose request has this `S3OutputPath`.
    pub fn new(output_path: &str, job_name: &str) -> Result<JobFolder, S3UriError> {
        let slash = if output_path.ends_with('/') { "" } else { "/" };
        Ok(JobFolder {
            base: S3Uri::parse(output_path)?.join(job_name),
            text: format!("{output_path}{slash}{job_name}"),
        })
    }

    /// The folder itself, without a slash at the end.
    pub fn uri(&self) -> &S3Uri {
        &self.base
    }

    /// `OutputDatasetS3Uri`: the output manifest, beginning with the output path as it was given.
    pub fn output_dataset_s3_uri(&self) -> String {
        format!("{}/{OUTPUT_MANIFEST}", self.text)
    }

    /// The output manifest.
    pub fn output_manifest(&self) -> S3Uri {
        self.base.join(OUTPUT_MANIFEST)
    }

    /// The output manifest as it stood after an iteration.
    pub fn intermediate_manifest(&self, iteration: i64) -> S3Uri {
        self.below(format!(
            "manifests/intermediate/{iteration}/output.manifest"
        ))
    }

    /// Where a function that consolidates is told to put files: `…/annotations`.
    pub fn annotations(&self) -> S3Uri {
        self.below("annotations".to_owned())
    }

    /// All answers to one object, written when it was consolidated or given up.
    pub fn worker_response(&self, iteration: i64, line: Line, time: Timestamp) -> S3Uri {
        let time = file_name(time);
        self.below(format!(
            "annotations/worker-response/iteration-{iteration}/{line}/{time}.json"
        ))
    }

    /// What a batch is consolidated from.
    pub fn consolidation_request(&self, iteration: i64, time: Timestamp) -> S3Uri {
        self.consolidation("request", iteration, time)
    }

    /// What became of a batch.
    pub fn consolidation_response(&self, iteration: i64, time: Timestamp) -> S3Uri {
        self.consolidation("response", iteration, time)
    }

    /// The worker template that the console writes.
    pub fn template(&self) -> S3Uri {
        self.below("annotation-tool/template.liquid".to_owned())
    }

    fn consolidation(&self, what: &str, iteration: i64, time: Timestamp) -> S3Uri {
        let time = file_name(time);
        let folder = format!("annotations/consolidated-annotation/consolidation-{what}");
        self.below(format!("{folder}/iteration-{iteration}/{time}.json"))
    }

    fn below(&self, path: String) -> S3Uri {
        self.base.join(&path)
    }
}

const OUTPUT_MANIFEST: &str = "manifests/output/output.manifest";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_path_may_end_in_a_slash_or_not() {
        for (path, expected) in [
            ("s3://b", "s3://b/Birds-1"),
            ("s3://b/", "s3://b/Birds-1"),
            ("s3://b/out", "s3://b/out/Birds-1"),
            ("s3://b/out/", "s3://b/out/Birds-1"),
            ("s3://b/out//", "s3://b/out//Birds-1"),
        ] {
            let folder = JobFolder::new(path, "Birds-1").unwrap();
            assert_eq!(folder.uri().to_string(), expected);
            let manifest = format!("{expected}/manifests/output/output.manifest");
            assert_eq!(folder.output_manifest().to_string(), manifest);
            assert_eq!(folder.output_dataset_s3_uri(), manifest);
        }
        let folder = JobFolder::new("https://s3.amazonaws.com/b/out", "j").unwrap();
        assert_eq!(folder.uri().to_string(), "s3://b/out/j");
        assert_eq!(
            folder.output_dataset_s3_uri(),
            "https://s3.amazonaws.com/b/out/j/manifests/output/output.manifest"
        );
        assert!(JobFolder::new("gs://b", "j").is_err());
    }

    #[test]
    fn files_have_the_paths_that_notebooks_expect() {
        let folder = JobFolder::new("s3://b/out/", "Birds-1").unwrap();
        let time: Timestamp = "2019-10-27T08:56:48Z".parse().unwrap();
        let check = |uri: S3Uri, expected: &str| {
            assert_eq!(uri.to_string(), format!("s3://b/out/Birds-1/{expected}"));
        };
        check(
            folder.intermediate_manifest(2),
            "manifests/intermediate/2/output.manifest",
        );
        check(folder.annotations(), "annotations");
        check(
            folder.worker_response(1, Line(17), time),
            "annotations/worker-response/iteration-1/17/2019-10-27_08:56:48.json",
        );
        check(
            folder.consolidation_request(1, time),
            "annotations/consolidated-annotation/consolidation-request/iteration-1/2019-10-27_08:56:48.json",
        );
        check(
            folder.consolidation_response(12, time),
            "annotations/consolidated-annotation/consolidation-response/iteration-12/2019-10-27_08:56:48.json",
        );
        check(folder.template(), "annotation-tool/template.liquid");
    }
}
