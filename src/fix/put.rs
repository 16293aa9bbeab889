//! The calls of the AWS CLI that put edited documents into AWS. They are printed, never made.

use super::texts::{Text, Texts};
use crate::input::{ReadAs, tree_of};
use crate::model::PolicyKind;
use crate::product::setup::{KmsKey, Setup};
use crate::product::{Command, quoted};
use crate::source::FileName;
use crate::tree::Node;

const MANAGED: &str = "if it is a managed policy (its ARN is in the answer of `aws iam list-attached-user-policies`, or list-attached-role-policies)";
const REPLACED: &str =
    "replaces the whole document; the file has all statements of the one that was read";

/// The calls for the documents that were changed. `file` is the path of a document by itself.
pub fn commands(setup: &Setup, texts: &Texts, file: &dyn Fn(&Text) -> String) -> Vec<Command> {
    let changed = texts.list.iter().filter(|text| text.is_changed());
    let commands = changed.filter_map(|text| {
        let read = setup.files.iter().find(|read| read.name == FileName::from(&text.name))?;
        let path = quoted(&format!("file://{}", file(text)));
        command(setup, read.layer, read.read_as, text, &path)
    });
    commands.collect()
}

fn command(
    setup: &Setup,
    layer: PolicyKind,
    read_as: ReadAs,
    text: &Text,
    path: &str,
) -> Option<Command> {
    let root = tree_of(&text.original);
    let named = |member: &str| {
        let name = root.as_ref().and_then(|root| root.get(member)).and_then(Node::as_str);
        // The AWS CLI would take other texts for a flag or a file; IAM has no such names (IAM:reference_iam-quotas).
        let is_name = |name: &&str| {
            let letter =
                |letter: char| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter);
            !name.starts_with('-') && !name.is_empty() && name.chars().all(letter)
        };
        quoted(name.filter(is_name).unwrap_or("NAME"))
    };
    let inline = |of: &str, member: &str| {
        let flag = of.replace('_', "-");
        let (owner, policy) = (named(member), named("PolicyName"));
        format!(
            "aws iam put-{flag}-policy --{flag}-name {owner} --policy-name {policy} --policy-document {path}"
        )
    };
    let (command, note) = match (layer, read_as) {
        (PolicyKind::Resource, _) => (
            format!(
                "aws s3api put-bucket-policy{} --bucket {} --policy {path}",
                region(setup.region.as_deref()),
                quoted(&setup.bucket)
            ),
            REPLACED,
        ),
        (PolicyKind::KmsKey, _) => {
            let Some(KmsKey::Arn(key)) = &setup.kms_key else { return None };
            let (region, key) = (region(Some(key.region())), quoted(key.as_str()));
            let words = format!(
                "aws kms put-key-policy{region} --key-id {key} --policy-name default --policy {path}"
            );
            (words, REPLACED)
        }
        (PolicyKind::Identity, ReadAs::UserPolicy) => (inline("user", "UserName"), REPLACED),
        (PolicyKind::Identity, ReadAs::RolePolicy) => (inline("role", "RoleName"), REPLACED),
        (PolicyKind::Identity, ReadAs::GroupPolicy) => (inline("group", "GroupName"), REPLACED),
        (PolicyKind::Identity, _) => (
            format!(
                "aws iam create-policy-version --policy-arn ARN --set-as-default --policy-document {path}"
            ),
            MANAGED,
        ),
        _ => return None,
    };
    Some(Command { command, note })
}

/// The flag for a region. The AWS CLI may have another one by default, or none.
fn region(region: Option<&str>) -> String {
    region.map(|region| format!(" --region {}", quoted(region))).unwrap_or_default()
}
