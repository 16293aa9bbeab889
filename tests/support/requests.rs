//! Random lines of `simulate --batch` in which all layers, callers, ways of naming, operators and
//! variables occur often and match often. They are plain choices of a small generator: a million
//! lines take seconds, and each has its seed.

use serde_json::{Map, Value, json};

/// SplitMix64 (public domain, Vigna).
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Dice(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.below(of.len())]
    }

    /// True in this percentage of throws.
    fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// A text, or a list of none to three.
    fn some(&mut self, texts: &[&str]) -> Value {
        if self.percent(60) {
            return self.one(texts).into();
        }
        let count = if self.percent(2) { 0 } else { 1 + self.below(3) };
        (0..count).map(|_| Value::from(self.one(texts))).collect()
    }
}

const NEAR: &str = "111122223333";
const FAR: &str = "444455556666";

/// Callers, and the user or role of each session.
const CALLERS: &[&(&str, Option<&str>)] = &[
    &("arn:aws:iam::111122223333:user/ana", None),
    &("arn:aws:iam::111122223333:user/team/ben", None),
    &("arn:aws:sts::111122223333:federated-user/ana", Some("arn:aws:iam::111122223333:user/ana")),
    &(
        "arn:aws:sts::111122223333:federated-user/ana",
        Some("arn:aws:iam::111122223333:user/team/ben"),
    ),
    &("arn:aws:sts::111122223333:federated-user/ana", None),
    &(
        "arn:aws:sts::111122223333:assumed-role/job/run",
        Some("arn:aws:iam::111122223333:role/team/job"),
    ),
    &("arn:aws:sts::111122223333:assumed-role/job/run", Some("arn:aws:iam::111122223333:role/job")),
    &("arn:aws:sts::111122223333:assumed-role/job/run", None),
    &("111122223333", None),
    &("arn:aws:iam::111122223333:root", None),
    &("arn:aws:iam::444455556666:user/ana", None),
    &("arn:aws:sts::444455556666:federated-user/ana", Some("arn:aws:iam::444455556666:user/ana")),
    &("arn:aws:sts::444455556666:federated-user/ana", None),
    &(
        "arn:aws:sts::444455556666:assumed-role/job/run",
        Some("arn:aws:iam::444455556666:role/team/job"),
    ),
    &("arn:aws:sts::444455556666:assumed-role/job/run", None),
    &("444455556666", None),
    &("arn:aws:iam::111122223333:saml-provider/corp", None),
    &("accounts.google.com", None),
    &("logging.s3.amazonaws.com", None),
    &("*", None),
];

/// Actions with resources on which they work.
const TARGETS: &[&(&str, &str)] = &[
    &("s3:GetObject", "arn:aws:s3:::b/a/k"),
    &("s3:GetObject", "arn:aws:s3:::b/ana/k"),
    &("s3:GetObject", "arn:aws:s3:::b/a*/k"),
    &("S3:GETOBJECT", "arn:aws:s3:::b/a:x/k"),
    &("s3:PutObject", "arn:aws:s3:::b/${aws:username}/k"),
    &("s3:ListBucket", "arn:aws:s3:::b"),
    &("s3:PutBucketPolicy", "arn:aws:s3:::b"),
    &("kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/k"),
    &("sqs:SendMessage", "arn:aws:sqs:eu-west-1:111122223333:q"),
    &("sts:AssumeRole", "arn:aws:iam::111122223333:role/goal"),
    &("sts:TagSession", "arn:aws:iam::111122223333:role/goal"),
    &("sts:SetSourceIdentity", "arn:aws:iam::111122223333:role/goal"),
    &("sts:AssumeRoleWithSAML", "arn:aws:iam::111122223333:role/goal"),
    &("sts:GetSessionToken", "*"),
    &("s3:ListAllMyBuckets", "*"),
    &("iam:GetPolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
    &("iam:DeletePolicy", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
    &("s3:GetObject", "arn:aws-cn:s3:::b/a/k"),
];

/// Patterns that cover much are listed several times, so that much is allowed.
const ACTIONS: &[&str] = &[
    "*",
    "*",
    "*",
    "*",
    "s3:*",
    "s3:*",
    "s3:*",
    "s3:GetObject",
    "s3:Get*",
    "s3:?etobject",
    "S3:*Object",
    "s3:*Bucket*",
    "s3:PutObject",
    "kms:*",
    "kms:Decrypt",
    "sqs:Send*",
    "sts:AssumeRole",
    "sts:*",
];

const RESOURCES: &[&str] = &[
    "*",
    "*",
    "*",
    "*",
    "*",
    "*",
    "arn:aws:s3:::b*",
    "arn:aws:s3:::b*",
    "arn:aws:s3:::b",
    "arn:aws:s3:::b*",
    "arn:aws:s3:::b/*",
    "arn:aws:s3:::b/a/*",
    "arn:aws:s3:::b/a?/k",
    "arn:aws:s3:::b/a${*}/k",
    "arn:aws:s*:::*/k",
    "arn:aws:s3",
    "arn:aws:s3:::*",
    "arn:aws:sqs:*",
    "arn:aws:s3:*:*:b/a*/k",
    "arn:aws:s3:*:*:x/k",
    "arn:aws:s3:::b/${aws:username}/*",
    "arn:aws:s3:::b/${aws:username, 'a'}/*",
    "arn:aws:s3:::b/${aws:PrincipalTag/team}*/k",
    "arn:aws:kms:*:111122223333:key/*",
    "arn:aws:sqs:eu-*:111122223333:q",
    "arn:aws:iam::*:role/g*",
];

const NAMES: &[&str] = &[
    "*",
    "111122223333",
    "arn:aws:iam::111122223333:root",
    "arn:aws:iam::111122223333:user/ana",
    "arn:aws:iam::111122223333:user/team/ben",
    "arn:aws:sts::111122223333:federated-user/ana",
    "arn:aws:iam::111122223333:role/team/job",
    "arn:aws:iam::111122223333:role/job",
    "arn:aws:sts::111122223333:assumed-role/job/run",
    "444455556666",
    "arn:aws:iam::444455556666:root",
    "arn:aws:iam::444455556666:user/ana",
    "arn:aws:sts::444455556666:federated-user/ana",
    "arn:aws:iam::444455556666:role/team/job",
    "arn:aws:sts::444455556666:assumed-role/job/run",
];

const STRING_OPERATORS: &[&str] = &[
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
];
const STRING_KEYS: &[&str] = &[
    "s3:prefix",
    "S3:Prefix",
    "aws:TagKeys",
    "aws:username",
    "aws:PrincipalTag/team",
    "aws:PrincipalAccount",
];
/// Keys that may be present or absent. AWS sends the last three with every request, or with every
/// request of a session.
const NULL_KEYS: &[&str] = &[
    "s3:prefix",
    "aws:TagKeys",
    "aws:username",
    "aws:PrincipalTag/team",
    "aws:SecureTransport",
    "AWS:currenttime",
    "aws:TokenIssueTime",
];
const STRINGS: &[&str] = &[
    "a",
    "A",
    "a*",
    "?",
    "*",
    "ana",
    "b",
    "",
    "${aws:username}",
    "${aws:username, 'a'}",
    "${aws:PrincipalTag/team}*",
    "${*}",
    "111122223333",
];
const ARN_OPERATORS: &[&str] =
    &["ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike", "StringNotEquals"];
const ARNS: &[&str] = &[
    "*",
    "arn:aws:iam::111122223333:user/*",
    "arn:aws:iam::*:user/${aws:username}",
    "arn:aws:iam::111122223333:user/ana",
    "arn:aws:sts::*:federated-user/*",
    "arn:aws:iam::*:role/*",
    "arn:aws:iam::111122223333:role/team/*",
    "arn:aws:iam::111122223333:role/job",
    "arn:aws:iam:*:role/job",
    "arn:aws:*:111122223333:root",
    "arn:aws:iam::111122223333:root",
];
const NUMBER_OPERATORS: &[&str] = &[
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
];
const NUMBERS: &[&str] = &["1", "10", "1.50", "-2", "01", "none"];
const DATE_OPERATORS: &[&str] = &[
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
];
const DATES: &[&str] =
    &["2026-01-01T00:00:00Z", "1767225600", "2026-06", "2026-01-01T01:00+01:00", "2025", "soon"];
const RANGES: &[&str] = &[
    "203.0.113.0/24",
    "203.0.113.7",
    "2001:db8::/32",
    "0.0.0.0/0",
    "203.0.113.9/30",
    "::/0",
    "here",
];

/// Operator, key and values.
fn condition(dice: &mut Dice) -> (String, &'static str, Value) {
    let (basic, key, values) = match dice.below(12) {
        0..4 => (dice.one(STRING_OPERATORS), dice.one(STRING_KEYS), dice.some(STRINGS)),
        4..7 => (
            dice.one(ARN_OPERATORS),
            dice.one(&["aws:PrincipalArn", "aws:SourceArn", "AWS:principalarn"]),
            dice.some(ARNS),
        ),
        7 => (dice.one(NUMBER_OPERATORS), "s3:max-keys", dice.some(NUMBERS)),
        8 => (
            dice.one(DATE_OPERATORS),
            dice.one(&["aws:CurrentTime", "aws:TokenIssueTime"]),
            dice.some(DATES),
        ),
        9 => (dice.one(&["IpAddress", "NotIpAddress"]), "aws:SourceIp", dice.some(RANGES)),
        10 => (
            dice.one(&["Bool", "BinaryEquals"]),
            "aws:SecureTransport",
            dice.some(&["true", "false", "True", "dHJ1"]),
        ),
        _ => ("Null", dice.one(NULL_KEYS), dice.some(&["true", "false"])),
    };
    let set = if dice.percent(25) { dice.one(&["ForAllValues:", "ForAnyValue:"]) } else { "" };
    let suffix = if basic != "Null" && dice.percent(20) { "IfExists" } else { "" };
    (format!("{set}{basic}{suffix}"), key, values)
}

fn conditions(dice: &mut Dice) -> Value {
    let mut operators = Map::new();
    for _ in 0..1 + dice.below(2) {
        let (operator, key, values) = condition(dice);
        operators.insert(operator, json!({key: values}));
    }
    operators.into()
}

fn principal(dice: &mut Dice) -> Value {
    match dice.below(12) {
        0 | 1 => "*".into(),
        2 => json!({"AWS": "*"}),
        5 => {
            json!({"Federated": dice.some(&["accounts.google.com", "arn:aws:iam::111122223333:saml-provider/corp"])})
        }
        3 => json!({"Service": dice.some(&["logging.s3.amazonaws.com", "sns.amazonaws.com"])}),
        4 => json!({"AWS": dice.some(NAMES), "Service": "logging.s3.amazonaws.com"}),
        _ => json!({"AWS": dice.some(NAMES)}),
    }
}

/// The principals and resources that the statements of a kind of policy have.
#[derive(Clone, Copy, PartialEq)]
enum Names {
    Nobody,
    Somebody,
    /// An RCP: the principal is everybody.
    Everybody,
    /// A trust policy: a principal and no resource.
    Trusted,
}

fn statement(dice: &mut Dice, names: Names) -> Value {
    let mut statement = Map::new();
    let mut element = |dice: &mut Dice, name: &str, rare: usize, value: Value| {
        let negated = if dice.percent(rare) { "Not" } else { "" };
        statement.insert(format!("{negated}{name}"), value);
    };
    let effect = if dice.percent(72) { "Allow" } else { "Deny" };
    element(dice, "Effect", 0, effect.into());
    let actions = dice.some(ACTIONS);
    element(dice, "Action", 12, actions);
    if names != Names::Trusted {
        let resources = dice.some(RESOURCES);
        element(dice, "Resource", 12, resources);
    }
    match names {
        Names::Nobody => {}
        Names::Everybody => element(dice, "Principal", 0, "*".into()),
        Names::Trusted => {
            let principal = principal(dice);
            element(dice, "Principal", 0, principal);
        }
        Names::Somebody => {
            let principal = principal(dice);
            element(dice, "Principal", 15, principal);
        }
    }
    if dice.percent(40) {
        let conditions = conditions(dice);
        element(dice, "Condition", 0, conditions);
    }
    statement.into()
}

/// A statement as an RCP can have it: a Deny of actions that it names by service
/// (ORG:orgs_manage_policies_rcps_syntax).
pub fn fit_for_rcp(statement: &mut Value) {
    let Some(members) = statement.as_object_mut() else { return };
    let actions = members.remove("NotAction").or_else(|| members.remove("Action"));
    let named = |action: &Value| if action == "*" { "s3:*".into() } else { action.clone() };
    let actions = match actions {
        Some(Value::Array(actions)) => actions.iter().map(named).collect(),
        other => named(&other.unwrap_or_default()),
    };
    members.insert("Action".to_owned(), actions);
    members.insert("Effect".to_owned(), "Deny".into());
}

fn policy(dice: &mut Dice, names: Names) -> Value {
    let mut statements = (0..1 + dice.below(3)).map(|_| statement(dice, names)).collect::<Vec<_>>();
    if names == Names::Everybody {
        statements.iter_mut().for_each(fit_for_rcp);
    }
    match dice.below(10) {
        0 => json!({"Version": "2008-10-17", "Statement": statements}),
        1 => json!({"Statement": statements}),
        _ => json!({"Version": "2012-10-17", "Statement": statements}),
    }
}

fn policies(dice: &mut Dice, share: usize, names: Names) -> Vec<Value> {
    if !dice.percent(share) {
        return Vec::new();
    }
    (0..1 + dice.below(2)).map(|_| policy(dice, names)).collect()
}

fn levels(dice: &mut Dice, share: usize, names: Names) -> Vec<Vec<Value>> {
    if !dice.percent(share) {
        return Vec::new();
    }
    (0..1 + dice.below(2)).map(|_| policies(dice, 95, names)).collect()
}

fn perhaps(dice: &mut Dice, share: usize, names: Names) -> Value {
    if dice.percent(share) { policy(dice, names) } else { Value::Null }
}

fn context(dice: &mut Dice) -> Value {
    let keys: &[(&str, &[&str])] = &[
        ("s3:prefix", &["a", "A", "ab", "ana", "", "*"]),
        ("aws:PrincipalTag/team", &["a", "an", "*", "ana"]),
        ("aws:SourceIp", &["203.0.113.7", "198.51.100.1", "2001:db8::1"]),
        ("s3:max-keys", &["1", "10", "1.5", "-2.0"]),
        (
            "aws:CurrentTime",
            &["2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", "2026-11-24T10:00:00+01:00"],
        ),
        ("aws:SecureTransport", &["true", "false"]),
        ("aws:SourceVpce", &["vpce-0a1b2c3d"]),
        ("aws:SourceArn", &["arn:aws:iam::111122223333:role/job", "arn:aws:s3:::b"]),
    ];
    let mut context = Map::new();
    for (key, values) in keys {
        if dice.percent(50) {
            context.insert((*key).to_owned(), dice.one(values).into());
        }
    }
    if dice.percent(50) {
        let tags = (0..dice.below(4))
            .map(|_| Value::from(dice.one(&["a", "A", "ab", ""])))
            .collect::<Value>();
        context.insert("aws:TagKeys".to_owned(), tags);
    }
    context.into()
}

/// A whole line. A caller gets only the policies that it can have: the root user, services and
/// anonymous callers have none of their own, and a user that is not a session has no session policy
/// (IAM:access_policies, IAM:reference_policies_evaluation-logic).
pub fn line(dice: &mut Dice) -> Value {
    let (caller, issuer) = dice.one(CALLERS);
    let (action, resource) = dice.one(TARGETS);
    let own = if resource.contains(":role/") { Names::Trusted } else { Names::Somebody };
    // Other ARNs name their account.
    let is_open = resource.contains(":s3:") || *resource == "*";
    let account = if is_open && dice.percent(20) { FAR } else { NEAR };
    let share = |share: usize, of: &[&str]| {
        if of.iter().any(|kind| caller.contains(kind)) { share } else { 0 }
    };
    let session = policies(dice, share(60, &["federated-user", "assumed-role"]), Names::Nobody);
    let has_identity = ["user/", "federated-user", "assumed-role"];
    json!({
        "principal": caller, "session_issuer": issuer, "action": action, "resource": resource, "resource_account": account,
        "context": context(dice),
        "identity_policies": policies(dice, share(75, &has_identity), Names::Nobody),
        "resource_policy": perhaps(dice, 75, own),
        "permissions_boundary": perhaps(dice, share(25, &has_identity), Names::Nobody),
        "session_policies": if session.is_empty() { Value::Null } else { session.into() },
        "scps": levels(dice, 15, Names::Nobody),
        "rcps": levels(dice, 15, Names::Everybody),
        "vpce_policies": policies(dice, 25, Names::Somebody),
    })
}
