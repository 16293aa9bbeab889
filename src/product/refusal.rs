//! Why settings cannot be built into a set-up.

/// A setting that is missing or wrong.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{setting}: {message}")]
pub struct Refusal {
    /// The setting: `bucket`, `account`, ..
    pub setting: &'static str,
    /// What is wrong and what to do, for the user.
    pub message: String,
}

impl Refusal {
    /// A refusal in these words.
    pub(super) fn new(setting: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { setting, message: message.into() }
    }
}
