//! Pages that list things: all topics, all messages, all requirements of the ICA page, all settings and assumptions.

use super::operation::quoted;
use super::others::predictor_words;
use super::page::{Page, PageKind, Part, Section, code, codes};
use super::tables::{Cover, Requirement, guide};
use super::topic::Topic;
use crate::ica::regions;

/// The names of all pages.
pub fn topics_page() -> Page {
    let mut sections: Vec<Section> = Vec::new();
    for topic in Topic::all() {
        let page = topic.page();
        let heading = page.kind.words();
        let item = format!("{}: {}", code(&page.id), page.title);
        match sections.last_mut().filter(|section| section.heading == heading) {
            Some(section) => section.items.push(item),
            None => sections.push(Section::items(Part::Topics, vec![item]).under(heading)),
        }
    }
    Page::new(PageKind::List, "topics", "what `ica-policy explain` knows", sections)
}

/// All messages: what they mean, what predicts them, what to change.
pub fn messages_page() -> Page {
    let rows = guide().messages.iter().map(|message| {
        let predicted = message.predicted.iter().map(predictor_words);
        let unseen =
            message.not_visible.iter().map(|why| format!("cannot be seen from files: {why}"));
        let covered = predicted.chain(unseen).collect::<Vec<_>>().join("; ");
        vec![
            code(&message.id),
            code(&message.message),
            message.means.clone(),
            covered,
            message.change.clone(),
            message.source.clone(),
        ]
    });
    let columns = ["entry", "message", "what it means", "predicted by", "what to change", "source"];
    let text = "`ica-policy explain \"TEXT\"` finds the entry of a message that was pasted, also a part of it or one with names filled in.";
    let sections = vec![Section::table(Part::Messages, &columns, rows.collect()).with_text(text)];
    Page::new(PageKind::List, "troubleshooting", "messages of ICA and what predicts them", sections)
}

/// All requirements and restrictions of the ICA page, and its messages, with what covers them.
pub fn requirements_page() -> Page {
    let requirements = guide().requirements.iter().map(|requirement| {
        let quoted = quoted(&requirement.words);
        vec![requirement.place.clone(), requirement.says.clone(), quoted, covered(requirement)]
    });
    let newer = guide().newer.iter().map(|requirement| {
        vec![requirement.place.clone(), requirement.says.clone(), covered(requirement)]
    });
    let messages = guide()
        .messages
        .iter()
        .filter(|message| message.source.starts_with("SEED"))
        .map(|message| {
            let predicted = message.predicted.iter().map(predictor_words);
            let unseen =
                message.not_visible.iter().map(|why| format!("cannot be seen from files: {why}"));
            vec![
                code(&message.message),
                predicted.chain(unseen).collect::<Vec<_>>().join("; "),
                format!("message {}", code(&message.id)),
            ]
        });
    let columns = ["where", "what the page asks", "its words", "covered by"];
    let text = "Each row names the operation (with the action of its step), the check of a setting, the message or the assumption that covers it. \
                `ica-policy explain NAME` says more about each.";
    let sections = vec![
        Section::table(Part::Page, &columns, requirements.collect())
            .under("requirements and restrictions")
            .with_text(text),
        Section::table(Part::Page, &["page", "what it asks", "covered by"], newer.collect())
            .under("newer pages")
            .with_text(
                "Only the openings of ICA's newer pages could be read; the rows are in our words.",
            ),
        Section::table(Part::Messages, &["message", "predicted by", "entry"], messages.collect())
            .under("error messages"),
    ];
    Page::new(
        PageKind::List,
        "requirements",
        "what the ICA page asks for, and what covers it",
        sections,
    )
}

/// The settings of the bucket, the assumptions and the points that AWS leaves open, one after the other.
pub fn settings_page() -> Vec<Page> {
    let is_wanted = |topic: &Topic| {
        matches!(topic, Topic::Setting(_) | Topic::Assumption(_) | Topic::Reading(_))
    };
    Topic::all().iter().filter(|topic| is_wanted(topic)).map(Topic::page).collect()
}

/// The words of reports, of the ICA page and of AWS, and the regions.
pub fn words_page() -> Page {
    let words = guide().words.iter().map(|word| {
        let names = std::iter::once(&word.id).chain(&word.also).map(String::as_str);
        let see = codes(word.see.iter().map(String::as_str));
        let advice = word.advice.clone().unwrap_or_default();
        vec![
            codes(names),
            format!("{}; {}", word.title, word.means),
            advice,
            see,
            word.source.clone(),
        ]
    });
    let region_rows = regions().list.iter().map(|region| {
        let note = region.note.clone().unwrap_or_default();
        vec![
            code(&region.namespace),
            region.name.clone(),
            code(&region.aws),
            code(&regions().role(region)),
            note,
        ]
    });
    let text = "`ica-policy explain WORD` says the same, and also knows the code of every finding (see findings.md).";
    let columns = ["word", "what it is", "what to do", "see also", "source"];
    let region_columns = ["name", "region of ICA", "AWS region", "Illumina's role", "note"];
    let sections = vec![
        Section::table(Part::About, &columns, words.collect()).under("words").with_text(text),
        Section::table(Part::About, &region_columns, region_rows.collect()).under("regions"),
    ];
    Page::new(PageKind::List, "words", "words of reports, of the ICA page and of AWS", sections)
}

/// What covers a requirement, or why no file shows it.
fn covered(requirement: &Requirement) -> String {
    let covered = requirement.covered.iter().map(cover_words);
    let unseen =
        requirement.not_visible.iter().map(|why| format!("cannot be seen from files: {why}"));
    covered.chain(unseen).collect::<Vec<_>>().join("; ")
}

fn cover_words(cover: &Cover) -> String {
    match cover {
        Cover::Operation { operation, action: Some(action) } => {
            format!("operation {} ({})", code(operation), code(action))
        }
        Cover::Operation { operation, action: None } => format!("operation {}", code(operation)),
        Cover::Setting { check } => {
            predictor_words(&super::tables::Predictor::Setting { check: check.clone() })
        }
        Cover::Message { message } => format!("message {}", code(message)),
        Cover::Assumption { assumption } => format!("assumption {}", code(assumption.id())),
    }
}
