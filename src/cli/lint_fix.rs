//! `ica-policy lint --fix` and `--diff`: edits of the files.

use super::exit::Exit;
use super::files::{Files, print_line, print_report, read_text};
use super::format::Printer;
use super::links::{BEHIND_LINK, NAME_TARGET, follows_out};
use super::lint::{Run, no_policy, without_none};
use super::lint_settings::Mistake;
use super::listed::{is_no_policy, listed};
use super::put::print_lost;
use super::replace::{Replacement, replace_all};
use crate::api::lint_fix::{MOST_OF_A_FILE, Mended, mend};
use crate::product::budget::Budget;
use crate::report::fix_diff::of_texts;
use crate::report::lint::{Found, Lint};
use crate::report::look::Human;
use crate::report::{Failure, failure};
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
        if let Some(exit) = self.leaves(printer) {
            return Ok(Some(exit));
        }
        let (mut files, mut failures, mut is_read) = (Vec::new(), Vec::new(), false);
        for given in listed(&self.args.files) {
            let (name, is_of_folder) = match given {
                Ok(file) => file,
                Err(failure) => {
                    failures.push(failure);
                    continue;
                }
            };
            match self.mended(name.clone())? {
                Some(file) => files.push(file),
                None => match self.unread(&name, is_of_folder)? {
                    Some(unread) => failures.extend(unread),
                    None => continue,
                },
            }
            is_read = true;
        }
        if !is_read && failures.is_empty() {
            failures.extend(no_policy());
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
        for file in files.iter().filter(|file| file.mended.is_cut_short) {
            print_line("note: ", &format!("{}: there may be more edits; run it again", file.name));
        }
        for file in files.iter().filter(|file| file.mended.is_spent) {
            let words = "to prove the edits takes too long, so the others were not tried";
            let message = format!("{}: {words}; `--diff --unsafe-fixes` shows all", file.name);
            print_line("note: ", &message);
        }
        files.retain(|file| file.mended.text != file.old);
        if self.args.diff {
            let diffs = files.iter().map(|file| of_texts(&file.old, &file.mended.text, &file.name));
            let mut exit = print_report(&diffs.collect::<String>());
            exit = exit.max(if files.is_empty() { Exit::Clean } else { Exit::Found });
            if !failures.is_empty() {
                printer.not_read(&failures);
                exit = exit.max(Exit::Unreadable);
            }
            return Ok(Some(exit));
        }
        let replacement = |file: &File| Replacement {
            path: PathBuf::from(&file.name),
            old: file.old.clone(),
            new: file.mended.text.clone(),
        };
        match replace_all(&files.iter().map(replacement).collect::<Vec<_>>(), false) {
            Ok(lost) => print_lost(&lost),
            Err(error) => {
                let message = error.to_string();
                return Ok(Some(printer.error(&message, error.help(false), Exit::Unreadable)));
            }
        }
        for File { name, mended, .. } in &files {
            let mut rules = mended.rules.clone();
            rules.sort_unstable();
            rules.dedup();
            print_line("mended: ", &format!("{name} ({})", rules.join(", ")));
        }
        Ok(None)
    }

    /// Refuses to write where a link leads that is named and leads out of its folder: a checkout may have one that nobody has looked at.
    pub(super) fn leaves<V: Human>(&self, printer: &Printer<V>) -> Option<Exit> {
        let mut names = self.args.files.iter().filter(|_| self.args.fix);
        let out = names.find(|name| follows_out(Path::new(name)))?;
        let message = format!("--fix: `{out}` is {BEHIND_LINK}, so nothing was written");
        Some(printer.error(&message, NAME_TARGET, Exit::Usage))
    }

    /// Why a file has no edits: what cannot be read in it, nothing if it is not edited at all, `None` if it is no policy.
    fn unread(&mut self, name: &str, is_of_folder: bool) -> Result<Option<Vec<Failure>>, Mistake> {
        Ok(match self.one(name, &mut Files { folder: PathBuf::new() })? {
            Ok(_) => Some(Vec::new()),
            Err(wrong) if is_of_folder && is_no_policy(&self.sources, &wrong) => None,
            Err(wrong) => Some(failure::unreadable(&self.sources, &[without_none(wrong)])),
        })
    }

    /// A file with its edits; `None` if it cannot be read or edited.
    fn mended(&mut self, name: String) -> Result<Option<File>, Mistake> {
        let Ok(old) = read_text(&name, Path::new(&name), &name) else { return Ok(None) };
        let (config, below, options) = self.asked_of(&name)?;
        let hide = |found: &mut Vec<Found>| {
            if let Some(number) = config {
                let config = &self.configurations.loaded[number].config;
                config.hide(&below, &self.today, &options.selection, found);
            }
        };
        let budget = Budget::of_millions(MOST_OF_A_FILE);
        let mended = mend(&name, &old, &options, &hide, self.args.unsafe_fixes, &budget);
        Ok(mended.ok().map(|mended| File { name, old, mended }))
    }
}
