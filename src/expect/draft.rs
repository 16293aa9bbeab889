//! A first file: what holds today, each entry decided as all later ones are.
//!
//! Of a connection these are the product's own operations, that outsiders get nothing, that nobody manages permissions, and what each Deny
//! stops. Of policies by themselves what each statement says (`draft_policies`).

use super::decide::{Given, OUTSIDERS};
use super::draft_policies::of_policies;
use super::drafting::{Draft, Drafting, entry};
use super::file::{Expectation, Expected};
use super::subject::Subject;
use crate::aws::{self, AccessLevel};
use crate::model::PolicyKind;
use crate::product::catalogue::Level;
use crate::product::setup::Setup;
use crate::product::{CallerId, Verdict, check, usual_keys};
use crate::source::Sources;

/// Finds what holds today.
pub fn draft(subject: &Subject, sources: &Sources, given: Given<'_>) -> Draft {
    let draft = Draft::default();
    let mut drafting = Drafting { subject, sources, given, draft, stopped: Vec::new() };
    if let Subject::Connection(setup) = subject {
        drafting.operations(setup);
        drafting.permissions(setup);
        drafting.outsiders(setup);
    }
    of_policies(&mut drafting);
    drafting.draft
}

/// What these are.
fn about(resources: &[String]) -> &'static str {
    let has = |part: &str| resources.iter().any(|arn| arn.contains(part));
    match () {
        () if has(":kms:") => "the key",
        () if has("/") => "objects",
        () => "the bucket",
    }
}

impl Drafting<'_> {
    /// What the operations of the product need: an entry for each operation, resource and set of callers.
    fn operations(&mut self, setup: &Setup) {
        for operation in check(setup).operations {
            let mut added: Vec<Expectation> = Vec::new();
            let mut is_whole = true;
            for report in &operation.callers {
                let mut own: Vec<Expectation> = Vec::new();
                for step in report.steps.iter().filter(|step| step.level == Level::Required) {
                    let what =
                        format!("{}: {} for {}", operation.id, step.action, report.caller.id());
                    // Settings of the bucket are no policies.
                    let Some(known) = step.step else { continue };
                    if step.verdict != Verdict::Allowed {
                        is_whole = false;
                        self.stopped.push((report.caller.id().to_owned(), step.action.clone()));
                        self.leave_out(what, format!("it is {} today", step.verdict.word()));
                        continue;
                    }
                    let keys = usual_keys(setup, report.caller, known);
                    let bare = Expectation {
                        actions: vec![step.action.clone()],
                        resources: vec![step.resource.clone()],
                        callers: vec![report.caller.id().to_owned()],
                        reason: setup
                            .product
                            .catalogue()
                            .operation(operation.id)
                            .map(|known| format!("without it: {}", known.breaks)),
                        ..entry(operation.id.to_owned(), Expected::Allow)
                    };
                    match self.with_keys(&bare, &keys) {
                        Some(found) => join(&mut own, found, |one| &mut one.actions),
                        None => self.leave_out(
                            what,
                            "the check knows more of the request than a test can say",
                        ),
                    }
                }
                own.into_iter().for_each(|found| join(&mut added, found, |one| &mut one.callers));
            }
            let has_several = added.len() > 1;
            for mut found in added {
                let about = has_several.then(|| about(&found.resources)).into_iter();
                // What is stopped today is no part of the entry, and who reads that it holds shall know.
                let more = about.chain((!is_whole).then_some("in part")).collect::<Vec<_>>();
                if !more.is_empty() {
                    found.name = Some(format!("{} ({})", operation.id, more.join(", ")));
                }
                self.draft.expectations.push(found);
            }
        }
    }

    /// Which of the customer's callers cannot change who has access to the bucket.
    fn permissions(&mut self, setup: &Setup) {
        let bucket = format!("arn:aws:s3:::{}", setup.bucket);
        let own = setup.product.catalogue().callers();
        let own = own.filter(|id| setup.customer.has(*id)).map(CallerId::id);
        for (resource, kind) in [(bucket.clone(), "bucket"), (format!("{bucket}/*"), "object")] {
            let actions = aws::service("s3").map(aws::Service::actions).unwrap_or_default().iter();
            let actions = actions
                .filter(|action| {
                    action.access_level() == AccessLevel::PermissionsManagement
                        && action.resources().any(|on| on.resource_type.name() == kind)
                })
                .map(|action| format!("s3:{}", action.name()))
                .collect::<Vec<_>>();
            for caller in own.clone() {
                let what = if kind == "bucket" { "the bucket" } else { "objects" };
                let mut bare = Expectation {
                    resources: vec![resource.clone()],
                    callers: vec![caller.to_owned()],
                    ..entry(format!("access to {what} is not theirs to give"), Expected::Deny)
                };
                let holds = |action: &&String| {
                    self.holds(&Expectation { actions: vec![(*action).clone()], ..bare.clone() })
                };
                bare.actions = actions.iter().filter(holds).cloned().collect();
                if !bare.actions.is_empty() {
                    self.add(bare);
                }
            }
        }
    }

    /// That nobody else gets anything of the bucket, or of its key.
    fn outsiders(&mut self, setup: &Setup) {
        let bucket = format!("arn:aws:s3:::{}", setup.bucket);
        let key =
            setup.kms_key.as_ref().filter(|_| setup.policies.get(PolicyKind::KmsKey).is_known());
        let of_bucket = (
            "s3:*",
            vec![bucket.clone(), format!("{bucket}/*")],
            "outsiders get nothing of the bucket",
        );
        let of_key =
            key.map(|key| ("kms:*", vec![key.words()], "outsiders get nothing of the key"));
        for (actions, resources, name) in [of_bucket].into_iter().chain(of_key) {
            let all = Expectation {
                actions: vec![actions.to_owned()],
                resources,
                callers: vec![OUTSIDERS.to_owned()],
                ..entry(name.to_owned(), Expected::Deny)
            };
            if self.holds(&all) {
                self.add(all);
            } else {
                self.leave_out(
                    name,
                    "somebody outside of the account gets some access, or it is not known",
                );
            }
        }
    }
}

/// Adds an expectation, or what it has in one list to another that agrees in the rest.
fn join(
    all: &mut Vec<Expectation>,
    new: Expectation,
    list: impl Fn(&mut Expectation) -> &mut Vec<String>,
) {
    let without = |one: &Expectation| {
        let mut one = one.clone();
        list(&mut one).clear();
        one
    };
    let rest = without(&new);
    match all.iter_mut().find(|own| without(own) == rest) {
        Some(own) => {
            let mut new = new;
            let more = std::mem::take(list(&mut new));
            let own = list(own);
            more.into_iter().for_each(|text| {
                if !own.contains(&text) {
                    own.push(text);
                }
            });
        }
        None => all.push(new),
    }
}
