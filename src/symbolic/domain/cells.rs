//! A question about access, cut into cells.

use super::cell::{KeyForm, Limit};
use super::classes::{
    Class, Cutter, Variant, is_supported, makes_user_session, resource, text_atom,
};
use super::possible::{OWNERS, askers};
use super::{Cell, Question, Who, arn_atom, keys, of_account};
use crate::authz::{Caller, Context, Presence, shape};
use crate::aws::{self, ResourceType};
use crate::model::Pattern;
use crate::symbolic::boxes::Name;
use crate::symbolic::text::{Atom, Style, Symbol, Variables, forms, glob};
use std::collections::BTreeMap;

const USER_ID: &str = "aws:userid";
const SOURCE_ACCOUNT: &str = "aws:sourceaccount";
const SOURCE_ARN: &str = "aws:sourcearn";

/// The older name of the account in policies of topics (SNS:sns-access-policy-use-cases).
const SOURCE_OWNER: &str = "aws:sourceowner";

/// Cuts a question. Actions and resources that do not go together are in no cell. With `beyond` an account, requests that a service
/// makes on its behalf are left out: they name the account or a resource of it.
pub(crate) fn cells(question: &Question<'_>, beyond: Option<&str>) -> Vec<Cell> {
    let policies = question.who.policies();
    let statements = policies.iter().flat_map(|policy| &policy.statements).collect::<Vec<_>>();
    let mut keys = keys(&statements);
    keys.extend(
        beyond.iter().flat_map(|_| [SOURCE_ACCOUNT, SOURCE_ARN, SOURCE_OWNER]).map(str::to_owned),
    );
    let cutter = Cutter { question, beyond, keys, askers: askers(&policies) };
    let mut cells = Vec::new();
    for class in cutter.classes(&statements) {
        for variant in &class.variants {
            for present in cutter.presences(&class) {
                cells.extend(cutter.cell(&class, variant, &present));
            }
        }
    }
    cells
}

impl Cutter<'_> {
    /// The keys whose presence changes how layers combine, and each way they can be.
    fn presences(&self, class: &Class) -> Vec<Vec<(&'static str, bool)>> {
        let Who::Caller(_, layers) = &self.question.who else { return vec![Vec::new()] };
        let endpoint = (!layers.vpce.is_absent()).then_some("aws:sourcevpce");
        let temporary = class
            .names
            .iter()
            .any(|name| makes_user_session(name))
            .then_some(["aws:tokenissuetime", "aws:multifactorauthpresent"]);
        let keys = endpoint.into_iter().chain(temporary.into_iter().flatten());
        let open = keys.filter(|key| self.question.context.iter().all(|(own, _)| own != key));
        let both = |terms: Vec<Vec<(&'static str, bool)>>, key| {
            terms
                .into_iter()
                .flat_map(|term| {
                    [true, false].map(|there| term.iter().copied().chain([(key, there)]).collect())
                })
                .collect()
        };
        open.fold(vec![Vec::new()], both)
    }

    fn cell(
        &self,
        class: &Class,
        variant: &Variant,
        present: &[(&'static str, bool)],
    ) -> Option<Cell> {
        let question = self.question;
        let mut context = Context::new();
        for (key, value) in &question.context {
            value.iter().for_each(|value| context.set(key, value.clone()));
        }
        let given = context.clone();
        // Some value, to have the key there.
        let (there, absent): (Vec<_>, Vec<_>) = present.iter().partition(|(_, there)| *there);
        there.iter().for_each(|(key, _)| context.set_one(key, "true"));
        let template = self.request(class.names.first()?, &variant.resource, context)?;
        let is_open = |key: &str| there.iter().any(|(own, _)| *own == key);
        // The account in the ARN counts, which is open.
        let is_open_owner = |key: &str| {
            OWNERS.contains(&key)
                && !variant.is_own
                && question.account.is_none()
                && class.kind.is_some_and(|kind| kind.arn().split(':').nth(4) != Some(""))
        };
        let is_caller = matches!(question.who, Who::Caller(..));
        let follows = |key: &str| {
            template
                .context
                .get(key)
                .filter(|_| !is_open(key) && !is_open_owner(key))
                .filter(|_| is_caller || given.get(key).is_some())
                .cloned()
        };
        let mut pinned = question.context.iter().cloned().collect::<BTreeMap<_, _>>();
        pinned.extend(absent.iter().map(|(key, _)| ((*key).to_owned(), None)));
        let mut there = there.iter().map(|(key, _)| (*key).to_owned()).collect::<Vec<_>>();
        let action = class.action.map(|_| template.action.as_str());
        for key in &self.keys {
            if pinned.contains_key(key) || there.contains(key) {
                continue;
            }
            let unsupported =
                class.action.is_some_and(|action| !is_supported(action, class.kind, key));
            match (follows(key), self.presence(key, action)) {
                (Some(value), _) => drop(pinned.insert(key.clone(), Some(value))),
                (None, _) if unsupported => drop(pinned.insert(key.clone(), None)),
                (None, Presence::Never) => drop(pinned.insert(key.clone(), None)),
                (None, Presence::Always) => there.push(key.clone()),
                (None, Presence::Perhaps) => {}
            }
        }
        let mut keys = there.into_iter().map(|key| (key, KeyForm::Present)).collect::<Vec<_>>();
        if self.keys.contains(USER_ID) && !pinned.contains_key(USER_ID) {
            keys.extend(session_id(&template.caller));
        }
        keys.extend(self.beyond.into_iter().flat_map(not_on_behalf_of));
        let limits = self.limits(class)?.into_iter().chain(variant.limits.iter().cloned());
        Some(Cell {
            actions: class.names.clone(),
            resource_type: class.resource_type(),
            kind: class.kind,
            is_unknown: class.action.is_none(),
            limits: limits.collect(),
            keys,
            template,
            pinned,
            account: question.account.clone(),
            askers: self.askers.clone(),
            asked: self.asked(class),
        })
    }

    /// What actions and resources must fit; `None` if nothing does.
    fn limits(&self, class: &Class) -> Option<Vec<Limit>> {
        let question = self.question;
        let limit = |name, atoms, not| Limit { name, atoms, not };
        let literal = || Atom::Literal("*".into());
        let is_all = question.resources.iter().any(|text| text == "*");
        let resources = match (class.action, class.kind) {
            // Such an action has no resource, which only `*` asks about.
            (Some(_), None) if is_all => vec![literal()],
            (Some(_), None) => return None,
            // A request of an action that the data lacks is for one ARN or for none.
            (None, _) => {
                let all = is_all.then(|| [literal(), arn_atom("arn:?*:?*:*:*:?*")]);
                let others = question.resources.iter().filter(|text| *text != "*");
                all.into_iter().flatten().chain(others.map(|text| arn_atom(text))).collect()
            }
            (Some(_), Some(_)) => question.resources.iter().map(|text| resource(text)).collect(),
        };
        let actions = self.asked(class).0;
        let actions =
            actions.iter().map(|name| Atom::read(name, Style::Text, &Variables::default()));
        let mut limits = vec![
            limit(Name::Action, actions.collect(), false),
            limit(Name::Resource, resources, false),
        ];
        if class.action.is_none() {
            // An action has a service and a name.
            limits.push(limit(Name::Action, vec![text_atom("?*:?*")], false));
            if class.names.iter().any(|name| name.contains(['*', '?'])) {
                let known =
                    aws::services().map(|service| text_atom(&format!("{}:*", service.prefix())));
                limits.push(limit(Name::Action, known.collect(), true));
            }
        }
        // A known caller reaches nothing outside of its partition (`authz::ruled_out`), so nothing there is asked.
        if let Who::Caller(caller, _) = &question.who
            && let Some(partition) = caller.partition()
        {
            let own = vec![literal(), arn_atom(&format!("arn:{partition}:*:*:*:*"))];
            limits.push(limit(Name::Resource, own, false));
        }
        // Resources whose ARN has an account are of the account that is asked about.
        if let Some(account) = &question.account {
            let mut owned = vec![literal(), of_account(account)];
            let names_account = |kind: &ResourceType| {
                kind.arns().all(|arn| arn.text().split(':').nth(4) != Some(""))
            };
            if !class.kind.is_some_and(names_account) {
                owned.push(of_account(""));
            }
            limits.push(limit(Name::Resource, owned, false));
        }
        Some(limits)
    }

    fn asked(&self, class: &Class) -> (Vec<Pattern>, Vec<Pattern>) {
        let names = class.names.iter().take(if class.action.is_some() { 1 } else { usize::MAX });
        let resources = self.question.resources.iter().filter(|text| *text != "*");
        let actions = names.map(|name| glob(&name.to_ascii_lowercase(), false));
        (actions.collect(), resources.map(|text| glob(text, true)).collect())
    }
}

/// The unique id of a role session: AWS makes up what comes before its name.
fn session_id(caller: &Caller) -> Option<(String, KeyForm)> {
    let Caller::RoleSession { arn, .. } = caller else { return None };
    let name = arn.resource().rsplit('/').next()?;
    let form = forms::of_shape(shape(USER_ID, Some(caller.kind()))?, &["aws"]).pop()?;
    let mut symbols = Vec::new();
    form.append_symbols(&mut symbols);
    // A role stands for its sessions of any name.
    if name != "*" {
        let id = symbols.iter().rposition(|symbol| *symbol == Symbol::Char(':'))?;
        symbols.truncate(id + 1);
        symbols.extend(name.chars().map(Symbol::Char));
    }
    Some((USER_ID.to_owned(), KeyForm::Like(Atom::of_form(&symbols))))
}

/// A service that acts for an account says so with the account or a resource of it.
fn not_on_behalf_of(account: &str) -> [(String, KeyForm); 3] {
    let of_account = glob(&format!("arn:*:*:*:{account}:*"), true);
    let of_account = Atom::read_arn(&of_account, &Variables::default());
    [
        (SOURCE_ACCOUNT.to_owned(), KeyForm::Unlike(Atom::Literal(account.into()))),
        (SOURCE_ARN.to_owned(), KeyForm::Unlike(of_account)),
        (SOURCE_OWNER.to_owned(), KeyForm::Unlike(Atom::Literal(account.into()))),
    ]
}
