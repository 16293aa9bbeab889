//! Finds the corpus of real policies, and walks it.

pub mod documents;
pub mod edges;
pub mod imports;
pub mod random;
pub mod requests;
pub mod run;
pub mod shrink;

use std::fs;
use std::path::{Path, PathBuf};

/// A folder of the corpus beside the repository. Tests that ask for it are ignored where it is absent (`build.rs`).
pub fn corpus(folder: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus").join(folder);
    assert!(path.is_dir(), "the corpus is not here: {}", path.display());
    path
}

/// The step between documents of a corpus: `.ci/full` reads all of them, the ordinary run one of `so_many`.
pub fn one_of(so_many: usize) -> usize {
    if std::env::var_os("ICA_POLICY_FULL").is_some() { 1 } else { so_many }
}

/// All files below a folder whose name ends in `suffix`, sorted.
pub fn files_below(folder: &Path, suffix: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(suffix) {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Checks a document against one of the published schemas.
#[track_caller]
pub fn holds_to_schema(document: &serde_json::Value, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name);
    let schema = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors = validator
        .iter_errors(document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect::<Vec<_>>();
    assert!(errors.is_empty(), "{document}: {errors:#?}");
}
