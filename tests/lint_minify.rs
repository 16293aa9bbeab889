//! `lint --minify`: policies that say the same in fewer characters.

use crate::support::run::{fresh_folder, run_in, run_with_input, stderr, stdout};
use crate::support::{corpus, files_below, one_of};
use ica_policy::api::views::minify::{Minified, Step};
use ica_policy::api::{LintOptions, MinifyOptions, PolicyKind, Relation, Requests, Workspace};
use serde_json::{Value, json};
use std::fs;

fn minified(policy: &str, kind: Option<PolicyKind>, characters: Option<usize>) -> Minified {
    let mut workspace = Workspace::new();
    workspace.add_text("p.json", policy).unwrap();
    let lint = LintOptions { kind, ..LintOptions::default() };
    workspace.minify("p.json", &MinifyOptions { lint, characters }).unwrap()
}

/// How two texts compare, over all requests that can be written or over those that AWS has; with what the Denies do to what others allow.
fn relation(old: &str, new: &str, kind: PolicyKind, requests: Requests) -> Relation {
    let mut workspace = Workspace::new();
    let mut load = |name: &str, text: &str, everything: bool| {
        let mut policy = serde_json::from_str::<Value>(text).unwrap();
        if !policy["PolicyVersion"].is_null() {
            policy = policy["PolicyVersion"]["Document"].take();
        }
        if everything {
            let all = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
            let statements = match policy["Statement"].take() {
                Value::Array(list) => list.into_iter().chain([all]).collect(),
                one => vec![one, all],
            };
            policy["Statement"] = Value::Array(statements);
        }
        workspace.parse(name, &policy.to_string(), kind).unwrap()
    };
    let [old_alone, new_alone] = [load("old", old, false), load("new", new, false)];
    let [old_beside, new_beside] = [load("old+", old, true), load("new+", new, true)];
    let alone = workspace.compare(&[&old_alone], &[&new_alone], requests).relation;
    alone.joined(workspace.compare(&[&old_beside], &[&new_beside], requests).relation)
}

fn policy(statements: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":{statements}}}"#)
}

const READ: &str =
    r#"{"Sid":"Read","Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::b/*"}"#;

/// Statements as they are written, and as they are written shorter. Without a limit nothing is taken that somebody reads.
#[test]
fn hand_written_policies_become_these() {
    let cases = [
        // White space that AWS does not count stays where nothing else goes.
        (format!(" {READ} "), format!(" {READ} ")),
        (format!("[{READ}]"), READ.to_owned()),
        // What differs in one list is one statement, with the first name.
        (
            format!("[{READ},{}]", READ.replace("GetObject", "PutObject").replace("Read", "Write")),
            READ.replace("\"s3:GetObject\"", "[\"s3:GetObject\",\"s3:PutObject\"]"),
        ),
        (
            format!("[{},{READ}]", READ.replace("b/*", "c/*").replace("\"Sid\":\"Read\",", "")),
            READ.replace("\"arn:aws:s3:::b/*\"", "[\"arn:aws:s3:::c/*\",\"arn:aws:s3:::b/*\"]"),
        ),
        // The order of lists, elements and the case of actions say nothing.
        (
            r#"[{"Effect":"Deny","NotAction":["s3:GetObject","IAM:Get*"],"Resource":"a"},{"Resource":"b","Effect":"Deny","NotAction":["iam:get*","s3:GetObject"]}]"#.replace("\"a\"", "\"arn:aws:s3:::a\"").replace("\"b\"", "\"arn:aws:s3:::b\""),
            r#"{"Effect":"Deny","NotAction":["s3:GetObject","IAM:Get*"],"Resource":["arn:aws:s3:::a","arn:aws:s3:::b"]}"#.to_owned(),
        ),
        // Statements that differ in two lists stay apart, and so do values of which all must differ.
        (
            format!("[{READ},{}]", other("c/*").replace("GetObject", "PutObject")),
            format!("[{READ},{}]", other("c/*").replace("GetObject", "PutObject")),
        ),
        (conditions("StringNotEquals"), conditions("StringNotEquals")),
        (conditions("ForAllValues:StringLike"), conditions("ForAllValues:StringLike")),
        (
            conditions("StringLike"),
            conditions("StringLike").split("},{").next().unwrap()[1..].replace("\"x\"", "[\"x\",\"y\"]")
                + "}",
        ),
        // An Allow and a Deny stay apart.
        (
            format!("[{READ},{}]", other("b/x").replace("Allow", "Deny")),
            format!("[{READ},{}]", other("b/x").replace("Allow", "Deny")),
        ),
        // What another statement allows, or a Deny beats.
        (format!("[{READ},{}]", other("b/x*")), READ.to_owned()),
    ];
    for (old, new) in cases {
        let minified = minified(&policy(&old), None, None);
        let text = serde_json::from_str::<Value>(&minified.text).unwrap();
        assert_eq!(text, serde_json::from_str::<Value>(&policy(&new)).unwrap(), "{old}");
        assert!(minified.left_out.is_empty() && minified.fits, "{old}: {minified:?}");
    }
}

/// The statement with another name, on other objects.
fn other(objects: &str) -> String {
    READ.replace("Read", "More").replace("b/*", objects)
}

fn conditions(operator: &str) -> String {
    let statement = |value: &str| {
        READ.replace("\"Sid\":\"Read\",", "").replace(
            "b/*\"",
            &format!(
                "b/*\",\"Condition\":{{\"{operator}\":{{\"aws:PrincipalTag/a\":\"{value}\"}}}}"
            ),
        )
    };
    format!("[{},{}]", statement("x"), statement("y"))
}

/// Names and wildcards go only as far as the limit asks, and a pattern is written only for exactly what it matches.
#[test]
fn names_and_wildcards_wait_for_the_limit() {
    let actions = [
        "sqs:GetQueueUrl",
        "sqs:SendMessage",
        "sqs:GetQueueAttributes",
        "sqs:ListQueues",
        "sns:GetTopicAttributes",
        "sns:ListTopics",
    ];
    let statement =
        json!({"Sid": "Messages", "Effect": "Allow", "Action": actions, "Resource": "*"});
    let old = policy(&statement.to_string());
    let steps =
        |minified: &Minified| minified.steps.iter().map(|done| done.step).collect::<Vec<_>>();
    let all = minified(&old, None, None);
    assert_eq!(steps(&all), []);
    assert_eq!(all.text, old);
    let named = minified(&old, None, Some(all.before - 5));
    assert_eq!(
        (steps(&named), named.after),
        (vec![Step::Names], all.before - "\"Sid\":\"Messages\",".len())
    );
    let wild = minified(&old, None, Some(named.after - 5));
    assert_eq!(steps(&wild), [Step::Names, Step::Wildcards]);
    let text = serde_json::from_str::<Value>(&wild.text).unwrap();
    // Of sns no two actions are all that a beginning matches; ListQueues has a neighbour that is not in the list.
    let expected = [
        "sqs:GetQueue*",
        "sqs:SendMessage",
        "sqs:ListQueues",
        "sns:GetTopicAttributes",
        "sns:ListTopics",
    ];
    assert_eq!(text["Statement"]["Action"], json!(expected));
    assert_eq!(
        relation(&old, &wild.text, PolicyKind::Identity, Requests::Possible),
        Relation::Equal
    );
    assert_eq!(
        relation(&old, &wild.text, PolicyKind::Identity, Requests::Any),
        Relation::NewAllowsMore,
        "what AWS may add later"
    );
    assert!(wild.widening.is_none());
}

/// A limit that nothing equal reaches: what the next step would add, and nothing of it is written.
#[test]
fn the_price_of_a_wider_pattern_is_named() {
    let statement = json!({"Effect": "Allow", "Action": ["sqs:GetQueueUrl", "sqs:SendMessage", "sqs:ListQueueTags"],
        "Resource": "arn:aws:sqs:eu-central-1:111122223333:q"});
    let old = policy(&statement.to_string());
    let short = minified(&old, None, Some(150));
    assert!(!short.fits && short.after == short.before && short.text == old, "{short:?}");
    let widening = short.widening.unwrap();
    assert!(widening.fits && widening.after <= 150);
    let adds = widening.wildcards.iter().flat_map(|wider| &wider.adds).collect::<Vec<_>>();
    assert!(adds.iter().any(|action| *action == "sqs:PurgeQueue"), "{adds:?}");
    assert!(!adds.iter().any(|action| *action == "sqs:SendMessage"), "{adds:?}");
    let region = &widening.newly_allowed[0].region;
    assert_eq!(region.resources.patterns, ["arn:aws:sqs:eu-central-1:111122223333:q"]);
    // A Deny is not widened.
    assert!(minified(&old.replace("Allow", "Deny"), None, Some(150)).widening.is_none());
}

/// How long a policy is counts as AWS counts it.
#[test]
fn white_space_goes_where_it_counts() {
    let old = policy(&format!("[ {READ} , {} ]", other("b/*"))).replace(",", ",\n  ");
    let identity = minified(&old, None, None);
    assert!(identity.text.contains('\n'), "{}", identity.text);
    let scp = minified(&old, Some(PolicyKind::Scp), None);
    assert_eq!(scp.text, policy(READ) + "\n");
    assert_eq!((scp.limit, scp.after), (Some(10_240), policy(READ).len()));
    let only_blanks = minified(&policy(READ).replace(",", ", "), Some(PolicyKind::Scp), None);
    assert_eq!(only_blanks.text, policy(READ) + "\n");
    assert_eq!(only_blanks.steps[0].step, Step::Layout);
}

/// Principals are merged too; an Allow that a resource names somebody by is not taken out.
#[test]
fn policies_of_resources() {
    let statement = |who: &str, action: &str| {
        format!(
            r#"{{"Effect":"Allow","Principal":{{"AWS":"arn:aws:iam::{who}:root"}},"Action":"{action}","Resource":"arn:aws:s3:::b/*"}}"#
        )
    };
    let list = |one: &str, other: &str| policy(&format!("[{one},{other}]"));
    let [one, other] = ["111122223333", "444455556666"].map(|who| statement(who, "s3:GetObject"));
    let old = list(&one, &other);
    let new = minified(&old, None, None);
    let text = serde_json::from_str::<Value>(&new.text).unwrap();
    let who = ["arn:aws:iam::111122223333:root", "arn:aws:iam::444455556666:root"];
    assert_eq!(text["Statement"]["Principal"]["AWS"], json!(who));
    let narrow = list(&statement("111122223333", "s3:Get*"), &one.replace("b/*", "b/x"));
    assert!(minified(&narrow, None, None).text.contains("b/x"));
}

#[test]
fn the_command_prints_shows_and_writes() {
    let folder = fresh_folder("lint-minify");
    let old = policy(&format!("[{READ},\n{}]", other("b/*")));
    fs::write(folder.join("p.json"), &old).unwrap();
    let printed = run_in(&folder, &["lint", "p.json", "--minify"]);
    assert_eq!(printed.status.code(), Some(0));
    let new = serde_json::from_str::<Value>(&stdout(&printed)).unwrap();
    assert_eq!(new, serde_json::from_str::<Value>(&policy(READ)).unwrap());
    assert!(stderr(&printed).contains("at most 6144: fits"), "{}", stderr(&printed));
    assert!(stderr(&printed).contains("proved over all requests"), "{}", stderr(&printed));
    let piped = run_with_input(&folder, &["lint", "-", "--minify"], &old);
    assert_eq!(stdout(&piped), stdout(&printed));
    let diff = run_in(&folder, &["lint", "p.json", "--minify", "--diff"]);
    assert_eq!(diff.status.code(), Some(1));
    assert!(stdout(&diff).starts_with("--- a/p.json\n+++ b/p.json\n"), "{}", stdout(&diff));
    assert_eq!(fs::read_to_string(folder.join("p.json")).unwrap(), old);
    assert_eq!(run_in(&folder, &["lint", "p.json", "--minify", "--fix"]).status.code(), Some(0));
    assert_eq!(fs::read_to_string(folder.join("p.json")).unwrap(), stdout(&printed));
    let again = run_in(&folder, &["lint", "p.json", "--minify", "--diff"]);
    assert_eq!((again.status.code(), stdout(&again).as_str()), (Some(0), ""));
    // Too long: nothing that allows more is printed without the flag.
    let wide = policy(&READ.replace("\"s3:GetObject\"", "[\"s3:GetObject\",\"s3:PutObject\"]"));
    fs::write(folder.join("wide.json"), &wide).unwrap();
    let long = run_in(&folder, &["lint", "wide.json", "--minify=110"]);
    assert_eq!(long.status.code(), Some(1));
    assert!(!stdout(&long).contains("s3:*"), "{}", stdout(&long));
    assert!(
        stderr(&long).contains("allows more (--unsafe-fixes writes them)"),
        "{}",
        stderr(&long)
    );
    let unsafe_one = run_in(&folder, &["lint", "wide.json", "--minify=110", "--unsafe-fixes"]);
    assert_eq!(unsafe_one.status.code(), Some(0), "{}", stderr(&unsafe_one));
    assert!(stdout(&unsafe_one).contains("\"s3:*\""), "{}", stdout(&unsafe_one));
    // What AWS would refuse has no equal, and an answer is no file to edit.
    fs::write(folder.join("bad.json"), old.replace("Allow", "allow")).unwrap();
    let bad = run_in(&folder, &["lint", "bad.json", "--minify"]);
    assert_eq!((bad.status.code(), stdout(&bad).as_str()), (Some(3), ""));
    let answer = format!(r#"{{"PolicyVersion": {{"VersionId": "v1", "Document": {old}}}}}"#);
    fs::write(folder.join("answer.json"), &answer).unwrap();
    assert_eq!(stdout(&run_in(&folder, &["lint", "answer.json", "--minify"])), stdout(&printed));
    let kept = run_in(&folder, &["lint", "answer.json", "--minify", "--fix"]);
    assert_eq!(kept.status.code(), Some(3));
    assert_eq!(fs::read_to_string(folder.join("answer.json")).unwrap(), answer);
    for wrong in [
        &["p.json", "wide.json"][..],
        &["."],
        &["p.json", "--select", "redundant-action"],
        &["p.json", "--format", "sarif"],
        &["-", "--fix"],
        &["p.json", "--minify=many"],
    ] {
        let output = run_in(&folder, &[&["lint", "--minify"], wrong].concat());
        assert_eq!(output.status.code(), Some(2), "{wrong:?}: {}", stderr(&output));
    }
}

/// Every managed policy of AWS becomes no longer and says the same, and a second run changes nothing. Of the largest ones only the size is looked at: the prover
/// looks at each as a whole here, without the shortcuts of the command.
#[test]
#[cfg_attr(not(corpus), ignore = "reads ../shared")]
fn managed_policies_say_the_same() {
    let folder = corpus("01-aws-managed").join("mamip/policies");
    let (mut shorter, mut proved, mut wild) = (0, 0, 0);
    let files = files_below(&folder, "");
    let step = one_of(12);
    for (number, file) in files.iter().step_by(step).enumerate() {
        let old = fs::read_to_string(file).unwrap();
        if old.trim().is_empty() {
            continue;
        }
        // One in four as short as it gets, the others within what AWS stores.
        let characters = (number % 4 == 0).then_some(0);
        let new = minified(&old, None, characters);
        assert!(new.after <= new.before, "{}", file.display());
        assert!(new.left_out.is_empty(), "{}: {:?}", file.display(), new.left_out);
        let again = minified(&new.text, None, characters);
        assert_eq!(again.text, new.text, "{}", file.display());
        shorter += usize::from(new.after < new.before);
        let has_wildcards = new.steps.iter().any(|done| done.step == Step::Wildcards);
        wild += usize::from(has_wildcards);
        let most = if has_wildcards { LARGE / 2 } else { LARGE };
        if old.len() < most && new.after < new.before {
            let requests = if has_wildcards { Requests::Possible } else { Requests::Any };
            let relation = relation(&old, &new.text, new.kind, requests);
            assert_eq!(relation, Relation::Equal, "{}", file.display());
            proved += 1;
        }
    }

    assert!(shorter > 50 && proved > 20 && wild > 10);
}

/// Bytes of a policy that is not compared as a whole.
const LARGE: usize = 2_400;
