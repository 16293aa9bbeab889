//! What must allow a request: at its resource, and through an access point at the bucket behind it.
//!
//! Source: S3:access-points-policies, S3:olap-policies, S3:access-points-vpc,
//! S3:MultiRegionAccessPointPermissions.

use super::formula::{
    all, any, at_resource, bounds, cross_account, identity, is_same_account, limits,
};
use super::{Ambiguity, Caller, Formula, LayerId, Layers, Naming, NamingSet, Request};

/// What must allow the request.
pub fn formula(request: &Request, layers: &Layers<'_>) -> Formula {
    match &request.bucket {
        Some(bucket) => through_access_point(request, bucket, layers),
        None => at_resource(request, layers),
    }
}

/// What must allow a request through an access point: the access point and the bucket.
fn through_access_point(request: &Request, bucket: &Request, layers: &Layers<'_>) -> Formula {
    let is_multi_region = request.arn_part(3).is_empty();
    let both =
        all([at_point(request, is_multi_region, layers), at_bucket(request, bucket, layers)]);
    match &request.caller {
        Caller::Anonymous => reading(Ambiguity::AccessPointUnsigned, Formula::FALSE, both),
        _ => both,
    }
}

fn at_point(request: &Request, is_multi_region: bool, layers: &Layers<'_>) -> Formula {
    let usual = at_resource(request, layers);
    if !is_multi_region || !is_same_account(request) {
        return usual;
    }
    // Its policy, the caller's and the bucket's must all permit the request
    // (S3:MultiRegionAccessPointPermissions); in one account some of them suffice elsewhere.
    let every =
        all([cross_account(request, layers), Formula::Behind(LayerId::Resource, NamingSet::ANY)]);
    reading(Ambiguity::MultiRegionPolicies, all([usual.clone(), every]), usual)
}

fn at_bucket(request: &Request, bucket: &Request, layers: &Layers<'_>) -> Formula {
    let behind = layers.behind(request);
    let has_one_owner = request.has_one_owner();
    let by_policy = Formula::Behind(LayerId::Resource, NamingSet::ANY);
    let usual = at_resource(bucket, &behind);
    let usual_bounds = all(bounds(bucket, &behind));
    let every_bound = moved(usual_bounds.clone(), true);
    let mut every = moved(usual.clone(), true);
    if is_same_account(bucket) && has_one_owner {
        every = any([every, by_account(request, bucket, &behind, every_bound.clone())]);
    }
    let asked = by_layers_asked(every, usual);
    match (has_one_owner, is_same_account(bucket), is_same_account(request)) {
        // The bucket's owner must authorize the access point of another account.
        (false, true, _) => {
            let authorized = all([asked.clone(), by_policy]);
            reading(Ambiguity::AccessPointOfOther, authorized, asked)
        }
        // The policy of the own access point may do for the account's own policies.
        (false, _, true) => {
            let bounded = all([by_policy, by_layers_asked(every_bound, usual_bounds)]);
            reading(Ambiguity::AccessPointGrant, asked, bounded)
        }
        _ => asked,
    }
}

/// The bucket's policy names the account, the user's the access point only (S3:olap-policies).
fn by_account(
    request: &Request,
    bucket: &Request,
    behind: &Layers<'_>,
    every_bound: Formula,
) -> Formula {
    let account = Formula::Behind(LayerId::Resource, NamingSet::of(&[Naming::Account]));
    let limits = limits(bucket, behind).into_iter().map(|limit| moved(limit, true));
    all([account, identity(request)].into_iter().chain(limits).chain([every_bound]))
}

/// By the first reading every layer is asked about the bucket, by the second only the layers that are
/// always asked about both.
fn by_layers_asked(every: Formula, usual: Formula) -> Formula {
    reading(Ambiguity::AccessPointPolicies, every, moved(usual, false))
}

fn reading(point: Ambiguity, first: Formula, second: Formula) -> Formula {
    Formula::Reading(point, Box::new(first), Box::new(second))
}

/// A formula about the bucket, with the layers that are asked about it; the others are asked about
/// the access point.
fn moved(formula: Formula, every_layer: bool) -> Formula {
    let of = |part| moved(part, every_layer);
    match formula {
        Formula::All(parts) => all(parts.into_iter().map(of)),
        Formula::Any(parts) => any(parts.into_iter().map(of)),
        Formula::Reading(point, first, second) => reading(point, of(*first), of(*second)),
        Formula::Allows(layer, namings) if every_layer || layer.is_asked_of_both() => {
            Formula::Behind(layer, namings)
        }
        other => other,
    }
}
