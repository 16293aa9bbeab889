//! The report of `test` for people: what does not hold, each with the request that shows it, then the numbers.

use super::can::Reading;
use super::can_human::words;
use super::check_human::framed;
use super::draw::{data_line, draw, draw_all};
use super::finding::Finding;
use super::look::{Human, Look, paragraph, word};
use super::tested::{Counterexample, Part, Test, Tested};
use super::tested_markdown;
use super::tested_words::{colour, numbers, title};
use crate::expect::{Expected, Status};
use crate::symbolic::Granted;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The most tests that are listed one by one where all is well with them.
const MOST_LISTED: usize = 60;

/// The most actions of a group that are listed.
const MOST_ACTIONS: usize = 6;

impl Human for Tested {
    fn human(&self, look: Look) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail, so the results are ignored.
        let _ = writeln!(text, "{}", self.file);
        let lists_all = look.verbose || self.tests.len() <= MOST_LISTED;
        for test in self.tests.iter().filter(|test| lists_all || test.status != Status::Holds) {
            let _ = writeln!(text, "  {} {}", status(test.status, look), title(test));
        }
        let mut drawn = Drawn::default();
        for test in self.tests.iter().filter(|test| test.status != Status::Holds) {
            draw_test(&mut text, test, &mut drawn, look);
        }
        if let Some(untested) = &self.untested {
            let words = (self.words.unwrap_or_default(), self.words_left);
            draw_untested(&mut text, untested, words, look);
        }
        draw_all(&mut text, &self.findings, look);
        draw_assumed(&mut text, self, look);
        let _ = writeln!(text, "\n{}", numbers(self));
        framed(self.findings.iter().any(Finding::is_refusal), text) + &data_line()
    }

    fn issues(&self) -> Vec<Finding> {
        let of_tests = self.tests.iter().flat_map(Test::issues);
        of_tests
            .chain(self.untested.iter().flatten().cloned())
            .chain(self.findings.clone())
            .collect()
    }

    fn markdown_head(&self) -> String {
        tested_markdown::head(self)
    }

    fn html_head(&self) -> String {
        super::html::tested(self)
    }

    fn junit_suite(&self) -> Option<String> {
        Some(super::issues::junit::tests(self))
    }
}

fn status(of: Status, look: Look) -> String {
    let text = match of {
        Status::Holds => "holds    ",
        Status::Undecided => "undecided",
        Status::Fails => "FAILS    ",
    };
    word(text, colour(of), look)
}

/// The most groups of actions of a test that are shown.
const MOST_SHOWN: usize = 3;

/// The words that were drawn: the same words break many tests, and are drawn once.
type Drawn = BTreeSet<(String, usize, usize)>;

fn draw_test(text: &mut String, test: &Test, drawn: &mut Drawn, look: Look) {
    let place = test.place.as_ref().map(|place| format!(" ({}:{})", place.file, place.line));
    let _ = writeln!(
        text,
        "\n{} {}{}",
        status(test.status, look),
        title(test),
        place.unwrap_or_default()
    );
    if let Some(reason) = &test.reason {
        text.push_str(&paragraph(&format!("it matters because: {reason}"), "  ", "  ", look));
    }
    let parts = test.parts.iter().filter(|part| part.status != Status::Holds);
    let all = parts.flat_map(|part| part.counterexamples.iter().map(move |one| (part, one)));
    let mut all = all.collect::<Vec<_>>();
    // What is known to be wrong comes before what is not known.
    all.sort_by_key(|(_, one)| one.answer.granted == Granted::Unknown);
    let most = if look.verbose { usize::MAX } else { MOST_SHOWN };
    for (part, one) in all.iter().take(most) {
        draw_counterexample(text, test, (part, one), drawn, look);
    }
    if all.len() > most {
        let _ = writeln!(
            text,
            "  and for {} more groups of actions and callers; --verbose shows all",
            all.len() - most
        );
    }
}

fn draw_counterexample(
    text: &mut String,
    test: &Test,
    (part, one): (&Part, &Counterexample),
    drawn: &mut Drawn,
    look: Look,
) {
    let expected = test.expected;
    let by = part.caller.as_ref().map(|caller| format!(" for {caller}")).unwrap_or_default();
    let answer = &one.answer;
    let shown =
        answer.actions.iter().take(MOST_ACTIONS).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = answer.actions.len().checked_sub(MOST_ACTIONS).filter(|more| *more > 0);
    let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
    let keys = if test.keys.is_empty() { String::new() } else { format!(" {}", test.keys) };
    let line =
        format!("expected: {} {shown}{more} on {}{by}{keys}", expected.word(), part.resource);
    text.push_str(&paragraph(&line, "  ", "    ", look));
    match one.example(expected).filter(|_| answer.granted != Granted::Unknown) {
        Some(replayed) => {
            let but = match expected {
                Expected::Allow => "but this is not allowed",
                Expected::Deny => "but this is allowed",
                Expected::Never => "but no Deny and no limit stops this",
            };
            text.push_str(&paragraph(&format!("{but}: {}", replayed.example), "  ", "    ", look));
            for finding in &replayed.because {
                let place = finding.place.as_ref();
                let key = place.map(|at| (at.file.to_string(), at.start, at.end));
                match key.filter(|key| !drawn.insert(key.clone())) {
                    Some(_) => {
                        let at = place.map(|at| format!("{}:{}", at.file, at.line));
                        let _ = writeln!(
                            text,
                            "  by the words at {}, as above",
                            at.unwrap_or_default()
                        );
                    }
                    None => text.push_str(&draw(finding, look)),
                }
            }
            // It is copied into a terminal, so it is not wrapped.
            if let Some(command) = &one.command {
                let _ = writeln!(text, "  to see it by itself: {command}");
            }
        }
        None => {
            let reason = part.why_open(one);
            text.push_str(&paragraph(&format!("not decided: {reason}"), "  ", "    ", look));
            for Reading { choices, granted } in &answer.readings {
                let choices = choices.iter().map(|choice| choice.text).collect::<Vec<_>>();
                let _ = writeln!(text, "    {} if {}", words(*granted), choices.join(", and "));
            }
        }
    }
}

/// Under what the tests hold.
fn draw_assumed(text: &mut String, tested: &Tested, look: Look) {
    let parts = tested.tests.iter().flat_map(|test| &test.parts);
    let names = parts.flat_map(|part| &part.assumes).map(|own| own.id()).collect::<BTreeSet<_>>();
    if !names.is_empty() {
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        let line = format!(
            "assumed, as no file shows it: {names} (`ica-policy explain NAME` explains each)"
        );
        text.push_str(&paragraph(&format!("\n{line}"), "", "  ", look));
    }
    if !tested.assumed.is_empty() {
        let line = format!("assumed by the settings: {}", tested.assumed.join(", "));
        text.push_str(&paragraph(&line, "", "  ", look));
    }
}

fn draw_untested(
    text: &mut String,
    untested: &[Finding],
    (words, left): (usize, usize),
    look: Look,
) {
    let _ = writeln!(
        text,
        "\ncoverage: of {words} statements and values {} are needed by some test",
        words.saturating_sub(untested.len())
    );
    if left > 0 {
        let _ = writeln!(text, "  {left} more were left out: to try them would take too long");
    }
    for finding in untested {
        let place = finding.place.as_ref();
        let at = place.map(|place| format!("{}:{}: ", place.file, place.line)).unwrap_or_default();
        text.push_str(&paragraph(&format!("{at}{}", finding.message), "  ", "    ", look));
    }
}
