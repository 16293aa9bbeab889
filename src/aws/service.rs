//! Services and their actions. A service is read at its first use, and its actions separately from its resource types.
//!
//! Source of every item: the tables in `data/services/`, written from AWS's service authorization reference by the npm package that
//! `data/SOURCE.md` names.

use std::sync::OnceLock;

use super::access_level::AccessLevel;
use super::kind::ActionKind;
use super::names::Names;
use super::resource::ResourceType;
use super::table;

/// The table of a service: its prefix, the mark `rcp` or nothing, the rows.
pub(super) type Row = (&'static str, &'static str, &'static str);

/// One service.
#[derive(Debug)]
pub struct Service {
    prefix: &'static str,
    is_bound_by_rcp: bool,
    text: &'static str,
    resource_types: OnceLock<Vec<ResourceType>>,
    actions: OnceLock<Vec<Action>>,
    names: OnceLock<Names>,
    kinds: OnceLock<Vec<ActionKind>>,
    arn_services: OnceLock<Vec<&'static str>>,
}

impl Service {
    /// The part before the colon of its actions, such as `s3`. This reads nothing.
    pub fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// The action of that name, without the prefix, in any case (IAM compares action names without case).
    pub fn action(&'static self, name: &str) -> Option<&'static Action> {
        let actions = self.actions();
        let names = self.names.get_or_init(|| Names::of(actions.iter().map(Action::name)));
        names.find(actions, name, |action| action.name())
    }

    /// All actions, in the order of their lower-case names. The position is [`Action::index`].
    pub fn actions(&'static self) -> &'static [Action] {
        self.actions.get_or_init(|| {
            let rows = table::tagged(self.text, "action").enumerate();
            let by_hand = stand_ins(self.prefix).collect::<Vec<_>>();
            rows.filter_map(|(index, cells)| Action::read(self, index, cells, &by_hand)).collect()
        })
    }

    /// The resource type of that name, in any case.
    pub fn resource_type(&'static self, name: &str) -> Option<&'static ResourceType> {
        table::find(self.resource_types(), name, |kind| kind.name())
    }

    /// All resource types, in the order of their lower-case names. This does not read the actions.
    pub fn resource_types(&self) -> &[ResourceType] {
        self.resource_types.get_or_init(|| {
            let named = self.types().filter(|[name, ..]| !name.is_empty());
            let mut types = named
                .map(|[name, arns, keys, _]| ResourceType::new(self.prefix, name, arns, keys))
                .collect::<Vec<_>>();
            types.sort_by(|one, other| table::compare(one.name(), other.name()));
            types
        })
    }

    /// Whether its actions may work on resources whose ARNs name this service, such as `s3`. This does not read the
    /// actions.
    pub fn may_have_arns_of(&self, service: &str) -> bool {
        let named = self.arn_services.get_or_init(|| self.read_arn_services());
        named.iter().any(|named| *named == service || named.contains("${"))
    }

    /// The services in the ARNs of its types of resources.
    fn read_arn_services(&self) -> Vec<&'static str> {
        let templates = self.types().flat_map(|[_, arns, ..]| arns.split(' '));
        let mut named = templates.filter_map(|arn| arn.split(':').nth(2)).collect::<Vec<_>>();
        named.sort_unstable();
        named.dedup();
        named
    }

    /// A summary of its actions, see [`ActionKind`]. This does not read the actions.
    pub fn kinds(&'static self) -> &'static [ActionKind] {
        self.kinds.get_or_init(|| {
            self.types()
                .flat_map(|[name, _, _, kinds]| ActionKind::read(self.resource_type(name), kinds))
                .collect()
        })
    }

    /// Whether resource control policies apply to its resources.
    pub fn is_bound_by_rcp(&self) -> bool {
        self.is_bound_by_rcp
    }

    /// The rows of resource types, which precede those of actions; the first may have no name: it is for actions without a resource.
    /// Behind them those that are kept by hand.
    fn types(&self) -> impl Iterator<Item = [&'static str; 4]> {
        let rows = self.text.lines().skip_while(|line| line.starts_with('#'));
        let rows = rows.map_while(|line| line.strip_prefix("type|"));
        let by_hand = stand_ins(self.prefix)
            .map(|[_, name, template, action, _]| [name, template, "", action]);
        rows.filter_map(table::cells::<4>).chain(by_hand)
    }

    pub(super) fn new((prefix, mark, text): Row) -> Self {
        Self {
            prefix,
            is_bound_by_rcp: mark == BOUND,
            text,
            resource_types: OnceLock::new(),
            actions: OnceLock::new(),
            names: OnceLock::new(),
            kinds: OnceLock::new(),
            arn_services: OnceLock::new(),
        }
    }
}

/// Types of resources that AWS does not list, each for one action.
const STAND_INS: &str = include_str!("stand_ins.txt");

/// The mark of services to whose resources resource control policies apply.
pub(super) const BOUND: &str = "rcp";

/// One action of a service.
pub struct Action {
    service: &'static Service,
    index: usize,
    name: &'static str,
    access_level: AccessLevel,
    resources: &'static str,
    keys: &'static str,
}

impl Action {
    /// The name as AWS writes it, without the prefix.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The service it belongs to.
    pub fn service(&self) -> &'static Service {
        self.service
    }

    /// Its position in [`Service::actions`]: a small number for sets of actions. It changes with the data, so never store it.
    pub fn index(&self) -> usize {
        self.index
    }

    /// What it does.
    pub fn access_level(&self) -> AccessLevel {
        self.access_level
    }

    /// The resource types it works on. They are alternatives unless marked as required.
    pub fn resources(&self) -> impl Iterator<Item = ActionResource> {
        self.resources.split(';').filter_map(|text| ActionResource::read(self.service, text))
    }

    /// The resource types it works on, without the action's own details.
    pub fn resource_types(&self) -> impl Iterator<Item = &'static ResourceType> {
        self.resources().map(|resource| resource.resource_type)
    }

    /// Whether it has no resource: a policy can then name only `*`.
    pub fn is_resourceless(&self) -> bool {
        self.resources.is_empty()
    }

    /// What policies may name for it, where AWS lists no resource type for it: `arn:${Partition}:s3:::*`.
    pub fn stand_in(&self) -> Option<&'static str> {
        let mut by_hand = stand_ins(self.service.prefix);
        by_hand
            .find(|[_, _, _, action, _]| *action == self.name)
            .map(|[_, _, template, ..]| template)
    }

    /// The condition keys AWS lists for the action itself, in canonical case, `*` for a variable part.
    pub fn condition_keys(&self) -> impl Iterator<Item = &'static str> {
        self.keys.split_ascii_whitespace()
    }

    fn read(
        service: &'static Service,
        index: usize,
        [name, level, resources, keys]: [&'static str; 4],
        by_hand: &[[&'static str; 5]],
    ) -> Option<Self> {
        let stand_in = by_hand.iter().find(|[_, _, _, action, _]| *action == name);
        let resources = stand_in.map_or(resources, |[_, own, ..]| own);
        let access_level = AccessLevel::read(level)?;
        Some(Self { service, index, name, access_level, resources, keys })
    }
}

/// The rows of a service in [`STAND_INS`].
fn stand_ins(service: &str) -> impl Iterator<Item = [&'static str; 5]> {
    table::rows::<5>(STAND_INS).filter(move |[own, ..]| *own == service)
}

impl std::fmt::Debug for Action {
    /// Its name alone: the service would show all its actions.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Action({self})")
    }
}

impl std::fmt::Display for Action {
    /// As policies write it: `service:Name`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.service().prefix(), self.name)
    }
}

/// A resource type as one action uses it.
#[derive(Clone, Copy, Debug)]
pub struct ActionResource {
    /// The type.
    pub resource_type: &'static ResourceType,
    /// Whether AWS marks it as required. `s3:GetObject` requires neither `object` nor `accesspointobject`: either will do.
    pub required: bool,
    keys: &'static str,
}

impl ActionResource {
    /// The condition keys that this action has only together with this type, in canonical case, `*` for a variable part.
    pub fn condition_keys(&self) -> impl Iterator<Item = &'static str> {
        self.keys.split_ascii_whitespace()
    }

    fn read(service: &'static Service, text: &'static str) -> Option<Self> {
        let (name, keys) = text.split_once('{').unwrap_or((text, ""));
        let resource_type = service.resource_type(name.trim_start_matches('!'))?;
        Some(Self {
            resource_type,
            required: name.starts_with('!'),
            keys: keys.trim_end_matches('}'),
        })
    }
}
