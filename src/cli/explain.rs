//! `ica-policy explain`: pages of operations, settings, assumptions, readings, callers, actions; and of a pasted message.

use super::exit::Exit;
use super::files::{look, print, print_error, print_report, read_text};
use crate::ica::guide::{Answer, MAX_QUERY_BYTES, answer, topics_page};
use crate::report::{human, page_human, page_json, page_markdown};
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
    if args.topic.is_empty() {
        return print_report(&list(args.format));
    }
    let question = match args.topic.as_slice() {
        [one] if one == "-" => match read_text("-", Path::new("-"), "standard input") {
            Ok(text) => text,
            Err(error) => {
                let (sources, errors) = (Sources::new(), [error]);
                match args.format {
                    Format::Json => print(&page_json::unreadable(&sources, &errors)),
                    Format::Human | Format::Markdown => {
                        print_error(&human::unreadable(&sources, &errors, look(&std::io::stderr())))
                    }
                }
                return Exit::Unreadable;
            }
        },
        words => words.join(" "),
    };
    if let Some(message) = fault(&question) {
        match args.format {
            Format::Json => print(&page_json::usage(&message)),
            Format::Human | Format::Markdown => {
                print_error(&format!(
                    "error: {message}\n  help: `ica-policy explain --help` shows examples\n"
                ));
            }
        }
        return Exit::Usage;
    }
    let answer = answer(&question);
    let printed = print_report(&written(args.format, &question, &answer));
    printed.max(if answer.is_found() { Exit::Clean } else { Exit::Found })
}

/// Why a text cannot be a question.
fn fault(question: &str) -> Option<String> {
    if question.trim().is_empty() {
        return Some("the text is empty: give a name or the text of an error".to_owned());
    }
    let is_long = question.len() > MAX_QUERY_BYTES;
    is_long.then(|| format!("the text has {} bytes, {MAX_QUERY_BYTES} at most are read: give the lines around the error", question.len()))
}

fn list(format: Format) -> String {
    let page = topics_page();
    match format {
        Format::Human => page_human::page(&page, look(&std::io::stdout())),
        Format::Json => page_json::page(&page),
        Format::Markdown => page_markdown::page(&page, 1, None),
    }
}

fn written(format: Format, question: &str, answer: &Answer) -> String {
    match format {
        Format::Json => page_json::answer(question, answer),
        // Without an answer there is no page.
        Format::Markdown if answer.is_found() => page_markdown::answer(answer),
        Format::Human | Format::Markdown => {
            page_human::answer(question, answer, look(&std::io::stdout()))
        }
    }
}

/// Prints what is wrong with the command line as JSON.
pub(super) fn print_usage_error(message: &str) {
    print(&page_json::usage(message.trim_end()));
}
