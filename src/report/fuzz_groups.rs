//! Slips in the same words with the same effect, as one group: what people and other programs read.

use super::compare::Operation;
use super::fuzz::{Fuzzed, Mutant, Slipped};
use crate::finding::{Code, codes};
use crate::mutate::{Effect, Reach};
use crate::source::one_line;

/// Slips in the same words that have the same effect.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// The words.
    pub at: &'a Slipped,
    /// The effect.
    pub effect: Effect,
    /// Who gets access.
    pub to: Option<Reach>,
    /// The operations that stop.
    pub stops: String,
    /// The slips, the first of which shows the effect.
    pub mutants: Vec<&'a Mutant>,
}

/// All groups of single slips, the worst first, then in the order of the text.
pub(super) fn groups(fuzzed: &Fuzzed) -> Vec<Group<'_>> {
    let mut groups = Vec::<Group<'_>>::new();
    for mutant in fuzzed.mutants.iter().filter(|mutant| mutant.slips.len() == 1) {
        let opens = mutant.opens.as_ref().filter(|_| mutant.effect == Effect::Opens);
        let (at, to) = (&mutant.slips[0], opens.map(|opening| opening.to));
        let stops =
            if mutant.effect == Effect::Breaks { stopped(&mutant.breaks) } else { String::new() };
        let is_same = |group: &&mut Group<'_>| {
            (group.effect, group.to) == (mutant.effect, to)
                && group.stops == stops
                && (&group.at.file, &group.at.span) == (&at.file, &at.span)
        };
        match groups.iter_mut().find(is_same) {
            Some(group) => group.mutants.push(mutant),
            None => {
                let effect = mutant.effect;
                groups.push(Group { at, effect, to, stops, mutants: vec![mutant] });
            }
        }
    }
    groups
}

impl Group<'_> {
    /// The kinds of the slips: `letter-lost, letter-doubled`.
    pub(super) fn kinds(&self) -> String {
        let mut kinds = self.mutants.iter().map(|mutant| mutant.slips[0].id).collect::<Vec<_>>();
        kinds.dedup();
        kinds.join(", ")
    }

    /// The first slip in words: what happened, and what is written.
    pub(super) fn first(&self) -> String {
        self.mutants.first().map(|mutant| in_words(&mutant.slips[0])).unwrap_or_default()
    }
}

/// A slip in words.
pub(super) fn in_words(slip: &Slipped) -> String {
    match &slip.writes {
        Some(text) => format!("{}: `{}`", slip.says, shortened(text)),
        None => slip.says.to_owned(),
    }
}

/// The most characters of words that are quoted in a line.
const MOST_LETTERS: usize = 60;

/// Words in a line: of long ones the beginning and the end.
pub(super) fn shortened(words: &str) -> String {
    let words = one_line(words);
    let letters = words.chars().map(|one| if one.is_control() { ' ' } else { one });
    let letters = letters.collect::<Vec<_>>();
    if letters.len() <= MOST_LETTERS {
        return letters.into_iter().collect();
    }
    let half = MOST_LETTERS / 2 - 2;
    let [start, end] = [&letters[..half], &letters[letters.len() - half..]];
    start.iter().chain(&['.', '.', '.']).chain(end).collect()
}

/// The most operations of one set of callers that are named.
const MOST_OPERATIONS: usize = 4;

/// Operations with their callers: `upload-data, create-folder (iam-user, federated-session)`.
pub(super) fn stopped(operations: &[Operation]) -> String {
    let mut by_callers = Vec::<(Vec<&str>, Vec<&str>)>::new();
    let mut ids = operations.iter().map(|operation| operation.id).collect::<Vec<_>>();
    ids.dedup();
    for id in ids {
        let own = operations.iter().filter(|operation| operation.id == id);
        let callers = own.map(|operation| operation.caller).collect::<Vec<_>>();
        match by_callers.iter_mut().find(|(known, _)| *known == callers) {
            Some((_, list)) => list.push(id),
            None => by_callers.push((callers, vec![id])),
        }
    }
    let one = |(callers, ids): (Vec<&str>, Vec<&str>)| {
        let more = ids.len().saturating_sub(MOST_OPERATIONS);
        let named = ids.iter().take(MOST_OPERATIONS).copied().collect::<Vec<_>>().join(", ");
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{named}{more} ({})", callers.join(", "))
    };
    by_callers.into_iter().map(one).collect::<Vec<_>>().join("; ")
}

/// Who gets access, in words.
pub(super) fn who(reach: Reach) -> &'static str {
    match reach {
        Reach::Anonymous => "anybody, even without an AWS account",
        Reach::OtherAccounts => "another account, or a service",
        Reach::Others => "somebody else",
        Reach::Account => "others of the same account",
        Reach::SameCallers => "the same callers, more than before",
    }
}

/// The code of an effect that is worth a finding.
pub(super) fn code(effect: Effect) -> Option<Code> {
    Some(match effect {
        Effect::Opens => codes::SLIP_OPENS,
        Effect::Breaks => codes::SLIP_BREAKS,
        Effect::Loses => codes::SLIP_LOSES,
        Effect::Undecided => codes::SLIP_UNDECIDED,
        Effect::GuardsNothing => codes::GUARDS_NOTHING,
        Effect::Refused | Effect::Nothing => return None,
    })
}
