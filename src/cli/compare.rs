//! `ica-policy compare`: two versions of a policy, or of a connection.

use super::compare_connection::{self, Failure, is_settings};
use super::exit::Exit;
use super::files::{print_line, stdin_twice, unreadable as missing};
use super::format::{FindingsFormat, Printer};
use super::git::Revision;
use super::listed::{in_folder, may_hold_policy};
use super::versions::{Meant, Origin, Read, read_all};
use crate::api::denies::add_denies;
use crate::input::{NONE, Unreadable};
use crate::model::PolicyKind;
use crate::report::compare::{Compared, Comparison, Difference, EFFECTIVE};
use crate::source::Sources;
use crate::symbolic::{Requests, differences, differences_within};
use clap::builder::PossibleValue;
use clap::{Args as ClapArgs, ValueEnum};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

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
    override_usage = "ica-policy compare [OPTIONS] OLD NEW\n       ica-policy compare [OPTIONS] --old FILE... --new FILE...\n       ica-policy compare [OPTIONS] --against REV FILE..."
)]
pub(super) struct Args {
    /// The old and the new version; with --against the files to compare with their older versions.
    #[arg(value_name = "FILE", required_unless_present_any = ["old", "new"])]
    files: Vec<String>,
    /// All documents of the old version, which count together, as the policies of one user or role do.
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "new", conflicts_with_all = ["files", "against"])]
    old: Vec<String>,
    /// All documents of the new version.
    #[arg(long, value_name = "FILE", num_args = 1.., requires = "old")]
    new: Vec<String>,
    /// A ceiling: access that these policies allow by themselves is not new. Then --fail-on is new-access by default.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    within: Vec<String>,
    /// Take the old versions from this git revision; a file that it does not have is compared with nothing. Of a folder all policies are compared that a
    /// change added, took out or touched.
    #[arg(long, value_name = "REV")]
    against: Option<String>,
    /// Read files that a settings file, or a link in its folder, names outside of that folder.
    #[arg(long)]
    allow_outside: bool,
    /// The kind of the policies; by default resource if a statement names principals (trust if all actions are of STS), else identity.
    #[arg(long, value_enum)]
    kind: Option<PolicyKind>,
    /// Which requests are compared.
    #[arg(long, value_enum, default_value_t = Looked::Possible)]
    requests: Looked,
    /// Which differences give exit code 1: by default `any`.
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t = FindingsFormat::Human)]
    format: FindingsFormat,
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
    let about = args.new.first().or(args.files.last()).map(String::as_str);
    let help = "`ica-policy compare --help` lists the flags";
    let printer = Printer::listing("compare", args.format, about, help);
    printer.finish(compare_all(args, &printer))
}

fn compare_all(args: &Args, printer: &Printer<Comparison>) -> Exit {
    if let Some(mistake) = against_mistake(args) {
        return printer.usage(&mistake);
    }
    let revision = match args.against.as_deref().map(Revision::open).transpose() {
        Ok(revision) => revision,
        Err(unreadable) => return printer.unreadable(&Sources::new(), &[unreadable]),
    };
    let files = match &revision {
        Some(revision) => match changed(&args.files, revision, printer) {
            Ok(files) => files,
            Err(exit) => return exit,
        },
        None => args.files.clone(),
    };
    if files.is_empty() && args.old.is_empty() {
        return Exit::Clean;
    }
    match pairs(args, &files, revision.as_ref()) {
        Ok(pairs) => {
            pairs.iter().map(|pair| compare_pair(args, pair, printer)).max().unwrap_or(Exit::Usage)
        }
        Err(message) => printer.usage(&message),
    }
}

/// The files to compare with the revision: those that are named, and of folders the policies that are not as they were.
fn changed(
    given: &[String],
    revision: &Revision,
    printer: &Printer<Comparison>,
) -> Result<Vec<String>, Exit> {
    let unreadable = |wrong| printer.unreadable(&Sources::new(), &[wrong]);
    let mut files = Vec::new();
    for name in given {
        if !Path::new(name).is_dir() && !revision.has_folder(name).map_err(unreadable)? {
            files.push(name.clone());
            continue;
        }
        let found = below(name, revision).map_err(unreadable)?;
        if found.is_empty() {
            print_line("", &format!("{name}: no policy was changed"));
        }
        files.extend(found);
    }
    Ok(files)
}

/// The policies below a folder, of today and of the revision, that are not the same.
fn below(folder: &str, revision: &Revision) -> Result<Vec<String>, Unreadable> {
    let then = revision.files_below(folder)?;
    let mut names = then.keys().cloned().collect::<BTreeSet<_>>();
    let is_here = Path::new(folder).is_dir();
    for found in is_here.then(|| in_folder(Path::new(folder))).into_iter().flatten() {
        match found {
            Ok((name, _)) => names.extend([name]),
            Err(failure) => {
                let file = failure.file.as_ref().map_or(folder, |file| file.as_str());
                return Err(missing(file, failure.message, failure.help.as_deref()));
            }
        }
    }
    let (names, others): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| revision.owns(name));
    if let Some(other) = others.first() {
        let message =
            format!("{} files of other repositories are left out, such as `{other}`", others.len());
        print_line("note: ", &message);
    }
    let mut old = revision.texts(&then)?;
    let is_changed = |name: &String| {
        // A file that cannot be read is reported when it is compared.
        let now = fs::read(name).unwrap_or_default();
        let then = old.remove(name).unwrap_or_default();
        now != *then && (may_hold_policy(name, now) || may_hold_policy(name, then.to_vec()))
    };
    Ok(names.into_iter().filter(is_changed).collect())
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

/// The documents of the old version and those of the new one.
type Pair<'a> = [Vec<Origin<'a>>; 2];

/// The pairs to compare.
fn pairs<'a>(
    args: &'a Args,
    files: &'a [String],
    revision: Option<&'a Revision>,
) -> Result<Vec<Pair<'a>>, String> {
    let lists = [&args.files, &args.old, &args.new, &args.within];
    if let Some(mistake) = stdin_twice(lists.into_iter().flatten()) {
        return Err(mistake.to_owned());
    }
    if !args.old.is_empty() {
        return Ok(vec![[&args.old, &args.new].map(|files| files_of(files))]);
    }
    match (revision, files) {
        (Some(revision), files) => {
            let old = |path| vec![Origin::Revision { revision, path }];
            Ok(files.iter().map(|path| [old(path), vec![Origin::WorkTree(path)]]).collect())
        }
        (None, [old, new]) => Ok(vec![[old, new].map(|file| vec![Origin::File(file)])]),
        (None, files) if files.len() > 2 => Err(format!(
            "`compare` takes two files, OLD and NEW, but {} were given; documents that count together: --old FILE.. --new FILE..",
            files.len()
        )),
        (None, _) => Err("`compare` takes two files, OLD and NEW; to compare with the older version in git, give --against REV".to_owned()),
    }
}

fn files_of(files: &[String]) -> Vec<Origin<'_>> {
    files.iter().map(|file| Origin::File(file)).collect()
}

fn compare_pair(args: &Args, pair: &Pair<'_>, printer: &Printer<Comparison>) -> Exit {
    let is_settings = |side: &Vec<Origin<'_>>| side.iter().any(is_settings);
    let settings = pair.iter().filter(|side| is_settings(side)).count();
    match (settings, pair) {
        (0, _) if args.fail_on == Some(FailOn::NewlyBlocked) => printer
            .usage("--fail-on newly-blocked: operations of ICA need a connection; compare settings files: OLD.toml NEW.toml"),
        (0, _) => compare_documents(args, pair, printer),
        (_, _) if !args.within.is_empty() => {
            printer.usage("--within: a ceiling is for policies, not for settings files (.toml)")
        }
        (2, [old, new]) if old.len() + new.len() == 2 => {
            compare_settings(args, &old[0], &new[0], printer)
        }
        (2, _) => printer.usage("settings files (.toml) are compared one with one: OLD.toml NEW.toml"),
        _ => printer.usage(
            "one of the two is a settings file (.toml) and the other is not: give two of one kind",
        ),
    }
}

/// Compares documents, all of a side together.
fn compare_documents(args: &Args, pair: &Pair<'_>, printer: &Printer<Comparison>) -> Exit {
    let mut sources = Sources::new();
    let ceiling = files_of(&args.within);
    let (mut read, mut unreadable) = (Vec::new(), Vec::new());
    for origins in [&pair[0], &pair[1], &ceiling] {
        match read_all(origins, &mut sources) {
            Ok(documents) => read.push(documents),
            Err(failed) => unreadable.extend(failed),
        }
    }
    if !unreadable.is_empty() {
        return printer.unreadable(&sources, &unreadable);
    }
    if args.against.is_some() && read[..2].iter().flatten().all(|read| read.document.is_none()) {
        let message =
            "there is no such file, neither in the work tree nor in the revision".to_owned();
        return printer.unreadable(&sources, &[missing(&read[1][0].name, message, None)]);
    }
    let kind = match args.kind.map_or_else(|| kind_of(read.iter().flatten()), Ok) {
        Ok(kind) => kind,
        Err(message) => return printer.usage(&message),
    };
    let mut meant = read.into_iter().map(|documents| Meant::new(documents, kind, &sources));
    let mut sides: [Meant; 3] = std::array::from_fn(|_| meant.next().unwrap_or_default());
    let policies = sides.each_mut().map(|side| std::mem::take(&mut side.policies));
    let [old, new, ceiling] = sides;
    let requests = args.requests.meant();
    let [before, after, limit] =
        policies.each_ref().map(|policies| policies.iter().collect::<Vec<_>>());
    let differences = match limit.as_slice() {
        [] => differences(&before, &after, requests),
        limit => differences_within(&before, &after, limit, requests),
    };
    let compared = [Compared::documents(&before, &after, &differences)];
    let findings = [old.findings, new.findings, ceiling.findings].concat();
    let what = (kind.word(), requests);
    let mut comparison =
        Comparison::new(&sources, [old.version, new.version], what, &compared, findings);
    if limit.is_empty() {
        add_denies(&mut comparison, &sources, (&before, &after), requests);
    }
    comparison.within = (!limit.is_empty()).then_some(ceiling.version);
    report(args, &comparison, printer)
}

/// Prints a comparison. An example that the other engine does not confirm is a defect of this program.
fn report(args: &Args, comparison: &Comparison, printer: &Printer<Comparison>) -> Exit {
    let printed = printer.report(comparison);
    if comparison.undecided.iter().any(|undecided| undecided.is_defect) {
        return printed.max(Exit::Defect);
    }
    let usual = if comparison.within.is_some() { FailOn::NewAccess } else { FailOn::Any };
    let fails = args.fail_on.unwrap_or(usual).fails(comparison);
    printed.max(if fails { Exit::Found } else { Exit::Clean })
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

/// The kind that the documents show; one without statements has the kind of the others.
fn kind_of<'a>(documents: impl Iterator<Item = &'a Read>) -> Result<PolicyKind, String> {
    let documents = documents.filter_map(|read| Some((&read.name, read.document.as_ref()?)));
    let documents = documents.collect::<Vec<_>>();
    let named =
        documents.iter().filter_map(|(name, known)| Some((name, known.names_principals()?)));
    let named = named.collect::<Vec<_>>();
    let first = |names: bool| named.iter().find(|(_, own)| *own == names);
    match (first(true), first(false)) {
        (Some((one, _)), Some((other, _))) => Err(format!(
            "`{one}` names principals and `{other}` does not: all documents must be of one kind; --kind says which",
        )),
        (Some(_), None) => {
            let kinds = documents.iter().map(|(_, known)| known.resource_kind());
            let is_trust = kinds.zip(&documents).all(|(kind, (_, known))| {
                kind == PolicyKind::Trust || known.names_principals().is_none()
            });
            Ok(if is_trust { PolicyKind::Trust } else { PolicyKind::Resource })
        }
        (None, _) => Ok(PolicyKind::Identity),
    }
}
