//! Finding services and actions by their names.

use super::data::data;
use super::service::{Action, Service};

/// The service of that prefix, in any case.
pub fn service(prefix: &str) -> Option<&'static Service> {
    data().service(prefix)
}

/// All services, in the order of their prefixes. A service is read when its types or actions are first used.
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

/// Whether resource control policies apply to the resources of that service.
pub fn supports_rcp(prefix: &str) -> bool {
    service(prefix).is_some_and(Service::is_bound_by_rcp)
}
