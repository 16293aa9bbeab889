//! What the fuzz targets run: plain functions over any bytes, which panic if something does not hold. `tests/fuzz.rs` runs them, too.

use ica_policy::api::{PolicyKind, Query, Relation, Requests, Settings, Workspace};
use ica_policy::fix::{Text, Texts, fix};
use ica_policy::ica::ICA;
use ica_policy::json;
use ica_policy::simulate::Simulator;
use ica_policy::source::Sources;
use serde::de::IgnoredAny;
use serde_json::Value;

/// The mark between the texts of one input.
pub const MARK: char = '\0';

/// The two texts of an input.
fn two(data: &[u8]) -> Option<(&str, &str)> {
    std::str::from_utf8(data).ok()?.split_once(MARK)
}

/// Text to tree to syntax to model. What is read as JSON is JSON for others, too.
pub fn text(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut sources = Sources::new();
    let id = sources.add_file("a.json", text.to_owned()).unwrap();
    if json::parse(sources.get(id)).is_readable() {
        // A mark of byte order is taken off before.
        let text = text.trim_start_matches('\u{feff}');
        assert!(serde_json::from_str::<IgnoredAny>(text).is_ok(), "only we read it");
    }
    for kind in [PolicyKind::Identity, PolicyKind::Resource] {
        if let Err(error) = Workspace::new().parse("a.json", text, kind) {
            assert!(!error.findings().is_empty());
        }
    }
}

/// A line of `simulate --batch`: the answer is JSON, and the same twice.
pub fn line(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let answer = || Simulator::new().answer(text.to_owned());
    let first = answer();
    if let Some(first) = &first {
        assert!(serde_json::from_str::<Value>(first).is_ok(), "{first}");
    }
    assert_eq!(first, answer());
}

/// Two policies: a policy is equal to itself, both directions agree, and no answer is a defect.
pub fn compare(data: &[u8]) {
    let Some((old, new)) = two(data) else { return };
    for kind in [PolicyKind::Identity, PolicyKind::Resource] {
        let mut workspace = Workspace::new();
        let parsed =
            [("old", old), ("new", new)].map(|(name, text)| workspace.parse(name, text, kind));
        let [Ok(old), Ok(new)] = parsed else { continue };
        for requests in [Requests::Any, Requests::Possible] {
            let there = workspace.compare(&[&old], &[&new], requests);
            let back = workspace.compare(&[&new], &[&old], requests);
            let same = workspace.compare(&[&old], &[&old], requests);
            assert!(matches!(same.relation, Relation::Equal | Relation::Unknown), "{same:?}");
            let opposite = match there.relation {
                Relation::NewAllowsMore => Relation::NewAllowsLess,
                Relation::NewAllowsLess => Relation::NewAllowsMore,
                other => other,
            };
            assert_eq!(opposite, back.relation);
            let is_defect =
                there.undecided.iter().any(|finding| finding.message.contains("defect"));
            assert!(!is_defect, "{:?}", there.undecided);
        }
        let query = Query::new(&["s3:GetObject"], &["arn:aws:s3:::acme-genomics/*"]);
        let _ = workspace.can(&query, &[&new]);
    }
}

const SETTINGS: &str = "bucket = 'acme-genomics'\naccount = '111122223333'\nregion = 'us-east-1'\nprefix = 'ica/'\n\
    versioning = 'unversioned'\nuser = 'illumina_ica_admin'\nbucket_policy = 'bucket.json'\nidentity_policy = 'user.json'\n";

/// The policies of a bucket and of a user: every operation has a verdict, or the files have findings.
pub fn check(data: &[u8]) {
    let Some((bucket, user)) = two(data) else { return };
    let mut workspace = Workspace::new();
    for (name, text) in [("ica.toml", SETTINGS), ("bucket.json", bucket), ("user.json", user)] {
        workspace.add_text(name, text).unwrap();
    }
    match workspace.check("ica.toml") {
        Ok(checked) => assert!(checked.iter().all(|checked| !checked.operations.is_empty())),
        Err(error) => assert!(!error.findings().is_empty()),
    }
}

/// The same, repaired: no operation is worse afterwards, and the new files can be read.
pub fn repair(data: &[u8]) {
    let Some((bucket, user)) = two(data) else { return };
    let settings = toml::from_str::<Settings>(SETTINGS).unwrap();
    let text = |name: &str, text: &str| Text::new(name, name, text.to_owned());
    let list = vec![text("bucket.json", bucket), text("user.json", user)];
    let Some(fixed) = fix(&ICA, &settings, &Texts { list }) else { return };
    for (before, after) in fixed.before.operations.iter().zip(&fixed.after.operations) {
        for (old, new) in before.callers.iter().zip(&after.callers) {
            assert!(new.verdict <= old.verdict, "{} is worse", before.id);
        }
    }
    for text in fixed.texts.list.iter().filter(|text| text.is_changed()) {
        assert!(serde_json::from_str::<Value>(&text.now).is_ok(), "{}", text.now);
    }
}
