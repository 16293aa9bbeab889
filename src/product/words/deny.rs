//! Sentences about a Deny.

use super::scene::{Scene, deciding_condition, locate, written_key};
use crate::authz::{LayerId, Request};
use crate::eval::{matching_action, matching_resource};
use crate::finding::Label;
use crate::model::{Condition, Element, Pattern, PrincipalPattern, Statement};
use crate::product::exception::Callers;
use crate::product::values::UNLISTED;
use crate::product::verdict::{Advice, Reason, ReasonKind, Verdict, empty};
use crate::why::{Cause, Place};

impl Scene<'_> {
    pub(super) fn denied(&self, cause: &Cause<'_>, place: Place<'_>) -> Reason {
        let (request, statement) = (&cause.request, place.statement);
        let action = self.question.step.written(&request.action);
        let mut reason = empty(
            ReasonKind::ExplicitDeny,
            self.layer_name(cause.layer),
            format!("`{action}` is denied here"),
        );
        locate(&mut reason, statement);
        let action_span = matching_action(statement, request);
        reason
            .labels
            .push(Label { span: statement.effect.span, text: "the statement denies".to_owned() });
        if let Some(principal) = statement.principal.as_ref().filter(|principal| principal.not) {
            self.denied_by_not_principal(&mut reason, principal, &action, request);
        } else if let Some(condition) = deciding_condition(statement) {
            let except = self.exception(cause.layer, statement);
            self.denied_by_condition(&mut reason, condition, &action, request, &except);
        } else {
            // If only some keys are denied, the resource shows which.
            let is_partial = self.verdict == Verdict::Partial;
            let narrow = is_partial.then(|| matching_resource(statement, request)).flatten();
            reason.span = narrow.or(action_span).or(Some(statement.span));
            // In its own policies nobody needs an exception from what is denied to all of them.
            let tail = match cause.layer {
                LayerId::Identity => "out of this Deny".to_owned(),
                layer => format!("out of this Deny, or {}", self.exception(layer, statement)),
            };
            reason.help = Some(Advice::about("take", &action, &tail));
            return reason;
        }
        reason
            .labels
            .extend(action_span.map(|span| Label { span, text: "this action".to_owned() }));
        reason
    }

    fn denied_by_condition(
        &self,
        reason: &mut Reason,
        condition: &Condition,
        action: &str,
        request: &Request,
        except_callers: &str,
    ) {
        let (key, product) = (written_key(condition), self.product());
        let value =
            request.context.get(&condition.key.node).map(|value| value.as_slice().join(", "));
        reason.span = Some(condition.span);
        let is_open = self.is_open(&condition.key.node);
        let has = match &value {
            Some(value) if is_open && value == UNLISTED => {
                format!("{product}'s requests may have another value")
            }
            Some(value) if is_open => {
                format!("{product}'s requests may have others, such as `{value}`")
            }
            Some(value) => format!("this request has `{value}`"),
            None => "the request has no such key".to_owned(),
        };
        if condition.test.is_negated() {
            reason.message = format!("`{action}` is denied unless `{key}` is listed here; {has}");
            let help = match value {
                Some(value) if &*condition.key.node == "aws:principalarn" => {
                    let listed = self.question.names.listed_arn(self.question.caller, &value);
                    match self.other_role(condition) {
                        _ if listed.contains('*') && !condition.test.takes_wildcards() => format!(
                            "`{}` knows no wildcards: put `\"ArnNotLike\": {{\"aws:PrincipalArn\": \"{listed}\"}}` into the same `Condition`",
                            condition.operator.node
                        ),
                        Some(other) => format!("replace `{other}` by `{listed}` in this list"),
                        None => format!("add `{listed}` to this list"),
                    }
                }
                // The region is that of the bucket, which was given.
                Some(value) if &*condition.key.node == "aws:requestedregion" && !is_open => {
                    format!(
                        "add `{value}` to this list, or except {product}'s callers by `aws:PrincipalArn`"
                    )
                }
                Some(value) if value == "AES256" && !is_open => format!(
                    "if {product}'s storage configuration has a KMS key, say --kms-key ARN; else add `{value}` to this list"
                ),
                Some(value) if !is_open => format!(
                    "add `{value}` to this list if that is right for {product}, or except {product}'s callers by `aws:PrincipalArn`"
                ),
                Some(_) | None => except_callers.to_owned(),
            };
            reason.help = Some(Advice::plain(help));
        } else {
            reason.message = format!(
                "`{action}` is denied where `{}` is true for `{key}`; {has}",
                condition.operator.node
            );
            reason.help = Some(Advice::plain(except_callers));
        }
    }

    fn exception(&self, layer: LayerId, statement: &Statement) -> String {
        let names = &self.question.names;
        let callers = Callers {
            product: self.product(),
            customer: names.customer,
            session: names.session,
            vendor: names.vendor_role,
        };
        callers.excepted(layer, statement)
    }

    /// The vendor's role of another region, if a list of exceptions has one instead of the caller.
    fn other_role(&self, condition: &Condition) -> Option<String> {
        let regions = self.question.product.regions();
        let mut listed = condition.test.patterns().filter_map(Pattern::as_literal);
        let other = listed.find(|name| regions.is_role(name));
        other.filter(|_| !self.question.caller.is_customers()).map(str::to_owned)
    }

    /// Whether the key has many values, or an unknown one: then a value that was tried is only an example.
    fn is_open(&self, key: &str) -> bool {
        let is_known = self.question.assumed.contains_key(key);
        let catalogue = self.question.product.catalogue();
        let is_listed = catalogue.key(key).is_some()
            || self.question.step.keys.keys().any(|name| name.eq_ignore_ascii_case(key));
        let fact = catalogue.fact(self.question.step, key, self.question.caller);
        !is_known && is_listed && fact.is_open()
    }

    fn denied_by_not_principal(
        &self,
        reason: &mut Reason,
        principal: &Element<PrincipalPattern>,
        action: &str,
        request: &Request,
    ) {
        let caller = request.caller.principal_arn().unwrap_or_default();
        reason.span = Some(principal.span);
        // C7: a principal with a boundary is denied, listed or not.
        let why = if self.layers.boundary.is_absent() {
            "is not fully listed"
        } else {
            "has a permissions boundary, so the Deny applies even if it is listed"
        };
        reason.message =
            format!("`{action}` is denied for everybody but those listed here; `{caller}` {why}");
        reason.help = Some(Advice::plain(
            "`NotPrincipal` cannot list sessions by pattern: use `\"Principal\": \"*\"` with `ArnNotLike` on `aws:PrincipalArn`",
        ));
    }
}
