//! What actions do, as AWS classifies them. Source: the tables in `data/services/`.

/// What an action does, as AWS classifies it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AccessLevel {
    /// Lists which resources exist.
    List,
    /// Reads content or settings.
    Read,
    /// Creates, changes or deletes.
    Write,
    /// Changes nothing but tags; AWS's data counts it as a write too.
    Tagging,
    /// Grants or changes permissions; AWS's data counts it as a write too.
    PermissionsManagement,
}

impl AccessLevel {
    /// Whether the action changes something: all but List and Read.
    pub fn is_write(self) -> bool {
        self >= Self::Write
    }

    pub(super) fn read(word: &str) -> Option<Self> {
        match word {
            "List" => Some(Self::List),
            "Read" => Some(Self::Read),
            "Write" => Some(Self::Write),
            "Tagging" => Some(Self::Tagging),
            "PermissionsManagement" => Some(Self::PermissionsManagement),
            _ => None,
        }
    }
}
