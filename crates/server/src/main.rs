//! The `cairn` binary.

mod heap;

use std::process::ExitCode;

fn main() -> ExitCode {
    heap::share();
    cairn_server::cli::run()
}
