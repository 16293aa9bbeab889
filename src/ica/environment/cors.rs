//! Whether the bucket's CORS rules allow ICA's page. Source: G3; SEED step 1.

use crate::authz::Known;
use crate::ica::expected::expected;
use crate::product::judged::Judged;
use crate::product::setup::Setup;
use crate::product::verdict::{Advice, Reason, ReasonKind, Verdict, reason, reason_at};
use crate::s3::{Cors, CorsRule, Fit};
use crate::source::Span;

const HELP: &str = "set the CORS rules of step 1 of the ICA page: `aws s3api put-bucket-cors`";

fn blocked(span: Span, message: String) -> (Verdict, Reason) {
    (Verdict::Blocked, reason_at(span, ReasonKind::Environment, "cors", message, HELP))
}

fn unknown(span: Span, message: String) -> (Verdict, Reason) {
    (Verdict::Unknown, reason_at(span, ReasonKind::Hidden, "cors", message, HELP))
}

pub(super) fn judge(setup: &Setup) -> Judged {
    let judged = Judged::new("cors", "CORS", expected().cors.origin.as_str());
    match &setup.environment.cors {
        Known::Unspecified => {
            let message =
                "whether the bucket's CORS rules allow the browser is not known".to_owned();
            let help = "give them with --cors FILE (`aws s3api get-bucket-cors`), say --cors none if there are none, or leave it out with \
                        --skip browser-upload";
            judged.because(Verdict::Unknown, reason(ReasonKind::Hidden, "cors", message, help))
        }
        Known::AssertedNone => {
            let message =
                "the bucket has no CORS rules, so a browser lets only S3's own pages write to it"
                    .to_owned();
            judged.because(Verdict::Blocked, reason(ReasonKind::Environment, "cors", message, HELP))
        }
        Known::Known(cors) if cors.refused => {
            let (verdict, reason) = unknown(
                cors.span,
                "AWS would not store these CORS rules, so it is not known which ones are in force"
                    .to_owned(),
            );
            judged.because(verdict, reason)
        }
        Known::Known(cors) => rules(cors)
            .into_iter()
            .fold(judged, |judged, (verdict, reason)| judged.because(verdict, reason)),
    }
}

/// What is wrong with the rules. The preflight request of the browser needs a rule with origin, method and headers; the answer to the
/// upload itself follows the first rule with origin and method.
fn rules(cors: &Cors) -> Vec<(Verdict, Reason)> {
    let wanted = &expected().cors;
    let fitting = |method: &str| {
        cors.rules.iter().filter(|rule| rule.names_method(method)).collect::<Vec<_>>()
    };
    let uploads = fitting(&wanted.uploads);
    let named = uploads
        .iter()
        .filter(|rule| rule.names_origin(&wanted.origin) == Fit::Yes)
        .copied()
        .collect::<Vec<_>>();
    let Some(first) = named.first() else { return vec![nobody(cors, &uploads)] };
    let other_case = uploads.iter().take_while(|rule| rule.span != first.span);
    let mut found = other_case.filter_map(|rule| in_other_case(rule)).collect::<Vec<_>>();
    found.extend(exposed(first, named.iter().find(|rule| rule.exposes(&wanted.etag))));
    found.extend(headers(first, &named));
    let missing = wanted.methods.iter().filter(|method| {
        !fitting(method).iter().any(|rule| rule.names_origin(&wanted.origin) != Fit::No)
    });
    let missing = missing.map(|method| format!("`{method}`")).collect::<Vec<_>>();
    if !missing.is_empty() {
        let message = format!(
            "no rule allows {} from `{}`; ICA's page asks for them, and does not say which of them uploads use",
            missing.join(", "),
            wanted.origin
        );
        found
            .push(unknown(first.methods.first().map_or(first.span, |method| method.span), message));
    }
    found
}

/// No rule matches: the nearest differs only in the origin.
fn nobody(cors: &Cors, uploads: &[&CorsRule]) -> (Verdict, Reason) {
    let wanted = &expected().cors;
    if let Some(found) = uploads.iter().find_map(|rule| in_other_case(rule)) {
        return found;
    }
    if let Some(rule) = cors.rules.iter().find(|rule| rule.names_origin(&wanted.origin) == Fit::Yes)
    {
        let span = rule.methods.first().map_or(rule.span, |first| {
            rule.methods.iter().fold(first.span, |all, method| all.to(method.span))
        });
        return blocked(
            span,
            format!(
                "no rule for `{}` allows `{}`, with which the browser uploads",
                wanted.origin, wanted.uploads
            ),
        );
    }
    let host = wanted.origin.split("://").nth(1).unwrap_or_default();
    let near =
        cors.rules.iter().flat_map(|rule| &rule.origins).find(|origin| origin.node.contains(host));
    match near {
        Some(origin) => {
            let message = format!(
                "`{}` is not the origin `{}`: scheme, host and port are compared as text, without a slash at the end",
                origin.node, wanted.origin
            );
            let (verdict, reason) = blocked(origin.span, message);
            let help = format!("replace `{}` by `{}`", origin.node, wanted.origin);
            (verdict, Reason { help: Some(Advice::plain(help)), ..reason })
        }
        None => blocked(cors.span, format!("no rule names the origin `{}`", wanted.origin)),
    }
}

fn in_other_case(rule: &CorsRule) -> Option<(Verdict, Reason)> {
    let origin = &expected().cors.origin;
    (rule.names_origin(origin) == Fit::InOtherCase).then(|| {
        let span = rule.origins.first().map_or(rule.span, |origin| origin.span);
        unknown(span, format!("the origin is `{origin}` in another case, which S3 most likely treats as another origin"))
    })
}

/// The page asks to expose another header too, but does not say what fails without it.
pub(super) fn advice(setup: &Setup) -> Option<Judged> {
    let Known::Known(cors) = &setup.environment.cors else { return None };
    let wanted = &expected().cors;
    let fits = |rule: &&CorsRule| {
        rule.names_method(&wanted.uploads) && rule.names_origin(&wanted.origin) == Fit::Yes
    };
    let first = cors.rules.iter().find(fits).filter(|rule| rule.exposes(&wanted.etag))?;
    let missing =
        wanted.exposed.iter().find(|header| !first.exposes(header) && !first.exposes("*"))?;
    let message = format!("ICA's page asks to expose `{missing}` as well");
    let span = first.exposed_span.unwrap_or(first.span);
    let judged = Judged::new("cors", "exposed headers", wanted.origin.as_str()).advised();
    Some(
        judged.because(
            Verdict::Unknown,
            reason_at(span, ReasonKind::Environment, "cors", message, HELP),
        ),
    )
}

/// Without `ETag` a multipart upload cannot be completed; small uploads work.
fn exposed(first: &CorsRule, better: Option<&&CorsRule>) -> Option<(Verdict, Reason)> {
    let etag = &expected().cors.etag;
    if first.exposes(etag) {
        return None;
    }
    let span = first.exposed_span.unwrap_or(first.span);
    if first.exposes("*") {
        return Some(unknown(
            span,
            format!("`*` may or may not include `{etag}` here; ICA's page names it"),
        ));
    }
    let mut message = format!(
        "`{etag}` is not in `ExposeHeaders`, so multipart uploads (large files) cannot be completed in the browser"
    );
    if better.is_some() {
        message.push_str(
            "; the first rule that matches is used, so the later one that has it is not used",
        );
    }
    let mut reason = reason_at(span, ReasonKind::Environment, "cors", message, HELP);
    reason.labels.extend(better.map(|rule| crate::finding::Label {
        span: rule.span,
        text: "never used: an earlier rule matches".to_owned(),
    }));
    Some((Verdict::Partial, reason))
}

/// ICA's page asks for all headers; which ones the browser sends is not published.
fn headers(first: &CorsRule, named: &[&CorsRule]) -> Option<(Verdict, Reason)> {
    if named.iter().any(|rule| rule.allows_all_headers()) {
        return None;
    }
    let span = first
        .headers
        .iter()
        .map(|header| header.span)
        .reduce(|one, other| one.to(other))
        .unwrap_or(first.span);
    Some(unknown(
        span,
        "ICA's page asks for all headers (`*`); which ones the browser sends is not published"
            .to_owned(),
    ))
}
