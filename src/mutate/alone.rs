//! Policies by themselves, each changed and compared with itself.

use super::document::Original;
use super::judge::{Documents, Ground};
use super::outcome::Outcome;
use super::refusal::{Refusal, new_refusal};
use crate::finding::Finding;
use crate::input::{Document, LoweredDocument, read_policy};
use crate::model::{Policy, PolicyKind};
use crate::product::budget::Budget;
use crate::rules::{Attached, Subject, refusals};
use crate::source::Sources;

/// Policies by themselves.
#[derive(Debug)]
pub struct Alone {
    /// Their texts.
    pub sources: Sources,
    /// The policies.
    pub originals: Vec<Original>,
    /// How each of them is lowered, and on what it is judged.
    meant: Vec<Meant>,
}

#[derive(Debug)]
struct Meant {
    policy: Policy,
    refusals: Vec<Refusal>,
    ground: Ground,
}

impl Alone {
    /// `account` owns the resources that the policies are about.
    pub fn new(sources: Sources, originals: Vec<Original>, account: Option<&str>) -> Alone {
        let meant = |original: &Original| {
            let (policy, refusals) = meant(&sources, original.document.clone(), original.kind);
            Meant { policy, refusals, ground: Ground::new(original.kind, account, &[]) }
        };
        let meant = originals.iter().map(meant).collect();
        Alone { sources, originals, meant }
    }

    /// Whether AWS would refuse some of the policies as they are.
    pub fn refusals(&self) -> impl Iterator<Item = (&Original, &str)> {
        let all = self.originals.iter().zip(&self.meant);
        all.flat_map(|(original, meant)| {
            meant.refusals.iter().map(move |refusal| (original, refusal.message.as_str()))
        })
    }

    /// What other texts do, each by itself.
    pub fn judge(&self, changed: &[(usize, String)], budget: &Budget) -> Outcome {
        let mut outcome = Outcome::default();
        for (number, text) in changed {
            outcome.take(self.judge_one(*number, text, budget));
        }
        outcome.settled()
    }

    fn judge_one(&self, number: usize, text: &str, budget: &Budget) -> Outcome {
        let (kind, old) = (self.originals[number].kind, &self.meant[number]);
        budget.spend_on_reading(text.len());
        let mut sources = self.sources.clone();
        let read =
            sources.add_file("", text.to_owned()).ok().map(|id| read_policy(&mut sources, id));
        let Some(Ok(document)) = read else {
            return Outcome::refused("it cannot be read".to_owned());
        };
        let (policy, refusals) = meant(&sources, document, kind);
        if let Some(message) = new_refusal(&old.refusals, refusals) {
            return Outcome::refused(message);
        }
        let documents =
            Documents { ground: &old.ground, old: &[&old.policy], new: &[&policy], budget };
        documents.outcome().of_kind(kind)
    }
}

/// The policy, and what AWS refuses in it.
fn meant(sources: &Sources, document: Document, kind: PolicyKind) -> (Policy, Vec<Refusal>) {
    let LoweredDocument { policy, findings, read_as, .. } = document.lower(kind);
    let attached = Attached::guessed(&policy);
    let subject = Subject { policy: &policy, sources, attached, is_stored: read_as.is_answer() };
    let found = findings.into_iter().chain(refusals(&subject));
    let found = found.filter(Finding::is_refusal).map(|finding| Refusal::of(&finding));
    let found = found.collect();
    (policy, found)
}
