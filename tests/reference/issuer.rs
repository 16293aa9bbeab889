//! Who may have made a session whose issuer the line does not give. If it matters, the answer is
//! open.

use super::caller::{self, Kind};
use super::request::Request;
use serde_json::Value;

/// The request as each possible issuer would make it.
pub fn candidates(request: &Request) -> Vec<Request> {
    let caller = &request.caller;
    if !caller.is_session() || caller.issuer.is_some() {
        return vec![request.clone()];
    }
    let account = caller.account.as_deref().unwrap_or_default();
    let role = caller.role_name().unwrap_or_default();
    let mut issuers = match caller.kind {
        Kind::Role => ["role/", "role/nobody/names/this/"]
            .map(|path| format!("arn:aws:iam::{account}:{path}{role}"))
            .to_vec(),
        _ => vec![format!("arn:aws:iam::{account}:user/nobody-names-this")],
    };
    // The root user may have made it (STS:API_GetFederationToken), but has no policies of its own
    // (IAM:access_policies).
    if caller.kind == Kind::Federated && request.identity.is_empty() && request.boundary.is_none() {
        issuers.push(account.to_owned());
    }
    // The name shows a service-linked role, which has a path of its own
    // (IAM:using-service-linked-roles).
    if role.starts_with("AWSServiceRoleFor") {
        issuers.push(format!("arn:aws:iam::{account}:role/aws-service-role/nobody/{role}"));
    }
    let mut texts = Vec::new();
    policies(request).into_iter().for_each(|policy| collect(policy, &mut texts));
    issuers.extend(texts.iter().flat_map(|text| examples(text, role, account)));
    issuers.sort();
    issuers.dedup();
    let possible = |issuer: String| {
        let issuer = caller::read(&caller.name, Some(&issuer)).ok()?.issuer;
        request.with_issuer(issuer).ok()
    };
    issuers.into_iter().filter_map(possible).collect()
}

fn policies(request: &Request) -> Vec<&Value> {
    let of_bucket = request.behind.iter().flat_map(|bucket| &bucket.policy);
    let one = request.resource_policy.iter().chain(of_bucket).chain(&request.boundary);
    let many = request.identity.iter().chain(request.session.iter().flatten()).chain(&request.vpce);
    one.chain(many)
        .chain(request.scps.iter().flatten())
        .chain(request.rcps.iter().flatten())
        .collect()
}

fn collect<'a>(value: &'a Value, texts: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => members.values().for_each(|member| collect(member, texts)),
        _ => {}
    }
}

/// ARNs that the text names or matches. After `role/` or `user/` a star is replaced by nothing, or
/// by the role's name. The text before it may be a pattern too; the account is the session's.
fn examples(text: &str, role: &str, account: &str) -> Vec<String> {
    let Some(at) = text.find("role/").or_else(|| text.find("user/")) else { return Vec::new() };
    let name = text[at..].replace('?', "x");
    let mut names = vec![name.replace('*', "")];
    if let Some((before, _)) = name.rsplit_once('*') {
        names.push(format!("{}{role}", before.replace('*', "")));
    }
    names.into_iter().map(|name| format!("arn:aws:iam::{account}:{name}")).collect()
}
