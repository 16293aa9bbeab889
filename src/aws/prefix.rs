//! The prefixes of all services. Source: `data/prefixes.txt`.

use std::sync::LazyLock;

use super::table;

/// Whether AWS has a service of that prefix, in any case. Its actions may still be unknown here: see [`super::service()`].
pub fn is_known_service(prefix: &str) -> bool {
    row(prefix).is_some()
}

/// The prefixes of all services, sorted; for "did you mean".
pub fn service_prefixes() -> impl Iterator<Item = &'static str> {
    ROWS.iter().map(|[name, _]| *name)
}

/// Whether resource control policies bind the resources of that service.
pub fn supports_rcp(prefix: &str) -> bool {
    row(prefix).is_some_and(|[_, mark]| *mark == "rcp")
}

fn row(prefix: &str) -> Option<&'static [&'static str; 2]> {
    table::find(&ROWS, prefix, |[name, _]| name)
}

pub(super) const TEXT: &str = include_str!("data/prefixes.txt");
static ROWS: LazyLock<Vec<[&'static str; 2]>> = LazyLock::new(|| table::rows(TEXT).collect());
