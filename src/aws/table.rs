//! Reads the embedded tables: comment lines at the top, then rows of cells, sorted without regard to case.
//!
//! Cells are slices of the text. A malformed row is omitted instead of ending the program; the tests
//! compare the number of rows with the counts in the head, so that this cannot happen unnoticed.

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

/// The row whose first cell is that name in any case, in a text sorted by [`compare`]. Reads a dozen rows and no more.
pub(super) fn find_row<const N: usize>(
    text: &'static str,
    name: &str,
) -> Option<[&'static str; N]> {
    // Both bounds are at the beginning of a row or at the end of the text.
    let (mut low, mut high) = (0, text.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let bytes = text.as_bytes();
        let start = bytes[..middle].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let length = bytes[middle..].iter().position(|byte| *byte == b'\n');
        let end = length.map_or(text.len(), |length| middle + length);
        let line = text.get(start..end)?;
        match compare(line.split('|').next().unwrap_or_default(), name) {
            Ordering::Less => low = (end + 1).min(high),
            Ordering::Greater => high = start,
            Ordering::Equal => return cells(line),
        }
    }
    None
}

/// The cells of a row, if it has exactly `N`.
pub(super) fn cells<const N: usize>(line: &'static str) -> Option<[&'static str; N]> {
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
    let differing = a.bytes().zip(b.bytes()).find_map(|(left, right)| {
        let order = left.to_ascii_lowercase().cmp(&right.to_ascii_lowercase());
        order.is_ne().then_some(order)
    });
    differing.unwrap_or_else(|| a.len().cmp(&b.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# title: t\n# date: 2026-01-02\na|1\nB|2\nc|3\nbroken\n";

    #[test]
    fn rows_are_split_and_found_in_any_case() {
        assert_eq!(head(TEXT, "date"), "2026-01-02");
        assert_eq!(head(TEXT, "dat"), "");
        let all: Vec<[&str; 2]> = rows(TEXT).collect();
        assert_eq!(all, [["a", "1"], ["B", "2"], ["c", "3"]]);
        assert_eq!(find(&all, "b", |row| row[0]), Some(&["B", "2"]));
        assert_eq!(find(&all, "d", |row| row[0]), None);
    }

    #[test]
    fn a_row_is_found_in_the_text_itself() {
        let sorted = "# title: t\na|1\nB|2\nc|3\nlonger name|4";
        for [name, value] in rows::<2>(sorted) {
            assert_eq!(find_row(sorted, &name.to_ascii_uppercase()), Some([name, value]));
        }
        for missing in ["", "0", "aa", "d", "z", "ü"] {
            assert_eq!(find_row::<2>(sorted, missing), None, "{missing}");
        }
        assert_eq!(find_row::<2>("", "a"), None);
    }
}
