//! Instants: the forms of the W3C note, or seconds since 1970
//! (IAM:reference_policies_elements_condition_operators).

use std::cmp::Ordering;

pub fn compare(left: &str, right: &str, years_are_seconds: bool) -> Option<Ordering> {
    Some(nanoseconds(left, years_are_seconds)?.cmp(&nanoseconds(right, years_are_seconds)?))
}

/// Whether the text has four digits, which may be a year or seconds since 1970.
pub fn is_year(text: &str) -> bool {
    text.len() == 4 && text.chars().all(|c| c.is_ascii_digit())
}

pub fn is_date(text: &str) -> bool {
    nanoseconds(text, false).is_some()
}

const SECOND: i128 = 1_000_000_000;

/// Nanoseconds since 1970.
fn nanoseconds(text: &str, years_are_seconds: bool) -> Option<i128> {
    if let (Some(seconds), true) = (fixed_point(text), years_are_seconds || !is_year(text)) {
        return Some(seconds);
    }
    let (day, time) = match text.split_once('T') {
        Some((day, time)) if day.len() == 10 => (day, time_of_day(time)?),
        Some(_) => return None,
        None => (text, 0),
    };
    Some(i128::from(days(day)?) * 86_400 * SECOND + time)
}

/// Reads seconds with a fraction.
fn fixed_point(text: &str) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let size = digits_of(whole)? * SECOND + digits_of(&format!("{fraction:0<9}")[..9])?;
    digits_of(fraction)?;
    Some(if negative { -size } else { size })
}

fn digits_of(text: &str) -> Option<i128> {
    if text.is_empty() || text.len() > 20 || !text.chars().all(|c| c.is_ascii_digit()) {
        None
    } else {
        text.parse().ok()
    }
}

fn two(text: &str, limit: i128) -> Option<i128> {
    (text.len() == 2).then(|| digits_of(text))?.filter(|value| *value <= limit)
}

/// Reads `hh:mm`, `hh:mm:ss` or `hh:mm:ss.s`, each with a zone.
fn time_of_day(text: &str) -> Option<i128> {
    let (clock, offset) = zone(text)?;
    let parts = clock.split(':').collect::<Vec<_>>();
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] => (hours, minutes, 0),
        [hours, minutes, seconds] => (hours, minutes, seconds_of(seconds)?),
        _ => return None,
    };
    Some((two(hours, 23)? * 60 + two(minutes, 59)? - offset) * 60 * SECOND + seconds)
}

fn seconds_of(text: &str) -> Option<i128> {
    two(text.split('.').next()?, 59)?;
    fixed_point(text)
}

/// Splits off the zone: the clock, and the minutes by which the zone is ahead.
fn zone(text: &str) -> Option<(&str, i128)> {
    if let Some(clock) = text.strip_suffix('Z') {
        return Some((clock, 0));
    }
    let (clock, zone) = text.split_at_checked(text.len().checked_sub(6)?)?;
    let sign = match zone.get(..1)? {
        "+" => 1,
        "-" => -1,
        _ => return None,
    };
    let (hours, minutes) = zone.get(1..)?.split_once(':')?;
    Some((clock, sign * (two(hours, 23)? * 60 + two(minutes, 59)?)))
}

/// Days since 1970 of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
fn days(text: &str) -> Option<i64> {
    let mut parts = text.split('-');
    let year = parts.next().filter(|year| year.len() == 4).and_then(digits_of)? as i64;
    let month = parts.next().map_or(Some(1), |month| two(month, 12))? as i64;
    let day = parts.next().map_or(Some(1), |day| two(day, 31))? as i64;
    if parts.next().is_some() || month == 0 || day == 0 || day > month_length(year, month) {
        return None;
    }
    let months = (1..month).map(|month| month_length(year, month)).sum::<i64>();
    Some(before_year(year) - before_year(1970) + months + day - 1)
}

/// Days before the first of January of the year.
fn before_year(year: i64) -> i64 {
    let past = year - 1;
    past * 365 + past.div_euclid(4) - past.div_euclid(100) + past.div_euclid(400)
}

fn month_length(year: i64, month: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
