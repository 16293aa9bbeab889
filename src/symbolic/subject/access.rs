//! What the layers of a known caller allow together, on resources whose layers are the same for all requests.

use super::within::{ENDPOINT, NOWHERE};
use super::{AccessSet, Hinge, Place, StatementBox, Subject, Within, terms};
use crate::authz::{
    Caller, CallerKind, Context, ContextValue, LayerId, Layers, NamingSet, Presence, Readings,
    Request, StatementRef, denies_bind, formula, presence_for,
};
use crate::eval;
use crate::eval::Outcome;
use crate::model::Policy;
use crate::symbolic::boxes::{
    Constraints, Encoder, Requests, Sample, allows, concerns, may_meet, treatment,
};
use crate::symbolic::domain::{Cell, keys};
use crate::symbolic::text::Variables;
use crate::symbolic::undecided::Undecided;

/// Combinations of statements of all layers that are looked at: each is held against each of the other side. Most statements are about
/// other services and meet nothing of the bucket's.
const MOST_COMBINATIONS: usize = 400;

/// The same where nothing is compared.
const MOST_IN_CELL: usize = 4_096;

/// The requests that are asked about.
#[derive(Clone, Copy, Debug)]
enum Area<'a> {
    Within(&'a Within),
    Cell(&'a Cell),
}

/// The policies of one caller.
#[derive(Clone, Debug)]
pub struct Access<'a> {
    caller: &'a Caller,
    layers: &'a Layers<'a>,
    area: Area<'a>,
    policies: Vec<&'a Policy>,
    /// Where the policies of each layer begin in the list of all.
    starts: Vec<(LayerId, usize)>,
    known: Variables,
    /// Keys that follow from the caller and the resource.
    derived: Vec<String>,
    probe: Request,
}

impl<'a> Access<'a> {
    /// What a caller may do, of whose requests these keys are `known`; `absent` are keys that none of them has.
    ///
    /// # Errors
    /// [`Undecided`] if the keys contradict the caller, or it is a session and nobody knows of whom.
    pub fn new(
        caller: &'a Caller,
        layers: &'a Layers<'a>,
        within: &'a Within,
        known: &Context,
        absent: &[String],
    ) -> Result<Access<'a>, Undecided> {
        if caller.lacks_issuer() {
            return Err(Undecided::anywhere("who made the session is not known"));
        }
        let mut context = known.clone();
        if within.through_endpoint == Some(true) && context.get(ENDPOINT).is_none() {
            context.set_one(ENDPOINT, "vpce-0a1b2c3d4e5f60718");
        }
        let (action, resource) = &within.example;
        let probe = Request::new(caller.clone(), action, resource, Some(&within.account), context);
        let probe = probe.map_err(|error| Undecided::anywhere(error.to_string()))?;
        let mut settled = Variables::default();
        absent.iter().for_each(|key| settled.set(key, None));
        for (key, value) in probe.context.iter() {
            let is_made_up = key == ENDPOINT && known.get(ENDPOINT).is_none();
            if let (ContextValue::One(value), false) = (value, is_made_up) {
                settled.set(key, Some(value.clone()));
            }
        }
        let (policies, starts) = in_order(layers);
        let statements = policies.iter().flat_map(|policy| &policy.statements).collect::<Vec<_>>();
        let has_none = |key: &String| presence_for(key, caller, None) == Presence::Never;
        keys(&statements).iter().filter(|key| has_none(key)).for_each(|key| settled.set(key, None));
        let derived = probe
            .context
            .iter()
            .map(|(key, _)| key)
            .filter(|key| known.get(key).is_none())
            .map(str::to_owned)
            .collect();
        let area = Area::Within(within);
        Ok(Access { caller, layers, area, policies, starts, known: settled, derived, probe })
    }

    /// The same, with what is known of the keys that only the statements of the other look at.
    pub(crate) fn knowing(&self, other: &Access<'_>) -> Access<'a> {
        let mut all = self.clone();
        for (key, value) in other.known.iter().filter(|(key, _)| !self.known.tells(key)) {
            all.known.set(key, value.map(str::to_owned));
        }
        all
    }

    /// What a caller may do in a cell.
    pub(crate) fn in_cell(
        caller: &'a Caller,
        layers: &'a Layers<'a>,
        cell: &'a Cell,
    ) -> Access<'a> {
        let (policies, starts) = in_order(layers);
        let (known, probe) = (cell.variables(&policies), cell.template.clone());
        let (area, derived) = (Area::Cell(cell), Vec::new());
        Access { caller, layers, area, policies, starts, known, derived, probe }
    }

    /// The place of a statement in the list of all policies, layer after layer as [`Layers::ids`] has them.
    fn place(&self, statement: StatementRef) -> Place {
        let start = self
            .starts
            .iter()
            .find(|(layer, _)| *layer == statement.layer)
            .map_or(0, |(_, start)| *start);
        Place { policy: start + statement.policy, statement: statement.statement }
    }

    /// The statements of a layer that concern the caller.
    fn concerned(
        &self,
        layer: LayerId,
        whole: &Constraints,
        encoder: &mut Encoder<'_>,
    ) -> Result<Vec<Concerned>, Undecided> {
        let has_boundary = !self.layers.boundary.is_absent();
        let mut found = Vec::new();
        for (number, policy) in self.layers.policies(layer).iter().enumerate() {
            for statement in &policy.statements {
                let allows = allows(statement, encoder.readings);
                let treatment = treatment(statement, allows, encoder.readings);
                let Some(namings) =
                    concerns(statement, self.caller, has_boundary, treatment, encoder.readings)
                else {
                    continue;
                };
                let Some(constraints) = encoder.encode(statement, treatment)? else {
                    continue;
                };
                let binds = allows || denies_bind(layer, &self.probe);
                if !binds || !may_meet(whole, &constraints, &encoder.dimensions) {
                    continue;
                }
                let place =
                    self.place(StatementRef { layer, policy: number, statement: statement.index });
                found.push(Concerned {
                    layer,
                    allows,
                    namings,
                    block: StatementBox { place, constraints },
                });
            }
        }
        Ok(found)
    }

    /// Where the layers allow, together: one block for each combination of their statements.
    fn grants(
        &self,
        statements: &[Concerned],
        whole: &Constraints,
        encoder: &Encoder<'_>,
    ) -> Result<Vec<StatementBox>, Undecided> {
        let most = match self.area {
            Area::Within(_) => MOST_COMBINATIONS,
            Area::Cell(_) => MOST_IN_CELL,
        };
        let mut grants = Vec::new();
        let too_many = || {
            Undecided::anywhere(format!(
                "the layers allow in more than {most} combinations of their statements"
            ))
        };
        let terms = terms(&formula(&self.probe, self.layers), self.layers, encoder.readings)
            .ok_or_else(too_many)?;
        for combination in terms {
            let mut partly = vec![StatementBox { place: NOWHERE, constraints: whole.clone() }];
            for (layer, namings) in combination {
                let fitting = statements
                    .iter()
                    .filter(|own| own.allows && own.layer == layer && own.namings.meets(namings));
                let grants_itself = matches!(layer, LayerId::Identity | LayerId::Resource);
                let both = |block: &StatementBox, own: &Concerned| StatementBox {
                    place: if grants_itself || block.place == NOWHERE {
                        own.block.place
                    } else {
                        block.place
                    },
                    constraints: block.constraints.and(&own.block.constraints),
                };
                let fitting = fitting.collect::<Vec<_>>();
                let pairs =
                    partly.iter().flat_map(|block| fitting.iter().map(move |own| (block, *own)));
                let meeting = pairs.filter(|(block, own)| {
                    may_meet(&block.constraints, &own.block.constraints, &encoder.dimensions)
                });
                partly = meeting.take(most + 1).map(|(block, own)| both(block, own)).collect();
                // None may be left out silently.
                if partly.len() > most {
                    return Err(too_many());
                }
            }
            grants.extend(partly);
            if grants.len() > most {
                return Err(too_many());
            }
        }
        Ok(grants)
    }
}

/// A statement that concerns the caller.
struct Concerned {
    layer: LayerId,
    allows: bool,
    namings: NamingSet,
    block: StatementBox,
}

impl Subject for Access<'_> {
    fn policies(&self) -> &[&Policy] {
        &self.policies
    }

    fn known(&self) -> &Variables {
        &self.known
    }

    fn names_principals(&self) -> bool {
        false
    }

    fn requests(&self) -> Requests {
        self.cell().map_or(Requests::Any, |_| Requests::Possible)
    }

    fn cell(&self) -> Option<&Cell> {
        if let Area::Cell(cell) = self.area { Some(cell) } else { None }
    }

    fn caller_kind(&self) -> Option<CallerKind> {
        self.cell().map(|_| self.caller.kind())
    }

    fn whole(&self, encoder: &mut Encoder<'_>) -> Result<Constraints, Undecided> {
        match self.area {
            Area::Within(within) => within.encode(encoder),
            Area::Cell(cell) => cell.constraints(encoder, &self.policies),
        }
    }

    fn request(&self, sample: &Sample) -> Option<Request> {
        match self.area {
            Area::Within(within) => within.request(self.caller, sample),
            Area::Cell(cell) => cell.request_by(self.caller, sample),
        }
    }

    fn side(&self, encoder: &mut Encoder<'_>) -> Result<AccessSet, Undecided> {
        let whole = self.whole(encoder)?;
        let mut statements = Vec::new();
        for layer in self.layers.ids() {
            statements.extend(self.concerned(layer, &whole, encoder)?);
        }
        let allows = self.grants(&statements, &whole, encoder)?;
        let denies = statements.into_iter().filter(|own| !own.allows).map(|own| own.block);
        Ok(AccessSet { allows, denies: denies.collect() })
    }

    fn allows(&self, sample: &Sample, readings: &Readings) -> bool {
        self.request(sample).is_some_and(|request| {
            eval::decide_under(&request, self.layers, readings).outcome == Outcome::Allowed
        })
    }

    fn shown(&self, mut sample: Sample) -> Sample {
        self.derived.iter().for_each(|key| sample.context.remove(key));
        sample
    }

    fn hangs_on(&self, other: &dyn Subject, sample: &Sample) -> Option<Hinge> {
        let lacking = other.lacking(sample);
        let request = self.request(sample)?;
        let allowed_by = eval::decide(&request, self.layers).allowed_by;
        let own = allowed_by.into_iter().find(|place| lacking.contains(&place.layer));
        Some(own.map_or_else(
            || Hinge::Limited(lacking.iter().find_map(|layer| other.first_of(*layer))),
            |own| Hinge::Allowed(self.place(own)),
        ))
    }

    fn lacking(&self, sample: &Sample) -> Vec<LayerId> {
        self.request(sample)
            .map(|request| eval::decide(&request, self.layers).lacking)
            .unwrap_or_default()
    }

    fn first_of(&self, layer: LayerId) -> Option<Place> {
        let statement = self.layers.policies(layer).first()?.statements.first()?;
        Some(self.place(StatementRef { layer, policy: 0, statement: statement.index }))
    }
}

/// All policies, layer after layer, and where those of each begin.
fn in_order<'a>(layers: &Layers<'a>) -> (Vec<&'a Policy>, Vec<(LayerId, usize)>) {
    let (mut policies, mut starts) = (Vec::new(), Vec::new());
    for layer in layers.ids() {
        starts.push((layer, policies.len()));
        policies.extend_from_slice(layers.policies(layer));
    }
    (policies, starts)
}
