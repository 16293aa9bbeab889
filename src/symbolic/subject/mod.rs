//! What a question is about: documents by themselves, or what the layers of a known caller allow together.

pub(super) mod access;
pub(super) mod bindings;
pub(super) mod documents;
pub(super) mod side;
pub(super) mod terms;
pub(super) mod within;
