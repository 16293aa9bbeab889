//! `ica-policy compare`: two versions of a policy, or of a connection.

use super::compare_connection::{self, Failure, is_settings};
use super::exit::Exit;
use super::files::{look, print, print_error, print_report, unreadable};
use super::format::Format;
use super::versions::{Origin, Read};
use crate::ica::OperationChange;
use crate::input::{Document, NONE, Unreadable};
use crate::model::PolicyKind;
use crate::report::{Change, Comparison, Side, compare_human, compare_json, human};
use crate::source::Sources;
use crate::symbolic::{Differences, Direction, Requests, Undecided, differences};
use clap::{Args as ClapArgs, ValueEnum};

/// Says what the new version of a policy allows that the old did not, and what it allows no longer: for all requests, not for samples.
///
/// Each FILE is a policy or the answer of the AWS CLI that holds one; `-` is standard input, `none` says that there is none.
/// Two settings files (ica.toml) are compared with all the policies that they name: what each caller may do with the bucket when all
/// layers count, and which operations of ICA are newly blocked. With --against these policies are read from the revision, too.
/// Exit code 0: nothing that --fail-on names; 1: something is, or it could not be decided, or AWS would refuse to store the new version;
/// 2: wrong usage; 3: a file could not be read;
/// 4: a defect of this program, which says so.
#[derive(ClapArgs, Debug)]
#[command(
    override_usage = "ica-policy compare [OPTIONS] OLD NEW\n       ica-policy compare [OPTIONS] --against REV FILE..."
)]
pub(super) struct Args {
    /// The old and the new version; with --against the files to compare with their older versions.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
    /// Take the old versions from this git revision; a file that it does not have is compared with nothing.
    #[arg(long, value_name = "REV")]
    against: Option<String>,
    /// The kind of the policies; by default resource if a statement names principals, else identity.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Which requests are compared.
    #[arg(long, value_enum, default_value_t = Looked::Possible)]
    requests: Looked,
    /// Which differences give exit code 1.
    #[arg(long, value_enum, default_value_t = FailOn::Any)]
    fail_on: FailOn,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Looked {
    /// Those that AWS has: an action of its reference data with a resource and keys that it takes. Where the data lacks something, any counts.
    Possible,
    /// Any action with any resource and any keys: also valid for what AWS will add.
    Any,
}

impl Looked {
    fn meant(self) -> Requests {
        match self {
            Looked::Possible => Requests::Possible,
            Looked::Any => Requests::Any,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Kind {
    Identity,
    Boundary,
    Session,
    Resource,
    KmsKey,
    Trust,
    Scp,
    Rcp,
    Vpce,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum FailOn {
    /// Something is newly allowed.
    NewAccess,
    /// Something is newly denied.
    LostAccess,
    /// Either.
    Any,
    /// An operation of ICA has a worse verdict than before; needs settings files.
    NewlyBlocked,
    /// Nothing does.
    Never,
}

impl Kind {
    fn meant(self) -> PolicyKind {
        match self {
            Kind::Identity => PolicyKind::Identity,
            Kind::Boundary => PolicyKind::Boundary,
            Kind::Session => PolicyKind::Session,
            Kind::Resource => PolicyKind::Resource,
            Kind::KmsKey => PolicyKind::KmsKey,
            Kind::Trust => PolicyKind::Trust,
            Kind::Scp => PolicyKind::Scp,
            Kind::Rcp => PolicyKind::Rcp,
            Kind::Vpce => PolicyKind::Vpce,
        }
    }

    /// The word of the flag.
    fn word(self) -> &'static str {
        match self {
            Kind::Identity => "identity",
            Kind::Boundary => "boundary",
            Kind::Session => "session",
            Kind::Resource => "resource",
            Kind::KmsKey => "kms-key",
            Kind::Trust => "trust",
            Kind::Scp => "scp",
            Kind::Rcp => "rcp",
            Kind::Vpce => "vpce",
        }
    }
}

impl FailOn {
    /// What could not be decided may be a difference. Where AWS would refuse the old version, it was in
    /// force nowhere: nothing is lost, and what the corrected words allow is not new. A
    /// new version that AWS would refuse never passes.
    fn fails(self, comparison: &Comparison<'_>, is_worse: bool) -> bool {
        if comparison.new.is_refused {
            return self != FailOn::Never;
        }
        let is_there = |direction: &Direction| {
            if comparison.old.is_refused {
                return direction.regions.iter().any(|region| region.under.is_empty());
            }
            !direction.regions.is_empty() || direction.undecided.is_some()
        };
        let differences = || comparison.changes.iter().map(|change| change.differences);
        let new = differences().any(|differences| is_there(&differences.newly_allowed));
        let lost = !comparison.old.is_refused
            && differences().any(|differences| is_there(&differences.newly_denied));
        match self {
            FailOn::NewAccess => new,
            FailOn::LostAccess => lost,
            FailOn::Any => new || lost || is_worse,
            FailOn::NewlyBlocked => is_worse,
            FailOn::Never => false,
        }
    }
}

/// Compares every pair and prints its report.
pub(super) fn run(args: &Args) -> Exit {
    let printer = Printer { format: args.format };
    match pairs(args) {
        Ok(pairs) => {
            pairs.iter().map(|pair| compare_pair(args, pair, &printer)).max().unwrap_or(Exit::Usage)
        }
        Err(message) => printer.usage(&message),
    }
}

/// Prints what is wrong with the command line as JSON.
pub(super) fn print_usage_error(message: &str) {
    print(&compare_json::usage(message.trim_end()));
}

/// The pairs to compare, the old version first.
fn pairs(args: &Args) -> Result<Vec<(Origin<'_>, Origin<'_>)>, String> {
    match (&args.against, args.files.as_slice()) {
        (Some(revision), _) if revision.is_empty() || revision.starts_with('-') => Err(format!("--against: `{revision}` is not a revision")),
        (Some(_), files) if files.iter().any(|file| file == "-" || file == NONE) => {
            Err("--against takes files: git has no older version of standard input or of nothing".to_owned())
        }
        (Some(revision), files) => Ok(files.iter().map(|path| (Origin::Revision { revision, path }, Origin::WorkTree(path))).collect()),
        (None, [old, new]) if old == "-" && new == "-" => Err("only one file can be `-`: standard input is read once".to_owned()),
        (None, [old, new]) => Ok(vec![(Origin::File(old), Origin::File(new))]),
        (None, files) if files.len() > 2 => Err(format!("`compare` takes two files, OLD and NEW, but {} were given", files.len())),
        (None, _) => Err("`compare` takes two files, OLD and NEW; to compare with the older version in git, give --against REV".to_owned()),
    }
}

fn compare_pair(args: &Args, (old, new): &(Origin<'_>, Origin<'_>), printer: &Printer) -> Exit {
    match (is_settings(old), is_settings(new)) {
        (true, true) => return compare_settings(args, old, new, printer),
        (false, false) if args.fail_on == FailOn::NewlyBlocked => {
            return printer
                .usage("--fail-on newly-blocked: operations of ICA need a connection; compare settings files: OLD.toml NEW.toml");
        }
        (false, false) => {}
        _ => return printer.usage(
            "one of the two is a settings file (.toml) and the other is not: give two of one kind",
        ),
    }
    let mut sources = Sources::new();
    let (old, new) = match (old.read(&mut sources), new.read(&mut sources)) {
        (Ok(old), Ok(new)) => (old, new),
        (old, new) => {
            let unreadable = [old.err(), new.err()].into_iter().flatten().collect::<Vec<_>>();
            return printer.unreadable(&sources, &unreadable);
        }
    };
    if args.against.is_some() && old.document.is_none() && new.document.is_none() {
        let message =
            "there is no such file, neither in the work tree nor in the revision".to_owned();
        return printer.unreadable(&sources, &[unreadable(&new.name, message, None)]);
    }
    let kind = match args.kind.map_or_else(|| kind_of(&old, &new), Ok) {
        Ok(kind) => kind,
        Err(message) => return printer.usage(&message),
    };
    let [(old, before, mut findings), (new, after, of_new)] =
        [old, new].map(|version| version.meant(kind.meant(), &sources));
    findings.extend(of_new);
    let requests = args.requests.meant();
    let differences = differences(&[&before], &[&after], requests);
    let change = Change {
        caller: None,
        layer: None,
        beyond: false,
        old: Side { name: &old.name, policies: vec![&before] },
        new: Side { name: &new.name, policies: vec![&after] },
        differences: &differences,
    };
    let comparison = Comparison {
        old: &old,
        new: &new,
        kind: kind.word(),
        requests,
        changes: vec![change],
        findings: &findings,
        connections: None,
    };
    let fails = args.fail_on.fails(&comparison, false);
    printer.report(&sources, &comparison).max(judged(fails, std::iter::once(&differences)))
}

/// The exit code of differences: an example that the other engine does not confirm is a defect of this program.
fn judged<'a>(fails: bool, mut differences: impl Iterator<Item = &'a Differences>) -> Exit {
    let is_defect =
        |direction: &Direction| direction.undecided.as_ref().is_some_and(Undecided::is_defect);
    if differences.any(|differences| {
        is_defect(&differences.newly_allowed) || is_defect(&differences.newly_denied)
    }) {
        return Exit::Defect;
    }
    if fails { Exit::Found } else { Exit::Clean }
}

/// Compares the connections of two settings files. Access that could not be compared may be new, or lost.
fn compare_settings(args: &Args, old: &Origin<'_>, new: &Origin<'_>, printer: &Printer) -> Exit {
    let pairs = match compare_connection::pairs(old, new) {
        Ok(pairs) => pairs,
        Err(failure) => return printer.failure(&Sources::new(), failure),
    };
    let compared = pairs.iter().map(|pair| {
        let mut report = |sources: &Sources, comparison: &Comparison<'_>| {
            printer
                .report(sources, comparison)
                .max(judged(fails(args.fail_on, comparison), differences_of(comparison)))
        };
        match compare_connection::compare((old, new), pair, &mut report) {
            (_, Ok(exit)) => exit,
            (sources, Err(failure)) => printer.failure(&sources, failure),
        }
    });
    compared.max().unwrap_or(Exit::Usage)
}

/// Whether a difference of two connections fails. A connection without a partner is compared with nothing: all its access is new, or lost.
fn fails(fail_on: FailOn, comparison: &Comparison<'_>) -> bool {
    let Some(connections) = &comparison.connections else { return false };
    let is_worse = connections.operations.iter().any(OperationChange::is_newly_blocked);
    let is_open = !connections.left_out.is_empty()
        && !matches!(fail_on, FailOn::Never | FailOn::NewlyBlocked);
    let is_added =
        comparison.old.read_as.is_none() && matches!(fail_on, FailOn::Any | FailOn::NewAccess);
    let is_gone =
        comparison.new.read_as.is_none() && matches!(fail_on, FailOn::Any | FailOn::LostAccess);
    fail_on.fails(comparison, is_worse) || is_open || is_added || is_gone
}

fn differences_of<'a>(
    comparison: &'a Comparison<'a>,
) -> impl Iterator<Item = &'a Differences> + Clone {
    comparison.changes.iter().map(|change| change.differences)
}

/// The kind that both documents show; one without statements has the kind of the other.
fn kind_of(old: &Read, new: &Read) -> Result<Kind, String> {
    let named =
        [old, new].map(|version| version.document.as_ref().and_then(Document::names_principals));
    match named {
        [Some(true), Some(false)] | [Some(false), Some(true)] => Err(format!(
            "one of `{}` and `{}` names principals and the other does not: both documents must be of one kind; --kind says which",
            old.name, new.name
        )),
        [old, new] if old.or(new) == Some(true) => Ok(Kind::Resource),
        _ => Ok(Kind::Identity),
    }
}

struct Printer {
    format: Format,
}

impl Printer {
    fn report(&self, sources: &Sources, comparison: &Comparison<'_>) -> Exit {
        print_report(&match self.format {
            Format::Human => compare_human::report(sources, comparison, look(&std::io::stdout())),
            Format::Json => compare_json::report(sources, comparison),
        })
    }

    fn unreadable(&self, sources: &Sources, unreadable: &[Unreadable]) -> Exit {
        match self.format {
            Format::Human => {
                print_error(&human::unreadable(sources, unreadable, look(&std::io::stderr())))
            }
            Format::Json => print(&compare_json::unreadable(sources, unreadable)),
        }
        Exit::Unreadable
    }

    fn failure(&self, sources: &Sources, failure: Failure) -> Exit {
        match failure {
            Failure::Usage(message) => self.usage(&message),
            Failure::Unreadable(unreadable) => self.unreadable(sources, &unreadable),
        }
    }

    fn usage(&self, message: &str) -> Exit {
        match self.format {
            Format::Human => print_error(&format!(
                "error: {message}\n  help: `ica-policy compare --help` lists the flags\n"
            )),
            Format::Json => print_usage_error(message),
        }
        Exit::Usage
    }
}
