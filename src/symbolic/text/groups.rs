//! Tests of a dimension that are only ever asked together.

use rustc_hash::FxHashMap;

/// The tests of a dimension in groups: those that the same lists hold. Whoever asks only whether one test of a list holds cannot tell
/// the tests of a group apart. So values that differ in nothing else are one class, and a list of a thousand patterns makes two.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Groups {
    of: Vec<u32>,
    count: usize,
}

impl Groups {
    /// Each test for itself.
    pub(crate) fn alone(tests: usize) -> Groups {
        Groups { of: (0..tests as u32).collect(), count: tests }
    }

    /// Each test with those that are in the same of these lists.
    pub(crate) fn of_lists<'l>(tests: usize, lists: impl IntoIterator<Item = &'l [u32]>) -> Groups {
        let mut of = vec![0; tests];
        let mut next = 1;
        for list in lists {
            // The tests of the list leave their groups; those that come from one group stay together.
            let mut parted = FxHashMap::default();
            let first = next;
            for test in list {
                let own = &mut of[*test as usize];
                if *own < first {
                    *own = *parted.entry(*own).or_insert_with(|| {
                        next += 1;
                        next - 1
                    });
                }
            }
        }
        let mut numbers = FxHashMap::default();
        for own in &mut of {
            let so_many = numbers.len() as u32;
            *own = *numbers.entry(*own).or_insert(so_many);
        }
        Groups { of, count: numbers.len() }
    }

    /// How many groups there are.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// The group of a test.
    pub(crate) fn of(&self, test: usize) -> usize {
        self.of[test] as usize
    }

    /// The groups of some tests, each once.
    pub(crate) fn fitting(&self, tests: impl Iterator<Item = usize>) -> Vec<usize> {
        let mut groups = tests.map(|test| self.of(test)).collect::<Vec<_>>();
        groups.sort_unstable();
        groups.dedup();
        groups
    }

    /// The same groups, of some of the tests.
    pub(crate) fn only(&self, tests: &[usize]) -> Groups {
        Groups { of: tests.iter().map(|test| self.of[*test]).collect(), count: self.count }
    }

    /// With so many tests more, each for itself.
    pub(crate) fn and_alone(mut self, more: usize) -> Groups {
        self.of.extend((self.count..self.count + more).map(|group| group as u32));
        self.count += more;
        self
    }

    /// Whether one test of a group holds, for each group.
    pub(crate) fn any(&self, answers: impl Iterator<Item = bool>) -> Vec<bool> {
        let mut any = vec![false; self.count];
        answers.enumerate().for_each(|(test, answer)| any[self.of(test)] |= answer);
        any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_of_the_same_lists_are_together() {
        let lists: [&[u32]; 3] = [&[0, 1, 2], &[1, 2, 3, 3], &[5]];
        let groups = Groups::of_lists(7, lists);
        assert_eq!((0..7).map(|test| groups.of(test)).collect::<Vec<_>>(), [0, 1, 1, 2, 3, 4, 3]);
        assert_eq!(groups.len(), 5);
        assert_eq!(groups.any([true, false].into_iter()), [true, false, false, false, false]);
        assert_eq!(Groups::of_lists(3, []).len(), 1);
        assert_eq!(Groups::alone(3).len(), 3);
    }
}
