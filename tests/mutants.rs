use crate::support::run::{fresh_folder, run_in, stderr, stdout};
use ica_policy::api::{Effect, FuzzOptions, PolicyKind, Reach, Settings, Workspace, views};
use ica_policy::mutate::Original;
use ica_policy::source::Sources;
use ica_policy::{input, mutate};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

const ACCOUNT: &str = "111122223333";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[derive(Deserialize)]
struct Planted {
    policy: Vec<Policy>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    name: String,
    kind: String,
    account: Option<String>,
    text: String,
    slip: Vec<Slip>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Slip {
    id: String,
    at: String,
    /// From 0, where the words are in several statements.
    statement: Option<usize>,
    effect: String,
    to: Option<String>,
    #[serde(default)]
    loses: bool,
    #[expect(dead_code, reason = "for readers")]
    why: String,
}

fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

fn kind(word: &str) -> PolicyKind {
    PolicyKind::ALL.into_iter().find(|kind| kind.word() == word).unwrap()
}

fn fuzz(
    text: &str,
    kind: PolicyKind,
    account: Option<&str>,
    options: &FuzzOptions,
) -> views::fuzz::Fuzzed {
    let mut workspace = Workspace::new();
    workspace.add_text("policy.json", text).unwrap();
    workspace.fuzz(&["policy.json"], kind, account, options).unwrap()
}

/// Whether a mutant is the planted slip: it touches the words, or stands in the statement of that name or effect.
fn is_planted(mutant: &views::fuzz::Mutant, slip: &Slip, text: &str) -> bool {
    let own = &mutant.slips[0];
    let touched = own.span.as_ref().map_or("", |place| &text[place.start..place.end]);
    let is_there = slip.statement.is_none() || slip.statement == own.statement;
    own.id == slip.id && is_there && touched.contains(&slip.at)
}

#[test]
fn planted_slips_are_found_with_what_they_do() {
    let text = fs::read_to_string(root().join("corpus/mutants/planted.toml")).unwrap();
    let planted: Planted = toml::from_str(&text).unwrap();
    let (mut wrong, mut count) = (Vec::new(), 0);
    for policy in &planted.policy {
        let account = policy.account.as_deref();
        let fuzzed = fuzz(&policy.text, kind(&policy.kind), account, &FuzzOptions::default());
        assert!(!fuzzed.is_defect, "{}", policy.name);
        for slip in &policy.slip {
            count += 1;
            let found = fuzzed.mutants.iter().filter(|own| is_planted(own, slip, &policy.text));
            let found = found.collect::<Vec<_>>();
            let is_as_expected = |own: &&&views::fuzz::Mutant| {
                word(own.effect) == slip.effect
                    && own.opens.as_ref().map(|opening| word(opening.to)) == slip.to
                    && (!slip.loses || own.loses.is_some())
            };
            // One slip, not one of several that may do other things.
            if found.len() != 1 || !found.iter().all(|own| is_as_expected(&own)) {
                let effects = found.iter().map(|own| (word(own.effect), own.opens.clone()));
                wrong.push((&policy.name, &slip.id, effects.collect::<Vec<_>>()));
            }
        }
    }
    assert!(count >= 20, "{count} slips are planted");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The documents of a folder's settings file, each with its kind.
fn documents(folder: &str) -> Vec<(PathBuf, PolicyKind)> {
    let folder = root().join(folder);
    let settings = ica_policy::product::build::settings::parse(
        &fs::read_to_string(folder.join("ica.toml")).unwrap(),
    );
    let settings = settings.unwrap();
    let of = |kind: PolicyKind| {
        let names = settings[0].layer(kind).map(|levels| levels.names().to_vec());
        names.into_iter().flatten().map(|name| (folder.join(name), kind)).collect::<Vec<_>>()
    };
    PolicyKind::ALL.into_iter().flat_map(of).collect()
}

/// The names and values of a document, as they are written.
fn written(value: &serde_json::Value, found: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Object(members) => members.iter().for_each(|(name, value)| {
            found.insert(serde_json::to_string(name).unwrap());
            written(value, found);
        }),
        serde_json::Value::Array(items) => items.iter().for_each(|item| written(item, found)),
        serde_json::Value::String(text) if text.is_empty() => {}
        other => drop(found.insert(other.to_string())),
    }
}

/// Every name and value of the examples' policies is touched by a slip in that word alone: one that takes out more says nothing about it.
#[test]
fn every_word_is_touched() {
    let (mut count, mut untouched) = (0, Vec::new());
    for folder in ["examples/seed-conflict", "examples/kms", "examples/role-method"] {
        for (path, kind) in documents(folder) {
            let text = fs::read_to_string(&path).unwrap();
            let mut sources = Sources::new();
            let id = sources.add_file("policy.json", text.clone()).unwrap();
            let document = input::read_policy(&mut sources, id).unwrap();
            let original = Original::new(&sources, id, "policy.json".into(), kind, document);
            let slips = original.slips(&sources);
            let mut all = BTreeSet::new();
            written(&serde_json::from_str(&text).unwrap(), &mut all);
            for word in all {
                // As often as the text has it, so often it is touched.
                let places = text.matches(&word).count();
                let touched = slips.iter().filter(|slip| sources.text(slip.at) == word);
                let touched = touched.map(|slip| slip.at.lo).collect::<BTreeSet<_>>().len();
                count += places;
                if touched < places {
                    untouched.push(format!("{}: {word}: {touched} of {places}", path.display()));
                }
            }
        }
    }
    assert!(untouched.is_empty(), "{untouched:#?}");
    assert!(count > 200, "{count} words");
}

/// Letters of several bytes at the end of every word of a policy.
#[test]
fn letters_of_several_bytes_are_letters() {
    let text = r#"{"Version": "2012-10-17", "Id": "é", "Statement": [{"Sid": "é", "Effect": "Deny", "Principal": {"AWS": ["arn:aws:iam::111122223333:role/é", "é"]},
        "Action": ["s3:Getées", "s3:é*"], "Resource": ["arn:aws:s3:::é", "arn:aws:s3:::lab/é/*", "é"], "Condition": {
        "NumericLessThan": {"s3:max-keys": ["5é", "é"], "é:é": "é5"}, "DateLessThan": {"aws:CurrentTime": ["2026é", "é", "202é"]},
        "IpAddress": {"aws:SourceIp": ["é", "203.0.113.0/é", "10.0.0.é/8"]}, "Bool": {"aws:SecureTransport": "é"}, "Null": {"aws:é": "é"},
        "StringLike": {"aws:usernamé": ["é*é", "${aws:usernamé}é", "${é", "?é"]}, "ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::11112222333é:user/é", "é"]},
        "ForAnyValue:StringEqualsIgnoreCasé": {"aws:TagKeys": "é"}}}]}"#;
    for kind in PolicyKind::ALL {
        let mut sources = Sources::new();
        let id = sources.add_file("policy.json", text.to_owned()).unwrap();
        let document = input::read_policy(&mut sources, id).unwrap();
        let originals = [Original::new(&sources, id, "policy.json".into(), kind, document)];
        assert!(originals[0].slips(&sources).len() > 50);
        let policies = mutate::Policies {
            sources: &sources,
            originals: &originals,
            together: false,
            customer: "arn:aws:iam::111122223333:user/é".to_owned(),
            account: ACCOUNT.to_owned(),
            key: None,
        };
        assert!(mutate::edges(&policies).is_ok());
    }
}

#[test]
fn what_is_left_out_is_counted_and_follows_from_the_seed() {
    let text = fs::read_to_string(root().join("examples/kms/bucket-policy.json")).unwrap();
    let run = |cases: usize, seed: u64| {
        let options = FuzzOptions { cases, seed, ..FuzzOptions::default() };
        fuzz(&text, PolicyKind::Resource, Some(ACCOUNT), &options)
    };
    let all = run(2_000, 0);
    assert_eq!(all.left_out, 0);
    let names = |fuzzed: &views::fuzz::Fuzzed| {
        let slips = fuzzed.mutants.iter().flat_map(|mutant| &mutant.slips);
        slips
            .map(|slip| (slip.id, slip.words.clone(), slip.writes.clone()))
            .collect::<BTreeSet<_>>()
    };
    let some = run(10, 1);
    assert_eq!((some.judged, some.left_out), (10, all.judged - 10));
    assert_eq!(names(&some), names(&run(10, 1)));
    assert_ne!(names(&some), names(&run(10, 2)));
    assert!(names(&some).is_subset(&names(&all)));
}

#[test]
fn pairs_come_after_the_single_slips() {
    let text = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::lab/*",
         "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f67890"}, "Bool": {"aws:SecureTransport": "true"}}},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::lab/*",
         "Condition": {"StringNotEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f67890"}}}]}"#;
    let only = ["condition-removed", "statement-removed"].map(|id| mutate::kind(id).unwrap());
    let options = FuzzOptions { pairs: true, only: only.to_vec(), ..FuzzOptions::default() };
    let fuzzed = fuzz(text, PolicyKind::Resource, Some(ACCOUNT), &options);
    let (singles, pairs): (Vec<_>, Vec<_>) =
        fuzzed.mutants.iter().partition(|mutant| mutant.slips.len() == 1);
    // Two statements and three conditions; a condition of a statement that is missing is no pair.
    assert_eq!(singles.len(), 5);
    assert_eq!(pairs.len() + fuzzed.left_out, 10);
    let endpoint_alone = singles.iter().find(|mutant| {
        mutant.slips[0].words == "aws:SourceVpce" && mutant.slips[0].statement == Some(0)
    });
    // The Deny still asks for the endpoint.
    assert_eq!(endpoint_alone.unwrap().effect, Effect::GuardsNothing);
    let opened = pairs.iter().filter(|mutant| mutant.is_more && mutant.effect == Effect::Opens);
    let opened = opened.collect::<Vec<_>>();
    assert!(!opened.is_empty(), "{pairs:#?}");
    assert!(opened.iter().all(|mutant| mutant.opens.as_ref().unwrap().to == Reach::Anonymous));
}

/// The seed's set-up as a whole: what one slip does to the operations, and words that guard nothing.
#[test]
fn the_connection_of_the_seed() {
    let folder = root().join("examples/seed-conflict");
    let settings = ica_policy::product::build::settings::parse(
        &fs::read_to_string(folder.join("ica.toml")).unwrap(),
    );
    let settings: Settings = settings.unwrap().remove(0);
    let only = [
        "value-dropped",
        "effect-turned",
        "exception-dropped",
        "slash-star-lost",
        "statement-removed",
    ];
    let only = only.map(|id| mutate::kind(id).unwrap()).to_vec();
    let options = FuzzOptions { only, ..FuzzOptions::default() };
    let fuzzed = Workspace::in_folder(&folder).fuzz_settings(&settings, &options).unwrap();
    let of = |id: &str, words: &str, (file, statement): (&str, usize)| {
        let mut own = fuzzed.mutants.iter().filter(|mutant| {
            let slip = &mutant.slips[0];
            let is_there = slip.file.contains(file) && slip.statement == Some(statement);
            is_there && slip.id == id && slip.words == words
        });
        own.next().unwrap_or_else(|| panic!("{id} {words}"))
    };
    let opened = of("effect-turned", "Deny", ("bucket", 0));
    assert_eq!(opened.opens.as_ref().unwrap().to, Reach::Anonymous);
    let broken = of("value-dropped", "s3:RestoreObject", ("user", 1));
    assert_eq!(broken.effect, Effect::Breaks);
    assert!(broken.breaks.iter().all(|operation| operation.id == "restore-data"), "{broken:?}");
    let session =
        of("exception-dropped", "arn:aws:sts::111122223333:federated-user/*", ("bucket", 0));
    assert!(session.breaks.iter().all(|operation| operation.caller == "federated-session"));
    assert!(!session.breaks.is_empty());
    // Others of the account may restore objects, once the Deny does not name the action.
    let lifted = of("value-dropped", "s3:RestoreObject", ("bucket", 0)).opens.as_ref().unwrap();
    assert_eq!(lifted.to, Reach::Account);
    assert!(lifted.request.if_allowed_elsewhere);
    // The Deny keeps Illumina's role out: what the other statement allows it guards nothing.
    assert_eq!(of("value-dropped", "s3:PutObject", ("bucket", 1)).effect, Effect::GuardsNothing);
    let refused = fuzzed.mutants.iter().find(|mutant| {
        mutant.slips[0].words.ends_with("genomics/*") && mutant.effect == Effect::Refused
    });
    assert!(refused.is_some_and(|mutant| mutant.refused.is_some()));
    // Whoever gets access is shown by a request.
    assert!(
        fuzzed
            .mutants
            .iter()
            .filter(|mutant| mutant.effect == Effect::Opens)
            .all(|mutant| mutant.opens.is_some())
    );
}

#[test]
fn the_command_ends_as_fail_on_says() {
    let root = root();
    let run = |more: &[&str]| {
        let line = [
            "fuzz",
            "examples/seed-conflict/bucket-policy.json",
            "--account",
            ACCOUNT,
            "--only",
            "effect-turned",
        ];
        run_in(&root, &[&line[..], more].concat())
    };
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(0));
    assert!(stdout(&output).contains("ACCESS FOR ANYBODY"), "{}", stdout(&output));
    assert_eq!(run(&["--fail-on", "opens"]).status.code(), Some(1));
    assert_eq!(run(&["--fail-on", "guards-nothing"]).status.code(), Some(0));
    assert_eq!(run(&["--fail-on", "nonsense"]).status.code(), Some(2));
    let verbose = run(&["--verbose"]);
    assert!(stdout(&verbose).contains("[effect-turned]"), "{}", stdout(&verbose));
}

/// The lines of `fuzz --edge --format json`.
fn edge_lines(line: &[&str]) -> Vec<String> {
    let arguments = [&["fuzz"], line, &["--edge", "--format", "json"]].concat();
    let output = run_in(&root(), &arguments);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    stdout(&output).lines().map(str::to_owned).collect()
}

/// The requests at the edges are lines that `simulate` answers as they expect.
#[test]
fn the_edges_are_tests_that_can_be_kept() {
    for folder in ["examples/seed-conflict", "examples/kms", "examples/role-method"] {
        let lines = edge_lines(&[folder]);
        let mut simulator = ica_policy::simulate::Simulator::new();
        let mut decisions = BTreeSet::new();
        assert_eq!(simulator.answer(lines[0].clone()), None);
        for line in &lines[1..] {
            let answer = simulator.answer(line.clone()).unwrap();
            let answer = serde_json::from_str::<serde_json::Value>(&answer).unwrap();
            assert_eq!(answer["as_expected"], true, "{line}: {answer}");
            decisions.insert(answer["decision"].to_string());
        }
        assert!(lines.len() > 20 && decisions.len() > 1, "{folder}: {} {decisions:?}", lines.len());
        let wrong = lines[1].replace("\"expect\":\"", "\"expect\":\"x");
        assert!(simulator.answer(wrong).unwrap().contains("\"path\":\"expect\""));
    }
}

/// Also where no statement decides: an action that needs no permission, and a point that AWS's pages leave open.
#[test]
fn each_edge_says_what_decides() {
    let folder = fresh_folder("edges-with-reasons");
    let user = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["sts:GetCallerIdentity", "s3:GetObject"], "Resource": "*"}]}"#;
    let bucket = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:user/ana"},
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::lab/*"}]}"#;
    for (file, policy, reason) in [
        ("user-policy.json", user, "Allowed | GetCallerIdentity needs no permission"),
        ("bucket-policy.json", bucket, "(not-principal-allow)"),
    ] {
        fs::write(folder.join(file), policy).unwrap();
        let line = ["fuzz", file, "--account", ACCOUNT, "--edge", "--format", "markdown"];
        let table = stdout(&run_in(&folder, &line));
        assert!(table.contains(reason), "{table}");
        let mut rows = table.lines().filter(|line| line.starts_with("| "));
        assert!(rows.all(|row| !row.ends_with("|  |")), "{table}");
    }
}

/// One step inside and outside of a range of addresses and of a pattern.
#[test]
fn a_step_inside_and_a_step_outside() {
    let folder = fresh_folder("edges");
    let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:user/ana"},
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::lab/reads/*", "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}]}"#;
    let path = folder.join("bucket.json");
    fs::write(&path, policy).unwrap();
    let lines = edge_lines(&[path.to_str().unwrap(), "--account", ACCOUNT]);
    let found = |pointer: &str, wanted: &str| {
        let read = |line: &String| serde_json::from_str::<serde_json::Value>(line).unwrap();
        let mut all = lines
            .iter()
            .map(read)
            .filter(|line| line.pointer(pointer).is_some_and(|own| own == wanted));
        all.next().map(|line| line["expect"].as_str().unwrap().to_owned())
    };
    for (address, expected) in [
        ("203.0.112.255", "ImplicitlyDenied"),
        ("203.0.113.0", "Allowed"),
        ("203.0.113.255", "Allowed"),
        ("203.0.114.0", "ImplicitlyDenied"),
    ] {
        assert_eq!(found("/context/aws:SourceIp", address).as_deref(), Some(expected), "{address}");
    }
    for (resource, expected) in [
        ("arn:aws:s3:::lab/reads/", "Allowed"),
        ("arn:aws:s3:::lab/reads/x", "Allowed"),
        ("arn:aws:s3:::lab/reads", "ImplicitlyDenied"),
    ] {
        assert_eq!(found("/resource", resource).as_deref(), Some(expected), "{resource}");
    }
    assert_eq!(
        found("/principal", "arn:aws:iam::111122223333:user/anax").as_deref(),
        Some("ImplicitlyDenied")
    );
    let table = run_in(&folder, &["fuzz", "bucket.json", "--edge", "--format", "markdown"]);
    assert!(stdout(&table).contains("| bucket.json:2 "), "{}", stdout(&table));
    assert_eq!(
        run_in(&folder, &["fuzz", "bucket.json", "--edge", "--format", "sarif"]).status.code(),
        Some(2)
    );
}

/// The values of `--only` are hidden in the help, so the page lists them.
#[test]
fn the_page_lists_the_kinds() {
    let page = fs::read_to_string(root().join("docs/fuzz.md")).unwrap();
    for kind in mutate::KINDS {
        assert!(page.contains(&format!("\n| `{}` | {} |\n", kind.id, kind.says)), "{}", kind.id);
    }
}

/// A key that ICA is assumed to send is no guard against others: without the condition a stolen key works from everywhere.
#[test]
fn what_is_assumed_hides_no_access() {
    let folder = fresh_folder("assumed");
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    write(
        "user.json",
        r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::lab/*",
        "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d4e5f67890"}}}]}"#,
    );
    write(
        "ica.toml",
        r#"bucket = "lab"
account = "111122223333"
user = "ana"
region = "us-east-1"
identity_policy = "user.json"
assume = ["aws:SourceVpce=vpce-0a1b2c3d4e5f67890"]
"#,
    );
    let line = ["fuzz", "--connection", "ica.toml", "--only", "condition-removed", "--verbose"];
    let output = run_in(&folder, &[&line[..], &["--fail-on", "opens"]].concat());
    assert_eq!(output.status.code(), Some(1), "{} {}", stdout(&output), stderr(&output));
    assert!(stdout(&output).contains("access for the same callers"), "{}", stdout(&output));
}

/// The account of the key, not that of the bucket, is the own account of a key policy.
#[test]
fn a_key_policy_is_judged_from_the_account_of_the_key() {
    let folder = fresh_folder("key-account");
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", PRINCIPAL"Action": "ACTION", "Resource": "*"}]}"#;
    let of = |principal: &str, action: &str| {
        policy.replace("PRINCIPAL", principal).replace("ACTION", action)
    };
    write("user.json", &of("", "s3:*"));
    let reader = r#""Principal": {"AWS": "arn:aws:iam::444455556666:role/reader"}, "#;
    write("key.json", &of(reader, "kms:Decrypt"));
    write(
        "ica.toml",
        r#"bucket = "lab"
account = "111122223333"
user = "ana"
region = "us-east-1"
identity_policy = "user.json"
kms_key = "arn:aws:kms:us-east-1:444455556666:key/1234abcd-12ab-34cd-56ef-1234567890ab"
kms_key_policy = "key.json"
"#,
    );
    let line = "fuzz --connection ica.toml --only principal-account --format json";
    let output = run_in(&folder, &line.split(' ').collect::<Vec<_>>());
    let report = serde_json::from_str::<serde_json::Value>(&stdout(&output)).unwrap();
    assert_eq!(report["mutants"][0]["opens"]["to"], "account", "{report:#}");
}

/// A text in a policy makes no lines of the table of its own, and a policy that `simulate` cannot read is an error.
#[test]
fn the_edges_of_odd_texts() {
    let folder = fresh_folder("odd-edges");
    let policy = r#"{"Version": "2012-10-17", "Statement": [{"Sid": "a\nforged row", "Effect": "Allow", "Principal": "*",
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::lab/a\nforged row/*"}]}"#;
    fs::write(folder.join("bucket.json"), policy).unwrap();
    for format in ["human", "markdown"] {
        let output = run_in(&folder, &["fuzz", "bucket.json", "--edge", "--format", format]);
        let text = stdout(&output);
        assert!(text.contains("forged") && !text.contains("\nforged"), "{text}");
    }
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let policy = policy.replace("\"a\\nforged row\"", &deep);
    fs::write(folder.join("deep.json"), policy).unwrap();
    let output = run_in(&folder, &["fuzz", "deep.json", "--edge"]);
    assert_ne!(output.status.code(), Some(0), "{}", stdout(&output));
}

/// Each level of SCPs is asked with all of its documents.
#[test]
fn levels_stay_together() {
    let folder = fresh_folder("edge-levels");
    let write = |name: &str, text: &str| fs::write(folder.join(name), text).unwrap();
    let allow = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ACTION", "Resource": "*"}]}"#;
    write("read.json", &allow.replace("ACTION", "s3:Get*"));
    write("write.json", &allow.replace("ACTION", "s3:Put*"));
    write("all.json", &allow.replace("ACTION", "*"));
    write(
        "ica.toml",
        "bucket = \"lab\"\naccount = \"111122223333\"\nuser = \"ana\"\nregion = \"us-east-1\"\nidentity_policy = \"all.json\"\nscp = [[\"read.json\", \"write.json\"], [\"all.json\"]]\n",
    );
    let output =
        run_in(&folder, &["fuzz", "--connection", "ica.toml", "--edge", "--format", "json"]);
    let text = stdout(&output);
    let row = text.lines().nth(1).unwrap_or_else(|| panic!("{}", stderr(&output)));
    let row = serde_json::from_str::<serde_json::Value>(row).unwrap();
    let levels =
        row["scps"].as_array().unwrap().iter().map(|level| level.as_array().unwrap().len());
    assert_eq!(levels.collect::<Vec<_>>(), [2, 1], "{row}");
}
