use ica_policy::ica::catalogue::IcaCaller;
use ica_policy::ica::connection::{Built, Loader, Unreadable, build};
use ica_policy::ica::settings::Settings;
use ica_policy::ica::{Check, Reason, Verdict, check};
use ica_policy::source::{SourceId, Sources};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A set-up of `corpus/ica` and what is expected of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetUp {
    #[allow(dead_code, reason = "for people")]
    title: String,
    #[allow(dead_code, reason = "for people")]
    source: String,
    connection: Settings,
    #[serde(default)]
    files: BTreeMap<String, String>,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    exit: u8,
    verdicts: BTreeMap<String, BTreeMap<IcaCaller, Verdict>>,
    #[serde(default)]
    own: BTreeMap<String, BTreeMap<IcaCaller, Verdict>>,
    #[serde(default)]
    reasons: Vec<ExpectedReason>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedReason {
    operation: String,
    caller: IcaCaller,
    action: String,
    kind: String,
    layer: Option<String>,
    file: Option<String>,
    contains: Option<String>,
    mentions: Option<String>,
}

struct Inline(BTreeMap<String, String>);

impl Loader for Inline {
    fn load(&mut self, sources: &mut Sources, name: &str) -> Result<SourceId, Unreadable> {
        Ok(sources.add_file(name, self.0[name].clone()).unwrap())
    }
}

/// Checks a set-up and lists what is not as expected.
fn wrong(path: &Path) -> Vec<String> {
    let set_up: SetUp = match toml::from_str(&fs::read_to_string(path).unwrap()) {
        Ok(set_up) => set_up,
        Err(error) => return vec![error.to_string()],
    };
    let mut sources = Sources::new();
    let Built { connection, unreadable } = match build(&set_up.connection, &mut sources, &mut Inline(set_up.files)) {
        Ok(built) => built,
        Err(error) => return vec![format!("{error:?}")],
    };
    if !unreadable.is_empty() {
        return vec![format!("{unreadable:?}")];
    }
    let check = check(&connection);
    let mut wrong = wrong_verdicts(&check, &set_up.expect.verdicts, "verdict");
    wrong.extend(wrong_verdicts(&check, &set_up.expect.own, "own"));
    let exit = u8::from(check.worst() >= Verdict::Partial);
    if exit != set_up.expect.exit {
        wrong.push(format!("exit {exit}, expected {}", set_up.expect.exit));
    }
    wrong.extend(set_up.expect.reasons.iter().filter_map(|expected| missing_reason(&check, &sources, expected)));
    wrong
}

fn wrong_verdicts(check: &Check, expected: &BTreeMap<String, BTreeMap<IcaCaller, Verdict>>, which: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    for (id, callers) in expected {
        for (caller, expected) in callers {
            let operation = check.operations.iter().find(|operation| operation.id == id);
            let report = operation.and_then(|operation| operation.callers.iter().find(|report| report.caller == *caller));
            let found = report.map(|report| if which == "own" { report.own } else { report.verdict });
            if found != Some(*expected) {
                wrong.push(format!("{id} {}: {which} {found:?}, expected {expected:?}", caller.id()));
            }
        }
    }
    wrong
}

fn missing_reason(check: &Check, sources: &Sources, expected: &ExpectedReason) -> Option<String> {
    let operation = check.operations.iter().find(|operation| operation.id == expected.operation)?;
    let report = operation.callers.iter().find(|report| report.caller == expected.caller)?;
    let steps = report.steps.iter().filter(|step| step.action == expected.action);
    let reasons = steps.flat_map(|step| &step.reasons).collect::<Vec<_>>();
    if reasons.iter().any(|reason| fits(reason, sources, expected)) {
        return None;
    }
    let found = reasons.iter().map(|reason| {
        let text = reason.span.map(|span| sources.trace(span).unwrap().text().to_owned());
        format!(
            "\n        {:?} {} {:?} {} / {:?}",
            reason.kind,
            reason.layer,
            text,
            reason.message,
            reason.help.as_ref().map(ToString::to_string)
        )
    });
    let ExpectedReason { operation, action, kind, layer, contains, mentions, .. } = expected;
    let wanted = format!("{kind} {layer:?} contains {contains:?} mentions {mentions:?}");
    Some(format!("{operation} {} {action}: no reason {wanted}; there are{}", expected.caller.id(), found.collect::<String>()))
}

fn fits(reason: &Reason, sources: &Sources, expected: &ExpectedReason) -> bool {
    let place = reason.span.map(|span| sources.trace(span).unwrap());
    let file = place.as_ref().map(|place| place.source.name());
    let words = format!("{} {}", reason.message, reason.help.as_ref().map(ToString::to_string).unwrap_or_default());
    let within = |wanted: &Option<String>, text: &str| wanted.as_ref().is_none_or(|wanted| text.contains(wanted));
    reason.kind.word() == expected.kind
        && expected.layer.as_ref().is_none_or(|layer| layer == reason.layer)
        && (expected.file.is_none() || expected.file.as_deref() == file)
        && within(&expected.contains, place.as_ref().map_or("", |place| place.text()))
        && within(&expected.mentions, &words)
}

#[test]
fn every_set_up_of_the_corpus_comes_out_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/ica");
    let mut paths = crate::support::files_below(&folder, ".toml");
    let only = std::env::var("ICA_CASE").unwrap_or_default();
    paths.retain(|path| path.to_string_lossy().contains(&only));
    let mut report = String::new();
    for path in &paths {
        let wrong = wrong(path);
        if !wrong.is_empty() {
            report.push_str(&format!("\n{}\n    {}", path.file_name().unwrap().display(), wrong.join("\n    ")));
        }
    }
    assert!(report.is_empty(), "of {} set-ups these are wrong:{report}", paths.len());
    assert!(!only.is_empty() || paths.len() >= 25, "only {} set-ups", paths.len());
}
