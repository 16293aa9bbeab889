//! Services and their actions.
//!
//! Source of every item: the tables in `data/services/`, written from AWS's service authorization reference by the npm package that
//! `data/SOURCE.md` names.

use std::sync::LazyLock;

use super::resource::ResourceType;
use super::table;

/// One service whose actions are known in full.
#[derive(Debug)]
pub struct Service {
    prefix: &'static str,
    actions: Vec<Action>,
    resource_types: Vec<ResourceType>,
}

impl Service {
    /// The part before the colon of its actions, such as `s3`.
    pub fn prefix(&self) -> &'static str {
        self.prefix
    }

    /// The action of that name, without the prefix, in any case (IAM compares action names without case).
    pub fn action(&'static self, name: &str) -> Option<&'static Action> {
        table::find(&self.actions, name, |action| action.name)
    }

    /// All actions, in the order of their lower-case names. The position is [`Action::index`].
    pub fn actions(&self) -> &[Action] {
        &self.actions
    }

    /// The resource type of that name, in any case.
    pub fn resource_type(&'static self, name: &str) -> Option<&'static ResourceType> {
        table::find(&self.resource_types, name, |kind| kind.name())
    }

    /// All resource types, in the order of their lower-case names.
    pub fn resource_types(&self) -> &[ResourceType] {
        &self.resource_types
    }

    fn read(slot: usize, prefix: &'static str, text: &'static str) -> Self {
        let resource_types = table::tagged(text, "type")
            .map(|[name, arn, keys]| ResourceType::new(name, arn, keys))
            .collect();
        let rows = table::tagged(text, "action").enumerate();
        let actions = rows.filter_map(|(index, cells)| Action::read(slot, index, cells)).collect();
        Self { prefix, actions, resource_types }
    }
}

/// What an action does, as AWS classifies it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AccessLevel {
    /// Tells which resources exist.
    List,
    /// Reads content or settings.
    Read,
    /// Creates, changes or deletes.
    Write,
    /// Changes nothing but tags; AWS's data counts it as a write too.
    Tagging,
    /// Grants or changes permissions; AWS's data counts it as a write too.
    PermissionsManagement,
}

impl AccessLevel {
    /// Whether the action changes something: all but List and Read.
    pub fn is_write(self) -> bool {
        self >= Self::Write
    }

    fn read(word: &str) -> Option<Self> {
        match word {
            "List" => Some(Self::List),
            "Read" => Some(Self::Read),
            "Write" => Some(Self::Write),
            "Tagging" => Some(Self::Tagging),
            "PermissionsManagement" => Some(Self::PermissionsManagement),
            _ => None,
        }
    }
}

/// One action of a known service.
#[derive(Debug)]
pub struct Action {
    slot: usize,
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
        &TABLES[self.slot].1
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
        let service = self.service();
        self.resources.split(';').filter_map(|text| ActionResource::read(service, text))
    }

    /// The resource types it works on, without what the action says about them.
    pub fn resource_types(&self) -> impl Iterator<Item = &'static ResourceType> {
        self.resources().map(|resource| resource.resource_type)
    }

    /// Whether it has no resource: a policy can then name only `*`.
    pub fn is_resourceless(&self) -> bool {
        self.resources.is_empty()
    }

    /// The condition keys AWS lists beside the action itself, in canonical case, `*` for a variable part.
    pub fn condition_keys(&self) -> impl Iterator<Item = &'static str> {
        self.keys.split_ascii_whitespace()
    }

    fn read(slot: usize, index: usize, cells: [&'static str; 4]) -> Option<Self> {
        let [name, level, resources, keys] = cells;
        Some(Self { slot, index, name, access_level: AccessLevel::read(level)?, resources, keys })
    }
}

impl std::fmt::Display for Action {
    /// As policies write it: `service:Name`.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}:{}", self.service().prefix, self.name)
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

/// The service of that prefix, in any case, if its actions are known in full. See [`super::is_known_service`] for all others.
pub fn service(prefix: &str) -> Option<&'static Service> {
    let (_, table) = table::find(&TABLES, prefix, |(name, _)| name)?;
    Some(table)
}

/// The services whose actions are known in full, in the order of their prefixes.
pub fn services() -> impl Iterator<Item = &'static Service> {
    TABLES.iter().map(|(_, table)| &**table)
}

/// The action written as `service:Name`, in any case; nothing for wildcards and for services not known in full.
pub fn action(text: &str) -> Option<&'static Action> {
    let (prefix, name) = text.split_once(':')?;
    service(prefix)?.action(name)
}

/// A service is read when it is first asked for: a bucket policy rarely names more than one.
type Table = (&'static str, LazyLock<Service>);

/// The table with the position `$slot`, embedded.
macro_rules! table {
    ($slot:literal, $prefix:literal) => {
        (
            $prefix,
            LazyLock::new(|| {
                Service::read(
                    $slot,
                    $prefix,
                    include_str!(concat!("data/services/", $prefix, ".txt")),
                )
            }),
        )
    };
}

/// Sorted by prefix; the number is the position.
static TABLES: [Table; 10] = [
    table!(0, "events"),
    table!(1, "iam"),
    table!(2, "kms"),
    table!(3, "lambda"),
    table!(4, "s3"),
    table!(5, "s3-object-lambda"),
    table!(6, "s3express"),
    table!(7, "sns"),
    table!(8, "sqs"),
    table!(9, "sts"),
];
