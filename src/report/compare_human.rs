//! The report of `compare` for people: the relation in one line, the differences with their words
//! underlined and an example each, and what to do next.

use super::check_human::framed;
use super::check_words::draw_cause;
use super::compare::{
    Comparison, Denies, Difference, EFFECTIVE, Operation, Part, Reading, StatementAt, Touched,
    Words,
};
use super::draw::draw;
use super::finding::Finding;
use super::html::{sentence, table};
use super::look::{Human, Look};
use super::page_markdown::plain;
use super::statement::statement_name;
use super::views::Choice;
use crate::aws;
use crate::finding::{Code, codes};
use crate::product::{Level, Verdict};
use crate::source::one_line;
use crate::symbolic::{Relation, Requests};
use std::collections::BTreeSet;
use std::fmt::Write;

/// The most differences of one direction that are drawn.
const MOST_REGIONS: usize = 20;

/// The most words of one difference that are underlined.
const MOST_WORDS: usize = 8;

/// The most readings that are listed.
const MOST_READINGS: usize = 8;

impl Human for Comparison {
    fn human(&self, look: Look) -> String {
        report(self, look)
    }

    fn issues(&self) -> Vec<Finding> {
        let causes = self.causes.iter().map(|cause| cause.finding.clone());
        let differing = [true, false].into_iter().flat_map(|is_gain| {
            found(self, is_gain).iter().map(move |one| difference(self, one, is_gain))
        });
        let open = self.undecided.iter().map(|open| {
            let message =
                format!("not decided whether something is {}: {}", open.direction, open.message);
            Finding::at(codes::UNDECIDED, open.span.clone(), message)
        });
        let all = causes.chain(differing).chain(open).chain(self.findings.iter().cloned());
        all.map(|finding| in_new_file(self, finding)).collect()
    }

    fn html_head(&self) -> String {
        let (relation, gains) = in_words(self);
        let words = format!("{} -> {}: {relation} ({gains})", self.old.file, self.new.file);
        let rows = changed(self).map(|change| {
            let words = [verdict_word(change.old), verdict_word(change.new)];
            [change.id, change.caller, words[0], words[1]]
        });
        sentence(&words)
            + &table(["operation", "caller", "before", "now"], &rows.collect::<Vec<_>>())
    }

    fn markdown_head(&self) -> String {
        let [old, new] = [&self.old.file, &self.new.file].map(|file| plain(file));
        let (relation, gains) = in_words(self);
        let mut text = format!("{old} -> {new}: **{relation}** ({gains})\n");
        for (number, change) in changed(self).enumerate() {
            if number == 0 {
                text.push_str("\n| operation | caller | before | now |\n|---|---|---|---|\n");
            }
            let (old, new) = (verdict_word(change.old), verdict_word(change.new));
            // Writing to a string cannot fail.
            let _ = writeln!(text, "| {} | {} | {old} | {new} |", change.id, change.caller);
        }
        text
    }
}

/// The relation, and how many differences there are.
fn in_words(comparison: &Comparison) -> (&'static str, String) {
    let number = |is_gain| {
        let is_open = is_open(comparison, is_gain);
        match (found(comparison, is_gain).len(), is_open) {
            (0, true) => "not decided".to_owned(),
            (number, true) => format!("at least {number}"),
            (number, false) => number.to_string(),
        }
    };
    let gains = format!("newly allowed: {}, newly denied: {}", number(true), number(false));
    (words_of(comparison)(comparison.relation), gains)
}

/// A file of an old revision is not in the checkout: what is about its words is shown at the beginning
/// of the file as it is now.
fn in_new_file(comparison: &Comparison, mut finding: Finding) -> Finding {
    let [old, new] = [&comparison.old.file, &comparison.new.file].map(|file| file.as_str());
    let revision = old.strip_suffix(new).filter(|revision| revision.ends_with(':'));
    let now =
        |file: &str| revision.and_then(|revision| file.strip_prefix(revision)).map(str::to_owned);
    finding.related.retain(|(place, _)| now(&place.file).is_none());
    if let Some(place) = &mut finding.place
        && let Some(file) = now(&place.file)
    {
        *place = place.beginning(file.into());
    }
    finding
}

/// The operations of ICA whose verdict has changed.
fn changed(comparison: &Comparison) -> impl Iterator<Item = &Operation> {
    comparison.operations.iter().filter(|change| change.old != change.new)
}

/// Whether there may be more differences of a direction.
fn is_open(comparison: &Comparison, is_gain: bool) -> bool {
    comparison.undecided.iter().any(|open| open.direction == direction(is_gain))
}

fn verdict_word(verdict: Option<Verdict>) -> &'static str {
    verdict.map_or("not there", Verdict::word)
}

/// The report of a comparison.
fn report(comparison: &Comparison, look: Look) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail, so the results are ignored.
    versions(&mut text, comparison);
    if comparison.kind == EFFECTIVE {
        operations(&mut text, comparison, look);
    }
    for (number, part) in comparison.parts.iter().enumerate() {
        let _ = writeln!(text, "{}", head(comparison, part));
        readings(&mut text, &part.readings, words_of(comparison));
        Drawer { comparison, look, part: number, is_gain: true }.draw(&mut text);
        Drawer { comparison, look, part: number, is_gain: false }.draw(&mut text);
    }
    for finding in &comparison.findings {
        let _ = write!(text, "\n{}", draw(finding, look));
    }
    let _ = writeln!(text, "\n{}", closing(comparison));
    framed(comparison.new.is_refused, text)
}

fn versions(text: &mut String, comparison: &Comparison) {
    let ceiling = comparison.within.as_ref().map(|version| ("within", version));
    let sides = [("old", &comparison.old), ("new", &comparison.new)];
    for (side, version) in sides.into_iter().chain(ceiling) {
        let mut side = side;
        if version.documents.len() > 1 {
            let read_as = version.read_as.as_deref().unwrap_or("nothing, which allows nothing");
            let _ = writeln!(text, "{side}  {read_as}:");
            side = "   ";
        }
        for document in &version.documents {
            let read_as = document.read_as.as_ref().map_or_else(
                || ": nothing, which allows nothing".to_owned(),
                |kind| format!(" as {kind}"),
            );
            let _ = writeln!(text, "{side}  {}{read_as}", document.file);
        }
    }
}

fn head(comparison: &Comparison, part: &Part) -> String {
    let relation = words_of(comparison)(part.relation);
    match (part.caller, part.layer) {
        (None, Some(layer)) => {
            let where_to = if part.beyond { "beyond the bucket" } else { "for any caller" };
            format!("\nthe {layer} by itself, {where_to}: {relation}")
        }
        (None, None) => {
            let requests = looked_at(comparison.requests);
            format!("{relation}, compared as policies of kind {}{requests}", comparison.kind)
        }
        (Some(caller), _) => format!("\naccess of {caller} to the bucket: {relation}"),
    }
}

/// Writes the operations of ICA whose verdict has changed, with the causes of those that became
/// worse.
fn operations(text: &mut String, comparison: &Comparison, look: Look) {
    if let Some(name) = &comparison.connection {
        let _ = writeln!(text, "connection {name}");
    }
    let all = &comparison.operations;
    let changed = changed(comparison).collect::<Vec<_>>();
    let _ = writeln!(text);
    for change in &changed {
        let note = if change.is_worse { "  worse" } else { "" };
        let (old, new) = (verdict_word(change.old), verdict_word(change.new));
        let _ = writeln!(text, "{:<22}{:<20}{old} -> {new}{note}", change.id, change.caller);
    }
    let same = all.len() - changed.len();
    let _ = match changed.len() {
        0 => writeln!(text, "no operation of ICA changes ({same} compared, each for its caller)"),
        _ => writeln!(text, "{same} more are as before"),
    };
    for (number, cause) in comparison.causes.iter().enumerate() {
        let is_short = cause.level == Level::Advised && !look.verbose;
        draw_cause(text, number + 1, cause, is_short, look);
    }
    for left_out in &comparison.not_compared {
        let _ = writeln!(text, "\n{}: not compared: {}", left_out.caller, left_out.reason);
    }
}

/// A line that says which requests were compared.
fn looked_at(requests: Requests) -> String {
    match requests {
        Requests::Possible => {
            format!(
                "\ncompared the requests that AWS has, by its data of {}; --requests any compares all",
                aws::data_date()
            )
        }
        Requests::Any => String::new(),
    }
}

/// The words for a relation.
fn words_of(comparison: &Comparison) -> fn(Relation) -> &'static str {
    if comparison.within.is_some() { relation_within } else { relation_words }
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

/// The same where access inside of a ceiling is not new.
fn relation_within(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "no new access outside of the ceiling, and nothing is lost",
        Relation::NewAllowsMore => "new access outside of the ceiling",
        Relation::NewAllowsLess => "no new access outside of the ceiling, but some is lost",
        Relation::Incomparable => "new access outside of the ceiling, and some is lost",
        Relation::Unknown => "not decided",
    }
}

/// If the relation depends on a point that AWS leaves open, lists it under each reading.
fn readings(text: &mut String, readings: &[Reading], words: fn(Relation) -> &'static str) {
    if readings.iter().all(|reading| reading.relation == readings[0].relation) {
        return;
    }
    for reading in readings.iter().take(MOST_READINGS) {
        let choices = reading.choices.iter().map(|choice| choice.text).collect::<Vec<_>>();
        let (relation, choices) = (words(reading.relation), choices.join(", and "));
        let _ = writeln!(text, "  {relation} if {choices}");
    }
    let more = readings.len().saturating_sub(MOST_READINGS);
    if more > 0 {
        let _ = writeln!(text, "  and under {more} more readings; `--format json` lists all");
    }
    let sources = readings.iter().flat_map(|reading| &reading.choices).map(|choice| choice.source);
    for source in sources.collect::<BTreeSet<_>>() {
        let _ = writeln!(text, "  open in {source}");
    }
}

fn choices_words(choices: &[Choice]) -> String {
    let words = choices.iter().map(|choice| format!("{} ({})", choice.text, choice.source));
    words.collect::<Vec<_>>().join(", and ")
}

fn closing(comparison: &Comparison) -> String {
    let count = |is_gain: bool| {
        let number = found(comparison, is_gain).len();
        let is_open = is_open(comparison, is_gain);
        match (number, is_open) {
            (0, false) => "none".to_owned(),
            (0, true) => "not decided".to_owned(),
            (number, false) => number.to_string(),
            (number, true) => format!("{number} or more"),
        }
    };
    let is_effective = comparison.kind == EFFECTIVE;
    if let Some(words) = is_effective.then(|| one_sided(comparison)).flatten() {
        return words;
    }
    let relations = comparison.parts.iter().map(|part| part.relation);
    let next = match relations.reduce(Relation::joined) {
        None => "nothing else was compared",
        Some(Relation::Equal | Relation::NewAllowsLess) if comparison.within.is_some() => {
            "what is newly allowed, if anything, is inside of the ceiling"
        }
        Some(Relation::Equal) if comparison.denies != Denies::default() => {
            "by themselves both allow the same; see what their Deny statements do to other policies"
        }
        Some(Relation::Equal) if !is_effective => "only the text has changed, not its meaning",
        Some(Relation::Equal) if changed(comparison).next().is_some() => {
            "the policies allow the same, but operations change: the settings differ"
        }
        Some(Relation::Equal) => {
            "for ICA's callers nothing changes, and the policies allow others the same"
        }
        Some(Relation::NewAllowsLess) => "check whether somebody needs what is lost",
        Some(Relation::NewAllowsMore) => "check whether the new access is intended",
        Some(Relation::Incomparable) => {
            "check whether the new access is intended, and whether somebody needs what is lost"
        }
        Some(Relation::Unknown) => "read what could not be decided yourself",
    };
    let worse = comparison.operations.iter().filter(|change| change.is_worse).count();
    let worse =
        if is_effective { format!("operations that are worse: {worse}; ") } else { String::new() };
    let (allowed, denied) = (count(true), count(false));
    format!("{worse}newly allowed: {allowed}; newly denied: {denied}; {next}")
}

/// The last line if there is nothing to compare with, or not everything could be compared.
fn one_sided(comparison: &Comparison) -> Option<String> {
    if comparison.old.read_as.is_none() {
        return Some("the connection is new: all that it allows is new".to_owned());
    }
    if comparison.new.read_as.is_none() {
        return Some("the connection is gone: all that it allowed is lost".to_owned());
    }
    let nothing_found = comparison.parts.iter().all(|part| part.relation == Relation::Equal);
    let open = comparison.not_compared.iter().map(|what| what.caller).collect::<Vec<_>>();
    (nothing_found && !open.is_empty()).then(|| {
        format!(
            "nothing new and nothing lost was found, but not all was compared: {}",
            open.join(", ")
        )
    })
}

fn found(comparison: &Comparison, is_gain: bool) -> &[Difference] {
    if is_gain { &comparison.newly_allowed } else { &comparison.newly_denied }
}

fn direction(is_gain: bool) -> &'static str {
    if is_gain { "newly-allowed" } else { "newly-denied" }
}

/// Draws one direction of a part.
struct Drawer<'a> {
    comparison: &'a Comparison,
    look: Look,
    part: usize,
    is_gain: bool,
}

impl Drawer<'_> {
    fn draw(&self, text: &mut String) {
        let name = direction(self.is_gain).replace('-', " ");
        let found = found(self.comparison, self.is_gain).iter();
        let mut found = found.filter(|difference| difference.part == self.part);
        let mut number = 0;
        for difference in found.by_ref().take(MOST_REGIONS) {
            number += 1;
            let _ = writeln!(text, "\n{name} {number}: for example {}", difference.example);
            describe(text, difference);
            self.underline(text, difference);
        }
        let more = found.count();
        if more > 0 {
            let _ = writeln!(text, "\n{more} more; `--format json` lists all");
        }
        let open = self.comparison.undecided.iter();
        for open in
            open.filter(|open| (open.part, open.direction) == (self.part, direction(self.is_gain)))
        {
            let more = if number == 0 { "something" } else { "something else" };
            let message = format!("not decided whether {more} is {name}: {}", open.message);
            let _ = match &open.span {
                Some(_) => {
                    let finding = Finding::at(codes::UNDECIDED, open.span.clone(), message);
                    write!(text, "\n{}", draw(&finding, self.look))
                }
                None => writeln!(text, "\n{message}"),
            };
        }
    }

    /// Draws one picture for each document whose words made the difference.
    fn underline(&self, text: &mut String, difference: &Difference) {
        let (new, old) =
            difference.because.iter().partition::<Vec<_>, _>(|words| words.side == "new");
        // The old words come first, as in a patch.
        let groups = [old, new].into_iter().filter(|words| !words.is_empty());
        for (number, words) in groups.enumerate() {
            let message = if number == 0 {
                why(self.comparison, difference, self.is_gain)
            } else {
                "and this text is new".to_owned()
            };
            text.push_str(&draw(&finding(code(self.is_gain), &words, message), self.look));
        }
    }
}

fn code(is_gain: bool) -> Code {
    if is_gain { codes::NEWLY_ALLOWED } else { codes::NEWLY_DENIED }
}

/// Why the versions differ, in one sentence.
fn why(comparison: &Comparison, difference: &Difference, is_gain: bool) -> String {
    let (old, new) = (&comparison.old.file, &comparison.new.file);
    let (from, to) = if is_gain { (old, new) } else { (new, old) };
    let region = &difference.region;
    let allow = region.allowed_by.as_ref().map(statement_words);
    let allow = allow.unwrap_or_else(|| "what needs no statement".to_owned());
    if let Some(limit) = region.limited_by.as_ref().map(statement_words) {
        let limits = if is_gain { "limited this and is gone" } else { "limits this and is new" };
        return format!(
            "the layer of {limit} {limits}: no statement of it allows this; {allow} grants it"
        );
    }
    match (region.denied_by.as_ref().map(statement_words), is_gain) {
        (None, true) => format!("{allow} allows this, nothing in `{from}` did"),
        (None, false) => format!("{allow} allowed this, nothing in `{from}` does"),
        (Some(deny), true) => {
            format!("{deny} denied this and `{to}` does not; {allow} allows it")
        }
        (Some(deny), false) => {
            format!("{deny} denies this and `{to}` did not; {allow} allowed it")
        }
    }
}

/// Writes the parts of the allowing statement that a difference touches.
fn describe(text: &mut String, difference: &Difference) {
    let region = &difference.region;
    for (element, touched) in [("action  ", &region.actions), ("resource", &region.resources)] {
        if !touched.patterns.is_empty() {
            let _ = writeln!(text, "  {element}  {}", one_line(&touched_words(touched)));
        }
    }
    if !region.condition_keys.is_empty() {
        let keys = region.condition_keys.join(", ");
        let _ = writeln!(text, "  limited by conditions on {}", one_line(&keys));
    }
    if !region.only_if.is_empty() {
        let _ = writeln!(text, "  only if {}", choices_words(&region.only_if));
    }
}

fn finding(code: Code, words: &[&Words], message: String) -> Finding {
    let mut places = words.iter().take(MOST_WORDS).map(|words| {
        (words.span.clone(), if words.side == "new" { "new" } else { "gone" }.to_owned())
    });
    let first = places.next().map(|(place, _)| place);
    Finding { related: places.collect(), ..Finding::at(code, first, message) }
}

/// A difference as one finding; without words of its own it is at the statement that allows.
fn difference(comparison: &Comparison, difference: &Difference, is_gain: bool) -> Finding {
    let name = direction(is_gain).replace('-', " ");
    let message = format!(
        "{name}: for example {}; {}",
        difference.example,
        why(comparison, difference, is_gain)
    );
    let words = difference.because.iter().collect::<Vec<_>>();
    let found = finding(code(is_gain), &words, message);
    let statement = difference.region.allowed_by.as_ref().and_then(|at| at.place.clone());
    Finding { place: found.place.or(statement), ..found }
}

fn statement_words(at: &StatementAt) -> String {
    let name = statement_name(at.sid.as_deref(), at.statement, Some(at.of));
    format!("{name} of `{}`", at.file)
}

fn touched_words(touched: &Touched) -> String {
    let start = if touched.all_but { "all but " } else { "" };
    let but_not = match touched.but_not.as_slice() {
        [] => String::new(),
        patterns => format!(", but not {}", listed(patterns)),
    };
    format!("{start}{}{but_not}", listed(&touched.patterns))
}

fn listed(patterns: &[String]) -> String {
    let shown = patterns.iter().take(MOST_WORDS).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = patterns.len().checked_sub(MOST_WORDS).filter(|more| *more > 0);
    format!("{shown}{}", more.map(|more| format!(" and {more} more")).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `MOST_READINGS`: the report says how many it leaves out.
    #[test]
    fn readings_that_are_not_listed_are_counted() {
        let reading = |number: usize| Reading {
            caller: None,
            choices: vec![Choice { id: "", text: "read so", source: "a page" }],
            relation: if number == 0 { Relation::Equal } else { Relation::NewAllowsMore },
        };
        let text_of = |most: usize| {
            let mut text = String::new();
            readings(&mut text, &(0..most).map(reading).collect::<Vec<_>>(), |_| "relation");
            text
        };
        assert!(!text_of(8).contains("more readings"));
        let text = text_of(10);
        assert_eq!(text.matches("relation if read so").count(), 8);
        assert!(text.contains("and under 2 more readings; `--format json` lists all"), "{text}");
    }
}
