//! `ica-policy graph`: the graph of dependencies.

use super::check::{About, Failure, connections, is_given};
use super::exit::Exit;
use super::files::{Files, look, print_error, print_line, print_report, stdin_twice};
use super::typed;
use crate::ica::{ICA, catalogue};
use crate::input::Unreadable;
use crate::product::budget::Budget;
use crate::product::build::settings::Settings;
use crate::product::build::{Built, build};
use crate::product::graph::Dependencies;
use crate::product::refusal::Refusal;
use crate::report::{draw, failure, graph_dot, graph_mermaid};
use crate::source::Sources;
use clap::{Args as ClapArgs, ValueEnum};
use std::path::Path;

const AFTER_HELP: &str = "\
Examples:
  ica-policy graph | dot -Tsvg > ica.svg                        # the catalogue: any connection that is new
  ica-policy graph --connection ica.toml --format mermaid       # coloured by verdict, root causes with a thick red line
  ica-policy graph --connection ica.toml --without-steps        # callers and operations only

Arrows lead from what is needed to what needs it; arrows that follow from others are left out. Broken arrows do not always stop what is behind them.
Exit code 0, whatever the verdicts are (`check` judges them); 2: wrong usage; 3: an input could not be read.";

/// Draws what depends on what: callers, sessions and roles, their requests, the operations; with a connection coloured by verdict.
#[derive(ClapArgs, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    flags: About,
    /// Leave out the requests: callers and operations only.
    #[arg(long)]
    without_steps: bool,
    /// The language of the graph.
    #[arg(long, value_enum, default_value_t = Format::Dot)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    Dot,
    Mermaid,
}

pub(super) fn run(args: &Args) -> Exit {
    if !is_given(&args.flags) {
        return draw(args, Dependencies::of_catalogue(catalogue()), "what depends on what in ICA");
    }
    let budget = args.flags.budget();
    let (connections, folder) = match connections(&args.flags) {
        Ok(connections) => connections,
        Err(Failure::Usage(message)) => return usage(&message),
        Err(Failure::Unreadable(error)) => return unreadable(&Sources::new(), &[*error]),
    };
    connections
        .into_iter()
        .map(|settings| draw_connection(args, &settings, &folder, &budget))
        .max()
        .unwrap_or(Exit::Usage)
}

fn draw_connection(args: &Args, settings: &Settings, folder: &Path, budget: &Budget) -> Exit {
    if let Some(mistake) = stdin_twice(settings.files()) {
        return usage(mistake);
    }
    let mut sources = Sources::new();
    let built = build(&ICA, settings, &mut sources, &mut Files { folder: folder.to_owned() });
    let Built { mut connection, unreadable: errors } = match built {
        Ok(built) => built,
        Err(Refusal { setting, message }) => {
            return usage(&format!(
                "{}: {message}",
                typed::setting(setting, args.flags.named.connection.as_deref())
            ));
        }
    };
    if !errors.is_empty() {
        return unreadable(&sources, &errors);
    }
    connection.budget = budget.clone();
    let check = crate::product::check(&connection);
    let title = format!("bucket {} of account {}", connection.bucket, connection.account);
    draw(args, Dependencies::of_check(catalogue(), &check, connection.is_new), &title)
}

fn draw(args: &Args, dependencies: Dependencies, title: &str) -> Exit {
    let dependencies = if args.without_steps { dependencies.without_steps() } else { dependencies };
    print_report(&match args.format {
        Format::Dot => graph_dot::dot(&dependencies, title),
        Format::Mermaid => graph_mermaid::mermaid(&dependencies, title),
    })
}

fn unreadable(sources: &Sources, errors: &[Unreadable]) -> Exit {
    print_error(&draw::failures(&failure::unreadable(sources, errors), look(&std::io::stderr())));
    Exit::Unreadable
}

fn usage(message: &str) -> Exit {
    print_line("error: ", message);
    print_line("  help: ", "`ica-policy graph --help` lists the flags");
    Exit::Usage
}
