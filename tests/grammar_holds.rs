//! The pages of `grammar/` against the parser: what they make is read, and what is changed in it
//! gets the same answer from both.

use crate::grammar::alphabets::{ARN, JSON, POLICY, VALUE};
use crate::grammar::cover::Cover;
use crate::grammar::ebnf::Grammar;
use crate::grammar::generate::Generator;
use crate::grammar::mutate::{self, Alphabet, Edited};
use crate::grammar::plant::{self, Plant};
use crate::grammar::recognise::{self, Version};
use crate::grammar::rng::Rng;
use crate::grammar::value::{Path, Printed, Value, print};
use crate::support::files_below;
use ica_policy::finding::{Finding, Severity, codes};
use ica_policy::model::{self, Arn, PolicyKind};
use ica_policy::source::Sources;
use ica_policy::{json, syntax};
use std::collections::BTreeSet;
use std::ops::Range;

const PAGES: [&str; 4] = [
    include_str!("../grammar/json.ebnf"),
    include_str!("../grammar/arn.ebnf"),
    include_str!("../grammar/policy.ebnf"),
    include_str!("../grammar/condition.ebnf"),
];

/// How a sentence reaches the parser.
#[derive(Clone, Copy)]
enum Door {
    /// A text of its own.
    Json,
    Arn,
    /// A value: a document of this kind.
    Policy(PolicyKind),
    /// The text of a value that stands at this operator.
    Operator(&'static str),
    /// The text of a resource in a document of this kind.
    Resource(PolicyKind),
}

struct Entry {
    production: &'static str,
    door: Door,
    alphabet: Alphabet,
}

const fn of_operator(production: &'static str, operator: &'static str) -> Entry {
    Entry { production, door: Door::Operator(operator), alphabet: VALUE }
}

const fn of_kind(production: &'static str, kind: PolicyKind) -> Entry {
    Entry { production, door: Door::Policy(kind), alphabet: POLICY }
}

const ENTRIES: [Entry; 21] = [
    Entry { production: "text", door: Door::Json, alphabet: JSON },
    Entry { production: "arn", door: Door::Arn, alphabet: ARN },
    Entry { production: "arn pattern", door: Door::Resource(PolicyKind::Session), alphabet: ARN },
    Entry { production: "string value", door: Door::Operator("StringEquals"), alphabet: ARN },
    Entry { production: "like value", door: Door::Operator("StringLike"), alphabet: ARN },
    Entry { production: "arn value", door: Door::Operator("ArnLike"), alphabet: ARN },
    of_operator("number value", "NumericEquals"),
    of_operator("date value", "DateLessThan"),
    of_operator("boolean value", "Bool"),
    of_operator("boolean value", "Null"),
    of_operator("binary value", "BinaryEquals"),
    of_operator("address value", "IpAddress"),
    of_kind("identity policy", PolicyKind::Identity),
    of_kind("identity policy", PolicyKind::Boundary),
    of_kind("session policy", PolicyKind::Session),
    of_kind("control policy", PolicyKind::Scp),
    of_kind("resource control policy", PolicyKind::Rcp),
    of_kind("resource policy", PolicyKind::Resource),
    of_kind("key policy", PolicyKind::KmsKey),
    of_kind("endpoint policy", PolicyKind::Vpce),
    of_kind("trust policy", PolicyKind::Trust),
];

/// What the parser says to a text.
struct Read {
    refusals: Vec<(Range<usize>, String)>,
    /// Whether it comes back the same when printed.
    is_same: bool,
}

fn refusals(
    findings: &[Finding],
    base: u32,
    left_out: impl Fn(&Finding) -> bool,
) -> Vec<(Range<usize>, String)> {
    let refusals = findings.iter().filter(|finding| !left_out(finding));
    let place =
        |finding: &Finding| (finding.span.lo - base) as usize..(finding.span.hi - base) as usize;
    refusals.map(|finding| (place(finding), finding.message.clone())).collect()
}

fn tree(text: &str) -> json::Parsed {
    let mut sources = Sources::new();
    let id = sources.add_file("text", text.to_owned()).unwrap();
    json::parse(sources.get(id))
}

fn read_json(text: &str) -> Read {
    let mut sources = Sources::new();
    let id = sources.add_file("text", text.to_owned()).unwrap();
    let parsed = json::parse(sources.get(id));
    let refusals = refusals(&parsed.problems, sources.get(id).base, |finding| {
        finding.code == codes::DUPLICATE_MEMBER
    });
    let again = parsed.root.as_ref().map(|root| tree(&json::print(root)).root);
    Read { is_same: again == Some(parsed.root), refusals }
}

fn read_arn(text: &str) -> Read {
    let refused = |error: ica_policy::model::ArnError| (0..text.len(), error.to_string());
    match Arn::parse(text) {
        Ok(arn) => Read { refusals: Vec::new(), is_same: arn.as_str() == text },
        Err(error) => Read { refusals: vec![refused(error)], is_same: true },
    }
}

/// Findings about documents that AWS stores, or that the pages of `grammar/` leave apart.
fn is_stored(finding: &Finding, kind: PolicyKind) -> bool {
    [
        codes::EMPTY_LIST,
        codes::SHORT_ARN,
        codes::SERVICE_WILDCARD,
        codes::VARIABLE_WITHOUT_VERSION,
        codes::DUPLICATE_SID,
    ]
    .contains(&finding.code)
        || kind == PolicyKind::KmsKey
            && finding.code == codes::MISSING_ELEMENT
            && finding.severity == Severity::Warning
}

fn read_policy(text: &str, kind: PolicyKind) -> Read {
    let mut sources = Sources::new();
    let id = sources.add_file("text", text.to_owned()).unwrap();
    let parsed = json::parse(sources.get(id));
    let base = sources.get(id).base;
    let mut findings = parsed.problems;
    let Some(root) = parsed.root else {
        return Read { refusals: refusals(&findings, base, |_| false), is_same: false };
    };
    let shape = syntax::parse(root.clone());
    findings.extend(shape.findings);
    let mut is_same = tree(&json::print(&root)).root.as_ref() == Some(&root);
    if let Some(policy) = shape.policy {
        is_same &= syntax::print(&policy) == root;
        findings.extend(model::lower(&policy, kind).findings);
    }
    Read { refusals: refusals(&findings, base, |finding| is_stored(finding, kind)), is_same }
}

fn string(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// A statement in which one text is to be read, and the way to this text.
fn around(door: Door, text: &str, version: Version) -> (Value, Path) {
    let mut members =
        vec![("Effect".to_owned(), string("Deny")), ("Action".to_owned(), string("s3:*"))];
    let path = match door {
        Door::Operator(operator) => {
            members.push(("Resource".to_owned(), string("*")));
            let keys = Value::Object(vec![("aws:k".to_owned(), string(text))]);
            members
                .push(("Condition".to_owned(), Value::Object(vec![(operator.to_owned(), keys)])));
            vec![1, 3, 0, 0]
        }
        _ => {
            members.push(("Resource".to_owned(), string(text)));
            vec![1, 2]
        }
    };
    let word = if version == Version::Current { "2012-10-17" } else { "2008-10-17" };
    let document = vec![
        ("Version".to_owned(), string(word)),
        ("Statement".to_owned(), Value::Object(members)),
    ];
    (Value::Object(document), path)
}

/// The version of a document; every other one is refused.
fn version(document: &Value) -> Version {
    let Value::Object(members) = document else { return Version::Older };
    let is_current = members.contains(&("Version".to_owned(), string("2012-10-17")));
    if is_current { Version::Current } else { Version::Older }
}

/// What a comparison of one entry sees.
#[derive(Default)]
struct Seen {
    sentences: usize,
    mutants: usize,
    refused: usize,
    messages: BTreeSet<String>,
    differences: Vec<String>,
}

impl Seen {
    fn differ(&mut self, what: &str, text: &str, read: &Read) {
        let said =
            read.refusals.iter().map(|(place, message)| format!("\n      {place:?} {message}"));
        self.differences.push(format!("{what}: {text}{}", said.collect::<String>()));
    }
}

/// One production against the parser.
struct Comparison<'a> {
    grammar: &'a Grammar,
    entry: &'a Entry,
    maker: Generator<'a>,
    rng: Rng,
    seen: Seen,
}

impl Comparison<'_> {
    /// Makes sentences and edits of them, until there are as many or as many differences.
    fn run(&mut self, sentences: usize, edits: usize, differences: usize) {
        for number in 0..sentences {
            self.maker.version = if number % 3 == 0 { Version::Older } else { Version::Current };
            match self.entry.door {
                Door::Policy(kind) => self.document(kind, edits),
                Door::Json | Door::Arn => self.text(edits),
                Door::Operator(_) | Door::Resource(_) => self.part(edits),
            }
            if self.seen.differences.len() >= differences {
                return;
            }
        }
    }

    fn sentence(&mut self, text: &str, read: &Read) {
        self.seen.sentences += 1;
        if !read.refusals.is_empty() || !read.is_same {
            self.seen.differ(
                if read.is_same { "refused" } else { "printed otherwise" },
                text,
                read,
            );
        }
    }

    /// Whether both refuse; then the place is to be looked at.
    fn mutant(&mut self, text: &str, is_sentence: bool, read: &Read) -> bool {
        self.seen.mutants += 1;
        self.seen.messages.extend(read.refusals.iter().map(|(_, message)| message.clone()));
        if is_sentence != read.refusals.is_empty() {
            self.seen.differ(
                if is_sentence { "parser refuses" } else { "parser takes" },
                text,
                read,
            );
        }
        self.seen.refused += usize::from(!is_sentence);
        !is_sentence && !read.refusals.is_empty()
    }

    /// At the first sentence: each word in the place of all of it.
    fn words(&self) -> Vec<(String, Range<usize>)> {
        let words = if self.seen.mutants == 0 { self.entry.alphabet.words } else { &[] };
        words.iter().map(|word| ((*word).to_owned(), 0..word.len())).collect()
    }

    fn text(&mut self, edits: usize) {
        let Some(sentence) = self.maker.text(self.grammar.body(self.entry.production)) else {
            return;
        };
        let read = |text: &str| {
            if matches!(self.entry.door, Door::Json) { read_json(text) } else { read_arn(text) }
        };
        let whole = read(&sentence);
        let mut mutants = self.words();
        mutants.extend(
            (0..edits).map(|_| mutate::text(&mut self.rng, &sentence, &self.entry.alphabet)),
        );
        self.sentence(&sentence, &whole);
        for (text, edit) in mutants {
            let read = read(&text);
            let verdict =
                recognise::text(self.grammar, self.entry.production, &text, Version::Current);
            // From the edit to where the text cannot go on any more: there the reader must stop. Of two halves of a
            // character it names the first.
            let wrong =
                edit.start.saturating_sub("\\ud83d".len())..verdict.farthest.max(edit.end) + 1;
            let is_near = |(place, _): &(Range<usize>, String)| {
                place.start <= wrong.end && place.end >= wrong.start
            };
            if self.mutant(&text, verdict.is_sentence, &read)
                && !read.refusals.first().is_some_and(is_near)
            {
                self.seen.differ(&format!("points elsewhere than {wrong:?}"), &text, &read);
            }
        }
    }

    /// The text of a value: in a document around it.
    fn part(&mut self, edits: usize) {
        let production = self.entry.production;
        let version = self.maker.version;
        let Some(sentence) = self.maker.text(self.grammar.body(production)) else { return };
        let mut texts = vec![sentence.clone()];
        texts.extend(self.words().into_iter().map(|(word, _)| word));
        texts.extend(
            (0..edits).map(|_| mutate::text(&mut self.rng, &sentence, &self.entry.alphabet).0),
        );
        for (number, text) in texts.into_iter().enumerate() {
            let (document, path) = around(self.entry.door, &text, version);
            let printed = print(&document);
            let kind = match self.entry.door {
                Door::Resource(kind) => kind,
                _ => PolicyKind::Identity,
            };
            let read = read_policy(&printed.text, kind);
            if number == 0 {
                self.sentence(&text, &read);
                continue;
            }
            let is_everything = matches!(self.entry.door, Door::Resource(_)) && text == "*";
            let is_sentence = is_everything
                || recognise::text(self.grammar, production, &text, version).is_sentence;
            let place = printed.place(&path);
            let is_there = |(refused, _): &(Range<usize>, String)| {
                place.start <= refused.start && refused.end <= place.end
            };
            if self.mutant(&text, is_sentence, &read) && !read.refusals.iter().all(is_there) {
                self.seen.differ("points elsewhere", &printed.text, &read);
            }
        }
    }

    /// Where a refusal must point: to the edited value, beside it if something was put in or taken out; in an RCP
    /// to the statement, since its elements depend on each other.
    fn near(&self, edited: &Edited, printed: &Printed) -> Range<usize> {
        let path = edited.path.as_slice();
        let end = path.len() - usize::from(edited.beside && !path.is_empty());
        let listed = edited
            .path
            .first()
            .is_some_and(|first| matches!(edited.value.at(&[*first]), Value::Array(_)));
        let statement = if listed { 2 } else { 1 };
        let is_whole = matches!(self.entry.door, Door::Policy(PolicyKind::Rcp));
        printed.place(&path[..if is_whole { end.min(statement) } else { end }])
    }

    fn document(&mut self, kind: PolicyKind, edits: usize) {
        let production = self.entry.production;
        let Some(sentence) = self.maker.value(self.grammar.body(production)) else { return };
        // Without its version, or with another one, a document may read otherwise.
        if !recognise::value(self.grammar, production, &sentence, version(&sentence)) {
            return;
        }
        let printed = print(&sentence).text;
        self.sentence(&printed, &read_policy(&printed, kind));
        for _ in 0..edits {
            let edited = mutate::value(&mut self.rng, &sentence, &self.entry.alphabet);
            let new = version(&edited.value);
            let is_sentence = recognise::value(self.grammar, production, &edited.value, new);
            let printed = print(&edited.value);
            let read = read_policy(&printed.text, kind);
            let refused = self.mutant(&printed.text, is_sentence, &read);
            // Of another version all texts of the document read otherwise.
            if !refused || new != version(&sentence) {
                continue;
            }
            let near = self.near(&edited, &printed);
            let is_near = |(place, _): &(Range<usize>, String)| {
                near.start <= place.start && place.end <= near.end
            };
            if !read.refusals.iter().any(is_near) {
                self.seen.differ(&format!("points elsewhere than {near:?}"), &printed.text, &read);
            }
        }
    }
}

fn compare<'a>(grammar: &'a Grammar, entry: &'a Entry, seed: u64) -> Comparison<'a> {
    let maker = Generator::new(grammar, seed);
    Comparison { grammar, entry, maker, rng: Rng::new(!seed), seen: Seen::default() }
}

/// How many times more is tried, by hand.
fn times() -> usize {
    crate::support::random::number("GRAMMAR_TIMES").unwrap_or(1)
}

#[test]
fn sentences_are_read_and_edits_of_them_get_the_same_answer() {
    let grammar = Grammar::read(&PAGES).unwrap();
    let (mut differences, mut cover) = (Vec::new(), Cover::default());
    for (number, entry) in ENTRIES.iter().enumerate() {
        let mut comparison = compare(&grammar, entry, number as u64);
        let sentences = if matches!(entry.door, Door::Policy(_)) { 150 } else { 400 };
        comparison.run(sentences * times(), 12, 20);
        let Comparison { seen, maker, .. } = comparison;
        cover.add(&maker.cover);
        let Seen { sentences, mutants, refused, .. } = seen;
        let name = entry.production;
        eprintln!("{name}: {sentences} sentences, {mutants} edits, {refused} of them refused");
        differences.extend(seen.differences.into_iter().map(|text| format!("{name}: {text}")));
        let few = format!("{name}: only {sentences} sentences, {refused} edits refused");
        differences.extend((sentences < 100 || refused < 100).then_some(few));
    }
    let (choices, missed) = cover.missed(&grammar, &ENTRIES.map(|entry| entry.production));
    eprintln!("{choices} choices, {} of them never made", missed.len());
    differences.extend(missed.into_iter().map(|text| format!("never made: {text}")));
    let text = differences.join("\n");
    assert!(differences.is_empty(), "{} differences:\n{text}", differences.len());
}

/// Errors that change no sentence: another alternative makes the same ones.
const SAME: [(&str, &str); 4] = [
    ("plain", "without `*`"),
    ("plain", "without `?`"),
    ("variable", "without `*`"),
    ("variable", "without `?`"),
];

/// Whether the comparison notices an error of the grammar.
fn is_noticed(grammar: &Grammar, plant: &Plant) -> bool {
    let wrong = plant::apply(grammar, plant);
    let touched = ENTRIES.iter().enumerate().filter(|(_, entry)| {
        grammar.reached(entry.production).contains(&plant.production.as_str())
    });
    // The texts of values first: they are read faster than documents.
    let mut touched = touched.collect::<Vec<_>>();
    touched.sort_by_key(|(_, entry)| matches!(entry.door, Door::Policy(_)));
    // Most errors are noticed at once.
    [10, 60, 250].into_iter().any(|sentences| {
        touched.iter().any(|(number, entry)| {
            let mut comparison = compare(&wrong, entry, *number as u64);
            comparison.run(sentences, 12, 1);
            !comparison.seen.differences.is_empty()
        })
    })
}

#[test]
fn planted_errors_of_the_grammar_are_noticed() {
    let grammar = Grammar::read(&PAGES).unwrap();
    let names = grammar.names.iter().map(String::as_str).collect::<Vec<_>>();
    let all = plant::plants(&grammar, &names);
    let step = std::env::var("GRAMMAR_PLANTS").map_or(60, |text| text.parse().unwrap());
    let planted = all.iter().skip(step / 2).step_by(step).collect::<Vec<_>>();
    let told = |plant: &Plant| format!("{}: {}", plant.production, plant.what);
    let is_same = |plant: &Plant| SAME.contains(&(plant.production.as_str(), plant.what.as_str()));
    let missed = planted.iter().filter(|plant| !is_same(plant) && !is_noticed(&grammar, plant));
    let missed = missed.map(|plant| told(plant)).collect::<Vec<_>>();
    eprintln!("{} of {} errors planted", planted.len(), all.len());
    assert!(planted.len() > 12 && missed.is_empty(), "not noticed:\n{}", missed.join("\n"));
}

/// The names of an "expected .." message.
fn expected(message: &str) -> Option<Vec<&str>> {
    let names = message.split_once("expected ")?.1;
    let ends = [", ", " at the ", " behind "].iter().filter_map(|end| names.find(end));
    let names = &names[..ends.min().unwrap_or(names.len())];
    // A comma may itself be expected.
    let names = if names.starts_with('`') && names.matches('`').count() % 2 == 1 {
        message.split_once("expected ")?.1
    } else {
        names
    };
    Some(names.split(" or ").collect())
}

/// Whether a name is a production, with its article, or a literal of one.
fn is_of_the_page(grammar: &Grammar, name: &str) -> bool {
    match name.strip_prefix('`').and_then(|name| name.strip_suffix('`')) {
        Some(literal) => grammar.has_text(literal),
        None => {
            let name = name.strip_prefix("a ").or_else(|| name.strip_prefix("an "));
            name.is_some_and(|name| grammar.productions.contains_key(name))
        }
    }
}

/// The messages of the sources that say what is expected, up to the first part that is filled in.
fn messages_of_the_sources() -> BTreeSet<String> {
    let src = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let rooms =
        ["json", "syntax", "model", "input"].map(|room| files_below(&src.join(room), ".rs"));
    let mut found = BTreeSet::new();
    for file in rooms.iter().flatten() {
        let text = std::fs::read_to_string(file).unwrap();
        let code = text.split("#[cfg(test)]").next().unwrap();
        for start in code.split("\"expected ").skip(1) {
            let end = start.replace("\\\"", "''").find('"').unwrap();
            found.insert(format!("expected {}", start[..end].replace("\\\"", "\"")));
        }
    }
    found
}

/// Whether a message is one of this form, whose `{..}` are filled in.
fn has_form(message: &str, form: &str) -> bool {
    let mut rest = message;
    for (number, part) in form.split('{').enumerate() {
        let part = if number == 0 { part } else { part.split_once('}').unwrap().1 };
        let Some((before, behind)) = rest.split_once(part) else { return false };
        if number == 0 && !before.is_empty() {
            return false;
        }
        rest = behind;
    }
    true
}

#[test]
fn what_is_expected_is_named_as_on_the_page() {
    let grammar = Grammar::read(&PAGES).unwrap();
    let mut comparison = compare(&grammar, &ENTRIES[0], 7);
    comparison.run(400, 12, 1);
    let said = &comparison.seen.messages;
    let names =
        said.iter().filter_map(|message| expected(message)).flatten().collect::<BTreeSet<_>>();
    eprintln!("{names:?}");
    assert!(names.len() >= 7);
    let strange = names.iter().filter(|name| !is_of_the_page(&grammar, name)).collect::<Vec<_>>();
    assert!(strange.is_empty(), "no names of the page: {strange:?}");
    // And no message is left that was not said.
    let forms = messages_of_the_sources();
    assert!(forms.len() >= 10, "{forms:#?}");
    let silent = forms.iter().filter(|form| !said.iter().any(|message| has_form(message, form)));
    assert_eq!(silent.collect::<Vec<_>>(), Vec::<&String>::new());
    for wrong in ["a thing", "`;`", "value"] {
        assert!(!is_of_the_page(&grammar, wrong), "{wrong}");
    }
}
