//! The one integration test binary. The comment above each module says what belongs there.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    unreachable_pub,
    reason = "tests"
)]

// What the tests have in common.
mod support;

// JSON: the public conformance suite, another reader as oracle, random trees.
mod json;

// Policies: every document of the corpus is read or refused with a place; nothing is lost.
mod policies;

// Pairs of documents with their relation: corpus/compare.
mod all_requests;

// A pull request in a real repository: only what it changes is shown.
mod changes;

// Random pairs of policies and requests from the edges of their texts, against `eval`.
mod edges;

// Random set-ups: the verdicts of `check` against `simulate`, request by request.
mod check_edges;

// The words that say on what a verdict depends.
mod words;

// Codes of findings: one registry, one page; rules.
mod findings;

// How each command ends: the rows of docs/exit-codes.md.
mod exit_codes;

// Findings of `lint` against the answers of AWS's own validation: corpus/rules/measured.toml, managed.toml.
mod lint_measured;

// The configuration of `lint`, ignores, the baseline.
mod lint_config;
mod lint_fix;
mod lint_minify;

// The rules of `lint`: examples of their pages, corpus/rules, the list of checks that they cover.
mod lint_rules;

// Documents that AWS would not store, and odd ones that it stores: corpus/refused.
mod refused;

// The regions that `compare` shows, against random requests.
mod region;

// `test`: expectations about policies, corpus/expectations.
mod expectations;

// The public face of the library.
mod api;

// Connections: the set-ups of corpus/ica with their expected verdicts.
mod ica;

// A product of another vendor, through the public face of the room `product`.
mod second_product;

// Condition keys that the user knows: `--assume`.
mod assume;

// Settings of the bucket: what is refused, and how it is reported.
mod environment;

// The report of `check`: order, width, colours, what to do.
mod report;

// The script of `inputs` with recorded answers; tests/moto runs it with the real AWS CLI.
mod inputs;

// The witnesses of these set-ups: each is a line of `simulate` that gives the same decision.
mod replay;

// Formats for other programs: the same findings in each, schemas, hostile text.
mod formats;

// Edits: the set-ups of corpus/ica are repaired, or left to a person with the reason; random
// removals are put back; the form of the text is kept.
mod fix;

// The same from outside: diff, --write, schema, exit codes.
mod fix_cli;

// Settings of buckets besides their policies: publicness, CORS, notifications.
mod s3;

// The AWS reference tables against AWS's pages (docs/sources.md).
mod aws;

// `--data`: a newer package in the place of these tables.
mod data;
mod denies;

// Which keys a request has: the table of expected answers against simulate, can, compare and check.
mod request_keys;

// Names of principals as sets of callers.
mod principals;

// The examples of all reports: requests that AWS has.
mod possible;

// The command line: exit codes, bad input, schemas, the script of `inputs`.
mod cli;

// The report of a check for people: headings, marks, advice that opens no more than is needed,
// several connections.
mod advice;

// The rooms: which of them may use which.
mod architecture;

// What must hold for any policy: order, splitting, case; a Deny never allows more, an Allow never
// allows less.
mod properties;

// The JSON of every command against its published schema: answers and failures.
mod schemas;

// `simulate`: the stream of lines, one request by flags.
mod simulate;

// Two versions of a policy: reports, exit codes, the old side from git.
mod compare;

// New access inside of a ceiling, by single requests.
mod within;

// Questions to `compare` and `can` with their right answers.
mod questions;

// Managed policies with one text taken out.
mod taken_out;

// Terraform modules and CloudFormation templates against the documents.
mod templates;

// The old side from git in a checkout that a stranger wrote: nothing of it runs, no other repository is believed.
#[cfg(unix)]
mod git;

// Which files are read, and what of them reports may show; what is written and how that ends.
mod files;

// The bodies of the fuzz targets over seeds, regressions and mutations.
mod fuzz;

// Slips of the pen: the planted ones of corpus/mutants, every word, pairs, what is left out.
mod mutants;

// Limits, each reached once.
mod limits;
mod limits_fix;
mod limits_report;
mod limits_table;
// Faults that nothing noticed when they were planted.
mod noticed;
mod noticed_cli;
mod noticed_fix;
mod noticed_requests;

// Text of inputs in reports: nothing of it acts on a terminal or a log.
mod hostile;

// Single decisions: the cases of corpus/eval, each with its source.
mod eval;

// The third reader: IAM evaluation once more, written from the sources and not from `src/`.
mod reference;

// The pages of grammar/ as programs: a generator and a recogniser that share nothing with the crate.
mod grammar;

// The parser against them.
mod grammar_holds;

// The third reader against the corpus and the product.
mod reader;

// All requests at once: against exhaustive evaluation, published verdicts and versions of real
// policies.
mod symbolic;

// The requests that AWS has: actions with their resources and keys.
mod shapes;

// The layers of a caller together: old against new.
mod access;

// The conformance suite of conformance/, for everybody who evaluates IAM.
mod conformance;

// The public strategies of proptest: their edges, how they shrink.
mod strategies;

// The two engines against each other, on single requests with all layers.
mod engines;

// Whether access is granted: questions with their answers, and against exhaustive evaluation.
mod budget;
mod can;

// Whether a bucket policy is public: both definitions, and no outsider is missed.
mod can_public;

// `generate`: its documents pass `check` everywhere and hold nothing beyond the catalogue.
mod generate;

// `generate` and `check DIR` as commands: files, formats, what is refused.
mod generate_cli;

// Terraform modules and CloudFormation templates against the documents.

// Pages of operations, settings and messages; the documents made of them; the requirements of the
// ICA page; `explain`.
mod guide;

// The graph of the catalogue and of a check; the command `graph`.
mod graph;

// One answer of AWS about the policies of a whole account.
mod account;
