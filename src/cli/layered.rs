//! The policies of all layers of one request, read from the files that flags name: for `simulate` and `can`.

use super::files::Files;
use super::levels::Levels;
use crate::authz::{Layer, Layers};
use crate::finding::{Finding, Severity};
use crate::input::{NONE, Unreadable, load_policy};
use crate::model::{Policy, PolicyKind};
use crate::source::Sources;
use std::path::PathBuf;

/// The files of each layer; `none` says that there is none.
pub(super) struct LayerFiles<'a> {
    pub identity: &'a [String],
    pub boundary: Option<&'a String>,
    pub session: &'a [String],
    pub resource: Option<&'a String>,
    /// What the resource's policy is.
    pub resource_kind: PolicyKind,
    pub levels: &'a Levels,
    pub vpce: &'a [String],
}

/// The policies of all layers.
pub(super) struct Policies {
    identity: Vec<Policy>,
    boundary: Vec<Policy>,
    session: Vec<Policy>,
    resource: Vec<Policy>,
    scps: Vec<Vec<Policy>>,
    rcps: Vec<Vec<Policy>>,
    vpce: Vec<Policy>,
}

impl Policies {
    /// `none` of a layer asserts that there is none, as nothing does.
    pub(super) fn layers(&self) -> Layers<'_> {
        fn layer(policies: &[Policy]) -> Layer<'_> {
            if policies.is_empty() {
                Layer::Absent
            } else {
                Layer::Policies(policies.iter().collect())
            }
        }
        fn levels(levels: &[Vec<Policy>]) -> Vec<Vec<&Policy>> {
            levels.iter().map(|level| level.iter().collect()).collect()
        }
        Layers {
            identity: layer(&self.identity),
            boundary: layer(&self.boundary),
            session: layer(&self.session),
            resource: layer(&self.resource),
            scps: levels(&self.scps),
            rcps: levels(&self.rcps),
            vpce: layer(&self.vpce),
        }
    }

    /// The policies of the only layer.
    pub(super) fn alone(&self) -> Vec<&Policy> {
        let single = [&self.identity, &self.boundary, &self.session, &self.resource, &self.vpce];
        single.into_iter().chain(&self.scps).chain(&self.rcps).flatten().collect()
    }
}

/// Reads policies and keeps what is wrong with them.
#[derive(Default)]
pub(super) struct Reader {
    pub sources: Sources,
    pub findings: Vec<Finding>,
    pub unreadable: Vec<Unreadable>,
    /// What AWS would refuse to store is in force nowhere: nothing is decided with it.
    refuses: bool,
}

impl Reader {
    /// Takes a policy that AWS would refuse for one that cannot be read.
    pub(super) fn refusing() -> Reader {
        Reader { refuses: true, ..Reader::default() }
    }

    pub(super) fn policies(&mut self, files: &LayerFiles<'_>) -> Policies {
        let one = |file: Option<&String>| file.into_iter().cloned().collect::<Vec<_>>();
        Policies {
            identity: self.read_all(files.identity, PolicyKind::Identity),
            boundary: self.read_all(&one(files.boundary), PolicyKind::Boundary),
            session: self.read_all(files.session, PolicyKind::Session),
            resource: self.read_all(&one(files.resource), files.resource_kind),
            scps: self.levels(&files.levels.scp, PolicyKind::Scp),
            rcps: self.levels(&files.levels.rcp, PolicyKind::Rcp),
            vpce: self.read_all(files.vpce, PolicyKind::Vpce),
        }
    }

    fn levels(&mut self, levels: &[Vec<String>], kind: PolicyKind) -> Vec<Vec<Policy>> {
        let given = levels.iter().filter(|names| names.iter().any(|name| name != NONE));
        given.map(|names| self.read_all(names, kind)).collect()
    }

    fn read_all(&mut self, names: &[String], kind: PolicyKind) -> Vec<Policy> {
        names.iter().filter(|name| *name != NONE).filter_map(|name| self.read(name, kind)).collect()
    }

    fn read(&mut self, name: &str, kind: PolicyKind) -> Option<Policy> {
        let mut files = Files { folder: PathBuf::new() };
        let lowered = load_policy(&mut files, &mut self.sources, name, kind);
        let lowered = lowered.map_err(|unreadable| self.unreadable.push(unreadable)).ok()?;
        let (refused, others) = lowered
            .findings
            .into_iter()
            .partition::<Vec<_>, _>(|finding| self.refuses && finding.severity == Severity::Error);
        self.findings.extend(others);
        if refused.is_empty() {
            return Some(lowered.policy);
        }
        self.unreadable.push(Unreadable::Text(refused));
        None
    }
}
