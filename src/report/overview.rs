//! The end of the report on several connections: their assumptions, each once, and all verdicts.

use super::human::{assumptions, next};
use super::look::{Look, word};
use super::views::data_line;
use crate::ica::setup::Setup;
use crate::ica::{Assumption, Check, Verdict};
use std::fmt::Write;

/// What is collected from the connections.
#[derive(Debug, Default)]
pub struct Overview {
    verdicts: Vec<(String, Verdict)>,
    /// Whether AWS would refuse a document of some connection.
    is_refused: bool,
    /// Each with the connections that depend on it.
    assumptions: Vec<(Assumption, Vec<String>)>,
}

impl Overview {
    /// Adds a connection. One without a name is called by its bucket.
    pub fn add(&mut self, connection: &Setup, check: &Check) {
        let name = connection.name.as_ref().unwrap_or(&connection.bucket);
        self.verdicts.push((name.clone(), check.worst()));
        self.is_refused |= check.refused().next().is_some();
        for assumption in &check.assumptions {
            match self.assumptions.iter_mut().find(|(known, _)| known == assumption) {
                Some((_, names)) => names.push(name.clone()),
                None => self.assumptions.push((*assumption, vec![name.clone()])),
            }
        }
    }

    /// The text; `given` connections were to be checked.
    pub fn report(&self, given: usize, look: Look) -> String {
        let mut text = String::new();
        let checked = self.verdicts.len();
        let names = |names: &Vec<String>| {
            if names.len() == checked { String::new() } else { format!(" ({})", names.join(", ")) }
        };
        assumptions(
            &mut text,
            self.assumptions.iter().map(|(assumption, of)| (*assumption, names(of))),
        );
        let _ = writeln!(text);
        for verdict in [Verdict::Blocked, Verdict::Partial, Verdict::Unknown, Verdict::Allowed] {
            let of = self
                .verdicts
                .iter()
                .filter(|(_, known)| *known == verdict)
                .map(|(name, _)| name.as_str())
                .collect::<Vec<_>>();
            if !of.is_empty() {
                let _ = writeln!(
                    text,
                    "{} of {given} connections {}: {}",
                    of.len(),
                    word(verdict.word(), verdict, look),
                    of.join(", ")
                );
            }
        }
        if checked < given {
            let _ = writeln!(
                text,
                "{} of {given} connections could not be checked; see the errors",
                given - checked
            );
        }
        if let Some(worst) = self.verdicts.iter().map(|(_, verdict)| *verdict).max() {
            let _ = writeln!(text, "{}", next(worst, false, self.is_refused));
        }
        text.push_str(&data_line());
        text
    }
}
