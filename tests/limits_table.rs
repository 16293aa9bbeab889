//! Every limit of ours has a test that reaches it, or a reason why none can show.

use crate::support::files_below;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What is known of a limit.
enum Row {
    /// A test that reaches it, in `tests` or beside the limit.
    Test(&'static str),
    /// Why no answer shows it.
    Reason(&'static str),
}

use Row::{Reason, Test};

/// Only time depends on it: behind it is a slower way to the same answer.
const COST: Row = Reason("a slower way to the same answer");
/// How much is drawn or offered. Nothing is decided by it.
const SHOWN: Row = Reason("how much is drawn or offered");
/// How many requests are tried as an example of what a search has found; without one the answer is unknown.
const TRIED: Row = Reason("examples that are tried; without one the answer is unknown");
/// A rule of `lint` asks no more than that and is silent then, as its page says or its finding tells.
const ASKED: Row = Reason("questions of a rule of lint");

/// File below `src`, constant, and what is known.
const TABLE: &[(&str, &str, Row)] = &[
    ("api/lint_fix.rs", "MOST_EDITS", ASKED),
    ("api/lint_fix.rs", "MOST_PROOFS", Reason("the other edits are made one after the other")),
    ("api/lint_fix.rs", "MOST_OF_A_FILE", Test("the_proofs_of_a_file_have_a_budget")),
    (
        "api/minify.rs",
        "MOST_OF_EDITS",
        Reason("the report lists words that are not proved to be without effect"),
    ),
    (
        "api/minify.rs",
        "MOST_OF_RESULTS",
        Reason("what is not proved is left out, and the report lists it"),
    ),
    (
        "api/minify.rs",
        "MOST_ROUNDS",
        Reason("each round is proved; what another one would save stays"),
    ),
    ("aws/key.rs", "MOST_KNOWN", Test("names_that_are_not_kept_are_found")),
    ("cli/data.rs", "MOST_BYTES", Test("a_file_that_is_too_large_is_not_read")),
    ("cli/git_links.rs", "MOST_LINKS", Test("links_of_a_revision_are_followed_in_it")),
    ("cli/git_links.rs", "MOST_NAMES", Test("a_path_through_too_many_names_is_refused")),
    ("cli/git_tree.rs", "MOST_BYTES", Test("a_path_through_too_many_names_is_refused")),
    ("cli/keep.rs", "MOST_BYTES", Reason("what the system has at most")),
    ("fix/search.rs", "MOST_EDITS", Test("a_step_that_takes_more_edits_than_are_made_is_left")),
    (
        "fix/search.rs",
        "MOST_CANDIDATES",
        Test("a_step_for_which_more_edits_are_possible_than_are_tried_is_left"),
    ),
    ("ica/environment/place.rs", "MOST_KEY_BYTES", Test("limits_of_s3_are_told")),
    ("ica/guide/recognise.rs", "MOST_CANDIDATES", SHOWN),
    (
        "ica/guide/recognise.rs",
        "MOST_PREFIX",
        Reason("what a log writes before a message is shorter"),
    ),
    ("ica/guide/topic.rs", "MOST_NEAREST", SHOWN),
    (
        "input/kind.rs",
        "MOST_FOLDERS",
        Reason("which names of folders count; the report says what a file was taken for"),
    ),
    (
        "input/other_forms.rs",
        "MOST_LINES",
        Reason("the form of a text that is no policy is only a hint"),
    ),
    (
        "mutate/run.rs",
        "MOST_OF_ONE",
        Reason(
            "the questions about a mutant have smaller budgets; it bounds how far a run goes beyond its own",
        ),
    ),
    (
        "product/budget.rs",
        "MOST_IN_A_RUN",
        Test("connections_that_the_budget_does_not_suffice_for_are_unknown"),
    ),
    ("product/shared_values.rs", "MOST_WORK", Test("the_steps_of_a_check_have_one_budget")),
    (
        "product/space.rs",
        "MOST_ASSIGNMENTS",
        Test("variables_with_more_values_than_are_combined_are_unknown"),
    ),
    ("product/tally.rs", "MOST_FOR_WORDS", Test("of_many_combinations_no_words_are_made")),
    ("product/tally.rs", "MOST_STOPS", Test("of_very_many_denies_the_rest_is_counted")),
    ("product/values.rs", "MOST_KEY", Reason("a limit of S3")),
    ("product/words/conditions.rs", "MOST_VALUES", SHOWN),
    ("product/words/conditions.rs", "MOST_WORDS", Test("too_many_words_are_none")),
    ("report/can_human.rs", "MOST", Test("a_long_answer_of_can_counts_the_rest")),
    ("report/can_human.rs", "MOST_ACTIONS", Test("a_long_answer_of_can_counts_the_rest")),
    ("report/causes.rs", "MOST_NAMED", Test("a_cause_of_many_actions_names_some")),
    ("report/check_human.rs", "MOST_FINDINGS", Test("a_long_check_says_how_much_more_there_is")),
    ("report/check_human.rs", "MOST_LINES", Test("a_long_check_says_how_much_more_there_is")),
    ("report/compare_human.rs", "MOST_READINGS", Test("readings_that_are_not_listed_are_counted")),
    (
        "report/compare_human.rs",
        "MOST_REGIONS",
        Test("a_long_comparison_says_how_much_more_there_is"),
    ),
    (
        "report/compare_human.rs",
        "MOST_WORDS",
        Test("a_long_comparison_says_how_much_more_there_is"),
    ),
    ("report/draw.rs", "MOST_DRAWN", Test("long_texts_are_read_and_shown_in_little_memory")),
    ("report/fuzz_groups.rs", "MOST_LETTERS", SHOWN),
    ("report/fuzz_groups.rs", "MOST_OPERATIONS", SHOWN),
    ("report/fuzz_human.rs", "MOST_MARKS", SHOWN),
    ("report/fuzz_human.rs", "MOST_PAIRS", SHOWN),
    ("report/fuzz_human.rs", "MOST_PLACES", SHOWN),
    ("report/html/marked.rs", "MOST_OPEN", Test("a_long_document_is_folded")),
    ("report/indented.rs", "MOST_DEPTH", Test("brackets_and_commas_make_lines_and_offsets_follow")),
    (
        "report/indented.rs",
        "MOST_IN_A_LINE",
        Test("brackets_and_commas_make_lines_and_offsets_follow"),
    ),
    ("report/indented.rs", "MOST_LAID_OUT", Test("long_texts_are_read_and_shown_in_little_memory")),
    ("report/indented.rs", "MOST_KEPT", Test("texts_that_are_not_kept_are_laid_out_again")),
    (
        "report/issues/github.rs",
        "MOST_SHOWN",
        Test("other_programs_get_the_worst_first_and_the_number_of_the_rest"),
    ),
    (
        "report/issues/markdown.rs",
        "MOST_OPEN",
        Test("other_programs_get_the_worst_first_and_the_number_of_the_rest"),
    ),
    ("report/minify_human.rs", "MOST_SHOWN", SHOWN),
    ("report/place.rs", "MOST_COLUMNS", SHOWN),
    (
        "report/tested_human.rs",
        "MOST_ACTIONS",
        Test("a_long_report_of_tests_says_how_much_more_there_is"),
    ),
    (
        "report/tested_human.rs",
        "MOST_LISTED",
        Test("a_long_report_of_tests_says_how_much_more_there_is"),
    ),
    (
        "report/tested_human.rs",
        "MOST_SHOWN",
        Test("a_long_report_of_tests_says_how_much_more_there_is"),
    ),
    ("report/to_do.rs", "MOST_LINES", Test("the_list_of_things_to_do_ends_after_thirty_lines")),
    ("rules/lint/proved.rs", "MOST_NEAR", ASKED),
    ("rules/lint/proved.rs", "MOST_PATTERNS", ASKED),
    ("rules/lint/proved.rs", "MOST_QUESTIONS", ASKED),
    ("rules/lint/proved.rs", "MOST_SHOWN", SHOWN),
    ("rules/lint/proved.rs", "MOST_STATEMENTS", ASKED),
    ("rules/placeholder.rs", "MOST_LETTERS", Reason("a longer text between brackets is no name")),
    ("s3/cors.rs", "MOST_RULES", Test("limits_of_s3_are_told")),
    (
        "symbolic/ask/candidates.rs",
        "MOST_ASSIGNMENTS",
        Test("so_many_values_are_tried_and_no_more"),
    ),
    ("symbolic/ask/candidates.rs", "MOST_CASES", Test("a_key_with_many_values_is_left_open")),
    ("symbolic/ask/candidates.rs", "MOST_KEYS", Test("the_presence_of_few_keys_makes_cases")),
    (
        "symbolic/ask/candidates.rs",
        "MOST_TOGETHER",
        Test("of_values_that_go_together_few_are_taken"),
    ),
    ("symbolic/ask/compare.rs", "MOST_SOLVED", TRIED),
    ("symbolic/ask/compare.rs", "MOST_TRIED", TRIED),
    (
        "symbolic/ask/difference.rs",
        "MOST_WALKED",
        Test("lists_on_both_sides_of_a_limit_are_compared_alike"),
    ),
    (
        "symbolic/ask/difference.rs",
        "MOST_WITHOUT_A_GLANCE",
        Test("lists_on_both_sides_of_a_limit_are_compared_alike"),
    ),
    (
        "symbolic/ask/differences.rs",
        "MOST_OPEN",
        Test("combinations_of_many_open_points_are_not_listed"),
    ),
    (
        "symbolic/ask/external_access.rs",
        "MOST_NAMES",
        Test("more_names_than_are_asked_about_are_not_known"),
    ),
    ("symbolic/ask/listing.rs", "MOST_BOXES", SHOWN),
    ("symbolic/ask/narrowed.rs", "MOST_ASKED", Test("a_region_names_a_dozen_exceptions")),
    (
        "symbolic/boxes/constraint.rs",
        "MOST_PAIRS",
        Test("lists_on_both_sides_of_a_limit_are_compared_alike"),
    ),
    (
        "symbolic/boxes/key.rs",
        "MOST_SETS",
        Test("more_sets_of_values_than_are_told_apart_are_not_equal"),
    ),
    (
        "symbolic/domain/feasible.rs",
        "MOST_TOLD_APART",
        Test("more_accounts_than_are_told_apart_are_not_known"),
    ),
    ("symbolic/show/plausible.rs", "MOST_ACTIONS", TRIED),
    ("symbolic/show/plausible.rs", "MOST_FORMED", TRIED),
    ("symbolic/show/plausible.rs", "MOST_RESOURCES", TRIED),
    (
        "symbolic/subject/access.rs",
        "MOST_COMBINATIONS",
        Test("more_combinations_of_statements_than_are_compared_are_not_decided"),
    ),
    (
        "symbolic/subject/access.rs",
        "MOST_IN_CELL",
        Test("more_combinations_of_statements_than_are_asked_about_are_not_known"),
    ),
    ("symbolic/subject/bindings.rs", "MOST_VALUES", COST),
    ("symbolic/text/budget.rs", "MOST_TOGETHER", Test("searches_share_one_budget")),
    ("symbolic/text/budget.rs", "MOST_WORK", Test("a_search_ends_by_itself")),
    ("symbolic/text/classes.rs", "MOST_SPELT", COST),
    ("symbolic/text/fillings.rs", "MOST_FILLINGS", Test("of_many_values_the_shortest_are_taken")),
    (
        "symbolic/text/values.rs",
        "MOST_DIFFERING",
        Test("variables_that_make_too_many_classes_are_not_told_apart"),
    ),
    ("symbolic/text/values.rs", "MOST_PAIRS", Test("of_many_patterns_not_all_pairs_are_known")),
    (
        "symbolic/text/values.rs",
        "MOST_SPLIT",
        Test("variables_that_make_too_many_classes_are_not_told_apart"),
    ),
    ("symbolic/text/walk.rs", "MOST_COUNTED", COST),
    ("symbolic/text/walked.rs", "MOST_KEPT", Test("what_is_kept_is_bounded")),
];

/// The name of the constant that a line declares, if it is a limit.
fn limit(line: &str) -> Option<&str> {
    let (before, name) = line.split_once("const MOST")?;
    let is_declared = before.trim().is_empty() || before.trim_start().starts_with("pub");
    let end = name.find(':').filter(|_| is_declared)?;
    line.get(line.find("MOST")?..).map(|rest| &rest[..end + "MOST".len()])
}

#[test]
fn every_limit_has_a_row() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = root.join("src");
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    let mut declared = BTreeSet::new();
    for path in files_below(&source, ".rs") {
        let file = path.strip_prefix(&source).unwrap().display().to_string();
        let limits = read(&path).lines().filter_map(limit).map(str::to_owned).collect::<Vec<_>>();
        declared.extend(limits.into_iter().map(|name| (file.clone(), name)));
    }
    assert!(declared.len() > 60, "{declared:?}");
    let listed = TABLE.iter().map(|(file, name, _)| ((*file).to_owned(), (*name).to_owned()));
    assert_eq!(listed.collect::<BTreeSet<_>>(), declared, "the table lists each limit once");
    let tests =
        files_below(&root.join("tests"), ".rs").iter().map(|path| read(path)).collect::<String>();
    for (file, name, row) in TABLE {
        match row {
            Test(test) => {
                let words = format!("fn {test}()");
                let beside = read(&source.join(file));
                assert!(
                    tests.contains(&words) || beside.contains(&words),
                    "{name}: no test {test}"
                );
            }
            Reason(words) => assert!(!words.is_empty(), "{name}"),
        }
    }
}
