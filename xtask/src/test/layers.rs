//! Which crate may lean on which, and what may not be in the tree of dependencies at all.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{process, workspace};

/// The crates of ours that each crate may depend on. A crate that is missing here is a complaint.
const LAYERS: &[(&str, &[&str])] = &[
    ("cairn-algorithms", &[]),
    ("cairn-labeling", &["cairn-algorithms"]),
    ("cairn-learners", &[]),
    ("cairn-sqlite", &[]),
    ("cairn-storage", &["cairn-sqlite"]),
    (
        "cairn-db",
        &["cairn-sqlite", "cairn-labeling", "cairn-algorithms"],
    ),
    (
        "cairn-engine",
        &[
            "cairn-db",
            "cairn-storage",
            "cairn-learners",
            "cairn-labeling",
            "cairn-algorithms",
        ],
    ),
    (
        "cairn-server",
        &[
            "cairn-engine",
            "cairn-db",
            "cairn-storage",
            "cairn-learners",
            "cairn-labeling",
            "cairn-algorithms",
        ],
    ),
    ("xtask", &["cairn-algorithms", "cairn-sqlite"]),
];

/// Crates without clock, randomness, async, SQL, HTTP or file system, and the packages that would bring them.
const PURE: &[&str] = &["cairn-algorithms", "cairn-labeling"];
const IMPURE_PACKAGES: &[&str] = &[
    "async-trait",
    "axum",
    "fastrand",
    "futures",
    "getrandom",
    "hyper",
    "object_store",
    "rand",
    "reqwest",
    "rusqlite",
    "sqlx",
    "tempfile",
    "tokio",
    "tracing",
];

/// Packages that nothing may bring in: they link C libraries of the system or double the build.
const FORBIDDEN: &[&str] = &[
    "aws-lc-rs",
    "aws-lc-sys",
    "native-tls",
    "openssl",
    "openssl-sys",
    "s3s-fs",
];

/// What is wrong with the dependencies, as lines to read.
pub fn check() -> Result<Vec<String>> {
    let mut command = workspace::cargo();
    command.args(["metadata", "--format-version=1", "--quiet"]);
    let metadata = process::output(&mut command)?;
    let metadata: Value = serde_json::from_str(&metadata).context("read `cargo metadata`")?;
    Ok(complaints(&metadata))
}

fn complaints(metadata: &Value) -> Vec<String> {
    let empty = Vec::new();
    let packages = metadata["packages"].as_array().unwrap_or(&empty);
    let mut complaints = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        if FORBIDDEN.contains(&name) {
            complaints.push(format!(
                "`{name}` is in the tree of dependencies, where nothing may bring it"
            ));
        }
        // Packages of registries have a source, ours have none.
        if !package["source"].is_null() {
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(crate_name, _)| *crate_name == name) else {
            complaints.push(format!(
                "`{name}` has no row in the table of layers (xtask/src/test/layers.rs)"
            ));
            continue;
        };
        for dependency in package["dependencies"].as_array().unwrap_or(&empty) {
            if dependency["kind"] == "dev" {
                continue;
            }
            let on = dependency["name"].as_str().unwrap_or_default();
            if on.starts_with("cairn-") && !allowed.contains(&on) {
                complaints.push(format!("`{name}` depends on `{on}`, which is not below it"));
            }
            if PURE.contains(&name) && IMPURE_PACKAGES.contains(&on) {
                complaints.push(format!("`{name}` is pure and may not depend on `{on}`"));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn arrows_that_point_up_are_found() {
        let metadata = json!({"packages": [
            {"name": "cairn-db", "source": null, "dependencies": [
                {"name": "cairn-labeling", "kind": null},
                {"name": "cairn-server", "kind": null},
                {"name": "cairn-engine", "kind": "dev"},
            ]},
            {"name": "cairn-labeling", "source": null, "dependencies": [{"name": "tokio", "kind": null}]},
            {"name": "cairn-new", "source": null, "dependencies": []},
            {"name": "openssl-sys", "source": "registry", "dependencies": []},
            {"name": "serde", "source": "registry", "dependencies": [{"name": "cairn-odd", "kind": null}]},
        ]});
        assert_eq!(
            complaints(&metadata),
            [
                "`cairn-db` depends on `cairn-server`, which is not below it",
                "`cairn-labeling` is pure and may not depend on `tokio`",
                "`cairn-new` has no row in the table of layers (xtask/src/test/layers.rs)",
                "`openssl-sys` is in the tree of dependencies, where nothing may bring it",
            ]
        );
    }
}
