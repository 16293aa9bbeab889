//! 60 managed policies of AWS, each with one action, resource or value taken out: `compare` names exactly that, or proves the two equal.
//!
//! What is expected is said without the engine: the text that was taken out, and whether another statement of the document still
//! grants it, which a reader of texts decides.

use crate::support::run::{fresh_folder, run_in, stdout};
use crate::support::{corpus, files_below};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// How many policies are changed.
const POLICIES: usize = 60;

/// The longest policy that is taken, in bytes: the limit of a customer's own.
const LONGEST: usize = 6_144;

/// A place in a document from which a text is taken: the members and numbers that lead to it.
#[derive(Clone, Debug)]
struct Place {
    statement: usize,
    path: Vec<String>,
    number: usize,
}

impl Place {
    fn list<'a>(&self, document: &'a mut Value) -> &'a mut Vec<Value> {
        let statement = &mut document["Statement"][self.statement];
        let list = self.path.iter().fold(statement, |node, name| &mut node[name.as_str()]);
        list.as_array_mut().unwrap()
    }
}

/// The texts of one element that can be taken out of a document: those of lists of two or more.
fn places(document: &Value, element: &str) -> Vec<Place> {
    let mut found = Vec::new();
    for (statement, known) in document["Statement"].as_array().unwrap().iter().enumerate() {
        if known["Effect"] != "Allow" || known["Action"].is_null() || known["Resource"].is_null() {
            continue;
        }
        let mut add = |path: &[&str], list: &Value| {
            let count = list.as_array().map_or(0, Vec::len);
            let path = path.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
            let all = (0..count).map(|number| Place { statement, path: path.clone(), number });
            found.extend(all.filter(|_| count > 1));
        };
        if element != "Condition" {
            add(&[element], &known[element]);
            continue;
        }
        for (operator, keys) in known["Condition"].as_object().into_iter().flatten() {
            for (key, values) in keys.as_object().into_iter().flatten() {
                add(&["Condition", operator, key], values);
            }
        }
    }
    found
}

/// The texts of an element, which may be one or a list.
fn texts(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    }
}

/// Whether a pattern fits a text, in any case. Wildcards of the text are letters like others.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern.first(), text.first()) {
        (None, None) => true,
        (Some(b'*'), _) => {
            fits(&pattern[1..], text) || !text.is_empty() && fits(pattern, &text[1..])
        }
        (Some(b'?'), Some(_)) => fits(&pattern[1..], &text[1..]),
        (Some(one), Some(other)) => {
            one.eq_ignore_ascii_case(other) && fits(&pattern[1..], &text[1..])
        }
        _ => false,
    }
}

fn all_fit(patterns: &[&str], texts: &[&str]) -> bool {
    let fit =
        |text: &&str| patterns.iter().any(|pattern| fits(pattern.as_bytes(), text.as_bytes()));
    texts.iter().all(fit)
}

/// Whether a statement of a document, under no or the same condition, still grants these actions on these resources.
fn grants(document: &Value, actions: &[&str], resources: &[&str], condition: &Value) -> bool {
    document["Statement"].as_array().unwrap().iter().any(|statement| {
        let own = &statement["Condition"];
        statement["Effect"] == "Allow"
            && (own.is_null() || own == condition)
            && all_fit(&texts(&statement["Action"]), actions)
            && all_fit(&texts(&statement["Resource"]), resources)
    })
}

/// Whether what was taken out is still granted.
fn is_still_granted(old: &Value, new: &Value, place: &Place, taken: &str) -> bool {
    let statement = &old["Statement"][place.statement];
    let (actions, resources) = (texts(&statement["Action"]), texts(&statement["Resource"]));
    let condition = &statement["Condition"];
    match place.path[0].as_str() {
        "Action" => grants(new, &[taken], &resources, condition),
        "Resource" => grants(new, &actions, &[taken], condition),
        _ => grants(new, &actions, &resources, &Value::Null),
    }
}

/// What `compare` says of two documents.
fn compared(folder: &Path, more: &[&str]) -> Value {
    let arguments = [&["compare", "old.json", "new.json", "--format", "json"], more].concat();
    serde_json::from_str(&stdout(&run_in(folder, &arguments))).unwrap()
}

/// Whether the report says that less is allowed, and names just this text.
fn names_just(report: &Value, taken: &str) -> bool {
    let lost = report["newly_denied"].as_array().unwrap();
    let words = lost.iter().flat_map(|region| region["because"].as_array().unwrap());
    let words = words.map(|words| words["text"].as_str().unwrap().trim_matches('"'));
    report["relation"] == "new-allows-less"
        && report["newly_allowed"].as_array().unwrap().is_empty()
        && words.collect::<BTreeSet<_>>() == BTreeSet::from([taken])
}

/// One policy with the text that is taken out of it.
fn changed(path: &Path, element: &str) -> Option<(Value, Value, Place, String)> {
    let answer: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let old = answer["PolicyVersion"]["Document"].clone();
    if !old["Statement"].is_array() || old.to_string().len() > LONGEST {
        return None;
    }
    let places = places(&old, element);
    // Which of them depends on the name of the policy alone.
    let name = path.file_name().unwrap().to_string_lossy().bytes().map(usize::from).sum::<usize>();
    let place = places.get(name % places.len().max(1))?.clone();
    let mut new = old.clone();
    let taken = place.list(&mut new).remove(place.number);
    let taken = taken.as_str()?.to_owned();
    Some((old, new, place, taken))
}

#[test]
#[cfg_attr(not(corpus), ignore = "reads ../shared")]
fn what_is_taken_out_of_managed_policies_is_named() {
    let root = corpus("01-aws-managed/trackiam/policies");
    let folder = fresh_folder("taken-out");
    let mut elements = ["Action", "Resource", "Condition"].into_iter().cycle().peekable();
    let (mut wrong, mut real, mut equal, mut open) = (Vec::new(), 0, 0, Vec::new());
    for path in files_below(&root, ".json") {
        if real + equal + open.len() + wrong.len() == POLICIES {
            break;
        }
        let Some((old, new, place, taken)) = changed(&path, elements.peek().unwrap()) else {
            continue;
        };
        elements.next();
        for (name, document) in [("old.json", &old), ("new.json", &new)] {
            fs::write(folder.join(name), serde_json::to_string_pretty(document).unwrap()).unwrap();
        }
        let report = compared(&folder, &[]);
        let said = format!("{}: {place:?} {taken}: {report:#}", path.display());
        match report["relation"].as_str().unwrap() {
            "equal" if is_still_granted(&old, &new, &place, &taken) => equal += 1,
            // No request that AWS has: the two differ in others, and in this text alone.
            "equal" if names_just(&compared(&folder, &["--requests", "any"]), &taken) => equal += 1,
            "unknown" => open.push(said),
            _ if names_just(&report, &taken) && !is_still_granted(&old, &new, &place, &taken) => {
                real += 1;
            }
            _ => wrong.push(said),
        }
    }
    eprintln!("{real} differ, {equal} are equal, {} are open", open.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(open.len() <= MOST_OPEN, "{}", open.join("\n"));
    assert!(real >= 40 && real + equal + open.len() == POLICIES);
}

/// Policies that compare the account of the resource with a variable: which values it can have is not solved yet.
const MOST_OPEN: usize = 4;
