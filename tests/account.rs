use crate::support::run::{OF_BUCKET, fresh_folder, run_in, stderr, stdout};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Output;

fn allow(actions: &[&str], resource: &str) -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": actions, "Resource": resource}})
}

const BUCKET: &str = "arn:aws:s3:::acme-genomics";
const OBJECTS: &str = "arn:aws:s3:::acme-genomics/ica/*";
const USER: &str = "arn:aws:iam::111122223333:user/lab/ica";
const ROLE: &str = "arn:aws:iam::111122223333:role/ica";

/// A small made-up account: the user needs its inline policy, its group's, and a managed one in its default version.
fn account() -> Value {
    let managed = |name: &str, versions: Value| json!({"PolicyName": name, "Arn": format!("arn:aws:iam::111122223333:policy/{name}"), "PolicyVersionList": versions});
    let attached = |name: &str| json!({"PolicyName": name, "PolicyArn": format!("arn:aws:iam::111122223333:policy/{name}")});
    let objects = ["s3:PutObject", "s3:GetObject", "s3:RestoreObject", "s3:DeleteObject"];
    let on_bucket = [
        "s3:PutBucketNotification",
        "s3:ListBucket",
        "s3:GetBucketNotification",
        "s3:GetBucketLocation",
    ];
    json!({
        "UserDetailList": [
            {"UserName": "other", "Arn": "arn:aws:iam::111122223333:user/other", "UserPolicyList": [{"PolicyName": "all", "PolicyDocument": allow(&["*"], "*")}], "GroupList": [], "AttachedManagedPolicies": []},
            {"UserName": "ica", "Arn": USER, "GroupList": ["labs"], "AttachedManagedPolicies": [attached("objects")],
             "UserPolicyList": [{"PolicyName": "bucket", "PolicyDocument": allow(&on_bucket, BUCKET)}]},
        ],
        "GroupDetailList": [
            {"GroupName": "labs", "GroupPolicyList": [{"PolicyName": "sts", "PolicyDocument": allow(&["sts:GetFederationToken"], "*")}], "AttachedManagedPolicies": []},
        ],
        "RoleDetailList": [
            {"RoleName": "ica", "Arn": ROLE, "RolePolicyList": [], "AttachedManagedPolicies": [attached("objects")],
             "PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/limits"},
             "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/ica.example.org"}}}},
        ],
        "Policies": [
            managed("objects", json!([
                {"VersionId": "v2", "IsDefaultVersion": true, "Document": allow(&objects, OBJECTS)},
                {"VersionId": "v1", "IsDefaultVersion": false, "Document": allow(&["*"], "*")},
            ])),
            managed("limits", json!([{"VersionId": "v1", "IsDefaultVersion": true, "Document": allow(&["s3:GetObject"], "*")}])),
        ],
        "IsTruncated": false,
    })
}

fn check(name: &str, account: &Value, who: &[&str]) -> Output {
    let folder = fresh_folder(&format!("account-{name}"));
    fs::write(folder.join("account.json"), account.to_string()).unwrap();
    let common = [
        "check",
        "--versioning",
        "unversioned",
        "--identity-policy",
        "account.json",
        "--bucket-policy",
        "none",
        "--notifications",
        "none",
        "--format",
        "json",
    ];
    run_in(Path::new(&folder), &[&common[..], &OF_BUCKET, who].concat())
}

fn verdict(report: &Value, operation: &str, caller: &str) -> String {
    let operations = report["operations"].as_array().unwrap();
    let found = operations.iter().find(|known| known["id"] == operation).unwrap();
    let callers = found["callers"].as_array().unwrap();
    let caller = callers.iter().find(|known| known["caller"] == caller).unwrap();
    caller["own"].as_str().unwrap().to_owned()
}

fn report(output: &Output) -> Value {
    serde_json::from_str(&stdout(output))
        .unwrap_or_else(|error| panic!("{error}: {}", stderr(output)))
}

#[test]
fn policies_of_the_user_its_groups_and_default_versions_count() {
    let of_user = report(&check("user", &account(), &["--user", "lab/ica"]));
    for operation in [
        "validate-storage",
        "install-notifications",
        "issue-credentials",
        "upload-data",
        "delete-data",
    ] {
        assert_eq!(verdict(&of_user, operation, "iam-user"), "allowed", "{operation}");
    }
    let assumed = of_user["assumptions"].to_string();
    assert!(!assumed.contains("no-boundary"), "the answer says that there is none: {assumed}");
    // The version that is not in force, and other users, count for nothing.
    let mut less = account();
    less["Policies"][0]["PolicyVersionList"][0]["Document"] = allow(&["s3:GetObject"], OBJECTS);
    less["GroupDetailList"][0]["GroupPolicyList"] = json!([]);
    let less = report(&check("less", &less, &["--user", "lab/ica"]));
    assert_eq!(verdict(&less, "upload-data", "iam-user"), "blocked");
    assert_eq!(verdict(&less, "issue-credentials", "iam-user"), "blocked");
    assert_eq!(verdict(&less, "download-data", "iam-user"), "allowed");
}

#[test]
fn the_boundary_and_the_trust_policy_of_the_role_count() {
    let of_role = report(&check("role", &account(), &["--role", "ica"]));
    assert_eq!(verdict(&of_role, "assume-role", "oidc-role"), "allowed");
    assert_eq!(verdict(&of_role, "download-data", "oidc-role"), "allowed");
    assert_eq!(verdict(&of_role, "upload-data", "oidc-role"), "blocked");
    // Without the text of the boundary nothing is known of it.
    let mut lacking = account();
    lacking["Policies"].as_array_mut().unwrap().pop();
    let lacking = report(&check("lacking", &lacking, &["--role", "ica"]));
    assert_eq!(verdict(&lacking, "download-data", "oidc-role"), "unknown");
}

#[test]
fn what_the_answer_lacks_is_not_taken_for_nothing() {
    let says = |name: &str, account: &Value, who: &str, words: &str| {
        let output = check(name, account, &["--user", who]);
        assert_eq!(output.status.code(), Some(3), "{}", stdout(&output));
        let text = format!("{}{}", stdout(&output), stderr(&output));
        assert!(text.contains(words), "{words} is not in {text}");
    };
    says("no-path", &account(), "ica", "has no user");
    let mut no_group = account();
    no_group["GroupDetailList"] = json!([]);
    says("no-group", &no_group, "lab/ica", "does not have this group");
    let mut no_policy = account();
    no_policy["Policies"] = json!([]);
    says("no-policy", &no_policy, "lab/ica", "does not have its text");
    let mut page = account();
    page["IsTruncated"] = json!(true);
    says("page", &page, "lab/ica", "one page of several");
}
