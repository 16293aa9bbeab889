use crate::support::files_below;
use crate::support::imports::Files;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// For each room the rooms that it may use. `source`, `finding` and `tree` are common ground.
const ALLOWED: &[(&str, &[&str])] = &[
    ("source", &[]),
    ("finding", &["source"]),
    ("tree", &["source"]),
    ("aws", &[]),
    ("json", &["source", "finding", "tree"]),
    ("syntax", &["source", "finding", "tree"]),
    ("model", &["source", "finding", "tree", "aws", "syntax"]),
    ("input", &["source", "finding", "tree", "json", "syntax", "model"]),
    ("authz", &["aws", "model"]),
    ("eval", &["source", "model", "authz"]),
    ("rules", &["source", "finding", "aws", "model", "authz", "eval", "symbolic", "s3"]),
    ("symbolic", &["source", "aws", "model", "authz", "eval"]),
    ("minify", &["source", "tree", "aws", "json", "model", "rules", "symbolic"]),
    ("why", &["source", "model", "authz", "eval"]),
    ("s3", &["source", "finding", "tree", "model"]),
    (
        "product",
        &[
            "source", "finding", "tree", "aws", "input", "model", "authz", "eval", "rules",
            "symbolic", "why", "s3",
        ],
    ),
    ("ica", &["source", "finding", "aws", "model", "authz", "eval", "rules", "s3", "product"]),
    ("generate", &["model", "product"]),
    (
        "fix",
        &[
            "source", "finding", "tree", "aws", "syntax", "input", "model", "authz", "eval",
            "rules", "symbolic", "why", "product",
        ],
    ),
    (
        "mutate",
        &[
            "source", "finding", "tree", "aws", "syntax", "input", "model", "authz", "eval",
            "rules", "symbolic", "s3", "product", "fix", "simulate",
        ],
    ),
    ("simulate", &["source", "finding", "tree", "json", "input", "aws", "model", "authz", "eval"]),
    (
        "access",
        &["source", "finding", "input", "model", "authz", "eval", "rules", "symbolic", "simulate"],
    ),
    (
        "expect",
        &["source", "finding", "aws", "input", "model", "authz", "symbolic", "product", "access"],
    ),
    (
        "report",
        &[
            "access", "expect", "source", "finding", "input", "aws", "authz", "model", "eval",
            "rules", "symbolic", "minify", "why", "s3", "product", "ica", "generate", "fix",
            "mutate", "simulate",
        ],
    ),
    (
        "api",
        &[
            "access", "expect", "source", "finding", "tree", "json", "syntax", "input", "model",
            "authz", "eval", "rules", "symbolic", "minify", "product", "ica", "fix", "mutate",
            "simulate", "report",
        ],
    ),
    ("strategies", &["model"]),
    (
        "cli",
        &[
            "access", "expect", "api", "source", "finding", "aws", "json", "input", "model",
            "authz", "eval", "rules", "symbolic", "s3", "product", "ica", "generate", "fix",
            "mutate", "simulate", "report",
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

/// Whether access is granted, and what one request gets, is asked of any account: no product has a say in it.
#[test]
fn can_and_simulate_know_no_product() {
    let of_any_account = ["can", "simulate", "layer_flags", "batch"];
    let files = sources().into_iter().filter(|(room, path, _)| {
        let name = Path::new(path).file_stem().unwrap().to_string_lossy();
        room == "cli" && of_any_account.iter().any(|start| name.starts_with(start))
    });
    let files = files.collect::<Vec<_>>();
    assert!(files.len() >= of_any_account.len(), "the files have other names");
    for (_, path, text) in files {
        assert!(
            !text.contains("crate::ica") && !text.contains("crate::product"),
            "{path} uses a product"
        );
    }
}

/// The formats of a list of findings.
const FORMATS: [&str; 6] = ["sarif", "github", "gitlab", "junit", "rdjson", "markdown"];

/// Whoever writes a report reads a view: it resolves no place, asks for no decision and knows no policy.
#[test]
fn who_writes_a_report_reads_views_only() {
    let is_writer = |name: &str| {
        name.ends_with("_human")
            || name.ends_with("_words")
            || name.ends_with("_markdown")
            || ["draw", "excerpt", "matrix", "overview"].contains(&name)
            || FORMATS.contains(&name)
    };
    let mut writers = 0;
    for (room, path, text) in sources() {
        let name = Path::new(&path).file_stem().unwrap().to_string_lossy().into_owned();
        if room != "report" || !is_writer(&name) {
            continue;
        }
        writers += 1;
        let code = text.split("#[cfg(test)]").next().unwrap();
        for word in ["Sources", "Span", "Layers", "Setup", "crate::model", "crate::why"] {
            assert!(!code.contains(word), "{path} uses {word}");
        }
    }
    assert!(writers >= 10, "the files have other names");
}

/// The check, edits and documents are made for any product: its name is in its own tables. `ica_region` is a setting, and
/// `ica-policy` the name of this program.
#[test]
fn the_rooms_below_a_product_do_not_name_it() {
    for (room, path, text) in sources() {
        if !["product", "generate", "fix"].contains(&room.as_str()) {
            continue;
        }
        let code = text
            .split("#[cfg(test)]")
            .next()
            .unwrap()
            .replace("ica-policy", "")
            .replace("ica_region", "")
            .replace("ica-region", "");
        for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let mut words = line.split(|c: char| !c.is_alphanumeric());
            let named = words.find(|word| ["ICA", "Ica", "ica", "Illumina"].contains(word));
            assert!(named.is_none(), "{path} names a product: {line}");
        }
    }
}

/// The files that answer a question, explain the answer or enumerate its requests.
const BEHIND_QUESTION: [&str; 13] = [
    "answer",
    "tally",
    "context",
    "enumerate",
    "nearest",
    "space",
    "values",
    "words/conditions",
    "words/deny",
    "words/mod",
    "words/no_allow",
    "words/open",
    "words/unknown",
];

/// A question is resolved once: `Question::new` asks the set-up, and whoever reads the question does not ask it again.
#[test]
fn behind_the_question_nobody_asks_the_set_up() {
    for name in BEHIND_QUESTION {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/product/{name}.rs"));
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("Setup"), "{} asks the set-up", path.display());
    }
}

/// Values stand below, readers above: files that take from each other can only be read together.
#[test]
fn no_files_of_a_room_import_each_other_in_a_circle() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = String::new();
    for circle in Files::read(&src).circles() {
        wrong.push_str("\na circle:");
        for (number, (module, names)) in circle.iter().enumerate() {
            let next = &circle[(number + 1) % circle.len()].0;
            wrong.push_str(&format!(
                "\n  {} takes {names:?} from {}",
                module.join("/"),
                next.join("/")
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The folders of `symbolic` in the order of its map: each uses only those before it.
#[test]
fn the_steps_of_symbolic_use_only_those_before_them() {
    let steps = ["text", "boxes", "domain", "subject", "show", "ask"];
    let mut wrong = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for (_, path, text) in sources().into_iter().filter(|(room, _, _)| room == "symbolic") {
        let inside = path.split("/symbolic/").nth(1).unwrap();
        let Some(own) = steps.iter().position(|step| inside.starts_with(&format!("{step}/")))
        else {
            continue;
        };
        seen.insert(own);
        let code = text.split("#[cfg(test)]").next().unwrap();
        for used in code.split("crate::symbolic::").skip(1) {
            let place = steps.iter().position(|step| used.starts_with(&format!("{step}::")));
            if place.is_some_and(|place| place >= own) {
                wrong.insert(format!("{inside} uses {}", steps[place.unwrap()]));
            }
        }
    }
    assert_eq!(seen.len(), steps.len(), "the folders have other names");
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
fn only_the_doors_read_files() {
    for (room, path, text) in sources() {
        assert!(
            room == "cli"
                || path.ends_with("api/files.rs")
                || path.ends_with("api/folder.rs")
                || !text.contains("std::fs") && !text.contains("std::env"),
            "{path} does I/O"
        );
    }
}

/// The table "To add something" names files; they exist, and every room but the common ground is in
/// the table of rooms.
#[test]
fn the_map_of_the_rooms_is_right() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("ARCHITECTURE.md")).unwrap();
    let start = text.find("## To add something").unwrap();
    let table = text[start..].split("\n## ").next().unwrap();
    let quoted = table.split('`').skip(1).step_by(2);
    let files = quoted.filter(|word| word.contains('/') && word.contains('.')).collect::<Vec<_>>();
    assert!(files.len() > 20, "{files:?}");
    let missing = files.iter().filter(|file| !root.join(file).is_file()).collect::<Vec<_>>();
    assert!(missing.is_empty(), "{missing:?}");
    let has_row = |room: &str| text.contains(&format!("\n| `{room}` |"));
    let rooms = ALLOWED.iter().map(|(room, _)| *room).filter(|room| !has_row(room));
    assert_eq!(rooms.collect::<Vec<_>>(), Vec::<&str>::new());
}

/// The third reader and the programs of `grammar/` prove something because they share nothing with the crate.
#[test]
fn what_checks_the_crate_does_not_use_it() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let files = ["reference", "grammar"].map(|folder| files_below(&tests.join(folder), ".rs"));
    assert!(files.iter().all(|files| files.len() > 5), "the folders have other names");
    for file in files.iter().flatten() {
        let text = fs::read_to_string(file).unwrap();
        let mut code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        assert!(!code.any(|line| line.contains("ica_policy")), "{}", file.display());
    }
}
