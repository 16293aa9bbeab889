//! The view of `lint --minify`: the schema `ica-policy/minify/v1`, published in `schemas/minify-v1.json`.

use super::compare::{Comparison, Difference, Undecided};
use super::failure::Failure;
use super::view::View;
use crate::input::{KindFrom, ReadAs};
use crate::minify::Wildcard;
use crate::model::PolicyKind;
use crate::source::FileName;
use serde::{Serialize, Serializer};

/// Policies in fewer characters.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Minify {
    /// The policies, in the order of the files.
    pub policies: Vec<Minified>,
    /// What could not be read or made shorter.
    #[serde(skip)]
    pub failures: Vec<Failure>,
}

/// A policy in fewer characters.
#[derive(Clone, Debug, Serialize)]
pub struct Minified {
    /// The file.
    pub file: FileName,
    /// What the file was read as.
    #[serde(serialize_with = "as_text")]
    pub read_as: ReadAs,
    /// The kind of the policy.
    #[serde(serialize_with = "as_word")]
    pub kind: PolicyKind,
    /// What said so.
    pub kind_from: KindFrom,
    /// The size that was asked for, or what AWS stores of the kind.
    pub limit: Option<usize>,
    /// What AWS stores of the kind, where a page says it.
    pub stored: Option<usize>,
    /// The characters as AWS counts them.
    pub before: usize,
    /// The same of the shorter policy.
    pub after: usize,
    /// Whether it is within the limit.
    pub fits: bool,
    /// What was done, in this order.
    pub steps: Vec<Done>,
    /// What was not done, because it is not proved that it changes nothing.
    pub left_out: Vec<Step>,
    /// The policy.
    pub text: String,
    /// What wider patterns would do, where nothing that says the same is short enough.
    pub widening: Option<Widening>,
}

/// Something that makes a policy shorter.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// White space, and brackets around one item.
    Layout,
    /// Words without effect, by the rules that find them.
    Needless,
    /// Statements that differ in one list.
    Merged,
    /// Sids, and the `Id` of the policy.
    Names,
    /// Patterns of exactly the actions that a list has.
    Wildcards,
}

/// What a step did.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Done {
    /// The step.
    pub step: Step,
    /// How often.
    pub number: usize,
    /// The requests over which it is proved that it changes nothing: all that can be written, or those that AWS has today.
    pub proved: Proved,
    /// The rules, or the patterns.
    pub details: Vec<String>,
}

/// Over which requests something is proved.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Proved {
    /// All that can be written: also valid for what AWS will add.
    Any,
    /// Those that AWS has.
    Possible,
}

/// What wider patterns would do.
#[derive(Clone, Debug, Serialize)]
pub struct Widening {
    /// The characters then.
    pub after: usize,
    /// Whether that is within the limit.
    pub fits: bool,
    /// The patterns.
    pub wildcards: Vec<Wider>,
    /// All requests that the policy would newly allow.
    pub newly_allowed: Vec<Difference>,
    /// Why there may be more.
    pub undecided: Vec<Undecided>,
    /// The same as the report of a comparison.
    #[serde(skip)]
    pub comparison: Comparison,
    /// The policy then.
    pub text: String,
}

/// A wider pattern.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Wider {
    /// The number of its statement.
    pub statement: usize,
    /// The pattern.
    pub pattern: String,
    /// The entries that it replaces.
    pub replaces: Vec<String>,
    /// The actions that it adds.
    pub adds: Vec<String>,
}

impl From<Wildcard> for Wider {
    fn from(wildcard: Wildcard) -> Wider {
        let Wildcard { statement, pattern, replaces, adds, .. } = wildcard;
        Wider { statement, pattern, replaces, adds }
    }
}

impl Done {
    /// A step that was proved.
    pub(crate) fn new(step: Step, number: usize, details: Vec<String>) -> Done {
        let proved = if step == Step::Wildcards { Proved::Possible } else { Proved::Any };
        Done { step, number, proved, details }
    }
}

fn as_text<S: Serializer>(read_as: &ReadAs, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(read_as)
}

fn as_word<S: Serializer>(kind: &PolicyKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(kind.word())
}

impl View for Minify {
    const SCHEMA: &'static str = "ica-policy/minify/v1";
    const NOTHING: &'static str = "\"policies\":[]";

    fn errors(&self) -> &[Failure] {
        &self.failures
    }
}
