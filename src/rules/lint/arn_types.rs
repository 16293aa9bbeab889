//! The forms of the ARNs that the resources of a service have.

use crate::aws::{self, Service};
use std::collections::HashMap;
use std::sync::{LazyLock, RwLock};

/// The form of the ARNs of a type of resource.
#[derive(Debug)]
pub(super) struct Form {
    /// Whether they have a region.
    pub has_region: bool,
    /// Whether they have an account, or the word that AWS writes in its place.
    pub has_account: bool,
    /// The part behind the fifth colon, with variables such as `${BucketName}`.
    resource: &'static str,
}

impl Form {
    /// Whether a text with wildcards can be the last part of such an ARN.
    pub(super) fn may_be(&self, resource: &str) -> bool {
        let own = pieces(self.resource, true);
        may_meet(&own, &pieces(resource, false))
    }
}

/// The forms of ARNs with this service in them; none if the data has no type for it.
pub(super) fn forms(arn_service: &str) -> &'static [Form] {
    if let Some(known) = KNOWN.read().ok().and_then(|known| known.get(arn_service).copied()) {
        return known;
    }
    // What AWS has is less than what a policy can name: names that are no service are not kept.
    let own = aws::service(arn_service);
    let services = own.into_iter().chain(others(arn_service));
    let found = services.flat_map(|service| of_service(service, arn_service)).collect::<Vec<_>>();
    if found.is_empty() {
        return &[];
    }
    let found: &'static [Form] = Box::leak(found.into_boxed_slice());
    if let Ok(mut known) = KNOWN.write() {
        return known.entry(arn_service.to_owned()).or_insert(found);
    }
    found
}

static KNOWN: LazyLock<RwLock<HashMap<String, &'static [Form]>>> = LazyLock::new(RwLock::default);

/// Other services whose resources have ARNs with this one in them.
fn others(arn_service: &str) -> impl Iterator<Item = &'static Service> {
    aws::services().filter(move |service| {
        service.prefix() != arn_service && service.may_have_arns_of(arn_service)
    })
}

fn of_service(service: &'static Service, arn_service: &str) -> Vec<Form> {
    let templates = service.resource_types().iter().flat_map(|kind| kind.arns());
    let form = |text: &'static str| {
        let mut parts = text.splitn(6, ':');
        let own = parts.nth(2)?;
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        (own == arn_service).then_some(Form {
            has_region: !region.is_empty(),
            has_account: !account.is_empty(),
            resource,
        })
    };
    templates.filter_map(|template| form(template.text())).collect()
}

/// A letter of a text, or what stands for others.
#[derive(Clone, Copy, PartialEq)]
enum Piece {
    Letter(u8),
    One,
    Run,
}

/// The text in pieces. A variable may be anything; that of a template is never empty, which does not matter here.
fn pieces(text: &str, is_template: bool) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        if let Some(end) = rest.strip_prefix("${").and_then(|rest| rest.find('}')) {
            pieces.push(Piece::Run);
            rest = &rest[end + 3..];
            continue;
        }
        pieces.push(match first {
            b'*' if !is_template => Piece::Run,
            b'?' if !is_template => Piece::One,
            letter => Piece::Letter(letter),
        });
        rest = rest.get(1..).unwrap_or_else(|| rest.get(2..).unwrap_or_default());
    }
    pieces
}

/// Whether some text fits both.
fn may_meet(one: &[Piece], other: &[Piece]) -> bool {
    // Most differ in their first letters.
    let heads = one
        .iter()
        .zip(other)
        .take_while(|(a, b)| matches!(a, Piece::Letter(_)) && matches!(b, Piece::Letter(_)));
    if heads.clone().any(|(a, b)| a != b) {
        return false;
    }
    let skipped = heads.count();
    let (one, other) = (&one[skipped..], &other[skipped..]);
    let mut reached = vec![false; other.len() + 1];
    reached[0] = true;
    past_runs(other, &mut reached);
    for piece in one {
        let mut next = vec![false; other.len() + 1];
        if *piece == Piece::Run {
            let from = reached.iter().position(|is| *is).unwrap_or(next.len());
            next[from..].fill(true);
        } else {
            for (place, own) in other.iter().enumerate().filter(|(place, _)| reached[*place]) {
                match (own, piece) {
                    (Piece::Run, _) => next[place] = true,
                    (Piece::Letter(a), Piece::Letter(b)) if a != b => {}
                    _ => next[place + 1] = true,
                }
            }
            past_runs(other, &mut next);
        }
        reached = next;
        if reached.iter().all(|is| !is) {
            return false;
        }
    }
    reached[other.len()]
}

fn past_runs(pieces: &[Piece], reached: &mut [bool]) {
    for (place, piece) in pieces.iter().enumerate() {
        if reached[place] && *piece == Piece::Run {
            reached[place + 1] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{may_meet, pieces};

    #[test]
    fn texts_that_both_fit() {
        for (template, text, fits) in [
            ("role/${Name}", "role/*", true),
            ("role/${Name}", "r*", true),
            ("role/${Name}", "user/x", false),
            ("${Bucket}/${Object}", "b/*", true),
            ("${Bucket}", "b", true),
            ("a/${X}/b", "a/*", true),
            ("a/${X}/b", "a/x/c", false),
            ("a/${X}/b", "a/${aws:username}/b", true),
            ("cluster:${X}", "cluster:?", true),
        ] {
            assert_eq!(
                may_meet(&pieces(template, true), &pieces(text, false)),
                fits,
                "{template} {text}"
            );
        }
    }
}
