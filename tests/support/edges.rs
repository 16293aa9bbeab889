//! Random policies whose names contain each other, whose variables stand beside literals on the same key, and requests
//! from the edges of their texts. No code of `symbolic` takes part.

use ica_policy::authz::{
    Caller, Context, ContextValue, Presence, Request, may_have_key, presence_for, request_key,
    shape,
};
use ica_policy::aws::{self, ValueType};
use ica_policy::model::Policy;
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub const OWNER: &str = "111122223333";

/// Numbers that are the same in every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5DEE_CE66_D1CE_4E5B)
    }

    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    pub fn is_one_in(&mut self, many: usize) -> bool {
        self.below(many) == 0
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }

    fn some(&mut self, list: &[&str]) -> Value {
        let one = *self.pick(list);
        if self.is_one_in(3) { json!([one, *self.pick(list)]) } else { json!(one) }
    }
}

const ACTIONS: &[&str] = &[
    "s3:GetObject",
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:ListBucket",
    "s3:Get*",
    "s3:*Object",
    "s3:*",
    "*",
];
const PLAIN: &[&str] = &[
    "*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b*",
    "arn:aws:s3:::b/home/*",
    "arn:aws:s3:::b/ana/*",
    "arn:aws:s3:::b/x/*",
    "arn:aws:s3:::b/ica//",
    "arn:aws:s3:::b/ica/??*",
    "arn:aws:s3:::b/ica/*/",
];
const FILLED: &[&str] = &[
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:::b/home/${aws:username}/*",
    "arn:aws:s3:::b/home/${aws:username}*",
    "arn:aws:s3:::b/h${aws:PrincipalTag/t}/*",
    "arn:aws:s3:::b/${aws:PrincipalTag/t}/*",
    "arn:aws:s3:::b/${aws:PrincipalTag/t, 'x'}/*",
    "arn:aws:s3:::b/${aws:PrincipalTag/t}-${aws:username}/*",
    "arn:aws:s3:::${aws:PrincipalTag/t}/*",
    "arn:aws:s3:::b/*/${aws:username}",
];
const PRINCIPALS: &[&str] = &[
    "*",
    "111122223333",
    "444455556666",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::111122223333:user/ana",
    "arn:aws:iam::111122223333:user/team/bob",
    "arn:aws:iam::111122223333:role/job",
    "arn:aws:iam::444455556666:role/x/reader",
    "arn:aws:sts::111122223333:assumed-role/job/s1",
    "arn:aws:sts::111122223333:federated-user/guest",
];
const COMPARISONS: &[&str] = &[
    "StringEquals",
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringNotLike",
    "StringEqualsIfExists",
    "StringEqualsIgnoreCase",
];

/// What a `*` stands for.
const RUNS: &[&str] = &["", "k", "a/b", "/", "ana", "x"];

/// Callers with whoever made their session.
const CALLERS: &[(&str, Option<&str>)] = &[
    ("arn:aws:iam::111122223333:user/ana", None),
    ("arn:aws:iam::111122223333:user/team/bob", None),
    ("arn:aws:iam::444455556666:user/ana", None),
    ("arn:aws:sts::111122223333:assumed-role/job/s1", Some("arn:aws:iam::111122223333:role/job")),
    ("arn:aws:sts::111122223333:assumed-role/job/ana", Some("arn:aws:iam::111122223333:role/job")),
    (
        "arn:aws:sts::444455556666:assumed-role/reader/s1",
        Some("arn:aws:iam::444455556666:role/x/reader"),
    ),
    ("arn:aws:sts::111122223333:federated-user/guest", Some("arn:aws:iam::111122223333:user/ana")),
    ("arn:aws:sts::111122223333:federated-user/x", Some("arn:aws:iam::111122223333:user/team/bob")),
    ("111122223333", None),
    ("444455556666", None),
    ("777788889999", None),
    ("arn:aws:iam::777788889999:user/x", None),
    ("*", None),
];

/// One caller; `is_identity`: one that can have policies of its own.
pub fn caller(dice: &mut Dice, is_identity: bool) -> Caller {
    let many = if is_identity { 8 } else { CALLERS.len() };
    let (name, issuer) = CALLERS[dice.below(many)];
    Caller::parse(name, issuer).unwrap()
}

fn condition(dice: &mut Dice, has_variables: bool) -> (String, Value) {
    let filled = |plain: &[&'static str], more: &[&'static str]| {
        let mut all = plain.to_vec();
        all.extend(more.iter().filter(|_| has_variables));
        all
    };
    let (key, values) = match dice.below(12) {
        0 | 1 => ("aws:username", filled(&["ana", "bob", "a*", "x"], &["${aws:PrincipalTag/t}"])),
        2 | 3 => ("aws:PrincipalTag/t", filled(&["x", "ana", "h*", "", "b"], &["${aws:username}"])),
        4 => (
            "s3:prefix",
            filled(&["", "ica/", "home/*"], &["home/${aws:username}/*", "${aws:PrincipalTag/t}"]),
        ),
        5 => (
            "aws:PrincipalAccount",
            filled(
                &["111122223333", "444455556666"],
                &["${aws:ResourceAccount}", "${aws:PrincipalTag/t}"],
            ),
        ),
        6 => ("aws:PrincipalType", vec!["User", "AssumedRole", "Account"]),
        7 => ("s3:ExistingObjectTag/k", filled(&["x", "ana"], &["${aws:PrincipalTag/t}"])),
        8 => {
            let arns = filled(
                &[
                    "arn:aws:iam::111122223333:user/ana",
                    "arn:aws:iam::*:user/*",
                    "arn:aws:iam::111122223333:role/*",
                    "arn:aws:sts::*:federated-user/*",
                    "arn:*:iam::444455556666:*",
                ],
                &["arn:aws:iam::111122223333:user/${aws:PrincipalTag/t}"],
            );
            let operator = *dice.pick(&["ArnLike", "ArnNotLike", "ArnEquals", "StringLike"]);
            return (operator.to_owned(), json!({"aws:PrincipalArn": dice.some(&arns)}));
        }
        9 => {
            let key = *dice.pick(&["aws:username", "aws:PrincipalTag/t", "aws:PrincipalAccount"]);
            return ("Null".to_owned(), json!({key: *dice.pick(&["true", "false"])}));
        }
        10 => {
            return (
                "Bool".to_owned(),
                json!({"aws:SecureTransport": dice.some(&["true", "false"])}),
            );
        }
        _ => {
            let nets = dice.some(&["203.0.113.0/24", "203.0.113.7/32", "0.0.0.0/0"]);
            return (
                (*dice.pick(&["IpAddress", "NotIpAddress"])).to_owned(),
                json!({"aws:SourceIp": nets}),
            );
        }
    };
    ((*dice.pick(COMPARISONS)).to_owned(), json!({key: dice.some(&values)}))
}

/// What a policy is made for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Made {
    pub has_principals: bool,
    pub has_variables: bool,
}

fn statement(dice: &mut Dice, made: Made) -> Value {
    let effect = if dice.is_one_in(3) { "Deny" } else { "Allow" };
    of_effect(dice, made, effect)
}

fn of_effect(dice: &mut Dice, made: Made, effect: &str) -> Value {
    let mut statement = json!({"Effect": effect});
    let not = |dice: &mut Dice, name: &str| {
        if dice.is_one_in(8) { format!("Not{name}") } else { name.to_owned() }
    };
    let action = not(dice, "Action");
    statement[action] = dice.some(ACTIONS);
    let resource = not(dice, "Resource");
    let is_filled = made.has_variables && !dice.is_one_in(3);
    statement[resource] = dice.some(if is_filled { FILLED } else { PLAIN });
    if made.has_principals {
        let is_excepting = effect == "Deny" && dice.is_one_in(6);
        let principal = if is_excepting { "NotPrincipal" } else { "Principal" };
        let names = dice.some(if is_excepting { &PRINCIPALS[1..] } else { PRINCIPALS });
        statement[principal] = json!({"AWS": names});
    }
    let conditions =
        (0..dice.below(5).saturating_sub(2)).map(|_| condition(dice, made.has_variables));
    let conditions = conditions.collect::<serde_json::Map<_, _>>();
    if !conditions.is_empty() {
        statement["Condition"] = conditions.into();
    }
    statement
}

pub fn policy(dice: &mut Dice, made: Made) -> Value {
    let mut statements = vec![of_effect(dice, made, "Allow")];
    statements.extend((0..dice.below(3)).map(|_| statement(dice, made)));
    json!({"Version": "2012-10-17", "Statement": statements})
}

/// The policy with one part changed, or written otherwise.
pub fn changed(dice: &mut Dice, policy: &Value, made: Made) -> Value {
    let mut changed = policy.clone();
    let statements = changed["Statement"].as_array_mut().unwrap();
    let at = dice.below(statements.len());
    let other = statement(dice, made);
    match dice.below(10) {
        // Another order, a statement twice, or a list in two statements: the same.
        0 => statements.reverse(),
        1 => statements.push(statements[at].clone()),
        2..=4 => {
            let names = ["Action", "Resource"];
            let name = *dice.pick(&names);
            if let Some([first, second]) = statements[at][name].as_array().map(Vec::as_slice) {
                let (first, second) = (first.clone(), second.clone());
                let mut half = statements[at].clone();
                half[name] = second;
                statements[at][name] = first;
                statements.push(half);
            }
        }
        5 => statements.push(other),
        6 if statements.len() > 1 => {
            statements.remove(at);
        }
        7 => {
            let own = statements[at].as_object_mut().unwrap();
            own.remove("Condition");
        }
        _ => {
            let names = ["Action", "Resource", "Principal", "Condition"];
            let name = *dice.pick(&names);
            let own = statements[at].as_object_mut().unwrap();
            if own.contains_key(name) && other.get(name).is_some() {
                own.insert(name.to_owned(), other[name].clone());
            }
        }
    }
    changed
}

/// The texts of a document.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            found.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(members) => members.values().for_each(|member| texts(member, found)),
        _ => {}
    }
}

/// What requests about some policies are made of.
pub struct Edges {
    resources: Vec<String>,
    words: Vec<String>,
    values: Vec<(String, String)>,
    keys: Vec<String>,
}

impl Edges {
    pub fn new(documents: &[&Value], policies: &[&Policy]) -> Edges {
        let mut all = BTreeSet::new();
        documents.iter().for_each(|document| texts(document, &mut all));
        let is_arn =
            |text: &&String| text.starts_with("arn:aws:s3") || text.starts_with("arn:*:s3");
        let mut resources = all.iter().filter(is_arn).cloned().collect::<Vec<_>>();
        resources
            .extend(["arn:aws:s3:::b", "arn:aws:s3:::b/k", "arn:aws:s3:::c/k"].map(str::to_owned));
        let is_border = |c: char| !c.is_ascii_alphanumeric();
        let mut words = all
            .iter()
            .flat_map(|text| text.split(is_border))
            .map(str::to_owned)
            .collect::<BTreeSet<_>>();
        words.extend(["", "zz", "a", "ome", "home/ana", "x-ana"].map(str::to_owned));
        let (mut values, mut keys) = (Vec::new(), BTreeSet::new());
        for statement in policies.iter().flat_map(|policy| &policy.statements) {
            for condition in &statement.conditions {
                keys.insert(condition.key.node.to_string());
            }
            keys.extend(statement.variables().map(|variable| variable.key.to_string()));
        }
        for document in documents {
            for statement in document["Statement"].as_array().unwrap() {
                for (_, members) in statement["Condition"].as_object().into_iter().flatten() {
                    for (key, list) in members.as_object().unwrap() {
                        let mut own = BTreeSet::new();
                        texts(list, &mut own);
                        values.extend(own.into_iter().map(|text| (key.to_lowercase(), text)));
                    }
                }
            }
        }
        Edges {
            resources,
            words: words.into_iter().collect(),
            values,
            keys: keys.into_iter().collect(),
        }
    }

    /// A text of a pattern, or one beside it.
    fn spelt(&self, dice: &mut Dice, pattern: &str, context: &Context) -> String {
        let mut text = String::new();
        let mut rest = pattern;
        while let Some(c) = rest.chars().next() {
            if let Some((inside, after)) =
                rest.strip_prefix("${").and_then(|rest| rest.split_once('}'))
            {
                let (key, default) = inside.split_once(", ").unwrap_or((inside, "'zz'"));
                match context.get(&key.to_lowercase()) {
                    Some(value) => text.push_str(&value.as_slice()[0]),
                    None => text.push_str(default.trim_matches('\'')),
                }
                rest = after;
                continue;
            }
            match c {
                '*' => {
                    let run: &&str = dice.pick(RUNS);
                    text.push_str(run);
                }
                '?' => text.push('x'),
                _ => text.push(c),
            }
            rest = &rest[c.len_utf8()..];
        }
        match dice.below(8) {
            0 => text.push(*dice.pick(&['x', '/', 'a'])),
            1 if text.len() > 16 => {
                text.pop();
            }
            _ => {}
        }
        text
    }

    fn value(&self, dice: &mut Dice, key: &str, context: &Context) -> String {
        match aws::condition_key_type(key).map(|known| known.value) {
            Some(ValueType::Bool) => return (*dice.pick(&["true", "false"])).to_owned(),
            Some(ValueType::Ip) => {
                return (*dice.pick(&["203.0.113.7", "203.0.113.8", "198.51.100.1"])).to_owned();
            }
            _ => {}
        }
        let own = self.values.iter().filter(|(own, _)| own == key).collect::<Vec<_>>();
        if !own.is_empty() && dice.is_one_in(2) {
            let (_, pattern) = *dice.pick(&own);
            return self.spelt(dice, pattern, context);
        }
        dice.pick(&self.words).clone()
    }

    /// The text of some pattern of a resource.
    pub fn resource(&self, dice: &mut Dice) -> String {
        let pattern = dice.pick(&self.resources).clone();
        self.spelt(dice, &pattern, &Context::new())
    }

    /// A request of the caller with keys that AWS has; `None` where the texts made none.
    pub fn request(
        &self,
        dice: &mut Dice,
        caller: &Caller,
        owner: Option<&str>,
    ) -> Option<Request> {
        let action =
            *dice.pick(&["s3:getobject", "s3:putobject", "s3:deleteobject", "s3:listbucket"]);
        let known = aws::action(action)?;
        let mut context = Context::new();
        for key in &self.keys {
            // What follows from caller and resource is filled in by the request itself.
            if [
                "aws:username",
                "aws:principalarn",
                "aws:principalaccount",
                "aws:principaltype",
                "aws:resourceaccount",
            ]
            .contains(&key.as_str())
                || !known.resource_types().any(|kind| may_have_key(known, Some(kind.name()), key))
            {
                continue;
            }
            let is_there = match presence_for(key, caller, Some(action)) {
                Presence::Always => true,
                Presence::Never => false,
                Presence::Perhaps => !dice.is_one_in(3),
            };
            let value = self.value(dice, key, &context);
            let fits = match request_key(key).filter(|row| row.has_shapes_by_caller()) {
                Some(row) => row.admits(caller.kind(), &value),
                None => shape(key, Some(caller.kind())).is_none_or(|shape| shape.fits(&value)),
            };
            match (is_there, fits) {
                (true, true) => context.set(key, ContextValue::One(value)),
                (true, false) if presence_for(key, caller, Some(action)) == Presence::Always => {
                    return None;
                }
                _ => {}
            }
        }
        let probe =
            Request::new(caller.clone(), action, "arn:aws:s3:::b/k", owner, context.clone())
                .ok()?;
        let pattern = dice.pick(&self.resources).clone();
        let resource = self.spelt(dice, &pattern, &probe.context);
        if !known.resource_types().any(|kind| kind.matches(&resource)) {
            return None;
        }
        Request::new(caller.clone(), action, &resource, owner, context).ok()
    }
}
