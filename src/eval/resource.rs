//! Resources: ARNs compared part by part (IAM:reference_policies_elements_resource).

use super::glob::{Stars, fits};
use super::tri::Tri;
use crate::authz::Readings;
use crate::authz::Request;
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
