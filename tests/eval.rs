use crate::support::documents::policy;
use ica_policy::authz::{Caller, Context, Layer, Layers, Request};
use ica_policy::eval::{Outcome, decide, may_concern};
use ica_policy::input;
use ica_policy::model::{PolicyKind, lower};
use ica_policy::simulate::Simulator;
use ica_policy::source::Sources;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A case with a name, ready to be evaluated.
pub struct Case {
    pub name: String,
    /// A line of `simulate --batch`. If the file has no base, it is kept as written, because
    /// duplicate members matter.
    pub line: String,
    pub expect: String,
    pub by: Option<Vec<String>>,
}

/// An ordinary file. The request of each case is merged into its base.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseFile {
    #[serde(default)]
    base: Map<String, Value>,
    case: Vec<CaseText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CaseText {
    name: String,
    #[allow(dead_code, reason = "for people")]
    source: String,
    #[serde(default)]
    request: Option<String>,
    #[serde(default)]
    allow_if: Option<String>,
    #[serde(default)]
    context: Option<String>,
    expect: String,
    by: Option<Vec<String>>,
    #[allow(dead_code, reason = "for people")]
    note: Option<String>,
}

/// The truth table: see the head of layers.toml.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    policies: BTreeMap<String, BTreeMap<String, String>>,
    callers: BTreeMap<String, Map<String, Value>>,
    namings: BTreeMap<String, BTreeMap<String, String>>,
    row: Vec<BTreeMap<String, String>>,
}

fn parse(text: &str, name: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

impl CaseText {
    fn line(&self, base: &Map<String, Value>) -> String {
        if let (true, Some(request), None, None) =
            (base.is_empty(), &self.request, &self.context, &self.allow_if)
        {
            return request.clone();
        }
        let mut line = base.clone();
        if let Some(request) = &self.request {
            line.extend(parse(request, &self.name).as_object().unwrap().clone());
        }
        if let Some(context) = &self.context {
            line.insert("context".to_owned(), parse(context, &self.name));
        }
        if let Some(condition) = &self.allow_if {
            let statement = json!({"Effect": "Allow", "Action": line["action"], "Resource": "*", "Condition": parse(condition, &self.name)});
            line.insert(
                "identity_policies".to_owned(),
                json!([{"Version": "2012-10-17", "Statement": [statement]}]),
            );
        }
        Value::from(line).to_string()
    }
}

impl Table {
    /// The request of a row, as the head of the file describes it.
    fn line(&self, row: &BTreeMap<String, String>) -> String {
        let name = &row["name"];
        let naming = row.get("naming").map_or("none", String::as_str);
        let word = |layer: &str| row.get(layer).map_or("none", String::as_str);
        let policy = |layer: &str| match word(layer) {
            "none" => None,
            word => Some(parse(&self.policies[layer][word], name)),
        };
        let mut line = self.callers[&row["caller"]].clone();
        let context = if word("vpce") == "none" {
            json!({})
        } else {
            json!({"aws:SourceVpce": "vpce-1a2b3c4d"})
        };
        let fixed = json!({"action": "s3:GetObject", "resource": "arn:aws:s3:::example-bucket/data/a.txt", "resource_account": "111122223333", "context": context});
        line.extend(fixed.as_object().unwrap().clone());
        let list = |layer| policy(layer).map_or(json!([]), |policy| json!([policy]));
        let level = |layer| policy(layer).map_or(json!([]), |policy| json!([[policy]]));
        line.insert("identity_policies".to_owned(), list("identity"));
        line.insert("permissions_boundary".to_owned(), policy("boundary").unwrap_or_default());
        line.insert(
            "session_policies".to_owned(),
            policy("session").map_or(Value::Null, |policy| json!([policy])),
        );
        line.insert("scps".to_owned(), level("scp"));
        line.insert("rcps".to_owned(), level("rcp"));
        line.insert("vpce_policies".to_owned(), list("vpce"));
        let resource = row
            .get("resource")
            .map_or(if naming == "none" { "none" } else { "allow" }, String::as_str);
        line.insert("resource_policy".to_owned(), self.resource_policy(resource, naming, name));
        Value::from(line).to_string()
    }

    fn resource_policy(&self, word: &str, naming: &str, name: &str) -> Value {
        if word == "none" {
            return Value::Null;
        }
        let mut policy = parse(&self.policies["resource"][word], name);
        let naming = &self.namings[naming];
        policy["Statement"][0]["Principal"] = parse(&naming["principal"], name);
        if let Some(condition) = naming.get("condition") {
            policy["Statement"][0]["Condition"] = parse(condition, name);
        }
        policy
    }
}

/// All cases of corpus/eval.
pub fn cases() -> Vec<Case> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/eval");
    let mut cases = Vec::new();
    for path in crate::support::files_below(&folder, ".toml") {
        if path.ends_with("request-keys.toml") {
            // A table of another form: tests/request_keys.rs reads it.
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        if path.ends_with("layers.toml") {
            let table: Table =
                toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let case = |row: &BTreeMap<String, String>| Case {
                name: row["name"].clone(),
                line: table.line(row),
                expect: row["expect"].clone(),
                by: None,
            };
            cases.extend(table.row.iter().map(case));
        } else {
            let file: CaseFile =
                toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let case = |case: &CaseText| Case {
                name: case.name.clone(),
                line: case.line(&file.base),
                expect: case.expect.clone(),
                by: case.by.clone(),
            };
            cases.extend(file.case.iter().map(case));
        }
    }
    cases
}

/// The answer of the concrete evaluator, and the statements that it names.
pub fn answer(line: &str) -> (String, Vec<String>, Value) {
    let answer: Value =
        serde_json::from_str(&Simulator::new().answer(line.to_owned()).unwrap()).unwrap();
    let decision = answer["decision"].as_str().unwrap_or("Error").to_owned();
    let place = |by: &Value| {
        format!("{}:{}:{}", by["layer"].as_str().unwrap(), by["policy"], by["statement"])
    };
    let by = answer["by"].as_array().into_iter().flatten().map(place).collect();
    (decision, by, answer)
}

#[test]
fn every_case_of_the_corpus_is_decided_as_its_source_says() {
    let cases = cases();
    let names = cases.iter().map(|case| &case.name).collect::<BTreeSet<_>>();
    assert_eq!(names.len(), cases.len(), "names are unique");
    assert!(cases.len() >= 600, "only {} cases", cases.len());
    let mut wrong = Vec::new();
    for case in &cases {
        let (decision, by, answer) = answer(&case.line);
        let other_by = case.by.as_ref().is_some_and(|expected| *expected != by);
        if decision != case.expect || other_by {
            wrong.push(format!(
                "{}: {decision} {by:?}, expected {} {:?}\n    {}\n    {answer}",
                case.name, case.expect, case.by, case.line
            ));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {} cases are wrong:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

/// The decision on a bucket policy as `check` reads it. Words that AWS would refuse become a doubt
/// there and do not end the run.
fn with_bucket_policy(text: &str) -> Outcome {
    let mut sources = Sources::new();
    let id = sources.add_file("bucket.json", text.to_owned()).unwrap();
    let document = input::read_policy(&mut sources, id).unwrap();
    let policy = lower(&document.policy, PolicyKind::Resource).policy;
    let caller = Caller::parse("arn:aws:iam::111122223333:user/ana", None).unwrap();
    let request =
        Request::new(caller, "s3:GetObject", "arn:aws:s3:::b/k", None, Context::new()).unwrap();
    decide(&request, &Layers { resource: Layer::Policies(vec![&policy]), ..Layers::default() })
        .outcome
}

#[test]
fn a_kind_of_principal_that_stands_twice_is_open() {
    let grant = r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:user/ana"TWICE}, "Action": "*", "Resource": "*"}}"#;
    assert_eq!(with_bucket_policy(&grant.replace("TWICE", "")), Outcome::Allowed);
    let twice = r#", "AWS": "arn:aws:iam::111122223333:user/zed""#;
    assert_eq!(with_bucket_policy(&grant.replace("TWICE", twice)), Outcome::Undetermined);
}

/// IAM:reference_policies_elements_resource, _elements_notresource: which requests a statement is about at all, whatever their keys are.
#[test]
fn a_statement_may_concern_what_its_action_and_resource_may_cover() {
    let may = |words: &str, action: &str, resource: &str| {
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Deny", "Principal": "*", {words}}}}}"#
        );
        let statement = policy(&text, PolicyKind::Resource).statements.remove(0);
        may_concern(&statement, action, resource)
    };
    let read = r#""Action": "s3:Get*""#;
    let (in_a, in_b) = ("arn:aws:s3:::a/x", "arn:aws:s3:::b/x");
    let rows = [
        (r#""Resource": "arn:aws:s3:::a/*""#, true, false),
        (r#""NotResource": "arn:aws:s3:::a/*""#, false, true),
        (r#""Resource": "*""#, true, true),
        // The variable may have any value; it is not looked at more closely.
        (r#""Resource": "arn:aws:s3:::a/${aws:username}""#, true, true),
        (r#""NotResource": "arn:aws:s3:::a/${aws:username}""#, true, true),
        // AWS would refuse the words, so they may mean anything.
        (r#""Resource": "a/*""#, true, true),
    ];
    for (words, first, second) in rows {
        let words = format!("{read}, {words}");
        assert_eq!(may(&words, "s3:getobject", in_a), first, "{words} {in_a}");
        assert_eq!(may(&words, "s3:getobject", in_b), second, "{words} {in_b}");
        assert!(!may(&words, "s3:putobject", in_a) && !may(&words, "s3:putobject", in_b));
    }
}
