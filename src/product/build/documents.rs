//! Reads the documents of a connection: which file belongs to which layer.

use super::built::Built;
use super::settings::{Levels, Settings};
use crate::authz::{FileCount, Known, LAYERS, LayerRow};
use crate::input::{
    FileRead, Loader, LoweredDocument, NONE, OfCaller, StatedBoundary, load_identity, load_policy,
    read_policy,
};
use crate::model::{Effect, Policy, PolicyKind};
use crate::rules::{self, Attached, RULES, Subject};
use crate::source::{FileName, Sources};

/// Which rules look at the documents.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Findings {
    /// All.
    All,
    /// Those about what AWS would refuse to store.
    Refusals,
}

/// Reads the documents that settings name into a connection.
pub(super) struct Documents<'a> {
    pub built: &'a mut Built,
    pub sources: &'a mut Sources,
    pub loader: &'a mut dyn Loader,
    /// What the answers say of the boundary of the role.
    pub stated_boundary: Option<StatedBoundary>,
    pub findings: Findings,
    /// Policies of other layers that files of the caller have.
    pub found: Vec<(PolicyKind, Policy)>,
}

impl Documents<'_> {
    pub(super) fn read_all(&mut self, settings: &Settings) {
        for row in &LAYERS {
            if let Some(files) = settings.layer(row.kind) {
                let known = self.layer(files, row);
                self.built.connection.policies.insert(row.kind, known);
            }
        }
        self.add_full_access();
        self.use_found();
        self.use_stated_boundary();
    }

    /// An answer of `get-role` or `get-user` says whether the caller has a boundary. That counts more than what was said or not said of
    /// it otherwise.
    fn use_stated_boundary(&mut self) {
        let connection = &mut self.built.connection;
        let is_given = matches!(connection.policies.get(PolicyKind::Boundary), Known::Known(_));
        match self.stated_boundary.take() {
            Some(StatedBoundary::Arn(arn)) if !is_given => {
                connection.policies.insert(PolicyKind::Boundary, Known::Unspecified);
                connection.not_assumed.lacks_boundary(&arn);
            }
            Some(StatedBoundary::None) if !is_given => {
                connection.policies.insert(PolicyKind::Boundary, Known::AssertedNone);
            }
            _ => {}
        }
    }

    fn layer(&mut self, files: &Levels, row: &LayerRow) -> Known<Vec<Vec<Policy>>> {
        let names = files.names();
        if names == [NONE] {
            return Known::AssertedNone;
        }
        let levels = if row.files == FileCount::Levels { files.levels() } else { vec![&*names] };
        let unreadable_before = self.built.unreadable.len();
        let levels = levels.into_iter().map(|names| self.policies(names, row.kind)).collect();
        if self.built.unreadable.len() > unreadable_before {
            Known::Unspecified
        } else {
            Known::Known(levels)
        }
    }

    fn policies(&mut self, names: &[String], kind: PolicyKind) -> Vec<Policy> {
        names.iter().flat_map(|name| self.policies_of(name, kind)).collect()
    }

    /// The policies of a file: one, or those that an answer about the whole account has for the caller.
    fn policies_of(&mut self, name: &str, kind: PolicyKind) -> Vec<Policy> {
        let loaded = if kind == PolicyKind::Identity {
            let caller = self.built.connection.customer.arn().clone();
            load_identity(self.loader, self.sources, name, &caller)
        } else {
            load_policy(self.loader, self.sources, name, kind).map(|lowered| {
                let stated = lowered.boundary.clone();
                OfCaller { identity: vec![lowered], stated, ..OfCaller::default() }
            })
        };
        match loaded {
            Ok(of_caller) => {
                self.stated_boundary = of_caller.stated.or(self.stated_boundary.take());
                for (kind, lowered) in [
                    (PolicyKind::Boundary, of_caller.boundary),
                    (PolicyKind::Trust, of_caller.trust),
                ] {
                    let policy = lowered.map(|lowered| self.policy(name, kind, lowered));
                    self.found.extend(policy.map(|policy| (kind, policy)));
                }
                let identity = of_caller.identity.into_iter();
                identity.map(|lowered| self.policy(name, kind, lowered)).collect()
            }
            Err(unreadable) => {
                self.built.unreadable.push(unreadable);
                Vec::new()
            }
        }
    }

    /// The policy of a document; the report learns where it is and what is wrong with it.
    fn policy(&mut self, name: &str, kind: PolicyKind, lowered: LoweredDocument) -> Policy {
        let connection = &mut self.built.connection;
        let names_principals = lowered.names_principals;
        let name = FileName::from(name);
        let file = FileRead {
            name: name.clone(),
            read_as: lowered.read_as,
            layer: kind,
            names_principals,
        };
        // An answer about the whole account has several policies.
        if !connection.files.iter().any(|known| known.name == name && known.layer == kind) {
            connection.files.push(file);
        }
        connection.findings.extend(lowered.findings);
        let subject = Subject {
            policy: &lowered.policy,
            sources: self.sources,
            attached: Some(Attached { bucket: Some(&connection.bucket), is_guess: false }),
            is_stored: lowered.read_as.is_answer(),
        };
        connection.findings.extend(match self.findings {
            Findings::All => rules::run(&RULES, &subject),
            Findings::Refusals => rules::refusals(&subject),
        });
        let doubt = rules::doubt_about_size(&subject);
        let mut policy = lowered.policy;
        for statement in &mut policy.statements {
            statement.doubts.extend(doubt.clone());
        }
        policy
    }

    /// Boundary and trust policy of an answer about the whole account, where no other file was given for them.
    fn use_found(&mut self) {
        let policies = &mut self.built.connection.policies;
        for (kind, policy) in self.found.drain(..) {
            if !policies.get(kind).is_known() {
                policies.insert(kind, Known::Known(vec![vec![policy]]));
            }
        }
    }

    /// Users often give only the policies that deny and omit AWS's own FullAWSAccess; without an Allow a level would forbid
    /// everything, so it is assumed to be present.
    fn add_full_access(&mut self) {
        let connection = &mut self.built.connection;
        if !connection.policies.get(PolicyKind::Scp).is_known() {
            return;
        }
        let full_access = full_access(self.sources);
        let silent = |level: &&mut Vec<Policy>| {
            level
                .iter()
                .flat_map(|policy| &policy.statements)
                .all(|statement| statement.effect.node == Effect::Deny)
        };
        for level in connection.policies.levels_mut(PolicyKind::Scp).iter_mut().filter(silent) {
            level.extend(full_access.clone());
            connection.assumes_full_access = true;
        }
    }
}

/// AWS's managed policy FullAWSAccess.
fn full_access(sources: &mut Sources) -> Option<Policy> {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let id = sources.add_file("FullAWSAccess", text.to_owned()).ok()?;
    Some(read_policy(sources, id).ok()?.lower(PolicyKind::Scp).policy)
}
