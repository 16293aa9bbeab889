use crate::support::documents::{Pair, history, policy, policy_of, quacky, twins};
use crate::support::{one_of, random};
use ica_policy::authz::{Caller, Context, ContextValue, Readings, Request};
use ica_policy::eval::allows_as_documents;
use ica_policy::model::{Policy, PolicyKind};
use ica_policy::strategies;
use ica_policy::symbolic::{Answer, Compared, Gain, Relation, Requests, compare};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub fn word(relation: Relation) -> String {
    serde_json::to_value(relation).unwrap().as_str().unwrap().to_owned()
}

fn compared(pairs: &[Pair]) -> Vec<(&Pair, Compared)> {
    let both =
        pairs.iter().filter_map(|pair| Some((pair, policy_of(&pair.old)?, policy_of(&pair.new)?)));
    both.map(|(pair, old, new)| (pair, compare(&[&old], &[&new], Requests::Any))).collect()
}

fn unknown<'a>(compared: &'a [(&Pair, Compared)]) -> Vec<&'a str> {
    compared
        .iter()
        .filter(|(_, compared)| compared.relation == Relation::Unknown)
        .map(|(pair, _)| pair.name.as_str())
        .collect()
}

/// Which published verdicts are wrong, and why two more groups differ: `docs/quacky.md`.
#[test]
#[cfg_attr(not(corpus), ignore = "reads ../shared")]
fn quackys_published_verdicts_are_met() {
    let pairs = quacky("");
    let all = compared(&pairs);
    let differing = all
        .iter()
        .filter(|(pair, compared)| pair.published != Some(word(compared.relation).as_str()))
        .collect::<Vec<_>>();
    let group = |name: &str| differing.iter().filter(|(pair, _)| pair.name.contains(name)).count();
    assert_eq!(pairs.len(), 432);
    let (wrong, version) =
        (group("ec2_require_mfa_session_token"), group("ec2_allow_ebs_volume_owners"));
    let (nobody, sessions) = (
        group("iam_specify_all_users_in_account_bucket_policy"),
        group("s3_policy_for_lambda_function"),
    );
    assert_eq!((wrong, version, nobody, sessions), (4, 24, 2, 8));
    assert_eq!(
        differing.len(),
        wrong + version + nobody + sessions,
        "{:?}",
        differing.iter().map(|(pair, _)| &pair.name).collect::<Vec<_>>()
    );
}

#[test]
#[cfg_attr(not(corpus), ignore = "reads ../shared")]
fn versions_of_managed_policies_are_decided() {
    let pairs = history();
    let all = compared(&pairs);
    assert_eq!(pairs.len(), 97);
    assert!(unknown(&all).is_empty(), "{:?}", unknown(&all));
    let pairs = twins();
    let all = compared(&pairs);
    assert_eq!(all.len(), 1450);
    // AWSAuditManagerServiceRolePolicy depends on keys with several values (`SeveralValues`).
    assert!(unknown(&all).len() <= 1, "{:?}", unknown(&all));
}

/// Compares managed policies with themselves in another form: statements reversed, and split into
/// one for each action and resource. Every fourth policy, or all of them by `.ci/full`.
#[test]
#[cfg_attr(not(corpus), ignore = "reads ../shared")]
fn the_same_policy_written_otherwise_is_equal() {
    let mut asked = 0;
    for pair in twins().iter().step_by(one_of(4)) {
        let text = std::fs::read_to_string(&pair.new).unwrap();
        let Ok(value) = serde_json::from_str::<Value>(&text) else { continue };
        let document = value.pointer("/PolicyVersion/Document").unwrap_or(&value).clone();
        let mut other = document.clone();
        let statements = document["Statement"]
            .as_array()
            .cloned()
            .unwrap_or_else(|| vec![document["Statement"].clone()]);
        other["Statement"] = statements
            .iter()
            .rev()
            .flat_map(|statement| halves(statement, "Action"))
            .collect::<Vec<_>>()
            .into();
        let [first, second] =
            [&document, &other].map(|document| policy(&document.to_string(), PolicyKind::Identity));
        let compared = compare(&[&first], &[&second], Requests::Any);
        assert_eq!(compared.relation, Relation::Equal, "{}: {compared:?}", pair.name);
        asked += 1;
    }
    eprintln!("{asked} managed policies are equal to themselves, written otherwise");
}

fn halves(statement: &Value, element: &str) -> Vec<Value> {
    let Some(values) = statement[element].as_array().filter(|values| values.len() > 1) else {
        return vec![statement.clone()];
    };
    let (first, second) = values.split_at(values.len() / 2);
    let with = |part: &[Value]| {
        let mut half = statement.clone();
        half[element] = part.to_vec().into();
        half.as_object_mut().unwrap().remove("Sid"); // must be unique
        half
    };
    vec![with(second), with(first)]
}

/// Values for every key that a random policy may look at; `None` is absence. Keys that can have
/// several values get lists too.
pub fn values_of(key: &str) -> Vec<Option<ContextValue>> {
    let one = |texts: &[&str]| {
        texts.iter().map(|text| Some(ContextValue::One((*text).to_owned()))).collect::<Vec<_>>()
    };
    let mut values = match key {
        "aws:tagkeys" => {
            let sets: [&[&str]; 7] =
                [&["a"], &["A"], &["b"], &["ab"], &["a", "b"], &["a", "ab"], &[""]];
            sets.iter()
                .map(|set| {
                    Some(ContextValue::Many(set.iter().map(|text| (*text).to_owned()).collect()))
                })
                .collect()
        }
        "aws:principalarn" => one(&[
            "arn:aws:iam::111122223333:user/ana",
            "arn:aws:sts::1:federated-user/x",
            "arn:aws:iam::1:role/x",
            "x",
        ]),
        "aws:sourceip" => one(&["203.0.113.7", "203.0.113.8", "198.51.100.1", "2001:db8::1"]),
        "s3:max-keys" => one(&["0", "1", "1.5", "10", "11"]),
        "aws:currenttime" => one(&[
            "2025-01-01T00:00:00Z",
            "2026-01-01T00:00:00Z",
            "2026-02-01T00:00:00Z",
            "2026-06-01T00:00:00Z",
        ]),
        "aws:securetransport" => one(&["true", "false"]),
        "aws:username" => one(&["a", "ana", "zz"]),
        _ => one(&["a", "A", "ab", "b", "", "*", "ana", "zz"]),
    };
    values.push(None);
    values
}

/// Every request of a small world that two policies could treat differently.
pub fn world(policies: [&Policy; 2]) -> Vec<Request> {
    let statements = || policies.into_iter().flat_map(|policy| &policy.statements);
    let mut keys = statements()
        .flat_map(|statement| {
            statement.conditions.iter().map(|condition| condition.key.node.to_string())
        })
        .collect::<BTreeSet<_>>();
    keys.insert("aws:username".to_owned());
    let mut contexts = vec![Context::new()];
    for key in &keys {
        let extended = contexts.iter().flat_map(|context| {
            values_of(key).into_iter().map(move |value| {
                let mut context = context.clone();
                value.into_iter().for_each(|value| context.set(key, value));
                context
            })
        });
        contexts = extended.collect();
        if contexts.len() > 50 {
            break;
        }
    }
    let actions = ["s3:getobject", "s3:putobject", "x:x"];
    let resources = [
        "arn:aws:s3:::b/a/k",
        "arn:aws:s3:::b",
        "arn:aws:s3:::b/ana/k",
        "arn:aws:s3:x:y:b/a/k",
        "arn:aws:s3:::c/k",
    ];
    let places = actions
        .iter()
        .flat_map(|action| resources.iter().map(move |resource| (action, resource)))
        .collect::<Vec<_>>();
    let request = |(action, resource): &(&&str, &&str), context: &Context| Request {
        caller: Caller::Anonymous,
        action: (**action).to_owned(),
        resource: (**resource).to_owned(),
        resource_account: None,
        credentials: None,
        endpoint: None,
        bucket: None,
        context: context.clone(),
    };
    contexts
        .iter()
        .flat_map(|context| places.iter().map(move |place| request(place, context)))
        .collect()
}

/// Whether some request of the world is gained (allowed by the new policy only) or lost.
pub fn differences(world: &[Request], old: &Policy, new: &Policy) -> (bool, bool) {
    let allows = |policy, request: &Request| {
        allows_as_documents(request, &Caller::Anonymous, &[policy], &Readings::default())
    };
    world.iter().fold((false, false), |(gained, lost), request| {
        let (before, after) = (allows(old, request), allows(new, request));
        (gained || after && !before, lost || before && !after)
    })
}

pub fn shows(gain: &Gain, from: &Policy, to: &Policy) -> bool {
    let request = Request {
        caller: Caller::Anonymous,
        action: gain.sample.action.clone().unwrap_or_else(|| "x:x".to_owned()),
        resource: gain.sample.resource.clone().unwrap_or_else(|| "*".to_owned()),
        resource_account: None,
        credentials: None,
        endpoint: None,
        bucket: None,
        context: gain.sample.context.clone(),
    };
    differences(&[request], from, to).0
}

/// Found by a million random pairs. If the only pattern of a key with several values is `*`, its
/// only class also holds the empty text, which alone is an empty set.
#[test]
fn several_values_of_one_class_are_a_set_of_their_own() {
    let old = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*",
        "Condition": {"Null": {"aws:TagKeys": "false"}, "StringNotLike": {"aws:TagKeys": "*"}}}}"#;
    let new = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*",
        "Condition": {"StringEquals": {"aws:UserAgent": "a"}}}}"#;
    let [old, new] = [old, new].map(|text| policy(text, PolicyKind::Identity));
    // Several values without a set operator: AWS leaves it open. In the first reading they do not
    // match, so the negation holds.
    assert_eq!(compare(&[&old], &[&new], Requests::Any).readings[0].1, Relation::Incomparable);
}

/// Patterns with the same variable at the same place are distinguished by what follows it.
#[test]
fn patterns_of_one_variable_are_told_apart_by_what_follows() {
    let folder = |rest: &str| {
        let resource = format!("arn:aws:s3:::b/${{aws:username}}/{rest}");
        let document = serde_json::json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": resource}});
        policy(&document.to_string(), PolicyKind::Identity)
    };
    let relation =
        |old: &str, new: &str| compare(&[&folder(old)], &[&folder(new)], Requests::Any).relation;
    assert_eq!(relation("a*", "*"), Relation::NewAllowsMore);
    assert_eq!(relation("*", "a*"), Relation::NewAllowsLess);
    assert_eq!(relation("a/*", "b/*"), Relation::Incomparable);
    assert_eq!(relation("*a*", "*"), Relation::NewAllowsMore);
}

/// The effect of a second condition on one Allow. Each of these was once overlooked.
#[track_caller]
fn adds(first: Value, second: Value, expected: Relation) {
    let allow = |condition: &Value| serde_json::json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": condition});
    let document = |statements: Vec<Value>| {
        policy(
            &serde_json::json!({"Version": "2012-10-17", "Statement": statements}).to_string(),
            PolicyKind::Identity,
        )
    };
    let (old, new) = (document(vec![allow(&first)]), document(vec![allow(&first), allow(&second)]));
    assert_eq!(compare(&[&old], &[&new], Requests::Any).relation, expected, "{second}");
}

#[test]
fn numbers_too_large_for_a_step_of_one_have_neighbours() {
    let base = serde_json::json!({"StringEquals": {"aws:UserAgent": "a"}});
    for test in [
        ("NumericLessThan", "100000000000000000"),
        ("NumericLessThan", "1e300"),
        ("NumericGreaterThan", "9007199254740992"),
    ] {
        adds(
            base.clone(),
            serde_json::json!({test.0: {"s3:max-keys": test.1}}),
            Relation::NewAllowsMore,
        );
    }
}

/// A numeric key that only an unrelated statement compares can still be present.
#[test]
fn a_key_may_be_present_where_nothing_asks_its_value() {
    let far = json!({"Effect": "Deny", "Action": "s3:PutObject", "Resource": "*",
        "Condition": {"NumericLessThan": {"s3:max-keys": "10"}, "DateLessThan": {"aws:CurrentTime": "2026-01-01T00:00:00Z"}}});
    for key in ["s3:max-keys", "aws:CurrentTime"] {
        let near = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"Null": {key: "false"}}});
        let (old, new) = (document(vec![far.clone()]), document(vec![far.clone(), near]));
        assert_eq!(
            compare(&[&old], &[&new], Requests::Any).relation,
            Relation::NewAllowsMore,
            "{key}"
        );
    }
}

#[test]
fn keys_that_nobody_knows_may_have_several_values() {
    let key = "acme:Things";
    let both = serde_json::json!({"ForAnyValue:StringEquals": {key: "a"}, "ForAnyValue:StringLike": {key: "b"}});
    adds(
        serde_json::json!({"StringEquals": {"aws:UserAgent": "a"}}),
        both,
        Relation::NewAllowsMore,
    );
}

#[test]
fn letters_beyond_ascii_are_not_taken_for_their_other_case() {
    let key = "aws:PrincipalTag/a";
    let base = serde_json::json!({"StringEquals": {"aws:UserAgent": "a"}});
    adds(
        base.clone(),
        serde_json::json!({"StringEqualsIgnoreCase": {key: "é"}, "StringNotEquals": {key: "é"}}),
        Relation::Unknown,
    );
    adds(
        base,
        serde_json::json!({"StringEqualsIgnoreCase": {key: "k"}, "StringNotEquals": {key: ["k", "K"]}}),
        Relation::NewAllowsMore,
    );
}

#[test]
fn principals_of_two_kinds_are_two() {
    let trust = |kind: &str| {
        let document = serde_json::json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {kind: "accounts.google.com"}}});
        policy(&document.to_string(), PolicyKind::Trust)
    };
    assert_eq!(
        compare(&[&trust("Federated")], &[&trust("Service")], Requests::Any).relation,
        Relation::Incomparable
    );
}

/// Two unreadable texts may mean two things, although each reading treats both alike.
#[test]
fn refused_words_that_differ_are_not_taken_for_equal() {
    let allow = |resource: &str, condition: Value| {
        let document = serde_json::json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject",
            "Resource": resource, "Condition": condition}});
        policy(&document.to_string(), PolicyKind::Identity)
    };
    let relation = |old: &Policy, new: &Policy| compare(&[old], &[new], Requests::Any).relation;
    let many = |count: usize| {
        allow(&format!("arn:aws:s3:::b/{}", "?".repeat(count)), serde_json::json!({}))
    };
    assert_eq!(relation(&many(70), &many(71)), Relation::Unknown);
    assert_eq!(relation(&many(70), &many(70)), Relation::Equal);
    let before =
        |date: &str| allow("*", serde_json::json!({"DateLessThan": {"aws:CurrentTime": date}}));
    assert_eq!(relation(&before("tomorrow"), &before("yesterday")), Relation::Unknown);
}

/// `SYMBOLIC_CASES` sets how many pairs are tried.
#[test]
fn nothing_is_missed_in_a_small_world() {
    let mut runner = random::runner("SYMBOLIC_CASES", 10_000);
    let (decided, open) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let result = runner.run(
        &(strategies::policy(PolicyKind::Identity), strategies::policy(PolicyKind::Identity)),
        |(old, new)| {
            proptest::prop_assume!(![&old, &new].into_iter().any(random::is_folded_beyond_ascii));
            let [old, new] =
                [old, new].map(|value| policy(&value.to_string(), PolicyKind::Identity));
            let compared = compare(&[&old], &[&new], Requests::Any);
            let first = compared.readings[0].1;
            if first == Relation::Unknown {
                open.set(open.get() + 1);
            } else {
                decided.set(decided.get() + 1);
                let found = differences(&world([&old, &new]), &old, &new);
                let lost = matches!(first, Relation::NewAllowsLess | Relation::Incomparable);
                let gained = matches!(first, Relation::NewAllowsMore | Relation::Incomparable);
                prop_assert!(gained || !found.0, "missed a gain: {first:?}");
                prop_assert!(lost || !found.1, "missed a loss: {first:?}");
            }
            if let (Answer::Some(gain), 1) = (&compared.gained, compared.readings.len()) {
                prop_assert!(shows(gain, &old, &new), "{gain:?} shows nothing");
            }
            Ok(())
        },
    );
    eprintln!("{} decided, {} unknown", decided.get(), open.get());
    assert!(open.get() * 50 <= decided.get(), "{} of {} are unknown", open.get(), decided.get());
    result.unwrap();
}

/// A document of `Allow` or `Deny` statements with these members.
fn document(statements: Vec<Value>) -> Policy {
    policy(
        &json!({"Version": "2012-10-17", "Statement": statements}).to_string(),
        PolicyKind::Identity,
    )
}

/// `*a*b*c*`, with other letters for each number.
fn stars(number: usize, length: usize) -> String {
    let letter = |place: usize| {
        char::from(
            b'a' + u8::try_from((number * 7 + place * (number % 5 + 1) + place * place) % 26)
                .unwrap(),
        )
    };
    (0..length)
        .fold("arn:aws:s3:::*".to_owned(), |text, place| text + &format!("{}*", letter(place)))
}

/// 40 statements, each with conditions on some of ten keys.
fn overlapping(shift: usize, effect: &str, with_stars: bool) -> Vec<Value> {
    let value = |key: usize, number: usize| {
        if with_stars {
            format!("*{}*", number % (key + 3))
        } else {
            format!("v{}", number % (key + 2))
        }
    };
    let tests = |number: usize| {
        let keys = (0..10_usize).filter(move |key| !(number * 31 + key * 17).is_multiple_of(3));
        let values = move |key: usize| {
            json!([value(key, number), value(key, number + shift), value(key, number * 3 + 1)])
        };
        keys.map(|key| (format!("aws:RequestTag/k{key}"), values(key)))
            .collect::<serde_json::Map<_, _>>()
    };
    let statement = |number| json!({"Effect": effect, "Action": "s3:*", "Resource": "*", "Condition": {"StringLike": tests(number)}});
    (0..40).map(statement).collect()
}

/// Together these statements allow everything, by the pigeonhole principle. Trying case by case,
/// this is hard to find out.
fn pigeons(holes: usize) -> Vec<Value> {
    let key = |pigeon: usize, hole: usize| format!("aws:RequestTag/p{pigeon}h{hole}");
    let allow = |condition: Value| json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": condition});
    let together = |hole: usize| {
        let pairs = (0..=holes).flat_map(move |one| (0..one).map(move |other| (one, other)));
        pairs.map(move |(one, other)| {
            allow(json!({"StringEquals": {key(one, hole): "y", key(other, hole): "y"}}))
        })
    };
    let outside = |pigeon: usize| {
        let none = (0..holes)
            .map(|hole| (key(pigeon, hole), Value::from("y")))
            .collect::<serde_json::Map<_, _>>();
        allow(json!({"StringNotEquals": none}))
    };
    (0..holes).flat_map(together).chain((0..=holes).map(outside)).collect()
}

/// A policy that is made to be hard gives "unknown" with a place, and soon. The time limit is for a
/// build without optimisation.
#[test]
fn hard_policies_end_within_the_budget() {
    let everything = json!({"Effect": "Allow", "Action": "s3:*", "Resource": "*"});
    let starry = |shift: usize, length: usize| {
        let patterns = (0..60).map(|number| stars(number + shift, length)).collect::<Vec<_>>();
        document(vec![json!({"Effect": "Allow", "Action": "s3:*", "Resource": patterns})])
    };
    let many = |shift: usize, effect: &str| {
        let each = |number: usize| json!({"Effect": effect, "Action": "s3:*", "Resource": (0..8).map(|more| stars(number * 8 + more + shift, 6)).collect::<Vec<_>>()});
        (0..20).map(each).collect::<Vec<_>>()
    };
    let but =
        |denies: Vec<Value>| document(denies.into_iter().chain([everything.clone()]).collect());
    let pairs = [
        ("stars", starry(0, 12), starry(1, 12)),
        ("more stars", starry(0, 40), starry(3, 40)),
        ("stars within stars", starry(0, 20), starry(0, 10)),
        ("many starry statements", document(many(0, "Allow")), document(many(5, "Allow"))),
        ("many starry denies", but(many(0, "Deny")), but(many(5, "Deny"))),
        ("overlaps", document(overlapping(1, "Allow", false)), document(vec![everything.clone()])),
        (
            "overlapping denies",
            but(overlapping(1, "Deny", false)),
            but(overlapping(2, "Deny", false)),
        ),
        ("pigeons", document(pigeons(9)), document(vec![everything.clone()])),
        (
            "overlaps of stars",
            document(overlapping(1, "Allow", true)),
            document(overlapping(2, "Allow", true)),
        ),
    ];
    let mut too_hard = 0;
    for (name, old, new) in &pairs {
        let start = std::time::Instant::now();
        let compared = compare(&[old], &[new], Requests::Any);
        let took = start.elapsed();
        eprintln!("{name}: {:?} in {took:?}", compared.relation);
        assert!(took.as_secs() < 30, "{name}: {took:?}");
        too_hard += usize::from(compared.relation == Relation::Unknown);
        for answer in [&compared.gained, &compared.lost] {
            assert!(
                !matches!(answer, Answer::Unknown(undecided) if undecided.span.is_none()),
                "{name}: {answer:?}"
            );
        }
    }
    assert!(too_hard > 0, "nothing here is too hard any more");
}
