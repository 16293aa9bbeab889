//! Resources: ARNs compared part by part (IAM:reference_policies_elements_resource).

use super::condition;
use super::glob::{Stars, matches};
use super::tri::Tri;
use crate::authz::Readings;
use crate::authz::{Ambiguity, Request};
use crate::model::{Element, Part, Pattern, ResourceKind, ResourcePattern};

pub(super) fn element(
    element: &Element<ResourcePattern>,
    request: &Request,
    readings: &Readings,
) -> Tri {
    let found = Tri::any(element.patterns.iter().map(|pattern| one(pattern, request, readings)));
    if element.not { !found } else { found }
}

fn one(pattern: &ResourcePattern, request: &Request, readings: &Readings) -> Tri {
    if pattern.doubt.is_some() {
        return Tri::Maybe;
    }
    match &pattern.kind {
        ResourceKind::Everything => Tri::Yes,
        ResourceKind::Arn(_) if request.resource == "*" => Tri::No,
        ResourceKind::Arn(pattern) if condition::is_open(pattern, &request.context) => Tri::Maybe,
        ResourceKind::Arn(pattern) => Tri::from(arn(pattern, request, readings)),
    }
}

fn arn(pattern: &Pattern, request: &Request, readings: &Readings) -> bool {
    let fits = |stars| matches(pattern, &request.resource, &request.context, stars);
    if fits(Stars::Bound) {
        return true;
    }
    let runs_on =
        pattern.parts.iter().any(|part| matches!(part, Part::AnyInSegment { last: true }));
    runs_on && fits(Stars::LastRunsOn) && readings.second(Ambiguity::ResourceStar)
}
