//! The data of an answer of `can`, and the parts of policies that grant or limit a request.

use super::views::key_name;
use crate::authz::{ContextValue, LayerId, Layers, NamingSet, StatementRef};
use crate::eval::{applying, near_miss};
use crate::finding::{Finding, codes};
use crate::model::Statement;
use crate::s3::PublicStatement;
use crate::symbolic::{Answered, Granted, Outside, Shown, reached};

/// An answer and the policies in which it was found.
#[derive(Debug)]
pub struct Report<'a> {
    /// The answer.
    pub granted: Granted,
    /// The answers by actions and kind of resource.
    pub answers: &'a [Answered],
    /// The policies. If no caller was given, all of them are in the layer `resource`.
    pub layers: &'a Layers<'a>,
    /// What the answer depends on.
    pub note: Option<&'static str>,
    /// Findings about the documents themselves.
    pub findings: &'a [Finding],
    /// Whether the policy is public, if that was asked.
    pub public: Option<Public<'a>>,
}

/// Whether a bucket policy is public, by two definitions.
#[derive(Clone, Copy, Debug)]
pub struct Public<'a> {
    /// The account that owns the bucket.
    pub account: &'a str,
    /// The statements that make it public for S3's Block Public Access.
    pub statements: &'a [PublicStatement],
    /// The access of each caller outside the account.
    pub outside: &'a [Outside],
}

/// Whether a policy is public.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IsPublic {
    /// It is public.
    Yes,
    /// It is not public.
    No,
    /// AWS's pages leave it open, or it was not decided.
    Unknown,
}

impl Public<'_> {
    /// In the sense of Block Public Access: whether some Allow is not bound to fixed values.
    pub fn for_s3(&self) -> IsPublic {
        match self.statements {
            [] => IsPublic::No,
            statements if statements.iter().any(|statement| statement.certain) => IsPublic::Yes,
            _ => IsPublic::Unknown,
        }
    }

    /// Whether somebody outside the account gets some access.
    pub fn for_outsiders(&self) -> IsPublic {
        match reached(self.outside) {
            Granted::All | Granted::Some => IsPublic::Yes,
            Granted::None => IsPublic::No,
            Granted::Unknown => IsPublic::Unknown,
        }
    }
}

fn statement<'a>(place: &StatementRef, layers: &Layers<'a>) -> Option<&'a Statement> {
    layers
        .policies(place.layer)
        .get(place.policy)?
        .statements
        .iter()
        .find(|statement| statement.index == place.statement)
}

/// The keys of a request that some statement tests. Other keys follow from the caller, or do not
/// matter.
pub(super) fn keys_told<'a>(
    shown: &'a Shown,
    layers: &Layers<'_>,
) -> Vec<(String, &'a ContextValue)> {
    let policies = layers.ids().flat_map(|layer| layers.policies(layer).to_vec());
    let statements = policies.flat_map(|policy| &policy.statements).collect::<Vec<_>>();
    let is_asked = |key: &str| {
        statements.iter().any(|statement| {
            let mut conditions = statement.conditions.iter();
            conditions.any(|condition| &*condition.key.node == key)
                || statement.variables().any(|variable| &*variable.key == key)
        })
    };
    shown
        .request
        .context
        .iter()
        .filter(|(key, _)| is_asked(key))
        .map(|(key, value)| (key_name(key), value))
        .collect()
}

/// The statements that allow a request, with the conditions that limit them.
pub(super) fn granting(shown: &Shown, layers: &Layers<'_>) -> Vec<Finding> {
    let places = layers.ids().flat_map(|layer| applying(&shown.request, layers, layer).0);
    let finding = |place: StatementRef| {
        let statement = statement(&place, layers)?;
        let span = statement.action.as_ref().map_or(statement.effect.span, |element| element.span);
        let finding = Finding::new(codes::GRANTED, span, "this statement grants it".to_owned());
        Some(conditions(finding, statement))
    };
    places.filter_map(finding).collect()
}

fn conditions(finding: Finding, statement: &Statement) -> Finding {
    let limits = statement.conditions.iter();
    limits.fold(finding, |finding, condition| {
        finding.related(
            condition.span,
            format!(
                "only where `{}` is true for `{}`",
                condition.operator.node,
                key_name(&condition.key.node)
            ),
        )
    })
}

/// The statements that deny a request. If there is none, the nearest statement of each layer that
/// does not allow it.
pub(super) fn limiting(shown: &Shown, layers: &Layers<'_>) -> Vec<Finding> {
    let denies = layers
        .ids()
        .flat_map(|layer| applying(&shown.request, layers, layer).1)
        .collect::<Vec<_>>();
    let denied = denies.iter().filter_map(|place| {
        let statement = statement(place, layers)?;
        let message =
            format!("statement {} of the {} policy denies it", place.statement, place.layer);
        Some(conditions(Finding::new(codes::DENIED, statement.effect.span, message), statement))
    });
    let denied = denied.collect::<Vec<_>>();
    if !denied.is_empty() {
        return denied;
    }
    let lacking =
        layers.ids().filter(|layer| applying(&shown.request, layers, *layer).0.is_empty());
    lacking.filter_map(|layer| lack(layer, shown, layers)).collect()
}

fn lack(layer: LayerId, shown: &Shown, layers: &Layers<'_>) -> Option<Finding> {
    let near = near_miss(&shown.request, layers, layer, NamingSet::ANY)?;
    let (_, span) = near.lacks.first()?;
    let message = format!(
        "statement {} of the {layer} policy is the nearest and does not grant it because of this",
        near.statement.statement
    );
    Some(
        near.lacks
            .iter()
            .skip(1)
            .fold(Finding::new(codes::NOT_GRANTED, *span, message), |finding, (_, span)| {
                finding.related(*span, "and because of this")
            }),
    )
}
