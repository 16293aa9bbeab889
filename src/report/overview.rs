//! The end of the report on several connections: their assumptions, each once, and all verdicts.

use super::check::{Assumed, Checked};
use super::check_human::{assumptions, next};
use super::draw::data_line;
use super::look::{Look, word};
use crate::product::Verdict;
use std::fmt::Write;

/// What is collected from the connections.
#[derive(Debug, Default)]
pub struct Overview {
    verdicts: Vec<(String, Verdict)>,
    /// Whether AWS would refuse a document of some connection.
    is_refused: bool,
    /// Each with the connections that depend on it.
    assumptions: Vec<(Assumed, Vec<String>)>,
}

impl Overview {
    /// Adds a connection. One without a name is called by its bucket.
    pub fn add(&mut self, checked: &Checked) {
        let connection = &checked.connection;
        let name = connection.name.as_ref().unwrap_or(&connection.bucket);
        self.verdicts.push((name.clone(), checked.verdict));
        self.is_refused |= !checked.refused.is_empty();
        for assumed in &checked.assumptions {
            match self.assumptions.iter_mut().find(|(known, _)| known == assumed) {
                Some((_, names)) => names.push(name.clone()),
                None => self.assumptions.push((assumed.clone(), vec![name.clone()])),
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
        let all = self.assumptions.iter().map(|(assumed, of)| (assumed, names(of)));
        assumptions(&mut text, all, look);
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
