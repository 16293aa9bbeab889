//! Callers as the names in `Principal` distinguish them. A name is a set of callers: everybody, all callers of an
//! account, a user with the federated sessions it makes, the sessions of a role. Each class of callers that lies in the
//! same sets is one value of the dimension of principals.
//! Source: IAM:reference_policies_elements_principal (docs/sources.md, C2).

use crate::authz::{Caller, Context, ContextValue, Provider, naming};
use crate::aws::AccountId;
use crate::model::{Named, Part, Pattern, Statement};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;

pub(crate) const PRINCIPAL_ARN: &str = "aws:principalarn";
pub(crate) const USER_NAME: &str = "aws:username";
pub(crate) const PRINCIPAL_ACCOUNT: &str = "aws:principalaccount";

/// The same account in requests to KMS (KMS:policy-conditions).
pub(crate) const KMS_ACCOUNT: &str = "kms:calleraccount";

/// An account, a service and a provider that examples have; where the policies name them, others that they do not name.
const ACCOUNTS: [&str; 3] = ["444455556666", "777788889999", "123456789012"];
const SERVICE: &str = "example.amazonaws.com";
const PROVIDER: &str = "example.com";
const NAME: &str = "example";
const SERVICE_MARK: &str = "Service:";

/// Steps of a search that take as long as to hold a name against a caller, for all that is asked about it. Measured.
const NAMING: usize = 1;

/// Callers that lie in the same sets.
#[derive(Clone, Debug)]
pub(crate) struct CallerClass {
    /// One of them.
    pub caller: Caller,
    /// Its name among the principals, and in reports.
    pub text: String,
    /// The values of `aws:PrincipalArn`, as patterns. None: they have no such key.
    pub arns: Vec<String>,
    /// Patterns of values that callers of other classes have.
    pub other_arns: Vec<String>,
    /// The account; `None`: any but those that other classes are of.
    pub account: Option<String>,
    /// Whether the caller is one that the policies do not name.
    pub is_example: bool,
}

/// All classes of callers.
#[derive(Clone, Debug, Default)]
pub(crate) struct CallerClasses {
    pub list: Vec<CallerClass>,
    /// The accounts that some classes are of.
    pub accounts: Vec<String>,
    /// The names that the classes follow from.
    pub names: Vec<Named>,
}

impl CallerClasses {
    /// The classes that some statements distinguish; none if no statement has a principal.
    pub(crate) fn new<'a>(
        statements: impl Iterator<Item = &'a Statement> + Clone,
    ) -> CallerClasses {
        let mut names: Vec<&Named> = Vec::new();
        let elements = statements.clone().filter_map(|statement| statement.principal.as_ref());
        for pattern in elements.clone().flat_map(|element| &element.patterns) {
            if !names.contains(&&pattern.named) {
                names.push(&pattern.named);
            }
        }
        if elements.count() == 0 {
            return CallerClasses::default();
        }
        CallerClasses::of_names(names, statements)
    }

    /// The classes that some statements and these names distinguish, whether or not a statement has a principal.
    pub(crate) fn naming<'a>(
        statements: impl Iterator<Item = &'a Statement> + Clone,
        more: &'a [Named],
    ) -> CallerClasses {
        let elements = statements.clone().filter_map(|statement| statement.principal.as_ref());
        let patterns = elements.flat_map(|element| &element.patterns);
        let mut names: Vec<&Named> = Vec::new();
        for named in patterns.map(|pattern| &pattern.named).chain(more) {
            if !names.contains(&named) {
                names.push(named);
            }
        }
        CallerClasses::of_names(names, statements)
    }

    fn of_names<'a>(
        names: Vec<&'a Named>,
        statements: impl Iterator<Item = &'a Statement>,
    ) -> CallerClasses {
        let mut builder = Builder::new(names);
        builder.accounts.extend(statements.flat_map(accounts_in_keys));
        builder.build()
    }

    /// What it costs to find the classes, in steps of a search.
    pub(crate) fn cost(&self) -> usize {
        self.list.len() * self.names.len() * NAMING
    }

    /// Whether principals are asked about at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The class of a name among the principals.
    pub(crate) fn find(&self, text: &str) -> Option<&CallerClass> {
        self.list.iter().find(|class| class.text == text)
    }

    /// Whether a caller is of one of the classes; any is where there are none.
    pub(crate) fn hold(&self, caller: &Caller) -> bool {
        self.is_empty() || self.list.iter().any(|class| self.holds(class, caller))
    }

    /// Some of the classes.
    pub(crate) fn only(&self, is_wanted: impl Fn(&CallerClass) -> bool) -> CallerClasses {
        let mut part = self.clone();
        part.list.retain(is_wanted);
        part
    }

    /// Whether a caller is of the class.
    pub(crate) fn holds(&self, class: &CallerClass, caller: &Caller) -> bool {
        let is_named = |caller, named| naming(named, caller).is_some();
        let is_of_account = match (&class.account, caller.account()) {
            (Some(own), account) => account == Some(own),
            (None, Some(account)) => self.accounts.iter().all(|known| known != account),
            (None, None) => true,
        };
        is_of_account
            && caller.kind() == class.caller.kind()
            && self.names.iter().all(|own| is_named(caller, own) == is_named(&class.caller, own))
    }

    /// The caller of a class that these keys are of, by its name; `class` is the name of the class.
    pub(crate) fn settled(&self, class: &str, context: &Context) -> Option<String> {
        let class = self.find(class)?;
        let value = |key| match context.get(key) {
            Some(ContextValue::One(text)) => Some(text.as_str()),
            _ => None,
        };
        let by_keys = class.of_arn(value(PRINCIPAL_ARN)).or_else(|| {
            let account = value(PRINCIPAL_ACCOUNT).or(value(KMS_ACCOUNT));
            let account = account.filter(|_| class.account.is_none());
            let (name, of_account) = (value(USER_NAME), account.map(|own| class.of_account(own)));
            let own = of_account.unwrap_or_else(|| name.map(|_| class.caller.clone()))?;
            Some(name.and_then(|name| renamed(&own, name)).unwrap_or(own))
        });
        let of_class = |caller: &Caller| class.is_example && self.holds(class, caller);
        by_keys.filter(of_class).map(|caller| name_of(&caller))
    }
}

impl CallerClass {
    fn of_arn(&self, arn: Option<&str>) -> Option<Caller> {
        let arn = arn?;
        match &self.caller {
            Caller::RoleSession { arn: session, .. } => {
                let name = session.resource().rsplit('/').next()?;
                Caller::parse(&session_of(arn, name)?, Some(arn)).ok()
            }
            Caller::FederatedSession { issuer, .. } => {
                let issuer = issuer.as_ref()?.principal_arn()?;
                let issuer = with_account(&issuer, account_of_arn(arn)?);
                Caller::parse(arn, Some(&issuer)).ok()
            }
            _ => Caller::parse(arn, None).ok(),
        }
    }

    fn of_account(&self, account: &str) -> Option<Caller> {
        account.parse::<AccountId>().ok()?;
        let renamed = |text: &str| with_account(text, account);
        match &self.caller {
            Caller::Root { .. } => Caller::parse(account, None).ok(),
            Caller::User { arn } => Caller::parse(&renamed(arn.as_str()), None).ok(),
            Caller::RoleSession { arn, role } => {
                let role = role.as_ref().map(|role| renamed(role.as_str()));
                Caller::parse(&renamed(arn.as_str()), role.as_deref()).ok()
            }
            Caller::FederatedSession { arn, issuer } => {
                let issuer = issuer.as_ref()?.principal_arn().map(|issuer| renamed(&issuer));
                Caller::parse(&renamed(arn.as_str()), issuer.as_deref()).ok()
            }
            _ => None,
        }
    }
}

/// A caller's name in reports: its ARN, its name, `*`; a session with whom it is of, where its own ARN does not say it.
pub(crate) fn name_of(caller: &Caller) -> String {
    match caller {
        Caller::Root { partition, account } => format!("arn:{partition}:iam::{account}:root"),
        Caller::User { arn } => arn.as_str().to_owned(),
        Caller::WebIdentity { provider } => provider.as_str().to_owned(),
        Caller::FederatedSession { arn, issuer } => {
            let issuer = issuer.as_ref().and_then(|issuer| issuer.principal_arn());
            of(arn.as_str(), issuer.as_deref())
        }
        Caller::RoleSession { arn, role } => {
            of(arn.as_str(), role.as_ref().map(|role| role.as_str()))
        }
        // A provider that every account knows has a name of the same form, and a text that is no service's name may be that of another caller.
        Caller::Service { name }
            if Provider::built_in(name).is_some()
                || Caller::parse(name, None).as_ref() != Ok(caller) =>
        {
            format!("{SERVICE_MARK}{name}")
        }
        Caller::Service { name } => name.clone(),
        Caller::Anonymous => "*".to_owned(),
    }
}

fn of(session: &str, issuer: Option<&str>) -> String {
    issuer.map_or_else(|| session.to_owned(), |issuer| format!("{session} of {issuer}"))
}

/// The caller that [`name_of`] names.
pub(crate) fn caller_of(name: &str) -> Option<Caller> {
    if let Some(service) = name.strip_prefix(SERVICE_MARK) {
        return Some(Caller::Service { name: service.to_owned() });
    }
    match name.split_once(" of ") {
        Some((session, issuer)) => Caller::parse(session, Some(issuer)).ok(),
        None => Caller::parse(name, None).ok(),
    }
}

/// The user of this name beside another one.
fn renamed(user: &Caller, name: &str) -> Option<Caller> {
    let Caller::User { arn } = user else { return None };
    let (path, _) = arn.as_str().rsplit_once('/')?;
    Caller::parse(&format!("{path}/{name}"), None).ok()
}

fn with_account(arn: &str, account: &str) -> String {
    let mut segments = arn.splitn(6, ':').collect::<Vec<_>>();
    if let Some(own) = segments.get_mut(4) {
        *own = account;
    }
    segments.join(":")
}

/// Accounts that a statement compares the keys of the principal with.
fn accounts_in_keys(statement: &Statement) -> Vec<String> {
    let mut accounts = Vec::new();
    for condition in &statement.conditions {
        let texts = condition.test.patterns().filter_map(start_of);
        match &*condition.key.node {
            PRINCIPAL_ACCOUNT | KMS_ACCOUNT => accounts.extend(texts.map(str::to_owned)),
            PRINCIPAL_ARN => accounts.extend(texts.filter_map(account_of_arn).map(str::to_owned)),
            _ => {}
        }
    }
    accounts.retain(|account| account.parse::<AccountId>().is_ok());
    accounts
}

/// The text that a pattern begins with.
fn start_of(pattern: &Pattern) -> Option<&str> {
    match pattern.parts.first()? {
        Part::Literal(text) => Some(text),
        _ => None,
    }
}

struct Builder<'a> {
    names: Vec<&'a Named>,
    /// The names of each account.
    by_account: FxHashMap<&'a str, Vec<&'a Named>>,
    accounts: BTreeSet<String>,
    found: CallerClasses,
    /// The texts of the classes that were found.
    texts: FxHashSet<String>,
    fresh: Fresh,
}

/// Names of callers that no statement has.
struct Fresh {
    user: String,
    role: String,
    federated: String,
}

impl Fresh {
    fn new(names: &[&Named]) -> Fresh {
        let ends = |arn: &str, text: &str| arn.ends_with(&format!("/{text}"));
        Fresh {
            user: fresh(
                names,
                NAME,
                |named, text| matches!(named, Named::User(arn) if ends(arn, text)),
            ),
            role: fresh(
                names,
                NAME,
                |named, text| matches!(named, Named::Role(arn) | Named::RoleSession(arn) if arn.contains(&format!("/{text}"))),
            ),
            federated: fresh(
                names,
                NAME,
                |named, text| matches!(named, Named::FederatedSession(arn) if ends(arn, text)),
            ),
        }
    }
}

/// A name that no statement has.
fn fresh(names: &[&Named], name: &str, is_name: impl Fn(&Named, &str) -> bool) -> String {
    let mut text = name.to_owned();
    while names.iter().any(|named| is_name(named, &text)) {
        text.insert(0, 'x');
    }
    text
}

impl<'a> Builder<'a> {
    fn new(names: Vec<&'a Named>) -> Builder<'a> {
        let accounts = names.iter().filter_map(|named| account_of(named)).map(str::to_owned);
        let accounts = accounts.filter(|account| account.parse::<AccountId>().is_ok()).collect();
        let mut by_account = FxHashMap::<_, Vec<_>>::default();
        for named in &names {
            if let Some(account) = account_of(named) {
                by_account.entry(account).or_default().push(*named);
            }
        }
        let fresh = Fresh::new(&names);
        let (found, texts) = (CallerClasses::default(), FxHashSet::default());
        Builder { names, by_account, accounts, found, texts, fresh }
    }

    fn build(mut self) -> CallerClasses {
        for named in self.names.clone() {
            self.add_named(named);
        }
        for account in self.accounts.clone() {
            self.add_account(&account, Some(account.clone()));
        }
        let strange = ACCOUNTS.iter().find(|account| !self.accounts.contains(**account));
        if let Some(account) = strange {
            self.add_account(account, None);
        }
        let service = fresh(
            &self.names,
            SERVICE,
            |named, text| matches!(named, Named::Service(own) if own == text),
        );
        self.add(Caller::Service { name: service }, Vec::new(), None, true);
        self.add_parsed(
            &format!("arn:aws:iam::{}:oidc-provider/{PROVIDER}", ACCOUNTS[0]),
            None,
            Vec::new(),
            None,
            true,
        );
        self.add(Caller::Anonymous, Vec::new(), None, true);
        self.found.accounts = self.accounts.into_iter().collect();
        self.found.names = self.names.into_iter().cloned().collect();
        self.found
    }

    /// The callers of a name, apart from those that an account has in any case.
    fn add_named(&mut self, named: &Named) {
        if let Some(caller) = caller_named(named) {
            let arns = caller.principal_arn().into_iter().collect();
            let account = caller.account().map(str::to_owned);
            self.add(caller, arns, account, matches!(named, Named::Role(_)));
        }
        match named {
            Named::User(arn) => self.add_federated(arn),
            Named::RoleSession(session) => self.add_sessions(session),
            Named::FederatedSession(session) => self.add_issuers(session),
            Named::Federated(provider) => {
                self.add_parsed(provider, None, Vec::new(), None, false);
            }
            _ => {}
        }
    }

    /// Federated sessions of a user, by a name that no statement has.
    fn add_federated(&mut self, user: &str) {
        let Some((before, account)) = partition_and_account(user) else { return };
        let start = format!("arn:{before}:sts::{account}:federated-user/");
        let arn = format!("{start}{}", self.fresh.federated);
        self.add_parsed(
            &arn,
            Some(user),
            vec![format!("{start}*")],
            Some(account.to_owned()),
            true,
        );
    }

    /// The sessions of that ARN. The names of roles are unique in an account (IAM:reference_iam-quotas, "Names"), and whom a
    /// policy names must exist, so a role of the name that is named with its path is the one; else its path is open.
    fn add_sessions(&mut self, session: &str) {
        let Some((partition, account)) = partition_and_account(session) else { return };
        let Some(name) = session.split('/').nth(1) else { return };
        let roles = self.names.iter().filter_map(|named| match named {
            Named::Role(role) => Some(role.clone()),
            _ => None,
        });
        let is_of_name = |role: &String| {
            account_of_arn(role) == Some(account) && role.rsplit('/').next() == Some(name)
        };
        let mut roles = roles.filter(is_of_name).collect::<Vec<_>>();
        let mut any_path = None;
        if roles.is_empty() {
            roles.push(format!("arn:{partition}:iam::{account}:role/{name}"));
            // A path is `/`, or has a character between two slashes (IAM:reference_identifiers).
            any_path = Some(format!("arn:{partition}:iam::{account}:role/?*/{name}"));
        }
        for role in roles {
            let arns = [role.clone()].into_iter().chain(any_path.clone()).collect();
            self.add_parsed(session, Some(&role), arns, Some(account.to_owned()), true);
        }
    }

    /// The federated sessions of that ARN: made by each user that is named, by another or by the root user.
    fn add_issuers(&mut self, session: &str) {
        let Some((partition, account)) = partition_and_account(session) else { return };
        let users = self.names.iter().filter_map(|named| match named {
            Named::User(user) if account_of_arn(user) == Some(account) => Some(user.clone()),
            _ => None,
        });
        let other = format!("arn:{partition}:iam::{account}:user/{}", self.fresh.user);
        let root = format!("arn:{partition}:iam::{account}:root");
        for issuer in users.chain([other, root]).collect::<Vec<_>>() {
            self.add_parsed(
                session,
                Some(&issuer),
                vec![session.to_owned()],
                Some(account.to_owned()),
                false,
            );
        }
    }

    /// The callers of an account that no statement names otherwise.
    fn add_account(&mut self, account: &str, own: Option<String>) {
        let in_arns = own.as_deref().unwrap_or("*");
        let root = Caller::parse(account, None).ok();
        let roots = vec![format!("arn:*:iam::{in_arns}:root")];
        root.into_iter().for_each(|root| self.add(root, roots.clone(), own.clone(), true));
        let user = format!("arn:aws:iam::{account}:user/{}", self.fresh.user);
        self.add_parsed(
            &user,
            None,
            vec![format!("arn:*:iam::{in_arns}:user/*")],
            own.clone(),
            true,
        );
        let role = format!("arn:aws:iam::{account}:role/{}", self.fresh.role);
        if let Some(session) = session_of(&role, NAME) {
            let arns = vec![format!("arn:*:iam::{in_arns}:role/*")];
            self.add_parsed(&session, Some(&role), arns, own.clone(), true);
        }
        let federated = format!("arn:aws:sts::{account}:federated-user/{}", self.fresh.federated);
        let arns = vec![format!("arn:*:sts::{in_arns}:federated-user/*")];
        self.add_parsed(&federated, Some(&user), arns.clone(), own.clone(), true);
        self.add_parsed(&federated, Some(&format!("arn:aws:iam::{account}:root")), arns, own, true);
    }

    fn add_parsed(
        &mut self,
        arn: &str,
        issuer: Option<&str>,
        arns: Vec<String>,
        account: Option<String>,
        is_example: bool,
    ) {
        if let Ok(caller) = Caller::parse(arn, issuer) {
            self.add(caller, arns, account, is_example);
        }
    }

    fn add(
        &mut self,
        caller: Caller,
        arns: Vec<String>,
        account: Option<String>,
        is_example: bool,
    ) {
        let text = name_of(&caller);
        if !self.texts.insert(text.clone()) {
            return;
        }
        let of_others = || self.arns_of_others(&caller, account.as_deref());
        let other_arns = if is_example { of_others() } else { Vec::new() };
        self.found.list.push(CallerClass { caller, text, arns, other_arns, account, is_example });
    }

    /// ARNs of callers that are named, where the caller stands for those of its kind that are not; where it stands for callers of one
    /// account, those of that account.
    fn arns_of_others(&self, caller: &Caller, account: Option<&str>) -> Vec<String> {
        let of_account = |own| self.by_account.get(own).map_or(&[][..], Vec::as_slice);
        let names = account.map_or(self.names.as_slice(), of_account);
        let arns = names.iter().filter_map(|named| match (*named, caller) {
            (Named::User(arn), Caller::User { .. })
            | (Named::FederatedSession(arn), Caller::FederatedSession { .. })
            | (Named::Role(arn), Caller::RoleSession { .. })
                if naming(named, caller).is_none() =>
            {
                Some(arn.clone())
            }
            _ => None,
        });
        arns.collect()
    }
}

fn session_of(role: &str, name: &str) -> Option<String> {
    let (before, path) = role.split_once(":role/")?;
    let role = path.rsplit('/').next()?;
    Some(format!("{}:assumed-role/{role}/{name}", before.replacen(":iam:", ":sts:", 1)))
}

fn account_of_arn(arn: &str) -> Option<&str> {
    arn.split(':').nth(4)
}

fn partition_and_account(arn: &str) -> Option<(&str, &str)> {
    Some((arn.split(':').nth(1)?, account_of_arn(arn)?))
}

/// The caller that a name means, if it is one caller or the sessions of one role.
pub(crate) fn caller_named(named: &Named) -> Option<Caller> {
    match named {
        Named::User(arn) => Caller::parse(arn, None).ok(),
        Named::Role(arn) => Caller::parse(&session_of(arn, NAME)?, Some(arn)).ok(),
        Named::Service(name) => Some(Caller::Service { name: name.clone() }),
        _ => None,
    }
}

/// The account that a name is of.
pub(crate) fn account_of(named: &Named) -> Option<&str> {
    match named {
        Named::Account(account) => Some(account),
        Named::User(arn)
        | Named::Role(arn)
        | Named::RoleSession(arn)
        | Named::FederatedSession(arn)
        | Named::Federated(arn) => account_of_arn(arn),
        _ => None,
    }
}
