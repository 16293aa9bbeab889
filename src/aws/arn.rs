//! Templates of ARNs: what their variables may contain, and which ARNs have their shape.

use smallvec::SmallVec;

/// The services whose variables were checked one by one. The templates of all others are taken loosely.
const CURATED: [&str; 10] =
    ["events", "iam", "kms", "lambda", "s3", "s3-object-lambda", "s3express", "sns", "sqs", "sts"];

/// The segment of the account in an ARN, by the colons before it.
const ACCOUNT: usize = 4;

/// The shape of an ARN with variables, such as `arn:${Partition}:s3:::${BucketName}`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ArnTemplate {
    text: &'static str,
    is_curated: bool,
}

/// A part of the ARN of a type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ArnPart {
    /// This text.
    Literal(&'static str),
    /// Some text, never empty.
    Variable(Contents),
}

/// What a variable of a template may contain.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Contents {
    /// Neither `/` nor `:`.
    Word,
    /// A path: `/` too.
    Path,
    /// Everything.
    Any,
}

impl ArnTemplate {
    pub(super) fn new(service: &str, text: &'static str) -> Self {
        Self { text, is_curated: CURATED.contains(&service) }
    }

    /// The template as AWS writes it, with `${Rest}` where AWS writes `*`.
    pub fn text(self) -> &'static str {
        self.text
    }

    /// Its parts: [`ArnTemplate::matches`] accepts a text that matches all of them one after the other.
    pub fn parts(self) -> impl Iterator<Item = ArnPart> {
        let mut rest = self.text;
        std::iter::from_fn(move || {
            if let Some((variable, after)) =
                rest.strip_prefix("${").and_then(|rest| rest.split_once('}'))
            {
                rest = after;
                return Some(ArnPart::Variable(self.contents(variable)));
            }
            let (literal, after) = rest.split_at(rest.find("${").unwrap_or(rest.len()));
            rest = after;
            (!literal.is_empty()).then_some(ArnPart::Literal(literal))
        })
    }

    /// What its variable of that name may contain; no name occurs twice in a template.
    ///
    /// Services that were checked one by one have their own table. For all others the last variable of the resource may be anything and
    /// an earlier one a path: AWS's templates do not say, and to accept fewer ARNs than exist would hide differences. The part
    /// before the resource is a word, and so are `${Account}`, `${Region}` and `${Partition}` anywhere.
    pub fn contents(self, variable: &str) -> Contents {
        if self.is_curated {
            return curated(variable);
        }
        if matches!(variable, "Account" | "Region" | "Partition") {
            return Contents::Word;
        }
        let resource = self.text.splitn(6, ':').nth(5).unwrap_or_default();
        let mut names = resource.split("${").skip(1).filter_map(|rest| rest.split('}').next());
        match names.position(|name| name == variable) {
            None => Contents::Word,
            Some(_) if names.next().is_none() => Contents::Any,
            Some(_) => Contents::Path,
        }
    }

    /// Whether the account may be empty though the template has one, as in `arn:aws:ssm:REGION::parameter/aws/..`. For
    /// services that were checked one by one it is present.
    pub fn may_lack_account(self) -> bool {
        !self.is_curated
    }

    /// Whether a concrete ARN (no wildcards, no variables) has this shape. Variables are never empty; letters compare with case.
    pub fn matches(self, arn: &str) -> bool {
        // Most ARNs are of another service.
        let service = self.text.split(':').nth(2).filter(|own| !own.contains("${"));
        if service.is_some_and(|own| Some(own) != arn.split(':').nth(2)) {
            return false;
        }
        let bytes = arn.as_bytes();
        // Where the parts so far can end; walked part by part, so that no ARN takes long.
        let mut ends = Ends::from_slice(&[0]);
        let mut segment = 0;
        for part in self.parts() {
            ends = match part {
                ArnPart::Literal(text) => {
                    segment += text.matches(':').count();
                    behind_literal(&ends, bytes, text.as_bytes())
                }
                ArnPart::Variable(contents) => {
                    let may_be_empty = segment == ACCOUNT && self.may_lack_account();
                    behind_variable(&ends, bytes, contents, may_be_empty)
                }
            };
            if ends.is_empty() {
                return false;
            }
        }
        ends.last() == Some(&bytes.len())
    }
}

/// Places in a text, ascending.
type Ends = SmallVec<[usize; 32]>;

impl Contents {
    fn may_hold(self, byte: u8) -> bool {
        match self {
            Contents::Word => byte != b'/' && byte != b':',
            Contents::Path => byte != b':',
            Contents::Any => true,
        }
    }
}

fn behind_literal(ends: &Ends, bytes: &[u8], literal: &[u8]) -> Ends {
    let fits = |end: &&usize| bytes[**end..].starts_with(literal);
    ends.iter().filter(fits).map(|end| end + literal.len()).collect()
}

fn behind_variable(ends: &Ends, bytes: &[u8], contents: Contents, may_be_empty: bool) -> Ends {
    let mut after = Ends::new();
    // All places that can be reached from those so far lie before this one.
    let mut reached = 0;
    for &end in ends {
        if may_be_empty && after.last().is_none_or(|last| *last < end) {
            after.push(end);
        }
        let start = end.max(reached);
        let run = bytes[start..].iter().take_while(|byte| contents.may_hold(**byte)).count();
        after.extend(start + 1..=start + run);
        reached = start + run;
    }
    after
}

/// What variables of the curated services may contain: object keys are free; names with a path, provider URLs, names of partner event
/// sources (`aws.partner/example.com/x`, and the buses named after them) and key aliases (`alias/aws/s3`) contain slashes.
fn curated(variable: &str) -> Contents {
    match variable {
        "ObjectName" => Contents::Any,
        "EntityPath" | "OidcProviderName" | "EventSourceName" | "EventBusName" | "Alias" => {
            Contents::Path
        }
        name if name.ends_with("WithPath") => Contents::Path,
        _ => Contents::Word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(template: &'static str, text: &str) -> bool {
        ArnTemplate::new("s3", template).matches(text)
    }

    fn fits_other(template: &'static str, text: &str) -> bool {
        ArnTemplate::new("other", template).matches(text)
    }

    #[test]
    fn variables_are_filled_but_never_empty() {
        assert!(fits("${BucketName}", "b"));
        assert!(!fits("${BucketName}", ""));
        assert!(!fits("${BucketName}", "b/"));
        assert!(fits("${BucketName}/${ObjectName}", "b/a/b:c/"));
        assert!(!fits("${BucketName}/${ObjectName}", "b/"));
        assert!(!fits("${BucketName}/${ObjectName}", "/k"));
        assert!(fits("self", "self"));
        assert!(!fits("self", "selfish"));
    }

    #[test]
    fn a_path_may_end_at_any_separator() {
        assert!(fits("rule/${EventBusName}/${RuleName}", "rule/aws.partner/example.com/x/r"));
        assert!(fits("rule/${EventBusName}/${RuleName}", "rule/bus/r"));
        assert!(!fits("rule/${EventBusName}/${RuleName}", "rule/r"));
        assert!(fits("role/${RoleNameWithPath}", "role/a/b/c"));
    }

    #[test]
    fn services_that_nobody_looked_at_are_taken_generously() {
        let template = "arn:${Partition}:x:${Region}:${Account}:a/${One}/b/${Two}/c";
        assert!(fits_other(template, "arn:aws:x:r:1:a/p/q/b/r/s:t/c"));
        assert!(!fits_other(template, "arn:aws:x:r:1:a/p:q/b/r/c"));
        assert!(!fits_other(template, "arn:aws:x:r/s:1:a/p/b/r/c"));
        let versions = "arn:${Partition}:x:::t/${Name}:${Major}.${Minor}";
        assert!(fits_other(versions, "arn:aws:x:::t/n:1.2"));
        assert!(!fits_other(versions, "arn:aws:x:::t/n:12"));
        let account = "arn:${Partition}:x:::t/${Name}/${Account}";
        assert!(!fits_other(account, "arn:aws:x:::t/n/1:2"));
    }
}
