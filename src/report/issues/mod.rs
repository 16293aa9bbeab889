//! What a command found, one entry for each cause: the list that formats for other programs print.
//!
//! Each format is a reader of this list, so all of them have the same entries.

pub mod github;
pub mod gitlab;
pub mod junit;
pub mod markdown;
pub mod rdjson;
pub mod sarif;

use super::failure::Failure;
use super::finding::Finding;
use super::fnv::fnv;
use super::place::Position;
use crate::finding::{Code, Severity};
use std::collections::BTreeMap;

/// The kind of what could not be read, where no finding tells it.
const NOT_READ: &str = "not-read";

/// What a run found, and what it could not read.
#[derive(Clone, Debug, Default)]
pub struct Issues {
    /// The command.
    pub command: &'static str,
    /// The findings, in the order of the reports.
    pub found: Vec<Finding>,
    /// What could not be read.
    pub failures: Vec<Failure>,
    /// The file that findings without a place are about.
    pub about: Option<String>,
    /// What a summary says of each answer before its findings, in Markdown.
    pub heads: Vec<String>,
    /// How many findings are known from before and left out.
    pub left_out: usize,
    /// The same for a page, in HTML.
    pub pages: Vec<String>,
    /// Suites of tests for JUnit, where a command has tests: they take the place of its findings.
    pub suites: Vec<String>,
}

/// A finding in a file, with a name that stays while lines around it move.
#[derive(Clone, Debug)]
pub struct Issue<'a> {
    /// What was found.
    pub finding: &'a Finding,
    /// Where, as far as it is in a file.
    pub region: Option<Region<'a>>,
    /// That file; the name of the command for formats that need one.
    pub path: &'a str,
    /// Made of the kind, the file, the words and the message; equal ones are counted.
    pub fingerprint: String,
}

/// Words of a file. Lines and columns count from 1, columns in characters; the end is behind the last character.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Region<'a> {
    /// The file.
    pub file: &'a str,
    /// The words; `None`: the whole file is meant.
    pub place: Option<&'a Position>,
    /// Where they begin.
    pub start: (usize, usize),
    /// Where they end.
    pub end: (usize, usize),
}

impl Issues {
    /// The findings, the worst first where `worst_first`.
    pub fn list(&self, worst_first: bool) -> Vec<Issue<'_>> {
        let mut seen = BTreeMap::<u64, usize>::new();
        let mut list =
            self.found.iter().map(|finding| self.issue(finding, &mut seen)).collect::<Vec<_>>();
        if worst_first {
            list.sort_by_key(|issue| std::cmp::Reverse(issue.finding.severity));
        }
        list
    }

    /// The kinds of findings, each once, in the order of their names.
    pub fn codes(&self) -> Vec<Code> {
        let by_name = self.found.iter().map(|finding| (finding.code.id(), finding.code));
        by_name.collect::<BTreeMap<_, _>>().into_values().collect()
    }

    /// How many findings there are of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.found.iter().filter(|finding| finding.severity == severity).count()
    }

    fn issue<'a>(&'a self, finding: &'a Finding, seen: &mut BTreeMap<u64, usize>) -> Issue<'a> {
        let region = match &finding.place {
            Some(place) => Some(Region::of(place)),
            None => self.about.as_deref().map(Region::whole),
        };
        let file = region.as_ref().map_or("", |region| region.file);
        let words = finding.place.as_ref().map_or("", |place| place.text.as_str());
        let hash = hash(&[finding.code.id(), file, words, &finding.message]);
        let number = seen.entry(hash).or_default();
        *number += 1;
        let path = region.as_ref().map_or(self.command, |region| region.file);
        Issue { finding, region, path, fingerprint: format!("{hash:016x}:{number}") }
    }
}

impl Failure {
    /// The name of its kind.
    pub fn kind(&self) -> &'static str {
        self.finding.as_ref().map_or(NOT_READ, |finding| finding.code.id())
    }

    /// Where it is, as far as it is in a file.
    pub fn region(&self) -> Option<Region<'_>> {
        let of_words = self.span.as_ref().map(Region::of);
        of_words.or_else(|| self.file.as_deref().map(Region::whole))
    }

    /// What is wrong and what to do, in one text.
    pub fn words(&self) -> String {
        with_help(&self.message, self.help.as_deref())
    }
}

impl Issue<'_> {
    /// What is wrong and what to do, in one text.
    pub fn words(&self) -> String {
        with_help(&self.finding.message, self.finding.help.as_deref())
    }
}

impl<'a> Region<'a> {
    /// The region of a place.
    pub fn of(place: &'a Position) -> Region<'a> {
        let lines = place.text.matches('\n').count();
        let last = place.text.rsplit('\n').next().unwrap_or_default().chars().count();
        let column = if lines == 0 { place.column + last } else { last + 1 };
        Region {
            file: &place.file,
            place: Some(place),
            start: (place.line, place.column),
            end: (place.line + lines, column),
        }
    }

    /// A whole file, shown at its first line.
    fn whole(file: &'a str) -> Region<'a> {
        Region { file, place: None, start: (1, 1), end: (1, 1) }
    }

    /// The file, with the line of the words if there are some.
    pub fn shown(&self) -> String {
        match self.place {
            Some(place) => format!("{}:{}", place.file, place.line),
            None => self.file.to_owned(),
        }
    }

    /// The file as a URI reference: relative names stay relative.
    pub fn uri(&self) -> String {
        // Elsewhere a backslash is part of a name.
        let path = if cfg!(windows) { self.file.replace('\\', "/") } else { self.file.to_owned() };
        let path = encoded(&path);
        if path.starts_with('/') { format!("file://{path}") } else { path }
    }
}

fn with_help(message: &str, help: Option<&str>) -> String {
    help.map_or_else(|| message.to_owned(), |help| format!("{message}; {help}"))
}

/// What may stand in the path of a URI as it is; a colon could end a scheme.
fn encoded(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/!$&'()*+,;=@".contains(&byte);
    let one = |byte: u8| match plain(byte) {
        true => char::from(byte).to_string(),
        false => format!("%{byte:02X}"),
    };
    path.bytes().map(one).collect()
}

fn hash(parts: &[&str]) -> u64 {
    fnv(parts.iter().flat_map(|part| part.bytes().chain([0])))
}
