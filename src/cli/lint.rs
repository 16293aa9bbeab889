//! `ica-policy lint`: policies by themselves, what AWS would refuse, what does nothing, what is dangerous.

use super::exit::Exit;
use super::files::{Files, stdin_twice};
use super::format::{FindingsFormat, Printer};
use super::git::Revision;
use super::git_files::GitFiles;
use super::lint_batch;
use super::lint_settings::{Configurations, Loaded, Mistake, absolute};
use super::listed::{is_no_policy, listed};
use super::write_baseline::write_baseline;
use crate::api::lint_baseline::Baseline;
use crate::api::lint_config::{LintConfig, selected};
use crate::api::lint_file;
use crate::api::{LintOptions, Selection};
use crate::finding::Severity;
use crate::input::{Loader, Unreadable};
use crate::model::PolicyKind;
use crate::report::lint::{Configured, Lint, Linted};
use crate::report::look::Human;
use crate::report::minify::Minify;
use crate::report::{Failure, Finding, failure};
use crate::source::Sources;
use clap::builder::PossibleValue;
use clap::{Args as ClapArgs, ValueEnum};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

const AFTER_HELP: &str = "\
Examples:
  ica-policy lint policy.json
  ica-policy lint policies/ --fail-on warning       # all policies in a folder, folders in it included
  ica-policy lint bucket.json --kind bucket         # say what it is where name and elements do not
  ica-policy lint policy.json --select redundant-action,REDUNDANT_RESOURCE
  ica-policy lint policies/ --diff                  # edits that are proved to change nothing; --fix writes them
  ica-policy lint policy.json --minify              # the same in fewer characters, within what AWS stores
  ica-policy explain redundant-action               # what a rule means

Exit code 0: nothing at or above --fail-on; 1: something is, or AWS would refuse a policy, or --diff shows an edit; 2: wrong usage; 3: nothing was checked, or an input could not be read.";

/// Says what is wrong with policies: what AWS would refuse, words that do nothing, and what is dangerous. No network, no credentials.
#[derive(ClapArgs, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// Policies, or folders of them (files *.json with a `Statement`); `-` is standard input.
    #[arg(value_name = "FILE", required_unless_present = "batch")]
    pub(super) files: Vec<String>,
    /// What all of them are. Without it each is recognised by the AWS CLI's answer, the file's name, and its elements; the report says by which.
    #[arg(long, value_enum)]
    kind: Option<Kind>,
    /// Only these rules, by their names or by those of IAM Access Analyzer.
    #[arg(long, value_name = "RULE", num_args = 1.., value_delimiter = ',')]
    select: Vec<String>,
    /// Opinions as well, such as "wildcard".
    #[arg(long)]
    pedantic: bool,
    /// The least severity that gives exit code 1; by default that of ica-policy.toml, else `error`. A policy that AWS would refuse always gives it, except with
    /// `never`.
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
    /// The configuration of all policies. Without it each has the `ica-policy.toml` of its folder, or of the nearest one above.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Shows what the ignores of the configuration hide.
    #[arg(long)]
    no_ignores: bool,
    /// Lists what the ignores of the configuration hide as suppressed results, with their reasons; for --format sarif.
    #[arg(long, conflicts_with = "no_ignores")]
    suppressed: bool,
    /// Shows only what was not there in this revision of git. All configurations and the baseline come from it, and that they were changed is reported: a pull
    /// request cannot silence its own check.
    #[arg(long, value_name = "REV")]
    changed_since: Option<String>,
    /// Hides the findings of this file, which --write-baseline has written.
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Writes the findings into this file, to hide them with --baseline later.
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    write_baseline: Option<PathBuf>,
    /// Mends the files where an edit is proved to change nothing, then reports what is left. All files are written, or none.
    #[arg(long)]
    pub(super) fix: bool,
    /// Shows these edits and writes nothing.
    #[arg(long, conflicts_with_all = ["fix", "write_baseline"])]
    pub(super) diff: bool,
    /// Also edits that change what the policy allows or denies: read their diff.
    #[arg(long)]
    pub(super) unsafe_fixes: bool,
    /// Prints the policy in fewer characters: within this many as AWS counts them, or within what AWS stores of its kind; 0 makes it as short as it gets. Names of
    /// statements are left out and wildcards of exactly the listed actions written only where it is too long without. All is proved to change nothing. With --diff
    /// it is shown, with --fix written; with --unsafe-fixes also wider patterns, whose price is reported.
    #[arg(long, value_name = "CHARACTERS", num_args = 0..=1, require_equals = true)]
    pub(super) minify: Option<Option<usize>>,
    /// Reads lines `{"id": .., "kind": .., "policy": {..}}` from standard input and writes a line with the findings for each.
    #[arg(long, conflicts_with_all = ["files", "config", "baseline", "write_baseline", "changed_since", "fix", "diff", "unsafe_fixes", "minify", "format", "fail_on", "no_ignores"])]
    batch: bool,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t = FindingsFormat::Human)]
    pub(super) format: FindingsFormat,
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

const HELP: &str = "`ica-policy lint --help` shows examples";

impl Args {
    /// Whether flags are given that are about findings alone.
    pub(super) fn has_findings_only(&self) -> bool {
        !self.select.is_empty()
            || self.pedantic
            || self.suppressed
            || self.fail_on.is_some()
            || self.changed_since.is_some()
            || self.baseline.is_some()
            || self.write_baseline.is_some()
    }
}

/// Lints the files of the command line.
pub(super) fn run(args: &Args) -> Exit {
    let printer = Printer::listing("lint", args.format, None, HELP);
    printer.finish(lint_all(args, &printer))
}

fn lint_all(args: &Args, printer: &Printer<Lint>) -> Exit {
    if args.batch {
        return match Run::begin(args) {
            Ok(run) => lint_batch::run(&run.options),
            Err(mistake) => wrong(printer, mistake),
        };
    }
    if let Some(characters) = args.minify {
        return minify(args, characters, printer);
    }
    if args.unsafe_fixes && !args.fix && !args.diff {
        return printer.usage("--unsafe-fixes goes with --fix or --diff");
    }
    if args.fix || args.diff {
        if args.baseline.is_some() || args.changed_since.is_some() {
            return printer.usage("--fix and --diff edit known findings as well: leave out --baseline and --changed-since, or name the rules with --select");
        }
        if args.diff && args.format != FindingsFormat::Human {
            return printer.usage("--diff prints a diff: leave out --format");
        }
        let done = Run::begin(args).and_then(|mut run| run.mend(printer));
        match done {
            Ok(Some(exit)) => return exit,
            Ok(None) => {}
            Err(mistake) => return wrong(printer, mistake),
        }
    }
    match Run::begin(args).and_then(|mut run| run.all().map(|lint| (run, lint))) {
        Ok((run, lint)) => run.end(printer, lint),
        Err(mistake) => wrong(printer, mistake),
    }
}

fn minify(args: &Args, characters: Option<usize>, printer: &Printer<Lint>) -> Exit {
    if let Some(message) = args.minify_mistake() {
        return printer.usage(message);
    }
    let printer = Printer::<Minify>::listing("lint", args.format, None, HELP);
    match Run::begin(args).and_then(|mut run| run.minify(characters, &printer)) {
        Ok(exit) => exit,
        Err(mistake) => wrong(&printer, mistake),
    }
}

fn wrong<V: Human>(printer: &Printer<V>, mistake: Mistake) -> Exit {
    match mistake {
        Mistake::Usage(message) => printer.usage(&message),
        Mistake::Unreadable(wrong) => printer.unreadable(&Sources::new(), &[without_none(wrong)]),
    }
}

/// The policies of a file, and what ignores hide of them; or why it cannot be read.
pub(super) type One = Result<(Vec<Linted>, Vec<Finding>), Unreadable>;

/// One run.
pub(super) struct Run<'a> {
    pub(super) args: &'a Args,
    options: LintOptions,
    pub(super) sources: Sources,
    pub(super) configurations: Configurations,
    baseline: Option<Baseline>,
    /// The files of the folders as the revision of --changed-since has them.
    then: BTreeMap<String, Rc<[u8]>>,
    pub(super) today: String,
    /// Whether some policy fails.
    fails: bool,
}

impl Run<'_> {
    fn begin(args: &Args) -> Result<Run<'_>, Mistake> {
        if let Some(mistake) = stdin_twice(&args.files) {
            return Err(Mistake::Usage(mistake.to_owned()));
        }
        if args.suppressed && args.format != FindingsFormat::Sarif {
            let message = "--suppressed: only SARIF has suppressed results; give --format sarif, or --no-ignores";
            return Err(Mistake::Usage(message.to_owned()));
        }
        let only =
            selected(&args.select).map_err(|wrong| Mistake::Usage(format!("--select: {wrong}")))?;
        let mut sources = Sources::new();
        let since = args.changed_since.as_deref().map(Revision::open).transpose();
        let since = since.map_err(Mistake::Unreadable)?;
        let mut configurations = Configurations::new(args.no_ignores, since);
        if let Some(file) = &args.config {
            configurations.pin(&mut sources, file)?;
        }
        let mut baseline = None;
        if let Some(file) = &args.baseline {
            let text = configurations.baseline(&mut sources, file)?;
            let wrong =
                |message| Mistake::Usage(format!("--baseline: `{}`: {message}", file.display()));
            let read = text.map(|text| Baseline::read(&text)).transpose();
            baseline = read.map_err(wrong)?;
        }
        let mut then = BTreeMap::new();
        if let Some(revision) = configurations.since() {
            for folder in args.files.iter().filter(|name| Path::new(name).is_dir()) {
                let texts = revision.files_below(folder).and_then(|files| revision.texts(&files));
                then.extend(texts.map_err(Mistake::Unreadable)?);
            }
        }
        Ok(Run {
            args,
            options: LintOptions {
                kind: args.kind.map(|kind| kind.kind),
                is_of_bucket: args.kind.is_some_and(|kind| kind.is_of_bucket),
                configured: None,
                selection: Selection { only, pedantic: args.pedantic },
            },
            sources,
            configurations,
            baseline,
            then,
            today: jiff::Timestamp::now().to_string().chars().take("2027-01-31".len()).collect(),
            fails: false,
        })
    }

    /// Reads and lints all policies.
    fn all(&mut self) -> Result<Lint, Mistake> {
        let mut files = Files { folder: PathBuf::new() };
        let mut lint = Lint::default();
        let mut before = Vec::new();
        for given in listed(&self.args.files) {
            let (name, is_of_folder) = match given {
                Ok(file) => file,
                Err(failure) => {
                    lint.failures.push(failure);
                    continue;
                }
            };
            match self.one(&name, &mut files)? {
                Ok((linted, hidden)) => {
                    lint.policies.extend(linted);
                    lint.hidden.ignored += hidden.len();
                    if self.args.suppressed {
                        lint.suppressed.extend(hidden);
                    }
                    before.extend(self.before(&name)?);
                }
                Err(wrong) if is_of_folder && is_no_policy(&self.sources, &wrong) => {
                    lint.skipped.push(name)
                }
                Err(wrong) => {
                    let wrong = without_none(wrong);
                    lint.failures.extend(failure::unreadable(&self.sources, &[wrong]));
                }
            }
        }
        if lint.policies.is_empty() && lint.failures.is_empty() {
            lint.failures.extend(no_policy());
        }
        let folders = self.args.files.iter().filter(|name| Path::new(name).is_dir());
        let folders = folders.map(absolute).collect::<Vec<_>>();
        for loaded in &self.configurations.loaded {
            let was_searched = |below: &str| {
                let path = loaded.folder.join(below);
                folders.iter().any(|folder| path.starts_with(folder))
            };
            let stale = loaded.config.stale(&self.today, &was_searched);
            let found = loaded.findings.iter().cloned().chain(stale);
            let findings = Finding::all(&self.sources, found);
            lint.configurations.push(Configured { file: loaded.file.as_str().into(), findings });
        }
        before.extend(self.gone()?);
        let is_gone = |file: &str| !Path::new(file).exists();
        if let Some(baseline) = &self.baseline {
            lint.hidden.baseline = baseline.hide(&mut lint.policies, &is_gone);
            // What the baseline hides once is not hidden again.
            baseline.hide(&mut before, &is_gone);
        }
        lint.hidden.before = Baseline::of(&before).hide(&mut lint.policies, &is_gone);
        self.fails = self.fails(&lint)?;
        Ok(lint.counted())
    }

    /// The policies of a file without what its configuration hides, and that.
    pub(super) fn one(&mut self, name: &str, files: &mut dyn Loader) -> Result<One, Mistake> {
        let (config, below, options) = self.asked_of(name)?;
        let linted = lint_file(&mut self.sources, files, name, &options);
        Ok(linted.map(|mut linted| {
            let mut hidden = Vec::new();
            for policy in &mut linted {
                let config = config.map(|number| &self.configurations.loaded[number].config);
                let found = &mut policy.findings;
                let known = config
                    .map(|config| config.hide(&below, &self.today, &options.selection, found));
                hidden.extend(known.into_iter().flatten());
            }
            (linted, hidden)
        }))
    }

    /// The configuration of a file, the file's name below it, and what is asked of it.
    pub(super) fn asked_of(
        &mut self,
        name: &str,
    ) -> Result<(Option<usize>, String, LintOptions), Mistake> {
        let config = self.configurations.of(&mut self.sources, name)?;
        let below =
            config.map(|number| self.configurations.below(number, name)).unwrap_or_default();
        let options = self.options_of(config, &below);
        Ok((config, below, options))
    }

    /// The policies of a file as they were in the revision of --changed-since. Of what could not be read there nothing is known.
    fn before(&mut self, name: &str) -> Result<Vec<Linted>, Mistake> {
        let Some(revision) = self.configurations.since().cloned() else { return Ok(Vec::new()) };
        let known = std::mem::take(&mut self.then);
        let mut then = GitFiles::shown_as_now(&revision, PathBuf::new()).with(&known);
        let one = self.one(name, &mut then);
        self.then = known;
        Ok(one?.map(|(linted, _)| linted).unwrap_or_default())
    }

    /// The policies that the revision of --changed-since has and the work tree does not have under that name. They may have been renamed.
    fn gone(&mut self) -> Result<Vec<Linted>, Mistake> {
        let gone = self.then.keys().filter(|name| !Path::new(name).exists());
        let mut policies = Vec::new();
        for name in gone.cloned().collect::<Vec<_>>() {
            policies.extend(self.before(&name)?);
        }
        Ok(policies)
    }

    fn options_of(&self, config: Option<usize>, below: &str) -> LintOptions {
        let Some(number) = config else { return self.options.clone() };
        let config = &self.configurations.loaded[number].config;
        let selection = config.selection(&self.options.selection);
        LintOptions { configured: config.kind(below), selection, ..self.options.clone() }
    }

    /// Whether something is at or above what fails: the flag, or the configuration of the policy. A configuration is judged by itself.
    fn fails(&mut self, lint: &Lint) -> Result<bool, Mistake> {
        let mut fails = false;
        for policy in &lint.policies {
            let least = match self.configurations.of(&mut self.sources, &policy.file)? {
                Some(number) => self.least(&self.configurations.loaded[number].config),
                None => self.least(&LintConfig::default()),
            };
            fails |= least.is_some_and(|least| policy.refused || policy.worst() >= Some(least));
        }
        let judged = self.configurations.loaded.iter().zip(&lint.configurations);
        let is_bad = |(loaded, shown): (&Loaded, &Configured)| {
            let worst = shown.findings.iter().map(|finding| finding.severity).max();
            self.least(&loaded.config).is_some_and(|least| worst >= Some(least))
        };
        Ok(fails || judged.into_iter().any(is_bad))
    }

    /// The least severity that fails; `None` for `never`.
    fn least(&self, config: &LintConfig) -> Option<Severity> {
        let word = config.fail_on.as_deref();
        let configured = word.and_then(|word| FailOn::from_str(word, false).ok());
        self.args.fail_on.or(configured).unwrap_or(FailOn::Error).least()
    }

    fn end(&self, printer: &Printer<Lint>, lint: Lint) -> Exit {
        if let Some(path) = &self.args.write_baseline {
            return write_baseline(path, &lint, printer);
        }
        let unread = if lint.failures.is_empty() { Exit::Clean } else { Exit::Unreadable };
        if self.args.format != FindingsFormat::Json && !lint.failures.is_empty() {
            printer.not_read(&lint.failures);
            if lint.policies.is_empty() {
                return Exit::Unreadable;
            }
        }
        let found = if self.fails { Exit::Found } else { Exit::Clean };
        printer.report(&lint).max(unread).max(found)
    }
}

impl FailOn {
    fn least(self) -> Option<Severity> {
        match self {
            FailOn::Error => Some(Severity::Error),
            FailOn::Warning => Some(Severity::Warning),
            FailOn::Info => Some(Severity::Info),
            FailOn::Never => None,
        }
    }
}

/// Folders without policies.
pub(super) fn no_policy() -> Vec<Failure> {
    failure::usage("there is no policy in the folders that were given")
}

/// What other commands take for "no such policy" means nothing here.
pub(super) fn without_none(wrong: Unreadable) -> Unreadable {
    match wrong {
        Unreadable::File { name, message, help } => {
            let help = help.filter(|help| !help.contains("`none`"));
            Unreadable::File { name, message, help }
        }
        text => text,
    }
}
