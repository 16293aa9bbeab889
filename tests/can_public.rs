use crate::can::{BUCKET, keys_of, run, runner, world};
use crate::support::documents::policy;
use ica_policy::authz::{Caller, Layer, Layers, Request};
use ica_policy::eval::{Outcome, decide};
use ica_policy::model::PolicyKind;
use ica_policy::strategies;
use ica_policy::symbolic::{Asked, Granted, outsiders, reached};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Writes a bucket policy and asks whether it is public. The bucket is in account 111122223333.
fn public(name: &str, statements: &Value) -> (Option<i32>, Value) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("can");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("{name}.json"));
    std::fs::write(&file, json!({"Version": "2012-10-17", "Statement": statements}).to_string())
        .unwrap();
    let (code, text) =
        run(&[file.to_str().unwrap(), "--public", "--account", "111122223333", "--format", "json"]);
    let report: Value = serde_json::from_str(&text).unwrap();
    crate::support::holds_to_schema(&report, "can-v1.json");
    (code, report)
}

pub fn get(principal: &Value) -> Value {
    json!({"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"})
}

fn get_where(principal: &Value, condition: &Value) -> Value {
    let mut statement = get(principal);
    statement["Condition"] = condition.clone();
    statement
}

/// Checks the answers by both definitions, and which outsiders get access.
#[track_caller]
fn check_public(name: &str, statements: &Value, for_s3: &str, for_outsiders: &str, who: &[&str]) {
    let (code, report) = public(name, statements);
    let public = &report["public"];
    assert_eq!(
        (public["for_s3"].as_str(), public["for_outsiders"].as_str()),
        (Some(for_s3), Some(for_outsiders)),
        "{public:#}"
    );
    let outsiders = public["outsiders"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|outsider| outsider["granted"] != "none");
    let found = outsiders
        .map(|outsider| outsider["name"].as_str().or(outsider["who"].as_str()).unwrap())
        .collect::<Vec<_>>();
    assert_eq!(found, who, "{public:#}");
    assert_eq!(code, Some(i32::from(for_s3 != "no" || for_outsiders != "no")));
}

#[test]
fn a_grant_to_everybody_is_public_in_both_senses() {
    let star = json!("*");
    check_public("open", &json!([get(&star)]), "yes", "yes", &["unsigned", "others"]);
    let wide = get_where(&star, &json!({"StringLike": {"aws:SourceVpc": "vpc-*"}}));
    check_public("vpc", &json!([wide]), "yes", "yes", &["unsigned", "others"]);
}

/// S3 does not count a fixed range of addresses, a fixed organization or a fixed principal as
/// public, but outsiders get in through them all the same.
#[test]
fn what_s3_calls_not_public_may_still_reach_outsiders() {
    let star = json!("*");
    let range = get_where(&star, &json!({"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}));
    check_public("range", &json!([range]), "no", "yes", &["unsigned", "others"]);
    let organization =
        get_where(&star, &json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}));
    check_public("organization", &json!([organization]), "no", "yes", &["others"]);
    let accounts = get(&json!({"AWS": ["111122223333", "444455556666"]}));
    check_public("accounts", &json!([accounts]), "no", "yes", &["arn:aws:iam::444455556666:root"]);
}

/// Conversely, S3 looks neither at Deny statements nor at every key that limits access.
#[test]
fn what_s3_calls_public_may_reach_nobody() {
    let star = json!("*");
    let own = json!({"StringNotEquals": {"aws:PrincipalAccount": "111122223333"}});
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*", "Condition": own});
    check_public("denied", &json!([get(&star), deny]), "yes", "no", &[]);
    let only_https = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"], "Condition": {"Bool": {"aws:SecureTransport": "false"}}});
    check_public("https", &json!([only_https]), "no", "no", &[]);
    let role = get_where(
        &star,
        &json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/*"}}),
    );
    let (_, report) = public("role", &json!([role]));
    assert_eq!(report["public"]["for_outsiders"], "no", "{report:#}");
}

/// A Deny for the account hits its role. A Deny that excepts the role does not.
#[test]
fn who_is_named_is_asked_as_a_caller() {
    let role = "arn:aws:iam::444455556666:role/lab/reader";
    let deny = |key: &str, principal: Value| json!({"Effect": "Deny", key: {"AWS": principal}, "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"});
    check_public(
        "hit",
        &json!([get(&json!({"AWS": role})), deny("Principal", json!("444455556666"))]),
        "no",
        "no",
        &[],
    );
    let excepted =
        json!([get(&json!({"AWS": role})), deny("NotPrincipal", json!([role, "444455556666"]))]);
    // AWS's pages leave open whether the role's session must be listed too.
    check_public("excepted", &excepted, "no", "unknown", &[role]);
    let session = "arn:aws:sts::444455556666:assumed-role/reader/run";
    check_public("session", &json!([get(&json!({"AWS": session}))]), "no", "yes", &[session]);
    let denied = json!([get(&json!({"AWS": session})), deny("Principal", json!(role))]);
    // The name of a role is unique in its account.
    check_public("denied-session", &denied, "no", "no", &[]);
    let (_, report) = public("named", &json!([get(&json!({"AWS": role}))]));
    let outsider = &report["public"]["outsiders"][1];
    let shown = &outsider["answers"]
        .as_array()
        .unwrap()
        .iter()
        .find(|answer| answer["granted"] != "none")
        .unwrap()["allowed"];
    assert!(
        shown["because"][0]["id"] == "granted" && shown["action"] == "s3:GetObject",
        "{shown:#}"
    );
    let canonical = json!([get(
        &json!({"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"})
    )]);
    assert_eq!(public("canonical", &canonical).1["public"]["for_outsiders"], "unknown");
}

/// A service that names the account for which it acts is an outsider only if that is another
/// account.
#[test]
fn a_service_that_acts_for_the_account_is_no_outsider() {
    let logs = json!({"Service": "logging.s3.amazonaws.com"});
    let bound = get_where(&logs, &json!({"StringEquals": {"aws:SourceAccount": "111122223333"}}));
    check_public("bound", &json!([bound]), "no", "no", &[]);
    check_public(
        "unbound",
        &json!([get(&logs)]),
        "no",
        "yes",
        &["Service:logging.s3.amazonaws.com"],
    );
}

#[test]
fn whether_it_is_public_needs_the_account() {
    let (code, _) = run(&[BUCKET, "--public"]);
    assert_eq!(code, Some(2));
    let (code, text) = run(&[BUCKET, "--public", "--account", "111122223333"]);
    assert!(
        code == Some(1) && text.starts_with("public for S3's Block Public Access: no\naccess from outside of account 111122223333: yes"),
        "{text}"
    );
}

/// Principals outside account 111122223333, some of whom the random policies name.
const OUTSIDERS: [(&str, Option<&str>); 6] = [
    ("*", None),
    ("arn:aws:iam::444455556666:user/eve", None),
    ("arn:aws:iam::444455556666:user/zed", None),
    ("arn:aws:sts::444455556666:assumed-role/job/run", Some("arn:aws:iam::444455556666:role/job")),
    ("arn:aws:sts::777788889999:federated-user/out", Some("arn:aws:iam::777788889999:user/out")),
    ("777788889999", None),
];

/// If no outsider gets access, nobody of a small world does, whatever the own policies of these
/// principals say.
#[test]
fn no_outsider_gets_in_where_none_is_found() {
    let (none, open, all) =
        (std::cell::Cell::new(0), std::cell::Cell::new(0), std::cell::Cell::new(0));
    let result = runner().run(&strategies::policy(PolicyKind::Resource), |value| {
        let policy = policy(&value.to_string(), PolicyKind::Resource);
        let (actions, resources) = (["s3:GetObject".to_owned()], ["arn:aws:s3:::b/*".to_owned()]);
        let asked = Asked {
            account: "111122223333",
            actions: &actions,
            resources: &resources,
            context: &[],
        };
        let outside = outsiders(&[&policy], asked);
        prop_assert!(
            outside.iter().flat_map(|known| &known.answers).all(|answer| !answer.is_defect),
            "{outside:?}"
        );
        let found = reached(&outside);
        all.set(all.get() + 1);
        open.set(open.get() + usize::from(found == Granted::Unknown));
        if found != Granted::None {
            return Ok(());
        }
        none.set(none.get() + 1);
        let layers = Layers {
            identity: Layer::Assumed,
            resource: Layer::Policies(vec![&policy]),
            ..Layers::default()
        };
        for (resource, context) in world("s3:GetObject", &keys_of(&[&policy])) {
            for (name, issuer) in OUTSIDERS {
                let caller = Caller::parse(name, issuer).unwrap();
                let mut context = context.clone();
                ["aws:principalarn", "aws:username"].iter().for_each(|key| context.remove(key));
                let Ok(request) =
                    Request::new(caller, "s3:GetObject", resource, Some("111122223333"), context)
                else {
                    continue;
                };
                prop_assert!(decide(&request, &layers).outcome != Outcome::Allowed, "{request:?}");
            }
        }
        Ok(())
    });
    eprintln!("{} asked, {} reach nobody, {} unknown", all.get(), none.get(), open.get());
    result.unwrap();
    assert!(none.get() * 5 >= all.get() && open.get() * 10 <= all.get());
}

/// Keys that tell who asks: the values that are known are those of some callers, and of no others.
#[test]
fn keys_of_the_caller_are_those_of_who_has_them() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("can");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("of-an-organization.json");
    let org = json!({"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}});
    let policy = json!({"Version": "2012-10-17", "Statement": [get_where(&json!("*"), &org)]});
    std::fs::write(&file, policy.to_string()).unwrap();
    let file = file.to_str().unwrap();
    for (context, wanted) in [
        (&[][..], "yes"),
        (&["aws:PrincipalOrgID=o-a1b2c3d4e5"], "yes"),
        (&["!aws:PrincipalOrgID"], "no"),
        (&["aws:PrincipalAccount=999999999999"], "yes"),
    ] {
        let public = ["--public", "--account", "111122223333", "--format", "json"];
        let flag: &[&str] = if context.is_empty() { &[] } else { &["--context"] };
        let (_, text) = run(&[&[file], &public[..], flag, context].concat());
        let report: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(report["public"]["for_outsiders"], wanted, "{context:?}: {text}");
    }
}
