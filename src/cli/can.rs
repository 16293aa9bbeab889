//! `ica-policy can`: whether access is granted, to one caller or to any caller.

use super::exit::Exit;
use super::format::{Format, Printer};
use super::layer_flags::{FilesByLayer, Flag, LayerFlags, OfRequest};
use super::layered::Reader;
use crate::api::{Basis, Query};
use crate::authz::{Caller, ContextValue, Layer, Layers};
use crate::model::{Policy, PolicyKind};
use crate::report::Finding;
use crate::report::can::{Access, IsPublic};
use crate::s3::public_statements;
use crate::source::Sources;
use crate::symbolic::{Asked, Granted, outsiders};
use clap::{Args as ClapArgs, ValueEnum};

/// Says whether access is granted: for all requests, for some, for none, or that it is not known.
///
/// With --public it says whether a bucket policy is public: for S3's Block Public Access, and whether it gives somebody outside the
/// account access. Without --principal it decides for one document and any caller. With it all given layers decide together; layers that are not given
/// are assumed absent, except the identity policies of a user or role: without them (or `none`) the answer is unknown unless they
/// make no difference. Exit code 0: nothing that --fail-on names; 1: something is, or it is not known, or AWS would refuse to store a
/// document; 2: wrong usage; 3: a file could not be
/// read; 4: a defect of ica-policy.
#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    /// The bucket's policy, as --bucket-policy.
    #[arg(value_name = "FILE", conflicts_with = "bucket_policy")]
    file: Option<String>,
    /// Asks whether the policy is public; --account is the bucket's owner. Without --action or --resource all of S3's count.
    #[arg(long, requires = "account", conflicts_with_all = ["principal", "identity_policy", "boundary", "session_policy", "scp", "rcp", "vpce_policy"])]
    public: bool,
    /// Actions; `*` and `?` mean any of these.
    #[arg(long, num_args = 1.., required_unless_present = "public")]
    action: Vec<String>,
    /// ARNs, where `*` and `?` mean any of these, or `*`.
    #[arg(long, num_args = 1.., required_unless_present = "public")]
    resource: Vec<String>,
    /// The caller: an ARN, twelve digits (the root user of that account), a service, or `*` (nobody signed).
    #[arg(long)]
    principal: Option<String>,
    /// Who made the session: the user of a federated session, the role (with its path) of a role session.
    #[arg(long, value_name = "ARN", requires = "principal")]
    session_issuer: Option<String>,
    /// The account that owns the resources; by default that of the principal.
    #[arg(long, value_name = "ACCOUNT")]
    account: Option<String>,
    /// A condition key with its value, or `!KEY`: it is absent. All others may be anything.
    #[arg(long, value_name = "KEY=VALUE", num_args = 1..)]
    context: Vec<String>,
    #[command(flatten)]
    layers: LayerFlags<CanFlags>,
    /// What gives exit code 1: by default `not-granted`; with --public `granted`, which means that the policy is public in some sense.
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// The flags of the layers.
#[derive(Debug)]
struct CanFlags;

impl OfRequest for CanFlags {
    const RESOURCE: Flag =
        Flag::new(PolicyKind::Resource, "The bucket's policy, or that of another resource");
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum FailOn {
    /// Some request is granted, or it is not known.
    Granted,
    /// Some request is not granted, or it is not known.
    NotGranted,
    /// It is not known.
    Unknown,
    /// Nothing does.
    Never,
}

impl FailOn {
    fn fails(self, granted: Granted) -> bool {
        match self {
            FailOn::Granted => granted != Granted::None,
            FailOn::NotGranted => granted != Granted::All,
            FailOn::Unknown => granted == Granted::Unknown,
            FailOn::Never => false,
        }
    }

    /// A policy is public by either definition. A document that AWS would refuse is in force nowhere.
    fn fails_for(self, access: &Access) -> bool {
        let for_s3 = access.public.as_ref().map(|public| match public.for_s3 {
            IsPublic::Yes => Granted::Some,
            IsPublic::No => Granted::None,
            IsPublic::Unknown => Granted::Unknown,
        });
        let is_refused = access.findings.iter().any(Finding::is_refusal);
        self.fails(access.granted)
            || for_s3.is_some_and(|granted| self.fails(granted))
            || self != FailOn::Never && is_refused
    }
}

/// Answers the question that the flags ask.
pub(super) fn run(args: &Args) -> Exit {
    let printer = Printer::new(args.format, "`ica-policy can --help` lists the flags");
    let (query, caller) = match read(args) {
        Ok(read) => read,
        Err(message) => return printer.usage(&message),
    };
    let mut reader = Reader::default();
    let policies = reader.policies(&args.files());
    if !reader.unreadable.is_empty() {
        return printer.unreadable(&reader.sources, &reader.unreadable);
    }
    let (sources, all) = (&reader.sources, policies.all());
    let (mut access, fail_on) = if args.public {
        (public(args, &query.context, sources, &all), FailOn::Granted)
    } else {
        let layers = match caller {
            Some(_) => policies.layers(PolicyKind::Resource),
            None => Layers { resource: Layer::Policies(all.clone()), ..Layers::default() },
        };
        let (answers, basis) = match &caller {
            Some(caller) => query.caller(caller, &layers),
            None => (query.anybody(all), Basis::Given),
        };
        if answers.is_empty() {
            return printer.usage(
                "none of these actions works on one of these resources, so there is no such request",
            );
        }
        (Access::new(sources, &answers, basis, &layers), FailOn::NotGranted)
    };
    access.findings = Finding::all(sources, reader.findings.iter().cloned());
    let defect = if access.is_defect { Exit::Defect } else { Exit::Clean };
    let fails = args.fail_on.unwrap_or(fail_on).fails_for(&access);
    printer.report(&access).max(defect).max(if fails { Exit::Found } else { Exit::Clean })
}

/// Decides whether a bucket policy is public, by S3's definition and by ours: for all actions of S3 and all resources if none are given.
fn public(
    args: &Args,
    context: &[(String, Option<ContextValue>)],
    sources: &Sources,
    policies: &[&Policy],
) -> Access {
    let or_all = |given: &[String], all: &str| {
        if given.is_empty() { vec![all.to_owned()] } else { given.to_vec() }
    };
    let (actions, resources) = (or_all(&args.action, "s3:*"), or_all(&args.resource, "*"));
    let account = args.account.as_deref().unwrap_or_default();
    let outside =
        outsiders(policies, Asked { account, actions: &actions, resources: &resources, context });
    let statements =
        policies.iter().flat_map(|policy| public_statements(policy)).collect::<Vec<_>>();
    Access::of_public(sources, account, policies, (&statements, &outside))
}

impl Args {
    /// The files of the flags, and the positional one.
    fn files(&self) -> FilesByLayer {
        let alone = self.file.iter().map(|file| (PolicyKind::Resource, vec![vec![file.clone()]]));
        self.layers.files().clone().into_iter().chain(alone).collect()
    }
}

/// The question of the flags, and who asks.
fn read(args: &Args) -> Result<(Query, Option<Caller>), String> {
    let query = Query {
        principal: args.principal.clone(),
        session_issuer: args.session_issuer.clone(),
        actions: args.action.clone(),
        resources: args.resource.clone(),
        account: args.account.clone(),
        context: context(&args.context)?,
        knows_identity: args.layers.files().contains_key(&PolicyKind::Identity),
    };
    let flag = |path: &str| path.replace('_', "-");
    let caller =
        query.read().map_err(|error| format!("--{}: {}", flag(&error.path), error.message))?;
    match args.files().len() {
        0 => {
            Err("no policy is given: give FILE, --identity-policy FILE, or another layer"
                .to_owned())
        }
        2.. if caller.is_none() => {
            Err("layers decide together for one caller: give --principal, or ask one layer alone"
                .to_owned())
        }
        _ => Ok((query, caller)),
    }
}

fn context(pairs: &[String]) -> Result<Vec<(String, Option<ContextValue>)>, String> {
    let mut found: Vec<(String, Option<ContextValue>)> = Vec::new();
    for pair in pairs {
        let (key, value) = match (pair.strip_prefix('!'), pair.split_once('=')) {
            (Some(key), _) => (key, None),
            (None, Some((key, value))) => (key, Some(value.to_owned())),
            (None, None) => {
                return Err(format!(
                    "--context: `{pair}` is not a condition key with a value: write KEY=VALUE, or !KEY where it is absent"
                ));
            }
        };
        let key = key.to_lowercase();
        match (found.iter_mut().find(|(known, _)| *known == key), value) {
            (None, value) => found.push((key, value.map(ContextValue::One))),
            (Some((_, Some(known))), Some(value)) => {
                *known =
                    ContextValue::Many(known.as_slice().iter().cloned().chain([value]).collect());
            }
            _ => {
                return Err(format!(
                    "--context: `{key}` has a value and is also said to be absent"
                ));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is not known may be what the user is warned of.
    #[test]
    fn what_is_not_known_fails() {
        for (granted, not_granted, some_granted) in [
            (Granted::All, false, true),
            (Granted::Some, true, true),
            (Granted::None, true, false),
            (Granted::Unknown, true, true),
        ] {
            assert_eq!(FailOn::NotGranted.fails(granted), not_granted, "{granted:?}");
            assert_eq!(FailOn::Granted.fails(granted), some_granted, "{granted:?}");
            assert!(!FailOn::Never.fails(granted));
        }
    }
}
