//! The report of `can` for people: the answer in one line, then each group of actions with a
//! request and the statements that grant or limit it.

use super::can::{Access, Answer, IsPublic, Public, Replayed, ServiceAsked};
use super::check_human::framed;
use super::draw::{data_line, draw, draw_all};
use super::finding::Finding;
use super::look::{Human, Look};
use crate::symbolic::Granted;
use std::fmt::Write;

/// The most groups that are drawn.
const MOST: usize = 12;

/// The most actions of a group that are listed.
const MOST_ACTIONS: usize = 6;

impl Human for Access {
    fn human(&self, look: Look) -> String {
        report(self, look)
    }

    /// Of a question about the public what is open, of another one what is not granted.
    fn issues(&self) -> Vec<Finding> {
        let words = |replayed: &Replayed| {
            let first = replayed.because.first()?;
            let message = format!("{}: {}", replayed.example, first.message);
            Some(Finding { message, ..first.clone() })
        };
        let found: Vec<Finding> = match &self.public {
            Some(public) => {
                let open = public.statements.iter().map(|statement| statement.finding.clone());
                let answers = public.outsiders.iter().flat_map(|outside| &outside.answers);
                open.chain(answers.filter_map(|answer| words(answer.allowed.as_ref()?))).collect()
            }
            None => {
                self.answers.iter().filter_map(|answer| words(answer.denied.as_ref()?)).collect()
            }
        };
        found.into_iter().chain(self.findings.iter().cloned()).collect()
    }
}

/// The answer to one of many questions, in one line.
pub fn line(name: &str, access: &Access) -> String {
    let note = access.basis.note().map(|note| format!("; {note}")).unwrap_or_default();
    let refused = access.findings.iter().any(Finding::is_refusal);
    let refused = if refused { "; AWS would refuse a document" } else { "" };
    format!("{name}: {}{note}{refused}\n", words(access.granted))
}

/// The report of a question.
fn report(access: &Access, look: Look) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail, so the results are ignored.
    match &access.public {
        Some(public) => draw_public(&mut text, public, look),
        None => drop(writeln!(text, "{}", words(access.granted))),
    }
    if let Some(note) = access.basis.note() {
        let _ = writeln!(text, "  {note}");
    }
    draw_answers(&mut text, access.answers.iter(), true, look);
    for finding in &access.findings {
        let _ = write!(text, "\n{}", draw(finding, look));
    }
    text.push('\n');
    framed(access.findings.iter().any(Finding::is_refusal), text) + &data_line()
}

fn draw_answers<'a>(
    text: &mut String,
    mut answers: impl Iterator<Item = &'a Answer>,
    with_denied: bool,
    look: Look,
) {
    answers.by_ref().take(MOST).for_each(|answer| draw_answer(text, answer, with_denied, look));
    let more = answers.count();
    if more > 0 {
        let _ = writeln!(text, "\n{more} more groups of actions; `--format json` lists all");
    }
}

/// Writes the answers by both definitions, the parts that S3 evaluates, and the access of each
/// caller outside the account.
fn draw_public(text: &mut String, public: &Public, look: Look) {
    if let Some(for_s3) = public.for_s3 {
        let _ = writeln!(text, "public for S3's Block Public Access: {}", is_public(for_s3));
    }
    let _ = writeln!(
        text,
        "access from outside of account {}: {}",
        public.account,
        is_public(public.for_outsiders)
    );
    public.services.iter().for_each(|asked| draw_service(text, asked));
    public.statements.iter().for_each(|statement| text.push_str(&draw(&statement.finding, look)));
    for outsider in &public.outsiders {
        let who = match (&outsider.name, outsider.who) {
            (Some(name), _) => format!("`{name}`"),
            (None, "unsigned") => "callers that do not sign".to_owned(),
            (None, _) => "all other callers that sign".to_owned(),
        };
        let granted = words(outsider.granted);
        let _ = writeln!(text, "\n{who}: {granted}");
        let granted = outsider.answers.iter().filter(|answer| answer.granted != Granted::None);
        draw_answers(text, granted, false, look);
    }
}

/// Writes which actions of a service were asked, and which were not.
fn draw_service(text: &mut String, asked: &ServiceAsked) {
    let ServiceAsked { prefix, policy, own_account, source } = asked;
    let Some(policy) = policy else {
        let _ = writeln!(
            text,
            "  `{prefix}`: not known; there are no tables of what the resource policies of this service can give outsiders"
        );
        return;
    };
    let _ = writeln!(text, "  {policy}: asked for actions of `{prefix}`");
    if prefix == "sts" {
        let _ = writeln!(
            text,
            "  not asked: services, which take a role from who may pass it in its own account (IAM:id_roles_use_passrole)"
        );
    }
    if let (Some(first), Some(source)) = (own_account.first(), source) {
        let more = match own_account.len() {
            1 => String::new(),
            number => format!(" and {} more", number - 1),
        };
        let _ = writeln!(text, "  not asked: {first}{more}, never across accounts ({source})");
    }
}

fn is_public(is_public: IsPublic) -> &'static str {
    match is_public {
        IsPublic::Yes => "yes",
        IsPublic::No => "no",
        IsPublic::Unknown => "not known",
    }
}

/// What is granted, in words.
pub(super) fn words(granted: Granted) -> &'static str {
    match granted {
        Granted::All => "yes, for all such requests",
        Granted::Some => "for some such requests, not for all",
        Granted::None => "no, for none of these requests",
        Granted::Unknown => "not known",
    }
}

fn draw_answer(text: &mut String, answer: &Answer, with_denied: bool, look: Look) {
    let shown =
        answer.actions.iter().take(MOST_ACTIONS).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = answer.actions.len().checked_sub(MOST_ACTIONS).filter(|more| *more > 0);
    let more = more.map(|more| format!(" and {more} more")).unwrap_or_default();
    let on = answer.resource_type.map(|kind| format!(" on {kind}")).unwrap_or_default();
    let _ = writeln!(text, "\n{shown}{more}{on}: {}", words(answer.granted));
    if let Some(service) = &answer.unknown_service {
        let date = crate::aws::data_date();
        let _ = writeln!(text, "  the service `{service}` is not known to the AWS data of {date}");
    }
    if let Some(reason) = &answer.undecided {
        let _ = writeln!(text, "  {reason}");
        for reading in &answer.readings {
            let choices = reading.choices.iter().map(|choice| choice.text).collect::<Vec<_>>();
            let _ = writeln!(text, "  {} if {}", words(reading.granted), choices.join(", and "));
        }
    }
    let denied = answer.denied.iter().filter(|_| with_denied).map(|shown| ("not granted", shown));
    for (answer, Replayed { example, because }) in
        answer.allowed.iter().map(|shown| ("granted", shown)).chain(denied)
    {
        let _ = writeln!(text, "  {answer} for example: {example}");
        draw_all(text, because, look);
    }
}
