//! `ica-policy explain`: pages of operations, settings, assumptions, readings, callers, actions; and of a pasted message.

use super::exit::Exit;
use super::files::{print_report, read_text};
use super::format::Printer;
use crate::ica::guide::{MAX_QUERY_BYTES, answer, topics_page};
use crate::report::page::Explained;
use crate::report::page_markdown;
use crate::source::Sources;
use clap::{Args as ClapArgs, ValueEnum};
use std::path::Path;

const AFTER_HELP: &str = "\
Examples:
  ica-policy explain                      # what there is to ask about
  ica-policy explain upload-data          # an operation: who asks AWS for what, what breaks, what mostly blocks it
  ica-policy explain cors                 # a setting of the bucket; likewise assumptions, readings, callers, actions
  ica-policy explain \"Storage container must be located in the eu-central-1 region\"
  ica-policy explain - < error.txt        # a text from standard input

A message is found even if it is in other case, broken over lines, cut off, has names filled in, or is inside of a log.
Exit code 0: something was found; 1: nothing is known by that name or text; 2: wrong usage; 3: standard input could not be read.";

/// Explains an operation, a setting, an assumption, a point that AWS leaves open, a caller, an action, or the text of an error.
#[derive(ClapArgs, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// A name, or the text of an error (several words are one text); `-` reads it from standard input.
    #[arg(value_name = "TOPIC")]
    topic: Vec<String>,
    /// How the answer is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    Human,
    Json,
    Markdown,
}

pub(super) fn run(args: &Args) -> Exit {
    let errors = match args.format {
        Format::Json => super::format::Format::Json,
        Format::Human | Format::Markdown => super::format::Format::Human,
    };
    let printer = Printer::new(errors, "`ica-policy explain --help` shows examples");
    if args.topic.is_empty() {
        return report(args, &Explained::page(&topics_page()), &printer);
    }
    let question = match args.topic.as_slice() {
        [one] if one == "-" => match read_text("-", Path::new("-"), "standard input") {
            Ok(text) => text,
            Err(error) => return printer.unreadable(&Sources::new(), &[error]),
        },
        words => words.join(" "),
    };
    if let Some(message) = fault(&question) {
        return printer.usage(&message);
    }
    let answer = answer(&question);
    let explained = Explained::answer(&question, &answer);
    let printed = report(args, &explained, &printer);
    printed.max(if explained.is_found() { Exit::Clean } else { Exit::Found })
}

fn report<'a>(args: &Args, explained: &Explained<'a>, printer: &Printer<Explained<'a>>) -> Exit {
    // Without an answer there is no page.
    if args.format == Format::Markdown && explained.is_found() {
        return print_report(&page_markdown::answer(explained));
    }
    printer.report(explained)
}

/// Why a text cannot be a question.
fn fault(question: &str) -> Option<String> {
    if question.trim().is_empty() {
        return Some("the text is empty: give a name or the text of an error".to_owned());
    }
    let is_long = question.len() > MAX_QUERY_BYTES;
    is_long.then(|| format!("the text has {} bytes, {MAX_QUERY_BYTES} at most are read: give the lines around the error", question.len()))
}
