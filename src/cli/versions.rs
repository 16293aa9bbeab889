//! The two versions of a policy, from any origin.

use super::files::Files;
use super::git::Revision;
use crate::finding::Finding;
use crate::input::{self, Document, Loader, NONE, Unreadable};
use crate::model::{self, Policy, PolicyKind};
use crate::report::compare::Version;
use crate::rules::stored;
use crate::source::{FileName, SourceId, Sources, Span};
use std::path::{Path, PathBuf};

/// Where a version comes from.
#[derive(Debug)]
pub(super) enum Origin<'a> {
    /// A file, standard input, or nothing.
    File(&'a str),
    /// A file that may be gone.
    WorkTree(&'a str),
    /// A file of a git revision, which may not have it.
    Revision { revision: &'a Revision, path: &'a str },
}

/// A version as it was read.
#[derive(Debug)]
pub(super) struct Read {
    pub name: FileName,
    /// `None` if there is no such version.
    pub document: Option<Document>,
}

impl Origin<'_> {
    fn read(&self, sources: &mut Sources) -> Result<Read, Unreadable> {
        let (name, id) = match *self {
            Origin::File(NONE) => (NONE.to_owned(), None),
            Origin::WorkTree(path) if Path::new(path).try_exists().is_ok_and(|exists| !exists) => {
                (path.to_owned(), None)
            }
            Origin::File(path) | Origin::WorkTree(path) => {
                let name = if path == "-" { "standard input" } else { path };
                (name.to_owned(), Some(Files { folder: PathBuf::new() }.load(sources, path)?))
            }
            Origin::Revision { revision, path } => from_git(sources, revision, path)?,
        };
        let document =
            id.map(|id| input::read_policy(sources, id)).transpose().map_err(Unreadable::Text)?;
        Ok(Read { name: name.into(), document })
    }
}

fn from_git(
    sources: &mut Sources,
    revision: &Revision,
    path: &str,
) -> Result<(String, Option<SourceId>), Unreadable> {
    let name = revision.shown(path);
    let text = revision.read(path)?;
    let added = text.map(|text| sources.add_file(&name, text)).transpose();
    let id = added.map_err(|error| Unreadable::File {
        name: name.as_str().into(),
        message: error.to_string(),
        help: None,
    })?;
    Ok((name, id))
}

/// Reads the documents of a version.
pub(super) fn read_all(
    origins: &[Origin<'_>],
    sources: &mut Sources,
) -> Result<Vec<Read>, Vec<Unreadable>> {
    let (mut read, mut failed) = (Vec::new(), Vec::new());
    for origin in origins {
        match origin.read(sources) {
            Ok(document) => read.push(document),
            Err(unreadable) => failed.push(unreadable),
        }
    }
    if failed.is_empty() { Ok(read) } else { Err(failed) }
}

impl Read {
    /// The document as a policy of this kind, and what is wrong with it.
    fn meant(self, kind: PolicyKind, sources: &Sources) -> (Version, Policy, Vec<Finding>) {
        let Some(document) = self.document else {
            return (Version::one(self.name, None, false), nothing(kind), Vec::new());
        };
        let lowered = document.lower(kind);
        let stored = stored(&lowered.policy, sources, lowered.read_as.is_answer());
        let findings = lowered.findings.into_iter().chain(stored).collect::<Vec<_>>();
        let is_refused = findings.iter().any(Finding::is_refusal);
        let version = Version::one(self.name, Some(lowered.read_as.to_string()), is_refused);
        (version, lowered.policy, findings)
    }
}

/// A version with all its documents, as policies of one kind.
#[derive(Default)]
pub(super) struct Meant {
    pub version: Version,
    pub policies: Vec<Policy>,
    pub findings: Vec<Finding>,
}

impl Meant {
    pub(super) fn new(documents: Vec<Read>, kind: PolicyKind, sources: &Sources) -> Meant {
        let (mut versions, mut policies, mut findings) = (Vec::new(), Vec::new(), Vec::new());
        for document in documents {
            let (version, policy, of_policy) = document.meant(kind, sources);
            versions.push(version);
            policies.push(policy);
            findings.extend(of_policy);
        }
        Meant { version: Version::together(versions), policies, findings }
    }
}

/// A policy without statements.
fn nothing(kind: PolicyKind) -> Policy {
    Policy {
        kind,
        span: Span::default(),
        version: model::Version::V2012,
        version_span: None,
        statement_span: None,
        statements: Vec::new(),
    }
}
