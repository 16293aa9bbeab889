//! The report of `compare` for people: the relation in one line, the regions with their words
//! underlined and an example each, and what to do next.

use super::comparison::{Change, Comparison, Connections, Side, Touched, file_of};
use super::example::Example;
use super::human::{draw_causes, draw_finding, framed};
use super::look::Look;
use super::statement::statement_name;
use super::views::key_name;
use crate::authz::{Ambiguity, Choice};
use crate::aws;
use crate::finding::{Code, Finding, codes};
use crate::ica::Verdict;
use crate::source::Sources;
use crate::symbolic::{Cause, Differences, Direction, Place, Region, Relation, Requests};
use std::fmt::Write;

/// The most regions of one direction that are drawn.
const MOST_REGIONS: usize = 20;

/// The most words of one region that are underlined.
const MOST_WORDS: usize = 8;

/// The most readings that are listed.
const MOST_READINGS: usize = 8;

/// The report of a comparison.
pub fn report(sources: &Sources, comparison: &Comparison<'_>, look: Look) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail, so the results are ignored.
    for (side, version) in [("old", comparison.old), ("new", comparison.new)] {
        let read_as = version.read_as.as_ref().map_or_else(
            || ": nothing, which allows nothing".to_owned(),
            |kind| format!(" as {kind}"),
        );
        let _ = writeln!(text, "{side}  {}{read_as}", version.name);
    }
    if let Some(connections) = &comparison.connections {
        operations(&mut text, sources, connections, look);
    }
    for change in &comparison.changes {
        let relation = relation_words(change.differences.relation);
        let _ = match (change.caller, change.layer) {
            (None, Some(layer)) => {
                let where_to = if change.beyond { "beyond the bucket" } else { "for any caller" };
                writeln!(text, "\nthe {layer} by itself, {where_to}: {relation}")
            }
            (None, None) => {
                writeln!(
                    text,
                    "{relation}, compared as policies of kind {}{}",
                    comparison.kind,
                    looked_at(comparison.requests)
                )
            }
            (Some(caller), _) => writeln!(text, "\naccess of {caller} to the bucket: {relation}"),
        };
        draw_change(&mut text, sources, change, look);
    }
    for finding in comparison.findings {
        let _ = write!(text, "\n{}", draw_finding(sources, finding, look));
    }
    let _ = writeln!(text, "\n{}", closing(comparison));
    framed(comparison.new.is_refused, text)
}

/// Writes the operations of ICA whose verdict has changed, with the causes of those that became
/// worse.
fn operations(text: &mut String, sources: &Sources, connections: &Connections<'_>, look: Look) {
    if let Some(name) = connections.name {
        let _ = writeln!(text, "connection {name}");
    }
    let word = |verdict: Option<Verdict>| verdict.map_or("not there", Verdict::word);
    let changed =
        connections.operations.iter().filter(|change| change.old != change.new).collect::<Vec<_>>();
    let _ = writeln!(text);
    for change in &changed {
        let note = if change.is_newly_blocked() { "  worse" } else { "" };
        let change = format!(
            "{:<22}{:<20}{} -> {}{note}",
            change.id,
            change.caller.id(),
            word(change.old),
            word(change.new)
        );
        let _ = writeln!(text, "{change}");
    }
    let same = connections.operations.len() - changed.len();
    let _ = match changed.len() {
        0 => writeln!(text, "no operation of ICA changes ({same} compared, each for its caller)"),
        _ => writeln!(text, "{same} more are as before"),
    };
    let worse = |operation: &str, caller: &str| {
        changed.iter().any(|change| {
            change.is_newly_blocked() && change.id == operation && change.caller.id() == caller
        })
    };
    if let Some(check) = connections.check {
        draw_causes(text, sources, check, &worse, look);
    }
    for (caller, reason) in &connections.left_out {
        let _ = writeln!(text, "\n{caller}: not compared: {reason}");
    }
}

fn draw_change(text: &mut String, sources: &Sources, change: &Change<'_>, look: Look) {
    let Change { old, new, differences, .. } = change;
    readings(text, differences);
    let allowed =
        Drawer { sources, look, what: codes::NEWLY_ALLOWED, from: old, to: new, is_gain: true };
    let denied =
        Drawer { sources, look, what: codes::NEWLY_DENIED, from: new, to: old, is_gain: false };
    allowed.draw(text, &differences.newly_allowed);
    denied.draw(text, &differences.newly_denied);
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

fn relation_words(relation: Relation) -> &'static str {
    match relation {
        Relation::Equal => "both allow the same",
        Relation::NewAllowsMore => "the new one allows more",
        Relation::NewAllowsLess => "the new one allows less",
        Relation::Incomparable => "the new one allows some things more and some less",
        Relation::Unknown => "not decided",
    }
}

/// If the relation depends on a point that AWS leaves open, lists it under each reading.
fn readings(text: &mut String, differences: &Differences) {
    let readings = &differences.readings;
    if readings
        .iter()
        .all(|(_, relation)| Some(*relation) == readings.first().map(|(_, first)| *first))
    {
        return;
    }
    for (choices, relation) in readings.iter().take(MOST_READINGS) {
        let _ = writeln!(text, "  {} if {}", relation_words(*relation), choices_words(choices));
    }
}

fn choices_words(choices: &[(Ambiguity, Choice)]) -> String {
    let words = choices
        .iter()
        .map(|(ambiguity, choice)| format!("{} ({})", ambiguity.text(*choice), ambiguity.source()));
    words.collect::<Vec<_>>().join(", and ")
}

fn closing(comparison: &Comparison<'_>) -> String {
    let differences = || comparison.changes.iter().map(|change| change.differences);
    let count = |pick: fn(&Differences) -> &Direction| {
        let number =
            differences().map(|differences| pick(differences).regions.len()).sum::<usize>();
        let is_open = differences().any(|differences| pick(differences).undecided.is_some());
        match (number, is_open) {
            (0, false) => "none".to_owned(),
            (0, true) => "not decided".to_owned(),
            (number, false) => number.to_string(),
            (number, true) => format!("{number} or more"),
        }
    };
    if let Some(words) =
        comparison.connections.as_ref().and_then(|connections| one_sided(comparison, connections))
    {
        return words;
    }
    let next = match differences().map(|differences| differences.relation).reduce(Relation::joined)
    {
        None => "nothing else was compared",
        Some(Relation::Equal) => match &comparison.connections {
            Some(connections)
                if connections.operations.iter().any(|change| change.old != change.new) =>
            {
                "the policies allow the same, but operations change: the settings differ"
            }
            Some(_) => "for ICA's callers nothing changes, and the policies allow others the same",
            None => "only the text has changed, not its meaning",
        },
        Some(Relation::NewAllowsLess) => "check whether somebody needs what is lost",
        Some(Relation::NewAllowsMore) => "check whether the new access is intended",
        Some(Relation::Incomparable) => {
            "check whether the new access is intended, and whether somebody needs what is lost"
        }
        Some(Relation::Unknown) => "read what could not be decided yourself",
    };
    let worse = comparison.connections.as_ref().map(|connections| {
        let worse =
            connections.operations.iter().filter(|change| change.is_newly_blocked()).count();
        format!("operations that are worse: {worse}; ")
    });
    let (allowed, denied) = (
        count(|differences| &differences.newly_allowed),
        count(|differences| &differences.newly_denied),
    );
    format!("{}newly allowed: {allowed}; newly denied: {denied}; {next}", worse.unwrap_or_default())
}

/// The last line if there is nothing to compare with, or not everything could be compared.
fn one_sided(comparison: &Comparison<'_>, connections: &Connections<'_>) -> Option<String> {
    if comparison.old.read_as.is_none() {
        return Some("the connection is new: all that it allows is new".to_owned());
    }
    if comparison.new.read_as.is_none() {
        return Some("the connection is gone: all that it allowed is lost".to_owned());
    }
    let nothing_found =
        comparison.changes.iter().all(|change| change.differences.relation == Relation::Equal);
    let open = connections.left_out.iter().map(|(what, _)| *what).collect::<Vec<_>>();
    (nothing_found && !open.is_empty()).then(|| {
        format!(
            "nothing new and nothing lost was found, but not all was compared: {}",
            open.join(", ")
        )
    })
}

/// Draws one direction.
struct Drawer<'a> {
    sources: &'a Sources,
    look: Look,
    what: Code,
    /// The side that does not allow.
    from: &'a Side<'a>,
    /// The side that allows.
    to: &'a Side<'a>,
    is_gain: bool,
}

impl Drawer<'_> {
    fn draw(&self, text: &mut String, direction: &Direction) {
        for (number, region) in direction.regions.iter().take(MOST_REGIONS).enumerate() {
            let _ = writeln!(
                text,
                "\n{} {}: {}",
                self.what.id().replace('-', " "),
                number + 1,
                format_args!("for example {}", Example::of_region(self.sources, self.to, region))
            );
            self.describe(text, region);
            self.underline(text, region);
        }
        if let Some(more) =
            direction.regions.len().checked_sub(MOST_REGIONS).filter(|more| *more > 0)
        {
            let _ = writeln!(text, "\n{more} more; `--format json` lists all");
        }
        let Some(undecided) = &direction.undecided else { return };
        let more = if direction.regions.is_empty() { "something" } else { "something else" };
        let message = format!(
            "not decided whether {more} is {}: {}",
            self.what.id().replace('-', " "),
            undecided.reason
        );
        let _ = match undecided.span {
            Some(span) => write!(
                text,
                "\n{}",
                draw_finding(
                    self.sources,
                    &Finding::new(codes::UNDECIDED, span, message),
                    self.look
                )
            ),
            None => writeln!(text, "\n{message}"),
        };
    }

    /// Writes the parts of the allowing statement that the region touches.
    fn describe(&self, text: &mut String, region: &Region) {
        if !region.actions.is_empty() {
            let _ = writeln!(
                text,
                "  action    {}",
                touched_words(&self.to.actions(self.sources, region))
            );
        }
        if !region.resources.is_empty() {
            let _ = writeln!(
                text,
                "  resource  {}",
                touched_words(&self.to.resources(self.sources, region))
            );
        }
        if !region.keys.is_empty() {
            let _ = writeln!(
                text,
                "  limited by conditions on {}",
                region.keys.iter().map(|key| key_name(key)).collect::<Vec<_>>().join(", ")
            );
        }
        if !region.under.is_empty() {
            let _ = writeln!(text, "  only if {}", choices_words(&region.under));
        }
    }

    /// Draws one picture for each document whose words made the difference.
    fn underline(&self, text: &mut String, region: &Region) {
        let (new, old) = region.because.iter().partition::<Vec<_>, _>(|cause| cause.is_new);
        // The old words come first, as in a patch.
        let groups = [old, new].into_iter().filter(|causes| !causes.is_empty());
        for (number, causes) in groups.enumerate() {
            let message =
                if number == 0 { self.message(region) } else { "and this text is new".to_owned() };
            let _ = write!(
                text,
                "{}",
                draw_finding(self.sources, &self.finding(&causes, message), self.look)
            );
        }
    }

    fn finding(&self, causes: &[&Cause], message: String) -> Finding {
        let related = causes.iter().take(MOST_WORDS).skip(1);
        let first = causes.first().map(|cause| cause.span).unwrap_or_default();
        let finding = Finding::new(self.what, first, message);
        related.fold(finding, |finding, cause| {
            finding.related(cause.span, if cause.is_new { "new" } else { "gone" })
        })
    }

    fn message(&self, region: &Region) -> String {
        let words = |place: Place, side: &Side<'_>| statement_words(self.sources, place, side);
        let allow = region
            .allowed_by
            .and_then(|place| words(place, self.to))
            .unwrap_or_else(|| "what needs no statement".to_owned());
        if let Some(limit) = region.limited_by.and_then(|place| words(place, self.from)) {
            let limits =
                if self.is_gain { "limited this and is gone" } else { "limits this and is new" };
            return format!(
                "the layer of {limit} {limits}: no statement of it allows this; {allow} grants it"
            );
        }
        match (region.denied_by.and_then(|place| words(place, self.from)), self.is_gain) {
            (None, true) => format!("{allow} allows this, nothing in `{}` did", self.from.name),
            (None, false) => format!("{allow} allowed this, nothing in `{}` does", self.from.name),
            (Some(deny), true) => {
                format!("{deny} denied this and `{}` does not; {allow} allows it", self.to.name)
            }
            (Some(deny), false) => {
                format!("{deny} denies this and `{}` did not; {allow} allowed it", self.to.name)
            }
        }
    }
}

fn statement_words(sources: &Sources, place: Place, side: &Side<'_>) -> Option<String> {
    let statement = side.statement(place)?;
    let sid = statement.sid.as_ref().map(|sid| sid.node.as_str());
    let of = side.policies.get(place.policy).map(|policy| policy.statements.len());
    Some(format!(
        "{} of `{}`",
        statement_name(sid, place.statement, of),
        file_of(sources, statement)
    ))
}

fn touched_words(touched: &Touched) -> String {
    let start = if touched.all_but { "all but " } else { "" };
    let shown =
        touched.patterns.iter().take(MOST_WORDS).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = touched.patterns.len().checked_sub(MOST_WORDS).filter(|more| *more > 0);
    format!("{start}{shown}{}", more.map(|more| format!(" and {more} more")).unwrap_or_default())
}
