//! Resources: ARNs compared part by part (IAM:reference_policies_elements_resource).

use super::glob::{Stars, fits, matches};
use super::tri::Tri;
use crate::authz::{Context, Readings, Request};
use crate::model::{Element, ResourceKind, ResourcePattern};

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
        ResourceKind::Arn(arn) => {
            let found = fits(arn, &request.resource, &request.context, Stars::Bound);
            if found == Tri::No || readings.let_match(pattern) { found } else { Tri::No }
        }
    }
}

/// Whether the patterns may cover a resource, under some reading and with some values of variables.
pub(super) fn may_cover(element: &Element<ResourcePattern>, resource: &str) -> bool {
    let arns = element.patterns.iter().map(|pattern| &pattern.kind);
    let mut has_variables = arns.map(|kind| match kind {
        ResourceKind::Everything => false,
        ResourceKind::Arn(arn) => arn.variables().next().is_some(),
    });
    if resource == "*" || has_variables.any(|has| has) {
        return true;
    }
    let context = Context::new();
    let covers = |pattern: &ResourcePattern| match &pattern.kind {
        ResourceKind::Everything => true,
        ResourceKind::Arn(arn) => matches(arn, resource, &context, Stars::Bound),
    };
    let mut patterns = element.patterns.iter();
    let is_sure =
        |pattern: &ResourcePattern| pattern.doubt.is_none() && pattern.unsettled.is_empty();
    match element.not {
        true => !patterns.any(|pattern| is_sure(pattern) && covers(pattern)),
        false => patterns.any(|pattern| pattern.doubt.is_some() || covers(pattern)),
    }
}
