//! The file with all answers to one object.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::time_format::submission_time;

/// One answer, as it goes into files.
#[derive(Clone, Debug, PartialEq)]
pub struct WorkerAnswer {
    /// JSON of the answer, as given.
    pub content: String,
    /// When the worker took the task.
    pub accepted_at: Option<Timestamp>,
    /// When the answer came.
    pub submitted_at: Timestamp,
    /// Time the worker was active on it.
    pub time_spent_in_seconds: Option<f64>,
    /// The worker's name in files ([`crate::ids::worker_name`]).
    pub worker_name: String,
    /// Who the worker is to the identity provider.
    pub identity: Option<Identity>,
}

/// Who a worker is to the identity provider; only for private teams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// `Cognito` or `Oidc`.
    pub identity_provider_type: String,
    /// Address of the provider.
    pub issuer: String,
    /// The provider's name for the person.
    pub sub: String,
}

/// The text of the file: `{"answers":[…]}`, ordered by submission. Keys are in alphabetical order,
/// and members that nothing is known about are left out.
///
/// Fails when a stored answer is not JSON.
pub fn worker_response(answers: &[WorkerAnswer]) -> Result<String, serde_json::Error> {
    let answers = by_submission(answers)
        .into_iter()
        .map(|answer| {
            Ok(AnswerOut {
                acceptance_time: answer.accepted_at.map(submission_time),
                answer_content: serde_json::from_str(&answer.content)?,
                submission_time: submission_time(answer.submitted_at),
                time_spent_in_seconds: answer.time_spent_in_seconds,
                worker_id: &answer.worker_name,
                worker_metadata: answer.identity.as_ref().map(|identity| Metadata {
                    identity_data: identity,
                }),
            })
        })
        .collect::<Result<Vec<_>, serde_json::Error>>()?;
    serde_json::to_string(&File { answers })
}

/// The answers in order of submission; those of one moment keep their order.
pub(crate) fn by_submission(answers: &[WorkerAnswer]) -> Vec<&WorkerAnswer> {
    let mut ordered: Vec<&WorkerAnswer> = answers.iter().collect();
    ordered.sort_by_key(|answer| answer.submitted_at);
    ordered
}

#[derive(Serialize)]
struct File<'a> {
    answers: Vec<AnswerOut<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct AnswerOut<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    acceptance_time: Option<String>,
    answer_content: &'a RawValue,
    submission_time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_spent_in_seconds: Option<f64>,
    worker_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    worker_metadata: Option<Metadata<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metadata<'a> {
    identity_data: &'a Identity,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn answer(content: &str, worker: &str, submitted_at: &str) -> WorkerAnswer {
        WorkerAnswer {
            content: content.to_owned(),
            accepted_at: None,
            submitted_at: submitted_at.parse().unwrap(),
            time_spent_in_seconds: None,
            worker_name: worker.to_owned(),
            identity: None,
        }
    }

    #[test]
    fn a_plain_file_reads_as_in_2019() {
        let content = r#"{"crowd-image-classifier":{"label":"Duck"}}"#;
        let worker = "private.us-east-1.PVT2UWMRMJM2P4TXAMYIB6ZZJE";
        let later = answer("{\"n\": 1.0}", "b", "2019-04-18T16:11:00Z");
        let first = answer(content, worker, "2019-04-18T16:10:44.9Z");
        assert_eq!(
            worker_response(&[later, first]).unwrap(),
            r#"{"answers":[{"answerContent":{"crowd-image-classifier":{"label":"Duck"}},"submissionTime":"2019-04-18T16:10:44Z","workerId":"private.us-east-1.PVT2UWMRMJM2P4TXAMYIB6ZZJE"},{"answerContent":{"n": 1.0},"submissionTime":"2019-04-18T16:11:00Z","workerId":"b"}]}"#
        );
        assert_eq!(worker_response(&[]).unwrap(), r#"{"answers":[]}"#);
    }

    #[test]
    fn what_is_known_is_written() {
        let full = WorkerAnswer {
            accepted_at: Some("2019-04-18T16:10:00Z".parse().unwrap()),
            time_spent_in_seconds: Some(12.5),
            identity: Some(Identity {
                identity_provider_type: "Cognito".to_owned(),
                issuer: "https://portal".to_owned(),
                sub: "s".to_owned(),
            }),
            ..answer("{}", "w", "2019-04-18T16:10:44Z")
        };
        assert_eq!(
            worker_response(&[full]).unwrap(),
            r#"{"answers":[{"acceptanceTime":"2019-04-18T16:10:00Z","answerContent":{},"submissionTime":"2019-04-18T16:10:44Z","timeSpentInSeconds":12.5,"workerId":"w","workerMetadata":{"identityData":{"identityProviderType":"Cognito","issuer":"https://portal","sub":"s"}}}]}"#
        );
    }

    #[test]
    fn a_broken_answer_is_not_written() {
        assert!(worker_response(&[answer("{", "w", "2019-04-18T16:10:44Z")]).is_err());
    }
}
