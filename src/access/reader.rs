//! The policies of all layers, read from the files that are named for each.

use crate::authz::{Known, PolicySet};
use crate::finding::{Finding, Severity};
use crate::input::{Loader, NONE, Unreadable, load_policy, load_resource_policy};
use crate::model::{Policy, PolicyKind};
use crate::rules::{stored, unknown_services};
use crate::source::Sources;
use std::collections::BTreeMap;

/// The files of each layer by level; a layer without levels has one.
pub(crate) type FilesByLayer = BTreeMap<PolicyKind, Vec<Vec<String>>>;

/// Reads policies and keeps what is wrong with them.
pub(crate) struct Reader<'a> {
    pub sources: &'a mut Sources,
    loader: &'a mut dyn Loader,
    pub findings: Vec<Finding>,
    pub unreadable: Vec<Unreadable>,
    /// A policy that AWS would refuse to store is never in force: nothing is decided with it.
    refuses: bool,
}

impl<'a> Reader<'a> {
    /// Reads with this loader.
    pub(crate) fn new(sources: &'a mut Sources, loader: &'a mut dyn Loader) -> Reader<'a> {
        Reader { sources, loader, findings: Vec::new(), unreadable: Vec::new(), refuses: false }
    }

    /// Treats a policy that AWS would refuse as one that cannot be read.
    #[cfg(feature = "cli")]
    #[must_use]
    pub(crate) fn refusing(self) -> Reader<'a> {
        Reader { refuses: true, ..self }
    }

    /// Reads the files of all layers; `none` says that there is none.
    pub(crate) fn policies(&mut self, files: &FilesByLayer) -> PolicySet {
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
        let lowered = match kind {
            PolicyKind::Resource if !self.refuses => {
                load_resource_policy(self.loader, self.sources, name)
            }
            kind => load_policy(self.loader, self.sources, name, kind),
        };
        let lowered = lowered.map_err(|unreadable| self.unreadable.push(unreadable)).ok()?;
        // A policy that decides a request is taken as in force: AWS's own are longer than a
        // customer's can be.
        let more = if self.refuses {
            unknown_services(&lowered.policy, self.sources)
        } else {
            stored(&lowered.policy, self.sources, lowered.read_as.is_answer())
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
