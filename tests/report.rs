//! The report of `check` for people: order, width, colours, and what to do at its end.

use crate::support::run::fresh_folder;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const ROLE: &str = "arn:aws:iam::079623148045:role/ica_use1_crossacct";

/// Runs `check` with these variables and flags.
fn check(connection: &Path, variables: &[(&str, &str)], more: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ica-policy"));
    command.env_clear().envs(variables.iter().copied());
    command.args(["check", "--connection"]).arg(connection).args(more).output().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A copy of the example, to be changed.
fn example(name: &str) -> PathBuf {
    let folder = fresh_folder(&format!("report/{name}"));
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/seed-conflict");
    for file in ["ica.toml", "bucket-policy.json", "user-policy.json"] {
        fs::copy(files.join(file), folder.join(file)).unwrap();
    }
    folder.join("ica.toml")
}

fn change(connection: &Path, file: &str, change: impl FnOnce(&mut Value)) {
    let file = connection.with_file_name(file);
    let mut policy = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    change(&mut policy);
    fs::write(file, serde_json::to_string_pretty(&policy).unwrap()).unwrap();
}

#[test]
fn the_last_screen_says_what_to_do_and_doing_it_unblocks() {
    let connection = example("screen");
    let report = text(&check(&connection, &[("COLUMNS", "80")], &[]));
    let lines = report.lines().collect::<Vec<_>>();
    assert_eq!(lines[1], "blocked: 3 of 14 operations, for cross-account-role");
    let screen = lines[lines.len() - 40..].join("\n");
    let to_do = screen.split("to do:\n").nth(1).unwrap();
    let first = to_do.split_whitespace().collect::<Vec<_>>().join(" ");
    let place = format!("{}:19:", connection.with_file_name("bucket-policy.json").display());
    assert!(first.contains(&format!("{place} add `{ROLE}` to this list")), "{first}");
    change(&connection, "bucket-policy.json", |policy| {
        let listed = policy["Statement"][0]["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
            .as_array_mut()
            .unwrap();
        listed.push(json!(ROLE));
    });
    let after = check(&connection, &[], &[]);
    assert_eq!(after.status.code(), Some(0), "{}", text(&after));
    assert!(!text(&after).contains("to do:"), "{}", text(&after));
}

#[test]
fn the_report_keeps_to_the_width_of_the_terminal() {
    let connection = example("width");
    change(&connection, "bucket-policy.json", |policy| policy["Id"] = json!("x".repeat(100)));
    // As the AWS CLI answers: the whole policy in one line.
    let file = connection.with_file_name("bucket-policy.json");
    let policy: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    fs::write(&file, json!({"Policy": policy.to_string()}).to_string()).unwrap();
    let report = text(&check(&connection, &[("COLUMNS", "80")], &[]));
    let table = report.lines().skip_while(|line| !line.contains("federated-session"));
    let table = table.take_while(|line| !line.is_empty());
    // The document is indented, so its lines fit.
    let documents = report.lines().filter(|line| line.contains(" │ "));
    assert!(documents.clone().count() > 5 && report.contains(", indented:"), "{report}");
    let end = report.lines().skip_while(|line| !line.starts_with("what users will see"));
    let drawn = table.chain(documents).chain(end).collect::<Vec<_>>();
    for line in drawn {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn the_list_of_things_to_do_ends_after_thirty_lines() {
    let connection = example("many");
    change(&connection, "user-policy.json", |policy| {
        let odd = (0..60).map(|number| json!({"Effect": "Alow", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::b/{number}")}));
        policy["Statement"].as_array_mut().unwrap().extend(odd);
    });
    let report = text(&check(&connection, &[], &[]));
    let list = report.split("\nto do:\n").nth(1).unwrap();
    let list = list.lines().take_while(|line| line.starts_with(' ')).collect::<Vec<_>>();
    assert!((25..=30).contains(&list.len()), "{} lines", list.len());
    assert!(list.last().unwrap().trim_start().starts_with("and "), "{list:?}");
}

#[test]
fn verbose_says_how_to_settle_what_is_assumed() {
    let connection = example("verbose");
    let short = text(&check(&connection, &[], &[]));
    let long = text(&check(&connection, &[], &["--verbose"]));
    assert!(!short.contains("-> ask who runs the organization"), "{short}");
    assert!(long.contains("-> ask who runs the organization"), "{long}");
    assert!(long.lines().count() > short.lines().count());
    assert!(short.lines().count() <= 120);
}

#[test]
fn a_summary_has_one_line_and_the_same_exit_code() {
    let output = check(&example("summary"), &[], &["--summary"]);
    assert_eq!(
        text(&output),
        "seed-conflict: blocked: 3 of 14 operations, for cross-account-role\n"
    );
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn colours_follow_the_flag_and_the_usual_variables() {
    let connection = example("colours");
    let is_coloured = |variables: &[(&str, &str)], more: &[&str]| {
        text(&check(&connection, variables, more)).contains("\u{1b}[")
    };
    assert!(!is_coloured(&[], &[]), "a pipe");
    assert!(is_coloured(&[], &["--color", "always"]));
    assert!(is_coloured(&[("FORCE_COLOR", "1")], &[]));
    assert!(!is_coloured(&[("FORCE_COLOR", "0")], &[]));
    assert!(!is_coloured(&[("FORCE_COLOR", "1"), ("NO_COLOR", "1")], &[]));
    assert!(!is_coloured(&[("FORCE_COLOR", "1")], &["--color", "never"]));
}

#[test]
fn frames_are_ascii_where_the_locale_is() {
    let connection = example("ascii");
    let frames = |variables: &[(&str, &str)]| {
        text(&check(&connection, variables, &[])).contains(['╭', '─', '│'])
    };
    assert!(frames(&[]));
    assert!(frames(&[("LANG", "en_US.UTF-8")]));
    assert!(!frames(&[("LANG", "C")]));
    assert!(!frames(&[("LANG", "en_US.UTF-8"), ("LC_ALL", "POSIX")]));
    // Excerpts of long lines have their own frame.
    let narrow = text(&check(&connection, &[("LANG", "C"), ("COLUMNS", "60")], &[]));
    assert!(narrow.is_ascii(), "{narrow}");
}

/// A set-up of `corpus/report`, in a folder of its own.
struct SetUp {
    name: String,
    source: PathBuf,
    folder: PathBuf,
    case: toml::Table,
}

impl SetUp {
    fn all() -> Vec<SetUp> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/report");
        let mut folders = fs::read_dir(root)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
            .collect::<Vec<_>>();
        folders.sort();
        folders.into_iter().map(SetUp::of).collect()
    }

    fn of(source: PathBuf) -> SetUp {
        let name = source.file_name().unwrap().to_str().unwrap().to_owned();
        let folder = fresh_folder(&format!("set-ups/{name}"));
        for entry in fs::read_dir(&source).unwrap() {
            let from = entry.unwrap().path();
            if !["case.toml", "screen.txt"].contains(&from.file_name().unwrap().to_str().unwrap()) {
                fs::copy(&from, folder.join(from.file_name().unwrap())).unwrap();
            }
        }
        let case = fs::read_to_string(source.join("case.toml")).unwrap().parse().unwrap();
        SetUp { name, source, folder, case }
    }

    /// The report at 80 columns, with the folder called `lab`.
    fn report(&self) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_ica-policy"))
            .env_clear()
            .env("COLUMNS", "80")
            .current_dir(&self.folder)
            .args(["check", "."])
            .output()
            .unwrap();
        (output.status.code(), text(&output))
    }

    fn make_edits(&self) {
        for edit in self.case.get("edit").and_then(toml::Value::as_array).into_iter().flatten() {
            let [file, old, new] = ["file", "old", "new"].map(|name| edit[name].as_str().unwrap());
            let path = self.folder.join(file);
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains(old), "{}: {file} has no {old}", self.name);
            fs::write(path, text.replace(old, new)).unwrap();
        }
    }
}

/// The lines of a terminal of 80 columns that a text of wider lines takes.
fn rows(line: &str) -> usize {
    line.chars().count().div_ceil(80).max(1)
}

/// The last 39 rows: the prompt takes one.
fn last_screen(report: &str) -> String {
    let mut left = 39;
    let mut lines = Vec::new();
    for line in report.lines().rev() {
        if rows(line) > left {
            break;
        }
        left -= rows(line);
        lines.push(line);
    }
    lines.reverse();
    lines.join("\n") + "\n"
}

#[test]
fn what_the_last_screen_says_makes_the_check_clean() {
    let mut broken = 0;
    for set_up in SetUp::all() {
        let name = &set_up.name;
        let (code, report) = set_up.report();
        let says = set_up.case["says"].as_array().unwrap();
        assert_eq!(code, Some(i32::from(!says.is_empty())), "{name}: {report}");
        broken += usize::from(!says.is_empty());
        let screen = last_screen(&report);
        let file = set_up.source.join("screen.txt");
        if std::env::var_os("UPDATE_PAGES").is_some() {
            fs::write(&file, &screen).unwrap();
        }
        assert_eq!(
            screen,
            fs::read_to_string(&file).unwrap(),
            "{name}: `UPDATE_PAGES=1 cargo test --test all report` writes it again"
        );
        // Lines are wrapped at words.
        let flowing = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        let to_do = flowing.split("to do: ").nth(1).unwrap_or_default();
        for words in says {
            assert!(to_do.contains(words.as_str().unwrap()), "{name}: {words} is not in\n{screen}");
        }
        assert!(report.lines().count() <= 120, "{name}: {} lines", report.lines().count());
        set_up.make_edits();
        let (code, report) = set_up.report();
        assert_eq!(code, Some(0), "{name}: {report}");
        assert!(!report.contains("to do:"), "{name}: {report}");
    }
    assert_eq!(broken, 9);
}

/// A misspelt action is corrected before another one is added beside it.
#[test]
fn a_misspelt_action_is_the_first_thing_to_do() {
    let connection = example("misspelt");
    change(&connection, "user-policy.json", |policy| {
        policy["Statement"][1]["Action"][0] = json!("s3:PutObejct");
    });
    let report = text(&check(&connection, &[("COLUMNS", "200")], &[]));
    let list = report.split("\nto do:\n").nth(1).unwrap();
    assert!(
        list.lines()
            .next()
            .unwrap()
            .contains("perhaps `s3:PutObject`, on that of objects, is meant"),
        "{list}"
    );
}

/// An ARN that lost a colon matches nothing; the report says what to write in its place.
#[test]
fn a_lost_colon_is_the_first_thing_to_do() {
    let connection = example("colon");
    change(&connection, "user-policy.json", |policy| {
        policy["Statement"][1]["Resource"] = json!("arn:aws:s3::acme-genomics/ica/*");
    });
    let report = text(&check(&connection, &[("COLUMNS", "200")], &[]));
    let list = report.split("\nto do:\n").nth(1).unwrap();
    let wanted =
        "write `arn:aws:s3:::acme-genomics/ica/*` in place of `arn:aws:s3::acme-genomics/ica/*`";
    assert!(list.lines().next().unwrap().contains(wanted), "{list}");
}
