//! Names that are found in any case by a number made of their letters: one look where a search of a sorted list takes ten.

use super::table;
use rustc_hash::FxHashMap;

/// The places of names in a list that is sorted by [`table::compare`].
#[derive(Debug)]
pub(super) struct Names {
    places: FxHashMap<u64, u32>,
}

impl Names {
    /// Of the names of a list, in its order.
    pub(super) fn of<'a>(names: impl Iterator<Item = &'a str>) -> Names {
        let mut places = FxHashMap::default();
        for (place, name) in (0..).zip(names) {
            places.entry(number(name)).or_insert(place);
        }
        Names { places }
    }

    /// The item of that name in the list.
    pub(super) fn find<'a, T>(
        &self,
        sorted: &'a [T],
        name: &str,
        name_of: impl Fn(&T) -> &str,
    ) -> Option<&'a T> {
        let item = sorted.get(*self.places.get(&number(name))? as usize)?;
        // Two names may have one number.
        if name_of(item).eq_ignore_ascii_case(name) {
            Some(item)
        } else {
            table::find(sorted, name, name_of)
        }
    }
}

/// The same number for a name in any case, and hardly ever for two names.
fn number(name: &str) -> u64 {
    name.as_bytes().chunks(8).fold(name.len() as u64, |sum, chunk| {
        let mut letters = [0; 8];
        letters[..chunk.len()].copy_from_slice(chunk);
        let lower = u64::from_le_bytes(letters) | LOWER;
        (sum.rotate_left(5) ^ lower).wrapping_mul(FACTOR)
    })
}

/// The bit of lower case in eight letters.
const LOWER: u64 = 0x2020_2020_2020_2020;
/// The multiplier of `FxHasher`.
const FACTOR: u64 = 0x517c_c1b7_2722_0a95;

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn names_are_found_in_any_case() {
        // `@` and `` ` `` differ by the bit of lower case alone: the last two names have one number.
        let list = ["DescribeInstances", "GetObject", "@x", "`X"];
        let names = Names::of(list.iter().copied());
        let find = |name| names.find(&list, name, |item| item).copied();
        assert_eq!(find("describeINSTANCES"), Some("DescribeInstances"));
        assert_eq!((find("@X"), find("`x")), (Some("@x"), Some("`X")));
        assert_eq!((find("GetObjects"), find("")), (None, None));
    }
}
