//! Which actions of S3 fit which resources of a bucket policy: those on the bucket, and those on
//! its objects.

use crate::aws::{self, Action, Service};
use crate::eval::pattern_covers_action;
use crate::model::{ActionPattern, Part, Pattern, ResourceKind, Statement};

/// The two types of resources of a bucket policy, by AWS's names.
const TYPES: [&str; 2] = ["bucket", "object"];

/// The types of the resources that a statement of a bucket policy names. `None` where it does not list
/// them: they are all but some, or cannot be read.
pub(super) fn named_types(statement: &Statement) -> Option<Vec<&'static str>> {
    let element = statement.resource.as_ref().filter(|element| !element.not)?;
    let mut named = [false; 2];
    for pattern in &element.patterns {
        if pattern.doubt.is_some() {
            return None;
        }
        match &pattern.kind {
            ResourceKind::Everything => named = [true; 2],
            ResourceKind::Arn(pattern) => {
                let [bucket, object] = can_name(pattern);
                named = [named[0] || bucket, named[1] || object];
            }
        }
    }
    Some(
        TYPES
            .into_iter()
            .zip(named)
            .filter(|(_, is_named)| *is_named)
            .map(|(kind, _)| kind)
            .collect(),
    )
}

/// Whether a pattern can match a bucket, and whether it can match an object.
fn can_name(pattern: &Pattern) -> [bool; 2] {
    let is_wide = |part: &Part| matches!(part, Part::Any | Part::AnyInWord | Part::Variable(_));
    let has_slash = |part: &Part| matches!(part, Part::Literal(text) if text.contains('/'));
    let (is_wide, has_slash) =
        (pattern.parts.iter().any(is_wide), pattern.parts.iter().any(has_slash));
    [!has_slash, has_slash || is_wide]
}

/// The actions of the service that a pattern names, if it names a single one.
pub(super) fn covered(pattern: &ActionPattern) -> Box<dyn Iterator<Item = &'static Action> + '_> {
    // Most patterns are names; the other actions of the service need not be looked at.
    if let Some(name) = pattern.pattern.as_literal() {
        return Box::new(aws::action(name).into_iter());
    }
    let service = pattern.pattern.literal_start().split_once(':').map(|(prefix, _)| prefix);
    let among = service.and_then(aws::service).map(|service| among(service, pattern));
    Box::new(among.into_iter().flatten())
}

/// The actions of a service that a pattern covers, or may.
pub(super) fn among(
    service: &'static Service,
    pattern: &ActionPattern,
) -> impl Iterator<Item = &'static Action> {
    // A service has hundreds of actions: one text is written over for all of them.
    let mut name = String::new();
    service.actions().iter().filter(move |action| {
        name.clear();
        name.extend([service.prefix(), ":", action.name()]);
        name.make_ascii_lowercase();
        pattern_covers_action(pattern, &name) != Some(false)
    })
}

/// The types among these that an action works on.
pub(super) fn fitting(action: &Action, types: &[&'static str]) -> Vec<&'static str> {
    let of_s3 = action.service().prefix() == "s3";
    let works_on = |kind: &&str| of_s3 && action.resource_types().any(|one| one.name() == *kind);
    types.iter().copied().filter(works_on).collect()
}
