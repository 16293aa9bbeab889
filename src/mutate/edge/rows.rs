//! The rows: for each word of each statement the requests at its edge, decided one by one.

use super::Side;
use super::base::{Base, Statement, Who, example_action, fits, matches};
use super::values::near;
use crate::aws;
use crate::aws::is_account_number;
use crate::model::PolicyKind;
use crate::mutate::document::Original;
use crate::mutate::word::{Role, Word, words};
use crate::simulate::Simulator;
use crate::source::{FileName, Sources, Span};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A request at the edge of some words.
#[derive(Clone, PartialEq, Debug)]
pub struct Edge {
    /// The document, by its number.
    pub document: usize,
    /// The words.
    pub at: Span,
    /// The words as text.
    pub words: String,
    /// The statement, by its number.
    pub statement: usize,
    /// Its side of the edge.
    pub side: Side,
    /// What it is there.
    pub note: &'static str,
    /// The request, as a line of `simulate --batch`.
    pub line: Value,
    /// The decision.
    pub decision: String,
    /// The statements that decide, or the layers that do not allow.
    pub by: String,
}

/// All requests at the edges of some documents.
#[derive(Clone, PartialEq, Debug)]
pub struct Edges {
    /// The policies, as a line of `simulate --batch` that defines them.
    pub define: Value,
    /// The requests, in the order of the words.
    pub rows: Vec<Edge>,
    /// How many requests were left out because `simulate` refuses them: most often their keys contradict their caller.
    pub impossible: usize,
    /// Why the first of them was refused.
    pub refusal: Option<String>,
}

/// The documents, and for whom they are.
#[derive(Debug)]
pub struct Policies<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// The documents.
    pub originals: &'a [Original],
    /// Whether all of them apply to the requests of their user or role; else each is by itself.
    pub together: bool,
    /// The ARN of the user or role whom they are for.
    pub customer: String,
    /// The account that owns the resources.
    pub account: String,
    /// The KMS key, if it is known.
    pub key: Option<String>,
}

/// An Allow of everything, for callers whose own policies are not known.
fn everything() -> Value {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})
}

/// The requests at the edges of all words.
///
/// # Errors
/// A document that `simulate --batch` cannot take.
pub fn edges(policies: &Policies<'_>) -> Result<Edges, String> {
    let mut asked = Asked::new(policies)?;
    for (number, original) in policies.originals.iter().enumerate() {
        asked.document(number, original);
    }
    let Asked { define, rows, impossible, refusal, .. } = asked;
    Ok(Edges { define, rows, impossible, refusal })
}

struct Asked<'a> {
    policies: &'a Policies<'a>,
    own: Who,
    define: Value,
    simulator: Simulator,
    rows: Vec<Edge>,
    impossible: usize,
    refusal: Option<String>,
}

impl<'a> Asked<'a> {
    fn new(policies: &'a Policies<'a>) -> Result<Asked<'a>, String> {
        let mut defined = Map::new();
        for (number, original) in policies.originals.iter().enumerate() {
            let text = policies.sources.text(original.document.policy.span);
            let policy = serde_json::from_str(text)
                .map_err(|error| format!("{}: {error}", original.file))?;
            defined.insert(name(number, &original.file), policy);
        }
        defined.insert("everything".to_owned(), everything());
        let define = json!({ "define": defined });
        let mut simulator = Simulator::new();
        if let Some(answer) = simulator.answer(define.to_string()) {
            return Err(format!("`simulate --batch` does not take the policies: {answer}"));
        }
        let plain = Who { principal: policies.customer.clone(), issuer: None };
        let own = Who::named(&policies.customer, &plain).unwrap_or(plain);
        let rows = Vec::new();
        Ok(Asked { policies, own, define, simulator, rows, impossible: 0, refusal: None })
    }

    fn document(&mut self, number: usize, original: &Original) {
        let all = words(&original.document.policy);
        let count = all.iter().filter_map(|word| word.statement).max().map_or(0, |last| last + 1);
        for statement in 0..count {
            let own = all.iter().filter(|word| word.statement == Some(statement)).copied();
            let resource = match original.kind {
                PolicyKind::KmsKey => self.policies.key.as_deref(),
                PolicyKind::Trust => Some(self.policies.customer.as_str()),
                _ => None,
            };
            let scene = Statement {
                words: own.collect(),
                own: self.own_of(original.kind),
                account: &self.policies.account,
                resource,
            };
            Edged { asked: self, scene: &scene, at: (number, original.kind) }.all();
        }
    }
}

impl Asked<'_> {
    /// Who asks for documents of a kind: a user has no session policies, but its federated sessions have (STS:GetFederationToken).
    fn own_of(&self, kind: PolicyKind) -> Who {
        let user = self.own.principal.split_once(":user/").filter(|_| kind == PolicyKind::Session);
        let Some((start, path)) = user else { return self.own.clone() };
        let name = path.rsplit('/').next().unwrap_or_default();
        let principal = format!("{}:federated-user/{name}", start.replacen(":iam:", ":sts:", 1));
        Who { principal, issuer: Some(self.own.principal.clone()) }
    }
}

/// One statement whose words are gone through.
struct Edged<'a, 'b> {
    asked: &'b mut Asked<'a>,
    scene: &'b Statement<'b>,
    at: (usize, PolicyKind),
}

impl Edged<'_, '_> {
    fn all(&mut self) {
        let base = self.scene.base();
        for word in &self.scene.words {
            match word.role {
                Role::Principal => self.principal(word, &base),
                Role::Action => self.action(word, &base),
                Role::Resource => self.resource(word, &base),
                Role::Key => self.absent(word, &base),
                Role::Value => self.value(word, &base),
                _ => {}
            }
        }
    }

    fn principal(&mut self, word: &Word<'_>, base: &Base) {
        let Some(named) = Who::named(word.text, &self.scene.own) else { return };
        self.row(word, Side::Inside, "the principal", &Base { who: named, ..base.clone() });
        let other = match word.text.rsplit_once('/') {
            Some((start, name)) => format!("{start}/{name}x"),
            None => format!("arn:aws:iam::{}:user/example", "444455556666"),
        };
        if let Some(who) = Who::named(&other, &self.scene.own) {
            self.row(
                word,
                Side::Outside,
                "another of a similar name",
                &Base { who, ..base.clone() },
            );
        }
    }

    fn action(&mut self, word: &Word<'_>, base: &Base) {
        let with = |action: String| {
            let resource = self.scene.resource_for(&action, base);
            let resource = if fits(&action, &resource) { resource } else { base.resource.clone() };
            Base { action, resource, ..base.clone() }
        };
        let inside = example_action(word.text).map(with);
        let outside = self.neighbour(word.text).map(with);
        if let Some(inside) = inside {
            self.row(word, Side::Inside, "an action that fits", &inside);
        }
        if let Some(outside) = outside {
            self.row(
                word,
                Side::Outside,
                "a similar action that no word of the list fits",
                &outside,
            );
        }
    }

    /// The action of AWS whose name has the longest start in common, and that no word of the list fits.
    fn neighbour(&self, pattern: &str) -> Option<String> {
        let (service, name) = pattern.split_once(':')?;
        let list = self.scene.of(Role::Action).map(|word| word.text).collect::<Vec<_>>();
        let known = aws::service(service)?.actions().iter();
        let others = known.map(|action| (action, format!("{service}:{}", action.name())));
        let others = others.filter(|(_, text)| !list.iter().any(|word| matches(word, text)));
        let common = |other: &str| {
            let pairs = name.chars().zip(other.chars());
            pairs.take_while(|(one, other)| one.eq_ignore_ascii_case(other)).count()
        };
        let nearest = others.rev().max_by_key(|(action, _)| common(action.name()));
        nearest.map(|(_, text)| text)
    }

    fn resource(&mut self, word: &Word<'_>, base: &Base) {
        if word.text == "*" {
            return;
        }
        let texts = near(word, &|text| self.scene.filled(text, base));
        for (side, note, resource) in texts {
            let own = self.scene.actions().into_iter().find(|action| fits(action, &resource));
            let action = own.unwrap_or_else(|| base.action.clone());
            self.row(word, side, note, &Base { action, resource, ..base.clone() });
        }
    }

    /// The key is absent.
    fn absent(&mut self, word: &Word<'_>, base: &Base) {
        let mut without = base.clone();
        without.context.retain(|key, _| !key.eq_ignore_ascii_case(word.text));
        if without.context.len() < base.context.len() {
            self.row(word, Side::Absent, "without the key", &without);
        }
    }

    fn value(&mut self, word: &Word<'_>, base: &Base) {
        let Some(condition) = word.condition else { return };
        let is_list = condition.operator.contains(':');
        for (side, note, value) in near(word, &|text| self.scene.filled(text, base)) {
            let mut with = base.clone();
            self.scene.set(&mut with, condition.key, &value, is_list);
            self.row(word, side, note, &with);
        }
    }

    fn row(&mut self, word: &Word<'_>, side: Side, note: &'static str, base: &Base) {
        let mut line = self.line(base, word.is_deny);
        let text = format!("{} {} {}", self.asked.rows.len() + 1, word.text, note);
        line["id"] = json!(text);
        let answer = self.asked.simulator.answer(line.to_string());
        let answer: Value =
            answer.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let Some(decision) = answer["decision"].as_str() else {
            self.asked.impossible += 1;
            if self.asked.refusal.is_none() {
                self.asked.refusal = answer["error"]["message"].as_str().map(str::to_owned);
            }
            return;
        };
        let by = by(&answer, line["identity_policies"] == json!(["@everything"]));
        line["expect"] = json!(decision);
        self.asked.rows.push(Edge {
            document: self.at.0,
            at: word.span,
            words: word.text.to_owned(),
            statement: word.statement.unwrap_or_default(),
            side,
            note,
            line,
            decision: decision.to_owned(),
            by,
        });
    }

    /// The request with the policies that apply to it.
    fn line(&self, base: &Base, is_deny: bool) -> Value {
        let policies = self.asked.policies;
        let context = base.context.iter().map(|(key, (value, is_list))| {
            let value = if *is_list { json!([value]) } else { json!(value) };
            (key.clone(), value)
        });
        let mut line = json!({
            "principal": base.who.principal,
            "action": base.action,
            "resource": base.resource,
            "context": context.collect::<Map<_, _>>(),
        });
        if let Some(issuer) = &base.who.issuer {
            line["session_issuer"] = json!(issuer);
        }
        if base.resource.starts_with("arn:") {
            // An ARN that names its account says more than the settings about the bucket.
            let of_arn =
                base.resource.split(':').nth(4).filter(|account| is_account_number(account));
            line["resource_account"] = json!(of_arn.unwrap_or(&policies.account));
        }
        let (number, kind) = self.at;
        let is_own = base.who == self.scene.own;
        let is_iam_user = base.who.principal.contains(":user/");
        let numbered = |wanted: PolicyKind| {
            let all = policies.originals.iter().enumerate();
            let own = all.filter(move |(at, original)| {
                original.kind == wanted
                    && (*at == number || policies.together && (is_own || is_of_resource(wanted)))
            });
            own.map(|(at, original)| (at, json!(format!("@{}", name(at, &original.file)))))
                .collect::<Vec<_>>()
        };
        let of = |wanted| numbered(wanted).into_iter().map(|(_, one)| one).collect::<Vec<_>>();
        let mut identity = of(PolicyKind::Identity);
        let is_same_account = base.who.account() == Some(policies.account.as_str());
        let is_user = base.who.principal.starts_with("arn:");
        // Who is not the customer may have any policies of its own; an Allow shows by itself what it gives to somebody of the account.
        let needs_own = is_deny || !is_same_account || kind != PolicyKind::Resource;
        if identity.is_empty() && is_user && needs_own && !(policies.together && is_own) {
            identity.push(json!("@everything"));
        }
        let resource = if kind.has_principal() && is_document_of_resource(kind) {
            kind
        } else {
            PolicyKind::Resource
        };
        let lists = [
            ("identity_policies", identity),
            ("session_policies", if is_iam_user { Vec::new() } else { of(PolicyKind::Session) }),
            ("vpce_policies", of(PolicyKind::Vpce)),
        ];
        for (member, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            line[member] = json!(list);
        }
        let ones =
            [("permissions_boundary", of(PolicyKind::Boundary)), ("resource_policy", of(resource))];
        for (member, list) in ones {
            if let Some(first) = list.into_iter().next() {
                line[member] = first;
            }
        }
        for (member, kind) in [("scps", PolicyKind::Scp), ("rcps", PolicyKind::Rcp)] {
            // The documents of a level count together; one whose level is not known is a level of its own.
            let mut levels = BTreeMap::<(Option<usize>, usize), Vec<Value>>::new();
            for (at, one) in numbered(kind) {
                let level = policies.originals[at].level;
                levels.entry((level, if level.is_some() { 0 } else { at })).or_default().push(one);
            }
            if !levels.is_empty() {
                line[member] = levels.into_values().map(Value::Array).collect();
            }
        }
        line
    }
}

/// Whether the policies of a kind apply whoever asks.
fn is_of_resource(kind: PolicyKind) -> bool {
    matches!(kind, PolicyKind::Resource | PolicyKind::Rcp)
}

/// Whether a document belongs to the resource that is asked for.
fn is_document_of_resource(kind: PolicyKind) -> bool {
    matches!(kind, PolicyKind::Resource | PolicyKind::KmsKey | PolicyKind::Trust)
}

/// The name under which a document is defined.
fn name(number: usize, file: &FileName) -> String {
    let file = file.rsplit(['/', '\\']).next().unwrap_or_default();
    format!("{}:{file}", number + 1)
}

/// What decides: `resource statement 1 (Sid)`, or the layers that allow nothing.
fn by(answer: &Value, has_everything: bool) -> String {
    let one = |by: &Value| {
        let layer = by["layer"].as_str().unwrap_or_default();
        if has_everything && layer == "identity" {
            return "own policies, taken to allow everything".to_owned();
        }
        let statement = by["statement"].as_u64().map(|own| format!(" statement {}", own + 1));
        let sid = by["sid"].as_str().map(|sid| format!(" ({sid})"));
        format!("{layer}{}{}", statement.unwrap_or_default(), sid.unwrap_or_default())
    };
    let all = answer["by"].as_array().into_iter().flatten().map(one).collect::<Vec<_>>();
    let why = || answer["why"].as_str().unwrap_or_default();
    match answer["decision"].as_str() {
        _ if all.is_empty() => why().to_owned(),
        Some("ImplicitlyDenied") => format!("nothing allows it in {}", all.join(", ")),
        Some("Undetermined") => format!("{}: {}{}", all.join(", "), why(), readings(answer)),
        _ => all.join(", "),
    }
}

/// The points that AWS's pages leave open, by name: ` (not-principal-allow)`.
fn readings(answer: &Value) -> String {
    let all = answer["readings"].as_array().into_iter().flatten();
    let names = all.filter_map(|reading| reading["id"].as_str()).collect::<BTreeSet<_>>();
    let names = names.into_iter().collect::<Vec<_>>().join(", ");
    if names.is_empty() { names } else { format!(" ({names})") }
}
