use crate::support::files_below;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// For each room the rooms that it may use. `source`, `finding` and `tree` are common ground.
const ALLOWED: [(&str, &[&str]); 18] = [
    ("source", &[]),
    ("finding", &["source"]),
    ("tree", &["source"]),
    ("aws", &[]),
    ("json", &["source", "finding", "tree"]),
    ("syntax", &["source", "finding", "tree"]),
    ("input", &["source", "finding", "tree", "json", "syntax"]),
    ("model", &["source", "finding", "tree", "syntax"]),
    ("authz", &["aws", "model"]),
    ("eval", &["source", "model", "authz"]),
    ("symbolic", &["source", "aws", "model", "authz", "eval"]),
    ("s3", &["source", "finding", "tree", "model"]),
    (
        "ica",
        &[
            "source", "finding", "tree", "aws", "json", "syntax", "input", "model", "authz",
            "eval", "symbolic", "s3",
        ],
    ),
    ("generate", &["model", "ica"]),
    (
        "fix",
        &[
            "source", "tree", "aws", "json", "syntax", "input", "model", "authz", "eval",
            "symbolic", "ica",
        ],
    ),
    ("simulate", &["source", "finding", "tree", "json", "syntax", "aws", "model", "authz", "eval"]),
    (
        "report",
        &[
            "source", "finding", "aws", "authz", "model", "eval", "symbolic", "s3", "ica",
            "generate", "fix", "simulate",
        ],
    ),
    (
        "cli",
        &[
            "source", "finding", "json", "input", "model", "authz", "eval", "symbolic", "s3",
            "ica", "generate", "fix", "simulate", "report",
        ],
    ),
];

fn room_of(path: &Path) -> String {
    let inside = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
    inside.iter().next().unwrap().to_string_lossy().trim_end_matches(".rs").to_owned()
}

fn sources() -> Vec<(String, String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = files_below(&folder, ".rs").into_iter().map(|path| {
        (room_of(&path), path.display().to_string(), fs::read_to_string(&path).unwrap())
    });
    files.filter(|(room, _, _)| room != "lib" && room != "main").collect()
}

#[test]
fn rooms_use_only_the_rooms_before_them() {
    let mut wrong = BTreeSet::new();
    for (room, path, text) in sources() {
        let allowed = ALLOWED
            .iter()
            .find(|(name, _)| *name == room)
            .unwrap_or_else(|| panic!("{room} is a room of its own"))
            .1;
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            for found in line.split("crate::").skip(1) {
                let used = found.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap();
                if used != room
                    && !used.is_empty()
                    && !allowed.contains(&used)
                    && !line.contains("use ica_policy")
                {
                    wrong.insert(format!("{path}: {room} uses {used}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn files_stay_short_and_say_what_they_are() {
    for (_, path, text) in sources() {
        assert!(text.starts_with("//!"), "{path} does not begin with what it is for");
        assert!(text.lines().count() <= 560, "{path} is too long to read");
    }
}

#[test]
fn only_the_command_line_reads_files() {
    for (room, path, text) in sources() {
        assert!(
            room == "cli" || !text.contains("std::fs") && !text.contains("std::env"),
            "{path} does I/O"
        );
    }
}
