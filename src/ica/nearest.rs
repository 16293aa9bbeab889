//! Which statement is shown for what is not allowed, and whether adding to it would open more than ICA needs.

use super::catalogue::{Target, catalogue};
use super::environment::roles;
use super::scene::Scene;
use crate::authz::{LayerId, NamingSet, Request};
use crate::eval::{Lack, NearMiss, near_misses};
use crate::model::{Element, Pattern, PrincipalPattern, ResourceKind, Statement};

/// What a layer has that comes near.
pub(super) enum Nearest {
    /// A statement that lacks something.
    Miss(NearMiss),
    /// Statements, but all of them are about others.
    NamesOthers,
    /// No statement that allows anything.
    Nothing,
}

impl Scene<'_> {
    /// The statement that comes nearest. In a bucket policy that is one that names the caller, or one that would do if it did; what is said
    /// to somebody else is not about ICA. In a key policy the statement of the account counts as well.
    pub(super) fn nearest(&self, layer: LayerId, request: &Request) -> Nearest {
        let mut near = near_misses(request, &self.layers, layer, NamingSet::ANY);
        if near.is_empty() {
            return Nearest::Nothing;
        }
        let lacks_principal =
            |miss: &NearMiss| miss.lacks.iter().any(|(lack, _)| *lack == Lack::Principal);
        let is_near = |miss: &NearMiss| {
            !lacks_principal(miss)
                || self.statement(miss.statement).is_some_and(|statement| {
                    roles(statement).next().is_some()
                        || miss.lacks.len() == 1
                            && !self.opens_too_much(Lack::Principal, layer, statement)
                })
        };
        if layer == LayerId::Resource && self.question.step.resource.is_at_bucket() {
            near.retain(is_near);
            near.sort_by_key(lacks_principal);
        }
        near.into_iter().next().map_or(Nearest::NamesOthers, Nearest::Miss)
    }

    /// Whether a statement, with what it lacks added, would allow what ICA does not need: its other words go further. What the layers allow
    /// that only limit is granted by none of them.
    pub(super) fn opens_too_much(&self, lack: Lack, layer: LayerId, statement: &Statement) -> bool {
        if !matches!(layer, LayerId::Identity | LayerId::Resource) {
            return false;
        }
        let names_others =
            statement.principal.as_ref().is_some_and(|element| self.names_others(element));
        match lack {
            Lack::Action => self.has_more_resources(statement) || names_others,
            Lack::Resource => self.has_more_actions(statement) || names_others,
            Lack::Principal => {
                self.has_more_actions(statement) || self.has_more_resources(statement)
            }
            // To widen a condition is the user's decision; a statement beside it would go around it.
            Lack::Condition(_) | Lack::Doubt => false,
        }
    }

    /// Whether it has resources beyond those of the step.
    fn has_more_resources(&self, statement: &Statement) -> bool {
        let Some(element) = &statement.resource else { return false };
        // The resource of a key policy is the key.
        if self.question.step.resource == Target::Key {
            return false;
        }
        element.not
            || element.patterns.iter().any(|pattern| match &pattern.kind {
                ResourceKind::Everything => true,
                ResourceKind::Arn(pattern) => !self.is_within(pattern),
            })
    }

    fn is_within(&self, pattern: &Pattern) -> bool {
        let bucket = format!("arn:aws:s3:::{}", self.question.names.bucket);
        let start = pattern.literal_start();
        match self.question.step.resource {
            // No object is concerned by what is allowed on buckets.
            Target::Bucket => {
                pattern.as_literal() == Some(&bucket) || start.starts_with(&format!("{bucket}/"))
            }
            Target::Object | Target::Folder => {
                pattern.as_literal() == Some(&bucket)
                    || start.starts_with(&format!("{bucket}/{}", self.question.names.prefix))
            }
            Target::FederatedUser => start.starts_with(&format!(
                "arn:aws:sts::{}:federated-user/",
                self.question.names.customer.account()
            )),
            Target::Role | Target::Key => true,
        }
    }

    /// Whether it has actions that ICA does not ask for.
    fn has_more_actions(&self, statement: &Statement) -> bool {
        let Some(element) = &statement.action else { return false };
        let is_ours = |action: &str| {
            let operations = catalogue().operations.iter();
            let ours = operations.filter(|operation| {
                operation
                    .callers
                    .iter()
                    .any(|by| by.is_customers() == self.question.caller.is_customers())
            });
            ours.flat_map(|operation| &operation.steps)
                .any(|step| step.action.eq_ignore_ascii_case(action))
        };
        element.not
            || element
                .patterns
                .iter()
                .any(|pattern| !pattern.pattern.as_literal().is_some_and(is_ours))
    }

    /// Whether it names somebody beside the caller and what ICA makes of it.
    fn names_others(&self, element: &Element<PrincipalPattern>) -> bool {
        // A trust policy names identity providers.
        if self.question.step.resource == Target::Role {
            return false;
        }
        let own = if self.question.caller.is_customers() {
            Some(self.question.names.customer.arn())
        } else {
            self.question.names.illumina
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
}
