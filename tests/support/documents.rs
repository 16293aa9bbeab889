//! Policy documents from text, and pairs of policies from the corpus.

use super::{corpus, files_below};
use ica_policy::model::{self, Policy, PolicyKind};
use ica_policy::source::Sources;
use ica_policy::{json, syntax};
use std::fs;
use std::path::{Path, PathBuf};

/// A policy from its text.
#[track_caller]
pub fn policy(text: &str, kind: PolicyKind) -> Policy {
    let mut sources = Sources::new();
    let id = sources.add_file("policy.json", text.to_owned()).unwrap();
    let ast = syntax::parse(json::parse(sources.get(id)).root.unwrap()).policy.unwrap();
    model::lower(&ast, kind).policy
}

/// A policy from a file: a document, or an answer of GetPolicyVersion that holds one. `None` for an
/// empty file.
pub fn policy_of(path: &Path) -> Option<Policy> {
    let text = fs::read_to_string(path).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).ok()?;
    let document = value.pointer("/PolicyVersion/Document").unwrap_or(&value);
    let text = document.to_string();
    let statements = document["Statement"]
        .as_array()
        .cloned()
        .unwrap_or_else(|| vec![document["Statement"].clone()]);
    let names = |statement: &serde_json::Value| {
        statement.get("Principal").or(statement.get("NotPrincipal")).is_some()
    };
    let kind =
        if statements.iter().any(names) { PolicyKind::Resource } else { PolicyKind::Identity };
    Some(policy(&text, kind))
}

/// Two policies that somebody compares.
pub struct Pair {
    pub name: String,
    pub old: PathBuf,
    pub new: PathBuf,
    /// The verdict that was published with them.
    pub published: Option<&'static str>,
}

/// The pairs of quacky's tables of mutants. `suffix` follows the name of the service in the names
/// of the tables. For "P1 => P2" quacky prints the answer of its solver to "P1 allows something
/// that P2 does not".
pub fn quacky(suffix: &str) -> Vec<Pair> {
    let root = corpus("03-edge/quacky");
    let mut pairs = Vec::new();
    for service in ["ec2", "iam", "s3"] {
        let table =
            root.join(format!("results/icse21/raw_md/mutations/README_{service}{suffix}.md"));
        for line in fs::read_to_string(table).unwrap().lines() {
            let links = line
                .split("](../")
                .skip(1)
                .filter_map(|rest| rest.split_once(')'))
                .map(|(link, _)| link)
                .collect::<Vec<_>>();
            let cells = line.trim_matches('|').split('|').collect::<Vec<_>>();
            let [old, new] = links.as_slice() else { continue };
            let published = match (cells[2], cells[9]) {
                ("UNSAT", "UNSAT") => "equal",
                ("UNSAT", "SAT") => "new-allows-more",
                ("SAT", "UNSAT") => "new-allows-less",
                _ => "incomparable",
            };
            let name = new
                .trim_start_matches("samples/mutations/")
                .trim_end_matches(".json")
                .replace("exp_single/", "");
            pairs.push(Pair {
                name,
                old: root.join(old),
                new: root.join(new),
                published: Some(published),
            });
        }
    }
    pairs
}

/// Consecutive versions of managed policies.
pub fn history() -> Vec<Pair> {
    let root = corpus("01-aws-managed/mamip-findings-history");
    let versions = files_below(&root, ".policy.json");
    let same_folder = versions.windows(2).filter(|pair| pair[0].parent() == pair[1].parent());
    let name = |path: &Path| path.strip_prefix(&root).unwrap().display().to_string();
    same_folder
        .map(|pair| Pair {
            name: name(&pair[1]),
            old: pair[0].clone(),
            new: pair[1].clone(),
            published: None,
        })
        .collect()
}

/// The same managed policies as two projects recorded them.
pub fn twins() -> Vec<Pair> {
    let root = corpus("01-aws-managed");
    let theirs = files_below(&root.join("trackiam/policies"), ".json");
    let pairs = theirs.into_iter().map(|new| {
        let name = new.file_stem().unwrap().to_string_lossy().into_owned();
        Pair { old: root.join("mamip/policies").join(&name), name, new, published: None }
    });
    pairs.filter(|pair| pair.old.is_file()).collect()
}
