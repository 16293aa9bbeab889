//! The settings of a bucket besides its policy. This room does not know any product that uses the
//! bucket.
//!
//! Each reader takes the answer of the AWS CLI, the input of the call that makes the setting, or
//! the setting alone.

mod cors;
mod encryption;
mod names;
mod notifications;
mod ownership;
mod public_access;
mod publicness;
mod shape;

pub use cors::{Cors, CorsRule, Fit, read_cors};
pub use encryption::{BucketEncryption, Header, read_bucket_encryption};
pub use names::{NameFault, REGION_OF_OLD_NAMES, bucket_name_fault};
pub use notifications::{
    Notification, Notifications, Overlap, events_overlap, overlap, read_notifications,
};
pub use ownership::Ownership;
pub use public_access::{PublicAccessBlock, read_public_access_block};
pub use publicness::{PublicStatement, public_statements};
pub use shape::Read;
