//! What kind of policy a document is: what a flag says, the AWS CLI's answer, the name of the file, the shape of the text.

use super::{Document, ReadAs};
use crate::model::PolicyKind;
use crate::syntax::{Body, StatementItem};

/// What said which kind a policy is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum KindFrom {
    /// A flag of the command.
    Flag,
    /// The configuration, by the path of the file.
    Configuration,
    /// The answer of the AWS CLI that the policy is in.
    Answer,
    /// A word in the name of the file, or of a folder above it.
    Path,
    /// The elements and actions of the policy.
    Shape,
}

impl KindFrom {
    /// How reports say it, behind "by".
    pub fn words(self) -> &'static str {
        match self {
            KindFrom::Flag => "the flag",
            KindFrom::Configuration => "the configuration",
            KindFrom::Answer => "the AWS CLI's answer",
            KindFrom::Path => "the file's name",
            KindFrom::Shape => "its elements",
        }
    }
}

/// Words in names of files and folders, each for one kind.
const WORDS: [(&str, PolicyKind); 12] = [
    ("scp", PolicyKind::Scp),
    ("scps", PolicyKind::Scp),
    ("rcp", PolicyKind::Rcp),
    ("rcps", PolicyKind::Rcp),
    ("trust", PolicyKind::Trust),
    ("assume-role", PolicyKind::Trust),
    ("boundary", PolicyKind::Boundary),
    ("boundaries", PolicyKind::Boundary),
    ("key-policy", PolicyKind::KmsKey),
    ("vpce", PolicyKind::Vpce),
    ("vpc-endpoint", PolicyKind::Vpce),
    ("session-policy", PolicyKind::Session),
];

/// Folders above a file whose names count.
const MOST_FOLDERS: usize = 3;

/// The kind of a document in a file of this name, and what says it.
pub fn kind_of(document: &Document, name: &str) -> (PolicyKind, KindFrom) {
    let answered = match document.read_as {
        ReadAs::KeyPolicy => Some(PolicyKind::KmsKey),
        ReadAs::Role => Some(PolicyKind::Trust),
        ReadAs::PolicyVersion | ReadAs::UserPolicy | ReadAs::GroupPolicy | ReadAs::RolePolicy => {
            Some(PolicyKind::Identity)
        }
        ReadAs::OrganizationsPolicy => Some(match document.names_principals() {
            Some(true) => PolicyKind::Rcp,
            _ => PolicyKind::Scp,
        }),
        ReadAs::PolicyString | ReadAs::Policy | ReadAs::Account => None,
    };
    if let Some(kind) = answered {
        return (kind, KindFrom::Answer);
    }
    match by_path(name).filter(|kind| can_be(document, *kind)) {
        Some(kind) => (kind, KindFrom::Path),
        None => (by_shape(document), KindFrom::Shape),
    }
}

/// The nearest word in the name of the file or of the folders above it.
fn by_path(name: &str) -> Option<PolicyKind> {
    let parts = name.rsplit(['/', '\\']).take(1 + MOST_FOLDERS);
    parts.filter_map(by_name).next()
}

fn by_name(part: &str) -> Option<PolicyKind> {
    let plain =
        part.to_ascii_lowercase().replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
    let plain = format!("-{plain}-");
    WORDS.iter().find(|(word, _)| plain.contains(&format!("-{word}-"))).map(|(_, kind)| *kind)
}

/// Whether a document has the elements of the kind. Policies of an organization and of roles are told by their names alone: a principal in an SCP is a mistake
/// worth a finding.
fn can_be(document: &Document, kind: PolicyKind) -> bool {
    match kind {
        PolicyKind::Scp | PolicyKind::Rcp | PolicyKind::Trust => true,
        kind => document.names_principals().is_none_or(|names| names == kind.has_principal()),
    }
}

/// The kind by the elements of the statements, and by the services of their actions.
fn by_shape(document: &Document) -> PolicyKind {
    if document.names_principals() != Some(true) {
        return PolicyKind::Identity;
    }
    match document.resource_kind() {
        PolicyKind::Resource if is_all_of_kms(document) => PolicyKind::KmsKey,
        kind => kind,
    }
}

/// Whether every statement has actions of KMS alone.
fn is_all_of_kms(document: &Document) -> bool {
    let blocks = document.policy.elements.iter().filter_map(|element| match &element.body {
        Body::Statements(statements) => Some(&statements.items),
        _ => None,
    });
    let mut items = blocks.flatten().peekable();
    let is_of_kms = |item: &StatementItem| match item {
        StatementItem::Statement(statement) => statement.elements.iter().any(|element| {
            let Body::Texts(texts) = &element.body else { return false };
            let starts =
                |text: &str| text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("kms:"));
            element.name.text == "Action"
                && texts.items.iter().all(|item| item.as_str().is_some_and(starts))
        }),
        StatementItem::Other(_) => false,
    };
    items.peek().is_some() && items.all(is_of_kms)
}

#[cfg(test)]
mod tests {
    use super::by_path;
    use crate::model::PolicyKind;

    #[test]
    fn names_of_files() {
        for (name, kind) in [
            ("policies/05-scps/policies/policy1.json", Some(PolicyKind::Scp)),
            ("scp.json", Some(PolicyKind::Scp)),
            ("identity/trust/trust-policy.json", Some(PolicyKind::Trust)),
            ("resource/kms/key-policy.json", Some(PolicyKind::KmsKey)),
            ("AssumeRole.json", None),
            ("assume_role.json", Some(PolicyKind::Trust)),
            ("descriptions/policy.json", None),
            ("rcp/trust.json", Some(PolicyKind::Trust)),
        ] {
            assert_eq!(by_path(name), kind, "{name}");
        }
    }
}
