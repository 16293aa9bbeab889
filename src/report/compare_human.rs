//! `compare` for a person: the relation in one line, the regions with their words underlined and an example each, what to do next.

use super::comparison::{Comparison, Document, Touched, action_name, key_name};
use super::human::{Look, draw_finding};
use crate::authz::{Ambiguity, Choice};
use crate::aws;
use crate::finding::{Finding, Severity};
use crate::source::Sources;
use crate::symbolic::{Cause, Direction, Place, Region, Relation, Requests};
use std::fmt::Write;

/// The most regions of one direction that are drawn.
const MOST_REGIONS: usize = 20;

/// The most words of one region that are underlined.
const MOST_WORDS: usize = 8;

/// The most readings that are told.
const MOST_READINGS: usize = 8;

/// The report of a comparison.
pub fn report(sources: &Sources, comparison: &Comparison<'_>, look: Look) -> String {
    let mut text = String::new();
    let Comparison { old, new, differences, .. } = comparison;
    // Writing to a string cannot fail, so the results are not looked at.
    for (side, document) in [("old", old), ("new", new)] {
        let read_as =
            document.read_as.as_ref().map_or_else(|| ": no policy, which allows nothing".to_owned(), |kind| format!(" as {kind}"));
        let _ = writeln!(text, "{side}  {}{read_as}", document.name);
    }
    let _ = writeln!(text, "{}, compared as policies of kind {}", relation_words(differences.relation), comparison.kind);
    if comparison.requests == Requests::Possible {
        let date = aws::data_date();
        let _ = writeln!(text, "looked at the requests that AWS has, by its data of {date}; --requests any looks at all");
    }
    readings(&mut text, comparison);
    let allowed = Drawer { sources, look, what: "newly-allowed", from: old, to: new, is_gain: true };
    let denied = Drawer { sources, look, what: "newly-denied", from: new, to: old, is_gain: false };
    allowed.draw(&mut text, &differences.newly_allowed);
    denied.draw(&mut text, &differences.newly_denied);
    for finding in comparison.findings {
        let _ = write!(text, "\n{}", draw_finding(sources, finding, look));
    }
    let _ = writeln!(text, "\n{}", closing(comparison));
    text
}

fn relation_words(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "both allow the same",
        Relation::NewAllowsMore => "the new one allows more",
        Relation::NewAllowsLess => "the new one allows less",
        Relation::Incomparable => "the new one allows some things more and some less",
        Relation::Unknown => "not decided",
    }
}

/// Where it hangs on a point that AWS leaves open: how it comes out under each reading.
fn readings(text: &mut String, comparison: &Comparison<'_>) {
    let readings = &comparison.differences.readings;
    if readings.iter().all(|(_, relation)| Some(*relation) == readings.first().map(|(_, first)| *first)) {
        return;
    }
    for (choices, relation) in readings.iter().take(MOST_READINGS) {
        let _ = writeln!(text, "  {} if {}", relation_words(*relation), choices_words(choices));
    }
}

fn choices_words(choices: &[(Ambiguity, Choice)]) -> String {
    let words = choices.iter().map(|(ambiguity, choice)| format!("{} ({})", ambiguity.text(*choice), ambiguity.source()));
    words.collect::<Vec<_>>().join(", and ")
}

fn closing(comparison: &Comparison<'_>) -> String {
    let differences = comparison.differences;
    let count = |direction: &Direction| match (direction.regions.len(), &direction.undecided) {
        (0, None) => "none".to_owned(),
        (0, Some(_)) => "not decided".to_owned(),
        (number, None) => number.to_string(),
        (number, Some(_)) => format!("{number} or more"),
    };
    let next = match differences.relation {
        Relation::Equal => "the change is one of words only",
        Relation::NewAllowsLess => "look whether somebody needs what is lost",
        Relation::NewAllowsMore => "look whether the new access is meant",
        Relation::Incomparable => "look whether the new access is meant, and whether somebody needs what is lost",
        Relation::Unknown => "read what could not be decided yourself",
    };
    format!("newly allowed: {}; newly denied: {}; {next}", count(&differences.newly_allowed), count(&differences.newly_denied))
}

/// Draws one direction.
struct Drawer<'a> {
    sources: &'a Sources,
    look: Look,
    what: &'static str,
    /// The document that does not allow.
    from: &'a Document,
    /// The document that allows.
    to: &'a Document,
    is_gain: bool,
}

impl Drawer<'_> {
    fn draw(&self, text: &mut String, direction: &Direction) {
        for (number, region) in direction.regions.iter().take(MOST_REGIONS).enumerate() {
            let _ = writeln!(text, "\n{} {}: {}", self.what.replace('-', " "), number + 1, self.example(region));
            self.describe(text, region);
            self.underline(text, region);
        }
        if let Some(more) = direction.regions.len().checked_sub(MOST_REGIONS).filter(|more| *more > 0) {
            let _ = writeln!(text, "\n{more} more; `--format json` lists all");
        }
        let Some(undecided) = &direction.undecided else { return };
        let more = if direction.regions.is_empty() { "something" } else { "something else" };
        let message = format!("not decided whether {more} is {}: {}", self.what.replace('-', " "), undecided.reason);
        let _ = match undecided.span {
            Some(span) => write!(text, "\n{}", draw_finding(self.sources, &Finding::warning("undecided", span, message), self.look)),
            None => writeln!(text, "\n{message}"),
        };
    }

    fn example(&self, region: &Region) -> String {
        let sample = &region.witness;
        let written = self.to.actions(self.sources, region);
        let action = sample.action.as_ref().map_or_else(|| "any action".to_owned(), |action| action_name(action, &written));
        let mut words = format!("for example {action}");
        let _ = write!(words, " on {}", sample.resource.as_deref().unwrap_or("any resource"));
        if let Some(principal) = sample.principal.as_ref().filter(|principal| !principal.is_empty()) {
            let _ = write!(words, " by {principal}");
        }
        for (number, (key, value)) in sample.context.iter().enumerate() {
            let start = if number == 0 { " with" } else { "," };
            let _ = write!(words, "{start} {} {}", key_name(key), shown(&value.as_slice().join(", ")));
        }
        for (number, key) in sample.absent.iter().enumerate() {
            let _ = write!(words, "{} {}", if number == 0 { " without" } else { "," }, key_name(key));
        }
        words
    }

    /// What of the allowing statement is touched.
    fn describe(&self, text: &mut String, region: &Region) {
        let _ = writeln!(text, "  action    {}", touched_words(&self.to.actions(self.sources, region)));
        if !region.resources.is_empty() {
            let _ = writeln!(text, "  resource  {}", touched_words(&self.to.resources(self.sources, region)));
        }
        if !region.keys.is_empty() {
            let _ =
                writeln!(text, "  limited by conditions on {}", region.keys.iter().map(|key| key_name(key)).collect::<Vec<_>>().join(", "));
        }
        if !region.under.is_empty() {
            let _ = writeln!(text, "  only if {}", choices_words(&region.under));
        }
    }

    /// One picture for each document in which words made the difference.
    fn underline(&self, text: &mut String, region: &Region) {
        let (new, old) = region.because.iter().partition::<Vec<_>, _>(|cause| cause.is_new);
        // What was there before comes first, as in a patch.
        let groups = [old, new].into_iter().filter(|causes| !causes.is_empty());
        for (number, causes) in groups.enumerate() {
            let message = if number == 0 { self.message(region) } else { "and these words are new".to_owned() };
            let _ = write!(text, "{}", draw_finding(self.sources, &self.finding(&causes, message), self.look));
        }
    }

    fn finding(&self, causes: &[&Cause], message: String) -> Finding {
        let related = causes.iter().take(MOST_WORDS).skip(1);
        let first = causes.first().map(|cause| cause.span).unwrap_or_default();
        let finding = Finding { severity: Severity::Warning, ..Finding::warning(self.what, first, message) };
        related.fold(finding, |finding, cause| finding.related(cause.span, if cause.is_new { "new" } else { "gone" }))
    }

    fn message(&self, region: &Region) -> String {
        let allow = statement_words(region.allowed_by, self.to);
        match (region.denied_by.map(|place| statement_words(place, self.from)), self.is_gain) {
            (None, true) => format!("{allow} allows this, nothing in `{}` did", self.from.name),
            (None, false) => format!("{allow} allowed this, nothing in `{}` does", self.from.name),
            (Some(deny), true) => format!("{deny} denied this and `{}` does not; {allow} allows it", self.to.name),
            (Some(deny), false) => format!("{deny} denies this and `{}` did not; {allow} allowed it", self.to.name),
        }
    }
}

fn statement_words(place: Place, document: &Document) -> String {
    let sid = document.statement(place).and_then(|statement| statement.sid.as_ref());
    let sid = sid.map(|sid| format!(" `{}`", sid.node)).unwrap_or_default();
    format!("statement {}{sid} of `{}`", place.statement, document.name)
}

/// The empty text needs marks to be seen.
fn shown(value: &str) -> &str {
    if value.is_empty() { "\"\"" } else { value }
}

fn touched_words(touched: &Touched) -> String {
    let start = if touched.all_but { "all but " } else { "" };
    let shown = touched.patterns.iter().take(MOST_WORDS).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = touched.patterns.len().checked_sub(MOST_WORDS).filter(|more| *more > 0);
    format!("{start}{shown}{}", more.map(|more| format!(" and {more} more")).unwrap_or_default())
}
