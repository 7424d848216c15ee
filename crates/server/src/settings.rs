//! Every setting of the server, with its default, range, flag and environment variable.
//!
//! The struct is the table: clap reads flags and environment from it, and `docs/operating.md` is
//! checked against it. Nothing else in the server reads the environment.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use cairn_labeling::settings_tags::is_hook_name;
use clap::Args;

use crate::auth::Role;

/// Settings of one server.
#[derive(Args, Clone)]
pub struct Settings {
    /// Folder for everything the server keeps; made when missing
    #[arg(
        long,
        env = "CAIRN_DATA",
        value_name = "DIR",
        default_value = "cairn-data"
    )]
    pub data: PathBuf,

    /// Address and port to listen on
    #[arg(
        long,
        env = "CAIRN_LISTEN",
        value_name = "ADDRESS",
        default_value = "127.0.0.1:9000"
    )]
    pub listen: SocketAddr,

    /// Database: sqlite:PATH or postgres://…; without it, SQLite in the data folder
    #[arg(
        long,
        env = "CAIRN_DATABASE",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database: Option<String>,

    /// The server secret as 64 hexadecimal digits; without it, the file `secret` in the data folder.
    /// Replicas share one
    #[arg(long, env = "CAIRN_SECRET", value_name = "HEX", hide_env_values = true)]
    pub secret: Option<String>,

    /// Region shown in every ARN; requests signed for any region are accepted
    #[arg(long, env = "CAIRN_REGION", value_name = "REGION", default_value = "us-east-1", value_parser = parse_region)]
    pub region: String,

    /// Account id shown in every ARN, 12 digits
    #[arg(long, env = "CAIRN_ACCOUNT_ID", value_name = "DIGITS", default_value = "000000000000", value_parser = parse_account_id)]
    pub account_id: String,

    /// Address people reach the server by, when a proxy stands in front, as https://label.example.com
    #[arg(long, env = "CAIRN_PUBLIC_URL", value_name = "URL", value_parser = parse_origin)]
    pub public_url: Option<String>,

    /// Second address of the same server for task pages, as https://tasks.example.com. On localhost
    /// it is task.localhost; elsewhere, without it, task pages run in an opaque sandbox
    #[arg(long, env = "CAIRN_TASK_ORIGIN", value_name = "URL", value_parser = parse_origin)]
    pub task_origin: Option<String>,

    /// What AssumeRole grants, by role name; * stands for every name not listed
    #[arg(long, env = "CAIRN_ROLES", value_name = "NAME=ROLE,…", default_value = "CairnAdministrator=administrator,CairnVendorManager=vendor-manager,CairnWorker=worker,*=requester", value_parser = parse_roles)]
    pub roles: RoleTable,

    /// Connections served at once; more wait to be accepted
    #[arg(long, env = "CAIRN_CONNECTIONS_MAX", value_name = "COUNT", default_value_t = 4096, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub connections_max: u32,

    /// Seconds a client may take to send the headers of a request
    #[arg(long, env = "CAIRN_HEADER_SECONDS", value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=600))]
    pub header_seconds: u32,

    /// Seconds a client may stall while it sends a body or reads a response
    #[arg(long, env = "CAIRN_STALL_SECONDS", value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3_600))]
    pub stall_seconds: u32,

    /// Seconds that requests under way are given to end when the server stops
    #[arg(long, env = "CAIRN_SHUTDOWN_SECONDS", value_name = "SECONDS", default_value_t = 20, value_parser = clap::value_parser!(u32).range(0..=3_600))]
    pub shutdown_seconds: u32,

    /// Mebibytes that one uploaded object, or one part of a multipart upload, may have
    #[arg(long, env = "CAIRN_UPLOAD_MIB_MAX", value_name = "MIB", default_value_t = 5_120, value_parser = clap::value_parser!(u32).range(1..=5_242_880))]
    pub upload_mib_max: u32,

    /// Hours after which a session ends, used or not
    #[arg(long, env = "CAIRN_SESSION_HOURS_MAX", value_name = "HOURS", default_value_t = 720, value_parser = clap::value_parser!(u32).range(1..=8_760))]
    pub session_hours_max: u32,

    /// Hours after which an unused session ends
    #[arg(long, env = "CAIRN_SESSION_IDLE_HOURS", value_name = "HOURS", default_value_t = 72, value_parser = clap::value_parser!(u32).range(1..=8_760))]
    pub session_idle_hours: u32,

    /// Hours for which a one-time link to set a password works
    #[arg(long, env = "CAIRN_RESET_HOURS", value_name = "HOURS", default_value_t = 48, value_parser = clap::value_parser!(u32).range(1..=720))]
    pub reset_hours: u32,

    /// Failed sign-ins allowed for one name in a quarter of an hour; ten times as many for one address
    #[arg(long, env = "CAIRN_SIGN_IN_FAILURES_MAX", value_name = "COUNT", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub sign_in_failures_max: u32,

    /// Mail server: smtp://name:password@host:port (all but the host may be left out), smtps://… or
    /// smtp+starttls://…; without it, links to set a password are handed over by an administrator
    #[arg(long, env = "CAIRN_SMTP", value_name = "URL", hide_env_values = true)]
    pub smtp: Option<String>,

    /// Sender of mail, as "Labeling <label@example.com>"
    #[arg(
        long,
        env = "CAIRN_MAIL_FROM",
        value_name = "ADDRESS",
        requires = "smtp"
    )]
    pub mail_from: Option<String>,

    /// Address of an S3 service that holds the buckets this server does not
    #[arg(long, env = "CAIRN_REMOTE_S3", value_name = "URL")]
    pub remote_s3: Option<String>,

    /// Access key for the remote S3
    #[arg(
        long,
        env = "CAIRN_REMOTE_S3_ACCESS_KEY_ID",
        value_name = "ID",
        requires = "remote_s3"
    )]
    pub remote_s3_access_key_id: Option<String>,

    /// Secret for the remote S3
    #[arg(
        long,
        env = "CAIRN_REMOTE_S3_SECRET_ACCESS_KEY",
        value_name = "SECRET",
        requires = "remote_s3",
        hide_env_values = true
    )]
    pub remote_s3_secret_access_key: Option<String>,

    /// Region that requests to the remote S3 are signed for
    #[arg(long, env = "CAIRN_REMOTE_S3_REGION", value_name = "REGION", default_value = "us-east-1", value_parser = parse_region)]
    pub remote_s3_region: String,

    /// Programs that jobs may have make their labels, by name and address: NAME=URL, with commas between
    #[arg(
        long,
        env = "CAIRN_CONSOLIDATION_HOOKS",
        value_name = "NAME=URL,…",
        default_value = "",
        hide_env_values = true,
        value_parser = parse_hooks
    )]
    pub consolidation_hooks: HookTable,

    /// Teams that there may be
    #[arg(long, env = "CAIRN_WORKTEAMS_MAX", value_name = "COUNT", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub workteams_max: u32,

    /// Human task UIs that there may be
    #[arg(long, env = "CAIRN_HUMAN_TASK_UIS_MAX", value_name = "COUNT", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub human_task_uis_max: u32,

    /// Labeling jobs that may be under way at once
    #[arg(long, env = "CAIRN_LABELING_JOBS_MAX", value_name = "COUNT", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub labeling_jobs_max: u32,

    /// What is logged: error, warn, info, debug, or a filter like cairn_engine=debug,info
    #[arg(long, env = "CAIRN_LOG", value_name = "FILTER", default_value = "info")]
    pub log: String,
}

impl Settings {
    /// All defaults, for a server in the folder `data`.
    pub fn defaults(data: PathBuf) -> Settings {
        #[derive(clap::Parser)]
        struct Defaults {
            #[command(flatten)]
            settings: Settings,
        }
        use clap::{CommandFactory, FromArgMatches};
        // The environment belongs to whoever starts a server, not to the defaults.
        let command = Defaults::command().mut_args(|argument| argument.env(None::<&str>));
        let matches = command.get_matches_from(["cairn"]);
        let defaults = Defaults::from_arg_matches(&matches)
            .expect("every setting without a default is optional");
        Settings {
            data,
            ..defaults.settings
        }
    }

    /// First part of every ARN, by region: `aws`, `aws-cn` or `aws-us-gov`.
    pub fn partition(&self) -> &'static str {
        if self.region.starts_with("cn-") {
            "aws-cn"
        } else if self.region.starts_with("us-gov-") {
            "aws-us-gov"
        } else {
            "aws"
        }
    }

    /// The address that the server is reached by, where no request says by which: the public one,
    /// else where it listens.
    pub fn origin(&self) -> String {
        crate::origin::announced(self, self.listen.port())
    }

    /// Whether people reach the server over https, so that cookies may be `Secure`.
    pub fn is_https(&self) -> bool {
        self.public_url
            .as_deref()
            .is_some_and(|url| url.starts_with("https://"))
    }
}

/// What AssumeRole grants, by the name of the role asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleTable {
    rows: Vec<(String, Role)>,
}

impl RoleTable {
    /// The role that `name` grants: its own row, else that of `*`, else none.
    pub fn grant(&self, name: &str) -> Option<Role> {
        let find = |wanted: &str| self.rows.iter().find(|(name, _)| name == wanted);
        find(name).or_else(|| find("*")).map(|(_, role)| *role)
    }
}

fn parse_roles(text: &str) -> Result<RoleTable, String> {
    let mut rows = Vec::new();
    for row in text.split(',').map(str::trim).filter(|row| !row.is_empty()) {
        let (name, role) = row
            .split_once('=')
            .ok_or_else(|| format!("`{row}` is not of the form name=role"))?;
        let role = Role::from_name(role.trim()).ok_or_else(|| {
            let names: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
            format!("`{role}` is not a role; roles are {}", names.join(", "))
        })?;
        rows.push((name.trim().to_owned(), role));
    }
    Ok(RoleTable { rows })
}

/// Addresses of hooks by name.
pub type HookTable = BTreeMap<String, url::Url>;

fn parse_hooks(text: &str) -> Result<HookTable, String> {
    let mut hooks = HookTable::new();
    for row in text.split(',').map(str::trim).filter(|row| !row.is_empty()) {
        let (name, address) = row
            .split_once('=')
            .ok_or_else(|| format!("`{row}` is not of the form name=address"))?;
        if !is_hook_name(name) {
            return Err(format!(
                "the name `{name}` is not made of at most 63 small letters, digits and hyphens"
            ));
        }
        let url = url::Url::parse(address)
            .map_err(|error| format!("the address of `{name}`: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(format!(
                "the address of `{name}` does not start with http:// or https://"
            ));
        }
        if hooks.insert(name.to_owned(), url).is_some() {
            return Err(format!("`{name}` is named twice"));
        }
    }
    Ok(hooks)
}

fn parse_region(text: &str) -> Result<String, String> {
    let fits = (1..=32).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if fits {
        Ok(text.to_owned())
    } else {
        Err("a region is made of a-z, 0-9 and -".to_owned())
    }
}

fn parse_account_id(text: &str) -> Result<String, String> {
    if text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        Ok(text.to_owned())
    } else {
        Err("an account id has exactly 12 digits".to_owned())
    }
}

/// An origin: scheme, host and port, without a path.
fn parse_origin(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err("an address starts with http:// or https://".to_owned());
    }
    if url.path() != "/" || url.query().is_some() || !url.username().is_empty() {
        return Err("only scheme, host and port are allowed, no path".to_owned());
    }
    Ok(url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_complete_and_name_the_region() {
        let settings = Settings::defaults(PathBuf::from("somewhere"));
        assert_eq!(settings.data, PathBuf::from("somewhere"));
        assert_eq!(settings.region, "us-east-1");
        assert_eq!(settings.partition(), "aws");
        assert!(!settings.is_https());
    }

    /// `docs/operating.md` has a row for every setting of a server and of a job, with its default.
    #[test]
    fn the_operators_page_lists_every_setting() {
        #[derive(clap::Parser)]
        struct All {
            #[command(flatten)]
            settings: Settings,
        }
        let page = include_str!("../../../docs/operating.md");
        for argument in <All as clap::CommandFactory>::command().get_arguments() {
            let (Some(flag), Some(variable)) = (argument.get_long(), argument.get_env()) else {
                continue;
            };
            let default = argument.get_default_values().first();
            let default = default.map_or(String::new(), |value| {
                format!("`{}`", value.to_string_lossy())
            });
            let row = format!(
                "| `--{flag}` | `{}` | {default} |",
                variable.to_string_lossy()
            );
            assert!(page.contains(&row), "{row}");
        }
        for setting in cairn_labeling::settings_tags::SETTINGS {
            let (name, allowed) = (setting.name, setting.kind.allowed());
            let row = format!(
                "| `cairn:{name}` | {allowed} | `{}` | {} |",
                setting.default, setting.doc
            );
            assert!(page.contains(&row), "{row}");
        }
    }

    #[test]
    fn hooks_are_named_with_their_addresses() {
        let table =
            parse_hooks("mine=http://10.0.0.5:8080/consolidate, other=https://x.example").unwrap();
        assert_eq!(table.keys().collect::<Vec<_>>(), ["mine", "other"]);
        assert!(parse_hooks("").unwrap().is_empty());
        for (text, expected) in [
            ("mine", "`mine` is not of the form name=address"),
            (
                "Mine=http://x",
                "the name `Mine` is not made of at most 63 small letters, digits and hyphens",
            ),
            (
                "mine=x",
                "the address of `mine`: relative URL without a base",
            ),
            (
                "mine=file:///etc",
                "the address of `mine` does not start with http:// or https://",
            ),
            ("mine=http://x,mine=http://y", "`mine` is named twice"),
        ] {
            assert_eq!(parse_hooks(text).unwrap_err(), expected);
        }
    }

    #[test]
    fn roles_are_granted_by_name_and_else_by_the_star() {
        let table = Settings::defaults(PathBuf::new()).roles;
        assert_eq!(table.grant("CairnAdministrator"), Some(Role::Administrator));
        assert_eq!(
            table.grant("AmazonSageMaker-ExecutionRole-2019"),
            Some(Role::Requester)
        );
        assert_eq!(parse_roles("a=worker").unwrap().grant("b"), None);
        assert_eq!(
            parse_roles("a=root").unwrap_err(),
            "`root` is not a role; roles are administrator, requester, vendor-manager, worker"
        );
    }

    #[test]
    fn an_origin_has_no_path() {
        assert_eq!(
            parse_origin("https://Label.example.com/").unwrap(),
            "https://label.example.com"
        );
        assert_eq!(
            parse_origin("http://127.0.0.1:9000").unwrap(),
            "http://127.0.0.1:9000"
        );
        for bad in [
            "label.example.com",
            "https://a.b/c",
            "ftp://a.b",
            "https://u@a.b",
        ] {
            assert!(parse_origin(bad).is_err(), "{bad}");
        }
    }
}
