//! Reads the embedded tables: comment lines at the top, then rows of cells, sorted without regard to case.
//!
//! Cells stay slices of the text. A row in a form that is not understood is left out instead of ending the program; the tests
//! hold the number of rows against the counts in the head, so that this cannot happen unseen.

use std::cmp::Ordering;

/// The value of the comment line `# name: value`, or nothing.
pub(super) fn head(text: &'static str, name: &str) -> &'static str {
    text.lines()
        .take_while(|line| line.starts_with('#'))
        .find_map(|line| line.strip_prefix("# ")?.strip_prefix(name)?.strip_prefix(": "))
        .unwrap_or("")
}

/// All rows, those with exactly `N` cells.
pub(super) fn rows<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(cells)
}

/// The rows whose first cell is `tag`, without that cell.
pub(super) fn tagged<const N: usize>(
    text: &'static str,
    tag: &'static str,
) -> impl Iterator<Item = [&'static str; N]> {
    text.lines().filter_map(move |line| cells(line.strip_prefix(tag)?.strip_prefix('|')?))
}

fn cells<const N: usize>(line: &'static str) -> Option<[&'static str; N]> {
    let mut found = [""; N];
    let mut parts = line.split('|');
    for cell in &mut found {
        *cell = parts.next()?;
    }
    parts.next().is_none().then_some(found)
}

/// The item of that name in any case, in a slice sorted by [`compare`].
pub(super) fn find<'a, T>(
    sorted: &'a [T],
    name: &str,
    name_of: impl Fn(&T) -> &str,
) -> Option<&'a T> {
    let at = sorted.binary_search_by(|item| compare(name_of(item), name)).ok()?;
    sorted.get(at)
}

/// The order of the tables: by bytes, ASCII letters in lower case.
pub(super) fn compare(a: &str, b: &str) -> Ordering {
    let left = a.bytes().map(|byte| byte.to_ascii_lowercase());
    left.cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_split_and_found_in_any_case() {
        let text = "# title: t\n# date: 2026-01-02\na|1\nB|2\nc|3\nbroken\n";
        assert_eq!(head(text, "date"), "2026-01-02");
        assert_eq!(head(text, "dat"), "");
        let all: Vec<[&str; 2]> = rows(text).collect();
        assert_eq!(all, [["a", "1"], ["B", "2"], ["c", "3"]]);
        assert_eq!(find(&all, "b", |row| row[0]), Some(&["B", "2"]));
        assert_eq!(find(&all, "d", |row| row[0]), None);
    }
}
