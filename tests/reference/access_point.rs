//! A request through an access point meets two policies: that of the access point and that of the
//! bucket behind it. Both must permit it (S3:access-points-policies).

use super::caller::{arn_parts, is_account};
use super::layers::Case;
use super::readings::Point;
use super::request::Request;
use serde_json::Value;

/// The bucket behind an access point, as a line of `simulate --batch` gives it.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// The bucket, or the object in it that the request is about.
    pub resource: String,
    pub account: String,
    pub policy: Option<Value>,
    /// The access point itself, and its owner.
    pub point: String,
    pub point_account: String,
}

impl Bucket {
    /// Whether access point and bucket have different owners.
    pub fn is_of_another(&self) -> bool {
        self.account != self.point_account
    }

    /// The ARN of a Multi-Region Access Point has no Region.
    pub fn is_behind_many_regions(&self) -> bool {
        arn_parts(&self.point).is_some_and(|parts| parts[3].is_empty())
    }
}

/// Reads `bucket` and `bucket_account` of a line. The caller of this function checks the policy.
pub fn read(
    name: &str,
    account: Option<&str>,
    policy: Option<Value>,
    resource: &str,
) -> Result<Bucket, String> {
    let parts = arn_parts(resource).unwrap_or_default();
    let [_, partition, "s3", _, owner, path] = parts[..] else {
        return Err(format!("`{resource}` is no access point"));
    };
    let (point, key) = split(path)
        .filter(|_| is_account(owner))
        .ok_or_else(|| format!("`{resource}` is no access point"))?;
    let bucket = match name.strip_prefix(&format!("arn:{partition}:s3:::")) {
        Some(bucket) => bucket,
        None => name,
    };
    // A bucket of another partition keeps its `arn:` here.
    if bucket.is_empty() || bucket.contains(['/', '*', '?', ':']) {
        return Err(format!("`{name}` is no bucket"));
    }
    let account = account.unwrap_or(owner);
    if !is_account(account) {
        return Err(format!("`{account}` is no account"));
    }
    let object = key.map(|key| format!("/{key}")).unwrap_or_default();
    Ok(Bucket {
        resource: format!("arn:{partition}:s3:::{bucket}{object}"),
        account: account.to_owned(),
        policy,
        point: resource[..resource.len() - path.len() + point.len()].to_owned(),
        point_account: owner.to_owned(),
    })
}

/// Whether the request goes through an access point, and the line does not name the bucket behind
/// it. Actions on the access point itself have its name in theirs.
pub fn hides_bucket(request: &Request) -> bool {
    let is_point = |resource: &str| {
        let parts = arn_parts(resource).unwrap_or_default();
        matches!(parts[..], [_, _, "s3", _, owner, path] if is_account(owner) && split(path).is_some())
    };
    request.behind.is_none()
        && !request.action.to_lowercase().contains("accesspoint")
        && is_point(&request.resource)
}

/// `accesspoint/NAME`, and the key of `accesspoint/NAME/object/KEY`. The key may contain slashes.
fn split(path: &str) -> Option<(&str, Option<&str>)> {
    let rest = path.strip_prefix("accesspoint/")?;
    let (name, after) = match rest.split_once('/') {
        Some((name, after)) => (name, Some(after)),
        None => (rest, None),
    };
    let key = match after {
        Some(after) => Some(after.strip_prefix("object/").filter(|key| !key.is_empty())?),
        None => None,
    };
    let is_name = !name.is_empty() && !name.contains(['*', '?', ':']);
    is_name.then(|| (&path[.."accesspoint/".len() + name.len()], key))
}

impl Request {
    /// The same request as the bucket's policy sees it.
    pub fn at_bucket(&self, bucket: &Bucket) -> Request {
        let mut request = self.showing_owner(&bucket.account);
        request.resource.clone_from(&bucket.resource);
        request.resource_account = Some(bucket.account.clone());
        request.resource_policy.clone_from(&bucket.policy);
        request.behind = None;
        // The RCPs are those of the access point's account.
        if bucket.is_of_another() {
            request.rcps.clear();
        }
        request
    }

    /// The same request with another owner of the resource in its keys.
    pub fn showing_owner(&self, account: &str) -> Request {
        let mut request = self.clone();
        for key in ["aws:ResourceAccount", "s3:ResourceAccount"] {
            request.context.replace(key, account);
        }
        request
    }
}

/// Whether both sides grant the request.
pub fn is_granted(point: &Case, side: &Case, bucket: &Bucket) -> bool {
    let alone = point.is_granted() && bucket_grants(point, side, bucket);
    let asks_all =
        bucket.is_behind_many_regions() && point.reading.says(Point::MultiRegionAsksEveryPolicy);
    alone && (!asks_all || every_policy_grants(point, side))
}

fn bucket_grants(point: &Case, side: &Case, bucket: &Bucket) -> bool {
    let needs_policy = bucket.is_of_another()
        && !side.resource_allows()
        && point.reading.says(Point::StrangePointNeedsBucketPolicy);
    if needs_policy {
        return false;
    }
    side.is_granted() || account_passes_on(point, side, bucket)
}

/// What the bucket's policy gives to an account reaches the caller through the access point.
///
/// For access points of the bucket's account AWS's example names the account in the bucket's policy,
/// and only the access point in the identity policy (S3:olap-policies). A user of the access point's account may
/// get it by the policy of the access point, if that counts as a word of his account.
fn account_passes_on(point: &Case, side: &Case, bucket: &Bucket) -> bool {
    if !side.request.caller.has_policies() {
        return false;
    }
    if side.request.is_same_account() {
        return !bucket.is_of_another()
            && side.names_account()
            && point.identity_grants()
            && side.limits_permit();
    }
    point.request.is_same_account()
        && side.resource_allows()
        && point.resource_grants()
        && point.reading.says(Point::AccessPointSpeaksForItsAccount)
}

/// "All of the following must permit": both policies and the IAM policy
/// (S3:MultiRegionAccessPointPermissions).
fn every_policy_grants(point: &Case, side: &Case) -> bool {
    let has_policies = point.request.caller.has_policies();
    point.resource_allows() && side.resource_allows() && (!has_policies || point.identity_grants())
}
