use crate::support::documents::{history, policy, policy_of, quacky};
use crate::support::random;
use crate::symbolic::{differences, shows, word, world};
use ica_policy::authz::{Context, Request};
use ica_policy::aws::{self, KeySupport};
use ica_policy::model::{Policy, PolicyKind};
use ica_policy::strategies;
use ica_policy::symbolic::{Answer, Relation, Requests, Sample, compare};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Which verdicts differ from the published ones, and why: `docs/quacky.md`.
#[test]
#[cfg_attr(not(corpus), ignore = "reads ../shared")]
fn quackys_verdicts_under_constraints_are_met() {
    let pairs = quacky("_action_resource");
    assert_eq!(pairs.len(), 412);
    let compared = pairs.iter().map(|pair| {
        let (old, new) = (policy_of(&pair.old).unwrap(), policy_of(&pair.new).unwrap());
        (pair, compare(&[&old], &[&new], Requests::Possible))
    });
    let differing = compared
        .filter(|(pair, compared)| pair.published != Some(word(compared.relation).as_str()))
        .collect::<Vec<_>>();
    // Counts the pairs of a group, and checks that all of them have these published verdicts and
    // this one of ours.
    let group = |name: &str, published: &[&str], ours: Relation| {
        let own = differing.iter().filter(|(pair, _)| pair.name.contains(name)).collect::<Vec<_>>();
        for (pair, compared) in &own {
            assert!(
                published.contains(&pair.published.unwrap()) && compared.relation == ours,
                "{}: {compared:?}",
                pair.name
            );
        }
        own.len()
    };
    let counts = [
        group("ec2_allow_ebs_volume_owners", &["equal", "new-allows-more"], Relation::Incomparable),
        group("ec2_restrict_to_specific_instance", &["equal"], Relation::NewAllowsMore),
        group("ec2_prevent_running_classic", &["new-allows-more"], Relation::Equal),
        group(
            "s3_bucket_policy_grant_read_specific_file_type",
            &["new-allows-more"],
            Relation::Equal,
        ),
        group(
            "iam_specify_all_users_in_account_bucket_policy",
            &["new-allows-more"],
            Relation::Equal,
        ),
        group("s3_policy_for_lambda_function", &["equal"], Relation::Unknown),
    ];
    assert_eq!(counts, [32, 12, 4, 2, 2, 8]);
    let names = differing.iter().map(|(pair, _)| &pair.name).collect::<Vec<_>>();
    assert_eq!(differing.len(), counts.iter().sum::<usize>(), "{names:?}");
}

fn allow(action: &str, resource: &str, condition: Value) -> Value {
    let mut statement = json!({"Effect": "Allow", "Action": action, "Resource": resource});
    if condition != json!({}) {
        statement["Condition"] = condition;
    }
    statement
}

fn document(statements: Vec<Value>) -> Policy {
    policy(
        &json!({"Version": "2012-10-17", "Statement": statements}).to_string(),
        PolicyKind::Identity,
    )
}

/// Checks whether a statement adds access to a policy that grants something else, under
/// `Requests::Possible` and under `Requests::Any`.
#[track_caller]
fn adds(statement: Value, possible: bool) {
    let base = allow("s3:ListAllMyBuckets", "*", json!({}));
    adds_as(PolicyKind::Identity, base, statement, possible);
}

/// The same in the policy of a resource that names everybody.
#[track_caller]
fn of_resource(mut statement: Value, possible: bool) {
    let mut base = allow("s3:ListAllMyBuckets", "*", json!({}));
    base["Principal"] = "*".into();
    statement["Principal"] = "*".into();
    adds_as(PolicyKind::Resource, base, statement, possible);
}

#[track_caller]
fn adds_as(kind: PolicyKind, base: Value, statement: Value, possible: bool) {
    let read = |statements: Vec<Value>| {
        policy(&json!({"Version": "2012-10-17", "Statement": statements}).to_string(), kind)
    };
    let (old, new) = (read(vec![base.clone()]), read(vec![base, statement.clone()]));
    let word = |adds| if adds { Relation::NewAllowsMore } else { Relation::Equal };
    assert_eq!(
        compare(&[&old], &[&new], Requests::Any).relation,
        Relation::NewAllowsMore,
        "any: {statement}"
    );
    let compared = compare(&[&old], &[&new], Requests::Possible);
    assert_eq!(compared.relation, word(possible), "{statement}: {compared:?}");
}

const KEYS: &str = "arn:aws:s3:::b/*";

#[test]
fn actions_go_with_their_resources() {
    adds(allow("s3:GetObject", "arn:aws:s3:::b", json!({})), false);
    adds(allow("s3:GetObject", KEYS, json!({})), true);
    adds(allow("s3:ListBucket", KEYS, json!({})), false);
    adds(allow("s3:ListBucket", "arn:aws:s3:::b*", json!({})), true);
    adds(allow("s3:GetObject", "arn:aws:sqs:eu-central-1:111122223333:q", json!({})), false);
    adds(allow("sts:GetCallerIdentity", "arn:aws:s3:::b", json!({})), false);
    adds(allow("sts:GetCallerIdentity", "*", json!({})), true);
    // These objects are behind a multi-Region access point.
    adds(
        allow("s3:GetObject", "arn:aws:s3::111122223333:accesspoint/a.mrap/object/*", json!({})),
        true,
    );
    // An action that the data lacks may take anything.
    adds(
        allow(
            "s3:BrandNewThing",
            "arn:aws:sqs:eu-central-1:111122223333:q",
            json!({"StringEquals": {"s3:prefix": "a"}}),
        ),
        true,
    );
    adds(allow("s3:BrandNew*", "*", json!({})), true);
    adds(allow("brand-new:RunInstances", "arn:aws:s3:::b", json!({})), true);
    adds(allow("ec2:RunInstances", "arn:aws:s3:::b", json!({})), false);
}

#[test]
fn actions_that_a_pattern_stands_for_are_those_of_the_data() {
    let relation = |old: &str, new: &str, requests| {
        let [old, new] = [old, new].map(|action| document(vec![allow(action, "*", json!({}))]));
        compare(&[&old], &[&new], requests).relation
    };
    assert_eq!(
        relation("s3:GetObjectTorrent", "s3:GetObjectTorr*", Requests::Possible),
        Relation::Equal
    );
    assert_eq!(
        relation("s3:GetObjectTorrent", "s3:GetObjectTorr*", Requests::Any),
        Relation::NewAllowsMore
    );
    assert_eq!(
        relation("s3:GetObjectT*", "s3:GetObject*", Requests::Possible),
        Relation::NewAllowsMore
    );
}

#[test]
fn keys_are_those_of_action_and_resource() {
    adds(allow("s3:GetObject", KEYS, json!({"StringEquals": {"s3:prefix": "a"}})), false);
    adds(allow("s3:ListBucket", "*", json!({"StringEquals": {"s3:prefix": "a"}})), true);
    adds(allow("s3:*", KEYS, json!({"StringEquals": {"s3:prefix": "a"}})), false);
    adds(allow("s3:GetObject", "*", json!({"StringEquals": {"acme:Thing": "a"}})), true);
    // The policy of the bucket sees the access point that a request came through.
    adds(
        allow(
            "s3:GetObject",
            "arn:aws:s3:::*",
            json!({"StringLike": {"s3:DataAccessPointArn": "*"}}),
        ),
        true,
    );
    adds(allow("s3:GetObject", "*", json!({"StringLike": {"s3:DataAccessPointArn": "*"}})), true);
}

#[test]
fn the_time_is_always_told_and_by_both_keys() {
    let at = |condition| allow("s3:GetObject", KEYS, condition);
    adds(at(json!({"Null": {"aws:CurrentTime": "true"}})), false);
    adds(at(json!({"Null": {"aws:SecureTransport": "true"}})), false);
    let (new_year, epoch) = ("2026-01-01T00:00:00Z", "1767225600");
    adds(
        at(
            json!({"DateLessThan": {"aws:CurrentTime": new_year}, "NumericGreaterThan": {"aws:EpochTime": epoch}}),
        ),
        false,
    );
    adds(
        at(
            json!({"DateLessThanEquals": {"aws:CurrentTime": new_year}, "NumericGreaterThanEquals": {"aws:EpochTime": epoch}}),
        ),
        true,
    );
    adds(
        at(json!({"DateEquals": {"aws:CurrentTime": new_year, "aws:EpochTime": "1767225601"}})),
        false,
    );
}

#[test]
fn numbers_that_count_are_whole() {
    let between = |key: &str| {
        allow(
            "s3:ListBucket",
            "*",
            json!({"NumericGreaterThan": {key: "1"}, "NumericLessThan": {key: "2"}}),
        )
    };
    adds(between("s3:max-keys"), false);
    adds(between("s3:TlsVersion"), true);
    adds(allow("s3:ListBucket", "*", json!({"NumericLessThan": {"s3:max-keys": "0"}})), false);
}

#[test]
fn keys_of_the_principal_go_together() {
    let by = |condition| allow("s3:GetObject", KEYS, condition);
    let user = "arn:aws:iam::111122223333:user/ana";
    adds(
        by(
            json!({"ArnEquals": {"aws:PrincipalArn": user}, "StringEquals": {"aws:PrincipalAccount": "111122223333"}}),
        ),
        true,
    );
    adds(
        by(
            json!({"ArnEquals": {"aws:PrincipalArn": user}, "StringEquals": {"aws:PrincipalAccount": "444455556666"}}),
        ),
        false,
    );
    adds(
        by(
            json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/*"}, "StringEquals": {"aws:PrincipalAccount": "444455556666"}}),
        ),
        true,
    );
    adds(
        by(
            json!({"ArnEquals": {"aws:PrincipalArn": user}, "StringEquals": {"aws:PrincipalType": "AssumedRole"}}),
        ),
        false,
    );
    adds(
        by(json!({"ArnEquals": {"aws:PrincipalArn": user}, "Null": {"aws:username": "true"}})),
        false,
    );
    adds(by(json!({"Null": {"aws:username": "false", "aws:FederatedProvider": "false"}})), false);
    adds(
        by(
            json!({"Null": {"aws:PrincipalArn": "true"}, "StringNotEquals": {"aws:PrincipalType": "Anonymous"}, "Bool": {"aws:PrincipalIsAWSService": "false"}}),
        ),
        false,
    );
    adds(by(json!({"StringEquals": {"aws:PrincipalArn": "ana"}})), false);
}

/// Requests that AWS has and that were once in no box.
#[test]
fn owners_partitions_and_claims_are_told_apart() {
    // ARNs of AWS itself, and those that lack an account.
    adds(allow("iam:GetPolicy", "arn:aws:iam::aws:policy/*", json!({})), true);
    let public = "arn:aws:ssm:us-east-1::parameter/aws/service/*";
    adds(allow("ssm:GetParameter", public, json!({})), true);
    adds(
        allow("imagebuilder:GetImage", "arn:aws:imagebuilder:us-east-1:aws:image/*", json!({})),
        true,
    );
    // The owner is that of the ARN.
    let owner = json!({"StringEquals": {"aws:ResourceAccount": "111122223333"}});
    adds(allow("s3:GetObject", "*", owner.clone()), true);
    adds(allow("sqs:*", "arn:aws:sqs:*:*:p", owner.clone()), true);
    adds(allow("sqs:*", "arn:aws:sqs:*:111122223333:p", owner.clone()), true);
    adds(allow("sqs:*", "arn:aws:sqs:*:444455556666:p", owner), false);
    // A pattern that counts characters fits some partitions only.
    let long = json!({"StringLike": {"aws:PrincipalArn": "arn:*????:iam::111122223333:user/*"}});
    adds(allow("s3:GetObject", "arn:*:s3:::b/*", long.clone()), true);
    // Access never crosses a partition, and this one has three characters.
    adds(allow("s3:GetObject", KEYS, long), false);
    // An origin access identity has no policies of its own.
    let delivery = json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::cloudfront:user/*"}});
    adds(allow("s3:GetObject", KEYS, delivery), false);
    // A token has the claims of its own provider.
    let other = json!({"StringEquals": {"a.example.com:email": "x"}, "Null": {"b.example.com:aud": "true"}});
    adds(allow("sts:AssumeRoleWithWebIdentity", "*", other.clone()), false);
    of_resource(allow("sts:AssumeRoleWithWebIdentity", "*", other), true);
    let amazon = json!({"StringEquals": {"www.amazon.com:user_id": "x", "aws:PrincipalType": "AssumedRole"}});
    adds(allow("dynamodb:GetItem", "*", amazon), true);
    // AWS's page names some services that do not send it, and is silent of most.
    let endpoint = json!({"StringEquals": {"aws:VpceAccount": "111122223333"}});
    adds(allow("athena:*", "*", endpoint.clone()), true);
    adds(allow("sns:*", "*", endpoint), false);
}

/// A Deny on an action that is newer than the data.
#[test]
fn a_deny_of_an_unknown_action_counts() {
    let all = allow("s3:*", "*", json!({}));
    let mut deny = allow("s3:NewAction", "*", json!({}));
    deny["Effect"] = "Deny".into();
    let (old, new) = (document(vec![all.clone(), deny]), document(vec![all]));
    let compared = compare(&[&old], &[&new], Requests::Possible);
    assert_eq!(compared.relation, Relation::NewAllowsMore, "{compared:?}");
}

/// A Deny for requests without an endpoint: the example has no endpoint and says so.
#[test]
fn an_example_says_which_keys_are_absent() {
    let all = allow("s3:GetObject", KEYS, json!({}));
    let mut deny = allow(
        "s3:GetObject",
        KEYS,
        json!({"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}),
    );
    deny["Effect"] = "Deny".into();
    let mut only = deny.clone();
    only["Condition"] = json!({"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}, "Null": {"aws:SourceVpce": "true"}});
    let compared =
        compare(&[&document(vec![all.clone()])], &[&document(vec![all, only])], Requests::Possible);
    let Answer::Some(lost) = compared.lost else { panic!("{compared:?}") };
    assert_eq!(lost.sample.absent, ["aws:sourcevpce".into()]);
}

/// The rules for possible requests once more, for the keys of the small world.
fn is_possible(
    action: &str,
    resource: &str,
    context: &Context,
    absent: impl Fn(&str) -> bool,
) -> bool {
    let fits_action = aws::action(action).is_none_or(|action| {
        let can_have =
            |support| !matches!(support, KeySupport::Unsupported | KeySupport::GlobalUnlisted);
        if action.is_resourceless() {
            return resource == "*"
                && context.iter().all(|(key, _)| can_have(aws::supports_key(action, key)));
        }
        let kinds =
            action.resource_types().filter(|kind| kind.matches(resource)).collect::<Vec<_>>();
        kinds.iter().any(|kind| {
            context.iter().all(|(key, _)| can_have(aws::supports_key_on(action, kind.name(), key)))
        })
    });
    let one =
        |key: &str| context.get(key).and_then(|value| value.as_slice().first()).map(String::as_str);
    let is_arn = |arn: &str| {
        matches!(arn.split(':').collect::<Vec<_>>().as_slice(), ["arn", _, "iam" | "sts", "", ..])
    };
    let arn = one("aws:principalarn");
    let is_user = arn.is_some_and(|arn| arn.contains(":user/"));
    fits_action
        && !["aws:currenttime", "aws:securetransport", "aws:useragent"].into_iter().any(&absent)
        && one("s3:max-keys").is_none_or(|number| !number.contains(['.', '-']))
        && arn.is_none_or(is_arn)
        // A user has an ARN and a name, and nobody else has a name.
        && (one("aws:username").is_none() || is_user || arn.is_none() && !absent("aws:principalarn"))
        && (!is_user || !absent("aws:username"))
}

/// `SYMBOLIC_CASES` sets how many pairs are tried.
#[test]
fn nothing_possible_is_missed_in_a_small_world_and_all_that_is_shown_is_possible() {
    let mut runner = random::runner("SYMBOLIC_CASES", 25);
    let (decided, open) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let result = runner.run(
        &(strategies::policy(PolicyKind::Identity), strategies::policy(PolicyKind::Identity)),
        |(old, new)| {
            proptest::prop_assume!(![&old, &new].into_iter().any(random::is_folded_beyond_ascii));
            let [old, new] =
                [old, new].map(|value| policy(&value.to_string(), PolicyKind::Identity));
            let compared = compare(&[&old], &[&new], Requests::Possible);
            let first = compared.readings[0].1;
            if first == Relation::Unknown {
                open.set(open.get() + 1);
            } else {
                decided.set(decided.get() + 1);
                let statements = || [&old, &new].into_iter().flat_map(|policy| &policy.statements);
                let asked = |key: &str| {
                    statements().any(|own| {
                        own.conditions.iter().any(|condition| &*condition.key.node == key)
                    })
                };
                let possible = |request: &Request| {
                    let absent = |key: &str| {
                        (asked(key) || key == "aws:username") && request.context.get(key).is_none()
                    };
                    is_possible(&request.action, &request.resource, &request.context, absent)
                };
                let world = world([&old, &new]).into_iter().filter(possible).collect::<Vec<_>>();
                let found = differences(&world, &old, &new);
                prop_assert!(
                    matches!(first, Relation::NewAllowsMore | Relation::Incomparable) || !found.0,
                    "missed a gain: {first:?}"
                );
                prop_assert!(
                    matches!(first, Relation::NewAllowsLess | Relation::Incomparable) || !found.1,
                    "missed a loss: {first:?}"
                );
            }
            if let Answer::Some(gain) = &compared.gained {
                let Sample { action, resource, context, absent, .. } = &gain.sample;
                let absent = |key: &str| absent.iter().any(|own| **own == *key);
                let (action, resource) = (action.as_deref().unwrap(), resource.as_deref().unwrap());
                prop_assert!(
                    is_possible(action, resource, context, absent),
                    "{gain:?} is not possible"
                );
                prop_assert!(
                    compared.readings.len() > 1 || shows(gain, &old, &new),
                    "{gain:?} shows nothing"
                );
            }
            Ok(())
        },
    );
    eprintln!("{} decided, {} unknown", decided.get(), open.get());
    result.unwrap();
    assert!(
        open.get() * 20 <= decided.get() + 20,
        "{} of {} are unknown",
        open.get(),
        decided.get()
    );
}

/// The processor's time of this thread, in nanoseconds.
fn time_of_thread() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    text.split(' ').next().unwrap().parse().unwrap()
}

/// `cargo test --test all -- --ignored --nocapture possible_requests_cost`
#[test]
#[ignore = "measures time"]
fn possible_requests_cost_at_most_twice_as_much_as_any() {
    let mut pairs = quacky("");
    pairs.extend(history().into_iter().step_by(10));
    let mut ratios = Vec::new();
    for pair in &pairs {
        let (Some(old), Some(new)) = (policy_of(&pair.old), policy_of(&pair.new)) else { continue };
        // The clock moves in steps of some milliseconds.
        let cost = |asked| {
            let (start, mut times) = (time_of_thread(), 0);
            while time_of_thread() - start < 20_000_000 {
                std::hint::black_box(compare(&[&old], &[&new], asked));
                times += 1;
            }
            (time_of_thread() - start) as f64 / f64::from(times) / 1000.0
        };
        let [any, possible] = [Requests::Any, Requests::Possible].map(cost);
        ratios.push((possible / any, any, possible, pair.name.clone()));
    }
    ratios.sort_by(|one, other| one.0.total_cmp(&other.0));
    let at = |part: f64| &ratios[((ratios.len() - 1) as f64 * part) as usize];
    let [median, most, worst] = [0.5, 0.95, 1.0].map(at);
    eprintln!("{} pairs: median {median:?}, 95 % {most:?}, worst {worst:?}", ratios.len());
    for (about, pick) in [("any", 0), ("possible", 1)] {
        let sum = ratios.iter().map(|own| [own.1, own.2][pick]).sum::<f64>();
        eprintln!("{about}: {sum} microseconds in all");
    }
    assert!(median.0 <= 2.0);
}
