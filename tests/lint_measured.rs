//! The findings of `lint` against what AWS's own validation answered about managed policies.

use crate::support::{corpus, files_below};
use ica_policy::api::{LintOptions, Workspace};
use ica_policy::report::lint::Found;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// A code with the places that it is about.
type Answer = (String, BTreeSet<String>);

/// corpus/rules/measured.toml: what is not counted, and why.
#[derive(Deserialize)]
struct Measured {
    /// Checks that AWS has had only since a day: older answers say nothing of them.
    since: Vec<Since>,
    /// Answers that AWS contradicts by others of its own.
    difference: Vec<Difference>,
}

#[derive(Deserialize)]
struct Since {
    code: String,
    day: String,
    #[allow(dead_code, reason = "for people")]
    reason: String,
}

#[derive(Deserialize)]
struct Difference {
    policy: String,
    code: String,
    place: String,
    reason: String,
}

/// corpus/rules/managed.toml: what the default rules say of policies in which AWS's validation found nothing.
#[derive(Deserialize)]
struct Managed {
    finding: Vec<Expected>,
}

#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Expected {
    policy: String,
    rule: String,
    place: String,
    reason: String,
}

fn toml<T: serde::de::DeserializeOwned>(name: &str) -> T {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/rules").join(name);
    toml::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn linted(path: &Path) -> Vec<Found> {
    let mut workspace = Workspace::in_folder("");
    let lint = workspace.lint(&[&path.display().to_string()], &LintOptions::default()).unwrap();
    assert!(lint.failures.is_empty(), "{}: {:?}", path.display(), lint.failures);
    lint.policies.into_iter().flat_map(|policy| policy.findings).collect()
}

/// Codes that depend on the age of the data.
fn ages(code: &str) -> bool {
    code == "INVALID_ACTION" || code.starts_with("INVALID_SERVICE")
}

fn ours(found: &[Found]) -> BTreeSet<Answer> {
    let known = found.iter().filter_map(|found| Some((found, found.analyzer?)));
    let known = known.filter(|(_, code)| !ages(code));
    known
        .map(|(found, code)| {
            let places =
                found.pointer.iter().chain(found.related.iter().flatten()).cloned().collect();
            (code.to_owned(), places)
        })
        .collect()
}

fn theirs(answer: &Value) -> BTreeSet<Answer> {
    let findings = answer.as_array().unwrap().iter();
    let of = |finding: &Value| {
        let code = finding["issueCode"].as_str().unwrap().to_owned();
        let places = finding["locations"].as_array().unwrap().iter().map(|location| {
            let steps = location["path"].as_array().unwrap().iter();
            let step = |step: &Value| {
                let step = step.as_object().unwrap().values().next().unwrap();
                let text = step.as_str().map_or_else(|| step.to_string(), str::to_owned);
                format!("/{}", text.replace('~', "~0").replace('/', "~1"))
            };
            steps.map(step).collect::<String>()
        });
        (code, places.collect())
    };
    findings.map(of).filter(|(code, _): &Answer| !ages(code)).collect()
}

/// A single statement without brackets has no number in our places.
fn numbered(path: &Path, answers: BTreeSet<Answer>) -> BTreeSet<Answer> {
    let policy: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    if policy["PolicyVersion"]["Document"]["Statement"].is_array() {
        return answers;
    }
    let numbered = |place: &String| place.replacen("/Statement", "/Statement/0", 1);
    answers
        .into_iter()
        .map(|(code, places)| (code, places.iter().map(numbered).collect()))
        .collect()
}

/// Each policy of which AWS's answer is known: its name, the day of the answer, the file, and the answer.
fn answered() -> Vec<(String, String, PathBuf, Value)> {
    let folder = corpus("01-aws-managed");
    let read = |path: &Path| serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut all = Vec::new();
    for file in files_below(&folder.join("mamip-findings/findings"), ".json") {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let policy = folder.join("mamip/policies").join(&name);
        all.push((name, "9999".to_owned(), policy, read(&file)));
    }
    for policy in files_below(&folder.join("mamip-findings-history"), ".policy.json") {
        let day = policy.file_name().unwrap().to_string_lossy()[..10].to_owned();
        let name = policy.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let answer = policy.display().to_string().replace(".policy.", ".findings.");
        all.push((name, day, policy.clone(), read(Path::new(&answer))));
    }
    for name in clean() {
        all.push((
            name.clone(),
            "9999".to_owned(),
            folder.join("mamip/policies").join(name),
            Value::Array(Vec::new()),
        ));
    }
    all
}

/// The policies in which AWS's validation found nothing.
fn clean() -> Vec<String> {
    let list = fs::read_to_string(corpus("01-aws-managed").join("mamip-clean.txt")).unwrap();
    list.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

#[derive(Default)]
struct Count {
    both: usize,
    only_ours: Vec<String>,
    only_theirs: Vec<String>,
}

/// At least 98 of 100, in both directions, for each code that occurs in AWS's answers.
#[test]
#[cfg_attr(not(corpus), ignore = "the corpus is not beside the repository")]
fn findings_equal_those_of_aws() {
    let measured = toml::<Measured>("measured.toml");
    assert!(measured.difference.iter().all(|difference| !difference.reason.is_empty()));
    let mut counts = BTreeMap::<String, Count>::new();
    let mut used = BTreeSet::new();
    let answered = answered();
    assert!(answered.len() >= 1_400, "{}", answered.len());
    for (name, day, path, answer) in &answered {
        let (ours, theirs) = (numbered(path, ours(&linted(path))), theirs(answer));
        for (code, places) in ours.union(&theirs) {
            let answer = (code.clone(), places.clone());
            let count = counts.entry(code.clone()).or_default();
            let line = format!("{name} {day}: {places:?}");
            if ours.contains(&answer) && theirs.contains(&answer) {
                count.both += 1;
                continue;
            }
            let difference = measured.difference.iter().position(|known| {
                known.policy == *name && known.code == *code && places.contains(&known.place)
            });
            let is_too_old =
                measured.since.iter().any(|since| since.code == *code && *day < since.day);
            if let Some(difference) = difference {
                used.insert(difference);
            } else if !is_too_old {
                let list = if ours.contains(&answer) {
                    &mut count.only_ours
                } else {
                    &mut count.only_theirs
                };
                list.push(line);
            }
        }
    }
    let unused = (0..measured.difference.len()).filter(|place| !used.contains(place));
    assert_eq!(unused.collect::<Vec<_>>(), Vec::<usize>::new(), "differences that are none");
    let mut wrong = String::new();
    for (code, count) in &counts {
        let Count { both, only_ours, only_theirs } = count;
        eprintln!(
            "{code}: {both} equal, {} only ours, {} only AWS's",
            only_ours.len(),
            only_theirs.len()
        );
        let is_enough = |others: usize| both * 100 >= (both + others) * 98;
        if !is_enough(only_ours.len()) || !is_enough(only_theirs.len()) {
            wrong += &format!("{code}: only ours {only_ours:#?}, only AWS's {only_theirs:#?}\n");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What the default rules say of the policies in which AWS's validation found nothing is known, with a reason.
#[test]
#[cfg_attr(not(corpus), ignore = "the corpus is not beside the repository")]
fn clean_policies_have_few_findings() {
    let folder = corpus("01-aws-managed/mamip/policies");
    let mut known = toml::<Managed>("managed.toml").finding;
    assert!(known.iter().all(|finding| !finding.reason.is_empty()));
    assert!(known.len() <= 60, "{}", known.len());
    let mut new = String::new();
    for policy in clean() {
        for found in linted(&folder.join(&policy)) {
            let (rule, place) = (found.finding.code.id(), found.pointer.unwrap_or_default());
            let is =
                |one: &Expected| one.policy == policy && one.rule == rule && one.place == place;
            match known.iter().position(is) {
                Some(at) => drop(known.remove(at)),
                None => {
                    new += &format!(
                        "[[finding]]\npolicy = \"{policy}\"\nrule = \"{rule}\"\nplace = \"{place}\"\nreason = \"{}\"\n\n",
                        found.finding.message
                    )
                }
            }
        }
    }
    assert!(new.is_empty(), "new findings:\n{new}");
    assert!(known.is_empty(), "no longer found: {known:#?}");
}

/// Each example of AWS's samples for its validation gives the finding that it was written for.
#[test]
#[cfg_attr(not(corpus), ignore = "the corpus is not beside the repository")]
fn samples_of_aws_give_their_findings() {
    let folder = corpus("03-edge/aws-iam-access-analyzer-samples");
    for (file, expected) in [
        ("01-validate-policy/identity-policy.json", &["unknown-action"][..]),
        ("01-validate-policy/resource-policy.json", &["outdated-key"]),
        ("01-validate-policy/scp.json", &["wildcard-inside-scp-action"]),
        ("03-no-iac/policies/identity/policy1.json", &["pass-any-role", "unknown-action"]),
        ("03-no-iac/policies/identity/policy2.json", &["unknown-action", "unknown-action"]),
        ("03-no-iac/policies/identity/policy3.json", &["missing-version", "unknown-action"]),
        ("03-no-iac/policies/identity/trust/trust-policy.json", &[]),
        ("03-no-iac/policies/resource/kms/key-policy.json", &["missing-version"]),
        ("03-no-iac/policies/resource/s3/bucket-policy.json", &[]),
        ("03-no-iac/policies/resource/sns/topic-policy.json", &["missing-version"]),
        ("03-no-iac/policies/resource/sqs/queue-policy.json", &[]),
        ("05-scps/policies/policy1.json", &["wildcard-inside-scp-action"]),
        (
            "05-scps/policies/policy2.json",
            &["missing-element", "unknown-element", "unsupported-element"],
        ),
    ] {
        let mut found = linted(&folder.join(file))
            .into_iter()
            .map(|found| found.finding.code.id())
            .collect::<Vec<_>>();
        found.sort_unstable();
        assert_eq!(found, expected, "{file}");
    }
}
