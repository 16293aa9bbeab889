//! Documents whose words are marked, whole or a few lines of them.

use crate::report::finding::Finding;
use crate::report::issues::Issue;
use crate::report::place::{Position, Shown};
use maud::{Markup, html};
use std::ops::Range;
use std::sync::Arc;

/// Lines that an excerpt shows before and after the words.
const AROUND: usize = 2;

/// Lines of a document that are not folded.
const MOST_OPEN: usize = 60;

/// Words of a document, and what is said of them.
struct Mark<'a> {
    range: Range<usize>,
    /// Whether they are what is wrong, and do not only explain it.
    is_cause: bool,
    says: &'a str,
}

/// A document that findings point into.
pub(super) struct Document<'a> {
    number: usize,
    text: &'a Shown,
    marks: Vec<Mark<'a>>,
}

/// The documents of the findings, each once.
pub(super) fn documents<'a>(issues: &[Issue<'a>]) -> Vec<Document<'a>> {
    let mut documents: Vec<Document<'a>> = Vec::new();
    for issue in issues {
        for (place, mark) in marks(issue.finding) {
            let known = documents.iter_mut().find(|known| is_same(known.text, &place.shown));
            match known {
                Some(document) => document.marks.push(mark),
                None => {
                    let number = documents.len() + 1;
                    documents.push(Document { number, text: &place.shown, marks: vec![mark] });
                }
            }
        }
    }
    documents
}

fn is_same(one: &Shown, other: &Shown) -> bool {
    Arc::ptr_eq(&one.source, &other.source)
}

/// The places of a finding; what is wrong comes first and shows the message.
fn marks(finding: &Finding) -> impl Iterator<Item = (&Position, Mark<'_>)> {
    let place = finding.place.iter().map(|place| (place, true, finding.message.as_str()));
    let related = finding.related.iter().map(|(place, words)| (place, false, words.as_str()));
    let all = place.chain(related).filter(|(place, ..)| !place.shown.range.is_empty());
    all.map(|(place, is_cause, says)| {
        (place, Mark { range: place.shown.range.clone(), is_cause, says })
    })
}

impl Document<'_> {
    pub(super) fn has(&self, finding: &Finding) -> bool {
        finding.place.as_ref().is_some_and(|place| is_same(self.text, &place.shown))
    }

    /// The name of its part of the page.
    pub(super) fn anchor(&self) -> String {
        format!("document-{}", self.number)
    }

    /// The document with all marks.
    pub(super) fn whole(&self) -> Markup {
        let text = &self.text.source.text;
        let lines = text.lines().count();
        html! {
            details #(self.anchor()) open[lines <= MOST_OPEN] {
                summary { (self.text.name()) }
                (lines_of(text, (1, 0), lines, &self.marks))
            }
        }
    }
}

/// The lines around what is wrong, with all marks of the finding in the same text.
pub(super) fn excerpt(finding: &Finding) -> Markup {
    let Some(place) = finding.place.as_ref().filter(|place| !place.shown.range.is_empty()) else {
        return html! {};
    };
    let here = marks(finding).filter(|(other, _)| is_same(&other.shown, &place.shown));
    let marks = here.map(|(_, mark)| mark).collect::<Vec<_>>();
    let source = &place.shown.source;
    let range = &place.shown.range;
    let before = source.text.get(..range.start).unwrap_or_default();
    let breaks = before.rmatch_indices('\n').take(AROUND + 1).map(|(at, _)| at + 1);
    let breaks = breaks.collect::<Vec<_>>();
    // With fewer line breaks before the words the excerpt begins with the text.
    let start = breaks.get(AROUND).copied().unwrap_or(0);
    let first = source.lines().at(&source.text, start).line;
    let words = source.text.get(range.clone()).unwrap_or_default();
    let count = breaks.len().min(AROUND) + words.matches('\n').count() + 1 + AROUND;
    html! {
        p.file { (place.shown.name()) }
        (lines_of(&source.text, (first, start), count, &marks))
    }
}

/// Some lines of a text; the first has this number and begins at this offset.
fn lines_of(
    text: &str,
    (first, start): (usize, usize),
    count: usize,
    marks: &[Mark<'_>],
) -> Markup {
    let mut start = start;
    let mut lines = Vec::new();
    let mut waiting = marks.iter().collect::<Vec<_>>();
    waiting.sort_by_key(|mark| std::cmp::Reverse(mark.range.start));
    let mut over = Vec::new();
    let rest = text.get(start..).unwrap_or_default();
    for (number, line) in rest.split('\n').take(count).enumerate() {
        let end = start + line.len();
        while let Some(mark) = waiting.pop_if(|mark| mark.range.start < end) {
            over.push(mark);
        }
        over.retain(|mark: &&Mark<'_>| mark.range.end > start);
        lines.push((first + number, pieces(text, start..end, &over)));
        start = end + 1;
    }
    html! {
        pre {
            @for (number, pieces) in &lines {
                span.line {
                    span.number { (number) }
                    @for (piece, mark) in pieces {
                        @match mark {
                            Some(mark) => mark.cause[mark.is_cause] title=(mark.says) { (piece) },
                            None => { (piece) },
                        }
                    }
                    "\n"
                }
            }
        }
    }
}

/// A line in pieces that have one mark or none; the words of a cause win over those that explain it.
fn pieces<'t, 'm>(
    text: &'t str,
    line: Range<usize>,
    marks: &[&'m Mark<'m>],
) -> Vec<(&'t str, Option<&'m Mark<'m>>)> {
    let indent = text.get(line.clone()).map_or(0, |text| text.len() - text.trim_start().len());
    let first = line.start + indent;
    let mut cuts = vec![line.start, first, line.end];
    let edges = marks.iter().flat_map(|mark| [mark.range.start, mark.range.end]);
    cuts.extend(edges.filter(|edge| line.contains(edge)));
    cuts.sort_unstable();
    cuts.dedup();
    let mark_of = |from: usize| {
        // The indentation of a line is not part of the words.
        let over = marks.iter().copied();
        let over = over.filter(|mark| from >= first && mark.range.contains(&from));
        over.min_by_key(|mark| (!mark.is_cause, mark.range.len()))
    };
    let pairs = cuts.windows(2).map(|pair| (pair[0], pair[1]));
    pairs.map(|(from, to)| (text.get(from..to).unwrap_or_default(), mark_of(from))).collect()
}
