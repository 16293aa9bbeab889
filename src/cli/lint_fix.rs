//! `ica-policy lint --fix` and `--diff`: edits of the files.

use super::exit::Exit;
use super::files::{print_line, print_report, read_text};
use super::format::Printer;
use super::lint::Run;
use super::lint_settings::Mistake;
use super::listed::listed;
use super::put::print_lost;
use super::replace::{Replacement, replace_all};
use crate::api::lint_fix::{Mended, mend};
use crate::report::fix_diff::of_texts;
use crate::report::lint::{Found, Lint};
use std::path::{Path, PathBuf};

/// A file with its edits.
struct File {
    name: String,
    old: String,
    mended: Mended,
}

impl Run<'_> {
    /// Mends the files, or shows how; the exit code, if that is all.
    pub(super) fn mend(&mut self, printer: &Printer<Lint>) -> Result<Option<Exit>, Mistake> {
        if self.args.files.iter().any(|name| name == "-") {
            let message =
                "--fix and --diff: standard input cannot be edited; give the policy as a file";
            return Err(Mistake::Usage(message.to_owned()));
        }
        let mut files = Vec::new();
        for (name, _) in listed(&self.args.files).into_iter().flatten() {
            files.extend(self.mended(name)?);
        }
        let unsafe_left = files.iter().map(|file| file.mended.unsafe_left).sum::<usize>();
        if unsafe_left > 0 {
            let number = if unsafe_left == 1 {
                "1 more edit is".to_owned()
            } else {
                format!("{unsafe_left} more edits are")
            };
            let message =
                format!("{number} not proved to change nothing; `--diff --unsafe-fixes` shows all");
            print_line("note: ", &message);
        }
        files.retain(|file| file.mended.text != file.old);
        if self.args.diff {
            let diffs = files.iter().map(|file| of_texts(&file.old, &file.mended.text, &file.name));
            let printed = print_report(&diffs.collect::<String>());
            return Ok(Some(printed.max(if files.is_empty() { Exit::Clean } else { Exit::Found })));
        }
        let replacement = |file: &File| Replacement {
            path: PathBuf::from(&file.name),
            old: file.old.clone(),
            new: file.mended.text.clone(),
        };
        match replace_all(&files.iter().map(replacement).collect::<Vec<_>>(), false) {
            Ok(lost) => print_lost(&lost),
            Err(error) => return Ok(Some(printer.error(&error.to_string(), "", Exit::Unreadable))),
        }
        for File { name, mended, .. } in &files {
            let mut rules = mended.rules.clone();
            rules.sort_unstable();
            rules.dedup();
            print_line("mended: ", &format!("{name} ({})", rules.join(", ")));
        }
        Ok(None)
    }

    /// A file with its edits. One that cannot be read is left to the report.
    fn mended(&mut self, name: String) -> Result<Option<File>, Mistake> {
        let Ok(old) = read_text(&name, Path::new(&name), &name) else { return Ok(None) };
        let (config, below, options) = self.asked_of(&name)?;
        let hide = |found: &mut Vec<Found>| {
            if let Some(number) = config {
                let config = &self.configurations.loaded[number].config;
                config.hide(&below, &self.today, &options.selection, found);
            }
        };
        let mended = mend(&name, &old, &options, &hide, self.args.unsafe_fixes);
        Ok(mended.ok().map(|mended| File { name, old, mended }))
    }
}
