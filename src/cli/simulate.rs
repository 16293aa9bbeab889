//! `ica-policy simulate`: one request by flags, or a stream of them.

use super::batch;
use super::exit::Exit;
use super::files::Files;
use super::format::{Format, Printer};
use super::layer_flags::{Flag, LayerFlags, OfRequest};
use crate::access::{FilesByLayer, Reader};
use crate::authz::{Context, ContextValue, Layers, Request};
use crate::eval::Outcome;
use crate::input::NONE;
use crate::model::PolicyKind;
use crate::report::simulate::Decision;
use crate::simulate::{RequestText, resource_kind, simulate};
use crate::source::Sources;
use clap::Args as ClapArgs;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Decides one request as AWS would and shows the result of each layer. FILEs are policies, answers of the AWS CLI, or `none`.
///
/// A policy that AWS would refuse to store is never in force, so nothing is decided with it.
/// Exit code 0: allowed; 1: denied or undetermined; 3: a policy could not be read, or with --batch a line could not be evaluated.
#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    /// Read one JSON object a line from standard input and answer each with one line.
    #[arg(long, exclusive = true)]
    batch: bool,
    /// The caller: an ARN, twelve digits (the root user of that account), a service such as lambda.amazonaws.com, or `*`
    /// (not signed: anonymous, or with a token of an identity provider, which a request does not show: Undetermined where it matters).
    #[arg(long, required_unless_present = "batch")]
    principal: Option<String>,
    /// Who made the session: the user of a federated session, the role (with its path) of a role session.
    #[arg(long, value_name = "ARN")]
    session_issuer: Option<String>,
    /// The action, such as s3:GetObject.
    #[arg(long, required_unless_present = "batch")]
    action: Option<String>,
    /// The resource: one ARN, or `*` for an action without a resource.
    #[arg(long, required_unless_present = "batch")]
    resource: Option<String>,
    /// The account that owns the resource; by default that of the ARN, else that of the principal.
    #[arg(long, value_name = "ACCOUNT")]
    resource_account: Option<String>,
    /// A condition key of the request; given twice it has two values.
    #[arg(long, value_name = "KEY=VALUE")]
    context: Vec<String>,
    /// What the caller signs with: long-term, session-token, console, sign-in or assume-root; where it is not given and matters: Undetermined.
    #[arg(long, value_name = "WORD")]
    credentials: Option<String>,
    /// The kind of the VPC endpoint that the request comes through: gateway or interface; where it is not given and matters: Undetermined.
    #[arg(long, value_name = "WORD")]
    endpoint: Option<String>,
    /// The bucket, by name or ARN, behind the access point that is the resource; its policy is --bucket-policy, that of the access
    /// point --resource-policy. Both must allow the request.
    #[arg(long)]
    bucket: Option<String>,
    /// The account that owns the bucket behind the access point; by default that of the access point.
    #[arg(long, value_name = "ACCOUNT", requires = "bucket")]
    bucket_account: Option<String>,
    /// The policy of the bucket behind the access point.
    #[arg(long, value_name = "FILE", requires = "bucket", help_heading = "Policies")]
    bucket_policy: Option<String>,
    #[command(flatten)]
    layers: LayerFlags<SimulateFlags>,
    /// How the answer is written; json is the form of --batch.
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

/// The flags of the layers.
#[derive(Debug)]
struct SimulateFlags;

impl OfRequest for SimulateFlags {
    const RESOURCE: Flag = Flag {
        kind: PolicyKind::Resource,
        names: ("resource-policy", "resource_policy"),
        help: "The resource's policy: of a bucket, queue, KMS key, or a role's trust policy",
    };
}

/// Decides the request of the flags, or those of standard input.
pub(super) fn run(args: &Args) -> Exit {
    if args.batch {
        return batch::run();
    }
    let printer = Printer::new(args.format, "");
    let request = match check_none(args).and_then(|()| request(args)) {
        Ok(request) => request,
        Err(message) => return printer.usage(&message),
    };
    let (mut sources, mut loader) = (Sources::new(), Files { folder: PathBuf::new() });
    let mut reader = Reader::new(&mut sources, &mut loader).refusing();
    let resource = resource_kind(&request);
    let policies = reader.policies(&files(args, resource));
    let bucket = reader.policies(&behind(args));
    if !reader.unreadable.is_empty() {
        return printer.unreadable(reader.sources, &reader.unreadable);
    }
    let bucket = bucket.layer(PolicyKind::Resource);
    let layers = Layers { bucket, ..policies.layers(resource) };
    let simulated = simulate(&request, &layers);
    let decision =
        Decision::new(reader.sources, &request, &layers, &simulated, reader.findings.clone());
    let is_allowed = decision.outcome == Outcome::Allowed;
    printer.report(&decision).max(if is_allowed { Exit::Clean } else { Exit::Found })
}

/// `none` says that there is no policy, so no file can be given with it.
fn check_none(args: &Args) -> Result<(), String> {
    let mut lists = args.layers.files().values().flatten();
    if lists.any(|names| names.len() > 1 && names.iter().any(|name| name == NONE)) {
        return Err(format!(
            "`{NONE}` says that there is no policy; give it alone, or files without it"
        ));
    }
    Ok(())
}

/// The files of the flags; the kind of the resource's policy depends on the request.
fn files(args: &Args, resource: PolicyKind) -> FilesByLayer {
    let kind = |kind| if kind == PolicyKind::Resource { resource } else { kind };
    args.layers.files().iter().map(|(layer, files)| (kind(*layer), files.clone())).collect()
}

/// The file of the policy of the bucket behind an access point.
fn behind(args: &Args) -> FilesByLayer {
    let file = args.bucket_policy.iter().cloned();
    file.map(|file| (PolicyKind::Resource, vec![vec![file]])).collect()
}

fn request(args: &Args) -> Result<Request, String> {
    fn text(value: &Option<String>) -> &str {
        value.as_deref().unwrap_or_default()
    }
    let text = RequestText {
        principal: text(&args.principal),
        session_issuer: args.session_issuer.as_deref(),
        action: text(&args.action),
        resource: text(&args.resource),
        resource_account: args.resource_account.as_deref(),
        context: context(&args.context)?,
        credentials: args.credentials.as_deref(),
        endpoint: args.endpoint.as_deref(),
        bucket: args.bucket.as_deref(),
        bucket_account: args.bucket_account.as_deref(),
    };
    text.read().map_err(|error| format!("--{}: {}", flag(&error.path), error.message))
}

/// The flag that gives a member of a line.
fn flag(path: &str) -> String {
    path.split('.').next().unwrap_or_default().replace('_', "-")
}

fn context(pairs: &[String]) -> Result<Context, String> {
    let mut values = BTreeMap::<_, Vec<_>>::new();
    for pair in pairs {
        let (key, value) = pair.split_once('=').ok_or_else(|| {
            format!("`{pair}` is not a condition key with a value: write KEY=VALUE")
        })?;
        values.entry(key.to_lowercase()).or_default().push(value.to_owned());
    }
    let value = |mut values: Vec<String>| match values.pop() {
        Some(only) if values.is_empty() => ContextValue::One(only),
        last => ContextValue::Many(values.into_iter().chain(last).collect()),
    };
    Ok(values.into_iter().map(|(key, values)| (key, value(values))).collect())
}
