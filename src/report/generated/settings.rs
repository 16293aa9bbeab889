//! The `ica.toml` that points at generated documents.

use crate::generate::{Generated, Kind};
use crate::ica::SENT_WITH_A_KEY;
use crate::ica::build::settings::{Levels, Settings};
use crate::input::NONE;

const HEAD: &str =
    "# Made by `ica-policy generate`; the policies beside it are what this connection needs.
#   ica-policy check DIR     checks them, DIR being this folder
";

/// The settings of the connection, with the documents as its layers.
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
        // Where browsers upload nothing, none are made, and those that are there stay.
        cors: file(Kind::Cors).or_else(|| settings.cors.clone()),
        // What is granted on the key is worth nothing if ICA does not send it.
        encryption: settings
            .encryption
            .clone()
            .or_else(|| settings.kms_key.as_ref().map(|_| SENT_WITH_A_KEY.to_owned())),
        ..settings.clone()
    };
    // Strings, lists of them and one table can always be written.
    HEAD.to_owned() + &toml::to_string(&settings).unwrap_or_default()
}
