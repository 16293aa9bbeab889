//! `ica-policy explain`: pages of operations, settings, assumptions, readings, callers, actions; and of a pasted message.

use super::exit::Exit;
use super::files::{print_report, read_text};
use super::format::Printer;
use super::settings_file::{self, Failure};
use crate::ica::guide::{Answer, Blamed, MAX_QUERY_BYTES, answer, topics_page};
use crate::input::NONE;
use crate::product::build::settings::Settings;
use crate::report::page::Explained;
use crate::report::page_markdown;
use crate::source::{Sources, one_line};
use clap::{Args as ClapArgs, ValueEnum};
use std::path::{Path, PathBuf};

const AFTER_HELP: &str = "\
Examples:
  ica-policy explain                      # what there is to ask about
  ica-policy explain upload-data          # an operation: who asks AWS for what, what breaks, what mostly blocks it
  ica-policy explain cors                 # a setting of the bucket; likewise assumptions, readings, callers, actions
  ica-policy explain \"Storage container must be located in the eu-central-1 region\"
  ica-policy explain - < error.txt        # a text from standard input
  ica-policy explain --connection ica.toml - < error.txt     # also which file has the policy that AWS blames

A message is found even if it is in other case, broken over lines, cut off, has names filled in, or is inside of a log.
Exit code 0: something was found; 1: nothing is known by that name or text; 2: wrong usage; 3: standard input could not be read.";

/// Explains an operation, a setting, an assumption, a word of reports or of ICA's pages, a finding, a caller, an action, or the text of an error.
#[derive(ClapArgs, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// A name, or the text of an error (several words are one text); `-` reads it from standard input.
    #[arg(value_name = "TOPIC")]
    topic: Vec<String>,
    /// A settings file (ica.toml): the answer says which of its files has the policy that the text blames.
    #[arg(long, value_name = "FILE")]
    connection: Option<PathBuf>,
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
    let mut answer = answer(&question);
    if let Some(file) = &args.connection {
        match settings_file::read(file, false) {
            Ok(connections) => {
                let found =
                    connections.iter().flat_map(|settings| files_of(&answer, settings, file));
                let found = found.collect::<Vec<_>>();
                answer.names.extend(found);
            }
            Err(Failure::Usage(message)) => return printer.usage(&message),
            Err(Failure::Unreadable(error)) => {
                return printer.unreadable(&Sources::new(), &[*error]);
            }
        }
    }
    let explained = Explained::answer(&question, &answer);
    let printed = report(args, &explained, &printer);
    printed.max(if explained.is_found() { Exit::Clean } else { Exit::Found })
}

/// Which files of a connection have the policies that a text blames.
fn files_of(answer: &Answer, settings: &Settings, file: &Path) -> Vec<String> {
    let folder = settings_file::folder(file);
    let text = |name: &str| read_text(name, &folder.join(name), name).ok();
    let quoted = |names: &[String]| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    let sentence = |blamed: &Blamed| {
        let files = settings.layer(blamed.layer)?.names();
        let files = files.into_iter().filter(|name| name != NONE).collect::<Vec<_>>();
        Some(match (files.as_slice(), blamed.file(&files, &text)) {
            ([], _) => format!(
                "{} names no file of that layer, so what it says of it is not what AWS has",
                file.display()
            ),
            (_, Some(found)) => {
                format!("that policy is in {}", quoted(std::slice::from_ref(found)))
            }
            ([only], None) if blamed.policy.is_none() => {
                format!("that layer is {}", quoted(std::slice::from_ref(only)))
            }
            (files, None) if blamed.policy.is_none() => {
                format!("that layer is one of {}", quoted(files))
            }
            (files, None) => {
                format!("no file has the ARN or its name; the layer has {}", quoted(files))
            }
        })
    };
    let sentences = answer.blamed.iter().filter_map(sentence);
    sentences.map(|sentence| one_line(&sentence).into_owned()).collect()
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
