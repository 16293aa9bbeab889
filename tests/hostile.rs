use crate::support::run::{OF_BUCKET, fresh_folder, run_in, run_with_input, stderr, stdout};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::Output;

/// What a stranger would write into a name or a value.
const HOSTILE: [&str; 18] = [
    "\nEVIL: all operations are allowed",
    "\u{1b}[2J\u{1b}[Hall is well",
    "\u{1b}[8m",
    "\u{1b}]0;x\u{7}",
    "\u{202e}dewolla",
    "\u{2066}x\u{2069}",
    "\r",
    "\n",
    "\n::error::x",
    "\n  ::stop-commands::x",
    "##[error]x",
    "\u{85}\u{9b}2J",
    "\u{2028}\u{200b}\u{feff}",
    "\u{7f}\u{0}\u{8}",
    "\"]; x [label=\"",
    "</td><script>`|*_[x](y)\\",
    "``<img src=x>",
    "a",
];

/// A text of hostile parts.
fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&HOSTILE[..]), 1..4).prop_map(|parts| parts.concat())
}

/// A policy of a bucket with these texts wherever a text can be.
fn policy(words: &[String]) -> Value {
    let word = |at: usize| words[at % words.len()].as_str();
    json!({
        "Version": "2012-10-17",
        "Id": word(0),
        word(1): word(2),
        "Statement": [
            {"Sid": word(3), "Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::1{}:x", word(4))}, "Action": "s3:*", "Resource": "*"},
            {"Sid": word(5), "Effect": "Deny", "Principal": "*", "Action": format!("s3:{}", word(6)), "Resource": format!("arn:aws:s3:::acme-genomics/{}", word(7)),
                "Condition": {"StringNotEquals": {format!("aws:PrincipalTag/{}", word(8)): [word(9), word(10)]}, word(11): {"aws:SourceIp": word(12)}}},
            {"Sid": "Plain", "Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["s3:GetObject", "s3:PutObject"], "Resource": format!("arn:aws:s3:::acme-genomics/{}*", word(13)),
                "Condition": {"StringLike": {format!("aws:RequestTag/{}", word(14)): word(15)}}},
            {word(16): word(17), "Effect": word(18), "Principal": {word(19): word(20)}, "NotAction": word(21), "NotResource": word(22)},
            word(23),
        ]
    })
}

/// Nothing acts. JSON is ASCII but for letters, so nothing in it acts either.
#[track_caller]
fn assert_harmless(arguments: &[&str], output: &Output) {
    for text in [stdout(output), stderr(output)] {
        let acts = |character: &char| {
            (character.is_control() && *character != '\n' && *character != '\t')
                || matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
        };
        assert_eq!(text.replace("\r\n", "\n").chars().find(acts), None, "{arguments:?}:\n{text}");
        let is_own = |line: &str| {
            let own = ["::error ", "::warning ", "::notice "].map(|word| line.strip_prefix(word));
            let is_report = |rest: &str| rest.starts_with("file=") || rest.starts_with("title=");
            arguments.contains(&"github") && own.into_iter().flatten().any(is_report)
        };
        let command = text.lines().find(|line| {
            line.trim_start().starts_with("::") && !is_own(line) || line.contains("##[")
        });
        assert_eq!(command, None, "{arguments:?}");
        // No line of a report begins with words of an input; a page of HTML has no lines.
        let evil = text.lines().find(|line| {
            let words = line.trim_start_matches(|letter: char| !letter.is_alphabetic());
            words.starts_with("EVIL") && !arguments.contains(&"html")
        });
        assert_eq!(evil, None, "{arguments:?}:\n{text}");
    }
    assert!(matches!(output.status.code(), Some(0..=3)), "{arguments:?}: {}", stderr(output));
    if arguments.contains(&"markdown") {
        let own = ["<details>", "</details>", "<summary>", "</summary>"];
        let text = own.iter().fold(stdout(output), |text, tag| text.replace(tag, ""));
        let html = text.lines().find(|line| has_html(line));
        assert_eq!(html, None, "{arguments:?}");
    }
    let asks_json = arguments.windows(2).any(|pair| pair == ["--format", "json"]);
    if asks_json {
        for line in stdout(output).lines() {
            assert!(serde_json::from_str::<Value>(line).is_ok(), "{arguments:?}: {line}");
        }
    }
}

/// Whether a line of Markdown has a tag of HTML: a `<` that is neither in code nor escaped. Code ends with as many backticks as it begins
/// with.
fn has_html(line: &str) -> bool {
    let mut rest = line;
    while let Some(at) = rest.find(['\\', '`', '<']) {
        let found = &rest[at..];
        let after = found.trim_start_matches('`');
        let ticks = found.len() - after.len();
        rest = match found.as_bytes()[0] {
            b'<' => {
                return found[1..]
                    .starts_with(|next: char| next.is_ascii_alphabetic() || "/!?".contains(next));
            }
            b'\\' => found.get(2..).unwrap_or_default(),
            _ => after_code(after, ticks).unwrap_or(after),
        };
    }
    false
}

/// What follows the code that so many backticks end.
fn after_code(text: &str, ticks: usize) -> Option<&str> {
    let mut rest = text;
    loop {
        rest = &rest[rest.find('`')?..];
        let after = rest.trim_start_matches('`');
        if rest.len() - after.len() == ticks {
            return Some(after);
        }
        rest = after;
    }
}

#[test]
fn html_in_markdown_is_seen() {
    for (line, expected) in [
        ("a `<b>` \\<b>", false),
        ("`a``<b>`", false),
        ("```<b>`", true),
        ("a <b>", true),
        ("a < b", false),
        ("`` ` `` <b>", true),
    ] {
        assert_eq!(has_html(line), expected, "{line}");
    }
}

/// The formats of reports besides those for people and programs.
const FORMATS: [&str; 6] = ["markdown", "github", "gitlab", "junit", "rdjson", "html"];

/// Every command and format with the policy in each place.
fn commands<'a>(hostile: &'a str, settings: &'a str, prefix: &'a str) -> Vec<Vec<&'a str>> {
    let mut all = Vec::new();
    let with = |start: &[&'a str], more: &[&'a str]| [start, more].concat();
    let check = with(&["check", "--user", "ica"], &OF_BUCKET);
    let fix = with(&["fix", "--user", "ica"], &OF_BUCKET);
    for format in ["human", "json"] {
        let format = ["--format", format];
        let one = "s3:GetObject";
        let keys = "arn:aws:s3:::acme-genomics/*";
        let user = "arn:aws:iam::111122223333:user/ica";
        for command in [
            with(&check, &["--bucket-policy", hostile, "--identity-policy", hostile]),
            with(
                &check,
                &["--bucket-policy", "none", "--identity-policy", "none", "--cors", hostile],
            ),
            with(
                &check,
                &["--bucket-policy", "none", "--identity-policy", "none", "--scp", hostile],
            ),
            with(&fix, &["--bucket-policy", hostile, "--identity-policy", hostile]),
            vec!["compare", "none", hostile],
            vec!["compare", hostile, "plain.json"],
            vec!["can", hostile, "--action", one, "--resource", keys],
            vec!["can", hostile, "--public", "--account", "111122223333"],
            vec![
                "simulate",
                "--principal",
                user,
                "--action",
                one,
                "--resource",
                "arn:aws:s3:::acme-genomics/a",
                "--resource-policy",
                hostile,
            ],
            vec!["check", "--connection", "hostile.toml"],
            vec!["check", "--connection", settings],
            vec!["compare", "hostile.toml", settings],
            vec!["lint", hostile],
            vec!["test", "hostile-tests.toml", "--coverage"],
            vec!["test", "hostile-files.toml"],
            vec!["can", "plain.json", "--ask", prefix],
            vec!["can", "plain.json", "--ask", hostile],
            vec!["explain", prefix],
            with(
                &["generate"],
                &[
                    "--bucket",
                    "acme-genomics",
                    "--account",
                    "111122223333",
                    "--region",
                    "us-east-1",
                    "--user",
                    "ica",
                    "--prefix",
                    prefix,
                ],
            ),
        ] {
            all.push(with(&command, &format));
        }
    }
    for format in FORMATS {
        for command in [
            &["lint", hostile][..],
            &["compare", "none", hostile],
            &["test", "hostile-tests.toml"],
            &["fuzz", hostile, "--cases", "60"],
            &["can", hostile, "--action", "s3:GetObject", "--resource", "*"],
            &["check", "--connection", "hostile.toml"],
        ] {
            all.push(with(command, &["--format", format]));
        }
    }
    for format in ["human", "json"] {
        all.push(vec!["fuzz", hostile, "--verbose", "--cases", "60", "--format", format]);
    }
    all.push(vec!["graph", "--connection", "hostile.toml"]);
    all.push(vec!["graph", "--connection", "hostile.toml", "--format", "mermaid"]);
    all.push(vec!["check", hostile, prefix]);
    all.push(vec![prefix]);
    all
}

#[test]
fn nothing_of_an_input_acts_in_any_report() {
    let folder = fresh_folder("hostile/reports");
    let words = prop::collection::vec(text(), 24);
    // Each run takes other texts; ICA_POLICY_CASES asks for more of them.
    let cases = std::env::var("ICA_POLICY_CASES").map_or(1, |cases| cases.parse().unwrap());
    let mut runner = TestRunner::new(Config { cases, ..Config::default() });
    let result = runner.run(&(words, text(), text()), |(words, file, prefix)| {
        try_all(&folder, &words, &file, &prefix);
        Ok(())
    });
    result.unwrap();
}

/// Texts that would begin a line, and texts that would end code, at each place.
#[test]
fn no_line_of_a_report_begins_with_words_of_an_input() {
    let folder = fresh_folder("hostile/lines");
    for evil in [HOSTILE[0], HOSTILE[17]].map(str::to_owned) {
        try_all(&folder, &vec![evil.clone(); 24], &evil, &evil);
    }
}

/// Runs every command with these texts in a policy, a file's name and a prefix.
fn try_all(folder: &Path, words: &[String], file: &str, prefix: &str) {
    // Names of files cannot hold these.
    let file = format!("x{}.json", file.replace(['/', '\0'], "-"));
    let document = policy(words);
    fs::write(folder.join(&file), serde_json::to_string_pretty(&document).unwrap()).unwrap();
    fs::write(folder.join("plain.json"), policy(&["x".to_owned()]).to_string()).unwrap();
    let settings = toml::toml! {
        bucket = "acme-genomics"
        account = "111122223333"
        region = "us-east-1"
        user = "ica"
        identity_policy = "none"
    };
    let mut settings = settings;
    for (name, value) in [("name", &words[0]), ("prefix", &words[1]), ("bucket_policy", &file)] {
        settings.insert(name.to_owned(), value.as_str().into());
    }
    fs::write(folder.join("hostile.toml"), settings.to_string()).unwrap();
    let named = format!("{file}.toml");
    fs::write(folder.join(&named), settings.to_string()).unwrap();
    let text = |at: usize| words[at % words.len()].as_str();
    let test = toml::toml! {
        deny = "s3:GetObject"
    };
    for (name, about) in
        [("hostile-tests.toml", "plain.json"), ("hostile-files.toml", file.as_str())]
    {
        let mut test = test.clone();
        for (name, value) in [("name", text(0)), ("reason", text(1))] {
            test.insert(name.to_owned(), value.into());
        }
        test.insert("on".to_owned(), format!("arn:aws:s3:::acme-genomics/{}*", text(13)).into());
        let mut tests = toml::Table::new();
        tests.insert("bucket_policy".to_owned(), about.into());
        tests.insert("test".to_owned(), vec![toml::Value::Table(test)].into());
        fs::write(folder.join(name), tests.to_string()).unwrap();
    }
    // An argument holds no NUL.
    let prefix = prefix.replace('\0', "");
    for command in commands(&file, &named, &prefix) {
        assert_harmless(&command, &run_in(folder, &command));
    }
    // A pasted message: the answer names the files of the layers that it blames.
    let pasted = format!(
        "User: arn:aws:iam::111122223333:user/{prefix} is not authorized to perform: s3:GetObject with an explicit deny in a \
        resource-based policy: arn:aws:s3:::{prefix}"
    );
    for format in ["human", "json", "markdown"] {
        let command = ["explain", "--connection", &named, "-", "--format", format];
        assert_harmless(&command, &run_with_input(folder, &command, &pasted));
    }
    [file, named].iter().for_each(|name| fs::remove_file(folder.join(name)).unwrap());
}

/// The document that clears the screen, from the report that named it.
#[test]
fn a_principal_that_clears_the_screen_is_seen() {
    let folder = fresh_folder("hostile/screen");
    let principal = "arn:aws:iam::1\u{1b}[2J\u{1b}[Hall is well:x";
    let document = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "s3:*", "Resource": "*"}]});
    fs::write(folder.join("e.json"), document.to_string()).unwrap();
    let output = run_in(Path::new(&folder), &["compare", "none", "e.json"]);
    assert_harmless(&["compare"], &output);
    assert!(stdout(&output).contains("\\u001b[2J"), "{}", stdout(&output));
}

/// An argument with a style and a line break: the style is none of the program's, and the break begins no line.
#[test]
fn a_styled_argument_writes_no_line() {
    let folder = fresh_folder("hostile/arguments");
    let evil = "\u{1b}[8m\nEVIL: all operations are allowed";
    for argument in [
        evil.to_owned(),
        format!("--budget={evil}"),
        format!("--skip=a,{evil}"),
        format!("-f{evil}"),
    ] {
        let command = ["check", "a", &argument];
        let output = run_in(&folder, &command);
        assert_harmless(&command, &output);
        let shown = stderr(&output);
        assert!(shown.lines().all(|line| !line.starts_with("EVIL")), "{argument}: {shown}");
    }
    let output = run_in(&folder, &["check", "a", evil]);
    assert!(stderr(&output).contains("\\u001b[8m\\nEVIL"), "{}", stderr(&output));
}

/// The keys that limit a difference, in a report that could say that there is none.
#[test]
fn a_key_with_line_breaks_writes_no_line() {
    let folder = fresh_folder("hostile/keys");
    let key = "aws:PrincipalTag/k\n\nnewly allowed: none\r\nnewly denied: none\n";
    let document = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/\nnewly allowed: none\n*",
        "Condition": {"StringEquals": {key: "v"}}}]});
    fs::write(folder.join("k.json"), document.to_string()).unwrap();
    for format in ["human", "markdown"] {
        let output = run_in(&folder, &["compare", "none", "k.json", "--format", format]);
        let out = stdout(&output);
        assert!(out.contains("aws:PrincipalTag/k"), "{out}");
        assert!(out.lines().all(|line| !line.starts_with("newly allowed: none")), "{out}");
    }
}

/// An answer of a batch is one line of JSON that every reader takes.
#[test]
fn a_batch_answers_hostile_lines() {
    use std::io::Write;
    use std::process::{Command, Stdio};
    let mut child = Command::new(env!("CARGO_BIN_EXE_ica-policy"))
        .args(["simulate", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let lines =
        HOSTILE.map(|word| json!({"id": word, "principal": word, "action": word}).to_string());
    child.stdin.take().unwrap().write_all(lines.join("\n").as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_harmless(&["simulate", "--batch"], &output);
    let answers = stdout(&output)
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .collect::<Vec<_>>();
    assert_eq!(answers.len(), HOSTILE.len());
    assert!(answers.iter().zip(HOSTILE).all(|(answer, word)| answer["id"] == word));
}
