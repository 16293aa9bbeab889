//! Recognises a file as a policy, or as an answer of the AWS CLI that holds one. Loads a policy from the name of its file.
//!
//! The documents found keep spans into the user's file, even if the policy is a string inside of JSON.

mod account;
mod cors_xml;
mod edit;
mod foreign;
mod kind;
mod load;
mod other_forms;
mod shape;
mod toml_fault;

pub use account::{OfAccount, is_account, policies_of_account};
pub use edit::edited;
pub use foreign::has_member;
pub use kind::{KindFrom, kind_of};
pub use load::{
    FileRead, Loader, LoweredDocument, NONE, OfCaller, Unreadable, load_answer, load_identity,
    load_policy, load_resource_policy,
};
pub use shape::{ReadAs, StatedBoundary, boundary};
pub use toml_fault::{TomlFault, names_of};

use crate::finding::{Finding, Severity, codes};
use crate::json;
use crate::model::{ActionPattern, PolicyKind, Statement};
use crate::source::{SourceId, Sources, Span};
use crate::syntax::{self, Body, Policy, StatementItem};
use crate::tree::{Node, Value};
use other_forms::OtherForm;
use shape::{Located, NAMES};

/// A policy document found in a file.
#[derive(Clone, Debug)]
pub struct Document {
    /// What the file was read as.
    pub read_as: ReadAs,
    /// The policy as written.
    pub policy: Policy,
    /// What is wrong with its text, though it could be read.
    pub findings: Vec<Finding>,
    /// What the file says of the boundary of the role.
    pub boundary: Option<StatedBoundary>,
}

impl Document {
    /// `findings`: what is wrong with the text of the tree.
    fn of_tree(
        read_as: ReadAs,
        root: Node,
        mut findings: Vec<Finding>,
    ) -> Result<Document, Vec<Finding>> {
        let parsed = syntax::parse(root);
        findings.extend(parsed.findings);
        match parsed.policy {
            Some(policy) => Ok(Document { read_as, policy, findings, boundary: None }),
            None => Err(findings),
        }
    }

    /// Whether its statements name principals, as only policies of resources do; `None` if it has no statement.
    pub fn names_principals(&self) -> Option<bool> {
        self.naming().reduce(|one, other| one || other)
    }

    /// The same where all of its statements agree; else `None`.
    pub fn names_principals_throughout(&self) -> Option<bool> {
        let mut naming = self.naming();
        let first = naming.next()?;
        naming.all(|names| names == first).then_some(first)
    }

    /// For each statement whether it names principals.
    fn naming(&self) -> impl Iterator<Item = bool> {
        let blocks = self.policy.elements.iter().filter_map(|element| match &element.body {
            Body::Statements(statements) => Some(&statements.items),
            _ => None,
        });
        let statements = blocks.flatten().filter_map(|item| match item {
            StatementItem::Statement(statement) => Some(statement),
            StatementItem::Other(_) => None,
        });
        let names = |statement: &syntax::Statement| {
            statement.elements.iter().any(|element| element.name.text.ends_with("Principal"))
        };
        statements.map(names)
    }

    /// The kind of a policy that names principals: all actions of a role's trust policy are those of STS.
    pub fn resource_kind(&self) -> PolicyKind {
        let policy = self.clone().lower(PolicyKind::Resource).policy;
        let is_of_role = |statement: &Statement| {
            statement.resource.is_none()
                && statement.action.as_ref().is_some_and(|element| {
                    let is_of_sts = |action: &ActionPattern| {
                        action.pattern.literal_start().to_ascii_lowercase().starts_with("sts:")
                    };
                    !element.not
                        && !element.patterns.is_empty()
                        && element.patterns.iter().all(is_of_sts)
                })
        };
        let is_trust = !policy.statements.is_empty() && policy.statements.iter().all(is_of_role);
        if is_trust { PolicyKind::Trust } else { PolicyKind::Resource }
    }
}

/// Reads the policy document of a source.
///
/// # Errors
/// The findings that say why there is none: the text is not JSON, or other JSON.
pub fn read_policy(sources: &mut Sources, id: SourceId) -> Result<Document, Vec<Finding>> {
    let (root, mut findings) = parse_file(sources, id, &NAMES)?;
    let form = other_forms::of_object(&root);
    let Some(Located { read_as, node, boundary }) = shape::locate(root) else {
        return Err(vec![unrecognised(sources.get(id).name(), form)]);
    };
    // If an answer holds two policies, it is not known which one is in force.
    let outside = |finding: &&Finding| {
        finding.code == codes::DUPLICATE_MEMBER && !node.span.contains(finding.span)
    };
    let twice = findings.iter().filter(outside).cloned().collect::<Vec<_>>();
    if read_as != ReadAs::Policy && !twice.is_empty() {
        return Err(twice);
    }
    let node = match &node.value {
        Value::String(_) => {
            let (inner, more) = parse_embedded(sources, &node)?;
            findings.extend(more);
            inner
        }
        _ => node,
    };
    Ok(Document { boundary, ..Document::of_tree(read_as, node, findings)? })
}

/// The policy in the text of an answer of the AWS CLI, as a text of its own; `None` if the text is the policy, or holds none.
pub fn bare_policy(text: &str) -> Option<(ReadAs, String)> {
    let mut sources = Sources::new();
    let id = sources.add_file("", text.to_owned()).ok()?;
    let document = read_policy(&mut sources, id).ok()?;
    let bare = sources.text(document.policy.span).to_owned();
    document.read_as.is_answer().then_some((document.read_as, bare))
}

/// Reads a tree that is a policy document by itself.
///
/// # Errors
/// The findings that say why it is not a policy.
pub fn read_tree(root: Node) -> Result<Document, Vec<Finding>> {
    Document::of_tree(ReadAs::Policy, root, Vec::new())
}

/// Whether a text that is no policy was probably meant as one.
pub fn is_like_policy(text: &str) -> bool {
    tree_of(text).is_some_and(|root| shape::is_like_policy(&root))
}

/// The tree of a text that no report points into; `None` if it is not JSON.
pub fn tree_of(text: &str) -> Option<Node> {
    let mut sources = Sources::new();
    let id = sources.add_file("", text.to_owned()).ok()?;
    json::parse(sources.get(id)).root
}

/// Parses a file that should be a JSON object. What is wrong with one of another form is said without its words: it may be any file of
/// the machine, and the report may be public. One that has a name of `names` is not.
fn parse_file(
    sources: &Sources,
    id: SourceId,
    names: &[&str],
) -> Result<(Node, Vec<Finding>), Vec<Finding>> {
    let source = sources.get(id);
    parse(sources, id).map_err(|problems| match source.text.trim_start().chars().next() {
        None => problems,
        Some('{') if foreign::has_name(&source.text, names) => problems,
        Some('{') => vec![foreign::without_words(source, &problems, codes::NO_POLICY, names)],
        Some(_) => {
            let start = format!("`{}` is not JSON", source.name());
            let no_policy = |message| Finding::new(codes::NO_POLICY, Span::NOWHERE, message);
            vec![match other_forms::of_text(&source.text) {
                Some(form) => no_policy(format!("{start}: it is {}", form.what)).help(form.help),
                None => no_policy(format!("{start}: it does not begin with `{{`")),
            }]
        }
    })
}

fn parse(sources: &Sources, id: SourceId) -> Result<(Node, Vec<Finding>), Vec<Finding>> {
    let parsed = json::parse(sources.get(id));
    let readable = parsed.is_readable();
    match parsed.root {
        Some(root) if readable => Ok((root, parsed.problems)),
        _ => Err(errors_first(parsed.problems)),
    }
}

/// Parses a policy that is a string inside of another document, as plain text or percent-encoded.
fn parse_embedded(
    sources: &mut Sources,
    node: &Node,
) -> Result<(Node, Vec<Finding>), Vec<Finding>> {
    let refused = |error: &dyn std::fmt::Display| {
        vec![Finding::new(codes::TOO_LARGE, node.span, error.to_string())]
    };
    let mut id = json::derive(sources, node).map_err(|error| refused(&error))?;
    // IAM's own answers are percent-encoded; a JSON object never begins with `%`.
    if sources.get(id).text.starts_with('%') {
        id = json::derive_percent(sources, id).map_err(|error| refused(&error))?;
    }
    parse(sources, id)
}

fn errors_first(mut problems: Vec<Finding>) -> Vec<Finding> {
    problems.sort_by_key(|problem| (problem.severity != Severity::Error, problem.span));
    problems
}

fn unrecognised(name: &str, form: Option<OtherForm>) -> Finding {
    let message = format!("`{name}`: this is JSON, but not a policy");
    let no_policy = |message| Finding::new(codes::NO_POLICY, Span::NOWHERE, message);
    if let Some(OtherForm { what, help }) = form {
        return no_policy(format!("{message}: it is {what}")).help(help);
    }
    no_policy(message).help("give a policy document (an object with `Statement`), or the answer of `aws s3api get-bucket-policy`, \
         `aws iam get-policy-version`, `aws iam get-user-policy`, `aws iam get-group-policy`, `aws iam get-role-policy`, \
         `aws iam get-role`, `aws kms get-key-policy` or `aws organizations describe-policy`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trust_policy_has_actions_of_sts_alone() {
        let kind = |action: &str| {
            let text =
                format!(r#"{{"Statement":[{{"Effect":"Allow","Principal":"*",{action}}}]}}"#);
            let document = tree_of(&text).map(read_tree).and_then(Result::ok);
            document.map(|document| document.resource_kind())
        };
        assert_eq!(kind(r#""Action":["sts:AssumeRole","STS:Tag*"]"#), Some(PolicyKind::Trust));
        for other in [r#""Action":"*""#, r#""NotAction":"sts:*""#, r#""Action":[]"#] {
            assert_eq!(kind(other), Some(PolicyKind::Resource), "{other}");
        }
    }
}
