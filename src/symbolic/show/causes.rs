//! The words in which two documents differ, as far as they decide a region.

use crate::model::{Policy, Statement};
use crate::source::Span;
use std::collections::{BTreeSet, HashSet};

/// Words that one side has and the other has not.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Cause {
    /// The words.
    pub span: Span,
    /// Whether the new side has them; else the old had.
    pub is_new: bool,
}

/// One value of a statement: a pattern, a name, a value of a condition.
#[derive(Debug)]
struct Word {
    /// The element that has it; for a condition its operator and key.
    element: String,
    role: Role,
    text: String,
    span: Span,
    is_condition: bool,
    /// The condition around it.
    whole: Span,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Role {
    /// It makes the statement apply to more.
    Widens,
    /// It makes an exception.
    Excepts,
}

/// The words that made the difference: of the Deny that is not there on the side that allows, or else of the allowing statement.
/// `touched` are the patterns of that statement that hold requests of the region.
pub(crate) fn causes(
    allow: Option<&Statement>,
    deny: Option<&Statement>,
    from: &[&Policy],
    to: &[&Policy],
    touched: &[Span],
    backwards: bool,
) -> Vec<Cause> {
    let in_to = |span| Cause { span, is_new: !backwards };
    let in_from = |span| Cause { span, is_new: backwards };
    let mut found = BTreeSet::new();
    if let Some(deny) = deny {
        match nearest(deny, to) {
            Some(other) => found.extend(differing(deny, other, in_from, in_to)),
            None => found.extend([in_from(deny.effect.span)]),
        }
        if found.is_empty() {
            found.insert(in_from(deny.effect.span));
        }
    } else if let Some(allow) = allow {
        let other = nearest(allow, from);
        found.extend(other.into_iter().flat_map(|other| differing(allow, other, in_to, in_from)));
        // Words of the allowing statement that hold nothing of the region are not the cause.
        let patterns = allow
            .action
            .iter()
            .flat_map(|element| element.patterns.iter().map(|pattern| pattern.span));
        let patterns = patterns.chain(
            allow
                .resource
                .iter()
                .flat_map(|element| element.patterns.iter().map(|pattern| pattern.span)),
        );
        let untouched = patterns.filter(|span| !touched.contains(span)).collect::<Vec<_>>();
        found.retain(|cause| !untouched.contains(&cause.span));
        if found.is_empty() {
            found.extend(touched.iter().map(|span| in_to(*span)));
        }
    }
    found.into_iter().collect()
}

/// The statement of the other side that is most like this one: of the same name, or with the most words in common, at least half of its
/// own: else the whole statement is new.
pub(crate) fn nearest<'a>(statement: &Statement, policies: &[&'a Policy]) -> Option<&'a Statement> {
    let own = words(statement);
    let same_name = |other: &Statement| statement.sid.is_some() && statement.sid == other.sid;
    let alike = |other: &Statement| {
        let theirs = words(other);
        let theirs = Known::new(&theirs);
        own.iter().filter(|word| theirs.has(word)).count()
    };
    let others = policies
        .iter()
        .flat_map(|policy| &policy.statements)
        .filter(|other| other.effect == statement.effect);
    let scored = others
        .map(|other| (same_name(other), alike(other), other))
        .filter(|(same, alike, _)| *same || *alike * 2 >= own.len());
    // Of equals the first.
    scored.rev().max_by_key(|(same, alike, _)| (*same, *alike)).map(|(_, _, other)| other)
}

/// What makes the first statement apply where the second does not.
fn differing(
    first: &Statement,
    second: &Statement,
    of_first: impl Fn(Span) -> Cause + Copy,
    of_second: impl Fn(Span) -> Cause + Copy,
) -> Vec<Cause> {
    let (own, other) = (words(first), words(second));
    let more = lacking(&own, &other, Role::Widens).map(of_first);
    let fewer = lacking(&other, &own, Role::Excepts).map(of_second);
    more.chain(fewer).collect()
}

/// The words of one role that the others lack. A condition that they lack as a whole is an exception, whatever its values do.
fn lacking<'a>(own: &'a [Word], others: &'a [Word], role: Role) -> impl Iterator<Item = Span> + 'a {
    let others = Known::new(others);
    own.iter().filter_map(move |word| {
        if others.has(word) {
            return None;
        }
        let lacks_element = word.is_condition && !others.elements.contains(word.element.as_str());
        let (span, own_role) =
            if lacks_element { (word.whole, Role::Excepts) } else { (word.span, word.role) };
        (own_role == role).then_some(span)
    })
}

/// The words of a statement, to look up others.
struct Known<'a> {
    words: HashSet<(&'a str, &'a str)>,
    elements: HashSet<&'a str>,
}

impl<'a> Known<'a> {
    fn new(words: &'a [Word]) -> Known<'a> {
        Known {
            words: words.iter().map(|word| (word.element.as_str(), word.text.as_str())).collect(),
            elements: words.iter().map(|word| word.element.as_str()).collect(),
        }
    }

    fn has(&self, word: &Word) -> bool {
        self.words.contains(&(word.element.as_str(), word.text.as_str()))
    }
}

fn words(statement: &Statement) -> Vec<Word> {
    let mut words = Vec::new();
    let mut add = |name: &str, not: bool, text: String, span: Span| {
        let (element, role) = if not {
            (format!("Not{name}"), Role::Excepts)
        } else {
            (name.to_owned(), Role::Widens)
        };
        words.push(Word { element, role, text, span, is_condition: false, whole: span });
    };
    if let Some(element) = &statement.principal {
        element.patterns.iter().for_each(|pattern| {
            add("Principal", element.not, format!("{:?}", pattern.named), pattern.span)
        });
    }
    if let Some(element) = &statement.action {
        element.patterns.iter().for_each(|pattern| {
            add("Action", element.not, format!("{:?}", pattern.pattern), pattern.span)
        });
    }
    if let Some(element) = &statement.resource {
        element.patterns.iter().for_each(|pattern| {
            add("Resource", element.not, format!("{:?}", pattern.kind), pattern.span)
        });
    }
    for condition in &statement.conditions {
        let element = format!("{} {}", condition.operator.node, condition.key.node);
        let role = if condition.test.is_negated() { Role::Excepts } else { Role::Widens };
        for (text, span) in condition.test.values() {
            words.push(Word {
                element: element.clone(),
                role,
                text,
                span,
                is_condition: true,
                whole: condition.span,
            });
        }
    }
    words
}
