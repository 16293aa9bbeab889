//! `ica-policy can`: whether access is granted, to one caller or to any caller.

use super::answer::{Asked, FailOn};
use super::ask;
use super::exit::Exit;
use super::files::{Files, stdin_twice};
use super::format::{FindingsFormat, Printer};
use super::layer_flags::{Flag, LayerFlags, OfRequest};
use crate::access::{Basis, FilesByLayer, Query, Reader};
use crate::authz::ContextValue;
use crate::model::{Policy, PolicyKind};
use crate::report::can::Access;
use crate::s3::public_statements;
use crate::simulate::LineError;
use crate::source::Sources;
use crate::symbolic::{self, asked_services, outsiders};
use clap::Args as ClapArgs;
use std::path::PathBuf;

/// Says whether access is granted: for all requests, for some, for none, or that it is not known.
///
/// With --public it says whether the policy of a resource gives somebody outside the account access, and of a bucket whether S3's
/// Block Public Access calls it public. Without --principal it decides for one document and any caller. With it all given layers decide together; layers that are not given
/// are assumed absent, except the identity policies of a user or role: without them (or `none`) the answer is unknown unless they
/// make no difference. Exit code 0: nothing that --fail-on names; 1: something is, or it is not known, or AWS would refuse to store a
/// document; 2: wrong usage; 3: a file could not be
/// read; 4: a defect of ica-policy.
#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    /// The policy of a bucket or of another resource, as --bucket-policy.
    #[arg(value_name = "FILE", conflicts_with = "bucket_policy")]
    file: Option<String>,
    /// Asks whether the policy gives somebody outside of --account access, which owns the resource: a bucket, queue, topic, key, role, repository,
    /// function or secret. Without --action all actions on such a resource count; the service follows from the policy.
    #[arg(long, requires = "account", conflicts_with_all = ["principal", "identity_policy", "boundary", "session_policy", "scp", "rcp", "vpce_policy"])]
    public: bool,
    /// Answers the questions of a file (`-` is standard input), one JSON object a line, with one line each in the same order:
    /// {"id": "x", "actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::b/*"], "principal": "arn:.."}. Without a principal that of --principal asks.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["public", "action", "resource"])]
    ask: Option<String>,
    /// Actions; `*` and `?` mean any of these.
    #[arg(long, num_args = 1.., required_unless_present_any = ["public", "ask"])]
    action: Vec<String>,
    /// ARNs, where `*` and `?` mean any of these, or `*`.
    #[arg(long, num_args = 1.., required_unless_present_any = ["public", "ask"])]
    resource: Vec<String>,
    /// The caller: an ARN, twelve digits (the root user of that account), a service, or `*` (nobody signed). The ARN of a role means all of its sessions.
    #[arg(long)]
    principal: Option<String>,
    /// Who made the session: the user of a federated session, the role (with its path) of a role session. Without it the answer is not known where it depends on that.
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
    /// How the report is written; by default `human`, with --ask `json`.
    #[arg(long, value_enum)]
    format: Option<FindingsFormat>,
}

/// The flags of the layers.
#[derive(Debug)]
struct CanFlags;

impl OfRequest for CanFlags {
    const RESOURCE: Flag =
        Flag::new(PolicyKind::Resource, "The bucket's policy, or that of another resource");
}

/// Answers the question that the flags ask.
pub(super) fn run(args: &Args) -> Exit {
    let usual = if args.ask.is_some() { FindingsFormat::Json } else { FindingsFormat::Human };
    let format = args.format.unwrap_or(usual);
    let about = args.files().into_values().flatten().flatten().next();
    let help = "`ica-policy can --help` lists the flags";
    let printer = Printer::listing("can", format, about.as_deref(), help);
    if args.ask.is_some() && printer.lists() {
        return printer.usage("--ask answers line by line: --format json or human");
    }
    printer.finish(answer(args, &printer))
}

fn answer(args: &Args, printer: &Printer<Access>) -> Exit {
    let query = match query(args) {
        Ok(query) => query,
        Err(message) => return printer.usage(&message),
    };
    let (mut sources, mut files) = (Sources::new(), Files { folder: PathBuf::new() });
    let mut reader = Reader::new(&mut sources, &mut files);
    let policies = reader.policies(&args.files());
    if !reader.unreadable.is_empty() {
        return printer.unreadable(reader.sources, &reader.unreadable);
    }
    let asked = Asked { policies: &policies, sources: reader.sources, findings: &reader.findings };
    if let Some(file) = &args.ask {
        return ask::run(
            file,
            (&query, asked),
            args.fail_on.unwrap_or(FailOn::NotGranted),
            printer,
        );
    }
    let (access, usual) = if args.public {
        let all = asked.policies.all();
        let mut access = public(args, &query.context, asked.sources, &all);
        access.findings = asked.findings();
        (Ok(access), FailOn::Granted)
    } else {
        (asked.answer(&query), FailOn::NotGranted)
    };
    match access {
        Ok(access) if access.basis == Basis::NoRequest => {
            printer.usage(access.basis.note().unwrap_or_default())
        }
        Ok(access) => printer.report(&access).max(args.fail_on.unwrap_or(usual).exit(&access)),
        Err(error) => printer.usage(&in_flags(&error)),
    }
}

/// A mistake in the words of the flag that made it.
fn in_flags(error: &LineError) -> String {
    format!("--{}: {}", error.path.replace('_', "-"), error.message)
}

/// Decides whether the policy of a resource is public: for the actions of its service and all resources if none are given.
fn public(args: &Args, context: &Context, sources: &Sources, policies: &[&Policy]) -> Access {
    let services = asked_services(policies, &args.action);
    let actions = services.iter().flat_map(|asked| asked.actions.clone()).collect::<Vec<_>>();
    let all = ["*".to_owned()];
    let resources = if args.resource.is_empty() { &all[..] } else { &args.resource };
    let account = args.account.as_deref().unwrap_or_default();
    let asked = symbolic::Asked { account, actions: &actions, resources, context };
    let outside = outsiders(policies, asked);
    let is_bucket = services.iter().any(|asked| asked.prefix == "s3");
    let statements = is_bucket
        .then(|| policies.iter().flat_map(|policy| public_statements(policy)).collect::<Vec<_>>());
    let found = (statements.as_deref(), outside.as_slice());
    Access::of_public(sources, (account, &services), policies, found)
}

impl Args {
    /// The files of the flags, and the positional one.
    fn files(&self) -> FilesByLayer {
        let alone = self.file.iter().map(|file| (PolicyKind::Resource, vec![vec![file.clone()]]));
        self.layers.files().clone().into_iter().chain(alone).collect()
    }
}

/// The question of the flags; with --ask what all lines have in common.
fn query(args: &Args) -> Result<Query, String> {
    let files = args.files();
    let query = Query {
        principal: args.principal.clone(),
        session_issuer: args.session_issuer.clone(),
        actions: args.action.clone(),
        resources: args.resource.clone(),
        account: args.account.clone(),
        context: context(&args.context)?,
        knows_identity: files.contains_key(&PolicyKind::Identity),
    };
    query.read().map_err(|error| in_flags(&error))?;
    if let Some(mistake) = stdin_twice(files.values().flatten().flatten().chain(&args.ask)) {
        return Err(mistake.to_owned());
    }
    match files.len() {
        0 => {
            Err("no policy is given: give FILE, --identity-policy FILE, or another layer"
                .to_owned())
        }
        2.. if args.principal.is_none() && args.ask.is_none() => {
            Err("layers decide together for one caller: give --principal, or ask one layer alone"
                .to_owned())
        }
        _ => Ok(query),
    }
}

/// Condition keys with their values; of absent ones without.
type Context = [(String, Option<ContextValue>)];

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
