//! Running other programs: their lines are shown as they come and handed to whoever counts them.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::workspace;

/// Runs `command` with standard error folded into standard output. Every line goes to `line`, which
/// says whether it is to be shown.
///
/// Gives whether the program ended well.
pub fn run_lines(command: &mut Command, mut line: impl FnMut(&str) -> bool) -> Result<bool> {
    let name = command.get_program().to_string_lossy().into_owned();
    let (reader, writer) = std::io::pipe().context("make a pipe")?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone().context("copy a pipe")?)
        .stderr(writer);
    let mut child = command.spawn().with_context(|| format!("start `{name}`"))?;
    // The command still holds the writing ends; while it does, the reader would never see the end.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut reader = BufReader::new(reader);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes)? > 0 {
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_end();
        if line(text) {
            let mut out = std::io::stdout().lock();
            writeln!(out, "{text}")?;
        }
        bytes.clear();
    }
    Ok(child.wait()?.success())
}

/// Runs `command` quietly; what it printed is shown only when it fails, as the error.
pub fn run_quiet(command: &mut Command) -> Result<()> {
    let mut lines = Vec::new();
    let good = run_lines(command, |line| {
        lines.push(line.to_owned());
        false
    })?;
    if !good {
        let from = lines.len().saturating_sub(60);
        bail!("{command:?} failed:\n{}", lines[from..].join("\n"));
    }
    Ok(())
}

/// The standard output of a command that ended well, without the space around it.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("start {command:?}"))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        bail!("{command:?} failed: {}", error.trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a program of that name is on the path.
pub fn is_there(program: &str) -> bool {
    std::env::var_os("PATH").is_some_and(|path| {
        std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
    })
}

/// Compiles a layer that is loaded before the C library, from a source of this repository, with the machine's compiler.
pub fn compile_layer(source: &str, library: &Path) -> Result<()> {
    let mut compile = Command::new("cc");
    compile
        .args([
            "-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror", "-o",
        ])
        .arg(library)
        .arg(workspace::root().join(source))
        .args(["-ldl", "-lpthread"]);
    run_quiet(&mut compile).with_context(|| format!("compile {source}"))
}
