//! How the answers of most commands are written: the one place where their format matters.

use super::exit::Exit;
use super::files::{look, print, print_commands, print_error, print_report};
use crate::input::Unreadable;
use crate::report::html;
use crate::report::issues::{Issues, github, gitlab, junit, markdown, rdjson, sarif};
use crate::report::look::{Human, Look};
use crate::report::{Failure, draw, failure};
use crate::source::{Sources, one_line};
use clap::ValueEnum;
use std::cell::RefCell;
use std::io::{stderr, stdout};
use std::marker::PhantomData;

/// For a person, or for a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Format {
    Human,
    Json,
}

/// The formats of commands that find something in files.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum FindingsFormat {
    /// For a person.
    Human,
    /// One line of JSON by the published schema.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit XML.
    Junit,
    /// reviewdog's diagnostics.
    Rdjson,
    /// Markdown, for the summary of a job or a comment.
    Markdown,
    /// A page of HTML that needs nothing else, to read, send and print.
    Html,
}

impl FindingsFormat {
    /// How the answers are written as they come: an answer that is part of a list is kept instead.
    fn base(self) -> Format {
        if self == FindingsFormat::Json { Format::Json } else { Format::Human }
    }

    /// Prints all findings of a run.
    fn print(self, issues: &Issues) -> Exit {
        print_report(&match self {
            FindingsFormat::Human | FindingsFormat::Json => return Exit::Clean,
            FindingsFormat::Github => return print_commands(&github::write(issues)),
            FindingsFormat::Sarif => sarif::write(issues),
            FindingsFormat::Gitlab => gitlab::write(issues),
            FindingsFormat::Junit => junit::write(issues),
            FindingsFormat::Rdjson => rdjson::write(issues),
            FindingsFormat::Markdown => markdown::write(issues),
            FindingsFormat::Html => html::write(issues),
        })
    }
}

/// Prints views of a command, or why there is none.
pub(super) struct Printer<V> {
    format: Format,
    /// Where the format lists the findings of the whole run.
    list: Option<(FindingsFormat, RefCell<Issues>)>,
    /// What follows a message about wrong usage.
    help: &'static str,
    verbose: bool,
    view: PhantomData<V>,
}

impl<V: Human> Printer<V> {
    pub(super) fn new(format: Format, help: &'static str) -> Printer<V> {
        Printer { format, list: None, help, verbose: false, view: PhantomData }
    }

    /// In a format that may list the findings of the whole run. `about`: the file that findings
    /// without a place are about. [`Printer::finish`] ends such a run.
    pub(super) fn listing(
        command: &'static str,
        format: FindingsFormat,
        about: Option<&str>,
        help: &'static str,
    ) -> Printer<V> {
        let issues = Issues { command, about: about.map(str::to_owned), ..Issues::default() };
        let is_list = !matches!(format, FindingsFormat::Human | FindingsFormat::Json);
        let list = is_list.then(|| (format, RefCell::new(issues)));
        Printer { list, ..Printer::new(format.base(), help) }
    }

    /// Whether the format lists the findings of the whole run.
    pub(super) fn lists(&self) -> bool {
        self.list.is_some()
    }

    /// Prints the list of a run, if the format has one.
    pub(super) fn finish(&self, exit: Exit) -> Exit {
        match &self.list {
            Some((format, issues)) if exit != Exit::Usage => {
                exit.max(format.print(&issues.borrow()))
            }
            _ => exit,
        }
    }

    /// With `verbose`, reports for people shorten nothing.
    pub(super) fn verbose(self, verbose: bool) -> Printer<V> {
        Printer { verbose, ..self }
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }

    pub(super) fn report(&self, view: &V) -> Exit {
        if let Some((format, issues)) = &self.list {
            let mut issues = issues.borrow_mut();
            let suite = view.junit_suite().filter(|_| *format == FindingsFormat::Junit);
            match suite {
                Some(suite) => issues.suites.push(suite),
                None => issues.found.extend(view.issues()),
            }
            issues.left_out += view.left_out();
            match format {
                FindingsFormat::Markdown => issues.heads.push(view.markdown_head()),
                FindingsFormat::Html => issues.pages.push(view.html_head()),
                _ => {}
            }
            return Exit::Clean;
        }
        print_report(&match self.format {
            Format::Human => view.human(self.look()),
            Format::Json => view.json(),
        })
    }

    /// How reports for people look.
    pub(super) fn look(&self) -> Look {
        Look { verbose: self.verbose, ..look(&stdout()) }
    }

    /// Says what could not be read, beside an answer about the rest.
    pub(super) fn not_read(&self, failures: &[Failure]) {
        self.failed(failures, || draw::failures(failures, look(&stderr())));
    }

    pub(super) fn unreadable(&self, sources: &Sources, unreadable: &[Unreadable]) -> Exit {
        self.not_read(&failure::unreadable(sources, unreadable));
        Exit::Unreadable
    }

    pub(super) fn usage(&self, message: &str) -> Exit {
        self.error(message, self.help, Exit::Usage)
    }

    /// An error that ends the run like this. People get the help as well.
    pub(super) fn error(&self, message: &str, help: &str, exit: Exit) -> Exit {
        let help = if help.is_empty() { String::new() } else { format!("\n  help: {help}") };
        self.failed(&failure::usage(message.trim_end()), || {
            format!("error: {}{help}\n", one_line(message.trim_end()))
        });
        exit
    }

    fn failed(&self, failures: &[Failure], human: impl Fn() -> String) {
        if let Some((_, issues)) = &self.list {
            issues.borrow_mut().failures.extend_from_slice(failures);
        }
        match self.format {
            Format::Human => print_error(&human()),
            Format::Json => print(&V::failed(failures)),
        }
    }
}

/// Prints what is wrong with the command line as JSON.
pub(super) fn print_usage_error<V: Human>(message: &str) {
    Printer::<V>::new(Format::Json, "").usage(message);
}
