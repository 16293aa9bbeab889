//! The forms of the ARNs that the resources of a service have.

use crate::aws::{self, ArnTemplate, Contents, Service};
use rustc_hash::FxHashMap;
use smallvec::{SmallVec, smallvec};
use std::sync::{LazyLock, RwLock};

/// The form of the ARNs of a type of resource.
#[derive(Debug)]
pub(super) struct Form {
    /// The service in these ARNs; empty where that is a variable.
    pub service: &'static str,
    /// The name of the type.
    pub kind: &'static str,
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
    /// The form of the ARNs of a template of this type.
    fn of_template(kind: &'static str, template: ArnTemplate) -> Option<Form> {
        let mut parts = template.text().splitn(6, ':');
        let service = parts.nth(2)?;
        let (region, account, resource) = (parts.next()?, parts.next()?, parts.next()?);
        let start = resource.split(['/', ':']).next().unwrap_or_default();
        let fixed = |word: &'static str| if word.contains("${") { "" } else { word };
        let form = Form {
            service: fixed(service),
            kind,
            has_region: !region.is_empty(),
            has_account: !account.is_empty(),
            start: fixed(start),
            resource: pieces(resource, Some(template)).into_vec(),
        };
        Some(form)
    }

    /// Whether a text with wildcards can be the last part of such an ARN.
    pub(super) fn may_be(&self, resource: &Pieces) -> bool {
        // Most differ in their first letters.
        let mut pairs = self.resource.iter().zip(&resource.0);
        let differ = pairs.find_map(|pair| match pair {
            (Piece::Letter(own), Piece::Letter(letter)) if own == letter => None,
            (Piece::Letter(_), Piece::Letter(_)) => Some(true),
            _ => Some(false),
        });
        differ != Some(true) && may_meet(&self.resource, &resource.0)
    }
}

/// The last part of an ARN with wildcards, taken apart.
#[derive(Debug)]
pub(super) struct Pieces(SmallVec<[Piece; 64]>);

impl Pieces {
    /// Of a text as policies write it.
    pub(super) fn of(resource: &str) -> Pieces {
        Pieces(pieces(resource, None))
    }
}

/// The forms of ARNs with this service in them; none if the data has no type for it.
pub(super) fn forms(arn_service: &str) -> &'static [Form] {
    // What AWS has is less than what a policy can name: names that are no service are not kept.
    WITH_SERVICE.get(arn_service, || {
        let with_it = |service: &'static Service| {
            forms_of(service).filter(|form| form.service == arn_service).collect::<Vec<_>>()
        };
        let found = aws::service(arn_service).map(with_it).unwrap_or_default();
        if !found.is_empty() {
            return found;
        }
        // Resources of other services may have ARNs with this one in them.
        let others = aws::services().filter(|service| service.may_have_arns_of(arn_service));
        others.flat_map(with_it).collect()
    })
}

/// The forms of the ARNs of all resources of a service, whatever service is in them.
pub(super) fn all_forms(service: &'static Service) -> &'static [Form] {
    OF_SERVICE.get(service.prefix(), || forms_of(service).collect())
}

static WITH_SERVICE: Known = Known(LazyLock::new(RwLock::default));
static OF_SERVICE: Known = Known(LazyLock::new(RwLock::default));

/// Forms that were asked for. They are made once and kept.
struct Known(LazyLock<RwLock<FxHashMap<String, &'static [Form]>>>);

impl Known {
    fn get(&self, name: &str, make: impl FnOnce() -> Vec<Form>) -> &'static [Form] {
        if let Some(known) = self.0.read().ok().and_then(|known| known.get(name).copied()) {
            return known;
        }
        let found = make();
        if found.is_empty() {
            return &[];
        }
        let found: &'static [Form] = Box::leak(found.into_boxed_slice());
        match self.0.write() {
            Ok(mut known) => known.entry(name.to_owned()).or_insert(found),
            Err(_) => found,
        }
    }
}

fn forms_of(service: &'static Service) -> impl Iterator<Item = Form> {
    let kinds = service.resource_types().iter();
    kinds.flat_map(|kind| {
        kind.arns().filter_map(|template| Form::of_template(kind.name(), template))
    })
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
fn pieces(text: &str, template: Option<ArnTemplate>) -> SmallVec<[Piece; 64]> {
    let mut pieces = SmallVec::new();
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

/// Places of a text, one more than it has pieces.
type Places = SmallVec<[bool; 128]>;

/// Whether some text fits a template and a text with wildcards.
fn may_meet(template: &[Piece], text: &[Piece]) -> bool {
    let mut places: [Places; 2] =
        [smallvec![false; text.len() + 1], smallvec![false; text.len() + 1]];
    let [reached, next] = &mut places;
    let (mut reached, mut next) = (&mut **reached, &mut **next);
    reached[0] = true;
    // All places before it are out of reach.
    let mut first = 0;
    past_runs(text, reached, first);
    for piece in template {
        next[first..].fill(false);
        step(*piece, text, reached, next, first);
        past_runs(text, next, first);
        std::mem::swap(&mut reached, &mut next);
        match reached[first..].iter().position(|is| *is) {
            Some(further) => first += further,
            None => return false,
        }
    }
    reached[text.len()]
}

/// The places behind a piece of the template.
fn step(piece: Piece, text: &[Piece], reached: &[bool], next: &mut [bool], first: usize) {
    if let Piece::Run(contents) = piece {
        for place in first..text.len() {
            next[place] |= reached[place];
            next[place + 1] |= next[place] && may_hold(contents, text[place]);
        }
        next[text.len()] |= reached[text.len()];
        return;
    }
    for place in (first..text.len()).filter(|place| reached[*place]) {
        match (text[place], piece) {
            (Piece::Run(_), _) => next[place] = true,
            (Piece::Letter(a), Piece::Letter(b)) if a != b => {}
            _ => next[place + 1] = true,
        }
    }
}

fn may_hold(contents: Contents, piece: Piece) -> bool {
    match (contents, piece) {
        (Contents::Word, Piece::Letter(letter)) => letter != b'/' && letter != b':',
        (Contents::Path, Piece::Letter(letter)) => letter != b':',
        _ => true,
    }
}

fn past_runs(pieces: &[Piece], reached: &mut [bool], first: usize) {
    for place in first..pieces.len() {
        if reached[place] && matches!(pieces[place], Piece::Run(_)) {
            reached[place + 1] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Pieces, forms};

    #[test]
    fn texts_that_fit_a_form() {
        let fits = |service, text| forms(service).iter().any(|form| form.may_be(&Pieces::of(text)));
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
            forms("s3")
                .iter()
                .filter(|form| form.start.is_empty() && form.may_be(&Pieces::of(text)))
                .count()
        };
        assert_eq!((of_bucket("b"), of_bucket("b/k"), of_bucket("b*")), (1, 1, 2));
    }
}
