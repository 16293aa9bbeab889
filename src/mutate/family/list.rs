//! One of a list is missing, or what stands for everything.

use crate::mutate::kind;
use crate::mutate::slip::Slips;
use crate::mutate::word::{Role, Word};

pub(super) fn slips(word: &Word<'_>, slips: &mut Slips) {
    let is_value =
        matches!(word.role, Role::Action | Role::Resource | Role::Principal | Role::Value);
    if is_value && word.text == "*" {
        slips.write(kind::EMPTIED, word, "");
    }
    if !is_value || word.siblings < 2 {
        return;
    }
    let is_of_versions = word.role == Role::Action && word.text.contains("Version");
    let kind = match () {
        () if word.is_exception() => kind::EXCEPTION_DROPPED,
        () if is_of_versions => kind::VERSION_ACTION,
        () => kind::VALUE_DROPPED,
    };
    slips.take_out(kind, word, word.span);
}
