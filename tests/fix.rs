use ica_policy::fix::{ChangeKind, DecisionKind, Fixed, Text, Texts, fix};
use ica_policy::ica::settings::Settings;
use ica_policy::ica::{Check, Level, Verdict};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What of a set-up of `corpus/ica` is needed here.
#[derive(Deserialize)]
struct SetUp {
    connection: Settings,
    #[serde(default)]
    files: BTreeMap<String, String>,
}

fn set_ups() -> Vec<(String, SetUp)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/ica");
    let name = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    let only = std::env::var("ICA_CASE").unwrap_or_default();
    let paths = crate::support::files_below(&folder, ".toml").into_iter().filter(|path| path.to_string_lossy().contains(&only));
    paths.map(|path| (name(&path), toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap())).collect()
}

fn texts(files: &BTreeMap<String, String>) -> Texts {
    Texts { list: files.iter().map(|(name, text)| Text::new(name, name, text.clone())).collect() }
}

type StepName = (String, &'static str, String);

/// The required steps that are blocked or partial.
fn blocked(check: &Check) -> BTreeSet<StepName> {
    let callers = check.operations.iter().flat_map(|operation| operation.callers.iter().map(move |caller| (operation.id, caller)));
    let steps = callers.flat_map(|(id, caller)| caller.steps.iter().map(move |step| (id, caller.caller.id(), step)));
    let stopped = steps.filter(|(_, _, step)| step.level == Level::Required && step.verdict >= Verdict::Partial);
    stopped.map(|(id, caller, step)| (id.to_owned(), caller, step.action.clone())).collect()
}

fn now(fixed: &Fixed) -> BTreeMap<String, String> {
    fixed.texts.list.iter().map(|text| (text.name.clone(), text.now.clone())).collect()
}

fn show(name: &str, fixed: &Fixed) {
    if std::env::var("FIX_SHOW").is_err() {
        return;
    }
    eprintln!("== {name}");
    for edit in &fixed.edits {
        eprintln!("   EDIT {} for {} {} {}", edit.change.words(), edit.operation, edit.caller.id(), edit.action);
    }
    let mut told = BTreeSet::new();
    for left in &fixed.left {
        for decision in &left.decisions {
            if told.insert((left.caller.id(), &left.action, &decision.message)) {
                eprintln!("   LEFT {} {} {} {:?}: {}", left.operation, left.caller.id(), left.action, decision.kind, decision.message);
            }
        }
    }
}

/// What is wrong with the repair of a set-up.
fn wrong(name: &str, set_up: &SetUp) -> Vec<String> {
    let Some(fixed) = fix(&set_up.connection, &texts(&set_up.files)) else { return vec!["no connection".to_owned()] };
    show(name, &fixed);
    let mut wrong = Vec::new();
    let before = blocked(&fixed.before);
    let after = blocked(&fixed.after);
    let left = fixed.left.iter().map(|left| (left.operation.to_owned(), left.caller.id(), left.action.clone())).collect::<BTreeSet<_>>();
    if after != left {
        wrong.push(format!("blocked {after:?}, but left are {left:?}"));
    }
    if fixed.left.iter().any(|left| left.decisions.is_empty()) {
        wrong.push("something is left without a reason".to_owned());
    }
    if !after.is_subset(&before) {
        wrong.push(format!("newly blocked: {:?}", after.difference(&before)));
    }
    let mended = fixed.mended.iter().map(|step| (step.operation.to_owned(), step.caller.id(), step.action.clone())).collect::<BTreeSet<_>>();
    if before.difference(&after).any(|step| !mended.contains(step)) {
        wrong.push(format!("neither mended nor left: {:?}", before.difference(&after)));
    }
    if fixed.edits.is_empty() != fixed.texts.list.iter().all(|text| !text.is_changed()) {
        wrong.push("edits without a changed text, or the other way round".to_owned());
    }
    // `fix` twice is `fix` once.
    let again = fix(&set_up.connection, &texts(&now(&fixed))).unwrap();
    if !again.edits.is_empty() || now(&again) != now(&fixed) {
        wrong.push(format!("a second run edits again: {:?}", again.edits.iter().map(|edit| edit.change.words()).collect::<Vec<_>>()));
    }
    wrong
}

#[test]
fn every_set_up_of_the_corpus_is_repaired_or_left_with_a_reason() {
    let mut report = String::new();
    for (name, set_up) in set_ups() {
        for line in wrong(&name, &set_up) {
            report.push_str(&format!("\n{name}: {line}"));
        }
    }
    assert!(report.is_empty(), "{report}");
}
