//! Set-ups of `ica-policy check`.

use super::policies::policy;
use super::texts::one_of;
use crate::model::PolicyKind;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A bucket and a user that Illumina Connected Analytics uses, with their policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The settings file, as `ica.toml`.
    pub settings: String,
    /// The files that it names, with their texts.
    pub files: BTreeMap<String, String>,
}

/// The bucket; the policies of the other strategies speak of `b`, which is too short a name.
const BUCKET: &str = "bbb";

/// A connection: the user's policies, and some of bucket policy, boundary, SCP, RCP and endpoint policy.
///
/// ```
/// use proptest::prelude::*;
/// proptest!(ProptestConfig { cases: 20, ..ProptestConfig::default() }, |(connection in ica_policy::strategies::connection())| {
///     prop_assert!(connection.settings.starts_with("bucket = "));
///     prop_assert!(connection.files.keys().all(|file| connection.settings.contains(file)));
/// });
/// ```
pub fn connection() -> impl Strategy<Value = Connection> {
    let some = |share, kind| prop::option::weighted(share, mostly_open(kind));
    let layers = (
        mostly_open(PolicyKind::Identity),
        some(0.7, PolicyKind::Resource),
        some(0.25, PolicyKind::Boundary),
        some(0.25, PolicyKind::Scp),
        some(0.25, PolicyKind::Rcp),
        some(0.25, PolicyKind::Vpce),
    );
    let versioning = one_of(&["unversioned", "enabled", "suspended"]);
    (layers, versioning, one_of(&["", "a/", "ica/"])).prop_map(|(layers, versioning, prefix)| {
        let (identity, bucket, boundary, scp, rcp, vpce) = layers;
        let mut settings = format!(
            "bucket = \"{BUCKET}\"\naccount = \"111122223333\"\nregion = \"us-east-1\"\nversioning = \"{versioning}\"\nprefix = \"{prefix}\"\nuser = \"ana\"\n"
        );
        let mut files = BTreeMap::new();
        let layers = [
            ("identity_policy", Some(identity)),
            ("bucket_policy", bucket),
            ("boundary", boundary),
            ("scp", scp),
            ("rcp", rcp),
            ("vpce_policy", vpce),
        ];
        for (setting, policy) in layers {
            let Some(policy) = policy else { continue };
            let file = format!("{setting}.json");
            settings.push_str(&format!("{setting} = \"{file}\"\n"));
            files.insert(file, policy.to_string().replace("arn:aws:s3:::b", "arn:aws:s3:::bbb"));
        }
        Connection { settings, files }
    })
}

/// A policy; most of those that limit let through what others decide, so that not everything is blocked.
fn mostly_open(kind: PolicyKind) -> impl Strategy<Value = Value> {
    (policy(kind), prop::bool::weighted(0.6)).prop_map(move |(mut policy, is_open)| {
        let mut everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        if kind.has_principal() {
            everything["Principal"] = "*".into();
        }
        // Only AWS writes an Allow in an RCP, and a bucket for everybody would hide the rest.
        let may_be_open = !matches!(kind, PolicyKind::Rcp | PolicyKind::Resource);
        if let Some(statements) =
            policy["Statement"].as_array_mut().filter(|_| is_open && may_be_open)
        {
            statements.push(everything);
        }
        policy
    })
}
