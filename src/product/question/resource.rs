//! The resources of a question.

use super::callers::{federated_user, session_names};
use crate::model::Statement;
use crate::product::catalogue::{Step, Target};
use crate::product::setup::{KmsKey, Setup};
use crate::symbolic::Undecided;
use std::collections::BTreeSet;

/// What the requests of a question are about.
#[derive(Clone, Debug)]
pub(in crate::product) struct Resource<'a> {
    /// The resource as reports show it, with `*` for its open part.
    pub words: String,
    /// One of the resources.
    pub example: String,
    /// The account that owns them.
    pub account: &'a str,
    /// All of them.
    pub all: Resources,
}

/// All resources of a question.
#[derive(Clone, Debug)]
pub(in crate::product) enum Resources {
    /// One of these; it is not known which.
    OneOf(Vec<String>),
    /// Every object key that begins with the stem and has this ending.
    Objects { stem: String, ending: &'static str },
    /// A KMS key whose id is not known.
    KeyOfUnknownId { stem: String },
    /// The policies treat too many of them differently.
    Undecided(Undecided),
}

/// The resources of a step. `sessions`: the names that policies spell out.
pub(super) fn resource<'a>(
    setup: &'a Setup,
    step: &Step,
    statements: &[&Statement],
    sessions: &BTreeSet<String>,
) -> Resource<'a> {
    let bucket = format!("arn:aws:s3:::{}", setup.bucket);
    let stem = format!("{bucket}/{}", setup.prefix);
    let customer = setup.customer.account();
    let one = |arn: String, account| Resource {
        words: arn.clone(),
        example: arn.clone(),
        account,
        all: Resources::OneOf(vec![arn]),
    };
    let objects = |ending| Resource {
        words: format!("{stem}*{ending}"),
        example: format!("{stem}x"),
        account: &setup.account,
        all: Resources::Objects { stem: stem.clone(), ending },
    };
    match step.resource {
        Target::Bucket => one(bucket, &setup.account),
        Target::Object => objects(""),
        Target::Folder => objects("/"),
        Target::FederatedUser => Resource {
            words: federated_user(setup, setup.session_name.as_deref().unwrap_or("*")),
            example: federated_user(setup, "x"),
            account: customer,
            all: session_names(setup, step, statements, sessions).map_or_else(
                Resources::Undecided,
                |names| {
                    Resources::OneOf(names.iter().map(|name| federated_user(setup, name)).collect())
                },
            ),
        },
        Target::Role => one(setup.customer.arn().as_str().to_owned(), customer),
        Target::Key => match &setup.key_in_use {
            Some(KmsKey::Arn(arn)) => one(arn.as_str().to_owned(), arn.account()),
            Some(key @ KmsKey::AwsManaged { account, .. }) => Resource {
                words: key.words(),
                example: key.words().replace('*', "x"),
                account,
                all: Resources::KeyOfUnknownId { stem: key.stem() },
            },
            None => one(String::new(), &setup.account),
        },
    }
}
