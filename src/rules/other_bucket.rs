//! Resources of a bucket policy that belong to another bucket: S3 refuses the document with
//! `Policy has invalid resource`. Source: S3:WebsiteAccessPermissionsReqd (the name of the bucket
//! in the policy must be that of the bucket).

use super::rule::{Rule, Sink, Subject};
use crate::finding::{Code, Finding, Row, Section, Severity};
use crate::model::{Part, PolicyKind, ResourceKind, ResourcePattern, Statement};
use crate::source::Span;

const CODE: Code = Code::of(&Row {
    id: "other-bucket",
    severity: Severity::Error,
    section: Section::Rule,
    summary: "a bucket policy has a resource of another bucket, so S3 refuses to store it",
});

/// A finding for each other bucket that a bucket policy names as a resource, at its first place.
/// AWS's pages say nothing of `NotResource`, so it is left alone.
#[derive(Debug)]
pub(super) struct OtherBucket;

impl Rule for OtherBucket {
    fn code(&self) -> Code {
        CODE
    }

    fn document(&self, subject: &Subject<'_>, sink: &mut Sink) {
        let Some(attached) = subject.attached else { return };
        if subject.policy.kind != PolicyKind::Resource {
            return;
        }
        let bucket = attached.bucket;
        let mut places = Vec::<(String, Vec<Span>)>::new();
        let statements = subject.policy.statements.iter();
        for (other, span) in statements.flat_map(|statement| others(statement, bucket)) {
            match places.iter_mut().find(|(known, _)| *known == other) {
                Some((_, spans)) => spans.push(span),
                None => places.push((other, vec![span])),
            }
        }
        sink.extend(places.iter().filter_map(|(other, spans)| finding(bucket, other, spans)));
    }
}

fn finding(bucket: &str, other: &str, spans: &[Span]) -> Option<Finding> {
    let (first, more) = spans.split_first()?;
    let message = format!(
        "`{other}` is not this bucket, `{bucket}`: S3 refuses to store the whole bucket policy, `Policy has invalid resource`"
    );
    let places =
        if more.is_empty() { String::new() } else { format!(" in {} places", spans.len()) };
    let help =
        format!("replace `{other}` by `{bucket}`{places}, or give the policy of this bucket");
    let finding = Finding::new(CODE, *first, message).help(help);
    Some(more.iter().fold(finding, |finding, span| finding.related(*span, "and here")))
}

/// The name of another bucket in the resources of a statement.
pub fn other_bucket(statement: &Statement, bucket: &str) -> Option<String> {
    others(statement, bucket).next().map(|(other, _)| other)
}

fn others<'s>(
    statement: &'s Statement,
    bucket: &'s str,
) -> impl Iterator<Item = (String, Span)> + 's {
    let patterns = statement
        .resource
        .iter()
        .filter(|element| !element.not)
        .flat_map(|element| &element.patterns);
    patterns.filter_map(move |pattern| {
        Some((named_bucket(pattern).filter(|name| !can_be(name, bucket))?, pattern.span))
    })
}

/// The bucket of a pattern for buckets or objects, with its wildcards. `None`: it is about something else, or it cannot be read.
fn named_bucket(pattern: &ResourcePattern) -> Option<String> {
    let ResourceKind::Arn(arn) = &pattern.kind else { return None };
    if pattern.doubt.is_some() {
        return None;
    }
    let words = arn.parts.iter().map(|part| match part {
        Part::Literal(text) => text,
        Part::One | Part::OneInSegment => "?",
        Part::Any | Part::AnyInSegment | Part::AnyInWord | Part::Variable(_) => "*",
    });
    let text = words.collect::<String>();
    let mut parts = text.splitn(6, ':');
    let (_, _, service, region, account, resource) =
        (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_of_buckets =
        service == "s3" && matches!(region, "" | "*") && matches!(account, "" | "*");
    let name = resource.split('/').next().unwrap_or_default();
    (is_of_buckets && !name.is_empty()).then(|| name.to_owned())
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
