//! What the user typed: the arguments themselves, and the name of a setting in the form that the user gave.

use std::path::Path;

/// The arguments after the name of the program. Non-Unicode text has replacement characters.
pub(super) fn arguments() -> Vec<String> {
    std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned()).collect()
}

/// The word that names the command, if one was typed: the first that is neither a flag nor the value of a `--data` before it.
pub(super) fn command() -> Option<String> {
    let mut arguments = arguments().into_iter();
    loop {
        let argument = arguments.next()?;
        match argument.as_str() {
            "--data" => drop(arguments.next()),
            flag if flag.starts_with('-') => {}
            _ => return Some(argument),
        }
    }
}

/// Whether a flag such as `--user` is on the command line.
pub(super) fn is_typed(flag: &str) -> bool {
    arguments().iter().any(|argument| {
        argument.strip_prefix(flag).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    })
}

/// A setting as the user knows it: the flag, or the name in the settings file if no flag gave it.
pub(super) fn setting(name: &str, file: Option<&Path>) -> String {
    let flag = format!("--{}", name.replace('_', "-"));
    match file {
        Some(file) if !is_typed(&flag) => format!("{}: {name}", file.display()),
        // The values of both are combined.
        Some(file) if ["assume", "skip"].contains(&name) => {
            format!("{flag} or {}: {name}", file.display())
        }
        Some(_) | None => flag,
    }
}
