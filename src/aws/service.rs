//! Services. A service is read when it is first asked for, and its actions apart from its resource types.
//!
//! Source of every item: the tables in `data/services/`, written from AWS's service authorization reference by the npm package that
//! `data/SOURCE.md` names.

use std::sync::OnceLock;

use super::action::Action;
use super::data::{Row, data};
use super::kind::ActionKind;
use super::resource::ResourceType;
use super::table;

/// One service.
#[derive(Debug)]
pub struct Service {
    slot: usize,
    prefix: &'static str,
    is_bound_by_rcp: bool,
    text: &'static str,
    resource_types: OnceLock<Vec<ResourceType>>,
    actions: OnceLock<Vec<Action>>,
    kinds: OnceLock<Vec<ActionKind>>,
}

impl Service {
    /// The part before the colon of its actions, such as `s3`. To ask for it reads nothing.
    pub fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// The action of that name, without the prefix, in any case (IAM compares action names without case).
    pub fn action(&'static self, name: &str) -> Option<&'static Action> {
        table::find(self.actions(), name, |action| action.name())
    }

    /// All actions, in the order of their lower-case names. The position is [`Action::index`].
    pub fn actions(&self) -> &[Action] {
        self.actions.get_or_init(|| {
            let rows = table::tagged(self.text, "action").enumerate();
            rows.filter_map(|(index, cells)| Action::read(self.slot, index, cells)).collect()
        })
    }

    /// The resource type of that name, in any case.
    pub fn resource_type(&'static self, name: &str) -> Option<&'static ResourceType> {
        table::find(self.resource_types(), name, |kind| kind.name())
    }

    /// All resource types, in the order of their lower-case names. To ask for them does not read the actions.
    pub fn resource_types(&self) -> &[ResourceType] {
        self.resource_types.get_or_init(|| {
            let rows = self.rows_of_types().filter_map(table::cells::<4>);
            let named = rows.filter(|[name, ..]| !name.is_empty());
            named
                .map(|[name, arns, keys, _]| ResourceType::new(self.prefix, name, arns, keys))
                .collect()
        })
    }

    /// What its actions are like, for who must not look at each of them: see [`ActionKind`]. To ask for it does not read the actions.
    pub fn kinds(&'static self) -> &'static [ActionKind] {
        self.kinds.get_or_init(|| {
            let rows = self.rows_of_types().filter_map(table::cells::<4>);
            rows.flat_map(|[name, _, _, kinds]| ActionKind::read(self, name, kinds)).collect()
        })
    }

    /// Whether resource control policies bind its resources.
    pub fn is_bound_by_rcp(&self) -> bool {
        self.is_bound_by_rcp
    }

    /// The rows of resource types, which stand before those of actions; the first may have no name: it is for actions without a resource.
    fn rows_of_types(&self) -> impl Iterator<Item = &'static str> {
        let rows = self.text.lines().skip_while(|line| line.starts_with('#'));
        rows.map_while(|line| line.strip_prefix("type|"))
    }

    pub(super) fn new(slot: usize, (prefix, mark, text): Row) -> Self {
        let (resource_types, actions, kinds) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        let is_bound_by_rcp = mark == BOUND;
        Self { slot, prefix, is_bound_by_rcp, text, resource_types, actions, kinds }
    }
}

/// The mark of services whose resources are bound by resource control policies.
pub(super) const BOUND: &str = "rcp";

/// The service of that prefix, in any case.
pub fn service(prefix: &str) -> Option<&'static Service> {
    table::find(data().services(), prefix, |service| service.prefix)
}

/// All services, in the order of their prefixes. None is read before its types or actions are asked for.
pub fn services() -> impl Iterator<Item = &'static Service> {
    data().services().iter()
}

/// The action written as `service:Name`, in any case; nothing for wildcards.
pub fn action(text: &str) -> Option<&'static Action> {
    let (prefix, name) = text.split_once(':')?;
    service(prefix)?.action(name)
}

/// Whether AWS has a service of that prefix, in any case.
pub fn is_known_service(prefix: &str) -> bool {
    service(prefix).is_some()
}

/// The prefixes of all services, sorted; for "did you mean".
pub fn service_prefixes() -> impl Iterator<Item = &'static str> {
    services().map(Service::prefix)
}

/// Whether resource control policies bind the resources of that service.
pub fn supports_rcp(prefix: &str) -> bool {
    service(prefix).is_some_and(Service::is_bound_by_rcp)
}
