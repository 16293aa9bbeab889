//! Actions that another pattern of the same list covers.

use super::covers::covers;
use super::manual::rule_code;
use crate::finding::{Code, Edit, Finding};
use crate::model::{ActionPattern, Statement};
use crate::rules::covered::Covered;
use crate::rules::rule::{Rule, Scene, Sink};
use smallvec::SmallVec;

rule_code! {
    /// An entry of `Action` or `NotAction` is covered by another entry of the same list, or stands twice.
    ///
    /// It changes nothing, and whoever takes it out later believes to have taken something away.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": ["ec2:Describe*", "ec2:DescribeVpcs"], "Resource": "*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": ["ec2:Describe*", "ec2:GetConsoleOutput"], "Resource": "*"}
    /// ```
    /// What to do: take the narrower entry out, or the wider one if it gives too much.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Redundant action".
    CODE: Info "redundant-action" ["REDUNDANT_ACTION"] "an action that another entry of the same list covers"
}

/// A finding for each entry that covers others.
#[derive(Debug)]
pub(super) struct RedundantAction;

impl Rule for RedundantAction {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn statement(&self, scene: &Scene<'_>, statement: &Statement, sink: &mut Sink) {
        let patterns = statement.action.as_ref().map_or(&[][..], |element| &element.patterns);
        if patterns.len() < 2 || are_apart(scene.covered(statement)) {
            return;
        }
        for (wide, covered) in groups(patterns) {
            let (first, others) = match covered.as_slice() {
                [] => continue,
                [first, others @ ..] => (*first, others),
            };
            let [wide_text, text] = [wide, first].map(|at| scene.words(patterns[at].span));
            let message = match (covered.len(), patterns[wide].pattern.has_wildcards()) {
                (1, true) => format!("`{text}` is covered by `{wide_text}` of the same list"),
                (_, false) => format!("`{text}` stands {} times in this list", covered.len() + 1),
                (number, true) => {
                    format!("{number} actions are covered by `{wide_text}` of the same list")
                }
            };
            let finding = Finding::new(CODE, patterns[first].span, message);
            let finding =
                finding.help(format!("take out what `{wide_text}` covers: nothing changes"));
            let finding = finding.related(patterns[wide].span, "covered by this");
            let finding =
                finding.edit(Edit::Remove(covered.iter().map(|at| patterns[*at].span).collect()));
            let also =
                |finding: Finding, at: &usize| finding.related(patterns[*at].span, "and this");
            sink.push(others.iter().fold(finding, also));
        }
    }
}

/// Whether no two of these have an action in common, by their places in the data alone. "No" may also mean that it takes a look at the words.
fn are_apart(covered: &[Covered]) -> bool {
    let mut runs = SmallVec::<[(&str, usize, usize); 32]>::new();
    for one in covered {
        match one {
            Covered::One(action) => {
                runs.push((action.service().prefix(), action.index(), action.index() + 1));
            }
            Covered::Run(service, run) => runs.push((service.prefix(), run.start, run.end)),
            _ => return false,
        }
    }
    // Many lists are in order already.
    let is_behind = |pair: &[(&str, usize, usize)]| match pair {
        [one, other] => one.0 != other.0 || one.2 <= other.1,
        _ => true,
    };
    runs.sort_unstable_by_key(|(service, start, _)| (service.as_ptr(), *start));
    runs.windows(2).all(is_behind)
}

/// The entries that cover others, each with those. An entry is in one group at most.
fn groups(patterns: &[ActionPattern]) -> Vec<(usize, Vec<usize>)> {
    // What a pattern covers begins as it does, so it follows in this order.
    let mut order =
        (0..patterns.len()).filter(|at| patterns[*at].doubt.is_none()).collect::<Vec<_>>();
    let start = |at: usize| patterns[at].pattern.literal_start();
    order.sort_unstable_by_key(|at| (start(*at), !patterns[*at].pattern.has_wildcards(), *at));
    let may_cover = |[one, other]: [usize; 2]| start(other).starts_with(start(one));
    if !order.windows(2).any(|pair| may_cover([pair[0], pair[1]])) {
        return Vec::new();
    }
    let mut groups = Vec::new();
    let mut is_covered = vec![false; patterns.len()];
    for (place, wide) in order.iter().copied().enumerate() {
        if is_covered[wide] {
            continue;
        }
        let mut covered = Vec::new();
        for other in order[place + 1..].iter().copied() {
            if !start(other).starts_with(start(wide)) {
                break;
            }
            if !is_covered[other] && covers(&patterns[wide].pattern, &patterns[other].pattern) {
                is_covered[other] = true;
                covered.push(other);
            }
        }
        covered.sort_unstable();
        if !covered.is_empty() {
            groups.push((wide, covered));
        }
    }
    groups
}
