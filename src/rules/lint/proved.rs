//! Statements and conditions of which the prover says that they change nothing.
//!
//! Nothing is said without a proof (`symbolic`) over all requests, whether the data has them or not: data that lacks a key or a resource proves nothing. What costs more than [`COST`] is not decided, and nothing is said of it.

use super::arn_types::may_overlap;
use super::manual::rule_code;
use super::witness::{Wanted, example};
use crate::aws;
use crate::eval::concerns;
use crate::finding::{Code, Edit, Finding};
use crate::model::condition::Test;
use crate::model::{
    ActionPattern, Condition, Effect, Element, Named, Part, Pattern, Policy, PrincipalPattern,
    ResourcePattern, Shape, Statement,
};
use crate::rules::covered::Covered;
use crate::rules::rule::{Rule, Scene, Sink};
use crate::source::{Span, Spanned};
use crate::symbolic::{Answer, Requests, lost_for};

rule_code! {
    /// An Allow that a Deny of the same policy always beats.
    ///
    /// Proved: no request that the Allow applies to escapes the Denies. The statement gives nothing, whatever other policies say.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}, {"Effect": "Deny", "Action": "s3:Get*", "Resource": "*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}, {"Effect": "Deny", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/secret/*"}
    /// ```
    /// What to do: take the Allow out, or narrow the Deny.
    ///
    /// Source: IAM:reference_policies_evaluation-logic (an explicit Deny beats every Allow); proved over all requests.
    BEATEN: Warning "allow-always-denied" [] "an Allow that a Deny of the same policy always beats"
}

rule_code! {
    /// A statement that other statements of the policy make needless.
    ///
    /// Proved: without it the policy allows and denies exactly the same. Whoever takes it out later believes to have taken something away.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"}, {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/ica/*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:Get*", "Resource": "arn:aws:s3:::b/*"}, {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::c/ica/*"}
    /// ```
    /// What to do: take it out, or narrow the other statement.
    ///
    /// Source: proved over all requests.
    NEEDLESS: Info "statement-without-effect" [] "a statement without which the policy allows and denies the same"
}

rule_code! {
    /// A statement that applies to no request.
    ///
    /// Proved: no request fits all its words, because two conditions exclude each other.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b", "Condition": {"StringEquals": {"aws:username": "ana"}, "StringNotLike": {"aws:username": "a*"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b", "Condition": {"StringLike": {"aws:username": "a*"}, "StringNotEquals": {"aws:username": "ana"}}}
    /// ```
    /// What to do: correct the conditions, or take the statement out.
    ///
    /// Source: proved over all requests.
    NEVER: Warning "statement-never-applies" [] "a statement that applies to no request"
}

rule_code! {
    /// A condition that always holds where the rest of its statement does.
    ///
    /// Proved: without it the statement applies to exactly the same requests.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b", "Condition": {"StringEquals": {"s3:prefix": "ica/"}, "StringNotEquals": {"s3:prefix": "lab/"}}}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::b", "Condition": {"StringLike": {"s3:prefix": "*/"}, "StringNotEquals": {"s3:prefix": "lab/"}}}
    /// ```
    /// What to do: take it out, or correct it.
    ///
    /// Source: proved over all requests.
    ALWAYS: Info "condition-without-effect" [] "a condition that always holds where the rest of its statement does"
}

/// Findings that are proved.
#[derive(Debug)]
pub(super) struct Proved;

/// What one question may cost, in steps of the prover: some milliseconds.
const COST: usize = 2_000_000;

/// Statements of a policy of which something is asked.
const MOST_STATEMENTS: usize = 40;

/// Questions about one policy.
const MOST_QUESTIONS: usize = 60;

/// Patterns of a policy of which something is asked: longer lists cost more than they tell.
const MOST_PATTERNS: usize = 300;

impl Rule for Proved {
    fn codes(&self) -> &'static [Code] {
        &[BEATEN, NEEDLESS, NEVER, ALWAYS]
    }

    fn is_proved(&self) -> bool {
        true
    }

    fn document(&self, scene: &Scene<'_>, sink: &mut Sink) {
        let policy = scene.policy;
        let is_doubtful = |statement: &Statement| {
            statement.effect.node == Effect::Unclear || statement.all_doubts().next().is_some()
        };
        if policy.statements.len() > MOST_STATEMENTS
            || patterns(policy) > MOST_PATTERNS
            || policy.statements.iter().any(is_doubtful)
        {
            return;
        }
        let mut asker = Asker { policy, left: MOST_QUESTIONS, needless: Vec::new() };
        for (place, statement) in policy.statements.iter().enumerate() {
            if is_contradictory(statement) && asker.never(statement) {
                let message = "no request fits all words of this statement";
                sink.push(
                    Finding::new(NEVER, statement.span, message)
                        .help("correct the conditions, or take the statement out")
                        .edit(Edit::Remove(vec![statement.span])),
                );
                continue;
            }
            if let Some(found) = about_statement(scene, &mut asker, place) {
                sink.push(found);
                asker.needless.push(place);
                continue;
            }
            for (number, condition) in statement.conditions.iter().enumerate() {
                if may_be_needless(statement, condition) && asker.is_needless(statement, number) {
                    let message =
                        "where the other words of the statement fit, this condition always holds";
                    sink.push(
                        Finding::new(ALWAYS, condition.span, message)
                            .help("take it out, or correct it")
                            .edit(Edit::Remove(vec![condition.span])),
                    );
                }
            }
        }
    }
}

fn patterns(policy: &Policy) -> usize {
    let number = |statement: &Statement| {
        let actions = statement.action.as_ref().map_or(0, |element| element.patterns.len());
        let resources = statement.resource.as_ref().map_or(0, |element| element.patterns.len());
        actions
            + resources
            + statement
                .conditions
                .iter()
                .map(|condition| condition.test.number_of_values())
                .sum::<usize>()
    };
    policy.statements.iter().map(number).sum()
}

/// Whether two conditions of a statement are about one key.
fn is_contradictory(statement: &Statement) -> bool {
    let keys = statement.conditions.iter().map(|condition| &condition.key.node).collect::<Vec<_>>();
    keys.iter().enumerate().any(|(place, key)| keys[..place].contains(key))
}

/// Whether a condition may follow from the others: one about the same key says something, and it is a restriction of its own.
fn may_be_needless(statement: &Statement, condition: &Condition) -> bool {
    // `Null` beside another condition on the key is said for its readers.
    if matches!(condition.test, Test::Null(_)) {
        return false;
    }
    let same =
        |other: &&Condition| other.key.node == condition.key.node && other.span != condition.span;
    statement.conditions.iter().any(|other| same(&other))
}

/// What other statements make of one. Only those that may share a request with it are asked: what they prove holds beside all others.
fn about_statement(scene: &Scene<'_>, asker: &mut Asker<'_>, place: usize) -> Option<Finding> {
    let statement = &scene.policy.statements[place];
    let samples = samples(scene, statement);
    let own = resources(scene, statement);
    let is_near = |(other, near): (usize, &Statement)| {
        other != place
            && !asker.needless.contains(&other)
            && samples.iter().any(|action| concerns(near, action))
            && own.iter().any(|own| reaches(scene, near, own))
    };
    let all = scene.policy.statements.iter().enumerate();
    let near = all.filter(|(other, near)| is_near((*other, near))).map(|(_, near)| near);
    let near = near.collect::<Vec<_>>();
    if samples.is_empty() || near.is_empty() || near.len() > MOST_NEAR {
        return None;
    }
    let (denies, allows): (Vec<_>, Vec<_>) =
        near.iter().partition(|near| near.effect.node == Effect::Deny);
    let reach_all = |near: &[&Statement]| {
        samples.iter().all(|action| near.iter().any(|near| concerns(near, action)))
            && own.iter().all(|own| near.iter().any(|near| reaches(scene, near, own)))
    };
    let told = |code, message: &str, help: &str, near: &[&Statement]| {
        let finding = Finding::new(code, statement.span, message).help(help);
        let finding = finding.edit(Edit::Remove(vec![statement.span]));
        near.iter().take(MOST_SHOWN).fold(finding, |finding, near| {
            let is_deny = near.effect.node == Effect::Deny;
            finding.related(near.span, if is_deny { "this denies" } else { "this allows" })
        })
    };
    let narrow = "take it out, or narrow the other statement";
    match statement.effect.node {
        Effect::Allow if reach_all(&denies) && asker.adds_nothing(statement, &denies) => {
            let message = "the Denies of this policy deny all that this statement allows";
            let message = match denied(scene, statement) {
                Some(request) => format!("{message}, such as {request}"),
                None => message.to_owned(),
            };
            Some(told(BEATEN, &message, "take the Allow out, or narrow the Deny", &denies))
        }
        // Whom a statement names decides more than what it allows.
        Effect::Allow
            if !scene.policy.kind.has_principal()
                && !allows.is_empty()
                && reach_all(&near)
                && asker.adds_nothing(statement, &near) =>
        {
            let message = "the policy allows the same without this statement";
            Some(told(NEEDLESS, message, narrow, &near))
        }
        Effect::Deny if reach_all(&denies) && asker.denies_nothing(statement, &denies) => {
            let message = "other statements deny all that this statement denies";
            Some(told(NEEDLESS, message, narrow, &denies))
        }
        _ => None,
    }
}

/// A request for what a statement allows that the policy denies.
fn denied(scene: &Scene<'_>, statement: &Statement) -> Option<String> {
    let listed = statement.action.as_ref().filter(|element| !element.not)?;
    let words = |pattern: &ActionPattern| scene.words(pattern.span).to_owned();
    let actions = listed.patterns.iter().map(words).collect::<Vec<_>>();
    let resources = resources(scene, statement).into_iter().map(str::to_owned);
    example(scene.policy, (&actions, &resources.collect::<Vec<_>>()), Wanted::Denied)
}

/// Statements that are asked together at most.
const MOST_NEAR: usize = 12;

/// The resources of a statement as written; all where they are not listed.
fn resources<'a>(scene: &Scene<'a>, statement: &Statement) -> Vec<&'a str> {
    match statement.resource.as_ref().filter(|element| !element.not) {
        Some(element) => element.patterns.iter().map(|pattern| scene.words(pattern.span)).collect(),
        None => vec!["*"],
    }
}

/// Whether a statement may be about a resource that this pattern matches.
fn reaches(scene: &Scene<'_>, statement: &Statement, pattern: &str) -> bool {
    resources(scene, statement).iter().any(|own| may_overlap(own, pattern))
}

/// Places of other statements that a finding shows.
const MOST_SHOWN: usize = 3;

/// Some actions that a statement is about, at least one for each pattern; empty where they are not listed.
fn samples(scene: &Scene<'_>, statement: &Statement) -> Vec<String> {
    let listed = statement.action.as_ref().filter(|element| !element.not);
    let covered = scene.covered(statement).iter().filter(|_| listed.is_some());
    let lower = |action: &aws::Action| action.to_string().to_ascii_lowercase();
    let mut samples = Vec::new();
    for one in covered {
        match one {
            Covered::One(action) => samples.push(lower(action)),
            Covered::Run(service, run) => samples
                .extend([run.start, run.end - 1].map(|place| lower(&service.actions()[place]))),
            Covered::Some(service, places) => {
                samples.extend(places.iter().map(|place| lower(&service.actions()[*place])))
            }
            Covered::Everything => samples.extend(
                ["s3:getobject", "iam:createuser", "sts:assumerole", "ec2:runinstances"]
                    .map(str::to_owned),
            ),
            Covered::Nothing(_) => {}
            Covered::Unknown => return Vec::new(),
        }
    }
    samples
}

/// Asks the prover, so many times at most.
struct Asker<'a> {
    policy: &'a Policy,
    left: usize,
    /// Statements that are needless already: of two that say the same one stays.
    needless: Vec<usize>,
}

impl Asker<'_> {
    /// Whether what the first statements allow is allowed by the second.
    fn are_covered(&mut self, more: Vec<Statement>, less: Vec<Statement>) -> bool {
        let Some(left) = self.left.checked_sub(1) else { return false };
        self.left = left;
        let policy = |statements: Vec<Statement>| {
            let numbered = statements.into_iter().enumerate();
            let statements =
                numbered.map(|(index, statement)| Statement { index, ..statement }).collect();
            Policy { statements, ..self.policy.clone() }
        };
        let [more, less] = [more, less].map(policy);
        lost_for(&[&more], &[&less], Requests::Any, COST) == Answer::None
    }

    /// Whether a statement allows nothing beside these.
    fn adds_nothing(&mut self, statement: &Statement, near: &[&Statement]) -> bool {
        let near = near.iter().copied().cloned().collect::<Vec<_>>();
        self.are_covered(near.iter().cloned().chain([statement.clone()]).collect(), near)
    }

    /// Whether a statement denies nothing beside these: with an Allow of everything only what is denied makes a difference.
    fn denies_nothing(&mut self, statement: &Statement, near: &[&Statement]) -> bool {
        let near = near.iter().copied().cloned().chain([everything(self.policy)]);
        let near = near.collect::<Vec<_>>();
        self.are_covered(near.clone(), near.into_iter().chain([statement.clone()]).collect())
    }

    fn never(&mut self, statement: &Statement) -> bool {
        self.are_covered(vec![allowing(statement)], Vec::new())
    }

    fn is_needless(&mut self, statement: &Statement, number: usize) -> bool {
        let with = allowing(statement);
        let mut without = with.clone();
        without.conditions.remove(number);
        self.are_covered(vec![without], vec![with])
    }
}

fn allowing(statement: &Statement) -> Statement {
    let mut statement = statement.clone();
    statement.effect.node = Effect::Allow;
    statement
}

/// The policy with an Allow of everything to everybody, so that what it denies makes a difference: a Deny alone takes nothing away.
pub fn with_everything(policy: &Policy) -> Policy {
    let mut with = policy.clone();
    with.statements.push(Statement { index: with.statements.len(), ..everything(policy) });
    with
}

/// Policies that count together, the first with an Allow of everything: what is left differs in its Denies.
pub fn all_with_everything<'a>(policies: impl IntoIterator<Item = &'a Policy>) -> Vec<Policy> {
    let with = |(number, policy): (usize, &Policy)| match number {
        0 => with_everything(policy),
        _ => policy.clone(),
    };
    policies.into_iter().enumerate().map(with).collect()
}

/// An Allow of everything to everybody.
fn everything(policy: &Policy) -> Statement {
    let span = policy.span;
    let action = ActionPattern {
        pattern: Pattern { parts: Box::new([Part::Any]), shape: Shape::Everything },
        span,
        doubt: None,
    };
    let everybody = PrincipalPattern { named: Named::Everyone, span, doubt: None };
    let principal = policy.kind.has_principal().then(|| listed(everybody, span));
    let resource =
        policy.kind.has_resource().then(|| listed(ResourcePattern::everything(span), span));
    Statement {
        index: 0,
        span,
        sid: None,
        effect: Spanned::new(Effect::Allow, span),
        principal,
        action: Some(listed(action, span)),
        resource,
        conditions: Vec::new(),
        has_empty_condition: false,
        doubts: Vec::new(),
    }
}

fn listed<T>(pattern: T, span: Span) -> Element<T> {
    Element { not: false, patterns: vec![pattern], span }
}
