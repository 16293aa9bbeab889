//! Values for variables whose value is not known, derived from the texts that their patterns meet.

use crate::authz::{KeyRow, request_key, shape};
use crate::model::condition::Test;
use crate::model::condition::string::Compare;
use crate::model::{Pattern, Policy, Statement};
use crate::symbolic::boxes::{Requests, Sample};
use crate::symbolic::text::{Atom, Style, Together, Variables, fillings};
use std::collections::{BTreeMap, BTreeSet};

/// Assignments that are tried before the answer is that nobody knows.
pub(super) const MOST_ASSIGNMENTS: usize = 64;

/// Assignments that are tried for all differences together, before each is looked at by itself.
pub(super) const FIRST: usize = 3;

/// Values that are taken together for the variables of one pattern and text.
const MOST_TOGETHER: usize = 8;

/// Steps of a search that take as long as to look whether two patterns meet. Measured.
const MEETING: usize = 100;

/// Values of variables by key.
type Values = BTreeMap<String, Option<String>>;

/// A pattern, how it is compared, and the condition key that it is compared with; without one with the resource.
struct Use<'a> {
    pattern: &'a Pattern,
    style: Style,
    key: Option<&'a str>,
}

/// Whether variables of the policies are of unknown value.
pub(crate) fn is_open(policies: &[&Policy], known: &Variables) -> bool {
    let statements = policies.iter().flat_map(|policy| &policy.statements);
    statements.flat_map(uses).any(|own| !is_closed(&own, known))
}

/// Assignments of values to the variables of the policies that are wanted, by their keys, and not known, so many at most; empty if there
/// are no such variables. The first have values that most requests have, no values, and values that conditions compare the keys with.
pub(crate) fn assignments(
    policies: &[&Policy],
    known: &Variables,
    is_wanted: impl Fn(&str) -> bool,
    (most, budget): (usize, &Together),
) -> Vec<Variables> {
    let statements = policies.iter().flat_map(|policy| &policy.statements);
    let is_near = |own: &Use<'_>| {
        open_keys(own.pattern, known).all(&is_wanted) && own.key.is_none_or(&is_wanted)
    };
    let uses = statements.flat_map(uses).filter(is_near).collect::<Vec<_>>();
    let keys = uses.iter().flat_map(|own| open_keys(own.pattern, known)).collect::<BTreeSet<_>>();
    if keys.is_empty() {
        return Vec::new();
    }
    // A value that no pattern spells out is what most callers have.
    let usual = keys.iter().enumerate();
    let usual = usual
        .map(|(number, key)| (key.to_string(), Some(unlisted(key, number, known, &uses))))
        .collect::<Values>();
    let mut changes = Vec::<Values>::new();
    let (mut absent, mut compared_with) = (Values::new(), Values::new());
    for key in &keys {
        if known.may_be_absent(key) {
            absent.insert(key.to_string(), None);
            changes.push(Values::from([(key.to_string(), None)]));
        }
        let compared = uses.iter().filter(|own| own.key == Some(key) && is_closed(own, known));
        let spelt = compared.filter_map(|own| own.atom(known).spelt()).collect::<BTreeSet<_>>();
        compared_with.extend(spelt.first().map(|text| (key.to_string(), Some(text.clone()))));
        changes.extend(spelt.into_iter().map(|text| Values::from([(key.to_string(), Some(text))])));
    }
    let mut all = Assignments { usual: &usual, all: Vec::new(), most };
    all.add([Values::new(), absent, compared_with]);
    if all.is_full() {
        return all.filled(known);
    }
    let mut changes =
        first_of(changes.into_iter().chain(met(&uses, &usual, &Values::new(), (known, budget))));
    // No more than that many are tried, so no more are looked for: many patterns meet many.
    let begun = changes.clone();
    let next = begun.iter().flat_map(|change| met(&uses, &usual, change, (known, budget)));
    changes = first_of(begun.iter().cloned().chain(next));
    all.add(changes.iter().cloned());
    // What two variables must be may be said by two patterns.
    let pairs = changes.iter().enumerate().flat_map(|(number, first)| {
        let others = changes[number + 1..].iter();
        let apart = others.filter(|second| first.keys().all(|key| !second.contains_key(key)));
        apart.map(|second| first.clone().into_iter().chain(second.clone()).collect())
    });
    all.add(pairs);
    all.filled(known)
}

/// Assignments as changes of the usual values.
struct Assignments<'a> {
    usual: &'a Values,
    all: Vec<Values>,
    most: usize,
}

impl Assignments<'_> {
    /// Adds those that are new, as long as there is room.
    fn add(&mut self, changes: impl IntoIterator<Item = Values>) {
        let mut changes = changes.into_iter();
        while !self.is_full() {
            let Some(change) = changes.next() else { break };
            let mut changed = self.usual.clone();
            changed.extend(change);
            if !self.all.contains(&changed) {
                self.all.push(changed);
            }
        }
    }

    fn is_full(&self) -> bool {
        self.all.len() == self.most
    }

    fn filled(self, known: &Variables) -> Vec<Variables> {
        self.all.iter().map(|values| filled(known, values)).collect()
    }
}

/// The first of these that differ, as many as are tried.
fn first_of(changes: impl Iterator<Item = Values>) -> Vec<Values> {
    let mut first = Vec::new();
    for change in changes {
        if !first.contains(&change) {
            first.push(change);
        }
        if first.len() == MOST_ASSIGNMENTS {
            break;
        }
    }
    first
}

/// Values with which patterns fit the texts of others on the same dimension, or the value that a key has, beside those
/// of `given`. Variables of these others have their usual values. Each pattern is looked at when its values are asked for: few are taken.
fn met<'a>(
    uses: &'a [Use<'a>],
    usual: &Values,
    given: &'a Values,
    (known, budget): (&Variables, &'a Together),
) -> impl Iterator<Item = Values> + 'a {
    let mut others = usual.clone();
    others.extend(given.clone());
    let (known, filled_in) = (filled(known, given), filled(known, &others));
    uses.iter().flat_map(move |own| {
        if is_closed(own, &known) {
            return Vec::new();
        }
        budget.spend_on_preparing(uses.len() * MEETING);
        let met = uses.iter().filter(|other| other.key == own.key && other.pattern != own.pattern);
        let texts = met.filter_map(|other| other.atom(&filled_in).spelt());
        let given_to = own.key.and_then(|key| given.get(key).cloned().flatten());
        let texts = texts.chain(given_to).collect::<BTreeSet<_>>();
        let each = texts.iter().flat_map(|text| own.solved(text, &known));
        each.map(|values| values.into_iter().chain(given.clone()).collect()).collect()
    })
}

/// What is known, in one case for each combination of keys with a default that are present or absent. A key counts if its
/// presence is not known.
pub(crate) fn by_presence(policies: &[&Policy], known: &Variables) -> Vec<Variables> {
    let statements = policies.iter().flat_map(|policy| &policy.statements);
    let with_default =
        statements.flat_map(Statement::variables).filter(|own| own.default.is_some());
    let keys = with_default.map(|own| &*own.key).filter(|key| !known.tells(key));
    let mut all = vec![known.clone()];
    for key in keys.collect::<BTreeSet<_>>().into_iter().take(MOST_KEYS) {
        let each = all.into_iter();
        let there = |known: &Variables| known.clone().with_other(key, BTreeSet::new());
        all = each.flat_map(|known| [there(&known), known.with(key, None)]).collect();
    }
    all
}

/// Keys whose presence makes cases; the others are left open.
const MOST_KEYS: usize = 3;

/// What is known in finer cases, which are all that there are: each key that is wanted is absent, has a value that a condition
/// spells out, or has another one.
pub(crate) fn by_value(
    policies: &[&Policy],
    known: &Variables,
    requests: Requests,
    is_wanted: impl Fn(&str) -> bool,
) -> Vec<Variables> {
    let statements = || policies.iter().flat_map(|policy| &policy.statements);
    let variables = statements().flat_map(Statement::variables).map(|own| &*own.key);
    let is_open = |key: &&str| !known.has(key) && is_wanted(key);
    let keys = variables.filter(is_open).collect::<BTreeSet<_>>();
    let mut all = vec![known.clone()];
    for key in keys {
        let own = statements().flat_map(|own| &own.conditions).filter(|own| *own.key.node == *key);
        let spelt =
            own.clone().flat_map(|own| own.test.patterns()).filter_map(|pattern| match Atom::read(
                pattern,
                Style::Text,
                known,
            ) {
                Atom::Literal(text) => Some(text.into_string()),
                _ => None,
            });
        let can_be = |text: &String| requests == Requests::Any || has_form(key, text);
        // The empty text may count as no value.
        let mut asked = own.clone().map(|own| &own.test);
        let empty = asked.any(|test| matches!(test, Test::Null(_))).then(String::new);
        let values = spelt.chain(empty).filter(can_be).collect::<BTreeSet<_>>();
        if all.len() * (values.len() + 2) > MOST_CASES {
            continue;
        }
        let of = |known: &Variables| {
            let absent = known.may_be_absent(key).then(|| known.clone().with(key, None));
            let each = values.iter().map(|value| known.clone().with(key, Some(value.clone())));
            let other = known.clone().with_other(key, values.clone());
            absent.into_iter().chain(each).chain([other]).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(of).collect();
    }
    all
}

/// Whether a value is of the form of the key's values, whoever asks.
fn has_form(key: &str, value: &str) -> bool {
    let differs = request_key(key).is_some_and(KeyRow::has_shapes_by_caller);
    differs || shape(key, None).is_none_or(|shape| shape.fits(value))
}

/// Cases that are told apart.
const MOST_CASES: usize = 64;

/// Requests near this one: with values of variables with which the statements fit its texts, or with its own values, and
/// each also with a text that the statements have with these values.
pub(crate) fn solved(sample: &Sample, statements: &[&Statement], known: &Variables) -> Vec<Sample> {
    let uses = statements.iter().flat_map(|statement| uses(statement)).collect::<Vec<_>>();
    let open = uses.iter().filter(|own| !is_closed(own, known)).collect::<Vec<_>>();
    let value = |key: &str| Some(sample.context.get(key)?.as_slice().first()?.clone());
    let text = |own: &Use<'_>| own.key.map_or_else(|| sample.resource.clone(), value);
    let fitting = open
        .iter()
        .flat_map(|own| text(own).map(|text| own.solved(&text, known)).unwrap_or_default());
    let keys = open.iter().flat_map(|own| open_keys(own.pattern, known)).collect::<BTreeSet<_>>();
    let mut found = Vec::new();
    for values in fitting.chain([Values::new()]) {
        let (mut with_values, mut variables) = (sample.clone(), known.clone());
        for (number, key) in keys.iter().enumerate() {
            let own = values.get(*key).cloned().flatten().or_else(|| value(key));
            let usual = values.is_empty().then(|| unlisted(key, number, known, &uses));
            let Some(own) = own.or(usual) else { continue };
            with_values.context.set_one(key, own.clone());
            variables.set(key, Some(own));
        }
        for own in &open {
            let mut sample = with_values.clone();
            match (own.key, own.atom(&variables).spelt()) {
                (None, Some(text)) => sample.resource = Some(text),
                (Some(key), Some(text)) => sample.context.set_one(key, text),
                (_, None) => continue,
            }
            found.push(sample);
        }
        found.push(with_values);
    }
    found
}

/// A value that no pattern spells out, of the form of the key's values; one that fits no pattern of the key, if there is.
fn unlisted(key: &str, number: usize, known: &Variables, uses: &[Use<'_>]) -> String {
    let form = Atom::of_form(known.form(key));
    let usual = format!("value{number}");
    let (shape, spelt) = (shape(key, None), form.spelt());
    let fits = |text: &&String| form.fits(text) && shape.is_none_or(|shape| shape.fits(text));
    let own = shape.map(|shape| shape.example());
    // Patterns often look for digits, or for a letter.
    let letters = ["q", "zzz"].map(|letter| letter.repeat(number + 1));
    let all = [usual.clone()].into_iter().chain(letters).chain(own).chain(spelt);
    let all = all.collect::<Vec<_>>();
    let met = uses.iter().filter(|own| own.key == Some(key) && is_closed(own, known));
    let met = met.map(|own| own.atom(known)).collect::<Vec<_>>();
    let is_free = |text: &&String| met.iter().all(|atom| !atom.fits(text));
    let mut fitting = all.iter().filter(fits);
    let free = fitting.clone().find(is_free);
    free.or_else(|| fitting.next()).unwrap_or(&usual).clone()
}

fn filled(known: &Variables, values: &Values) -> Variables {
    let mut variables = known.clone();
    values.iter().for_each(|(key, value)| variables.set(key, value.clone()));
    variables
}

fn open_keys<'a>(pattern: &'a Pattern, known: &Variables) -> impl Iterator<Item = &'a str> {
    pattern.variables().map(|variable| &*variable.key).filter(|key| !known.has(key))
}

fn is_closed(own: &Use<'_>, known: &Variables) -> bool {
    open_keys(own.pattern, known).next().is_none()
}

fn uses(statement: &Statement) -> impl Iterator<Item = Use<'_>> {
    let resources =
        statement.resource_patterns().map(|pattern| Use { pattern, style: Style::Arn, key: None });
    let conditions = statement.conditions.iter().flat_map(|condition| {
        let style = match &condition.test {
            Test::Arn { .. } => Style::Arn,
            Test::String { compare: Compare::IgnoreCase, .. } => Style::Folded,
            _ => Style::Text,
        };
        let patterns = condition.test.patterns();
        patterns.map(move |pattern| Use { pattern, style, key: Some(&*condition.key.node) })
    });
    resources.chain(conditions)
}

impl Use<'_> {
    fn atom(&self, known: &Variables) -> Atom {
        Atom::read(self.pattern, self.style, known)
    }

    /// Values for all of its variables with which the pattern fits a text.
    fn solved(&self, text: &str, known: &Variables) -> Vec<Values> {
        let keys = open_keys(self.pattern, known).collect::<BTreeSet<_>>();
        let mut found = vec![Values::new()];
        for key in keys {
            let each = found.into_iter().flat_map(|values| {
                let known = filled(known, &values);
                let more = fillings(key, self.pattern, self.style, text, &known);
                more.into_iter().map(move |value| {
                    let mut values = values.clone();
                    values.insert(key.to_owned(), Some(value));
                    values
                })
            });
            found = each.take(MOST_TOGETHER).collect();
        }
        found
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;
    use crate::model::{PolicyKind, lower};
    use crate::source::Sources;
    use crate::{json, syntax};

    /// A policy with these resources, and these values of a tag in a condition.
    fn policy(resources: &[String], tags: usize) -> Policy {
        let tags = (0..tags).map(|number| format!("t{number}")).collect::<Vec<_>>();
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": {resources:?},
            "Condition": {{"StringNotEquals": {{"aws:PrincipalTag/k0": {tags:?}}}}}}}]}}"#
        );
        let mut sources = Sources::new();
        let id = sources.add_file("policy.json", text).unwrap();
        let ast = syntax::parse(json::parse(sources.get(id)).root.unwrap()).policy.unwrap();
        lower(&ast, PolicyKind::Identity).policy
    }

    fn tagged(number: usize, default: &str) -> String {
        format!("arn:aws:s3:::b/${{aws:PrincipalTag/k{number}{default}}}")
    }

    /// `MOST_KEYS`: the presence of so many keys makes cases, that of others stays open.
    #[test]
    fn the_presence_of_few_keys_makes_cases() {
        let cases = |keys: usize| {
            let resources = (0..keys).map(|number| tagged(number, ", 'x'")).collect::<Vec<_>>();
            by_presence(&[&policy(&resources, 1)], &Variables::default()).len()
        };
        assert_eq!((cases(0), cases(1), cases(MOST_KEYS)), (1, 2, 8));
        assert_eq!(cases(MOST_KEYS + 1), 8);
    }

    /// `MOST_CASES`: a key with more values than cases are told apart is left open.
    #[test]
    fn a_key_with_many_values_is_left_open() {
        let cases = |values: usize| {
            let policy = policy(&[tagged(0, "")], values);
            by_value(&[&policy], &Variables::default(), Requests::Any, |_| true).len()
        };
        assert_eq!(cases(MOST_CASES - 2), MOST_CASES);
        assert_eq!(cases(MOST_CASES - 1), 1);
    }

    /// `MOST_ASSIGNMENTS`: no more are tried, however many texts there are.
    #[test]
    fn so_many_values_are_tried_and_no_more() {
        let tried = |texts: usize| {
            let literals = (0..texts).map(|number| format!("arn:aws:s3:::b/v{number}"));
            let resources = literals.chain([tagged(0, "")]).collect::<Vec<_>>();
            let policy = policy(&resources, 1);
            assignments(
                &[&policy],
                &Variables::default(),
                |_| true,
                (MOST_ASSIGNMENTS, &Together::default()),
            )
            .len()
        };
        assert!(tried(5) < 12, "{}", tried(5));
        assert_eq!(tried(200), MOST_ASSIGNMENTS);
    }

    /// `MOST_TOGETHER`: of the values of several variables in one pattern so many are taken.
    #[test]
    fn of_values_that_go_together_few_are_taken() {
        let resource = format!("{}{}", tagged(0, ""), "-${aws:PrincipalTag/k1}*");
        let policy = policy(&[resource], 1);
        let uses = uses(&policy.statements[0]).collect::<Vec<_>>();
        let solved = |text: &str| uses[0].solved(text, &Variables::default()).len();
        assert!((1..MOST_TOGETHER).contains(&solved("arn:aws:s3:::b/a-b")));
        assert_eq!(solved("arn:aws:s3:::b/a-b-c-d-e-f-g-h-i-j-k"), MOST_TOGETHER);
    }
}
