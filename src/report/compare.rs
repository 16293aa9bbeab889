//! The view of `compare`: the schema `ica-policy/compare/v1`, published in
//! `schemas/compare-v1.json`.

use super::causes::{Cause, causes};
use super::example::Example;
use super::finding::Finding;
use super::place::{Position, position};
use super::view::View;
use super::views::{Choice, choices, key_name};
use crate::authz::decisive;
use crate::finding;
use crate::model::{Policy, Statement};
use crate::product::{AccessChange, Check, LayerChange, Level, OperationChange, Verdict};
use crate::source::{FileName, Sources, Span};
use crate::symbolic::{self, Differences, Direction, Named, Region, Relation, Requests};
use serde::Serialize;

/// The `kind` of a comparison of connections.
pub const EFFECTIVE: &str = "effective";

/// How two versions differ.
#[derive(Clone, Debug, Serialize)]
pub struct Comparison {
    /// The old version.
    pub old: Version,
    /// The new one.
    pub new: Version,
    /// The kind of policy that both were compared as, as a value of `--kind`; [`EFFECTIVE`] if the
    /// layers of a connection were compared.
    pub kind: &'static str,
    /// The requests that were compared.
    pub requests: Requests,
    /// The ceiling: access that these policies allow does not count as new.
    pub within: Option<Version>,
    /// The relation, for all of these requests.
    pub relation: Relation,
    /// What the new version allows and the old one does not.
    pub newly_allowed: Vec<Difference>,
    /// What the old version allows and the new one does not.
    pub newly_denied: Vec<Difference>,
    /// Why there may be more differences.
    pub undecided: Vec<Undecided>,
    /// The relation under each combination of the readings that AWS's pages leave open.
    pub readings: Vec<Reading>,
    /// The name of the connection, if connections were compared and it has one.
    pub connection: Option<String>,
    /// The operations of ICA, if connections were compared.
    pub operations: Vec<Operation>,
    /// Callers and layers that were not compared.
    pub not_compared: Vec<NotCompared>,
    /// What is wrong with the documents themselves.
    pub findings: Vec<Finding>,
    /// What the Deny statements alone change.
    #[serde(skip)]
    pub denies: Denies,
    /// What was compared with what. Differences have the number of their part.
    #[serde(skip)]
    pub parts: Vec<Part>,
    /// Why operations are worse than before.
    #[serde(skip)]
    pub causes: Vec<Cause>,
}

/// What the Deny statements of the versions do to what other policies allow, where the versions by themselves do not show it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Denies {
    /// Whether the old version denies what the new one does not deny.
    pub lifted: DenyChange,
    /// Whether the new version denies what the old one does not deny.
    pub added: DenyChange,
}

/// Whether one version denies what the other does not.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum DenyChange {
    /// It does not, or that was not asked.
    #[default]
    None,
    /// It does.
    Some,
    /// Not decided.
    Unknown,
}

/// One of the two versions.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Version {
    /// A file, or a file of a revision, by the name that the user gave it; of several all names.
    pub file: FileName,
    /// What it was read as; `None` if there is no such version.
    pub read_as: Option<String>,
    /// Its documents, which count together.
    pub documents: Vec<VersionDocument>,
    /// Whether AWS would refuse to store a document of it.
    #[serde(skip)]
    pub is_refused: bool,
}

/// A document of a version.
#[derive(Clone, Debug, Serialize)]
pub struct VersionDocument {
    /// Its file.
    pub file: FileName,
    /// What it was read as; `None` if there is no such file.
    pub read_as: Option<String>,
}

impl Version {
    /// A version of one document.
    pub fn one(file: FileName, read_as: Option<String>, is_refused: bool) -> Version {
        let document = VersionDocument { file: file.clone(), read_as: read_as.clone() };
        Version { file, read_as, documents: vec![document], is_refused }
    }

    /// A version of several documents, each given as a version of its own.
    pub fn together(versions: Vec<Version>) -> Version {
        let is_refused = versions.iter().any(|version| version.is_refused);
        let documents =
            versions.into_iter().flat_map(|version| version.documents).collect::<Vec<_>>();
        let files = documents.iter().map(|document| document.file.as_str()).collect::<Vec<_>>();
        let file = files.join(", ");
        let mut read_as = documents.iter().filter_map(|document| document.read_as.clone());
        let read_as = match documents.len() {
            0 | 1 => read_as.next(),
            number => read_as.next().map(|_| format!("{number} documents that count together")),
        };
        Version { file: file.into(), read_as, documents, is_refused }
    }
}

/// Two sets of policies that were compared.
#[derive(Clone, Debug)]
pub struct Part {
    /// The caller of a connection; `None` if documents are compared.
    pub caller: Option<&'static str>,
    /// The layer of a connection whose documents are compared by themselves.
    pub layer: Option<&'static str>,
    /// Whether only requests other than S3's to the bucket were compared.
    pub beyond: bool,
    /// Their relation.
    pub relation: Relation,
    /// The relation under all readings, that without an open point included.
    pub readings: Vec<Reading>,
}

/// Requests that one version allows and the other does not.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// The caller of a connection.
    pub caller: Option<&'static str>,
    /// The layer of a connection.
    pub layer: Option<&'static str>,
    /// Which requests.
    pub region: Requested,
    /// One of them.
    #[serde(rename = "witness")]
    pub example: Example,
    /// The words in which the versions differ.
    pub because: Vec<Words>,
    /// The number of its part.
    #[serde(skip)]
    pub part: usize,
}

/// Requests, by the statements that decide them.
#[derive(Clone, Debug, Serialize)]
pub struct Requested {
    /// The statement that allows them.
    pub allowed_by: Option<StatementAt>,
    /// The statement of the other version that denies them; `None` if none allows them.
    pub denied_by: Option<StatementAt>,
    /// The first statement of a layer that only the other version has.
    pub limited_by: Option<StatementAt>,
    /// The actions of the allowing statement that they touch.
    pub actions: Touched,
    /// Its resources.
    pub resources: Touched,
    /// The keys of its conditions.
    pub condition_keys: Vec<String>,
    /// The reading under which there is this difference; empty: it always is.
    pub only_if: Vec<Choice>,
}

/// A statement of one version.
#[derive(Clone, Debug, Serialize)]
pub struct StatementAt {
    /// `old` or `new`.
    pub side: &'static str,
    /// The file that holds it.
    pub file: FileName,
    /// Its number in the policy, from 0.
    pub statement: usize,
    /// Its Sid.
    pub sid: Option<String>,
    /// How many statements the policy has.
    #[serde(skip)]
    pub of: usize,
    /// Where it is.
    #[serde(skip)]
    pub place: Option<Position>,
}

/// Patterns of `Action` or `Resource` that hold the requests.
#[derive(Clone, Debug, Serialize)]
pub struct Touched {
    /// Whether they are patterns of `NotAction` or `NotResource`.
    pub all_but: bool,
    /// The patterns as written.
    pub patterns: Vec<String>,
    /// Patterns that meet these and hold none of the requests: they were allowed before, or still are not.
    pub but_not: Vec<String>,
}

/// Words of one version that the other does not have.
#[derive(Clone, Debug, Serialize)]
pub struct Words {
    /// `old` or `new`.
    pub side: &'static str,
    /// Their file.
    pub file: FileName,
    /// Where they are.
    pub span: Position,
    /// The words.
    pub text: String,
}

/// Why there may be more differences.
#[derive(Clone, Debug, Serialize)]
pub struct Undecided {
    /// The caller of a connection.
    pub caller: Option<&'static str>,
    /// `newly-allowed` or `newly-denied`.
    pub direction: &'static str,
    /// Why.
    pub message: String,
    /// The file of the words that are too hard.
    pub file: Option<FileName>,
    /// These words.
    pub span: Option<Position>,
    /// Whether this program is wrong.
    #[serde(skip)]
    pub is_defect: bool,
    /// The number of its part.
    #[serde(skip)]
    pub part: usize,
}

/// The relation under a reading of AWS's pages.
#[derive(Clone, Debug, Serialize)]
pub struct Reading {
    /// The caller of a connection.
    pub caller: Option<&'static str>,
    /// The reading of each point.
    pub choices: Vec<Choice>,
    /// The relation then.
    pub relation: Relation,
}

/// An operation of ICA for one caller.
#[derive(Clone, Debug, Serialize)]
pub struct Operation {
    /// Its name.
    pub id: &'static str,
    /// Who does it.
    pub caller: &'static str,
    /// The verdict before; `None` if there was none.
    pub old: Option<Verdict>,
    /// The verdict now.
    pub new: Option<Verdict>,
    /// Whether the new verdict is worse.
    #[serde(skip)]
    pub is_worse: bool,
}

/// What was not compared.
#[derive(Clone, Debug, Serialize)]
pub struct NotCompared {
    /// A caller, or a layer.
    pub caller: &'static str,
    /// Why.
    pub reason: String,
}

/// Two sets of policies and their differences. Places in them count the policies in this order.
#[derive(Debug)]
pub struct Compared<'a> {
    caller: Option<&'static str>,
    layer: Option<&'static str>,
    beyond: bool,
    old: &'a [&'a Policy],
    new: &'a [&'a Policy],
    differences: &'a Differences,
}

impl<'a> Compared<'a> {
    /// Documents by themselves.
    pub fn documents(
        old: &'a [&'a Policy],
        new: &'a [&'a Policy],
        differences: &'a Differences,
    ) -> Compared<'a> {
        Compared { caller: None, layer: None, beyond: false, old, new, differences }
    }

    /// What a caller of a connection may do, before and after.
    pub fn access(change: &'a AccessChange<'a>) -> Compared<'a> {
        let caller = Some(change.caller.id());
        Compared { caller, ..Compared::documents(&change.old, &change.new, &change.differences) }
    }

    /// What the documents of a layer allow by themselves.
    pub fn layer(change: &'a LayerChange<'a>) -> Compared<'a> {
        Compared {
            layer: Some(change.layer),
            beyond: change.beyond,
            ..Compared::documents(&change.old, &change.new, &change.differences)
        }
    }
}

impl Comparison {
    /// The comparison of two versions.
    pub fn new(
        sources: &Sources,
        [old, new]: [Version; 2],
        (kind, requests): (&'static str, Requests),
        compared: &[Compared<'_>],
        findings: Vec<finding::Finding>,
    ) -> Comparison {
        let parts = || compared.iter().enumerate().map(|(part, all)| Viewed { sources, part, all });
        let readings = parts().flat_map(|part| part.readings());
        // If nothing was compared, nothing is known.
        let relations = compared.iter().map(|all| all.differences.relation);
        Comparison {
            old,
            new,
            kind,
            requests,
            within: None,
            relation: relations.reduce(Relation::joined).unwrap_or(Relation::Unknown),
            newly_allowed: parts().flat_map(|part| part.differences(true)).collect(),
            newly_denied: parts().flat_map(|part| part.differences(false)).collect(),
            undecided: parts().flat_map(|part| part.undecided()).collect(),
            readings: readings.filter(|reading| !reading.choices.is_empty()).collect(),
            connection: None,
            operations: Vec::new(),
            not_compared: Vec::new(),
            findings: Finding::all(sources, findings),
            parts: parts().map(|part| part.part()).collect(),
            causes: Vec::new(),
            denies: Denies::default(),
        }
    }

    /// The same with what is known of two connections. `check` is that of the new one.
    #[must_use]
    pub fn of_connections(
        mut self,
        sources: &Sources,
        connection: Option<String>,
        operations: &[OperationChange],
        check: Option<&Check>,
        not_compared: Vec<(&'static str, String)>,
    ) -> Comparison {
        self.relation = match (&self.old.read_as, &self.new.read_as) {
            // A connection without a partner is compared with nothing.
            (None, _) => Relation::NewAllowsMore,
            (_, None) => Relation::NewAllowsLess,
            // Parts that were not compared may differ.
            _ if !not_compared.is_empty() && self.relation == Relation::Equal => Relation::Unknown,
            _ => self.relation,
        };
        let operation = |change: &OperationChange| Operation {
            id: change.id,
            caller: change.caller.id(),
            old: change.old,
            new: change.new,
            is_worse: change.is_newly_blocked(),
        };
        self.operations = operations.iter().map(operation).collect();
        let is_worse = |id, caller| {
            let mut worse = self.operations.iter().filter(|change| change.is_worse);
            worse.any(|change| change.id == id && change.caller == caller)
        };
        let causes = check.map(|check| causes(sources, check)).unwrap_or_default().into_iter();
        let stops_worse = |cause: &Cause| {
            cause
                .stops
                .iter()
                .any(|stop| stop.level == Level::Required && is_worse(stop.operation, stop.caller))
        };
        self.causes = causes.filter(stops_worse).collect();
        let not_compared = not_compared.into_iter();
        self.not_compared =
            not_compared.map(|(caller, reason)| NotCompared { caller, reason }).collect();
        self.connection = connection;
        self
    }

    /// Whether there is or may be something that only the new version allows, or only the old one.
    pub fn has(&self, is_new: bool) -> bool {
        let (found, name) = match is_new {
            true => (&self.newly_allowed, "newly-allowed"),
            false => (&self.newly_denied, "newly-denied"),
        };
        // A Deny that is new only narrows what others allow; one that is gone opens it.
        let is_lifted = is_new && self.denies.lifted != DenyChange::None;
        !found.is_empty()
            || is_lifted
            || self.undecided.iter().any(|undecided| undecided.direction == name)
    }
}

impl View for Comparison {
    const SCHEMA: &'static str = "ica-policy/compare/v1";
    const NOTHING: &'static str = r#""old":null,"new":null,"kind":null,"requests":null,"within":null,"relation":null,"newly_allowed":[],"newly_denied":[],"undecided":[],"readings":[],"connection":null,"operations":[],"not_compared":[],"findings":[]"#;
}

/// A part that becomes a view.
struct Viewed<'a> {
    sources: &'a Sources,
    part: usize,
    all: &'a Compared<'a>,
}

type Side<'a> = (&'static str, &'a [&'a Policy]);

impl<'a> Viewed<'a> {
    fn part(&self) -> Part {
        let Compared { caller, layer, beyond, differences, .. } = self.all;
        Part {
            caller: *caller,
            layer: *layer,
            beyond: *beyond,
            relation: differences.relation,
            readings: self.readings(),
        }
    }

    fn readings(&self) -> Vec<Reading> {
        let reading = |(under, relation): &(Vec<_>, _)| Reading {
            caller: self.all.caller,
            choices: choices(under),
            relation: *relation,
        };
        decisive(&self.all.differences.readings).iter().map(reading).collect()
    }

    fn direction(&self, is_gain: bool) -> &'a Direction {
        let differences = self.all.differences;
        if is_gain { &differences.newly_allowed } else { &differences.newly_denied }
    }

    fn differences(&self, is_gain: bool) -> Vec<Difference> {
        let (old, new) = (("old", self.all.old), ("new", self.all.new));
        let (from, to) = if is_gain { (old, new) } else { (new, old) };
        let regions = self.direction(is_gain).regions.iter();
        regions.map(|region| self.difference(region, from, to)).collect()
    }

    fn difference(&self, region: &Region, from: Side<'_>, to: Side<'_>) -> Difference {
        let at = |place: Option<_>, side| self.statement(place?, side);
        let actions = self.touched(&region.actions);
        Difference {
            caller: self.all.caller,
            layer: self.all.layer,
            example: Example::of_region(region, &actions.patterns),
            region: Requested {
                allowed_by: at(region.allowed_by, to),
                denied_by: at(region.denied_by, from),
                limited_by: at(region.limited_by, from),
                actions,
                resources: self.touched(&region.resources),
                condition_keys: region.keys.iter().map(|key| key_name(key)).collect(),
                only_if: choices(&region.under),
            },
            because: region.because.iter().filter_map(|cause| self.words(cause)).collect(),
            part: self.part,
        }
    }

    fn touched(&self, named: &Named) -> Touched {
        let words = |spans: &[Span]| {
            let words = spans.iter().filter_map(|span| position(self.sources, *span));
            words.map(|at| at.text.trim_matches('"').to_owned()).collect()
        };
        Touched {
            all_but: named.all_but,
            patterns: words(&named.patterns),
            but_not: words(&named.but_not),
        }
    }

    fn statement(&self, at: symbolic::Place, (side, policies): Side<'_>) -> Option<StatementAt> {
        let statement = statement(at, policies)?;
        let file = position(self.sources, statement.effect.span);
        let place = position(self.sources, statement.span);
        let file = file.or_else(|| place.clone()).map(|at| at.file).unwrap_or_default();
        Some(StatementAt {
            side,
            file,
            statement: at.statement,
            sid: statement.sid.as_ref().map(|sid| sid.node.clone()),
            of: policies.get(at.policy)?.statements.len(),
            place,
        })
    }

    fn words(&self, cause: &symbolic::Cause) -> Option<Words> {
        let span = position(self.sources, cause.span)?;
        let side = if cause.is_new { "new" } else { "old" };
        Some(Words { side, file: span.file.clone(), text: span.text.clone(), span })
    }

    fn undecided(&self) -> Vec<Undecided> {
        let directions = [(true, "newly-allowed"), (false, "newly-denied")].into_iter();
        let undecided = directions.filter_map(|(is_gain, direction)| {
            let undecided = self.direction(is_gain).undecided.as_ref()?;
            let span = undecided.span.and_then(|span| position(self.sources, span));
            Some(Undecided {
                caller: self.all.caller,
                direction,
                message: undecided.reason.clone(),
                file: span.as_ref().map(|span| span.file.clone()),
                span,
                is_defect: undecided.is_defect(),
                part: self.part,
            })
        });
        undecided.collect()
    }
}

fn statement<'a>(at: symbolic::Place, policies: &[&'a Policy]) -> Option<&'a Statement> {
    let mut statements = policies.get(at.policy)?.statements.iter();
    statements.find(|statement| statement.index == at.statement)
}
