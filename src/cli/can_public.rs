//! `ica-policy can FILE --public --account ID`: whether a bucket policy is public, by S3's definition and by ours.

use super::can::{Args, FailOn, alone};
use super::exit::Exit;
use crate::authz::ContextValue;
use crate::finding::Finding;
use crate::model::Policy;
use crate::report::{GrantedReport, IsPublic, Public};
use crate::s3::public_statements;
use crate::source::Sources;
use crate::symbolic::{Asked, Granted, outsiders, reached};

/// Answers, of all actions of S3 and all resources where none are given.
pub(super) fn run(
    args: &Args,
    context: &[(String, Option<ContextValue>)],
    sources: &Sources,
    policies: &[&Policy],
    findings: &[Finding],
) -> Exit {
    let or_all = |given: &[String], all: &str| {
        if given.is_empty() { vec![all.to_owned()] } else { given.to_vec() }
    };
    let (actions, resources) = (or_all(&args.action, "s3:*"), or_all(&args.resource, "*"));
    let account = args.account.as_deref().unwrap_or_default();
    let outside =
        outsiders(policies, Asked { account, actions: &actions, resources: &resources, context });
    let statements =
        policies.iter().flat_map(|policy| public_statements(policy)).collect::<Vec<_>>();
    let public = Public { account, statements: &statements, outside: &outside };
    let layers = alone(policies.to_vec());
    let granted = reached(&outside);
    let printed = args.print(
        sources,
        &GrantedReport {
            granted,
            answers: &[],
            layers: &layers,
            note: None,
            findings,
            public: Some(public),
        },
    );
    let is_defect = outside.iter().flat_map(|known| &known.answers).any(|answer| answer.is_defect);
    let fail_on = args.fail_on.unwrap_or(FailOn::Granted);
    let for_s3 = match public.for_s3() {
        IsPublic::Yes => Granted::Some,
        IsPublic::No => Granted::None,
        IsPublic::Unknown => Granted::Unknown,
    };
    let fails = fail_on.fails(granted) || fail_on.fails(for_s3);
    printed.max(if is_defect { Exit::Defect } else { Exit::Clean }).max(if fails {
        Exit::Found
    } else {
        Exit::Clean
    })
}
