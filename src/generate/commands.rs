//! The calls of the AWS CLI that put the documents into AWS, in the order of ICA's page (SEED steps 1 to 5 and 7; A11 for the role). They are
//! printed, never made.

use super::notes::open_placeholders;
use super::parameters::pascal;
use super::{Document, Kind, Plan};
use crate::product::{Command, KmsKey, PlaceholderRole, quoted};

/// What puts the documents into AWS.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Puts {
    /// A call for each document.
    Calls,
    /// The module in the folder of the documents.
    Terraform,
    /// The template there, and calls for what a template cannot set.
    CloudFormation,
}

use Puts::{Calls, CloudFormation, Terraform};

/// A call for a document: `{file}` is the document, the other names are those of [`value`].
struct Row {
    document: Kind,
    by: &'static [Puts],
    words: &'static str,
    note: &'static str,
}

const WHOLE: &str =
    "replaces the whole document: put the statements of the one in force into the file first";

const OPEN: &str =
    "not before the placeholders have values: --set gives them, and --force writes the files again";

/// What makes all of a template.
const TEMPLATES: [(Puts, &str, &str); 3] = [
    (Terraform, "terraform -chdir={folder} init", ""),
    (
        Terraform,
        "terraform -chdir={folder} apply{variables}",
        "replaces the policy and the CORS rules that the bucket has, and the policy of the key; README.md tells about it",
    ),
    (
        CloudFormation,
        "aws cloudformation deploy{region} --stack-name illumina-{product} --template-file {template} --capabilities CAPABILITY_NAMED_IAM{overrides}",
        "fails where the bucket has a policy: put the statements of both into the template and take the old one away first",
    ),
];

const ROWS: [Row; 10] = [
    Row {
        document: Kind::Cors,
        by: &[Calls, CloudFormation],
        words: "aws s3api put-bucket-cors{region} --bucket {bucket} --cors-configuration {file}",
        note: "replaces all CORS rules of the bucket",
    },
    Row {
        document: Kind::UserPolicy,
        by: &[Calls],
        words: "aws iam create-policy --policy-name {policy} --policy-document {file}",
        note: "",
    },
    Row {
        document: Kind::UserPolicy,
        by: &[Calls],
        words: "aws iam create-user{path} --user-name {name}",
        note: "leave it out if the user exists",
    },
    Row {
        document: Kind::UserPolicy,
        by: &[Calls],
        words: "aws iam attach-user-policy --user-name {name} --policy-arn arn:{partition}:iam::{account}:policy/{policy}",
        note: "",
    },
    Row {
        document: Kind::UserPolicy,
        by: &[Calls, Terraform, CloudFormation],
        words: "aws iam create-access-key --user-name {name}",
        note: "prints the secret key once: keep it where only you can read it until it is entered into the storage credential",
    },
    Row {
        document: Kind::TrustPolicy,
        by: &[Calls],
        words: "aws iam create-open-id-connect-provider --url {issuer} --client-id-list {audience}",
        note: "leave it out if the account has the provider",
    },
    Row {
        document: Kind::TrustPolicy,
        by: &[Calls],
        words: "aws iam create-role{path} --role-name {name} --assume-role-policy-document {file} --max-session-duration 43200",
        note: "sessions of 12 hours",
    },
    Row {
        document: Kind::RolePolicy,
        by: &[Calls],
        words: "aws iam put-role-policy --role-name {name} --policy-name {policy} --policy-document {file}",
        note: "",
    },
    Row {
        document: Kind::BucketPolicy,
        by: &[Calls],
        words: "aws s3api put-bucket-policy{region} --bucket {bucket} --policy {file}",
        note: WHOLE,
    },
    Row {
        document: Kind::KmsKeyPolicy,
        by: &[Calls, CloudFormation],
        words: "aws kms put-key-policy{region} --key-id {key} --policy-name default --policy {file}",
        note: WHOLE,
    },
];

/// The calls for these documents. `file` is the path of a document, or of another file in its folder.
pub fn commands(
    plan: &Plan,
    documents: &[Document],
    by: Puts,
    file: &dyn Fn(&str) -> String,
) -> Vec<Command> {
    let has = |kind: Kind| documents.iter().any(|document| document.kind == kind);
    // A role of the vendor assumes the role without an identity provider.
    let has_provider = plan.placeholder(PlaceholderRole::Issuer).is_some();
    let fits = |row: &&Row| {
        has(row.document)
            && row.by.contains(&by)
            && (has_provider || !row.words.contains("{issuer}"))
    };
    let rows = ROWS.iter().filter(fits).map(|row| (row.document.file_name(), row.words, row.note));
    let whole = TEMPLATES.iter().filter(|(puts, ..)| *puts == by);
    let whole = whole.map(|(_, words, note)| ("", *words, *note));
    let open = open_placeholders(documents, plan).into_iter();
    let open = open.map(|open| open.name.to_lowercase()).collect::<Vec<_>>();
    let is_open = |name: &str| !open.is_empty() && name == Kind::TrustPolicy.file_name();
    let command = |(name, words, note): (&str, &str, &'static str)| Command {
        command: filled(words, &|part| value(plan, &open, part, name, file)),
        note: if is_open(name) { OPEN } else { note },
    };
    whole.chain(rows).map(command).collect()
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

/// `open` are the parameters of templates that have no value yet.
fn value(
    plan: &Plan,
    open: &[String],
    part: &str,
    document: &str,
    file: &dyn Fn(&str) -> String,
) -> String {
    let own = plan.customer.arn();
    let placeholder = |role: PlaceholderRole| plan.placeholder(role).unwrap_or_default().to_owned();
    match part {
        "file" => quoted(&format!("file://{}", file(document))),
        "folder" => quoted(&file("")),
        "template" => quoted(&file(&format!("{}.template.json", plan.product.wording().lower()))),
        "product" => plan.product.wording().lower(),
        "region" => {
            plan.region.iter().map(|region| format!(" --region {}", quoted(region))).collect()
        }
        "variables" => open.iter().map(|name| format!(" -var {name}=VALUE")).collect(),
        "overrides" if open.is_empty() => String::new(),
        "overrides" => {
            let value = |name: &String| format!(" {}=VALUE", pascal(name));
            " --parameter-overrides".to_owned() + &open.iter().map(value).collect::<String>()
        }
        "partition" => own.partition().to_owned(),
        "bucket" => quoted(&plan.bucket),
        "account" => own.account().to_owned(),
        "policy" => plan.product.wording().policy_name.to_owned(),
        "name" => quoted(&plan.customer_name),
        "path" => match plan.customer_path.as_str() {
            "/" => String::new(),
            path => format!(" --path {}", quoted(path)),
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

#[cfg(test)]
mod tests {
    use super::filled;

    #[test]
    fn words_are_filled() {
        let value = |name: &str| format!("<{name}>");
        assert_eq!(filled("a {b} {c}d", &value), "a <b> <c>d");
    }
}
