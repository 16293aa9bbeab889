//! Recognises files that people give instead of a policy, by their first lines or their members.
//!
//! Their words are not repeated: a file of another form may be any file of the machine, and the report may be public.

use crate::tree::{Node, Value};

/// A form that is no policy.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct OtherForm {
    /// What it is, as a sentence goes on after "it is".
    pub what: &'static str,
    /// What to give instead.
    pub help: &'static str,
}

/// Lines that are looked at.
const MOST_LINES: usize = 40;

/// How a line of a form begins, or what it holds anywhere.
enum Mark {
    Starts(&'static str),
    Holds(&'static str),
}

use Mark::{Holds, Starts};

const CLOUDFORMATION: OtherForm = OtherForm {
    what: "a CloudFormation template",
    help: "give the policy that AWS has after the deployment, as `aws s3api get-bucket-policy` or `aws iam get-policy-version` prints it",
};

const NOTIFICATIONS: OtherForm =
    OtherForm { what: "event notifications", help: "give it with --notifications" };

/// Forms of text that is not JSON, recognised by marks in their lines. The first match counts.
const TEXTS: &[(&[Mark], OtherForm)] = &[
    (
        &[Holds("An error occurred (")],
        OtherForm {
            what: "the text of an error of the AWS CLI",
            help: "the call that should have written it failed: run it again and look at its error, or paste the error to `ica-policy explain`",
        },
    ),
    (
        &[Starts("<?xml"), Starts("<Error>"), Starts("<CORSConfiguration")],
        OtherForm { what: "XML", help: "give the JSON that the AWS CLI prints" },
    ),
    (
        &[Starts("<!DOCTYPE"), Starts("<html")],
        OtherForm { what: "a page of HTML", help: "save the policy's text, not the page it is on" },
    ),
    (
        &[Starts("AWSTemplateFormatVersion"), Starts("Resources:"), Holds("Type: AWS::")],
        CLOUDFORMATION,
    ),
    (
        &[
            Starts("resource \""),
            Starts("data \""),
            Starts("module \""),
            Starts("variable \""),
            Starts("locals {"),
            Starts("terraform {"),
        ],
        OtherForm {
            what: "Terraform's language",
            help: "give the policy as JSON: `terraform show -json` of the state has it, and so does AWS after the deployment",
        },
    ),
    (
        &[Starts("Version:"), Starts("Statement:"), Starts("---"), Starts("- Effect:")],
        OtherForm { what: "YAML", help: "convert it to JSON, the only form that AWS stores" },
    ),
];

/// JSON objects that are not policies, each recognised by one of its members. The first match counts.
const OBJECTS: &[(&str, OtherForm)] = &[
    ("AWSTemplateFormatVersion", CLOUDFORMATION),
    ("Resources", CLOUDFORMATION),
    (
        "planned_values",
        OtherForm {
            what: "a plan of Terraform",
            help: "give one policy of it: the text of `policy` of the planned resource",
        },
    ),
    (
        "terraform_version",
        OtherForm {
            what: "a state of Terraform",
            help: "give one policy of it: the text of `policy` of the resource",
        },
    ),
    (
        "AttachedPolicies",
        OtherForm {
            what: "the answer of `aws iam list-attached-user-policies` or of its like, which has names only",
            help: "give the answer of `aws iam get-policy-version` for each policy that it names",
        },
    ),
    (
        "PolicyNames",
        OtherForm {
            what: "the answer of `aws iam list-user-policies` or of its like, which has names only",
            help: "give the answer of `aws iam get-user-policy` for each policy that it names",
        },
    ),
    ("CORSRules", OtherForm { what: "a CORS configuration", help: "give it with --cors" }),
    (
        "PublicAccessBlockConfiguration",
        OtherForm { what: "Block Public Access", help: "give it with --public-access-block" },
    ),
    (
        "ServerSideEncryptionConfiguration",
        OtherForm { what: "the bucket's encryption", help: "give it with --bucket-encryption" },
    ),
    ("QueueConfigurations", NOTIFICATIONS),
    ("TopicConfigurations", NOTIFICATIONS),
];

/// What a text is, if it is one of the forms that people mix up with policies.
pub(super) fn of_text(text: &str) -> Option<OtherForm> {
    let lines = || text.lines().map(str::trim_start).take(MOST_LINES);
    let has = |mark: &Mark| match mark {
        Starts(start) => lines().any(|line| line.starts_with(start)),
        Holds(words) => lines().any(|line| line.contains(words)),
    };
    TEXTS.iter().find(|(marks, _)| marks.iter().any(has)).map(|(_, form)| *form)
}

/// What an object is, if it is one of the forms that people mix up with policies.
pub(super) fn of_object(root: &Node) -> Option<OtherForm> {
    let Value::Object(members) = &root.value else { return None };
    let has = |name: &str| members.iter().any(|member| &*member.name.text == name);
    OBJECTS.iter().find(|(name, _)| has(name)).map(|(_, form)| *form)
}
