//! The documents of a connection: which file is which layer.

use super::connection::{Built, Given};
use super::other_bucket::other_buckets;
use super::settings::{Files, Levels, Settings};
use super::unknown_actions::unknown_actions;
use crate::input::{FileRead, Loader, NONE, load_policy, read_policy};
use crate::model::{Effect, Policy, PolicyKind};
use crate::source::Sources;

/// Reads the documents that settings name into a connection.
pub(super) struct Documents<'a> {
    pub built: &'a mut Built,
    pub sources: &'a mut Sources,
    pub loader: &'a mut dyn Loader,
}

impl Documents<'_> {
    pub(super) fn read_all(&mut self, settings: &Settings) {
        let one = |name: &Option<String>| name.clone().map(Files::One);
        self.built.connection.identity =
            self.layer(settings.identity_policy.as_ref(), PolicyKind::Identity);
        self.built.connection.boundary =
            self.layer(one(&settings.boundary).as_ref(), PolicyKind::Boundary);
        self.built.connection.session =
            self.layer(settings.session_policy.as_ref(), PolicyKind::Session);
        self.built.connection.bucket_policy =
            self.layer(one(&settings.bucket_policy).as_ref(), PolicyKind::Resource);
        self.built.connection.kms_key_policy =
            self.layer(one(&settings.kms_key_policy).as_ref(), PolicyKind::KmsKey);
        self.built.connection.trust_policy =
            self.layer(one(&settings.trust_policy).as_ref(), PolicyKind::Trust);
        self.built.connection.scps = self.levels(settings.scp.as_ref(), PolicyKind::Scp);
        self.built.connection.rcps = self.levels(settings.rcp.as_ref(), PolicyKind::Rcp);
        self.built.connection.vpce =
            self.layer(one(&settings.vpce_policy).as_ref(), PolicyKind::Vpce);
        self.add_full_access();
    }

    fn layer(&mut self, files: Option<&Files>, kind: PolicyKind) -> Given<Vec<Policy>> {
        let Some(files) = files else { return Given::Absent };
        if files.names() == [NONE] {
            return Given::None;
        }
        let unreadable_before = self.built.unreadable.len();
        let policies = self.policies(files.names(), kind);
        if self.built.unreadable.len() > unreadable_before {
            Given::Absent
        } else {
            Given::Given(policies)
        }
    }

    fn levels(&mut self, levels: Option<&Levels>, kind: PolicyKind) -> Given<Vec<Vec<Policy>>> {
        let Some(levels) = levels.map(Levels::names) else { return Given::Absent };
        if levels == [[NONE]] {
            return Given::None;
        }
        let unreadable_before = self.built.unreadable.len();
        let levels = levels.into_iter().map(|names| self.policies(names, kind)).collect();
        if self.built.unreadable.len() > unreadable_before {
            Given::Absent
        } else {
            Given::Given(levels)
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
                });
                connection.findings.extend(lowered.findings);
                connection.findings.extend(other_buckets(&lowered.policy, &connection.bucket));
                connection.findings.extend(unknown_actions(&lowered.policy, self.sources));
                Some(lowered.policy)
            }
            Err(unreadable) => {
                self.built.unreadable.push(unreadable);
                None
            }
        }
    }

    /// People keep the policies that deny in files and leave AWS's own FullAWSAccess out; without an Allow a level would forbid
    /// everything, so it is taken to be there.
    fn add_full_access(&mut self) {
        let Given::Given(levels) = &mut self.built.connection.scps else { return };
        let silent = |level: &&mut Vec<Policy>| {
            level
                .iter()
                .flat_map(|policy| &policy.statements)
                .all(|statement| statement.effect.node == Effect::Deny)
        };
        let full_access = full_access(self.sources);
        for level in levels.iter_mut().filter(silent) {
            level.extend(full_access.clone());
            self.built.connection.assumes_full_access = true;
        }
    }
}

/// AWS's managed policy FullAWSAccess.
fn full_access(sources: &mut Sources) -> Option<Policy> {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    let id = sources.add_file("FullAWSAccess", text.to_owned()).ok()?;
    Some(read_policy(sources, id).ok()?.lower(PolicyKind::Scp).policy)
}
