//! A document that is changed: its text, its words, its slips.

use super::family::FAMILIES;
use super::slip::{Slip, Slips};
use super::word::words;
use crate::input::{Document, edited};
use crate::model::PolicyKind;
use crate::source::{FileName, SourceId, Sources, Span};
use crate::syntax;
use crate::tree::Node;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// A policy in a file.
#[derive(Clone, Debug)]
pub struct Original {
    /// The file as reports name it.
    pub file: FileName,
    /// What the policy is.
    pub kind: PolicyKind,
    /// The level of the organization that it belongs to, for SCPs and RCPs of a connection.
    pub level: Option<usize>,
    /// The policy as written.
    pub document: Document,
    /// The text of the file.
    pub text: String,
    root: Node,
}

impl Original {
    /// The policy that was read from a source.
    pub fn new(
        sources: &Sources,
        id: SourceId,
        file: FileName,
        kind: PolicyKind,
        document: Document,
    ) -> Original {
        let root = syntax::print(&document.policy);
        Original { file, kind, level: None, text: sources.get(id).text.clone(), document, root }
    }

    /// The slips that a person plausibly makes, in the order of the text: those that give one text count once.
    pub fn slips(&self, sources: &Sources) -> Vec<Slip> {
        let mut found = Slips::default();
        for word in words(&self.document.policy) {
            FAMILIES.iter().for_each(|family| family(&word, &mut found));
        }
        // Their hashes: the texts of all slips of a large file do not fit in memory.
        let mut seen = HashSet::from([hash(&self.text)]);
        let is_new =
            |slip: &Slip| self.with(sources, &[slip]).is_some_and(|text| seen.insert(hash(&text)));
        let mut list = found.list;
        list.retain(is_new);
        list
    }

    /// The text of the file with these slips; `None` if they are about the same words, or cannot be made.
    pub fn with(&self, sources: &Sources, slips: &[&Slip]) -> Option<String> {
        let meet = |one: Span, other: Span| one.lo < other.hi && other.lo < one.hi;
        for (number, slip) in slips.iter().enumerate() {
            if slips[..number].iter().any(|before| meet(before.at, slip.at)) {
                return None;
            }
        }
        edited(sources, &self.root, &self.text, slips.iter().map(|slip| &slip.edit))
    }
}

/// The length and a hash of a text.
fn hash(text: &str) -> (usize, u64) {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    (text.len(), hasher.finish())
}
