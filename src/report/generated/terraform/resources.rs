//! The resources and outputs of the module.

use super::words::{Switch, quoted, spaced_keys, template};
use crate::generate::{Body, CorsRule, Document, Kind, Plan};
use crate::product::{Customer, KmsKey, PlaceholderRole};
use crate::report::generated::indented;
use std::fmt::Write;

/// The resources that put the documents in force.
pub(super) fn resources(plan: &Plan, documents: &[Document]) -> String {
    let trust = documents.iter().find(|document| document.kind == Kind::TrustPolicy);
    documents.iter().map(|document| resource(plan, document, trust)).collect()
}

fn resource(plan: &Plan, document: &Document, trust: Option<&Document>) -> String {
    let bucket = || ("bucket", quoted(&plan.bucket));
    let policy = || ("policy", policy(document));
    match (&document.body, document.kind) {
        (Body::Cors(cors), _) => {
            let rules = cors.rules.iter().map(cors_rule).collect::<String>();
            let bucket = bucket().1;
            format!(
                "\nresource \"aws_s3_bucket_cors_configuration\" \"ica\" {{\n  bucket = {bucket}\n{rules}}}\n"
            )
        }
        (_, Kind::UserPolicy | Kind::RolePolicy) => {
            let name = ("name", quoted(plan.product.wording().policy_name));
            block("aws_iam_policy", &[name, policy()]) + &attached(plan, trust)
        }
        // The trust policy is part of the role.
        (_, Kind::TrustPolicy | Kind::Cors) => String::new(),
        (_, Kind::BucketPolicy) => block("aws_s3_bucket_policy", &[bucket(), policy()]),
        (_, Kind::KmsKeyPolicy) => {
            let key = plan.kms_key.as_ref().map(KmsKey::words).unwrap_or_default();
            block("aws_kms_key_policy", &[("key_id", quoted(&key)), policy()])
        }
    }
}

/// Who has the policy: the user or the role.
fn attached(plan: &Plan, trust: Option<&Document>) -> String {
    let policy = ("policy_arn", "aws_iam_policy.ica.arn".to_owned());
    let name = quoted(&plan.customer_name);
    let path = ("path", quoted(&plan.customer_path));
    match &plan.customer {
        Customer::User(_) => {
            let made = "var.create_user ? 1 : 0".to_owned();
            let user = format!("var.create_user ? aws_iam_user.ica[0].name : {name}");
            block("aws_iam_user", &[("count", made), ("name", name), path])
                + &block("aws_iam_user_policy_attachment", &[("user", user), policy])
        }
        Customer::Role(_) => {
            let trust = trust.map(|trust| ("assume_role_policy", super::resources::policy(trust)));
            let hours = ("max_session_duration", "43200".to_owned());
            let role = [("name", name), path, hours].into_iter().chain(trust);
            let role_name = ("role", "aws_iam_role.ica.name".to_owned());
            provider(plan)
                + &block("aws_iam_role", &role.collect::<Vec<_>>())
                + &block("aws_iam_role_policy_attachment", &[role_name, policy])
        }
    }
}

/// The identity provider of a role that a token opens.
fn provider(plan: &Plan) -> String {
    let Some(issuer) = plan.placeholder(PlaceholderRole::Issuer) else { return String::new() };
    let audience = plan.placeholder(PlaceholderRole::Audience).map(quoted).unwrap_or_default();
    let arguments = [
        ("count", "var.create_oidc_provider ? 1 : 0".to_owned()),
        ("url", quoted(&format!("https://{issuer}"))),
        ("client_id_list", format!("[{audience}]")),
    ];
    block("aws_iam_openid_connect_provider", &arguments)
}

/// What may exist already.
pub(super) fn switches(plan: &Plan) -> Vec<Switch> {
    match &plan.customer {
        Customer::User(_) => vec![Switch {
            name: "create_user",
            text: "Whether the module makes the user; false if the user exists",
        }],
        Customer::Role(_) if plan.placeholder(PlaceholderRole::Issuer).is_some() => vec![Switch {
            name: "create_oidc_provider",
            text: "Whether the module makes the identity provider; false if the account has it",
        }],
        Customer::Role(_) => Vec::new(),
    }
}

pub(super) fn outputs(plan: &Plan, documents: &[Document]) -> String {
    let made = |kind: Kind| documents.iter().any(|document| document.kind == kind);
    let product = plan.product.wording().product;
    let policy =
        output("policy_arn", &format!("The policy that {product} needs"), "aws_iam_policy.ica.arn");
    let has_policy = made(Kind::UserPolicy) || made(Kind::RolePolicy);
    let own = match &plan.customer {
        Customer::Role(_) if !made(Kind::RolePolicy) => String::new(),
        Customer::User(arn) => output(
            "user_arn",
            &format!(
                "The user that {product} works as; make its access key by hand, so that the secret is in no state file"
            ),
            &quoted(arn.as_str()),
        ),
        Customer::Role(_) => output(
            "role_arn",
            &format!("The role that {product} assumes: its storage credential asks for it"),
            "aws_iam_role.ica.arn",
        ),
    };
    (if has_policy { policy } else { String::new() }) + &own
}

fn output(name: &str, text: &str, value: &str) -> String {
    format!(
        "\noutput \"{name}\" {{\n  description = {}\n  value       = {value}\n}}\n",
        quoted(text)
    )
}

fn block(resource: &str, arguments: &[(&str, String)]) -> String {
    let mut text = format!("\nresource \"{resource}\" \"ica\" {{\n");
    let (long, short) = arguments.iter().partition::<Vec<_>, _>(|(_, value)| value.contains('\n'));
    let width = short.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    // Writing to a string cannot fail.
    for (name, value) in short {
        let _ = writeln!(text, "  {name:<width$} = {value}");
    }
    // `terraform fmt` aligns arguments that follow each other; a blank line separates them.
    for (name, value) in long {
        let _ = writeln!(text, "\n  {name} = {value}");
    }
    text + "}\n"
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

fn policy(document: &Document) -> String {
    let json = spaced_keys(&indented(&document.body, b"  "));
    format!("jsonencode({})", template(&json).replace('\n', "\n  "))
}
