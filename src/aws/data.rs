//! The tables in use: those embedded in the program, or others that replaced them before the first lookup.

use std::sync::OnceLock;

use super::key_pattern::Pattern;
use super::names::Names;
use super::service::{Row, Service};
use super::table;

/// The tables of services and condition keys.
#[derive(Debug)]
pub(super) struct Data {
    /// Sorted by prefix.
    rows: &'static [Row],
    services: OnceLock<Vec<Service>>,
    names: OnceLock<Names>,
    /// The rows of `data/condition_keys.txt`.
    pub keys: &'static str,
    /// The keys with a variable part; read at the first lookup of a name that no row has.
    pub patterns: OnceLock<Vec<Pattern>>,
}

impl Data {
    pub(super) const fn new(keys: &'static str, rows: &'static [Row]) -> Self {
        Self {
            rows,
            services: OnceLock::new(),
            names: OnceLock::new(),
            keys,
            patterns: OnceLock::new(),
        }
    }

    /// All services, sorted by prefix. None is read yet; each has a place for what will be read.
    pub(super) fn services(&self) -> &[Service] {
        self.services.get_or_init(|| self.rows.iter().map(|row| Service::new(*row)).collect())
    }

    /// The service of that prefix, in any case.
    pub(super) fn service(&self, prefix: &str) -> Option<&Service> {
        let services = self.services();
        let names = self.names.get_or_init(|| Names::of(services.iter().map(Service::prefix)));
        names.find(services, prefix, |service| service.prefix())
    }
}

/// The tables in use.
pub(super) fn data() -> &'static Data {
    DATA.get_or_init(|| Data::new(KEYS, SERVICES))
}

/// Replaces the embedded tables. After the first lookup it is too late, and the tables are returned.
pub(super) fn install(data: Data) -> Result<(), Box<Data>> {
    DATA.set(data).map_err(Box::new)
}

/// The day of the data on services, actions and condition keys, such as `2026-09-26`.
pub fn data_date() -> &'static str {
    table::head(data().keys, "date")
}

/// The day of the data in the program, whatever data is in use.
pub fn embedded_data_date() -> &'static str {
    table::head(KEYS, "date")
}

/// The package with version from which the data on services, actions and condition keys was made.
pub fn data_origin() -> &'static str {
    table::head(data().keys, "package")
}

static DATA: OnceLock<Data> = OnceLock::new();
const KEYS: &str = include_str!("data/condition_keys.txt");
const SERVICES: &[Row] = include!("data/services.in");
