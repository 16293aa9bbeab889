//! Sentences about a layer that does not allow: the nearest statement, what it lacks, and what to add.

use super::scene::{Scene, locate, written_key};
use crate::authz::{LayerId, Request};
use crate::eval::Lack;
use crate::finding::Label;
use crate::model::{Condition, Policy, Statement};
use crate::product::catalogue::Target;
use crate::product::nearest::{Nearest, nearest, opens_too_much};
use crate::product::roles::whose;
use crate::product::verdict::{Advice, Reason, ReasonKind, empty, layer_row};
use crate::rules::other_bucket;
use crate::why::{Cause, Near};

impl Scene<'_> {
    pub(super) fn not_allowed(
        &self,
        cause: &Cause<'_>,
        policies: &[&Policy],
        near: &[Near<'_>],
    ) -> Reason {
        let (layer, request) = (cause.layer, &cause.request);
        let action = self.question.step.written(&request.action);
        let name = layer_row(layer, self.question.step.resource).words;
        let mut reason = empty(
            ReasonKind::NoAllow,
            self.layer_name(layer),
            format!("no statement of the {name} allows `{action}`"),
        );
        match nearest(self.question, layer, near) {
            Nearest::Miss(near) => self.describe_near_miss(&mut reason, near, &action, cause),
            Nearest::NamesOthers => {
                reason.span =
                    policies.first().map(|policy| policy.statement_span.unwrap_or(policy.span));
                reason.message = format!(
                    "no statement of the {name} names {}, so none allows `{action}`",
                    self.principal_words(&request.caller)
                );
                reason.help = Some(self.statement_to_add(layer, &action, request, true));
            }
            Nearest::Nothing => {
                reason.span = policies.first().map(|policy| policy.span);
                if reason.span.is_none() {
                    let there_is = if name.ends_with("policies") {
                        format!("there are no {name} that allow")
                    } else {
                        format!("there is no {name} that allows")
                    };
                    reason.message = format!("{there_is} `{action}`");
                }
                reason.help = Some(self.statement_to_add(layer, &action, request, true));
            }
        }
        reason
    }

    fn describe_near_miss(
        &self,
        reason: &mut Reason,
        near: &Near<'_>,
        action: &str,
        cause: &Cause<'_>,
    ) {
        let (layer, request, statement) = (cause.layer, &cause.request, near.place.statement);
        locate(reason, statement);
        for (number, (lack, span)) in near.lacks.iter().enumerate() {
            let (message, help) = match lack {
                Lack::Action => (
                    format!("does not list `{action}`"),
                    Advice::about("add", action, "to this list"),
                ),
                Lack::Resource => self.uncovered_resource(layer, statement, request),
                Lack::Principal => {
                    let name = self.principal_words(&request.caller);
                    let other = self.other_regions(statement);
                    (
                        format!("does not name {name}{other}"),
                        Advice::plain(format!("add {name} to the principals")),
                    )
                }
                Lack::Condition(number) => {
                    failed_condition(&statement.conditions[*number], request)
                }
                Lack::Doubt => (
                    "is one that AWS would refuse".to_owned(),
                    Advice::plain("correct the statement first"),
                ),
            };
            if number == 0 {
                reason.span = Some(*span);
                reason.message = format!("{}; the nearest statement {message}", reason.message);
                reason.help = Some(help);
            } else {
                reason.labels.push(Label { span: *span, text: format!("it also {message}") });
            }
        }
        let is_too_wide = near
            .lacks
            .first()
            .is_some_and(|(lack, _)| opens_too_much(self.question, *lack, layer, statement));
        let is_of_other_bucket = self.other_bucket(layer, statement).is_some();
        if near.lacks.len() > 1 || is_too_wide && !is_of_other_bucket {
            let mut help = self.statement_to_add(layer, action, request, false);
            if near.lacks.len() == 1 {
                help.tail.push_str(&format!(
                    "; to add to the one shown would allow more than {} needs",
                    self.product()
                ));
            }
            reason.help = Some(help);
        }
    }

    fn uncovered_resource(
        &self,
        layer: LayerId,
        statement: &Statement,
        request: &Request,
    ) -> (String, Advice) {
        let resource = self.resource_to_add();
        let variables = statement.resource_patterns().flat_map(crate::model::Pattern::variables);
        let missing = variables.into_iter().find(|variable| {
            variable.default.is_none() && request.context.get(&variable.key).is_none()
        });
        let advice = match self.other_bucket(layer, statement) {
            // S3 refuses a policy that names another bucket.
            Some(other) => format!("replace `{other}` by this bucket, as in `{resource}`"),
            None => format!("add `{resource}` to this list"),
        };
        let message = match missing {
            Some(variable) => format!(
                "uses the variable `${{{}}}`, for which this request has no value",
                variable.key
            ),
            None => format!("does not cover `{}`", request.resource),
        };
        (message, Advice::plain(advice))
    }

    /// Which roles of the vendor's a statement names instead of the right one: their names need not follow AWS's abbreviations.
    fn other_regions(&self, statement: &Statement) -> String {
        let product = self.question.product;
        let short = |role: &str| role.rsplit('/').next().unwrap_or(role).to_owned();
        let roles = product.regions().roles(statement);
        let roles = roles.filter(|_| !self.question.caller.is_customers());
        roles.map(|(role, _)| format!("; `{}` is {}", short(role), whose(product, role))).collect()
    }

    /// Another bucket that a statement of the bucket policy names.
    fn other_bucket(&self, layer: LayerId, statement: &Statement) -> Option<String> {
        let is_bucket_policy = self.question.is_bucket_policy(layer);
        other_bucket(statement, self.question.names.bucket).filter(|_| is_bucket_policy)
    }

    /// The resource to allow: the pages allow folders together with the objects.
    fn resource_to_add(&self) -> String {
        let words = &self.question.resource.words;
        let is_folder = self.question.step.resource == Target::Folder;
        if is_folder { words.trim_end_matches('/').to_owned() } else { words.clone() }
    }

    /// The statement that is missing; `names_nobody`: no statement of the layer names the caller.
    fn statement_to_add(
        &self,
        layer: LayerId,
        action: &str,
        request: &Request,
        names_nobody: bool,
    ) -> Advice {
        let resource = self.resource_to_add();
        let principal = match layer {
            LayerId::Resource => {
                format!(" to the principal {}", self.principal_words(&request.caller))
            }
            _ => String::new(),
        };
        // A key policy writes the key as `*`, a trust policy does not name the role.
        let on = match (layer, self.question.step.resource) {
            (LayerId::Resource, Target::Key) => " on `*`".to_owned(),
            (LayerId::Resource, Target::Role) => String::new(),
            _ => format!(" on `{resource}`"),
        };
        // If the page's statement for copies is missing, the advice is to take it as a whole.
        let is_for_copies =
            self.question.is_bucket_policy(layer) && !self.question.caller.is_customers();
        let lead = if is_for_copies && names_nobody {
            self.question.product.wording().add_statement
        } else {
            "add a statement that allows"
        };
        Advice::about(lead, action, format!("{on}{principal}").trim_start())
    }
}

fn failed_condition(condition: &Condition, request: &Request) -> (String, Advice) {
    let key = written_key(condition);
    let value = request.context.get(&condition.key.node).map(|value| value.as_slice().join(", "));
    let has = value.map_or_else(
        || "the request has no such key".to_owned(),
        |value| format!("the request has `{value}`"),
    );
    let message = format!("has a condition on `{key}` that does not hold: {has}");
    (message, Advice::plain(format!("widen the condition on `{key}`, or take it out")))
}
