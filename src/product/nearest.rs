//! Selects the statement to show for a step that is not allowed, and decides whether adding to it would allow more than the product needs.

use super::catalogue::Target;
use super::question::Question;
use crate::authz::LayerId;
use crate::eval::Lack;
use crate::model::{Element, Pattern, PrincipalPattern, ResourceKind, Statement};
use crate::why::Near;

/// The nearest thing to an Allow in a layer.
pub(super) enum Nearest<'c> {
    /// A statement that lacks something.
    Miss(&'c Near<'c>),
    /// Statements, but all of them name others.
    NamesOthers,
    /// No statement that allows anything.
    Nothing,
}

/// The nearest statement. In a bucket policy it names the caller, or would suffice if it did; a statement about
/// another principal is not about the product. In a key policy the statement of the account counts as well.
pub(super) fn nearest<'c>(
    question: &Question<'_>,
    layer: LayerId,
    near: &'c [Near<'c>],
) -> Nearest<'c> {
    if near.is_empty() {
        return Nearest::Nothing;
    }
    let is_about_product = |near: &&Near<'_>| {
        let statement = near.place.statement;
        !near.lacks_principal()
            || question.product.regions().roles(statement).next().is_some()
            || near.lacks.len() == 1 && !opens_too_much(question, Lack::Principal, layer, statement)
    };
    let nearest = if question.is_bucket_policy(layer) {
        near.iter().filter(is_about_product).min_by_key(|near| near.lacks_principal())
    } else {
        near.first()
    };
    nearest.map_or(Nearest::NamesOthers, Nearest::Miss)
}

/// Whether a statement, with what it lacks added, would allow more than the product needs because its other elements are wider. What the layers
/// that only limit allow does not count.
pub(super) fn opens_too_much(
    question: &Question<'_>,
    lack: Lack,
    layer: LayerId,
    statement: &Statement,
) -> bool {
    if !matches!(layer, LayerId::Identity | LayerId::Resource) {
        return false;
    }
    let names_others =
        statement.principal.as_ref().is_some_and(|element| names_others(question, element));
    match lack {
        Lack::Action => has_more_resources(question, statement) || names_others,
        Lack::Resource => has_more_actions(question, statement) || names_others,
        Lack::Principal => {
            has_more_actions(question, statement) || has_more_resources(question, statement)
        }
        // Only the user can decide to widen a condition; an additional statement would bypass it.
        Lack::Condition(_) | Lack::Doubt => false,
    }
}

/// Whether it has resources beyond those of the step.
fn has_more_resources(question: &Question<'_>, statement: &Statement) -> bool {
    let Some(element) = &statement.resource else { return false };
    // The resource of a key policy is the key.
    if question.step.resource == Target::Key {
        return false;
    }
    element.not
        || element.patterns.iter().any(|pattern| match &pattern.kind {
            ResourceKind::Everything => true,
            ResourceKind::Arn(pattern) => !is_within(question, pattern),
        })
}

fn is_within(question: &Question<'_>, pattern: &Pattern) -> bool {
    let bucket = format!("arn:aws:s3:::{}", question.names.bucket);
    let start = pattern.literal_start();
    match question.step.resource {
        // What is allowed on buckets does not apply to objects.
        Target::Bucket => {
            pattern.as_literal() == Some(&bucket) || start.starts_with(&format!("{bucket}/"))
        }
        Target::Object | Target::Folder => {
            pattern.as_literal() == Some(&bucket)
                || start.starts_with(&format!("{bucket}/{}", question.names.prefix))
        }
        Target::FederatedUser => start.starts_with(&format!(
            "arn:aws:sts::{}:federated-user/",
            question.names.customer.account()
        )),
        Target::Role | Target::Key => true,
    }
}

/// Whether it has actions that the product does not ask for.
fn has_more_actions(question: &Question<'_>, statement: &Statement) -> bool {
    let Some(element) = &statement.action else { return false };
    let is_ours = |action: &str| {
        let operations = question.product.catalogue().operations.iter();
        let ours = operations.filter(|operation| {
            operation.callers.iter().any(|by| by.is_customers() == question.caller.is_customers())
        });
        ours.flat_map(|operation| &operation.steps)
            .any(|step| step.action.eq_ignore_ascii_case(action))
    };
    element.not
        || element.patterns.iter().any(|pattern| !pattern.pattern.as_literal().is_some_and(is_ours))
}

/// Whether it names anybody except the caller and the sessions that are made from it.
fn names_others(question: &Question<'_>, element: &Element<PrincipalPattern>) -> bool {
    // A trust policy names identity providers.
    if question.step.resource == Target::Role {
        return false;
    }
    let own = if question.caller.is_customers() {
        Some(question.names.customer.arn())
    } else {
        question.names.vendor_role
    };
    let Some(own) = own else { return true };
    let (account, name) = (own.account(), own.as_str().rsplit('/').next().unwrap_or_default());
    let sessions = [
        format!("arn:aws:sts::{account}:assumed-role/{name}/"),
        format!("arn:aws:sts::{account}:federated-user/"),
    ];
    let is_own = |named: &str| {
        named == own.as_str() || sessions.iter().any(|start| named.starts_with(start))
    };
    element.not
        || element
            .patterns
            .iter()
            .any(|pattern| !pattern.named.name().is_some_and(|named| is_own(&named)))
}
