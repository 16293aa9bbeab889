//! The forms of the ARNs that the resources of a service have.

use crate::aws::{self, ArnTemplate, Contents, Service};
use std::collections::HashMap;
use std::sync::{LazyLock, RwLock};

/// The form of the ARNs of a type of resource.
#[derive(Debug)]
pub(super) struct Form {
    /// Whether they have a region.
    pub has_region: bool,
    /// Whether they have an account, or the word that AWS writes in its place.
    pub has_account: bool,
    /// The word before the first separator behind the account; empty where that is a variable.
    pub start: &'static str,
    /// The part behind the account.
    resource: Vec<Piece>,
}

impl Form {
    /// The service of a template and the form of its ARNs.
    pub(super) fn of_template(template: ArnTemplate) -> Option<(&'static str, Form)> {
        let mut parts = template.text().splitn(6, ':');
        let own = parts.nth(2)?;
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let start = resource.split(['/', ':']).next().unwrap_or_default();
        let form = Form {
            has_region: !region.is_empty(),
            has_account: !account.is_empty(),
            start: if start.contains("${") { "" } else { start },
            resource: pieces(resource, Some(template)),
        };
        Some((own, form))
    }

    /// Whether a text with wildcards can be the last part of such an ARN.
    pub(super) fn may_be(&self, resource: &str) -> bool {
        // Most differ in their first letters.
        let heads = self.resource.iter().zip(resource.bytes()).find(|(own, letter)| {
            matches!(own, Piece::Letter(own) if own != letter) || !matches!(own, Piece::Letter(_))
        });
        match heads {
            Some((Piece::Letter(_), letter)) if !matches!(letter, b'*' | b'?' | b'$') => false,
            _ => may_meet(&self.resource, &pieces(resource, None)),
        }
    }
}

/// The forms of ARNs with this service in them; none if the data has no type for it.
pub(super) fn forms(arn_service: &str) -> &'static [Form] {
    if let Some(known) = KNOWN.read().ok().and_then(|known| known.get(arn_service).copied()) {
        return known;
    }
    // What AWS has is less than what a policy can name: names that are no service are not kept.
    let own = aws::service(arn_service).map(|service| of_service(service, arn_service));
    let mut found = own.unwrap_or_default();
    if found.is_empty() {
        found = others(arn_service).flat_map(|service| of_service(service, arn_service)).collect();
    }
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
    let own = templates.filter_map(Form::of_template);
    own.filter(|(own, _)| *own == arn_service).map(|(_, form)| form).collect()
}

/// A letter of a text, or what stands for others.
#[derive(Clone, Copy, PartialEq, Debug)]
enum Piece {
    Letter(u8),
    One,
    /// Some letters, but none that these may not be.
    Run(Contents),
}

/// The text in pieces. A variable of a policy may be anything; that of a template is never empty, which does not matter here.
fn pieces(text: &str, template: Option<ArnTemplate>) -> Vec<Piece> {
    let mut pieces = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.bytes().next() {
        let variable = rest.strip_prefix("${").and_then(|rest| rest.split_once('}'));
        if let Some((name, after)) = variable {
            pieces.push(Piece::Run(
                template.map_or(Contents::Any, |template| template.contents(name)),
            ));
            rest = after;
            continue;
        }
        pieces.push(match first {
            b'*' if template.is_none() => Piece::Run(Contents::Any),
            b'?' if template.is_none() => Piece::One,
            letter => Piece::Letter(letter),
        });
        let mut letters = rest.chars();
        letters.next();
        rest = letters.as_str();
    }
    pieces
}

/// Whether some text fits two texts with wildcards.
pub(super) fn may_overlap(one: &str, other: &str) -> bool {
    one == other || may_meet(&pieces(one, None), &pieces(other, None))
}

/// Whether some text fits a template and a text with wildcards.
fn may_meet(template: &[Piece], text: &[Piece]) -> bool {
    let mut reached = vec![false; text.len() + 1];
    reached[0] = true;
    past_runs(text, &mut reached);
    for piece in template {
        let mut next = vec![false; text.len() + 1];
        if let Piece::Run(contents) = piece {
            for place in 0..text.len() {
                next[place] |= reached[place];
                next[place + 1] |= next[place] && may_hold(*contents, text[place]);
            }
            next[text.len()] |= reached[text.len()];
        } else {
            for (place, own) in text.iter().enumerate().filter(|(place, _)| reached[*place]) {
                match (own, piece) {
                    (Piece::Run(_), _) => next[place] = true,
                    (Piece::Letter(a), Piece::Letter(b)) if a != b => {}
                    _ => next[place + 1] = true,
                }
            }
        }
        past_runs(text, &mut next);
        reached = next;
        if reached.iter().all(|is| !is) {
            return false;
        }
    }
    reached[text.len()]
}

fn may_hold(contents: Contents, piece: Piece) -> bool {
    match (contents, piece) {
        (Contents::Word, Piece::Letter(letter)) => letter != b'/' && letter != b':',
        (Contents::Path, Piece::Letter(letter)) => letter != b':',
        _ => true,
    }
}

fn past_runs(pieces: &[Piece], reached: &mut [bool]) {
    for (place, piece) in pieces.iter().enumerate() {
        if reached[place] && matches!(piece, Piece::Run(_)) {
            reached[place + 1] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::forms;

    #[test]
    fn texts_that_fit_a_form() {
        let fits = |service, text| forms(service).iter().any(|form| form.may_be(text));
        for (service, text, expected) in [
            ("iam", "role/*", true),
            ("iam", "r*", true),
            ("iam", "roles/x", false),
            ("iam", "user/${aws:username}", true),
            ("s3", "b", true),
            ("s3", "b/é/*", true),
            ("kms", "key/1", true),
            ("kms", "keys/1", false),
            ("sqs", "a/b", false),
            ("sqs", "?", true),
            ("nosuch", "x", false),
        ] {
            assert_eq!(fits(service, text), expected, "{service} {text}");
        }
        let of_bucket = |text| {
            forms("s3").iter().filter(|form| form.start.is_empty() && form.may_be(text)).count()
        };
        assert_eq!((of_bucket("b"), of_bucket("b/k"), of_bucket("b*")), (1, 1, 2));
    }
}
