//! What a step is about on a given bucket.

use super::catalogue::{On, Step, Target};
use super::setup::{KmsKey, Setup, Versioning, key_in_use};

/// The resource of a step as reports show it.
pub(super) fn resource_words(connection: &Setup, step: &Step) -> String {
    match step.resource {
        Target::Bucket => format!("arn:aws:s3:::{}", connection.bucket),
        Target::Object => format!("arn:aws:s3:::{}/{}*", connection.bucket, connection.prefix),
        Target::Folder => format!("arn:aws:s3:::{}/{}*/", connection.bucket, connection.prefix),
        Target::FederatedUser => {
            let name = connection.session_name.as_deref().unwrap_or("*");
            format!("arn:aws:sts::{}:federated-user/{name}", connection.customer.account())
        }
        Target::Role => connection.customer.arn().as_str().to_owned(),
        Target::Key => key_in_use(connection).map(KmsKey::words).unwrap_or_default(),
    }
}

/// Whether a step is made on this bucket, as far as that is known.
pub(super) fn is_needed(connection: &Setup, step: &Step) -> bool {
    let has_key = step.resource != Target::Key || key_in_use(connection).is_some();
    has_key && (step.on == On::Every || connection.versioning != Some(Versioning::Unversioned))
}
