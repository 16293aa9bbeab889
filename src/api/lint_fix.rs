//! Edits of a policy that mend what `lint` finds: those that are proved together at once, then one after the other. Each text is read again, and an edit is safe if the
//! prover says that it changes nothing.

use super::lint::{LintOptions, lint_file};
use crate::finding::Edit;
use crate::input::{Document, Loader, Unreadable, edited, read_policy};
use crate::minify::is_equal;
use crate::model::{self, Policy, PolicyKind};
use crate::product::budget::Budget;
use crate::report::lint::{Found, Linted};
use crate::source::{SourceId, Sources};
use crate::symbolic::Requests;
use crate::syntax;
use crate::tree::Node;
use std::collections::BTreeSet;

/// A file with its edits.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mended {
    /// The text with them.
    pub(crate) text: String,
    /// The findings that are mended: the names of their rules.
    pub(crate) rules: Vec<&'static str>,
    /// How many edits were left out because it is not proved that they change nothing.
    pub(crate) unsafe_left: usize,
    /// Whether the most edits were made, so that there may be more.
    pub(crate) is_cut_short: bool,
    /// Whether the budget ran out, so that other edits were not tried.
    pub(crate) is_spent: bool,
}

/// Most edits of one file that are made one after the other.
const MOST_EDITS: usize = 200;

/// Most proofs of edits that are made at once.
const MOST_PROOFS: usize = 50;

/// What a question of the proof of an edit may cost, in steps of the prover.
const COST: usize = 4_000_000;

/// What all proofs of one file may cost, in millions of steps: a second or so.
#[cfg(feature = "cli")]
pub(crate) const MOST_OF_A_FILE: u32 = 100;

/// The text of a file with the edits of what is found in it. `is_wanted`: findings that are not hidden.
///
/// # Errors
/// The text cannot be read.
pub(crate) fn mend(
    name: &str,
    text: &str,
    options: &LintOptions,
    is_wanted: &dyn Fn(&mut Vec<Found>),
    takes_unsafe: bool,
    budget: &Budget,
) -> Result<Mended, Unreadable> {
    let mut mended = Mended { text: text.to_owned(), ..Mended::default() };
    let mut tried = BTreeSet::new();
    let mut seen = BTreeSet::from([text.to_owned()]);
    let mut state = State::read(name, text, options)?;
    is_wanted(&mut state.linted.findings);
    (mended.text, mended.rules) = state.at_once(name, text, budget);
    seen.insert(mended.text.clone());
    let most = mended.rules.len() + MOST_EDITS;
    while mended.rules.len() < most && !mended.is_spent {
        let mut state = State::read(name, &mended.text, options)?;
        is_wanted(&mut state.linted.findings);
        let key = |found: &Found| (found.finding.code.id(), found.pointer.clone());
        let is_new = |found: &&Found| found.edit.is_some() && !tried.contains(&key(found));
        let Some(found) = state.linted.findings.iter().find(is_new) else { break };
        tried.insert(key(found));
        let edited = found.edit.as_ref().and_then(|edit| state.edited(&mended.text, edit));
        let edited = edited.filter(|edited| !seen.contains(edited));
        let Some(new) =
            edited.as_ref().and_then(|edited| Lowered::read(name, edited, state.linted.kind))
        else {
            continue;
        };
        // Nothing that AWS refuses comes in by an edit.
        if new.refusals > state.lowered.refusals {
            continue;
        }
        let is_safe = || state.lowered.says_the_same(&new, budget);
        if takes_unsafe || is_safe() {
            mended.rules.push(found.finding.code.id());
            mended.text = edited.unwrap_or_default();
            seen.insert(mended.text.clone());
            // Places have other names now.
            (tried, mended.unsafe_left) = (BTreeSet::new(), 0);
        } else {
            mended.unsafe_left += 1;
            mended.is_spent = budget.is_spent();
        }
    }
    mended.is_cut_short = mended.rules.len() >= most;
    Ok(mended)
}

/// A text that was read and linted.
struct State {
    sources: Sources,
    linted: Linted,
    lowered: Lowered,
    root: Node,
}

/// The policy of a text.
struct Lowered {
    policy: Policy,
    /// How much in it AWS would refuse.
    refusals: usize,
}

impl Lowered {
    fn read(name: &str, text: &str, kind: PolicyKind) -> Option<Lowered> {
        let mut sources = Sources::new();
        let id = One(text).load(&mut sources, name).ok()?;
        Some(Lowered::of(&read_policy(&mut sources, id).ok()?, kind))
    }

    /// Whether this is proved.
    fn says_the_same(&self, new: &Lowered, budget: &Budget) -> bool {
        is_equal(&self.policy, &new.policy, Requests::Any, &|| budget.question(COST))
    }

    fn of(document: &Document, kind: PolicyKind) -> Lowered {
        let lowered = model::lower(&document.policy, kind);
        let found = document.findings.iter().chain(&lowered.findings);
        let refusals = found.filter(|finding| finding.is_refusal()).count();
        Lowered { policy: lowered.policy, refusals }
    }
}

impl State {
    fn read(name: &str, text: &str, options: &LintOptions) -> Result<State, Unreadable> {
        let mut linted = lint_file(&mut Sources::new(), &mut One(text), name, options)?;
        // Of an account nothing is edited: what AWS answered is no file that somebody keeps.
        let Some(linted) = linted.pop().filter(|linted| linted.of.is_none()) else {
            return Err(Unreadable::Text(Vec::new()));
        };
        // The text is the first of both, so that the findings have places in this tree.
        let mut sources = Sources::new();
        let id = One(text).load(&mut sources, name)?;
        let document = read_policy(&mut sources, id).map_err(Unreadable::Text)?;
        let lowered = Lowered::of(&document, linted.kind);
        Ok(State { sources, linted, lowered, root: syntax::print(&document.policy) })
    }

    /// The text with all edits that are proved together, and the rules that they mend.
    fn at_once(&self, name: &str, text: &str, budget: &Budget) -> (String, Vec<&'static str>) {
        let found = self.linted.findings.iter();
        let edits =
            found.filter_map(|found| Some((found.finding.code.id(), &**found.edit.as_ref()?)));
        let (mut text_of_all, mut taken) = (text.to_owned(), Vec::new());
        let mut left = vec![edits.collect::<Vec<_>>()];
        let mut questions = 0..MOST_PROOFS;
        // Where a group is not proved, its halves are.
        while let Some(group) = left.pop().filter(|_| questions.next().is_some()) {
            let all = taken.iter().chain(&group).copied().collect::<Vec<_>>();
            if let Some(new) = self.proved((name, text), &all, budget) {
                (text_of_all, taken) = (new, all);
            } else if group.len() > 1 {
                let (first, second) = group.split_at(group.len() / 2);
                left.extend([second.to_vec(), first.to_vec()]);
            }
        }
        (text_of_all, taken.into_iter().map(|(rule, _)| rule).collect())
    }

    /// The text with these edits, if they do not overlap and are proved to change nothing.
    fn proved(
        &self,
        (name, text): (&str, &str),
        edits: &[(&'static str, &Edit)],
        budget: &Budget,
    ) -> Option<String> {
        let edits = edits.iter().map(|(_, edit)| *edit);
        let edited = edited(&self.sources, &self.root, text, edits)?;
        let new = Lowered::read(name, &edited, self.linted.kind)?;
        let is_safe = new.refusals <= self.lowered.refusals;
        (is_safe && self.lowered.says_the_same(&new, budget)).then_some(edited)
    }

    /// The text of the file with an edit.
    fn edited(&self, text: &str, edit: &Edit) -> Option<String> {
        edited(&self.sources, &self.root, text, [edit])
    }
}

/// One text, whatever the name.
struct One<'a>(&'a str);

impl Loader for One<'_> {
    fn load(&mut self, sources: &mut Sources, name: &str) -> Result<SourceId, Unreadable> {
        let refused = |error: crate::source::TooLarge| {
            super::files::unreadable(name, error.to_string(), None)
        };
        sources.add_file(name, self.0.to_owned()).map_err(refused)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    fn mended(text: &str, takes_unsafe: bool) -> (String, Vec<&'static str>) {
        let options = LintOptions::default();
        let mended =
            mend("policy.json", text, &options, &|_| {}, takes_unsafe, &Budget::default()).unwrap();
        (mended.text, mended.rules)
    }

    /// The layout of what stays is as it was.
    #[test]
    fn items_go_with_their_commas() {
        let policy = |actions: &str| {
            format!(
                "{{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Allow\", \"Action\": [{actions}], \"Resource\": \"*\"}}]}}"
            )
        };
        for (before, after) in [
            ("\"ec2:DescribeVpcs\",\n  \"ec2:Describe*\"", "\"ec2:Describe*\""),
            ("\"ec2:Describe*\",\n  \"ec2:DescribeVpcs\"", "\"ec2:Describe*\""),
            (
                "\"ec2:Describe*\", \"ec2:DescribeVpcs\" , \"ec2:RunInstances\"",
                "\"ec2:Describe*\", \"ec2:RunInstances\"",
            ),
            (
                "\"ec2:Describe*\", \"ec2:DescribeVpcs\",\n\"ec2:DescribeTags\"\n",
                "\"ec2:Describe*\"\n",
            ),
        ] {
            let (text, rules) = mended(&policy(before), false);
            assert_eq!((text, rules), (policy(after), vec!["redundant-action"]), "{before}");
        }
    }

    /// `MOST_OF_A_FILE`: where the budget does not suffice for a proof, the edit is not made, and those behind it are not tried.
    #[test]
    fn the_proofs_of_a_file_have_a_budget() {
        // Together the other two allow what the first does, and neither of them by itself.
        let of = |test: &str| {
            format!(r#""b/*", "Condition": {{"{test}": {{"aws:PrincipalTag/t": "x"}}}}"#)
        };
        let rests = [r#""b/a""#.to_owned(), of("StringEquals"), of("StringNotEquals")];
        let statements = rests.map(|rest| {
            format!(
                r#"{{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::{}}}"#,
                &rest[1..]
            )
        });
        let text =
            format!(r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#, statements.join(", "));
        let within = |budget: &Budget| {
            mend("policy.json", &text, &LintOptions::default(), &|_| {}, false, budget).unwrap()
        };
        let all = within(&Budget::default());
        assert_eq!((all.rules.len(), all.unsafe_left, all.is_spent), (1, 0, false));
        let none = within(&Budget::of_millions(0));
        assert_eq!((none.text, none.unsafe_left, none.is_spent), (text.clone(), 1, true));
    }

    /// What is not proved to change nothing is made only if it is asked for.
    #[test]
    fn edits_that_change_something_are_apart() {
        let policy = |statement: &str| {
            format!("{{\"Version\": \"2012-10-17\", \"Statement\": [{statement}]}}")
        };
        let arn = "\"Resource\": \"arn:aws:s3:::b/*\"";
        for (before, after, rule) in [
            (
                "{\"Effect\": \"Allow\", \"Action\": \"s3:ListObjectsV2\", \"Resource\": \"arn:aws:s3:::b\"}".to_owned(),
                "{\"Effect\": \"Allow\", \"Action\": \"s3:ListBucket\", \"Resource\": \"arn:aws:s3:::b\"}".to_owned(),
                "unknown-action",
            ),
            (
                format!("{{\"Effect\": \"Deny\", \"Action\": \"s3:*\", {arn}, \"Condition\": {{\"Bool\": {{\"aws:MultiFactorAuthPresent\": \"false\"}}}}}}"),
                format!("{{\"Effect\": \"Deny\", \"Action\": \"s3:*\", {arn}, \"Condition\": {{\"BoolIfExists\": {{\"aws:MultiFactorAuthPresent\": \"false\"}}}}}}"),
                "mfa-deny-without-keys",
            ),
            (
                "{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3::lab/*\"}".to_owned(),
                "{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::lab/*\"}".to_owned(),
                "lost-colon",
            ),
        ] {
            let (before, after) = (policy(&before), policy(&after));
            assert_eq!(mended(&before, false), (before.clone(), vec![]), "{rule}");
            assert_eq!(mended(&before, true), (after, vec![rule]), "{rule}");
        }
    }

    /// Statements, members and what they leave empty.
    #[test]
    fn what_becomes_empty_goes_too() {
        let policy = |more: &str| {
            format!(
                "{{\"Version\": \"2012-10-17\", \"Statement\": [{{\"Effect\": \"Allow\", \"Action\": \"s3:Get*\", \"Resource\": \"arn:aws:s3:::b/*\"{more}]}}"
            )
        };
        let same = "}, {\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::b/x\"}";
        assert_eq!(mended(&policy(same), false), (policy("}"), vec!["statement-without-effect"]));
        let any = ", \"Condition\": {\"StringLikeIfExists\": {\"aws:SourceVpce\": \"*\"}}}";
        assert_eq!(mended(&policy(any), false), (policy("}"), vec!["always-true-wildcard"]));
        // The only statement stays.
        let only = policy("}").replace("[{", "{").replace("}]", "}").replace("Get*", "GetObject");
        assert_eq!(mended(&only, false), (only.clone(), vec![]));
        let no_version = "{\n  \"Statement\": []\n}";
        let (text, rules) = mended(no_version, false);
        assert_eq!(
            (text.as_str(), rules),
            ("{\n  \"Version\": \"2012-10-17\",\n  \"Statement\": []\n}", vec!["missing-version"])
        );
        // With a variable the version changes what the policy says.
        let variable = "{\"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"s3:GetObject\", \"Resource\": \"arn:aws:s3:::b/${aws:username}/*\"}]}";
        assert_eq!(mended(variable, false), (variable.to_owned(), vec![]));
        assert_eq!(mended(variable, true).1, ["missing-version"]);
    }
}
