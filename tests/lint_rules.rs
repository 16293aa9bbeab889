//! The rules of `lint`: the examples of their pages, the cases of corpus/rules, and the list of checks that they cover.

use ica_policy::api::{Audience, LintOptions, PolicyKind, Selection, Workspace};
use ica_policy::finding::Code;
use ica_policy::report::lint::Found;
use ica_policy::rules::lint::manual::{Manual, policy_of};
use ica_policy::rules::lint::{all_codes, all_rules};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A policy with all that the rules find in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// `bucket` is a resource policy of a bucket; by default the kind is recognised.
    kind: Option<String>,
    /// A policy, or statements alone.
    policy: String,
    /// Whether opinions are asked as well.
    #[serde(default)]
    pedantic: bool,
    /// The findings, each `rule place`.
    #[serde(default)]
    finds: Vec<String>,
    /// Words that the findings say, in their messages or in what to do.
    #[serde(default)]
    says: Vec<String>,
    /// The rules that could be mistaken about it.
    #[serde(default)]
    good: Vec<String>,
}

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/rules")
}

fn cases() -> Vec<Case> {
    let read = |name: &str| fs::read_to_string(folder().join(name)).unwrap();
    let of = |name| toml::from_str::<Cases>(&read(name)).unwrap().case;
    [of("cases.toml"), of("beside.toml")].into_iter().flatten().collect()
}

fn options(kind: Option<&str>, pedantic: bool) -> LintOptions {
    let is = |word: &str| PolicyKind::ALL.into_iter().find(|kind| kind.word() == word);
    let kind_of = kind.map(|word| match word {
        "bucket" => PolicyKind::Resource,
        word => is(word).unwrap_or_else(|| panic!("{word} is no kind of policy")),
    });
    let selection = Selection { only: Vec::new(), pedantic };
    LintOptions { kind: kind_of, is_of_bucket: kind == Some("bucket"), configured: None, selection }
}

fn found(policy: &str, kind: Option<&str>, pedantic: bool) -> Vec<Found> {
    let mut workspace = Workspace::new();
    workspace.add_text("policy.json", policy).unwrap();
    let lint = workspace.lint(&["policy.json"], &options(kind, pedantic)).unwrap();
    assert!(lint.failures.is_empty(), "{policy}: {:?}", lint.failures);
    lint.policies.into_iter().flat_map(|policy| policy.findings).collect()
}

/// The codes of all rules.
fn codes() -> impl Iterator<Item = Code> {
    all_rules().flat_map(|rule| rule.codes().iter().copied())
}

/// What a page shows as wrong is found, and what it shows as right is not.
#[test]
fn the_examples_of_every_page_hold() {
    let mut wrong = String::new();
    for code in codes() {
        let manual = Manual::of(code).unwrap_or_else(|| panic!("{code:?} has no page"));
        assert!(
            !manual.to_do.is_empty() && !manual.source.is_empty() && !manual.about.is_empty(),
            "{code:?}"
        );
        for example in &manual.examples {
            let found = found(&example.policy(), example.kind.as_deref(), true);
            let is_found = found.iter().any(|found| found.finding.code == code);
            if is_found != example.is_bad {
                let ids = found.iter().map(|found| found.finding.code.id()).collect::<Vec<_>>();
                wrong += &format!("{}: {ids:?} in {}\n", code.id(), example.text);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Every rule runs on every policy: a finding of a neighbour that nobody expects is seen.
#[test]
fn every_case_has_the_findings_that_it_says() {
    let mut wrong = String::new();
    for case in cases() {
        let policy = policy_of(&case.policy);
        let found = found(&policy, case.kind.as_deref(), case.pedantic);
        let said = found.iter().map(|found| {
            let help = found.finding.help.as_deref().unwrap_or_default();
            format!("{}\n{help}\n", found.finding.message)
        });
        let said = said.collect::<String>();
        let mut found = found
            .iter()
            .map(|found| {
                format!("{} {}", found.finding.code.id(), found.pointer.clone().unwrap_or_default())
            })
            .collect::<Vec<_>>();
        let unsaid = case.says.iter().filter(|words| !said.contains(*words));
        unsaid.for_each(|words| {
            wrong += &format!("{}\n  no finding says `{words}`: {said}\n", case.policy)
        });
        let mut expected = case.finds.clone();
        found.sort();
        expected.sort();
        if found != expected {
            wrong += &format!("{}\n  found {found:?}\n  expected {expected:?}\n", case.policy);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// At least two policies in which a rule finds something, and two in which it could be mistaken; the examples of its page do not count.
#[test]
fn every_rule_has_cases() {
    let (mut bad, mut good) = (BTreeMap::<String, usize>::new(), BTreeMap::<String, usize>::new());
    let known = all_codes().map(Code::id).collect::<BTreeSet<_>>();
    for case in cases() {
        let finds = case.finds.iter().filter_map(|line| line.split(' ').next());
        let finds = finds.map(str::to_owned).collect::<BTreeSet<_>>();
        for id in &case.good {
            assert!(known.contains(id.as_str()) && !finds.contains(id), "{id}: {}", case.policy);
            *good.entry(id.clone()).or_default() += 1;
        }
        finds.into_iter().for_each(|id| *bad.entry(id).or_default() += 1);
    }
    let few = |counts: &BTreeMap<String, usize>| {
        codes()
            .map(Code::id)
            .filter(|id| counts.get(*id).is_none_or(|count| *count < 2))
            .collect::<Vec<_>>()
    };
    assert_eq!((few(&bad), few(&good)), (Vec::new(), Vec::new()), "bad, good");
}

/// A check of the list of all peers, and what covers it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Covered {
    check: String,
    #[serde(default)]
    rules: Vec<String>,
    #[serde(default)]
    reason: String,
}

#[derive(Deserialize)]
struct Coverage {
    covered: Vec<Covered>,
}

#[test]
fn every_check_of_the_list_is_covered_or_has_a_reason() {
    let text = fs::read_to_string(folder().join("coverage.toml")).unwrap();
    let covered = toml::from_str::<Coverage>(&text).unwrap().covered;
    let codes = all_codes().map(|code| (code.id(), code)).collect::<BTreeMap<_, _>>();
    let mut by_rules = 0;
    for one in &covered {
        assert_ne!(
            one.rules.is_empty(),
            one.reason.is_empty(),
            "{}: a rule or a reason",
            one.check
        );
        let known = one.rules.iter().map(|id| {
            codes.get(id.as_str()).unwrap_or_else(|| panic!("{}: there is no rule {id}", one.check))
        });
        let known = known.collect::<Vec<_>>();
        by_rules += usize::from(!known.is_empty());
        let is_of_aws = one.check.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        let says_so = known.iter().any(|code| code.row().analyzer.contains(&one.check.as_str()));
        let is_named = codes.values().any(|code| code.row().analyzer.contains(&one.check.as_str()));
        assert!(!is_of_aws || !is_named || says_so, "{}: another rule has this name", one.check);
    }
    assert!(by_rules >= 150, "{by_rules} checks are covered by rules");
    for name in codes.values().flat_map(|code| code.row().analyzer) {
        assert!(
            covered.iter().any(|one| one.check == *name && !one.rules.is_empty()),
            "{name} is not in the list"
        );
    }
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/lint-checks.json");
    let Ok(list) = fs::read_to_string(list) else { return };
    let list: Vec<serde_json::Value> = serde_json::from_str(&list).unwrap();
    let mut listed =
        list.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let mut ours = covered.iter().map(|one| one.check.clone()).collect::<Vec<_>>();
    listed.sort();
    ours.sort();
    assert_eq!(ours, listed);
}

/// Opinions are asked only if somebody wants them.
#[test]
fn opinions_are_off_by_default() {
    let policy =
        policy_of(r#"{"Effect": "Allow", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"}"#);
    let has_opinion = |pedantic| {
        found(&policy, None, pedantic)
            .iter()
            .any(|found| found.finding.code.row().audience == Audience::Pedantic)
    };
    assert_eq!((has_opinion(false), has_opinion(true)), (false, true));
}

/// The page of each rule is made from its doc comment.
#[test]
fn the_pages_of_the_rules_are_those_of_the_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules");
    let mut expected = BTreeSet::new();
    for code in codes() {
        let file = folder.join(format!("{}.md", code.id()));
        let page = page(code);
        if std::env::var_os("UPDATE_PAGES").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&file, &page).unwrap();
        }
        assert_eq!(fs::read_to_string(&file).unwrap_or_default(), page, "{}", code.id());
        expected.insert(file);
    }
    let there = crate::support::files_below(&folder, ".md").into_iter().collect::<BTreeSet<_>>();
    assert_eq!(there, expected);
}

fn page(code: Code) -> String {
    let (row, manual) = (code.row(), Manual::of(code).unwrap());
    let mut page = format!(
        "<!-- made from src/rules; `UPDATE_PAGES=1 cargo test --test all lint_rules` writes it again -->\n\n# {}\n\n",
        code.id()
    );
    let words = |value: &dyn std::fmt::Debug| format!("{value:?}").to_lowercase();
    page += &format!(
        "{} | confidence {} | for {}",
        row.severity.word(),
        words(&row.confidence),
        words(&row.audience)
    );
    if !row.analyzer.is_empty() {
        let names = row.analyzer.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>();
        page += &format!(" | IAM Access Analyzer: {}", names.join(", "));
    }
    page += "\n";
    manual.about.iter().for_each(|text| page += &format!("\n{text}\n"));
    for (is_bad, title) in [(true, "It finds"), (false, "It does not find")] {
        for example in manual.examples.iter().filter(|example| example.is_bad == is_bad) {
            page += &format!("\n{title}:\n\n```json\n{}\n```\n", example.text);
        }
    }
    page + &format!("\nWhat to do: {}\n\nSource: {}\n", manual.to_do, manual.source)
}
