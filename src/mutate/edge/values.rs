//! Values at the edge of a word: one step inside of it and one step outside.

use super::Side;
use crate::model::condition::ip;
use crate::mutate::word::{Role, Word};
use ipnet::IpNet;
use jiff::{SignedDuration, Timestamp};
use std::net::IpAddr;

/// A value, on which side of the edge it is, and what it is there.
pub(super) type Near = (Side, &'static str, String);

/// The values at the edge of a word. `fill` gives variables their values.
pub(super) fn near(word: &Word<'_>, fill: &dyn Fn(&str) -> String) -> Vec<Near> {
    let Some(condition) = word.condition.filter(|_| word.role == Role::Value) else {
        return pattern(&fill(word.text));
    };
    let of = |name: &str| condition.operator.contains(name);
    match () {
        () if of("Bool") => flags(word.text),
        () if of("Null") => Vec::new(),
        () if of("Ip") => addresses(word.text),
        () if of("Numeric") => numbers(word.text),
        () if of("Date") => dates(word.text),
        () if of("Like") || of("Arn") => pattern(&fill(word.text)),
        () => exact(&fill(word.text)),
    }
}

/// Both values of a flag. `word` fits; case does not count.
fn flags(word: &str) -> Vec<Near> {
    let side =
        |own: &str| if word.eq_ignore_ascii_case(own) { Side::Inside } else { Side::Outside };
    ["true", "false"].map(|own| (side(own), own, own.to_owned())).into()
}

/// A text that is compared as it is.
fn exact(text: &str) -> Vec<Near> {
    let mut found = vec![
        (Side::Inside, "the value", text.to_owned()),
        (Side::Outside, "one character more", format!("{text}x")),
    ];
    if let Some((at, _)) = text.char_indices().next_back().filter(|(at, _)| *at > 0) {
        found.push((Side::Outside, "one character less", text[..at].to_owned()));
    }
    found.extend(other_case(text).map(|other| (Side::Case, "a letter in the other case", other)));
    found
}

/// A text in which `*` and `?` are wildcards.
fn pattern(text: &str) -> Vec<Near> {
    if !text.contains(['*', '?']) {
        return exact(text);
    }
    let filled = |star: &str| text.replace('*', star).replace('?', "x");
    let (least, more) = (filled(""), filled("x"));
    let mut found = vec![(Side::Inside, "the shortest that fits", least.clone())];
    if more != least {
        found.push((Side::Inside, "one character for each `*`", more));
    }
    if !text.ends_with('*') {
        found.push((Side::Outside, "one character behind", format!("{least}x")));
    }
    let literal = text.trim_end_matches('*');
    // One character less than what stands before the last star.
    if literal.len() < text.len()
        && let Some((at, _)) = literal.char_indices().next_back().filter(|(at, _)| *at > 0)
    {
        let less = literal[..at].replace('*', "").replace('?', "x");
        found.push((Side::Outside, "one character less before the `*`", less));
    }
    let name = least.rfind([':', '/']).map_or(0, |at| at + 1);
    if name < least.len() && !text.starts_with('*') {
        let before = format!("{}x{}", &least[..name], &least[name..]);
        found.push((Side::Outside, "one character before the name", before));
    }
    found.extend(other_case(&least).map(|other| (Side::Case, "a letter in the other case", other)));
    found
}

/// The last part of the text with its first letter in the other case.
fn other_case(text: &str) -> Option<String> {
    let parts = text.trim_end_matches([':', '/']);
    let start = parts.rfind([':', '/']).map_or(0, |at| at + 1);
    let at = start + text[start..].find(|letter: char| letter.is_ascii_alphabetic())?;
    let letter = text[at..].chars().next()?;
    let other = if letter.is_ascii_uppercase() {
        letter.to_ascii_lowercase()
    } else {
        letter.to_ascii_uppercase()
    };
    Some(format!("{}{other}{}", &text[..at], &text[at + 1..]))
}

/// A number and its neighbours.
fn numbers(text: &str) -> Vec<Near> {
    let Ok(number) = text.parse::<i64>() else { return Vec::new() };
    let of = |side, words, number: Option<i64>| number.map(|own| (side, words, own.to_string()));
    let found = [
        of(Side::Border, "one less", number.checked_sub(1)),
        of(Side::Border, "the number", Some(number)),
        of(Side::Border, "one more", number.checked_add(1)),
    ];
    found.into_iter().flatten().collect()
}

/// A date and a second before and after.
fn dates(text: &str) -> Vec<Near> {
    let of_epoch = || Timestamp::from_second(text.parse().ok()?).ok();
    let of_day = || format!("{text}T00:00:00Z").parse::<Timestamp>().ok();
    let Some(date) = text.parse::<Timestamp>().ok().or_else(of_epoch).or_else(of_day) else {
        return Vec::new();
    };
    let second = SignedDuration::from_secs(1);
    let of = |words, date: Result<Timestamp, jiff::Error>| {
        date.ok().map(|date| (Side::Border, words, date.to_string()))
    };
    let found = [
        of("a second before", date.checked_sub(second)),
        of("the date", Ok(date)),
        of("a second after", date.checked_add(second)),
    ];
    found.into_iter().flatten().collect()
}

/// The first and the last address of a range, and their neighbours.
fn addresses(text: &str) -> Vec<Near> {
    let Ok(block) = ip::value(text) else { return Vec::new() };
    let (first, last) = match block.net {
        IpNet::V4(net) => (IpAddr::V4(net.network()), IpAddr::V4(net.broadcast())),
        IpNet::V6(net) => (IpAddr::V6(net.network()), IpAddr::V6(net.broadcast())),
    };
    let of = |side, words, address: Option<IpAddr>| {
        address.map(|address| (side, words, address.to_string()))
    };
    let found = [
        of(Side::Outside, "the address before", step(first, false)),
        of(Side::Inside, "the first address", Some(first)),
        of(Side::Inside, "the last address", Some(last).filter(|last| *last != first)),
        of(Side::Outside, "the address after", step(last, true)),
    ];
    found.into_iter().flatten().collect()
}

/// The neighbour of an address, if it has one.
fn step(address: IpAddr, up: bool) -> Option<IpAddr> {
    match address {
        IpAddr::V4(own) => {
            let number = u32::from(own);
            let other = if up { number.checked_add(1) } else { number.checked_sub(1) }?;
            Some(IpAddr::V4(other.into()))
        }
        IpAddr::V6(own) => {
            let number = u128::from(own);
            let other = if up { number.checked_add(1) } else { number.checked_sub(1) }?;
            Some(IpAddr::V6(other.into()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Side, addresses, dates, flags, numbers, pattern};

    fn texts(near: Vec<super::Near>) -> Vec<String> {
        near.into_iter().map(|(_, _, text)| text).collect()
    }

    #[test]
    fn one_step_inside_and_outside() {
        assert_eq!(
            texts(addresses("203.0.113.0/24")),
            ["203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0"]
        );
        assert_eq!(texts(addresses("0.0.0.0/0")), ["0.0.0.0", "255.255.255.255"]);
        let sides = |word| flags(word).into_iter().map(|(side, ..)| side).collect::<Vec<_>>();
        assert_eq!(sides("true"), [Side::Inside, Side::Outside]);
        assert_eq!(sides("false"), [Side::Outside, Side::Inside]);
        assert_eq!(texts(numbers("10")), ["9", "10", "11"]);
        assert_eq!(
            texts(dates("2026-01-01T00:00:00Z")),
            ["2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z"]
        );
        assert_eq!(
            texts(pattern("arn:aws:s3:::b/*")),
            ["arn:aws:s3:::b/", "arn:aws:s3:::b/x", "arn:aws:s3:::b", "arn:aws:s3:::B/"]
        );
        assert_eq!(texts(pattern("reads")), ["reads", "readsx", "read", "Reads"]);
    }
}
