use crate::support::documents::policy;
use crate::support::random;
use ica_policy::authz::{Caller, Context, ContextValue, Layer, Layers, Readings, Request};
use ica_policy::aws::{self, KeySupport};
use ica_policy::eval::{Outcome, allows_as_documents, decide};
use ica_policy::model::{Policy, PolicyKind};
use ica_policy::source::Sources;
use ica_policy::strategies;
use ica_policy::symbolic::{Answered, Granted, Question, Who, can, together};
use ica_policy::{json as reader, simulate};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::BTreeSet;

fn document(kind: PolicyKind, statements: Value) -> Policy {
    policy(&json!({"Version": "2012-10-17", "Statement": statements}).to_string(), kind)
}

fn ask<'a>(who: Who<'a>, actions: &[&str], resources: &[&str]) -> Vec<Answered> {
    let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    let account = Some("111122223333".to_owned());
    can(&Question {
        who,
        actions: texts(actions),
        resources: texts(resources),
        account,
        context: Vec::new(),
    })
}

#[track_caller]
fn check(statements: Value, actions: &[&str], resources: &[&str], expected: Granted) {
    let policy = document(PolicyKind::Identity, statements);
    let answers = ask(Who::Anybody(vec![&policy]), actions, resources);
    assert_eq!(together(answers.iter().map(|answer| answer.granted)), expected, "{answers:#?}");
    assert!(answers.iter().all(|answer| !answer.is_defect));
}

#[test]
fn an_allow_of_exactly_that_grants_all() {
    let allow =
        json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]);
    check(allow.clone(), &["s3:GetObject"], &["arn:aws:s3:::b/*"], Granted::All);
    check(allow.clone(), &["s3:GetObject"], &["arn:aws:s3:::b/a/*"], Granted::All);
    check(allow.clone(), &["s3:GetObject"], &["arn:aws:s3:::*"], Granted::Some);
    check(allow.clone(), &["s3:GetObject"], &["arn:aws:s3:::c/*"], Granted::None);
    check(allow.clone(), &["s3:Get*"], &["arn:aws:s3:::b/*"], Granted::Some);
    check(allow, &["s3:PutObject", "s3:DeleteObject"], &["arn:aws:s3:::b/*"], Granted::None);
}

/// `s3:ListBucket` works on the bucket and `s3:GetObject` on objects. Other pairs are no requests,
/// so they are not asked.
#[test]
fn actions_are_asked_on_resources_of_their_kind() {
    let allow = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"},
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b"}]);
    check(
        allow,
        &["s3:GetObject", "s3:ListBucket"],
        &["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
        Granted::All,
    );
    let crossed =
        json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b"}]);
    check(crossed, &["s3:GetObject"], &["arn:aws:s3:::b/*", "arn:aws:s3:::b"], Granted::None);
    let none = document(
        PolicyKind::Identity,
        json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]),
    );
    assert!(ask(Who::Anybody(vec![&none]), &["s3:ListBucket"], &["arn:aws:s3:::b/*"]).is_empty());
    check(
        json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]),
        &["s3:ListAllMyBuckets"],
        &["*"],
        Granted::All,
    );
}

#[test]
fn conditions_and_denies_make_it_some() {
    let with = |condition: Value| json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition}]);
    let get = |statements, expected| {
        check(statements, &["s3:GetObject"], &["arn:aws:s3:::b/*"], expected)
    };
    get(with(json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}})), Granted::Some);
    // Requests for objects never have `s3:prefix`, and always `aws:SecureTransport`.
    get(with(json!({"StringLike": {"s3:prefix": "*"}})), Granted::None);
    get(with(json!({"Null": {"aws:SecureTransport": "false"}})), Granted::All);
    let allow = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
    get(
        json!([allow, {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::*.bam"}]),
        Granted::Some,
    );
    get(
        json!([allow, {"Effect": "Deny", "Action": "s3:Get*", "NotResource": "arn:aws:s3:::c/*"}]),
        Granted::None,
    );
    get(
        json!([allow, {"Effect": "Deny", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b"}]),
        Granted::All,
    );
    get(
        json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:*:*:b/*"}, {"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}]),
        Granted::All,
    );
}

/// What the layers make of an action may depend on the resource: a managed policy of AWS can be read and not changed, and no RCP
/// binds a service-linked role (`docs/sources.md`, ORG:orgs_manage_policies_rcps).
#[test]
fn layers_that_depend_on_the_resource_are_asked_apart() {
    let ana = caller("arn:aws:iam::111122223333:user/ana");
    let all = document(
        PolicyKind::Identity,
        json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]),
    );
    let trust = document(
        PolicyKind::Trust,
        json!([{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:user/ana"},
            "Action": "sts:AssumeRole"}]),
    );
    let rcp = document(
        PolicyKind::Rcp,
        json!([{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*"}]),
    );
    let layers = Layers {
        identity: Layer::Policies(vec![&all]),
        resource: Layer::Policies(vec![&trust]),
        rcps: vec![vec![&rcp]],
        ..Layers::default()
    };
    let ask = |layers: &Layers<'_>, action: &str, resource: &str| {
        let answers = can(&Question {
            who: Who::Caller(&ana, layers),
            actions: vec![action.to_owned()],
            resources: vec![resource.to_owned()],
            account: None,
            context: Vec::new(),
        });
        assert!(answers.iter().all(|answer| !answer.is_defect), "{answers:#?}");
        together(answers.iter().map(|answer| answer.granted))
    };
    let role = "arn:aws:iam::111122223333:role/*";
    assert_eq!(ask(&layers, "sts:AssumeRole", role), Granted::Some);
    let linked = "arn:aws:iam::111122223333:role/aws-service-role/*";
    assert_eq!(ask(&layers, "sts:AssumeRole", linked), Granted::All);
    let own = Layers { identity: Layer::Policies(vec![&all]), ..Layers::default() };
    assert_eq!(ask(&own, "iam:GetPolicy", "arn:aws:iam::aws:policy/*"), Granted::All);
    assert_eq!(ask(&own, "iam:DeletePolicy", "arn:aws:iam::aws:policy/*"), Granted::None);
    assert_eq!(ask(&own, "iam:DeletePolicy", "arn:aws:iam::*:policy/*"), Granted::Some);
    assert_eq!(ask(&own, "iam:PassRole", "arn:aws:iam::444455556666:role/*"), Granted::None);
}

/// Resources of an account other than that of most examples are asked about as well.
#[test]
fn the_account_of_the_question_owns_the_resources() {
    let ana = caller("arn:aws:iam::444455556666:user/ana");
    let all = document(
        PolicyKind::Identity,
        json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]),
    );
    let layers = Layers { identity: Layer::Policies(vec![&all]), ..Layers::default() };
    let answers = can(&Question {
        who: Who::Caller(&ana, &layers),
        actions: vec!["iam:PassRole".to_owned()],
        resources: vec!["arn:aws:iam::444455556666:role/*".to_owned()],
        account: Some("444455556666".to_owned()),
        context: Vec::new(),
    });
    assert_eq!(together(answers.iter().map(|answer| answer.granted)), Granted::All);
}

/// Actions of services that the data does not know in full are asked as texts.
#[test]
fn actions_beyond_the_data_are_texts() {
    let allow = json!([{"Effect": "Allow", "Action": "dynamodb:Get*", "Resource": "*"}]);
    check(allow.clone(), &["dynamodb:GetItem"], &["*"], Granted::All);
    check(allow.clone(), &["dynamodb:*"], &["*"], Granted::Some);
    check(allow, &["ec2:*"], &["*"], Granted::None);
}

fn caller(arn: &str) -> Caller {
    Caller::parse(arn, None).unwrap()
}

#[track_caller]
fn check_caller(arn: &str, layers: &Layers<'_>, action: &str, expected: Granted) {
    let caller = caller(arn);
    let answers = ask(Who::Caller(&caller, layers), &[action], &["arn:aws:s3:::b/*"]);
    assert_eq!(
        together(answers.iter().map(|answer| answer.granted)),
        expected,
        "{arn}: {answers:#?}"
    );
}

#[test]
fn layers_combine_for_a_caller() {
    let allow = |principal: Value| json!([{"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]);
    let bucket = document(PolicyKind::Resource, allow(json!({"AWS": "111122223333"})));
    let own = document(
        PolicyKind::Identity,
        json!([{"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/a/*"}]),
    );
    let everything = document(
        PolicyKind::Identity,
        json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]),
    );
    let (ana, eve) = ("arn:aws:iam::111122223333:user/ana", "arn:aws:iam::444455556666:user/eve");
    let layers = |identity, bucket| Layers {
        identity: Layer::Policies(vec![identity]),
        resource: Layer::Policies(vec![bucket]),
        ..Layers::default()
    };
    check_caller(ana, &layers(&own, &bucket), "s3:GetObject", Granted::Some);
    check_caller(ana, &layers(&everything, &bucket), "s3:GetObject", Granted::All);
    check_caller(eve, &layers(&everything, &bucket), "s3:GetObject", Granted::None);
    let named = document(PolicyKind::Resource, allow(json!({"AWS": [ana, eve]})));
    // In the same account a bucket policy that names the user is enough. Across accounts both sides
    // must allow.
    check_caller(ana, &layers(&own, &named), "s3:GetObject", Granted::All);
    check_caller(eve, &layers(&own, &named), "s3:GetObject", Granted::Some);
    check_caller("*", &layers(&own, &named), "s3:GetObject", Granted::None);
    let scp = document(
        PolicyKind::Scp,
        json!([{"Effect": "Allow", "Action": "*", "Resource": "*"},
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"StringEquals": {"aws:PrincipalAccount": "111122223333"}}}]),
    );
    let bound = Layers { scps: vec![vec![&scp]], ..layers(&everything, &bucket) };
    check_caller(ana, &bound, "s3:GetObject", Granted::None);
    let vpce = document(
        PolicyKind::Vpce,
        json!([{"Effect": "Allow", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"}]),
    );
    let through = Layers { vpce: Layer::Policies(vec![&vpce]), ..layers(&everything, &bucket) };
    check_caller(ana, &through, "s3:GetObject", Granted::Some);
}

#[test]
fn variables_are_filled_from_the_caller() {
    let own = document(
        PolicyKind::Identity,
        json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:username}/*"}]),
    );
    let layers = Layers { identity: Layer::Policies(vec![&own]), ..Layers::default() };
    let ana = caller("arn:aws:iam::111122223333:user/ana");
    let granted = |resource| {
        together(
            ask(Who::Caller(&ana, &layers), &["s3:GetObject"], &[resource])
                .iter()
                .map(|answer| answer.granted),
        )
    };
    assert_eq!(granted("arn:aws:s3:::b/ana/*"), Granted::All);
    assert_eq!(granted("arn:aws:s3:::b/ben/*"), Granted::None);
    assert_eq!(granted("arn:aws:s3:::b/*"), Granted::Some);
}

/// The id of a session is that of its role, which AWS makes up, and its name
/// (IAM:reference_policies_variables, "Principal key values").
#[test]
fn the_id_of_a_session_is_any_that_ends_in_its_name() {
    let own = document(
        PolicyKind::Identity,
        json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/${aws:userid}/*"}]),
    );
    let layers = Layers { identity: Layer::Policies(vec![&own]), ..Layers::default() };
    let session = Caller::parse(
        "arn:aws:sts::111122223333:assumed-role/job/s1",
        Some("arn:aws:iam::111122223333:role/job"),
    );
    let session = session.unwrap();
    let granted = |resource| {
        let answers = ask(Who::Caller(&session, &layers), &["s3:GetObject"], &[resource]);
        together(answers.iter().map(|answer| answer.granted))
    };
    assert_eq!(granted("arn:aws:s3:::b/*"), Granted::Some);
    assert_eq!(granted("arn:aws:s3:::b/AROAIOSFODNN7EXAMPLE1:s1/*"), Granted::Some);
    assert_eq!(granted("arn:aws:s3:::b/AROAIOSFODNN7EXAMPLE1:s2/*"), Granted::None);
    assert_eq!(granted("arn:aws:s3:::b/x/*"), Granted::None);
}

/// Words that AWS would refuse may or may not count.
#[test]
fn refused_words_make_it_unknown() {
    check(
        json!([{"Effect": "allow", "Action": "s3:*", "Resource": "*"}]),
        &["s3:GetObject"],
        &["*"],
        Granted::Unknown,
    );
}

fn values_of(key: &str) -> Vec<ContextValue> {
    let one =
        |texts: &[&str]| texts.iter().map(|text| ContextValue::One((*text).to_owned())).collect();
    match key {
        "aws:sourceip" => one(&["203.0.113.7", "203.0.113.8", "198.51.100.1", "2001:db8::1"]),
        "s3:max-keys" => one(&["0", "1", "1.5", "10", "11"]),
        "aws:currenttime" => one(&[
            "2025-01-01T00:00:00Z",
            "2026-01-01T00:00:00Z",
            "2026-02-01T00:00:00Z",
            "2026-06-01T00:00:00Z",
        ]),
        "aws:securetransport" => one(&["true", "false"]),
        "aws:sourcevpce" => one(&["vpce-1"]),
        _ => one(&["a", "A", "ab", "b", "", "*", "ana"]),
    }
}

/// Whether requests for the action always have the key (`Some(true)`), never have it, or sometimes
/// have it.
fn is_there(action: &str, kind: &str, key: &str) -> Option<bool> {
    let known = aws::action(action).unwrap();
    match aws::supports_key_on(known, kind, key) {
        KeySupport::Unsupported | KeySupport::GlobalUnlisted => Some(false),
        _ if ["aws:securetransport", "aws:currenttime", "aws:useragent"].contains(&key) => {
            Some(true)
        }
        _ => None,
    }
}

const RESOURCES: [&str; 5] = [
    "arn:aws:s3:::b/a/k",
    "arn:aws:s3:::b/ana/k",
    "arn:aws:s3:::b/x/k",
    "arn:aws:s3:::b/k",
    "arn:aws:s3:::b/a/k:c",
];

/// Every request of a small world for one action on objects.
pub fn world(action: &str, keys: &BTreeSet<String>) -> Vec<(&'static str, Context)> {
    let mut contexts = vec![Context::new()];
    for key in keys {
        let there = is_there(action, "object", key);
        let mut values = values_of(key).into_iter().map(Some).collect::<Vec<_>>();
        match there {
            Some(false) => continue,
            Some(true) => {}
            None => values.push(None),
        }
        contexts = contexts
            .iter()
            .flat_map(|context| {
                values.iter().map(move |value| {
                    let mut context = context.clone();
                    value.iter().for_each(|value| context.set(key, value.clone()));
                    context
                })
            })
            .take(400)
            .collect();
    }
    RESOURCES
        .iter()
        .flat_map(|resource| contexts.iter().map(move |context| (*resource, context.clone())))
        .collect()
}

pub fn keys_of(policies: &[&Policy]) -> BTreeSet<String> {
    let statements = policies.iter().flat_map(|policy| &policy.statements);
    let mut keys = statements
        .flat_map(|statement| &statement.conditions)
        .map(|condition| condition.key.node.to_string())
        .collect::<BTreeSet<_>>();
    keys.insert("aws:username".to_owned());
    keys
}

pub fn runner() -> TestRunner {
    random::runner("CAN_CASES", 300)
}

/// `CAN_CASES` sets how many policies are tried.
#[test]
fn the_answer_for_a_document_is_that_of_a_small_world() {
    holds_in_a_small_world(PolicyKind::Identity);
}

/// The same with statements that name principals. Each principal has its own keys.
#[test]
fn the_answer_for_whoever_asks_is_that_of_a_small_world() {
    holds_in_a_small_world(PolicyKind::Resource);
}

/// Callers that a name stands for, or may stand for.
fn callers_of(name: &str) -> Vec<Caller> {
    let caller = |text: &str, issuer: Option<&str>| Caller::parse(text, issuer).ok();
    let account = name.split(':').nth(4).unwrap_or_default();
    let last = name.rsplit('/').next().unwrap_or_default();
    let found = match name {
        _ if name.ends_with(":root") => vec![
            caller(name, None),
            caller(&name.replace(":root", ":user/x"), None),
            caller(
                &format!("arn:aws:sts::{account}:assumed-role/x/y"),
                Some(&format!("arn:aws:iam::{account}:role/x")),
            ),
        ],
        _ if name.contains(":user/") => vec![
            caller(name, None),
            caller(&format!("arn:aws:sts::{account}:federated-user/y"), Some(name)),
        ],
        _ if name.contains(":role/") => {
            vec![caller(&format!("arn:aws:sts::{account}:assumed-role/{last}/y"), Some(name))]
        }
        _ if name.contains(":assumed-role/") => {
            let role = name.split('/').nth(1).unwrap_or_default();
            let of = |path: &str| format!("arn:aws:iam::{account}:role/{path}{role}");
            vec![caller(name, Some(&of(""))), caller(name, Some(&of("p/")))]
        }
        _ => vec![caller(name.trim_start_matches("Service:"), None)],
    };
    found.into_iter().flatten().collect()
}

/// Whether it is a session of a role whose name another role has that is named. Names of roles are
/// unique in an account, and whom a policy names exists.
fn has_other_role(caller: &Caller, names: &[Cow<'_, str>]) -> bool {
    let Caller::RoleSession { role: Some(role), .. } = caller else { return false };
    let parts = |arn: &str| {
        let (account, path) = arn.split_once(":role/")?;
        Some((account.to_owned(), path.rsplit('/').next()?.to_owned()))
    };
    let is_other = |name: &str| name != role.as_str() && parts(name) == parts(role.as_str());
    names.iter().any(|name| is_other(name))
}

/// The keys that follow from the caller.
fn own_keys(caller: &Caller, context: &Context) -> Context {
    let mut context = context.clone();
    if let Some(arn) = caller.principal_arn() {
        context.set_one("aws:principalarn", &arn);
    }
    // Only users have a name (IAM:reference_policies_condition-keys, "aws:username").
    context.remove("aws:username");
    // What a service sends has no address (IAM:reference_policies_condition-keys, "aws:SourceIp").
    if !matches!(caller, Caller::Anonymous) && caller.principal_arn().is_none() {
        context.remove("aws:sourceip");
    }
    if let Caller::User { arn } = caller {
        context.set_one("aws:username", arn.resource().rsplit('/').next().unwrap_or_default());
    }
    context
}

fn holds_in_a_small_world(kind: PolicyKind) {
    let (decided, open) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let result = runner().run(&strategies::policy(kind), |value| {
        prop_assume!(!random::is_folded_beyond_ascii(&value));
        let policy = policy(&value.to_string(), kind);
        let patterns = policy
            .statements
            .iter()
            .filter_map(|statement| statement.principal.as_ref())
            .flat_map(|element| &element.patterns);
        let names = patterns.filter_map(|pattern| pattern.named.name()).collect::<Vec<_>>();
        let mut callers = names.iter().flat_map(|name| callers_of(name)).collect::<Vec<_>>();
        callers.retain(|caller| !has_other_role(caller, &names));
        callers.push(Caller::Anonymous);
        callers.extend(Caller::parse("arn:aws:iam::777788889999:user/stranger", None));
        for action in ["s3:GetObject", "s3:PutObject"] {
            let answers = ask(Who::Anybody(vec![&policy]), &[action], &["arn:aws:s3:::b/*"]);
            // Only the answer for objects. Objects of access points have other ARNs.
            let [answer] = answers.as_slice() else { panic!("{answers:#?}") };
            prop_assert!(!answer.is_defect, "{answer:?}");
            let first = answer.readings[0].1;
            let allows = |caller: &Caller, resource: &str, context: &Context| {
                let request = Request {
                    caller: Caller::Anonymous,
                    action: action.to_ascii_lowercase(),
                    resource: resource.to_owned(),
                    resource_account: None,
                    credentials: None,
                    endpoint: None,
                    bucket: None,
                    context: own_keys(caller, context),
                };
                allows_as_documents(&request, caller, &[&policy], &Readings::default())
            };
            let world = world(action, &keys_of(&[&policy]));
            let mut all = callers.iter().flat_map(|caller| {
                world.iter().map(move |(resource, context)| (caller, *resource, context))
            });
            match first {
                Granted::All => {
                    prop_assert!(
                        all.all(|(caller, resource, context)| allows(caller, resource, context)),
                        "not all: {answer:?}"
                    )
                }
                Granted::None => {
                    prop_assert!(
                        !all.any(|(caller, resource, context)| allows(caller, resource, context)),
                        "not none: {answer:?}"
                    )
                }
                Granted::Some => {}
                Granted::Unknown => open.set(open.get() + 1),
            }
            decided.set(decided.get() + 1);
        }
        Ok(())
    });
    eprintln!("{kind:?}: {} asked, {} unknown", decided.get(), open.get());
    result.unwrap();
    assert!(open.get() * 30 <= decided.get());
}

/// The same with all layers. The other engine decides each request with its caller and layers.
#[test]
fn the_answer_for_a_caller_is_that_of_a_small_world() {
    let (decided, open, kinds) = (
        std::cell::Cell::new(0),
        std::cell::Cell::new(0),
        std::cell::RefCell::new(BTreeSet::new()),
    );
    let result = runner().run(&strategies::line(), |mut value| {
        prop_assume!(!random::is_folded_beyond_ascii(&value));
        value["context"] = json!({});
        let mut sources = Sources::new();
        let id = sources.add_file("line", value.to_string()).unwrap();
        let root = reader::parse(sources.get(id)).root.unwrap();
        let Ok(line) = simulate::Line::read(root, &simulate::Store::default()) else {
            return Ok(());
        };
        let (caller, layers) = (line.request().caller.clone(), line.layers());
        if caller.lacks_issuer() {
            return Ok(());
        }
        let action = line.request().action.clone();
        let answers = ask(Who::Caller(&caller, &layers), &[&action], &["arn:aws:s3:::b/*"]);
        let policies =
            layers.ids().flat_map(|layer| layers.policies(layer).to_vec()).collect::<Vec<_>>();
        let mut keys = keys_of(&policies);
        keys.extend((!layers.vpce.is_absent()).then(|| "aws:sourcevpce".to_owned()));
        let all = together(answers.iter().map(|answer| answer.granted));
        prop_assert!(answers.iter().all(|answer| !answer.is_defect), "{answers:?}");
        for (resource, context) in world(&action, &keys) {
            let Ok(request) =
                Request::new(caller.clone(), &action, resource, Some("111122223333"), context)
            else {
                continue;
            };
            let outcome = decide(&request, &layers).outcome;
            prop_assert!(
                all != Granted::All || outcome == Outcome::Allowed,
                "not all: {request:?} {outcome:?}"
            );
            prop_assert!(
                all != Granted::None || outcome != Outcome::Allowed,
                "not none: {request:?}"
            );
        }
        if all == Granted::Unknown && answers.iter().all(|answer| answer.readings.len() == 1) {
            open.set(open.get() + 1);
        }
        kinds.borrow_mut().insert(format!("{all:?}"));
        decided.set(decided.get() + 1);
        Ok(())
    });
    eprintln!(
        "{} asked, {} unknown without a reading, {:?}",
        decided.get(),
        open.get(),
        kinds.borrow()
    );
    result.unwrap();
    assert!(open.get() * 20 <= decided.get() && kinds.borrow().len() == 4);
}

pub fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_ica-policy"))
        .arg("can")
        .args(arguments)
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

pub const BUCKET: &str = "examples/seed-conflict/bucket-policy.json";
const ROLE: &str = "arn:aws:iam::079623148045:role/ica_use1_crossacct";
const SESSION: &str = "arn:aws:sts::079623148045:assumed-role/ica_use1_crossacct/x";

/// The Deny of the example does not except Illumina's role, so its Allow has no effect, whatever
/// the role's own policies say.
#[test]
fn the_report_names_the_words_and_keeps_to_its_schema() {
    let question = [
        "--bucket-policy",
        BUCKET,
        "--action",
        "s3:GetObject",
        "--resource",
        "arn:aws:s3:::acme-genomics/*",
    ];
    let who = ["--principal", SESSION, "--session-issuer", ROLE, "--account", "111122223333"];
    let all = question.iter().chain(&who).copied().collect::<Vec<_>>();
    let (code, text) = run(&all);
    assert!(
        code == Some(1)
            && text.contains("no, for none of these requests")
            && text.contains("bucket-policy.json:6"),
        "{code:?} {text}"
    );
    let (code, text) =
        run(&[all.as_slice(), &["--format", "json", "--fail-on", "granted"]].concat());
    let report: Value = serde_json::from_str(&text).unwrap();
    crate::support::holds_to_schema(&report, "can-v1.json");
    assert_eq!((code, report["granted"].as_str()), (Some(0), Some("none")));
    assert_eq!(report["answers"][0]["denied"]["because"][0]["id"], "denied");
    let (code, text) = run(&[
        "--bucket-policy",
        BUCKET,
        "--action",
        "s3:GetObject",
        "--resource",
        "x",
        "--format",
        "json",
    ]);
    let report: Value = serde_json::from_str(&text).unwrap();
    crate::support::holds_to_schema(&report, "can-v1.json");
    assert_eq!((code, &report["granted"]), (Some(2), &Value::Null));
}

#[test]
fn what_is_not_given_is_not_guessed() {
    let user = ["--principal", "arn:aws:iam::111122223333:user/ana", "--account", "111122223333"];
    let question = [
        "--bucket-policy",
        BUCKET,
        "--action",
        "s3:ListBucket",
        "--resource",
        "arn:aws:s3:::acme-genomics",
    ];
    let granted = |more: &[&str]| run(&[&question[..], &user[..], more].concat());
    let (code, text) = granted(&["--fail-on", "unknown"]);
    assert!(code == Some(1) && text.starts_with("not known\n"), "{text}");
    let (code, text) = granted(&["--identity-policy", "none"]);
    assert!(code == Some(1) && text.starts_with("no, "), "{text}");
    let (code, _) = run(&[
        "--bucket-policy",
        BUCKET,
        "--scp",
        BUCKET,
        "--action",
        "s3:GetObject",
        "--resource",
        "*",
    ]);
    assert_eq!(code, Some(2));
}

/// `aws:PrincipalArn` of the role is its own ARN, so a request with another value cannot show that
/// the role gets through.
#[test]
fn a_principal_has_its_own_arn() {
    let (_, text) = run(&[
        "--bucket-policy",
        BUCKET,
        "--action",
        "s3:GetObject",
        "--resource",
        "arn:aws:s3:::acme-genomics/*",
    ]);
    assert!(
        !text.contains("granted for example: s3:GetObject on arn:aws:s3:::acme-genomics// by"),
        "{text}"
    );
    assert!(!text.starts_with("for some") && !text.starts_with("yes"), "{text}");
}

/// The largest question: every action on every resource.
#[test]
fn everything_can_be_asked() {
    let (code, text) = run(&["--bucket-policy", BUCKET, "--action", "*", "--resource", "*"]);
    assert!(code == Some(1) && text.starts_with("for some such requests"), "{text}");
}

/// The examples look realistic, and the words that grant to a role are shown without --principal
/// too.
#[test]
fn examples_are_plausible() {
    let own = document(
        PolicyKind::Identity,
        json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]),
    );
    let answers =
        ask(Who::Anybody(vec![&own]), &["s3:GetObject"], &["arn:aws:s3:::acme-genomics/*"]);
    let shown = &answers[0].allowed.as_ref().unwrap().request;
    assert_eq!(shown.resource, "arn:aws:s3:::acme-genomics/a.bam");
    let role = "arn:aws:iam::444455556666:role/lab/reader";
    let bucket =
        document(PolicyKind::Resource, json!([crate::can_public::get(&json!({"AWS": role}))]));
    let answers = ask(Who::Anybody(vec![&bucket]), &["s3:GetObject"], &["arn:aws:s3:::b/*"]);
    let shown = answers[0].allowed.as_ref().unwrap();
    let session = "arn:aws:sts::444455556666:assumed-role/reader/example";
    assert_eq!(shown.principal, Some(format!("{session} of {role}")));
    let layers = Layers { resource: Layer::Policies(vec![&bucket]), ..Layers::default() };
    assert_eq!(
        ica_policy::eval::applying(&shown.request, &layers, ica_policy::authz::LayerId::Resource)
            .0
            .len(),
        1
    );
}

/// All services of AWS's data: an Allow, a Deny and a policy about something else.
#[test]
fn every_service_can_be_asked() {
    let allow = |actions: &str| json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]);
    let mut asked = 0;
    for service in aws::services() {
        let all = format!("{}:*", service.prefix());
        let denied = json!([{"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": all, "Resource": "*"}]);
        let other = if service.prefix() == "sqs" { "sns:Publish" } else { "sqs:SendMessage" };
        let expected =
            [(allow(&all), Granted::All), (denied, Granted::None), (allow(other), Granted::None)];
        for (statements, granted) in expected {
            check(statements, &[&all], &["*"], granted);
            asked += 1;
        }
    }
    assert!(asked > 3 * 450, "{asked}");
}

/// Of a service that the data lacks nothing is known but that its actions have a name.
#[test]
fn actions_of_an_unknown_service_are_decided() {
    let on = |actions: &str| json!([{"Effect": "Allow", "Action": actions, "Resource": "*"}]);
    for asked in ["nosuch:*", "nosuch:Get*", "nosuch:Get"] {
        check(on("s3:*"), &[asked], &["*"], Granted::None);
        check(on("nosuch:*"), &[asked], &["*"], Granted::All);
        check(on("nosuch:?*"), &[asked], &["*"], Granted::All);
        let denied = json!([{"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": "nosuch:*", "Resource": "*"}]);
        check(denied, &[asked], &["*"], Granted::None);
    }
    check(on("nosuch:Get*"), &["nosuch:*"], &["*"], Granted::Some);
}

/// A statement about another partition counts.
#[test]
fn other_partitions_are_asked_about() {
    for partition in ["aws", "aws-cn", "aws-us-gov", "aws-eusc"] {
        let objects = format!("arn:{partition}:s3:::b/*");
        let deny = json!([{"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
            {"Effect": "Deny", "Action": "s3:*", "Resource": objects}]);
        check(deny, &["s3:GetObject"], &["*"], Granted::Some);
        let allow = json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": objects}]);
        check(allow, &["s3:GetObject"], &["*"], Granted::Some);
    }
}

/// Actions whose keys follow otherwise are answered apart.
#[test]
fn a_service_with_one_endpoint_is_answered_apart() {
    let policy = document(
        PolicyKind::Identity,
        json!([{"Effect": "Allow", "Action": "*", "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-central-1"}}}]),
    );
    let caller = Caller::parse("arn:aws:iam::111122223333:user/ana", None).unwrap();
    let layers = Layers { identity: Layer::Policies(vec![&policy]), ..Layers::default() };
    let answers =
        ask(Who::Caller(&caller, &layers), &["iam:ListUsers", "s3:ListAllMyBuckets"], &["*"]);
    let granted = |action: &str| {
        let of_action = |answer: &&Answered| answer.actions.iter().any(|own| own == action);
        answers.iter().find(of_action).map(|answer| answer.granted)
    };
    assert_eq!(granted("iam:ListUsers"), Some(Granted::None), "{answers:#?}");
    assert_eq!(granted("s3:ListAllMyBuckets"), Some(Granted::Some), "{answers:#?}");
}
