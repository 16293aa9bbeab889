//! Generated documents as a CloudFormation template in JSON, with parameters.

use super::{pretty, remarks};
use crate::generate::{
    Body, CorsRule, Generated, Kind, Parameter, Part, Plan, PolicyDocument, Principal, Statement,
    generate, parameters, parts, pascal,
};
use crate::product::{Customer, PlaceholderRole};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// A value of the template. Maps keep their order.
enum Value {
    Text(String),
    Number(u32),
    List(Vec<Value>),
    Map(Vec<(String, Value)>),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Text(text) => serializer.serialize_str(text),
            Value::Number(number) => serializer.serialize_u32(*number),
            Value::List(values) => serializer.collect_seq(values),
            Value::Map(members) => {
                let mut map = serializer.serialize_map(Some(members.len()))?;
                members.iter().try_for_each(|(name, value)| map.serialize_entry(name, value))?;
                map.end()
            }
        }
    }
}

fn text(text: impl Into<String>) -> Value {
    Value::Text(text.into())
}

fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn reference(name: &str) -> Value {
    map([("Ref", text(name))])
}

fn texts(values: &[String]) -> Value {
    Value::List(values.iter().map(text).collect())
}

/// The template that puts the documents in force. `generated` are the documents of the plan with its own values.
pub fn cloudformation(plan: &Plan, generated: &Generated) -> String {
    let (marked, parameters) = parameters(plan);
    let wording = plan.product.wording();
    let made = generate(&marked);
    let resources = resources(&marked, &made);
    let outputs = outputs(&marked, &made);
    let printed = pretty(&resources) + &pretty(&outputs);
    let is_used = |parameter: &&Parameter| {
        let name = pascal(&parameter.name);
        printed.contains(&format!("${{{name}}}"))
            || printed.contains(&format!("\"Ref\": \"{name}\""))
    };
    let declared = parameters.iter().filter(is_used).map(declared);
    let declared = declared.chain(switches(&marked)).collect();
    let conditions = switches(&marked).map(|(name, _)| {
        let is_true = Value::List(vec![reference(&name), text("true")]);
        (format!("Must{name}"), map([("Fn::Equals", is_true)]))
    });
    let conditions = conditions.collect::<Vec<_>>();
    let mut template = vec![
        ("AWSTemplateFormatVersion".to_owned(), text("2010-09-09")),
        ("Description".to_owned(), text(format!("What {} needs of a bucket", wording.product))),
        ("Metadata".to_owned(), metadata(generated)),
        ("Parameters".to_owned(), Value::Map(declared)),
    ];
    if !conditions.is_empty() {
        template.push(("Conditions".to_owned(), Value::Map(conditions)));
    }
    template.push(("Resources".to_owned(), resources));
    template.push(("Outputs".to_owned(), outputs));
    pretty(&Value::Map(template)) + "\n"
}

fn declared(parameter: &Parameter) -> (String, Value) {
    let Parameter { name, text: what, default, pattern } = parameter;
    let mut members =
        vec![("Type".to_owned(), text("String")), ("Description".to_owned(), text(what.as_str()))];
    members.extend(default.iter().map(|value| ("Default".to_owned(), text(value.as_str()))));
    members.push(("AllowedPattern".to_owned(), text(*pattern)));
    (pascal(name), Value::Map(members))
}

/// The parameters that say whether something that may exist already is made.
fn switches(plan: &Plan) -> impl Iterator<Item = (String, Value)> {
    let switch = match plan.customer {
        Customer::User(_) => Some(("CreateUser", "false if the user exists")),
        Customer::Role(_) => plan
            .placeholder(PlaceholderRole::Issuer)
            .map(|_| ("CreateOidcProvider", "false if the account has the identity provider")),
    };
    let declared = |(name, what): (&str, &str)| {
        let values = Value::List(vec![text("true"), text("false")]);
        let members = [
            ("Type", text("String")),
            ("Description", text(what)),
            ("Default", text("true")),
            ("AllowedValues", values),
        ];
        (name.to_owned(), map(members))
    };
    switch.map(declared).into_iter()
}

/// A text with references in the place of its marks.
fn filled(value: &str) -> Value {
    match parts(value).as_slice() {
        [Part::Text(plain)] if !plain.contains("${") => text(*plain),
        [Part::Parameter(name)] => reference(&pascal(name)),
        parts => map([("Fn::Sub", text(substituted(parts)))]),
    }
}

/// What `Fn::Sub` makes the text of: `${!` stands for `${` (CloudFormation: Fn::Sub).
fn substituted(parts: &[Part<'_>]) -> String {
    let part = |part: &Part<'_>| match part {
        Part::Text(text) => text.replace("${", "${!"),
        Part::Parameter(name) => format!("${{{}}}", pascal(name)),
    };
    parts.iter().map(part).collect()
}

fn filled_all(values: &[String]) -> Value {
    Value::List(values.iter().map(|value| filled(value)).collect())
}

/// A policy. A name of a member cannot be a function, so a policy with a mark in one is a text.
fn policy(document: &PolicyDocument) -> Value {
    let mut keys = document
        .statement
        .iter()
        .flat_map(|statement| statement.condition.values().flat_map(|keys| keys.keys()));
    if keys.any(|key| parts(key).iter().any(|part| matches!(part, Part::Parameter(_)))) {
        // Strings, lists and maps can always be serialised.
        let one_line = serde_json::to_string(document).unwrap_or_default();
        return map([("Fn::Sub", text(substituted(&parts(&one_line))))]);
    }
    let statements = document.statement.iter().map(statement).collect();
    map([("Version", text(document.version)), ("Statement", Value::List(statements))])
}

fn statement(statement: &Statement) -> Value {
    let Statement { sid, effect, principal, action, resource, condition } = statement;
    let mut members = vec![("Sid".to_owned(), text(sid)), ("Effect".to_owned(), text(*effect))];
    let principal = principal.as_ref().map(|principal| match principal {
        Principal::Aws(who) => map([("AWS", filled(who))]),
        Principal::Federated(who) => map([("Federated", filled(who))]),
    });
    members.extend(principal.map(|principal| ("Principal".to_owned(), principal)));
    members.push(("Action".to_owned(), texts(action)));
    if !resource.is_empty() {
        members.push(("Resource".to_owned(), filled_all(resource)));
    }
    if !condition.is_empty() {
        let keys = |keys: &std::collections::BTreeMap<String, Vec<String>>| {
            Value::Map(keys.iter().map(|(key, values)| (key.clone(), filled_all(values))).collect())
        };
        let operators =
            condition.iter().map(|(operator, of)| ((*operator).to_owned(), keys(of))).collect();
        members.push(("Condition".to_owned(), Value::Map(operators)));
    }
    Value::Map(members)
}

/// What a template cannot set by a resource of its own: CORS and the key policy are properties of
/// the bucket and the key, which exist already.
fn metadata(generated: &Generated) -> Value {
    let cors = generated.cors().map(|cors| {
        let rules = cors.rules.iter().map(rule).collect();
        map([("CorsRules", Value::List(rules))])
    });
    let key_policy = generated.policy(Kind::KmsKeyPolicy).map(policy);
    let cors_note = cors.as_ref().map(|_| {
        place("BucketCorsConfiguration", "CorsConfiguration of the bucket's AWS::S3::Bucket")
    });
    let key_note =
        key_policy.as_ref().map(|_| place("KeyPolicy", "KeyPolicy of the key's AWS::KMS::Key"));
    let notes = remarks(generated).chain(cors_note).chain(key_note).map(text).collect();
    let mut members = vec![("Notes".to_owned(), Value::List(notes))];
    members.extend(cors.map(|cors| ("BucketCorsConfiguration".to_owned(), cors)));
    members.extend(key_policy.map(|policy| ("KeyPolicy".to_owned(), policy)));
    Value::Map(members)
}

/// A CORS rule. It differs from S3's own form in one name.
fn rule(rule: &CorsRule) -> Value {
    map([
        ("AllowedHeaders", texts(&rule.allowed_headers)),
        ("AllowedMethods", texts(&rule.allowed_methods)),
        ("AllowedOrigins", texts(&rule.allowed_origins)),
        ("ExposedHeaders", texts(&rule.expose_headers)),
    ])
}

fn place(name: &str, property: &str) -> String {
    format!("note: Metadata.{name} is not a resource of its own: it belongs in {property}")
}

fn resources(plan: &Plan, generated: &Generated) -> Value {
    let mut resources = Vec::new();
    for document in &generated.documents {
        let Body::Policy(policy) = &document.body else { continue };
        match document.kind {
            Kind::UserPolicy => {
                resources.push(user(plan));
                let user =
                    vec![text("MustCreateUser"), reference("IcaUser"), filled(&plan.customer_name)];
                let user = map([("Fn::If", Value::List(user))]);
                let users = ("Users", Value::List(vec![user]));
                resources.push(own_policy(policy, users));
            }
            Kind::RolePolicy => {
                let roles = ("Roles", Value::List(vec![reference("IcaRole")]));
                resources.push(own_policy(policy, roles));
            }
            Kind::TrustPolicy => {
                resources.extend(provider(plan));
                resources.push(role(plan, policy));
            }
            Kind::BucketPolicy => resources.push(bucket_policy(plan, policy)),
            Kind::KmsKeyPolicy | Kind::Cors => {}
        }
    }
    Value::Map(resources)
}

fn resource<const N: usize>(
    name: &str,
    kind: &str,
    more: [(&str, Value); N],
    properties: Value,
) -> (String, Value) {
    let mut members = vec![("Type".to_owned(), text(kind))];
    members.extend(more.into_iter().map(|(name, value)| (name.to_owned(), value)));
    members.push(("Properties".to_owned(), properties));
    (name.to_owned(), Value::Map(members))
}

fn user(plan: &Plan) -> (String, Value) {
    let properties =
        map([("UserName", filled(&plan.customer_name)), ("Path", filled(&plan.customer_path))]);
    resource("IcaUser", "AWS::IAM::User", [("Condition", text("MustCreateUser"))], properties)
}

fn own_policy(document: &PolicyDocument, whose: (&str, Value)) -> (String, Value) {
    let properties = map([
        ("Description", text("What Illumina Connected Analytics needs")),
        ("PolicyDocument", policy(document)),
        whose,
    ]);
    resource("IcaPolicy", "AWS::IAM::ManagedPolicy", [], properties)
}

fn provider(plan: &Plan) -> Option<(String, Value)> {
    let issuer = plan.placeholder(PlaceholderRole::Issuer)?;
    let audience = plan.placeholder(PlaceholderRole::Audience).map(filled);
    let properties = map([
        ("Url", filled(&format!("https://{issuer}"))),
        ("ClientIdList", Value::List(audience.into_iter().collect())),
    ]);
    let condition = [("Condition", text("MustCreateOidcProvider"))];
    Some(resource("IcaProvider", "AWS::IAM::OIDCProvider", condition, properties))
}

fn role(plan: &Plan, trust: &PolicyDocument) -> (String, Value) {
    let properties = map([
        ("RoleName", filled(&plan.customer_name)),
        ("Path", filled(&plan.customer_path)),
        ("MaxSessionDuration", Value::Number(43200)),
        ("AssumeRolePolicyDocument", policy(trust)),
    ]);
    resource("IcaRole", "AWS::IAM::Role", [], properties)
}

fn bucket_policy(plan: &Plan, document: &PolicyDocument) -> (String, Value) {
    let properties = map([("Bucket", filled(&plan.bucket)), ("PolicyDocument", policy(document))]);
    resource("IcaBucketPolicy", "AWS::S3::BucketPolicy", [], properties)
}

fn outputs(plan: &Plan, generated: &Generated) -> Value {
    let made = |kind: Kind| generated.policy(kind).is_some();
    let product = plan.product.wording().product;
    let output = |what: String, value: Value| map([("Description", text(what)), ("Value", value)]);
    let policy = output(format!("The policy that {product} needs"), reference("IcaPolicy"));
    let has_policy = made(Kind::UserPolicy) || made(Kind::RolePolicy);
    let (name, own) = match &plan.customer {
        Customer::User(arn) => {
            ("UserArn", output(format!("The user that {product} works as"), filled(arn.as_str())))
        }
        Customer::Role(_) => {
            let arn = Value::List(vec![text("IcaRole"), text("Arn")]);
            let what = format!("The role that {product} assumes");
            ("RoleArn", output(what, map([("Fn::GetAtt", arn)])))
        }
    };
    let policy = has_policy.then(|| ("PolicyArn".to_owned(), policy));
    let has_own = name == "UserArn" || made(Kind::TrustPolicy);
    let own = has_own.then(|| (name.to_owned(), own));
    Value::Map(policy.into_iter().chain(own).collect())
}
