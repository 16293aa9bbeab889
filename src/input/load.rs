//! From the name of a file to its policy: load its text, find the document in it, lower it.

use super::foreign::{self, has_member};
use super::{Document, ReadAs, StatedBoundary, account, cors_xml, parse_file, read_policy};
use crate::finding::{Finding, Severity, codes};
use crate::model::{self, Arn, Policy, PolicyKind};
use crate::source::{FileName, SourceId, Sources};
use crate::tree::Node;

/// The word that asserts that there is no file.
pub const NONE: &str = "none";

/// Fetches the text of a file.
pub trait Loader {
    /// The source that holds the file's text.
    ///
    /// # Errors
    /// Why it cannot be read.
    fn load(&mut self, sources: &mut Sources, name: &str) -> Result<SourceId, Unreadable>;
}

/// An input that could not be read.
#[derive(Clone, PartialEq, Debug)]
pub enum Unreadable {
    /// The file itself.
    File {
        /// Its name.
        name: FileName,
        /// What is wrong.
        message: String,
        /// What to do.
        help: Option<String>,
    },
    /// Its text.
    Text(Vec<Finding>),
}

/// A file that was read, for the report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileRead {
    /// Its name.
    pub name: FileName,
    /// How it was read.
    pub read_as: ReadAs,
    /// The layer that it belongs to.
    pub layer: PolicyKind,
    /// Whether its statements name principals; `None` if they differ, or there is none.
    pub names_principals: Option<bool>,
}

/// A document and its policy, as one of some kind.
#[derive(Clone, Debug)]
pub struct LoweredDocument {
    /// What the file was read as.
    pub read_as: ReadAs,
    /// The policy as lowered.
    pub policy: Policy,
    /// What is wrong with the text, then with the policy.
    pub findings: Vec<Finding>,
    /// What the file says of the boundary of the role.
    pub boundary: Option<StatedBoundary>,
    /// Whether its statements, as written, name principals; `None` if they differ, or there is none.
    pub names_principals: Option<bool>,
}

impl Document {
    /// Lowers the document as a policy of this kind.
    pub fn lower(self, kind: PolicyKind) -> LoweredDocument {
        let lowered = model::lower(&self.policy, kind);
        let names_principals = self.names_principals_throughout();
        let findings = self.findings.into_iter().chain(lowered.findings).collect();
        let (read_as, boundary) = (self.read_as, self.boundary);
        LoweredDocument { read_as, policy: lowered.policy, findings, boundary, names_principals }
    }
}

/// Loads a file as the policy of a resource: a role's shows itself by its actions.
///
/// # Errors
/// Why the file or its text cannot be read.
pub fn load_resource_policy(
    loader: &mut dyn Loader,
    sources: &mut Sources,
    name: &str,
) -> Result<LoweredDocument, Unreadable> {
    let id = loader.load(sources, name)?;
    let document = read_policy(sources, id).map_err(Unreadable::Text)?;
    let kind = document.resource_kind();
    Ok(document.lower(kind))
}

/// Loads a file as a policy of this kind.
///
/// # Errors
/// Why the file or its text cannot be read.
pub fn load_policy(
    loader: &mut dyn Loader,
    sources: &mut Sources,
    name: &str,
    kind: PolicyKind,
) -> Result<LoweredDocument, Unreadable> {
    let id = loader.load(sources, name)?;
    let document = read_policy(sources, id).map_err(Unreadable::Text)?;
    Ok(document.lower(kind))
}

/// The policies that a file has for the caller.
#[derive(Clone, Debug, Default)]
pub struct OfCaller {
    /// Its identity policies: several from the answer about a whole account, else one.
    pub identity: Vec<LoweredDocument>,
    /// The permissions boundary.
    pub boundary: Option<LoweredDocument>,
    /// The trust policy of a role.
    pub trust: Option<LoweredDocument>,
    /// What the file says of the boundary.
    pub stated: Option<StatedBoundary>,
}

/// Loads a file with policies of the caller: one policy, or the answer of `aws iam get-account-authorization-details`.
///
/// # Errors
/// Why the file or its text cannot be read, or that the answer lacks the caller.
pub fn load_identity(
    loader: &mut dyn Loader,
    sources: &mut Sources,
    name: &str,
    caller: &Arn,
) -> Result<OfCaller, Unreadable> {
    let id = loader.load(sources, name)?;
    if !account::is_account(&sources.get(id).text) {
        let document = read_policy(sources, id).map_err(Unreadable::Text)?;
        let lowered = document.lower(PolicyKind::Identity);
        let stated = lowered.boundary.clone();
        return Ok(OfCaller { identity: vec![lowered], stated, ..OfCaller::default() });
    }
    let of_account = account::read(sources, id, caller).map_err(Unreadable::Text)?;
    let identity = of_account.identity.into_iter();
    Ok(OfCaller {
        identity: identity.map(|document| document.lower(PolicyKind::Identity)).collect(),
        boundary: of_account.boundary.map(|document| document.lower(PolicyKind::Boundary)),
        trust: of_account.trust.map(|document| document.lower(PolicyKind::Trust)),
        stated: of_account.stated,
    })
}

/// Loads the answer of a call of AWS that is not a policy, or CORS rules as XML, with warnings about its text. A member that occurs twice is ambiguous, and
/// AWS never sends one. `names` are the members that such an answer has at the top.
///
/// # Errors
/// Why the file or its text cannot be read.
pub fn load_answer(
    loader: &mut dyn Loader,
    sources: &mut Sources,
    name: &str,
    names: &[&str],
) -> Result<(Node, Vec<Finding>), Unreadable> {
    let id = loader.load(sources, name)?;
    if let Some(rules) = cors_xml::read(sources.get(id)) {
        let root = rules.map_err(|finding| Unreadable::Text(vec![finding]))?;
        return Ok((root, Vec::new()));
    }
    let (root, problems) = parse_file(sources, id, names).map_err(Unreadable::Text)?;
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        let is_ours = has_member(&root, names);
        let foreign =
            || foreign::without_words(sources.get(id), &problems, codes::WRONG_SHAPE, names);
        return Err(Unreadable::Text(if is_ours { problems } else { vec![foreign()] }));
    }
    Ok((root, problems))
}
