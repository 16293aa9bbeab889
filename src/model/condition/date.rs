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

fn timestamp(text: &str) -> Option<Timestamp> {
    match text.len() {
        7 => format!("{text}-01T00:00:00Z").parse().ok(),
        10 => format!("{text}T00:00:00Z").parse().ok(),
        // jiff also reads RFC 9557 annotations in brackets, other separators and basic forms. These
        // are not W3C forms.
        _ if text.get(10..11) == Some("T") && !text.contains('[') => text.parse().ok(),
        _ => None,
    }
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
        ] {
            check(text, None);
        }
    }
}
