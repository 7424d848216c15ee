//! Amazon resource names: the ones this service gives out and the ones it is given.

use std::fmt;

use thiserror::Error;

/// Account under which Ground Truth's own human task UIs and the public team have their names.
pub const GROUND_TRUTH_ACCOUNT: &str = "394669845002";

/// Where this installation says it is: region and account are settings, echoed in every name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// As `ap-northeast-1`.
    pub region: String,
    /// Twelve digits.
    pub account: String,
}

impl Place {
    /// The partition that the region belongs to.
    pub fn partition(&self) -> &'static str {
        if self.region.starts_with("cn-") {
            "aws-cn"
        } else if self.region.starts_with("us-gov-") {
            "aws-us-gov"
        } else {
            "aws"
        }
    }

    /// Name of a resource of SageMaker here.
    pub fn sagemaker(&self, resource: &str) -> Arn {
        Arn {
            partition: self.partition().to_owned(),
            service: "sagemaker".to_owned(),
            region: self.region.clone(),
            account: self.account.clone(),
            resource: resource.to_owned(),
        }
    }

    /// Name of a labeling job. The job's name is lower-cased here, though not in its folder.
    pub fn labeling_job(&self, name: &str) -> Arn {
        self.sagemaker(&format!("labeling-job/{}", name.to_ascii_lowercase()))
    }

    /// Name of a private team.
    pub fn workteam(&self, name: &str) -> Arn {
        self.sagemaker(&format!("workteam/private-crowd/{name}"))
    }

    /// Name of a workforce.
    pub fn workforce(&self, name: &str) -> Arn {
        self.sagemaker(&format!("workforce/{name}"))
    }

    /// Name of a human task UI.
    pub fn human_task_ui(&self, name: &str) -> Arn {
        self.sagemaker(&format!("human-task-ui/{name}"))
    }
}

/// `arn:<partition>:<service>:<region>:<account>:<resource>`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Arn {
    /// `aws`, `aws-cn`, `aws-us-gov`, ….
    pub partition: String,
    /// As `sagemaker`.
    pub service: String,
    /// May be empty, as for IAM.
    pub region: String,
    /// Twelve digits; may be empty, as for S3.
    pub account: String,
    /// All that follows, colons included.
    pub resource: String,
}

/// Why a text is not an Amazon resource name, or not the expected kind.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ArnError {
    /// It does not have the six parts.
    #[error("`{0}` is not an Amazon resource name")]
    Shape(String),
    /// It names something else.
    #[error("`{text}` is not the name of a {expected}")]
    Kind {
        /// The text.
        text: String,
        /// What was expected, as `labeling job`.
        expected: &'static str,
    },
}

impl Arn {
    /// Takes a name apart.
    pub fn parse(text: &str) -> Result<Arn, ArnError> {
        let shape = || ArnError::Shape(crate::text::shorten(text, 200));
        let mut parts = text.splitn(6, ':');
        let mut part = || parts.next().ok_or_else(shape);
        let (arn, partition, service) = (part()?, part()?, part()?);
        let (region, account, resource) = (part()?, part()?, part()?);
        let account_is_good = account.is_empty() || is_account(account);
        let partition_is_good = partition == "aws"
            || partition.strip_prefix("aws-").is_some_and(|rest| {
                !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
            });
        if arn != "arn"
            || !partition_is_good
            || service.is_empty()
            || resource.is_empty()
            || !account_is_good
        {
            return Err(shape());
        }
        Ok(Arn {
            partition: partition.to_owned(),
            service: service.to_owned(),
            region: region.to_owned(),
            account: account.to_owned(),
            resource: resource.to_owned(),
        })
    }

    /// What follows `<kind>/` in a SageMaker name, if it is one of that kind.
    pub fn sagemaker_name(&self, kind: &str) -> Option<&str> {
        if self.service != "sagemaker" {
            return None;
        }
        let name = self.resource.strip_prefix(kind)?.strip_prefix('/')?;
        (!name.is_empty()).then_some(name)
    }

    /// Whether the name belongs to `place`.
    pub fn is_at(&self, place: &Place) -> bool {
        self.region == place.region && self.account == place.account
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "arn:{}:{}:{}:{}:{}",
            self.partition, self.service, self.region, self.account, self.resource
        )
    }
}

/// Whether the text is an account id: twelve digits.
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What kind of people a team is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Crowd {
    /// Own people.
    Private,
    /// A partner's people.
    Vendor,
    /// An open crowd.
    Public,
}

impl Crowd {
    /// The word in the team's name and in conditions on it, as `private-crowd`.
    pub fn name(self) -> &'static str {
        match self {
            Crowd::Private => "private-crowd",
            Crowd::Vendor => "vendor-crowd",
            Crowd::Public => "public-crowd",
        }
    }
}

/// The name of a team, taken apart.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct WorkteamArn {
    /// The whole name.
    pub arn: Arn,
    /// The kind of team.
    pub crowd: Crowd,
    /// What follows the kind.
    pub name: String,
}

impl WorkteamArn {
    /// Reads the name of a team of any kind.
    pub fn parse(text: &str) -> Result<WorkteamArn, ArnError> {
        let arn = Arn::parse(text)?;
        let kind = || ArnError::Kind {
            text: crate::text::shorten(text, 200),
            expected: "work team",
        };
        let rest = arn.sagemaker_name("workteam").ok_or_else(kind)?;
        let (crowd, name) = rest.split_once('/').ok_or_else(kind)?;
        let crowd = [Crowd::Private, Crowd::Vendor, Crowd::Public]
            .into_iter()
            .find(|known| known.name() == crowd)
            .ok_or_else(kind)?;
        if name.is_empty() {
            return Err(kind());
        }
        let name = name.to_owned();
        Ok(WorkteamArn { arn, crowd, name })
    }
}

/// A resource of ours that a name points to; what tags hang on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Resource {
    /// A labeling job, by its lower-cased name.
    LabelingJob(String),
    /// A private team.
    Workteam(String),
    /// A workforce.
    Workforce(String),
    /// A human task UI.
    HumanTaskUi(String),
}

impl Resource {
    /// The resource that a name points to, when it is of a kind this service keeps.
    pub fn of(arn: &Arn) -> Option<Resource> {
        let name = |kind| arn.sagemaker_name(kind).map(str::to_owned);
        if let Some(name) = name("labeling-job") {
            return Some(Resource::LabelingJob(name));
        }
        if let Some(name) = name("workteam/private-crowd") {
            return Some(Resource::Workteam(name));
        }
        if let Some(name) = name("workforce") {
            return Some(Resource::Workforce(name));
        }
        name("human-task-ui").map(Resource::HumanTaskUi)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(region: &str) -> Place {
        Place {
            region: region.to_owned(),
            account: "123456789012".to_owned(),
        }
    }

    #[test]
    fn names_are_built_for_any_region() {
        let tokyo = place("ap-northeast-1");
        let check = |arn: Arn, expected: &str| {
            assert_eq!(arn.to_string(), expected);
            assert_eq!(Arn::parse(expected).unwrap(), arn);
        };
        check(
            tokyo.labeling_job("Bird-Species"),
            "arn:aws:sagemaker:ap-northeast-1:123456789012:labeling-job/bird-species",
        );
        check(
            place("us-east-1").workteam("My-Team"),
            "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/My-Team",
        );
        check(
            place("cn-north-1").workforce("default"),
            "arn:aws-cn:sagemaker:cn-north-1:123456789012:workforce/default",
        );
        check(
            place("us-gov-west-1").human_task_ui("ui"),
            "arn:aws-us-gov:sagemaker:us-gov-west-1:123456789012:human-task-ui/ui",
        );
        assert!(tokyo.labeling_job("x").is_at(&tokyo));
        assert!(!tokyo.labeling_job("x").is_at(&place("us-east-1")));
    }

    #[test]
    fn teams_of_every_kind_are_read() {
        let check = |text: &str, crowd: Crowd, name: &str| {
            let team = WorkteamArn::parse(text).unwrap();
            assert_eq!((team.crowd, team.name.as_str()), (crowd, name));
            assert_eq!(team.arn.to_string(), text);
        };
        check(
            "arn:aws:sagemaker:us-east-1:394669845002:workteam/public-crowd/default",
            Crowd::Public,
            "default",
        );
        check(
            "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/a",
            Crowd::Private,
            "a",
        );
        check(
            "arn:aws:sagemaker:us-east-1:999999999999:workteam/vendor-crowd/x-1",
            Crowd::Vendor,
            "x-1",
        );
        for wrong in [
            "team",
            "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd",
            "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/",
            "arn:aws:sagemaker:us-east-1:123456789012:workteam/own-crowd/a",
            "arn:aws:lambda:us-east-1:123456789012:workteam/private-crowd/a",
            "arn:aws:sagemaker:us-east-1:12:workteam/private-crowd/a",
            "arn:other:sagemaker:us-east-1:123456789012:workteam/private-crowd/a",
        ] {
            assert!(WorkteamArn::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn tags_hang_on_four_kinds() {
        let here = place("us-east-1");
        let of = |arn: Arn| Resource::of(&arn);
        assert_eq!(
            of(here.labeling_job("Job")),
            Some(Resource::LabelingJob("job".into()))
        );
        assert_eq!(of(here.workteam("t")), Some(Resource::Workteam("t".into())));
        assert_eq!(
            of(here.workforce("w")),
            Some(Resource::Workforce("w".into()))
        );
        assert_eq!(
            of(here.human_task_ui("u")),
            Some(Resource::HumanTaskUi("u".into()))
        );
        assert_eq!(of(here.sagemaker("endpoint/e")), None);
        assert_eq!(of(here.sagemaker("labeling-job/")), None);
    }
}
