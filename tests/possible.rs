//! Every example that a report shows is a request that can be: its caller, keys, action and resource go together by the
//! table of request keys and AWS's data. The check is written anew here and shares no code with the engines.

use crate::support::documents::{Pair, history, policy_of, quacky};
use crate::support::{corpus, one_of};
use ica_policy::authz::{
    Caller, CallerKind, Context, ContextValue, Presence, may_have_key, presence, presence_for,
    request_key, shape,
};
use ica_policy::aws::{self, ValueType};
use ica_policy::symbolic::{Asked, Differences, Requests, Sample, differences, outsiders};
use serde_json::Value;

/// A request as a report shows it. What no statement looks at is left out.
pub struct Example<'a> {
    pub caller: Option<&'a Caller>,
    pub principal: Option<&'a str>,
    pub action: Option<&'a str>,
    pub resource: Option<&'a str>,
    pub context: &'a Context,
    pub absent: Vec<&'a str>,
}

/// A request of a line of `simulate`.
pub fn faults_of_line(line: &Value) -> Vec<String> {
    let text = |name: &str| line[name].as_str();
    let caller = Caller::parse(text("principal").unwrap(), text("session_issuer")).unwrap();
    let keys = line["context"].as_object().cloned().unwrap_or_default();
    let value = |value: &Value| match value {
        Value::Array(list) => ContextValue::Many(
            list.iter().map(|value| value.as_str().unwrap().to_owned()).collect(),
        ),
        value => ContextValue::One(value.as_str().unwrap().to_owned()),
    };
    let context = keys.iter().map(|(key, own)| (key, value(own))).collect::<Context>();
    faults(&Example {
        caller: Some(&caller),
        principal: None,
        action: text("action"),
        resource: text("resource"),
        context: &context,
        absent: Vec::new(),
    })
}

pub fn faults_of_sample(sample: &Sample) -> Vec<String> {
    faults(&Example {
        caller: None,
        principal: sample.principal.as_deref(),
        action: sample.action.as_deref(),
        resource: sample.resource.as_deref(),
        context: &sample.context,
        absent: sample.absent.iter().map(|key| &**key).collect(),
    })
}

/// What keeps an example from being a request.
pub fn faults(example: &Example<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    faults.extend(example.action.and_then(action_fault));
    faults.extend(example.resource.and_then(arn_fault));
    faults.extend(pair_fault(example));
    faults.extend(type_faults(example));
    let kinds = match example.caller {
        Some(caller) => vec![caller.kind()],
        None => CallerKind::ALL.to_vec(),
    };
    let by_kind = kinds.into_iter().map(|kind| caller_faults(example, kind));
    let fewest = by_kind.min_by_key(Vec::len).unwrap();
    faults.extend(fewest);
    faults
}

fn action_fault(action: &str) -> Option<String> {
    let (service, name) = action.split_once(':').unwrap_or_default();
    let is_word = |text: &str| !text.is_empty() && !text.contains([':', '*', '?', ' ']);
    (!is_word(service) || !is_word(name)).then(|| format!("`{action}` is no action"))
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn arn_fault(arn: &str) -> Option<String> {
    if arn == "*" {
        return None;
    }
    let parts = arn.splitn(6, ':').collect::<Vec<_>>();
    let [start, partition, service, _, account, resource] = parts.as_slice() else {
        return Some(format!("`{arn}` is no ARN"));
    };
    let is_good = *start == "arn"
        && aws::partition(partition).is_some()
        && !service.is_empty()
        // An origin access identity of CloudFront is a user of the account `cloudfront`.
        && (account.is_empty() || ["aws", "cloudfront"].contains(account) || is_account(account))
        && !resource.is_empty();
    (!is_good).then(|| format!("`{arn}` is no ARN of AWS"))
}

/// The action works on the resource, and the two can have the keys.
fn pair_fault(example: &Example<'_>) -> Option<String> {
    let (action, resource) = (aws::action(example.action?)?, example.resource?);
    let has_keys =
        |kind: Option<&str>| example.context.iter().all(|(key, _)| may_have_key(action, kind, key));
    let fits = if action.is_resourceless() {
        resource == "*" && has_keys(None)
    } else {
        action.resource_types().any(|kind| kind.matches(resource) && has_keys(Some(kind.name())))
    };
    (!fits).then(|| format!("`{action}` does not go with `{resource}` and {:?}", example.context))
}

fn type_faults(example: &Example<'_>) -> Vec<String> {
    let fits = |kind: ValueType, text: &str| match kind {
        ValueType::Bool => ["true", "false"].contains(&text),
        ValueType::Numeric => text.parse::<f64>().is_ok(),
        ValueType::Ip => text.parse::<std::net::IpAddr>().is_ok(),
        ValueType::Arn => arn_fault(text).is_none(),
        _ => true,
    };
    let wrong = example.context.iter().filter(|(key, value)| {
        let known = aws::condition_key_type(key);
        known.is_some_and(|known| !value.as_slice().iter().all(|text| fits(known.value, text)))
    });
    wrong.map(|(key, value)| format!("{value:?} is no value of `{key}`")).collect()
}

/// What a caller of the kind cannot have.
fn caller_faults(example: &Example<'_>, kind: CallerKind) -> Vec<String> {
    let mut faults = Vec::new();
    let action = example.action;
    let presence = |key: &str| match example.caller {
        Some(caller) => presence_for(key, caller, action),
        None => presence(key, Some(kind), action),
    };
    for (key, value) in example.context.iter() {
        if presence(key) == Presence::Never {
            faults.push(format!("{kind:?} has no `{key}`"));
        }
        let row = request_key(key).filter(|row| row.has_shapes_by_caller());
        let fits = |text: &String| match row {
            Some(row) => row.admits(kind, text),
            None => shape(key, Some(kind)).is_none_or(|shape| shape.fits(text)),
        };
        if !value.as_slice().iter().all(fits) {
            faults.push(format!("{kind:?} cannot have {value:?} in `{key}`"));
        }
    }
    let missing = example.absent.iter().filter(|key| presence(key) == Presence::Always);
    faults.extend(missing.map(|key| format!("{kind:?} always has `{key}`")));
    faults.extend(identity_faults(example));
    faults
}

/// The keys of the principal and its name speak of one caller.
fn identity_faults(example: &Example<'_>) -> Vec<String> {
    let text = |key: &str| example.context.get(key).and_then(|value| value.as_slice().first());
    let Some(arn) = text("aws:principalarn") else { return Vec::new() };
    let account = arn.split(':').nth(4).unwrap();
    let name = arn.rsplit(['/', ':']).next().unwrap();
    let mut faults = Vec::new();
    let mut agree = |key: &str, wanted: &str| {
        if text(key).is_some_and(|own| own != wanted) {
            faults.push(format!("`{key}` is not that of `{arn}`"));
        }
    };
    agree("aws:principalaccount", account);
    if arn.contains(":user/") {
        agree("aws:username", name);
    }
    if arn.contains(":federated-user/") {
        agree("aws:userid", &format!("{account}:{name}"));
    }
    // A session is followed by whoever it is of; the ARN of a role's session is that of the role.
    let named = example.principal.map(|name| match name.split_once(" of ") {
        Some((session, role)) if session.contains(":assumed-role/") => role,
        Some((session, _)) => session,
        None => name,
    });
    let is_one = |principal: &&str| principal.contains(":user/") || principal.contains(":role/");
    if named.filter(is_one).is_some_and(|principal| principal != arn) {
        faults.push(format!("the principal is not `{arn}`"));
    }
    faults
}

/// How many examples were looked at, and what is wrong with some.
#[derive(Default)]
struct Seen {
    count: usize,
    wrong: Vec<String>,
}

impl Seen {
    fn look(&mut self, name: &str, faults: Vec<String>) {
        self.count += 1;
        if !faults.is_empty() {
            self.wrong.push(format!("{name}: {}", faults.join("; ")));
        }
    }

    fn finish(self, at_least: usize) {
        let shown = self.wrong.iter().take(20).cloned().collect::<Vec<_>>().join("\n");
        assert!(self.wrong.is_empty(), "{} of {}:\n{shown}", self.wrong.len(), self.count);
        assert!(self.count >= at_least, "only {} examples", self.count);
    }
}

fn look_at_pairs(seen: &mut Seen, pairs: impl Iterator<Item = Pair>) {
    for pair in pairs {
        let (Some(old), Some(new)) = (policy_of(&pair.old), policy_of(&pair.new)) else { continue };
        let Differences { newly_allowed, newly_denied, .. } =
            differences(&[&old], &[&new], Requests::Possible);
        for region in newly_allowed.regions.iter().chain(&newly_denied.regions) {
            seen.look(&pair.name, faults_of_sample(&region.witness));
        }
    }
}

#[test]
#[cfg_attr(not(corpus), ignore = "reads ../shared")]
fn examples_of_compare_are_requests_that_can_be() {
    let pairs = quacky("").into_iter().chain(quacky("_action_resource")).collect::<Vec<_>>();
    let mut seen = Seen::default();
    look_at_pairs(&mut seen, pairs.into_iter().step_by(one_of(3)));
    look_at_pairs(&mut seen, history().into_iter().step_by(one_of(9)));
    seen.finish(200);
}

#[test]
#[cfg_attr(not(corpus), ignore = "reads ../shared")]
fn examples_of_can_are_requests_that_can_be() {
    let folder = corpus("02-s3-bucket");
    let files = crate::support::files_below(&folder, ".json");
    let mut seen = Seen::default();
    for path in files.into_iter().step_by(one_of(4)) {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let is_bucket_policy = text.contains("\"Principal\"") && text.contains("\"Statement\"");
        let Ok(_) = serde_json::from_str::<Value>(&text) else { continue };
        let Some(policy) = is_bucket_policy.then(|| policy_of(&path)).flatten() else { continue };
        let [actions, resources] =
            [["s3:GetObject"], ["arn:aws:s3:::*"]].map(|list| list.map(str::to_owned));
        let asked = Asked {
            account: "111122223333",
            actions: &actions,
            resources: &resources,
            context: &[],
        };
        for outside in outsiders(&[&policy], asked) {
            let shown = outside.answers.iter().flat_map(|answer| [&answer.allowed, &answer.denied]);
            for shown in shown.flatten() {
                let request = &shown.request;
                let caller = shown.principal.is_none().then_some(&request.caller);
                let caller = caller.filter(|caller| **caller != Caller::Anonymous);
                seen.look(
                    &path.display().to_string(),
                    faults(&Example {
                        caller,
                        principal: shown.principal.as_deref(),
                        action: Some(&request.action),
                        resource: Some(&request.resource),
                        context: &request.context,
                        absent: Vec::new(),
                    }),
                );
            }
        }
    }
    seen.finish(50);
}
