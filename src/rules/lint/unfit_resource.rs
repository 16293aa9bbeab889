//! Resources that no action of their statement works on.

use super::arn_form::parts;
use super::arn_types::{Form, Pieces, all_forms, forms};
use super::manual::rule_code;
use crate::aws::{Action, Service};
use crate::finding::{Code, Confidence, Finding};
use crate::model::{PolicyKind, ResourceKind, ResourcePattern, Statement};
use crate::rules::covered::Covered;
use crate::rules::rule::{Rule, Scene, Sink};

rule_code! {
    /// The part of the ARN behind the account is of no kind that the service has.
    ///
    /// No resource has such an ARN, so the words match nothing.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "iam:GetRole", "Resource": "arn:aws:iam::111122223333:roles/ica"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "iam:GetRole", "Resource": "arn:aws:iam::111122223333:role/ica"}
    /// ```
    /// What to do: write the ARN as the service does.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid ARN resource"; IDATA for the forms of ARNs.
    FORM: Warning "unknown-arn-form" ["INVALID_ARN_RESOURCE"] "an ARN whose last part has no form that the service has", confidence: Confidence::Medium
}

rule_code! {
    /// An action works on none of the resources of its statement.
    ///
    /// `s3:GetObject` works on objects and `s3:ListBucket` on buckets: `arn:aws:s3:::b` has no objects, `arn:aws:s3:::b/*` no bucket. The words do nothing.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// What to do: add the ARN that the action works on; an action without resources needs `*`.
    ///
    /// Source: IDATA for the resources of actions; IAM:reference_policies_elements_resource.
    ACTION: Warning "action-without-resource" [] "an action that works on none of the resources of its statement", confidence: Confidence::Medium
}

/// Findings about ARNs that fit nothing.
#[derive(Debug)]
pub(super) struct UnfitResource;

/// Services whose actions were looked at one by one.
const CHECKED: [&str; 4] = ["s3", "sts", "kms", "iam"];

impl Rule for UnfitResource {
    fn codes(&self) -> &'static [Code] {
        &[FORM, ACTION]
    }

    fn statement(&self, scene: &Scene<'_>, statement: &Statement, sink: &mut Sink) {
        let Some(element) = &statement.resource else { return };
        for pattern in &element.patterns {
            sink.extend(unknown_form(scene, pattern));
        }
        let is_open = |pattern: &ResourcePattern| {
            !matches!(pattern.kind, ResourceKind::Arn(_))
                || pattern.doubt.is_some()
                || !pattern.unsettled.is_empty()
        };
        // A bucket policy that has them is refused, which is another rule.
        if element.not
            || element.patterns.is_empty()
            || element.patterns.iter().any(is_open)
            || scene.is_of_bucket()
            || matches!(
                scene.policy.kind,
                PolicyKind::Vpce | PolicyKind::KmsKey | PolicyKind::Trust
            )
        {
            return;
        }
        let Some(actions) = statement.action.as_ref().filter(|element| !element.not) else {
            return;
        };
        let mut reached = Vec::<Reached>::new();
        for (covered, pattern) in scene.covered(statement).iter().zip(&actions.patterns) {
            let Covered::One(action) = covered else { continue };
            let service = action.service();
            // AWS's refusals name resources for some actions that have none by its list, such as `arn:aws:iam::ACCOUNT:role/` for `iam:ListRoles`.
            if !CHECKED.contains(&service.prefix()) || action.is_resourceless() {
                continue;
            }
            let known = reached.iter().position(|one| one.service == service.prefix());
            let known = known.unwrap_or_else(|| {
                reached.push(Reached::by(scene, service, &element.patterns));
                reached.len() - 1
            });
            if !reached[known].has_one_of(action) {
                let text = scene.words(pattern.span);
                let kinds = action.resource_types().map(|kind| kind.arn()).collect::<Vec<_>>();
                let help = match kinds.as_slice() {
                    [] => {
                        "write `\"Resource\": \"*\"` for it: the action has no resources".to_owned()
                    }
                    [first, ..] => format!("the action works on `{first}`"),
                };
                let message = format!(
                    "`{text}` works on none of the resources of the statement, so it does nothing here"
                );
                sink.push(Finding::new(ACTION, pattern.span, message).help(help));
            }
        }
    }
}

/// The types of the resources of a service that some patterns can name.
struct Reached {
    service: &'static str,
    /// `None`: a pattern may name any, or is wrong itself, which is a finding of its own.
    kinds: Option<Vec<&'static str>>,
}

impl Reached {
    fn by(scene: &Scene<'_>, service: &'static Service, patterns: &[ResourcePattern]) -> Reached {
        let mut kinds = Some(Vec::new());
        for pattern in patterns {
            let named = named_by(scene.words(pattern.span), service);
            kinds = kinds.zip(named).map(|(kinds, named)| [kinds, named].concat());
        }
        Reached { service: service.prefix(), kinds }
    }

    fn has_one_of(&self, action: &Action) -> bool {
        let Some(kinds) = &self.kinds else { return true };
        action.resource_types().any(|kind| kinds.contains(&kind.name()))
    }
}

/// The types of the resources of a service that a text can name; `None` where that is not to be said.
fn named_by(text: &str, own: &'static Service) -> Option<Vec<&'static str>> {
    let [_, service, region, account, resource] = parts(text)?;
    let is_open = service.contains(['*', '?', '$']);
    let resource = Pieces::of(resource);
    let fits = |form: &Form| {
        let has = |part: &str, has: bool| has || part.is_empty() || part.contains(['*', '$']);
        has(region, form.has_region) && has(account, form.has_account) && form.may_be(&resource)
    };
    let is_of = |form: &Form| is_open || form.service.is_empty() || form.service == service;
    let named = all_forms(own).iter().filter(|form| is_of(form) && fits(form));
    let named = named.map(|form| form.kind).collect::<Vec<_>>();
    // What is wrong with the ARN itself has a finding of its own.
    let is_told = named.is_empty() && !is_open && !forms(service).iter().any(fits);
    (!is_told).then_some(named)
}

fn unknown_form(scene: &Scene<'_>, pattern: &ResourcePattern) -> Option<Finding> {
    if !matches!(pattern.kind, ResourceKind::Arn(_)) || pattern.doubt.is_some() {
        return None;
    }
    let text = scene.words(pattern.span);
    let [_, service, _, _, resource] = parts(text)?;
    if !CHECKED.contains(&service) || resource.is_empty() {
        return None;
    }
    let (forms, pieces) = (forms(service), Pieces::of(resource));
    if forms.is_empty() || forms.iter().any(|form| form.may_be(&pieces)) {
        return None;
    }
    // What no list of actions has, and policies name: `root` of an account, the alias of a multi-Region access point.
    let is_named = matches!((service, resource), ("iam" | "sts", "root"));
    if is_named {
        return None;
    }
    let message = format!("no ARN of `{service}` has the form `{resource}` behind the account");
    let kind = resource.split(['/', ':']).next().unwrap_or_default();
    let near = forms
        .iter()
        .map(|form| form.start)
        .filter(|start| !start.is_empty() && crate::finding::distance(start, kind) <= 1)
        .min();
    let help = near.map_or("write the ARN as the service does".to_owned(), |near| {
        format!("perhaps `{near}` is meant")
    });
    Some(Finding::new(FORM, pattern.span, message).help(help))
}
