//! `ica-policy fuzz`: what one slip of the pen would do.

use super::check::{self, About, Failure};
use super::exit::Exit;
use super::files::{Files, print_report, stdin_twice};
use super::format::{FindingsFormat, Printer};
use super::progress;
use super::typed;
use crate::fix::{Recorder, Texts};
use crate::ica::ICA;
use crate::input::{Loader, kind_of, read_policy};
use crate::model::PolicyKind;
use crate::mutate::{
    self, Alone, CASES, Connected, Effect, KINDS, Kind, Options, Original, Policies, edges,
};
use crate::product::build::settings::Settings;
use crate::product::build::{Built, build};
use crate::product::refusal::Refusal;
use crate::report::fuzz::Fuzzed;
use crate::report::fuzz_edge::Edged;
use crate::source::Sources;
use clap::builder::PossibleValue;
use clap::{Args as ClapArgs, ValueEnum};
use std::path::{Path, PathBuf};

const AFTER_HELP: &str = "\
Examples:
  ica-policy fuzz --connection ica.toml
  ica-policy fuzz bucket-policy.json --account 111122223333
  ica-policy fuzz ica-folder/ --pairs --cases 5000 --seed 7
  ica-policy fuzz bucket-policy.json --edge                                 # a table to check by eye
  ica-policy fuzz --connection ica.toml --edge --format json > edges.ndjson  # then: ica-policy simulate --batch < edges.ndjson
  ica-policy fuzz scp.json --kind scp --only statement-removed condition-removed --fail-on guards-nothing

A connection is given as to `check`: `ica-policy check --help` explains its flags.";

/// Says what one slip of the pen would do to policies that work: which slip gives somebody access, which stops an operation of ICA, which AWS would
/// refuse, and which words guard nothing.
///
/// Every slip that a person plausibly makes (a missing `/*`, an exception left out, Allow for Deny, a letter too many) is made, read again and judged
/// for all requests, not for samples. With files of policies each is compared with itself; with a connection all layers, callers and operations count.
/// Exit code 0: nothing that --fail-on names; 1: something is; 2: wrong usage; 3: a file could not be read; 4: a defect of this program.
#[derive(ClapArgs, Debug)]
#[command(
    after_help = AFTER_HELP,
    override_usage = "ica-policy fuzz [OPTIONS] FILE...\n       ica-policy fuzz [OPTIONS] DIR\n       ica-policy fuzz [OPTIONS] --connection FILE"
)]
pub(super) struct Args {
    #[command(flatten)]
    about: About,
    /// More policies; the first argument may be a policy, too.
    #[arg(value_name = "FILE")]
    more: Vec<String>,
    /// What the policies are. Without it each is recognised by the AWS CLI's answer, the file's name, and its elements.
    #[arg(long, value_enum)]
    kind: Option<PolicyKind>,
    /// The most slips that are judged; the report says how many were left out.
    #[arg(long, value_name = "NUMBER", default_value_t = CASES)]
    cases: usize,
    /// Seed of the random choice where slips are left out: the same seed gives the same report.
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    seed: u64,
    /// Two slips at once as well, as many as --cases leaves room for.
    #[arg(long)]
    pairs: bool,
    /// No slips: requests at the edges of the policies, one step inside and outside of every pattern, range and list, each with its decision.
    /// A table, or with --format json lines that `simulate --batch` takes with the decision that it should give.
    #[arg(long, conflicts_with_all = ["cases", "seed", "pairs", "only", "without", "fail_on", "verbose"])]
    edge: bool,
    /// Only these kinds of slips; docs/fuzz.md has all of them.
    #[arg(long, value_name = "KIND", num_args = 1.., value_delimiter = ',', hide_possible_values = true)]
    only: Vec<Slips>,
    /// Without these kinds of slips.
    #[arg(long, value_name = "KIND", num_args = 1.., value_delimiter = ',', hide_possible_values = true)]
    without: Vec<Slips>,
    /// Which effects give exit code 1. What could not be decided, or was left out for want of a budget, counts with each of them.
    #[arg(long, value_enum, num_args = 1.., value_delimiter = ',', default_values_t = [FailOn::Never])]
    fail_on: Vec<FailOn>,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t = FindingsFormat::Human)]
    format: FindingsFormat,
    /// Every slip on a line of its own.
    #[arg(long, alias = "all")]
    verbose: bool,
}

/// A kind of slip as a value of a flag.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Slips(&'static Kind);

impl ValueEnum for Slips {
    fn value_variants<'a>() -> &'a [Slips] {
        static ALL: std::sync::LazyLock<Vec<Slips>> =
            std::sync::LazyLock::new(|| KINDS.iter().map(|kind| Slips(kind)).collect());
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.id))
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum FailOn {
    /// A slip gives somebody access.
    Opens,
    /// A slip stops an operation of ICA.
    Breaks,
    /// A slip takes access from somebody.
    Loses,
    /// Words guard nothing: without them nothing changes.
    GuardsNothing,
    /// Nothing does.
    Never,
}

impl FailOn {
    fn effect(self) -> Option<Effect> {
        match self {
            FailOn::Opens => Some(Effect::Opens),
            FailOn::Breaks => Some(Effect::Breaks),
            FailOn::Loses => Some(Effect::Loses),
            FailOn::GuardsNothing => Some(Effect::GuardsNothing),
            FailOn::Never => None,
        }
    }
}

/// Judges the slips of all that is given and prints the reports.
pub(super) fn run(args: &Args) -> Exit {
    let about = args.about.named.connection.as_ref().or(args.about.dir.as_ref());
    let about = about.map(|file| file.display().to_string());
    let help = "`ica-policy fuzz --help` shows examples";
    let printer = Printer::listing("fuzz", args.format, about.as_deref(), help);
    let printer = printer.verbose(args.verbose);
    let has_form = matches!(
        args.format,
        FindingsFormat::Human | FindingsFormat::Json | FindingsFormat::Markdown
    );
    if args.edge && !has_form {
        return printer.usage("--edge: the formats are human, json and markdown");
    }
    printer.finish(match files(args) {
        Some(files) => alone(args, &files, &printer),
        None => connections(args, &printer),
    })
}

/// The policies of the command line; `None`: a connection is given.
fn files(args: &Args) -> Option<Vec<String>> {
    let first = args.about.dir.as_ref().filter(|path| !path.is_dir())?;
    let first = first.display().to_string();
    Some([first].into_iter().chain(args.more.iter().cloned()).collect())
}

fn options(args: &Args) -> Options {
    let kinds = |list: &[Slips]| list.iter().map(|slips| slips.0).collect();
    Options {
        seed: args.seed,
        cases: args.cases,
        pairs: args.pairs,
        only: kinds(&args.only),
        skip: kinds(&args.without),
        budget: args.about.budget,
    }
}

/// Policies by themselves.
fn alone(args: &Args, files: &[String], printer: &Printer<Fuzzed>) -> Exit {
    if let Some(mistake) = stdin_twice(files) {
        return printer.usage(mistake);
    }
    let mut sources = Sources::new();
    let mut loader = Files { folder: PathBuf::new() };
    let (mut originals, mut unreadable) = (Vec::new(), Vec::new());
    for name in files {
        let read = loader.load(&mut sources, name).and_then(|id| {
            let document = read_policy(&mut sources, id).map_err(crate::input::Unreadable::Text)?;
            Ok((id, document))
        });
        match read {
            Ok((id, document)) => {
                let kind = args.kind.unwrap_or_else(|| kind_of(&document, name).0);
                let file = sources.get(id).name().into();
                originals.push(Original::new(&sources, id, file, kind, document));
            }
            Err(wrong) => unreadable.push(wrong),
        }
    }
    if !unreadable.is_empty() {
        return printer.unreadable(&sources, &unreadable);
    }
    let account = args.about.named.settings().account;
    if args.edge {
        let account = account.unwrap_or_else(|| OWNER.to_owned());
        let customer = format!("arn:aws:iam::{account}:user/example");
        let policies = Policies {
            sources: &sources,
            originals: &originals,
            together: false,
            customer,
            account,
            key: None,
        };
        return at_edges(args, &policies, printer);
    }
    let alone = Alone::new(sources, originals, account.as_deref());
    let options = options(args);
    let fuzzed = mutate::fuzz(&alone, &options, &progress::count);
    report(args, &Fuzzed::alone(&alone, &options, &fuzzed), printer)
}

/// Connections with all their documents.
fn connections(args: &Args, printer: &Printer<Fuzzed>) -> Exit {
    if args.kind.is_some() {
        return printer
            .usage("--kind: the documents of a connection have the kinds of their settings");
    }
    if !args.more.is_empty() {
        return printer.usage("give policies, or a connection");
    }
    let (connections, folder) = match check::connections(&args.about) {
        Ok(connections) => connections,
        Err(Failure::Usage(message)) => return printer.usage(&message),
        Err(Failure::Unreadable(unreadable)) => {
            return printer.unreadable(&Sources::new(), &[*unreadable]);
        }
    };
    let judged = connections.iter().map(|settings| connection(args, settings, &folder, printer));
    judged.max().unwrap_or(Exit::Usage)
}

fn connection(args: &Args, settings: &Settings, folder: &Path, printer: &Printer<Fuzzed>) -> Exit {
    if let Some(mistake) = stdin_twice(settings.files()) {
        return printer.usage(mistake);
    }
    let (mut sources, mut texts) = (Sources::new(), Texts::default());
    let mut files = Files { folder: folder.to_owned() };
    let mut recorder = Recorder { loader: &mut files, texts: &mut texts };
    let unreadable = match build(&ICA, settings, &mut sources, &mut recorder) {
        Ok(Built { unreadable, .. }) => unreadable,
        Err(Refusal { setting, message }) => {
            let name = typed::setting(setting, args.about.named.connection.as_deref());
            return printer.usage(&format!("{name}: {message}"));
        }
    };
    if !unreadable.is_empty() {
        return printer.unreadable(&sources, &unreadable);
    }
    let Some(connected) = Connected::new(&ICA, settings, &texts) else {
        let message = "the files were read, but could not be read again from memory";
        let help = "this is a defect of ica-policy, please report it";
        return printer.error(message, help, Exit::Defect);
    };
    if connected.originals.is_empty() {
        return printer.usage("the connection names no policy: there are no words to change");
    }
    if args.edge {
        let about = &connected.about;
        let policies = Policies {
            sources: &connected.sources,
            originals: &connected.originals,
            together: true,
            customer: about.customer.clone(),
            account: about.account.clone(),
            key: about.key.clone(),
        };
        return at_edges(args, &policies, printer);
    }
    let options = options(args);
    let fuzzed = mutate::fuzz(&connected, &options, &progress::count);
    report(args, &Fuzzed::connected(&connected, &options, &fuzzed), printer)
}

/// The account that owns the resources where none is given.
const OWNER: &str = "111122223333";

/// Prints the requests at the edges of policies.
fn at_edges(args: &Args, policies: &Policies<'_>, printer: &Printer<Fuzzed>) -> Exit {
    let edges = match edges(policies) {
        Ok(edges) => edges,
        Err(message) => {
            let help = "`simulate --batch` takes each policy as plain JSON";
            return printer.error(&message, help, Exit::Unreadable);
        }
    };
    let edged = Edged::new(policies.sources, policies.originals, edges);
    print_report(&match args.format {
        FindingsFormat::Json => edged.lines(),
        FindingsFormat::Markdown => edged.markdown(),
        _ => edged.human(printer.look()),
    })
}

fn report(args: &Args, fuzzed: &Fuzzed, printer: &Printer<Fuzzed>) -> Exit {
    let printed = printer.report(fuzzed);
    if fuzzed.is_defect {
        return printed.max(Exit::Defect);
    }
    let mut wanted = args.fail_on.iter().filter_map(|fail_on| fail_on.effect()).peekable();
    let is_open = wanted.peek().is_some() && (fuzzed.undecided() > 0 || fuzzed.beyond_budget > 0);
    // Nobody can rely on a document that is in force nowhere.
    let is_open = is_open || wanted.peek().is_some() && !fuzzed.findings.is_empty();
    let is_found = is_open || wanted.any(|effect| fuzzed.count(effect) > 0);
    printed.max(if is_found { Exit::Found } else { Exit::Clean })
}
