//! What AWS has: services, actions, resource types, condition keys, partitions, regions.
//!
//! This is reference data, not evaluation: generated tables, embedded in the program, with their origin and date. It knows the actions of
//! the services that stand around a bucket, and of all others only that they exist. What is not in it is "unknown as of [`data_date`]",
//! never "wrong". `data/SOURCE.md` tells where the tables come from and how to renew them.
//!
//! The room is a leaf: it uses nothing of this crate. Nothing is read at start; each table gets its index when it is first asked for.

mod calls;
mod key;
mod prefix;
mod region;
mod resource;
mod service;
mod table;

pub use calls::actions_of_call;
pub use key::{
    ConditionKey, Correction, KeyCategory, KeySupport, KeyType, ValueType, condition_key,
    condition_key_type, condition_keys, corrections, supports_key, supports_key_on,
    supports_known_key,
};
pub use prefix::{is_known_service, service_prefixes, supports_rcp};
pub use region::{Partition, Region, partition, partition_of_region, partitions, region, regions};
pub use resource::{ArnPart, Contents, ResourceType, contents};
pub use service::{AccessLevel, Action, ActionResource, Service, action, service, services};

/// The day of the data on services, actions and condition keys, such as `2026-09-26`.
pub fn data_date() -> &'static str {
    table::head(prefix::TEXT, "date")
}

/// The package with version from which the data on services, actions and condition keys was made.
pub fn data_origin() -> &'static str {
    table::head(prefix::TEXT, "package")
}

/// The day of the data on partitions and regions.
pub fn region_data_date() -> &'static str {
    table::head(region::TEXT, "date")
}
