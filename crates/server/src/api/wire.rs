//! Pieces that many operations have on the wire, and what they mean here.

use cairn_db::tag;
use cairn_labeling::arn::{Arn, Place};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{ApiError, ApiResult, Context};

/// A time: a number of seconds since the epoch on the wire, milliseconds here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0 as f64 / 1_000.0)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        let seconds = f64::deserialize(deserializer)?;
        // A float too large for the integer becomes the largest one: the end of time either way.
        Ok(Timestamp((seconds * 1_000.0).round() as i64))
    }
}

/// A tag of a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Tag {
    /// Key.
    pub key: String,
    /// Value; may be empty.
    pub value: String,
}

impl From<tag::Tag> for Tag {
    fn from(tag: tag::Tag) -> Tag {
        Tag {
            key: tag.key,
            value: tag.value,
        }
    }
}

/// In which direction a list goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum SortOrder {
    /// Smallest first.
    #[default]
    Ascending,
    /// Greatest first.
    Descending,
}

/// The answer of an operation that says nothing: `{}`.
#[derive(Serialize)]
pub struct Empty {}

impl Context {
    /// Region and account of every ARN given out.
    pub fn place(&self) -> Place {
        Place {
            region: self.app.settings.region.clone(),
            account: self.app.settings.account_id.clone(),
        }
    }

    /// Host and port of the portal, which is what a `SubDomain` is here.
    pub fn host(&self) -> &str {
        let origin = self.origin.split_once("://");
        origin.map_or(self.origin.as_str(), |(_, host)| host)
    }

    /// Who acts, for the audit log: the person, and the role when they assumed another.
    pub fn actor(&self) -> String {
        let caller = &self.caller;
        if caller.role_name == caller.role.iam_name() {
            caller.name.clone()
        } else {
            format!(
                "{} as {}/{}",
                caller.name, caller.role_name, caller.session_name
            )
        }
    }
}

/// Reads an ARN that is to be one of this server's, given as the member `member`.
pub fn own_arn(context: &Context, member: &str, text: &str) -> ApiResult<Arn> {
    let arn =
        Arn::parse(text).map_err(|error| ApiError::validation(format!("`{member}`: {error}")))?;
    let place = context.place();
    if arn.service != "sagemaker" || !arn.is_at(&place) {
        return Err(ApiError::validation(format!(
            "`{member}`: `{text}` is not in region {} of account {}",
            place.region, place.account
        )));
    }
    Ok(arn)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_fractional_seconds() {
        let check = |ms: i64, wire: &str| {
            assert_eq!(serde_json::to_string(&Timestamp(ms)).unwrap(), wire);
            assert_eq!(
                serde_json::from_str::<Timestamp>(wire).unwrap(),
                Timestamp(ms)
            );
        };
        check(1_546_300_800_123, "1546300800.123");
        check(1_546_300_800_000, "1546300800.0");
        let whole: Timestamp = serde_json::from_str("1546300800").unwrap();
        assert_eq!(whole, Timestamp(1_546_300_800_000));
        let far: Timestamp = serde_json::from_str("1e300").unwrap();
        assert_eq!(far, Timestamp(i64::MAX));
    }
}
