//! What each statement says, as expectations: what a Deny stops whatever else allows it, and what an Allow of a document by itself grants.

use super::decide::OUTSIDERS;
use super::drafting::{Drafting, entry};
use super::file::{Expectation, Expected};
use super::subject::Subject;
use crate::authz::{ContextValue, LAYERS, LayerRow};
use crate::model::condition::Test;
use crate::model::{Condition, Effect, Element, PolicyKind, Statement};
use crate::product::{CallerId, KnownKey};
use crate::source::{Sources, Span};

/// Adds what the statements of all policies say.
pub(super) fn of_policies(drafting: &mut Drafting<'_>) {
    let subject = drafting.subject;
    for row in LAYERS {
        for policy in subject.policies().known(row.kind) {
            for statement in &policy.statements {
                of_statement(drafting, &row, statement);
            }
        }
    }
}

fn of_statement(drafting: &mut Drafting<'_>, row: &LayerRow, statement: &Statement) {
    let name = match &statement.sid {
        Some(sid) => format!("{}: {}", row.words, sid.node),
        None => format!("{}: statement {}", row.words, statement.index + 1),
    };
    let is_connection = matches!(drafting.subject, Subject::Connection(_));
    let expected = match statement.effect.node {
        Effect::Deny => Expected::Never,
        // What a connection is allowed is in its operations.
        Effect::Allow if is_connection => return,
        Effect::Allow => Expected::Allow,
        Effect::Unclear => return,
    };
    let sources = drafting.sources;
    let actions = texts(sources, statement.action.as_ref(), |pattern| pattern.span);
    let resources = texts(sources, statement.resource.as_ref(), |pattern| pattern.span);
    let (Some(actions), Some(resources)) = (actions, resources) else {
        return drafting.leave_out(name, "a test lists actions and resources, and the statement has `NotAction`, `NotResource` or none");
    };
    if resources.iter().any(|text| text.contains("${")) {
        return drafting
            .leave_out(name, "its resources have variables: write what they are for a caller");
    }
    let told = |condition: &Condition| {
        let is_callers = is_of_caller(&condition.key.node);
        match (is_callers, is_connection) {
            // Who the callers of a connection are says the rest.
            (true, true) => Some(None),
            (true, false) => None,
            (false, _) => key(condition).map(Some),
        }
    };
    let keys = statement.conditions.iter().map(told).collect::<Option<Vec<_>>>();
    let Some(keys) = keys.map(|keys| keys.into_iter().flatten().collect::<Vec<_>>()) else {
        return drafting.leave_out(name, "a test cannot say what its condition says");
    };
    let bare = Expectation { actions, resources, ..entry(name.clone(), expected) };
    let (mut is_found, mut is_wrong) = (false, false);
    for callers in callers(drafting.subject, row.kind) {
        // What keeps an operation from working today is no rule to keep.
        if callers.iter().any(|caller| drafting.is_stopped(caller, statement)) {
            is_wrong = true;
            continue;
        }
        let bare = Expectation { callers, ..bare.clone() };
        if let Some(found) = drafting.with_keys(&bare, &keys) {
            is_found = true;
            drafting.add(found);
        }
    }
    if is_wrong {
        drafting.leave_out(
            &*name,
            "it stops operations that are needed: `ica-policy check` says which",
        );
    } else if !is_found {
        drafting.leave_out(name, "not all requests that it names are decided by it alone: other statements or layers decide as well");
    }
}

/// Who is asked about the policies of a layer, one after the other.
fn callers(subject: &Subject, kind: PolicyKind) -> Vec<Vec<String>> {
    match subject {
        Subject::Connection(setup) => {
            let own = setup.product.catalogue().callers();
            let own = own.filter(|id| setup.customer.has(*id)).map(CallerId::id);
            let outsiders = (kind == PolicyKind::Resource).then_some(OUTSIDERS);
            let all = own.chain(outsiders);
            all.map(|name| vec![name.to_owned()]).collect()
        }
        Subject::Documents(documents) if documents.policies.kinds() == 1 => vec![Vec::new()],
        Subject::Documents(_) => Vec::new(),
    }
}

/// Whether a key tells who asks.
fn is_of_caller(key: &str) -> bool {
    key.starts_with("aws:principal") || ["aws:userid", "aws:username"].contains(&key)
}

/// The texts of an element; `None` for one that names what it is not about.
fn texts<T>(
    sources: &Sources,
    element: Option<&Element<T>>,
    span: impl Fn(&T) -> Span,
) -> Option<Vec<String>> {
    let element = element.filter(|element| !element.not)?;
    let text = |pattern: &T| serde_json::from_str::<String>(sources.text(span(pattern))).ok();
    element.patterns.iter().map(text).collect()
}

/// The value of a key with which a condition holds; of a negated one the key is absent.
fn key(condition: &Condition) -> Option<KnownKey> {
    let key = condition.key.node.to_string();
    if condition.quantifier.is_some() {
        return None;
    }
    let value = match &condition.test {
        Test::Null(values) => match values.list.as_slice() {
            [only] if only.node => None,
            _ => return None,
        },
        test if test.is_negated() => None,
        Test::Bool(values) => Some(values.list.first()?.node.to_string()),
        Test::String { values, .. } => Some(values.list.first()?.node.as_literal()?.to_owned()),
        _ => return None,
    };
    Some((key, value.map(ContextValue::One)))
}
