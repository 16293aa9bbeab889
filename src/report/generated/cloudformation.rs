//! Generated documents as a CloudFormation template in JSON.

use super::{pretty, remarks};
use crate::generate::{Body, CorsRule, Generated, Kind, Plan, PolicyDocument};
use crate::product::Customer;
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Template<'a> {
    #[serde(rename = "AWSTemplateFormatVersion")]
    version: &'static str,
    description: String,
    metadata: Metadata<'a>,
    resources: Resources<'a>,
}

/// What a template cannot set by a resource of its own: CORS and the key policy are properties of
/// the bucket and the key, which exist already.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata<'a> {
    notes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bucket_cors_configuration: Option<Cors<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_policy: Option<&'a PolicyDocument>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Cors<'a> {
    cors_rules: Vec<Rule<'a>>,
}

/// A CORS rule. It differs from S3's own form in one name.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Rule<'a> {
    allowed_headers: &'a [String],
    allowed_methods: &'a [String],
    allowed_origins: &'a [String],
    exposed_headers: &'a [String],
}

/// Resources in the order in which they were added.
struct Resources<'a>(Vec<(&'static str, Resource<'a>)>);

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Resource<'a> {
    r#type: &'static str,
    properties: Properties<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase", rename_all_fields = "PascalCase", untagged)]
enum Properties<'a> {
    Policy {
        description: &'static str,
        policy_document: &'a PolicyDocument,
        #[serde(skip_serializing_if = "Option::is_none")]
        users: Option<[&'a str; 1]>,
        #[serde(skip_serializing_if = "Option::is_none")]
        roles: Option<[Ref; 1]>,
    },
    Role {
        role_name: &'a str,
        path: &'a str,
        assume_role_policy_document: &'a PolicyDocument,
    },
    BucketPolicy {
        bucket: &'a str,
        policy_document: &'a PolicyDocument,
    },
}

#[derive(Serialize)]
struct Ref {
    #[serde(rename = "Ref")]
    name: &'static str,
}

impl Serialize for Resources<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        self.0.iter().try_for_each(|(name, resource)| map.serialize_entry(name, resource))?;
        map.end()
    }
}

/// The template that puts the documents in force.
pub fn cloudformation(plan: &Plan, generated: &Generated) -> String {
    let template = Template {
        version: "2010-09-09",
        description: format!(
            "What Illumina Connected Analytics needs of the bucket {}",
            plan.bucket
        ),
        metadata: metadata(generated),
        resources: Resources(resources(plan, generated)),
    };
    pretty(&template) + "\n"
}

fn metadata(generated: &Generated) -> Metadata<'_> {
    let cors =
        generated.cors().map(|cors| Cors { cors_rules: cors.rules.iter().map(rule_of).collect() });
    let key_policy = generated.policy(Kind::KmsKeyPolicy);
    let cors_note = cors.as_ref().map(|_| {
        place("BucketCorsConfiguration", "CorsConfiguration of the bucket's AWS::S3::Bucket")
    });
    let key_note = key_policy.map(|_| place("KeyPolicy", "KeyPolicy of the key's AWS::KMS::Key"));
    let notes = remarks(generated).chain(cors_note).chain(key_note).collect();
    Metadata { notes, bucket_cors_configuration: cors, key_policy }
}

fn rule_of(rule: &CorsRule) -> Rule<'_> {
    let CorsRule { allowed_headers, allowed_methods, allowed_origins, expose_headers } = rule;
    Rule { allowed_headers, allowed_methods, allowed_origins, exposed_headers: expose_headers }
}

fn place(name: &str, property: &str) -> String {
    format!("note: Metadata.{name} is not a resource of its own: it belongs in {property}")
}

fn resources<'a>(plan: &'a Plan, generated: &'a Generated) -> Vec<(&'static str, Resource<'a>)> {
    let mut resources = Vec::new();
    for document in &generated.documents {
        let Body::Policy(policy) = &document.body else { continue };
        let resource = match document.kind {
            Kind::UserPolicy | Kind::RolePolicy => {
                ("IcaPolicy", "AWS::IAM::ManagedPolicy", own_policy(plan, policy))
            }
            Kind::TrustPolicy => ("IcaRole", "AWS::IAM::Role", role(plan, policy)),
            Kind::BucketPolicy => {
                let properties =
                    Properties::BucketPolicy { bucket: &plan.bucket, policy_document: policy };
                ("IcaBucketPolicy", "AWS::S3::BucketPolicy", properties)
            }
            Kind::KmsKeyPolicy | Kind::Cors => continue,
        };
        let (name, r#type, properties) = resource;
        resources.push((name, Resource { r#type, properties }));
    }
    resources
}

fn own_policy<'a>(plan: &'a Plan, policy_document: &'a PolicyDocument) -> Properties<'a> {
    let is_user = matches!(plan.customer, Customer::User(_));
    Properties::Policy {
        description: "What Illumina Connected Analytics needs",
        policy_document,
        users: is_user.then(|| [plan.customer_name()]),
        roles: (!is_user).then_some([Ref { name: "IcaRole" }]),
    }
}

fn role<'a>(plan: &'a Plan, assume_role_policy_document: &'a PolicyDocument) -> Properties<'a> {
    Properties::Role {
        role_name: plan.customer_name(),
        path: plan.customer_path(),
        assume_role_policy_document,
    }
}
