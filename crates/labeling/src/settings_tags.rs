//! Cairn's own settings of a job, which no member of the API carries: they travel as tags.
//!
//! `cairn:<name>` sets one; `cairn:settings` names a JSON object in S3 with any number of them. What
//! is not set has its default, which [`SETTINGS`] states. A name that is not in the table is refused
//! with the list of those that are, as is a value out of range, when the job is created.
//!
//! One more setting is one more row in [`SETTINGS`], and a field of [`JobSettings`].

use serde_json::Value;
use thiserror::Error;

use crate::consolidation::Algorithm;
use crate::s3_uri::S3Uri;
use crate::text::shorten;

/// What a tag of ours begins with.
pub const PREFIX: &str = "cairn:";
/// The tag that names a file of settings.
pub const FILE_TAG: &str = "cairn:settings";

/// A row of the table.
#[derive(Debug, PartialEq, Eq)]
pub struct Setting {
    /// The tag without its prefix.
    pub name: &'static str,
    /// What it may be.
    pub kind: Kind,
    /// What it is when nobody says.
    pub default: &'static str,
    /// What it does, for people.
    pub doc: &'static str,
}

/// What values a setting takes.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// One of these words.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Switch,
    /// A whole number in a range.
    Number {
        /// Smallest.
        min: i64,
        /// Largest.
        max: i64,
    },
    /// `off`, or a number from 0.5 to 0.999 with at most three decimals.
    Confidence,
    /// `off`, or a number from 1 to 9 with at most one decimal.
    Mean,
    /// `none`, or the address of a file in S3.
    File,
    /// `none`, or a name of at most [`HOOK_NAME_MAX`] small letters, digits and hyphens.
    Hook,
    /// `none`, or names of labeling jobs with spaces between them, [`JOBS_MAX`] at most.
    Jobs,
}

/// What stands where nothing is named.
const NONE: &str = "none";
/// Jobs that one setting may name.
const JOBS_MAX: usize = 10;
/// Characters that the name of a hook may have.
const HOOK_NAME_MAX: usize = 63;

/// The table.
pub static SETTINGS: &[Setting] = &[
    Setting {
        name: "answers-mean",
        kind: Kind::Mean,
        default: "off",
        doc: "how many answers objects may have on average: the least sure ones get more, up to NumberOfHumanWorkersPerDataObject",
    },
    Setting {
        name: "confidence-target",
        kind: Kind::Confidence,
        default: "off",
        doc: "how sure a label must be before no more workers are asked about its object; NumberOfHumanWorkersPerDataObject is then the most that are",
    },
    Setting {
        name: "consolidation",
        kind: Kind::Word(&["cairn", "ground-truth", "majority", "hook"]),
        default: "cairn",
        doc: "how answers become labels: by how reliable each worker has shown to be, like Ground Truth, by counting votes, or by a program of your own",
    },
    Setting {
        name: "consolidation-batch",
        kind: Kind::Number { min: 1, max: 50 },
        default: "50",
        doc: "how many objects are consolidated together at most",
    },
    Setting {
        name: "consolidation-hook",
        kind: Kind::Hook,
        default: "none",
        doc: "with the consolidation `hook`: which of the server's hooks is asked",
    },
    Setting {
        name: "consolidation-wait-seconds",
        kind: Kind::Number { min: 0, max: 3600 },
        default: "5",
        doc: "how long an answered object waits for others to be consolidated with; the last ones of a job do not wait",
    },
    Setting {
        name: "correction-seconds",
        kind: Kind::Number {
            min: 0,
            max: 86_400,
        },
        default: "600",
        doc: "how long after submitting a worker may correct an answer",
    },
    Setting {
        name: "known-labels",
        kind: Kind::File,
        default: "none",
        doc: "an augmented manifest with true labels of some objects, by which workers are judged",
    },
    Setting {
        name: "lease-seconds",
        kind: Kind::Number { min: 30, max: 3600 },
        default: "300",
        doc: "how long a task stays with a worker whose page has gone silent",
    },
    Setting {
        name: "submit-on-key",
        kind: Kind::Switch,
        default: "false",
        doc: "whether the key that chooses a label also submits, where one label is chosen",
    },
    Setting {
        name: "worker-history",
        kind: Kind::Jobs,
        default: "none",
        doc: "earlier jobs with the same labels, whose answers tell how reliable workers are",
    },
    Setting {
        name: "workers-min",
        kind: Kind::Word(&["auto", "1", "2", "3", "4", "5", "6", "7", "8", "9"]),
        default: "auto",
        doc: "with `confidence-target` or `answers-mean`: how many workers are asked about every object; 2 or 1 unless it is set",
    },
];

/// The settings of one job, effective values all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobSettings {
    /// `consolidation`.
    pub consolidation: Algorithm,
    /// `answers-mean`, in tenths; none when it is off.
    pub answers_mean: Option<i64>,
    /// `confidence-target`, in thousandths; none when it is off.
    pub confidence_target: Option<i64>,
    /// `consolidation-batch`.
    pub consolidation_batch: i64,
    /// `consolidation-hook`; empty when there is none.
    pub consolidation_hook: String,
    /// `consolidation-wait-seconds`.
    pub consolidation_wait_seconds: i64,
    /// `correction-seconds`.
    pub correction_seconds: i64,
    /// `known-labels`: address of the file; empty when there is none.
    pub known_labels: String,
    /// `lease-seconds`.
    pub lease_seconds: i64,
    /// `submit-on-key`.
    pub submit_on_key: bool,
    /// `worker-history`: names of jobs.
    pub worker_history: Vec<String>,
    /// `workers-min`; none when it is `auto`.
    pub workers_min: Option<i64>,
}

/// Why a tag or a file of settings is refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[allow(missing_docs)]
pub enum SettingsError {
    #[error("tag `{PREFIX}{name}` is not a setting; settings are {}", known())]
    Unknown { name: String },
    #[error("{place}: `{name}` is not a setting; settings are {}", known())]
    UnknownInFile { place: String, name: String },
    #[error("{place}: `{value}` is not allowed, it must be {allowed}")]
    Value {
        place: String,
        value: String,
        allowed: String,
    },
    #[error("tag `{FILE_TAG}`: {reason}")]
    FileAddress { reason: String },
    #[error("settings file {file}: {reason}")]
    File { file: String, reason: String },
    #[error(
        "`answers-mean` and `confidence-target` are both set; each says when an object has enough answers"
    )]
    MeanAndTarget,
    #[error(
        "`{asked}` needs the consolidation `cairn`: `{algorithm}` does not know how sure a label is"
    )]
    NotSure {
        asked: &'static str,
        algorithm: &'static str,
    },
    #[error(
        "the consolidation `hook` and `consolidation-hook`, which says which, are set together or not at all"
    )]
    HookAlone,
    #[error("`{name}` is set by a tag and by the settings file {file}")]
    Twice { name: &'static str, file: String },
}

/// The settings that the tags of a request carry.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct SettingsTags {
    /// The file that `cairn:settings` names; its text goes into [`SettingsTags::settle`].
    pub file: Option<S3Uri>,
    values: Vec<(&'static Setting, String)>,
}

impl SettingsTags {
    /// Reads the tags of a request, key and value, ours and others'. Others' are left alone.
    pub fn read<'a>(
        tags: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<SettingsTags, Vec<SettingsError>> {
        let mut read = SettingsTags::default();
        let mut errors = Vec::new();
        for (key, value) in tags {
            let Some(name) = key.strip_prefix(PREFIX) else {
                continue;
            };
            if key == FILE_TAG {
                match S3Uri::parse(value) {
                    Ok(uri) if !uri.key.is_empty() => read.file = Some(uri),
                    Ok(_) => errors.push(SettingsError::FileAddress {
                        reason: "names a bucket but no object".to_owned(),
                    }),
                    Err(error) => errors.push(SettingsError::FileAddress {
                        reason: error.to_string(),
                    }),
                }
                continue;
            }
            match find(name) {
                None => errors.push(SettingsError::Unknown {
                    name: shorten(name, 100),
                }),
                Some(setting) => match setting.check(value, &format!("tag `{key}`")) {
                    Ok(()) => read.values.push((setting, value.to_owned())),
                    Err(error) => errors.push(error),
                },
            }
        }
        if errors.is_empty() {
            Ok(read)
        } else {
            Err(errors)
        }
    }

    /// The effective settings, from the tags, the text of the file that they name, and the defaults.
    pub fn settle(&self, file: Option<&[u8]>) -> Result<JobSettings, Vec<SettingsError>> {
        let mut values = self.values.clone();
        if let (Some(uri), Some(bytes)) = (&self.file, file) {
            let uri = uri.to_string();
            for (setting, value) in read_file(bytes, &uri)? {
                if self
                    .values
                    .iter()
                    .any(|(tagged, _)| tagged.name == setting.name)
                {
                    return Err(vec![SettingsError::Twice {
                        name: setting.name,
                        file: uri,
                    }]);
                }
                values.push((setting, value));
            }
        }
        let value = |name: &str| -> &str {
            let given = values
                .iter()
                .rev()
                .find(|(setting, _)| setting.name == name);
            match given {
                Some((_, value)) => value,
                None => find(name).map_or("", |setting| setting.default),
            }
        };
        // Every value has passed its setting's check, and a test reads back every default.
        let number = |name: &str| value(name).parse().unwrap_or_default();
        let or_empty = |name: &str| match value(name) {
            NONE => String::new(),
            value => value.to_owned(),
        };
        let settings = JobSettings {
            answers_mean: tenths(value("answers-mean")),
            consolidation: Algorithm::from_name(value("consolidation")).unwrap_or_default(),
            confidence_target: thousandths(value("confidence-target")),
            consolidation_batch: number("consolidation-batch"),
            consolidation_hook: or_empty("consolidation-hook"),
            consolidation_wait_seconds: number("consolidation-wait-seconds"),
            correction_seconds: number("correction-seconds"),
            known_labels: or_empty("known-labels"),
            lease_seconds: number("lease-seconds"),
            submit_on_key: value("submit-on-key") == "true",
            worker_history: names(value("worker-history")),
            workers_min: value("workers-min").parse().ok(),
        };
        let is_hook = settings.consolidation == Algorithm::Hook;
        if is_hook == settings.consolidation_hook.is_empty() {
            return Err(vec![SettingsError::HookAlone]);
        }
        let asked = match (settings.answers_mean, settings.confidence_target) {
            (Some(_), Some(_)) => return Err(vec![SettingsError::MeanAndTarget]),
            (Some(_), None) => "answers-mean",
            (None, Some(_)) => "confidence-target",
            (None, None) => return Ok(settings),
        };
        if settings.consolidation != Algorithm::Cairn {
            let algorithm = settings.consolidation.name();
            return Err(vec![SettingsError::NotSure { asked, algorithm }]);
        }
        Ok(settings)
    }
}

impl Default for JobSettings {
    /// The defaults of the table.
    fn default() -> JobSettings {
        SettingsTags::default()
            .settle(None)
            .unwrap_or_else(|_| unreachable!("without tags and file there is nothing to refuse"))
    }
}

impl JobSettings {
    /// Every setting with its value, in the order of the table: what a job is told to have, and how
    /// settings are stored ([`JobSettings::from_pairs`] reads them back).
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        SETTINGS
            .iter()
            .map(|setting| {
                let value = match setting.name {
                    "consolidation" => self.consolidation.name().to_owned(),
                    "consolidation-batch" => self.consolidation_batch.to_string(),
                    "consolidation-hook" => or_none(self.consolidation_hook.clone()),
                    "consolidation-wait-seconds" => self.consolidation_wait_seconds.to_string(),
                    "correction-seconds" => self.correction_seconds.to_string(),
                    "answers-mean" => match self.answers_mean {
                        None => "off".to_owned(),
                        Some(tenths) => (tenths as f64 / 10.0).to_string(),
                    },
                    "confidence-target" => match self.confidence_target {
                        None => "off".to_owned(),
                        Some(thousandths) => (thousandths as f64 / 1_000.0).to_string(),
                    },
                    "known-labels" => or_none(self.known_labels.clone()),
                    "lease-seconds" => self.lease_seconds.to_string(),
                    "worker-history" => or_none(self.worker_history.join(" ")),
                    "workers-min" => match self.workers_min {
                        None => "auto".to_owned(),
                        Some(least) => least.to_string(),
                    },
                    _ => self.submit_on_key.to_string(),
                };
                (setting.name, value)
            })
            .collect()
    }

    /// Settings from their names and values, without prefix; what is missing has its default.
    pub fn from_pairs<'a>(
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<JobSettings, Vec<SettingsError>> {
        let keys: Vec<(String, &str)> = pairs
            .into_iter()
            .map(|(name, value)| (format!("{PREFIX}{name}"), value))
            .collect();
        let tags = keys.iter().map(|(key, value)| (key.as_str(), *value));
        SettingsTags::read(tags)?.settle(None)
    }
}

impl Setting {
    fn check(&'static self, value: &str, place: &str) -> Result<(), SettingsError> {
        let good = match self.kind {
            Kind::Word(words) => words.contains(&value),
            Kind::Switch => matches!(value, "true" | "false"),
            Kind::Confidence => value == "off" || thousandths(value).is_some(),
            Kind::Mean => value == "off" || tenths(value).is_some(),
            Kind::File => value == NONE || S3Uri::parse(value).is_ok_and(|uri| !uri.key.is_empty()),
            Kind::Hook => value == NONE || is_hook_name(value),
            Kind::Jobs => {
                let names = names(value);
                let is_none = value == NONE;
                is_none
                    || (1..=JOBS_MAX).contains(&names.len())
                        && names.iter().all(|name| is_job_name(name))
            }
            Kind::Number { min, max } => {
                // `+5` and `05` parse too, but one value has one text.
                let number = value.parse::<i64>().ok();
                number.is_some_and(|number| {
                    (min..=max).contains(&number) && number.to_string() == value
                })
            }
        };
        if good {
            return Ok(());
        }
        Err(SettingsError::Value {
            place: place.to_owned(),
            value: shorten(value, 100),
            allowed: self.kind.allowed(),
        })
    }
}

impl Kind {
    /// The values allowed, for people.
    pub fn allowed(&self) -> String {
        match self {
            Kind::Word(words) => words.join(" or "),
            Kind::Switch => "true or false".to_owned(),
            Kind::Number { min, max } => format!("a whole number from {min} to {max}"),
            Kind::Confidence => {
                "off or a number from 0.5 to 0.999 with at most three decimals".to_owned()
            }
            Kind::Mean => "off or a number from 1 to 9 with at most one decimal".to_owned(),
            Kind::File => "none or the S3 address of a file, as s3://bucket/key".to_owned(),
            Kind::Hook => {
                format!("none or at most {HOOK_NAME_MAX} small letters, digits and hyphens")
            }
            Kind::Jobs => {
                format!(
                    "none or names of at most {JOBS_MAX} labeling jobs with spaces between them"
                )
            }
        }
    }
}

/// A mean in tenths; none when it is none that may be set. One value has one text.
fn tenths(value: &str) -> Option<i64> {
    let number: f64 = value.parse().ok()?;
    let tenths = (number * 10.0).round();
    let is_text_of = (tenths / 10.0).to_string() == value;
    (is_text_of && (10.0..=90.0).contains(&tenths)).then_some(tenths as i64)
}

/// A confidence in thousandths; none when it is none that may be set. One value has one text.
fn thousandths(value: &str) -> Option<i64> {
    let number: f64 = value.parse().ok()?;
    let thousandths = (number * 1_000.0).round();
    let is_text_of = (thousandths / 1_000.0).to_string() == value;
    (is_text_of && (500.0..=999.0).contains(&thousandths)).then_some(thousandths as i64)
}

fn or_none(value: String) -> String {
    match value.is_empty() {
        true => NONE.to_owned(),
        false => value,
    }
}

fn names(value: &str) -> Vec<String> {
    let names = value.split(' ').filter(|name| !name.is_empty());
    let names = names.filter(|_| value != NONE);
    names.map(str::to_owned).collect()
}

fn is_job_name(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Whether a hook may have this name.
pub fn is_hook_name(name: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=HOOK_NAME_MAX).contains(&name.len()) && name != NONE && name.bytes().all(is_of_name)
}

fn find(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}

fn known() -> String {
    let names: Vec<&str> = SETTINGS.iter().map(|setting| setting.name).collect();
    names.join(", ")
}

fn read_file(
    bytes: &[u8],
    file: &str,
) -> Result<Vec<(&'static Setting, String)>, Vec<SettingsError>> {
    let refuse = |reason: String| {
        let file = file.to_owned();
        vec![SettingsError::File { file, reason }]
    };
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let value: Value =
        serde_json::from_slice(bytes).map_err(|error| refuse(format!("is not JSON: {error}")))?;
    let Value::Object(members) = value else {
        return Err(refuse("is not a JSON object".to_owned()));
    };
    let mut values = Vec::new();
    let mut errors = Vec::new();
    for (name, value) in &members {
        let place = format!("settings file {file}");
        let Some(setting) = find(name) else {
            let name = shorten(name, 100);
            errors.push(SettingsError::UnknownInFile { place, name });
            continue;
        };
        // A number or a switch may stand without quotes.
        let text = match value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        match setting.check(&text, &format!("{place}, `{name}`")) {
            Ok(()) => values.push((setting, text)),
            Err(error) => errors.push(error),
        }
    }
    if errors.is_empty() {
        Ok(values)
    } else {
        Err(errors)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settle(tags: &[(&str, &str)], file: Option<&str>) -> Result<JobSettings, String> {
        let join = |errors: Vec<SettingsError>| {
            let texts: Vec<String> = errors.iter().map(ToString::to_string).collect();
            texts.join("; ")
        };
        let tags = SettingsTags::read(tags.iter().copied()).map_err(join)?;
        tags.settle(file.map(str::as_bytes)).map_err(join)
    }

    #[test]
    fn defaults_are_those_of_the_table() {
        let settings = settle(&[("team", "birds")], None).unwrap();
        assert_eq!(settings, JobSettings::default());
        for (setting, (name, value)) in SETTINGS.iter().zip(settings.pairs()) {
            assert_eq!((setting.name, setting.default), (name, value.as_str()));
            assert_eq!(setting.check(setting.default, ""), Ok(()));
        }
        assert!(SETTINGS.is_sorted_by_key(|setting| setting.name));
    }

    #[test]
    fn tags_set_every_setting() {
        let tags = [
            ("cairn:confidence-target", "0.95"),
            ("cairn:consolidation", "cairn"),
            ("cairn:consolidation-batch", "7"),
            ("cairn:consolidation-wait-seconds", "0"),
            ("cairn:correction-seconds", "86400"),
            ("cairn:known-labels", "s3://b/gold.manifest"),
            ("cairn:lease-seconds", "30"),
            ("cairn:submit-on-key", "true"),
            ("cairn:worker-history", "birds-1 birds-2"),
            ("cairn:workers-min", "3"),
        ];
        let settings = settle(&tags, None).unwrap();
        let expected = JobSettings {
            answers_mean: None,
            confidence_target: Some(950),
            consolidation: Algorithm::Cairn,
            consolidation_batch: 7,
            consolidation_hook: String::new(),
            consolidation_wait_seconds: 0,
            correction_seconds: 86_400,
            known_labels: "s3://b/gold.manifest".to_owned(),
            lease_seconds: 30,
            submit_on_key: true,
            worker_history: vec!["birds-1".to_owned(), "birds-2".to_owned()],
            workers_min: Some(3),
        };
        assert_eq!(settings, expected);
        let pairs = expected.pairs();
        let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(JobSettings::from_pairs(pairs), Ok(expected));
        let mean = [("cairn:answers-mean", "3.5")];
        assert_eq!(settle(&mean, None).unwrap().answers_mean, Some(35));
        let hook = [
            ("cairn:consolidation", "hook"),
            ("cairn:consolidation-hook", "mine"),
        ];
        let of_hook = settle(&hook, None).unwrap();
        let pairs = of_hook.pairs();
        let pairs = pairs.iter().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(JobSettings::from_pairs(pairs), Ok(of_hook.clone()));
        let set = tags.len() + mean.len() + hook.len() - 1;
        assert_eq!(set, SETTINGS.len(), "every setting is set here");
    }

    #[test]
    fn a_file_sets_what_tags_do_not() {
        let tags = [
            ("cairn:settings", "s3://b/s.json"),
            ("cairn:lease-seconds", "60"),
        ];
        let file = r#"{"submit-on-key":true,"correction-seconds":5,"consolidation":"majority"}"#;
        let settings = settle(&tags, Some(file)).unwrap();
        assert_eq!(
            (settings.lease_seconds, settings.correction_seconds),
            (60, 5)
        );
        assert!(settings.submit_on_key);
        assert_eq!(
            settle(&tags, Some(r#"{"lease-seconds":60}"#)),
            Err(
                "`lease-seconds` is set by a tag and by the settings file s3://b/s.json".to_owned()
            )
        );
        let known = "settings are answers-mean, confidence-target, consolidation, consolidation-batch, consolidation-hook, consolidation-wait-seconds, correction-seconds, known-labels, lease-seconds, submit-on-key, worker-history, workers-min";
        for (file, expected) in [
            ("[]", "settings file s3://b/s.json: is not a JSON object".to_owned()),
            ("{", "settings file s3://b/s.json: is not JSON: EOF while parsing an object at line 1 column 1".to_owned()),
            (r#"{"shuffle":true}"#, format!("settings file s3://b/s.json: `shuffle` is not a setting; {known}")),
            (r#"{"consolidation-batch":51}"#, "settings file s3://b/s.json, `consolidation-batch`: `51` is not allowed, it must be a whole number from 1 to 50".to_owned()),
        ] {
            assert_eq!(settle(&tags[..1], Some(file)), Err(expected));
        }
    }

    #[test]
    fn unknown_names_and_values_are_refused() {
        let refused = |key: &str, value: &str, expected: &str| {
            assert_eq!(settle(&[(key, value)], None), Err(expected.to_owned()));
        };
        refused(
            "cairn:shuffle",
            "true",
            "tag `cairn:shuffle` is not a setting; settings are answers-mean, confidence-target, consolidation, consolidation-batch, consolidation-hook, consolidation-wait-seconds, correction-seconds, known-labels, lease-seconds, submit-on-key, worker-history, workers-min",
        );
        refused(
            "cairn:consolidation",
            "best",
            "tag `cairn:consolidation`: `best` is not allowed, it must be cairn or ground-truth or majority or hook",
        );
        for value in ["1", "0.4", "0.9999", "90", "0.90", "on"] {
            let expected = format!(
                "tag `cairn:confidence-target`: `{value}` is not allowed, it must be off or a number from 0.5 to 0.999 with at most three decimals"
            );
            refused("cairn:confidence-target", value, &expected);
        }
        for value in ["0.9", "3.55", "10", "3.0"] {
            let expected = format!(
                "tag `cairn:answers-mean`: `{value}` is not allowed, it must be off or a number from 1 to 9 with at most one decimal"
            );
            refused("cairn:answers-mean", value, &expected);
        }
        let target = ("cairn:confidence-target", "0.9");
        assert_eq!(
            settle(&[target, ("cairn:answers-mean", "3.5")], None),
            Err("`answers-mean` and `confidence-target` are both set; each says when an object has enough answers".to_owned())
        );
        assert_eq!(
            settle(&[target, ("cairn:consolidation", "majority")], None),
            Err("`confidence-target` needs the consolidation `cairn`: `majority` does not know how sure a label is".to_owned())
        );
        refused(
            "cairn:consolidation-hook",
            "http://mine",
            "tag `cairn:consolidation-hook`: `http://mine` is not allowed, it must be none or at most 63 small letters, digits and hyphens",
        );
        let (by_hook, mine) = (
            ("cairn:consolidation", "hook"),
            ("cairn:consolidation-hook", "mine"),
        );
        for alone in [by_hook, mine] {
            assert_eq!(
                settle(&[alone], None),
                Err("the consolidation `hook` and `consolidation-hook`, which says which, are set together or not at all".to_owned())
            );
        }
        assert_eq!(
            settle(&[by_hook, mine], None).unwrap().consolidation_hook,
            "mine"
        );
        assert_eq!(
            settle(&[by_hook, mine, target], None),
            Err("`confidence-target` needs the consolidation `cairn`: `hook` does not know how sure a label is".to_owned())
        );
        refused(
            "cairn:known-labels",
            "gold.manifest",
            "tag `cairn:known-labels`: `gold.manifest` is not allowed, it must be none or the S3 address of a file, as s3://bucket/key",
        );
        refused(
            "cairn:worker-history",
            "birds_1",
            "tag `cairn:worker-history`: `birds_1` is not allowed, it must be none or names of at most 10 labeling jobs with spaces between them",
        );
        refused(
            "cairn:submit-on-key",
            "yes",
            "tag `cairn:submit-on-key`: `yes` is not allowed, it must be true or false",
        );
        for value in [
            "29",
            "3601",
            "",
            "+60",
            "060",
            "1e2",
            "60.0",
            "99999999999999999999",
        ] {
            let expected = format!(
                "tag `cairn:lease-seconds`: `{value}` is not allowed, it must be a whole number from 30 to 3600"
            );
            refused("cairn:lease-seconds", value, &expected);
        }
        refused(
            "cairn:settings",
            "s3://b",
            "tag `cairn:settings`: names a bucket but no object",
        );
        refused(
            "cairn:settings",
            "file.json",
            "tag `cairn:settings`: `file.json` is not an S3 URI: it must begin with s3://",
        );
    }
}
