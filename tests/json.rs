use crate::support::{corpus, files_below};
use ica_policy::json;
use ica_policy::source::Sources;
use ica_policy::tree::{Member, Name, Node, Value};
use proptest::prelude::*;
use std::fs;

fn parse(text: &str) -> json::Parsed {
    let mut sources = Sources::new();
    let id = sources.add_file("test.json", text.to_owned()).unwrap();
    json::parse(sources.get(id))
}

fn is_json(bytes: Vec<u8>) -> bool {
    json::decode_bytes(bytes).is_ok_and(|text| parse(&text).is_readable())
}

#[test]
#[cfg_attr(not(corpus), ignore = "reads ../shared")]
fn the_public_suite_is_accepted_and_rejected_as_it_says() {
    let folder = corpus("03-edge/JSONTestSuite/test_parsing");
    let files = files_below(&folder, ".json");
    let mut wrong = Vec::new();
    for file in &files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let accepted = is_json(fs::read(file).unwrap());
        if name.starts_with("y_") && !accepted || name.starts_with("n_") && accepted {
            wrong.push(name);
        }
    }
    assert!(files.len() > 300, "only {} files", files.len());
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Whether we accept the same texts as serde_json. It accepts some texts that are beyond a limit of
/// ours; we accept nothing that it does not.
fn agrees_with_serde(text: &str) -> bool {
    let ours = parse(text);
    let limited = ours.problems.iter().any(|problem| problem.code.id() == "nesting-limit");
    let too_big_for_them = serde_json::from_str::<serde_json::Value>(text)
        .is_err_and(|error| error.to_string().contains("number out of range"));
    let bom = text.starts_with('\u{feff}');
    limited
        || too_big_for_them
        || bom
        || ours.is_readable() == serde_json::from_str::<serde_json::Value>(text).is_ok()
}

#[test]
#[cfg_attr(not(corpus), ignore = "reads ../shared")]
fn another_reader_accepts_the_same_files() {
    let folder = corpus("");
    let mut wrong = Vec::new();
    for file in files_below(&folder, ".json") {
        let Ok(text) = json::decode_bytes(fs::read(&file).unwrap()) else { continue };
        if !agrees_with_serde(&text) {
            wrong.push(file);
        }
    }
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn deep_nesting_is_an_error_with_a_name() {
    for open in ["[", "{\"a\":", "[{\"a\":"] {
        let parsed = parse(&open.repeat(100_000));
        assert!(
            parsed.problems.iter().any(|problem| problem.code.id() == "nesting-limit"),
            "{open}"
        );
        assert!(!parsed.is_readable());
    }
}

#[test]
fn several_mistakes_are_reported_in_one_run() {
    let text = r#"{"a": tru, "b": [1, 2,], 'c': 3, "d": 01, "g": 1 "e": "x\q", "f": 1, "f": 2}"#;
    let ids = parse(text).problems.iter().map(|problem| problem.code.id()).collect::<Vec<_>>();
    let expected = [
        "unquoted-word",
        "trailing-comma",
        "expected-member",
        "bad-number",
        "missing-comma",
        "bad-escape",
        "duplicate-member",
    ];
    assert_eq!(ids, expected);
}

#[test]
fn a_long_list_of_mistakes_is_cut_and_says_so() {
    let parsed = parse(&format!("[{}]", "x,".repeat(500)));
    assert_eq!(parsed.problems.last().unwrap().code.id(), "more-problems");
    assert_eq!(parsed.problems.len(), json::MAX_PROBLEMS + 1);
}

#[test]
fn garbage_of_a_megabyte_takes_no_time() {
    for piece in ["{\"a\" ", "[\"", "\\\"", "}{", ",,", "/*", "[1 ", "\"a\":"] {
        assert!(!parse(&piece.repeat(1_000_000 / piece.len())).is_readable());
    }
}

/// Checks that the span of each node holds the node's own text.
fn spans_hold(sources: &Sources, node: &Node) {
    let text = sources.text(node.span);
    let again = parse(text);
    assert_eq!(again.root.as_ref(), Some(node), "{text}");
    match &node.value {
        Value::Array(items) => items.iter().for_each(|item| spans_hold(sources, item)),
        Value::Object(members) => {
            members.iter().for_each(|member| spans_hold(sources, &member.value))
        }
        _ => {}
    }
}

fn node(value: Value) -> Node {
    Node { value, span: Default::default() }
}

fn any_tree() -> impl Strategy<Value = Node> {
    let number =
        proptest::string::string_regex("-?(0|[1-9][0-9]{0,4})(\\.[0-9]{1,3})?([eE][+-]?[0-9])?")
            .unwrap();
    let leaf = prop_oneof![
        Just(node(Value::Null)),
        any::<bool>().prop_map(|value| node(Value::Bool(value))),
        number.prop_map(|text| node(Value::Number(text))),
        any::<String>().prop_map(|text| node(Value::String(text))),
    ];
    leaf.prop_recursive(5, 40, 5, |inner| {
        let member = ("[a-c]{1,2}", inner.clone()).prop_map(|(text, value)| Member {
            name: Name { text, span: Default::default() },
            value,
        });
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(|items| node(Value::Array(items))),
            prop::collection::vec(member, 0..5).prop_map(|members| node(Value::Object(members))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn printed_trees_read_back_equal_and_spans_hold_their_text(tree in any_tree()) {
        let text = json::print(&tree);
        let mut sources = Sources::new();
        let id = sources.add_file("a.json", text).unwrap();
        let parsed = json::parse(sources.get(id));
        prop_assert_eq!(parsed.root.as_ref(), Some(&tree));
        spans_hold(&sources, parsed.root.as_ref().unwrap());
    }

    #[test]
    fn a_changed_character_is_judged_as_another_reader_does(tree in any_tree(), place in any::<prop::sample::Index>(), with in r#"[\[\]{}",:0-9eE.+\-truefalsn\\ /]?"#) {
        let mut characters = json::print(&tree).chars().map(String::from).collect::<Vec<_>>();
        let place = place.index(characters.len());
        characters[place] = with;
        let text = characters.concat();
        prop_assert!(agrees_with_serde(&text), "{}", text);
    }
}
