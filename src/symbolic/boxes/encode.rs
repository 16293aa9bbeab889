//! Statements as constraints on dimensions, before the dimensions are cut into classes.

use super::dimension::words_for;
use super::{
    CallerClass, CallerClasses, Constraint, Constraints, DimensionSpec, EPOCH_TIME, Fits, Name,
    Test, Treatment, concerns, is_whole, one_clock,
};
use crate::authz::{Ambiguity, CallerKind, Context, Readings, may_be_null, shape};
use crate::aws;
use crate::model::condition::string::Compare;
use crate::model::condition::{Quantifier, Values};
use crate::model::{
    Condition, Element, Part, Pattern, ResourceKind, ResourcePattern, Statement, condition,
};
use crate::source::{Span, Spanned};
use crate::symbolic::text::{Atom, Domain, Filled, Mixed, Style, Tests, Variables, nanoseconds};
use crate::symbolic::undecided::Undecided;
use rustc_hash::FxHashMap;

/// Why a statement cannot be put into the space.
pub(crate) type Unsupported = Undecided;

/// Collects what all statements ask.
pub(crate) struct Encoder<'a> {
    pub readings: &'a Readings,
    pub variables: &'a Variables,
    pub dimensions: Vec<DimensionSpec>,
    places: FxHashMap<Name, usize>,
    /// The classes of callers, if principals are a dimension; not where the caller is known.
    pub callers: Option<&'a CallerClasses>,
    /// Whether requests are only those that AWS has.
    pub is_shaped: bool,
    /// Whose requests they are, if that is known.
    pub caller: Option<CallerKind>,
    /// The keys, if one request is asked about: readings of values that it lacks need not be tried.
    pub context: Option<&'a Context>,
}

impl<'a> Encoder<'a> {
    pub(crate) fn new(readings: &'a Readings, variables: &'a Variables) -> Encoder<'a> {
        Encoder {
            readings,
            variables,
            dimensions: Vec::new(),
            places: FxHashMap::default(),
            callers: None,
            is_shaped: false,
            caller: None,
            context: None,
        }
    }

    /// The constraints of a statement, `None` if it never applies.
    pub(crate) fn encode(
        &mut self,
        statement: &Statement,
        treatment: Treatment,
    ) -> Result<Option<Constraints>, Unsupported> {
        if !statement.doubts.is_empty() && treatment == Treatment::Fails
            || statement.has_empty_condition && !self.readings.second(Ambiguity::EmptyValues)
            || self.lacks_value(statement) && self.readings.second(Ambiguity::VariableWithoutValue)
        {
            return Ok(None);
        }
        let mut constraints = Vec::new();
        if let Some(callers) = self.callers.filter(|callers| !callers.is_empty()) {
            let concerned = self.concerned(callers, statement, treatment)?;
            if concerned.is_empty() {
                return Ok(None);
            }
            let place = self.place(Name::Principal, Span::default());
            constraints.push((place, Constraint::Patterns { atoms: concerned, not: false }));
        }
        match &statement.action {
            None if treatment == Treatment::Fails => return Ok(None),
            None => {}
            Some(element) => {
                let patterns = element
                    .patterns
                    .iter()
                    .map(|pattern| pattern.doubt.is_none().then_some(&pattern.pattern));
                let atoms = |this: &mut Self| {
                    let good = patterns.clone().flatten();
                    good.map(|pattern| {
                        this.atom(
                            Name::Action,
                            Atom::read(pattern, Style::Text, this.variables),
                            element.span,
                        )
                    })
                    .collect()
                };
                if !self.element(
                    element,
                    patterns.clone().any(|good| good.is_none()),
                    treatment,
                    Name::Action,
                    atoms,
                    &mut constraints,
                )? {
                    return Ok(None);
                }
            }
        }
        if let Some(element) = &statement.resource {
            let doubtful = element.patterns.iter().any(|pattern| pattern.doubt.is_some());
            let atoms = |this: &mut Self| {
                let good = element.patterns.iter().filter(|pattern| pattern.doubt.is_none());
                good.map(|pattern| this.atom(Name::Resource, this.resource(pattern), pattern.span))
                    .collect()
            };
            if !self.element(
                element,
                doubtful,
                treatment,
                Name::Resource,
                atoms,
                &mut constraints,
            )? {
                return Ok(None);
            }
        }
        for condition in &statement.conditions {
            let place = self.place(Name::Key(condition.key.node.clone()), condition.key.span);
            let test = self.condition(condition, treatment, place)?;
            constraints.push((place, Constraint::Key(test)));
        }
        Ok(Some(Constraints(constraints)))
    }

    /// Whether a variable of the statement is known to have no value.
    fn lacks_value(&self, statement: &Statement) -> bool {
        statement.variables().any(|variable| self.variables.fill(variable) == Filled::Nothing)
    }

    /// The classes of callers that a statement concerns.
    fn concerned(
        &mut self,
        callers: &CallerClasses,
        statement: &Statement,
        treatment: Treatment,
    ) -> Result<Vec<u32>, Unsupported> {
        let is_concerned = |class: &&CallerClass| {
            concerns(statement, &class.caller, false, treatment, self.readings).is_some()
        };
        let concerned = callers.list.iter().filter(is_concerned).collect::<Vec<_>>();
        let span = statement.principal.as_ref().map_or(statement.span, |element| element.span);
        let numbers = concerned.into_iter().map(|class| {
            self.atom(Name::Principal, Atom::Literal(class.text.as_str().into()), span)
        });
        Ok(sorted(numbers.collect::<Result<Vec<_>, _>>()?))
    }

    /// A key that the reference data does not know has several values if some statement asks about sets of them. Call this before
    /// the statements are encoded.
    pub(crate) fn note_sets(&mut self, statement: &Statement) {
        let asks_sets = |condition: &&Condition| {
            condition.quantifier.is_some() && aws::condition_key_type(&condition.key.node).is_none()
        };
        for condition in statement.conditions.iter().filter(asks_sets) {
            let place = self.place(Name::Key(condition.key.node.clone()), condition.key.span);
            self.dimensions[place].multi_valued = true;
        }
    }

    /// The tests of one key alone.
    pub(crate) fn conditions_on(
        &mut self,
        key: &str,
        statement: &Statement,
        treatment: Treatment,
    ) -> Result<Vec<Test>, Unsupported> {
        let conditions =
            statement.conditions.iter().filter(|condition| &*condition.key.node == key);
        conditions
            .map(|condition| {
                let place = self.place(Name::Key(condition.key.node.clone()), condition.key.span);
                self.condition(condition, treatment, place)
            })
            .collect()
    }

    /// The dimensions. A key whose value is settled gets a class for that value, so that it can be kept alone.
    pub(crate) fn finish(mut self) -> Result<Vec<DimensionSpec>, Unsupported> {
        for (key, value) in self.variables.iter() {
            let (Some(value), Some(place)) = (value, self.places.get(&Name::Key(key.into())))
            else {
                continue;
            };
            let dimension = &mut self.dimensions[*place];
            if let Tests::Text(..) | Tests::Nothing = dimension.tests {
                let atom = dimension.tests.text(Atom::Literal(value.into()));
                dimension.always.extend(atom);
            } else if dimension.tests.answers(value).is_none() {
                let reason =
                    format!("`{key}` is known to be `{value}` and is compared as something else");
                return Err(Undecided { reason, span: dimension.span });
            }
        }
        Ok(self.dimensions)
    }

    /// Adds the constraint of `Action` or `Resource`; `false` if nothing fits it.
    fn element<T>(
        &mut self,
        element: &Element<T>,
        doubtful: bool,
        treatment: Treatment,
        name: Name,
        atoms: impl FnOnce(&mut Self) -> Result<Vec<u32>, Unsupported>,
        constraints: &mut Vec<(usize, Constraint)>,
    ) -> Result<bool, Unsupported> {
        // A pattern that AWS would refuse may fit anything.
        match (doubtful, treatment, element.not) {
            (true, Treatment::Matches, false) => return Ok(true),
            (true, Treatment::Fails, true) => return Ok(false),
            _ => {}
        }
        let atoms = sorted(atoms(self)?);
        let place = self.place(name, element.span);
        constraints.push((place, Constraint::Patterns { atoms, not: element.not }));
        Ok(true)
    }

    fn resource(&self, pattern: &ResourcePattern) -> Atom {
        resource_atom(pattern, self.readings, self.variables)
    }

    pub(crate) fn place(&mut self, name: Name, span: Span) -> usize {
        let name = match name {
            Name::Key(key) if self.is_shaped => Name::Key(one_clock(&key).into()),
            name => name,
        };
        let (dimensions, is_shaped, caller) = (&mut self.dimensions, self.is_shaped, self.caller);
        let known = self.variables;
        *self.places.entry(name).or_insert_with_key(|name| {
            let multi_valued = match name {
                Name::Key(key) => {
                    aws::condition_key_type(key).is_some_and(|known| known.multi_valued)
                }
                Name::Principal | Name::Action | Name::Resource => false,
            };
            let name = name.clone();
            let mut domain = domain(&name, is_shaped, caller);
            // What is known counts, whatever its form.
            if let Name::Key(key) = &name
                && known.has(key)
            {
                domain.shape = None;
            }
            dimensions.push(DimensionSpec {
                name,
                tests: Tests::Nothing,
                span: Some(span),
                multi_valued,
                domain,
                always: Vec::new(),
            });
            dimensions.len() - 1
        })
    }

    pub(crate) fn atom(&mut self, name: Name, atom: Atom, span: Span) -> Result<u32, Unsupported> {
        let place = self.place(name, span);
        self.dimensions[place].tests.text(atom).map_err(|mixed| self.mixed(mixed, place, span))
    }

    fn mixed(&self, _: Mixed, place: usize, span: Span) -> Unsupported {
        let key = words_for(&self.dimensions[place].name);
        Undecided {
            reason: format!(
                "{key} is compared by operators of two families, as text and as something else"
            ),
            span: Some(span),
        }
    }

    fn condition(
        &mut self,
        condition: &Condition,
        treatment: Treatment,
        place: usize,
    ) -> Result<Test, Unsupported> {
        if !condition.doubts.is_empty() || condition.test == condition::Test::Unknown {
            return Ok(Test::Constant(treatment.matches()));
        }
        if let condition::Test::Null(wanted) = &condition.test {
            return self.null(condition, wanted, treatment, place);
        }
        if condition.test.has_no_values() && condition.quantifier.is_none() && !condition.if_exists
        {
            return Ok(Test::Constant(self.readings.second(Ambiguity::EmptyValues)));
        }
        if ignores_case_beyond_ascii(&condition.test) {
            let reason =
                "letters beyond ASCII do not pair up in upper and lower case one to one".to_owned();
            return Err(Undecided { reason, span: Some(condition.span) });
        }
        let atoms = self
            .value_atoms(condition, place)
            .map_err(|mixed| self.mixed(mixed, place, condition.span))?;
        let doubtful = !condition.test.doubts().is_empty();
        let negated = condition.test.is_negated();
        // Without values nothing fits, be the operator negated or not (B6).
        let is_empty = condition.test.has_no_values();
        let fits = Fits {
            atoms: sorted(atoms),
            negated: negated && !is_empty,
            all: doubtful && treatment.matches() && !negated,
            none: is_empty || doubtful && treatment == Treatment::Fails && negated,
            absent: match condition.quantifier {
                None => condition.if_exists || negated,
                Some(Quantifier::ForAllValues) if condition.if_exists || !negated || is_empty => {
                    true
                }
                Some(Quantifier::ForAllValues) if self.has_key(condition) => true,
                Some(Quantifier::ForAllValues) => {
                    !self.readings.second(Ambiguity::AllValuesNegated)
                }
                Some(Quantifier::ForAnyValue) if condition.if_exists && !is_empty => {
                    self.readings.second(Ambiguity::AnyValueIfExists)
                }
                Some(Quantifier::ForAnyValue) => condition.if_exists,
            },
            quantifier: condition.quantifier,
            any_of_several: self.any_of_several(condition, place),
        };
        let dimension = &self.dimensions[place];
        if (condition.quantifier.is_some() || dimension.multi_valued)
            && let Tests::Text(..) | Tests::Nothing = dimension.tests
        {
            // Alone it is taken for an empty set.
            self.distinguish_empty_text(place, condition.span)?;
        }
        Ok(Test::Fits(fits))
    }

    /// Whether the key is in the one request that is asked about.
    fn has_key(&self, condition: &Condition) -> bool {
        self.context.is_some_and(|context| context.present(&condition.key.node).is_some())
    }

    fn any_of_several(&self, condition: &Condition, place: usize) -> bool {
        let is_open = self.dimensions[place].multi_valued && condition.quantifier.is_none();
        is_open && self.readings.second(Ambiguity::SeveralValues)
    }

    fn null(
        &mut self,
        condition: &Condition,
        wanted: &Values<bool>,
        treatment: Treatment,
        place: usize,
    ) -> Result<Test, Unsupported> {
        if let Some(quantifier) = condition.quantifier {
            return Ok(Test::Constant(quantifier == Quantifier::ForAllValues));
        }
        if wanted.list.is_empty() && wanted.doubts.is_empty() {
            return Ok(Test::Constant(self.readings.second(Ambiguity::EmptyValues)));
        }
        let wants = |absent| {
            wanted.list.iter().any(|value| value.node == absent)
                || !wanted.doubts.is_empty() && treatment.matches()
        };
        let (absent, present) = (wants(true), wants(false));
        let empty_is_null = absent != present
            && self.may_be_empty(place)
            && self.readings.second(Ambiguity::EmptyText);
        if empty_is_null {
            self.distinguish_empty_text(place, condition.span)?;
        }
        Ok(Test::Null { absent, empty: if empty_is_null { absent } else { present }, present })
    }

    /// Whether the empty text is a value of the key that may count as null.
    fn may_be_empty(&self, place: usize) -> bool {
        let DimensionSpec { name, domain, tests, .. } = &self.dimensions[place];
        let is_asked = |key: &str| {
            let value = self.context.map(|context| context.present(key));
            value.is_none_or(|value| {
                value.is_some_and(|value| value.as_slice().iter().all(String::is_empty))
            })
        };
        matches!(name, Name::Key(key) if may_be_null(key) && is_asked(key))
            && matches!(tests, Tests::Text(..) | Tests::Nothing)
            && domain.kind == aws::ValueType::String
            && domain.shape.is_none_or(|shape| shape.fits(""))
    }

    /// Makes the empty text a class of its own.
    fn distinguish_empty_text(&mut self, place: usize, span: Span) -> Result<(), Unsupported> {
        let dimension = &mut self.dimensions[place];
        match dimension.tests.text(Atom::Literal("".into())) {
            Ok(atom) => dimension.always.push(atom),
            Err(mixed) => return Err(self.mixed(mixed, place, span)),
        }
        Ok(())
    }

    fn value_atoms(&mut self, condition: &Condition, place: usize) -> Result<Vec<u32>, Mixed> {
        use condition::Test as Written;
        let (readings, variables) = (self.readings, self.variables);
        let is_time = self.is_shaped && &*condition.key.node == EPOCH_TIME;
        let tests = &mut self.dimensions[place].tests;
        match &condition.test {
            Written::String { compare, values, .. } => {
                let style =
                    if *compare == Compare::IgnoreCase { Style::Folded } else { Style::Text };
                each(values, |pattern| tests.text(Atom::read(pattern, style, variables)))
            }
            Written::Arn { values, .. } => {
                each(values, |pattern| tests.text(arn(pattern, variables, readings)))
            }
            // The time in seconds, by a key that is also read as a date.
            Written::Numeric(relation, values) if is_time => {
                each(values, |limit| tests.date(*relation, nanoseconds(*limit)))
            }
            Written::Numeric(relation, values) => {
                each(values, |limit| tests.number(*relation, *limit))
            }
            Written::Date(relation, values) => each(values, |limit| tests.date(*relation, *limit)),
            Written::Bool(values) => each(values, |wanted| {
                let word = Pattern::literal(if *wanted { "true" } else { "false" });
                tests.text(Atom::read(&word, Style::Folded, variables))
            }),
            Written::Binary(values) => each(values, |bytes| tests.binary(bytes)),
            Written::Ip { values, .. } => each(values, |block| match block.wide {
                Some(wide) if readings.second(Ambiguity::AddressWithoutLength) => {
                    tests.address(wide)
                }
                _ => tests.address(block.net),
            }),
            Written::Null(_) | Written::Unknown => Ok(Vec::new()),
        }
    }
}

/// The pattern of a resource.
pub(crate) fn resource_atom(
    pattern: &ResourcePattern,
    readings: &Readings,
    variables: &Variables,
) -> Atom {
    match &pattern.kind {
        ResourceKind::Everything => Atom::Prefix("".into()),
        ResourceKind::Arn(_) if !readings.let_match(pattern) => Atom::Nothing,
        ResourceKind::Arn(arn) => Atom::read(arn, Style::Arn, variables),
    }
}

fn domain(name: &Name, is_shaped: bool, caller: Option<CallerKind>) -> Domain {
    let Name::Key(key) = name else { return Domain::default() };
    let kind = aws::condition_key_type(key).map_or(aws::ValueType::String, |known| known.value);
    let shape = if is_shaped { shape(key, caller) } else { None };
    Domain { kind, is_whole: is_shaped && is_whole(key), shape }
}

fn ignores_case_beyond_ascii(test: &condition::Test) -> bool {
    let is_beyond = |part: &Part| matches!(part, Part::Literal(text) if !text.is_ascii());
    match test {
        condition::Test::String { compare: Compare::IgnoreCase, values, .. } => {
            values.list.iter().any(|value| value.node.parts.iter().any(is_beyond))
        }
        _ => false,
    }
}

fn sorted(mut atoms: Vec<u32>) -> Vec<u32> {
    atoms.sort_unstable();
    atoms.dedup();
    atoms
}

/// `*` alone has one part, not six: AWS's pages do not say what it matches.
fn arn(pattern: &Pattern, variables: &Variables, readings: &Readings) -> Atom {
    if !matches!(&*pattern.parts, [Part::AnyInSegment]) {
        return Atom::read_arn(pattern, variables);
    }
    if readings.second(Ambiguity::LoneStarArn) { Atom::Prefix("".into()) } else { Atom::Nothing }
}

fn each<T>(
    values: &Values<T>,
    atom: impl FnMut(&T) -> Result<u32, Mixed>,
) -> Result<Vec<u32>, Mixed> {
    values.list.iter().map(|Spanned { node, .. }| node).map(atom).collect()
}
