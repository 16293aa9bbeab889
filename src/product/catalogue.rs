//! The operations of a product and what they need, as its tables say.

use super::assumption::{Assumption, AssumptionRow};
use super::caller::{CallerId, CallerRow};
pub use super::target::Target;
use crate::authz::{CallerKind, Presence, claim, is_usual_claim, presence};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The header that says how to encrypt.
pub(super) const ENCRYPTION_HEADER: &str = "s3:x-amz-server-side-encryption";

/// The facts of a key in requests that S3 sends to KMS, and in those that assume the customer's role.
const AT_KMS: &str = "at-kms";
const AT_ROLE: &str = "at-role";

/// On which buckets a step is needed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum On {
    /// On all.
    #[default]
    Every,
    /// Where versioning is enabled or suspended.
    Versioned,
}

/// Which pages ask for a step.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Edition {
    /// The page of the seed.
    #[default]
    Seed,
    /// Newer pages and users' experience.
    Current,
}

/// What is known of a condition key in a request.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
pub struct KeyFact {
    /// Known, absent, free, hidden or foreign.
    pub kind: KeyKind,
    /// The value, if it is known.
    #[serde(default)]
    pub value: Option<String>,
    /// The only possible values.
    #[serde(default)]
    pub values: Vec<String>,
    /// Whether the key may be absent as well.
    #[serde(default)]
    pub absent: bool,
    /// Whether the values are the prefix and whatever begins with it.
    #[serde(default)]
    pub below: bool,
    /// The assumption it depends on.
    #[serde(default)]
    pub assume: Option<Assumption>,
}

/// How much is known of a condition key.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum KeyKind {
    /// Its value is known.
    Known,
    /// It is not in the request.
    Absent,
    /// The product will use all values.
    Free,
    /// One value holds, it is not known which.
    Hidden,
    /// Something of the vendor's.
    Foreign,
}

/// How important a step is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The operation fails without it.
    #[default]
    Required,
    /// It works without it and leaves residue.
    Degrades,
    /// Newer pages or users' experience.
    Advised,
}

impl Level {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Level::Required => "required",
            Level::Degrades => "degrades",
            Level::Advised => "advised",
        }
    }
}

/// A request that an operation makes.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
pub struct Step {
    /// `service:Name`.
    pub action: String,
    /// What it is about.
    pub resource: Target,
    /// How important it is.
    #[serde(default)]
    pub level: Level,
    /// On which buckets.
    #[serde(default)]
    pub on: On,
    /// By which pages.
    #[serde(default)]
    pub edition: Edition,
    /// Actions whose explicit Deny in the bucket policy stops this one as well (F1).
    #[serde(default)]
    pub veto: Vec<String>,
    /// Assumptions beyond the policies.
    #[serde(default)]
    pub assumes: Vec<Assumption>,
    /// Condition keys that differ from the table of keys. A name that ends in `/*` is for all tags.
    #[serde(default)]
    pub keys: BTreeMap<String, KeyFact>,
    /// Whether it differs from another step by its keys only, so that it is judged only where the policies use one of them.
    #[serde(default)]
    pub only_with_keys: bool,
    /// For which of the operation's requests it is needed, if not for all: `for requests that ..`.
    #[serde(default)]
    pub scope: Option<String>,
    /// Which passages ask for it.
    pub source: String,
}

/// An operation of the product.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
pub struct Operation {
    /// Stable name in kebab case.
    pub id: String,
    /// What is done, in a few words.
    pub title: String,
    /// What it is.
    pub about: String,
    /// The names of those who do it.
    #[serde(rename = "callers")]
    names: Vec<String>,
    /// Who does it.
    #[serde(skip)]
    pub callers: Vec<CallerId>,
    /// Whether it sets up the bucket, which must be done before all others.
    #[serde(default)]
    pub sets_up: bool,
    /// Operations of the same caller that must work for it.
    #[serde(default)]
    pub needs: Vec<String>,
    /// Assumptions of all its steps.
    #[serde(default)]
    pub assumes: Vec<Assumption>,
    /// Checks of the bucket's settings that affect it for all of its callers.
    #[serde(default)]
    pub environment: Vec<String>,
    /// What a user sees when it is blocked.
    pub breaks: String,
    /// Its requests.
    #[serde(rename = "step")]
    pub steps: Vec<Step>,
}

impl Operation {
    /// Whether the pages of an edition have it: a step of it is on them.
    pub fn is_in(&self, edition: Edition) -> bool {
        self.steps.iter().any(|step| step.edition <= edition)
    }
}

/// What is known of a condition key in the requests of a product.
#[derive(Clone, PartialEq, Debug, Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
pub struct KeyRow {
    /// The key, or all tags by a name that ends in `/*`.
    pub name: String,
    /// The facts: `at-kms` where S3 asks KMS in the name of a caller, `at-role` where the customer's role is assumed, else by the name
    /// of the caller, else `all`. Without any the table of request keys counts.
    #[serde(flatten)]
    facts: BTreeMap<String, KeyFact>,
}

/// The tables of a product, as text.
#[derive(Clone, Copy, Debug)]
pub struct Tables {
    /// Who makes requests, in the order of reports.
    pub callers: &'static [CallerRow],
    /// The operations, each with its steps: `[[operation]]`.
    pub operations: &'static str,
    /// What is known of condition keys: `key = [..]`.
    pub keys: &'static str,
    /// The assumptions, in the order of reports: `[[assumption]]`.
    pub assumptions: &'static str,
}

/// All tables of a product.
#[derive(PartialEq, Debug, Default)]
pub struct Catalogue {
    callers: &'static [CallerRow],
    /// The operations, in the order of reports.
    pub operations: Vec<Operation>,
    /// The condition keys.
    pub keys: Vec<KeyRow>,
    /// The assumptions, in the order of reports.
    pub assumptions: Vec<AssumptionRow>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
struct Operations {
    operation: Vec<Operation>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
struct Keys {
    key: Vec<KeyRow>,
}

#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'static"))]
struct Assumptions {
    assumption: Vec<AssumptionRow>,
}

impl Catalogue {
    /// Reads the tables of a product.
    ///
    /// # Errors
    /// What is wrong in them: a name that no table has, or an assumption without a row.
    pub fn read(tables: Tables) -> Result<Catalogue, String> {
        let words = |error: toml::de::Error| error.to_string();
        let mut catalogue = Catalogue {
            callers: tables.callers,
            operations: toml::from_str::<Operations>(tables.operations).map_err(words)?.operation,
            keys: toml::from_str::<Keys>(tables.keys).map_err(words)?.key,
            assumptions: toml::from_str::<Assumptions>(tables.assumptions)
                .map_err(words)?
                .assumption,
        };
        for operation in &mut catalogue.operations {
            let caller = |name: &String| {
                let mut known = CallerId::all(tables.callers);
                known
                    .find(|caller| caller.id() == name)
                    .ok_or_else(|| format!("{}: there is no caller `{name}`", operation.id))
            };
            operation.callers = operation.names.iter().map(caller).collect::<Result<_, _>>()?;
        }
        catalogue.check()?;
        Ok(catalogue)
    }

    /// Every name that a table uses exists.
    fn check(&self) -> Result<(), String> {
        let needs = self.operations.iter().flat_map(|operation| &operation.needs);
        let made = self.callers().filter_map(CallerId::made_by);
        let mut needs = needs.map(String::as_str).chain(made.map(|(operation, _)| operation));
        if let Some(missing) = needs.find(|id| self.operation(id).is_none()) {
            return Err(format!("there is no operation `{missing}`"));
        }
        let names = self.keys.iter().flat_map(|row| row.facts.keys());
        let mut names = names
            .map(String::as_str)
            .chain(self.callers().filter_map(CallerId::made_by).map(|(_, caller)| caller));
        let is_name =
            |name: &str| ["all", AT_KMS, AT_ROLE].contains(&name) || self.caller(name).is_some();
        if let Some(missing) = names.find(|name| !is_name(name)) {
            return Err(format!("there is no caller `{missing}`"));
        }
        if let Some((operation, caller)) = self.circle() {
            return Err(format!("`{operation}` of `{}` needs itself", caller.id()));
        }
        let missing = self.used().find(|used| self.assumption(*used).is_none());
        missing
            .map_or(Ok(()), |missing| Err(format!("the assumption `{}` has no row", missing.id())))
    }

    /// An operation of a caller that needs itself, by way of others.
    fn circle(&self) -> Option<(&str, CallerId)> {
        let all = self.operations.iter();
        let mut left = all
            .flat_map(|operation| operation.callers.iter().map(move |caller| (operation, *caller)))
            .collect::<Vec<_>>();
        // What needs nothing that is left is done first.
        loop {
            let waits = |(operation, caller): &(&Operation, CallerId)| {
                self.needed(operation, *caller, true)
                    .any(|(id, by)| left.iter().any(|(other, who)| other.id == id && *who == by))
            };
            let waiting = left.iter().copied().filter(waits).collect::<Vec<_>>();
            if waiting.len() == left.len() {
                return left.first().map(|(operation, caller)| (operation.id.as_str(), *caller));
            }
            left = waiting;
        }
    }

    /// The operations that one of a caller needs, each with its caller.
    pub fn needed<'a>(
        &'a self,
        operation: &'a Operation,
        caller: CallerId,
        is_new: bool,
    ) -> impl Iterator<Item = (&'a str, CallerId)> {
        let own = operation.needs.iter().map(move |id| (id.as_str(), caller));
        // A session of either kind must have been made.
        let session = self.made_by(caller).filter(|(id, _)| *id != operation.id);
        // What makes the callers of the set-up comes before it.
        let all = self.operations.iter();
        let set_up = all
            .filter(|other| other.sets_up)
            .flat_map(|other| other.callers.iter().map(move |by| (other.id.as_str(), *by)));
        let makes = |by: CallerId| by.made_by().is_some_and(|(id, _)| id == operation.id);
        let sets_up = operation.sets_up || set_up.clone().any(|(_, by)| makes(by));
        let set_up = set_up.filter(move |_| is_new && !sets_up);
        own.chain(session).chain(set_up)
    }

    /// The operation that makes a caller, with its own caller, if it has to be made.
    pub fn made_by(&self, caller: CallerId) -> Option<(&'static str, CallerId)> {
        let (operation, by) = caller.made_by()?;
        Some((operation, self.caller(by)?))
    }

    /// The assumptions that the check may make, and those that the tables name.
    fn used(&self) -> impl Iterator<Item = Assumption> {
        let steps = self.operations.iter().flat_map(|operation| &operation.steps);
        let listed = self.operations.iter().flat_map(|operation| &operation.assumes);
        let listed = listed.chain(steps.clone().flat_map(|step| &step.assumes));
        let facts = self.keys.iter().flat_map(|row| row.facts.values());
        let facts = facts.chain(steps.flat_map(|step| step.keys.values()));
        let vendors = self.callers().filter_map(|caller| caller.vendor_policies(Target::Role));
        let all = Assumption::OF_ALL.iter().chain(listed).copied();
        all.chain(facts.filter_map(|fact| fact.assume)).chain(vendors)
    }

    /// The callers, in the order of reports.
    pub fn callers(&self) -> impl Iterator<Item = CallerId> + Clone + use<> {
        CallerId::all(self.callers)
    }

    /// The caller of that name.
    pub fn caller(&self, id: &str) -> Option<CallerId> {
        self.callers().find(|caller| caller.id() == id)
    }

    /// The row of an assumption.
    pub fn assumption(&self, assumption: Assumption) -> Option<&AssumptionRow> {
        self.assumptions.iter().find(|row| row.assumption() == assumption)
    }

    /// What is known of a key, given in lower case, in a caller's requests of the step: the step's own word, then the row of the key, then
    /// the table of request keys. What the caller never has is absent.
    pub fn fact(&self, step: &Step, key: &str, caller: CallerId) -> KeyFact {
        step.key(key)
            .cloned()
            .unwrap_or_else(|| self.key_fact(key, caller, step.resource, &step.action))
    }

    /// As [`Catalogue::fact`], for requests of any step with this target and action.
    pub fn key_fact(&self, key: &str, caller: CallerId, target: Target, action: &str) -> KeyFact {
        let presence = presence(key, Some(caller.kind(target)), Some(&action.to_ascii_lowercase()));
        if presence == Presence::Never {
            return KeyFact { kind: KeyKind::Absent, absent: false, ..KeyFact::unknown() };
        }
        // The claims that count are those of the token's own provider.
        let shows_token = caller.kind(target) == CallerKind::WebIdentity;
        let is_usual = shows_token && claim(key).is_some_and(is_usual_claim);
        let row = self.key(key).and_then(|row| row.fact(caller, target));
        row.cloned().unwrap_or_else(|| KeyFact {
            absent: presence == Presence::Perhaps && !is_usual,
            ..KeyFact::unknown()
        })
    }

    /// Whether a request has the encryption header by the product's own setting.
    pub fn sends_header(&self, caller: CallerId, step: &Step) -> bool {
        step.action == "s3:PutObject"
            && self.fact(step, ENCRYPTION_HEADER, caller).kind == KeyKind::Known
    }

    /// The operation of that name.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// The row of a key whose name is given in lower case.
    pub fn key(&self, lower_key: &str) -> Option<&KeyRow> {
        self.keys.iter().find(|row| is_name_of(&row.name, lower_key))
    }
}

/// Whether the name of a row is that of a key, or of all tags of its kind (`aws:PrincipalTag/*`).
fn is_name_of(row: &str, key: &str) -> bool {
    match row.strip_suffix('*') {
        Some(stem) => key.get(..stem.len()).is_some_and(|start| start.eq_ignore_ascii_case(stem)),
        None => row.eq_ignore_ascii_case(key),
    }
}

impl Step {
    /// An action as the catalogue writes it, if the step knows it.
    pub fn written(&self, action: &str) -> String {
        let mut known = self.actions().map(String::as_str);
        known.find(|known| known.eq_ignore_ascii_case(action)).unwrap_or(action).to_owned()
    }

    /// What it says itself about a key.
    pub fn key(&self, key: &str) -> Option<&KeyFact> {
        self.keys.iter().find_map(|(name, fact)| is_name_of(name, key).then_some(fact))
    }

    /// Its action and those whose Deny stops it as well.
    pub fn actions(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.action).chain(&self.veto)
    }
}

impl KeyRow {
    /// What the row says about the key in requests of a caller about a target, if anything.
    pub fn fact(&self, caller: CallerId, target: Target) -> Option<&KeyFact> {
        let by_target = match target {
            Target::Key => Some(AT_KMS),
            Target::Role => Some(AT_ROLE),
            Target::Bucket | Target::Object | Target::Folder | Target::FederatedUser => None,
        };
        let names = by_target.into_iter().chain([caller.id(), "all"]);
        names.into_iter().find_map(|name| self.facts.get(name))
    }
}

impl KeyFact {
    /// A key about which nothing is known.
    pub fn unknown() -> KeyFact {
        KeyFact {
            kind: KeyKind::Hidden,
            value: None,
            values: Vec::new(),
            absent: true,
            below: false,
            assume: None,
        }
    }

    /// A key whose value is known.
    pub fn known(value: impl Into<String>) -> KeyFact {
        KeyFact { kind: KeyKind::Known, value: Some(value.into()), ..KeyFact::unknown() }
    }

    /// Whether its value is open.
    pub fn is_open(&self) -> bool {
        matches!(self.kind, KeyKind::Hidden | KeyKind::Free | KeyKind::Foreign)
    }

    /// Whether the user may know better than the catalogue.
    pub fn may_be_assumed(&self) -> bool {
        self.is_open() || self.assume.is_some()
    }

    /// What remains of it if its assumption fails.
    pub fn without_assumption(&self) -> KeyFact {
        let kind = if self.kind == KeyKind::Free { KeyKind::Free } else { KeyKind::Hidden };
        KeyFact { kind, ..KeyFact::unknown() }
    }
}
