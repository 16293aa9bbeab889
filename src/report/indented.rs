//! A JSON document of one line as people write it: answers of AWS hold a whole policy in one line, which no terminal can show.

#[cfg(feature = "cli")]
use super::finding::Finding;
#[cfg(feature = "cli")]
use super::place::{Position, Shown};
#[cfg(feature = "cli")]
use crate::source::{Source, Sources};
#[cfg(feature = "cli")]
use std::cell::RefCell;
#[cfg(feature = "cli")]
use std::rc::Rc;
#[cfg(feature = "cli")]
use std::sync::{Arc, Weak};

/// A text and how it is laid out; `None` if it is no document.
#[cfg(feature = "cli")]
type LaidOut = Option<Rc<(Arc<Source>, Indented)>>;

/// Texts that are kept laid out: a report draws many findings of few files.
#[cfg(feature = "cli")]
const MOST_KEPT: usize = 8;

/// The longest text that is laid out, in bytes. AWS has no policy of this size; an answer about an account may be longer.
#[cfg(feature = "cli")]
const MOST_LAID_OUT: usize = 4 << 20;

#[cfg(feature = "cli")]
thread_local! {
    /// The last texts that were laid out.
    static KEPT: RefCell<Vec<(Weak<Source>, LaidOut)>> = RefCell::default();
}

/// The text of a source, laid out once.
#[cfg(feature = "cli")]
fn source_laid_out(source: &Arc<Source>) -> LaidOut {
    let is_own = |(known, _): &&(Weak<Source>, LaidOut)| known.as_ptr() == Arc::as_ptr(source);
    if let Some(known) = KEPT.with_borrow(|kept| kept.iter().find(is_own).cloned()) {
        return known.1;
    }
    let lay_out = || {
        // Of a longer text an excerpt is shown: a layout takes ten times the size of its text.
        if source.text.len() > MOST_LAID_OUT {
            return None;
        }
        let new = Indented::new(&source.text)?;
        let mut sources = Sources::new();
        let id = sources.add_file("", new.text.clone()).ok()?;
        Some(Rc::new((sources.source_at(sources.get(id).base)?.clone(), new)))
    };
    let laid_out = lay_out();
    KEPT.with_borrow_mut(|kept| {
        kept.insert(0, (Arc::downgrade(source), laid_out.clone()));
        kept.truncate(MOST_KEPT);
    });
    laid_out
}

/// The finding with its places in texts that are laid out. The name of a text says where its words are in the file. `None` if some text is
/// no document.
#[cfg(feature = "cli")]
pub(super) fn laid_out(finding: &Finding) -> Option<Finding> {
    let moved = |place: &Position| -> Option<Position> {
        let known = source_laid_out(&place.shown.source)?;
        let (source, new) = &*known;
        let range = new.range(&place.shown.range)?;
        let name = format!("{} at {}:{}, indented", place.file, place.line, place.column);
        Some(Position { shown: Shown::new(name, source.clone(), range), ..place.clone() })
    };
    let place = moved(finding.place.as_ref()?)?;
    let related = finding.related.iter().map(|(place, words)| Some((moved(place)?, words.clone())));
    let related = related.collect::<Option<Vec<_>>>()?;
    Some(Finding { place: Some(place), related, ..finding.clone() })
}

/// A document in lines, ending with a line break; a text with lines of its own stays as it is.
pub fn indented(text: &str) -> String {
    let has_lines = text.trim().contains('\n');
    match Indented::new(text).filter(|_| !has_lines) {
        Some(indented) => indented.text + "\n",
        None => text.to_owned(),
    }
}

/// A text with line breaks and blanks, and where each byte of the original went.
pub struct Indented {
    /// The new text.
    pub text: String,
    /// By offset in the original, its length included: the offset in the new text.
    offsets: Vec<usize>,
}

/// A list or object up to this many bytes is left in its line.
const MOST_IN_A_LINE: usize = 60;

/// The deepest nesting that is laid out, that of JSON that is read; deeper text would be mostly indentation.
const MOST_DEPTH: usize = 128;

impl Indented {
    /// Lays out a text by its brackets and commas; outside of strings nothing else is changed. `None` if it is no object or list.
    pub fn new(text: &str) -> Option<Indented> {
        if !text.trim_start().starts_with(['{', '[']) {
            return None;
        }
        let out = Indented { text: String::new(), offsets: Vec::new() };
        let mut layout = Layout { out, open: Vec::new(), depth: 0 };
        layout.lay_out(text)?;
        layout.out.offsets.push(layout.out.text.len());
        Some(layout.out)
    }

    /// The range in the new text.
    pub fn range(&self, old: &std::ops::Range<usize>) -> Option<std::ops::Range<usize>> {
        // The end is that of the last byte inside: what follows may be in another line.
        let start = *self.offsets.get(old.start)?;
        let end = if old.is_empty() { start } else { self.offsets.get(old.end - 1)? + 1 };
        let range = start..end.min(self.text.len());
        self.text.get(range.clone()).map(|_| range)
    }
}

struct Layout {
    out: Indented,
    /// For each open bracket whether its content has lines of its own.
    open: Vec<bool>,
    /// How many of them have.
    depth: usize,
}

impl Layout {
    /// `None` if brackets are nested too deeply.
    fn lay_out(&mut self, text: &str) -> Option<()> {
        let (mut in_string, mut is_escaped) = (false, false);
        for (at, letter) in text.char_indices() {
            if in_string {
                self.put(letter);
                in_string = is_escaped || letter != '"';
                is_escaped = !is_escaped && letter == '\\';
                continue;
            }
            match letter {
                '"' => {
                    in_string = true;
                    self.put(letter);
                }
                '{' | '[' => {
                    self.put(letter);
                    let is_long = closing(&text[at..]) > MOST_IN_A_LINE;
                    self.open.push(is_long);
                    self.depth += usize::from(is_long);
                    if self.depth > MOST_DEPTH {
                        return None;
                    }
                    self.break_line(is_long);
                }
                '}' | ']' => {
                    let is_long = self.open.pop().unwrap_or_default();
                    self.depth -= usize::from(is_long);
                    self.break_line(is_long);
                    self.put(letter);
                }
                ',' => {
                    self.put(letter);
                    let is_long = self.open.last().copied().unwrap_or_default();
                    self.break_line(is_long);
                    if !is_long {
                        self.out.text.push(' ');
                    }
                }
                ':' => {
                    self.put(letter);
                    self.out.text.push(' ');
                }
                blank @ (' ' | '\t' | '\r' | '\n') => self.skip(blank),
                other => self.put(other),
            }
        }
        Some(())
    }

    fn put(&mut self, letter: char) {
        let start = self.out.text.len();
        self.out.text.push(letter);
        self.out.offsets.extend(start..self.out.text.len());
    }

    /// A blank that is not taken over is where the next letter will be.
    fn skip(&mut self, blank: char) {
        let at = self.out.text.len();
        self.out.offsets.extend(std::iter::repeat_n(at, blank.len_utf8()));
    }

    fn break_line(&mut self, is_wanted: bool) {
        if is_wanted {
            self.out.text.push('\n');
            self.out.text.push_str(&"  ".repeat(self.depth));
        }
    }
}

/// The length of the text from an opening bracket to its closing one.
fn closing(text: &str) -> usize {
    let (mut depth, mut in_string, mut is_escaped) = (0, false, false);
    for (at, byte) in text.bytes().enumerate().take(MOST_IN_A_LINE + 1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if in_string => is_escaped = true,
            b'"' => in_string = !in_string,
            b'{' | b'[' if !in_string => depth += 1,
            b'}' | b']' if !in_string => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
    }
    usize::MAX
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::Indented;

    /// `MOST_KEPT`: a text that is not kept any more is laid out again.
    #[cfg(feature = "cli")]
    #[test]
    fn texts_that_are_not_kept_are_laid_out_again() {
        let mut sources = crate::source::Sources::new();
        let all = (0..2 * super::MOST_KEPT).map(|number| {
            let text = format!(r#"{{"Sid": "{}{number}"}}"#, "x".repeat(super::MOST_IN_A_LINE));
            let id = sources.add_file("a.json", text).unwrap();
            sources.source_at(sources.get(id).base).unwrap().clone()
        });
        let all = all.collect::<Vec<_>>();
        for _ in 0..2 {
            for source in &all {
                let laid_out = super::source_laid_out(source).unwrap();
                assert_eq!(laid_out.1.text, Indented::new(&source.text).unwrap().text);
            }
        }
    }

    #[test]
    fn brackets_and_commas_make_lines_and_offsets_follow() {
        let old = r#"{"Statement":[{"Effect":"Deny","Action":["s3:GetObject","s3:PutObject"],"Sid":"a, {b}: \"c"}]}"#;
        let new = Indented::new(old).unwrap();
        let wanted = "{\n  \"Statement\": [\n    {\n      \"Effect\": \"Deny\",\n      \"Action\": [\"s3:GetObject\", \"s3:PutObject\"],\n      \
            \"Sid\": \"a, {b}: \\\"c\"\n    }\n  ]\n}";
        assert_eq!(new.text, wanted);
        for words in ["\"Deny\"", "[\"s3:GetObject\"", "\"a, {b}: \\\"c\"", "\"s3:PutObject\"]"] {
            let at = old.find(words).unwrap();
            let range = new.range(&(at..at + words.len())).unwrap();
            assert_eq!(new.text[range].replace(", ", ","), words.replace(", ", ","), "{words}");
        }
        assert!(Indented::new("s3:GetObject").is_none());
        // Indentation of deep nesting would take more room than there is.
        assert!(Indented::new(&"[".repeat(100_000)).is_none());
        assert!(Indented::new(&"[1,".repeat(60_000)).is_none());
    }

    /// Text that is no JSON loses nothing but blanks.
    #[test]
    fn odd_texts_keep_their_letters() {
        for text in ["{", "[}]]", "{\"a\\", "{é:ü, \u{1f600}}", "[\n1 ,2]", "{\"a\": [[[[[]]]]]}"]
        {
            let new = Indented::new(text).unwrap();
            let plain = |text: &str| text.split_whitespace().collect::<String>();
            assert_eq!(plain(&new.text), plain(text), "{text}");
            assert_eq!(new.offsets.len(), text.len() + 1, "{text}");
        }
    }
}
