//! Faults of `fix` that nothing noticed when they were planted: candidates that must fail.

use ica_policy::api::Settings;
use ica_policy::fix::{ChangeKind, Fixed, Text, Texts, fix};
use ica_policy::ica::ICA;
use serde_json::{Value, json};

const ADMIN: &str = "arn:aws:iam::111122223333:role/admin";

fn document(version: &str, statements: &Value) -> String {
    json!({"Version": version, "Statement": statements}).to_string()
}

/// `fix` for these operations, with these policies of the user and of the bucket, and more settings with their files.
fn fixed(operations: &str, user: String, bucket: String, more: &[(&str, &str)]) -> Fixed {
    let mut settings = "bucket = 'acme-genomics'\naccount = '111122223333'\nregion = 'us-east-1'\nprefix = 'ica/'\nversioning = 'unversioned'\n\
        user = 'ica'\nidentity_policy = 'user.json'\nbucket_policy = 'bucket.json'\n".to_owned();
    settings.push_str(&format!("operation = [{operations}]\n"));
    let mut list = vec![
        Text::new("user.json", "user.json", user),
        Text::new("bucket.json", "bucket.json", bucket),
    ];
    for (line, text) in more {
        settings.push_str(line);
        list.extend(
            (!text.is_empty()).then(|| Text::new("key.json", "key.json", (*text).to_owned())),
        );
    }
    fix(&ICA, &toml::from_str::<Settings>(&settings).unwrap(), &Texts { list }).unwrap()
}

fn made(fixed: &Fixed, kind: ChangeKind) -> Vec<String> {
    let edits = fixed.edits.iter().filter(|edit| edit.change.kind == kind);
    edits.map(|edit| edit.change.words()).collect()
}

fn plain_bucket() -> String {
    let grant = json!([{"Effect": "Allow", "Principal": {"AWS": ADMIN}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-genomics/*"}]);
    document("2012-10-17", &grant)
}

fn bucket(effect: &str, condition: &Value) -> String {
    let all = json!([{"Effect": effect, "Principal": "*", "Action": "s3:*",
        "Resource": ["arn:aws:s3:::acme-genomics", "arn:aws:s3:::acme-genomics/*"], "Condition": condition}]);
    document("2012-10-17", &all)
}

fn reader() -> String {
    let read = json!([{"Effect": "Allow", "Action": ["s3:GetObject", "sts:GetFederationToken"], "Resource": "*"}]);
    document("2012-10-17", &read)
}

/// An operator that ignores the case would except more callers than the one, so the proof refuses the edit of its list.
#[test]
fn an_exception_that_takes_in_others_is_not_proved() {
    let condition = json!({"StringNotEqualsIgnoreCase": {"aws:PrincipalArn": ADMIN}});
    let fixed = fixed("'download-data'", reader(), bucket("Deny", &condition), &[]);
    let excepted = made(&fixed, ChangeKind::AddException);
    assert!(excepted.iter().all(|words| !words.contains("user/ica")), "{excepted:?}");
    let is_refused = |message: &String| {
        message.starts_with("no edit could be proved") && message.contains("user/ica")
    };
    let mut told =
        fixed.left.iter().flat_map(|left| &left.decisions).map(|decision| &decision.message);
    assert!(told.any(is_refused), "{:?}", fixed.left);
}

/// A set operator on the caller's ARN is left as it is.
#[test]
fn nobody_joins_the_list_of_a_set_operator() {
    let condition = json!({"ForAnyValue:ArnNotLike": {"aws:PrincipalArn": ADMIN}});
    let fixed = fixed("'download-data'", reader(), bucket("Deny", &condition), &[]);
    assert!(fixed.edits.is_empty(), "{:?}", fixed.edits);
    assert!(!fixed.left.is_empty());
}

/// A caller that joins the list of an Allow of everything would get more than ICA needs.
#[test]
fn nobody_joins_the_list_of_a_wide_allow() {
    let condition = json!({"ArnLike": {"aws:PrincipalArn": ADMIN}});
    let fixed = fixed("'copy-into-bucket'", reader(), bucket("Allow", &condition), &[]);
    let joined = made(&fixed, ChangeKind::AddConditionValue);
    assert!(joined.is_empty(), "{joined:?}");
    assert!(!fixed.left.is_empty());
}

/// An exception from a Deny of the user's own policy that would let ICA read other buckets is left to a person.
#[test]
fn an_exception_that_frees_other_buckets_is_left() {
    let user = json!([
        {"Effect": "Allow", "Action": ["s3:GetObject", "sts:GetFederationToken"], "Resource": "*"},
        {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*", "Condition": {"ArnNotLike": {"aws:PrincipalArn": ADMIN}}},
    ]);
    let fixed = fixed("'download-data'", document("2012-10-17", &user), plain_bucket(), &[]);
    let excepted = made(&fixed, ChangeKind::AddException);
    assert!(excepted.is_empty(), "{excepted:?}");
    let mut told =
        fixed.left.iter().flat_map(|left| &left.decisions).map(|decision| &decision.message);
    assert!(
        told.any(|message| message.starts_with("the exception would also allow")),
        "{:?}",
        fixed.left
    );
}

/// A policy of the old version, in which `${aws:username}` is plain text, and what else it has.
fn of_old_version(more: &Value) -> String {
    let actions = [
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:ListBucket",
        "sts:GetFederationToken",
        "s3:RestoreObject",
        "s3:GetBucketLocation",
        "s3:GetBucketNotification",
        "s3:PutBucketNotification",
    ];
    let mut statements = vec![
        json!({"Effect": "Allow", "Action": actions, "Resource": "*"}),
        json!({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-genomics/${aws:username}/*"}),
    ];
    statements.extend((!more.is_null()).then(|| more.clone()));
    document("2008-10-17", &json!(statements))
}

/// The version would make the variable of an Allow work, and that of a Deny as well: deleting, which is allowed, would be denied.
#[test]
fn an_edit_that_makes_another_operation_worse_is_not_kept() {
    let deny = json!({"Effect": "Deny", "Action": "s3:DeleteObject",
        "Resource": ["arn:aws:s3:::acme-genomics/${aws:username}/*", "arn:aws:s3:::acme-genomics/$*"]});
    let fixed = fixed("'download-data', 'delete-data'", of_old_version(&deny), plain_bucket(), &[]);
    assert!(made(&fixed, ChangeKind::RepairVersion).is_empty(), "{:?}", fixed.edits);
    assert!(fixed.texts.list.iter().all(|text| !text.is_changed()));
}

/// The version helps the user only. The statement that its sessions need helps both, so the version stays as it was.
#[test]
fn an_edit_that_a_later_one_makes_needless_is_taken_back() {
    let fixed =
        fixed("'download-data', 'delete-data'", of_old_version(&Value::Null), plain_bucket(), &[]);
    assert!(made(&fixed, ChangeKind::RepairVersion).is_empty(), "{:?}", fixed.edits);
    assert!(fixed.left.is_empty() && fixed.edits.len() == 1, "{:?}", fixed.edits);
}

/// The need of one key is not the need of all keys: the action does not join a statement on `*`.
#[test]
fn the_use_of_one_key_is_no_use_of_all() {
    let key = "arn:aws:kms:us-east-1:111122223333:key/12345678-1234-1234-1234-123456789012";
    let of_key = json!([{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}]);
    let user = json!([
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "sts:GetFederationToken"], "Resource": "*"},
        {"Effect": "Allow", "Action": "kms:GenerateDataKey", "Resource": "*"},
    ]);
    let settings =
        format!("kms_key = '{key}'\nkms_key_policy = 'key.json'\nencryption = 'aws:kms'\n");
    let of_key = document("2012-10-17", &of_key);
    let fixed = fixed(
        "'download-data'",
        document("2012-10-17", &user),
        plain_bucket(),
        &[(&settings, &of_key)],
    );
    assert!(
        made(&fixed, ChangeKind::AddAction).iter().all(|words| !words.contains("kms:")),
        "{:?}",
        fixed.edits
    );
    assert!(fixed.texts.list[0].now.contains(key), "{}", fixed.texts.list[0].now);
}
