//! The `ica.toml` that names generated documents.

use crate::generate::{Generated, Kind};
use crate::input::NONE;
use crate::product::SENT_WITH_A_KEY;
use crate::product::build::settings::{Levels, Settings, print};

const HEAD: &str =
    "# Made by `ica-policy generate`; the policies next to it are what this connection needs.
#   ica-policy check DIR     checks them, DIR being this folder
";

/// The settings of the connection, with the generated documents as its layers.
pub fn settings(settings: &Settings, generated: &Generated) -> String {
    let file = |kind: Kind| {
        generated
            .documents
            .iter()
            .any(|document| document.kind == kind)
            .then(|| kind.file_name().to_owned())
    };
    let own = file(Kind::UserPolicy).or_else(|| file(Kind::RolePolicy));
    let or_none = |name: Option<String>| name.unwrap_or_else(|| NONE.to_owned());
    let settings = Settings {
        identity_policy: Some(Levels::One(or_none(own))),
        bucket_policy: Some(Levels::One(or_none(file(Kind::BucketPolicy)))),
        kms_key_policy: file(Kind::KmsKeyPolicy).map(Levels::One),
        trust_policy: file(Kind::TrustPolicy).map(Levels::One),
        // If browsers upload nothing, no CORS rules are generated, and the existing setting is
        // kept.
        cors: file(Kind::Cors).or_else(|| settings.cors.clone()),
        // A grant on the key has no effect if ICA does not name the key in its requests.
        encryption: settings
            .encryption
            .clone()
            .or_else(|| settings.kms_key.as_ref().map(|_| SENT_WITH_A_KEY.to_owned())),
        ..settings.clone()
    };
    HEAD.to_owned() + &print(&[settings])
}
