use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Output, Stdio};

fn batch(input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ica-policy"))
        .args(["simulate", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    output
}

fn answers(output: &Output) -> Vec<Value> {
    let answers = std::str::from_utf8(&output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect::<Vec<_>>();
    answers
        .iter()
        .for_each(|answer| crate::support::holds_to_schema(answer, "simulate-answer-v1.json"));
    answers
}

fn policy(effect: &str, action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": "S1", "Effect": effect, "Action": action, "Resource": "*"}]})
}

fn request(id: Value, more: Value) -> Value {
    let mut line = json!({"id": id, "principal": "arn:aws:iam::111122223333:user/ana", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k"});
    line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    line
}

fn lines(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn one_line_in_one_line_out_in_the_same_order() {
    let input = lines(&[
        request(json!("a"), json!({"identity_policies": [policy("Allow", "s3:Get*")]})),
        request(
            json!(7),
            json!({"identity_policies": [policy("Allow", "s3:*"), policy("Deny", "s3:getobject")]}),
        ),
        request(json!("c"), json!({"identity_policies": []})),
    ]);
    let output = batch(&input);
    assert_eq!(output.status.code(), Some(0));
    let answers = answers(&output);
    assert_eq!(
        answers[0]["by"],
        json!([{"layer": "identity", "policy": 0, "statement": 0, "sid": "S1"}])
    );
    assert_eq!(
        (&answers[1]["id"], &answers[1]["decision"]),
        (&json!(7), &json!("ExplicitlyDenied"))
    );
    assert_eq!(answers[1]["by"][0]["policy"], 1);
    assert_eq!(
        (&answers[2]["id"], &answers[2]["decision"]),
        (&json!("c"), &json!("ImplicitlyDenied"))
    );
}

#[test]
fn a_bad_line_costs_one_line() {
    let good =
        request(json!("good"), json!({"identity_policies": [policy("Allow", "*")]})).to_string();
    let bad = [
        ("nonsense", "", "expected a value"),
        ("[1]", "", "a line is an object"),
        (r#"{"id": "x", "principal": "*"}"#, "action", "missing"),
        (
            r#"{"id": "x", "principal": "*", "action": "s3:Get*", "resource": "*"}"#,
            "action",
            "is no action",
        ),
        (
            r#"{"id": "x", "principal": "bob", "action": "s3:GetObject", "resource": "*"}"#,
            "principal",
            "is no caller",
        ),
        (
            r#"{"id": "x", "principal": "arn:aws:iam::111122223333:role/team/r", "action": "s3:GetObject", "resource": "*"}"#,
            "principal",
            "write `arn:aws:sts::111122223333:assumed-role/r/SESSION`",
        ),
        (
            r#"{"id": "x", "principal": "*", "action": "s3:GetObject", "resource": "*", "scp": []}"#,
            "scp",
            "there is no member `scp`",
        ),
        (
            r#"{"id": "x", "principal": "*", "action": "s3:GetObject", "resource": "*", "session_policies": []}"#,
            "session_policies",
            "empty list",
        ),
        (
            r#"{"id": "x", "principal": "*", "action": "s3:GetObject", "resource": "*", "scps": [[{"Statement": []}, 5]]}"#,
            "scps[0][1]",
            "a policy is an object",
        ),
        (
            r#"{"id": "x", "principal": "*", "action": "s3:GetObject", "resource": "*", "resource_policy": "@p"}"#,
            "resource_policy",
            "no line above defines",
        ),
        (
            r#"{"id": "x", "principal": "111122223333", "action": "s3:GetObject", "resource": "*", "context": {"aws:PrincipalAccount": "1"}}"#,
            "context.aws:PrincipalAccount",
            "this request's is `111122223333`",
        ),
        (
            r#"{"id": "x", "principal": "*", "action": "s3:GetObject", "resource": "*", "context": {"a:b": null}}"#,
            "context.a:b",
            "a value is a string",
        ),
    ];
    let input = bad.iter().map(|(line, _, _)| format!("{line}\n{good}\n")).collect::<String>();
    let output = batch(&input);
    assert_eq!(output.status.code(), Some(3));
    let answers = answers(&output);
    assert_eq!(answers.len(), 2 * bad.len());
    for ((line, path, words), pair) in bad.iter().zip(answers.chunks(2)) {
        assert_eq!(pair[0]["error"]["path"], *path, "{line}");
        assert!(
            pair[0]["error"]["message"].as_str().unwrap().contains(words),
            "{line}: {}",
            pair[0]
        );
        assert_eq!(pair[1]["decision"], "Allowed", "{line}");
    }
}

#[test]
fn policies_can_be_defined_once_and_named() {
    let input = lines(&[
        json!({"define": {"p1": policy("Allow", "s3:*")}}),
        request(json!(1), json!({"identity_policies": ["@p1"], "scps": [["@p1"]]})),
        json!({"define": {"p1": policy("Deny", "s3:*")}}),
        request(json!(2), json!({"identity_policies": ["@p1"]})),
        json!({"define": {"p1": 5}}),
    ]);
    let answers = answers(&batch(&input));
    assert_eq!(
        answers.iter().map(|answer| answer["decision"].as_str()).collect::<Vec<_>>(),
        [Some("Allowed"), Some("ExplicitlyDenied"), None]
    );
}

#[test]
fn what_aws_leaves_open_comes_with_its_readings() {
    let star = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": "*"}});
    let line = json!({"id": 1, "principal": "logging.s3.amazonaws.com", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "resource_policy": star});
    let answer = answers(&batch(&lines(&[line])))[0].clone();
    assert_eq!(answer["decision"], "Undetermined");
    let decisions = answer["readings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|reading| reading["decision"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(decisions, ["ImplicitlyDenied", "Allowed"]);
}

#[test]
fn a_key_that_the_action_does_not_have_counts_and_is_told() {
    let line = request(
        json!(1),
        json!({"context": {"s3:prefix": "a"}, "identity_policies": [policy("Allow", "s3:*")]}),
    );
    let answer = answers(&batch(&lines(&[line])))[0].clone();
    assert!(answer["why"].as_str().unwrap().contains("`s3:prefix` was given"), "{answer}");
}

#[test]
fn a_key_that_nobody_gave_is_not_told() {
    let line = request(
        json!(1),
        json!({"action": "s3:CreateJob", "resource": "*", "identity_policies": [policy("Allow", "s3:*")]}),
    );
    let answer = answers(&batch(&lines(&[line])))[0].clone();
    assert!(!answer["why"].as_str().unwrap().contains("was given"), "{answer}");
}

#[test]
fn tags_that_the_action_does_not_take_are_told() {
    let context =
        json!({"aws:TagKeys": ["a"], "aws:RequestTag/a": "1", "aws:SourceIp": "192.0.2.1"});
    let line = request(
        json!(1),
        json!({"context": context, "identity_policies": [policy("Allow", "s3:*")]}),
    );
    let answer = answers(&batch(&lines(&[line])))[0].clone();
    let why = answer["why"].as_str().unwrap();
    assert!(
        why.contains("`aws:tagkeys` was given") && why.contains("`aws:requesttag/a` was given"),
        "{answer}"
    );
    assert!(!why.contains("sourceip"), "{answer}");
}

#[test]
fn what_the_credentials_rule_out_is_told_in_its_own_words() {
    let session = "arn:aws:sts::111122223333:federated-user/app";
    let federated =
        json!({"principal": session, "action": "sts:GetFederationToken", "resource": session});
    let identity = json!({"action": "sts:GetCallerIdentity", "resource": "*"});
    let answers =
        answers(&batch(&lines(&[request(json!(1), federated), request(json!(2), identity)])));
    assert!(
        answers[0]["why"]
            .as_str()
            .unwrap()
            .starts_with("a federated session can call no operation of STS"),
        "{answers:?}"
    );
    assert!(
        answers[1]["why"].as_str().unwrap().starts_with("GetCallerIdentity needs no permission"),
        "{answers:?}"
    );
}

#[test]
fn a_token_of_an_identity_provider_assumes_the_role_that_trusts_it_and_does_nothing_else() {
    let provider = |name: &str| format!("arn:aws:iam::111122223333:oidc-provider/{name}");
    let trusted = json!({"StringEquals": {"ica.example.com:aud": "acme"}});
    let statement = json!({"Effect": "Allow", "Principal": {"Federated": provider("ica.example.com")},
        "Action": "sts:AssumeRoleWithWebIdentity", "Condition": trusted});
    let trust = json!({"Version": "2012-10-17", "Statement": [statement]});
    let ask = |who: &str, action: &str, audience: &str| {
        json!({"principal": provider(who), "action": action, "resource": "arn:aws:iam::111122223333:role/ica",
            "context": {"ica.example.com:aud": audience}, "resource_policy": trust})
    };
    let assume = "sts:AssumeRoleWithWebIdentity";
    let input = [
        ask("ica.example.com", assume, "acme"),
        ask("ica.example.com", assume, "other"),
        ask("login.example.net", assume, "acme"),
        ask("ica.example.com", "sts:AssumeRole", "acme"),
    ];
    let found = answers(&batch(&lines(&input)));
    let decisions =
        found.iter().map(|answer| answer["decision"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(decisions, ["Allowed", "ImplicitlyDenied", "ImplicitlyDenied", "ImplicitlyDenied"]);
    assert!(
        found[3]["why"].as_str().unwrap().contains("AssumeRoleWithWebIdentity only"),
        "{}",
        found[3]
    );
}

fn readings(answer: &Value) -> Vec<(&str, &str)> {
    let readings = answer["readings"].as_array().into_iter().flatten();
    readings
        .map(|reading| (reading["id"].as_str().unwrap(), reading["decision"].as_str().unwrap()))
        .collect()
}

#[test]
fn the_readings_of_an_unknown_issuer_do_not_hang_on_the_order_of_statements() {
    let user = |name: &str| json!({"AWS": format!("arn:aws:iam::111122223333:user/{name}")});
    let mut statements = vec![
        json!({"Effect": "Allow", "Principal": user("bob"), "Action": "s3:*", "Resource": "*"}),
        json!({"Effect": "Deny", "Principal": user("al"), "Action": "s3:*", "Resource": "*"}),
    ];
    let mut line = |id: u8| {
        statements.reverse();
        let bucket = json!({"Version": "2012-10-17", "Statement": statements});
        let identity = policy("Allow", "s3:PutObject");
        let members = json!({"principal": "arn:aws:sts::111122223333:federated-user/app", "identity_policies": [identity],
            "session_policies": [policy("Allow", "*")], "resource_policy": bucket});
        request(json!(id), members)
    };
    let answers = answers(&batch(&lines(&[line(1), line(2)])));
    let expected = [
        ("unknown-issuer", "ImplicitlyDenied"),
        ("unknown-issuer", "Allowed"),
        ("unknown-issuer", "ExplicitlyDenied"),
    ];
    assert_eq!(readings(&answers[0]), expected);
    assert_eq!(readings(&answers[1]), expected);
}

#[test]
fn a_session_with_too_many_possible_issuers_is_undetermined_and_quickly() {
    let statement = |number: usize| {
        let user = format!("arn:aws:iam::111122223333:user/u{number}");
        json!({"Effect": "Deny", "Principal": {"AWS": user}, "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": {"a:b": "c"}}})
    };
    let bucket =
        json!({"Version": "2012-10-17", "Statement": (0..2000).map(statement).collect::<Vec<_>>()});
    let members = json!({"principal": "arn:aws:sts::111122223333:federated-user/app", "resource_policy": bucket});
    let answer = answers(&batch(&lines(&[request(json!(1), members)])))[0].clone();
    assert_eq!(answer["decision"], "Undetermined");
    assert!(answer["why"].as_str().unwrap().contains("too many open points"), "{answer}");
}

#[test]
fn more_open_points_than_can_be_tried_are_told() {
    let deny = |condition: Value| json!({"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition});
    let statements = [
        json!({"Effect": "Allow", "Action": "*", "Resource": "*"}),
        deny(json!({"StringEquals": {"a:b": []}})),
        deny(json!({"StringEquals": {"a:c": "x"}})),
        deny(json!({"ArnLike": {"aws:PrincipalArn": "*"}})),
        json!({"Effect": "Deny", "Action": "*", "Resource": "arn:aws:*:::y"}),
    ];
    let bucket = |effect: &str, name: &str, principal: Value| json!({"Effect": effect, name: principal, "Action": "*", "Resource": "*"});
    let resource = [
        bucket("Deny", "NotPrincipal", json!({"AWS": "111122223333"})),
        bucket("Allow", "NotPrincipal", json!({"AWS": "arn:aws:iam::111122223333:user/q"})),
        bucket("Allow", "Principal", json!({"CanonicalUser": "abc"})),
        bucket("Allow", "Principal", json!("*")),
    ];
    let document = |statements: &[Value]| json!({"Version": "2012-10-17", "Statement": statements});
    let members = json!({"principal": "arn:aws:sts::111122223333:federated-user/app", "session_issuer": "arn:aws:iam::111122223333:user/ana",
        "action": "iam:GetUser", "resource": "arn:aws:iam:::x:::y", "context": {"a:c": ["x", "y"]}, "identity_policies": [document(&statements)],
        "session_policies": [policy("Allow", "ec2:*")], "resource_policy": document(&resource)});
    let answer = answers(&batch(&lines(&[request(json!(1), members)])))[0].clone();
    assert_eq!(answer["decision"], "Undetermined");
    assert!(answer["why"].as_str().unwrap().contains("too many open points"), "{answer}");
}

#[test]
fn the_member_that_is_wrong_is_named() {
    let session = "arn:aws:sts::111122223333:federated-user/app";
    let wrong = [
        (json!({"principal": "ana"}), "principal"),
        (
            json!({"principal": session, "session_issuer": "arn:aws:iam::444455556666:user/ana"}),
            "session_issuer",
        ),
        (json!({"principal": session, "session_issuer": "ana"}), "session_issuer"),
        (json!({"action": "s3:*"}), "action"),
        (json!({"resource": "bucket"}), "resource"),
        (json!({"resource": format!("arn:aws:s3:::b/{}", "a".repeat(20_000))}), "resource"),
        (json!({"resource_account": "1"}), "resource_account"),
        (json!({"context": {"aws:username": "zed"}}), "context.aws:username"),
        (json!({"context": {"a:b": "a".repeat(20_000)}}), "context.a:b"),
        (
            json!({"principal": "*", "context": {"aws:PrincipalTag/a": "1"}}),
            "context.aws:PrincipalTag/a",
        ),
        (json!({"id": {"a": 1}}), "id"),
        (json!({"id": true}), "id"),
    ];
    let input =
        wrong.iter().map(|(members, _)| request(json!(1), members.clone())).collect::<Vec<_>>();
    let output = batch(&lines(&input));
    assert_eq!(output.status.code(), Some(3));
    for (answer, (members, path)) in answers(&output).iter().zip(&wrong) {
        assert_eq!(answer["error"]["path"], *path, "{members}: {answer}");
    }
}

#[test]
fn a_definition_that_defines_nothing_is_an_error() {
    let answers = answers(&batch(&lines(&[
        json!({"define": 5}),
        json!({"define": [1]}),
        json!({"define": {}}),
    ])));
    let paths =
        answers.iter().map(|answer| answer["error"]["path"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(paths, ["define", "define"]);
}

#[test]
fn the_store_of_definitions_is_bounded_in_bytes() {
    let statement =
        json!({"Sid": "A".repeat(8 << 20), "Effect": "Allow", "Action": "s3:*", "Resource": "*"});
    let define =
        |name: &str| json!({"define": {name: {"Version": "2012-10-17", "Statement": statement}}});
    // A second policy with the same name replaces the first.
    let answers = answers(&batch(&lines(&[define("a"), define("a"), define("b")])));
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(answers[0]["error"]["message"].as_str().unwrap().contains("16 MiB"), "{answers:?}");
}

#[test]
fn a_line_beyond_the_limit_costs_one_line_and_names_it() {
    let long = format!("{{\"id\": \"{}\"}}\n", "a".repeat(17 << 20));
    let answers = answers(&batch(&format!("{long}{}\n", request(json!(2), json!({})))));
    assert!(answers[0]["error"]["message"].as_str().unwrap().contains("16 MiB"), "{answers:?}");
    assert_eq!(answers[1]["id"], 2);
}

#[test]
fn patterns_beyond_the_limits_are_refused() {
    let deny = |resource: String| json!({"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": resource}});
    for resource in
        [format!("arn:aws:s3:::{}", "a*".repeat(65)), format!("arn:aws:s3:::{}", "a".repeat(9000))]
    {
        let answer = answers(&batch(&lines(&[request(
            json!(1),
            json!({"identity_policies": [deny(resource)]}),
        )])))[0]
            .clone();
        let message = answer["error"]["message"].as_str().unwrap();
        assert!(
            message.contains("are matched") && message.contains("a limit of ica-policy"),
            "{answer}"
        );
        assert!(!message.contains("AWS would refuse"), "{answer}");
    }
}

#[test]
fn many_doubts_on_many_statements_take_neither_time_nor_memory() {
    let mut policy = json!({"Statement": vec![json!({"Effect": "Allow", "Action": "*", "Resource": "*"}); 2000]});
    for number in 0..2000 {
        policy[format!("x{number}")] = 1.into();
    }
    let mut sources = ica_policy::source::Sources::new();
    let id = sources.add_file("policy.json", policy.to_string()).unwrap();
    let document = ica_policy::input::read_policy(&mut sources, id).unwrap();
    let lowered =
        ica_policy::model::lower(&document.policy, ica_policy::model::PolicyKind::Identity);
    assert_eq!(
        lowered.policy.statements.iter().map(|statement| statement.doubts.len()).sum::<usize>(),
        2000
    );
}

#[test]
fn empty_lines_windows_lines_and_no_last_line_break_are_fine() {
    let line = request(json!(1), json!({}));
    let output = batch(&format!("\n{line}\r\n\r\n{line}"));
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(answers(&output).len(), 2);
}

#[test]
fn a_closed_pipe_ends_the_stream_cleanly() {
    let line = request(json!(1), json!({}));
    let script = format!(
        "yes '{line}' | {} simulate --batch | head -n 1; echo \"${{PIPESTATUS[1]}}\"",
        env!("CARGO_BIN_EXE_ica-policy")
    );
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.trim_end().ends_with('0') && output.stderr.is_empty(), "{text}");
}

fn single(more: &[&str]) -> Output {
    let base = [
        "simulate",
        "--principal",
        "arn:aws:iam::111122223333:user/illumina_ica_admin",
        "--action",
        "s3:GetObject",
        "--resource",
    ];
    Command::new(env!("CARGO_BIN_EXE_ica-policy"))
        .args([&base, more].concat())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .output()
        .unwrap()
}

#[test]
fn one_request_is_explained_layer_by_layer() {
    let policies = [
        "--identity-policy",
        "examples/seed-conflict/user-policy.json",
        "--resource-policy",
        "examples/seed-conflict/bucket-policy.json",
    ];
    let output = single(
        &[
            &["arn:aws:s3:::acme-genomics/ica/x", "--resource-account", "111122223333"],
            &policies[..],
        ]
        .concat(),
    );
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(
        text.starts_with("allowed: s3:GetObject on arn:aws:s3:::acme-genomics/ica/x"),
        "{text}"
    );
    assert!(
        text.contains(
            "identity     allows: statement 2 (examples/seed-conflict/user-policy.json:14:9)"
        ),
        "{text}"
    );
    let output = single(&[&["arn:aws:s3:::acme-genomics/other/x"], &policies[..]].concat());
    // The report breaks long lines.
    let text = String::from_utf8(output.stdout).unwrap().replace("\n  │ ", " ");
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("does not cover `arn:aws:s3:::acme-genomics/other/x`"), "{text}");
}

#[test]
fn wrong_requests_are_usage_errors_and_bad_files_unreadable() {
    assert_eq!(single(&["bucket"]).status.code(), Some(2));
    assert_eq!(single(&["*", "--context", "novalue"]).status.code(), Some(2));
    assert_eq!(single(&["*", "--identity-policy", "missing.json"]).status.code(), Some(3));
}

fn json_of(output: &Output) -> Value {
    let answer = serde_json::from_slice(&output.stdout).unwrap();
    crate::support::holds_to_schema(&answer, "simulate-answer-v1.json");
    answer
}

#[test]
fn a_program_that_asks_for_json_gets_json_also_when_nothing_is_decided() {
    let json = |more: &[&str]| single(&[more, &["--format", "json"]].concat());
    let wrong = json(&["bucket"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(
        json_of(&wrong)["errors"][0]["message"].as_str().unwrap().starts_with("--resource: "),
        "{wrong:?}"
    );
    let unknown = json(&["*", "--frobnicate"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        json_of(&unknown)["errors"][0]["message"].as_str().unwrap().contains("--frobnicate"),
        "{unknown:?}"
    );
    let missing = json(&["*", "--identity-policy", "missing.json"]);
    assert_eq!(missing.status.code(), Some(3));
    assert_eq!(json_of(&missing)["errors"][0]["file"], "missing.json");
}

#[test]
fn none_asserts_that_there_is_no_policy() {
    let own = [
        "arn:aws:s3:::acme-genomics/ica/x",
        "--identity-policy",
        "examples/seed-conflict/user-policy.json",
    ];
    assert_eq!(
        single(
            &[&own[..], &["--boundary", "none", "--scp", "none", "--resource-policy", "none"]]
                .concat()
        )
        .status
        .code(),
        Some(0)
    );
    assert_eq!(
        single(&[&own[..], &["--scp", "none", "examples/seed-conflict/user-policy.json"]].concat())
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn a_policy_that_aws_would_refuse_decides_nothing() {
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("lower-case-effect.json");
    std::fs::write(
        &file,
        r#"{"Statement": [{"effect": "Allow", "Action": "*", "Resource": "*"}]}"#,
    )
    .unwrap();
    let output = single(&["*", "--identity-policy", file.to_str().unwrap(), "--format", "json"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(json_of(&output)["errors"][0]["span"].is_object(), "{output:?}");
}

#[test]
fn a_key_that_was_left_out_and_matters_is_named() {
    let deny = |condition: Value| {
        let statement = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "*", "Condition": condition});
        json!({"identity_policies": [policy("Allow", "*")], "resource_policy": {"Version": "2012-10-17", "Statement": [statement]}})
    };
    let tls = json!({"Bool": {"aws:SecureTransport": "false"}});
    let mut given = request(json!("given"), deny(tls.clone()));
    given["context"] = json!({"aws:securetransport": "true"});
    let folder = "arn:aws:s3:::b/${aws:userid}/*";
    let input = lines(&[
        request(json!("tls"), deny(tls.clone())),
        given,
        request(
            json!("both"),
            deny(
                json!({"Bool": {"aws:SecureTransport": "false"}, "DateLessThan": {"aws:CurrentTime": "2026-01-01"}}),
            ),
        ),
        request(
            json!("other action"),
            json!({"action": "s3:PutObject", "identity_policies": [policy("Allow", "*")], "resource_policy":
            {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "*",
            "Condition": tls}]}}),
        ),
        request(
            json!("folder"),
            json!({"identity_policies": [{"Version": "2012-10-17", "Statement":
            [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": folder}]}],
            "resource": "arn:aws:s3:::b/AIDAEXAMPLEUSER000001/k"}),
        ),
        // No value of the key makes the pattern one of an object outside of any folder.
        request(
            json!("no folder"),
            json!({"identity_policies": [{"Version": "2012-10-17", "Statement":
            [{"Effect": "Allow", "Action": "*", "Resource": "*"}, {"Effect": "Deny", "Action": "*", "Resource": folder}]}]}),
        ),
        request(json!("null"), deny(json!({"Null": {"aws:SecureTransport": "false"}}))),
    ]);
    let answers = answers(&batch(&input));
    let why = |number: usize| answers[number]["why"].as_str().unwrap();
    let decisions =
        answers.iter().map(|answer| answer["decision"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(
        decisions,
        ["Allowed", "Allowed", "Allowed", "Allowed", "Allowed", "Allowed", "ExplicitlyDenied"]
    );
    assert!(why(0).contains("`aws:SecureTransport` was not given"), "{}", why(0));
    assert!(!why(1).contains("not given"), "{}", why(1));
    assert!(
        why(2).contains("`aws:SecureTransport`") && why(2).contains("`aws:CurrentTime`"),
        "{}",
        why(2)
    );
    assert!(!why(3).contains("not given"), "{}", why(3));
    assert!(why(4).contains("`aws:userid` was not given"), "{}", why(4));
    assert!(!why(5).contains("not given"), "{}", why(5));
}
