//! The requests that the operations of a connection need: no edit may allow more.

use crate::eval::pattern_covers_action;
use crate::input;
use crate::model::{self, Policy, PolicyKind, Statement};
use crate::product::CallerId;
use crate::product::catalogue::Target;
use crate::product::setup::Setup;
use crate::product::{Check, Level};
use crate::source::Sources;
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;

/// An action on resources that a caller needs for some operation.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Need {
    caller: CallerId,
    action: String,
    resources: Vec<String>,
}

/// All needs of a connection, and the policies made from them, which each proof asks for.
#[derive(Debug, Default)]
pub(super) struct Needs {
    list: Vec<Need>,
    denied: RefCell<Vec<(PolicyKind, Rc<Policy>)>>,
}

impl Needs {
    /// Those of a check's operations.
    pub(super) fn of(connection: &Setup, check: &Check) -> Needs {
        Needs { list: needs(connection, check), ..Needs::default() }
    }

    /// A policy that denies exactly what is needed: whatever a new policy together with it still allows newly is too much. No edit changes
    /// who the callers are.
    pub(super) fn denied(&self, connection: &Setup, kind: PolicyKind) -> Option<Rc<Policy>> {
        let known = self.denied.borrow().iter().find(|(own, _)| *own == kind).cloned();
        if let Some((_, policy)) = known {
            return Some(policy);
        }
        let policy = Rc::new(denied(connection, &self.list, kind)?);
        self.denied.borrow_mut().push((kind, Rc::clone(&policy)));
        Some(policy)
    }

    /// The part of that policy that is about actions of one statement: the rest denies nothing that the statement allows.
    pub(super) fn denied_of(
        &self,
        connection: &Setup,
        kind: PolicyKind,
        statement: &Statement,
    ) -> Option<Policy> {
        let all = self.denied(connection, kind)?;
        let near = all.statements.iter().filter(|deny| may_share_action(statement, deny));
        Some(all.with(near.cloned().collect()))
    }
}

/// Whether the actions of a statement may include an action of a Deny of a need.
fn may_share_action(statement: &Statement, deny: &Statement) -> bool {
    let (Some(own), Some(denied)) = (&statement.action, &deny.action) else { return true };
    let may_cover = |action: &str| {
        own.patterns.iter().any(|pattern| pattern_covers_action(pattern, action) != Some(false))
    };
    let mut denied = denied.patterns.iter().map(|pattern| pattern.pattern.as_literal());
    own.not || denied.any(|action| action.is_none_or(may_cover))
}

/// The needs of a check's operations, from the required steps of the catalogue.
fn needs(connection: &Setup, check: &Check) -> Vec<Need> {
    let mut needs = Vec::new();
    for operation in &check.operations {
        for report in &operation.callers {
            for step in report.steps.iter().filter(|step| step.level == Level::Required) {
                let Some(known) = step.step else { continue };
                let resources = resources(connection, known.resource, &step.resource);
                needs.push(Need { caller: report.caller, action: step.action.clone(), resources });
            }
        }
    }
    needs
}

/// The resource of a step, and those on which its action has no effect, so that an action may join a list whose resources are both the
/// bucket and its objects: an action on objects has no effect on a bucket, one on buckets has none on objects (F1), and
/// `sts:GetFederationToken` makes sessions of the caller's own account only (C5).
fn resources(connection: &Setup, target: Target, resource: &str) -> Vec<String> {
    let bucket = format!("arn:aws:s3:::{}", connection.bucket);
    match target {
        Target::Bucket => vec![resource.to_owned(), format!("{bucket}/*")],
        Target::Object | Target::Folder => vec![resource.to_owned(), bucket],
        Target::FederatedUser => vec!["*".to_owned()],
        Target::Role | Target::Key => vec![resource.to_owned()],
    }
}

fn denied(connection: &Setup, needs: &[Need], kind: PolicyKind) -> Option<Policy> {
    // Policies of the user apply only to the user and its sessions.
    let role_is_bound = kind.has_principal();
    let of_kind = needs.iter().filter(|need| role_is_bound || need.caller.is_customers());
    let statements = of_kind.flat_map(|need| {
        let plain = json!({"Effect": "Deny", "Action": need.action, "Resource": need.resources});
        principals(connection, need.caller, kind)
            .into_iter()
            .map(move |narrowed| merged(plain.clone(), narrowed))
    });
    policy(statements.collect(), kind)
}

/// The ways in which an Allow can name a caller: as the principal, or by a condition with principal `*`.
fn principals(connection: &Setup, caller: CallerId, kind: PolicyKind) -> Vec<Value> {
    if !kind.has_principal() {
        return vec![json!({})];
    }
    let target = if kind == PolicyKind::Trust { Target::Role } else { Target::Object };
    let arn = connection.own_arn(caller, target);
    let Some(arn) = arn.map(model::Arn::as_str) else { return Vec::new() };
    let by_condition =
        json!({"Principal": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": arn}}});
    vec![json!({"Principal": {"AWS": arn}}), by_condition]
}

/// A policy that denies everything to all that match `arn`, and one that allows everything to all: the other statements of a Deny's
/// policy cannot allow more than that.
pub(super) fn around_exception(arn: &str, kind: PolicyKind) -> Option<[Policy; 2]> {
    let everybody = if kind.has_principal() { json!({"Principal": "*"}) } else { json!({}) };
    let all = json!({"Action": "*", "Resource": "*"});
    let of = |effect: Value| merged(merged(all.clone(), everybody.clone()), effect);
    let caller = of(json!({"Effect": "Deny", "Condition": {"ArnLike": {"aws:PrincipalArn": arn}}}));
    Some([policy(vec![caller], kind)?, policy(vec![of(json!({"Effect": "Allow"}))], kind)?])
}

fn merged(mut one: Value, other: Value) -> Value {
    if let (Some(one), Value::Object(other)) = (one.as_object_mut(), other) {
        one.extend(other);
    }
    one
}

pub(super) fn policy(statements: Vec<Value>, kind: PolicyKind) -> Option<Policy> {
    let text = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
    let mut sources = Sources::new();
    let id = sources.add_file("", text).ok()?;
    Some(input::read_policy(&mut sources, id).ok()?.lower(kind).policy)
}
