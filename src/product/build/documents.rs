//! Reads the documents of a connection: which file belongs to which layer.

use super::built::Built;
use super::settings::{Levels, Settings};
use crate::authz::{FileCount, Known, LAYERS, LayerRow};
use crate::input::{FileRead, Loader, NONE, StatedBoundary, load_policy, read_policy};
use crate::model::{Effect, Policy, PolicyKind};
use crate::rules::{self, Attached, RULES, Subject};
use crate::source::Sources;

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
        names.iter().filter_map(|name| self.policy(name, kind)).collect()
    }

    fn policy(&mut self, name: &str, kind: PolicyKind) -> Option<Policy> {
        match load_policy(self.loader, self.sources, name, kind) {
            Ok(lowered) => {
                let connection = &mut self.built.connection;
                connection.files.push(FileRead {
                    name: name.to_owned(),
                    read_as: lowered.read_as,
                    layer: kind,
                    names_principals: lowered.names_principals,
                });
                connection.findings.extend(lowered.findings);
                self.stated_boundary = lowered.boundary.or(self.stated_boundary.take());
                let subject = Subject {
                    policy: &lowered.policy,
                    sources: self.sources,
                    attached: Some(Attached { bucket: Some(&connection.bucket) }),
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
                Some(policy)
            }
            Err(unreadable) => {
                self.built.unreadable.push(unreadable);
                None
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
