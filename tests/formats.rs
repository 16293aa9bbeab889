//! The formats for other programs: each lists the same findings, holds its schema, and no hostile text breaks it.

use crate::support::run::{GENERATE, fresh_folder, git, run_in, stderr, stdout};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

const FORMATS: [&str; 7] = ["sarif", "github", "gitlab", "junit", "rdjson", "markdown", "html"];

/// What a stranger would write into names and values.
const HOSTILE: &str = "\n::error::x%0A::warning::y</failure><script>`|*_[x](y) ]]> & \u{1b}[2J\u{202e}##[error]z @all";

/// A policy with findings in several lines.
fn policy(sid: &str) -> String {
    let statement = |action: &str| {
        json!({"Sid": sid, "Effect": "Allow", "Action": action, "Resource": "arn:aws:s3:::b/*",
            "Condition": {"StringEquals": {format!("aws:RequestTag/{sid}"): sid}}})
    };
    let policy = json!({"Version": "2012-10-17", "Statement": [statement("s3:PutObejct"), statement("s3:GetObjekt"), statement("iam:PassRole")]});
    serde_json::to_string_pretty(&policy).unwrap()
}

/// The commands, each with the files that it reads.
fn runs(folder: &Path) -> Vec<Vec<&'static str>> {
    let made = run_in(folder, &[&GENERATE[..], &["lab"]].concat());
    assert!(made.status.success(), "{}", stderr(&made));
    let path = folder.join("lab/user-policy.json");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("s3:PutObject\""), "{text}");
    fs::write(path, text.replace("s3:PutObject\"", "s3:PutObejct\"")).unwrap();
    let write = |name: &str, text: String| fs::write(folder.join(name), text).unwrap();
    write("one.json", policy("One"));
    write("less.json", policy("One").replace("s3:PutObejct", "s3:PutObject"));
    write("hostile, #1:%.json", policy(HOSTILE));
    write("public.json", json!({"Version": "2012-10-17", "Statement": {"Sid": HOSTILE, "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}}).to_string());
    vec![
        vec!["check", "lab"],
        vec!["lint", "one.json", "public.json", "hostile, #1:%.json"],
        vec!["compare", "one.json", "less.json"],
        vec!["compare", "none", "hostile, #1:%.json"],
        vec!["fuzz", "one.json", "hostile, #1:%.json", "--cases", "40"],
        vec!["can", "public.json", "--public", "--account", "111122223333"],
    ]
}

/// The findings in the JSON report that every format lists.
fn findings_in_json(command: &str, report: &Value) -> Option<usize> {
    let length = |name: &str| report[name].as_array().map_or(0, Vec::len);
    match command {
        "check" => Some(length("causes") + length("findings")),
        "lint" => Some(
            report["policies"]
                .as_array()?
                .iter()
                .map(|policy| policy["findings"].as_array().map_or(0, Vec::len))
                .sum(),
        ),
        "compare" => Some(
            length("newly_allowed")
                + length("newly_denied")
                + length("undecided")
                + length("findings"),
        ),
        _ => None,
    }
}

/// How many findings an output lists; it is read with a parser of its format where there is one.
fn listed(format: &str, text: &str) -> usize {
    let read = || {
        serde_json::from_str::<Value>(text)
            .unwrap_or_else(|error| panic!("{format}: {error}: {text}"))
    };
    match format {
        "sarif" => read()["runs"][0]["results"].as_array().unwrap().len(),
        "gitlab" => read().as_array().unwrap().len(),
        "rdjson" => read()["diagnostics"].as_array().unwrap().len(),
        "junit" => {
            let document =
                roxmltree::Document::parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
            document
                .descendants()
                .filter(|node| {
                    node.has_tag_name("testcase") && node.attribute("name") != Some("no finding")
                })
                .count()
        }
        "github" => {
            let commands = ["::error ", "::warning ", "::notice "];
            let more =
                text.lines().filter_map(|line| line.split_once(" more findings: GitHub shows"));
            let left_out: usize = more.map(|(number, _)| number.parse::<usize>().unwrap()).sum();
            let shown = text
                .lines()
                .filter(|line| commands.iter().any(|command| line.starts_with(command)));
            shown.count() + left_out
        }
        "markdown" => text
            .lines()
            .filter(|line| {
                ["| error `", "| warning `", "| info `"].iter().any(|start| line.starts_with(start))
            })
            .count(),
        "html" => text.matches("<section class=\"finding ").count(),
        other => panic!("{other}"),
    }
}

#[test]
fn every_format_lists_the_same_findings_with_the_same_exit_code() {
    let folder = fresh_folder("formats");
    for args in runs(&folder) {
        let run = |format: &str| run_in(&folder, &[&args[..], &["--format", format]].concat());
        let (human, json) = (run("human"), run("json"));
        let report: Value = serde_json::from_str(&stdout(&json)).unwrap();
        let numbers = FORMATS.map(|format| {
            let output = run(format);
            assert_eq!(output.status.code(), human.status.code(), "{args:?} {format}");
            listed(format, &stdout(&output))
        });
        assert!(numbers[0] > 0, "{args:?} finds nothing");
        assert!(numbers.iter().all(|number| *number == numbers[0]), "{args:?}: {numbers:?}");
        if let Some(number) = findings_in_json(args[0], &report) {
            assert_eq!(numbers[0], number, "{args:?}: {report}");
        }
    }
}

#[test]
fn no_text_of_an_input_acts_in_a_format() {
    let folder = fresh_folder("formats-hostile");
    for args in runs(&folder) {
        for format in FORMATS {
            let text = stdout(&run_in(&folder, &[&args[..], &["--format", format]].concat()));
            let acts = |letter: char| {
                (letter.is_control() && !"\n\t".contains(letter)) || letter == '\u{202e}'
            };
            assert!(!text.contains(acts), "{args:?} {format}: {text:?}");
            assert!(!text.contains("##["), "{args:?} {format}: {text}");
            let is_ours = |line: &str| {
                ["::error file=", "::error title=", "::warning file=", "::notice file="]
                    .iter()
                    .any(|start| line.starts_with(start))
            };
            let is_command = |line: &&str| line.trim_start().starts_with("::");
            assert!(
                text.lines().filter(is_command).all(|line| format == "github" && is_ours(line)),
                "{args:?} {format}: {text}"
            );
            if format == "html" {
                assert!(!text.contains("<script") && !text.contains("</failure>"), "{text}");
            }
            if format == "markdown" {
                let is_plain = |line: &str| {
                    line.split('`').step_by(2).all(|piece| {
                        !piece.replace("\\<", "").contains('<') && !piece.contains("@all")
                    })
                };
                assert!(text.lines().filter(|line| line.starts_with("| ")).all(is_plain), "{text}");
                let rows = text.lines().filter(|line| line.starts_with("| ")).all(|line| {
                    line.replace("\\|", "").matches('|').count() == 5 || !line.contains('`')
                });
                assert!(rows, "{text}");
            }
        }
    }
}

#[test]
fn what_cannot_be_read_is_in_the_list_as_well() {
    let folder = fresh_folder("formats-unread");
    fs::write(folder.join("one.json"), policy("One")).unwrap();
    fs::write(folder.join("bad.json"), r#"{"Statement": ["#).unwrap();
    for format in FORMATS {
        let output = run_in(&folder, &["lint", "one.json", "bad.json", "--format", format]);
        assert_eq!(output.status.code(), Some(3), "{format}");
        assert!(stderr(&output).contains("bad.json"), "{}", stderr(&output));
        let text = stdout(&output);
        assert!(text.contains("bad.json"), "{format}: {text}");
        // One of three findings is there all the same, and one of two mistakes in the other file.
        if format != "sarif" {
            assert!(listed(format, &text) > 0 || format == "markdown", "{format}: {text}");
        }
        if format == "github" {
            assert!(text.contains("::error file=bad.json,line=1,endLine=1,"), "{text}");
        }
        if format == "sarif" {
            let log: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(log["runs"][0]["invocations"][0]["executionSuccessful"], false);
        }
    }
}

#[test]
fn fingerprints_stay_while_lines_move_and_each_is_of_one_finding() {
    let folder = fresh_folder("formats-moved");
    let prints = |text: &str| {
        fs::write(folder.join("one.json"), text).unwrap();
        let text = stdout(&run_in(&folder, &["lint", "one.json", "--format", "sarif"]));
        let log: Value = serde_json::from_str(&text).unwrap();
        let results = log["runs"][0]["results"].as_array().unwrap().clone();
        let print = |result: &Value| {
            result["partialFingerprints"]["icaPolicy/v1"].as_str().unwrap().to_owned()
        };
        let lines = results
            .iter()
            .map(|result| {
                result["locations"][0]["physicalLocation"]["region"]["startLine"].as_u64().unwrap()
            })
            .collect::<Vec<_>>();
        (results.iter().map(print).collect::<Vec<_>>(), lines)
    };
    let (before, lines) = prints(&policy("One"));
    let (after, moved) = prints(&format!("\n\n\n{}", policy("One")));
    assert_eq!(before, after);
    assert!(
        lines.iter().zip(&moved).all(|(line, moved)| line + 3 == *moved),
        "{lines:?} {moved:?}"
    );
    assert_eq!(before.iter().collect::<BTreeSet<_>>().len(), before.len(), "{before:?}");
}

#[test]
fn the_regions_of_sarif_hold_the_words() {
    let folder = fresh_folder("formats-regions");
    let text = policy("Öl").replace("s3:PutObejct", "s3:PutÖbejct");
    fs::write(folder.join("one.json"), &text).unwrap();
    let log = stdout(&run_in(&folder, &["lint", "one.json", "--format", "sarif"]));
    let log: Value = serde_json::from_str(&log).unwrap();
    let lines = text.lines().collect::<Vec<_>>();
    let mut seen = 0;
    for result in log["runs"][0]["results"].as_array().unwrap() {
        let region = &result["locations"][0]["physicalLocation"]["region"];
        let number = |name: &str| region[name].as_u64().unwrap() as usize;
        let (start, end) = (number("byteOffset"), number("byteOffset") + number("byteLength"));
        let words = &text[start..end];
        if number("startLine") != number("endLine") {
            continue;
        }
        let line = lines[number("startLine") - 1].chars().collect::<Vec<_>>();
        let columns =
            line[number("startColumn") - 1..number("endColumn") - 1].iter().collect::<String>();
        assert_eq!(columns, words);
        seen += 1;
    }
    assert!(seen >= 2, "{log}");
}

/// `../shared/schemas` has the schemas of others.
#[cfg_attr(not(corpus), ignore = "needs ../shared/schemas")]
#[test]
fn sarif_and_rdjson_hold_their_published_schemas() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/schemas");
    for (format, file) in [("sarif", "sarif-2.1.0.json"), ("rdjson", "rdjson.json")] {
        let mut schema: Value =
            serde_json::from_str(&fs::read_to_string(schemas.join(file)).unwrap()).unwrap();
        // The pattern of languages is no regular expression; our reports have no language.
        for of in ["run", "toolComponent"] {
            if let Some(language) =
                schema.pointer_mut(&format!("/definitions/{of}/properties/language"))
            {
                language.as_object_mut().unwrap().remove("pattern");
            }
        }
        let schema = jsonschema::validator_for(&schema).unwrap();
        let folder = fresh_folder(&format!("formats-schemas-{format}"));
        for args in runs(&folder) {
            let text = stdout(&run_in(&folder, &[&args[..], &["--format", format]].concat()));
            let report: Value = serde_json::from_str(&text).unwrap();
            let wrong =
                schema.iter_errors(&report).map(|error| error.to_string()).collect::<Vec<_>>();
            assert!(wrong.is_empty(), "{args:?} {format}: {wrong:?}");
        }
    }
}

/// Of what was not read nothing is known, so the summary does not say that nothing was found.
#[test]
fn a_summary_says_nothing_of_what_was_not_read() {
    let folder = fresh_folder("formats-only-unread");
    fs::write(folder.join("bad.json"), "{").unwrap();
    for format in ["markdown", "html"] {
        let text = stdout(&run_in(&folder, &["lint", "bad.json", "--format", format]));
        assert!(text.contains("not read") && !text.contains("nothing was found"), "{text}");
    }
}

/// What an old revision allowed is in no file of the checkout: it is shown in the file as it is now.
#[test]
fn what_is_lost_is_shown_in_the_new_file() {
    let folder = fresh_folder("formats-against");
    let allow = |action: &str| {
        json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]}).to_string()
    };
    git(&folder, &["init", "--quiet"]);
    fs::write(folder.join("user policy.json"), allow("s3:*")).unwrap();
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "--message", "first"]);
    fs::write(folder.join("user policy.json"), allow("s3:Get*")).unwrap();
    for format in FORMATS {
        let output = run_in(
            &folder,
            &["compare", "--against", "HEAD", "user policy.json", "--format", format],
        );
        assert_eq!(output.status.code(), Some(1), "{format}: {}", stderr(&output));
        let text = stdout(&output);
        assert_eq!(listed(format, &text), 1, "{format}: {text}");
        if format == "github" {
            assert!(
                text.starts_with("::error file=user policy.json,line=1,")
                    || text.starts_with("::warning file=user policy.json,line=1,"),
                "{text}"
            );
        }
        if format == "sarif" {
            let log: Value = serde_json::from_str(&text).unwrap();
            let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "user%20policy.json");
            assert!(!text.contains("HEAD%3A"), "{text}");
        }
    }
}

/// Where an edit is certain, reviewdog can offer it: with the text in place the finding is gone.
#[test]
fn rdjson_suggests_what_lint_would_write() {
    let folder = fresh_folder("formats-suggestions");
    let file = folder.join("one.json");
    fs::write(&file, policy("One")).unwrap();
    let lint = || {
        stdout(&run_in(
            &folder,
            &["lint", "one.json", "--select", "unknown-action", "--format", "rdjson"],
        ))
    };
    let report: Value = serde_json::from_str(&lint()).unwrap();
    let found = report["diagnostics"].as_array().unwrap();
    assert_eq!(found.len(), 2, "{report}");
    let mut lines = policy("One").lines().map(str::to_owned).collect::<Vec<_>>();
    for suggestion in found.iter().flat_map(|entry| entry["suggestions"].as_array().unwrap()) {
        let at =
            |side: &str, name: &str| suggestion["range"][side][name].as_u64().unwrap() as usize;
        let line = &mut lines[at("start", "line") - 1];
        line.replace_range(
            at("start", "column") - 1..at("end", "column") - 1,
            suggestion["text"].as_str().unwrap(),
        );
    }
    fs::write(&file, lines.join("\n")).unwrap();
    let report: Value = serde_json::from_str(&lint()).unwrap();
    assert_eq!(report["diagnostics"], json!([]), "{}", lines.join("\n"));
}
