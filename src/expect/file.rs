//! `policy-tests.toml`: what the expectations are about, and each expectation, as written.

use crate::authz::{ContextValue, LAYERS};
use crate::aws::is_account_number;
use crate::finding::{LETTERS_PER_MISTAKE, distance};
use crate::input::{TomlFault, names_of};
use crate::model::{PolicyKind, beyond_limits};
use crate::product::KnownKey;
use crate::product::build::settings::Levels;
use crate::source::{SourceId, Sources, Span};
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// What is expected of all requests of an expectation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Expected {
    /// All are allowed.
    Allow,
    /// None is allowed.
    Deny,
    /// None is allowed, and none would be if other policies allowed everything: a Deny or a limit stops them.
    Never,
}

impl Expected {
    /// All, in the order of documents.
    pub const ALL: [Expected; 3] = [Expected::Allow, Expected::Deny, Expected::Never];

    /// The word of files and reports.
    pub fn word(self) -> &'static str {
        match self {
            Expected::Allow => "allow",
            Expected::Deny => "deny",
            Expected::Never => "never",
        }
    }
}

/// One expectation.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Expectation {
    /// Its name for reports.
    pub name: Option<String>,
    /// Why it matters, for whoever breaks it.
    pub reason: Option<String>,
    /// What is expected.
    pub expected: Expected,
    /// Actions; `*` and `?` mean any of these.
    pub actions: Vec<String>,
    /// ARNs, where `*` and `?` mean any of these, or `*`.
    pub resources: Vec<String>,
    /// Who asks; none: whoever it is.
    pub callers: Vec<String>,
    /// Who made the session, of a caller that is one.
    pub session_issuer: Option<String>,
    /// What is known of condition keys: their value, or that they are absent.
    pub keys: Vec<KnownKey>,
    /// Keys that may have any value or be absent, even where the connection assumes a value.
    pub any: Vec<String>,
    /// The entry in the file.
    pub span: Span,
}

impl Expectation {
    /// Its name, or what it says.
    pub fn title(&self) -> String {
        let list = |list: &[String], more: &str| match list {
            [] => String::new(),
            [one] => one.clone(),
            [one, rest @ ..] => format!("{one} and {} more {more}", rest.len()),
        };
        self.name.clone().unwrap_or_else(|| {
            let by = list(&self.callers, "callers");
            let by = if by.is_empty() { by } else { format!(" for {by}") };
            format!(
                "{} {} on {}{by}",
                self.expected.word(),
                list(&self.actions, "actions"),
                list(&self.resources, "resources")
            )
        })
    }
}

/// What the expectations of a file are about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct About {
    /// A settings file such as `ica.toml`.
    pub connection: Option<String>,
    /// The connection of that file, by name; without it all are meant.
    pub name: Option<String>,
    /// The account that owns the resources, where policies are named by themselves.
    pub account: Option<String>,
    /// The files of each layer, where policies are named by themselves.
    pub layers: BTreeMap<PolicyKind, Levels>,
}

impl About {
    /// The names of all files.
    pub fn files(&self) -> Vec<String> {
        let layers = self.layers.values().flat_map(Levels::names);
        self.connection.iter().cloned().chain(layers).collect()
    }
}

/// A file with expectations.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TestFile {
    /// What they are about.
    pub about: About,
    /// The expectations, in the order of the file.
    pub expectations: Vec<Expectation>,
}

/// What is wrong with a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// The words.
    pub span: Span,
    /// What is wrong with them.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Whether the file is no TOML, so that nothing in it is read.
    pub is_no_toml: bool,
}

impl Wrong {
    pub(super) fn new(span: Span, message: impl Into<String>) -> Wrong {
        Wrong { span, message: message.into(), help: None, is_no_toml: false }
    }

    pub(super) fn help(self, help: impl Into<String>) -> Wrong {
        Wrong { help: Some(help.into()), ..self }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    connection: Option<String>,
    name: Option<String>,
    account: Option<Spanned<String>>,
    identity_policy: Option<Levels>,
    boundary: Option<Levels>,
    session_policy: Option<Levels>,
    #[serde(alias = "resource_policy")]
    bucket_policy: Option<Levels>,
    kms_key_policy: Option<Levels>,
    trust_policy: Option<Levels>,
    scp: Option<Levels>,
    rcp: Option<Levels>,
    vpce_policy: Option<Levels>,
    #[serde(default)]
    test: Vec<Spanned<WrittenTest>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTest {
    name: Option<String>,
    reason: Option<String>,
    allow: Option<Texts>,
    deny: Option<Texts>,
    never: Option<Texts>,
    on: Option<Texts>,
    caller: Option<Texts>,
    session_issuer: Option<String>,
    #[serde(default)]
    with: BTreeMap<String, Texts>,
    without: Option<Texts>,
    any: Option<Texts>,
}

/// One text or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Many(Vec<String>),
    Bool(bool),
}

impl Texts {
    fn list(self) -> Vec<String> {
        match self {
            Texts::One(text) => vec![text],
            Texts::Many(texts) => texts,
            Texts::Bool(value) => vec![value.to_string()],
        }
    }
}

/// Words that other tools have for the same.
const OTHER_WORDS: [(&str, &str); 8] = [
    ("resource", "on"),
    ("resources", "on"),
    ("principal", "caller"),
    ("callers", "caller"),
    ("context", "with"),
    ("action", "allow"),
    ("actions", "allow"),
    ("expect", "allow"),
];

/// Reads a file of expectations.
///
/// # Errors
/// The first thing that is wrong with it, with its place.
pub fn read(sources: &Sources, id: SourceId) -> Result<TestFile, Wrong> {
    let source = sources.get(id);
    let written = toml::from_str::<Written>(&source.text).map_err(|error| {
        let fault = TomlFault::new(&error, &source.text, names_of::<Written>());
        if !fault.is_toml || !fault.is_ours {
            let is_no_toml = !fault.is_toml;
            return Wrong { is_no_toml, ..Wrong::new(Span::NOWHERE, fault.with_line()) };
        }
        let span = error.span().map_or(Span::NOWHERE, |range| source.span_of(range));
        in_words(&fault.message, span)
    })?;
    let (tests, about) = (written.test.len(), about(&written, sources, id)?);
    let mut expectations = Vec::with_capacity(tests);
    for test in written.test {
        let span = source.span_of(test.span());
        expectations.push(expectation(test.into_inner(), span)?);
    }
    if expectations.is_empty() {
        let help = "an entry is `[[test]]` with `allow`, `deny` or `never`, and `on`";
        return Err(Wrong::new(Span::NOWHERE, "there is no test in it").help(help));
    }
    Ok(TestFile { about, expectations })
}

fn about(written: &Written, sources: &Sources, id: SourceId) -> Result<About, Wrong> {
    let files = |kind: PolicyKind| match kind {
        PolicyKind::Identity => &written.identity_policy,
        PolicyKind::Boundary => &written.boundary,
        PolicyKind::Session => &written.session_policy,
        PolicyKind::Resource => &written.bucket_policy,
        PolicyKind::KmsKey => &written.kms_key_policy,
        PolicyKind::Trust => &written.trust_policy,
        PolicyKind::Scp => &written.scp,
        PolicyKind::Rcp => &written.rcp,
        PolicyKind::Vpce => &written.vpce_policy,
    };
    let layers = LAYERS.iter().filter_map(|row| Some((row.kind, files(row.kind).clone()?)));
    let layers = layers.collect::<BTreeMap<_, _>>();
    let wrong = |message: &str| Err(Wrong::new(Span::NOWHERE, message));
    match (&written.connection, layers.is_empty()) {
        (None, true) => {
            return Err(Wrong::new(Span::NOWHERE, "it does not say what the tests are about")
                .help("begin with `connection = \"ica.toml\"`, or with policies, as in `bucket_policy = \"bucket.json\"`"));
        }
        (Some(_), false) => {
            return wrong(
                "`connection` names the policies already: give it, or policies by themselves",
            );
        }
        _ => {}
    }
    let of_resources = [PolicyKind::Resource, PolicyKind::KmsKey, PolicyKind::Trust];
    if of_resources.iter().filter(|kind| layers.contains_key(kind)).count() > 1 {
        return wrong(
            "`bucket_policy`, `kms_key_policy` and `trust_policy` are policies of different resources: make a file for each",
        );
    }
    if written.connection.is_some() && written.account.is_some() {
        return wrong("`account` is that of the connection: leave it out");
    }
    let account = written.account.as_ref();
    if let Some(account) = account.filter(|account| !is_account_number(account.get_ref())) {
        let span = sources.get(id).span_of(account.span());
        return Err(Wrong::new(span, "an account number has twelve digits"));
    }
    Ok(About {
        connection: written.connection.clone(),
        name: written.name.clone(),
        account: account.map(|account| account.get_ref().clone()),
        layers,
    })
}

fn expectation(written: WrittenTest, span: Span) -> Result<Expectation, Wrong> {
    let wrong = |message: String| Wrong::new(span, message);
    let words = [written.allow, written.deny, written.never];
    let mut given = Expected::ALL
        .into_iter()
        .zip(words)
        .filter_map(|(expected, words)| Some((expected, words?)));
    let Some((expected, actions)) = given.next() else {
        return Err(wrong("the test expects nothing".to_owned())
            .help("give one of `allow`, `deny` and `never` with actions, as in `allow = [\"s3:GetObject\"]`"));
    };
    if let Some((other, _)) = given.next() {
        let message = format!(
            "a test has one of `allow`, `deny` and `never`, and here are `{}` and `{}`",
            expected.word(),
            other.word()
        );
        return Err(wrong(message).help("make two tests of it"));
    }
    let Some(resources) = written.on.map(Texts::list).filter(|list| !list.is_empty()) else {
        return Err(wrong("the test does not say on which resources".to_owned())
            .help("give `on` with ARNs, as in `on = \"arn:aws:s3:::bucket/*\"`, or `\"*\"`"));
    };
    if let Some(why) = resources.iter().find_map(|own| beyond_limits(own)) {
        return Err(wrong(format!("an ARN under `on` is beyond a limit: {why}"))
            .help("write a shorter pattern that names more, or several of them"));
    }
    let actions = actions.list();
    if actions.is_empty() {
        return Err(wrong(format!("`{}` names no action", expected.word())));
    }
    let value = |mut list: Vec<String>| match list.len() {
        1 => ContextValue::One(list.remove(0)),
        _ => ContextValue::Many(list),
    };
    let with = written
        .with
        .into_iter()
        .map(|(key, texts)| (key.to_lowercase(), Some(value(texts.list()))));
    let list = |texts: Option<Texts>| texts.map(Texts::list).unwrap_or_default();
    let lower =
        |list: Vec<String>| list.into_iter().map(|key| key.to_lowercase()).collect::<Vec<_>>();
    let (without, any) = (lower(list(written.without)), lower(list(written.any)));
    let keys = with.chain(without.into_iter().map(|key| (key, None))).collect::<Vec<_>>();
    let names = keys.iter().map(|(key, _)| key).chain(&any).collect::<Vec<_>>();
    if let Some((_, twice)) = names.iter().enumerate().find(|(at, key)| names[..*at].contains(key))
    {
        return Err(wrong(format!("`{twice}` is named twice in `with`, `without` and `any`")));
    }
    if let Some(key) = names.iter().find(|key| !key.contains(':')) {
        return Err(wrong(format!("`{key}` is no condition key"))
            .help("a key is `service:name`, as in `aws:SourceIp`"));
    }
    Ok(Expectation {
        name: written.name,
        reason: written.reason,
        expected,
        actions,
        resources,
        callers: list(written.caller),
        session_issuer: written.session_issuer,
        keys,
        any,
        span,
    })
}

/// What the reader of TOML says, with the name that is meant by one that there is not.
fn in_words(message: &str, span: Span) -> Wrong {
    if message.contains("untagged enum") {
        return Wrong::new(span, "a text is wanted here, or a list of texts")
            .help("write it in double quotes, as in `\"s3:GetObject\"`");
    }
    if message.contains("invalid type: map, expected a sequence") {
        return Wrong::new(span, "the tests are a list")
            .help("write `[[test]]`, with two brackets on each side");
    }
    let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    let Some(name) = unknown else { return Wrong::new(span, message) };
    let names = [names_of::<Written>(), names_of::<WrittenTest>()].concat();
    let near = names.into_iter().map(|known| (distance(name, known), known)).min();
    // In a short name one letter is much.
    let near = near.filter(|(far, known)| *far == 1 || far * LETTERS_PER_MISTAKE <= known.len());
    let other_word = OTHER_WORDS.iter().find(|(word, _)| *word == name).map(|(_, meant)| *meant);
    let wrong = Wrong::new(span, format!("there is no setting `{name}`"));
    match near.map(|(_, meant)| meant).or(other_word) {
        Some(meant) => wrong.help(format!("do you mean `{meant}`?")),
        None => wrong.help("`ica-policy test --help` lists the settings"),
    }
}
