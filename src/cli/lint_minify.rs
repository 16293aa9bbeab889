//! `ica-policy lint --minify`: policies that say the same in fewer characters.

use super::exit::Exit;
use super::files::{Files, look, print_error, print_report, read_text};
use super::format::{FindingsFormat, Format, Printer};
use super::lint::{Args, Run, no_policy, without_none};
use super::lint_settings::Mistake;
use super::listed::{is_no_policy, listed};
use super::put::print_lost;
use super::replace::{Replacement, replace_all};
use crate::api::MinifyOptions;
use crate::api::minify::minify;
use crate::input::Unreadable;
use crate::report::fix_diff::of_texts;
use crate::report::indented::indented;
use crate::report::look::Human;
use crate::report::minify::{Minified, Minify};
use crate::report::{Failure, failure};
use std::io::stderr;
use std::path::{Path, PathBuf};

impl Args {
    /// What does not go with --minify.
    pub(super) fn minify_mistake(&self) -> Option<&'static str> {
        let is_one = match self.files.as_slice() {
            [one] => one == "-" || !Path::new(one).is_dir(),
            _ => false,
        };
        let is_report = matches!(self.format, FindingsFormat::Human | FindingsFormat::Json);
        match () {
            () if self.has_findings_only() => Some(
                "--minify reports no findings: leave out --select, --pedantic, --fail-on, --baseline, --write-baseline, --changed-since and --suppressed",
            ),
            () if !is_report => Some("--minify has the formats human and json"),
            () if self.diff && self.format == FindingsFormat::Json => {
                Some("--diff prints a diff: leave out --format")
            }
            () if self.fix && self.files.iter().any(|name| name == "-") => {
                Some("--fix: standard input cannot be edited; without --fix the policy is printed")
            }
            () if !is_one && !self.fix && !self.diff && self.format == FindingsFormat::Human => {
                Some("--minify prints one policy; of several give --diff, --fix or --format json")
            }
            () => None,
        }
    }
}

impl Run<'_> {
    /// Makes the policies shorter and prints, shows or writes them.
    pub(super) fn minify(
        &mut self,
        characters: Option<usize>,
        printer: &Printer<Minify>,
    ) -> Result<Exit, Mistake> {
        if let Some(exit) = self.leaves(printer) {
            return Ok(exit);
        }
        let mut all = Minify::default();
        let mut is_skipped = false;
        for given in listed(&self.args.files) {
            let (name, is_of_folder) = match given {
                Ok(file) => file,
                Err(failure) => {
                    all.failures.push(failure);
                    continue;
                }
            };
            match self.minified(&name, characters)? {
                Ok(minified) => all.policies.push(minified),
                Err(wrong) if is_of_folder && is_no_policy(&self.sources, &wrong) => {
                    is_skipped = true;
                }
                Err(wrong) => {
                    all.failures.extend(failure::unreadable(&self.sources, &[without_none(wrong)]));
                }
            }
        }
        if all.policies.is_empty() && all.failures.is_empty() && is_skipped {
            all.failures.extend(no_policy());
        }
        Ok(self.end_minify(&mut all, printer))
    }

    fn minified(
        &mut self,
        name: &str,
        characters: Option<usize>,
    ) -> Result<Result<Minified, Unreadable>, Mistake> {
        let (_, _, lint) = self.asked_of(name)?;
        let options = MinifyOptions { lint, characters };
        let mut files = Files { folder: PathBuf::new() };
        Ok(minify(&mut self.sources, &mut files, name, &options))
    }

    fn end_minify(&self, all: &mut Minify, printer: &Printer<Minify>) -> Exit {
        let is_too_long = |policy: &Minified| match (&policy.widening, self.args.unsafe_fixes) {
            (Some(widening), true) => !widening.fits,
            _ => !policy.fits && policy.limit != Some(0),
        };
        let unread = if all.failures.is_empty() { Exit::Clean } else { Exit::Unreadable };
        let long = if all.policies.iter().any(is_too_long) { Exit::Found } else { Exit::Clean };
        if printer.format() == Format::Human && !all.failures.is_empty() {
            printer.not_read(&all.failures);
        }
        let done = match (self.args.diff, self.args.fix) {
            (true, _) => self.show_diff(&all.policies),
            (_, true) => self.write(all, printer),
            _ if printer.format() == Format::Human => {
                let texts = all.policies.iter().map(|policy| self.text(policy));
                print_report(&texts.collect::<String>())
            }
            _ => Exit::Clean,
        };
        if printer.format() == Format::Json {
            return printer.report(all).max(done).max(unread).max(long);
        }
        let report = all.human(look(&stderr()));
        match self.args.fix {
            true => {
                print_report(&report);
            }
            false => print_error(&report),
        }
        done.max(unread).max(long)
    }

    /// The text that is written: only a flag gives one that allows more.
    fn text<'a>(&self, policy: &'a Minified) -> &'a str {
        match &policy.widening {
            Some(widening) if self.args.unsafe_fixes => &widening.text,
            _ => &policy.text,
        }
    }

    /// The diffs, of one item a line: a policy without white space is one line.
    fn show_diff(&self, policies: &[Minified]) -> Exit {
        let diff = |policy: &Minified| {
            let old = read_text(&policy.file, Path::new(&*policy.file), &policy.file);
            of_texts(
                &indented(&old.unwrap_or_default()),
                &indented(self.text(policy)),
                &policy.file,
            )
        };
        let diffs = policies.iter().map(diff).collect::<String>();
        let found = if diffs.is_empty() { Exit::Clean } else { Exit::Found };
        print_report(&diffs).max(found)
    }

    /// Writes all files, or none. What AWS answered is no file that somebody keeps.
    fn write(&self, all: &mut Minify, printer: &Printer<Minify>) -> Exit {
        let (answers, files): (Vec<_>, Vec<_>) =
            all.policies.iter().partition(|policy| policy.read_as.is_answer());
        for policy in &answers {
            let message = format!(
                "{}: an answer of the AWS CLI is not edited; without --fix the policy in it is printed",
                policy.file
            );
            print_error(&format!("note: {message}\n"));
        }
        let replacement = |policy: &&Minified| {
            let old = read_text(&policy.file, Path::new(&*policy.file), &policy.file).ok()?;
            let new = self.text(policy).to_owned();
            (old != new).then(|| Replacement { path: PathBuf::from(&*policy.file), old, new })
        };
        let replacements = files.iter().filter_map(replacement).collect::<Vec<_>>();
        match replace_all(&replacements, false) {
            Ok(lost) => {
                print_lost(&lost);
                if answers.is_empty() { Exit::Clean } else { Exit::Unreadable }
            }
            Err(error) => {
                let failure = failure::usage(&error.to_string()).into_iter();
                let help = Some(error.help(false).to_owned()).filter(|help| !help.is_empty());
                let failures = failure
                    .map(|failure| Failure { help: help.clone(), ..failure })
                    .collect::<Vec<_>>();
                if printer.format() == Format::Human {
                    printer.not_read(&failures);
                }
                all.failures.extend(failures);
                Exit::Unreadable
            }
        }
    }
}
