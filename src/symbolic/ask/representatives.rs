//! Values that stand for all others: one of each class that some statements tell apart.
//!
//! Whoever tries these has tried everything: two values of one class meet the same patterns under every reading, so they are decided
//! alike. Used where requests are few and each is asked one by one.

use crate::authz::{CallerKind, ContextValue, under_all_readings};
use crate::model::{Pattern, Statement};
use crate::symbolic::boxes::{Encoder, KeySpace, Name, Test, Treatment, one_clock};
use crate::symbolic::text::{
    self, Atom, Budget, Groups, Start, Style, Symbol, TooMany, Variables, walk_from,
};
use crate::symbolic::undecided::Undecided;
use rustc_hash::FxHashMap;

/// How a pattern is compared with a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Way {
    /// As the ARN of a resource; both readings of a `*` that ends a segment are told apart.
    Resource,
    /// By an ARN operator.
    Arn,
    /// By a string operator.
    Text,
}

/// A pattern that texts of a known beginning are compared with.
#[derive(Clone, Copy, Debug)]
pub struct TextComparison<'a> {
    /// The pattern.
    pub pattern: &'a Pattern,
    /// How it is compared.
    pub way: Way,
    /// What the text begins with.
    pub stem: &'a str,
}

/// What may follow the beginning.
#[derive(Clone, Copy, Debug)]
pub struct Rest {
    /// Characters at least.
    pub at_least: usize,
    /// Characters at most.
    pub at_most: usize,
    /// Its last characters.
    pub ending: &'static str,
    /// The characters that it may hold.
    pub alphabet: fn(char) -> bool,
}

/// Comparisons that count as one: it matters only whether one of them fits. The patterns of one list are such.
pub type AnyOf<'a> = Vec<TextComparison<'a>>;

/// Which patterns get classes of their own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Grain {
    /// Each.
    Each,
    /// Each, if they are few. Words about which of them fit need this.
    EachOfFew,
    /// Those of different lists. This is enough to decide.
    Lists,
}

/// How many patterns are few.
const FEW: usize = 128;

/// What may follow the beginnings: one text for each class that the lists tell apart, the shortest or one that reads better.
/// Variables are filled in by each of `values`. A class may have no text of `at_most` characters; then its text is longer.
///
/// # Errors
/// [`Undecided`] if there are too many classes.
pub fn rests(
    lists: &[AnyOf<'_>],
    values: &[Variables],
    rest: &Rest,
    grain: Grain,
) -> Result<Vec<String>, Undecided> {
    let mut shape = vec![Symbol::One; rest.at_least];
    shape.push(Symbol::Run);
    shape.extend(rest.ending.chars().map(Symbol::Char));
    let shape = Atom::Symbols { symbols: shape.into(), open: None };
    let mut starts = vec![Start { atom: shape, stem: "" }];
    let mut places = FxHashMap::default();
    let mut asked = vec![vec![0]];
    for list in lists {
        for variables in values {
            // Each way of reading is a list: an operator reads its values in one of them.
            let mut read = [Vec::new(), Vec::new()];
            for comparison in list {
                for (way, atom) in comparison.atoms(variables).into_iter().enumerate() {
                    let start = Start { atom, stem: comparison.stem };
                    let place = *places.entry(start.clone()).or_insert(starts.len() as u32);
                    if place as usize == starts.len() {
                        starts.push(start);
                    }
                    read[way].push(place);
                }
            }
            asked.extend(read);
        }
    }
    let groups = match grain {
        Grain::EachOfFew if starts.len() > FEW => return Err(too_many_texts()),
        Grain::Each | Grain::EachOfFew => Groups::alone(starts.len()),
        Grain::Lists => Groups::of_lists(starts.len(), asked.iter().map(Vec::as_slice)),
    };
    let (found, is_complete) = walk_from(&starts, &groups, &[vec![0]], rest.alphabet);
    if !is_complete {
        return Err(too_many_texts());
    }
    Ok(found.into_iter().map(|(_, text)| readable(&text, &starts, rest)).collect())
}

fn too_many_texts() -> Undecided {
    Undecided::anywhere("the patterns tell too many texts apart")
}

impl TextComparison<'_> {
    fn atoms(&self, variables: &Variables) -> Vec<Atom> {
        match self.way {
            Way::Resource => vec![Atom::read(self.pattern, Style::Arn, variables)],
            Way::Arn => vec![Atom::read_arn(self.pattern, variables)],
            Way::Text => [Style::Text, Style::Folded]
                .map(|style| Atom::read(self.pattern, style, variables))
                .to_vec(),
        }
    }
}

/// The values of a variable, its key given in lower case, with which the pattern fits the text that the comparison
/// begins with.
pub fn fillings(key: &str, comparison: &TextComparison<'_>) -> Vec<String> {
    let style = match comparison.way {
        Way::Resource | Way::Arn => Style::Arn,
        Way::Text => Style::Text,
    };
    let TextComparison { pattern, stem, .. } = comparison;
    text::fillings(key, pattern, style, stem, &Variables::default())
}

/// Which of the patterns fit a text behind their stems.
fn fitting(starts: &[Start<'_>], text: &str) -> Vec<bool> {
    let mut texts = Texts::new(text);
    starts.iter().map(|start| start.atom.fits(texts.behind(start.stem))).collect()
}

/// A text behind several stems; mostly it is asked for behind the same as before.
struct Texts<'t> {
    text: &'t str,
    stem: Option<String>,
    both: String,
}

impl<'t> Texts<'t> {
    fn new(text: &'t str) -> Texts<'t> {
        Texts { text, stem: None, both: String::new() }
    }

    fn behind(&mut self, stem: &str) -> &str {
        if self.stem.as_deref() != Some(stem) {
            self.both = format!("{stem}{}", self.text);
            self.stem = Some(stem.to_owned());
        }
        &self.both
    }
}

/// A text of the same class that a person would take for a name, if one is near.
fn readable(text: &str, starts: &[Start<'_>], rest: &Rest) -> String {
    let own = fitting(starts, text);
    // Classes that fit come first: they separate most texts of other classes.
    let mut order = (0..starts.len()).collect::<Vec<_>>();
    order.sort_by_key(|number| !own[*number]);
    let ordered = order.iter().map(|number| (&starts[*number], own[*number])).collect::<Vec<_>>();
    let is_like = |candidate: &String| {
        let mut texts = Texts::new(candidate);
        ordered.iter().all(|(start, fits)| start.atom.fits(texts.behind(start.stem)) == *fits)
    };
    let ending = rest.ending;
    // What ends in a slash is a folder, and what can hold none is the name of a session.
    let name = match ending {
        "/" => "new-folder",
        _ if !(rest.alphabet)('/') => "session",
        _ => "sample.txt",
    };
    let plain = [name, &format!("run/a/{name}"), "sample"].map(|name| format!("{name}{ending}"));
    let longer =
        [format!("sample{text}"), format!("{text}{name}{ending}"), format!("sample/{text}")];
    let is_allowed =
        |text: &String| text.chars().all(rest.alphabet) && text.chars().count() <= rest.at_most;
    plain
        .into_iter()
        .chain(longer)
        .filter(is_allowed)
        .find(is_like)
        .unwrap_or_else(|| text.to_owned())
}

/// The values of one condition key that some statements tell apart.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct KeyValues {
    /// One of each class; empty if nothing but its presence is asked.
    pub values: Vec<ContextValue>,
}

/// One value of a key, given in lower case, for each class that the conditions of the statements tell apart, under all readings.
/// `usual` stands for the class it is in. With the kind of caller, values are those that its requests can have.
///
/// # Errors
/// [`Undecided`] if there are too many classes, or operators of two families compare the key.
pub fn key_values(
    key: &str,
    caller: Option<CallerKind>,
    statements: &[&Statement],
    variables: &[Variables],
    (usual, grain): (&str, Grain),
) -> Result<KeyValues, Undecided> {
    let mut found = KeyValues::default();
    // Words that AWS would refuse may count or not, and sets of values that differ in one case may be alike in the other.
    for treatment in [Treatment::Matches, Treatment::Fails] {
        for known in variables {
            let tried = under_all_readings(|readings| {
                let mut encoder = Encoder::new(readings, known);
                // The other key of the time is read as a number too, which the one clock has no values for.
                let is_shaped = caller.is_some() && one_clock(key) == key;
                (encoder.is_shaped, encoder.caller) = (is_shaped, caller);
                values_once(key, statements, encoder, (usual, grain, treatment))
            });
            for (_, values) in tried.answers {
                for value in values? {
                    if !found.values.contains(&value) {
                        found.values.push(value);
                    }
                }
            }
        }
    }
    Ok(found)
}

fn values_once(
    key: &str,
    statements: &[&Statement],
    mut encoder: Encoder<'_>,
    (usual, grain, treatment): (&str, Grain, Treatment),
) -> Result<Vec<ContextValue>, Undecided> {
    let mut conditions = Vec::new();
    statements.iter().for_each(|statement| encoder.note_sets(statement));
    for statement in statements {
        let constraints = encoder.conditions_on(key, statement, treatment)?;
        conditions.extend(constraints);
    }
    let specs = encoder.finish()?;
    let Some(dimension) =
        specs.into_iter().find(|dimension| dimension.name == Name::Key(key.into()))
    else {
        return Ok(Vec::new());
    };
    if dimension.tests.is_nothing() {
        return Ok(Vec::new());
    }
    let fits = conditions
        .into_iter()
        .filter_map(|test| if let Test::Fits(fits) = test { Some(fits) } else { None })
        .collect::<Vec<_>>();
    let is_multi = dimension.multi_valued;
    let too_many = |_| Undecided {
        reason: format!("the conditions on `{key}` tell too many values apart"),
        span: dimension.span,
    };
    let alone = match grain {
        Grain::EachOfFew if dimension.tests.len() > FEW => return Err(too_many(TooMany)),
        Grain::Each | Grain::EachOfFew => (0..dimension.tests.len() as u32).collect(),
        Grain::Lists => Vec::new(),
    };
    let space = KeySpace::new(
        &dimension.tests,
        (dimension.domain, is_multi),
        (&dimension.always, &alone),
        &fits,
        &mut Budget::default(),
    )
    .map_err(too_many)?;
    if !space.values.is_complete {
        return Err(too_many(TooMany));
    }
    let atoms = dimension.tests.atoms();
    let is_usual = |text: &str| {
        !atoms.is_empty() && atoms.iter().all(|atom| atom.fits(text) == atom.fits(usual))
    };
    let spell = |text: &str| if is_usual(text) { usual } else { text }.to_owned();
    Ok(space.points.iter().filter_map(|point| space.value(point, spell)).collect())
}
