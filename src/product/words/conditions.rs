//! The conditions that a verdict depends on, as text: "only from 203.0.113.0/24", "all but keys ending in `.bam`".
//!
//! The requests that were tried represent all, and each is either allowed or not. This file looks for parts of the policies (patterns of
//! resources, and conditions) that separate them in the same way. If a few do not suffice, the result is empty.

use super::scene::written_key;
use crate::authz::Request;
use crate::eval::{condition_holds, pattern_covers};
use crate::model::condition::{Quantifier, Relation, Test};
use crate::model::{Condition, Part, Pattern, ResourceKind, ResourcePattern, Statement};
use crate::source::Spanned;

/// How many values of one condition are shown.
const MOST_VALUES: usize = 4;

/// Words that are joined.
const MOST_WORDS: usize = 4;

/// A test of the policies that some requests pass and others do not.
struct Mark {
    /// What the requests that pass have in common: `keys ending in ..`, `from ..`.
    noun: String,
    /// By request.
    holds: Vec<bool>,
}

/// A mark, or its absence.
#[derive(Clone, Copy)]
struct Literal<'a> {
    mark: &'a Mark,
    wanted: bool,
}

/// The conditions under which a request is allowed, which must all be true; empty if a few marks do not suffice. `stem` is what all
/// resources begin with.
pub(in crate::product) fn conditions(
    statements: &[&Statement],
    requests: &[(Request, bool)],
    stem: &str,
) -> Vec<String> {
    let marks = marks(statements, requests, stem);
    let allowed = requests.iter().map(|(_, allowed)| *allowed).collect::<Vec<_>>();
    if let Some(needed) = parting(&marks, &allowed, true) {
        return needed
            .iter()
            .map(|literal| if literal.wanted { only(literal.mark) } else { all_but(literal.mark) })
            .collect();
    }
    let Some(stopping) = parting(&marks, &allowed, false) else { return Vec::new() };
    let words = stopping.iter().map(|literal| {
        if literal.wanted {
            literal.mark.noun.clone()
        } else {
            format!("not {}", literal.mark.noun)
        }
    });
    vec![format!("all but {}", words.collect::<Vec<_>>().join(" and "))]
}

fn only(mark: &Mark) -> String {
    format!("only {}", mark.noun)
}

fn all_but(mark: &Mark) -> String {
    format!("all but {}", mark.noun)
}

/// Marks that all requests of one outcome have, and no other request has all of; as few as a greedy search finds.
fn parting<'a>(marks: &'a [Mark], allowed: &[bool], outcome: bool) -> Option<Vec<Literal<'a>>> {
    let both = marks.iter().flat_map(|mark| [true, false].map(|wanted| Literal { mark, wanted }));
    let fits =
        |literal: &Literal<'_>, request: usize| literal.mark.holds[request] == literal.wanted;
    let of = |wanted: bool| (0..allowed.len()).filter(move |request| allowed[*request] == wanted);
    let shared = both
        .filter(|literal| of(outcome).all(|request| fits(literal, request)))
        .collect::<Vec<_>>();
    let mut others = of(!outcome).collect::<Vec<_>>();
    let mut chosen = Vec::new();
    while !others.is_empty() {
        let left = |literal: &&Literal<'_>| {
            others.iter().filter(|request| fits(literal, **request)).count()
        };
        let best = *shared.iter().min_by_key(left)?;
        if left(&&best) == others.len() || chosen.len() == MOST_WORDS {
            return None;
        }
        others.retain(|request| fits(&best, *request));
        chosen.push(best);
    }
    Some(chosen)
}

/// The tests that separate some of the requests, each once.
fn marks(statements: &[&Statement], requests: &[(Request, bool)], stem: &str) -> Vec<Mark> {
    let mut marks = Vec::<Mark>::new();
    let mut add = |noun: String, holds: Option<Vec<bool>>| {
        let Some(holds) = holds else { return };
        let is_told = |mark: &Mark| mark.holds == holds;
        if holds.contains(&true) && holds.contains(&false) && !marks.iter().any(is_told) {
            marks.push(Mark { noun, holds });
        }
    };
    for statement in statements {
        for pattern in statement.resource.iter().flat_map(|element| &element.patterns) {
            add(
                resource_noun(pattern, stem),
                requests.iter().map(|(request, _)| pattern_covers(pattern, request)).collect(),
            );
        }
        for condition in &statement.conditions {
            let holds = requests
                .iter()
                .map(|(request, _)| condition_holds(condition, request))
                .collect::<Option<Vec<_>>>();
            // Negated operators are described by what they except.
            let is_negated = condition.test.is_negated();
            let holds =
                holds.map(|holds| holds.into_iter().map(|holds| holds != is_negated).collect());
            add(condition_noun(condition), holds);
        }
    }
    marks
}

fn resource_noun(pattern: &ResourcePattern, stem: &str) -> String {
    let ResourceKind::Arn(pattern) = &pattern.kind else { return "all resources".to_owned() };
    let text = written(pattern);
    let Some(rest) = text.strip_prefix(stem).or_else(|| (text.starts_with('*')).then_some(&*text))
    else {
        return format!("`{text}`");
    };
    // The prefix is part of a key.
    let prefix = stem.split_once('/').map_or("", |(_, prefix)| prefix);
    let is_plain = |text: &str| !text.contains(['*', '?', '$']);
    match (rest.strip_prefix('*'), rest.strip_suffix('*')) {
        (Some(end), _) if is_plain(end) && !end.is_empty() => format!("keys ending in `{end}`"),
        (_, Some(start)) if is_plain(start) && !start.is_empty() => {
            format!("keys that begin with `{prefix}{start}`")
        }
        _ if is_plain(rest) => format!("the key `{prefix}{rest}`"),
        _ => format!("keys like `{prefix}{rest}`"),
    }
}

/// What the condition requires, or, if its operator is negated, what it excepts.
fn condition_noun(condition: &Condition) -> String {
    let key = written_key(condition);
    // A negated operator excepts a key that is present, with the other quantifier: "not all are" means "one is not".
    let is_negated = condition.test.is_negated();
    let or_absent = if condition.if_exists && !is_negated { " or absent" } else { "" };
    let of = match (condition.quantifier, is_negated) {
        (Some(Quantifier::ForAllValues), false) | (Some(Quantifier::ForAnyValue), true) => {
            "every value of "
        }
        (Some(Quantifier::ForAnyValue), false) | (Some(Quantifier::ForAllValues), true) => {
            "a value of "
        }
        (None, _) => "",
    };
    match &condition.test {
        Test::Ip { values, .. } if condition.key.node.as_ref() == "aws:sourceip" => {
            format!(
                "from {}{}",
                listed(&values.list, |net| net.to_string()),
                if or_absent.is_empty() { "" } else { " or without an address" }
            )
        }
        Test::Ip { values, .. } => format!(
            "where `{key}` is in {}{or_absent}",
            listed(&values.list, |net| net.to_string())
        ),
        Test::Null(values) => {
            let absent = values.list.iter().any(|value| value.node);
            if absent { format!("without `{key}`") } else { format!("with `{key}`") }
        }
        Test::String { values, .. } | Test::Arn { values, .. } => {
            let is = if values.list.iter().any(|value| value.node.has_wildcards()) {
                "is like"
            } else {
                "is"
            };
            format!(
                "where {of}`{key}` {is} {}{or_absent}",
                listed(&values.list, |pattern| format!("`{}`", written(pattern)))
            )
        }
        Test::Bool(values) => {
            format!("where `{key}` is {}{or_absent}", listed(&values.list, bool::to_string))
        }
        Test::Numeric(relation, values) => {
            format!(
                "where {of}`{key}` is {} {}{or_absent}",
                relation_words(*relation),
                listed(&values.list, f64::to_string)
            )
        }
        // Dates, binary values, and operators that have no words of their own.
        _ => {
            format!("where the condition `{}` on `{key}` holds", condition.operator.node)
        }
    }
}

fn relation_words(relation: Relation) -> &'static str {
    match relation {
        // A negated one is described by what it excepts.
        Relation::Equals | Relation::NotEquals => "exactly",
        Relation::LessThan => "less than",
        Relation::LessThanEquals => "at most",
        Relation::GreaterThan => "more than",
        Relation::GreaterThanEquals => "at least",
    }
}

fn listed<T>(values: &[Spanned<T>], show: impl Fn(&T) -> String) -> String {
    let shown = values
        .iter()
        .take(MOST_VALUES)
        .map(|value| show(&value.node))
        .collect::<Vec<_>>()
        .join(" or ");
    let more = values.len().saturating_sub(MOST_VALUES);
    if more == 0 { shown } else { format!("{shown} or {more} more") }
}

/// A pattern as the policy writes it.
fn written(pattern: &Pattern) -> String {
    let mut text = String::new();
    for part in &pattern.parts {
        match part {
            Part::Literal(literal) => text.push_str(literal),
            Part::Any | Part::AnyInSegment | Part::AnyInWord => text.push('*'),
            Part::One | Part::OneInSegment => text.push('?'),
            Part::Variable(variable) => text.push_str(&format!("${{{}}}", variable.key)),
        }
    }
    text
}
