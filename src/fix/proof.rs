//! The proof that an edit allows only what is needed: for all requests, by the symbolic engine.

use super::change::{Change, ChangeKind, Document};
use super::needs::{Needs, around_exception};
use super::scene::file;
use super::texts::Snapshot;
use crate::input;
use crate::model::{Policy, PolicyKind, Statement};
use crate::product::Customer;
use crate::product::budget::{Budget, SPENT};
use crate::product::setup::Setup;
use crate::source::Sources;
use crate::symbolic::{Answer, Requests, gained_within};
use crate::tree::{Node, Value};

/// Proves that what `new` allows beyond `old` is needed, or, for an exception from a Deny, that it is allowed only to that caller.
///
/// Only statements that the edit changes are compared. A widened Allow adds no more to its policy than to itself, and a
/// narrowed Deny allows no more than it denied.
///
/// # Errors
/// Why it could not be proved, for the user.
pub(super) fn prove(
    old: &Snapshot,
    new: &Snapshot,
    change: &Change,
    needs: &Needs,
) -> Result<(), String> {
    let [before, after] = [old, new].map(|snapshot| of_file(snapshot, &change.file));
    if before.is_empty() || before.len() != after.len() {
        return Err("the file is not a policy of the connection".to_owned());
    }
    for (before, after) in before.into_iter().zip(after) {
        let pair = Pair { before, after, connection: &new.connection, sources: &new.sources };
        pair.prove(change, needs).ok_or("the proof could not be set up")??;
    }
    Ok(())
}

/// One policy without and with the edit.
struct Pair<'a> {
    before: &'a Policy,
    after: &'a Policy,
    connection: &'a Setup,
    /// The texts of the edited one.
    sources: &'a Sources,
}

fn fill(node: &mut Node, name: &str) {
    match &mut node.value {
        Value::String(text) => *text = text.replace("${aws:username}", name),
        Value::Array(items) => items.iter_mut().for_each(|item| fill(item, name)),
        Value::Object(members) => {
            members.iter_mut().for_each(|member| fill(&mut member.value, name))
        }
        _ => {}
    }
}

impl Pair<'_> {
    /// The edited policy with the user's name instead of `${aws:username}`: the variable has one value for the user of this policy, and
    /// none for its sessions, so it allows them nothing more.
    fn filled(&self) -> Option<Policy> {
        let is_identity = self.after.kind == PolicyKind::Identity;
        let is_user = matches!(self.connection.customer, Customer::User(_));
        let name = self
            .connection
            .customer
            .arn()
            .resource()
            .rsplit('/')
            .next()
            .filter(|_| is_identity && is_user);
        let text = self.sources.trace(self.after.span)?.source.text.as_str();
        let mut root = Document::read(text)?.root;
        name.into_iter().for_each(|name| fill(&mut root, name));
        Some(input::read_tree(root).ok()?.lower(self.after.kind).policy)
    }

    fn prove(&self, change: &Change, needs: &Needs) -> Option<Result<(), String>> {
        let kind = self.after.kind;
        let budget = &self.connection.budget;
        if change.kind == ChangeKind::RepairVersion {
            let needed = needs.denied(self.connection, kind)?;
            let filled = self.filled()?;
            return Some(nothing_more(&[self.before], &[&filled, &needed], budget));
        }
        let number = change.statement?;
        let new = alone(self.after, self.after.statements.get(number)?);
        // The vendor's role of this region gets what that of another region had.
        if change.kind == ChangeKind::ReplacePrincipal {
            return Some(Ok(()));
        }
        if change.kind.is_exception() {
            let old = alone(self.before, self.before.statements.get(number)?);
            let [caller, all] = around_exception(&change.value, kind)?;
            return Some(nothing_more(&[&all, &old], &[&all, &new, &caller], budget));
        }
        let needed = needs.denied_of(self.connection, kind, self.after.statements.get(number)?)?;
        let old =
            self.before.statements.get(number).filter(|_| change.kind != ChangeKind::AddStatement);
        let old = old.map(|statement| alone(self.before, statement));
        Some(nothing_more(&old.iter().collect::<Vec<_>>(), &[&new, &needed], budget))
    }
}

fn nothing_more(old: &[&Policy], new: &[&Policy], budget: &Budget) -> Result<(), String> {
    match gained_within(old, new, Requests::Any, &budget.proof()) {
        Answer::None => Ok(()),
        Answer::Some(gain) => {
            let sample = gain.sample;
            let action = sample.action.as_deref().unwrap_or("another action");
            let resource = sample.resource.as_deref().unwrap_or("another resource");
            Err(format!(
                "it would allow more than the operations need, such as `{action}` on `{resource}`"
            ))
        }
        Answer::Unknown(_) if budget.is_spent() => Err(SPENT.to_owned()),
        Answer::Unknown(undecided) => Err(format!(
            "whether it would allow more than the operations need is not decided: {}",
            undecided.reason
        )),
    }
}

fn alone(policy: &Policy, statement: &Statement) -> Policy {
    policy.with(vec![statement.clone()])
}

/// The policies that were read from a file, in the order of the layers.
fn of_file<'a>(snapshot: &'a Snapshot, name: &str) -> Vec<&'a Policy> {
    let layers = [
        PolicyKind::Identity,
        PolicyKind::Boundary,
        PolicyKind::Session,
        PolicyKind::Resource,
        PolicyKind::Vpce,
        PolicyKind::Scp,
        PolicyKind::Rcp,
    ];
    let policies = layers.into_iter().flat_map(|kind| snapshot.connection.policies.known(kind));
    policies.filter(|policy| file(snapshot, policy) == Some(name)).collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    /// What is not decided is not proved.
    #[test]
    fn an_open_question_is_no_proof() {
        let policy = |between: &str| {
            let text = format!(
                r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}},
                {{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/${{aws:PrincipalTag/x}}{between}${{aws:PrincipalTag/x}}"}}]}}"#
            );
            let root = Document::read(&text).unwrap().root;
            input::read_tree(root).unwrap().lower(PolicyKind::Identity).policy
        };
        let proved = |budget| nothing_more(&[&policy("?")], &[&policy("*")], &budget);
        assert!(proved(Budget::default()).is_err_and(|why| why.contains("is not decided")));
        assert_eq!(proved(Budget::of_millions(0)), Err(SPENT.to_owned()));
    }
}
