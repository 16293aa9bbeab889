//! The answer to a question about access, and the exit code that it gives.

use super::exit::Exit;
use crate::api::{Basis, Query};
use crate::authz::{Layer, Layers, PolicySet};
use crate::finding;
use crate::model::PolicyKind;
use crate::report::Finding;
use crate::report::can::{Access, IsPublic};
use crate::simulate::LineError;
use crate::source::Sources;
use crate::symbolic::{Granted, Together};
use clap::ValueEnum;

/// What is asked, once the files are read.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub policies: &'a PolicySet,
    pub sources: &'a Sources,
    pub findings: &'a [finding::Finding],
}

impl Asked<'_> {
    /// The answer to one question.
    pub(super) fn answer(&self, query: &Query) -> Result<Access, LineError> {
        let principal = query.read()?;
        let all = self.policies.all();
        if principal.is_none() && self.policies.kinds() > 1 {
            return Err(LineError { path: "principal".to_owned(), message: TOGETHER.to_owned() });
        }
        let layers = match principal {
            Some(_) => self.policies.layers(PolicyKind::Resource),
            None => Layers { resource: Layer::Policies(all.clone()), ..Layers::default() },
        };
        let (answers, basis) = match &principal {
            Some(principal) => query.principal_gets(principal, &layers, &Together::default),
            None => (query.anybody(all, &Together::default), Basis::Given),
        };
        let basis = if answers.is_empty() { Basis::NoRequest } else { basis };
        let mut access = Access::new(self.sources, &answers, basis, &layers);
        access.findings = self.findings();
        Ok(access)
    }

    pub(super) fn findings(&self) -> Vec<Finding> {
        Finding::all(self.sources, self.findings.iter().cloned())
    }
}

const TOGETHER: &str =
    "layers decide together for one caller: name the principal, or ask one layer alone";

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum FailOn {
    /// Some request is granted, or it is not known.
    Granted,
    /// Some request is not granted, or it is not known.
    NotGranted,
    /// It is not known.
    Unknown,
    /// Nothing does.
    Never,
}

impl FailOn {
    fn fails(self, granted: Granted) -> bool {
        match self {
            FailOn::Granted => granted != Granted::None,
            FailOn::NotGranted => granted != Granted::All,
            FailOn::Unknown => granted == Granted::Unknown,
            FailOn::Never => false,
        }
    }

    /// The exit code that an answer gives.
    pub(super) fn exit(self, access: &Access) -> Exit {
        if access.is_defect {
            Exit::Defect
        } else if self.fails_for(access) {
            Exit::Found
        } else {
            Exit::Clean
        }
    }

    /// A policy is public by either definition. A document that AWS would refuse is in force nowhere.
    fn fails_for(self, access: &Access) -> bool {
        let for_s3 = access.public.as_ref().and_then(|public| public.for_s3);
        let for_s3 = for_s3.map(|public| match public {
            IsPublic::Yes => Granted::Some,
            IsPublic::No => Granted::None,
            IsPublic::Unknown => Granted::Unknown,
        });
        let is_refused = access.findings.iter().any(Finding::is_refusal);
        self.fails(access.granted)
            || for_s3.is_some_and(|granted| self.fails(granted))
            || self != FailOn::Never && is_refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is not known may be what the user is warned of.
    #[test]
    fn what_is_not_known_fails() {
        for (granted, not_granted, some_granted) in [
            (Granted::All, false, true),
            (Granted::Some, true, true),
            (Granted::None, true, false),
            (Granted::Unknown, true, true),
        ] {
            assert_eq!(FailOn::NotGranted.fails(granted), not_granted, "{granted:?}");
            assert_eq!(FailOn::Granted.fails(granted), some_granted, "{granted:?}");
            assert!(!FailOn::Never.fails(granted));
        }
    }
}
