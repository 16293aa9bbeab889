//! Policy variables: `${key}`, `${key, 'default'}` and the escapes `${*}`, `${?}`, `${$}`
//! (IAM:reference_policies_variables).

/// A variable that is filled in from the request context.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Variable {
    /// The context key, in lower case: key names compare without case.
    pub key: Box<str>,
    /// The text that is used if the key is absent.
    pub default: Option<Box<str>>,
}

/// The text between `${` and `}`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Braced {
    /// `*`, `?` or `$` as a plain character.
    Literal(char),
    /// A variable.
    Variable(Variable),
}

/// Reads the text between the braces; the error says what is wrong with it.
pub(super) fn parse(inside: &str) -> Result<Braced, String> {
    match inside {
        "*" | "?" | "$" => return Ok(Braced::Literal(inside.chars().next().unwrap_or('$'))),
        "" => return Err("`${}` names no key".to_owned()),
        _ => {}
    }
    let (key, default) = match inside.split_once(',') {
        None => (inside, None),
        Some((key, rest)) => (key, Some(default_text(inside, rest)?)),
    };
    if key.is_empty() || key.contains(|c: char| c.is_whitespace() || c == '$' || c == '{') {
        return Err(format!(
            "`{key}` is not the name of a key: no spaces or `$` are allowed in it"
        ));
    }
    Ok(Braced::Variable(Variable { key: key.to_lowercase().into(), default }))
}

fn default_text(inside: &str, rest: &str) -> Result<Box<str>, String> {
    rest.strip_prefix(' ')
        .and_then(|rest| rest.strip_prefix('\''))
        .and_then(|rest| rest.strip_suffix('\''))
        .map(Into::into)
        .ok_or_else(|| format!("the default in `${{{inside}}}` must be written `${{key, 'text'}}`: comma, one space, single quotes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(inside: &str, expected: Option<(&str, Option<&str>)>) {
        let expected = expected
            .map(|(key, default)| Variable { key: key.into(), default: default.map(Into::into) });
        match parse(inside) {
            Ok(Braced::Variable(variable)) => assert_eq!(Some(variable), expected),
            other => assert!(expected.is_none(), "{inside}: {other:?}"),
        }
    }

    #[test]
    fn keys_fold_case_and_defaults_keep_it() {
        check("aws:UserName", Some(("aws:username", None)));
        check("aws:PrincipalTag/Team, 'Company'", Some(("aws:principaltag/team", Some("Company"))));
        check("aws:username, ''", Some(("aws:username", Some(""))));
        check("k, 'a, b'", Some(("k", Some("a, b"))));
    }

    #[test]
    fn misspelt_variables_are_refused() {
        for inside in ["", "aws: username", "aws:username,'x'", "aws:username, x", "${a"] {
            assert!(parse(inside).is_err(), "{inside}");
        }
        check("*", None);
    }
}
