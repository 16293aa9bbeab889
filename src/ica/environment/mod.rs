//! What an operation needs of the bucket beside its policies: settings, names, regions.
//!
//! A check is a function from a connection to what it found, listed in `judge`; which operations it hits stands in the catalogue
//! (`environment`), but for what follows from the caller. Whether the user exists and its key is active is told by no file that is read;
//! a check of it is one more function here.

mod cors;
mod encryption;
mod given;
mod notifications;
mod ownership;
mod place;
mod public_access;
mod roles;
mod versioning;

pub(super) use encryption::{sends_header, settled_header};
pub use given::{Environment, SettingRead};
pub(super) use given::{Settings, values};
pub(super) use roles::{other_regions, roles, whose};
pub use versioning::{CHECK as VERSIONING, needed as needed_for_versions};

use super::catalogue::{IcaCaller, Operation, catalogue};
use super::connection::Connection;
use super::verdict::{
    Advice, EnvironmentReport, Level, Reason, ReasonKind, StepReport, Verdict, Witness,
};
use crate::source::Span;

/// What a check found.
pub(super) struct Judged {
    /// Its name in reports and in the catalogue.
    pub check: &'static str,
    /// What the step is called.
    pub words: &'static str,
    /// What the step is about.
    pub resource: String,
    pub level: Level,
    pub verdict: Verdict,
    /// Assumptions whose failure would change the verdict.
    pub assumes: Vec<&'static str>,
    pub reasons: Vec<Reason>,
}

impl Judged {
    fn new(check: &'static str, words: &'static str, resource: impl Into<String>) -> Judged {
        let (level, verdict) = (Level::Required, Verdict::Allowed);
        Judged {
            check,
            words,
            resource: resource.into(),
            level,
            verdict,
            assumes: Vec::new(),
            reasons: Vec::new(),
        }
    }

    /// With a verdict and the reason for it; the worst of several counts.
    fn because(mut self, verdict: Verdict, reason: Reason) -> Judged {
        self.verdict = self.verdict.max(verdict);
        self.reasons.push(reason);
        self
    }

    fn assuming(mut self, id: &'static str) -> Judged {
        self.assumes.push(id);
        self
    }

    fn advised(mut self) -> Judged {
        self.level = Level::Advised;
        self
    }
}

/// All checks of a connection.
fn judge(connection: &Connection) -> Vec<Judged> {
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
fn hits(check: &str, connection: &Connection, operation: &Operation, caller: IcaCaller) -> bool {
    match check {
        encryption::CHECK => encryption::hits(connection, operation, caller),
        public_access::CHECK => public_access::hits(connection, operation, caller),
        _ => operation.environment.iter().any(|known| known == check),
    }
}

/// The steps of an operation that no policy decides.
pub(super) fn steps(
    connection: &Connection,
    operation: &Operation,
    caller: IcaCaller,
) -> Vec<StepReport> {
    let judged = judge(connection)
        .into_iter()
        .filter(|judged| hits(judged.check, connection, operation, caller));
    judged.map(|judged| judged_step(connection, judged)).collect()
}

fn judged_step(connection: &Connection, judged: Judged) -> StepReport {
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

/// A required step that no policy decides, with its reason.
pub(super) fn step(action: &str, resource: &str, verdict: Verdict, reason: Reason) -> StepReport {
    StepReport {
        action: action.to_owned(),
        resource: resource.to_owned(),
        level: Level::Required,
        verdict,
        assumes: Vec::new(),
        reasons: vec![reason],
        depends_on: Vec::new(),
        witness: Witness::default(),
    }
}

/// Why a verdict that rests on assumptions is unknown.
pub(super) fn strict_reason(assumes: &[&str]) -> Reason {
    let message = format!(
        "with --strict a verdict may not rest on assumptions; this one rests on {}",
        assumes.join(", ")
    );
    reason(ReasonKind::Hidden, "", message, "settle them, as told in the list of assumptions")
}

/// What the checks found, of those that have a say in one of the operations that are shown.
pub(super) fn report(
    connection: &Connection,
    shown: &[(&str, IcaCaller)],
) -> Vec<EnvironmentReport> {
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

/// A reason that stands in no file.
pub(super) fn reason(kind: ReasonKind, layer: &'static str, message: String, help: &str) -> Reason {
    Reason {
        kind,
        layer,
        statement: None,
        sid: None,
        span: None,
        message,
        note: None,
        help: Some(Advice::plain(help)),
        labels: Vec::new(),
    }
}

/// A reason with its words.
fn reason_at(
    span: Span,
    kind: ReasonKind,
    layer: &'static str,
    message: String,
    help: &str,
) -> Reason {
    Reason { span: Some(span), ..reason(kind, layer, message, help) }
}
