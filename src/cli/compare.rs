//! `ica-policy compare`: two versions of a policy, or of a connection.

use super::compare_connection::{self, Failure, is_settings};
use super::exit::Exit;
use super::files::unreadable;
use super::format::{Format, Printer};
use super::git::Revision;
use super::versions::{Origin, Read};
use crate::input::{Document, NONE};
use crate::model::PolicyKind;
use crate::report::compare::{Compared, Comparison, Difference, EFFECTIVE};
use crate::source::Sources;
use crate::symbolic::{Requests, differences};
use clap::builder::PossibleValue;
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
    /// Read files that a settings file, or a link in its folder, names outside of that folder.
    #[arg(long)]
    allow_outside: bool,
    /// The kind of the policies; by default resource if a statement names principals, else identity.
    #[arg(long, value_enum)]
    kind: Option<PolicyKind>,
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

/// The values of `--kind`.
impl ValueEnum for PolicyKind {
    fn value_variants<'a>() -> &'a [PolicyKind] {
        &PolicyKind::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.word()))
    }
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

impl FailOn {
    /// What could not be decided or was not compared may be a difference. A connection without a
    /// partner is compared with nothing: all its access is new, or lost. Where AWS would refuse the
    /// old version, it was in force nowhere: nothing is lost, and what the corrected words allow is
    /// not new. A new version that AWS would refuse never passes.
    fn fails(self, comparison: &Comparison) -> bool {
        let (before, after) = (&comparison.old, &comparison.new);
        if after.is_refused {
            return self != FailOn::Never;
        }
        let is_effective = comparison.kind == EFFECTIVE;
        let is_open = !comparison.not_compared.is_empty();
        let is_certain = |found: &Difference| found.region.only_if.is_empty();
        let new = match before.is_refused {
            true => comparison.newly_allowed.iter().any(is_certain),
            false => comparison.has(true),
        };
        let new = new || is_effective && before.read_as.is_none();
        let lost = !before.is_refused && comparison.has(false);
        let lost = lost || is_effective && after.read_as.is_none();
        let is_worse = comparison.operations.iter().any(|operation| operation.is_worse);
        match self {
            FailOn::NewAccess => new || is_open,
            FailOn::LostAccess => lost || is_open,
            FailOn::Any => new || lost || is_worse || is_open,
            FailOn::NewlyBlocked => is_worse,
            FailOn::Never => false,
        }
    }
}

/// Compares every pair and prints its report.
pub(super) fn run(args: &Args) -> Exit {
    let printer = Printer::new(args.format, "`ica-policy compare --help` lists the flags");
    if let Some(mistake) = against_mistake(args) {
        return printer.usage(&mistake);
    }
    let revision = match args.against.as_deref().map(Revision::open).transpose() {
        Ok(revision) => revision,
        Err(unreadable) => return printer.unreadable(&Sources::new(), &[unreadable]),
    };
    match pairs(args, revision.as_ref()) {
        Ok(pairs) => {
            pairs.iter().map(|pair| compare_pair(args, pair, &printer)).max().unwrap_or(Exit::Usage)
        }
        Err(message) => printer.usage(&message),
    }
}

/// What is wrong with --against.
fn against_mistake(args: &Args) -> Option<String> {
    let revision = args.against.as_deref()?;
    if revision.is_empty() || revision.starts_with('-') {
        return Some(format!("--against: `{revision}` is not a revision"));
    }
    let is_file = |file: &String| file != "-" && file != NONE;
    (!args.files.iter().all(is_file)).then(|| {
        "--against takes files: git has no older version of standard input or of nothing".to_owned()
    })
}

/// The pairs to compare, the old version first.
fn pairs<'a>(
    args: &'a Args,
    revision: Option<&'a Revision>,
) -> Result<Vec<(Origin<'a>, Origin<'a>)>, String> {
    match (revision, args.files.as_slice()) {
        (Some(revision), files) => Ok(files.iter().map(|path| (Origin::Revision { revision, path }, Origin::WorkTree(path))).collect()),
        (None, [old, new]) if old == "-" && new == "-" => Err("only one file can be `-`: standard input is read once".to_owned()),
        (None, [old, new]) => Ok(vec![(Origin::File(old), Origin::File(new))]),
        (None, files) if files.len() > 2 => Err(format!("`compare` takes two files, OLD and NEW, but {} were given", files.len())),
        (None, _) => Err("`compare` takes two files, OLD and NEW; to compare with the older version in git, give --against REV".to_owned()),
    }
}

fn compare_pair(
    args: &Args,
    (old, new): &(Origin<'_>, Origin<'_>),
    printer: &Printer<Comparison>,
) -> Exit {
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
        [old, new].map(|version| version.meant(kind, &sources));
    findings.extend(of_new);
    let requests = args.requests.meant();
    let (before, after) = ([&before], [&after]);
    let differences = differences(&before, &after, requests);
    let compared = [Compared::documents(&before, &after, &differences)];
    let what = (kind.word(), requests);
    report(args, &Comparison::new(&sources, [old, new], what, &compared, findings), printer)
}

/// Prints a comparison. An example that the other engine does not confirm is a defect of this program.
fn report(args: &Args, comparison: &Comparison, printer: &Printer<Comparison>) -> Exit {
    let printed = printer.report(comparison);
    if comparison.undecided.iter().any(|undecided| undecided.is_defect) {
        return printed.max(Exit::Defect);
    }
    printed.max(if args.fail_on.fails(comparison) { Exit::Found } else { Exit::Clean })
}

/// Compares the connections of two settings files.
fn compare_settings(
    args: &Args,
    old: &Origin<'_>,
    new: &Origin<'_>,
    printer: &Printer<Comparison>,
) -> Exit {
    let failed = |sources: &Sources, failure| match failure {
        Failure::Usage(message) => printer.usage(&message),
        Failure::Unreadable(unreadable) => printer.unreadable(sources, &unreadable),
    };
    let pairs = match compare_connection::pairs((old, new), args.allow_outside) {
        Ok(pairs) => pairs,
        Err(failure) => return failed(&Sources::new(), failure),
    };
    let compared = pairs.iter().map(|pair| {
        let mut sources = Sources::new();
        match compare_connection::compare(&mut sources, (old, new), pair) {
            Ok(comparison) => report(args, &comparison, printer),
            Err(failure) => failed(&sources, failure),
        }
    });
    compared.max().unwrap_or(Exit::Usage)
}

/// The kind that both documents show; one without statements has the kind of the other.
fn kind_of(old: &Read, new: &Read) -> Result<PolicyKind, String> {
    let named =
        [old, new].map(|version| version.document.as_ref().and_then(Document::names_principals));
    match named {
        [Some(true), Some(false)] | [Some(false), Some(true)] => Err(format!(
            "one of `{}` and `{}` names principals and the other does not: both documents must be of one kind; --kind says which",
            old.name, new.name
        )),
        [old, new] if old.or(new) == Some(true) => Ok(PolicyKind::Resource),
        _ => Ok(PolicyKind::Identity),
    }
}
