//! The data of a report on two versions.

use super::place::position;
use crate::finding::Finding;
use crate::ica::{AccessChange, Check, LayerChange, OperationChange};
use crate::model::{Policy, Statement};
use crate::source::{Sources, Span};
use crate::symbolic::{Differences, Place, Region, Requests};

/// One of the two versions, by the name that the user gave it.
#[derive(Clone, Debug)]
pub struct Version {
    /// A file, or a file of a revision.
    pub name: String,
    /// What it was read as; `None` if there is no such version.
    pub read_as: Option<String>,
    /// Whether AWS would refuse to store a document of it.
    pub is_refused: bool,
}

/// Two versions and their differences.
#[derive(Debug)]
pub struct Comparison<'a> {
    /// The old one.
    pub old: &'a Version,
    /// The new one.
    pub new: &'a Version,
    /// The kind of policy that both were compared as, as a value of `--kind`; `effective` if the
    /// layers of a connection were compared.
    pub kind: &'static str,
    /// The requests that were compared.
    pub requests: Requests,
    /// The differences: of two documents, or of what each caller of a connection may do.
    pub changes: Vec<Change<'a>>,
    /// Findings about the documents themselves.
    pub findings: &'a [Finding],
    /// The comparison of the connections, if connections were compared.
    pub connections: Option<Connections<'a>>,
}

/// The comparison of two connections, apart from the access of their callers.
#[derive(Debug)]
pub struct Connections<'a> {
    /// The connection's name, if it has one.
    pub name: Option<&'a str>,
    /// The operations of ICA.
    pub operations: &'a [OperationChange],
    /// The check of the new connection, for its causes.
    pub check: Option<&'a Check>,
    /// Callers and layers that were not compared, and why.
    pub left_out: Vec<(&'static str, String)>,
}

/// The differences of two sets of policies.
#[derive(Debug)]
pub struct Change<'a> {
    /// The caller of a connection; `None` if documents are compared.
    pub caller: Option<&'static str>,
    /// The layer of a connection whose documents are compared by themselves.
    pub layer: Option<&'static str>,
    /// Whether only requests other than S3's to the bucket were compared.
    pub beyond: bool,
    /// The old policies.
    pub old: Side<'a>,
    /// The new ones.
    pub new: Side<'a>,
    /// The differences.
    pub differences: &'a Differences,
}

/// The policies of one side. Places count the policies in this order.
#[derive(Clone, Debug)]
pub struct Side<'a> {
    /// The name that the user gave it.
    pub name: &'a str,
    /// The policies.
    pub policies: Vec<&'a Policy>,
}

impl<'a> Change<'a> {
    /// What a caller of a connection may do, before and after.
    pub fn of_caller(
        change: &'a AccessChange<'a>,
        old: &'a Version,
        new: &'a Version,
    ) -> Change<'a> {
        Change {
            caller: Some(change.caller.id()),
            layer: None,
            beyond: false,
            old: Side { name: &old.name, policies: change.old.clone() },
            new: Side { name: &new.name, policies: change.new.clone() },
            differences: &change.differences,
        }
    }
}

impl<'a> Change<'a> {
    /// What the documents of a layer allow by themselves.
    pub fn of_layer(change: &'a LayerChange<'a>, old: &'a Version, new: &'a Version) -> Change<'a> {
        Change {
            caller: None,
            layer: Some(change.layer),
            beyond: change.beyond,
            old: Side { name: &old.name, policies: change.old.clone() },
            new: Side { name: &new.name, policies: change.new.clone() },
            differences: &change.differences,
        }
    }
}

/// The patterns of the allowing statement's `Action` or `Resource` that match requests of a region.
pub(super) struct Touched {
    /// Whether they are patterns of `NotAction` or `NotResource`.
    pub all_but: bool,
    /// The patterns as written.
    pub patterns: Vec<String>,
}

impl Touched {
    fn new(sources: &Sources, all_but: bool, spans: &[Span]) -> Touched {
        let words = spans.iter().filter_map(|span| position(sources, *span));
        Touched {
            all_but,
            patterns: words.map(|at| at.text.trim_matches('"').to_owned()).collect(),
        }
    }
}

impl Side<'_> {
    /// The actions of a region that this side allows.
    pub(super) fn actions(&self, sources: &Sources, region: &Region) -> Touched {
        let element = self.allowing(region).and_then(|statement| statement.action.as_ref());
        Touched::new(sources, element.is_some_and(|element| element.not), &region.actions)
    }

    /// The resources of a region that this side allows.
    pub(super) fn resources(&self, sources: &Sources, region: &Region) -> Touched {
        let element = self.allowing(region).and_then(|statement| statement.resource.as_ref());
        Touched::new(sources, element.is_some_and(|element| element.not), &region.resources)
    }

    fn allowing(&self, region: &Region) -> Option<&Statement> {
        self.statement(region.allowed_by?)
    }

    /// The statement at a place.
    pub fn statement(&self, place: Place) -> Option<&Statement> {
        self.policies
            .get(place.policy)?
            .statements
            .iter()
            .find(|statement| statement.index == place.statement)
    }
}

/// The name of the file that holds a statement.
pub(super) fn file_of(sources: &Sources, statement: &Statement) -> String {
    position(sources, statement.effect.span)
        .or_else(|| position(sources, statement.span))
        .map(|at| at.file)
        .unwrap_or_default()
}
