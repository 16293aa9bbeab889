//! The report of `fuzz` for people: how many slips do what, then the worst with their words underlined.

use super::draw::{data_line, draw, draw_all};
use super::finding::Finding;
use super::fuzz::{Fuzzed, Mutant, Request};
use super::fuzz_groups::{Group, code, groups, in_words, shortened, stopped, who};
use super::html::sentence;
use super::look::{Human, Look, paragraph};
use super::page_markdown::plain;
use super::place::at_line;
use crate::finding::codes;
use crate::mutate::{Effect, Reach};
use crate::source::one_line;
use std::fmt::Write;

/// The most places that are underlined in one picture.
const MOST_MARKS: usize = 4;

/// The most places of one group that are listed.
const MOST_PLACES: usize = 8;

/// The most pairs that are listed.
const MOST_PAIRS: usize = 10;

impl Human for Fuzzed {
    fn human(&self, look: Look) -> String {
        let groups = groups(self);
        let mut text = head(self);
        draw_all(&mut text, &self.findings, look);
        if look.verbose {
            text.push_str(&everything(self, look));
        } else {
            text.push_str(&opens(&groups, look));
            text.push_str(&breaks(&groups, look));
            text.push_str(&lists(&groups, look));
        }
        text.push_str(&pairs(self, look));
        for file in &self.not_changed {
            let _ = writeln!(text, "not changed: {}: {}", file.file, file.reason);
        }
        text + &data_line()
    }

    fn issues(&self) -> Vec<Finding> {
        let found = groups(self).into_iter().filter_map(|group| finding(&group));
        self.findings.iter().cloned().chain(left_out(self)).chain(found).collect()
    }

    fn html_head(&self) -> String {
        let counts = counted(self).map(|(slips, words)| format!("{slips} {words}"));
        let counts = counts.chain(open_beside(self));
        sentence(&title(self)) + &sentence(&counts.collect::<Vec<_>>().join("; "))
    }

    fn markdown_head(&self) -> String {
        let mut text = format!("{}\n\n| slips | what they do |\n|---|---|\n", plain(&title(self)));
        for (slips, words) in counted(self) {
            let _ = writeln!(text, "| {slips} | {words} |");
        }
        if let Some(words) = open_beside(self) {
            let _ = writeln!(text, "| | {words} |");
        }
        text
    }
}

fn number(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The connection, or the files.
fn name(fuzzed: &Fuzzed) -> String {
    let files = || fuzzed.documents.iter().map(|document| document.file.as_str());
    match &fuzzed.connection {
        Some(name) => one_line(name).into_owned(),
        None => files().collect::<Vec<_>>().join(", "),
    }
}

/// What to do where the budget did not suffice.
const MORE_BUDGET: &str = "give --budget a larger number, or choose kinds with --only";

/// What was judged, in one line.
fn title(fuzzed: &Fuzzed) -> String {
    let name = name(fuzzed);
    let pairs = fuzzed.mutants.iter().filter(|mutant| mutant.slips.len() > 1).count();
    let pairs = if fuzzed.pairs {
        format!(" and {}", number(pairs, "pair", "pairs"))
    } else {
        String::new()
    };
    let singles = fuzzed.mutants.iter().filter(|mutant| mutant.slips.len() == 1).count();
    let by_choice = match fuzzed.left_out - fuzzed.beyond_budget {
        0 => None,
        more => Some(format!("{more} left out by --cases {} --seed {}", fuzzed.cases, fuzzed.seed)),
    };
    let by_budget = match fuzzed.beyond_budget {
        0 => None,
        more => Some(format!("{more} left out because the budget was used up: {MORE_BUDGET}")),
    };
    let left_out = match by_choice.into_iter().chain(by_budget).collect::<Vec<_>>().join("; ") {
        none if none.is_empty() => "none left out".to_owned(),
        some => some,
    };
    format!(
        "{name}: {} of one word{pairs} in {}, each judged for all requests; {left_out}",
        number(singles, "slip", "slips"),
        number(fuzzed.documents.len(), "document", "documents"),
    )
}

/// What each effect means, in the order of the report.
const EFFECTS: [(Effect, Option<Reach>, &str); 11] = [
    (Effect::Opens, Some(Reach::Anonymous), "give access to anybody, even without an AWS account"),
    (Effect::Opens, Some(Reach::OtherAccounts), "give access to another account, or a service"),
    (Effect::Opens, Some(Reach::Others), "give access to somebody else"),
    (Effect::Opens, Some(Reach::Account), "give access to others of the same account"),
    (Effect::Opens, Some(Reach::SameCallers), "give the same callers more access"),
    (Effect::Breaks, None, "stop an operation of ICA"),
    (Effect::Undecided, None, "could not be decided"),
    (Effect::Loses, None, "take access from somebody"),
    (
        Effect::GuardsNothing,
        None,
        "take words out and change nothing: these words have no effect (they guard nothing)",
    ),
    (Effect::Refused, None, "are refused by AWS: you would notice"),
    (Effect::Nothing, None, "change nothing"),
];

/// The slips of one row of the table.
fn of_row(fuzzed: &Fuzzed, effect: Effect, reach: Option<Reach>) -> impl Iterator<Item = &Mutant> {
    let is_of = move |mutant: &&Mutant| {
        let to = mutant.opens.as_ref().map(|opening| opening.to);
        mutant.effect == effect && (reach.is_none() || to == reach)
    };
    fuzzed.mutants.iter().filter(is_of)
}

/// How many slips of one word do what; pairs of them are counted by themselves.
fn counted(fuzzed: &Fuzzed) -> impl Iterator<Item = (usize, &'static str)> {
    let is_single = |mutant: &&Mutant| mutant.slips.len() == 1;
    let number = move |effect, reach| of_row(fuzzed, effect, reach).filter(is_single).count();
    EFFECTS
        .iter()
        .map(move |(effect, reach, words)| (number(*effect, *reach), *words))
        .filter(|(slips, _)| *slips > 0)
}

/// What is said of slips that may do more than their effect.
fn open_beside(fuzzed: &Fuzzed) -> Option<String> {
    let open = fuzzed.mutants.iter().filter(|mutant| mutant.is_open_beside()).count();
    (open > 0).then(|| {
        format!("of all, {open} may do more than is said of them here: a question about them was not decided")
    })
}

fn head(fuzzed: &Fuzzed) -> String {
    let mut text = title(fuzzed) + "\n\n";
    for (slips, words) in counted(fuzzed) {
        let _ = writeln!(text, "{slips:>6}  {words}");
    }
    if let Some(words) = open_beside(fuzzed) {
        let _ = writeln!(text, "{:>6}  {words}", "");
    }
    text + "\n"
}

/// The words of a group with its line.
fn place(group: &Group<'_>) -> String {
    // The name alone: the folder is that of the first line, and in the pictures.
    let file = group.at.file.rsplit(['/', '\\']).next().unwrap_or_default();
    let line = group.at.span.as_ref().map(|place| format!(":{}", place.line)).unwrap_or_default();
    format!("{file}{line} `{}`", shortened(&group.at.words_shown()))
}

impl super::fuzz::Slipped {
    /// The words as a person finds them: of a statement its name.
    fn words_shown(&self) -> String {
        match (&self.sid, self.statement, self.id) {
            (Some(sid), _, "statement-removed") => format!("statement {sid}"),
            (None, Some(number), "statement-removed") => format!("statement {}", number + 1),
            _ => self.words.clone(),
        }
    }
}

/// Slips that give access, by how far from the owner somebody is who gets it.
fn opens(groups: &[Group<'_>], look: Look) -> String {
    let mut text = String::new();
    let reaches =
        [Reach::Anonymous, Reach::OtherAccounts, Reach::Others, Reach::Account, Reach::SameCallers];
    for reach in reaches {
        let own = groups
            .iter()
            .filter(|group| group.effect == Effect::Opens && group.to == Some(reach))
            .collect::<Vec<_>>();
        if own.is_empty() {
            continue;
        }
        let slips = own.iter().map(|group| group.mutants.len()).sum();
        let slips = number(slips, "slip gives", "slips give");
        text.push_str(&format!("ACCESS FOR {}: {slips} it\n\n", who(reach).to_uppercase()));
        // Who had access before is less to fear: the places alone are listed.
        if reach != Reach::SameCallers {
            text.push_str(&picture(&own, &|group| group.first(), look));
        }
        text.push_str(&opening(own[0], look));
        text.push_str(&by(own.iter().skip(1).copied(), "also by ", look));
        text.push('\n');
    }
    text
}

/// The places of groups, as many as a person reads.
fn by<'a>(groups: impl Iterator<Item = &'a Group<'a>> + Clone, start: &str, look: Look) -> String {
    let mut places = groups.clone().take(MOST_PLACES).map(counted_place).collect::<Vec<_>>();
    let more = groups.count().saturating_sub(MOST_PLACES);
    if more > 0 {
        places.push(format!("{} (--verbose)", number(more, "more place", "more places")));
    }
    if places.is_empty() {
        return String::new();
    }
    paragraph(&places.join("; "), &format!("    {start}"), "      ", look)
}

/// A place with its slips, and a request.
fn opening(group: &Group<'_>, look: Look) -> String {
    let mut text = paragraph(&format!("{} {}", place(group), group.first()), "  ", "    ", look);
    if group.mutants.len() > 1 {
        let words = format!("and the like: {}", group.kinds());
        text.push_str(&paragraph(&words, "    ", "    ", look));
    }
    let shown = group.mutants.first().and_then(|mutant| mutant.opens.as_ref());
    if let Some(opening) = shown {
        text.push_str(&paragraph(&example("then", &opening.request), "    ", "    ", look));
    }
    text
}

fn example(then: &str, request: &Request) -> String {
    let elsewhere =
        if request.if_allowed_elsewhere { ", where another policy allows it" } else { "" };
    let caller = request.caller.map(|caller| format!(" ({caller})")).unwrap_or_default();
    format!("{then} {}{caller}{elsewhere}", request.example)
}

/// The words of some groups underlined, each with a few words.
fn picture(groups: &[&Group<'_>], words: &dyn Fn(&Group<'_>) -> String, look: Look) -> String {
    let Some(first) = groups.first() else { return String::new() };
    let Some(code) = code(first.effect) else { return String::new() };
    let of_file = groups.iter().filter(|group| group.at.file == first.at.file);
    let mut marks =
        of_file.filter_map(|group| Some((group.at.span.as_ref()?.first_line(), words(group))));
    let Some((place, label)) = marks.next() else { return String::new() };
    let mut finding = Finding::at(code, Some(place), label);
    finding.related = marks.take(MOST_MARKS - 1).collect();
    draw(&finding, look) + "\n"
}

/// Slips that stop operations: the places of each set of operations.
fn breaks(groups: &[Group<'_>], look: Look) -> String {
    let own = groups.iter().filter(|group| group.effect == Effect::Breaks).collect::<Vec<_>>();
    if own.is_empty() {
        return String::new();
    }
    let mut text = "OPERATIONS OF ICA THAT STOP\n".to_owned();
    let mut seen = Vec::<&str>::new();
    for group in &own {
        if seen.contains(&group.stops.as_str()) {
            continue;
        }
        seen.push(&group.stops);
        let alike = own.iter().filter(|other| other.stops == group.stops).copied();
        text.push_str(&paragraph(&group.stops, "  ", "  ", look));
        text.push_str(&by(alike, "by ", look));
    }
    text + "\n"
}

fn counted_place(group: &Group<'_>) -> String {
    match group.mutants.len() {
        1 => format!("{} {}", place(group), group.kinds()),
        slips => format!("{} {slips} slips", place(group)),
    }
}

/// The other effects: words that guard nothing are underlined, of the others the places are listed.
fn lists(groups: &[Group<'_>], look: Look) -> String {
    let of = |effect| groups.iter().filter(move |group| group.effect == effect).collect::<Vec<_>>();
    let mut text = String::new();
    let loses = of(Effect::Loses);
    if !loses.is_empty() {
        text.push_str("ACCESS THAT SOMEBODY LOSES\n");
        text.push_str(&by(loses.iter().copied(), "by ", look));
        text.push('\n');
    }
    let undecided = of(Effect::Undecided);
    if !undecided.is_empty() {
        text.push_str("NOT DECIDED\n");
        for group in undecided.iter().take(MOST_PLACES) {
            let reason = group.mutants.first().and_then(|mutant| mutant.undecided.first());
            let words = format!("{}: {}", counted_place(group), reason.map_or("", String::as_str));
            text.push_str(&paragraph(&words, "  ", "    ", look));
        }
        if undecided.len() > MOST_PLACES {
            let _ = writeln!(text, "  and {} more (--verbose)", undecided.len() - MOST_PLACES);
        }
        text.push('\n');
    }
    text.push_str(&beside(groups, look));
    let idle = of(Effect::GuardsNothing);
    if !idle.is_empty() {
        text.push_str("WORDS WITHOUT EFFECT: each of them can be taken out, one at a time, and nothing changes\n");
        text.push_str(&picture(&idle, &|_| "without it nothing changes".to_owned(), look));
        text.push_str(&by(idle.iter().skip(MOST_MARKS).copied(), "", look));
        text.push('\n');
    }
    text
}

/// What was not decided about slips that do something else.
fn beside(groups: &[Group<'_>], look: Look) -> String {
    let open = |group: &Group<'_>| {
        let mutant = group.mutants.iter().find(|mutant| mutant.is_open_beside())?;
        Some(format!("{}: {}", counted_place(group), mutant.undecided.join("; ")))
    };
    let open = groups.iter().filter_map(open).collect::<Vec<_>>();
    if open.is_empty() {
        return String::new();
    }
    let mut text = "NOT DECIDED WHETHER THEY DO MORE\n".to_owned();
    for words in open.iter().take(MOST_PLACES) {
        text.push_str(&paragraph(words, "  ", "    ", look));
    }
    if open.len() > MOST_PLACES {
        let _ = writeln!(text, "  and {} more (--verbose)", open.len() - MOST_PLACES);
    }
    text + "\n"
}

/// Every slip on a line of its own.
fn everything(fuzzed: &Fuzzed, look: Look) -> String {
    let mut text = String::new();
    for (effect, reach, words) in EFFECTS {
        let own = of_row(fuzzed, effect, reach);
        let own = own.filter(|mutant| mutant.slips.len() == 1).collect::<Vec<_>>();
        if own.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{} {words}", number(own.len(), "SLIP:", "SLIPS:"));
        for mutant in own {
            text.push_str(&paragraph(&line(mutant), "  ", "    ", look));
        }
        text.push('\n');
    }
    text
}

/// A mutant in one line.
fn line(mutant: &Mutant) -> String {
    let slips = mutant.slips.iter().map(|slip| {
        let words = shortened(&slip.words_shown());
        format!("{}`{words}` {} [{}]", at_line(slip.span.as_ref()), in_words(slip), slip.id)
    });
    let mut text = slips.collect::<Vec<_>>().join(" and ");
    if let Some(opening) = &mutant.opens {
        let _ =
            write!(text, ": access for {}: {}", who(opening.to), example("then", &opening.request));
    }
    if !mutant.breaks.is_empty() {
        let _ = write!(text, "; stops {}", stopped(&mutant.breaks));
    }
    if !mutant.repairs.is_empty() {
        let _ = write!(text, "; better than before: {}", stopped(&mutant.repairs));
    }
    if let Some(request) = &mutant.loses {
        let _ = write!(text, "; {}", example("no longer", request));
    }
    if let Some(reason) = &mutant.refused {
        let _ = write!(text, "; {reason}");
    }
    for reason in &mutant.undecided {
        let _ = write!(text, "; not decided: {reason}");
    }
    text
}

/// Pairs that do what neither of the two slips does.
fn pairs(fuzzed: &Fuzzed, look: Look) -> String {
    if !fuzzed.pairs {
        return String::new();
    }
    let more = fuzzed.mutants.iter().filter(|mutant| mutant.is_more).collect::<Vec<_>>();
    let mut text = format!(
        "TWO SLIPS AT ONCE: {} worse than each of the two\n",
        number(more.len(), "pair is", "pairs are")
    );
    let most = if look.verbose { more.len() } else { MOST_PAIRS };
    for mutant in more.iter().take(most) {
        text.push_str(&paragraph(&line(mutant), "  ", "    ", look));
    }
    if more.len() > most {
        let _ = writeln!(text, "  and {} more (--verbose)", more.len() - most);
    }
    text + "\n"
}

/// The slips that the budget did not suffice for: a list without them would say that they do nothing.
fn left_out(fuzzed: &Fuzzed) -> Option<Finding> {
    let slips = Some(fuzzed.beyond_budget).filter(|slips| *slips > 0)?;
    let message = format!(
        "{}: {} left out because the budget was used up: nothing is known of what they do",
        name(fuzzed),
        number(slips, "slip was", "slips were"),
    );
    let found = Finding::new(codes::SLIPS_LEFT_OUT, message);
    Some(Finding { help: Some(MORE_BUDGET.to_owned()), ..found })
}

/// A group as other programs read it.
fn finding(group: &Group<'_>) -> Option<Finding> {
    let code = code(group.effect)?;
    let shown = group.mutants.first()?;
    let does = match group.effect {
        Effect::Opens => {
            let opening = shown.opens.as_ref()?;
            format!("gives access to {}: {}", who(opening.to), example("then", &opening.request))
        }
        Effect::Breaks => format!("stops {}", group.stops),
        Effect::Loses => {
            let lost = shown.loses.as_ref()?;
            format!("takes access away: {}", example("no longer", lost))
        }
        Effect::Undecided => format!("could not be decided: {}", shown.undecided.join("; ")),
        _ => "changes nothing: these words have no effect (they guard nothing)".to_owned(),
    };
    let like = match group.mutants.len() {
        1 => String::new(),
        _ => format!("; and the like: {}", group.kinds()),
    };
    let open = group.mutants.iter().find(|mutant| mutant.is_open_beside());
    let open = open.map(|mutant| format!("; not decided: {}", mutant.undecided.join("; ")));
    let slip = &shown.slips[0];
    let cause = match &slip.writes {
        Some(text) => format!("writing `{}` ({}{like})", shortened(text), slip.says),
        None => format!("{}{like}: this", slip.says),
    };
    let message = format!("{cause} {does}{}", open.unwrap_or_default());
    Some(Finding::at(code, group.at.span.clone(), message))
}
