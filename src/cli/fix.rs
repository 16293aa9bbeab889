//! `ica-policy fix`: the edits that unblock a connection.

use super::check::{self, About, Failure};
use super::exit::Exit;
use super::files::{Files, stdin_twice};
use super::fix_out::Out;
use super::format::{Format, Printer};
use super::links::follows_out;
use super::put::print_lost;
use super::replace::{Replacement, replace_all};
use super::typed;
use super::write::{May, WriteError};
use crate::api::folder::leads_out;
use crate::fix::{Fixed, Recorder, Text, Texts, commands, fix_within};
use crate::ica::ICA;
use crate::input::bare_policy;
use crate::product::budget::Budget;
use crate::product::build::settings::Settings;
use crate::product::build::{Built, Findings, build_with};
use crate::product::refusal::Refusal;
use crate::report::fix::Repaired;
use crate::source::Sources;
use clap::Args as ClapArgs;
use std::path::{Path, PathBuf};

/// Finds the smallest edits of your own files that unblock the operations of a connection.
///
/// Each edit is proved: afterwards the operation is allowed for all requests, no other one is worse, and nothing is allowed beyond what the
/// operations need. Without --write the edits are shown as a diff and no file is changed. If only a person can decide, the report says what.
/// Exit code 0: nothing is blocked, or the edits repair all of it; 1: something is left for a person, such as a document that AWS would
/// refuse to store.
#[derive(ClapArgs, Debug)]
#[command(after_help = check::AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    about: About,
    /// Make the edits: all files are written, or none.
    #[arg(long)]
    write: bool,
    /// Write all documents of the connection into this folder, edited where needed, with an ica.toml for `ica-policy check DIR`, and leave the
    /// files as they are. A policy from an answer of the AWS CLI is written by itself, as AWS takes it.
    #[arg(long, value_name = "DIR", conflicts_with = "write")]
    out: Option<PathBuf>,
    /// With --write: replace files that are read-only, too. With --out: replace existing files.
    #[arg(long)]
    force: bool,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

impl Args {
    fn may(&self) -> May {
        May { replace: self.force, leave: self.about.named.allow_outside }
    }
}

/// Searches the edits of every connection, writes them with --write, and prints the results.
pub(super) fn run(args: &Args) -> Exit {
    let printer = Printer::new(args.format, "`ica-policy fix --help` lists the flags");
    let (connections, folder) = match check::connections(&args.about) {
        Ok(connections) => connections,
        Err(Failure::Usage(message)) => return printer.usage(&message),
        Err(Failure::Unreadable(unreadable)) => {
            return printer.unreadable(&Sources::new(), &[*unreadable]);
        }
    };
    let budget = args.about.budget();
    let mut texts = Texts::default();
    let mut reports = Vec::new();
    for settings in &connections {
        match fix_one(args, settings, &folder, (&mut texts, &budget), &printer) {
            Ok(fixed) => reports.push(fixed),
            Err(exit) => return exit,
        }
    }
    if args.force && !args.write && args.out.is_none() {
        return printer.usage("--force: it belongs to --write or --out");
    }
    let out = args.out.as_ref().map(|dir| Out::new(dir, &texts));
    if let Some(out) = &out
        && let Some(exit) = out.write(&connections, &folder, args.may(), &printer)
    {
        return exit;
    }
    if args.write
        && let Some(exit) = write(&texts, &folder, args.may(), &printer)
    {
        return exit;
    }
    let views =
        reports.iter().map(|fixed| view(fixed, args, out.as_ref(), &folder)).collect::<Vec<_>>();
    let left = views.iter().any(|view| !view.left.is_empty() || !view.refused.is_empty());
    let printed = views.iter().map(|view| printer.report(view)).max().unwrap_or(Exit::Usage);
    printed.max(if left { Exit::Found } else { Exit::Clean })
}

/// The report, with the calls that put the documents into AWS once they are files.
fn view(fixed: &Fixed, args: &Args, out: Option<&Out<'_>>, folder: &Path) -> Repaired {
    let commands = match out {
        Some(out) => commands(&fixed.connection, &fixed.texts, &|text| out.path(text)),
        // An answer of the AWS CLI is no document that AWS takes.
        None if args.write => {
            let is_bare = |text: &&Text| bare_policy(&text.now).is_none();
            let list = fixed.texts.list.iter().filter(is_bare).cloned().collect();
            let file = |text: &Text| folder.join(&text.name).display().to_string();
            commands(&fixed.connection, &Texts { list }, &file)
        }
        None => Vec::new(),
    };
    let folder = out.and_then(Out::folder);
    Repaired { folder, ..Repaired::new(fixed, args.write || out.is_some(), commands) }
}

/// Repairs one connection on top of the edits that others needed.
fn fix_one(
    args: &Args,
    settings: &Settings,
    folder: &Path,
    (texts, budget): (&mut Texts, &Budget),
    printer: &Printer<Repaired>,
) -> Result<Fixed, Exit> {
    if let Some(mistake) = stdin_twice(settings.files()) {
        return Err(printer.usage(mistake));
    }
    let mut sources = Sources::new();
    let mut recorder = Recorder { loader: &mut Files { folder: folder.to_owned() }, texts };
    // Here the files are read; what is wrong with them is looked for below.
    let read = build_with(&ICA, settings, Findings::Refusals, &mut sources, &mut recorder);
    let Built { unreadable, .. } = match read {
        Ok(built) => built,
        Err(Refusal { setting, message }) => {
            return Err(printer.usage(&format!(
                "{}: {message}",
                typed::setting(setting, args.about.named.connection.as_deref())
            )));
        }
    };
    if !unreadable.is_empty() {
        return Err(printer.unreadable(&sources, &unreadable));
    }
    // The report of a connection shows its own edits, not those of the connections before it.
    let started = |text: &Text| Text::new(&text.name, &text.shown, text.now.clone());
    let start = Texts { list: texts.list.iter().map(started).collect() };
    let Some(fixed) = fix_within(&ICA, settings, &start, budget) else {
        let message = "the files were read, but could not be read again from memory";
        let help = "this is a defect of ica-policy, please report it";
        return Err(printer.error(message, help, Exit::Defect));
    };
    if fixed.before.operations.is_empty() {
        return Err(printer.usage(
            "skip: every operation that was asked for is skipped, so nothing is left to repair",
        ));
    }
    for (text, edited) in texts.list.iter_mut().zip(&fixed.texts.list) {
        text.now.clone_from(&edited.now);
    }
    Ok(fixed)
}

/// Writes the edited files; the exit code if that is not possible.
fn write(texts: &Texts, folder: &Path, may: May, printer: &Printer<Repaired>) -> Option<Exit> {
    let changed = texts.list.iter().filter(|text| text.is_changed());
    if changed.clone().any(|text| text.name == "-") {
        return Some(
            printer.usage("--write: standard input cannot be written; give the policy as a file"),
        );
    }
    let is_out = |text: &&Text| {
        follows_out(&folder.join(&text.name)) && leads_out(folder, Path::new(&text.name))
    };
    if let Some(out) = changed.clone().find(is_out).filter(|_| !may.leave) {
        let path = folder.join(&out.name);
        return Some(printer.usage(&format!("--write: {}", WriteError::Outside(path))));
    }
    let replacement = |text: &Text| Replacement {
        path: folder.join(&text.name),
        old: text.original.clone(),
        new: text.now.clone(),
    };
    match replace_all(&changed.map(replacement).collect::<Vec<_>>(), may.replace) {
        Ok(lost) => {
            print_lost(&lost);
            None
        }
        Err(error) => Some(printer.error(&error.to_string(), error.help(true), Exit::Unreadable)),
    }
}
