//! The patterns of the model, each with a hand-written matcher: there are some thirty, all of them
//! sequences of character classes, and a request is checked a thousand times a second.
//!
//! Where the model names Unicode categories, the matcher uses the classes of the standard library,
//! which are a little wider: letters include vowel signs, visible characters include unassigned ones.

use std::fmt;
use std::net::IpAddr;

/// A pattern that a whole string must match.
pub struct Pattern {
    /// As the model writes it, for messages.
    pub text: &'static str,
    /// Whether a string matches.
    pub matches: fn(&str) -> bool,
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

macro_rules! patterns {
    ($($name:ident = $text:literal, $matches:expr;)*) => {
        $(pub(super) static $name: Pattern = Pattern { text: $text, matches: $matches };)*

        static ALL: &[&Pattern] = &[$(&$name),*];
    };
}

patterns! {
    NAME_63 = r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}", |text| hyphenated(text, alphanumeric, 63);
    NAME_127 = r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,126}", |text| hyphenated(text, alphanumeric, 127);
    LOWER_NAME = r"[a-z0-9](-*[a-z0-9])*", |text| hyphenated(text, lower_or_digit, usize::MAX);
    WORKFORCE_NAME = r"[a-zA-Z0-9]([a-zA-Z0-9\-]){0,62}", |text| {
        text.len() <= 63 && text.starts_with(alphanumeric) && text.chars().all(alphanumeric_or_hyphen)
    };
    NAME_PART = r"[a-zA-Z0-9\-]+", |text| some(text, alphanumeric_or_hyphen);
    ALPHANUMERIC_OR_HYPHEN = r"[-0-9a-zA-Z]+", |text| some(text, alphanumeric_or_hyphen);
    VPC_ID = r"vpc-[0-9a-z]*", |text| after(text, "vpc-").is_some_and(|id| id.chars().all(lower_or_digit));
    SECURITY_GROUP_ID = r"sg-[0-9a-z]*", |text| {
        after(text, "sg-").is_some_and(|id| id.chars().all(lower_or_digit))
    };
    SUBNET_ID = r"subnet-[0-9a-z]*", |text| {
        after(text, "subnet-").is_some_and(|id| id.chars().all(lower_or_digit))
    };
    S3_URI = r"(https|s3)://([^/]+)/?(.*)", s3_uri;
    HTTPS = r"https://\S+", |text| {
        after(text, "https://").is_some_and(|rest| some(rest, |c| !c.is_whitespace()))
    };
    KMS_KEY_ID = r"[a-zA-Z0-9:/_-]*", |text| {
        text.chars().all(|c| alphanumeric(c) || matches!(c, ':' | '/' | '_' | '-'))
    };
    ROLE_ARN = r"arn:aws[a-z\-]*:iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+", role_arn;
    ANY_ARN = r"arn:.*", |text| after(text, "arn:").is_some_and(|rest| rest.chars().all(within_line));
    SNS_TOPIC_ARN = r"arn:aws[a-z\-]*:sns:[a-z0-9\-]*:[0-9]{12}:[a-zA-Z0-9_.-]+", |text| {
        arn(text, "sns", true).is_some_and(|topic| some(topic, topic_name))
    };
    NOTIFICATION_TOPIC_ARN = r"arn:aws[a-z\-]*:sns:[a-z0-9\-]*:[0-9]{12}:[a-zA-Z0-9_.-]*", |text| {
        arn(text, "sns", true).is_some_and(|topic| topic.chars().all(topic_name))
    };
    MODEL_ARN = r"arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:model/.*", |text| {
        sagemaker_arn(text, "model/", true)
    };
    WORKTEAM_ARN = r"arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]*:[0-9]{12}:workteam/.*", |text| {
        sagemaker_arn(text, "workteam/", true)
    };
    HUMAN_TASK_UI_ARN = r"arn:aws[a-z\-]*:sagemaker:[a-z0-9\-]+:[0-9]{12}:human-task-ui/.*", |text| {
        sagemaker_arn(text, "human-task-ui/", false)
    };
    LAMBDA_ARN = r"arn:aws[a-z\-]*:lambda:[a-z0-9\-]*:[0-9]{12}:function:.*", |text| {
        arn(text, "lambda", true)
            .and_then(|rest| after(rest, "function:"))
            .is_some_and(|name| name.chars().all(within_line))
    };
    RESOURCE_ARN = r"arn:aws[a-z-]*:sagemaker:[a-z0-9-]*:[0-9]{12}:.+", |text| {
        arn(text, "sagemaker", true).is_some_and(|rest| some(rest, within_line))
    };
    TASK_KEYWORD = r"[A-Za-z0-9]+( [A-Za-z0-9]+)*", |text| {
        text.split(' ').all(|word| some(word, alphanumeric))
    };
    TASK_TITLE = r"[\t\n\r -\uD7FF\uE000-\uFFFD]*", |text| {
        text.chars().all(|c| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}'))
    };
    LINE = r".+", |text| some(text, within_line);
    LINE_OR_EMPTY = r".*", |text| text.chars().all(within_line);
    ANYTHING = r"[\S\s]+", |text| !text.is_empty();
    PRINTABLE = r"[ -~]+", |text| some(text, |c| matches!(c, ' '..='~'));
    SCOPE = r"[!#-\[\]-~]+( [!#-\[\]-~]+)*", |text| {
        let of_scope = |c: char| matches!(c, '!' | '#'..='[' | ']'..='~');
        text.split(' ').all(|word| some(word, of_scope))
    };
    USER_POOL = r"[\w-]+_[0-9a-zA-Z]+", user_pool;
    VISIBLE = r"[\p{L}\p{M}\p{S}\p{N}\p{P}]+", |text| {
        some(text, |c| !c.is_whitespace() && !c.is_control())
    };
    TAG = r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", |text| {
        let of_tag = |c: char| {
            c.is_alphanumeric()
                || c.is_whitespace() && !c.is_control()
                || matches!(c, '_' | '.' | ':' | '/' | '=' | '+' | '-' | '@')
        };
        text.chars().all(of_tag)
    };
    CIDR = r"<address>/<length of the prefix>, IPv4 or IPv6", cidr;
}

/// The pattern that the model writes like this.
pub fn pattern(text: &str) -> Option<&'static Pattern> {
    ALL.iter().copied().find(|pattern| pattern.text == text)
}

fn alphanumeric(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

fn alphanumeric_or_hyphen(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

fn lower_or_digit(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

fn topic_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}

/// What `.` stands for.
fn within_line(c: char) -> bool {
    !matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn some(text: &str, of: impl Fn(char) -> bool) -> bool {
    !text.is_empty() && text.chars().all(of)
}

fn after<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    text.strip_prefix(prefix)
}

/// Characters of a class with hyphens between them, but not at either end.
fn hyphenated(text: &str, of: fn(char) -> bool, count_max: usize) -> bool {
    text.starts_with(of)
        && text.ends_with(of)
        && text.chars().all(|c| of(c) || c == '-')
        && text.chars().filter(|c| *c != '-').count() <= count_max
}

/// What follows `arn:aws…:<service>:<region>:<account>:`.
fn arn<'a>(text: &'a str, service: &str, region_may_be_empty: bool) -> Option<&'a str> {
    let (partition, rest) = after(text, "arn:aws")?.split_once(':')?;
    let (region, rest) = after(rest, service)?.strip_prefix(':')?.split_once(':')?;
    let (account, rest) = rest.split_once(':')?;
    let good = partition
        .chars()
        .all(|c| c.is_ascii_lowercase() || c == '-')
        && region.chars().all(|c| lower_or_digit(c) || c == '-')
        && (region_may_be_empty || !region.is_empty())
        && crate::arn::is_account(account);
    good.then_some(rest)
}

fn sagemaker_arn(text: &str, kind: &str, region_may_be_empty: bool) -> bool {
    arn(text, "sagemaker", region_may_be_empty)
        .and_then(|rest| after(rest, kind))
        .is_some_and(|name| name.chars().all(within_line))
}

fn role_arn(text: &str) -> bool {
    let of_role = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-/".contains(c);
    // The slash after `role` is optional, and a name may begin with one.
    text.contains(":iam::")
        && arn(text, "iam", true)
            .and_then(|rest| after(rest, "role"))
            .is_some_and(|name| some(name, of_role))
}

fn s3_uri(text: &str) -> bool {
    let rest = after(text, "https://").or_else(|| after(text, "s3://"));
    let Some(rest) = rest else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    // `[^/]` takes line ends and `.` does not.
    !host.is_empty() && rest[host.len()..].chars().all(within_line)
}

fn user_pool(text: &str) -> bool {
    let of_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    match text.rsplit_once('_') {
        Some((region, id)) => some(region, of_word) && some(id, alphanumeric),
        None => false,
    }
}

fn cidr(text: &str) -> bool {
    let Some((address, prefix)) = text.split_once('/') else {
        return false;
    };
    let plain = !prefix.is_empty()
        && prefix.bytes().all(|b| b.is_ascii_digit())
        && (prefix == "0" || !prefix.starts_with('0'));
    let bits = match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(_)) => 32,
        Ok(IpAddr::V6(_)) => 128,
        Err(_) => return false,
    };
    plain && prefix.parse::<u32>().is_ok_and(|prefix| prefix <= bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &Pattern, good: &[&str], bad: &[&str]) {
        for text in good {
            assert!((pattern.matches)(text), "{text:?} matches {}", pattern.text);
        }
        for text in bad {
            assert!(
                !(pattern.matches)(text),
                "{text:?} does not match {}",
                pattern.text
            );
        }
    }

    #[test]
    fn names() {
        let long = "a".repeat(64);
        check(
            &NAME_63,
            &["a", "A-b--9", &long[1..]],
            &["", "-a", "a-", "a_b", "猫", "a b", &long],
        );
        check(&NAME_127, &[&long], &["a.b"]);
        check(&LOWER_NAME, &["a-b", "0"], &["A", "-a", "a-", ""]);
        check(
            &WORKFORCE_NAME,
            &["a-", "default"],
            &["-a", "", &long, "a_"],
        );
        check(&NAME_PART, &["-", "a-B"], &["", "_"]);
        check(&ALPHANUMERIC_OR_HYPHEN, &["sg-1"], &["", "sg_1"]);
        check(&VPC_ID, &["vpc-", "vpc-0a"], &["vpc", "vpc-A"]);
        check(&SECURITY_GROUP_ID, &["sg-0a"], &["sg0a"]);
        check(&SUBNET_ID, &["subnet-0a"], &["subnet0a"]);
    }

    #[test]
    fn addresses() {
        check(
            &S3_URI,
            &["s3://b", "s3://b/", "https://b/k v", "s3://b//"],
            &["", "s3://", "s3:///k", "gs://b", "S3://b", "s3://b/a\nb"],
        );
        check(
            &HTTPS,
            &["https://a"],
            &["https://", "http://a", "https://a b"],
        );
        check(
            &CIDR,
            &[
                "10.0.0.0/8",
                "0.0.0.0/0",
                "1.2.3.4/32",
                "::/0",
                "2001:db8::/32",
                "::1/128",
            ],
            &[
                "10.0.0.0",
                "10.0.0.0/33",
                "010.0.0.0/8",
                "10.0.0.0/08",
                "10.0.0/8",
                "::/129",
                "a/8",
                "1.2.3.4/",
            ],
        );
    }

    #[test]
    fn resource_names() {
        check(
            &ROLE_ARN,
            &[
                "arn:aws:iam::123456789012:role/R",
                "arn:aws-cn:iam::123456789012:role/a/b+=,.@-_",
                "arn:aws:iam::123456789012:roleR",
            ],
            &[
                "arn:aws:iam::12345678901:role/R",
                "arn:aws:iam:x:123456789012:role/R",
                "arn:aws:iam::123456789012:user/R",
                "arn:aws:iam::123456789012:role",
                "R",
                "arn:aws:iam::123456789012:role/R*",
            ],
        );
        check(
            &WORKTEAM_ARN,
            &[
                "arn:aws:sagemaker:us-east-1:123456789012:workteam/private-crowd/x",
                "arn:aws:sagemaker::123456789012:workteam/",
            ],
            &[
                "arn:aws:sagemaker:us-east-1:123456789012:workforce/x",
                "arn:AWS:sagemaker:us-east-1:123456789012:workteam/x",
                "",
            ],
        );
        check(
            &HUMAN_TASK_UI_ARN,
            &["arn:aws:sagemaker:us-east-1:123456789012:human-task-ui/x"],
            &["arn:aws:sagemaker::123456789012:human-task-ui/x"],
        );
        check(
            &LAMBDA_ARN,
            &["arn:aws:lambda:us-east-1:432418664414:function:PRE-ImageMultiClass"],
            &["arn:aws:lambda:us-east-1:432418664414:PRE-ImageMultiClass"],
        );
        check(
            &MODEL_ARN,
            &["arn:aws:sagemaker:us-east-1:123456789012:model/m"],
            &["arn:aws:sagemaker:us-east-1:123456789012:m"],
        );
        check(
            &RESOURCE_ARN,
            &["arn:aws:sagemaker:us-east-1:123456789012:x"],
            &["arn:aws:sagemaker:us-east-1:123456789012:"],
        );
        check(
            &SNS_TOPIC_ARN,
            &["arn:aws:sns:us-east-1:123456789012:t.fifo"],
            &["arn:aws:sns:us-east-1:123456789012:"],
        );
        check(
            &NOTIFICATION_TOPIC_ARN,
            &["arn:aws:sns:us-east-1:123456789012:"],
            &["arn:aws:sns:us-east-1:123456789012:a/b"],
        );
        check(&ANY_ARN, &["arn:", "arn:x"], &["ar", "arn:a\nb"]);
    }

    #[test]
    fn texts() {
        check(
            &TASK_KEYWORD,
            &["a", "a b 9"],
            &["", "Multi-label", " a", "a ", "a  b"],
        );
        check(
            &TASK_TITLE,
            &["", "猫 or\nnot\t"],
            &["\u{1}", "\u{1F600}", "\u{FFFE}"],
        );
        check(&LINE, &["a", "猫\t"], &["", "a\nb", "a\u{2028}"]);
        check(&LINE_OR_EMPTY, &["", "a"], &["\r"]);
        check(&ANYTHING, &["\n", "猫"], &[""]);
        check(&PRINTABLE, &[" ~"], &["", "\t", "é"]);
        check(&SCOPE, &["openid email"], &["", "a  b", "a\"b", "a\\b"]);
        check(
            &USER_POOL,
            &["us-east-1_AbC", "a_b_c"],
            &["us-east-1", "_a", "a_", "a_b-c"],
        );
        check(&VISIBLE, &["群-1", "हिन्दी", "a/b"], &["", "a b", "\u{7}"]);
        check(
            &TAG,
            &["", "部署 a/b:c=d+e-f@g_h.i"],
            &["a,b", "a\tb", "{}"],
        );
        check(&KMS_KEY_ID, &["", "arn:aws:kms/a_b-c"], &["a b"]);
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_matched_without_panic(text in "(arn|:|aws|sns|s3://|/|猫|_|-|\\.|123456789012|role|\n|a){0,12}") {
            for pattern in ALL {
                let _ = (pattern.matches)(&text);
            }
        }
    }
}
