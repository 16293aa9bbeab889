//! The shapes a file can have, recognised by its members.

use crate::finding::{LETTERS_PER_MISTAKE, distance_within};
use crate::tree::{Member, Node, Value};
use std::fmt;

/// What a file was read as.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum ReadAs {
    /// A policy document.
    Policy,
    /// `aws s3api get-bucket-policy`: the policy is a string under `Policy`.
    PolicyString,
    /// `aws kms get-key-policy`: the same, with `PolicyName`.
    KeyPolicy,
    /// `aws iam get-policy-version`: the policy is under `PolicyVersion.Document`.
    PolicyVersion,
    /// `aws iam get-user-policy`: the policy is under `PolicyDocument`.
    UserPolicy,
    /// `aws iam get-group-policy`: the same, with `GroupName`.
    GroupPolicy,
    /// `aws iam get-role-policy`: the same, with `RoleName`.
    RolePolicy,
    /// `aws iam get-role`: the trust policy is under `Role.AssumeRolePolicyDocument`.
    Role,
    /// `aws organizations describe-policy`: the policy is a string under `Policy.Content`.
    OrganizationsPolicy,
    /// `aws iam get-account-authorization-details`: the policies of all users, groups and roles of an account.
    Account,
}

impl ReadAs {
    /// Whether AWS itself gave the policy, so that it has stored it.
    pub fn is_answer(self) -> bool {
        self != ReadAs::Policy
    }
}

impl fmt::Display for ReadAs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ReadAs::Policy => "a policy document",
            ReadAs::PolicyString => "an answer of `aws s3api get-bucket-policy`",
            ReadAs::KeyPolicy => "an answer of `aws kms get-key-policy`",
            ReadAs::PolicyVersion => "an answer of `aws iam get-policy-version`",
            ReadAs::UserPolicy => "an answer of `aws iam get-user-policy`",
            ReadAs::GroupPolicy => "an answer of `aws iam get-group-policy`",
            ReadAs::RolePolicy => "an answer of `aws iam get-role-policy`",
            ReadAs::Role => "an answer of `aws iam get-role`",
            ReadAs::OrganizationsPolicy => "an answer of `aws organizations describe-policy`",
            ReadAs::Account => "an answer of `aws iam get-account-authorization-details`",
        })
    }
}

/// What an answer says of the permissions boundary of the role or user that it is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StatedBoundary {
    /// It has none.
    None,
    /// The ARN of the policy.
    Arn(String),
}

/// The policy inside of a document.
pub(super) struct Located {
    pub read_as: ReadAs,
    pub node: Node,
    pub boundary: Option<StatedBoundary>,
}

/// Names of policies, and of the answers that hold them. Other files have a `Version` as well, also those with keys of AWS.
pub(super) const NAMES: [&str; 8] = [
    "Statement",
    "PolicyVersion",
    "PolicyDocument",
    "AssumeRolePolicyDocument",
    "Policy",
    "UserDetailList",
    "RoleDetailList",
    "GroupDetailList",
];

/// Finds the policy; `None` if the document is of no known shape.
pub(super) fn locate(root: Node) -> Option<Located> {
    let wrapped = [
        (ReadAs::PolicyVersion, &["PolicyVersion", "Document"][..]),
        (inline_policy(&root), &["PolicyDocument"]),
        (ReadAs::Role, &["Role", "AssumeRolePolicyDocument"]),
        (ReadAs::OrganizationsPolicy, &["Policy", "Content"]),
        (
            if root.get("PolicyName").is_some() { ReadAs::KeyPolicy } else { ReadAs::PolicyString },
            &["Policy"],
        ),
    ];
    // A document that has elements of a policy is one, also if another member looks like an answer.
    if root.as_object().is_some_and(has_policy_elements) {
        return Some(Located { read_as: ReadAs::Policy, node: root, boundary: None });
    }
    // `get-bucket-policy --query Policy` prints the string alone.
    if root.as_str().is_some_and(|text| text.trim_start().starts_with('{')) {
        return Some(Located { read_as: ReadAs::PolicyString, node: root, boundary: None });
    }
    wrapped.into_iter().find_map(|(read_as, path)| {
        let node = path.iter().try_fold(&root, |node, name| node.get(name))?;
        let fits = match node.value {
            Value::String(_) => true,
            Value::Object(_) => node.as_object().is_some_and(has_policy_elements),
            _ => false,
        };
        let boundary = (read_as == ReadAs::Role).then(|| boundary(&root, "Role"));
        fits.then(|| Located { read_as, node: node.clone(), boundary })
    })
}

/// Whether JSON that is no policy was probably meant as one: a statement alone, a list of statements, or statements under another name than `Statement`.
pub(super) fn is_like_policy(root: &Node) -> bool {
    let is_statement = |node: &Node| node.get("Effect").is_some();
    let has_statements = |node: &Node| match &node.value {
        Value::Array(items) => items.iter().any(is_statement),
        _ => is_statement(node),
    };
    let mut members = root.as_object().into_iter().flatten();
    has_statements(root) || members.any(|member| has_statements(&member.value))
}

/// The boundary in an answer of `get-role` or `get-user` (under `Role` or `User`), which always shows it if there is one.
pub fn boundary(root: &Node, of: &str) -> StatedBoundary {
    let path = [of, "PermissionsBoundary", "PermissionsBoundaryArn"];
    let arn = path.iter().try_fold(root, |node, name| node.get(name)).and_then(Node::as_str);
    arn.map_or(StatedBoundary::None, |arn| StatedBoundary::Arn(arn.to_owned()))
}

fn inline_policy(root: &Node) -> ReadAs {
    match (root.get("GroupName"), root.get("RoleName")) {
        (Some(_), _) => ReadAs::GroupPolicy,
        (None, Some(_)) => ReadAs::RolePolicy,
        (None, None) => ReadAs::UserPolicy,
    }
}

/// `Statement` makes a policy, in any case: `statement` is a mistake worth a better message than "no policy". So is `Statment` beside the version of a policy.
fn has_policy_elements(members: &[Member]) -> bool {
    members.iter().any(|member| {
        let name = member.name.text.to_ascii_lowercase();
        let is_version = || {
            matches!(member.value.as_str(), Some("2012-10-17" | "2008-10-17"))
                && distance_within(&name, "version", "version".len() / LETTERS_PER_MISTAKE)
                    .is_some()
        };
        name == "statement" || is_version()
    })
}
