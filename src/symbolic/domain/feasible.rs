//! The requests that AWS has, as a union of boxes: one for actions of a kind, their resource and their keys, times one
//! for each kind of caller. `docs/symbolic.md`, "Feasible shapes".

use super::kinds::LastKinds;
use super::possible::{CLOUDFRONT, OWNERS, askers, have_own_policies};
use super::{actions, arn_atom, of_account};
use crate::authz::{Caller, CallerKind, Presence, presence, request_key};
use crate::aws::AccountId;
use crate::model::Policy;
use crate::source::Span;
use crate::symbolic::boxes::{
    CallerClass, CallerClasses, Constraint, Constraints, Encoder, Fits, KMS_ACCOUNT, Name,
    PRINCIPAL_ACCOUNT, PRINCIPAL_ARN, Test, USER_NAME,
};
use crate::symbolic::text::{Alphabet, Atom, Symbol, Together, forms};
use crate::symbolic::undecided::Undecided;
use std::collections::BTreeSet;

/// The most accounts, or names of users, that the search matches with the ARNs that contain them. A policy may name more: then the
/// request that is found shows whether AWS can have it.
const MOST_TOLD_APART: usize = 12;

/// What the searches of one comparison have in common, whatever the readings and the values of variables.
pub(crate) struct Shared {
    pub kinds: LastKinds,
    /// The kinds of callers that can have the policies.
    pub askers: Vec<CallerKind>,
    /// None where the caller is known.
    pub callers: CallerClasses,
    /// What all searches may cost.
    pub budget: Together,
}

impl Shared {
    /// For searches over callers that these policies distinguish.
    pub(crate) fn naming_principals(policies: &[&Policy]) -> Shared {
        let statements = policies.iter().flat_map(|policy| &policy.statements);
        Shared { callers: CallerClasses::new(statements), ..Shared::new(policies) }
    }

    /// For searches about a caller that is known.
    pub(crate) fn new(policies: &[&Policy]) -> Shared {
        let (kinds, callers) = (LastKinds::default(), CallerClasses::default());
        Shared { kinds, askers: askers(policies), callers, budget: Together::default() }
    }
}

/// The possible requests. Every one lies in one of the first boxes and one of the second.
#[derive(Debug, Default)]
pub(crate) struct Feasible {
    /// Actions with their resource and their keys.
    pub actions: Vec<Constraints>,
    /// Who asks.
    pub callers: Vec<Constraints>,
    /// Why some of the requests may be none that AWS has.
    pub too_wide: Option<Undecided>,
}

impl Feasible {
    /// The shapes as far as the statements look at them. To be made once all are encoded.
    pub(crate) fn new(
        encoder: &mut Encoder<'_>,
        allows: &[&Constraints],
        shared: &Shared,
    ) -> Result<Feasible, Undecided> {
        let keys = keys(encoder);
        let mut shapes = CallerShapes { encoder, keys: &keys, left_out: None };
        let partitions = shapes.partitions()?;
        let kinds = (&shared.kinds, &shared.budget);
        let mut actions = actions::shapes(shapes.encoder, &keys, allows, kinds)?;
        let owners = shapes.owners()?;
        for parts in [owners, partitions].into_iter().filter(|parts| !parts.is_empty()) {
            let pairs = actions.iter().flat_map(|action| parts.iter().map(|own| action.and(own)));
            actions = pairs.collect();
        }
        let callers = shapes.shapes(shared)?;
        Ok(Feasible { actions, callers, too_wide: shapes.left_out.map(too_many) })
    }

    /// The callers alone; `None` if nothing is asked about them.
    pub(crate) fn of_callers(
        encoder: &mut Encoder<'_>,
        shared: &Shared,
    ) -> Result<Option<Feasible>, Undecided> {
        if shared.callers.is_empty() && shared.askers.len() == CallerKind::ALL.len() {
            return Ok(None);
        }
        let keys = keys(encoder);
        let mut shapes = CallerShapes { encoder, keys: &keys, left_out: None };
        let callers = shapes.shapes(shared)?;
        let too_wide = shapes.left_out.map(too_many);
        Ok(Some(Feasible { actions: vec![Constraints::default()], callers, too_wide }))
    }
}

/// The condition keys that are asked about, with their places.
fn keys(encoder: &Encoder<'_>) -> Vec<(usize, Box<str>)> {
    let named = encoder.dimensions.iter().enumerate().filter_map(|(place, dimension)| {
        match &dimension.name {
            Name::Key(key) => Some((place, key.clone())),
            _ => None,
        }
    });
    named.collect()
}

struct CallerShapes<'m, 'a> {
    encoder: &'m mut Encoder<'a>,
    keys: &'m [(usize, Box<str>)],
    /// What there is too much of to tell it apart.
    left_out: Option<&'static str>,
}

impl CallerShapes<'_, '_> {
    fn classes(&mut self, callers: &CallerClasses) -> Result<Vec<Constraints>, Undecided> {
        callers.list.iter().map(|class| self.of_class(class, callers)).collect()
    }

    fn shapes(&mut self, shared: &Shared) -> Result<Vec<Constraints>, Undecided> {
        if !shared.callers.is_empty() {
            return self.classes(&shared.callers);
        }
        let mut statements: Vec<Constraints> = Vec::new();
        for kind in shared.askers.iter().copied() {
            let mut of_kind = self.caller(kind)?;
            if have_own_policies(&shared.askers) {
                of_kind.0.extend(self.not_of_cloudfront()?);
            }
            let (accounts, names) = (self.by_account(kind)?, self.by_name(kind)?);
            for (account, name) in
                accounts.iter().flat_map(|account| names.iter().map(move |name| (account, name)))
            {
                let constraints = of_kind.and(account).and(name);
                if !statements.contains(&constraints) {
                    statements.push(constraints);
                }
            }
        }
        // A kind that nothing is asked about contains all others.
        if statements.iter().any(|constraints| constraints.0.is_empty()) {
            statements = vec![Constraints::default()];
        }
        Ok(statements)
    }

    /// The ARN of a caller that can have policies of its own.
    fn not_of_cloudfront(&mut self) -> Result<Option<(usize, Constraint)>, Undecided> {
        let Some(place) = self.asked(PRINCIPAL_ARN) else { return Ok(None) };
        let fits = self.fits(place, vec![within_account(CLOUDFRONT)])?;
        let fits = Fits { negated: true, absent: true, ..fits };
        Ok(Some((place, Constraint::Key(Test::Fits(fits)))))
    }

    /// The place of a key if its values are asked about.
    fn asked(&self, name: &str) -> Option<usize> {
        let (place, _) = self.keys.iter().find(|(_, key)| &**key == name)?;
        (!self.encoder.dimensions[*place].tests.is_nothing()).then_some(*place)
    }

    /// The partition of the caller's ARN with that of the resource; none if patterns do not distinguish partitions.
    fn partitions(&mut self) -> Result<Vec<Constraints>, Undecided> {
        let Some(place) = self.asked(PRINCIPAL_ARN) else { return Ok(Vec::new()) };
        let resource = self.encoder.place(Name::Resource, Span::default());
        let dimensions = &self.encoder.dimensions;
        let atoms = [place, resource].map(|place| dimensions[place].tests.atoms());
        let names = forms::partitions(&atoms.concat());
        if names.len() < 2 {
            return Ok(Vec::new());
        }
        let mut boxes = Vec::new();
        for name in names {
            let of = Atom::Prefix(format!("arn:{name}:").into());
            let fits = self.fits(place, vec![of.clone()])?;
            let own = Constraint::Key(Test::Fits(Fits { absent: true, ..fits }));
            let resources = vec![Atom::Literal("*".into()), of];
            boxes
                .push(Constraints(vec![(place, own), self.resources(resource, resources, false)?]));
        }
        Ok(boxes)
    }

    /// A class of callers, with the keys that follow from who they are as far as they are asked about.
    fn of_class(
        &mut self,
        class: &CallerClass,
        callers: &CallerClasses,
    ) -> Result<Constraints, Undecided> {
        let mut constraints = self.caller(class.caller.kind())?;
        let text = Atom::Literal(class.text.as_str().into());
        let own = actions::numbers(self.encoder, Name::Principal, [text])?;
        let place = self.encoder.place(Name::Principal, Span::default());
        constraints.0.push((place, Constraint::Patterns { atoms: own, not: false }));
        let strangers = callers.accounts.iter().filter(|_| class.account.is_none());
        let strangers = strangers.map(String::as_str).collect::<Vec<_>>();
        for (place, key) in self.keys {
            let is_there = presence(key, Some(class.caller.kind()), None) != Presence::Never;
            if !is_there || self.encoder.dimensions[*place].tests.is_nothing() {
                continue;
            }
            let literal = |text: &str| Atom::Literal(text.into());
            let arn = |text: &String| arn_atom(text);
            let (one_of, none_of) = match (&**key, &class.caller) {
                (PRINCIPAL_ACCOUNT | KMS_ACCOUNT, _) => (
                    class.account.iter().map(|text| literal(text)).collect(),
                    strangers.iter().map(|text| literal(text)).collect(),
                ),
                (PRINCIPAL_ARN, _) => (
                    class.arns.iter().map(arn).collect(),
                    class
                        .other_arns
                        .iter()
                        .map(arn)
                        .chain(strangers.iter().map(|text| within_account(text)))
                        .collect(),
                ),
                (USER_NAME, Caller::User { arn }) if !class.is_example => {
                    (arn.resource().rsplit('/').take(1).map(literal).collect(), Vec::new())
                }
                _ => (Vec::new(), Vec::new()),
            };
            for (atoms, negated) in [(one_of, false), (none_of, true)] {
                if !Vec::is_empty(&atoms) {
                    let fits = Fits { negated, ..self.fits(*place, atoms)? };
                    constraints.0.push((*place, Constraint::Key(Test::Fits(fits))));
                }
            }
        }
        Ok(constraints)
    }

    /// The keys that a kind of caller has and lacks, and their values where these differ by kind.
    fn caller(&mut self, kind: CallerKind) -> Result<Constraints, Undecided> {
        let mut constraints = Constraints::default();
        for (place, key) in self.keys {
            match presence(key, Some(kind), None) {
                Presence::Always => constraints.0.push((*place, Constraint::Key(Test::PRESENT))),
                Presence::Never => {
                    constraints.0.push((*place, Constraint::Key(Test::ABSENT)));
                    continue;
                }
                Presence::Perhaps => {}
            }
            constraints.0.extend(self.values(*place, key, kind)?);
        }
        Ok(constraints)
    }

    /// The values of a key in requests of a kind of caller, where these differ by kind.
    fn values(
        &mut self,
        place: usize,
        key: &str,
        kind: CallerKind,
    ) -> Result<Option<(usize, Constraint)>, Undecided> {
        let row = request_key(key).filter(|row| row.has_shapes_by_caller());
        let Some(row) = row.filter(|_| !self.encoder.dimensions[place].tests.is_nothing()) else {
            return Ok(None);
        };
        let partitions = forms::partitions(self.encoder.dimensions[place].tests.atoms());
        let fits = match row.shape(Some(kind)) {
            Some(shape) => self.fits(place, forms::of_shape(shape, &partitions))?,
            None => {
                let of_others = row.shapes_of_others(kind);
                let atoms = of_others.flat_map(|shape| forms::of_shape(shape, &partitions));
                let atoms = atoms.collect::<Vec<_>>();
                if atoms.is_empty() {
                    return Ok(None);
                }
                Fits { negated: true, ..self.fits(place, atoms)? }
            }
        };
        Ok(Some((place, Constraint::Key(Test::Fits(Fits { absent: true, ..fits })))))
    }

    /// The account in both keys of the principal that tell it.
    fn by_account(&mut self, kind: CallerKind) -> Result<Vec<Constraints>, Undecided> {
        let accounts = self.accounts();
        if presence(PRINCIPAL_ARN, Some(kind), None) == Presence::Never {
            return Ok(vec![Constraints::default()]);
        }
        let literal = |account: &String| vec![Atom::Literal(account.as_str().into())];
        let within = |account: &String| vec![within_account(account)];
        let columns = self.keys.iter().filter_map(|(place, key)| match &**key {
            PRINCIPAL_ACCOUNT => Some((*place, accounts.iter().map(literal).collect())),
            PRINCIPAL_ARN => Some((*place, accounts.iter().map(within).collect())),
            _ => None,
        });
        self.told_apart(&columns.collect::<Vec<_>>())
    }

    /// The name of a user with the end of its ARN, for the names that one of them is compared with.
    fn by_name(&mut self, kind: CallerKind) -> Result<Vec<Constraints>, Undecided> {
        let place_of = |key| self.keys.iter().find(|(_, own)| &**own == key).map(|(at, _)| *at);
        let of_arn = self.asked(PRINCIPAL_ARN);
        let of_arn = of_arn.filter(|_| presence(USER_NAME, Some(kind), None) != Presence::Never);
        let (Some(of_name), Some(of_arn)) = (place_of(USER_NAME), of_arn) else {
            return Ok(vec![Constraints::default()]);
        };
        let known = self.encoder.variables.iter().find(|(key, _)| *key == USER_NAME);
        if let Some(name) = known.and_then(|(_, name)| name) {
            let fits = self.fits(of_arn, users_named(name).into())?;
            return Ok(vec![Constraints(vec![(of_arn, Constraint::Key(Test::Fits(fits)))])]);
        }
        let texts_of = |place: usize| self.encoder.dimensions[place].tests.atoms().iter();
        let names = texts_of(of_name).filter_map(literal).collect();
        let of_arns = texts_of(of_arn).filter_map(literal).filter_map(|arn| user_name(&arn));
        let of_arns = of_arns.collect();
        let names = self.first_of([names, of_arns], "users");
        let literals = names.iter().map(|name| vec![Atom::Literal(name.as_str().into())]);
        let users = names.iter().map(|name| users_named(name).into());
        self.told_apart(&[(of_name, literals.collect()), (of_arn, users.collect())])
    }

    /// One box for each entry of some lists of the same length, in which each dimension fits its patterns; and one for
    /// what fits none of them.
    fn told_apart(
        &mut self,
        lists: &[(usize, Vec<Vec<Atom>>)],
    ) -> Result<Vec<Constraints>, Undecided> {
        let many = lists.iter().map(|(_, each)| each.len()).max().unwrap_or_default();
        let mut boxes = Vec::new();
        for number in 0..=many {
            let negated = number == many;
            let mut constraints = Constraints::default();
            for (place, each) in lists {
                let atoms = if negated { each.concat() } else { each[number].clone() };
                if !atoms.is_empty() {
                    let fits = Fits { negated, ..self.fits(*place, atoms)? };
                    constraints.0.push((*place, Constraint::Key(Test::Fits(fits))));
                }
            }
            boxes.push(constraints);
        }
        Ok(boxes)
    }

    /// The account in the ARN of the resource with the keys of its owner; none if values of these are not asked about.
    fn owners(&mut self) -> Result<Vec<Constraints>, Undecided> {
        let is_asked = |(place, key): &&(usize, Box<str>)| {
            OWNERS.contains(&&**key) && !self.encoder.dimensions[*place].tests.is_nothing()
        };
        let places = self.keys.iter().filter(is_asked).map(|(place, _)| *place).collect::<Vec<_>>();
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let resource = self.encoder.place(Name::Resource, Span::default());
        let dimensions = &self.encoder.dimensions;
        let of_keys = places
            .iter()
            .flat_map(|place| dimensions[*place].tests.atoms().iter().filter_map(literal));
        let of_arns = dimensions[resource].tests.atoms().iter().filter_map(account_of);
        let is_account = |text: &String| text.parse::<AccountId>().is_ok();
        let of_keys = of_keys.filter(is_account).collect();
        let of_arns = of_arns.filter(is_account).collect();
        let accounts = self.first_of([of_keys, of_arns], "accounts");
        // Resources without an account in their ARN, or of AWS: the owner may be anybody.
        let free = vec![Atom::Literal("*".into()), of_account(""), of_account("aws")];
        let mut boxes = vec![Constraints(vec![self.resources(resource, free, false)?])];
        let digits = [Symbol::OneOf(Alphabet::Digit); forms::ACCOUNT_DIGITS];
        let any = self.resources(resource, vec![owned_by(&digits)], false)?;
        let named = accounts.iter().map(|account| of_account(account)).collect::<Vec<_>>();
        for account in &accounts {
            let mut own =
                Constraints(vec![self.resources(resource, vec![of_account(account)], false)?]);
            for place in &places {
                let fits = self.fits(*place, vec![Atom::Literal(account.as_str().into())])?;
                let fits = Fits { absent: true, ..fits };
                own.0.push((*place, Constraint::Key(Test::Fits(fits))));
            }
            boxes.push(own);
        }
        let mut others = Constraints(vec![any]);
        if !named.is_empty() {
            others.0.push(self.resources(resource, named, true)?);
            for place in &places {
                let atoms = accounts.iter().map(|text| Atom::Literal(text.as_str().into()));
                let fits = self.fits(*place, atoms.collect())?;
                let fits = Fits { negated: true, absent: true, ..fits };
                others.0.push((*place, Constraint::Key(Test::Fits(fits))));
            }
        }
        boxes.push(others);
        Ok(boxes)
    }

    fn resources(
        &mut self,
        place: usize,
        atoms: Vec<Atom>,
        not: bool,
    ) -> Result<(usize, Constraint), Undecided> {
        let atoms = actions::numbers(self.encoder, Name::Resource, atoms)?;
        Ok((place, Constraint::Patterns { atoms, not }))
    }

    /// Accounts that both keys of the principal may be asked about.
    fn accounts(&mut self) -> Vec<String> {
        let asked = |name| {
            let place = self.asked(name)?;
            Some(self.encoder.dimensions[place].tests.atoms())
        };
        let (Some(accounts), Some(arns)) = (asked(PRINCIPAL_ACCOUNT), asked(PRINCIPAL_ARN)) else {
            return Vec::new();
        };
        let is_account = |text: &String| !text.is_empty() && !text.contains(':');
        let of_key = accounts.iter().filter_map(literal).filter(is_account).collect();
        let of_arns = arns.iter().filter_map(account_of).filter(is_account).collect();
        self.first_of([of_key, of_arns], "accounts")
    }

    /// The first [`MOST_TOLD_APART`] of these texts, without repeats. The values of the key come first: each value has to fit an ARN, and an
    /// ARN that no value is compared with needs no value.
    fn first_of(&mut self, texts: [BTreeSet<String>; 2], what: &'static str) -> Vec<String> {
        let [of_key, of_arns] = texts;
        let others = of_arns.difference(&of_key).cloned();
        let mut all = of_key.iter().cloned().chain(others).collect::<Vec<_>>();
        if all.len() > MOST_TOLD_APART {
            self.left_out = Some(what);
            all.truncate(MOST_TOLD_APART);
        }
        all
    }

    fn fits(&mut self, place: usize, atoms: Vec<Atom>) -> Result<Fits, Undecided> {
        let name = self.encoder.dimensions[place].name.clone();
        Ok(Fits::one_of(actions::numbers(self.encoder, name, atoms)?, false))
    }
}

fn chars(text: &str) -> Vec<Symbol> {
    text.chars().map(Symbol::Char).collect()
}

/// The ARNs with this account.
fn owned_by(account: &[Symbol]) -> Atom {
    let mut symbols = chars("arn:");
    let segment = [Symbol::RunInSegment, Symbol::Char(':')];
    symbols.extend(segment.into_iter().chain(segment).chain(segment));
    symbols.extend(account);
    symbols.extend([Symbol::Char(':'), Symbol::Run]);
    Atom::Symbols { symbols: symbols.into(), open: None }
}

/// The ARNs of users of this name, whatever their path.
fn users_named(name: &str) -> [Atom; 2] {
    let [segment, colon] = [Symbol::RunInSegment, Symbol::Char(':')];
    let start = |path: &[Symbol]| {
        let mut symbols = chars("arn:");
        symbols.extend([segment, colon]);
        symbols.extend(chars("iam::"));
        symbols.extend([segment, colon]);
        symbols.extend(chars("user/"));
        symbols.extend(path);
        symbols.extend(chars(name));
        Atom::Symbols { symbols: symbols.into(), open: None }
    };
    [start(&[]), start(&[Symbol::Run, Symbol::Char('/')])]
}

/// The ARNs of principals of an account.
fn within_account(account: &str) -> Atom {
    arn_atom(&format!("arn:*:*::{account}:*"))
}

/// The account that a pattern of ARNs spells out.
fn account_of(atom: &Atom) -> Option<String> {
    let mut symbols = Vec::new();
    atom.append_symbols(&mut symbols);
    let mut segments = symbols.split(|symbol| *symbol == Symbol::Char(':'));
    let plain = |symbol: &Symbol| if let Symbol::Char(c) = symbol { Some(*c) } else { None };
    segments.nth(4)?.iter().map(plain).collect()
}

fn too_many(what: &str) -> Undecided {
    let reason = format!(
        "the policies name more than {MOST_TOLD_APART} {what}, and no more than these are told apart"
    );
    Undecided::anywhere(reason)
}

/// The name at the end of a user's ARN.
fn user_name(arn: &str) -> Option<String> {
    let (_, path) = arn.split_once(":user/")?;
    path.rsplit('/').next().map(str::to_owned)
}

fn literal(atom: &Atom) -> Option<String> {
    if let Atom::Literal(text) = atom { Some(text.to_string()) } else { None }
}
