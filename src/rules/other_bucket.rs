//! Resources of a bucket policy that are not of its bucket: another bucket, something else than a
//! bucket, or everything. S3 refuses the document with `Policy has invalid resource`. Source:
//! S3:WebsiteAccessPermissionsReqd (the name of the bucket in the policy must be that of the
//! bucket); practice for `*`.

use super::lint::manual::rule_code;
use super::rule::{Rule, Scene, Sink};
use crate::finding::{Code, Finding, Severity};
use crate::model::{Part, Pattern, ResourceKind, ResourcePattern, Statement};
use crate::source::Span;

rule_code! {
    /// A resource of a bucket policy is not of a bucket.
    ///
    /// S3 refuses the whole policy: `Policy has invalid resource`. Where the bucket is known (`check`), another bucket is found as well; where it is not, a
    /// second bucket is.
    ///
    /// ```json bad bucket
    /// {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:GetObject", "Resource": "*"}
    /// ```
    /// ```json good bucket
    /// {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// What to do: write `arn:aws:s3:::BUCKET` for the bucket, `arn:aws:s3:::BUCKET/*` for its objects.
    ///
    /// Source: S3:WebsiteAccessPermissionsReqd.
    CODE: Error "other-bucket" ["UNSUPPORTED_RESOURCE_ARN_IN_POLICY"] "a bucket policy has a resource that is not of its bucket, so S3 refuses to store it"
}

/// A finding for each resource of something else, at its first place. AWS's pages say nothing of
/// `NotResource`, so it is left alone.
#[derive(Debug)]
pub(super) struct OtherBucket;

impl Rule for OtherBucket {
    fn codes(&self) -> &'static [Code] {
        &[CODE]
    }

    fn document(&self, subject: &Scene<'_>, sink: &mut Sink) {
        if !subject.is_of_bucket() {
            return;
        }
        let bucket = subject.attached.and_then(|attached| attached.bucket);
        let mut places = Vec::<(String, Vec<Span>)>::new();
        for pattern in subject.policy.statements.iter().flat_map(named) {
            let Some(other) = other(pattern, bucket) else { continue };
            match places.iter_mut().find(|(known, _)| *known == other) {
                Some((_, spans)) => spans.push(pattern.span),
                None => places.push((other, vec![pattern.span])),
            }
        }
        sink.extend(places.iter().filter_map(|(other, spans)| finding(bucket, other, spans)));
        if bucket.is_none() {
            sink.extend(second_bucket(subject));
        }
    }
}

/// The first resource that is of another bucket than the first that is named in full: one policy is of one bucket. The policy of a VPC endpoint may have the same
/// words, so that it is a warning where nobody said what the policy is.
fn second_bucket(subject: &Scene<'_>) -> Option<Finding> {
    let patterns = || subject.policy.statements.iter().flat_map(named);
    let (first, place) = patterns().find_map(|pattern| {
        let ResourceKind::Arn(arn) = &pattern.kind else { return None };
        let text = written(arn);
        let name = bucket_of(&text).filter(|name| !name.contains(['*', '?']))?;
        Some((name.to_owned(), pattern.span))
    })?;
    let is_bucket = |other: &String| !other.contains(':') && other != "*";
    let (other, span) = patterns().find_map(|pattern| {
        Some((other(pattern, Some(&first)).filter(is_bucket)?, pattern.span))
    })?;
    let message = format!(
        "`{first}` and `{other}` are two buckets: S3 refuses to store such a bucket policy, `Policy has invalid resource`"
    );
    let finding = Finding::new(CODE, span, message).related(place, "the first bucket");
    let finding = finding
        .help("write a policy for each bucket; of a policy of a VPC endpoint say `--kind vpce`");
    let is_guess = subject.attached.is_some_and(|attached| attached.is_guess);
    Some(if is_guess { finding.severity(Severity::Warning) } else { finding })
}

fn finding(bucket: Option<&str>, other: &str, spans: &[Span]) -> Option<Finding> {
    let (first, more) = spans.split_first()?;
    let is_name = !other.contains(':') && other != "*";
    let own = bucket.map_or("a bucket or of its objects".to_owned(), |bucket| {
        if is_name { format!("this bucket, `{bucket}`") } else { format!("the bucket `{bucket}`") }
    });
    let is_not = if is_name { "is not" } else { "is not an ARN of" };
    let message = format!(
        "`{other}` {is_not} {own}: S3 refuses to store the whole bucket policy, `Policy has invalid resource`"
    );
    let places =
        if more.is_empty() { String::new() } else { format!(" in {} places", spans.len()) };
    let bucket = bucket.unwrap_or("BUCKET");
    let help = if is_name {
        format!("replace `{other}` by `{bucket}`{places}, or give the policy of this bucket")
    } else {
        format!(
            "write `arn:aws:s3:::{bucket}` for the bucket, `arn:aws:s3:::{bucket}/*` for its objects{places}"
        )
    };
    let finding = Finding::new(CODE, *first, message).help(help);
    Some(more.iter().fold(finding, |finding, span| finding.related(*span, "and here")))
}

/// The name of another bucket in the resources of a statement.
pub fn other_bucket(statement: &Statement, bucket: &str) -> Option<String> {
    let mut others = named(statement).filter_map(|pattern| other(pattern, Some(bucket)));
    others.find(|other| !other.contains(':') && other != "*")
}

fn named(statement: &Statement) -> impl Iterator<Item = &ResourcePattern> {
    let element = statement.resource.as_ref().filter(|element| !element.not);
    element.into_iter().flat_map(|element| &element.patterns)
}

/// What a pattern names, if it is not of this bucket, or of no bucket at all.
fn other(pattern: &ResourcePattern, bucket: Option<&str>) -> Option<String> {
    if pattern.doubt.is_some() || !pattern.unsettled.is_empty() {
        return None;
    }
    let text = match &pattern.kind {
        ResourceKind::Everything => return Some("*".to_owned()),
        ResourceKind::Arn(arn) => written(arn),
    };
    match (bucket_of(&text), bucket) {
        (Some(name), Some(bucket)) => (!can_be(name, bucket)).then(|| name.to_owned()),
        (Some(_), None) => None,
        (None, _) => Some(text),
    }
}

/// A pattern as text, with its wildcards; a variable may be anything.
fn written(pattern: &Pattern) -> String {
    let words = pattern.parts.iter().map(|part| match part {
        Part::Literal(text) => text,
        Part::One | Part::OneInSegment => "?",
        Part::Any | Part::AnyInSegment | Part::AnyInWord | Part::Variable(_) => "*",
    });
    words.collect()
}

/// The bucket of an ARN of a bucket or of objects, with its wildcards. `None`: it is about something
/// else. S3's ARNs have neither region nor account.
fn bucket_of(arn: &str) -> Option<&str> {
    let parts = arn.splitn(6, ':').collect::<Vec<_>>();
    let [_, _, service, region, account, resource] = parts[..] else { return None };
    let is_of_buckets =
        matches!(service, "s3" | "*") && matches!(region, "" | "*") && matches!(account, "" | "*");
    let name = resource.split('/').next().unwrap_or_default();
    (is_of_buckets && !name.is_empty()).then_some(name)
}

/// Whether a name with wildcards can be the beginning of an ARN's last part, `bucket` or `bucket/key`.
fn can_be(name: &str, bucket: &str) -> bool {
    let head = name.split('*').next().unwrap_or_default();
    let begins = head
        .chars()
        .zip(bucket.chars().chain(['/']))
        .all(|(letter, own)| letter == own || letter == '?');
    begins && (name.contains(['*', '?']) || name == bucket)
}

#[cfg(test)]
mod tests {
    use super::can_be;

    #[test]
    fn names_with_wildcards() {
        for name in ["b-1", "*", "b*", "b-?", "b-1*", "?*1", "b*c", "b-1?x"] {
            assert!(can_be(name, "b-1"), "{name}");
        }
        for name in ["b", "b-12", "c*", "B-1", "b-1x*", "c-?"] {
            assert!(!can_be(name, "b-1"), "{name}");
        }
    }
}
