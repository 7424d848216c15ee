//! The origins of this server: the one people use, and the one that task pages run on.
//!
//! A task page is somebody else's code. It runs on an origin of its own, so that it has no cookie and
//! can reach nothing of the portal: `task.localhost` on a laptop, the setting `task_origin` elsewhere.
//! Without either, its frame is sandboxed into an opaque origin of the same host.

use http::{HeaderMap, header};

use crate::settings::Settings;

/// Name of the task origin on a laptop. Browsers lead every name below `localhost` to this machine.
const TASK_LOCALHOST: &str = "task.localhost";

/// The origins as one request sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origins {
    /// Where people sign in, as `http://127.0.0.1:9000`.
    pub portal: String,
    /// Where task pages run; none when their frames must be opaque.
    pub task: Option<String>,
}

impl Origins {
    /// The origins for a request with these headers. A `Host` that says the task origin still gives
    /// the portal's, so that a task page can name who may frame it.
    pub fn of(headers: &HeaderMap, settings: &Settings) -> Origins {
        let host = headers
            .get(header::HOST)
            .and_then(|value| value.to_str().ok());
        Origins::of_host(host, settings)
    }

    /// The origins for a request to `host` (`name[:port]`).
    pub fn of_host(host: Option<&str>, settings: &Settings) -> Origins {
        let listening = settings.listen.to_string();
        let host = host.filter(|host| is_host(host)).unwrap_or(&listening);
        let (name, port) = split(host);
        let portal = match &settings.public_url {
            Some(url) => url.clone(),
            None if name == TASK_LOCALHOST => format!("http://localhost{port}"),
            None => format!("http://{}", host.to_ascii_lowercase()),
        };
        let task = settings.task_origin.clone().or_else(|| {
            let (name, port) = split(portal.strip_prefix("http://")?);
            is_loopback(name).then(|| format!("http://{TASK_LOCALHOST}{port}"))
        });
        Origins { portal, task }
    }

    /// Whether a request came to the task origin, where no page and no session is to be had.
    pub fn is_task(headers: &HeaderMap, settings: &Settings) -> bool {
        let Some(host) = headers
            .get(header::HOST)
            .and_then(|value| value.to_str().ok())
        else {
            return false;
        };
        if split(host).0.eq_ignore_ascii_case(TASK_LOCALHOST) {
            return true;
        }
        settings.task_origin.as_deref().is_some_and(|origin| {
            let origin = origin.split_once("://").map_or(origin, |(_, rest)| rest);
            let is_other = settings
                .public_url
                .as_deref()
                .is_none_or(|url| url.split_once("://").map_or(url, |(_, rest)| rest) != origin);
            is_other && host.eq_ignore_ascii_case(origin)
        })
    }
}

/// The address that people and scripts are told on start, without a request to go by.
pub fn announced(settings: &Settings, port: u16) -> String {
    match &settings.public_url {
        Some(url) => url.clone(),
        None => {
            let address = settings.listen.ip();
            let name = if address.is_unspecified() {
                "127.0.0.1".to_owned()
            } else if address.is_ipv6() {
                format!("[{address}]")
            } else {
                address.to_string()
            };
            format!("http://{name}:{port}")
        }
    }
}

/// `name` and `:port`, the latter empty when there is none.
fn split(host: &str) -> (&str, &str) {
    let after_name = host.find(']').map_or(0, |at| at + 1);
    match host[after_name..].find(':') {
        Some(at) => host.split_at(after_name + at),
        None => (host, ""),
    }
}

/// Characters of a host name, an address and a port; nothing that could end an attribute or a header.
fn is_host(host: &str) -> bool {
    !host.is_empty()
        && host.len() <= 255
        && host
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte))
}

fn is_loopback(name: &str) -> bool {
    let address = name.trim_matches(['[', ']']);
    name.eq_ignore_ascii_case("localhost")
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(public_url: Option<&str>, task_origin: Option<&str>) -> Settings {
        Settings {
            public_url: public_url.map(str::to_owned),
            task_origin: task_origin.map(str::to_owned),
            ..Settings::defaults(std::path::PathBuf::new())
        }
    }

    #[track_caller]
    fn check(host: &str, settings: &Settings, portal: &str, task: Option<&str>) {
        let found = Origins::of_host(Some(host), settings);
        let expected = Origins {
            portal: portal.to_owned(),
            task: task.map(str::to_owned),
        };
        assert_eq!(found, expected);
    }

    #[test]
    fn a_laptop_has_a_task_origin_without_a_setting() {
        let none = settings(None, None);
        let task = Some("http://task.localhost:9000");
        check("127.0.0.1:9000", &none, "http://127.0.0.1:9000", task);
        check("LOCALHOST:9000", &none, "http://localhost:9000", task);
        check("[::1]:9000", &none, "http://[::1]:9000", task);
        check("task.localhost:9000", &none, "http://localhost:9000", task);
        check(
            "localhost",
            &none,
            "http://localhost",
            Some("http://task.localhost"),
        );
        check("a\"b", &none, "http://127.0.0.1:9000", task);
    }

    #[test]
    fn elsewhere_it_is_the_setting_or_opaque() {
        check(
            "192.0.2.1:9000",
            &settings(None, None),
            "http://192.0.2.1:9000",
            None,
        );
        let public = settings(Some("https://label.example.com"), None);
        check("10.0.0.1:9000", &public, "https://label.example.com", None);
        let both = settings(
            Some("https://label.example.com"),
            Some("https://task.example.com"),
        );
        check(
            "label.example.com",
            &both,
            "https://label.example.com",
            Some("https://task.example.com"),
        );
    }

    #[test]
    fn the_task_origin_is_known_by_its_host() {
        let is_task = |host: &str, settings: &Settings| {
            let headers = HeaderMap::from_iter([(header::HOST, host.parse().unwrap())]);
            Origins::is_task(&headers, settings)
        };
        let none = settings(None, None);
        assert!(is_task("task.localhost:9000", &none));
        assert!(!is_task("localhost:9000", &none));
        let both = settings(
            Some("https://label.example.com"),
            Some("https://task.example.com"),
        );
        assert!(is_task("Task.Example.com", &both));
        assert!(!is_task("label.example.com", &both));
    }

    #[test]
    fn the_announced_address_can_be_opened() {
        let mut settings = settings(None, None);
        settings.listen = "0.0.0.0:0".parse().unwrap();
        assert_eq!(announced(&settings, 9001), "http://127.0.0.1:9001");
        settings.listen = "[::1]:0".parse().unwrap();
        assert_eq!(announced(&settings, 9001), "http://[::1]:9001");
        settings.public_url = Some("https://label.example.com".to_owned());
        assert_eq!(announced(&settings, 9001), "https://label.example.com");
    }
}
