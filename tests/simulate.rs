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
    let answers = std::str::from_utf8(&output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>();
    answers.iter().for_each(|answer| crate::support::holds_to_schema(answer, "simulate-answer-v1.json"));
    answers
}

fn policy(effect: &str, action: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": [{"Sid": "S1", "Effect": effect, "Action": action, "Resource": "*"}]})
}

fn request(id: Value, more: Value) -> Value {
    let mut line =
        json!({"id": id, "principal": "arn:aws:iam::111122223333:user/ana", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k"});
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
        request(json!(7), json!({"identity_policies": [policy("Allow", "s3:*"), policy("Deny", "s3:getobject")]})),
        request(json!("c"), json!({"identity_policies": []})),
    ]);
    let output = batch(&input);
    assert_eq!(output.status.code(), Some(0));
    let answers = answers(&output);
    assert_eq!(answers[0]["by"], json!([{"layer": "identity", "policy": 0, "statement": 0, "sid": "S1"}]));
    assert_eq!((&answers[1]["id"], &answers[1]["decision"]), (&json!(7), &json!("ExplicitlyDenied")));
    assert_eq!(answers[1]["by"][0]["policy"], 1);
    assert_eq!((&answers[2]["id"], &answers[2]["decision"]), (&json!("c"), &json!("ImplicitlyDenied")));
}

#[test]
fn a_bad_line_costs_one_line() {
    let good = request(json!("good"), json!({"identity_policies": [policy("Allow", "*")]})).to_string();
    let bad = [
        ("nonsense", "", "expected a value"),
        ("[1]", "", "a line is an object"),
        (r#"{"id": "x", "principal": "*"}"#, "action", "missing"),
        (r#"{"id": "x", "principal": "*", "action": "s3:Get*", "resource": "*"}"#, "", "is no action"),
        (r#"{"id": "x", "principal": "bob", "action": "s3:GetObject", "resource": "*"}"#, "principal", "is no caller"),
        (r#"{"id": "x", "principal": "*", "action": "s3:GetObject", "resource": "*", "scp": []}"#, "scp", "there is no member `scp`"),
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
            "",
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
        assert!(pair[0]["error"]["message"].as_str().unwrap().contains(words), "{line}: {}", pair[0]);
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
    let star =
        json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "s3:*", "Resource": "*"}});
    let line = json!({"id": 1, "principal": "*", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k", "resource_policy": star});
    let answer = answers(&batch(&lines(&[line])))[0].clone();
    assert_eq!(answer["decision"], "Undetermined");
    let decisions = answer["readings"].as_array().unwrap().iter().map(|reading| reading["decision"].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(decisions, ["ImplicitlyDenied", "Allowed"]);
}

#[test]
fn a_key_that_the_action_does_not_have_counts_and_is_told() {
    let line = request(json!(1), json!({"context": {"s3:prefix": "a"}, "identity_policies": [policy("Allow", "s3:*")]}));
    let answer = answers(&batch(&lines(&[line])))[0].clone();
    assert!(answer["why"].as_str().unwrap().contains("`s3:prefix` was given"), "{answer}");
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
    let script = format!("yes '{line}' | {} simulate --batch | head -n 1; echo \"${{PIPESTATUS[1]}}\"", env!("CARGO_BIN_EXE_ica-policy"));
    let output = Command::new("bash").args(["-c", &script]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.trim_end().ends_with('0') && output.stderr.is_empty(), "{text}");
}

fn single(more: &[&str]) -> Output {
    let base = ["simulate", "--principal", "arn:aws:iam::111122223333:user/illumina_ica_admin", "--action", "s3:GetObject", "--resource"];
    Command::new(env!("CARGO_BIN_EXE_ica-policy"))
        .args([&base, more].concat())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .output()
        .unwrap()
}

#[test]
fn one_request_is_explained_layer_by_layer() {
    let policies =
        ["--identity-policy", "examples/seed-conflict/user-policy.json", "--resource-policy", "examples/seed-conflict/bucket-policy.json"];
    let output = single(&[&["arn:aws:s3:::acme-genomics/ica/x", "--resource-account", "111122223333"], &policies[..]].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.starts_with("allowed: s3:GetObject on arn:aws:s3:::acme-genomics/ica/x"), "{text}");
    assert!(text.contains("identity     allows: statement 1 (examples/seed-conflict/user-policy.json:14:9)"), "{text}");
    let output = single(&[&["arn:aws:s3:::acme-genomics/other/x"], &policies[..]].concat());
    // The drawing breaks long lines.
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
