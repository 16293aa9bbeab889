//! Limits that end a search or shorten a report: behind each the answer says so.

use crate::support::run::{fresh_folder, run_in, run_with_input, stderr, stdout};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

fn write(folder: &Path, name: &str, statements: &Value) {
    let document = json!({"Version": "2012-10-17", "Statement": statements});
    fs::write(folder.join(name), serde_json::to_string_pretty(&document).unwrap()).unwrap();
}

fn allow(condition: &Value) -> Value {
    json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": condition})
}

/// `simulate::MAX_DEFINED`.
#[test]
fn a_thousand_policies_are_defined_and_no_more() {
    let folder = fresh_folder("limits/defined");
    let line = |number: usize| {
        let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
        let name = format!("p{number}");
        json!({"define": {name: policy}}).to_string() + "\n"
    };
    let output = run_with_input(
        &folder,
        &["simulate", "--batch"],
        &(0..1_002).map(line).collect::<String>(),
    );
    let refused = "more than 1000 policies cannot be defined";
    assert_eq!(stdout(&output).matches(refused).count(), 2);
}

/// `MOST_NAMES` of `can --public`: who is beyond them is not known to be shut out.
#[test]
fn more_names_than_are_asked_about_are_not_known() {
    let folder = fresh_folder("limits/names");
    let named = |number: usize| {
        let mut statement = allow(&Value::Null);
        let account = format!("arn:aws:iam::{}:root", 444_400_000_000_usize + number);
        statement["Principal"] = json!({"AWS": account});
        statement.as_object_mut().unwrap().remove("Condition");
        statement
    };
    write(&folder, "bucket.json", &(0..70).map(named).collect());
    let output = run_in(
        &folder,
        &["can", "--public", "--account", "111122223333", "bucket.json", "--format", "json"],
    );
    let report = stdout(&output);
    assert!(report.contains("the policy names more than 64 principals"), "{report}");
}

/// `MOST_SETS`: more sets of values than are told apart are not taken for equal, and no search hangs.
#[test]
fn more_sets_of_values_than_are_told_apart_are_not_equal() {
    let folder = fresh_folder("limits/sets");
    let statements = |operator: &str| {
        (0..14)
            .map(|number| allow(&json!({operator: {"aws:TagKeys": format!("*{number}*")}})))
            .collect()
    };
    write(&folder, "any.json", &statements("ForAnyValue:StringLike"));
    write(&folder, "all.json", &statements("ForAllValues:StringLike"));
    let output = run_in(
        &folder,
        &["compare", "any.json", "all.json", "--requests", "any", "--format", "json"],
    );
    let report = serde_json::from_slice::<Value>(&output.stdout).unwrap();
    assert_ne!(report["relation"], "equal");
    assert_eq!(output.status.code(), Some(1));
}

/// `MOST_REGIONS` and `MOST_WORDS` shorten the report for people, which says how much more there is.
#[test]
fn a_long_comparison_says_how_much_more_there_is() {
    let folder = fresh_folder("limits/regions");
    let of_bucket = |number: usize| json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::b{number}/*")});
    write(&folder, "new.json", &(0..30).map(of_bucket).collect());
    let report = stdout(&run_in(&folder, &["compare", "none", "new.json"]));
    assert!(report.contains("10 more; `--format json` lists all"), "{report}");
    let resources = (0..30).map(|number| format!("arn:aws:s3:::b{number}/*")).collect::<Vec<_>>();
    write(
        &folder,
        "new.json",
        &json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": resources}]),
    );
    let report = stdout(&run_in(&folder, &["compare", "none", "new.json"]));
    assert!(report.contains("22 more"), "{report}");
}

/// `MAX_REQUESTS`: a step with more combinations than are tried is unknown, and the report says how many there are.
#[test]
fn more_combinations_than_are_tried_are_unknown() {
    let folder = fresh_folder("limits/requests");
    let settings = "bucket = 'acme-genomics'\naccount = '111122223333'\nregion = 'us-east-1'\nprefix = 'ica/'\nversioning = 'unversioned'\n\
        user = 'ica'\nidentity_policy = 'user.json'\nbucket_policy = 'bucket.json'\noperation = ['download-data']\n";
    fs::write(folder.join("ica.toml"), settings).unwrap();
    write(&folder, "user.json", &json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]));
    let deny = |tag: char, value: usize| {
        let key = format!("aws:PrincipalTag/{tag}");
        json!({"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-genomics/*",
            "Condition": {"StringEquals": {key: format!("v{value}")}}})
    };
    let denies = ('a'..='e').flat_map(|tag| (0..7).map(move |value| deny(tag, value)));
    write(&folder, "bucket.json", &denies.collect());
    let report = stdout(&run_in(&folder, &["check", "--connection", "ica.toml"]));
    assert!(report.contains("the conditions have too many combinations to try: 59049"), "{report}");
    assert!(report.contains("\nunknown: "), "{report}");
}

/// `MOST_COMBINATIONS`: what layers allow together in more ways than are looked at is not decided.
#[test]
fn more_combinations_of_statements_than_are_compared_are_not_decided() {
    let folder = fresh_folder("limits/combinations");
    let reading = |letter: char, number: usize| json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::acme-genomics/*{letter}{number}*")});
    let statements =
        |letter: char, most: usize| (0..most).map(|number| reading(letter, number)).collect();
    write(&folder, "user.json", &statements('i', 21));
    for (name, most) in [("old", 21), ("new", 20)] {
        write(&folder, &format!("{name}.json"), &statements('b', most));
        let settings = format!(
            "bucket = 'acme-genomics'\naccount = '111122223333'\nregion = 'us-east-1'\nprefix = 'ica/'\nversioning = 'unversioned'\n\
            user = 'ica'\nidentity_policy = 'user.json'\nbucket_policy = 'none'\nboundary = '{name}.json'\noperation = ['download-data']\n"
        );
        fs::write(folder.join(format!("{name}.toml")), settings).unwrap();
    }
    let report = stdout(&run_in(&folder, &["compare", "old.toml", "new.toml"]));
    let reason = "the layers allow in more than 400 combinations of their statements";
    assert!(report.contains(reason), "{report}");
    assert!(report.contains("access of iam-user to the bucket: not decided"), "{report}");
}

/// `MOST_IN_CELL`: the same where one side is asked about.
#[test]
fn more_combinations_of_statements_than_are_asked_about_are_not_known() {
    let folder = fresh_folder("limits/cell");
    let reading = |letter: char, number: usize| json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::b/*{letter}{number}*")});
    for letter in ['i', 'b'] {
        let all = (0..65).map(|number| reading(letter, number)).collect();
        write(&folder, &format!("{letter}.json"), &all);
    }
    let output = run_in(
        &folder,
        &[
            "can",
            "--principal",
            "arn:aws:iam::111122223333:user/ica",
            "--identity-policy",
            "i.json",
            "--boundary",
            "b.json",
            "--action",
            "s3:GetObject",
            "--resource",
            "arn:aws:s3:::b/*",
        ],
    );
    let report = stdout(&output);
    let reason = "the layers allow in more than 4096 combinations of their statements";
    assert!(report.starts_with("not known") && report.contains(reason), "{report}");
}

/// `MOST_ASKED`: a region names so many exceptions of each kind, in the order of the statements.
#[test]
fn a_region_names_a_dozen_exceptions() {
    let folder = fresh_folder("limits/asked");
    let below = |number: usize| json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::b/p{number:02}/*")});
    write(&folder, "old.json", &(0..20).map(below).collect());
    write(
        &folder,
        "new.json",
        &json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]),
    );
    let output = run_in(&folder, &["compare", "old.json", "new.json", "--format", "json"]);
    let report = serde_json::from_slice::<Value>(&output.stdout).unwrap();
    assert_eq!(report["relation"], "new-allows-more");
    let excepted = report["newly_allowed"][0]["region"]["resources"]["but_not"].as_array().unwrap();
    assert_eq!((excepted.len(), &excepted[11]), (12, &json!("arn:aws:s3:::b/p11/*")));
}

/// `MOST_TOLD_APART`: the account in two keys is one; beyond so many accounts that is not seen, and then nothing is said to be so.
#[test]
fn more_accounts_than_are_told_apart_are_not_known() {
    let folder = fresh_folder("limits/accounts");
    let relation = |most: usize| {
        let named = |is_twice: bool, number: usize| {
            let account = format!("{}", 111_122_220_000_usize + number);
            let arn = json!({"aws:PrincipalArn": format!("arn:aws:iam::{account}:role/*")});
            let mut condition = json!({"ArnLike": arn});
            if is_twice {
                condition["StringEquals"] = json!({"aws:PrincipalAccount": account});
            }
            json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": condition})
        };
        for (name, is_twice) in [("old.json", true), ("new.json", false)] {
            write(&folder, name, &(0..most).map(|number| named(is_twice, number)).collect());
        }
        let output = run_in(&folder, &["compare", "old.json", "new.json", "--format", "json"]);
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["relation"].clone()
    };
    assert_eq!([relation(12), relation(13)], [json!("equal"), json!("unknown")]);
}

/// `MOST_TOLD_APART`: a name that `aws:username` is compared with comes before names that only ARNs have, and an account before
/// those of ARNs. Beyond the limit the reason is the limit, and no defect.
#[test]
fn the_names_that_keys_are_compared_with_come_first() {
    let folder = fresh_folder("limits/told_apart");
    let report = |old: &[Value], new: &[Value]| {
        for (name, statements) in [("old.json", old), ("new.json", new)] {
            write(&folder, name, &json!(statements));
        }
        let arguments = ["compare", "--kind", "identity", "old.json", "new.json"];
        stdout(&run_in(&folder, &arguments))
    };
    let statement = |effect: &str, arn: &str, key: Option<(&str, &str)>| {
        let mut condition = json!({"ArnLike": {"aws:PrincipalArn": arn}});
        if let Some((key, value)) = key {
            condition["StringEquals"] = json!({key: value});
        }
        json!({"Effect": effect, "Action": "s3:GetObject", "Resource": "*", "Condition": condition})
    };
    let user = |name: &str| format!("arn:aws:iam::111122223333:user/{name}");
    let role = |account: &str| format!("arn:aws:iam::{account}:role/*");
    let denied = (0..12).map(|number| statement("Deny", &user(&format!("a{number:02}")), None));
    let denied_roles =
        (0..12).map(|number| statement("Deny", &role(&format!("1111222200{number:02}")), None));
    for (arn, key, denies) in [
        (user("zed"), ("aws:username", "zed"), denied.collect::<Vec<_>>()),
        (role("999999999999"), ("aws:PrincipalAccount", "999999999999"), denied_roles.collect()),
    ] {
        let with = |key| [vec![statement("Allow", &arn, key)], denies.clone()].concat();
        let report = report(&with(Some(key)), &with(None));
        assert!(report.contains("both allow the same"), "{report}");
    }
    let named = |is_twice: bool| {
        (0..13).map(|number| format!("u{number:02}")).map(move |name| {
            statement("Allow", &user(&name), is_twice.then_some(("aws:username", &name)))
        })
    };
    let report = report(&named(true).collect::<Vec<_>>(), &named(false).collect::<Vec<_>>());
    let reason = "the policies name more than 12 users, and no more than these are told apart";
    assert!(report.contains(reason) && !report.contains("defect"), "{report}");
}

/// `MOST_DIFFERING`: more variables at one place than are told apart in one search; with values the difference shows.
#[test]
fn more_variables_than_are_told_apart_get_values() {
    let folder = fresh_folder("limits/variables");
    let deny = |number: usize| json!({"Effect": "Deny", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::b/${{aws:PrincipalTag/k{number}}}/*")});
    let all = json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"});
    let with = |most: usize| [all.clone()].into_iter().chain((0..most).map(deny)).collect();
    write(&folder, "old.json", &with(8));
    write(&folder, "new.json", &with(7));
    let output = run_in(&folder, &["compare", "old.json", "new.json", "--format", "json"]);
    let report = serde_json::from_slice::<Value>(&output.stdout).unwrap();
    assert_eq!(report["relation"], "new-allows-more");
}

/// `MOST_STOPS`: more statements than that are counted, and the verdict is the same.
#[test]
fn of_very_many_denies_the_rest_is_counted() {
    let folder = fresh_folder("limits/stops");
    let deny = json!({"Effect": "Deny", "Action": "s3:*", "Resource": "*"});
    let files = (0..6).map(|number| format!("scp{number}.json")).collect::<Vec<_>>();
    for file in &files {
        let text =
            json!({"Version": "2012-10-17", "Statement": vec![deny.clone(); 195]}).to_string();
        fs::write(folder.join(file), text).unwrap();
    }
    write(&folder, "user.json", &json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]));
    let settings = format!(
        "bucket = 'acme-genomics'\naccount = '111122223333'\nregion = 'us-east-1'\nprefix = 'ica/'\nversioning = 'unversioned'\n\
        user = 'ica'\nidentity_policy = 'user.json'\nbucket_policy = 'none'\nscp = {files:?}\noperation = ['download-data']\n"
    );
    fs::write(folder.join("ica.toml"), settings).unwrap();
    let output = run_in(&folder, &["check", "--connection", "ica.toml", "--format", "json"]);
    let report = serde_json::from_slice::<Value>(&output.stdout).unwrap();
    assert_eq!(report["verdict"], "blocked");
    let report = report.to_string();
    assert!(report.contains("170 more statements or layers stop `s3:GetObject`"), "{report:.3000}");
}

/// Limits of quick looks, behind which a slower one follows: `MOST_PAIRS` of statements, `MOST_WALKED`, `MOST_WITHOUT_A_GLANCE`. No answer
/// depends on them.
#[test]
fn lists_on_both_sides_of_a_limit_are_compared_alike() {
    let folder = fresh_folder("limits/looks");
    let listed = |most: usize, form: &dyn Fn(usize) -> String| {
        let all = (0..most).map(form).collect::<Vec<_>>();
        json!([{"Effect": "Allow", "Action": "s3:GetObject", "Resource": all}])
    };
    for (name, sizes) in [("plain", [60, 70]), ("wild", [3, 11])] {
        let form = |number: usize| match name {
            "plain" => format!("arn:aws:s3:::b/{number}/*"),
            _ => format!("arn:aws:s3:::b/*/{number}"),
        };
        for size in sizes {
            write(&folder, "old.json", &listed(size, &form));
            write(&folder, "new.json", &listed(size - 1, &form));
            let relation = |old: &str, new: &str| {
                let arguments = ["compare", old, new, "--requests", "any", "--format", "json"];
                let output = run_in(&folder, &arguments);
                let report = serde_json::from_slice::<Value>(&output.stdout).unwrap();
                report["relation"].as_str().unwrap().to_owned()
            };
            assert_eq!(relation("old.json", "new.json"), "new-allows-less", "{name} {size}");
            assert_eq!(relation("new.json", "old.json"), "new-allows-more", "{name} {size}");
            assert_eq!(relation("old.json", "old.json"), "equal", "{name} {size}");
        }
    }
}

/// `MOST_ASSIGNMENTS` of a check: variables with more combinations of values than are tried.
#[test]
fn variables_with_more_values_than_are_combined_are_unknown() {
    let folder = fresh_folder("limits/assignments");
    let settings = "bucket = 'acme-genomics'\naccount = '111122223333'\nregion = 'us-east-1'\nprefix = 'ica/'\nversioning = 'unversioned'\n\
        user = 'ica'\nidentity_policy = 'user.json'\nbucket_policy = 'bucket.json'\noperation = ['download-data']\n";
    fs::write(folder.join("ica.toml"), settings).unwrap();
    write(&folder, "user.json", &json!([{"Effect": "Allow", "Action": "*", "Resource": "*"}]));
    let report = |values: usize| {
        let of = |tag: &str| (0..values).map(|number| format!("{tag}{number}")).collect::<Vec<_>>();
        let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject",
            "Resource": "arn:aws:s3:::acme-genomics/ica/${aws:PrincipalTag/a}/${aws:PrincipalTag/b}/*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/a": of("a"), "aws:PrincipalTag/b": of("b")}}});
        write(&folder, "bucket.json", &json!([deny]));
        stdout(&run_in(&folder, &["check", "--connection", "ica.toml"]))
    };
    let reason = "the variables have more than 64 combinations of values";
    assert!(!report(3).contains(reason));
    let report = report(9);
    assert!(report.contains("\nunknown: "), "{report}");
    let words = report.replace("\u{2502}", "");
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(reason), "{report}");
}

/// Whoever asks about a pattern has the limits of policies, in every command.
#[test]
fn a_pattern_of_a_question_has_the_limits_of_policies() {
    let folder = fresh_folder("limits/asked-patterns");
    let policy = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}}"#;
    fs::write(folder.join("p.json"), policy).unwrap();
    let pattern = |wildcards: usize| format!("arn:aws:s3:::b/{}", "*a".repeat(wildcards));
    let long = |bytes: usize| format!("arn:aws:s3:::b/{}*", "a".repeat(bytes - 16));
    let rows = [(pattern(64), 0, ""), (pattern(65), 2, "65 wildcards"), (long(8192), 0, "")];
    for (pattern, code, words) in rows.into_iter().chain([(long(8193), 2, "8193 bytes")]) {
        let who = "can --identity-policy p.json --principal arn:aws:iam::111122223333:user/a";
        let who = who.split(' ').collect::<Vec<_>>();
        let can = [&who[..], &["--action", "s3:GetObject", "--resource", &pattern]].concat();
        let line = format!(r#"{{"actions": ["s3:GetObject"], "resources": ["{pattern}"]}}"#);
        fs::write(folder.join("ask.ndjson"), line).unwrap();
        let ask = [&who[..], &["--ask", "ask.ndjson"]].concat();
        let test = format!(
            "identity_policy = 'p.json'\n[[test]]\nallow = 's3:GetObject'\non = '{pattern}'\n"
        );
        fs::write(folder.join("policy-tests.toml"), test).unwrap();
        let of_lines = if code == 0 { 0 } else { 3 };
        for (command, code) in [(&can[..], code), (&ask, of_lines), (&["test"], code)] {
            let output = run_in(&folder, command);
            let all = stdout(&output) + &stderr(&output);
            assert_eq!(output.status.code(), Some(code), "{}: {all}", command[0]);
            assert!(all.contains(words), "{}: {all}", command[0]);
        }
        let test = run_in(&folder, &["test"]);
        assert_eq!(stderr(&test).contains("help: write a shorter pattern"), code == 2);
    }
}
