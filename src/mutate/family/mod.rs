//! The slips of each part of a policy: one file a family.

mod action;
mod arn;
mod condition;
mod element;
mod key;
mod list;
mod name;
mod principal;
mod typo;
mod value;

use super::slip::Slips;
use super::word::Word;

/// Finds the slips of one family at a word.
pub(super) type Family = fn(&Word<'_>, &mut Slips);

/// All families.
pub(super) const FAMILIES: [Family; 9] = [
    element::slips,
    list::slips,
    action::slips,
    arn::slips,
    name::slips,
    principal::slips,
    condition::slips,
    key::slips,
    value::slips,
];
