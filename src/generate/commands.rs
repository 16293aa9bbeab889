//! The calls of the AWS CLI that put the documents into AWS, in the order of ICA's page (SEED steps 1 to 5 and 7; A11 for the role). They are
//! printed, never made.

use super::{Document, Kind, Plan};
use crate::model::Arn;
use crate::product::{Command, KmsKey, PlaceholderRole, quoted};

/// A call for a document: `{file}` is the document, the other names are those of [`value`].
struct Row {
    document: Kind,
    words: &'static str,
    note: &'static str,
}

const WHOLE: &str =
    "replaces the whole document: put the statements of the one in force into the file first";

const ROWS: [Row; 10] = [
    Row {
        document: Kind::Cors,
        words: "aws s3api put-bucket-cors --bucket {bucket} --cors-configuration {file}",
        note: "replaces all CORS rules of the bucket",
    },
    Row {
        document: Kind::UserPolicy,
        words: "aws iam create-policy --policy-name {policy} --policy-document {file}",
        note: "",
    },
    Row {
        document: Kind::UserPolicy,
        words: "aws iam create-user{path} --user-name {name}",
        note: "leave it out if the user exists",
    },
    Row {
        document: Kind::UserPolicy,
        words: "aws iam attach-user-policy --user-name {name} --policy-arn arn:aws:iam::{account}:policy/{policy}",
        note: "",
    },
    Row {
        document: Kind::UserPolicy,
        words: "aws iam create-access-key --user-name {name}",
        note: "prints the secret key once: keep it where only you can read it until it is entered into the storage credential",
    },
    Row {
        document: Kind::TrustPolicy,
        words: "aws iam create-open-id-connect-provider --url {issuer} --client-id-list {audience}",
        note: "leave it out if the account has the provider",
    },
    Row {
        document: Kind::TrustPolicy,
        words: "aws iam create-role{path} --role-name {name} --assume-role-policy-document {file} --max-session-duration 43200",
        note: "sessions of 12 hours",
    },
    Row {
        document: Kind::RolePolicy,
        words: "aws iam put-role-policy --role-name {name} --policy-name {policy} --policy-document {file}",
        note: "",
    },
    Row {
        document: Kind::BucketPolicy,
        words: "aws s3api put-bucket-policy --bucket {bucket} --policy {file}",
        note: WHOLE,
    },
    Row {
        document: Kind::KmsKeyPolicy,
        words: "aws kms put-key-policy --key-id {key} --policy-name default --policy {file}",
        note: WHOLE,
    },
];

/// The calls for these documents. `file` is the path of a document.
pub fn commands(
    plan: &Plan,
    documents: &[Document],
    file: &dyn Fn(Kind) -> String,
) -> Vec<Command> {
    let has = |kind: Kind| documents.iter().any(|document| document.kind == kind);
    // A role of the vendor assumes the role without an identity provider.
    let has_provider = plan.placeholder(PlaceholderRole::Issuer).is_some();
    let fits = |row: &&Row| has(row.document) && (has_provider || !row.words.contains("{issuer}"));
    let rows = ROWS.iter().filter(fits);
    rows.map(|row| Command {
        command: filled(row.words, &|name| value(plan, name, &file(row.document))),
        note: row.note,
    })
    .collect()
}

/// The words with `{name}` replaced.
fn filled(words: &str, value: &dyn Fn(&str) -> String) -> String {
    let mut parts = words.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}').unwrap_or((part, ""));
        text.push_str(&value(name));
        text.push_str(rest);
    }
    text
}

fn value(plan: &Plan, name: &str, file: &str) -> String {
    let own = plan.customer.arn();
    let placeholder = |role: PlaceholderRole| plan.placeholder(role).unwrap_or_default().to_owned();
    match name {
        "file" => quoted(&format!("file://{file}")),
        "bucket" => quoted(&plan.bucket),
        "account" => own.account().to_owned(),
        "policy" => plan.product.wording().policy_name.to_owned(),
        "name" => quoted(path_and_name(own).1),
        "path" => match path_and_name(own).0 {
            "" => String::new(),
            path => format!(" --path {}", quoted(&format!("/{path}/"))),
        },
        "issuer" => quoted(&format!("https://{}", placeholder(PlaceholderRole::Issuer))),
        "audience" => quoted(&placeholder(PlaceholderRole::Audience)),
        "key" => match &plan.kms_key {
            Some(KmsKey::Arn(arn)) => quoted(arn.as_str()),
            _ => "KEY".to_owned(),
        },
        _ => String::new(),
    }
}

/// The path of a user or role without slashes at its ends, and its name.
fn path_and_name(arn: &Arn) -> (&str, &str) {
    let whole = arn.resource().split_once('/').map_or("", |(_, rest)| rest);
    whole.rsplit_once('/').unwrap_or(("", whole))
}

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn words_are_filled() {
        let value = |name: &str| format!("<{name}>");
        assert_eq!(filled("a {b} {c}d", &value), "a <b> <c>d");
    }
}
