//! The policies of all layers of one request, read from the files that flags name: for `simulate` and `can`.

use super::files::Files;
use super::layer_flags::FilesByLayer;
use crate::authz::{Known, PolicySet};
use crate::finding::{Finding, Severity};
use crate::input::{NONE, Unreadable, load_policy, load_resource_policy};
use crate::model::{Policy, PolicyKind};
use crate::rules::{stored, unknown_services};
use crate::source::Sources;
use std::path::PathBuf;

/// Reads policies and keeps what is wrong with them.
#[derive(Default)]
pub(super) struct Reader {
    pub sources: Sources,
    pub findings: Vec<Finding>,
    pub unreadable: Vec<Unreadable>,
    /// A policy that AWS would refuse to store is never in force: nothing is decided with it.
    refuses: bool,
}

impl Reader {
    /// Treats a policy that AWS would refuse as one that cannot be read.
    pub(super) fn refusing() -> Reader {
        Reader { refuses: true, ..Reader::default() }
    }

    /// Reads the files of all layers; `none` says that there is none.
    pub(super) fn policies(&mut self, files: &FilesByLayer) -> PolicySet {
        let mut policies = PolicySet::default();
        for (kind, levels) in files {
            let given = levels.iter().filter(|names| names.iter().any(|name| name != NONE));
            let given = given.map(|names| self.read_all(names, *kind)).collect::<Vec<_>>();
            let known = if given.is_empty() { Known::AssertedNone } else { Known::Known(given) };
            policies.insert(*kind, known);
        }
        policies
    }

    fn read_all(&mut self, names: &[String], kind: PolicyKind) -> Vec<Policy> {
        names.iter().filter(|name| *name != NONE).filter_map(|name| self.read(name, kind)).collect()
    }

    fn read(&mut self, name: &str, kind: PolicyKind) -> Option<Policy> {
        let mut files = Files { folder: PathBuf::new() };
        let lowered = match kind {
            PolicyKind::Resource if !self.refuses => {
                load_resource_policy(&mut files, &mut self.sources, name)
            }
            kind => load_policy(&mut files, &mut self.sources, name, kind),
        };
        let lowered = lowered.map_err(|unreadable| self.unreadable.push(unreadable)).ok()?;
        // A policy that decides a request is taken as in force: AWS's own are longer than a
        // customer's can be.
        let more = if self.refuses {
            unknown_services(&lowered.policy, &self.sources)
        } else {
            stored(&lowered.policy, &self.sources, lowered.read_as.is_answer())
        };
        let (refused, others) =
            lowered.findings.into_iter().chain(more).partition::<Vec<_>, _>(|finding| {
                self.refuses && finding.severity == Severity::Error
            });
        self.findings.extend(others);
        if refused.is_empty() {
            return Some(lowered.policy);
        }
        self.unreadable.push(Unreadable::Text(refused));
        None
    }
}
