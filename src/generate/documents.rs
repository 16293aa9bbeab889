//! The documents of a plan.

use super::grants::{Grant, advised, grants};
use super::notes::{notes, open_placeholders};
use super::plan::{Holder, Plan};
use super::policy::{PolicyDocument, Principal, Statement, literal};
use super::{Body, Document, Generated, Kind, cors};
use crate::ica::catalogue::{IcaCaller, Target, catalogue};

/// The callers in the customer's account.
const OWN: [IcaCaller; 2] = [IcaCaller::IamUser, IcaCaller::FederatedSession];

/// Illumina's.
const FOREIGN: [IcaCaller; 1] = [IcaCaller::CrossAccountRole];

/// Makes the documents of a plan.
pub fn generate(plan: &Plan) -> Generated {
    let policies = [
        own_policy(plan).map(|policy| (own_kind(plan), policy)),
        trust_policy(plan).map(|policy| (Kind::TrustPolicy, policy)),
        bucket_policy(plan).map(|policy| (Kind::BucketPolicy, policy)),
    ];
    let policies = policies.into_iter().flatten().map(|(kind, policy)| Document { kind, body: Body::Policy(policy) });
    let cors = wants_cors(plan).then(|| Document { kind: Kind::Cors, body: Body::Cors(cors()) });
    let documents = policies.chain(cors).collect::<Vec<_>>();
    let mut left_out = advised(plan, &OWN);
    left_out.extend(advised(plan, &FOREIGN));
    Generated { notes: notes(plan, &documents, &left_out), placeholders: open_placeholders(&documents, plan), documents }
}

fn own_kind(plan: &Plan) -> Kind {
    match plan.holder {
        Holder::User(_) => Kind::UserPolicy,
        Holder::Role(_) => Kind::RolePolicy,
    }
}

/// The policy of the user or role. A session has no more than its user, so it holds what sessions need as well.
fn own_policy(plan: &Plan) -> Option<PolicyDocument> {
    let statements = grants(plan, &OWN).into_iter().map(|grant| {
        let resource = vec![resource(plan, grant.target)];
        Statement::allow(sid(grant.target), grant.actions, resource)
    });
    PolicyDocument::of(statements.collect())
}

fn sid(target: Target) -> &'static str {
    match target {
        Target::Bucket => "IcaBucket",
        Target::Object => "IcaObjects",
        Target::Folder => "IcaFolders",
        Target::FederatedUser => "IcaSessions",
    }
}

/// The pattern of all resources of a kind.
fn resource(plan: &Plan, target: Target) -> String {
    let bucket = format!("arn:aws:s3:::{}", literal(&plan.bucket));
    match target {
        Target::Bucket => bucket,
        Target::Object => format!("{bucket}/{}*", literal(&plan.prefix)),
        Target::Folder => format!("{bucket}/{}*/", literal(&plan.prefix)),
        Target::FederatedUser => sessions(plan),
    }
}

/// The federated sessions of the user: the name is ICA's choice (C5).
fn sessions(plan: &Plan) -> String {
    let name = plan.session_name.as_deref().map_or_else(|| "*".to_owned(), literal);
    format!("arn:aws:sts::{}:federated-user/{name}", plan.holder.arn().account())
}

/// `aws:PrincipalArn` of the caller's requests: of a session of a user it is the session's, of one of a role the role's (C5).
fn own_principals(plan: &Plan) -> Vec<String> {
    let own = literal(plan.holder.arn().as_str());
    match plan.holder {
        Holder::User(_) => vec![own, sessions(plan)],
        Holder::Role(_) => vec![own],
    }
}

/// What the bucket policy must say: nothing for callers of its own account, whom their own policies allow.
fn bucket_policy(plan: &Plan) -> Option<PolicyDocument> {
    let mut statements = Vec::new();
    if plan.holder_is_foreign() {
        statements.extend(foreign_holder(plan));
    }
    if let Some(role) = &plan.cross_account_role {
        let allow = |grant: Grant| {
            let sid = if grant.target == Target::Bucket { "IcaCrossAccountBucket" } else { "IcaCrossAccountCopy" };
            Statement::allow(sid, grant.actions, vec![resource(plan, grant.target)]).to(Principal::Aws(role.as_str().to_owned()))
        };
        statements.extend(grants(plan, &FOREIGN).into_iter().map(allow));
    }
    statements.extend(deny_others(plan).filter(|_| plan.deny_others));
    PolicyDocument::of(statements)
}

/// A caller of another account needs both sides. To name the user does not for sure reach his sessions across accounts (C3), and a session
/// cannot be named by pattern in `Principal` (C7): the account is named, and the condition keeps everybody else of it out.
fn foreign_holder(plan: &Plan) -> impl Iterator<Item = Statement> {
    let account = format!("arn:aws:iam::{}:root", plan.holder.arn().account());
    let at_bucket = grants(plan, &OWN).into_iter().filter(|grant| grant.target != Target::FederatedUser);
    at_bucket.map(move |grant| {
        Statement::allow(sid(grant.target), grant.actions, vec![resource(plan, grant.target)]).to(Principal::Aws(account.clone())).when(
            "ArnLike",
            "aws:PrincipalArn",
            own_principals(plan),
        )
    })
}

/// Step 5 of ICA's page with all exceptions: the user, its sessions, and Illumina's role, which the page forgets (C9).
fn deny_others(plan: &Plan) -> Option<Statement> {
    let objects = |callers: &[IcaCaller]| grants(plan, callers).into_iter().filter(|grant| grant.target == Target::Object);
    let mut actions = Vec::new();
    for action in objects(&OWN).chain(objects(&FOREIGN)).flat_map(|grant| grant.actions) {
        if !actions.contains(&action) {
            actions.push(action);
        }
    }
    let role = plan.cross_account_role.as_ref().map(|role| literal(role.as_str()));
    let excepted = own_principals(plan).into_iter().chain(role).collect();
    let deny = Statement { effect: "Deny", ..Statement::allow("DenyOthers", actions, vec![resource(plan, Target::Object)]) };
    (!deny.action.is_empty()).then(|| deny.to(Principal::Aws("*".to_owned())).when("ArnNotLike", "aws:PrincipalArn", excepted))
}

/// Who may assume the role: ICA's OIDC provider, of which the pages that can be read say nothing (A1).
fn trust_policy(plan: &Plan) -> Option<PolicyDocument> {
    let Holder::Role(role) = &plan.holder else { return None };
    let issuer = plan.value("ICA_OIDC_ISSUER");
    let provider = format!("arn:aws:iam::{}:oidc-provider/{issuer}", role.account());
    let statement = Statement::allow("IcaAssumesRole", vec!["sts:AssumeRoleWithWebIdentity".to_owned()], Vec::new())
        .to(Principal::Federated(provider))
        .when("StringEquals", format!("{issuer}:aud"), vec![plan.value("ICA_OIDC_AUDIENCE").to_owned()])
        .when("StringEquals", format!("{issuer}:sub"), vec![plan.value("ICA_OIDC_SUBJECT").to_owned()]);
    PolicyDocument::of(vec![statement])
}

fn wants_cors(plan: &Plan) -> bool {
    catalogue().operations.iter().any(|operation| operation.cors && plan.wanted.iter().any(|(id, _)| *id == operation.id))
}
