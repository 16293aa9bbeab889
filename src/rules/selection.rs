//! Which findings are wanted.

use crate::finding::{Audience, Code};

/// Which rules are asked.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// These alone; empty for all.
    pub only: Vec<Code>,
    /// Opinions as well.
    pub pedantic: bool,
}

impl Selection {
    /// Every finding is wanted.
    pub(super) const ALL: Selection = Selection { only: Vec::new(), pedantic: true };

    /// Whether findings of this kind are wanted.
    pub fn has(&self, code: Code) -> bool {
        if self.only.is_empty() {
            self.pedantic || code.row().audience != Audience::Pedantic
        } else {
            self.only.contains(&code)
        }
    }
}
