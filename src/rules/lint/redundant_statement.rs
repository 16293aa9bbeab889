//! Statements that stand twice.

use super::manual::rule_code;
use crate::finding::{Code, Edit, Finding};
use crate::model::{Effect, Statement};
use crate::rules::rule::{Rule, Scene, Sink};
use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};

rule_code! {
    /// Two statements say the same, whatever their Sids are.
    ///
    /// Whoever takes one of them out believes to have taken something away.
    ///
    /// ```json bad
    /// {"Sid": "A", "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "*"}, {"Sid": "B", "Effect": "Allow", "Action": ["s3:putobject", "s3:GetObject"], "Resource": "*"}
    /// ```
    /// ```json good
    /// {"Sid": "A", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}, {"Sid": "B", "Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}
    /// ```
    /// What to do: take one of them out.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Redundant statement".
    pub(super) CODE: Info "redundant-statement" ["REDUNDANT_STATEMENT"] "a statement that stands twice"
}

/// A finding for each statement that an earlier one repeats.
#[derive(Debug)]
pub(super) struct RedundantStatement;

impl Rule for RedundantStatement {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn document(&self, scene: &Scene<'_>, sink: &mut Sink) {
        let statements = &scene.policy.statements;
        if statements.len() < 2 {
            return;
        }
        let asked = statements.iter().filter(|statement| {
            statement.effect.node != Effect::Unclear && statement.doubts.is_empty()
        });
        let mut alike = FxHashMap::<_, Vec<&Statement>>::default();
        for statement in asked {
            alike.entry(sizes(statement)).or_default().push(statement);
        }
        for alike in alike.values().filter(|alike| alike.len() > 1) {
            repeated(scene, alike, sink);
        }
    }
}

/// Those of some statements that repeat an earlier one.
fn repeated(scene: &Scene<'_>, statements: &[&Statement], sink: &mut Sink) {
    let mut seen = FxHashMap::<u64, Vec<&Statement>>::default();
    for statement in statements {
        let alike = seen.entry(sum(scene, statement)).or_default();
        if let Some(first) = alike.iter().find(|first| is_same(scene, first, statement)) {
            let finding = Finding::new(CODE, statement.span, "an earlier statement says the same");
            let finding = finding.help("take one of them out");
            let finding = finding.edit(Edit::Remove(vec![statement.span]));
            sink.push(finding.related(first.span, "the first"));
        } else {
            alike.push(statement);
        }
    }
}

/// Numbers of a statement that one that says the same has as well. They are found without a look at the text.
fn sizes(statement: &Statement) -> [usize; 6] {
    let action = statement.action.iter().flat_map(|element| &element.patterns);
    let resource = statement.resource.iter().flat_map(|element| &element.patterns);
    let conditions = &statement.conditions;
    [
        usize::from(statement.effect.node == Effect::Allow),
        statement.action.as_ref().map_or(0, |element| element.patterns.len()),
        action.map(|pattern| pattern.span.len()).sum(),
        statement.resource.as_ref().map_or(0, |element| element.patterns.len()),
        resource.map(|pattern| pattern.span.len()).sum(),
        conditions.iter().map(|condition| condition.span.len()).sum(),
    ]
}

/// A number that two statements with the same words in another order have in common.
fn sum(scene: &Scene<'_>, statement: &Statement) -> u64 {
    let mut sum = 0_u64;
    words(scene, statement, &mut |part, text, lower| {
        let mut hasher = FxHasher::default();
        part.hash(&mut hasher);
        if lower {
            text.bytes().for_each(|byte| hasher.write_u8(byte.to_ascii_lowercase()));
        } else {
            text.hash(&mut hasher);
        }
        sum = sum.wrapping_add(hasher.finish());
    });
    sum
}

fn is_same(scene: &Scene<'_>, one: &Statement, other: &Statement) -> bool {
    let all = |statement: &Statement| {
        let mut all = Vec::new();
        words(scene, statement, &mut |part, text, lower| {
            all.push((part, if lower { text.to_ascii_lowercase() } else { text.to_owned() }));
        });
        all.sort_unstable();
        all
    };
    all(one) == all(other)
}

/// Calls with each word of a statement: its part, the text, whether case does not count.
fn words(scene: &Scene<'_>, statement: &Statement, call: &mut dyn FnMut(usize, &str, bool)) {
    call(0, if statement.effect.node == Effect::Allow { "Allow" } else { "Deny" }, false);
    if let Some(element) = &statement.action {
        let part = 1 + usize::from(element.not);
        element.patterns.iter().for_each(|pattern| call(part, scene.words(pattern.span), true));
    }
    if let Some(element) = &statement.resource {
        let part = 3 + usize::from(element.not);
        element.patterns.iter().for_each(|pattern| call(part, scene.words(pattern.span), false));
    }
    if let Some(element) = &statement.principal {
        let part = 5 + usize::from(element.not);
        call(part, scene.words(element.span), false);
    }
    // A condition is compared as it is written, behind its operator and key.
    for condition in &statement.conditions {
        call(7, &condition.operator.node, false);
        call(8, scene.words(condition.span), false);
    }
}
