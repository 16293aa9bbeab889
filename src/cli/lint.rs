//! `ica-policy lint`: policies by themselves, what AWS would refuse, what does nothing, what is dangerous.

use super::exit::Exit;
use super::files::{Files, stdin_twice};
use super::format::{FindingsFormat, Printer};
use crate::api::lint_file;
use crate::api::{LintOptions, Selection};
use crate::finding::{Code, Severity, codes, distance};
use crate::input::Unreadable;
use crate::model::PolicyKind;
use crate::report::lint::Lint;
use crate::report::{Failure, failure};
use crate::rules::lint::all_codes;
use crate::source::Sources;
use clap::builder::PossibleValue;
use clap::{Args as ClapArgs, ValueEnum};
use std::fs;
use std::path::{Path, PathBuf};

const AFTER_HELP: &str = "\
Examples:
  ica-policy lint policy.json
  ica-policy lint policies/ --fail-on warning       # all policies in a folder, folders in it included
  ica-policy lint bucket.json --kind bucket         # say what it is where name and elements do not
  ica-policy lint policy.json --select redundant-action,REDUNDANT_RESOURCE
  ica-policy explain redundant-action               # what a rule means

Exit code 0: nothing at or above --fail-on; 1: something is, or AWS would refuse a policy; 2: wrong usage; 3: nothing was checked, or an input could not be read.";

/// Says what is wrong with policies: what AWS would refuse, words that do nothing, and what is dangerous. No network, no credentials.
#[derive(ClapArgs, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Policies, or folders of them (files *.json with a `Statement`); `-` is standard input.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
    /// What all of them are. Without it each is recognised by the AWS CLI's answer, the file's name, and its elements; the report says by which.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Only these rules, by their names or by those of IAM Access Analyzer.
    #[arg(long, value_name = "RULE", num_args = 1.., value_delimiter = ',')]
    select: Vec<String>,
    /// Opinions as well, such as "wildcard".
    #[arg(long)]
    pedantic: bool,
    /// The least severity that gives exit code 1. A policy that AWS would refuse always gives it, except with `never`.
    #[arg(long, value_enum, default_value_t = FailOn::Error)]
    fail_on: FailOn,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t = FindingsFormat::Human)]
    format: FindingsFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum FailOn {
    Error,
    Warning,
    Info,
    Never,
}

/// A kind of policy in the words of the flag: those of the layers, and `bucket` for the resource policy of a bucket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Kind {
    kind: PolicyKind,
    is_of_bucket: bool,
}

const fn kind(kind: PolicyKind) -> Kind {
    Kind { kind, is_of_bucket: false }
}

const KINDS: [Kind; 10] = [
    kind(PolicyKind::Identity),
    kind(PolicyKind::Boundary),
    kind(PolicyKind::Session),
    kind(PolicyKind::Resource),
    Kind { kind: PolicyKind::Resource, is_of_bucket: true },
    kind(PolicyKind::KmsKey),
    kind(PolicyKind::Trust),
    kind(PolicyKind::Scp),
    kind(PolicyKind::Rcp),
    kind(PolicyKind::Vpce),
];

impl ValueEnum for Kind {
    fn value_variants<'a>() -> &'a [Kind] {
        &KINDS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(if self.is_of_bucket { "bucket" } else { self.kind.word() }))
    }
}

/// Lints the files of the command line.
pub(super) fn run(args: &Args) -> Exit {
    let help = "`ica-policy lint --help` shows examples";
    let printer = Printer::listing("lint", args.format, None, help);
    printer.finish(lint_all(args, &printer))
}

fn lint_all(args: &Args, printer: &Printer<Lint>) -> Exit {
    let options = match options(args) {
        Ok(options) => options,
        Err(message) => return printer.usage(&message),
    };
    let (mut sources, mut files) = (Sources::new(), Files { folder: PathBuf::new() });
    let (mut policies, mut skipped, mut failures) = (Vec::new(), Vec::new(), Vec::new());
    for given in listed(&args.files) {
        let (name, is_of_folder) = match given {
            Ok(file) => file,
            Err(failure) => {
                failures.push(failure);
                continue;
            }
        };
        match lint_file(&mut sources, &mut files, &name, &options) {
            Ok(linted) => policies.push(linted),
            Err(wrong) if is_of_folder && is_no_policy(&sources, &wrong) => skipped.push(name),
            Err(wrong) => failures.extend(failure::unreadable(&sources, &[wrong])),
        }
    }
    if policies.is_empty() && failures.is_empty() {
        failures.extend(failure::usage("there is no policy in the folders that were given"));
    }
    report(args, printer, &Lint::new(policies, skipped, failures))
}

fn report(args: &Args, printer: &Printer<Lint>, lint: &Lint) -> Exit {
    let unread = if lint.failures.is_empty() { Exit::Clean } else { Exit::Unreadable };
    if args.format != FindingsFormat::Json && !lint.failures.is_empty() {
        printer.not_read(&lint.failures);
        if lint.policies.is_empty() {
            return Exit::Unreadable;
        }
    }
    let is_refused = lint.policies.iter().any(|policy| policy.refused);
    let least = match args.fail_on {
        FailOn::Error => Some(Severity::Error),
        FailOn::Warning => Some(Severity::Warning),
        FailOn::Info => Some(Severity::Info),
        FailOn::Never => None,
    };
    let fails = least.is_some_and(|least| is_refused || lint.worst() >= Some(least));
    let found = if fails { Exit::Found } else { Exit::Clean };
    printer.report(lint).max(unread).max(found)
}

fn options(args: &Args) -> Result<LintOptions, String> {
    if let Some(mistake) = stdin_twice(&args.files) {
        return Err(mistake.to_owned());
    }
    let mut only = Vec::new();
    for name in &args.select {
        let found = all_codes()
            .filter(|code| code.id() == name || code.row().analyzer.contains(&name.as_str()));
        let found = found.collect::<Vec<_>>();
        if found.is_empty() {
            return Err(unknown_rule(name));
        }
        only.extend(found);
    }
    Ok(LintOptions {
        kind: args.kind.map(|kind| kind.kind),
        is_of_bucket: args.kind.is_some_and(|kind| kind.is_of_bucket),
        selection: Selection { only, pedantic: args.pedantic },
    })
}

fn unknown_rule(name: &str) -> String {
    let far = |code: &Code| distance(name, code.id());
    let near = all_codes().min_by_key(far).map(Code::id).unwrap_or_default();
    format!(
        "--select: there is no rule `{name}`; the nearest name is `{near}`, docs/findings.md lists all"
    )
}

/// A file to read, and whether it was found in a folder.
type Given = Result<(String, bool), Failure>;

/// The files that are given, those of folders in the order of their names.
fn listed(given: &[String]) -> Vec<Given> {
    let mut files = Vec::new();
    for name in given {
        if name != "-" && Path::new(name).is_dir() {
            let mut found = Vec::new();
            walk(Path::new(name), &mut found);
            files.extend(found);
        } else {
            files.push(Ok((name.clone(), false)));
        }
    }
    files
}

/// The files of a folder whose names end in `.json`. Links and hidden names are left out, and so is what other tools install.
fn walk(folder: &Path, files: &mut Vec<Given>) {
    let entries = fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let mut entries = match entries {
        Ok(entries) => entries,
        Err(error) => {
            let message = format!("the folder cannot be read: {error}");
            let failure = failure::of_file(&folder.display().to_string(), &message);
            files.extend(failure.into_iter().map(Err));
            return;
        }
    };
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let (name, path) = (entry.file_name(), entry.path());
        let name = name.to_string_lossy();
        let Ok(kind) = entry.file_type() else { continue };
        if name.starts_with('.') || name == "node_modules" {
            continue;
        }
        if kind.is_dir() {
            walk(&path, files);
        } else if kind.is_file() && name.to_ascii_lowercase().ends_with(".json") {
            files.push(Ok((path.display().to_string(), true)));
        }
    }
}

/// Whether a file of a folder is something else than a policy: other JSON, or text without the word that every policy has.
fn is_no_policy(sources: &Sources, wrong: &Unreadable) -> bool {
    let Unreadable::Text(findings) = wrong else { return false };
    let is_other = findings.iter().any(|finding| finding.code == codes::NO_POLICY);
    let last = sources.iter().last();
    is_other
        || last.is_some_and(|source| !source.text.to_ascii_lowercase().contains("\"statement\""))
}
