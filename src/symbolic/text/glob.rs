//! Patterns as the command line writes them.

use crate::model::{Part, Pattern, Shape};

/// A text with wildcards and without variables; those of an ARN know their segment.
pub(crate) fn glob(text: &str, is_arn: bool) -> Pattern {
    let mut parts = Vec::new();
    let (mut plain, mut colons) = (String::new(), 0);
    for c in text.chars() {
        let bound = is_arn && colons < 5;
        let part = match c {
            '*' if bound => Part::AnyInSegment,
            '*' => Part::Any,
            '?' if bound => Part::OneInSegment,
            '?' => Part::One,
            _ => {
                colons += usize::from(c == ':');
                plain.push(c);
                continue;
            }
        };
        if !plain.is_empty() {
            parts.push(Part::Literal(std::mem::take(&mut plain).into()));
        }
        parts.push(part);
    }
    if !plain.is_empty() {
        parts.push(Part::Literal(plain.into()));
    }
    Pattern {
        shape: if parts.len() == 1 && matches!(parts[0], Part::Literal(_)) {
            Shape::Exact
        } else {
            Shape::General
        },
        parts: parts.into(),
    }
}
