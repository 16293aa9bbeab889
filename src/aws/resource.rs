//! Resource types and the shapes of their ARNs.

/// A kind of thing that actions of a service work on, such as `bucket`.
#[derive(Debug)]
pub struct ResourceType {
    name: &'static str,
    arn: &'static str,
    keys: &'static str,
}

impl ResourceType {
    pub(super) fn new(name: &'static str, arn: &'static str, keys: &'static str) -> Self {
        Self { name, arn, keys }
    }

    /// AWS's name of the type; some contain a blank (`function alias`). Source: `data/services/`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The ARN with variables, such as `arn:${Partition}:s3:::${BucketName}/${ObjectName}`. Each type has exactly one. Source: `data/services/`.
    pub fn arn(&self) -> &'static str {
        self.arn
    }

    /// The ARN in its parts: texts that match all of them one behind the other are those that [`ResourceType::matches`] accepts.
    pub fn arn_parts(&self) -> impl Iterator<Item = ArnPart> {
        let mut rest = self.arn;
        std::iter::from_fn(move || {
            if let Some((variable, after)) =
                rest.strip_prefix("${").and_then(|rest| rest.split_once('}'))
            {
                rest = after;
                return Some(ArnPart::Variable(contents(variable)));
            }
            let (literal, after) = rest.split_at(rest.find("${").unwrap_or(rest.len()));
            rest = after;
            (!literal.is_empty()).then_some(ArnPart::Literal(literal))
        })
    }

    /// The condition keys that come with every resource of this type, in canonical case, `*` for a variable part. Source: `data/services/`.
    pub fn condition_keys(&self) -> impl Iterator<Item = &'static str> {
        self.keys.split_ascii_whitespace()
    }

    /// Whether a concrete ARN (no wildcards, no variables) has the shape of this type.
    ///
    /// Variables are never empty. Object keys contain anything, names with a path contain `/`, all others neither `/` nor `:`, and
    /// letters compare with case. Where AWS's templates overlap
    /// (`function alias` and `function version`) both types match. AWS gives no template for objects behind a multi-Region
    /// access point, so such an ARN matches nothing.
    pub fn matches(&self, arn: &str) -> bool {
        let mut shapes = self.arn.splitn(6, ':');
        let mut parts = arn.splitn(6, ':');
        loop {
            match (shapes.next(), parts.next()) {
                (None, None) => return true,
                (Some(shape), Some(part)) if fits(shape, part) => {}
                _ => return false,
            }
        }
    }
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

/// What the variable of that name may contain: object keys are free; names with a path, provider URLs, names of partner event
/// sources (`aws.partner/example.com/x`, and the buses named after them) and key aliases (`alias/aws/s3`) contain slashes.
pub fn contents(variable: &str) -> Contents {
    match variable {
        "ObjectName" => Contents::Any,
        "EntityPath" | "OidcProviderName" | "EventSourceName" | "EventBusName" | "Alias" => {
            Contents::Path
        }
        name if name.ends_with("WithPath") => Contents::Path,
        _ => Contents::Word,
    }
}

/// Whether the text is the template with its variables filled.
fn fits(template: &str, text: &str) -> bool {
    let Some((literal, rest)) = template.split_once("${") else { return template == text };
    let (Some(text), Some((variable, rest))) = (text.strip_prefix(literal), rest.split_once('}'))
    else {
        return false;
    };
    let value = &text[..longest(contents(variable), text)];
    if rest.is_empty() {
        return !value.is_empty() && value.len() == text.len();
    }
    // A value ends where the literal behind it begins, and that is a separator: a word can end at one place only.
    let separator = &rest[..rest.find("${").unwrap_or(rest.len())];
    let mut ends =
        text.match_indices(separator).map(|(at, _)| at).take_while(|at| *at <= value.len());
    ends.any(|end| end > 0 && fits(rest, &text[end..]))
}

/// How much of the text, from its start, such a variable could take.
fn longest(contents: Contents, text: &str) -> usize {
    let end = match contents {
        Contents::Word => text.find(['/', ':']),
        Contents::Path => text.find(':'),
        Contents::Any => None,
    };
    end.unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
