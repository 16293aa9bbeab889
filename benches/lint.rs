//! The rules of `lint` that need no proof, over the managed policies of the corpus. The floor is `serde_json::from_slice::<Value>` on the same bytes.

use divan::Bencher;
use divan::counter::BytesCount;
use ica_policy::input::read_policy;
use ica_policy::model::{Policy, PolicyKind};
use ica_policy::rules::Subject;
use ica_policy::rules::lint::{Selection, lint_without_proof};
use ica_policy::source::Sources;
use std::fs;
use std::path::Path;

fn main() {
    divan::main();
}

/// The policies as compact JSON.
fn documents() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/corpus/01-aws-managed/mamip/policies");
    let Ok(files) = fs::read_dir(folder) else { return Vec::new() };
    let texts = files.filter_map(|file| fs::read_to_string(file.ok()?.path()).ok());
    let document = |text: String| {
        let value: serde_json::Value = serde_json::from_str(&text).ok()?;
        Some(value.get("PolicyVersion")?.get("Document")?.to_string())
    };
    texts.filter_map(document).collect()
}

fn bytes(documents: &[String]) -> BytesCount {
    BytesCount::new(documents.iter().map(String::len).sum::<usize>())
}

#[divan::bench]
fn floor_serde_json_value(bencher: Bencher<'_, '_>) {
    let documents = documents();
    bencher.counter(bytes(&documents)).bench_local(|| {
        documents
            .iter()
            .filter_map(|text| serde_json::from_slice::<serde_json::Value>(text.as_bytes()).ok())
            .count()
    });
}

#[divan::bench]
fn rules_without_proof(bencher: Bencher<'_, '_>) {
    let documents = documents();
    let mut sources = Sources::new();
    let mut policies = Vec::<Policy>::new();
    for text in &documents {
        let Ok(id) = sources.add_file("policy.json", text.clone()) else { continue };
        policies.extend(
            read_policy(&mut sources, id)
                .map(|document| document.lower(PolicyKind::Identity).policy),
        );
    }
    let selection = Selection::default();
    bencher.counter(bytes(&documents)).bench_local(|| {
        let lint = |policy| {
            lint_without_proof(
                &Subject { policy, sources: &sources, attached: None, is_stored: false },
                &selection,
            )
            .len()
        };
        policies.iter().map(lint).sum::<usize>()
    });
}
