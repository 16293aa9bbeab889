//! What an operation needs of the bucket beside its policies: settings, names, regions.
//!
//! A check is a function from a connection to what it found, listed in `judge`; which operations it hits stands in the catalogue
//! (`environment`), but for what follows from the caller. Whether the user exists and its key is active is told by no file that is read;
//! a check of it is one more function here.

mod cors;
mod encryption;
mod judged;
mod notifications;
mod ownership;
mod place;
mod public_access;
mod roles;
mod versioning;

pub(super) use encryption::{sends_header, settled_header};
pub(super) use roles::{other_regions, roles, whose};
pub use versioning::{CHECK as VERSIONING, needed as needed_for_versions};

use super::catalogue::{IcaCaller, Operation, catalogue};
use super::setup::Setup;
use super::verdict::{EnvironmentReport, StepReport, Verdict, Witness, strict_reason};
use judged::Judged;

/// All checks of a connection.
fn judge(connection: &Setup) -> Vec<Judged> {
    let one = [
        place::region(connection),
        place::bucket_name(connection),
        cors::judge(connection),
        notifications::judge(connection),
        ownership::judge(connection),
        encryption::judge(connection),
        versioning::judge(connection),
    ];
    one.into_iter()
        .chain(place::prefix(connection))
        .chain(public_access::judge(connection))
        .chain(cors::advice(connection))
        .chain(encryption::advice(connection))
        .collect()
}

/// Whether a check has a say in an operation of a caller.
fn hits(check: &str, connection: &Setup, operation: &Operation, caller: IcaCaller) -> bool {
    match check {
        encryption::CHECK => encryption::hits(connection, operation, caller),
        public_access::CHECK => public_access::hits(connection, operation, caller),
        _ => operation.environment.iter().any(|known| known == check),
    }
}

/// The steps of an operation that no policy decides.
pub(super) fn steps(
    connection: &Setup,
    operation: &Operation,
    caller: IcaCaller,
) -> Vec<StepReport> {
    let judged = judge(connection)
        .into_iter()
        .filter(|judged| hits(judged.check, connection, operation, caller));
    judged.map(|judged| judged_step(connection, judged)).collect()
}

fn judged_step(connection: &Setup, judged: Judged) -> StepReport {
    let Judged { words, resource, level, mut verdict, assumes, mut reasons, .. } = judged;
    if connection.strict && !assumes.is_empty() && verdict != Verdict::Unknown {
        verdict = Verdict::Unknown;
        reasons.push(strict_reason(&assumes));
    }
    let words = words.to_owned();
    StepReport {
        action: words,
        resource,
        level,
        verdict,
        assumes,
        reasons,
        depends_on: Vec::new(),
        witness: Witness::default(),
    }
}

/// What the checks found, of those that have a say in one of the operations that are shown.
pub(super) fn report(connection: &Setup, shown: &[(&str, IcaCaller)]) -> Vec<EnvironmentReport> {
    let operations =
        || shown.iter().filter_map(|(id, caller)| Some((catalogue().operation(id)?, *caller)));
    let judged = judge(connection).into_iter();
    let judged = judged.filter(|judged| {
        operations().any(|(operation, caller)| hits(judged.check, connection, operation, caller))
    });
    judged
        .map(|judged| {
            let (check, level) = (judged.check, judged.level);
            let StepReport { verdict, assumes, reasons, .. } = judged_step(connection, judged);
            EnvironmentReport { check, level, verdict, assumes, reasons }
        })
        .collect()
}
