//! What `generate` makes for Terraform and CloudFormation puts exactly the documents of `--format json` in force.

use crate::support::run::{fresh_folder, run_in, stderr, stdout};
use hcl::eval::{Context, Evaluate, FuncArgs, FuncDef, ParamType};
use serde_json::{Map, Value, json};

const KEY: &str = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
/// What looks like a template of Terraform's or CloudFormation's, or means something in policies.
const ODD: &str = "a*b${c}%{d}\"e\\/";
/// Values of ICA's tokens.
const TOKENS: [&str; 4] = [
    "--set",
    "ICA_OIDC_ISSUER=tokens.example.com/x",
    "ICA_OIDC_AUDIENCE=aud-1",
    "ICA_OIDC_SUBJECT=sub-1",
];

/// The flags of a connection.
fn connection(changed: &[(&str, &str)]) -> Vec<String> {
    let mut flags = vec![
        ("--bucket", "acme-genomics"),
        ("--account", "111122223333"),
        ("--region", "us-east-1"),
        ("--prefix", "ica/"),
        ("--versioning", "enabled"),
        ("--user", "lab/illumina_ica_admin"),
    ];
    for (flag, value) in changed {
        flags.retain(|(name, _)| name != flag && !(*flag == "--role" && *name == "--user"));
        flags.push((flag, value));
    }
    flags.into_iter().flat_map(|(flag, value)| [flag.to_owned(), value.to_owned()]).collect()
}

fn connections() -> Vec<Vec<String>> {
    let base = [
        &[][..],
        &[("--prefix", ODD)],
        &[("--prefix", "")],
        &[("--kms-key", KEY)],
        &[("--role", "illumina_ica_role"), ("--kms-key", KEY)],
        &[("--user", "arn:aws:iam::444455556666:user/ica"), ("--kms-key", KEY)],
        &[("--session-name", "ica-session")],
    ];
    base.into_iter().map(connection).collect()
}

fn made(flags: &[String], format: &str, more: &[&str]) -> String {
    let flags = flags.iter().map(String::as_str).collect::<Vec<_>>();
    let here = fresh_folder(&format!("templates/{}", std::process::id()));
    let output =
        run_in(&here, &[&["generate", "--deny-others", "--format", format], more, &flags].concat());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    stdout(&output)
}

/// The documents of `--format json`, by their kinds.
fn documents(flags: &[String], more: &[&str]) -> Map<String, Value> {
    let json: Value = serde_json::from_str(&made(flags, "json", more)).unwrap();
    let entries = json["documents"].as_array().unwrap().iter();
    entries
        .map(|entry| (entry["kind"].as_str().unwrap().to_owned(), entry["document"].clone()))
        .collect()
}

fn encoded(arguments: FuncArgs) -> Result<hcl::Value, String> {
    Ok(arguments[0].clone())
}

/// The documents that a module puts in force with these values; its defaults where there is none.
fn of_terraform(module: &str, values: &Map<String, Value>) -> Map<String, Value> {
    let body: hcl::Body = hcl::parse(module).unwrap_or_else(|error| panic!("{error}\n{module}"));
    let blocks = |kind: &'static str| body.blocks().filter(move |block| block.identifier() == kind);
    let attribute = |block: &hcl::Block, name: &str| {
        block.body.attributes().find(|found| found.key() == name).map(|found| found.expr().clone())
    };
    let mut variables = hcl::Map::new();
    for block in blocks("variable") {
        let name = block.labels[0].as_str();
        let default = attribute(block, "default").map(|value| value.evaluate(&Context::new()));
        let given = values.get(name).and_then(Value::as_str).map(hcl::Value::from);
        let value = given.or_else(|| default.map(Result::unwrap));
        variables.insert(name.to_owned(), value.unwrap_or_else(|| panic!("{name} has no value")));
    }
    let mut context = Context::new();
    context.declare_var("var", variables);
    context.declare_func("jsonencode", FuncDef::builder().param(ParamType::Any).build(encoded));
    let kinds = [
        ("aws_iam_policy", "policy", "own-policy"),
        ("aws_s3_bucket_policy", "policy", "bucket-policy"),
        ("aws_kms_key_policy", "policy", "kms-key-policy"),
        ("aws_iam_role", "assume_role_policy", "trust-policy"),
    ];
    let mut found = Map::new();
    for (resource, name, kind) in kinds {
        let blocks = blocks("resource").filter(|block| block.labels[0].as_str() == resource);
        for policy in blocks.filter_map(|block| attribute(block, name)) {
            let value = policy.evaluate(&context).unwrap();
            found.insert(kind.to_owned(), serde_json::to_value(value).unwrap());
        }
    }
    found
}

/// The documents that a template puts in force with these values; its defaults where there is none.
fn of_cloudformation(template: &str, values: &Map<String, Value>) -> Map<String, Value> {
    let template: Value = serde_json::from_str(template).unwrap();
    let value = |name: &str| {
        let default = &template["Parameters"][name]["Default"];
        let value = values.get(name).unwrap_or(default).as_str();
        value.unwrap_or_else(|| panic!("{name} has no value")).to_owned()
    };
    let mut found = Map::new();
    for resource in template["Resources"].as_object().unwrap().values() {
        let (kind, name) = match resource["Type"].as_str().unwrap() {
            "AWS::IAM::ManagedPolicy" => ("own-policy", "PolicyDocument"),
            "AWS::S3::BucketPolicy" => ("bucket-policy", "PolicyDocument"),
            "AWS::IAM::Role" => ("trust-policy", "AssumeRolePolicyDocument"),
            _ => continue,
        };
        let policy = filled(&resource["Properties"][name], &value);
        let policy = match policy.as_str() {
            Some(text) => serde_json::from_str(text).unwrap(),
            None => policy,
        };
        found.insert(kind.to_owned(), policy);
    }
    let key = &template["Metadata"]["KeyPolicy"];
    if !key.is_null() {
        found.insert("kms-key-policy".to_owned(), key.clone());
    }
    found
}

/// A value without `Ref` and `Fn::Sub`.
fn filled(value: &Value, of: &dyn Fn(&str) -> String) -> Value {
    match value {
        Value::Object(members) => {
            if let Some(name) = members.get("Ref") {
                return of(name.as_str().unwrap()).into();
            }
            if let Some(text) = members.get("Fn::Sub") {
                return substituted(text.as_str().unwrap(), of).into();
            }
            members.iter().map(|(name, value)| (name.clone(), filled(value, of))).collect()
        }
        Value::Array(values) => values.iter().map(|value| filled(value, of)).collect(),
        plain => {
            // Outside of Fn::Sub nothing is filled in, and cfn-lint takes such a text for a mistake.
            assert!(!plain.as_str().is_some_and(|text| text.contains("${")), "{plain}");
            plain.clone()
        }
    }
}

fn substituted(text: &str, of: &dyn Fn(&str) -> String) -> String {
    let mut parts = text.split("${");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| {
        let (name, rest) = part.split_once('}').unwrap();
        match name.strip_prefix('!') {
            Some(literal) => format!("{text}${{{literal}}}{rest}"),
            None => text + &of(name) + rest,
        }
    })
}

/// The documents under the names of the resources that hold them.
fn expected(mut documents: Map<String, Value>) -> Map<String, Value> {
    documents.remove("cors");
    for kind in ["user-policy", "role-policy"] {
        if let Some(policy) = documents.remove(kind) {
            documents.insert("own-policy".to_owned(), policy);
        }
    }
    documents
}

#[test]
fn the_defaults_are_the_connection() {
    for flags in connections() {
        let expected = expected(documents(&flags, &TOKENS));
        let module = made(&flags, "terraform", &TOKENS);
        assert_eq!(of_terraform(&module, &Map::new()), expected, "{flags:?}");
        let template = made(&flags, "cloudformation", &TOKENS);
        assert_eq!(of_cloudformation(&template, &Map::new()), expected, "{flags:?}");
    }
}

/// The template of one connection with the values of another is that of the other.
#[test]
fn other_values_are_another_connection() {
    let here = connection(&[("--role", "one"), ("--kms-key", KEY)]);
    let key = KEY.replace("1111", "7777").replace("1234abcd", "4321abcd");
    let there = connection(&[
        ("--role", "x/two"),
        ("--kms-key", &key),
        ("--bucket", "other-bucket"),
        ("--account", "777722223333"),
        ("--prefix", "a/b c/"),
    ]);
    let values = json!({
        "bucket_name": "other-bucket", "account_id": "777722223333", "prefix": "a/b c/", "role_name": "two", "role_path": "/x/",
        "kms_key_id": "4321abcd-12ab-34cd-56ef-1234567890ab",
        "ica_oidc_issuer": "tokens.example.com/x", "ica_oidc_audience": "aud-1", "ica_oidc_subject": "sub-1",
    });
    let values = values.as_object().unwrap();
    let mut expected = expected(documents(&there, &TOKENS));
    assert_eq!(of_terraform(&made(&here, "terraform", &[]), values), expected);
    let pascal =
        |name: &String| name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
    let values = values.iter().map(|(name, value)| (pascal(name), value.clone())).collect();
    let found = of_cloudformation(&made(&here, "cloudformation", &[]), &values);
    // The key's policy is not set by the template, so it has no parameters.
    expected["kms-key-policy"] = documents(&here, &[])["kms-key-policy"].clone();
    assert_eq!(found, expected);
}

/// A module says what it makes, which values it takes, and what is left to do.
#[test]
fn the_module_says_how_to_use_it() {
    let here = fresh_folder("templates/module");
    let flags = connection(&[("--role", "illumina_ica_role")]);
    let flags = flags.iter().map(String::as_str).collect::<Vec<_>>();
    let output = run_in(
        &here,
        &[&["generate", "--format", "terraform", "--write", "m"], &flags[..]].concat(),
    );
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let readme = std::fs::read_to_string(here.join("m/README.md")).unwrap();
    let variables = std::fs::read_to_string(here.join("m/variables.tf")).unwrap();
    for words in
        ["`bucket_name`", "`acme-genomics`", "ica_oidc_issuer = \"..\"", "AWS_REGION=us-east-1"]
    {
        assert!(readme.contains(words), "{words}\n{readme}");
    }
    let open =
        variables.split("variable ").find(|block| block.contains("ica_oidc_issuer")).unwrap();
    assert!(!open.contains("default"), "{open}");
    assert!(stdout(&output).contains("-var ica_oidc_issuer=VALUE"), "{}", stdout(&output));
}

/// `terraform fmt` aligns the equals signs of arguments that follow each other, and writes a space on
/// both sides of the colons after keys.
#[test]
fn modules_are_formatted_as_terraform_formats_them() {
    for flags in connections() {
        let module = made(&flags, "terraform", &[]);
        let lines = module.lines().collect::<Vec<_>>();
        let equals = |line: &str| {
            let argument = line.trim_start();
            let is_argument = argument.starts_with(|first: char| first.is_ascii_lowercase());
            let column = line.find(" = ").filter(|_| is_argument)?;
            Some((line.len() - argument.len(), column))
        };
        for pair in lines.windows(2) {
            let [Some((indent, one)), Some((other_indent, other))] =
                [equals(pair[0]), equals(pair[1])]
            else {
                continue;
            };
            assert!(indent != other_indent || one == other, "{pair:?}");
        }
        let keys = lines.iter().filter(|line| line.contains("\": ")).collect::<Vec<_>>();
        assert_eq!(keys, Vec::<&&str>::new());
    }
}
