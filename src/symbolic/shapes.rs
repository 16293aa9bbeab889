//! The requests that AWS has, as a union of boxes: one for actions of a kind, their resource and their keys, times one for each kind of
//! caller. `../shared/symbolic.md`, "Feasible shapes".

use super::key::{Fits, Test};
use super::possible::{
    CallerRow, IS_SERVICE, PRINCIPAL_ACCOUNT, PRINCIPAL_ARN, PRINCIPAL_TYPE, is_named, more_arns,
    table,
};
use super::sides::Block;
use super::sketch::{Constraint, Sketch, Sketcher};
use super::space::{Name, Undecided};
use super::token::{Atom, Token};
use crate::aws::{self, Action, ArnPart, ArnTemplate, Contents, KeySupport, ValueType};
use crate::model::condition::Quantifier;
use crate::source::Span;
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeMap;

/// Accounts that are told apart in the keys of the principal; beyond them the request that is found decides.
const MOST_ACCOUNTS: usize = 12;

/// The possible requests. Every one lies in one of the first boxes and one of the second.
#[derive(Debug, Default)]
pub(super) struct Shapes {
    /// Actions with their resource and their keys.
    pub actions: Vec<Sketch>,
    /// Who asks.
    pub callers: Vec<Sketch>,
}

/// The ARN of a type of resource.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Form {
    /// `*`: the action has none.
    None,
    /// By the data.
    Type(&'static str, ArnTemplate),
    /// By our own table.
    More(&'static str),
}

impl Shapes {
    /// The shapes as far as the statements look at them. To be made once all are sketched.
    pub(super) fn new<'b>(
        sketcher: &mut Sketcher<'_>,
        allows: impl Iterator<Item = &'b Block>,
    ) -> Result<Shapes, Undecided> {
        let mut maker = Maker { keys: keys(sketcher), sketcher };
        let allows = allows.map(|block| &block.sketch).collect::<Vec<_>>();
        let everywhere = maker.everywhere()?;
        let actions =
            maker.actions(&allows)?.into_iter().map(|sketch| sketch.and(&everywhere)).collect();
        Ok(Shapes { actions, callers: maker.callers()? })
    }
}

/// The condition keys that are asked about, with their places.
fn keys(sketcher: &Sketcher<'_>) -> Vec<(usize, Box<str>)> {
    let named = sketcher.dimensions.iter().enumerate().filter_map(|(place, dimension)| {
        match &dimension.name {
            Name::Key(key) => Some((place, key.clone())),
            _ => None,
        }
    });
    named.collect()
}

struct Maker<'m, 'a> {
    sketcher: &'m mut Sketcher<'a>,
    keys: Vec<(usize, Box<str>)>,
}

impl Maker<'_, '_> {
    /// What holds of all requests: keys that are always there, and ARNs where ARNs belong.
    fn everywhere(&mut self) -> Result<Sketch, Undecided> {
        let mut sketch = Sketch::default();
        for (place, key) in self.keys.clone() {
            if table().always.iter().any(|name| is_named(name, &key)) {
                sketch.0.push((place, present()));
            }
            let is_arn =
                aws::condition_key_type(&key).is_some_and(|known| known.value == ValueType::Arn);
            if is_arn && !self.sketcher.dimensions[place].asked.is_nothing() {
                let fits = self.fits(
                    place,
                    vec![form(
                        "arn:*:*:",
                        &[
                            Token::RunInSegment,
                            Token::Char(':'),
                            Token::RunInSegment,
                            Token::Char(':'),
                            Token::One,
                            Token::Run,
                        ],
                    )],
                )?;
                let quantifier = self.sketcher.dimensions[place]
                    .multi_valued
                    .then_some(Quantifier::ForAllValues);
                sketch.0.push((
                    place,
                    Constraint::Key(Test::Fits(Fits { absent: true, quantifier, ..fits })),
                ));
            }
        }
        Ok(sketch)
    }

    fn actions(&mut self, allows: &[&Sketch]) -> Result<Vec<Sketch>, Undecided> {
        let action_place = self.sketcher.place(Name::Action, Span::default());
        let resource_place = self.sketcher.place(Name::Resource, Span::default());
        let wanted =
            Wanted::new(self.sketcher.dimensions[action_place].asked.atoms(), action_place, allows);
        let mut groups: BTreeMap<(Form, Vec<bool>), Vec<u32>> = BTreeMap::new();
        let mut known = FxHashSet::default();
        let known_keys =
            self.keys.iter().map(|(_, key)| aws::condition_key(key)).collect::<Vec<_>>();
        let all = aws::services().flat_map(|service| {
            service.actions().iter().map(move |action| (service.prefix(), action))
        });
        for (prefix, action) in all {
            let text = format!("{prefix}:{}", action.name()).to_ascii_lowercase();
            let is_wanted = wanted.note(&text, &mut known);
            if !is_wanted {
                continue;
            }
            let atom =
                self.sketcher.atom(Name::Action, Atom::Literal(text.into()), Span::default())?;
            for form in forms(action) {
                let supported = known_keys
                    .iter()
                    .map(|key| key.as_ref().is_none_or(|key| can_have(action, form, key)))
                    .collect();
                groups.entry((form, supported)).or_default().push(atom);
            }
        }
        let mut sketches = Vec::new();
        for ((form, supported), mut actions) in groups {
            actions.sort_unstable();
            actions.dedup();
            let resource = self.sketcher.atom(Name::Resource, atom_of(form), Span::default())?;
            let mut sketch = vec![
                (action_place, Constraint::Patterns { atoms: actions, not: false }),
                (resource_place, Constraint::Patterns { atoms: vec![resource], not: false }),
            ];
            let lacking = self.keys.iter().zip(supported).filter(|(_, supported)| !supported);
            sketch.extend(lacking.map(|((place, _), _)| (*place, absent())));
            sketches.push(Sketch(sketch));
        }
        sketches.extend(self.unknown_actions(action_place, &wanted, &known)?);
        Ok(sketches)
    }

    /// Actions of services that are not known in full, and names of known ones that the data lacks.
    fn unknown_actions(
        &mut self,
        place: usize,
        wanted: &Wanted,
        noted: &FxHashSet<u32>,
    ) -> Result<Vec<Sketch>, Undecided> {
        let unknown = wanted.unknown(noted);
        let any = form(
            "",
            &[
                Token::OneInWord,
                Token::RunInWord,
                Token::Char(':'),
                Token::OneInSegment,
                Token::RunInSegment,
            ],
        );
        let prefixes =
            aws::services().map(|service| Atom::Prefix(format!("{}:", service.prefix()).into()));
        let mut known = prefixes
            .map(|atom| self.sketcher.atom(Name::Action, atom, Span::default()))
            .collect::<Result<Vec<_>, Undecided>>()?;
        known.sort_unstable();
        let mut others = vec![(place, Constraint::Patterns { atoms: known, not: true })];
        // Where every pattern spells out its service the form follows.
        if wanted.may_lack_service() {
            let any = self.sketcher.atom(Name::Action, any, Span::default())?;
            others.push((place, Constraint::Patterns { atoms: vec![any], not: false }));
        }
        let mut sketches = vec![Sketch(others)];
        if !unknown.is_empty() {
            sketches
                .push(Sketch(vec![(place, Constraint::Patterns { atoms: unknown, not: false })]));
        }
        Ok(sketches)
    }

    fn callers(&mut self) -> Result<Vec<Sketch>, Undecided> {
        let accounts = self.accounts();
        let mut sketches: Vec<Sketch> = Vec::new();
        for row in &table().caller {
            let kind = self.caller(row)?;
            for own in accounts.iter().map(Some).chain([None]) {
                let Some(account) = self.account(own.map(String::as_str), &accounts, row)? else {
                    continue;
                };
                let sketch = kind.and(&account);
                if !sketches.contains(&sketch) {
                    sketches.push(sketch);
                }
            }
        }
        // A kind of which nothing is asked holds all others.
        if sketches.iter().any(|sketch| sketch.0.is_empty()) {
            sketches = vec![Sketch::default()];
        }
        Ok(sketches)
    }

    fn caller(&mut self, row: &CallerRow) -> Result<Sketch, Undecided> {
        let mut sketch = Sketch::default();
        for (place, key) in self.keys.clone() {
            if row.has.iter().any(|name| is_named(name, &key)) {
                sketch.0.push((place, present()));
            }
            if row.lacks.iter().any(|name| is_named(name, &key)) {
                sketch.0.push((place, absent()));
                continue;
            }
            if self.sketcher.dimensions[place].asked.is_nothing() {
                continue;
            }
            let literal = |text: &String| Atom::Literal(text.as_str().into());
            let (own, all) = match &*key {
                PRINCIPAL_ARN => (
                    row.arn.as_ref().map(|arn| form(arn, &[])),
                    of_all(|row| row.arn.as_ref().map(|arn| form(arn, &[]))),
                ),
                PRINCIPAL_TYPE => (
                    row.principal_type.as_ref().map(literal),
                    of_all(|row| row.principal_type.as_ref().map(literal)),
                ),
                IS_SERVICE => (row.is_service.as_ref().map(literal), Vec::new()),
                _ => continue,
            };
            let fits = match own {
                Some(own) => self.fits(place, vec![own])?,
                None => Fits { negated: true, absent: true, ..self.fits(place, all)? },
            };
            sketch.0.push((place, Constraint::Key(Test::Fits(fits))));
        }
        Ok(sketch)
    }

    /// The account in both keys of the principal that tell it; `None` if it tells nothing for such a caller.
    fn account(
        &mut self,
        own: Option<&str>,
        accounts: &[String],
        row: &CallerRow,
    ) -> Result<Option<Sketch>, Undecided> {
        if accounts.is_empty() || row.arn.is_none() {
            return Ok(own.is_none().then(Sketch::default));
        }
        let mut sketch = Sketch::default();
        for (place, key) in self.keys.clone() {
            let atom = |account: &String| match &*key {
                PRINCIPAL_ACCOUNT => Atom::Literal(account.as_str().into()),
                _ => form(&format!("arn:*:*::{account}:"), &[Token::Run]),
            };
            if !matches!(&*key, PRINCIPAL_ACCOUNT | PRINCIPAL_ARN) {
                continue;
            }
            let fits = match own {
                Some(own) => self.fits(place, vec![atom(&own.to_owned())])?,
                None => {
                    Fits { negated: true, ..self.fits(place, accounts.iter().map(atom).collect())? }
                }
            };
            sketch.0.push((place, Constraint::Key(Test::Fits(fits))));
        }
        Ok(Some(sketch))
    }

    /// Accounts that both keys of the principal may be asked about.
    fn accounts(&self) -> Vec<String> {
        let asked = |name: &str| {
            let place =
                self.keys.iter().find(|(_, key)| &**key == name).map(|(place, _)| *place)?;
            let asked = &self.sketcher.dimensions[place].asked;
            (!asked.is_nothing()).then(|| asked.atoms())
        };
        let (Some(accounts), Some(arns)) = (asked(PRINCIPAL_ACCOUNT), asked(PRINCIPAL_ARN)) else {
            return Vec::new();
        };
        let literal = |atom: &Atom| {
            if let Atom::Literal(text) = atom { Some(text.to_string()) } else { None }
        };
        let mut found = accounts
            .iter()
            .filter_map(literal)
            .chain(arns.iter().filter_map(account_of))
            .collect::<Vec<_>>();
        found.retain(|account| !account.is_empty() && !account.contains(':'));
        found.sort_unstable();
        found.dedup();
        found.truncate(MOST_ACCOUNTS);
        found
    }

    fn fits(&mut self, place: usize, atoms: Vec<Atom>) -> Result<Fits, Undecided> {
        let name = self.sketcher.dimensions[place].name.clone();
        let numbers =
            atoms.into_iter().map(|atom| self.sketcher.atom(name.clone(), atom, Span::default()));
        let mut atoms = numbers.collect::<Result<Vec<_>, _>>()?;
        atoms.sort_unstable();
        atoms.dedup();
        Ok(Fits {
            atoms,
            negated: false,
            all: false,
            none: false,
            absent: false,
            quantifier: None,
            any_of_several: false,
        })
    }
}

fn of_all(pick: impl Fn(&CallerRow) -> Option<Atom>) -> Vec<Atom> {
    table().caller.iter().filter_map(pick).collect()
}

fn present() -> Constraint {
    Constraint::Key(Test::Null { absent: false, present: true })
}

fn absent() -> Constraint {
    Constraint::Key(Test::Null { absent: true, present: false })
}

fn forms(action: &'static Action) -> Vec<Form> {
    if action.is_resourceless() {
        return vec![Form::None];
    }
    let of_type = |kind: &'static aws::ResourceType| {
        let arns = kind.arns().map(|arn| Form::Type(kind.name(), arn));
        arns.chain(more_arns(kind).map(Form::More))
    };
    action.resource_types().flat_map(of_type).collect()
}

fn can_have(action: &Action, form: Form, key: &aws::ConditionKey) -> bool {
    let kind = match form {
        Form::Type(kind, _) => Some(kind),
        Form::None => None,
        Form::More(more) => action
            .resource_types()
            .find(|kind| more_arns(kind).any(|form| form == more))
            .map(|kind| kind.name()),
    };
    !matches!(
        aws::supports_known_key(action, kind, key),
        KeySupport::Unsupported | KeySupport::GlobalUnlisted
    )
}

/// The texts that a form stands for.
fn atom_of(wanted: Form) -> Atom {
    let arn = match wanted {
        Form::None => return Atom::Literal("*".into()),
        Form::More(more) => return form(more, &[]),
        Form::Type(_, arn) => arn,
    };
    let mut tokens = Vec::new();
    for part in arn.parts() {
        match part {
            ArnPart::Literal(text) => tokens.extend(text.chars().map(Token::Char)),
            ArnPart::Variable(Contents::Word) => {
                tokens.extend([Token::OneInWord, Token::RunInWord])
            }
            ArnPart::Variable(Contents::Path) => {
                tokens.extend([Token::OneInSegment, Token::RunInSegment])
            }
            ArnPart::Variable(Contents::Any) => tokens.extend([Token::One, Token::Run]),
        }
    }
    Atom::Tokens { tokens: tokens.into(), open: None }
}

/// A form of `requests.toml` and what follows it: `*` is a part between colons, `**` anything, neither empty.
fn form(text: &str, more: &[Token]) -> Atom {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = &rest[c.len_utf8()..];
        match (c, after.strip_prefix('*')) {
            ('*', Some(_)) => tokens.extend([Token::One, Token::Run]),
            ('*', None) => tokens.extend([Token::OneInSegment, Token::RunInSegment]),
            _ => tokens.push(Token::Char(c)),
        }
        rest = if c == '*' { after.strip_prefix('*').unwrap_or(after) } else { after };
    }
    tokens.extend(more);
    let literal: Option<String> = tokens
        .iter()
        .map(|token| if let Token::Char(c) = token { Some(*c) } else { None })
        .collect();
    literal.map_or_else(
        || Atom::Tokens { tokens: tokens.into(), open: None },
        |text| Atom::Literal(text.into()),
    )
}

/// The account that a pattern of ARNs spells out.
fn account_of(atom: &Atom) -> Option<String> {
    let mut tokens = Vec::new();
    atom.append_tokens(&mut tokens);
    let mut segments = tokens.split(|token| *token == Token::Char(':'));
    segments
        .nth(4)?
        .iter()
        .map(|token| if let Token::Char(c) = token { Some(*c) } else { None })
        .collect()
}

/// The actions that the allowing statements ask for.
struct Wanted {
    /// Whether some statement asks for all, or all but some.
    all: bool,
    literals: FxHashMap<Box<str>, u32>,
    wild: Vec<(u32, Atom)>,
    /// Of all statements: those of known services.
    of_known: Vec<u32>,
}

impl Wanted {
    fn new(atoms: &[Atom], place: usize, allows: &[&Sketch]) -> Wanted {
        let positive = |sketch: &&Sketch| {
            sketch
                .on(place)
                .any(|constraint| matches!(constraint, Constraint::Patterns { not: false, .. }))
        };
        let all = !allows.iter().all(positive);
        let numbers = allows
            .iter()
            .flat_map(|sketch| sketch.on(place))
            .flat_map(Constraint::atoms)
            .copied()
            .collect::<FxHashSet<_>>();
        let (mut literals, mut wild, mut of_known) = (FxHashMap::default(), Vec::new(), Vec::new());
        for number in numbers {
            match &atoms[number as usize] {
                Atom::Literal(text) => drop(literals.insert(text.clone(), number)),
                Atom::Nothing => continue,
                atom => wild.push((number, atom.clone())),
            }
            let start = atoms[number as usize].start();
            if start.split_once(':').is_some_and(|(prefix, _)| aws::service(prefix).is_some()) {
                of_known.push(number);
            }
        }
        of_known.sort_unstable();
        Wanted { all, literals, wild, of_known }
    }

    /// Whether an action of the data is asked for; the patterns that it fits stand for something known.
    fn note(&self, action: &str, known: &mut FxHashSet<u32>) -> bool {
        let fitting =
            self.wild.iter().filter(|(_, atom)| atom.fits(action)).map(|(number, _)| *number);
        let before = known.len();
        let mut is_wanted = self.all;
        for number in self.literals.get(action).copied().into_iter().chain(fitting) {
            is_wanted = true;
            known.insert(number);
        }
        is_wanted || known.len() > before
    }

    /// Whether some text that is asked for may be no action.
    fn may_lack_service(&self) -> bool {
        self.all || self.wild.iter().any(|(_, atom)| !atom.start().contains(':'))
    }

    /// Words for actions of known services that the data lacks.
    fn unknown(&self, known: &FxHashSet<u32>) -> Vec<u32> {
        self.of_known.iter().filter(|number| !known.contains(number)).copied().collect()
    }
}
