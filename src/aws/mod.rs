//! What AWS has: services, actions, resource types, condition keys, partitions, regions.
//!
//! This is reference data, not evaluation: generated tables of all services, embedded in the program, with their origin and date. What is
//! not in it is "unknown as of [`data_date`]", never "wrong". `data/SOURCE.md` says where the tables come from and how to renew them;
//! [`package`] makes tables of a newer package and installs them.
//!
//! The room is a leaf: it uses nothing of this crate. Nothing is read at start: a service is read at its first use, and a
//! condition key is searched in the text.

mod access_level;
mod account;
mod arn;
mod calls;
mod data;
mod key;
mod key_pattern;
mod kind;
mod lookup;
mod names;
pub mod package;
mod policy;
mod region;
mod resource;
mod resource_access;
mod service;
mod table;

pub use access_level::AccessLevel;
pub use account::{AccountId, NotAnAccount, is_account_number};
pub use arn::{ArnPart, ArnTemplate, Contents};
pub use calls::actions_of_call;
pub use data::{data_date, data_origin, embedded_data_date};
pub use key::{
    ConditionKey, Correction, KeyCategory, KeySupport, KeyType, ValueType, condition_key,
    condition_key_type, condition_keys, corrections, supports_key, supports_key_on,
    supports_known_key,
};
pub use kind::ActionKind;
pub use lookup::{action, is_known_service, service, service_prefixes, services, supports_rcp};
pub use policy::{ResourceElement, ResourcePolicy, resource_policy};
pub use region::{Partition, Region, partition, partition_of_region, partitions, region, regions};
pub use resource::ResourceType;
pub use resource_access::{
    ResourceAccess, crosses_accounts, resource_access, resource_accesses, takes_unsigned,
};
pub use service::{Action, ActionResource, Service};

/// The day of the data on partitions and regions.
pub fn region_data_date() -> &'static str {
    table::head(region::TEXT, "date")
}
