//! The templates of ARNs, in one notation.

use super::raw::Arns;
use crate::aws::table;

/// Templates that are kept by hand.
const BY_HAND: &str = include_str!("../arns.txt");
/// The variable for the star at the end of a template.
const REST: &str = "${Rest}";

/// The templates of a type. A star for the Region or the account makes two: with one and without; one at the end becomes `${Rest}`.
pub(super) fn templates(prefix: &str, name: &str, arns: &Arns) -> Result<Vec<String>, String> {
    let mut by_hand =
        table::rows::<4>(BY_HAND).filter(|[service, kind, ..]| *service == prefix && *kind == name);
    if let Some([_, _, templates, _]) = by_hand.next() {
        return Ok(templates.split(' ').map(str::to_owned).collect());
    }
    let texts = match arns {
        Arns::One(text) => text.split(", ").collect::<Vec<_>>(),
        Arns::Many(texts) => texts.iter().map(String::as_str).collect(),
    };
    let mut found = Vec::new();
    for text in texts {
        let made =
            several(text).ok_or_else(|| format!("`{name}`: an ARN in a new notation: `{text}`"))?;
        found.extend(made);
    }
    Ok(found)
}

/// The templates that one text of AWS means.
fn several(text: &str) -> Option<Vec<String>> {
    let text = with_dollars(text)?;
    let [arn, partition, service, region, account, resource] =
        text.splitn(6, ':').collect::<Vec<_>>().try_into().ok()?;
    let is_service = is_variable(service) || is_word(service);
    if arn != "arn" || partition != "${Partition}" || !is_service || resource.is_empty() {
        return None;
    }
    let is_region = region == "*" || region.is_empty() || is_variable(region) || is_word(region);
    let is_account =
        account == "*" || account.is_empty() || is_variable(account) || account == "aws";
    let resource = without_star(resource)?;
    if !is_region || !is_account || !are_variables_different(&text) {
        return None;
    }
    let mut found = Vec::new();
    for region in either(region, "${Region}") {
        for account in either(account, "${Account}") {
            found.push(format!("arn:{partition}:{service}:{region}:{account}:{resource}"));
        }
    }
    Some(found)
}

/// A star is a variable or nothing.
fn either<'t>(part: &'t str, variable: &'t str) -> Vec<&'t str> {
    if part == "*" { vec![variable, ""] } else { vec![part] }
}

/// A variable without its dollar, `{Date-and-Time}`, counts as well.
fn with_dollars(text: &str) -> Option<String> {
    let mut found = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        found += before.strip_suffix('$').unwrap_or(before);
        found += &format!("${{{}}}", name.replace('-', ""));
        rest = after;
    }
    Some(found + rest)
}

/// The resource with `${Rest}` for a star at its end; nothing if it holds what is not understood.
fn without_star(resource: &str) -> Option<String> {
    let (before, rest) = resource.strip_suffix('*').map_or((resource, ""), |before| (before, REST));
    let mut literals = String::new();
    let mut left = before;
    while let Some((literal, after)) = left.split_once("${") {
        literals += literal;
        left = after.split_once('}').filter(|(name, _)| is_name(name))?.1;
    }
    literals += left;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/:._+-".contains(&byte);
    literals.bytes().all(is_plain).then(|| format!("{before}{rest}"))
}

fn are_variables_different(text: &str) -> bool {
    let names = || text.split("${").skip(1).filter_map(|rest| rest.split('}').next());
    names()
        .enumerate()
        .all(|(number, name)| name != "Rest" && !names().take(number).any(|before| before == name))
}

fn is_variable(text: &str) -> bool {
    text.strip_prefix("${").and_then(|text| text.strip_suffix('}')).is_some_and(is_name)
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

fn is_word(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Vec<String>, String> {
        templates("x", "type", &Arns::One(text.to_owned()))
    }

    #[test]
    fn notations_of_the_pages() {
        let plain = "arn:${Partition}:x:${Region}:${Account}:a/${B}";
        assert_eq!(of(plain), Ok(vec![plain.to_owned()]));
        let two = "arn:${Partition}:x:::a/${B}, arn:${Partition}:x:::b/${B}";
        assert_eq!(of(two).map(|found| found.len()), Ok(2));
        let star = of("arn:${Partition}:x:*:*:a/${B}/*").unwrap_or_default();
        assert_eq!(star.len(), 4);
        assert_eq!(star[3], "arn:${Partition}:x:::a/${B}/${Rest}");
        let dollar = of("arn:${Partition}:x:::b/${N}-{Date-and-Time}").unwrap_or_default();
        assert_eq!(dollar, ["arn:${Partition}:x:::b/${N}-${DateandTime}"]);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for text in [
            "",
            "arn:aws:x:::a",
            "arn:${Partition}:x:::",
            "arn:${Partition}:x:::a*b",
            "arn:${Partition}:x::account:a",
            "arn:${Partition}:x:::a/${B}/${B}",
            "arn:${Partition}:x:::a/[b]",
            "arn:${Partition}:x:::a or b",
            "arn:${Partition}:x:::${B",
            "arn:${Partition}:x:::{B",
        ] {
            assert!(of(text).is_err_and(|error| error.contains(text)), "{text}");
        }
    }
}
