//! The view of `test`: the schema `ica-policy/test/v1`, published in `schemas/test-v1.json`.

use super::can::{Access, Answer, Replayed};
use super::finding::Finding;
use super::place::{Position, position};
use super::replay;
use super::request::Request;
use super::view::View;
use crate::access::Basis;
use crate::authz::{self, display_name};
use crate::expect::{ANY_OTHER, Asked, Expectation, Expected, Status, Wrong};
use crate::finding::{self, codes};
use crate::product::{Assumption, KnownKey};
use crate::source::{Sources, one_line};
use crate::symbolic::{Answered, Granted};
use serde::Serialize;

/// Whether what is expected of policies holds.
#[derive(Clone, Debug, Serialize)]
pub struct Tested {
    /// The file with the expectations.
    pub file: String,
    /// The worst of all tests.
    pub verdict: Status,
    /// How many tests there are of each kind.
    pub counts: Counts,
    /// The tests, in the order of the file; of several connections all for each.
    pub tests: Vec<Test>,
    /// Words of the policies that no expectation needs; `None`: that was not asked.
    pub untested: Option<Vec<Finding>>,
    /// How many words were tried for that.
    pub words: Option<usize>,
    /// How many words were left out, since to try them would take too long.
    pub words_left: usize,
    /// The condition keys that the settings of a connection assume, in words.
    pub assumed: Vec<String>,
    /// What is wrong with the documents themselves.
    pub findings: Vec<Finding>,
    /// Whether the two engines disagree, which is a defect of this program.
    #[serde(skip)]
    pub is_defect: bool,
}

/// Numbers of tests.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Counts {
    /// For all requests.
    pub holds: usize,
    /// For some request it does not.
    pub fails: usize,
    /// Not known.
    pub undecided: usize,
}

/// One expectation, for one connection.
#[derive(Clone, Debug, Serialize)]
pub struct Test {
    /// Its name, or what it says.
    pub name: String,
    /// Why it matters.
    pub reason: Option<String>,
    /// The connection, where the settings file has several.
    pub connection: Option<String>,
    /// What is expected.
    pub expected: Expected,
    /// Actions, as written.
    pub actions: Vec<String>,
    /// Resources, as written.
    pub resources: Vec<String>,
    /// The condition keys that are known, in words.
    #[serde(skip)]
    pub keys: String,
    /// Whether it holds.
    pub status: Status,
    /// Where it is written.
    #[serde(rename = "span")]
    pub place: Option<Position>,
    /// By caller and resource.
    pub parts: Vec<Part>,
}

/// An expectation for one caller and one resource.
#[derive(Clone, Debug, Serialize)]
pub struct Part {
    /// Who asks; `None`: whoever it is.
    pub caller: Option<String>,
    /// The resource, as written.
    pub resource: String,
    /// Whether it holds.
    pub status: Status,
    /// What the answer rests on besides the policies that are given.
    pub note: Basis,
    /// The assumptions under which something is allowed.
    pub assumes: Vec<Assumption>,
    /// The actions for which it does not hold, with a request that shows it.
    pub counterexamples: Vec<Counterexample>,
}

/// Actions for which an expectation does not hold, or may not.
#[derive(Clone, Debug, Serialize)]
pub struct Counterexample {
    /// The answer, with the words that decide.
    #[serde(flatten)]
    pub answer: Answer,
    /// The request that shows it, in the form of a line of `simulate --batch`.
    pub request: Option<Request>,
    /// The command that asks for that request by itself, past the same policies.
    pub command: Option<String>,
}

impl Counterexample {
    /// The example that is not as expected.
    pub fn example(&self, expected: Expected) -> Option<&Replayed> {
        if expected == Expected::Allow {
            self.answer.denied.as_ref()
        } else {
            self.answer.allowed.as_ref()
        }
    }
}

impl Part {
    /// The view of a part. Its second half says whether the two engines disagree.
    pub fn new(sources: &Sources, expected: Expected, asked: Asked<'_>) -> (Part, bool) {
        let access = Access::new(sources, asked.answers, asked.basis, asked.layers);
        let wanted = if expected == Expected::Allow { Granted::All } else { Granted::None };
        let both = access.answers.into_iter().zip(asked.answers);
        let counterexamples =
            both.filter(|(answer, _)| answer.granted != wanted).map(|(answer, answered)| {
                let request = not_as(expected, answered);
                let command = request.and_then(|own| {
                    let shown = (own, expected != Expected::Allow);
                    replay::command(sources, shown, asked.layers)
                });
                Counterexample { request: request.map(Request::of), command, answer: known(answer) }
            });
        let part = Part {
            caller: asked.caller.map(plain),
            resource: plain(asked.resource),
            status: asked.status,
            note: asked.basis,
            assumes: asked.assumes.to_vec(),
            counterexamples: counterexamples.collect(),
        };
        (part, access.is_defect)
    }
}

/// The known keys in words: `with KEY VALUE, without KEY`.
fn keys(known: &[KnownKey]) -> String {
    let word = |(key, value): &KnownKey| match value {
        Some(value) => format!("with {} {}", display_name(key), value.as_slice().join(", ")),
        None => format!("without {}", display_name(key)),
    };
    plain(&known.iter().map(word).collect::<Vec<_>>().join(", "))
}

/// A text of the file in one line.
fn plain(text: &str) -> String {
    one_line(text).into_owned()
}

impl Part {
    /// Why it is not known whether an expectation holds.
    pub fn why_open<'a>(&self, one: &'a Counterexample) -> &'a str {
        match (&one.answer.undecided, self.note) {
            (Some(reason), _) => reason,
            (None, Basis::NeedsIdentityPolicies) => {
                "it depends on the caller's own policies, which are not given"
            }
            (None, _) => "it is not known",
        }
    }
}

/// The request that is not as expected.
fn not_as(expected: Expected, answered: &Answered) -> Option<&authz::Request> {
    let shown = if expected == Expected::Allow { &answered.denied } else { &answered.allowed };
    shown.as_ref().map(|shown| &shown.request)
}

/// An answer without the policy that stands for all others, which is in no file.
fn known(mut answer: Answer) -> Answer {
    for replayed in [&mut answer.allowed, &mut answer.denied].into_iter().flatten() {
        replayed.because.retain(|finding| {
            finding.place.as_ref().is_none_or(|place| place.file.as_str() != ANY_OTHER)
        });
    }
    answer
}

impl Test {
    /// The view of an expectation.
    pub fn new(
        sources: &Sources,
        expectation: &Expectation,
        connection: Option<String>,
        parts: Vec<Part>,
    ) -> Test {
        Test {
            name: plain(&expectation.title()),
            reason: expectation.reason.as_deref().map(plain),
            connection,
            expected: expectation.expected,
            actions: expectation.actions.iter().map(|text| plain(text)).collect(),
            resources: expectation.resources.iter().map(|text| plain(text)).collect(),
            keys: keys(&expectation.keys),
            status: parts.iter().map(|part| part.status).max().unwrap_or(Status::Undecided),
            place: position(sources, expectation.span),
            parts,
        }
    }

    /// The findings of a test that does not hold: one for each group of actions that shows it.
    pub fn issues(&self) -> Vec<Finding> {
        let parts = self.parts.iter().filter(|part| part.status != Status::Holds);
        parts
            .flat_map(|part| part.counterexamples.iter().map(|one| self.issue(part, one)))
            .collect()
    }

    fn issue(&self, part: &Part, one: &Counterexample) -> Finding {
        let example = one.example(self.expected);
        let is_open = one.answer.granted == Granted::Unknown;
        let code = if is_open { codes::TEST_UNDECIDED } else { codes::TEST_FAILED };
        let by = part.caller.as_ref().map(|caller| format!("{caller}: ")).unwrap_or_default();
        let words = match (example.filter(|_| !is_open), self.expected) {
            (Some(example), Expected::Allow) => format!("{by}{} is not allowed", example.example),
            (Some(example), Expected::Deny) => format!("{by}{} is allowed", example.example),
            (Some(example), Expected::Never) => format!("{by}{} would be allowed", example.example),
            (None, _) => {
                format!("{by}{}", part.why_open(one))
            }
        };
        let because = example.and_then(|example| example.because.first());
        let place =
            because.and_then(|finding| finding.place.clone()).or_else(|| self.place.clone());
        let related = match (&place, &self.place) {
            (Some(at), Some(test)) if at != test => {
                vec![(test.clone(), "this is expected".to_owned())]
            }
            _ => Vec::new(),
        };
        let help = self.reason.clone();
        let message = format!(
            "the test `{}` {}: {words}",
            self.name,
            if is_open { "is not decided" } else { "fails" }
        );
        Finding { place, related, help, ..Finding::new(code, message) }
    }
}

impl Tested {
    /// The view of all tests of a file.
    pub fn new(file: &str, tests: Vec<Test>, findings: Vec<Finding>, is_defect: bool) -> Tested {
        let count = |status| tests.iter().filter(|test| test.status == status).count();
        let counts = Counts {
            holds: count(Status::Holds),
            fails: count(Status::Fails),
            undecided: count(Status::Undecided),
        };
        let verdict = tests.iter().map(|test| test.status).max().unwrap_or(Status::Undecided);
        let file = file.to_owned();
        let (words_left, assumed) = (0, Vec::new());
        Tested {
            file,
            verdict,
            counts,
            tests,
            untested: None,
            words: None,
            words_left,
            assumed,
            findings,
            is_defect,
        }
    }
}

/// What is wrong with a file of expectations, as a finding.
pub(crate) fn wrong_test(wrong: &Wrong) -> finding::Finding {
    let finding = finding::Finding::new(codes::WRONG_TEST, wrong.span, wrong.message.clone());
    match &wrong.help {
        Some(help) => finding.help(help.clone()),
        None => finding,
    }
}

impl View for Tested {
    const SCHEMA: &'static str = "ica-policy/test/v1";
    const NOTHING: &'static str = r#""file":null,"verdict":null,"counts":null,"tests":[],"untested":null,"words":null,"words_left":0,"assumed":[],"findings":[]"#;
}
