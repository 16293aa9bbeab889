//! One request of a case that goes through, or that does not: the layers as products of classes, combined by their formula.
//!
//! A request goes through where no binding Deny applies and, for one term of the formula, each layer in it allows. It does not
//! where a Deny applies, or where for one term of its negation none of its layers allows.

use super::cases::Case;
use super::question::{Question, Shown, Who, Witness};
use crate::authz::{
    ContextValue, Formula, LayerId, Layers, NamingSet, Readings, Request, denies_bind, formula,
};
use crate::aws::ResourceType;
use crate::eval;
use crate::eval::Outcome;
use crate::model::{Policy, Statement};
use crate::source::Span;
use crate::symbolic::boxes::callers::{CallerClass, CallerClasses};
use crate::symbolic::boxes::constraint::Constraints;
use crate::symbolic::boxes::cover::may_meet;
use crate::symbolic::boxes::dimension::{DimensionSpec, Name, one_clock};
use crate::symbolic::boxes::encode::Encoder;
use crate::symbolic::boxes::naming::concerns;
use crate::symbolic::boxes::sample::Sample;
use crate::symbolic::boxes::space::{Cube, Space};
use crate::symbolic::boxes::statement::{Treatment, allows, treatment};
use crate::symbolic::boxes::subtract::outside;
use crate::symbolic::domain::actions::{any_resource, one_of_resources};
use crate::symbolic::domain::cells::of_class;
use crate::symbolic::domain::possible::{aligned, is_possible};
use crate::symbolic::show::plausible::plausible;
use crate::symbolic::subject::terms::{Allowing, Kind, terms};
use crate::symbolic::text::budget::{Budget, STATES_AT_LAST};
use crate::symbolic::text::forms;
use crate::symbolic::text::variables::Variables;
use crate::symbolic::undecided::Undecided;
use std::collections::BTreeSet;

/// Boxes whose request did not replay before the search gives up.
const MOST_TRIED: usize = 256;

/// A search under one choice of readings.
pub(crate) struct Search<'a> {
    pub question: &'a Question<'a>,
    pub case: &'a Case,
    pub readings: &'a Readings,
    pub kind: Kind,
    /// The classes of callers where whoever asks is meant; else none.
    pub callers: &'a CallerClasses,
    /// The class that is asked about; `None`: all.
    pub class: Option<&'a CallerClass>,
}

/// A statement that may concern requests of the case.
struct StatementBox {
    layer: LayerId,
    allows: bool,
    namings: NamingSet,
    constraints: Constraints,
}

impl Search<'_> {
    /// The values that the case gives to keys. One with several values fills in nothing, as if it were absent.
    pub(crate) fn known_variables(&self) -> Variables {
        let mut variables = Variables::default();
        let statements =
            self.question.who.policies().into_iter().flat_map(|policy| &policy.statements);
        let filled = statements.flat_map(Statement::variables).map(|variable| &*variable.key);
        let filled = filled.collect::<BTreeSet<_>>();
        for (key, value) in &self.case.pinned {
            match value {
                Some(ContextValue::One(text)) => variables.set(key, Some(text.clone())),
                _ if filled.contains(key.as_str()) => variables.set(key, None),
                _ => {}
            }
        }
        variables
    }

    /// Looks through all requests of the case.
    pub(crate) fn run(&self, variables: &Variables) -> Witness {
        match self.try_run(variables, Budget::default()) {
            Err(_) => {
                let mut budget = Budget::default();
                budget.states = STATES_AT_LAST;
                self.try_run(variables, budget)
                    .unwrap_or_else(|undecided| Witness::Unknown(undecided, false))
            }
            Ok(found) => found,
        }
    }

    fn try_run(&self, variables: &Variables, mut budget: Budget) -> Result<Witness, Undecided> {
        let mut encoder = Encoder::new(self.readings, variables);
        encoder.callers = Some(self.callers);
        encoder.is_shaped = true;
        if let Who::Caller(caller, _) = self.question.who {
            encoder.caller = Some(caller.kind());
        }
        let statements = self.statements();
        statements.iter().for_each(|(_, statement)| encoder.note_sets(statement));
        let mut blocks = Vec::new();
        for (layer, statement) in statements {
            blocks.extend(self.block(&mut encoder, layer, statement)?);
        }
        // Behind the statements: the ARNs of a type depend on which partitions patterns tell apart.
        let region = self.region(&mut encoder)?;
        let specs = encoder.finish()?;
        blocks.retain(|block| may_meet(&region, &block.constraints, &specs));
        let all =
            blocks.iter().map(|block| &block.constraints).chain([&region]).collect::<Vec<_>>();
        let mut space = Space::new(&specs, &all, &region, variables, &mut budget)?;
        for (key, value) in &self.case.pinned {
            space.keep(&specs, &all, one_clock(key), value.as_ref())?;
        }
        let incomplete = space.incomplete.clone();
        let Some(start) = space.cube(&region) else {
            return incomplete.map_or(Ok(Witness::None), Err);
        };
        let cubes = blocks.iter().map(|block| space.cube(&block.constraints)).collect::<Vec<_>>();
        let mut walk = Walk {
            search: self,
            space: &space,
            specs: &specs,
            blocks: &blocks,
            cubes: &cubes,
            variables,
            found: None,
            tried: 0,
            disagrees: false,
            budget,
        };
        let result = walk.run(&start);
        match (walk.found.take(), result) {
            (Some(shown), _) => Ok(Witness::Some(Box::new(shown))),
            (None, Err(undecided)) => Err(undecided),
            (None, Ok(())) if walk.tried > 0 && !walk.disagrees => {
                let reason =
                    "what seemed to show it is no request that can be, and no other was found"
                        .to_owned();
                Ok(Witness::Unknown(Undecided { reason, span: None }, false))
            }
            (None, Ok(())) if walk.tried > 0 => {
                let reason =
                    "a request that seemed to show it does not: please report this as a defect"
                        .to_owned();
                Ok(Witness::Unknown(Undecided { reason, span: None }, true))
            }
            (None, Ok(())) => incomplete.map_or(Ok(Witness::None), Err),
        }
    }

    fn statements(&self) -> Vec<(LayerId, &Statement)> {
        match &self.question.who {
            Who::Anybody(policies) => numbered(LayerId::Resource, policies).collect(),
            Who::Caller(_, layers) => {
                layers.ids().flat_map(|layer| numbered(layer, layers.policies(layer))).collect()
            }
        }
    }

    fn region(&self, encoder: &mut Encoder<'_>) -> Result<Constraints, Undecided> {
        let mut region = Constraints::default();
        for policy in &self.case.region {
            for statement in &policy.statements {
                let constraints = encoder.encode(statement, Treatment::Fails)?;
                region = region.and(&constraints.unwrap_or_default());
            }
        }
        if let Some(class) = self.class {
            region = region.and(&of_class(encoder, class, self.callers)?);
        }
        if let Some(kind) = self.case.shape {
            region = region.and(&of_kind(encoder, kind)?);
        } else if self.case.is_unknown {
            let place = encoder.place(Name::Resource, Span::default());
            region = region.and(&Constraints(vec![(place, any_resource(encoder, place)?)]));
        }
        Ok(region)
    }

    fn block(
        &self,
        encoder: &mut Encoder<'_>,
        layer: LayerId,
        statement: &Statement,
    ) -> Result<Option<StatementBox>, Undecided> {
        let allows = allows(statement, self.readings);
        let treatment = treatment(statement, allows, self.readings);
        let namings = match &self.question.who {
            Who::Anybody(_) => Some(NamingSet::ANY),
            Who::Caller(caller, layers) => {
                concerns(statement, caller, !layers.boundary.is_absent(), treatment, self.readings)
            }
        };
        let binds = allows
            || matches!(self.question.who, Who::Anybody(_))
            || denies_bind(layer, &self.case.template);
        let Some(namings) = namings.filter(|_| binds) else { return Ok(None) };
        Ok(encoder.encode(statement, treatment)?.map(|constraints| StatementBox {
            layer,
            allows,
            namings,
            constraints,
        }))
    }

    fn terms(&self) -> Option<Vec<Vec<Allowing>>> {
        let none = Layers::default();
        let (formula, layers) = match &self.question.who {
            Who::Anybody(_) => (Formula::Allows(LayerId::Resource, NamingSet::ANY), &none),
            Who::Caller(_, layers) => (formula(&self.case.template, layers), *layers),
        };
        terms(&formula, layers, self.readings, self.kind)
    }

    /// The request of a sample, and whether the other engine says the same of it under the same readings. `None`: there is no such request.
    fn replay(&self, sample: &Sample) -> Option<(Shown, bool)> {
        let mut sample = sample.clone();
        sample.settle(self.callers);
        let sample = &aligned(sample);
        let mut context = sample.context.clone();
        for (key, value) in &self.case.pinned {
            match value {
                Some(value) => context.set(key, value.clone()),
                None => context.remove(key),
            }
        }
        let template = &self.case.template;
        let action = sample.action.clone().unwrap_or_else(|| template.action.clone());
        let resource = sample.resource.clone().unwrap_or_else(|| template.resource.clone());
        if self.case.shape.is_some_and(|shape| !shape.matches(&resource)) {
            return None;
        }
        let wanted = self.kind == Kind::Allowed;
        match &self.question.who {
            Who::Anybody(policies) => {
                if !is_possible(&Sample { context: context.clone(), ..sample.clone() }) {
                    return None;
                }
                let request = Request { action, resource, context, ..template.clone() };
                let caller = sample.caller();
                let allows = eval::allows_as_documents(&request, &caller, policies, self.readings);
                let request = Request { caller, ..request };
                Some((Shown { request, principal: sample.principal.clone() }, allows == wanted))
            }
            Who::Caller(caller, layers) => {
                let request = Request::new(
                    (*caller).clone(),
                    &action,
                    &resource,
                    self.question.account.as_deref(),
                    context,
                )
                .ok()?;
                request.check_given().ok()?;
                let allows =
                    eval::decide_under(&request, layers, self.readings).outcome == Outcome::Allowed;
                Some((Shown { request, principal: None }, allows == wanted))
            }
        }
    }
}

impl Search<'_> {
    /// The request with names that a person recognises, where that still is one of the case and shows the same.
    fn plausibly(&self, sample: Sample) -> Option<Shown> {
        let shows = |sample: &Sample| {
            self.replay(sample).is_some_and(|(shown, agrees)| agrees && self.is_of_case(&shown))
        };
        let asked = self.case.region.first().into_iter().flat_map(|policy| &policy.statements);
        let own = self.statements().into_iter().map(|(_, statement)| statement);
        let statements = asked.chain(own).collect::<Vec<_>>();
        Some(self.replay(&plausible(sample, &statements, &shows))?.0)
    }

    fn is_of_case(&self, shown: &Shown) -> bool {
        let Shown { request, .. } = shown;
        let is_of =
            |policy| eval::allows_as_documents(request, &request.caller, &[policy], self.readings);
        self.class.is_none_or(|class| self.callers.holds(class, &request.caller))
            && self.case.region.iter().all(is_of)
    }
}

/// The resources of a type.
fn of_kind(encoder: &mut Encoder<'_>, kind: &ResourceType) -> Result<Constraints, Undecided> {
    let place = encoder.place(Name::Resource, Span::default());
    let forms = forms::of_resource(kind, encoder.dimensions[place].tests.atoms());
    Ok(Constraints(vec![(place, one_of_resources(encoder, forms)?)]))
}

fn numbered<'a>(
    layer: LayerId,
    policies: &[&'a Policy],
) -> impl Iterator<Item = (LayerId, &'a Statement)> + use<'a> {
    let policies = policies.to_vec();
    policies
        .into_iter()
        .flat_map(|policy| &policy.statements)
        .map(move |statement| (layer, statement))
}

/// The search in a space.
struct Walk<'a> {
    search: &'a Search<'a>,
    space: &'a Space,
    specs: &'a [DimensionSpec],
    blocks: &'a [StatementBox],
    cubes: &'a [Option<Cube>],
    variables: &'a Variables,
    found: Option<Shown>,
    tried: usize,
    /// Whether the other engine says otherwise of a request that can be.
    disagrees: bool,
    budget: Budget,
}

impl Walk<'_> {
    fn run(&mut self, start: &[u64]) -> Result<(), Undecided> {
        let denies = self.chosen(|block| !block.allows);
        if self.search.kind == Kind::Denied {
            for deny in &denies {
                if let Some(both) = self.meet(start, deny)
                    && self.look(&both)
                {
                    return Ok(());
                }
            }
        }
        let terms = self.search.terms().ok_or_else(|| self.too_many())?;
        for term in terms {
            let is_over = match self.search.kind {
                Kind::Allowed => self.fulfil(start, &term, &denies)?,
                Kind::Denied => {
                    let fits = |block: &StatementBox| {
                        block.allows && term.iter().any(|part| is_of(block, part))
                    };
                    let others = self.chosen(fits);
                    self.outside(start, &others)?
                }
            };
            if is_over {
                return Ok(());
            }
        }
        Ok(())
    }

    fn chosen(&self, fits: impl Fn(&StatementBox) -> bool) -> Vec<Cube> {
        self.blocks
            .iter()
            .zip(self.cubes)
            .filter(|(block, _)| fits(block))
            .filter_map(|(_, cube)| cube.clone())
            .collect()
    }

    /// Requests that a statement of each layer allows.
    fn fulfil(
        &mut self,
        from: &[u64],
        term: &[Allowing],
        denies: &[Cube],
    ) -> Result<bool, Undecided> {
        self.budget.spend(50).map_err(|_| self.too_many())?;
        let Some((part, rest)) = term.split_first() else { return self.outside(from, denies) };
        for cube in self.chosen(|block| block.allows && is_of(block, part)) {
            if let Some(both) = self.meet(from, &cube)
                && self.fulfil(&both, rest, denies)?
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The two at once; `None` if no request is in both.
    fn meet(&self, one: &[u64], other: &[u64]) -> Option<Cube> {
        let both = one.iter().zip(other).map(|(one, other)| one & other).collect::<Cube>();
        let is_there = |words: std::ops::Range<usize>| both[words].iter().any(|word| *word != 0);
        self.space
            .dimensions
            .iter()
            .all(|dimension| is_there(dimension.words.clone()))
            .then_some(both)
    }

    /// Whether a request outside of the cubes was found.
    fn outside(&mut self, from: &[u64], cubes: &[Cube]) -> Result<bool, Undecided> {
        let near = cubes.iter().map(|cube| &**cube).collect::<Vec<_>>();
        let mut budget = std::mem::take(&mut self.budget);
        let space = self.space;
        let searched = outside(space, from, &near, &mut budget, &mut |cube| !self.look(cube));
        self.budget = budget;
        searched.map(|went_on| !went_on).map_err(|_| self.too_many())
    }

    /// Whether the search is over with this box.
    fn look(&mut self, cube: &[u64]) -> bool {
        let sample = Sample::pick(self.space, cube, self.variables);
        let replayed = self.search.replay(&sample);
        self.disagrees |= matches!(replayed, Some((_, false)));
        let shown = replayed.filter(|(_, agrees)| *agrees).map(|(shown, _)| shown);
        self.found = shown.map(|shown| self.search.plausibly(sample).unwrap_or(shown));
        self.tried += 1;
        self.found.is_some() || self.tried >= MOST_TRIED
    }

    fn too_many(&self) -> Undecided {
        let span =
            self.specs.iter().find_map(|dimension| dimension.span.filter(|span| span.hi > span.lo));
        Undecided {
            reason: "the statements overlap in more terms than the budget allows to look at"
                .to_owned(),
            span,
        }
    }
}

fn is_of(block: &StatementBox, (layer, namings): &Allowing) -> bool {
    block.layer == *layer && block.namings.meets(*namings)
}
