//! `ica-policy can --ask`: a question a line, an answer a line.

use super::answer::{Asked, FailOn};
use super::exit::Exit;
use super::files::print_report;
use super::format::{Format, Printer};
use super::lines::{Read, read_line};
use crate::api::Query;
use crate::input::Unreadable;
use crate::report::can::Access;
use crate::report::{View, can_human, failure};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{self, BufRead, BufReader};

/// A question.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    id: Option<String>,
    actions: Vec<String>,
    resources: Vec<String>,
    principal: Option<String>,
    session_issuer: Option<String>,
}

/// The members of a question.
const MEMBERS: [&str; 5] = ["id", "actions", "resources", "principal", "session_issuer"];

/// What every answer begins with.
#[derive(Serialize)]
struct Head {
    id: Option<String>,
    /// The number of the line, from 1.
    line: usize,
}

impl Head {
    /// Its name for people.
    fn name(&self) -> String {
        self.id.clone().unwrap_or_else(|| format!("line {}", self.line))
    }
}

/// Answers every line of a file. A line that is no question does not stop the others.
pub(super) fn run(
    file: &str,
    asked: (&Query, Asked<'_>),
    fail_on: FailOn,
    printer: &Printer<Access>,
) -> Exit {
    let mut input: Box<dyn BufRead> = match file {
        "-" => Box::new(io::stdin().lock()),
        _ => match File::open(file) {
            Ok(opened) => Box::new(BufReader::new(opened)),
            Err(error) => return unreadable(printer, file, &error),
        },
    };
    let mut line = Vec::new();
    let (mut exit, mut answered) = (Exit::Clean, 0);
    for number in 1.. {
        let text = match read_line(&mut input, &mut line) {
            Ok(Read::End) => break,
            Ok(Read::Line(text)) if text.trim().is_empty() => continue,
            Ok(Read::Line(text)) => Ok(text),
            Ok(Read::Wrong(message)) => Err(message),
            Err(error) => return exit.max(unreadable(printer, file, &error)),
        };
        answered += 1;
        let mut head = Head { id: None, line: number };
        let access = text.and_then(|text| answer(text, &mut head, asked));
        exit = exit.max(match &access {
            Ok(access) => fail_on.exit(access),
            Err(_) => Exit::Unreadable,
        });
        let printed = print_report(&match (printer.format(), &access) {
            (Format::Human, Ok(access)) => can_human::line(&head.name(), access),
            (Format::Human, Err(message)) => format!("line {number}: error: {message}\n"),
            (Format::Json, Ok(access)) => access.json_line(&head),
            (Format::Json, Err(message)) => {
                let message = format!("line {number}: {message}");
                Access::failed_line(&head, &failure::of_file(file, &message))
            }
        });
        if printed != Exit::Clean {
            return exit.max(printed);
        }
    }
    if answered == 0 {
        return empty(printer, file);
    }
    exit
}

/// The answer to a line.
fn answer(
    text: &str,
    head: &mut Head,
    (common, asked): (&Query, Asked<'_>),
) -> Result<Access, String> {
    let question = serde_json::from_str::<Question>(text).map_err(|error| {
        head.id = id_of(text);
        in_line(&error.to_string())
    })?;
    head.id = question.id;
    for (name, list) in [("actions", &question.actions), ("resources", &question.resources)] {
        if list.is_empty() {
            return Err(format!("`{name}` is empty: name at least one, or `*`"));
        }
    }
    let mut query = common.clone();
    (query.actions, query.resources) = (question.actions, question.resources);
    if question.principal.is_some() {
        (query.principal, query.session_issuer) = (question.principal, question.session_issuer);
    } else if question.session_issuer.is_some() {
        query.session_issuer = question.session_issuer;
    }
    asked.answer(&query).map_err(|error| format!("{}: {}", error.path, error.message))
}

/// The id of a question that is wrong otherwise.
fn id_of(text: &str) -> Option<String> {
    let value = serde_json::from_str::<serde_json::Value>(text).ok()?;
    Some(value.get("id")?.as_str()?.to_owned())
}

/// What the reader of JSON says, without its own count of lines, and the member that may be meant.
fn in_line(message: &str) -> String {
    let (what, place) = message.rsplit_once(" at line 1 column ").unwrap_or((message, ""));
    let meant = what.strip_prefix("unknown field `").and_then(|rest| {
        let name = rest.split('`').next()?;
        MEMBERS.iter().find(|known| known.starts_with(name) || name.starts_with(**known))
    });
    let meant = meant.map(|name| format!(": do you mean `{name}`?")).unwrap_or_default();
    let place = if place.is_empty() { String::new() } else { format!(" (column {place})") };
    format!("{what}{meant}{place}")
}

fn unreadable(printer: &Printer<Access>, file: &str, error: &io::Error) -> Exit {
    let message = match error.kind() {
        io::ErrorKind::NotFound => "there is no such file".to_owned(),
        _ => error.to_string(),
    };
    refused(printer, file, message)
}

fn empty(printer: &Printer<Access>, file: &str) -> Exit {
    refused(printer, file, "there is no question in it".to_owned())
}

fn refused(printer: &Printer<Access>, file: &str, message: String) -> Exit {
    let help = "a question is one line: {\"actions\": [\"s3:GetObject\"], \"resources\": [\"arn:aws:s3:::b/*\"]}";
    let name = if file == "-" { "standard input" } else { file }.into();
    let sources = crate::source::Sources::new();
    printer.unreadable(&sources, &[Unreadable::File { name, message, help: Some(help.to_owned()) }])
}
