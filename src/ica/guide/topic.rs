//! The topic of a question: a name of the tables, or the text of an error. An unknown name gives the nearest names.

use super::calls::{named_calls, needed_by};
use super::denying::{Blamed, blamed};
use super::operation::operation_page;
use super::others::{
    action_page, assumption_page, caller_page, message_page, reading_page, setting_page,
};
use super::page::{Page, code};
use super::recognise::{Fit, recognise};
use super::tables::{Message, Setting, Word, guide};
use super::text::has_word;
use super::word::{finding_page, findings, is_region_named, region_page, word_page};
use crate::authz::Ambiguity;
use crate::finding::{Code, distance};
use crate::ica::{CROSS_ACCOUNT_ROLE, FEDERATED_SESSION, IAM_USER, OIDC_ROLE, catalogue, regions};
use crate::product::catalogue::Operation;
use crate::product::{AssumptionRow, CallerId, Region};
use std::collections::BTreeSet;

/// The most bytes of a question; a log is longer, its message is not.
pub const MAX_QUERY_BYTES: usize = 64 * 1024;
/// The most names that are offered for an unknown one.
const MOST_NEAREST: usize = 3;

/// Something that has a page.
#[derive(Clone, Copy, Debug)]
pub enum Topic {
    /// An operation of ICA.
    Operation(&'static Operation),
    /// A setting of the bucket.
    Setting(&'static Setting),
    /// An assumption of reports.
    Assumption(&'static AssumptionRow),
    /// A point that AWS leaves open.
    Reading(Ambiguity),
    /// The caller.
    Caller(CallerId),
    /// An action that some operation needs.
    Action(&'static str),
    /// A message.
    Message(&'static Message),
    /// A region of ICA.
    Region(&'static Region),
    /// A word of reports, of the ICA page or of AWS.
    Word(&'static Word),
    /// A kind of finding.
    Finding(Code),
}

impl Topic {
    /// All of them, by kinds, with names that differ. The page of a setting contains the assumption of the same name, the page of a word
    /// the finding.
    pub fn all() -> Vec<Topic> {
        let is_told = |assumption: &&AssumptionRow| {
            guide().settings.iter().any(|setting| setting.id == assumption.id())
        };
        let actions = catalogue()
            .operations
            .iter()
            .flat_map(|operation| &operation.steps)
            .map(|step| step.action.as_str());
        let mut topics = catalogue().operations.iter().map(Topic::Operation).collect::<Vec<_>>();
        topics.extend(guide().settings.iter().map(Topic::Setting));
        topics.extend(catalogue().callers().map(Topic::Caller));
        topics.extend(actions.collect::<BTreeSet<_>>().into_iter().map(Topic::Action));
        let assumptions = catalogue().assumptions.iter().filter(|assumption| !is_told(assumption));
        topics.extend(assumptions.map(Topic::Assumption));
        topics.extend(Ambiguity::all().map(Topic::Reading));
        topics.extend(guide().messages.iter().map(Topic::Message));
        topics.extend(regions().list.iter().map(Topic::Region));
        topics.extend(guide().words.iter().map(Topic::Word));
        let known = topics.iter().map(Topic::id).collect::<BTreeSet<_>>();
        topics.extend(findings().filter(|code| !known.contains(code.id())).map(Topic::Finding));
        topics
    }

    /// Its name.
    pub fn id(&self) -> &'static str {
        match self {
            Topic::Operation(operation) => &operation.id,
            Topic::Setting(setting) => &setting.id,
            Topic::Assumption(assumption) => assumption.id(),
            Topic::Reading(ambiguity) => ambiguity.id(),
            Topic::Caller(caller) => caller.id(),
            Topic::Action(action) => action,
            Topic::Message(message) => &message.id,
            Topic::Region(region) => &region.namespace,
            Topic::Word(word) => &word.id,
            Topic::Finding(code) => code.id(),
        }
    }

    /// Its page.
    pub fn page(&self) -> Page {
        match self {
            Topic::Operation(operation) => operation_page(operation),
            Topic::Setting(setting) => setting_page(setting),
            Topic::Assumption(assumption) => assumption_page(assumption),
            Topic::Reading(ambiguity) => reading_page(*ambiguity),
            Topic::Caller(caller) => caller_page(*caller),
            Topic::Action(action) => action_page(action),
            Topic::Message(message) => message_page(message),
            Topic::Region(region) => region_page(region),
            Topic::Word(word) => word_page(word),
            Topic::Finding(code) => finding_page(*code),
        }
    }

    fn is_named(&self, name: &str) -> bool {
        let is_other_name = match self {
            Topic::Setting(setting) => setting.is_named(name),
            Topic::Region(region) => is_region_named(region, name),
            Topic::Word(word) => word.is_named(name),
            _ => false,
        };
        is_other_name || self.id().eq_ignore_ascii_case(name)
    }
}

/// A page that may be meant.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// How a message matches the text; `None` if its name was given.
    pub fit: Option<Fit>,
    /// The page.
    pub page: Page,
}

/// The answer to a question.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Answer {
    /// What the text itself names: actions, callers, layers.
    pub names: Vec<String>,
    /// The pages, the likeliest first.
    pub candidates: Vec<Candidate>,
    /// Names of pages that look like it, if there is no other answer.
    pub nearest: Vec<&'static str>,
    /// The layers that the text blames, and the policies by their ARNs.
    pub blamed: Vec<Blamed>,
}

impl Answer {
    /// Whether there is an answer.
    pub fn is_found(&self) -> bool {
        !self.candidates.is_empty() || !self.names.is_empty()
    }
}

/// Answers a question: the name of a topic, or a text with a message in it.
pub fn answer(question: &str) -> Answer {
    let name = question.trim();
    let named = named(name);
    if !named.is_empty() {
        let candidates = named.iter().map(|topic| Candidate { fit: None, page: topic.page() });
        return Answer { candidates: candidates.collect(), ..Answer::default() };
    }
    let candidates = recognise(question)
        .into_iter()
        .map(|(message, fit)| Candidate { fit: Some(fit), page: message_page(message) });
    let candidates = candidates.collect::<Vec<_>>();
    let blamed = blamed(question);
    let names = names(question, &blamed);
    let nearest =
        if candidates.is_empty() && names.is_empty() { nearest(name) } else { Vec::new() };
    Answer { names, candidates, nearest, blamed }
}

/// What has that name; without it, the operations that have it as a part of theirs, as in `upload`.
fn named(name: &str) -> Vec<Topic> {
    let all = Topic::all();
    let mut named = all.iter().copied().filter(|topic| topic.is_named(name)).collect::<Vec<_>>();
    // A finding with the name of another page.
    let is_told = |id: &str| {
        named
            .iter()
            .any(|topic| matches!(topic, Topic::Finding(_) | Topic::Word(_)) && topic.id() == id)
    };
    let finding =
        findings().find(|code| code.id().eq_ignore_ascii_case(name) && !is_told(code.id()));
    named.extend(finding.map(Topic::Finding));
    // The name that IAM Access Analyzer has for it; some stand for several of ours.
    let is_called =
        |code: &Code| code.row().analyzer.iter().any(|own| own.eq_ignore_ascii_case(name));
    if named.is_empty() {
        named.extend(findings().filter(is_called).map(Topic::Finding));
    }
    if named.is_empty() && !WHAT_ALL_HAVE.contains(&name.to_lowercase().as_str()) {
        let has_part = |topic: &Topic| {
            matches!(topic, Topic::Operation(_))
                && topic.id().split('-').any(|part| part.eq_ignore_ascii_case(name))
        };
        named.extend(all.into_iter().filter(has_part));
    }
    named
}

/// Parts of the names of operations that say nothing about what is done.
const WHAT_ALL_HAVE: [&str; 6] = ["account", "bucket", "data", "from", "into", "within"];

/// Names that differ by a few letters, or that begin with the word or contain it.
fn nearest(name: &str) -> Vec<&'static str> {
    let name = name.to_lowercase();
    if name.is_empty() || name.len() > 60 {
        return Vec::new();
    }
    let mut near = Topic::all()
        .iter()
        .filter_map(|topic| nearness(&name, topic.id()).map(|far| (far, topic.id())))
        .collect::<Vec<_>>();
    near.sort_by_key(|(far, _)| *far);
    near.into_iter().map(|(_, id)| id).take(MOST_NEAREST).collect()
}

fn nearness(name: &str, id: &str) -> Option<usize> {
    let id = id.to_lowercase();
    let far = distance(name, &id);
    let is_inside = name.len() >= 4 && id.contains(name);
    let word = id
        .split(['-', ':'])
        .map(|word| distance(name, word))
        .min()
        .filter(|far| name.len() >= 4 && *far <= 2);
    if far * 3 <= id.len().max(name.len()) {
        Some(far)
    } else {
        is_inside.then_some(far).or(word.map(|far| far + id.len()))
    }
}

/// The names in a message of AWS: actions of the catalogue, callers by their ARN, layers by AWS's terms.
fn names(text: &str, blamed: &[Blamed]) -> Vec<String> {
    let mut names = Vec::new();
    let callers = callers(text);
    for (caller, arn) in &callers {
        let region = regions().list.iter().find(|region| {
            let role = regions().role(region);
            arn.rsplit_once(":role/")
                .or_else(|| arn.rsplit_once(":assumed-role/"))
                .is_some_and(|(_, name)| name.split('/').next() == role.rsplit('/').next())
        });
        let of_region = region.map(|region| format!(" of {}, {}", region.name, code(&region.aws)));
        names.push(format!(
            "the caller `{arn}`: {}{}",
            code(caller.id()),
            of_region.unwrap_or_default()
        ));
    }
    let kinds = callers.iter().map(|(caller, _)| *caller).collect::<Vec<_>>();
    for topic in Topic::all() {
        if let Topic::Action(action) = topic
            && has_word(text, action)
        {
            names.push(needed_by(&action, &kinds));
        }
    }
    names.extend(named_calls(text, &kinds));
    names.extend(blamed.iter().flat_map(Blamed::sentences));
    names
}

/// The callers of ICA whose ARNs are in a text.
fn callers(text: &str) -> Vec<(CallerId, &str)> {
    let words = text
        .split(|letter: char| letter.is_whitespace() || "\"'`,;()".contains(letter))
        .map(|word| word.trim_end_matches(['.', ':']));
    let kind = |arn: &str| {
        if arn.contains(&format!(":{}:", regions().account)) {
            Some(CROSS_ACCOUNT_ROLE)
        } else if arn.contains(":federated-user/") {
            Some(FEDERATED_SESSION)
        } else if arn.contains(":assumed-role/") {
            Some(OIDC_ROLE)
        } else {
            arn.contains(":user/").then_some(IAM_USER)
        }
    };
    let mut found = words
        .filter(|word| word.starts_with("arn:"))
        .filter_map(|arn| Some((kind(arn)?, arn)))
        .collect::<Vec<_>>();
    found.dedup();
    found
}
