//! Which words of the policies no expectation needs: without them every expectation has the same answer.
//!
//! Each statement, action, resource, principal, condition and value is taken out by itself, and the expectations that may meet its
//! statement are decided again until one of them changes.

use super::decide::{Given, Status, decide};
use super::drafting::may_concern;
use super::file::Expectation;
use super::subject::Subject;
use crate::authz::LAYERS;
use crate::model::{Element, PolicyKind, Statement};
use crate::source::Span;

/// The words that no expectation needs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    /// How many words were tried.
    pub tried: usize,
    /// How many were left out, since too little was left of the budget.
    pub left: usize,
    /// Those that no expectation needs: what they are, and where. Words inside of such a statement are not listed again.
    pub untested: Vec<(&'static str, Span)>,
}

/// An expectation with the answer to each of its parts.
pub(super) type Decided<'a> = (&'a Expectation, Vec<Status>);

/// Finds the words that no expectation needs.
pub fn coverage(subject: &Subject, expectations: &[Decided<'_>], given: Given<'_>) -> Coverage {
    let mut without = subject.clone();
    let mut found = Coverage::default();
    for place in statements(subject) {
        let Some(statement) = place.of(subject) else { continue };
        let may_meet = |expectation: &Expectation| {
            expectation.actions.iter().any(|action| may_concern(statement, action))
        };
        let asked = expectations.iter().filter(|(own, _)| may_meet(own)).collect::<Vec<_>>();
        let mut is_statement_needed = true;
        for (words, span) in words(statement) {
            if !is_statement_needed {
                break;
            }
            if given.budget.is_spent() {
                found.left += 1;
                continue;
            }
            let statements = place.put(&mut without, words.cut_from(statement));
            let changes = asked.iter().any(|(expectation, before)| {
                let after = decide(&without, expectation, given, &mut |asked| asked.status);
                // Where it cannot be asked any more, the words were needed.
                after.as_ref() != Ok(before)
            });
            place.restore(&mut without, statements);
            // What is not decided for want of a budget shows nothing.
            if changes && given.budget.is_spent() {
                found.left += 1;
                continue;
            }
            found.tried += 1;
            if !changes {
                is_statement_needed = !matches!(words, Words::All);
                found.untested.push((words.what(), span));
            }
        }
    }
    found
}

/// Where a statement is among the policies of a subject.
#[derive(Clone, Copy)]
struct Place {
    kind: PolicyKind,
    level: usize,
    policy: usize,
    statement: usize,
}

impl Place {
    fn of(self, subject: &Subject) -> Option<&Statement> {
        let levels = subject.policies().get(self.kind).as_option()?;
        levels.get(self.level)?.get(self.policy)?.statements.get(self.statement)
    }

    /// Puts another statement there, or none. Returns what the policy had.
    fn put(self, subject: &mut Subject, statement: Option<Statement>) -> Vec<Statement> {
        let Some(statements) = self.statements(subject) else { return Vec::new() };
        let before = statements.clone();
        match statement {
            Some(other) => statements[self.statement] = other,
            None => drop(statements.remove(self.statement)),
        }
        before
    }

    fn restore(self, subject: &mut Subject, before: Vec<Statement>) {
        if let Some(statements) = self.statements(subject) {
            *statements = before;
        }
    }

    fn statements(self, subject: &mut Subject) -> Option<&mut Vec<Statement>> {
        let levels = subject.policies_mut().levels_mut(self.kind);
        Some(&mut levels.get_mut(self.level)?.get_mut(self.policy)?.statements)
    }
}

fn statements(subject: &Subject) -> Vec<Place> {
    let mut found = Vec::new();
    for row in LAYERS {
        let levels = subject.policies().get(row.kind).as_option();
        for (level, policies) in levels.into_iter().flatten().enumerate() {
            for (policy, own) in policies.iter().enumerate() {
                let place = |statement| Place { kind: row.kind, level, policy, statement };
                found.extend((0..own.statements.len()).map(place));
            }
        }
    }
    found
}

/// Words of a statement that are tried without.
#[derive(Clone, Copy)]
enum Words {
    All,
    Action(usize),
    Resource(usize),
    Principal(usize),
    Condition(usize),
    /// By the number of the condition and of the value.
    Value(usize, usize),
}

impl Words {
    /// What they are, in reports.
    fn what(self) -> &'static str {
        match self {
            Words::All => "statement",
            Words::Action(_) => "action",
            Words::Resource(_) => "resource",
            Words::Principal(_) => "principal",
            Words::Condition(_) => "condition",
            Words::Value(..) => "value",
        }
    }

    /// The statement without them; `None`: nothing is left of it.
    fn cut_from(self, statement: &Statement) -> Option<Statement> {
        let mut other = statement.clone();
        match self {
            Words::All => return None,
            Words::Action(number) => without(other.action.as_mut(), number),
            Words::Resource(number) => without(other.resource.as_mut(), number),
            Words::Principal(number) => without(other.principal.as_mut(), number),
            Words::Condition(at) => drop(other.conditions.remove(at)),
            Words::Value(at, number) => {
                other.conditions[at].test = statement.conditions[at].test.without_value(number);
            }
        }
        Some(other)
    }
}

/// All words of a statement, then each word of a list, with their places. The only word of a list is as good as the statement.
fn words(statement: &Statement) -> Vec<(Words, Span)> {
    let mut words = vec![(Words::All, statement.span)];
    let action = several(statement.action.as_ref(), |pattern| pattern.span);
    words.extend(action.into_iter().map(|(number, span)| (Words::Action(number), span)));
    let resource = several(statement.resource.as_ref(), |pattern| pattern.span);
    words.extend(resource.into_iter().map(|(number, span)| (Words::Resource(number), span)));
    let principal = several(statement.principal.as_ref(), |pattern| pattern.span);
    words.extend(principal.into_iter().map(|(number, span)| (Words::Principal(number), span)));
    for (at, condition) in statement.conditions.iter().enumerate() {
        words.push((Words::Condition(at), condition.span));
        let values = condition.test.values();
        let several = values.iter().enumerate().filter(|_| values.len() > 1);
        words.extend(several.map(|(number, (_, span))| (Words::Value(at, number), *span)));
    }
    words
}

/// The words of a list with more than one.
fn several<T>(element: Option<&Element<T>>, span: impl Fn(&T) -> Span) -> Vec<(usize, Span)> {
    let patterns = element.map(|element| element.patterns.as_slice()).unwrap_or_default();
    let all = patterns.iter().map(span).enumerate();
    if patterns.len() > 1 { all.collect() } else { Vec::new() }
}

fn without<T>(element: Option<&mut Element<T>>, number: usize) {
    if let Some(element) = element {
        element.patterns.remove(number);
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::super::file::{Expected, TestFile, read};
    use super::super::subject::{Anything, Documents};
    use super::*;
    use crate::authz::{Known, PolicySet};
    use crate::input::read_policy;
    use crate::product::budget::Budget;
    use crate::source::Sources;

    #[test]
    fn words_beyond_the_limit_are_counted() {
        let mut sources = Sources::new();
        let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"}}"#;
        let id = sources.add_file("p.json", text.to_owned()).unwrap();
        let policy = read_policy(&mut sources, id).unwrap().lower(PolicyKind::Identity).policy;
        let tests =
            "identity_policy = 'p.json'\n[[test]]\nallow = 's3:GetObject'\non = 'arn:aws:s3:::b/*'";
        let id = sources.add_file("t.toml", tests.to_owned()).unwrap();
        let TestFile { expectations, .. } = read(&sources, id).unwrap();
        assert_eq!(expectations[0].expected, Expected::Allow);
        let anything = Anything::new(&mut sources).unwrap();
        let mut policies = PolicySet::default();
        policies.insert(PolicyKind::Identity, Known::Known(vec![vec![policy]]));
        let subject = Subject::Documents(Documents { policies, account: None });
        let enough = &Budget::default();
        let given = Given { anything: &anything, budget: enough };
        let answer = |own| decide(&subject, own, given, &mut |asked| asked.status).unwrap();
        let asked = expectations.iter().map(|own| (own, answer(own))).collect::<Vec<_>>();
        let within = |budget: &Budget| coverage(&subject, &asked, Given { budget, ..given });
        let all = within(enough);
        assert_eq!((all.tried, all.left, all.untested.len()), (3, 0, 1));
        let none = within(&Budget::of_millions(0));
        assert_eq!((none.tried, none.left, none.untested.len()), (0, 3, 0));
    }
}
