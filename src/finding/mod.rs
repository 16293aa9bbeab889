//! What is wrong, where, why, and what to do. All rooms report in this one form.
//!
//! Messages are in lower case and without a full stop, with the user's text in backticks.

mod code;
pub mod codes;

pub use code::{Audience, Code, Confidence, Row, Section, Severity};

use crate::source::Span;
use smallvec::SmallVec;

/// A second place that belongs to a finding, with a few words about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What is there, in a few words.
    pub text: String,
}

/// One thing that is wrong at one place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// Which kind of finding.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// The words that are wrong.
    pub span: Span,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Other places that explain it, such as the first of two duplicates.
    pub related: Vec<Label>,
    /// The code that IAM Access Analyzer has for it, where its kind has several.
    pub analyzer: Option<&'static str>,
    /// The change of the text that mends it, where one is certain enough to be tried.
    pub edit: Option<Box<Edit>>,
}

/// A change of the text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Edit {
    /// Takes out the items or members at these places.
    Remove(Vec<Span>),
    /// Takes the member of that name out of the object at this place.
    RemoveMember(Span, &'static str),
    /// Writes other strings at these places.
    Replace(Vec<(Span, String)>),
    /// Writes a member with a string before the others of the object at this place.
    AddFirst(Span, &'static str, &'static str),
}

impl Finding {
    /// A finding of the severity of its code.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        let message = message.into();
        Finding {
            code,
            severity: code.row().severity,
            span,
            message,
            help: None,
            related: Vec::new(),
            analyzer: None,
            edit: None,
        }
    }

    /// Says which change of the text mends it.
    #[must_use]
    pub fn edit(mut self, edit: impl Into<Option<Edit>>) -> Self {
        self.edit = edit.into().map(Box::new);
        self
    }

    /// Says which code IAM Access Analyzer has for it.
    #[must_use]
    pub fn analyzer(mut self, code: &'static str) -> Self {
        self.analyzer = Some(code);
        self
    }

    /// The code that IAM Access Analyzer has for it, if it has one.
    pub fn analyzer_code(&self) -> Option<&'static str> {
        self.analyzer.or(match self.code.row().analyzer {
            [only] => Some(only),
            _ => None,
        })
    }

    /// Whether AWS would refuse the document because of it. A limit of this program is none of AWS's.
    pub fn is_refusal(&self) -> bool {
        is_refusal(self.code, self.severity)
    }

    /// Says how bad it is, where that depends on the place.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn related(mut self, span: Span, text: impl Into<String>) -> Self {
        self.related.push(Label { span, text: text.into() });
        self
    }
}

/// Whether AWS would refuse a document with such a finding.
pub(crate) fn is_refusal(code: Code, severity: Severity) -> bool {
    severity == Severity::Error && code != codes::LIMIT
}

/// One letter in so many may be wrong in a name that is taken for another.
pub(crate) const LETTERS_PER_MISTAKE: usize = 5;

/// Whether a text fits a pattern with `*` and `?`. Only the last `*` is ever tried again.
pub(crate) fn fits_wildcards(glob: &str, name: &str) -> bool {
    let [glob, name] = [glob, name].map(|text| text.chars().collect::<Vec<_>>());
    let (mut at, mut read) = (0, 0);
    let mut star = None;
    while read < name.len() {
        match glob.get(at) {
            Some('*') => {
                star = Some((at, read));
                at += 1;
            }
            Some(letter) if *letter == '?' || *letter == name[read] => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((place, from)) = star else { return false };
                star = Some((place, from + 1));
                (at, read) = (place + 1, from + 1);
            }
        }
    }
    glob[at..].iter().all(|letter| *letter == '*')
}

/// How many letters must be put in, taken out, replaced, or swapped with their neighbour (Levenshtein, Damerau).
pub(crate) fn distance(one: &str, other: &str) -> usize {
    distance_within(one, other, usize::MAX).unwrap_or(usize::MAX)
}

/// The same, if it is not more than `most`.
pub(crate) fn distance_within(one: &str, other: &str, most: usize) -> Option<usize> {
    if one.is_ascii() && other.is_ascii() {
        return steps(one.as_bytes(), other.as_bytes(), most);
    }
    let [one, other] = [one, other].map(|text| text.chars().collect::<Vec<_>>());
    steps(&one, &other, most)
}

/// More than any distance.
const FAR: usize = usize::MAX / 2;

fn steps<T: PartialEq>(one: &[T], other: &[T], most: usize) -> Option<usize> {
    // Each letter more or less is one.
    if one.len().abs_diff(other.len()) > most {
        return None;
    }
    let start = || (0..=other.len()).collect::<SmallVec<[usize; 32]>>();
    let mut rows = [start(), start(), start()];
    let [before, above, row] = &mut rows;
    let (mut before, mut above, mut row) = (&mut **before, &mut **above, &mut **row);
    for (line, letter) in one.iter().enumerate() {
        // Farther from the diagonal it is more than `most`.
        let from = line.saturating_sub(most);
        let to = line.saturating_add(most).saturating_add(1).min(other.len());
        row[from] = if from == 0 { line + 1 } else { FAR };
        for column in from..to {
            let known = &other[column];
            let replaced = above[column] + usize::from(letter != known);
            let least = replaced.min(row[column] + 1).min(above[column + 1] + 1);
            let is_swapped =
                line > 0 && column > 0 && *letter == other[column - 1] && one[line - 1] == *known;
            row[column + 1] = if is_swapped { least.min(before[column - 1] + 1) } else { least };
        }
        if let Some(behind) = row.get_mut(to + 1) {
            *behind = FAR;
        }
        // It does not become less, and a swap goes back over two lines.
        if above[from..=to].iter().chain(&row[from..=to]).all(|far| *far > most) {
            return None;
        }
        (before, above, row) = (above, row, before);
    }
    above.last().copied().filter(|far| *far <= most)
}

#[cfg(test)]
mod tests {
    use super::{distance, distance_within};

    #[test]
    fn distances() {
        assert_eq!(distance("upload", "uplaod"), 1);
        assert_eq!(distance("PutObejct", "PutObject"), 1);
        assert_eq!(distance("abcd", "badc"), 2);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("parameter", "paramater"), 1);
        // A name of another length, and one that is far.
        assert_eq!(distance_within("getobject", "get", 3), None);
        assert_eq!(distance_within("putbucketacl", "getbucketacl", 2), Some(2));
        assert_eq!(distance_within("abcdefgh", "hgfedcba", 2), None);
        for (one, other) in [("abcd", "badc"), ("upload", "uplaod"), ("", "abc"), ("été", "ete")]
        {
            let far = distance(one, other);
            assert_eq!(distance_within(one, other, far), Some(far), "{one}");
            assert_eq!(distance_within(one, other, far - 1), None, "{one}");
        }
    }
}
