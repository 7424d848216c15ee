//! The `cairn` binary.

use std::process::ExitCode;

fn main() -> ExitCode {
    cairn_server::cli::run()
}
