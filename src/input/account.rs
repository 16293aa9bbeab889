//! The policies of one user or role in the answer of `aws iam get-account-authorization-details`.
//!
//! Source: IAM:API_GetAccountAuthorizationDetails. The answer has inline policies with their owners, and managed policies once, by ARN and
//! with their versions; the default version is in force.

use super::{Document, NAMES, ReadAs, StatedBoundary, parse_embedded, parse_file, tree_of};
use crate::finding::{Finding, codes};
use crate::model::{Arn, PolicyKind};
use crate::source::{SourceId, Sources};
use crate::tree::{Node, Value};

/// The policies of a user or role.
#[derive(Clone, Debug, Default)]
pub(super) struct AccountPolicies {
    /// Inline and managed policies, also those of the groups of a user.
    pub identity: Vec<Document>,
    /// The permissions boundary.
    pub boundary: Option<Document>,
    /// What the answer says of the boundary.
    pub stated: Option<StatedBoundary>,
    /// The trust policy of a role.
    pub trust: Option<Document>,
}

/// Whether a text is that answer, or a part of it that `--filter` leaves. A policy may have the names of its lists as words.
pub fn is_account(text: &str) -> bool {
    let named = ["UserDetailList", "RoleDetailList"].into_iter().filter(|name| text.contains(name));
    let is_list = |root: &Node, name| {
        root.get(name).is_some_and(|list| matches!(list.value, Value::Array(_)))
    };
    let mut named = named.peekable();
    named.peek().is_some()
        && tree_of(text).is_some_and(|root| {
            root.get("Statement").is_none() && named.any(|name| is_list(&root, name))
        })
}

/// The policies that the answer has for this user or role.
///
/// # Errors
/// What is wrong with the text, or what it lacks: the user or role, one of its groups, or a policy that is attached.
pub(super) fn read(
    sources: &mut Sources,
    id: SourceId,
    caller: &Arn,
) -> Result<AccountPolicies, Vec<Finding>> {
    let (root, problems) = parse_file(sources, id, &NAMES)?;
    if !problems.is_empty() {
        return Err(problems);
    }
    if root.get("IsTruncated").is_some_and(|node| node.value == Value::Bool(true)) {
        let message = "the answer is one page of several";
        return Err(vec![lacks(&root, message).help(
            "the AWS CLI fetches all pages, if `--no-paginate` and `--max-items` are left out",
        )]);
    }
    let is_role = caller.resource().starts_with("role/");
    let (list, inline) = if is_role {
        ("RoleDetailList", "RolePolicyList")
    } else {
        ("UserDetailList", "UserPolicyList")
    };
    let has_arn = |node: &&Node| text(node, "Arn") == Some(caller.as_str());
    let Some(owner) = items(&root, list).find(has_arn) else {
        let kind = if is_role { "role" } else { "user" };
        let message = format!("the answer has no {kind} `{}`", caller.as_str());
        return Err(vec![lacks(&root, &message).help(format!("give the ARN as `aws iam get-{kind}` shows it, with its path; `--filter` may have left it out"))]);
    };
    let mut answer = Answer { root: &root, sources };
    let mut identity = answer.policies_of(owner, inline)?;
    for group in owner.get("GroupList").into_iter().flat_map(elements) {
        let name = group.as_str().unwrap_or_default();
        let known =
            items(&root, "GroupDetailList").find(|node| text(node, "GroupName") == Some(name));
        let known = known.ok_or_else(|| {
            vec![lacks(group, "the answer does not have this group").help("leave out `--filter`")]
        })?;
        identity.extend(answer.policies_of(known, "GroupPolicyList")?);
    }
    let trust = match owner.get("AssumeRolePolicyDocument") {
        Some(node) if is_role => Some(answer.document(node)?),
        _ => None,
    };
    let arn = owner.get("PermissionsBoundary").and_then(|node| node.get("PermissionsBoundaryArn"));
    let boundary = match arn.and_then(|arn| answer.default_version(arn)) {
        Some(node) => Some(answer.document(node)?),
        None => None,
    };
    let arn = arn.and_then(Node::as_str);
    let stated = arn.map_or(StatedBoundary::None, |arn| StatedBoundary::Arn(arn.to_owned()));
    Ok(AccountPolicies { identity, boundary, stated: Some(stated), trust })
}

/// A policy of an account, and whose it is.
#[derive(Clone, Debug)]
pub struct OfAccount {
    /// What it is in the account, as in "role `ica`, trust policy".
    pub name: String,
    /// Its kind.
    pub kind: PolicyKind,
    /// The policy.
    pub document: Document,
}

/// All policies that the answer has, in its order, without those that AWS manages: nobody else can change them.
///
/// # Errors
/// What is wrong with the text, or with one of the policies in it, or that there is none.
pub fn policies_of_account(
    sources: &mut Sources,
    id: SourceId,
) -> Result<Vec<OfAccount>, Vec<Finding>> {
    let (root, problems) = parse_file(sources, id, &NAMES)?;
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut answer = Answer { root: &root, sources };
    let mut found = Vec::new();
    for (list, owner, inline) in OWNERS {
        for node in items(&root, list) {
            let owner = format!(
                "{} `{}`",
                owner,
                text(node, &format!("{}Name", capital(owner))).unwrap_or_default()
            );
            let mut add = |name: String, kind, node: Option<&Node>| {
                let document = node.map(|node| answer.document(node)).transpose()?;
                found.extend(document.map(|document| OfAccount { name, kind, document }));
                Ok::<(), Vec<Finding>>(())
            };
            add(
                format!("{owner}, trust policy"),
                PolicyKind::Trust,
                node.get("AssumeRolePolicyDocument"),
            )?;
            for policy in items(node, inline) {
                let name = text(policy, "PolicyName").unwrap_or_default();
                let name = format!("{owner}, inline policy `{name}`");
                add(name, PolicyKind::Identity, policy.get("PolicyDocument"))?;
            }
        }
    }
    for policy in items(&root, "Policies") {
        let Some(arn) = policy.get("Arn") else { continue };
        let is_of_aws = arn.as_str().is_some_and(|arn| arn.split(':').nth(4) == Some("aws"));
        let Some(node) = answer.default_version(arn).filter(|_| !is_of_aws) else { continue };
        let name = format!("managed policy `{}`", text(policy, "PolicyName").unwrap_or_default());
        let document = answer.document(node)?;
        found.push(OfAccount { name, kind: PolicyKind::Identity, document });
    }
    if found.is_empty() {
        return Err(vec![lacks(&root, "the answer has no policy that the account can change")]);
    }
    Ok(found)
}

/// The lists of owners, what one is called, and the list of its inline policies.
const OWNERS: [(&str, &str, &str); 3] = [
    ("UserDetailList", "user", "UserPolicyList"),
    ("GroupDetailList", "group", "GroupPolicyList"),
    ("RoleDetailList", "role", "RolePolicyList"),
];

/// The word with a capital letter.
fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    first.to_ascii_uppercase() + rest
}

struct Answer<'a> {
    root: &'a Node,
    sources: &'a mut Sources,
}

impl<'a> Answer<'a> {
    /// The inline and the managed policies of a user, role or group.
    fn policies_of(
        &mut self,
        owner: &'a Node,
        inline: &str,
    ) -> Result<Vec<Document>, Vec<Finding>> {
        let mut documents = Vec::new();
        for policy in items(owner, inline) {
            let node = policy.get("PolicyDocument");
            let node = node.ok_or_else(|| vec![lacks(policy, "this policy has no document")])?;
            documents.push(self.document(node)?);
        }
        for attached in items(owner, "AttachedManagedPolicies") {
            let found = attached.get("PolicyArn").and_then(|arn| self.default_version(arn));
            let Some(node) = found else {
                let message = "this policy is attached, and the answer does not have its text";
                return Err(vec![lacks(attached, message).help(
                    "leave out `--filter`, or name LocalManagedPolicy and AWSManagedPolicy in it",
                )]);
            };
            documents.push(self.document(node)?);
        }
        Ok(documents)
    }

    /// The document of the version that is in force.
    fn default_version(&self, arn: &Node) -> Option<&'a Node> {
        let arn = arn.as_str()?;
        let policy = items(self.root, "Policies").find(|node| text(node, "Arn") == Some(arn))?;
        let is_default = |node: &&Node| {
            node.get("IsDefaultVersion").is_some_and(|node| node.value == Value::Bool(true))
        };
        items(policy, "PolicyVersionList").find(is_default)?.get("Document")
    }

    fn document(&mut self, node: &Node) -> Result<Document, Vec<Finding>> {
        let (node, findings) = match &node.value {
            Value::String(_) => parse_embedded(self.sources, node)?,
            _ => (node.clone(), Vec::new()),
        };
        Document::of_tree(ReadAs::Account, node, findings)
    }
}

fn lacks(node: &Node, message: &str) -> Finding {
    Finding::new(codes::NO_POLICY, node.span, message)
}

fn elements(node: &Node) -> impl Iterator<Item = &Node> {
    match &node.value {
        Value::Array(items) => items.as_slice(),
        _ => &[],
    }
    .iter()
}

fn items<'n>(node: &'n Node, name: &str) -> impl Iterator<Item = &'n Node> {
    node.get(name).into_iter().flat_map(elements)
}

fn text<'n>(node: &'n Node, name: &str) -> Option<&'n str> {
    node.get(name)?.as_str()
}
