//! Values of conditions that no request has: identifiers of another form, regions, addresses of private networks.

use super::manual::rule_code;
use super::regions::{help, is_no_region};
use crate::finding::{Code, Confidence, Edit, Finding};
use crate::model::condition::Test;
use crate::model::{Condition, Pattern, Statement};
use crate::rules::rule::{Rule, Scene, Sink};
use crate::source::{Span, Spanned};

rule_code! {
    /// The value of `aws:SourceVpc` is no VPC.
    ///
    /// The id of a VPC is `vpc-` and 8 or 17 hexadecimal digits. No request has another value.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceVpc": "vpce-0123456789abcdef0"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceVpc": "vpc-0123456789abcdef0"}}}
    /// ```
    /// What to do: write the id of the VPC; the id of an endpoint (`vpce-..`) belongs to `aws:SourceVpce`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid VPC format".
    VPC: Warning "wrong-vpc-id" ["INVALID_VPC_FORMAT"] "a value of `aws:SourceVpc` that is no VPC"
}

rule_code! {
    /// The value of `aws:SourceVpce` is no VPC endpoint.
    ///
    /// The id of an endpoint is `vpce-` and 8 or 17 hexadecimal digits. No request has another value.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceVpce": "vpc-0123456789abcdef0"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}}}
    /// ```
    /// What to do: write the id of the endpoint; the id of a VPC (`vpc-..`) belongs to `aws:SourceVpc`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid VPCE format".
    VPCE: Warning "wrong-vpce-id" ["INVALID_VPCE_FORMAT"] "a value of `aws:SourceVpce` that is no VPC endpoint"
}

rule_code! {
    /// The value of `aws:RequestedRegion` is no region.
    ///
    /// No request has such a value: an Allow with it gives nothing, a Deny with the negated operator denies every region.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-central1"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "ec2:*", "Resource": "*", "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}}
    /// ```
    /// What to do: write a region such as `eu-central-1`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid Region".
    REGION: Warning "unknown-region" ["INVALID_REGION"] "a value of `aws:RequestedRegion` that is no region"
}

rule_code! {
    /// The value of a key about a KMS key is no ARN of a key.
    ///
    /// S3 compares with the full ARN of the key, whatever the request wrote. An id or an alias matches nothing.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*", "Condition": {"StringEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "alias/ica"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*", "Condition": {"StringEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:eu-central-1:111122223333:key/1111-2222"}}}
    /// ```
    /// What to do: write `arn:aws:kms:region:account:key/id`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid KMS key value".
    KMS_KEY: Warning "wrong-kms-key" ["INVALID_KMS_KEY_VALUE"] "a value of a key about a KMS key that is no ARN of a key", confidence: Confidence::Medium
}

rule_code! {
    /// All ranges of `aws:SourceIp` are private addresses.
    ///
    /// AWS sees the public address of a caller. Requests through a VPC endpoint have no `aws:SourceIp`; their private address is `aws:VpcSourceIp`.
    /// With `NotIpAddress` the condition holds for every caller.
    ///
    /// ```json bad
    /// {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"NotIpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
    /// ```
    /// What to do: write public ranges, or `aws:VpcSourceIp` for callers in a VPC.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Private IP address" and "Private NotIpAddress".
    PRIVATE: Warning "private-source-ip" ["PRIVATE_IP_ADDRESS" "PRIVATE_NOT_IP_ADDRESS"] "`aws:SourceIp` with private addresses alone"
}

rule_code! {
    /// Some ranges of `aws:SourceIp` are private addresses.
    ///
    /// AWS sees the public address of a caller, so these ranges change nothing.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "192.168.0.0/16"]}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"]}}}
    /// ```
    /// What to do: take the private ranges out, or write them for `aws:VpcSourceIp`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Private IP address subset" and "Private NotIpAddress subset".
    SOME_PRIVATE: Info "some-private-source-ips" ["PRIVATE_IP_ADDRESS_SUBSET" "PRIVATE_NOT_IP_ADDRESS_SUBSET"] "`aws:SourceIp` with private addresses among others"
}

rule_code! {
    /// A range of addresses has bits behind its length.
    ///
    /// AWS ignores them: `203.0.113.7/24` is all of `203.0.113.0/24`. A single address may be meant.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.7/24"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
    /// ```
    /// What to do: write the first address of the range, or the single address.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Improve IP range".
    HOST_BITS: Info "host-bits-in-range" ["IMPROVE_IP_RANGE"] "a range of addresses with bits that AWS ignores"
}

/// Findings about values that no request has.
#[derive(Debug)]
pub(super) struct ValueId;

/// Keys whose value is the ARN of a KMS key.
const KMS_KEYS: [&str; 1] = ["s3:x-amz-server-side-encryption-aws-kms-key-id"];

impl Rule for ValueId {
    fn codes(&self) -> &'static [Code] {
        &[VPC, VPCE, REGION, KMS_KEY, PRIVATE, SOME_PRIVATE, HOST_BITS]
    }

    fn condition(&self, scene: &Scene<'_>, _: &Statement, condition: &Condition, sink: &mut Sink) {
        match &condition.test {
            Test::String { values, .. } => {
                let about: fn(&str) -> Option<Wrong> = match &*condition.key.node {
                    "aws:sourcevpc" => |text| id(text, "vpc-", VPC, "aws:SourceVpce"),
                    "aws:sourcevpce" => |text| id(text, "vpce-", VPCE, "aws:SourceVpc"),
                    "aws:requestedregion" => region,
                    key if KMS_KEYS.contains(&key) => kms_key,
                    _ => return,
                };
                let literal = values.list.iter().filter_map(|value| literal(value));
                let found = literal.filter_map(|(text, span)| Some((about(text)?, span)));
                sink.extend(found.map(|((code, message, help), span)| {
                    Finding::new(code, span, message).help(help)
                }));
            }
            Test::Ip { .. } => addresses(scene, condition, sink),
            _ => {}
        }
    }
}

type Wrong = (Code, String, String);

fn literal(value: &Spanned<Pattern>) -> Option<(&str, Span)> {
    Some((value.node.as_literal()?, value.span))
}

fn id(text: &str, start: &str, code: Code, other: &str) -> Option<Wrong> {
    let digits = text.strip_prefix(start);
    let is_id = digits.is_some_and(|digits| {
        matches!(digits.len(), 8 | 17) && digits.bytes().all(|byte| byte.is_ascii_alphanumeric())
    });
    // A placeholder has a finding of its own, and `*` is a plain character for some operators.
    let is_open = text.contains(['*', '?', '<', '$']);
    let what = if code == VPC { "VPC" } else { "VPC endpoint" };
    (!is_id && !is_open).then(|| {
        (
            code,
            format!("`{text}` is no id of a {what}: these are `{start}` and 8 or 17 characters"),
            format!("write the id, or take the key `{other}` if that is meant"),
        )
    })
}

fn region(text: &str) -> Option<Wrong> {
    // Services that are not in a region have `us-east-1`; other pseudo regions occur as well.
    let is_known = text.starts_with("aws-") || !is_no_region(text);
    let is_open = text.is_empty() || text.contains(['*', '?', '<', '$']);
    (!is_known && !is_open).then(|| (REGION, format!("AWS has no region `{text}`"), help(text)))
}

fn kms_key(text: &str) -> Option<Wrong> {
    let mut parts = text.splitn(6, ':');
    let is_key = parts.next() == Some("arn")
        && parts.nth(1) == Some("kms")
        && parts.nth(2).is_some_and(|resource| resource.starts_with("key/"));
    let is_open = text.is_empty() || text.contains(['*', '?', '<', '$']);
    (!is_key && !is_open).then(|| {
        (
            KMS_KEY,
            format!("`{text}` is no ARN of a KMS key, and S3 compares with the ARN"),
            "write `arn:aws:kms:region:account:key/id`".to_owned(),
        )
    })
}

fn addresses(scene: &Scene<'_>, condition: &Condition, sink: &mut Sink) {
    let Test::Ip { negated, values } = &condition.test else { return };
    for value in &values.list {
        let text = scene.words(value.span);
        if let Ok(net) = text.parse::<ipnet::IpNet>()
            && net.addr() != net.network()
        {
            let message =
                format!("`{text}` is all of `{}`: AWS ignores the other bits", value.node.net);
            let help =
                format!("write `{}`, or `{}` if one address is meant", value.node.net, net.addr());
            let edit = Edit::Replace(vec![(value.span, value.node.net.to_string())]);
            sink.push(Finding::new(HOST_BITS, value.span, message).help(help).edit(edit));
        }
    }
    if &*condition.key.node != "aws:sourceip" || !values.doubts.is_empty() {
        return;
    }
    let is_private = |net: &ipnet::IpNet| {
        PRIVATE_RANGES
            .iter()
            .filter_map(|range| range.parse::<ipnet::IpNet>().ok())
            .any(|range| range.contains(net))
    };
    let private =
        values.list.iter().filter(|value| is_private(&value.node.net)).collect::<Vec<_>>();
    let [first, others @ ..] = private.as_slice() else { return };
    let is_all = private.len() == values.list.len();
    let (code, analyzer, message) = match (is_all, *negated) {
        (true, false) => (
            PRIVATE,
            "PRIVATE_IP_ADDRESS",
            "no request has a private address as `aws:SourceIp`: the condition never holds",
        ),
        (true, true) => (
            PRIVATE,
            "PRIVATE_NOT_IP_ADDRESS",
            "no request has a private address as `aws:SourceIp`: the condition always holds",
        ),
        (false, false) => (
            SOME_PRIVATE,
            "PRIVATE_IP_ADDRESS_SUBSET",
            "no request has a private address as `aws:SourceIp`: this range changes nothing",
        ),
        (false, true) => (
            SOME_PRIVATE,
            "PRIVATE_NOT_IP_ADDRESS_SUBSET",
            "no request has a private address as `aws:SourceIp`: this range changes nothing",
        ),
    };
    let help = "write public ranges; `aws:VpcSourceIp` is the private address of a caller behind a VPC endpoint";
    let finding = Finding::new(code, first.span, message).help(help).analyzer(analyzer);
    sink.push(
        others.iter().fold(finding, |finding, value| finding.related(value.span, "and this")),
    );
}

/// Ranges that are never the source of a request. Source: RFC 1918, RFC 4193, RFC 6598, RFC 3927, RFC 4291, RFC 1122.
const PRIVATE_RANGES: [&str; 8] = [
    "10.0.0.0/8",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "100.64.0.0/10",
    "169.254.0.0/16",
    "127.0.0.0/8",
    "fc00::/7",
    "fe80::/10",
];
