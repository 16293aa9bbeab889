//! A policy within a size: shorter words that are proved to say the same, and what the next step would add.

use super::error::Error;
use super::files::unreadable;
use super::lint::{LintOptions, attached, kind};
use super::lint_fix::mend;
use super::workspace::Workspace;
use crate::finding::{Code, Edit, Finding};
use crate::input::{Document, Loader, Unreadable, is_account, read_policy};
use crate::json;
use crate::minify::{
    Wildcard, Written, is_equal, merged, tidy, widened, with_wildcards, without_names,
};
use crate::model::{self, Policy, PolicyKind};
use crate::product::budget::Budget;
use crate::report::compare::{Compared, Comparison, Version};
use crate::report::indented::indented;
use crate::report::lint::Found;
use crate::report::minify::{Done, Minified, Step, Widening};
use crate::rules::lint::{Selection, all_codes};
use crate::rules::{self, Size, Subject};
use crate::source::Sources;
use crate::symbolic::{Requests, differences};
use crate::syntax;
use crate::tree::Node;

/// How a policy is made shorter.
#[derive(Clone, Debug, Default)]
pub struct MinifyOptions {
    /// What it is.
    pub lint: LintOptions,
    /// The size that it shall have, in characters as AWS counts them; without it what AWS stores of its kind. 0 is as short as possible.
    pub characters: Option<usize>,
}

/// What a question of the proof may cost, in steps of the prover: a second or so.
const COST: usize = 40_000_000;

/// What the proofs of single edits of one policy may cost together, in millions of steps: a second or so.
const MOST_OF_EDITS: u32 = 100;

/// The same for the proofs of what comes of them, and of wildcards. They are apart, so that edits that cannot be proved take nothing from those that can.
const MOST_OF_RESULTS: u32 = 400;

/// Rounds of taking out words and merging statements.
const MOST_ROUNDS: usize = 4;

/// Rules whose edits take out words without effect.
const NEEDLESS: [&str; 8] = [
    "redundant-action",
    "redundant-resource",
    "redundant-statement",
    "statement-without-effect",
    "statement-never-applies",
    "allow-always-denied",
    "condition-without-effect",
    "always-true-wildcard",
];

/// Makes the policy of a file shorter.
///
/// # Errors
/// It cannot be read, or AWS would refuse it, so that there is nothing that a shorter one could be equal to.
pub(crate) fn minify(
    sources: &mut Sources,
    loader: &mut dyn Loader,
    name: &str,
    options: &MinifyOptions,
) -> Result<Minified, Unreadable> {
    let id = loader.load(sources, name)?;
    let (file, whole) = (sources.get(id).name().to_owned(), sources.get(id).text.clone());
    if is_account(&whole) {
        let message = "an answer about an account has many policies: none is made shorter";
        return Err(unreadable(name, message.to_owned(), Some("give a file with one policy")));
    }
    let document = read_policy(sources, id).map_err(Unreadable::Text)?;
    let (kind, kind_from) = kind(&document, name, &options.lint);
    let refusals = refusals(sources, &document, kind);
    if !refusals.is_empty() {
        return Err(Unreadable::Text(refusals));
    }
    let [edits, results] = [MOST_OF_EDITS, MOST_OF_RESULTS].map(Budget::of_millions);
    let asked = Asked { name, kind, options, edits: &edits, results: &results };
    let before = asked.size(sources, &document);
    let start = syntax::print(&document.policy);
    let goal = options.characters.or(before.limit);
    let mut work =
        Work { asked, goal, node: tidy(&start), steps: Vec::new(), left_out: Vec::new() };
    work.say_nothing_twice(&start);
    if edits.is_spent() && !work.left_out.contains(&Step::Needless) {
        work.left_out.push(Step::Needless);
    }
    let is_shorter = !work.steps.is_empty();
    work.leave_out_names();
    work.write_wildcards();
    let is_changed = is_shorter || !work.steps.is_empty() || work.node != start;
    let widening = work.widening(&file);
    let own = sources.text(document.policy.span);
    let laid_out = |node: &Node| match before.blanks_count {
        true => json::compact(node) + "\n",
        false => indented(&json::compact(node)),
    };
    // White space that AWS does not count stays if nothing else goes.
    let text = match is_changed || before.blanks_count {
        true => laid_out(&work.node),
        false if document.read_as.is_answer() => own.to_owned() + "\n",
        false => whole.to_string(),
    };
    if before.blanks_count && own.trim() != text.trim() && !is_changed {
        work.steps.push(Done::new(Step::Layout, 1, Vec::new()));
    }
    let after = work.characters(&work.node).map_or(before.characters, |size| size.characters);
    let widening = widening.map(|(node, widening)| Widening { text: laid_out(&node), ..widening });
    Ok(Minified {
        file: file.into(),
        read_as: document.read_as,
        kind,
        kind_from,
        limit: goal,
        stored: before.limit,
        before: before.characters,
        after,
        fits: goal.is_none_or(|goal| after <= goal),
        steps: work.steps,
        left_out: work.left_out,
        text,
        widening,
    })
}

/// What AWS would refuse in a policy, its size apart.
fn refusals(sources: &Sources, document: &Document, kind: PolicyKind) -> Vec<Finding> {
    let lowered = model::lower(&document.policy, kind);
    let subject = Subject {
        policy: &lowered.policy,
        sources,
        attached: None,
        is_stored: document.read_as.is_answer(),
    };
    let found = document.findings.iter().cloned().chain(lowered.findings);
    let found = found.chain(rules::refusals(&subject));
    found.filter(|found| found.is_refusal() && found.code != rules::POLICY_SIZE).collect()
}

/// What is asked about one policy.
#[derive(Clone, Copy)]
struct Asked<'a> {
    name: &'a str,
    kind: PolicyKind,
    options: &'a MinifyOptions,
    edits: &'a Budget,
    results: &'a Budget,
}

impl Asked<'_> {
    fn size(&self, sources: &Sources, document: &Document) -> Size {
        let policy = model::lower(&document.policy, self.kind).policy;
        let attached = attached(&policy, self.options.lint.is_of_bucket());
        rules::size(&Subject { policy: &policy, sources, attached, is_stored: false })
    }

    /// A tree as a document of its own.
    fn read(&self, node: &Node) -> Option<(Sources, Document)> {
        let mut sources = Sources::new();
        let id = sources.add_file(self.name, json::compact(node)).ok()?;
        let document = read_policy(&mut sources, id).ok()?;
        Some((sources, document))
    }

    fn policy(&self, node: &Node) -> Option<Policy> {
        Some(model::lower(&self.read(node)?.1.policy, self.kind).policy)
    }

    /// Whether two trees say the same, and AWS would store the second.
    fn are_equal(&self, old: &Node, new: &Node) -> bool {
        let is_stored = self
            .read(new)
            .is_some_and(|(sources, document)| refusals(&sources, &document, self.kind).is_empty());
        let policies = self.policy(old).zip(self.policy(new));
        is_stored && policies.is_some_and(|(old, new)| self.is_equal(&old, &new, Requests::Any))
    }

    fn is_equal(&self, old: &Policy, new: &Policy, requests: Requests) -> bool {
        is_equal(old, new, requests, &|| self.results.question(COST))
    }

    /// Whether a list with a pattern matches the same actions that AWS has as the list with the entries that it replaces: then it may be in their place in any statement.
    fn is_exact(&self, wildcard: &Wildcard) -> bool {
        let Wildcard { pattern, replaces, beside, .. } = wildcard;
        let old = allowing(&[replaces.as_slice(), beside].concat());
        let new = allowing(&[std::slice::from_ref(pattern), beside].concat());
        let policies = old.zip(new);
        policies.is_some_and(|(old, new)| self.is_equal(&old, &new, Requests::Possible))
    }
}

/// A policy that allows these actions.
fn allowing(actions: &[String]) -> Option<Policy> {
    let policy = serde_json::json!({
        "Version": "2012-10-17",
        "Statement": {"Effect": "Allow", "Action": actions, "Resource": "*"},
    });
    let mut sources = Sources::new();
    let id = sources.add_file("", policy.to_string()).ok()?;
    let document = read_policy(&mut sources, id).ok()?;
    Some(model::lower(&document.policy, PolicyKind::Identity).policy)
}

/// A policy that becomes shorter.
struct Work<'a> {
    asked: Asked<'a>,
    goal: Option<usize>,
    node: Node,
    steps: Vec<Done>,
    left_out: Vec<Step>,
}

impl Work<'_> {
    fn characters(&self, node: &Node) -> Option<Size> {
        let (sources, document) = self.asked.read(node)?;
        Some(self.asked.size(&sources, &document))
    }

    /// How many characters are too many.
    fn needed(&self) -> usize {
        let size = self.characters(&self.node).map_or(0, |size| size.characters);
        self.goal.map_or(0, |goal| size.saturating_sub(goal))
    }

    /// Takes out words without effect and merges statements, if all of it is proved; else one of the two.
    fn say_nothing_twice(&mut self, start: &Node) {
        let tries = [(true, true), (false, true), (true, false)];
        for (merges, mends) in tries {
            let (node, steps) = self.shorter(merges, mends);
            if self.asked.are_equal(start, &node) {
                self.node = node;
                self.steps.extend(steps);
                return;
            }
            let left_out = [(merges, Step::Merged), (mends, Step::Needless)];
            let known = steps.iter().map(|done| done.step).collect::<Vec<_>>();
            let is_new = |step: &Step| known.contains(step) && !self.left_out.contains(step);
            let left_out = left_out.into_iter().filter(|(is_tried, _)| *is_tried);
            let left_out = left_out.map(|(_, step)| step).filter(is_new).collect::<Vec<_>>();
            self.left_out.extend(left_out);
        }
        self.node = start.clone();
    }

    fn shorter(&self, merges: bool, mends: bool) -> (Node, Vec<Done>) {
        let (mut node, mut gone, mut rules) = (self.node.clone(), 0, Vec::new());
        for _ in 0..MOST_ROUNDS {
            let before = (gone, rules.len());
            if merges {
                let (merged, number) = merged(&node);
                (node, gone) = (tidy(&merged), gone + number);
            }
            if mends && let Some((mended, by)) = self.mended(&node) {
                node = tidy(&mended);
                rules.extend(by);
            }
            if before == (gone, rules.len()) {
                break;
            }
        }
        let number = rules.len();
        rules.sort_unstable();
        rules.dedup();
        let details = rules.into_iter().map(str::to_owned).collect();
        let all =
            [Done::new(Step::Needless, number, details), Done::new(Step::Merged, gone, Vec::new())];
        (node, all.into_iter().filter(|done| done.number > 0).collect())
    }

    /// The policy without the words that rules find to be without effect.
    fn mended(&self, node: &Node) -> Option<(Node, Vec<&'static str>)> {
        let is_wanted = |code: &Code| NEEDLESS.contains(&code.id());
        let selection = Selection { only: all_codes().filter(is_wanted).collect(), pedantic: true };
        let Asked { name, kind, options, edits, .. } = self.asked;
        let is_of_bucket = options.lint.is_of_bucket();
        let lint =
            LintOptions { kind: Some(kind), is_of_bucket, selection, ..LintOptions::default() };
        let takes_out = |found: &mut Vec<Found>| {
            let removes = |edit: &Edit| matches!(edit, Edit::Remove(_) | Edit::RemoveMember(..));
            found.retain(|found| found.edit.as_deref().is_some_and(removes));
        };
        let mended = mend(name, &json::compact(node), &lint, &takes_out, false, edits).ok()?;
        let mut sources = Sources::new();
        let id = sources.add_file(name, mended.text).ok()?;
        let document = read_policy(&mut sources, id).ok()?;
        Some((syntax::print(&document.policy), mended.rules))
    }

    /// The names go if the policy is too long with them.
    fn leave_out_names(&mut self) {
        let (node, number) = without_names(&self.node);
        if number > 0 && self.needed() > 0 {
            self.node = node;
            self.steps.push(Done::new(Step::Names, number, Vec::new()));
        }
    }

    /// Wildcards are written if the policy is too long without.
    fn write_wildcards(&mut self) {
        let mut are_all = true;
        let mut is_proved = |wildcard: &Wildcard| {
            let is_proved = self.asked.is_exact(wildcard);
            are_all &= is_proved;
            is_proved
        };
        let needed = self.needed();
        let Written { policy, wildcards } = with_wildcards(&self.node, needed, &mut is_proved);
        if !are_all {
            self.left_out.push(Step::Wildcards);
        }
        if !wildcards.is_empty() {
            let details = wildcards.iter().map(words).collect();
            self.steps.push(Done::new(Step::Wildcards, wildcards.len(), details));
            self.node = policy;
        }
    }

    /// What wider patterns would do, if the policy is still too long.
    fn widening(&self, file: &str) -> Option<(Node, Widening)> {
        // As short as possible means with the same meaning.
        if self.goal == Some(0) {
            return None;
        }
        let Written { policy, wildcards } = widened(&self.node, self.needed());
        if wildcards.is_empty() {
            return None;
        }
        let comparison = self.compared(file, &policy)?;
        let after = self.characters(&policy)?.characters;
        Some((
            policy,
            Widening {
                after,
                fits: self.goal.is_none_or(|goal| after <= goal),
                wildcards: wildcards.into_iter().map(Into::into).collect(),
                newly_allowed: comparison.newly_allowed.clone(),
                undecided: comparison.undecided.clone(),
                comparison,
                text: String::new(),
            },
        ))
    }

    fn compared(&self, file: &str, policy: &Node) -> Option<Comparison> {
        let mut sources = Sources::new();
        let mut versions = Vec::new();
        for (name, node) in [(file.to_owned(), &self.node), (format!("{file}, widened"), policy)] {
            let id = sources.add_file(&name, json::compact(node)).ok()?;
            let document = read_policy(&mut sources, id).ok()?;
            versions.push((name, document.lower(self.asked.kind).policy));
        }
        let [(old, before), (new, after)] = <[_; 2]>::try_from(versions).ok()?;
        let (before, after) = ([&before], [&after]);
        let differences = differences(&before, &after, Requests::Possible);
        let compared = Compared::documents(&before, &after, &differences);
        let kind = self.asked.kind;
        let version = |name: String| Version::one(name.into(), Some(kind.name().to_owned()), false);
        let versions = [version(old), version(new)];
        let what = (kind.word(), Requests::Possible);
        Some(Comparison::new(&sources, versions, what, &[compared], Vec::new()))
    }
}

fn words(wildcard: &Wildcard) -> String {
    format!("{} for {}", wildcard.pattern, wildcard.replaces.join(", "))
}

impl Workspace {
    /// Makes the policy of a file or text shorter, so that it says the same in fewer characters.
    ///
    /// # Errors
    /// It cannot be read, or AWS would refuse it.
    pub fn minify(&mut self, name: &str, options: &MinifyOptions) -> Result<Minified, Error> {
        let minified = minify(&mut self.sources, &mut self.texts, name, options);
        minified.map_err(|wrong| Error::unreadable(&self.sources, wrong))
    }
}
