//! A connection with another text in one of its documents: all layers, all callers, all operations of the product.

use super::document::Documents;
use super::ground::Ground;
use crate::authz::{FileCount, LayerRow};
use crate::aws;
use crate::finding::Finding;
use crate::fix::{Reader, Texts};
use crate::input::read_policy;
use crate::model::{Named, Policy, PolicyKind};
use crate::mutate::document::Original;
use crate::mutate::outcome::{Outcome, Reach, Shown};
use crate::mutate::refusal::{Refusal, new_refusal};
use crate::product::budget::Budget;
use crate::product::build::settings::Settings;
use crate::product::build::{Built, Findings, build_with};
use crate::product::setup::Setup;
use crate::product::{
    CallerId, Check, Customer, KmsKey, Product, Verdict, access_change, access_gain, check,
    identity_change, operation_changes,
};
use crate::s3::{PublicAccessBlock, public_statements};
use crate::source::{FileName, Sources, Spanned};
use crate::symbolic::{Answer, Sample};
use std::collections::{BTreeMap, BTreeSet};

/// What is known of a connection as it is. A set-up by itself belongs to one thread: its budget is no other's.
#[derive(Clone, Debug)]
pub struct About {
    /// Its name, or its bucket.
    pub name: String,
    /// The ARN of the customer's user or role.
    pub customer: String,
    /// The bucket's account.
    pub account: String,
    /// The KMS key, if it is known.
    pub key: Option<String>,
    /// What is wrong with its documents.
    pub findings: Vec<Finding>,
    /// Whether its bucket policy is public.
    is_public: bool,
    /// Whether Block Public Access lets in nobody of another account.
    is_restricted: bool,
}

/// A connection whose documents are changed.
#[derive(Debug)]
pub struct Connected<'a> {
    product: &'static dyn Product,
    settings: &'a Settings,
    texts: &'a Texts,
    /// The texts of the connection.
    pub sources: Sources,
    /// What is known of the connection as it is.
    pub about: About,
    /// What the check says of it.
    check: Check,
    /// The documents that are changed.
    pub originals: Vec<Original>,
    /// Files that are not changed, and why.
    pub left_out: Vec<(FileName, &'static str)>,
    /// What each kind of document is judged on.
    grounds: BTreeMap<PolicyKind, Ground>,
    /// The same where nobody of another account is let in.
    near_grounds: BTreeMap<PolicyKind, Ground>,
}

impl<'a> Connected<'a> {
    /// The connection of these settings, whose files were read; `None` if it cannot be built from them.
    pub fn new(
        product: &'static dyn Product,
        settings: &'a Settings,
        texts: &'a Texts,
    ) -> Option<Connected<'a>> {
        let mut sources = Sources::new();
        let setup = built(product, settings, texts, &mut sources)?;
        let check = check(&setup);
        let (mut originals, mut left_out) = (Vec::new(), Vec::new());
        for file in &setup.files {
            match original(&mut sources, texts, &file.name, file.layer) {
                Ok(mut original) => {
                    original.level = level(settings, file.layer, &file.name);
                    originals.push(original);
                }
                Err(reason) => left_out.push((file.name.clone(), reason)),
            }
        }
        for file in &setup.environment.files {
            left_out.push((file.name.clone(), "a setting of the bucket, not a policy"));
        }
        let callers = callers(&setup);
        let ground = |kind| (kind, Ground::new(kind, owner(&setup, kind), &callers));
        let grounds =
            originals.iter().map(|original| ground(original.kind)).collect::<BTreeMap<_, _>>();
        let near_grounds = grounds.iter().map(|(kind, ground)| (*kind, ground.near())).collect();
        Some(Connected {
            product,
            settings,
            texts,
            sources,
            about: About::of(&setup),
            check,
            originals,
            left_out,
            grounds,
            near_grounds,
        })
    }

    /// What other texts of some documents do.
    pub fn judge(&self, changed: &[(usize, String)], budget: &Budget) -> Outcome {
        let mut texts = self.texts.clone();
        for (document, text) in changed {
            let file = &self.originals[*document].file;
            if let Some(known) = texts.list.iter_mut().find(|known| *known.shown == **file) {
                known.now.clone_from(text);
            }
        }
        budget.spend_on_reading(texts.bytes());
        let mut sources = self.sources.clone();
        let Some(mut new) = built(self.product, self.settings, &texts, &mut sources) else {
            return Outcome::refused("the document can no longer be read".to_owned());
        };
        new.budget = budget.clone();
        if let Some(reason) = self.about.refusal(&new) {
            return Outcome::refused(reason);
        }
        let mut outcome = Outcome::default();
        let mut kinds =
            changed.iter().map(|(document, _)| self.originals[*document].kind).collect::<Vec<_>>();
        kinds.sort_unstable();
        kinds.dedup();
        let together = |document: &usize| {
            let original = &self.originals[*document];
            (original.kind, self.group(*document))
        };
        let groups = changed.iter().map(|(document, _)| together(document));
        for (kind, group) in groups.collect::<BTreeSet<_>>() {
            outcome.take(self.of_documents(kind, group, changed, (&mut sources, budget)));
        }
        if outcome == Outcome::default() {
            return outcome;
        }
        let changes =
            operation_changes(self.product.catalogue(), Some(&self.check), Some(&check(&new)));
        for change in changes.into_iter().filter(|change| change.old != change.new) {
            match change.new {
                // Neither worse nor better: it is not asked for any more.
                None => {}
                Some(Verdict::Unknown) => {
                    outcome
                        .undecided
                        .push(about(change.caller, &format!("whether {} still works", change.id)));
                }
                Some(_) if change.is_newly_blocked() => outcome.breaks.push(change),
                Some(_) => outcome.repairs.push(change),
            }
        }
        // What the product is assumed to send, nobody else has to: a stolen key works without it.
        new.assume.clear();
        self.of_callers(&kinds, &new, &mut outcome);
        outcome.settled()
    }

    /// Which documents of its kind a document counts together with: each level of an organization must allow by itself.
    fn group(&self, document: usize) -> Option<Level> {
        let original = &self.originals[document];
        let has_levels = LayerRow::of(original.kind).files == FileCount::Levels;
        has_levels.then(|| original.level.map_or(Level::Own(document), Level::Known))
    }

    /// What the documents of a kind mean by themselves, before and after.
    fn of_documents(
        &self,
        kind: PolicyKind,
        group: Option<Level>,
        changed: &[(usize, String)],
        (sources, budget): (&mut Sources, &Budget),
    ) -> Outcome {
        let (mut old, mut new) = (Vec::new(), Vec::new());
        for (number, original) in self.originals.iter().enumerate() {
            let text = changed.iter().find(|(document, _)| *document == number);
            if original.kind != kind || self.group(number) != group {
                continue;
            }
            let before = original.document.clone().lower(kind).policy;
            new.push(
                text.and_then(|(_, text)| lowered(sources, text, kind)).unwrap_or(before.clone()),
            );
            old.push(before);
        }
        let is_near = kind == PolicyKind::Resource && self.lets_in_nobody_else(&new);
        let grounds = if is_near { &self.near_grounds } else { &self.grounds };
        let Some(ground) = grounds.get(&kind) else { return Outcome::default() };
        let [old, new] = [&old, &new].map(|side| side.iter().collect::<Vec<&Policy>>());
        Documents { ground, old: &old, new: &new, budget }.outcome().of_kind(kind)
    }

    /// Whether a public policy lets in nobody of another account (S3:access-control-block-public-access, RestrictPublicBuckets).
    fn lets_in_nobody_else(&self, new: &[Policy]) -> bool {
        let is_public = |policy: &Policy| public_statements(policy).iter().any(|one| one.certain);
        self.about.is_restricted && new.iter().any(is_public)
    }

    /// What the callers of the product get past all layers. It counts where the documents open nothing for others.
    fn of_callers(&self, kinds: &[PolicyKind], new: &Setup, outcome: &mut Outcome) {
        let is_at_bucket =
            |kind: &PolicyKind| matches!(kind, PolicyKind::Identity | PolicyKind::Resource);
        // What no document allows, no caller gets.
        let is_near = matches!(&outcome.opens, Some((Reach::SameCallers, _)));
        if !is_near || !kinds.iter().all(is_at_bucket) {
            return;
        }
        let mut sources = Sources::new();
        let Some(mut old) = built(self.product, self.settings, self.texts, &mut sources) else {
            return;
        };
        old.assume.clear();
        let by_document = outcome.opens.take().map(|(_, shown)| shown);
        let mut gained = None;
        for caller in self.product.catalogue().callers() {
            if gained.is_some() || !old.customer.has(caller) {
                continue;
            }
            match access_gain(&old, new, caller) {
                Ok([Answer::Some(_), _]) => {
                    gained = gain_of(&old, new, caller).or(by_document.clone());
                }
                Ok([Answer::Unknown(undecided), _]) => {
                    outcome.is_defect |= undecided.is_defect();
                    outcome.undecided.push(about(caller, &undecided.reason));
                }
                Err(reason) => outcome.undecided.push(about(caller, &reason)),
                Ok([Answer::None, _]) => {}
            }
        }
        if gained.is_none() && kinds.contains(&PolicyKind::Identity) {
            gained = elsewhere(&old, new, outcome);
        }
        outcome.opens = gained.map(|shown| (Reach::SameCallers, shown));
        outcome.is_covered = true;
    }
}

/// The level of an organization: by its number, or of one document alone.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Level {
    Known(usize),
    Own(usize),
}

/// The level of the organization in whose list a file is.
fn level(settings: &Settings, kind: PolicyKind, file: &FileName) -> Option<usize> {
    let levels = settings.layer(kind).filter(|_| LayerRow::of(kind).files == FileCount::Levels)?;
    let is_in = |names: &&[String]| names.iter().any(|name| FileName::from(name) == *file);
    levels.levels().iter().position(is_in)
}

/// The account that owns what a document of this kind is about; `None`: it is not known.
fn owner(setup: &Setup, kind: PolicyKind) -> Option<&str> {
    match (kind, &setup.kms_key) {
        (PolicyKind::KmsKey, Some(KmsKey::Arn(arn))) => Some(arn.account()),
        (PolicyKind::KmsKey, Some(KmsKey::AwsManaged { account, .. })) => Some(account),
        (PolicyKind::KmsKey, None) => None,
        (PolicyKind::Trust, _) => Some(setup.customer.arn().account()),
        _ => Some(&setup.account),
    }
}

/// A request that AWS has among those that a caller may newly make.
fn gain_of(old: &Setup, new: &Setup, caller: CallerId) -> Option<Shown> {
    let change = access_change(old, new, caller).ok()?;
    let regions = change.differences.newly_allowed.regions.into_iter();
    let sample = regions.map(|region| region.witness).find(is_real)?;
    Some(Shown { sample, caller: Some(caller), is_of_deny: false })
}

/// What the customer's own policies allow beyond the bucket.
fn elsewhere(old: &Setup, new: &Setup, outcome: &mut Outcome) -> Option<Shown> {
    let change = identity_change(old, new)?.newly_allowed;
    outcome.undecided.extend(change.undecided.map(|undecided| undecided.reason));
    let region = change.regions.into_iter().next()?;
    Some(Shown { sample: region.witness, caller: None, is_of_deny: false })
}

impl About {
    fn of(setup: &Setup) -> About {
        let key = match &setup.kms_key {
            Some(KmsKey::Arn(arn)) => Some(arn.as_str().to_owned()),
            _ => None,
        };
        About {
            name: setup.name.clone().unwrap_or_else(|| setup.bucket.clone()),
            customer: setup.customer.arn().as_str().to_owned(),
            account: setup.account.clone(),
            key,
            findings: setup.findings.clone(),
            is_public: is_public(setup),
            is_restricted: switch(setup, |level| level.restrict_public_buckets),
        }
    }

    /// What AWS refuses in the new documents and not in the old ones.
    fn refusal(&self, new: &Setup) -> Option<String> {
        let of = |findings: &[Finding]| {
            let refusals = findings.iter().filter(|finding| finding.is_refusal());
            refusals.map(Refusal::of).collect::<Vec<_>>()
        };
        let (before, after) = (of(&self.findings), of(&new.findings));
        if let Some(message) = new_refusal(&before, after) {
            return Some(message);
        }
        let is_on = switch(new, |level| level.block_public_policy);
        (is_on && is_public(new) && !self.is_public).then(|| {
            "Block Public Access refuses a bucket policy that makes the bucket public".to_owned()
        })
    }
}

/// Whether a switch of Block Public Access is on, for the bucket or its account.
fn switch(setup: &Setup, pick: fn(&PublicAccessBlock) -> Option<Spanned<bool>>) -> bool {
    let levels = setup.environment.public_access_block.as_option();
    levels.is_some_and(|levels| {
        levels.iter().any(|level| pick(level).is_some_and(|switch| switch.node))
    })
}

/// Whether AWS has the action, and it works on such a resource.
fn is_real(sample: &Sample) -> bool {
    let Some(name) = &sample.action else { return true };
    let resource = sample.resource.as_deref().unwrap_or_default();
    aws::action(name).is_some_and(|action| {
        let mut types = action.resource_types();
        resource.is_empty() || types.any(|of| of.matches(resource))
    })
}

fn about(caller: CallerId, reason: &str) -> String {
    format!("{}: {reason}", caller.id())
}

fn is_public(setup: &Setup) -> bool {
    let policies = setup.policies.known(PolicyKind::Resource);
    policies.iter().any(|policy| public_statements(policy).iter().any(|one| one.certain))
}

/// The callers of the product, as policies name them. A user has the sessions that it makes.
fn callers(setup: &Setup) -> Vec<Named> {
    let customer = match &setup.customer {
        Customer::User(arn) => Named::User(arn.as_str().to_owned()),
        Customer::Role(arn) => Named::Role(arn.as_str().to_owned()),
    };
    let vendor = setup.cross_account_role.iter().map(|arn| Named::Role(arn.as_str().to_owned()));
    [customer].into_iter().chain(vendor).collect()
}

fn built(
    product: &'static dyn Product,
    settings: &Settings,
    texts: &Texts,
    sources: &mut Sources,
) -> Option<Setup> {
    let built = build_with(product, settings, Findings::Refusals, sources, &mut Reader(texts));
    let Built { connection, unreadable } = built.ok()?;
    unreadable.is_empty().then_some(connection)
}

fn lowered(sources: &mut Sources, text: &str, kind: PolicyKind) -> Option<Policy> {
    let id = sources.add_file("", text.to_owned()).ok()?;
    Some(read_policy(sources, id).ok()?.lower(kind).policy)
}

/// The document of a file, to be changed.
fn original(
    sources: &mut Sources,
    texts: &Texts,
    name: &FileName,
    kind: PolicyKind,
) -> Result<Original, &'static str> {
    let text = texts.list.iter().find(|text| FileName::from(&text.name) == *name);
    let text = text.ok_or("its text is not at hand")?;
    let id = sources.add_file(&text.shown, text.now.clone()).map_err(|_| "it is too large")?;
    let document = read_policy(sources, id)
        .map_err(|_| "an answer about a whole account, not a policy that somebody writes")?;
    Ok(Original::new(sources, id, text.shown.as_str().into(), kind, document))
}
