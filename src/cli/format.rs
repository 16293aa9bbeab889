//! How the answers of most commands are written: the one place where their format matters.

use super::exit::Exit;
use super::files::{look, print, print_error, print_report};
use crate::input::Unreadable;
use crate::report::look::{Human, Look};
use crate::report::{Failure, draw, failure};
use crate::source::{Sources, one_line};
use clap::ValueEnum;
use std::io::{stderr, stdout};
use std::marker::PhantomData;

/// For a person, or for a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Format {
    Human,
    Json,
}

/// Prints views of a command, or why there is none.
pub(super) struct Printer<V> {
    format: Format,
    /// What follows a message about wrong usage.
    help: &'static str,
    verbose: bool,
    view: PhantomData<V>,
}

impl<V: Human> Printer<V> {
    pub(super) fn new(format: Format, help: &'static str) -> Printer<V> {
        Printer { format, help, verbose: false, view: PhantomData }
    }

    /// With `verbose`, reports for people shorten nothing.
    pub(super) fn verbose(self, verbose: bool) -> Printer<V> {
        Printer { verbose, ..self }
    }

    pub(super) fn format(&self) -> Format {
        self.format
    }

    pub(super) fn report(&self, view: &V) -> Exit {
        print_report(&match self.format {
            Format::Human => view.human(self.look()),
            Format::Json => view.json(),
        })
    }

    /// How reports for people look.
    pub(super) fn look(&self) -> Look {
        Look { verbose: self.verbose, ..look(&stdout()) }
    }

    pub(super) fn unreadable(&self, sources: &Sources, unreadable: &[Unreadable]) -> Exit {
        let failures = failure::unreadable(sources, unreadable);
        self.failed(&failures, || draw::failures(&failures, look(&stderr())));
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
