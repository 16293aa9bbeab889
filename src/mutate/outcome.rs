//! What a slip does.

use super::slip::Slip;
use crate::model::PolicyKind;
use crate::product::{CallerId, OperationChange};
use crate::symbolic::{Gain, Sample};
use serde::Serialize;

/// How far from the owner somebody is who gets access.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Those who had access before get more.
    SameCallers,
    /// Others of the owner's account.
    Account,
    /// Somebody who signs, and it is not known which account owns the resource.
    Others,
    /// Another account, or a service.
    OtherAccounts,
    /// Anybody, without an account.
    Anonymous,
}

/// The worst that a slip does, from what is worst to what is harmless.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Somebody gets access.
    Opens,
    /// An operation of the product stops.
    Breaks,
    /// It could not be decided.
    Undecided,
    /// Somebody loses access.
    Loses,
    /// Words were taken out and nothing changed: they guard nothing.
    GuardsNothing,
    /// AWS refuses the document.
    Refused,
    /// Nothing changes.
    Nothing,
}

impl Effect {
    /// All, the worst first.
    pub const ALL: [Effect; 7] = [
        Effect::Opens,
        Effect::Breaks,
        Effect::Undecided,
        Effect::Loses,
        Effect::GuardsNothing,
        Effect::Refused,
        Effect::Nothing,
    ];
}

/// A request that somebody may make after a slip, or no longer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shown {
    /// The request.
    pub sample: Sample,
    /// The caller of the product whose requests were compared, past all layers.
    pub caller: Option<CallerId>,
    /// Whether a Deny makes the difference: it is one wherever another policy allows the request.
    pub is_of_deny: bool,
}

impl Shown {
    pub(super) fn of(gain: Gain, is_of_deny: bool) -> Shown {
        Shown { sample: gain.sample, caller: None, is_of_deny }
    }
}

/// What changed.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Outcome {
    /// Why AWS refuses the document.
    pub refused: Option<String>,
    /// Who gets access, the farthest only, and a request.
    pub opens: Option<(Reach, Shown)>,
    /// Operations that are worse than before.
    pub breaks: Vec<OperationChange>,
    /// Operations that are better than before.
    pub repairs: Vec<OperationChange>,
    /// A request that is allowed no longer.
    pub loses: Option<Shown>,
    /// What could not be decided, and may be worse than what is known.
    pub undecided: Vec<String>,
    /// What could not be decided about who loses access.
    pub(super) undecided_losses: Vec<String>,
    /// Whether the document means something else, and other policies keep that from having an effect.
    pub is_covered: bool,
    /// Whether this program is wrong.
    pub is_defect: bool,
}

/// One or more slips that were judged together.
#[derive(Clone, PartialEq, Debug)]
pub struct Judged {
    /// The slips, each with the number of its document.
    pub slips: Vec<(usize, Slip)>,
    /// What changed.
    pub outcome: Outcome,
}

impl Judged {
    /// The worst that it does, as far as that is decided: `undecided` of the outcome may be worse.
    pub fn effect(&self) -> Effect {
        let outcome = &self.outcome;
        let removes = self.slips.iter().all(|(_, slip)| slip.kind.removes);
        match () {
            () if outcome.refused.is_some() => Effect::Refused,
            // That the same callers get more is silent only where nothing stops.
            () if outcome.opens.as_ref().is_some_and(|(reach, _)| *reach > Reach::SameCallers) => {
                Effect::Opens
            }
            () if !outcome.breaks.is_empty() => Effect::Breaks,
            () if outcome.opens.is_some() => Effect::Opens,
            // It may be that somebody gets access.
            () if !outcome.undecided.is_empty() => Effect::Undecided,
            () if outcome.loses.is_some() => Effect::Loses,
            () if removes && !outcome.is_covered => Effect::GuardsNothing,
            () => Effect::Nothing,
        }
    }
}

/// Layers that allow nothing by themselves.
fn is_limit(kind: PolicyKind) -> bool {
    matches!(
        kind,
        PolicyKind::Boundary
            | PolicyKind::Session
            | PolicyKind::Scp
            | PolicyKind::Rcp
            | PolicyKind::Vpce
    )
}

impl Outcome {
    /// Nothing but that AWS refuses it.
    pub(super) fn refused(reason: String) -> Outcome {
        Outcome { refused: Some(reason), ..Outcome::default() }
    }

    /// Adds questions that were not decided, each reason once.
    pub(super) fn add_undecided(&mut self, reasons: impl IntoIterator<Item = String>) {
        for reason in reasons {
            if !self.undecided.contains(&reason) {
                self.undecided.push(reason);
            }
        }
    }

    /// All is known that will be: whether somebody loses access matters where nothing worse is known.
    pub(super) fn settled(mut self) -> Outcome {
        let losses = std::mem::take(&mut self.undecided_losses);
        if self.opens.is_none() && self.breaks.is_empty() && self.loses.is_none() {
            self.add_undecided(losses);
        }
        self
    }

    /// Adds what other documents do.
    pub(super) fn take(&mut self, other: Outcome) {
        let farther = |known: &(Reach, Shown)| {
            other.opens.as_ref().is_none_or(|(reach, _)| known.0 >= *reach)
        };
        self.refused = self.refused.take().or(other.refused);
        self.opens = self.opens.take().filter(farther).or(other.opens);
        self.loses = self.loses.take().or(other.loses);
        self.add_undecided(other.undecided);
        self.undecided_losses.extend(other.undecided_losses);
        self.is_defect |= other.is_defect;
    }

    /// What documents of this kind do: what a limit no longer forbids must still be allowed, and a policy of an organization is about all of the account.
    pub(super) fn of_kind(mut self, kind: PolicyKind) -> Outcome {
        if is_limit(kind) {
            let opened = self.opens.iter_mut().map(|(_, shown)| shown);
            opened.chain(&mut self.loses).for_each(|shown| shown.is_of_deny = true);
        }
        if let (PolicyKind::Scp, Some((reach, _))) = (kind, &mut self.opens) {
            *reach = Reach::Account;
        }
        self
    }
}
