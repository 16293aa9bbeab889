//! What expectations are about.

use super::file::Wrong;
use crate::authz::PolicySet;
use crate::input::read_policy;
use crate::model::{Policy, PolicyKind};
use crate::product::setup::Setup;
use crate::source::{Sources, Span};

/// What expectations are about.
#[derive(Clone, Debug)]
pub enum Subject {
    /// All callers of a connection, past all its layers.
    Connection(Box<Setup>),
    /// Policies in their layers.
    Documents(Documents),
}

/// Policies in their layers.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    /// The policies.
    pub policies: PolicySet,
    /// The account that owns the resources; without it that of the caller.
    pub account: Option<String>,
}

impl Subject {
    /// The policies of all layers.
    pub fn policies(&self) -> &PolicySet {
        match self {
            Subject::Connection(setup) => &setup.policies,
            Subject::Documents(documents) => &documents.policies,
        }
    }

    /// The same, to try what happens without some words of them.
    pub(super) fn policies_mut(&mut self) -> &mut PolicySet {
        match self {
            Subject::Connection(setup) => &mut setup.policies,
            Subject::Documents(documents) => &mut documents.policies,
        }
    }
}

/// Policies that allow everything to everybody: what somebody may attach tomorrow, for [`super::Expected::Never`].
#[derive(Clone, Debug)]
pub struct Anything {
    pub(super) identity: Policy,
    pub(super) resource: Policy,
}

/// The name of their texts.
pub const ANY_OTHER: &str = "any other policy";

const IDENTITY: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
const RESOURCE: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}"#;

impl Anything {
    /// Adds the texts of the two to those of a run.
    ///
    /// # Errors
    /// There is no room for them.
    pub fn new(sources: &mut Sources) -> Result<Anything, Wrong> {
        let mut policy = |text: &str, kind| {
            let wrong = |message: String| Wrong::new(Span::NOWHERE, message);
            let id = sources
                .add_file(ANY_OTHER, text.to_owned())
                .map_err(|error| wrong(error.to_string()))?;
            let document = read_policy(sources, id)
                .map_err(|_| wrong("a policy of the program cannot be read".to_owned()))?;
            Ok(document.lower(kind).policy)
        };
        Ok(Anything {
            identity: policy(IDENTITY, PolicyKind::Identity)?,
            resource: policy(RESOURCE, PolicyKind::Resource)?,
        })
    }
}
