//! Which words of the policies no expectation needs: without them every expectation has the same answer.
//!
//! Each statement, action, resource, principal, condition and value is taken out by itself, and the expectations that may meet its
//! statement are decided again until one of them changes.

use super::decide::{Status, decide};
use super::drafting::may_concern;
use super::file::Expectation;
use super::subject::{Anything, Subject};
use crate::authz::LAYERS;
use crate::model::{Element, PolicyKind, Statement};
use crate::source::Span;
use std::cell::Cell;

/// The words that no expectation needs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Coverage {
    /// How many words were tried.
    pub tried: usize,
    /// How many were left out, since that would take too long.
    pub left: usize,
    /// Those that no expectation needs: what they are, and where. Words inside of such a statement are not listed again.
    pub untested: Vec<(&'static str, Span)>,
}

/// The most decisions of one expectation that are made.
const MOST_DECIDED: usize = 20_000;

/// An expectation with the answer to each of its parts.
pub(super) type Decided<'a> = (&'a Expectation, Vec<Status>);

/// Finds the words that no expectation needs.
pub fn coverage(subject: &Subject, expectations: &[Decided<'_>], anything: &Anything) -> Coverage {
    coverage_within(subject, expectations, anything, MOST_DECIDED)
}

fn coverage_within(
    subject: &Subject,
    expectations: &[Decided<'_>],
    anything: &Anything,
    most: usize,
) -> Coverage {
    let decided = Cell::new(0);
    let mut without = subject.clone();
    let mut found = Coverage::default();
    for place in statements(subject) {
        let Some(statement) = place.of(subject) else { continue };
        let may_meet = |expectation: &Expectation| {
            expectation.actions.iter().any(|action| may_concern(statement, action))
        };
        let asked = expectations.iter().filter(|(own, _)| may_meet(own)).collect::<Vec<_>>();
        let mut is_statement_needed = true;
        for Cut { what, span, statement } in cuts(statement) {
            if !is_statement_needed {
                break;
            }
            if decided.get() >= most {
                found.left += 1;
                continue;
            }
            found.tried += 1;
            let statements = place.put(&mut without, statement);
            let changes = asked.iter().any(|(expectation, before)| {
                decided.set(decided.get() + 1);
                let after = decide(&without, expectation, anything, &mut |asked| asked.status);
                // Where it cannot be asked any more, the words were needed.
                after.as_ref() != Ok(before)
            });
            place.restore(&mut without, statements);
            if !changes {
                is_statement_needed = what != STATEMENT;
                found.untested.push((what, span));
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

const STATEMENT: &str = "statement";

/// A statement without some of its words.
struct Cut {
    what: &'static str,
    span: Span,
    /// `None`: nothing is left of it.
    statement: Option<Statement>,
}

/// The statement without all of its words, then without each word of a list. The only word of a list is as good as the statement.
fn cuts(statement: &Statement) -> Vec<Cut> {
    let mut cuts = vec![Cut { what: STATEMENT, span: statement.span, statement: None }];
    let mut cut = |what, span, change: &dyn Fn(&mut Statement)| {
        let mut other = statement.clone();
        change(&mut other);
        cuts.push(Cut { what, span, statement: Some(other) });
    };
    for (number, span) in several(statement.action.as_ref(), |pattern| pattern.span) {
        cut("action", span, &|other| without(other.action.as_mut(), number));
    }
    for (number, span) in several(statement.resource.as_ref(), |pattern| pattern.span) {
        cut("resource", span, &|other| without(other.resource.as_mut(), number));
    }
    for (number, span) in several(statement.principal.as_ref(), |pattern| pattern.span) {
        cut("principal", span, &|other| without(other.principal.as_mut(), number));
    }
    for (at, condition) in statement.conditions.iter().enumerate() {
        cut("condition", condition.span, &|other| drop(other.conditions.remove(at)));
        let values = condition.test.values();
        for (number, (_, span)) in values.iter().enumerate().filter(|_| values.len() > 1) {
            cut("value", *span, &|other| {
                other.conditions[at].test = condition.test.without_value(number);
            });
        }
    }
    cuts
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
    use super::super::subject::Documents;
    use super::*;
    use crate::authz::{Known, PolicySet};
    use crate::input::read_policy;
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
        let answer = |own| decide(&subject, own, &anything, &mut |asked| asked.status).unwrap();
        let asked = expectations.iter().map(|own| (own, answer(own))).collect::<Vec<_>>();
        let within = |most| coverage_within(&subject, &asked, &anything, most);
        let all = within(MOST_DECIDED);
        assert_eq!((all.tried, all.left, all.untested.len()), (3, 0, 1));
        let some = within(1);
        assert_eq!((some.tried, some.left), (1, 2));
    }
}
