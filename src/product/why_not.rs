//! Why a step of a caller is not allowed, with the statements concerned: what `fix` starts from.

use super::assumption::Assuming;
use super::caller::CallerId;
use super::catalogue::{Level, Step};
use super::question::Question;
use super::setup::Setup;
use super::tally::answer;
use super::verdict::Verdict;
use crate::why::Cause;

/// The required step of an operation that asks for an action; `None` for settings of the bucket, which are not requests.
pub fn required_step(setup: &Setup, operation: &str, action: &str) -> Option<&'static Step> {
    let mut steps = setup.product.catalogue().operation(operation)?.steps.iter();
    steps.find(|step| step.action == action && step.level == Level::Required && setup.makes(step))
}

/// The verdict on a step, with all assumptions taken as true, and why it is not allowed.
pub fn why_not<'a>(
    setup: &'a Setup,
    caller: CallerId,
    step: &'a Step,
) -> (Verdict, Vec<Cause<'a>>) {
    let answer = answer(&Question::new(setup, caller, step), Assuming::All);
    (answer.verdict, answer.causes)
}
