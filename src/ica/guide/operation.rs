//! The page of an operation.

use super::page::{Page, PageKind, Part, Section, code, codes};
use super::tables::{Predictor, guide};
use crate::ica::catalogue;
use crate::product::catalogue::{Edition, On, Operation, Step, Target};
use crate::product::graph::{Dependencies, Depends};

pub(super) fn operation_page(operation: &'static Operation) -> Page {
    let note = guide().note(&operation.id);
    let mut about = vec![operation.about.clone()];
    about.extend(note.map(|note| note.happens.clone()));
    let run = [
        format!("ica-policy check --connection ica.toml --operation {}", operation.id),
        "ica-policy graph --connection ica.toml".to_owned(),
    ];
    let sections = vec![
        Section { text: about, ..Section::items(Part::About, Vec::new()) },
        requests(operation),
        needs(operation),
        breaks(operation),
        Section::items(Part::Causes, note.map(|note| note.causes.clone()).unwrap_or_default()),
        page_words(|requirement| requirement.is_covered_by_operation(&operation.id)),
        messages(operation),
        Section::items(Part::Run, run.iter().map(|command| code(command)).collect()),
        Section::items(
            Part::Run,
            note.map(|note| note.tries.iter().map(|command| code(command)).collect())
                .unwrap_or_default(),
        )
        .under("what to try by hand, with the key of the IAM user"),
        assumptions(operation),
        sources(operation),
    ];
    Page::new(PageKind::Operation, &operation.id, &operation.title, sections)
}

/// One row for each request.
fn requests(operation: &Operation) -> Section {
    let callers = codes(operation.callers.iter().map(|caller| caller.id()));
    let rows = operation.steps.iter().map(|step| {
        vec![
            code(&step.action),
            resource(step.resource).to_owned(),
            step.level.word().to_owned(),
            when(step),
            step.source.clone(),
        ]
    });
    let columns = ["action", "on", "level", "when", "asked for by"];
    Section::table(Part::Requests, &columns, rows.collect())
        .with_text(format!("asked by each of: {callers}"))
}

fn resource(target: Target) -> &'static str {
    match target {
        Target::Bucket => "the bucket: `arn:aws:s3:::BUCKET`",
        Target::Object => "every key below the prefix: `arn:aws:s3:::BUCKET/PREFIX*`",
        Target::Folder => {
            "every key below the prefix that ends in a slash: `arn:aws:s3:::BUCKET/PREFIX*/`"
        }
        Target::FederatedUser => {
            "the session that is made: `arn:aws:sts::ACCOUNT:federated-user/NAME`"
        }
        #[allow(
            unreachable_patterns,
            reason = "newer targets have their name in AWS's reference data"
        )]
        other => other.resource_type(),
    }
}

pub(super) fn when(step: &Step) -> String {
    let buckets =
        if step.on == On::Versioned { "versioning enabled or suspended" } else { "every bucket" };
    let edition = if step.edition == Edition::Current {
        "; not on the page, left out with `--edition seed`"
    } else {
        ""
    };
    let scope = step.scope.as_ref().map(|scope| format!(", {scope}")).unwrap_or_default();
    format!("{buckets}{scope}{edition}")
}

/// Operations and settings that it depends on.
fn needs(operation: &Operation) -> Section {
    let graph = Dependencies::of_catalogue(catalogue());
    let before = graph.operations_before(&operation.id).into_iter().map(|depends| match depends {
        Depends::Always(id) => format!("{}: {}", code(id), title(id)),
        Depends::WhileNew(id) => {
            format!("{}: {}, while the connection is new", code(id), title(id))
        }
    });
    let settings =
        guide().settings.iter().filter(|setting| setting.operations.contains(&operation.id));
    let settings = settings.map(|setting| {
        let judged = if setting.judged { "" } else { "; not judged by this version" };
        format!("the {}, check {}{judged}", setting.title, code(&setting.id))
    });
    Section::items(Part::Needs, before.chain(settings).collect())
}

fn breaks(operation: &Operation) -> Section {
    let behind = Dependencies::of_catalogue(catalogue())
        .operations_behind(&operation.id)
        .into_iter()
        .map(|depends| match depends {
            Depends::Always(id) => format!("{}: {}", code(id), title(id)),
            Depends::WhileNew(id) => {
                format!("{}: {}, while the connection is new", code(id), title(id))
            }
        });
    let behind = behind.collect::<Vec<_>>();
    let also = (!behind.is_empty()).then_some("with it is blocked:");
    let mut section = Section::items(Part::Breaks, behind).with_text(operation.breaks.clone());
    section.text.extend(also.map(str::to_owned));
    section
}

fn title(id: &str) -> &'static str {
    catalogue().operation(id).map_or("", |operation| operation.title.as_str())
}

/// The passages of the ICA page for the requirements that are wanted.
pub(super) fn page_words(is_wanted: impl Fn(&super::tables::Requirement) -> bool) -> Section {
    let wanted = guide().requirements.iter().filter(|requirement| is_wanted(requirement));
    let rows = wanted.map(|requirement| {
        vec![requirement.place.clone(), requirement.says.clone(), quoted(&requirement.words)]
    });
    Section::table(Part::Page, &["where", "what it asks", "its words"], rows.collect())
}

pub(super) fn quoted(words: &[String]) -> String {
    let quote =
        |words: &String| if words.starts_with('"') { code(words) } else { format!("\"{words}\"") };
    words.iter().map(quote).collect::<Vec<_>>().join(" .. ")
}

fn messages(operation: &Operation) -> Section {
    let predicts = |predictor: &Predictor| matches!(predictor, Predictor::Operation { operation: id, .. } if *id == operation.id);
    let messages = guide().messages.iter().filter(|message| message.predicted.iter().any(predicts));
    let rows = messages.map(|message| vec![code(&message.id), code(&message.message)]);
    Section::table(Part::Messages, &["entry", "message"], rows.collect())
}

fn assumptions(operation: &Operation) -> Section {
    let mut ids = operation
        .assumes
        .iter()
        .chain(operation.steps.iter().flat_map(|step| &step.assumes))
        .collect::<Vec<_>>();
    ids.sort_by_key(|assumption| assumption.id());
    ids.dedup();
    Section::items(
        Part::Assumptions,
        ids.into_iter()
            .filter_map(|assumption| catalogue().assumption(*assumption))
            .map(|assumption| format!("{}: {}", code(assumption.id()), assumption.text()))
            .collect(),
    )
}

fn sources(operation: &Operation) -> Section {
    let mut sources = operation.steps.iter().map(|step| step.source.clone()).collect::<Vec<_>>();
    sources.extend(guide().note(&operation.id).map(|note| note.source.clone()));
    sources.sort();
    sources.dedup();
    Section::items(Part::Source, sources)
}
