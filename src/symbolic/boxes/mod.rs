//! Statements as boxes: products of sets of classes, one set for each dimension of the requests.

pub(super) mod callers;
pub(super) mod constraint;
pub(super) mod cover;
pub(super) mod dimension;
pub(super) mod encode;
pub(super) mod key;
pub(super) mod naming;
pub(super) mod sample;
pub(super) mod space;
pub(super) mod statement;
pub(super) mod subtract;
