//! What a question is about: documents by themselves, or what the layers of a known caller allow together.

pub(super) mod access;
pub(super) mod bindings;
pub(super) mod bounds;
pub(super) mod ceiling;
pub(super) mod documents;
pub(super) mod side;
pub(super) mod terms;
pub(super) mod within;

pub(super) use access::Access;
pub(super) use bounds::Bound;
pub(super) use ceiling::{Beyond, Reason};
pub(super) use documents::Documents;
pub(super) use side::{AccessSet, Hinge, Place, StatementBox, Subject};
pub(super) use terms::terms;
pub(super) use within::Within;
