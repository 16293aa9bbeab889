//! Date operators.

use jiff::Timestamp;

const NANOS_PER_SECOND: i128 = 1_000_000_000;

/// Reads a W3C form of ISO 8601 or epoch seconds, from a policy or a request, as nanoseconds since
/// 1970 (IAM:reference_policies_elements_condition_operators).
///
/// # Errors
/// The reason, for a person, if it is neither. Four digits alone could be a year or seconds: AWS
/// does not say which.
pub fn value(text: &str) -> Result<i128, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    if digits && text.len() == 4 {
        return Err(format!(
            "`{text}` could be a year or a number of seconds; write `{text}-01-01T00:00:00Z`"
        ));
    }
    if let Some(nanos) = epoch(text) {
        return Ok(nanos);
    }
    timestamp(text)
        .map(Timestamp::as_nanosecond)
        .ok_or_else(|| format!("`{text}` is not a date such as `2026-01-31T00:00:00Z`"))
}

fn epoch(text: &str) -> Option<i128> {
    let (negative, unsigned) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (seconds, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let all_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(seconds) || !all_digits(fraction) || fraction.len() > 9 || seconds.len() > 15 {
        return None;
    }
    let nanos = format!("{fraction:0<9}").parse::<i128>().ok()?;
    let total = seconds.parse::<i128>().ok()?.checked_mul(NANOS_PER_SECOND)? + nanos;
    Some(if negative { -total } else { total })
}

/// The forms of W3C's note (<https://www.w3.org/TR/NOTE-datetime>). jiff reads more of ISO 8601 and of RFC 9557.
fn timestamp(text: &str) -> Option<Timestamp> {
    let whole = match text.len() {
        7 => format!("{text}-01T00:00:00Z"),
        10 => format!("{text}T00:00:00Z"),
        _ => text.to_owned(),
    };
    let (day, rest) = whole.split_at_checked(10)?;
    let (clock, rest) = rest.strip_prefix('T')?.split_at_checked(5)?;
    let zone = if rest.ends_with('Z') { 1 } else { "+00:00".len() };
    let (seconds, zone) = rest.split_at_checked(rest.len().checked_sub(zone)?)?;
    let (seconds, fraction) = seconds.split_at_checked(3).unwrap_or((seconds, ""));
    let fraction = fraction.strip_prefix('.').unwrap_or(if fraction.is_empty() { "0" } else { "" });
    let zone_clock =
        zone.strip_prefix(['+', '-']).unwrap_or(if zone == "Z" { "00:00" } else { "" });
    let is_written = has_form(day, "0000-00-00")
        && is_clock(clock)
        && (seconds.is_empty() || has_form(seconds, ":00") && seconds < ":60")
        && (1..=9).contains(&fraction.len())
        && fraction.bytes().all(|byte| byte.is_ascii_digit())
        && is_clock(zone_clock);
    is_written.then(|| whole.parse().ok()).flatten()
}

/// Hours and minutes.
fn is_clock(text: &str) -> bool {
    has_form(text, "00:00") && text < "24:00" && &text[3..] < "60"
}

/// Whether a text has digits where the form has, and its other characters.
fn has_form(text: &str, form: &str) -> bool {
    let fits =
        |(byte, form): (u8, u8)| if form == b'0' { byte.is_ascii_digit() } else { byte == form };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::value;

    #[track_caller]
    fn check(text: &str, seconds: Option<i128>) {
        assert_eq!(
            value(text).ok(),
            seconds.map(|seconds| seconds * super::NANOS_PER_SECOND),
            "{text}"
        );
    }

    #[test]
    fn all_w3c_forms_and_epoch_seconds() {
        check("1970-02", Some(2_678_400));
        check("1970-01-02", Some(86_400));
        check("1970-01-01T00:01Z", Some(60));
        check("1970-01-01T00:00:01Z", Some(1));
        check("1970-01-01T01:00:00+01:00", Some(0));
        check("1970-01-01T01:00+01:00", Some(0));
        check("86400", Some(86_400));
        check("-1", Some(-1));
        assert_eq!(value("1.5").unwrap(), 1_500_000_000);
        assert_eq!(value("1970-01-01T00:00:00.25Z").unwrap(), 250_000_000);
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "2014",
            "yesterday",
            "2013-13-01",
            "2013-02-30T00:00:00Z",
            "2013-08-16T12:00:00",
            "10:00",
            "2013-08-16T12:00:00Z[UTC]",
            "2013-08-16T1200Z",
            "2013-08-16T12:00+0100",
            "2013-08-16T12:00:00,5Z",
            "2013-08-16T12:00:60Z",
            "2013-08-16T12:00é",
        ] {
            check(text, None);
        }
    }
}
