use crate::support::files_below;
use ica_policy::finding::codes::CODES;
use ica_policy::finding::{Code, Section};
use ica_policy::rules::lint::all_rules;
use ica_policy::rules::{RULES, run};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn all_codes() -> Vec<Code> {
    CODES.iter().copied().chain(all_rules().flat_map(|rule| rule.codes().iter().copied())).collect()
}

fn page() -> String {
    let mut sections = BTreeMap::<Section, Vec<Code>>::new();
    all_codes()
        .into_iter()
        .for_each(|code| sections.entry(code.row().section).or_default().push(code));
    let mut page = String::from(
        "<!-- made from src/finding/codes.rs and src/rules; `UPDATE_PAGES=1 cargo test --test all findings` writes it again -->\n\n\
         # Findings\n\nEvery finding has a code, which reports show and which stays the same. The severity is the usual one: where a finding depends \
         on more than its words, the report may say another.\n",
    );
    for (section, mut codes) in sections {
        codes.sort_by_key(|code| code.id());
        page += &format!("\n## {}\n\n{}\n\n", section.anchor(), section.about());
        page += "| code | severity | what is found |\n|---|---|---|\n";
        for code in codes {
            let (id, severity, summary) =
                (code.id(), code.row().severity.word(), code.row().summary);
            page += &format!("| `{id}` | {severity} | {summary} |\n");
        }
    }
    page
}

#[test]
fn the_page_lists_every_code() {
    let (file, page) = (root().join("docs/findings.md"), page());
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::write(&file, &page).unwrap();
    }
    assert_eq!(fs::read_to_string(file).unwrap_or_default(), page);
}

#[test]
fn each_code_has_one_row() {
    let mut ids = all_codes().into_iter().map(Code::id).collect::<Vec<_>>();
    ids.sort_unstable();
    let twice = ids.windows(2).filter(|pair| pair[0] == pair[1]).collect::<Vec<_>>();
    assert!(twice.is_empty(), "{twice:?}");
}

/// A code is made in the registry or by the rule that has it, and each of them is used.
#[test]
fn codes_are_made_in_one_place_and_used() {
    let src = root().join("src");
    let (mut made_elsewhere, mut uses) = (Vec::new(), String::new());
    for file in files_below(&src, ".rs") {
        let text = fs::read_to_string(&file).unwrap();
        let place = file.strip_prefix(&src).unwrap();
        if text.contains("Code::of(")
            && !place.starts_with("finding")
            && !place.starts_with("rules")
        {
            made_elsewhere.push(place.to_owned());
        }
        if !place.ends_with("finding/codes.rs") {
            uses += &text;
        }
    }
    assert!(made_elsewhere.is_empty(), "{made_elsewhere:?}");
    let words = uses.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    let words = words.collect::<std::collections::HashSet<_>>();
    let unused = CODES.iter().map(|code| code.id().to_uppercase().replace('-', "_"));
    let unused = unused.filter(|name| !words.contains(name.as_str())).collect::<Vec<_>>();
    assert!(unused.is_empty(), "{unused:?}");
}

/// A rule that needs to know the bucket finds nothing where it does not.
#[test]
fn rules_without_an_attachment_are_silent() {
    use ica_policy::rules::{Attached, Subject};
    let text = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": ["s3:GetObjekt", "newthing:Do"],
        "Resource": "arn:aws:s3:::another/*"}}"#;
    let mut sources = ica_policy::source::Sources::new();
    let id = sources.add_file("p", text.to_owned()).unwrap();
    let document = ica_policy::input::read_policy(&mut sources, id).unwrap();
    let policy = document.lower(ica_policy::model::PolicyKind::Resource).policy;
    let found = |attached| {
        let findings = run(
            &RULES,
            &Subject { policy: &policy, sources: &sources, attached, is_stored: false },
        );
        findings.iter().map(|finding| finding.code.id()).collect::<Vec<_>>()
    };
    assert_eq!(found(None), ["unknown-action", "unknown-service"]);
    let attached = Attached { bucket: Some("mine"), is_guess: false };
    assert_eq!(found(Some(attached)), ["unknown-action", "unknown-service", "other-bucket"]);
}
