//! Actions. Source of every item: the tables in `data/services/`.

use super::data::data;
use super::resource::ResourceType;
use super::service::Service;

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

/// One action of a service.
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
        &data().services()[self.slot]
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

    pub(super) fn read(slot: usize, index: usize, cells: [&'static str; 4]) -> Option<Self> {
        let [name, level, resources, keys] = cells;
        Some(Self { slot, index, name, access_level: AccessLevel::read(level)?, resources, keys })
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
