//! Generated documents as Terraform resources.

use super::{pretty, remarks};
use crate::generate::{Body, CorsRule, Document, Generated, Kind, Plan};
use crate::product::{Customer, KmsKey};
use std::fmt::Write;

/// Where the text of the policies is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Policies {
    /// In the configuration itself.
    Inline,
    /// In separate files next to it.
    Beside,
}

/// The resources that put the documents in force.
pub fn terraform(plan: &Plan, generated: &Generated, policies: Policies) -> String {
    let mut text = String::new();
    for remark in remarks(generated) {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "# {remark}");
    }
    let trust = generated.documents.iter().find(|document| document.kind == Kind::TrustPolicy);
    for document in &generated.documents {
        let policy = expression(document, policies);
        match (&document.body, document.kind) {
            (Body::Cors(cors), _) => {
                let bucket = quoted(&plan.bucket);
                let rules = cors.rules.iter().map(cors_rule).collect::<String>();
                let _ = write!(
                    text,
                    "\nresource \"aws_s3_bucket_cors_configuration\" \"ica\" {{\n  bucket = {bucket}\n{rules}}}\n"
                );
            }
            (_, Kind::UserPolicy | Kind::RolePolicy) => {
                block(
                    &mut text,
                    "aws_iam_policy",
                    &[("name", quoted("illumina-ica-admin-policy")), ("policy", policy)],
                );
                attach(&mut text, plan, trust.map(|trust| expression(trust, policies)));
            }
            // The trust policy is part of the role.
            (_, Kind::TrustPolicy | Kind::Cors) => {}
            (_, Kind::BucketPolicy) => block(
                &mut text,
                "aws_s3_bucket_policy",
                &[("bucket", quoted(&plan.bucket)), ("policy", policy)],
            ),
            (_, Kind::KmsKeyPolicy) => {
                let key = plan.kms_key.as_ref().map(KmsKey::words).unwrap_or_default();
                block(
                    &mut text,
                    "aws_kms_key_policy",
                    &[("key_id", quoted(&key)), ("policy", policy)],
                );
            }
        }
    }
    text
}

/// Attaches the policy: to the user, who exists already, or to the role, which is created.
fn attach(text: &mut String, plan: &Plan, trust: Option<String>) {
    let policy = ("policy_arn", "aws_iam_policy.ica.arn".to_owned());
    match &plan.customer {
        Customer::User(_) => block(
            text,
            "aws_iam_user_policy_attachment",
            &[("user", quoted(plan.customer_name())), policy],
        ),
        Customer::Role(_) => {
            let made =
                [("name", quoted(plan.customer_name())), ("path", quoted(plan.customer_path()))];
            let trust = trust.map(|trust| ("assume_role_policy", trust));
            block(text, "aws_iam_role", &made.into_iter().chain(trust).collect::<Vec<_>>());
            block(
                text,
                "aws_iam_role_policy_attachment",
                &[("role", "aws_iam_role.ica.name".to_owned()), policy],
            );
        }
    }
}

fn block(text: &mut String, resource: &str, arguments: &[(&str, String)]) {
    let width = arguments.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let _ = writeln!(text, "\nresource \"{resource}\" \"ica\" {{");
    for (name, value) in arguments {
        let _ = writeln!(text, "  {name:<width$} = {value}");
    }
    text.push_str("}\n");
}

fn cors_rule(rule: &CorsRule) -> String {
    let list =
        |values: &[String]| values.iter().map(|value| quoted(value)).collect::<Vec<_>>().join(", ");
    format!(
        "\n  cors_rule {{\n    allowed_headers = [{}]\n    allowed_methods = [{}]\n    allowed_origins = [{}]\n    expose_headers  = [{}]\n  }}\n",
        list(&rule.allowed_headers),
        list(&rule.allowed_methods),
        list(&rule.allowed_origins),
        list(&rule.expose_headers)
    )
}

/// A policy as an expression. JSON is a valid expression of Terraform's language, except for
/// template marks in strings.
fn expression(document: &Document, policies: Policies) -> String {
    match policies {
        Policies::Inline => format!(
            "jsonencode({})",
            without_templates(&pretty(&document.body)).replace('\n', "\n  ")
        ),
        Policies::Beside => format!("file(\"${{path.module}}/{}\")", document.kind.file_name()),
    }
}

fn quoted(text: &str) -> String {
    without_templates(&serde_json::to_string(text).unwrap_or_default())
}

/// Escapes `${` and `%{`, which begin templates in Terraform's strings, by doubling.
fn without_templates(text: &str) -> String {
    text.replace("${", "$${").replace("%{", "%%{")
}
