//! Numbers of any length, compared by value: `1.50` equals `1.5`
//! (IAM:reference_policies_elements_condition_operators).

use std::cmp::Ordering;

/// The sign, and the digits before and after the point without superfluous zeros.
struct Number {
    negative: bool,
    whole: String,
    fraction: String,
}

pub fn compare(left: &str, right: &str) -> Option<Ordering> {
    let (left, right) = (read(left)?, read(right)?);
    Some(match (left.negative, right.negative) {
        (false, true) => Ordering::Greater,
        (true, false) => Ordering::Less,
        (false, false) => size(&left, &right),
        (true, true) => size(&right, &left),
    })
}

pub fn is_number(text: &str) -> bool {
    read(text).is_some()
}

fn size(left: &Number, right: &Number) -> Ordering {
    let by_length = left.whole.len().cmp(&right.whole.len());
    by_length
        .then_with(|| left.whole.cmp(&right.whole))
        .then_with(|| left.fraction.cmp(&right.fraction))
}

fn read(text: &str) -> Option<Number> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) =
        digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let are_digits = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit());
    if !are_digits(whole) || !fraction.is_none_or(are_digits) {
        return None;
    }
    let whole = whole.trim_start_matches('0').to_owned();
    let fraction = fraction.unwrap_or_default().trim_end_matches('0').to_owned();
    let is_zero = whole.is_empty() && fraction.is_empty();
    Some(Number { negative: negative && !is_zero, whole, fraction })
}
