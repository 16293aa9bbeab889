//! Whether the condition keys of an expectation can be meant so.

use super::file::{Expectation, Wrong};
use crate::authz::display_name;
use crate::aws::{self, ValueType};
use crate::finding::distance;
use crate::model::condition::{date, ip, numeric};

/// A misspelt key is in no request, and a value of another form fits none.
pub(super) fn check_keys(expectation: &Expectation) -> Result<(), Wrong> {
    let wrong = |message: String| Wrong::new(expectation.span, message);
    for key in expectation.keys.iter().map(|(key, _)| key).chain(&expectation.any) {
        let is_global = key.starts_with("aws:") && !key.contains('/');
        if is_global && aws::condition_key(key).is_none() {
            let names = aws::condition_keys().filter(|known| known.is_global());
            let near = names.min_by_key(|known| distance(&known.name.to_lowercase(), key));
            let date = aws::data_date();
            let wrong = wrong(format!("AWS has no condition key `{key}` (data of {date})"));
            return Err(match near {
                Some(near) => wrong.help(format!("the nearest is `{}`", near.name)),
                None => wrong,
            });
        }
    }
    for (key, value) in &expectation.keys {
        let Some(value) = value else { continue };
        if let Some((message, help)) = of_values(key, value.as_slice()) {
            return Err(wrong(message).help(help));
        }
    }
    Ok(())
}

/// What is wrong with the values of a key, and what to do.
fn of_values(key: &str, values: &[String]) -> Option<(String, &'static str)> {
    let (name, kind) = (display_name(key), aws::condition_key_type(key));
    if values.is_empty() {
        let help = "a key that the requests do not have goes into `without`";
        return Some((format!("`{name}` has no value"), help));
    }
    if values.len() > 1 && kind.is_some_and(|kind| !kind.multi_valued) {
        let message = format!("`{name}` has one value in a request, and here are {}", values.len());
        return Some((
            message,
            "a list means that a request has all of its values: make a test for each",
        ));
    }
    let kind = kind.map(|kind| kind.value);
    let mut wrong = values.iter().filter_map(|text| {
        let is_truth = || ["true", "false"].contains(&text.to_lowercase().as_str());
        match kind? {
            ValueType::Bool if !is_truth() => {
                Some(format!("`{name}` is `true` or `false`, not `{text}`"))
            }
            ValueType::Ip if text.contains('/') => {
                Some(format!("a request comes from one address, and `{text}` is a range"))
            }
            ValueType::Ip => ip::value(text).err(),
            ValueType::Date => date::value(text).err(),
            ValueType::Numeric => numeric::value(text).err(),
            _ => None,
        }
    });
    wrong.next().map(|message| (message, "give a value that a request can have"))
}
