//! Whether ICA's notifications conflict with those of the bucket. Source: G1, G2; SEED's troubleshooting.

use crate::authz::Known;
use crate::finding::{Finding, codes};
use crate::ica::expected::{ExpectedNotification, expected};
use crate::product::assumption::Assumption;
use crate::product::judged::Judged;
use crate::product::setup::Setup;
use crate::product::verdict::{Reason, ReasonKind, Verdict, reason, reason_at};
use crate::s3::{Notification, Notifications, Overlap, events_overlap, overlap};
use crate::source::Span;

/// How the names of ICA's notifications begin.
const OWN: &str = "gds:";

pub(super) fn judge(setup: &Setup) -> Judged {
    let judged =
        Judged::new("notifications", "notifications", format!("arn:aws:s3:::{}", setup.bucket));
    match &setup.environment.notifications {
        Known::Unspecified => judged.assuming(Assumption::new("notifications")),
        Known::AssertedNone if setup.is_new => judged,
        Known::AssertedNone => {
            let message = "the bucket has no notifications, though ICA has set it up: somebody replaced the whole configuration".to_owned();
            judged.because(
                Verdict::Unknown,
                reason(ReasonKind::Environment, "notifications", message, VALIDATE),
            )
        }
        Known::Known(notifications) => {
            let clashes =
                notifications.list.iter().filter_map(|entry| clash(setup, notifications, entry));
            let judged =
                clashes.fold(judged, |judged, (verdict, reason)| judged.because(verdict, reason));
            match missing(setup, notifications) {
                Some(reason) => judged.because(Verdict::Unknown, reason),
                None => judged,
            }
        }
    }
}

const VALIDATE: &str = "validate the storage configuration in ICA again, and keep ICA's three notifications in whatever else writes them; \
                        whether validating puts them back is not published";

fn name(entry: &Notification) -> &str {
    entry.id.as_ref().map_or("", |id| id.node.as_str())
}

fn is_icas(entry: &Notification) -> bool {
    name(entry).get(..OWN.len()).is_some_and(|start| start.eq_ignore_ascii_case(OWN))
}

/// Whether an entry is the one that ICA made for this connection.
fn is_own(setup: &Setup, entry: &Notification, wanted: &ExpectedNotification) -> bool {
    let prefix = entry.prefix.as_ref().map_or("", |prefix| prefix.node.as_str());
    !setup.is_new
        && name(entry).eq_ignore_ascii_case(&wanted.id)
        && prefix == setup.prefix
        && entry.suffix.is_none()
}

/// Whether an entry of the bucket conflicts with one that ICA has to add; existing entries do not conflict with each other.
fn clash(setup: &Setup, all: &Notifications, entry: &Notification) -> Option<(Verdict, Reason)> {
    let is_there =
        |wanted: &&ExpectedNotification| all.list.iter().any(|entry| is_own(setup, entry, wanted));
    let to_add = expected().notifications.iter().filter(|wanted| !is_there(wanted));
    let met = overlap(entry, &setup.prefix);
    if met == Overlap::No {
        return None;
    }
    let events = || entry.events.iter().map(|event| (event.node.as_str(), event.span));
    let to_add = to_add.collect::<Vec<_>>();
    let shared = |events_of: fn(&ExpectedNotification) -> &str| {
        to_add.iter().find_map(|wanted| {
            events()
                .find(|(event, _)| events_overlap(event, events_of(wanted)))
                .map(|(_, span)| (*wanted, span))
        })
    };
    if let (Overlap::Yes, Some((wanted, span))) = (met, shared(|wanted| &wanted.certain)) {
        return Some((Verdict::Blocked, clash_reason(setup, entry, wanted, span)));
    }
    if let Some((wanted, span)) = shared(|wanted| &wanted.possible) {
        let message = match met {
            Overlap::Unclear => {
                "whether the prefix overlaps with that of ICA depends on whether S3 decodes it first"
                    .to_owned()
            }
            _ => format!(
                "whether ICA's `{}` asks for these events is not published; if it does, S3 refuses it",
                wanted.id
            ),
        };
        return Some((
            Verdict::Unknown,
            reason_at(span, ReasonKind::Hidden, "notifications", message, HELP),
        ));
    }
    let in_other_case = |(event, _): &(&str, Span)| {
        to_add
            .iter()
            .any(|wanted| events_overlap(&event.to_lowercase(), &wanted.possible.to_lowercase()))
    };
    events().find(in_other_case).map(|(event, span)| {
        let message =
            format!("`{event}` is an event of ICA's in another case, which is not in the data");
        (Verdict::Unknown, reason_at(span, ReasonKind::Hidden, "notifications", message, HELP))
    })
}

const HELP: &str = "remove the entry, give it a prefix outside of ICA's, or let EventBridge deliver your events: it never conflicts";

/// The prefix of the entry is underlined; without one, the event that is shared.
fn clash_reason(
    setup: &Setup,
    entry: &Notification,
    wanted: &ExpectedNotification,
    event: Span,
) -> Reason {
    let own = entry.prefix.as_ref().map_or("", |prefix| prefix.node.as_str());
    let place = |prefix: &str| {
        if prefix.is_empty() { "the whole bucket".to_owned() } else { format!("`{prefix}`") }
    };
    let where_it_meets = format!("{} overlaps with {}", place(own), place(&setup.prefix));
    let (span, message, help) = if is_icas(entry) {
        let span = entry.id.as_ref().map_or(event, |id| id.span);
        let message = format!(
            "`{}` is a notification of ICA's for {}: of a storage configuration that was deleted, or of another one on this bucket; {where_it_meets}: \
             `found conflicting storage container notifications with overlapping prefixes`",
            name(entry),
            place(own)
        );
        let help = "if the storage configuration is deleted, delete its three `gds:` notifications and wait 15 minutes; if it is in use, choose a \
                    prefix outside of its own; if it is the one that is checked, say --state connected";
        (span, message, help)
    } else {
        let span = entry.prefix.as_ref().map_or(event, |prefix| prefix.span);
        let message = format!(
            "a notification of the bucket shares events with ICA's `{}`, and {where_it_meets}: \
             `Configurations overlap. Configurations on the same bucket cannot share a common event type`",
            wanted.id
        );
        (span, message, HELP)
    };
    let mut reason = reason_at(span, ReasonKind::Environment, "notifications", message, help);
    if span != event {
        reason.labels.push(crate::finding::Label { span: event, text: "shared events".to_owned() });
    }
    reason
}

/// S3 validates the destinations of all notifications when ICA writes them back with its own (G1).
pub(super) fn note(setup: &Setup) -> Option<Finding> {
    let Known::Known(notifications) = &setup.environment.notifications else { return None };
    let others = notifications.list.iter().filter(|entry| !is_icas(entry)).collect::<Vec<_>>();
    let first = others.first().filter(|_| setup.is_new)?;
    let words = match others.len() {
        1 => "this notification".to_owned(),
        all => format!("this notification and {} more", all - 1),
    };
    let message = format!(
        "ICA writes {words} back with its own, and S3 then validates each destination: one that is gone, or does not let S3 send, stops ICA"
    );
    let help = "see that each queue, topic or function exists and that its policy lets s3.amazonaws.com send; `ica-policy explain notification-destination`";
    Some(Finding::new(codes::OTHER_NOTIFICATION, first.span, message).help(help))
}

/// On a connected bucket all three of ICA's must be present: setting notifications replaces all of them.
fn missing(setup: &Setup, notifications: &Notifications) -> Option<Reason> {
    if setup.is_new {
        return None;
    }
    let is_there = |wanted: &&ExpectedNotification| {
        notifications.list.iter().any(|entry| is_own(setup, entry, wanted))
    };
    let missing = expected()
        .notifications
        .iter()
        .filter(|wanted| !is_there(wanted))
        .map(|wanted| format!("`{}`", wanted.id));
    let missing = missing.collect::<Vec<_>>();
    (!missing.is_empty()).then(|| {
        let message = format!(
            "ICA's {} for this prefix is not there, though ICA has set the bucket up",
            missing.join(", ")
        );
        reason_at(notifications.span, ReasonKind::Environment, "notifications", message, VALIDATE)
    })
}
