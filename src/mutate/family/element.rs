//! Slips in the frame of a policy: its version, its statements and the names of their elements.

use crate::mutate::kind;
use crate::mutate::slip::Slips;
use crate::mutate::word::{Role, Word};

/// The elements that have a form with `Not` (IAM:reference_policies_elements).
const WITH_NOT: [&str; 3] = ["Action", "Resource", "Principal"];

/// The version of the policy language without variables (IAM:reference_policies_elements_version).
const OLD: &str = "2008-10-17";

pub(super) fn slips(word: &Word<'_>, slips: &mut Slips) {
    match word.role {
        Role::Version => {
            slips.take_out(kind::VERSION_REMOVED, word, word.whole);
            slips.write(kind::VERSION_OLD, word, OLD);
        }
        Role::Label if !word.text.is_empty() => {
            slips.write(kind::LABEL_SPACE, word, spaced(word.text))
        }
        Role::Effect => {
            let other = if word.text == "Deny" { "Allow" } else { "Deny" };
            slips.write(kind::EFFECT_TURNED, word, other);
        }
        Role::Statement => slips.take_out(kind::STATEMENT_REMOVED, word, word.span),
        Role::Name => name(word, slips),
        _ => {}
    }
}

fn name(word: &Word<'_>, slips: &mut Slips) {
    slips.write(kind::NAME_CASE, word, word.text.to_ascii_lowercase());
    if WITH_NOT.contains(&word.text) {
        slips.write(kind::NOT_ADDED, word, format!("Not{}", word.text));
    }
    if let Some(plain) = word.text.strip_prefix("Not") {
        slips.write(kind::NOT_LOST, word, plain);
    }
}

/// A label of two words.
fn spaced(label: &str) -> String {
    let half = label.char_indices().nth(label.chars().count() / 2).map_or(0, |(at, _)| at);
    format!("{} {}", &label[..half], &label[half..])
}
