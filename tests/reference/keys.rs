//! Which keys the requests of a caller have (E1, E2, E2a). Names of keys and actions are in lower case; one that ends with a star
//! stands for all that begin so.

use super::caller::Kind::{self, Anonymous, Federated, Role, Root, Service, Token, User};
use super::request::Request;

/// Keys that only these callers can have. Everybody can have a key that is not listed. Where the sheets leave it open whether a
/// caller can have a key, he can.
const ONLY: &[(&[Kind], &[&str])] = &[
    (&[User], &["aws:username"]),
    (&[Root], &["aws:assumedroot"]),
    (
        &[Service],
        &[
            "aws:principalservicename",
            "aws:principalservicenameslist",
            "aws:sourceaccount",
            "aws:sourcearn",
            "aws:sourceorgid",
            "aws:sourceorgpaths",
        ],
    ),
    (
        &[Role],
        &[
            "aws:chatbotsourcearn",
            "aws:ec2instancesourceprivateipv4",
            "aws:ec2instancesourcevpc",
            "aws:federatedprovider",
            "codebuild:buildarn",
            "codebuild:projectarn",
            "ec2:roledelivery",
            "ec2:sourceinstancearn",
            "glue:credentialissuingservice",
            "glue:roleassumedby",
            "identitystore:userid",
            "lambda:sourcefunctionarn",
            "ssm:sourceinstancearn",
        ],
    ),
    (&[Root, Role], &["aws:sourceidentity"]),
    (&[Root, User, Role], &["aws:multifactorauthage"]),
    // The root user has no tags.
    (&[User, Federated, Role], &["aws:principaltag/*"]),
    (
        &[Root, User, Federated, Role],
        &[
            "aws:calledvia",
            "aws:calledviaawsmcp",
            "aws:calledviafirst",
            "aws:calledvialast",
            "aws:ismcpserviceaction",
            "aws:multifactorauthpresent",
            "aws:principalarn",
            "aws:principalorgid",
            "aws:principalorgpaths",
            "aws:signinsessionarn",
            "aws:viaawsmcpservice",
        ],
    ),
    // An anonymous caller signs nothing and calls no STS (C6).
    (
        &[Root, User, Federated, Role, Service],
        &["aws:principalisawsservice", "aws:tokenissuetime", "sts:*"],
    ),
    // The network of a service is redacted (C10).
    (
        &[Root, User, Federated, Role, Anonymous],
        &["aws:referer", "aws:sourceip", "aws:vpcsourceip"],
    ),
    // Only a call that is not signed has it.
    (&[], &["sts:roleauthorizedbyidp"]),
];

/// Keys that every request of these callers has, though their values do not follow from it. For services AWS's texts differ
/// about `aws:SecureTransport`.
const ALWAYS: &[(&[Kind], &[&str])] = &[
    (
        &[Root, User, Federated, Role, Service, Anonymous],
        &[
            "aws:currenttime",
            "aws:epochtime",
            "aws:requestedregion",
            "aws:useragent",
            "aws:viaawsservice",
        ],
    ),
    (&[Root, User, Federated, Role, Anonymous], &["aws:securetransport"]),
    (&[User, Role], &["aws:userid"]),
    (&[Federated, Role], &["aws:tokenissuetime"]),
    (&[Service], &["aws:principalservicenameslist"]),
];

/// Keys that every request with the action has (E1, E3).
const ALWAYS_WITH: &[(&str, &str)] = &[
    ("s3:listbucket", "s3:max-keys"),
    ("sts:assumerole", "sts:rolesessionname"),
    ("sts:assumeroot", "sts:taskpolicyarn"),
    ("sts:assumerolewithwebidentity", "sts:roleauthorizedbyidp"),
    ("sts:assumerolewithwebidentity", "sts:rolesessionname"),
    ("sts:getwebidentitytoken", "sts:identitytokenaudience"),
    ("sts:getwebidentitytoken", "sts:signingalgorithm"),
];

/// Actions without `aws:ResourceAccount` (E1; IAM:reference_policies_condition-keys has the names). Of EventBridge the page of 2023
/// names every action, the newer one some calls of PutEvents.
const WITHOUT_OWNER: &[&str] = &[
    "ebs:*",
    "ec2:accepttransitgatewaypeeringattachment",
    "ec2:acceptvpcendpointconnections",
    "ec2:acceptvpcpeeringconnection",
    "ec2:copyfpgaimage",
    "ec2:copyimage",
    "ec2:copysnapshot",
    "ec2:createtransitgatewaypeeringattachment",
    "ec2:createvolume",
    "ec2:createvpcendpoint",
    "ec2:createvpcpeeringconnection",
    "ec2:deletetransitgatewaypeeringattachment",
    "ec2:deletevpcpeeringconnection",
    "ec2:rejecttransitgatewaypeeringattachment",
    "ec2:rejectvpcendpointconnections",
    "ec2:rejectvpcpeeringconnection",
    "events:putevents",
    "detective:accept*",
    "ds:accept*",
    "es:accept*",
    "guardduty:accept*",
    "macie2:accept*",
    "securityhub:accept*",
    "route53:associatevpcwithhostedzone",
    "route53:createvpcassociationauthorization",
    "route53:deletevpcassociationauthorization",
    "route53:disassociatevpcfromhostedzone",
    "route53:listhostedzonesbyvpc",
    "workspaces:describeworkspaceimages",
];

/// Whether the caller can have the key; whether the action supports it is another matter (design 4.1).
pub fn can_have(request: &Request, key: &str) -> bool {
    let key = key.to_lowercase();
    let kind = request.caller.kind;
    if kind == Token && is_sent_to_sts(&key) {
        return claim(&key).is_none() || is_own_claim(request, &key);
    }
    // Apart from the token it is a caller who does not sign.
    let kind = if kind == Token { Anonymous } else { kind };
    if kind == Anonymous && request.service() == "sts" && is_sent_to_sts(&key) {
        return may_show_token(request);
    }
    if let Some(claim) = claim(&key) {
        // Sessions keep the claims, apart from these two.
        return kind == Role && !["email", "oaud"].contains(&claim);
    }
    // Some such requests Lambda makes itself.
    if key == "lambda:sourcefunctionarn" && request.caller.name.starts_with("lambda.") {
        return true;
    }
    ONLY.iter().all(|(kinds, keys)| kinds.contains(&kind) || !are_named(keys, &key))
}

/// Whether every request of the caller with this action has the key. Its value does not follow.
pub fn always_has(request: &Request, key: &str) -> bool {
    let (key, action) = (key.to_lowercase(), request.action.to_lowercase());
    let kind = if request.caller.kind == Token { Anonymous } else { request.caller.kind };
    let by_caller =
        ALWAYS.iter().any(|(kinds, keys)| kinds.contains(&kind) && are_named(keys, &key));
    // Tokens of these two have other claims (IAM:reference_policies_iam-condition-keys).
    let is_usual = claim(&key).is_some_and(|claim| ["aud", "sub"].contains(&claim))
        && !key.starts_with("www.amazon.com:")
        && !key.starts_with("graph.facebook.com:");
    // What GetSessionToken and AssumeRoot give is temporary.
    let is_token = ["session-token", "assume-root"]
        .contains(&request.credentials.as_deref().unwrap_or_default());
    by_caller
        || (is_token && key == "aws:tokenissuetime")
        || (request.caller.kind == Token && is_usual && is_own_claim(request, &key))
        || (ALWAYS_WITH.contains(&(action.as_str(), key.as_str())) && can_have(request, &key))
}

/// Whether some requests always have the key: it is no text that may be empty.
pub fn is_always_somewhere(key: &str) -> bool {
    let key = key.to_lowercase();
    let is_of_token = claim(&key).is_some_and(|claim| ["aud", "sub"].contains(&claim))
        && !key.starts_with("www.amazon.com:")
        && !key.starts_with("graph.facebook.com:");
    is_of_token
        || ALWAYS.iter().any(|(_, keys)| are_named(keys, &key))
        || ALWAYS_WITH.iter().any(|(_, with)| *with == key)
        || FOLLOWS.contains(&key.as_str())
}

/// Keys whose value follows from the caller or the resource (`context::fill`).
const FOLLOWS: &[&str] = &[
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principaltype",
    "aws:username",
    "aws:principalservicename",
    "aws:federatedprovider",
    "aws:resourceaccount",
    "s3:resourceaccount",
    "kms:calleraccount",
];

/// Whether the request tells who owns the resource.
pub fn tells_owner(request: &Request) -> bool {
    !are_named(WITHOUT_OWNER, &request.action.to_lowercase())
}

fn are_named(names: &[&str], text: &str) -> bool {
    names.iter().any(|name| match name.strip_suffix('*') {
        Some(beginning) => text.starts_with(beginning),
        None => *name == text,
    })
}

/// Who asks for a role with a token signs nothing (C6a). The line cannot say that he has one.
fn may_show_token(request: &Request) -> bool {
    ["sts:assumerolewithsaml", "sts:assumerolewithwebidentity"]
        .contains(&request.action.to_lowercase().as_str())
}

/// What a call of STS sends along, and what a token does.
fn is_sent_to_sts(key: &str) -> bool {
    are_named(&["aws:federatedprovider", "aws:requesttag/*", "aws:tagkeys", "sts:*"], key)
        || claim(key).is_some()
}

/// Whether the claim is one of the caller's provider.
fn is_own_claim(request: &Request, key: &str) -> bool {
    let name = request.caller.name.to_lowercase();
    let host = name.split_once(":oidc-provider/").map_or(name.as_str(), |(_, host)| host);
    key.rsplit_once(':').is_some_and(|(own, _)| own == host)
}

/// `HOST:claim` is a key of an identity provider; names of services have no dot.
fn claim(key: &str) -> Option<&str> {
    key.split_once(':').filter(|(host, _)| host.contains('.')).map(|(_, claim)| claim)
}
