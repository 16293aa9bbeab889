use crate::eval::{self, cases};
use crate::reference;
use crate::support::random;
use crate::support::requests::{self, Dice};
use crate::support::shrink::shrink;
use proptest::prelude::*;
use serde_json::Value;

#[test]
fn the_reader_decides_every_case_of_the_corpus_as_its_source_says() {
    let wrong = cases().into_iter().filter_map(|case| {
        let answer = reference::decide_text(&case.line);
        (answer.word() != case.expect).then(|| format!("{}: {answer:?}, expected {}\n    {}", case.name, case.expect, case.line))
    });
    let wrong = wrong.collect::<Vec<_>>();
    assert!(wrong.is_empty(), "{} cases are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// `READER_LINES` and `READER_SEED` ask for more lines, or others:
/// `READER_LINES=1000000 READER_SEED=7 cargo test --release --test all reader::`.
fn setting(name: &str, ordinary: u64) -> u64 {
    std::env::var(name).map_or(ordinary, |text| text.parse().expect("a number"))
}

/// Where the product is known to be wrong, and not mended yet: what it is, and whether a line is of that kind.
const SKIPPED: &[(&str, fn(&Value) -> bool)] = &[
    ("policies that the caller cannot have count", has_policies_that_the_caller_cannot_have),
    ("an empty negated list is an error", has_an_empty_negated_list),
    ("a year alone is no date", has_a_year_for_a_date),
    ("federated sessions may call STS and IAM", is_closed_to_federated_sessions),
];

/// "When the element is empty, the statement provides no permissions" (IAM:access-analyzer-reference-policy-checks): AWS stores it.
fn has_an_empty_negated_list(line: &Value) -> bool {
    let text = line.to_string();
    let empty = ["\"NotAction\":[]", "\"NotResource\":[]", "\"NotPrincipal\":{\"AWS\":[]", "\"NotPrincipal\":{\"Service\":[]}"];
    empty.iter().any(|words| text.contains(words))
}

/// YYYY is a form of the W3C note (D4).
fn has_a_year_for_a_date(line: &Value) -> bool {
    line.to_string().contains("\"2025\"")
}

/// "No STS operation except GetCallerIdentity" (C5; IAM:id_credentials_temp_request).
fn is_closed_to_federated_sessions(line: &Value) -> bool {
    let text = |name: &str| line[name].as_str().unwrap_or_default().to_lowercase();
    text("principal").contains(":federated-user/") && (text("action").starts_with("sts:") || text("action").starts_with("iam:"))
}

/// The root user, services and anonymous callers have no policies of their own; only sessions have session policies. The guide
/// passes over the latter where the principal is no session (IAM:reference_policies_evaluation-logic, step 7).
fn has_policies_that_the_caller_cannot_have(line: &Value) -> bool {
    let principal = line["principal"].as_str().unwrap_or_default();
    let is_session = principal.contains(":federated-user/") || principal.contains(":assumed-role/");
    let has_own = is_session || principal.contains(":user/");
    let given = |name: &str| !line[name].is_null() && line[name] != serde_json::json!([]);
    (!is_session && given("session_policies")) || (!has_own && (given("identity_policies") || given("permissions_boundary")))
}

/// What the product says, and what the reader.
fn words(line: &Value) -> (String, String) {
    let text = line.to_string();
    (eval::answer(&text).0, reference::decide_text(&text).word())
}

/// Where the two do not say the same: the smallest line that still shows it, and both answers.
fn disagreement(line: &Value) -> Option<String> {
    let (product, reader) = words(line);
    if product == reader || SKIPPED.iter().any(|(_, is_of_that_kind)| is_of_that_kind(line)) {
        return None;
    }
    // Smaller lines of a kind that is skipped would hide the cause.
    let is_skipped = |line: &Value| SKIPPED.iter().any(|(_, is_of_that_kind)| is_of_that_kind(line));
    let smallest = shrink(line, |smaller| !is_skipped(smaller) && words(smaller) == (product.clone(), reader.clone()));
    let text = smallest.to_string();
    Some(format!("{text}\n    product: {}\n    reader: {:?}", eval::answer(&text).2, reference::decide_text(&text)))
}

#[test]
fn reader_and_product_agree_on_random_requests() {
    let mut dice = Dice::new(setting("READER_SEED", 1));
    let lines = (0..setting("READER_LINES", 20_000)).map(|_| requests::line(&mut dice));
    let found = lines.filter_map(|line| disagreement(&line)).take(20).collect::<Vec<_>>();
    assert!(found.is_empty(), "{} disagreements:\n{}", found.len(), found.join("\n"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn reader_and_product_agree_on_the_requests_of_the_properties(line in random::line()) {
        prop_assert_eq!(disagreement(&line), None);
    }
}
