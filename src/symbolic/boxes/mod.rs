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

pub(super) use callers::{
    CallerClass, CallerClasses, KMS_ACCOUNT, PRINCIPAL_ACCOUNT, PRINCIPAL_ARN, USER_NAME,
    account_of, caller_named,
};
pub(super) use constraint::{Constraint, Constraints, Fits, Test};
pub(super) use cover::{left_over, may_meet};
pub(super) use dimension::{
    CURRENT_TIME, DimensionSpec, EPOCH_TIME, Name, Requests, is_whole, one_clock,
};
pub(super) use encode::{Encoder, resource_atom};
pub(super) use key::KeySpace;
pub(super) use naming::concerns;
pub(super) use sample::Sample;
pub(super) use space::{Partition, Space};
pub(super) use statement::{Treatment, allows, is_suspect, treatment};
pub(super) use subtract::outside;
