//! Why a step of a caller is not allowed, with the statements concerned: what `fix` starts from.

use super::assumption::Assuming;
use super::caller::CallerId;
use super::catalogue::Step;
use super::question::Question;
use super::setup::Setup;
use super::tally::answer;
use super::verdict::Verdict;
use crate::why::Cause;

/// The verdict on a step, with all assumptions taken as true, and why it is not allowed.
pub fn why_not<'a>(
    setup: &'a Setup,
    caller: CallerId,
    step: &'a Step,
) -> (Verdict, Vec<Cause<'a>>) {
    let answer = answer(&Question::new(setup, caller, step), Assuming::All);
    (answer.verdict, answer.causes)
}
