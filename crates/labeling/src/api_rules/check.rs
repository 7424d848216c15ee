//! Holding a request against the tables.

use serde_json::{Map, Value};

use super::{Among, Shape, Structure, Text, input};
use crate::text::shorten;

/// A rule that a member breaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which member, as `humanTaskConfig.taskTitle` or `tags.1.member.key` (items count from 1).
    pub path: String,
    /// Its value as shown to the caller; `None` where it is not shown: it is a secret, or has the
    /// wrong type, or is not there.
    pub value: Option<String>,
    /// What it must be, as `Member must not be null`.
    pub constraint: String,
}

/// Violations beyond this many are not collected: a caller mends the first ones first.
const VIOLATIONS_MAX: usize = 20;

/// Holds the body of a request against the rules of its operation.
///
/// Members that are `null` count as not there. Members that the operation does not know are
/// refused: what is not understood must not be ignored.
pub fn check(operation: &str, body: &Value) -> Result<(), Vec<Violation>> {
    let mut violations = Vec::new();
    let mut checker = Checker {
        path: String::new(),
        violations: &mut violations,
    };
    match (input(operation), body) {
        (None, _) => checker.report(None, format!("{operation} is not an operation with rules")),
        (Some(structure), Value::Null) => checker.structure(structure, &Map::new()),
        (Some(structure), Value::Object(members)) => checker.structure(structure, members),
        (Some(_), _) => checker.report(None, "the body must be a JSON object".to_owned()),
    }
    if violations.is_empty() {
        Ok(())
    } else {
        Err(violations)
    }
}

/// The text of a `ValidationException` for these violations.
pub fn message(violations: &[Violation]) -> String {
    let one = |violation: &Violation| {
        let Violation {
            path,
            value,
            constraint,
        } = violation;
        let value = match value {
            Some(value) => format!("Value '{value}'"),
            None if constraint == NOT_NULL => "Value null".to_owned(),
            None => "Value".to_owned(),
        };
        if path.is_empty() {
            return constraint.clone();
        }
        format!("{value} at '{path}' failed to satisfy constraint: {constraint}")
    };
    let count = violations.len();
    let errors = if count == 1 { "error" } else { "errors" };
    let all: Vec<String> = violations.iter().map(one).collect();
    format!("{count} validation {errors} detected: {}", all.join("; "))
}

const NOT_NULL: &str = "Member must not be null";

struct Checker<'v> {
    /// Path of the member in hand.
    path: String,
    violations: &'v mut Vec<Violation>,
}

impl Checker<'_> {
    fn report(&mut self, value: Option<String>, constraint: String) {
        if self.violations.len() < VIOLATIONS_MAX {
            self.violations.push(Violation {
                path: self.path.clone(),
                value,
                constraint,
            });
        }
    }

    /// Does `inside` with the path prolonged.
    fn at(&mut self, step: &str, inside: impl FnOnce(&mut Self)) {
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(step);
        inside(self);
        self.path.truncate(length);
    }

    fn structure(&mut self, structure: &Structure, members: &Map<String, Value>) {
        let given = |name: &str| members.get(name).filter(|value| !value.is_null());
        for member in structure.members {
            match given(member.name) {
                Some(value) => self.at(&lower_camel(member.name), |this| {
                    this.shape(member.shape, value)
                }),
                None if member.required => {
                    self.at(&lower_camel(member.name), |this| {
                        this.report(None, NOT_NULL.to_owned())
                    });
                }
                None => {}
            }
        }
        for (name, value) in members {
            let known = structure.members.iter().any(|member| member.name == name);
            if !known && !value.is_null() {
                let name = lower_camel(&shorten(name, 100));
                let constraint = "Member must be one that the operation knows".to_owned();
                self.at(&name, |this| this.report(None, constraint));
            }
        }
        for rule in structure.among {
            let (names, most, wording) = match rule {
                Among::ExactlyOne(names) => (names, 1, "exactly one"),
                Among::AtLeastOne(names) => (names, usize::MAX, "at least one"),
            };
            let count = names.iter().filter(|name| given(name).is_some()).count();
            if count == 0 || count > most {
                let constraint = format!("{wording} of {} must be given", names.join(", "));
                let place = std::mem::take(&mut self.path);
                let constraint = if place.is_empty() {
                    constraint
                } else {
                    format!("{constraint} in '{place}'")
                };
                self.report(None, constraint);
                self.path = place;
            }
        }
    }

    fn shape(&mut self, shape: &Shape, value: &Value) {
        match (shape, value) {
            (Shape::Text(rules), Value::String(text)) => self.text(rules, text),
            (Shape::Text(_), _) => self.wrong_type("a string"),
            (Shape::Integer { min, max }, value) => match value.as_i64() {
                Some(number) => self.integer(*min, *max, number),
                None => self.wrong_type("an integer"),
            },
            (Shape::Timestamp, Value::Number(_)) => {}
            (Shape::Timestamp, _) => self.wrong_type("a time as a number of seconds since 1970"),
            (Shape::Structure(structure), Value::Object(members)) => {
                self.structure(structure, members);
            }
            (Shape::Structure(_), _) => self.wrong_type("an object"),
            (Shape::List { min, max, item }, Value::Array(items)) => {
                self.length(*min, *max, items.len(), || Some(shown(&value.to_string())));
                for (at, value) in items.iter().enumerate() {
                    let step = format!("{}.member", at + 1);
                    match value {
                        Value::Null => {
                            self.at(&step, |this| this.report(None, NOT_NULL.to_owned()))
                        }
                        value => self.at(&step, |this| this.shape(item, value)),
                    }
                }
            }
            (Shape::List { .. }, _) => self.wrong_type("a list"),
            (
                Shape::Map {
                    max,
                    key: key_rules,
                    value: value_rules,
                },
                Value::Object(entries),
            ) => {
                self.length(0, Some(*max), entries.len(), || None);
                for (key, value) in entries {
                    self.at(&shorten(key, 100), |this| {
                        this.text(key_rules, key);
                        match value {
                            Value::String(value) => this.text(value_rules, value),
                            _ => this.wrong_type("a string"),
                        }
                    });
                }
            }
            (Shape::Map { .. }, _) => self.wrong_type("an object of strings"),
        }
    }

    fn wrong_type(&mut self, expected: &str) {
        self.report(None, format!("Member must be {expected}"));
    }

    fn text(&mut self, rules: &Text, text: &str) {
        let value = || (!rules.secret).then(|| shown(text));
        if rules.min > 0 || rules.max.is_some() {
            self.length(rules.min, rules.max, text.chars().count(), value);
        }
        if let Some(pattern) = rules.pattern
            && !(pattern.matches)(text)
        {
            let constraint = format!(
                "Member must satisfy regular expression pattern: {}",
                pattern.text
            );
            self.report(value(), constraint);
        }
        if !rules.values.is_empty() && !rules.values.contains(&text) {
            let values = rules.values.join(", ");
            self.report(
                value(),
                format!("Member must satisfy enum value set: [{values}]"),
            );
        }
    }

    fn integer(&mut self, min: i64, max: Option<i64>, number: i64) {
        if number < min {
            let constraint = format!("Member must have value greater than or equal to {min}");
            self.report(Some(number.to_string()), constraint);
        }
        if let Some(max) = max.filter(|max| number > *max) {
            let constraint = format!("Member must have value less than or equal to {max}");
            self.report(Some(number.to_string()), constraint);
        }
    }

    fn length(
        &mut self,
        min: usize,
        max: Option<usize>,
        length: usize,
        value: impl Fn() -> Option<String>,
    ) {
        if length < min {
            let constraint = format!("Member must have length greater than or equal to {min}");
            self.report(value(), constraint);
        }
        if let Some(max) = max.filter(|max| length > *max) {
            let constraint = format!("Member must have length less than or equal to {max}");
            self.report(value(), constraint);
        }
    }
}

/// `LabelingJobName` as paths write it: `labelingJobName`.
fn lower_camel(name: &str) -> String {
    let mut chars = name.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

fn shown(value: &str) -> String {
    shorten(value, 200)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::OPERATIONS;
    use super::*;

    fn job() -> Value {
        json!({
            "LabelingJobName": "Birds-1",
            "LabelAttributeName": "species",
            "InputConfig": {"DataSource": {"S3DataSource": {"ManifestS3Uri": "s3://b/m"}}},
            "OutputConfig": {"S3OutputPath": "s3://b/out/", "KmsKeyId": ""},
            "RoleArn": "arn:aws:iam::123456789012:role/R",
            "LabelCategoryConfigS3Uri": "s3://b/labels.json",
            "HumanTaskConfig": {
                "WorkteamArn": "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/t",
                "UiConfig": {"UiTemplateS3Uri": "s3://b/t"},
                "PreHumanTaskLambdaArn": "arn:aws:lambda:us-east-1:432418664414:function:PRE-ImageMultiClass",
                "TaskTitle": "Birds",
                "TaskDescription": "Which bird?",
                "NumberOfHumanWorkersPerDataObject": 3,
                "TaskTimeLimitInSeconds": 300,
            },
        })
    }

    fn refused(operation: &str, body: Value, expected: &str) {
        let violations = check(operation, &body).unwrap_err();
        assert_eq!(message(&violations), expected);
    }

    #[test]
    fn a_whole_job_passes() {
        assert_eq!(check("CreateLabelingJob", &job()), Ok(()));
        let mut with_nulls = job();
        with_nulls["StoppingConditions"] = Value::Null;
        with_nulls["Unheard"] = Value::Null;
        assert_eq!(check("CreateLabelingJob", &with_nulls), Ok(()));
        assert_eq!(check("ListLabelingJobs", &json!({})), Ok(()));
        assert_eq!(check("ListLabelingJobs", &Value::Null), Ok(()));
        assert_eq!(
            check(
                "ListLabelingJobs",
                &json!({"CreationTimeAfter": 1546300800.5})
            ),
            Ok(())
        );
    }

    #[test]
    fn each_rule_has_its_words() {
        refused(
            "DescribeLabelingJob",
            json!({}),
            "1 validation error detected: Value null at 'labelingJobName' failed to satisfy constraint: Member must not be null",
        );
        refused(
            "DescribeLabelingJob",
            json!({"LabelingJobName": "a_b"}),
            "1 validation error detected: Value 'a_b' at 'labelingJobName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
        );
        refused(
            "ListLabelingJobs",
            json!({"MaxResults": 0, "SortBy": "Size"}),
            "2 validation errors detected: Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1; Value 'Size' at 'sortBy' failed to satisfy constraint: Member must satisfy enum value set: [Name, CreationTime, Status]",
        );
        refused(
            "ListLabelingJobs",
            json!({"MaxResults": 101}),
            "1 validation error detected: Value '101' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to 100",
        );
        refused(
            "ListLabelingJobs",
            json!({"MaxResults": "5", "Sort": 1, "CreationTimeAfter": "today"}),
            "3 validation errors detected: Value at 'creationTimeAfter' failed to satisfy constraint: Member must be a time as a number of seconds since 1970; Value at 'maxResults' failed to satisfy constraint: Member must be an integer; Value at 'sort' failed to satisfy constraint: Member must be one that the operation knows",
        );
        refused(
            "DeleteTags",
            json!({"ResourceArn": "arn:aws:sagemaker:us-east-1:123456789012:x", "TagKeys": []}),
            "1 validation error detected: Value '[]' at 'tagKeys' failed to satisfy constraint: Member must have length greater than or equal to 1",
        );
        refused(
            "AddTags",
            json!({"ResourceArn": "arn:aws:sagemaker:us-east-1:123456789012:x", "Tags": [{"Key": "a", "Value": ""}, {"Key": ""}]}),
            "2 validation errors detected: Value '' at 'tags.2.member.key' failed to satisfy constraint: Member must have length greater than or equal to 1; Value null at 'tags.2.member.value' failed to satisfy constraint: Member must not be null",
        );
        refused(
            "DescribeLabelingJob",
            json!([]),
            "1 validation error detected: the body must be a JSON object",
        );
        refused(
            "Dance",
            json!({}),
            "1 validation error detected: Dance is not an operation with rules",
        );
    }

    #[test]
    fn rules_among_members_hold() {
        let mut body = job();
        body["HumanTaskConfig"]["UiConfig"] = json!({});
        refused(
            "CreateLabelingJob",
            body,
            "1 validation error detected: exactly one of UiTemplateS3Uri, HumanTaskUiArn must be given in 'humanTaskConfig.uiConfig'",
        );
        refused(
            "CreateWorkforce",
            json!({"WorkforceName": "w"}),
            "1 validation error detected: exactly one of CognitoConfig, OidcConfig must be given",
        );
        let mut body = job();
        body["InputConfig"]["DataSource"] = json!({});
        refused(
            "CreateLabelingJob",
            body,
            "1 validation error detected: at least one of S3DataSource, SnsDataSource must be given in 'inputConfig.dataSource'",
        );
    }

    #[test]
    fn a_secret_is_never_shown() {
        let secret = "sécret-".repeat(400);
        let oidc = |secret: Value| json!({"WorkforceName": "w", "OidcConfig": {"ClientSecret": secret, "clientSecret": secret}});
        for body in [
            oidc(json!(secret)),
            oidc(json!([secret])),
            json!({"WorkforceName": "w", "OidcConfig": secret}),
            json!({"WorkforceName": "w", "OidcConfig": [{"ClientSecret": secret}]}),
        ] {
            let text = message(&check("CreateWorkforce", &body).unwrap_err());
            assert!(!text.contains("cret-"), "{text}");
        }
    }

    #[test]
    fn long_values_and_many_faults_stay_readable() {
        let name = "x".repeat(100_000);
        let text =
            message(&check("DescribeLabelingJob", &json!({"LabelingJobName": name})).unwrap_err());
        assert!(text.len() < 1_000);
        let tags = vec![json!({"Key": ""}); 5_000];
        let body = json!({"ResourceArn": "x", "Tags": tags});
        assert_eq!(check("AddTags", &body).unwrap_err().len(), VIOLATIONS_MAX);
    }

    fn values() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            "[a-z:/猫]{0,9}".prop_map(Value::from)
        ];
        leaf.prop_recursive(4, 30, 4, |inner| {
            let names = prop::sample::select(vec![
                "LabelingJobName",
                "InputConfig",
                "DataSource",
                "HumanTaskConfig",
                "Tags",
                "Key",
                "OidcConfig",
                "AuthenticationRequestExtraParams",
                "MemberDefinitions",
                "Cidrs",
                "SourceIpConfig",
                "x",
            ]);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::vec((names, inner), 0..4).prop_map(|members| {
                    Value::Object(
                        members
                            .into_iter()
                            .map(|(name, value)| (name.to_owned(), value))
                            .collect(),
                    )
                }),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_body_is_checked_without_panic(body in values()) {
            for (operation, _) in OPERATIONS {
                if let Err(violations) = check(operation, &body) {
                    prop_assert!(!message(&violations).is_empty());
                }
            }
        }
    }
}
