//! Resources that another pattern of the same list covers.

use super::covers::covers;
use super::manual::rule_code;
use crate::finding::{Code, Edit, Finding};
use crate::model::{ResourceKind, ResourcePattern, Statement};
use crate::rules::rule::{Rule, Scene, Sink};
use smallvec::SmallVec;

rule_code! {
    /// An entry of `Resource` or `NotResource` is covered by another entry of the same list, or stands twice.
    ///
    /// A `*` goes over `/`: `arn:aws:s3:::logs-*` already has the objects of these buckets. The list says less than it seems to.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::logs-*", "arn:aws:s3:::logs-*/*"]}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:*", "Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]}
    /// ```
    /// What to do: take the narrower entry out, or replace the wider one if it gives too much.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Redundant resource".
    CODE: Info "redundant-resource" ["REDUNDANT_RESOURCE"] "a resource that another entry of the same list covers"
}

/// A finding for each entry that covers others.
#[derive(Debug)]
pub(super) struct RedundantResource;

impl Rule for RedundantResource {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn statement(&self, scene: &Scene<'_>, statement: &Statement, sink: &mut Sink) {
        let patterns = statement.resource.as_ref().map_or(&[][..], |element| &element.patterns);
        if patterns.len() < 2 || !may_be_redundant(patterns) {
            return;
        }
        let mut is_covered = vec![false; patterns.len()];
        for (wide, pattern) in patterns.iter().enumerate() {
            let mut others = Vec::new();
            for (at, other) in patterns.iter().enumerate() {
                // Of two that are equal the first stays.
                if at == wide || is_covered[at] || is_covered[wide] || !has(pattern, other) {
                    continue;
                }
                if at > wide || !has(other, pattern) {
                    is_covered[at] = true;
                    others.push(at);
                }
            }
            sink.extend(finding(scene, patterns, wide, &others));
        }
    }
}

fn finding(
    scene: &Scene<'_>,
    patterns: &[ResourcePattern],
    wide: usize,
    covered: &[usize],
) -> Option<Finding> {
    let (first, others) = covered.split_first()?;
    let [wide_text, text] = [wide, *first].map(|at| scene.words(patterns[at].span));
    let message = match (covered.len(), wide_text == text) {
        (1, true) => format!("`{text}` stands twice in this list"),
        (1, false) => format!("`{text}` is covered by `{wide_text}` of the same list"),
        (number, _) => format!("{number} resources are covered by `{wide_text}` of the same list"),
    };
    let finding = Finding::new(CODE, patterns[*first].span, message);
    let finding = finding.help(format!("take out what `{wide_text}` covers: nothing changes"));
    let finding = finding.related(patterns[wide].span, "covered by this");
    let finding = finding.edit(Edit::Remove(covered.iter().map(|at| patterns[*at].span).collect()));
    Some(others.iter().fold(finding, |finding, at| finding.related(patterns[*at].span, "and this")))
}

/// Whether some entry covers another: it begins as the other does, and follows right behind where the list is sorted. A look at neighbours is enough for
/// most lists, of which nothing is to be said.
fn may_be_redundant(patterns: &[ResourcePattern]) -> bool {
    let mut sorted = patterns.iter().collect::<SmallVec<[_; 32]>>();
    sorted.sort_unstable_by_key(|pattern| start(pattern));
    sorted.iter().enumerate().any(|(place, one)| {
        let behind = sorted[place + 1..].iter();
        let mut alike = behind.take_while(|other| start(other).starts_with(start(one)));
        alike.any(|other| has(one, other) || has(other, one))
    })
}

fn start(pattern: &ResourcePattern) -> &str {
    match &pattern.kind {
        ResourceKind::Everything => "",
        ResourceKind::Arn(arn) => arn.literal_start(),
    }
}

/// Whether one covers the other. AWS's pages leave open what some patterns match: nothing is said of them.
fn has(wide: &ResourcePattern, narrow: &ResourcePattern) -> bool {
    let is_settled =
        |pattern: &ResourcePattern| pattern.doubt.is_none() && pattern.unsettled.is_empty();
    is_settled(wide)
        && is_settled(narrow)
        && match (&wide.kind, &narrow.kind) {
            (ResourceKind::Everything, _) => true,
            (ResourceKind::Arn(_), ResourceKind::Everything) => false,
            (ResourceKind::Arn(wide), ResourceKind::Arn(narrow)) => covers(wide, narrow),
        }
}
