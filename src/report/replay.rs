//! A request as a command that asks for it again.

use super::example::action_name;
use super::request::Request;
use super::visible::visible;
use crate::authz::{self, Context, Credentials, Endpoint, LayerId, LayerRow, Layers, display_name};
use crate::eval::Outcome;
use crate::expect::ANY_OTHER;
use crate::input::NONE;
use crate::model::{Policy, PolicyKind};
use crate::product::quoted;
use crate::simulate::simulate;
use crate::source::Sources;

/// What stands for a policy that is not given: it allows everything. Standard input holds it, as no file does.
const ALLOWS_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;

/// The command of a shell that decides the request by itself, past the same policies, and says that it is allowed, or that it is not. `None`
/// where there is none: nobody by name asks, two policies are in no file, or a name cannot be written in a line.
pub(super) fn command(
    sources: &Sources,
    (request, is_allowed): (&authz::Request, bool),
    layers: &Layers<'_>,
) -> Option<String> {
    let outcome = simulate(request, layers).decision.outcome;
    let is_so = outcome != Outcome::Undetermined && (outcome == Outcome::Allowed) == is_allowed;
    // The flag ends a key at the first such sign.
    let has_sign = request.context.iter().any(|(key, _)| key.contains('='));
    if !is_so || has_sign || request.bucket.is_some() {
        return None;
    }
    let mut words = Words::default();
    words.request(request)?;
    for layer in layers.ids() {
        words.layer(flag(layer), &files(sources, layers, layer)?);
    }
    words.line()
}

/// The request with nothing but what `simulate` needs: it adds the keys that follow from this.
fn bare(request: &authz::Request) -> Option<authz::Request> {
    let caller = request.caller.clone();
    authz::Request::new(caller, &request.action, &request.resource, None, Context::new()).ok()
}

/// The arguments, and what standard input has to hold.
#[derive(Default)]
struct Words {
    arguments: Vec<String>,
    assumed: usize,
}

impl Words {
    /// The flag with each of these values; without any it is not given.
    fn give<T: AsRef<str>>(&mut self, flag: &str, values: impl IntoIterator<Item = T>) {
        for value in values {
            self.arguments.extend([format!("--{flag}"), quoted(value.as_ref())]);
        }
    }

    fn request(&mut self, request: &authz::Request) -> Option<()> {
        let view = Request::of(request);
        let follows = bare(request);
        let account_follows =
            follows.as_ref().is_some_and(|own| own.resource_account == request.resource_account);
        self.give("principal", [view.principal?]);
        self.give("session-issuer", view.session_issuer);
        self.give("action", [action_name(&view.action, &[])]);
        self.give("resource", [view.resource]);
        self.give("resource-account", view.resource_account.filter(|_| !account_follows));
        let is_own = |key: &str, value| {
            follows.as_ref().is_some_and(|own| own.context.get(key) == Some(value))
        };
        for (key, value) in request.context.iter().filter(|(key, value)| !is_own(key, value)) {
            let pair = |value| format!("{}={value}", display_name(key));
            self.give("context", value.as_slice().iter().map(pair));
        }
        let signed = request.credentials.and_then(|own| word(&Credentials::WORDS, own));
        self.give("credentials", signed);
        let through = request.endpoint.and_then(|own| word(&Endpoint::WORDS, own));
        self.give("endpoint", through);
        Some(())
    }

    fn layer(&mut self, flag: &str, files: &[String]) {
        if files.is_empty() {
            return;
        }
        self.assumed += files.iter().filter(|file| *file == STANDARD_INPUT).count();
        self.arguments.push(format!("--{flag}"));
        self.arguments.extend(files.iter().map(|file| quoted(file)));
    }

    fn line(self) -> Option<String> {
        let command = format!("ica-policy simulate {}", self.arguments.join(" "));
        let line = match self.assumed {
            0 => command,
            1 => format!("echo '{ALLOWS_ALL}' | {command}"),
            _ => return None,
        };
        (!line.contains(['\n', '\t']) && visible(&line, false) == line).then_some(line)
    }
}

const STANDARD_INPUT: &str = "-";

/// The files of a layer, each once. `None`: one of its policies is in no file.
fn files(sources: &Sources, layers: &Layers<'_>, layer: LayerId) -> Option<Vec<String>> {
    let is_own = |id: LayerId| matches!(id, LayerId::Identity | LayerId::Session);
    if layers.is_assumed(layer) {
        return is_own(layer).then(|| vec![STANDARD_INPUT.to_owned()]);
    }
    let mut files = Vec::new();
    for policy in layers.policies(layer) {
        let file = file(sources, policy)?;
        let file = match file.as_str() {
            ANY_OTHER if layer == LayerId::Identity => STANDARD_INPUT.to_owned(),
            // A policy of the resource names the callers.
            ANY_OTHER | STANDARD_INPUT => return None,
            _ => file,
        };
        if !files.contains(&file) {
            files.push(file);
        }
    }
    Some(files)
}

fn file(sources: &Sources, policy: &Policy) -> Option<String> {
    let place = sources.trace(policy.span)?;
    let name = place.source.name();
    let is_flag = name != STANDARD_INPUT && name.starts_with('-');
    Some(if is_flag || name == NONE { format!("./{name}") } else { name.to_owned() })
}

/// The flag of `simulate`.
fn flag(layer: LayerId) -> &'static str {
    match layer {
        LayerId::Resource => "resource-policy",
        other => LayerRow::of(other.policy_kind(PolicyKind::Resource)).flag,
    }
}

fn word<T: PartialEq>(words: &[(&'static str, T)], own: T) -> Option<&'static str> {
    words.iter().find(|(_, word)| *word == own).map(|(text, _)| *text)
}
