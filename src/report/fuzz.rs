//! The view of `fuzz`: the schema `ica-policy/fuzz/v1`, published in `schemas/fuzz-v1.json`.

use super::compare::Operation;
use super::example::Example;
use super::failure::Failure;
use super::finding::Finding;
use super::place::{Position, position};
use super::view::View;
use crate::finding::codes;
use crate::mutate::{
    Alone, Connected, Effect, Judged, Options, Original, Outcome, Reach, Role, Shown, Slip,
    Subject, words,
};
use crate::product::OperationChange;
use crate::source::{FileName, Sources, one_line};
use serde::Serialize;
use std::collections::BTreeSet;

/// What slips of the pen would do.
#[derive(Clone, Debug, Serialize)]
pub struct Fuzzed {
    /// The name of the connection, or its bucket; `None` for policies by themselves.
    pub connection: Option<String>,
    /// The policies whose words were changed.
    pub documents: Vec<Document>,
    /// Files that were not changed, and why.
    pub not_changed: Vec<NotChanged>,
    /// From what the choice followed.
    pub seed: u64,
    /// The most slips that were wanted.
    pub cases: usize,
    /// How many were judged.
    pub judged: usize,
    /// How many there are that were not.
    pub left_out: usize,
    /// How many of these the budget did not suffice for.
    pub beyond_budget: usize,
    /// How many had each effect, the worst first.
    pub counts: Vec<Count>,
    /// All that were judged, the worst first.
    pub mutants: Vec<Mutant>,
    /// What is wrong with the documents as they are.
    pub findings: Vec<Finding>,
    /// What could not be read.
    #[serde(skip)]
    pub failures: Vec<Failure>,
    /// Whether this program is wrong.
    #[serde(skip)]
    pub is_defect: bool,
    /// Whether pairs were tried.
    #[serde(skip)]
    pub pairs: bool,
}

/// A policy whose words were changed.
#[derive(Clone, Debug, Serialize)]
pub struct Document {
    /// Its file.
    pub file: FileName,
    /// What it is, as a value of `--kind`.
    pub kind: &'static str,
    /// How many of its slips were judged.
    pub slips: usize,
}

/// A file that was not changed.
#[derive(Clone, Debug, Serialize)]
pub struct NotChanged {
    /// Its name.
    pub file: FileName,
    /// Why.
    pub reason: &'static str,
}

/// How many slips had an effect.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Count {
    /// The effect.
    pub effect: Effect,
    /// How many.
    pub slips: usize,
}

/// A slip, or two at once, and what it does.
#[derive(Clone, Debug, Serialize)]
pub struct Mutant {
    /// One slip, or two.
    pub slips: Vec<Slipped>,
    /// The worst that it does.
    pub effect: Effect,
    /// Who gets access.
    pub opens: Option<Opening>,
    /// Operations that are worse than before.
    pub breaks: Vec<Operation>,
    /// Operations that are better than before.
    pub repairs: Vec<Operation>,
    /// A request that is allowed no longer.
    pub loses: Option<Request>,
    /// Why AWS refuses the document.
    pub refused: Option<String>,
    /// What could not be decided.
    pub undecided: Vec<String>,
    /// Of two slips: whether they do together what neither does alone.
    pub is_more: bool,
}

/// A slip of the pen.
#[derive(Clone, Debug, Serialize)]
pub struct Slipped {
    /// The kind of slip.
    pub id: &'static str,
    /// What happened.
    pub says: &'static str,
    /// The file.
    pub file: FileName,
    /// The statement, from 0; `None` outside of statements.
    pub statement: Option<usize>,
    /// Its Sid.
    pub sid: Option<String>,
    /// Where the words are.
    pub span: Option<Position>,
    /// The words.
    pub words: String,
    /// What is written in their place; `None`: they are missing.
    pub writes: Option<String>,
}

/// Who gets access by a slip.
#[derive(Clone, Debug, Serialize)]
pub struct Opening {
    /// How far from the owner.
    pub to: Reach,
    /// A request.
    #[serde(flatten)]
    pub request: Request,
}

/// A request that shows a change.
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    /// The caller of the connection whose requests were compared, past all layers.
    pub caller: Option<&'static str>,
    /// Whether it needs another policy that allows it.
    pub if_allowed_elsewhere: bool,
    /// The request.
    #[serde(rename = "witness")]
    pub example: Example,
}

impl Fuzzed {
    /// What slips in policies by themselves would do.
    pub fn alone(alone: &Alone, options: &Options, fuzzed: &crate::mutate::Fuzzed) -> Fuzzed {
        let refused = alone.refusals().map(|(original, message)| {
            let message = format!("{}: AWS would refuse it as it is: {message}", original.file);
            Finding::new(codes::REFUSED_ALREADY, message)
        });
        let findings = refused.collect();
        Fuzzed { findings, ..Fuzzed::new(alone, options, fuzzed) }
    }

    /// What slips in the documents of a connection would do.
    pub fn connected(
        connected: &Connected<'_>,
        options: &Options,
        fuzzed: &crate::mutate::Fuzzed,
    ) -> Fuzzed {
        let about = &connected.about;
        let not_changed = connected
            .left_out
            .iter()
            .map(|(file, reason)| NotChanged { file: file.clone(), reason });
        let refusals = about.findings.iter().filter(|finding| finding.is_refusal()).cloned();
        Fuzzed {
            connection: Some(about.name.clone()),
            not_changed: not_changed.collect(),
            findings: Finding::all(&connected.sources, refusals),
            ..Fuzzed::new(connected, options, fuzzed)
        }
    }

    fn new(subject: &dyn Subject, options: &Options, fuzzed: &crate::mutate::Fuzzed) -> Fuzzed {
        let viewed = Viewed {
            sources: subject.sources(),
            documents: subject.originals().iter().map(Known::of).collect(),
            keys: subject
                .originals()
                .iter()
                .flat_map(|original| words(&original.document.policy))
                .flat_map(|word| keys(word.text))
                .collect(),
        };
        let mut mutants = fuzzed.judged.iter().map(|one| viewed.mutant(one)).collect::<Vec<_>>();
        mark_pairs(&mut mutants);
        let reach = |mutant: &Mutant| mutant.opens.as_ref().map(|opening| opening.to);
        // In the order of the text where the effect is the same.
        mutants.sort_by_key(|mutant| {
            (mutant.effect, std::cmp::Reverse(reach(mutant)), mutant.slips.len())
        });
        let of = |number: usize| {
            let touched = |judged: &&Judged| judged.slips.iter().any(|(own, _)| *own == number);
            fuzzed.judged.iter().filter(touched).count()
        };
        let documents = subject.originals().iter().enumerate().map(|(number, original)| Document {
            file: original.file.clone(),
            kind: original.kind.word(),
            slips: of(number),
        });
        let counts = Effect::ALL.map(|effect| Count {
            effect,
            slips: mutants.iter().filter(|mutant| mutant.effect == effect).count(),
        });
        Fuzzed {
            connection: None,
            documents: documents.collect(),
            not_changed: Vec::new(),
            seed: options.seed,
            cases: options.cases,
            judged: mutants.len(),
            left_out: fuzzed.left_out,
            beyond_budget: fuzzed.beyond_budget,
            counts: counts.to_vec(),
            is_defect: fuzzed.judged.iter().any(|judged| judged.outcome.is_defect),
            mutants,
            findings: Vec::new(),
            failures: Vec::new(),
            pairs: options.pairs,
        }
    }

    /// How many slips leave something open that may be worse than their effect, those with no other effect included.
    pub fn undecided(&self) -> usize {
        self.mutants.iter().filter(|mutant| mutant.is_open()).count()
    }

    /// How many slips have an effect.
    pub fn count(&self, effect: Effect) -> usize {
        self.mutants.iter().filter(|mutant| mutant.effect == effect).count()
    }
}

impl Mutant {
    /// Whether a question about it was not decided, whatever else it does. What AWS refuses does nothing.
    pub fn is_open(&self) -> bool {
        self.refused.is_none() && !self.undecided.is_empty()
    }

    /// Whether that is so beside another effect.
    pub fn is_open_beside(&self) -> bool {
        self.is_open() && self.effect != Effect::Undecided
    }
}

impl View for Fuzzed {
    const SCHEMA: &'static str = "ica-policy/fuzz/v1";
    const NOTHING: &'static str = r#""connection":null,"documents":[],"not_changed":[],"seed":null,"cases":null,"judged":0,"left_out":0,"beyond_budget":0,"counts":[],"mutants":[],"findings":[]"#;

    fn errors(&self) -> &[Failure] {
        &self.failures
    }
}

/// Says of pairs whether they do more than each of the two slips.
fn mark_pairs(mutants: &mut [Mutant]) {
    let key = |slip: &Slipped| (slip.file.clone(), slip.span.clone(), slip.id, slip.writes.clone());
    let singles = mutants.iter().filter(|mutant| mutant.slips.len() == 1);
    let known = singles.map(|mutant| (key(&mutant.slips[0]), rank(mutant))).collect::<Vec<_>>();
    for mutant in mutants.iter_mut().filter(|mutant| mutant.slips.len() > 1) {
        let alone = |slip: &Slipped| {
            let own = key(slip);
            known.iter().find(|(known, _)| *known == own).map(|(_, rank)| *rank)
        };
        // A slip that was not judged alone may do as much.
        mutant.is_more =
            mutant.slips.iter().all(|slip| alone(slip).is_some_and(|other| other > rank(mutant)));
    }
}

/// How bad it is: the least is the worst.
fn rank(mutant: &Mutant) -> (Effect, std::cmp::Reverse<Option<Reach>>) {
    (mutant.effect, std::cmp::Reverse(mutant.opens.as_ref().map(|opening| opening.to)))
}

struct Viewed<'a> {
    sources: &'a Sources,
    documents: Vec<Known<'a>>,
    /// The condition keys and variables of all documents, in lower case: others follow from the caller, or do not matter.
    keys: BTreeSet<String>,
}

/// The condition keys and variables of a text.
fn keys(text: &str) -> Vec<String> {
    let mut parts = text.split("${").collect::<Vec<_>>();
    let first = parts.remove(0);
    let variables = parts.into_iter().filter_map(|part| part.split(['}', ',']).next());
    variables.chain([first]).map(|key| key.trim().to_ascii_lowercase()).collect()
}

/// A document with the names of its statements.
struct Known<'a> {
    file: &'a FileName,
    sids: Vec<Option<&'a str>>,
}

impl<'a> Known<'a> {
    fn of(original: &'a Original) -> Known<'a> {
        let words = words(&original.document.policy).into_iter();
        let statements = words.filter(|word| word.role == Role::Statement);
        let sids = statements.map(|word| Some(word.text).filter(|sid| !sid.is_empty()));
        Known { file: &original.file, sids: sids.collect() }
    }
}

/// A reason, whatever the names in it hold.
fn in_one_line(reason: &str) -> String {
    one_line(reason).into_owned()
}

impl Viewed<'_> {
    fn mutant(&self, judged: &Judged) -> Mutant {
        let Outcome { opens, breaks, repairs, loses, refused, undecided, .. } = &judged.outcome;
        let opens = opens
            .as_ref()
            .map(|(to, shown)| Opening { to: *to, request: self.request(shown, judged) });
        Mutant {
            slips: judged.slips.iter().map(|(document, slip)| self.slip(*document, slip)).collect(),
            effect: judged.effect(),
            opens,
            breaks: breaks.iter().map(operation).collect(),
            repairs: repairs.iter().map(operation).collect(),
            loses: loses.as_ref().map(|shown| self.request(shown, judged)),
            refused: refused.as_deref().map(in_one_line),
            undecided: undecided.iter().map(|reason| in_one_line(reason)).collect(),
            is_more: false,
        }
    }

    /// A request with the keys that the policies look at, before or after.
    fn request(&self, shown: &Shown, judged: &Judged) -> Request {
        let written = judged.slips.iter().filter_map(|(_, slip)| slip.writes.as_deref());
        let written = written.flat_map(keys).collect::<BTreeSet<_>>();
        let mut example = Example::of_sample(&shown.sample, &[]);
        example.context.retain(|(key, _)| {
            let key = key.to_ascii_lowercase();
            self.keys.contains(&key) || written.contains(&key)
        });
        Request {
            caller: shown.caller.map(|caller| caller.id()),
            if_allowed_elsewhere: shown.is_of_deny,
            example,
        }
    }

    fn slip(&self, document: usize, slip: &Slip) -> Slipped {
        let known = &self.documents[document];
        let sid = slip.statement.and_then(|number| known.sids.get(number).copied().flatten());
        Slipped {
            id: slip.kind.id,
            says: slip.kind.says,
            file: known.file.clone(),
            statement: slip.statement,
            sid: sid.map(str::to_owned),
            span: position(self.sources, slip.at),
            words: slip.words.clone(),
            writes: slip.writes.clone(),
        }
    }
}

fn operation(change: &OperationChange) -> Operation {
    Operation {
        id: change.id,
        caller: change.caller.id(),
        old: change.old,
        new: change.new,
        is_worse: change.is_newly_blocked(),
    }
}
