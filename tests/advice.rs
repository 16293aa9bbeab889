use crate::support::run::fresh_folder;
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::process::Command;

const BUCKET: &str = "arn:aws:s3:::lab-cache";
const ROLE: &str = "arn:aws:iam::079623148045:role/ica_use1_crossacct";

fn folder(name: &str) -> PathBuf {
    fresh_folder(&format!("advice/{name}"))
}

fn allow(actions: &[&str], resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": actions, "Resource": resource})
}

fn allow_to(principal: &str, actions: &[&str], resources: &[&str]) -> Value {
    json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": actions, "Resource": resources})
}

fn policy(statements: &[Value]) -> String {
    serde_json::to_string_pretty(&json!({"Version": "2012-10-17", "Statement": statements}))
        .unwrap()
}

const ON_BUCKET: [&str; 6] = [
    "s3:PutBucketNotification",
    "s3:ListBucket",
    "s3:GetBucketNotification",
    "s3:GetBucketLocation",
    "s3:ListBucketVersions",
    "s3:GetBucketVersioning",
];
const ON_OBJECTS: [&str; 6] = [
    "s3:PutObject",
    "s3:GetObject",
    "s3:RestoreObject",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:GetObjectVersion",
];
const COPIES: [&str; 4] =
    ["s3:PutObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload", "s3:GetObject"];

/// The policy of ICA's own user on the bucket, with these actions.
fn user(on_bucket: &[&str], on_objects: &[&str], objects: &str) -> String {
    policy(&[
        allow(on_bucket, BUCKET),
        allow(on_objects, objects),
        allow(&["sts:GetFederationToken"], "*"),
    ])
}

fn whole_user() -> String {
    user(&ON_BUCKET, &ON_OBJECTS, &format!("{BUCKET}/ica/*"))
}

/// The statement that ICA's page gives for copies, as many buckets have it.
fn copies() -> String {
    policy(&[allow_to(ROLE, &COPIES, &[&format!("{BUCKET}/ica/*")])])
}

/// Skips the browser upload unless `files` skips something, since no file here says anything about
/// it.
fn connection(name: &str, files: &str) -> String {
    let skip = if files.contains("skip") { "" } else { "skip = { browser-upload = '' }" };
    format!(
        "[[connection]]\nname = '{name}'\nbucket = 'lab-cache'\naccount = '111122223333'\nregion = 'us-east-1'\nprefix = 'ica/'\n\
         versioning = 'enabled'\nuser = 'ica'\n{files}\n{skip}\n"
    )
}

/// The report of `check` on these policies.
fn report(name: &str, user: &str, bucket: &str, more: &[&str]) -> String {
    let folder = folder(name);
    fs::write(folder.join("user.json"), user).unwrap();
    fs::write(folder.join("bucket.json"), bucket).unwrap();
    fs::write(
        folder.join("ica.toml"),
        connection("one", "identity_policy = 'user.json'\nbucket_policy = 'bucket.json'"),
    )
    .unwrap();
    run(&[&["check", folder.to_str().unwrap()], more].concat())
}

fn run(arguments: &[&str]) -> String {
    let binary = env!("CARGO_BIN_EXE_ica-policy");
    // So wide that no sentence is broken.
    let variables = [("NO_COLOR", "1"), ("COLUMNS", "900")];
    let output = Command::new(binary).args(arguments).env_clear().envs(variables).output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn has(text: &str, words: &[&str]) {
    for words in words {
        assert!(text.contains(words), "`{words}` is not in\n{text}");
    }
}

fn lacks(text: &str, words: &[&str]) {
    for words in words {
        assert!(!text.contains(words), "`{words}` is in\n{text}");
    }
}

#[test]
fn a_heading_says_what_is_blocked_and_what_is_not() {
    let text = report("levels", &whole_user(), &copies(), &[]);
    has(
        &text,
        &[
            "copy-into-bucket       -            -                  allowed ~\n",
            "copy-from-bucket       -            -                  allowed\n",
            "\n1. blocked: move-from-bucket (cross-account-role): `s3:DeleteObject`\n",
            "\n   leaves residue: copy-into-bucket (cross-account-role): `s3:DeleteObject`\n",
            "\nadvised, changes no verdict (--verbose shows where): ",
            "~ works, but without a step that cleans up",
        ],
    );
    let text = report("levels-skip", &whole_user(), &copies(), &["--skip", "move-from-bucket"]);
    has(
        &text,
        &[
            "\n1. leaves residue: copy-into-bucket (cross-account-role)\n",
            "; copy-into-bucket, copy-from-bucket (cross-account-role)\n",
        ],
    );
    lacks(&text, &["blocked"]);
    // Without residue there is no mark.
    let text = report(
        "no-residue",
        &whole_user(),
        &policy(&[allow_to(ROLE, &ON_OBJECTS, &[&format!("{BUCKET}/ica/*")])]),
        &[],
    );
    lacks(&text, &["~"]);
}

#[test]
fn somebody_elses_statement_is_left_alone() {
    let others = allow_to(
        "arn:aws:iam::444455556666:root",
        &["s3:List*", "s3:Get*"],
        &[BUCKET, &format!("{BUCKET}/*")],
    );
    let reports = allow_to(
        "arn:aws:iam::444455556666:root",
        &["s3:GetObject"],
        &[&format!("{BUCKET}/ica/reports/*")],
    );
    let skip = ["--skip", "copy-within-account"];
    let text = report("others", &whole_user(), &policy(&[others.clone(), reports]), &skip);
    has(
        &text,
        &[
            &format!("no statement of the bucket policy names `{ROLE}`"),
            "help: add the statement of step 7 of the ICA page, which `ica-policy generate` prints; it allows `s3:PutObject`",
            "\"Statement\": [",
        ],
    );
    lacks(&text, &["to the principals", "\n2. "]);
    // A statement that names the role is nearer than one with the right actions.
    let own = allow_to(ROLE, &COPIES[1..], &[&format!("{BUCKET}/ica/*")]);
    let text = report("own", &whole_user(), &policy(&[others, own]), &[]);
    has(&text, &["help: add `s3:PutObject`, `s3:DeleteObject`"]);
    lacks(&text, &["step 7", "444455556666"]);
}

#[test]
fn a_statement_that_goes_further_is_not_widened() {
    let advice = |name: &str, policies: &str| {
        report(name, policies, &copies(), &["--operation", "download-data"])
    };
    let text = advice("prefix", &user(&ON_BUCKET, &ON_OBJECTS[..5], &format!("{BUCKET}/ica/*")));
    has(&text, &["help: add `s3:GetObjectVersion` to this list"]);
    let text = advice("bucket", &user(&ON_BUCKET, &ON_OBJECTS[..5], &format!("{BUCKET}/*")));
    has(
        &text,
        &[
            "help: add a statement that allows `s3:GetObjectVersion` on `arn:aws:s3:::lab-cache/ica/*`",
            "; to add to the one shown would allow more than ICA needs",
        ],
    );
    let text = advice("actions", &user(&ON_BUCKET, &["s3:*"], "arn:aws:s3:::other/*"));
    has(
        &text,
        &[
            "help: add a statement that allows `s3:GetObject`, `s3:GetObjectVersion` on `arn:aws:s3:::lab-cache/ica/*`",
        ],
    );
    let both = policy(&[
        json!({"Effect": "Allow", "Principal": {"AWS": [ROLE, "arn:aws:iam::444455556666:root"]},
        "Action": COPIES[1..], "Resource": format!("{BUCKET}/ica/*")}),
    ]);
    let text = report("principals", &whole_user(), &both, &["--operation", "copy-into-bucket"]);
    has(&text, &[&format!("on `{BUCKET}/ica/*` to the principal `{ROLE}`")]);
    lacks(&text, &["to this list"]);
}

#[test]
fn what_one_addition_mends_is_one_cause() {
    let other = user(&ON_BUCKET, &ON_OBJECTS, "arn:aws:s3:::another/*");
    let text = report(
        "one-cause",
        &other,
        &copies(),
        &["--operation", "create-folder", "upload-data", "--state", "connected"],
    );
    has(
        &text,
        &[
            "\n1. blocked: create-folder, upload-data (iam-user)",
            "help: add `arn:aws:s3:::lab-cache/ica/*` to this list",
        ],
    );
    lacks(&text, &["\n2. ", "/*/`", "sample.txt/"]);
    let text = report(
        "folder",
        &other,
        &copies(),
        &["--operation", "create-folder", "--state", "connected"],
    );
    has(&text, &["does not cover `arn:aws:s3:::lab-cache/ica/new-folder/`"]);
}

#[test]
fn the_nearest_statement_is_about_the_same_kind_of_resource() {
    let text = report(
        "kind",
        &user(&ON_BUCKET, &ON_OBJECTS[..5], &format!("{BUCKET}/ica/runs/*")),
        &copies(),
        &["--operation", "download-data"],
    );
    let at = text.find("allows `s3:GetObjectVersion`").unwrap();
    has(&text[at..], &["`s3:GetObjectVersion`", "\"s3:RestoreObject\""]);
    lacks(&text[at..], &["\"s3:GetBucketLocation\""]);
}

#[test]
fn versions_are_told_once_and_no_firmer_than_known() {
    let unversioned = user(&ON_BUCKET[..4], &ON_OBJECTS[..4], &format!("{BUCKET}/ica/*"));
    let text = report("versions", &unversioned, &copies(), &[]);
    lacks(&text, &["the versioning of the bucket is enabled"]);
    has(&text, &["; `s3:GetObjectVersion` is needed for requests that name a version"]);
    let text =
        report("versions-alone", &unversioned, &copies(), &["--operation", "validate-storage"]);
    has(
        &text,
        &[
            "2. advised, changes no verdict: validate-storage (iam-user)",
            "no statement names an action that versions need",
        ],
    );
    let without = user(&ON_BUCKET, &ON_OBJECTS[..5], &format!("{BUCKET}/ica/*"));
    let text = report("versions-read", &without, &copies(), &["--operation", "download-data"]);
    has(
        &text,
        &[
            "downloads and every analysis that reads the data fail, for requests that name a version\n",
        ],
    );
    let text = report(
        "read",
        &user(&ON_BUCKET, &["s3:PutObject"], &format!("{BUCKET}/ica/*")),
        &copies(),
        &["--operation", "download-data"],
    );
    has(&text, &["downloads and every analysis that reads the data fail\n"]);
}

#[test]
fn what_waits_for_another_operation_says_for_which() {
    let without = user(&ON_BUCKET[1..], &ON_OBJECTS, &format!("{BUCKET}/ica/*"));
    let text = report("waits", &without, &copies(), &[]);
    has(
        &text,
        &[
            "state new)",
            "\n* because of install-notifications: issue-credentials, ",
            "if ICA is already connected, say --state connected",
        ],
    );
    let text = report("connected", &without, &copies(), &["--state", "connected"]);
    has(&text, &["state connected)"]);
    lacks(&text, &["* because of", "say --state"]);
    // What is needed in any state does not disappear.
    let text = report(
        "session",
        &policy(&[allow(&ON_BUCKET, BUCKET), allow(&ON_OBJECTS, &format!("{BUCKET}/ica/*"))]),
        &copies(),
        &[],
    );
    has(&text, &["\n* because of issue-credentials: "]);
    lacks(&text, &["say --state"]);
}

#[test]
fn several_connections_are_summed_up() {
    let folder = folder("several");
    fs::write(folder.join("user.json"), whole_user()).unwrap();
    fs::write(
        folder.join("little.json"),
        user(&ON_BUCKET, &ON_OBJECTS[..1], &format!("{BUCKET}/ica/*")),
    )
    .unwrap();
    fs::write(
        folder.join("bucket.json"),
        policy(&[allow_to(
            ROLE,
            &[&ON_OBJECTS[..], &COPIES].concat(),
            &[&format!("{BUCKET}/ica/*")],
        )]),
    )
    .unwrap();
    let files = |user: &str, more: &str| {
        format!("identity_policy = '{user}'\nbucket_policy = 'bucket.json'\n{more}")
    };
    let text = [
        connection("dev", &files("user.json", "")),
        connection("prod", &files("little.json", "boundary = 'none'")),
        connection("stg", &files("little.json", "")),
    ];
    fs::write(folder.join("ica.toml"), text.concat()).unwrap();
    let text = run(&["check", folder.to_str().unwrap()]);
    has(
        &text,
        &[
            "connection 1 of 3\ndev: bucket",
            "\n\nconnection 2 of 3\nprod: bucket",
            "2 of 3 connections blocked: prod, stg\n1 of 3 connections allowed: dev\ndo what is listed",
            "  no-boundary          the user (or role) has no permissions boundary (dev, stg)\n",
        ],
    );
    for words in [
        "assumed, as no file shows it",
        "no service control policy of the account's",
        "do what is listed",
    ] {
        assert_eq!(text.matches(words).count(), 1, "{words}\n{text}");
    }
    // As JSON each report is a document of its own, as before.
    let text = run(&["check", folder.to_str().unwrap(), "--format", "json"]);
    assert_eq!(text.lines().filter(|line| serde_json::from_str::<Value>(line).is_ok()).count(), 3);
}

#[test]
fn people_count_statements_from_one() {
    let folder = folder("statements");
    let (old, new) = (folder.join("old.json"), folder.join("new.json"));
    let list = allow(&["s3:ListBucket"], BUCKET);
    fs::write(&old, policy(std::slice::from_ref(&list))).unwrap();
    fs::write(&new, policy(&[list, allow(&["s3:GetObject"], &format!("{BUCKET}/ica/*"))])).unwrap();
    let text = run(&["compare", old.to_str().unwrap(), new.to_str().unwrap()]);
    has(&text, &["statement 2 (of 2) of `"]);
    let text = run(&["compare", "--format", "json", old.to_str().unwrap(), new.to_str().unwrap()]);
    has(&text, &["\"statement\":1"]);
    fs::write(
        folder.join("user.json"),
        user(&ON_BUCKET[1..], &ON_OBJECTS[1..], &format!("{BUCKET}/ica/*")),
    )
    .unwrap();
    fs::write(folder.join("ica.toml"), connection("one", "identity_policy = 'user.json'\nbucket_policy = 'none'\nskip = { copy-into-bucket = '', copy-from-bucket = '', move-from-bucket = '' }")).unwrap();
    let text = run(&["fix", folder.to_str().unwrap()]);
    has(
        &text,
        &[
            "add the action `s3:PutBucketNotification` to the first statement",
            "add the action `s3:PutObject` to statement 2\n",
        ],
    );
}
