//! Policies by themselves: what AWS would refuse, what does nothing, what is dangerous.

use super::error::Error;
use super::files::unreadable;
use super::workspace::Workspace;
use crate::input::{
    Document, KindFrom, Loader, Unreadable, is_account, kind_of, policies_of_account, read_policy,
};
use crate::model::{self, Policy, PolicyKind};
use crate::report::failure;
use crate::report::lint::{Lint, Linted, Whereabouts};
use crate::rules::lint::{Selection, lint};
use crate::rules::{Attached, Subject};
use crate::source::{Sources, Span};
use crate::syntax;

/// How policies are linted.
#[derive(Clone, Debug, Default)]
pub struct LintOptions {
    /// What they are; without it each is recognised by its file and its shape.
    pub kind: Option<PolicyKind>,
    /// Whether a resource policy is that of a bucket, whatever its actions are.
    pub is_of_bucket: bool,
    /// What the configuration says that it is, and whether it is that of a bucket.
    pub configured: Option<(PolicyKind, bool)>,
    /// Which rules are asked.
    pub selection: Selection,
}

impl LintOptions {
    /// Whether somebody says that a resource policy is that of a bucket.
    pub(super) fn is_of_bucket(&self) -> bool {
        match self.kind {
            Some(_) => self.is_of_bucket,
            None => self.configured.is_some_and(|(_, is_of_bucket)| is_of_bucket),
        }
    }
}

/// What a policy is attached to.
pub(super) fn attached(policy: &Policy, is_of_bucket: bool) -> Option<Attached<'static>> {
    match policy.kind {
        PolicyKind::Resource if is_of_bucket => Some(Attached { bucket: None, is_guess: false }),
        PolicyKind::Resource => Attached::guessed(policy),
        _ => None,
    }
}

/// Lints the policy of one file, or all of them in the answer about an account.
pub(crate) fn lint_file(
    sources: &mut Sources,
    loader: &mut dyn Loader,
    name: &str,
    options: &LintOptions,
) -> Result<Vec<Linted>, Unreadable> {
    let id = loader.load(sources, name)?;
    let file = sources.get(id).name().to_owned();
    if is_account(&sources.get(id).text) {
        if options.kind.is_some() {
            let message = "an answer about an account says of each policy what it is, so that no other kind can be given for it";
            let help = Some("leave out `--kind` for this file");
            return Err(unreadable(name, message.to_owned(), help));
        }
        let policies = policies_of_account(sources, id).map_err(Unreadable::Text)?;
        let linted = policies.into_iter().map(|policy| {
            let kind = (policy.kind, KindFrom::Answer);
            let linted = lint_document(sources, &file, &policy.document, kind, options);
            Linted { of: Some(policy.name), ..linted }
        });
        return Ok(linted.collect());
    }
    let document = read_policy(sources, id).map_err(Unreadable::Text)?;
    let kind = kind(&document, name, options);
    Ok(vec![lint_document(sources, &file, &document, kind, options)])
}

/// What a policy is, and what says so.
pub(super) fn kind(
    document: &Document,
    name: &str,
    options: &LintOptions,
) -> (PolicyKind, KindFrom) {
    match (options.kind, options.configured) {
        (Some(kind), _) => (kind, KindFrom::Flag),
        (None, Some((kind, _))) => (kind, KindFrom::Configuration),
        (None, None) => kind_of(document, name),
    }
}

fn lint_document(
    sources: &Sources,
    file: &str,
    document: &Document,
    kind: (PolicyKind, KindFrom),
    options: &LintOptions,
) -> Linted {
    let lowered = model::lower(&document.policy, kind.0);
    let attached = attached(&lowered.policy, options.is_of_bucket());
    let is_stored = document.read_as.is_answer();
    let subject = Subject { policy: &lowered.policy, sources, attached, is_stored };
    let read = document.findings.iter().cloned().chain(lowered.findings).collect();
    let found = lint(&subject, read, &options.selection);
    let file = (file.to_owned(), document.read_as);
    let tree = (!found.is_empty()).then(|| syntax::print(&document.policy));
    let place = |span: Span| {
        let mut statements = lowered.policy.statements.iter();
        let statement = statements.find(|statement| statement.span.contains(span));
        Whereabouts {
            pointer: tree.as_ref().and_then(|tree| tree.pointer(span)),
            sid: statement.and_then(|statement| Some(statement.sid.as_ref()?.node.clone())),
            statement: statement
                .map(|statement| sources.text(statement.span).to_owned())
                .unwrap_or_default(),
        }
    };
    Linted::new(sources, file, kind, attached.is_some(), &place, found)
}

impl Workspace {
    /// Says what is wrong with the policies of files or texts of these names. What cannot be read is in [`Lint::failures`].
    ///
    /// # Errors
    /// No name is given.
    pub fn lint(&mut self, names: &[&str], options: &LintOptions) -> Result<Lint, Error> {
        if names.is_empty() {
            return Err(Error::request("names", "there is nothing to lint"));
        }
        let (mut policies, mut failures) = (Vec::new(), Vec::new());
        for name in names {
            match lint_file(&mut self.sources, &mut self.texts, name, options) {
                Ok(linted) => policies.extend(linted),
                Err(wrong) => failures.extend(failure::unreadable(&self.sources, &[wrong])),
            }
        }
        Ok(Lint::new(policies, failures))
    }
}
