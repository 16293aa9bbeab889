use crate::support::{corpus, files_below};
use ica_policy::json;
use ica_policy::model::{self, PolicyKind};
use ica_policy::source::Sources;
use ica_policy::syntax;
use std::fs;

const KINDS: [PolicyKind; 9] = [
    PolicyKind::Identity,
    PolicyKind::Boundary,
    PolicyKind::Session,
    PolicyKind::Resource,
    PolicyKind::KmsKey,
    PolicyKind::Trust,
    PolicyKind::Scp,
    PolicyKind::Rcp,
    PolicyKind::Vpce,
];

/// All JSON of the corpus: files, and the documents lifted out of program code, one a line.
fn documents() -> Vec<(String, Vec<u8>)> {
    let Some(folder) = corpus("") else { return Vec::new() };
    let mut documents = Vec::new();
    for file in files_below(&folder, ".json") {
        documents.push((file.display().to_string(), fs::read(&file).unwrap()));
    }
    for file in files_below(&folder.join("_docs-from-code"), ".jsonl") {
        let text = fs::read_to_string(&file).unwrap();
        documents.extend(text.lines().map(|line| (file.display().to_string(), line.as_bytes().to_vec())));
    }
    documents
}

/// Where AWS stores policies they are right, so nothing in its own may be refused.
#[test]
fn nothing_in_a_managed_policy_is_refused() {
    let Some(folder) = corpus("01-aws-managed/trackiam") else { return };
    let mut refused = Vec::new();
    for file in files_below(&folder, ".json") {
        let mut sources = Sources::new();
        let id = sources.add_file(&file.display().to_string(), fs::read_to_string(&file).unwrap()).unwrap();
        let Ok(document) = ica_policy::input::read_policy(&mut sources, id) else {
            refused.push((file, "unreadable".to_owned()));
            continue;
        };
        let lowered = model::lower(&document.policy, PolicyKind::Identity);
        let errors = lowered.findings.iter().filter(|finding| finding.severity == ica_policy::finding::Severity::Error);
        refused.extend(errors.map(|finding| (file.clone(), finding.message.clone())));
    }
    assert!(refused.is_empty(), "{} findings: {:#?}", refused.len(), &refused[..refused.len().min(30)]);
}

#[test]
fn every_document_of_the_corpus_is_read_or_refused_with_a_place() {
    let (mut read, mut refused, mut other) = (0, 0, 0);
    for (name, bytes) in documents() {
        let Ok(text) = json::decode_bytes(bytes) else {
            refused += 1;
            continue;
        };
        let mut sources = Sources::new();
        let Ok(id) = sources.add_file(&name, text) else {
            refused += 1;
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
                    assert!(sources.trace(finding.span).is_some() && !finding.message.is_empty(), "{name}");
                }
                if findings[0].id == "no-policy" { other += 1 } else { refused += 1 }
            }
        }
    }
    eprintln!("corpus: {read} documents read as policies, {refused} refused as no JSON, {other} are JSON but no policy");
}

#[test]
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
