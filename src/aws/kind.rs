//! A summary of the actions of a service that does not read them: kinds of action with one example each.
//!
//! Source: the last cell of the rows of types in `data/services/`, made from the actions when the tables are written.

use super::resource::ResourceType;

/// The three keys that are global by name and yet listed action by action, each with its letter in the tables.
pub(super) const PER_ACTION: [(char, &str); 3] =
    [('q', "aws:RequestTag/*"), ('r', "aws:ResourceTag/*"), ('k', "aws:TagKeys")];

/// A set of the three keys, as bits in the order of [`PER_ACTION`].
pub(super) type KeySet = u8;

/// Actions of one service that work on the same type of resource and whose requests can have the same of the three keys which AWS lists
/// action by action: `aws:RequestTag/*`, `aws:ResourceTag/*`, `aws:TagKeys`.
///
/// An action with several types is of one kind for each type. One without a type is of a kind without a type.
#[derive(Debug)]
pub struct ActionKind {
    resource_type: Option<&'static ResourceType>,
    keys: KeySet,
    example: &'static str,
}

impl ActionKind {
    /// The type of resource, with the templates of its ARNs; `None` where the actions have no resource.
    pub fn resource_type(&self) -> Option<&'static ResourceType> {
        self.resource_type
    }

    /// Whether such requests can have one of the three keys; its name in canonical case, `*` for the variable part. No for every other key.
    pub fn supports(&self, key: &str) -> bool {
        bit(key) & self.keys != 0
    }

    /// Which of the three keys such requests can have, as a set that compares.
    pub fn keys(&self) -> u8 {
        self.keys
    }

    /// The name of one such action, without the prefix.
    pub fn example(&self) -> &'static str {
        self.example
    }

    /// Reads the cell of a type, such as `CreateBucket;qrk:TagResource`.
    pub(super) fn read(
        resource_type: Option<&'static ResourceType>,
        cell: &'static str,
    ) -> impl Iterator<Item = Self> {
        cell.split(';').filter(|text| !text.is_empty()).map(move |text| {
            let (letters, example) = text.split_once(':').unwrap_or(("", text));
            let in_letters = PER_ACTION.iter().filter(|(letter, _)| letters.contains(*letter));
            let keys = in_letters.fold(0, |keys, (_, key)| keys | bit(key));
            Self { resource_type, keys, example }
        })
    }
}

/// The bit of a key in a set, or no bit.
pub(super) fn bit(key: &str) -> KeySet {
    PER_ACTION.iter().position(|(_, name)| *name == key).map_or(0, |place| 1 << place)
}

/// The letters of a set.
pub(super) fn letters(keys: KeySet) -> String {
    let there = PER_ACTION.iter().filter(|(_, key)| bit(key) & keys != 0);
    there.map(|(letter, _)| *letter).collect()
}
