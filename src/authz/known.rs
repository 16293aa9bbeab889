//! What was said of something: what it is, that it is not there, or nothing.

/// A policy layer or a setting, as far as the input says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Known<T> {
    /// This.
    Known(T),
    /// There is none: the user says so.
    AssertedNone,
    /// Nothing was said.
    #[default]
    Unspecified,
}

impl<T> Known<T> {
    /// What is known.
    pub fn as_option(&self) -> Option<&T> {
        match self {
            Known::Known(value) => Some(value),
            Known::AssertedNone | Known::Unspecified => None,
        }
    }

    /// Whether something is known.
    pub fn is_known(&self) -> bool {
        matches!(self, Known::Known(_))
    }

    /// The word of reports.
    pub fn word(&self) -> &'static str {
        match self {
            Known::Known(_) => "given",
            Known::AssertedNone => "none",
            Known::Unspecified => "absent",
        }
    }
}
