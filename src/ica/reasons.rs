//! Words for what a step's requests met: which statement, which of its words, what to change.

use super::assume::{fact, told};
use super::catalogue::{IcaCaller, KeyKind, Step, Target, catalogue};
use super::cause::{Cause, Tried, Unknown};
use super::environment::{roles, whose};
use super::key_name::written_key;
use super::layers::layers;
use super::nearest::Nearest;
use super::scene::Scene;
use super::setup::Setup;
use super::target::resource_words;
use super::values::UNLISTED;
use super::verdict::{Advice, Reason, ReasonKind, Verdict, empty, layer_row};
use crate::authz::{Ambiguity, Caller, Choice, LayerId, NamingSet, Request, StatementRef};
use crate::eval::{
    Decision, Lack, NearMiss, concerns, matching_action, matching_resource, near_miss,
};
use crate::finding::Label;
use crate::model::{Condition, Element, PrincipalPattern, Statement};
use crate::rules::other_bucket;

const EXCEPT_CALLERS: &str =
    "except ICA's callers from this Deny, for example by `aws:PrincipalArn`";

/// The reasons of a step that is not allowed.
pub(super) fn reasons(
    connection: &Setup,
    caller: IcaCaller,
    step: &Step,
    tried: &Tried,
) -> Vec<Reason> {
    let scene = Scene {
        connection,
        caller,
        step,
        layers: layers(connection, caller, step, None, false),
        verdict: tried.verdict,
    };
    let mut reasons =
        tried.unknowns.iter().map(|unknown| scene.unknown(unknown, tried)).collect::<Vec<_>>();
    for (cause, request) in &tried.causes {
        let mut reason = match cause {
            Cause::Denied(place) => scene.denied(*place, request),
            // That the identity policies were not given is told as an unknown.
            Cause::Lacking(LayerId::Identity)
                if tried.unknowns.contains(&Unknown::IdentityPolicies) =>
            {
                continue;
            }
            Cause::Lacking(LayerId::Resource) if tried.unknowns.iter().any(is_policy_of_target) => {
                continue;
            }
            Cause::Lacking(layer) => scene.lacking(*layer, request),
            Cause::Open(decision) => scene.open(decision, request),
        };
        reason.note =
            step.scope.as_ref().map(|scope| format!("`{}` is needed {scope}", step.action));
        // What hangs on words that have been shown as unknown is told with them.
        let same_kind =
            |known: &Reason| known.kind == reason.kind || known.kind == ReasonKind::Hidden;
        let told = reasons.iter().any(|known| {
            known.span == reason.span && same_kind(known) && known.layer == reason.layer
        });
        if !told {
            reasons.push(reason);
        }
    }
    reasons
}

/// Whether the resource's own policy was not given.
fn is_policy_of_target(unknown: &Unknown) -> bool {
    matches!(unknown, Unknown::KeyPolicy | Unknown::TrustPolicy)
}

impl<'a> Scene<'a> {
    pub(super) fn denied(&self, place: StatementRef, request: &Request) -> Reason {
        let action = self.action_words(request);
        let mut reason = empty(
            ReasonKind::ExplicitDeny,
            self.layer_name(place.layer),
            format!("`{action}` is denied here"),
        );
        let Some(statement) = self.statement(place) else { return reason };
        locate(&mut reason, statement);
        let action_span = matching_action(statement, request);
        reason
            .labels
            .push(Label { span: statement.effect.span, text: "the statement denies".to_owned() });
        if let Some(principal) = statement.principal.as_ref().filter(|principal| principal.not) {
            self.denied_by_not_principal(&mut reason, principal, &action, request);
        } else if let Some(condition) = deciding_condition(statement) {
            self.denied_by_condition(&mut reason, condition, &action, request);
        } else {
            // Where only some keys are denied, the resource says which.
            let narrow = if self.verdict == Verdict::Partial {
                matching_resource(statement, request)
            } else {
                None
            };
            reason.span = narrow.or(action_span).or(Some(statement.span));
            let tail = "out of this Deny, or except ICA with `\"ArnNotLike\": {\"aws:PrincipalArn\": [..]}`";
            reason.help = Some(Advice::about("take", &action, tail));
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
    ) {
        let key = written_key(condition);
        let value =
            request.context.get(&condition.key.node).map(|value| value.as_slice().join(", "));
        reason.span = Some(condition.span);
        let has = match &value {
            Some(value) if self.is_open(&condition.key.node) && value == UNLISTED => {
                "ICA's requests may have another value".to_owned()
            }
            Some(value) if self.is_open(&condition.key.node) => {
                format!("ICA's requests may have others, such as `{value}`")
            }
            Some(value) => format!("this request has `{value}`"),
            None => "the request has no such key".to_owned(),
        };
        if condition.test.is_negated() {
            reason.message = format!("`{action}` is denied unless `{key}` is listed here; {has}");
            reason.help = Some(match value {
                Some(value) if &*condition.key.node == "aws:principalarn" => {
                    Advice::plain(format!("add `{}` to this list", self.listed_arn(&value)))
                }
                Some(value) if value == "AES256" && !self.is_open(&condition.key.node) => {
                    Advice::plain(format!(
                        "if ICA's storage configuration has a KMS key, say --kms-key ARN; else add `{value}` to this list"
                    ))
                }
                Some(value) if !self.is_open(&condition.key.node) => Advice::plain(format!(
                    "add `{value}` to this list if that is right for ICA, or except ICA's callers by `aws:PrincipalArn`"
                )),
                Some(_) | None => Advice::plain(EXCEPT_CALLERS),
            });
        } else {
            reason.message = format!(
                "`{action}` is denied where `{}` holds for `{key}`; {has}",
                condition.operator.node
            );
            reason.help = Some(Advice::plain(EXCEPT_CALLERS));
        }
    }

    /// Whether the key has many values, or one that nobody knows: then a value that was tried is only an example.
    fn is_open(&self, key: &str) -> bool {
        let is_known = told(key, self.connection, self.caller, self.step).is_some();
        let is_listed = catalogue().key(key).is_some()
            || self.step.keys.keys().any(|name| name.eq_ignore_ascii_case(key));
        let kind = fact(key, self.caller, self.step).kind;
        !is_known && is_listed && matches!(kind, KeyKind::Free | KeyKind::Hidden | KeyKind::Foreign)
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
        // C7: whoever has a boundary is hit, listed or not.
        let why = if self.layers.boundary.is_absent() {
            "is not fully listed"
        } else {
            "has a permissions boundary, so it is hit even if listed"
        };
        reason.message =
            format!("`{action}` is denied for everybody but those listed here; `{caller}` {why}");
        reason.help = Some(Advice::plain(
            "`NotPrincipal` cannot list sessions by pattern: use `\"Principal\": \"*\"` with `ArnNotLike` on `aws:PrincipalArn`",
        ));
    }

    pub(super) fn lacking(&self, layer: LayerId, request: &Request) -> Reason {
        let action = self.action_words(request);
        let name = layer_row(layer, self.step.resource).words;
        let mut reason = empty(
            ReasonKind::NoAllow,
            self.layer_name(layer),
            format!("no statement of the {name} allows `{action}`"),
        );
        let near = match self.nearest(layer, request) {
            Nearest::Miss(near) => near,
            Nearest::NamesOthers => {
                let first = self.layers.policies(layer).first();
                reason.span = first.map(|policy| policy.statement_span.unwrap_or(policy.span));
                reason.message = format!(
                    "no statement of the {name} names {}, so none allows `{action}`",
                    principal_words(&request.caller)
                );
                reason.help = Some(self.statement_to_add(layer, &action, request));
                return reason;
            }
            Nearest::Nothing => {
                reason.span = self.layers.policies(layer).first().map(|policy| policy.span);
                if reason.span.is_none() {
                    let there_is = if name.ends_with("policies") {
                        format!("there are no {name} that allow")
                    } else {
                        format!("there is no {name} that allows")
                    };
                    reason.message = format!("{there_is} `{action}`");
                }
                reason.help = Some(self.statement_to_add(layer, &action, request));
                return reason;
            }
        };
        self.describe_near_miss(&mut reason, &near, &action, request);
        reason
    }

    fn describe_near_miss(
        &self,
        reason: &mut Reason,
        near: &NearMiss,
        action: &str,
        request: &Request,
    ) {
        let Some(statement) = self.statement(near.statement) else { return };
        locate(reason, statement);
        for (number, (lack, span)) in near.lacks.iter().enumerate() {
            let (message, help) = match lack {
                Lack::Action => (
                    format!("does not list `{action}`"),
                    Advice::about("add", action, "to this list"),
                ),
                Lack::Resource => self.uncovered_resource(near.statement.layer, statement, request),
                Lack::Principal => {
                    let name = principal_words(&request.caller);
                    let other = if self.caller == IcaCaller::CrossAccountRole {
                        other_regions(statement)
                    } else {
                        String::new()
                    };
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
                    Advice::plain("mend the statement first"),
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
            .is_some_and(|(lack, _)| self.opens_too_much(*lack, near.statement.layer, statement));
        let is_bucket_policy =
            near.statement.layer == LayerId::Resource && self.step.resource.is_at_bucket();
        let is_of_other_bucket =
            is_bucket_policy && other_bucket(statement, &self.connection.bucket).is_some();
        if near.lacks.len() > 1 || is_too_wide && !is_of_other_bucket {
            let mut help = self.statement_to_add(near.statement.layer, action, request);
            if near.lacks.len() == 1 {
                help.tail.push_str("; to add to the one shown would allow more than ICA needs");
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
        let is_bucket_policy = layer == LayerId::Resource && self.step.resource.is_at_bucket();
        let advice =
            match other_bucket(statement, &self.connection.bucket).filter(|_| is_bucket_policy) {
                // S3 refuses the policy as long as another bucket is in it.
                Some(other) => {
                    Advice::plain(format!("replace `{other}` by this bucket, as in `{resource}`"))
                }
                None => Advice::plain(format!("add `{resource}` to this list")),
            };
        match missing {
            Some(variable) => (
                format!(
                    "uses the variable `${{{}}}`, which this request has no value for",
                    variable.key
                ),
                advice,
            ),
            None => (format!("does not cover `{}`", request.resource), advice),
        }
    }

    /// The resource to allow: the pages allow folders with the objects.
    fn resource_to_add(&self) -> String {
        let words = resource_words(self.connection, self.step);
        if self.step.resource == Target::Folder {
            words.trim_end_matches('/').to_owned()
        } else {
            words
        }
    }

    /// The statement that is missing.
    fn statement_to_add(&self, layer: LayerId, action: &str, request: &Request) -> Advice {
        let resource = self.resource_to_add();
        let principal = match layer {
            LayerId::Resource => format!(" to the principal {}", principal_words(&request.caller)),
            _ => String::new(),
        };
        // In a key policy the key is `*`, in a trust policy the role is not named at all.
        let on = match (layer, self.step.resource) {
            (LayerId::Resource, Target::Key) => " on `*`".to_owned(),
            (LayerId::Resource, Target::Role) => String::new(),
            _ => format!(" on `{resource}`"),
        };
        // Whoever has none of the page's statements for copies takes it as a whole.
        let is_for_copies = layer == LayerId::Resource
            && self.caller == IcaCaller::CrossAccountRole
            && self.step.resource.is_at_bucket();
        let lead = if is_for_copies && !matches!(self.nearest(layer, request), Nearest::Miss(_)) {
            "add the statement of step 7 of the ICA page, which `ica-policy generate` prints; it allows"
        } else {
            "add a statement that allows"
        };
        Advice::about(lead, action, format!("{on}{principal}").trim_start())
    }

    fn open(&self, decision: &Decision, request: &Request) -> Reason {
        let layer = decision
            .denied_by
            .first()
            .map(|place| place.layer)
            .or(decision.lacking.first().copied())
            .unwrap_or(LayerId::Identity);
        let readings = decision.readings.iter().map(|reading| {
            let outcome =
                if reading.outcome == crate::eval::Outcome::Allowed { "allowed" } else { "denied" };
            format!("{outcome} if {}", reading.ambiguity.text(reading.choice))
        });
        let action = self.action_words(request);
        let message = format!(
            "AWS leaves open whether `{action}` is allowed: {}",
            readings.collect::<Vec<_>>().join("; ")
        );
        let mut reason = empty(ReasonKind::Ambiguous, self.layer_name(layer), message);
        if decision.readings.iter().any(|reading| {
            reading.ambiguity == Ambiguity::RefusedWords && reading.choice == Choice::First
        }) {
            self.point_at_doubt(&mut reason, request);
        } else if let Some((place, statement)) =
            decision.denied_by.first().and_then(|place| Some((place, self.statement(*place)?)))
        {
            reason.layer = self.layer_name(place.layer);
            locate(&mut reason, statement);
            let principal = statement.principal.as_ref().map(|element| element.span);
            reason.span = deciding_condition(statement)
                .map(|condition| condition.span)
                .or(principal)
                .or(reason.span);
        } else if let Some(near) = near_miss(request, &self.layers, layer, NamingSet::ANY) {
            let statement = self.statement(near.statement);
            statement.into_iter().for_each(|statement| locate(&mut reason, statement));
            reason.span = near.lacks.first().map(|(_, span)| *span);
        }
        reason
    }

    /// The words that AWS would refuse or that are beyond a limit of ours, in the first statement that may be about the action.
    fn point_at_doubt(&self, reason: &mut Reason, request: &Request) {
        for layer in self.layers.ids() {
            let statements =
                self.layers.policies(layer).iter().flat_map(|policy| &policy.statements);
            for statement in statements.filter(|statement| concerns(statement, &request.action)) {
                let Some(doubt) = statement.all_doubts().next() else { continue };
                reason.layer = self.layer_name(layer);
                locate(reason, statement);
                reason.span = Some(doubt.span);
                let words = if doubt.is_limit {
                    "these words are not matched"
                } else {
                    "AWS would refuse these words"
                };
                let help = if doubt.is_limit {
                    "shorten them; AWS may take them as they are"
                } else {
                    "mend the words that AWS would refuse"
                };
                let action = self.action_words(request);
                reason.message = format!(
                    "{words} ({}), so whether `{action}` is allowed is not known",
                    doubt.reason
                );
                reason.help = Some(Advice::plain(help));
                if doubt.is_limit {
                    reason.kind = ReasonKind::Limit;
                }
                return;
            }
        }
    }

    /// The action as the catalogue writes it, or another one that stops it.
    fn action_words(&self, request: &Request) -> String {
        let known = self.step.actions().find(|action| action.eq_ignore_ascii_case(&request.action));
        known.unwrap_or(&request.action).clone()
    }

    /// The ARN to put into an exception list: sessions have names of ICA's choice, so all of the account are meant.
    fn listed_arn(&self, value: &str) -> String {
        match self.caller {
            IcaCaller::FederatedSession if self.connection.session_name.is_none() => {
                format!("arn:aws:sts::{}:federated-user/*", self.connection.customer.account())
            }
            _ => value.to_owned(),
        }
    }
}

/// Which roles of Illumina's a statement names instead of the right one: their names do not follow AWS's abbreviations (A7).
fn other_regions(statement: &Statement) -> String {
    let short = |role: &str| role.rsplit('/').next().unwrap_or(role).to_owned();
    roles(statement).map(|(role, _)| format!("; `{}` is {}", short(role), whose(role))).collect()
}

/// The condition to show for a Deny: an exception list, if there is one, for it is what a person forgot to extend.
fn deciding_condition(statement: &Statement) -> Option<&Condition> {
    statement
        .conditions
        .iter()
        .find(|condition| condition.test.is_negated())
        .or(statement.conditions.first())
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

pub(super) fn locate(reason: &mut Reason, statement: &Statement) {
    reason.statement = Some(statement.index);
    reason.sid = statement.sid.as_ref().map(|sid| sid.node.clone());
    reason.span = Some(statement.span);
}

/// Whom a policy has to name.
fn principal_words(caller: &Caller) -> String {
    match caller {
        Caller::WebIdentity { provider } if provider.as_str().ends_with(UNLISTED) => {
            "ICA's identity provider, under `Federated`".to_owned()
        }
        Caller::WebIdentity { provider } => format!("`{}`, under `Federated`", provider.as_str()),
        other => format!("`{}`", other.principal_arn().unwrap_or_default()),
    }
}
