//! The view of `check`: the schema `ica-policy/check/v1`, published in `schemas/check-v1.json`.

use super::causes::{Cause, Place, causes};
use super::finding::Finding;
pub use super::request::Request;
use super::view::{Data, View};
use crate::authz::LAYERS;
use crate::finding::codes;
use crate::ica::ICA;
use crate::model::Arn;
use crate::product::catalogue::{Catalogue, Edition};
use crate::product::graph::Dependencies;
use crate::product::setup::{Setup, Versioning};
use crate::product::{
    Assumption, AssumptionRow, CallerId, CallerReport, Check, Customer, EnvironmentReport, KmsKey,
    Level, OperationReport, Product, ReasonKind, StepReport, Verdict, Wording, better_if_connected,
};
use crate::source::{FileName, Sources};
use serde::Serialize;
use std::collections::BTreeMap;

/// The result of a check.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    /// What was checked.
    pub connection: Connection,
    /// The worst verdict of all operations.
    pub verdict: Verdict,
    /// The documents that AWS would refuse.
    pub refused: Vec<Refused>,
    /// Why operations are not allowed, each cause once.
    pub causes: Vec<Cause>,
    /// What the verdicts rest on, and how to settle it.
    pub assumptions: Vec<Assumed>,
    /// Every operation of ICA for each of its callers.
    pub operations: Vec<Operation>,
    /// What was left out.
    pub skipped: Vec<Skipped>,
    /// Settings of the bucket.
    pub environment: Vec<Setting>,
    /// What is wrong with the documents themselves.
    pub findings: Vec<Finding>,
    /// The callers, in the order of the catalogue.
    #[serde(skip)]
    pub callers: Vec<&'static str>,
    /// The operations that are worse because the bucket is new.
    #[serde(skip)]
    pub waiting: Vec<&'static str>,
    /// Whether all operations were checked.
    #[serde(skip)]
    pub is_whole: bool,
    /// How many causes and findings were there before and are left out.
    pub known: usize,
    /// What depends on what, with the verdicts, where a page shows it.
    #[serde(skip)]
    pub graph: Option<Dependencies>,
    #[serde(skip)]
    wording: &'static Wording,
    #[serde(skip)]
    edition: Edition,
}

/// A connection of ICA to a bucket.
#[derive(Clone, Debug, Serialize)]
pub struct Connection {
    /// Its name.
    pub name: Option<String>,
    /// The bucket.
    pub bucket: String,
    /// The bucket's account.
    pub account: String,
    /// The bucket's region.
    pub region: Option<String>,
    /// The prefix; empty for the whole bucket.
    pub prefix: String,
    /// The versioning state.
    pub versioning: Option<&'static str>,
    /// `new` or `connected`.
    pub state: &'static str,
    /// The ARN of the user that ICA works as.
    pub user: Option<String>,
    /// The ARN of the role that ICA works as.
    pub role: Option<String>,
    /// The KMS key.
    pub kms_key: Option<String>,
    /// The name of the sessions of user or role.
    pub session_name: Option<String>,
    /// Illumina's role.
    pub cross_account_role: Option<String>,
    /// Whether each layer and each setting of the bucket is `given`, `none` or `absent`.
    pub layers: BTreeMap<&'static str, &'static str>,
    /// The files.
    pub files: Vec<FileRead>,
}

#[cfg(feature = "cli")]
impl Connection {
    /// The bucket, with the prefix.
    pub(super) fn place(&self) -> String {
        match self.prefix.as_str() {
            "" => self.bucket.clone(),
            prefix => format!("{}/{prefix}", self.bucket),
        }
    }
}

/// A file and what it was read as.
#[derive(Clone, Debug, Serialize)]
pub struct FileRead {
    /// Its name.
    pub file: FileName,
    /// The layer, or the setting of the bucket.
    pub layer: &'static str,
    /// What it was read as.
    pub read_as: String,
}

/// What a file with a setting is read as.
pub(super) const SETTING: &str = "a setting of the bucket";

/// A document that AWS would refuse as it is.
#[derive(Clone, Debug, Serialize)]
pub struct Refused {
    /// Its file.
    pub file: Option<FileName>,
    /// Why.
    pub findings: Vec<Finding>,
}

/// An assumption that verdicts depend on.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Assumed {
    /// Which.
    pub id: Assumption,
    /// What is assumed.
    pub text: &'static str,
    /// How to settle it.
    pub how_to_settle: &'static str,
}

/// An operation that the user does not need.
#[derive(Clone, Debug, Serialize)]
pub struct Skipped {
    /// Its name.
    pub operation: String,
    /// Why, if it was said.
    pub reason: Option<String>,
}

/// An operation of ICA.
#[derive(Clone, Debug, Serialize)]
pub struct Operation {
    /// Its name, such as `upload-data`.
    pub id: &'static str,
    /// For each of its callers.
    pub callers: Vec<Caller>,
    /// What users will see if it is blocked.
    #[serde(skip)]
    pub breaks: Option<String>,
}

impl Operation {
    /// What one of its callers gets.
    pub(super) fn of(&self, caller: &str) -> Option<&Caller> {
        self.callers.iter().find(|report| report.caller == caller)
    }
}

/// An operation for one caller.
#[derive(Clone, Debug, Serialize)]
pub struct Caller {
    /// Who does it, such as `iam-user`.
    pub caller: &'static str,
    /// The verdict, with the operations that it depends on.
    pub verdict: Verdict,
    /// The verdict of its own required steps.
    pub own: Verdict,
    /// The operations that are the cause, if they are others.
    pub blocked_by: Vec<&'static str>,
    /// Its requests.
    pub steps: Vec<Step>,
}

/// One request of an operation.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// The action, or the setting of the bucket.
    pub action: String,
    /// The resource; `*` for every key below the prefix.
    pub resource: String,
    /// How important it is.
    pub level: Level,
    /// The verdict.
    pub verdict: Verdict,
    /// The assumptions whose failure would change the verdict.
    pub assumes: Vec<Assumption>,
    /// Why it is not allowed.
    pub reasons: Vec<Reason>,
    /// The conditions that must all be true.
    pub depends_on: Vec<String>,
    /// Requests that show the verdict.
    pub witness: Witness,
}

/// A setting of the bucket.
#[derive(Clone, Debug, Serialize)]
pub struct Setting {
    /// Its name: `region`, `cors`, ..
    pub check: &'static str,
    /// How important it is.
    pub level: Level,
    /// The verdict.
    pub verdict: Verdict,
    /// The assumptions whose failure would change the verdict.
    pub assumes: Vec<Assumption>,
    /// Why it is not allowed.
    pub reasons: Vec<Reason>,
}

/// Why a step is not allowed.
#[derive(Clone, Debug, Serialize)]
pub struct Reason {
    /// Which kind.
    pub kind: ReasonKind,
    /// The words that are the reason.
    #[serde(flatten)]
    pub place: Place,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
}

/// Requests that show a verdict.
#[derive(Clone, Debug, Serialize)]
pub struct Witness {
    /// One that is not allowed.
    pub denied: Option<Request>,
    /// One that is.
    pub allowed: Option<Request>,
}

impl Checked {
    /// The view of a check.
    pub fn new(sources: &Sources, setup: &Setup, check: &Check) -> Checked {
        let catalogue = setup.product.catalogue();
        let assumed = |row: &&'static AssumptionRow| Assumed {
            id: row.assumption(),
            text: row.text(),
            how_to_settle: row.how_to_settle(),
        };
        let skipped = |skipped: &crate::product::Skipped| Skipped {
            operation: skipped.operation.clone(),
            reason: skipped.reason.clone(),
        };
        let is_asked = |caller: &CallerId| {
            let mut reports = check.operations.iter().flat_map(|operation| &operation.callers);
            reports.any(|report| report.caller == *caller)
        };
        let callers = catalogue.callers().filter(is_asked);
        let mut waiting = if setup.is_new {
            better_if_connected(catalogue, &check.operations)
        } else {
            Vec::new()
        };
        waiting.dedup_by_key(|(id, _)| *id);
        let operations = check.operations.iter();
        let environment = check.environment.iter();
        Checked {
            connection: Connection::of(setup),
            verdict: check.worst(),
            refused: refused(sources, check),
            causes: causes(sources, check),
            assumptions: check.assumptions.iter().map(assumed).collect(),
            operations: operations.map(|report| operation(sources, catalogue, report)).collect(),
            skipped: check.skipped.iter().map(skipped).collect(),
            environment: environment.map(|report| setting(sources, report)).collect(),
            findings: Finding::all(sources, check.findings.iter().cloned()),
            callers: callers.map(|caller| caller.id()).collect(),
            waiting: waiting.into_iter().map(|(id, _)| id).collect(),
            is_whole: setup.operations.is_empty() && check.skipped.is_empty(),
            known: 0,
            graph: None,
            wording: setup.product.wording(),
            edition: setup.edition,
        }
    }
}

/// What a finding is about: its kind, the file, the words, the message, and the Sid of the statement.
type Key = (&'static str, String, String, String, Option<String>);

fn key(finding: &Finding, sid: Option<&String>) -> Key {
    let place = finding.place.as_ref();
    // White space is laid out anew by editors.
    // The words of a missing Allow are the list that lacks it, and any change of the list would make it another cause.
    let words = place.filter(|_| finding.code != codes::NO_ALLOW);
    let words = words.map_or("", |place| place.text.as_str()).split_whitespace().collect();
    let file = place.map_or_else(String::new, |place| place.file.to_string());
    (finding.code.id(), file, words, finding.message.clone(), sid.cloned())
}

impl Checked {
    fn keys(&self) -> impl Iterator<Item = Key> {
        let causes = self.causes.iter().map(|cause| key(&cause.finding, cause.place.sid.as_ref()));
        causes.chain(self.findings.iter().map(|finding| key(finding, None)))
    }

    /// Leaves out the causes and findings that an older check of the connection has, too, as often as it has them. The verdicts
    /// stay, and what AWS would refuse.
    pub fn leave_out_known(&mut self, old: &Checked) {
        let mut known = BTreeMap::<Key, usize>::new();
        old.keys().for_each(|key| *known.entry(key).or_default() += 1);
        let mut is_new = |key: Key| {
            let count = known.get_mut(&key).filter(|count| **count > 0);
            count.map(|count| *count -= 1).is_none()
        };
        let before = self.causes.len() + self.findings.len();
        self.causes.retain(|cause| is_new(key(&cause.finding, cause.place.sid.as_ref())));
        self.findings.retain(|finding| finding.is_refusal() || is_new(key(finding, None)));
        self.known = before - self.causes.len() - self.findings.len();
    }

    /// The operations of an older check that are left out now.
    pub fn no_longer_checked(&self, old: &Checked) -> Vec<&'static str> {
        let is_checked = |id: &str| self.operations.iter().any(|operation| operation.id == id);
        let before = old.operations.iter().map(|operation| operation.id);
        before.filter(|id| !is_checked(id)).collect()
    }

    /// The worst verdict among the operations that are worse than in an older check; `None` if none is.
    pub fn worst_change(&self, old: &Checked) -> Option<Verdict> {
        let verdict_in = |checked: &Checked, id: &str, caller: &str| {
            let mut operations = checked.operations.iter().filter(|operation| operation.id == id);
            Some(operations.next()?.of(caller)?.verdict)
        };
        let all = self.operations.iter().flat_map(|operation| {
            operation.callers.iter().map(|report| (operation.id, report.caller, report.verdict))
        });
        let worse = all.filter(|(id, caller, verdict)| {
            verdict_in(old, id, caller).is_none_or(|before| before < *verdict)
        });
        worse.map(|(.., verdict)| verdict).max()
    }
}

impl View for Checked {
    const SCHEMA: &'static str = "ica-policy/check/v1";
    const NOTHING: &'static str = r#""connection":null,"verdict":null,"refused":[],"causes":[],"assumptions":[],"operations":[],"skipped":[],"environment":[],"findings":[],"known":0"#;

    fn data(checked: Option<&Checked>) -> Data {
        let known = checked.map(|checked| (checked.wording, checked.edition));
        let (wording, edition) = known.unwrap_or((ICA.wording(), Edition::Current));
        Data::of_ica(wording.state(edition))
    }
}

impl Connection {
    /// The view of a set-up.
    pub(super) fn of(setup: &Setup) -> Connection {
        let (user, role) = match &setup.customer {
            Customer::User(arn) => (Some(text(arn)), None),
            Customer::Role(arn) => (None, Some(text(arn))),
        };
        Connection {
            name: setup.name.clone(),
            bucket: setup.bucket.clone(),
            account: setup.account.clone(),
            region: setup.region.clone(),
            prefix: setup.prefix.clone(),
            versioning: setup.versioning.map(Versioning::word),
            state: if setup.is_new { "new" } else { "connected" },
            user,
            role,
            kms_key: setup.kms_key.as_ref().map(KmsKey::words),
            session_name: setup.session_name.clone(),
            cross_account_role: setup.cross_account_role.as_ref().map(text),
            layers: layers(setup),
            files: files(setup),
        }
    }
}

fn text(arn: &Arn) -> String {
    arn.as_str().to_owned()
}

fn layers(setup: &Setup) -> BTreeMap<&'static str, &'static str> {
    let policies = LAYERS.iter().map(|row| (row.id, setup.policies.get(row.kind).word()));
    let environment = &setup.environment;
    let settings = [
        ("cors", environment.cors.word()),
        ("notifications", environment.notifications.word()),
        ("public-access-block", environment.public_access_block.word()),
        ("bucket-encryption", environment.bucket_encryption.word()),
        ("ownership", environment.ownership.word()),
    ];
    policies.chain(settings).collect()
}

fn files(setup: &Setup) -> Vec<FileRead> {
    let policies = setup.files.iter().map(|read| FileRead {
        file: read.name.clone(),
        layer: read.layer.name(),
        read_as: read.read_as.to_string(),
    });
    let settings = setup.environment.files.iter().map(|read| FileRead {
        file: read.name.clone(),
        layer: read.setting,
        read_as: SETTING.to_owned(),
    });
    policies.chain(settings).collect()
}

/// The documents with an error among their findings, in the order of the findings.
pub(super) fn refused(sources: &Sources, check: &Check) -> Vec<Refused> {
    let mut refused: Vec<Refused> = Vec::new();
    for finding in Finding::all(sources, check.refused().cloned()) {
        let file = finding.place.as_ref().map(|place| place.file.clone());
        match refused.iter_mut().find(|known| known.file == file) {
            Some(known) => known.findings.push(finding),
            None => refused.push(Refused { file, findings: vec![finding] }),
        }
    }
    refused
}

fn operation(sources: &Sources, catalogue: &Catalogue, report: &OperationReport) -> Operation {
    let is_blocked = report.callers.iter().any(|caller| caller.verdict == Verdict::Blocked);
    let known = catalogue.operation(report.id).filter(|_| is_blocked);
    let breaks = known.map(|known| {
        let scope = scope_of(report).map(|scope| format!(", {scope}")).unwrap_or_default();
        format!("{}{scope}", known.breaks)
    });
    let callers = report.callers.iter().map(|report| caller(sources, report)).collect();
    Operation { id: report.id, callers, breaks }
}

/// The requests for which an operation is blocked, if all blocked steps are needed for these
/// requests only.
fn scope_of(report: &OperationReport) -> Option<&'static str> {
    let blocked = report.callers.iter().filter(|caller| caller.verdict == Verdict::Blocked);
    let mut scopes = Vec::new();
    for caller in blocked {
        if !caller.blocked_by.is_empty() {
            return None;
        }
        let steps = caller
            .steps
            .iter()
            .filter(|step| step.level == Level::Required && step.verdict == Verdict::Blocked);
        scopes.extend(steps.map(|step| step.step.and_then(|known| known.scope.as_deref())));
    }
    let first = scopes.first().copied().flatten();
    first.filter(|_| scopes.iter().all(|scope| *scope == first))
}

fn caller(sources: &Sources, report: &CallerReport) -> Caller {
    Caller {
        caller: report.caller.id(),
        verdict: report.verdict,
        own: report.own,
        blocked_by: report.blocked_by.clone(),
        steps: report.steps.iter().map(|report| step(sources, report)).collect(),
    }
}

fn step(sources: &Sources, report: &StepReport) -> Step {
    let request = |request: &Option<Box<_>>| request.as_deref().map(Request::of);
    Step {
        action: report.action.clone(),
        resource: report.resource.clone(),
        level: report.level,
        verdict: report.verdict,
        assumes: report.assumes.clone(),
        reasons: reasons(sources, &report.reasons),
        depends_on: report.depends_on.clone(),
        witness: Witness {
            denied: request(&report.witness.denied),
            allowed: request(&report.witness.allowed),
        },
    }
}

fn setting(sources: &Sources, report: &EnvironmentReport) -> Setting {
    Setting {
        check: report.check,
        level: report.level,
        verdict: report.verdict,
        assumes: report.assumes.clone(),
        reasons: reasons(sources, &report.reasons),
    }
}

fn reasons(sources: &Sources, reasons: &[crate::product::Reason]) -> Vec<Reason> {
    let view = |reason: &crate::product::Reason| Reason {
        kind: reason.kind,
        place: Place::of(sources, reason),
        message: reason.words(),
        help: reason.help.as_ref().map(ToString::to_string),
    };
    reasons.iter().map(view).collect()
}
