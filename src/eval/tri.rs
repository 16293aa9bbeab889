//! Truth values with a middle one: words that AWS would refuse may or may not match.

use std::ops::Not;

/// No, maybe, yes. In this order `and` is the minimum and `or` the maximum (Kleene).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Tri {
    No,
    Maybe,
    Yes,
}

impl From<bool> for Tri {
    fn from(value: bool) -> Tri {
        if value { Tri::Yes } else { Tri::No }
    }
}

impl Not for Tri {
    type Output = Tri;

    fn not(self) -> Tri {
        match self {
            Tri::No => Tri::Yes,
            Tri::Maybe => Tri::Maybe,
            Tri::Yes => Tri::No,
        }
    }
}

impl Tri {
    /// Whether one of them holds; stops at the first that does.
    pub(super) fn any(items: impl IntoIterator<Item = Tri>) -> Tri {
        let mut result = Tri::No;
        for item in items {
            result = result.max(item);
            if result == Tri::Yes {
                break;
            }
        }
        result
    }

    /// Whether all of them hold; stops at the first that does not.
    pub(super) fn all(items: impl IntoIterator<Item = Tri>) -> Tri {
        !Tri::any(items.into_iter().map(Tri::not))
    }
}
