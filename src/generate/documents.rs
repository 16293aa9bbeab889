//! Makes the documents of a plan.

use super::grants::{Grant, advised, grants};
use super::notes::{notes, open_placeholders};
use super::plan::Plan;
use super::policy::{PolicyDocument, Principal, Statement, literal};
use super::{Body, Document, Generated, Kind, cors};
use crate::product::catalogue::Target;
use crate::product::{CallerId, Customer, KmsKey, PlaceholderRole};

/// Makes the documents of a plan.
pub fn generate(plan: &Plan) -> Generated {
    let policies = [
        own_policy(plan).map(|policy| (own_kind(plan), policy)),
        trust_policy(plan).map(|policy| (Kind::TrustPolicy, policy)),
        bucket_policy(plan).map(|policy| (Kind::BucketPolicy, policy)),
        key_policy(plan).map(|policy| (Kind::KmsKeyPolicy, policy)),
    ];
    let policies = policies
        .into_iter()
        .flatten()
        .map(|(kind, policy)| Document { kind, body: Body::Policy(policy) });
    let cors = plan.product.cors().filter(|_| wants_cors(plan)).map(cors);
    let cors = cors.map(|cors| Document { kind: Kind::Cors, body: Body::Cors(cors) });
    let documents = policies.chain(cors).collect::<Vec<_>>();
    let mut left_out = advised(plan, &plan.own_callers());
    for action in advised(plan, &plan.vendor_callers()) {
        if !left_out.contains(&action) {
            left_out.push(action);
        }
    }
    Generated {
        notes: notes(plan, &documents, &left_out),
        placeholders: open_placeholders(&documents, plan),
        documents,
    }
}

fn own_kind(plan: &Plan) -> Kind {
    match plan.customer {
        Customer::User(_) => Kind::UserPolicy,
        Customer::Role(_) => Kind::RolePolicy,
    }
}

/// The policy of the user or role. It also allows what sessions need, since a session has no more
/// permissions than its user.
fn own_policy(plan: &Plan) -> Option<PolicyDocument> {
    // Who may assume the role is said in its trust policy, not in its own policy.
    let statements =
        own_grants(plan).into_iter().filter(|grant| grant.target != Target::Role).map(|grant| {
            let resource = vec![resource(plan, grant.target)];
            Statement::allow(sid(plan, grant.target), grant.actions, resource)
        });
    PolicyDocument::of(statements.collect())
}

fn own_grants(plan: &Plan) -> Vec<Grant> {
    grants(plan, &plan.own_callers())
}

fn sid(plan: &Plan, target: Target) -> String {
    named(
        plan,
        match target {
            Target::Bucket => "Bucket",
            Target::Object => "Objects",
            Target::Folder => "Folders",
            Target::FederatedUser => "Sessions",
            Target::Key => "Key",
            Target::Role => "AssumesRole",
        },
    )
}

/// A Sid that begins with the name of the product, which has letters and digits only.
fn named(plan: &Plan, end: &str) -> String {
    let name = plan.product.wording().lower();
    let (first, rest) = name.split_at(name.len().min(1));
    format!("{}{rest}{end}", first.to_uppercase())
}

/// The pattern of all resources of a kind.
fn resource(plan: &Plan, target: Target) -> String {
    let bucket = format!("arn:aws:s3:::{}", literal(&plan.bucket));
    match target {
        Target::Bucket => bucket,
        Target::Object => format!("{bucket}/{}*", literal(&plan.prefix)),
        Target::Folder => format!("{bucket}/{}*/", literal(&plan.prefix)),
        Target::FederatedUser => sessions(plan),
        Target::Key => plan.kms_key.as_ref().map(KmsKey::words).unwrap_or_default(),
        Target::Role => plan.customer.arn().as_str().to_owned(),
    }
}

/// The federated sessions of the user. The product chooses their name (STS:API_GetFederationToken).
fn sessions(plan: &Plan) -> String {
    let name = plan.session_name.as_deref().map_or_else(|| "*".to_owned(), literal);
    format!("arn:aws:sts::{}:federated-user/{name}", plan.customer.account())
}

/// The values of `aws:PrincipalArn` in the caller's requests. For a federated session it is the ARN
/// of the session, for a role session the ARN of the role (IAM:reference_policies_condition-keys).
fn own_principals(plan: &Plan) -> Vec<String> {
    let own = literal(plan.customer.arn().as_str());
    match plan.customer {
        Customer::User(_) => vec![own, sessions(plan)],
        Customer::Role(_) => vec![own],
    }
}

/// The bucket policy. Callers of the bucket's own account need no statement in it: their own
/// policies allow.
fn bucket_policy(plan: &Plan) -> Option<PolicyDocument> {
    let mut statements = Vec::new();
    if plan.customer_is_foreign() {
        statements.extend(foreign_customer(plan));
    }
    if let Some(role) = &plan.cross_account_role {
        let allow = |grant: Grant| {
            let end = if grant.target == Target::Bucket { "Bucket" } else { "Copy" };
            let sid = named(plan, &format!("CrossAccount{end}"));
            Statement::allow(sid, grant.actions, vec![resource(plan, grant.target)])
                .to(Principal::Aws(role.as_str().to_owned()))
        };
        statements.extend(
            grants(plan, &plan.vendor_callers())
                .into_iter()
                .filter(|grant| grant.target.is_at_bucket())
                .map(allow),
        );
    }
    statements.extend(deny_others(plan).filter(|_| plan.deny_others));
    PolicyDocument::of(statements)
}

/// Statements for a user or role of another account, which needs both sides. Naming the user does
/// not certainly reach its sessions across accounts
/// (IAM:reference_policies_evaluation-logic-cross-account), and `Principal` cannot name sessions by
/// a pattern (IAM:reference_policies_elements_principal). So the statement names the account, and
/// the condition keeps out everybody else of that account.
fn foreign_customer(plan: &Plan) -> impl Iterator<Item = Statement> {
    let at_bucket = own_grants(plan).into_iter().filter(|grant| grant.target.is_at_bucket());
    at_bucket.map(move |grant| {
        let resource = vec![resource(plan, grant.target)];
        only_own(plan, Statement::allow(sid(plan, grant.target), grant.actions, resource))
    })
}

/// The statement of another account's resource, limited to the customer's own callers.
fn only_own(plan: &Plan, statement: Statement) -> Statement {
    statement.to(root(plan.customer.account())).when(
        "ArnLike",
        "aws:PrincipalArn",
        own_principals(plan),
    )
}

/// The account as a principal. It may delegate what it is granted.
fn root(account: &str) -> Principal {
    Principal::Aws(format!("arn:aws:iam::{account}:root"))
}

/// The policy of the key. AWS's default statement lets the account's own policies decide who uses
/// the key, so the customer's callers need no other statement here unless they belong to another
/// account. The vendor's role does, and is named (KMS:key-policies,
/// KMS:key-policy-modifying-external-accounts).
fn key_policy(plan: &Plan) -> Option<PolicyDocument> {
    let Some(KmsKey::Arn(key)) = &plan.kms_key else { return None };
    // In a key policy `*` means the key itself.
    let on_key =
        |sid: String, actions: Vec<String>| Statement::allow(sid, actions, vec!["*".to_owned()]);
    let actions = |callers: &[CallerId]| {
        let grants = grants(plan, callers);
        grants.into_iter().find(|grant| grant.target == Target::Key).map(|grant| grant.actions)
    };
    let mut statements = vec![
        on_key("EnableIamPolicies".to_owned(), vec!["kms:*".to_owned()]).to(root(key.account())),
    ];
    if plan.customer.account() != key.account() {
        statements.extend(
            actions(&plan.own_callers())
                .map(|actions| only_own(plan, on_key(sid(plan, Target::Key), actions))),
        );
    }
    if let Some(role) = &plan.cross_account_role {
        let to_role = |actions| {
            on_key(named(plan, "CrossAccountKey"), actions)
                .to(Principal::Aws(role.as_str().to_owned()))
        };
        statements.extend(actions(&plan.vendor_callers()).map(to_role));
    }
    PolicyDocument::of(statements)
}

/// A Deny for all others with all exceptions: the user, its sessions, and the vendor's role, which
/// step 5 of ICA's page does not except although its step 7 needs it.
fn deny_others(plan: &Plan) -> Option<Statement> {
    let granted = own_grants(plan)
        .into_iter()
        .chain(grants(plan, &plan.vendor_callers()))
        .filter(|grant| grant.target == Target::Object);
    let mut actions = Vec::new();
    for action in granted.flat_map(|grant| grant.actions) {
        if !actions.contains(&action) {
            actions.push(action);
        }
    }
    let role = plan.cross_account_role.as_ref().map(|role| literal(role.as_str()));
    let excepted = own_principals(plan).into_iter().chain(role).collect();
    let deny = Statement {
        effect: "Deny",
        ..Statement::allow("DenyOthers".to_owned(), actions, vec![resource(plan, Target::Object)])
    };
    (!deny.action.is_empty()).then(|| {
        deny.to(Principal::Aws("*".to_owned())).when("ArnNotLike", "aws:PrincipalArn", excepted)
    })
}

/// The trust policy of the role: it names the vendor's identity provider, whose issuer, audience and
/// subject may not be published, or the vendor's role with the external id that it sends.
fn trust_policy(plan: &Plan) -> Option<PolicyDocument> {
    let Customer::Role(role) = &plan.customer else { return None };
    let actions = own_grants(plan).into_iter().find(|grant| grant.target == Target::Role)?.actions;
    let statement = Statement::allow(sid(plan, Target::Role), actions, Vec::new());
    let when =
        |statement: Statement, key: String, role: PlaceholderRole| match plan.placeholder(role) {
            Some(value) => statement.when("StringEquals", key, vec![value.to_owned()]),
            None => statement,
        };
    let statement = if let Some(issuer) = plan.placeholder(PlaceholderRole::Issuer) {
        // A host name that nobody can have, so that nobody is trusted by mistake.
        let is_open = plan.product.placeholders().iter().any(|known| known.name == issuer);
        let issuer = if is_open { format!("{issuer}.invalid") } else { issuer.to_owned() };
        let provider = format!("arn:aws:iam::{}:oidc-provider/{issuer}", role.account());
        let statement = statement.to(Principal::Federated(provider));
        let statement = when(statement, format!("{issuer}:aud"), PlaceholderRole::Audience);
        when(statement, format!("{issuer}:sub"), PlaceholderRole::Subject)
    } else {
        let vendor = plan.cross_account_role.as_ref()?.as_str().to_owned();
        let statement = statement.to(Principal::Aws(vendor));
        when(statement, "sts:ExternalId".to_owned(), PlaceholderRole::ExternalId)
    };
    PolicyDocument::of(vec![statement])
}

fn wants_cors(plan: &Plan) -> bool {
    plan.product.catalogue().operations.iter().any(|operation| {
        operation.environment.iter().any(|setting| setting == "cors")
            && plan.wanted.iter().any(|(id, _)| *id == operation.id)
    })
}
