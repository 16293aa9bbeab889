//! Who asks, with which keys.

use super::texts::{arn, one_of};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// Who sends a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The ARN of a user or session, the number of an account for its root user, a service, or `*` for nobody.
    pub principal: String,
    /// The user or role of a session; `None` also if it is not known.
    pub session_issuer: Option<String>,
}

impl Caller {
    /// Whether it acts by a session.
    pub fn is_session(&self) -> bool {
        [":federated-user/", ":assumed-role/"].iter().any(|kind| self.principal.contains(kind))
    }

    /// Whether it may have identity policies and a boundary.
    pub fn has_policies(&self) -> bool {
        self.is_session() || self.principal.contains(":user/")
    }

    /// Whether it is a service.
    pub fn is_service(&self) -> bool {
        self.principal.ends_with(".amazonaws.com")
    }
}

/// A caller: users, sessions whose issuer is known or not, a root user, an outsider, a service, nobody.
///
/// ```
/// use proptest::prelude::*;
/// proptest!(|(caller in ica_policy::strategies::caller())| {
///     prop_assert!(caller.session_issuer.is_none() || caller.is_session());
/// });
/// ```
pub fn caller() -> impl Strategy<Value = Caller> {
    prop::sample::select(CALLERS).prop_map(|(principal, issuer)| Caller {
        principal: principal.to_owned(),
        session_issuer: issuer.map(str::to_owned),
    })
}

const CALLERS: &[(&str, Option<&str>)] = &[
    ("arn:aws:iam::111122223333:user/ana", None),
    ("arn:aws:iam::111122223333:user/team/ben", None),
    ("arn:aws:sts::111122223333:federated-user/ana", Some("arn:aws:iam::111122223333:user/ana")),
    (
        "arn:aws:sts::111122223333:federated-user/ana",
        Some("arn:aws:iam::111122223333:user/team/ben"),
    ),
    ("arn:aws:sts::111122223333:federated-user/zoe", None),
    (
        "arn:aws:sts::111122223333:assumed-role/job/run",
        Some("arn:aws:iam::111122223333:role/team/job"),
    ),
    ("arn:aws:sts::111122223333:assumed-role/job/run", None),
    ("111122223333", None),
    ("arn:aws:iam::444455556666:user/eve", None),
    ("arn:aws:sts::444455556666:federated-user/eve", Some("arn:aws:iam::444455556666:user/eve")),
    ("logging.s3.amazonaws.com", None),
    ("*", None),
];

/// Keys of a request; each may be absent. They are those of [`conditions`](super::conditions) with values at their edges.
///
/// ```
/// use proptest::prelude::*;
/// proptest!(|(context in ica_policy::strategies::context())| {
///     prop_assert!(context.is_object());
/// });
/// ```
pub fn context() -> impl Strategy<Value = Value> {
    let text = |key: &'static str, values: &'static [&'static str]| {
        prop::option::weighted(0.6, one_of(values))
            .prop_map(move |value| value.map(|value| (key.to_owned(), Value::from(value))))
    };
    let tags =
        prop::option::weighted(0.6, prop::collection::vec(one_of(&["a", "b", "A", ""]), 0..3))
            .prop_map(|values| {
                values.map(|values| ("aws:TagKeys".to_owned(), Value::from(values)))
            });
    let parts = (
        text("s3:prefix", &["a", "A", "ab", "b", "", "*", "ana", "é"]),
        text("aws:SourceIp", ADDRESSES),
        text("s3:max-keys", &["1", "10", "1.5", "11", "0", "-1"]),
        text("aws:CurrentTime", MOMENTS),
        text("aws:SecureTransport", &["true", "false"]),
        text("aws:SourceVpce", &["vpce-0a1b2c3d"]),
        tags,
        prop::option::weighted(0.2, Just(("aws:UserAgent".to_owned(), Value::from("ab")))),
    );
    parts.prop_map(|(a, b, c, d, e, f, g, h)| {
        [a, b, c, d, e, f, g, h].into_iter().flatten().collect::<Map<_, _>>().into()
    })
}

const ADDRESSES: &[&str] = &[
    "203.0.113.7",
    "198.51.100.1",
    "2001:db8::1",
    "203.0.113.0",
    "203.0.113.127",
    "203.0.113.128",
    "203.0.113.255",
    "203.0.114.0",
    "2001:db8::2",
];

const MOMENTS: &[&str] = &[
    "2026-01-01T00:00:00Z",
    "2025-12-31T23:59:59Z",
    "2026-01-01T00:00:01Z",
    "2026-11-24T10:00:00+01:00",
];

/// A request: the members of a line of `ica-policy simulate --batch` without policies.
///
/// ```
/// use proptest::prelude::*;
/// proptest!(|(request in ica_policy::strategies::request())| {
///     prop_assert!(request["action"].as_str().unwrap().contains(':'));
/// });
/// ```
pub fn request() -> impl Strategy<Value = Value> {
    let action = one_of(&["s3:GetObject", "s3:PutObject", "S3:GETOBJECT"]);
    (caller(), action, arn(), context()).prop_map(|(caller, action, resource, mut context)| {
        // What a service sends has no address of its own.
        if let Some(keys) = context.as_object_mut().filter(|_| caller.is_service()) {
            keys.remove("aws:SourceIp");
        }
        json!({
            "principal": caller.principal, "session_issuer": caller.session_issuer, "action": action,
            "resource": resource, "resource_account": "111122223333", "context": context,
        })
    })
}
