//! The view of `can`: the schema `ica-policy/can/v1`, published in `schemas/can-v1.json`.

use super::example::{Example, spelled_map};
use super::finding::Finding;
use super::stopped::{granting, limiting};
use super::view::View;
use super::views::{Choice, choices};
use crate::access::Basis;
use crate::authz::{Layer, Layers, Request, decisive};
use crate::finding::{self, Label, codes};
use crate::model::Policy;
use crate::rules::unknown_service;
use crate::s3::PublicStatement;
use crate::source::Sources;
use crate::symbolic::{
    Answered, AskedService, Granted, Outside, Outsider, Shown, reached, together,
};
use serde::ser::{Serialize, SerializeStruct, Serializer};

/// Whether access is granted.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Access {
    /// The answer for all requests together.
    pub granted: Granted,
    /// What the answer rests on.
    #[serde(rename = "note")]
    pub basis: Basis,
    /// The answers for groups of actions that the policies treat alike.
    pub answers: Vec<Answer>,
    /// Whether the policy is public, if that was asked.
    pub public: Option<Public>,
    /// What is wrong with the documents themselves.
    pub findings: Vec<Finding>,
    /// Whether the two engines disagree, which is a defect of this program.
    #[serde(skip)]
    pub is_defect: bool,
}

/// The answer for some actions on one kind of resource.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Answer {
    /// The actions, as AWS writes them.
    pub actions: Vec<String>,
    /// The kind of resource, such as `object`, if the data knows it.
    pub resource_type: Option<&'static str>,
    /// What is granted.
    pub granted: Granted,
    /// Why it is not decided.
    pub undecided: Option<String>,
    /// The answer under each reading of the points that AWS's pages leave open.
    pub readings: Vec<Reading>,
    /// A request that goes through.
    pub allowed: Option<Replayed>,
    /// A request that does not.
    pub denied: Option<Replayed>,
    /// The service of the actions, if the data does not know it.
    #[serde(skip)]
    pub unknown_service: Option<String>,
}

/// The answer under a reading of AWS's pages.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Reading {
    /// The reading of each point.
    pub choices: Vec<Choice>,
    /// What is granted then.
    pub granted: Granted,
}

/// A request with its answer.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// The request, with the keys that the policies look at.
    pub example: Example,
    /// The words that grant it, or that limit it.
    pub because: Vec<Finding>,
}

/// No key is said to be absent here.
impl Serialize for Replayed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Example { principal, action, resource, context, .. } = &self.example;
        let mut shown = serializer.serialize_struct("Replayed", 5)?;
        shown.serialize_field("principal", principal)?;
        shown.serialize_field("action", action)?;
        shown.serialize_field("resource", resource)?;
        shown.serialize_field("context", &spelled_map(context))?;
        shown.serialize_field("because", &self.because)?;
        shown.end()
    }
}

/// Whether the policy of a resource is public, of a bucket by two definitions.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Public {
    /// The account that owns the resource.
    pub account: String,
    /// The services whose actions were asked.
    pub services: Vec<ServiceAsked>,
    /// In the sense of Block Public Access: whether some Allow is not bound to fixed values; `None`
    /// if the policy is none of S3.
    pub for_s3: Option<IsPublic>,
    /// The statements that make it public for Block Public Access.
    pub statements: Vec<OpenStatement>,
    /// Whether somebody outside the account gets some access.
    pub for_outsiders: IsPublic,
    /// The access of each caller outside the account.
    pub outsiders: Vec<OutsideAccess>,
}

/// A service whose actions were asked.
#[derive(Clone, Debug, serde::Serialize)]
pub struct ServiceAsked {
    /// The prefix of its actions.
    pub prefix: String,
    /// The policy, such as `queue policy`; `None`: what its resource policies can give is not known.
    pub policy: Option<&'static str>,
    /// Actions that were not asked, since they never work across accounts.
    pub own_account: Vec<String>,
    /// The page that says it.
    pub source: Option<&'static str>,
}

impl From<&AskedService> for ServiceAsked {
    fn from(asked: &AskedService) -> ServiceAsked {
        ServiceAsked {
            prefix: asked.prefix.clone(),
            policy: asked.access.map(|access| access.policy.name),
            own_account: asked.own_account.clone(),
            source: asked.access.map(|access| access.source),
        }
    }
}

/// Whether a policy is public.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum IsPublic {
    /// It is public.
    Yes,
    /// It is not public.
    No,
    /// AWS's pages leave it open, or it was not decided.
    Unknown,
}

/// A statement that makes a policy public.
#[derive(Clone, Debug, serde::Serialize)]
pub struct OpenStatement {
    /// Its number in the policy, from 0.
    pub index: usize,
    /// Whether it does so for certain.
    pub certain: bool,
    /// The words that open it.
    pub because: Vec<Finding>,
    /// All of it.
    #[serde(skip)]
    pub finding: Finding,
}

/// The access of callers outside the account.
#[derive(Clone, Debug, serde::Serialize)]
pub struct OutsideAccess {
    /// `unsigned`, `named` or `others`.
    pub who: &'static str,
    /// The name, as policies write it.
    pub name: Option<String>,
    /// What is granted.
    pub granted: Granted,
    /// By actions and kind of resource.
    pub answers: Vec<Answer>,
}

impl Access {
    /// The answer of policies in their layers.
    pub fn new(
        sources: &Sources,
        answers: &[Answered],
        basis: Basis,
        layers: &Layers<'_>,
    ) -> Access {
        let granted = match basis {
            Basis::NoRequest => Granted::None,
            _ => together(answers.iter().map(|answer| answer.granted)),
        };
        Access {
            granted,
            basis,
            answers: views(sources, answers, layers),
            public: None,
            findings: Vec::new(),
            is_defect: answers.iter().any(|answer| answer.is_defect),
        }
    }

    /// Whether the policies of a resource are public. `statements` are those that S3 calls public, if
    /// it is a bucket.
    pub fn of_public(
        sources: &Sources,
        (account, services): (&str, &[AskedService]),
        policies: &[&Policy],
        (statements, outside): (Option<&[PublicStatement]>, &[Outside]),
    ) -> Access {
        let layers = Layers { resource: Layer::Policies(policies.to_vec()), ..Layers::default() };
        // Of a service that is not known nothing can be denied.
        let granted = match reached(outside) {
            Granted::None if services.iter().any(|asked| asked.access.is_none()) => {
                Granted::Unknown
            }
            granted => granted,
        };
        let for_s3 = statements.map(|statements| match statements {
            [] => IsPublic::No,
            all if all.iter().any(|statement| statement.certain) => IsPublic::Yes,
            _ => IsPublic::Unknown,
        });
        let statements = statements.unwrap_or_default();
        let for_outsiders = match granted {
            Granted::All | Granted::Some => IsPublic::Yes,
            Granted::None => IsPublic::No,
            Granted::Unknown => IsPublic::Unknown,
        };
        let public = Public {
            account: account.to_owned(),
            services: services.iter().map(ServiceAsked::from).collect(),
            for_s3,
            statements: statements.iter().map(|one| open_statement(sources, one)).collect(),
            for_outsiders,
            outsiders: outside.iter().map(|one| outside_access(sources, one, &layers)).collect(),
        };
        let is_defect = outside.iter().flat_map(|one| &one.answers).any(|answer| answer.is_defect);
        let nobody = Access::new(sources, &[], Basis::Given, &layers);
        Access { granted, public: Some(public), is_defect, ..nobody }
    }
}

impl View for Access {
    const SCHEMA: &'static str = "ica-policy/can/v1";
    const NOTHING: &'static str =
        r#""granted":null,"note":null,"answers":[],"public":null,"findings":[]"#;
}

fn views(sources: &Sources, answers: &[Answered], layers: &Layers<'_>) -> Vec<Answer> {
    type Because = fn(&Request, &Layers<'_>) -> Vec<finding::Finding>;
    let replayed = |shown: &Shown, because: Because| Replayed {
        example: Example::of_shown(shown, layers),
        because: Finding::all(sources, because(&shown.request, layers)),
    };
    let view = |known: &Answered| {
        let readings = decisive(&known.readings);
        let readings = readings.iter().filter(|(choices, _)| !choices.is_empty());
        let service = known.actions.first().and_then(|action| unknown_service(action));
        Answer {
            actions: known.actions.clone(),
            resource_type: known.resource_type,
            granted: known.granted,
            undecided: known.undecided.as_ref().map(|undecided| undecided.reason.clone()),
            readings: readings
                .map(|(under, granted)| Reading { choices: choices(under), granted: *granted })
                .collect(),
            allowed: known.allowed.as_ref().map(|shown| replayed(shown, granting)),
            denied: known.denied.as_ref().map(|shown| replayed(shown, limiting)),
            unknown_service: service.map(str::to_owned),
        }
    };
    answers.iter().map(view).collect()
}

fn open_statement(sources: &Sources, statement: &PublicStatement) -> OpenStatement {
    let PublicStatement { index, span, certain, causes } = statement;
    let makes = if *certain { "makes" } else { "may make" };
    let finding = |span, why: &str| {
        let message = format!("statement {} {makes} the policy public for S3{why}", index + 1);
        finding::Finding::new(codes::PUBLIC, span, message)
    };
    let whole = match causes.split_first() {
        Some((first, others)) => others
            .iter()
            .fold(finding(first.span, &format!(": {}", first.text)), |finding, cause| {
                finding.related(cause.span, cause.text.clone())
            }),
        None => finding(*span, ""),
    };
    let because =
        |Label { span, text }: &Label| finding::Finding::new(codes::PUBLIC, *span, text.clone());
    OpenStatement {
        index: *index,
        certain: *certain,
        because: Finding::all(sources, causes.iter().map(because)),
        finding: Finding::of(sources, whole),
    }
}

fn outside_access(sources: &Sources, outside: &Outside, layers: &Layers<'_>) -> OutsideAccess {
    let (who, name) = match &outside.who {
        Outsider::Unsigned => ("unsigned", None),
        Outsider::Named(name) => ("named", Some(name.clone())),
        Outsider::Others => ("others", None),
    };
    let answers = views(sources, &outside.answers, layers);
    OutsideAccess { who, name, granted: outside.granted, answers }
}
