use crate::support::{corpus, files_below};
use ica_policy::authz::{
    Caller, Context, ContextValue, Layer, Layers, Presence, Request, presence_for,
};
use ica_policy::eval::{Outcome, decide};
use ica_policy::json;
use ica_policy::model::{self, Part, Pattern, Policy, PolicyKind, ResourceKind};
use ica_policy::source::Sources;
use ica_policy::syntax;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

const KINDS: [PolicyKind; 9] = PolicyKind::ALL;

/// All JSON of the corpus: files, and the documents that were extracted from program code, one for
/// each line.
fn documents() -> Vec<(String, Vec<u8>)> {
    let folder = corpus("");
    let mut documents = Vec::new();
    for file in files_below(&folder, ".json") {
        documents.push((file.display().to_string(), fs::read(&file).unwrap()));
    }
    for file in files_below(&folder.join("_docs-from-code"), ".jsonl") {
        let text = fs::read_to_string(&file).unwrap();
        documents.extend(
            text.lines().map(|line| (file.display().to_string(), line.as_bytes().to_vec())),
        );
    }
    documents
}

/// How many requests are evaluated for each document.
const REQUESTS: usize = 20;

/// Twenty requests of different callers for actions and resources that the document itself names.
/// Requests that contradict themselves are refused, and others are tried in their place.
fn requests(policy: &Policy, seed: usize) -> Vec<Request> {
    const CALLERS: [(&str, Option<&str>); 6] = [
        ("arn:aws:iam::111122223333:user/team/ana", None),
        (
            "arn:aws:sts::111122223333:federated-user/x",
            Some("arn:aws:iam::111122223333:user/team/ana"),
        ),
        (
            "arn:aws:sts::444455556666:assumed-role/job/run",
            Some("arn:aws:iam::444455556666:role/path/job"),
        ),
        ("123456789012", None),
        ("s3.amazonaws.com", None),
        ("*", None),
    ];
    let literals =
        |patterns: Vec<&Pattern>| patterns.iter().map(|pattern| spelt(pattern)).collect::<Vec<_>>();
    let statements = || policy.statements.iter();
    let mut actions = literals(
        statements()
            .flat_map(|statement| statement.action.iter().flat_map(|element| &element.patterns))
            .map(|action| &action.pattern)
            .collect(),
    );
    let mut resources = literals(
        statements()
            .flat_map(|statement| statement.resource.iter().flat_map(|element| &element.patterns))
            .filter_map(|resource| match &resource.kind {
                ResourceKind::Arn(pattern) => Some(pattern),
                ResourceKind::Everything => None,
            })
            .collect(),
    );
    actions.push("s3:GetObject".to_owned());
    resources.extend(["*".to_owned(), "arn:aws:s3:::b/k".to_owned()]);
    let keys = statements()
        .flat_map(|statement| &statement.conditions)
        .map(|condition| condition.key.node.to_string())
        .collect::<BTreeSet<_>>();
    let requests = (0..100 * REQUESTS)
        .filter_map(|number| {
            let pick = (seed + number * 7919) % 104_729;
            let (principal, issuer) = CALLERS[number % CALLERS.len()];
            let mut context = Context::new();
            let caller = Caller::parse(principal, issuer).unwrap();
            let can_have = |key: &str| presence_for(key, &caller, None) != Presence::Never;
            let picked = keys.iter().enumerate().filter(|(at, _)| (pick >> (at % 8)) & 1 == 1);
            for (at, key) in picked.filter(|(_, key)| can_have(key)) {
                let value = [
                    "",
                    "true",
                    "2026-01-01T00:00:00Z",
                    "203.0.113.7",
                    "12",
                    "arn:aws:s3:::b",
                    "*",
                    "é",
                ][(pick + at) % 8];
                context.set(
                    key,
                    if pick.is_multiple_of(3) {
                        ContextValue::Many(vec![value.to_owned(), "b".to_owned()])
                    } else {
                        ContextValue::One(value.to_owned())
                    },
                );
            }
            Request::new(
                caller,
                &actions[pick % actions.len()],
                &resources[pick % resources.len()],
                Some("111122223333"),
                context,
            )
            .ok()
        })
        .take(REQUESTS)
        .collect::<Vec<_>>();
    assert_eq!(
        requests.len(),
        REQUESTS,
        "actions {actions:?}, resources {resources:?}, keys {keys:?}"
    );
    requests
}

/// A text that matches the pattern.
fn spelt(pattern: &Pattern) -> String {
    let spell = |part: &Part| match part {
        Part::Literal(text) => text.to_string(),
        Part::Any | Part::AnyInSegment | Part::AnyInWord => "xé".to_owned(),
        Part::One | Part::OneInSegment => "x".to_owned(),
        Part::Variable(variable) => variable.key.replace(':', "-"),
    };
    pattern.parts.iter().map(spell).collect()
}

/// Puts a policy into each layer in turn.
fn layers_with(policy: &Policy) -> Vec<Layers<'_>> {
    let one = || Layer::Policies(vec![policy]);
    let none = Layers::default;
    vec![
        Layers { identity: one(), ..none() },
        Layers { identity: one(), boundary: one(), ..none() },
        Layers { identity: one(), session: one(), ..none() },
        Layers { resource: one(), ..none() },
        Layers { identity: one(), scps: vec![vec![policy]], ..none() },
        Layers { identity: one(), rcps: vec![vec![policy]], ..none() },
        Layers { identity: one(), vpce: one(), ..none() },
    ]
}

#[test]
#[cfg_attr(not(corpus), ignore = "reads ../shared")]
fn every_document_of_the_corpus_can_stand_in_every_layer() {
    let (mut decided, mut allowed, mut asked) = (0_usize, 0_usize, 0_usize);
    for (number, (name, bytes)) in documents().into_iter().enumerate() {
        let Ok(text) = json::decode_bytes(bytes) else { continue };
        let mut sources = Sources::new();
        let Ok(id) = sources.add_file(&name, text) else { continue };
        let Ok(document) = ica_policy::input::read_policy(&mut sources, id) else { continue };
        for kind in KINDS {
            let policy = model::lower(&document.policy, kind).policy;
            let requests = requests(&policy, number);
            asked += requests.len();
            for layers in layers_with(&policy) {
                for request in &requests {
                    allowed += usize::from(decide(request, &layers).outcome == Outcome::Allowed);
                    decided += 1;
                }
            }
        }
    }
    eprintln!("corpus: {decided} decisions on {asked} requests, {allowed} allowed");
    assert!(allowed > 0 && allowed < decided);
}

/// AWS stores these policies, so none of their words may be refused.
#[test]
#[cfg_attr(not(corpus), ignore = "reads ../shared")]
fn nothing_in_a_managed_policy_is_refused() {
    let folder = corpus("01-aws-managed/trackiam");
    let mut refused = Vec::new();
    for file in files_below(&folder, ".json") {
        let mut sources = Sources::new();
        let id = sources
            .add_file(&file.display().to_string(), fs::read_to_string(&file).unwrap())
            .unwrap();
        let Ok(document) = ica_policy::input::read_policy(&mut sources, id) else {
            refused.push((file, "unreadable".to_owned()));
            continue;
        };
        let lowered = model::lower(&document.policy, PolicyKind::Identity);
        let errors = lowered
            .findings
            .iter()
            .filter(|finding| finding.severity == ica_policy::finding::Severity::Error);
        refused.extend(errors.map(|finding| (file.clone(), finding.message.clone())));
    }
    assert!(
        refused.is_empty(),
        "{} findings: {:#?}",
        refused.len(),
        &refused[..refused.len().min(30)]
    );
}

#[test]
#[cfg_attr(not(corpus), ignore = "reads ../shared")]
fn every_document_of_the_corpus_is_read_or_refused_with_a_place() {
    let mut read = 0;
    let mut refused = BTreeMap::<String, usize>::new();
    let mut refuse = |reason: &str| *refused.entry(reason.to_owned()).or_default() += 1;
    for (name, bytes) in documents() {
        let text = match json::decode_bytes(bytes) {
            Ok(text) => text,
            Err(error) => {
                refuse(error.to_string().split(':').next().unwrap());
                continue;
            }
        };
        let mut sources = Sources::new();
        let Ok(id) = sources.add_file(&name, text) else {
            refuse("too large");
            continue;
        };
        match ica_policy::input::read_policy(&mut sources, id) {
            Ok(document) => {
                read += 1;
                for kind in KINDS {
                    model::lower(&document.policy, kind);
                }
            }
            Err(findings) => {
                assert!(!findings.is_empty(), "{name}: refused without a reason");
                for finding in &findings {
                    // Words of a file of another form are not quoted: it is named.
                    let is_placed = sources.trace(finding.span).is_some()
                        || finding.message.contains(&format!("`{name}`"));
                    assert!(is_placed && !finding.message.is_empty(), "{name}");
                }
                refuse(findings[0].code.id());
            }
        }
    }
    eprintln!("corpus: {read} documents read as policies; refused, by reason: {refused:#?}");
}

#[test]
#[cfg_attr(not(corpus), ignore = "reads ../shared")]
fn printing_an_ast_gives_the_document_back() {
    for (name, bytes) in documents() {
        let Ok(text) = json::decode_bytes(bytes) else { continue };
        let mut sources = Sources::new();
        let Ok(id) = sources.add_file(&name, text) else { continue };
        let Some(root) = json::parse(sources.get(id)).root else { continue };
        if root.as_object().is_none() {
            continue;
        }
        let policy = syntax::parse(root.clone()).policy.unwrap();
        assert_eq!(syntax::print(&policy), root, "{name}");
    }
}

/// Only 2012-10-17 has variables, and a document without a version counts as older
/// (IAM:reference_policies_elements_version).
#[test]
fn a_variable_without_the_version_that_knows_it_is_told() {
    let told = |version: &str, words: &str| {
        let text = format!(
            r#"{{{version} "Statement": {{"Effect": "Allow", "Action": "s3:GetObject", {words}}}}}"#
        );
        let mut sources = Sources::new();
        let id = sources.add_file("policy", text).unwrap();
        let document = ica_policy::input::read_policy(&mut sources, id).unwrap();
        let findings = model::lower(&document.policy, PolicyKind::Identity).findings;
        findings.iter().filter(|finding| finding.code.id() == "variable-without-version").count()
    };
    let resource = r#""Resource": "arn:aws:s3:::b/${aws:username}/*""#;
    let condition = r#""Resource": "*", "Condition": {"StringLike": {"s3:prefix": ["x", "${aws:username}/*"]}}"#;
    assert_eq!((told("", resource), told("", condition)), (1, 1));
    assert_eq!(told(r#""Version": "2008-10-17","#, resource), 1);
    assert_eq!(told(r#""Version": "2012-10-17","#, resource), 0);
    assert_eq!(told("", r#""Resource": "arn:aws:s3:::b/$x""#), 0);
}

/// The AWS CLI never gives an answer with two policies. A member that occurs twice inside a policy
/// is a finding of its own.
#[test]
fn an_answer_that_holds_two_policies_is_refused() {
    let read = |text: &str| {
        let mut sources = Sources::new();
        let id = sources.add_file("answer", text.to_owned()).unwrap();
        ica_policy::input::read_policy(&mut sources, id).map(|document| document.findings.len())
    };
    let policy = r#"{"Version": "2012-10-17", "Statement": []}"#;
    assert!(
        read(&format!(r#"{{"PolicyDocument": {policy}, "PolicyDocument": {policy}}}"#)).is_err()
    );
    assert_eq!(read(&format!(r#"{{"PolicyDocument": {policy}}}"#)), Ok(0));
    assert_eq!(
        read(r#"{"PolicyDocument": {"Version": "2012-10-17", "Statement": [], "Statement": []}}"#),
        Ok(1)
    );
}
