//! Texts of a policy with wildcards and variables (IAM:reference_policies_variables).

use super::context::Context;

/// One character of a text, after its variables were replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A character as written in the policy.
    Written(char),
    /// A character from the value of a variable, or an escape: never a wildcard, and never a colon
    /// between the parts of an ARN.
    Inserted(char),
    /// `?`
    One,
    /// `*`
    Run,
    /// The same, for characters other than a colon.
    OneInPart,
    RunInPart,
}

/// Which wildcards and variables a text has.
#[derive(Clone, Copy)]
pub struct Style {
    pub wildcards: bool,
    pub variables: bool,
}

/// The pieces of a text; `None` if a variable has neither value nor default. The text matches
/// nothing then.
pub fn pieces(text: &str, style: Style, context: &Context) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((name, after)) = variable(rest).filter(|_| style.variables) {
            pieces.extend(value(name, context)?.chars().map(Piece::Inserted));
            rest = after;
            continue;
        }
        pieces.push(match c {
            '*' if style.wildcards => Piece::Run,
            '?' if style.wildcards => Piece::One,
            c => Piece::Written(c),
        });
        rest = &rest[c.len_utf8()..];
    }
    Some(pieces)
}

/// The keys of the variables of a text that have no default.
pub fn keys_without_default(text: &str) -> Vec<String> {
    let mut keys = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let Some((name, after)) = variable(&rest[at..]) else { break };
        if !["*", "?", "$"].contains(&name) && !name.contains(", '") {
            keys.push(name.to_owned());
        }
        rest = after;
    }
    keys
}

/// Splits `${...}` at the beginning of the text into its inside and the rest.
fn variable(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("${")?.split_once('}')
}

fn value(name: &str, context: &Context) -> Option<String> {
    if ["*", "?", "$"].contains(&name) {
        return Some(name.to_owned());
    }
    let (key, default) = match name.split_once(", '") {
        Some((key, default)) => (key, default.strip_suffix('\'')),
        None => (name, None),
    };
    context.single(key).or_else(|| default.map(str::to_owned))
}

/// An empty variable and one that is not closed are errors
/// (IAM:access-analyzer-reference-policy-checks).
pub fn check(text: &str, variables: bool) -> Result<(), String> {
    let mut rest = text;
    while let Some(at) = rest.find("${").filter(|_| variables) {
        let (name, after) =
            variable(&rest[at..]).ok_or_else(|| format!("`{text}`: a variable is not closed"))?;
        if name.is_empty() {
            return Err(format!("`{text}`: a variable has no name"));
        }
        rest = after;
    }
    Ok(())
}
