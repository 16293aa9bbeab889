//! Pages of settings, assumptions, readings, callers, actions and messages.

use super::operation::{page_words, when};
use super::page::{Page, PageKind, Part, Section, code, codes};
use super::tables::{Message, Predictor, Setting, guide};
use crate::authz::{Ambiguity, Choice};
use crate::ica::{CROSS_ACCOUNT_ROLE, FEDERATED_SESSION, IAM_USER, catalogue};
use crate::product::CallerId;
use crate::product::catalogue::{KeyFact, KeyKind, Target};
use crate::product::{Assumption, AssumptionRow};

fn row(assumption: Assumption) -> Option<&'static AssumptionRow> {
    catalogue().assumption(assumption)
}

/// How a report uses an assumption.
const RESTS: &str = "a step whose verdict would change if it failed names it in `assumes`; with `--strict` such a step is `unknown`";

pub(super) fn setting_page(setting: &'static Setting) -> Page {
    let judged = match (&setting.assumption, setting.judged) {
        (_, true) => format!("judged by `check`; given by {}", code(&setting.flag)),
        (Some(assumption), false) => format!(
            "not judged by this version: the report lists the assumption {}",
            code(assumption.id())
        ),
        (None, false) => {
            "not judged by this version: the operations that need it are `unknown`".to_owned()
        }
    };
    let predicts = |predictor: &Predictor| matches!(predictor, Predictor::Setting { check } if *check == setting.id);
    let messages = guide().messages.iter().filter(|message| message.predicted.iter().any(predicts));
    let assumed = setting.assumption.and_then(row).into_iter().flat_map(|assumption| {
        [
            format!("{}: {}", code(assumption.id()), assumption.text()),
            format!("how to settle it: {}", assumption.how_to_settle()),
            RESTS.to_owned(),
        ]
    });
    let sections = vec![
        Section::text(Part::About, setting.about.clone()).with_text(judged),
        Section::text(Part::Needs, codes(setting.operations.iter().map(String::as_str)))
            .under("operations that it stops"),
        Section::text(Part::Breaks, setting.breaks.clone()),
        page_words(|requirement| requirement.is_covered_by_setting(&setting.id)),
        Section::table(
            Part::Messages,
            &["entry", "message"],
            messages.map(|message| vec![code(&message.id), code(&message.message)]).collect(),
        ),
        Section::items(Part::Run, vec![code(&setting.look)]),
        Section::text(Part::Change, setting.change.clone()),
        Section::items(Part::Assumptions, assumed.collect())
            .under("what is assumed where it is not given"),
        Section::text(Part::Source, setting.source.clone()),
    ];
    Page::new(PageKind::Check, &setting.id, &setting.title, sections)
}

pub(super) fn assumption_page(row: &'static AssumptionRow) -> Page {
    let assumption = row.assumption();
    let operations = catalogue().operations.iter().filter(|operation| {
        operation.assumes.contains(&assumption)
            || operation.steps.iter().any(|step| step.assumes.contains(&assumption))
    });
    let keys = catalogue()
        .keys
        .iter()
        .flat_map(|row| catalogue().callers().map(move |caller| (row, caller)));
    let facts = keys
        .filter_map(|(row, caller)| Some((row, caller, row.fact(caller, Target::Object)?)))
        .filter(|(_, _, fact)| fact.assume == Some(assumption));
    let keys = facts.map(|(row, caller, fact)| {
        format!("{} of {}: {}", code(&row.name), code(caller.id()), fact_words(fact))
    });
    let settings = guide().settings.iter().filter(|setting| setting.assumption == Some(assumption));
    let settings =
        settings.map(|setting| format!("the {}, check {}", setting.title, code(&setting.id)));
    let sections = vec![
        Section::text(Part::About, format!("assumed: {}", row.text())).with_text(RESTS),
        Section::items(Part::Needs, keys.chain(settings).collect()).under("what it is about"),
        Section::text(Part::Breaks, codes(operations.map(|operation| operation.id.as_str())))
            .under("operations that always list it"),
        Section::text(Part::Change, row.how_to_settle()).under("how to settle it"),
    ];
    let sections = sections
        .into_iter()
        .filter(|section| section.text.first().is_none_or(|text| !text.is_empty()))
        .collect();
    Page::new(PageKind::Assumption, row.id(), row.text(), sections)
}

fn fact_words(fact: &KeyFact) -> String {
    let kind = match fact.kind {
        KeyKind::Known => {
            return format!("assumed to be {}", code(fact.value.as_deref().unwrap_or_default()));
        }
        KeyKind::Absent => return "assumed to be absent".to_owned(),
        KeyKind::Free => "any value occurs",
        KeyKind::Hidden => "one value that is not known",
        KeyKind::Foreign => "a value of Illumina's that is not in the policies",
    };
    kind.to_owned()
}

pub(super) fn reading_page(ambiguity: Ambiguity) -> Page {
    let [first, second] =
        [Choice::First, Choice::Second].map(|choice| ambiguity.text(choice).to_owned());
    let title = format!("{first}, or: {second}");
    let (who, change) = if ambiguity.is_of_request() {
        (
            "The request leaves this open",
            "say it in the request, or write policies that give the same result either way",
        )
    } else {
        (
            "AWS's pages leave this open",
            "write the policy so that both readings give the same result: name what is meant, without the unclear part",
        )
    };
    let about = format!(
        "{who}. Each request that it affects is decided under both readings; where the decisions differ, `simulate` answers `Undetermined` and `check` \
         gives `unknown`"
    );
    let sections = vec![
        Section::items(
            Part::About,
            vec![format!("first reading: {first}"), format!("second reading: {second}")],
        )
        .with_text(about),
        Section::text(Part::Change, change),
        Section::text(Part::Source, ambiguity.source()),
    ];
    Page::new(PageKind::Reading, ambiguity.id(), &title, sections)
}

pub(super) fn caller_page(caller: CallerId) -> Page {
    let operations =
        catalogue().operations.iter().filter(|operation| operation.callers.contains(&caller));
    let rows = operations.flat_map(|operation| {
        operation.steps.iter().map(|step| {
            vec![code(&operation.id), code(&step.action), step.level.word().to_owned(), when(step)]
        })
    });
    let facts = catalogue()
        .keys
        .iter()
        .filter_map(|row| Some((row, row.fact(caller, Target::Object)?)))
        .filter(|(_, fact)| fact.kind == KeyKind::Known);
    let keys = facts.map(|(row, fact)| format!("{}: {}", code(&row.name), fact_words(fact)));
    let (title, about) = caller_words(caller);
    let made_by = caller.made_by().map(|(id, by)| format!("made by {} of {}", code(id), code(by)));
    let sections = vec![
        Section {
            text: std::iter::once(about.to_owned()).chain(made_by).collect(),
            ..Section::items(Part::About, Vec::new())
        },
        Section::table(Part::Requests, &["operation", "action", "level", "when"], rows.collect())
            .under("what it asks for"),
        Section::items(Part::Assumptions, keys.collect())
            .under("condition keys that are known for it"),
    ];
    Page::new(PageKind::Caller, caller.id(), title, sections)
}

fn caller_words(caller: CallerId) -> (&'static str, &'static str) {
    match caller {
        IAM_USER => (
            "the IAM user whose access key ICA has",
            "ICA works with the long-term key of this user. Its policies, those of its groups, its permissions boundary and the organization's policies count. \
             `aws:PrincipalArn` is `arn:aws:iam::ACCOUNT:user/PATH/NAME`, with the path.",
        ),
        FEDERATED_SESSION => (
            "sessions that the IAM user makes with GetFederationToken",
            "Command line, browser, connectors and pipelines work with such sessions. They may do what the user's policies and ICA's session policy both allow. \
             `aws:PrincipalArn` is `arn:aws:sts::ACCOUNT:federated-user/NAME`; ICA chooses the name, it is not that of the user. A Deny whose Principal is the user applies to \
             its sessions too, a list of exceptions by ARN has to name them by their own.",
        ),
        CROSS_ACCOUNT_ROLE => (
            "Illumina's cross-account role of the region",
            "Copies and moves between accounts are made by a role of account 079623148045. The bucket policy must allow it; what Illumina's own policies allow nobody else \
             sees. `aws:PrincipalArn` is the ARN of the role, whatever its session is called.",
        ),
        // The customer's role.
        _ => (
            "the customer's role that ICA assumes with a token",
            "With the role method ICA shows a token of its identity provider, and all that it does itself is done as this role; there is neither user nor federated \
             session. The trust policy says who may assume it; the role's policies, its permissions boundary and the organization's policies count. `aws:PrincipalArn` is \
             the ARN of the role, with its path, whatever the session is called; the principal of the session itself is \
             `arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION`.",
        ),
    }
}

pub(super) fn action_page(action: &'static str) -> Page {
    let steps = catalogue()
        .operations
        .iter()
        .flat_map(|operation| operation.steps.iter().map(move |step| (operation, step)));
    let rows = steps.filter(|(_, step)| step.action == action).map(|(operation, step)| {
        let callers = codes(operation.callers.iter().map(|caller| caller.id()));
        vec![
            code(&operation.id),
            callers,
            step.level.word().to_owned(),
            when(step),
            step.source.clone(),
        ]
    });
    let columns = ["operation", "callers", "level", "when", "asked for by"];
    let run = format!(
        "ica-policy simulate --principal CALLER --action {action} --resource RESOURCE --identity-policy user.json --resource-policy bucket.json"
    );
    let sections = vec![
        Section::table(Part::Requests, &columns, rows.collect())
            .under("operations of ICA that need it"),
        Section::items(Part::Run, vec![code(&run)]),
    ];
    Page::new(PageKind::Action, action, "an action that operations of ICA need", sections)
}

pub(super) fn message_page(message: &'static Message) -> Page {
    let predicted = message.predicted.iter().map(predictor_words).collect::<Vec<_>>();
    let sections = vec![
        Section::text(Part::About, message.means.clone()).under("what it means"),
        Section::items(Part::Predicted, predicted),
        Section {
            text: message.not_visible.iter().cloned().collect(),
            ..Section::items(Part::NotVisible, Vec::new())
        },
        Section::items(Part::Run, message.run.iter().map(|command| code(command)).collect()),
        Section::text(Part::Change, message.change.clone()),
        Section::text(Part::Source, message.source.clone()),
    ];
    Page::new(PageKind::Message, &message.id, &message.message, sections)
}

/// What predicts a message, as text.
pub(super) fn predictor_words(predictor: &Predictor) -> String {
    match predictor {
        Predictor::Operation { operation, kinds } => {
            format!(
                "operation {}, reason {}",
                code(operation),
                codes(kinds.iter().map(|kind| kind.word()))
            )
        }
        Predictor::Setting { check } => {
            let is_open = guide().setting(check).is_some_and(|setting| !setting.judged);
            format!(
                "check {}{}",
                code(check),
                if is_open { ", not judged by this version" } else { "" }
            )
        }
    }
}
