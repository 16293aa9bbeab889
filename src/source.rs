//! One address space of `u32` byte offsets over all texts of a run.
//!
//! Every text that is read gets a range of addresses. A [`Span`] is a range of addresses, so it
//! says which text it points into without carrying a name. A text that was decoded from another one
//! (a policy inside a JSON string) is an [`Origin::Derived`] source; [`Sources::trace`] leads from
//! it back into the file that the user can edit.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// Longest text that is read, in bytes. Larger inputs are refused with a clear error.
pub const MAX_INPUT_BYTES: usize = 16 * 1024 * 1024;

/// Half-open range of addresses, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    /// First address.
    pub lo: u32,
    /// Address after the last one.
    pub hi: u32,
}

impl Span {
    /// The span of text that comes from no source.
    pub const NOWHERE: Span = Span { lo: u32::MAX, hi: u32::MAX };

    /// The range from `lo` up to `hi`.
    pub fn new(lo: u32, hi: u32) -> Self {
        Span { lo, hi }
    }

    /// The smallest range that holds both.
    pub fn to(self, other: Span) -> Span {
        Span::new(self.lo.min(other.lo), self.hi.max(other.hi))
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        self.hi.saturating_sub(self.lo) as usize
    }

    /// Whether the range is empty.
    pub fn is_empty(self) -> bool {
        self.hi <= self.lo
    }

    /// Whether `other` lies inside.
    pub fn contains(self, other: Span) -> bool {
        self.lo <= other.lo && other.hi <= self.hi
    }
}

/// A value and where it was written. The place does not count in comparisons: two values are equal
/// wherever they were written.
#[derive(Clone, Copy, Debug)]
pub struct Spanned<T> {
    /// The value.
    pub node: T,
    /// Its place.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// `node` at `span`.
    pub fn new(node: T, span: Span) -> Self {
        Spanned { node, span }
    }

    /// The same place with another value.
    pub fn map<U>(self, f: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned::new(f(self.node), self.span)
    }
}

impl<T: PartialEq> PartialEq for Spanned<T> {
    fn eq(&self, other: &Self) -> bool {
        self.node == other.node
    }
}

impl<T: Eq> Eq for Spanned<T> {}

/// Where a text came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Read from a file, standard input or given inline, under this name.
    File(FileName),
    /// Decoded from another source: consecutive runs that map back to it, and the encoding in which
    /// the whole text was written there.
    Derived(Vec<Run>, Encoding),
}

/// How a text is written inside another text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// As the body of a JSON string.
    JsonString,
    /// Percent-encoded (RFC 3986).
    Percent,
}

impl Encoding {
    /// Encodes a text so that it can be written inside the other one.
    pub fn encode(self, text: &str) -> String {
        let mut encoded = String::with_capacity(text.len());
        match self {
            Encoding::JsonString => {
                text.chars().for_each(|character| push_json(character, &mut encoded))
            }
            Encoding::Percent => text.bytes().for_each(|byte| match byte {
                b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    encoded.push(byte as char)
                }
                byte => encoded.push_str(&format!("%{byte:02X}")),
            }),
        }
        encoded
    }
}

fn push_json(character: char, text: &mut String) {
    match character {
        '"' => text.push_str("\\\""),
        '\\' => text.push_str("\\\\"),
        '\n' => text.push_str("\\n"),
        '\r' => text.push_str("\\r"),
        '\t' => text.push_str("\\t"),
        control if control < ' ' => text.push_str(&format!("\\u{:04x}", control as u32)),
        plain => text.push(plain),
    }
}

/// A stretch of decoded text and the stretch it was decoded from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// Offset of the first byte in the decoded text.
    pub at: u32,
    /// Length in the decoded text, in bytes.
    pub len: u32,
    /// The addresses it was decoded from.
    pub to: Span,
    /// How it was written there.
    pub how: How,
}

/// How a run of derived text was written in its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// Byte for byte; a part of the run maps to the same part of the origin.
    Verbatim,
    /// An escape sequence; only the whole run maps back.
    Encoded,
}

/// One text of the address space.
#[derive(Clone, Debug)]
pub struct Source {
    /// Where it came from.
    pub origin: Origin,
    /// The text.
    pub text: String,
    /// Address of its first byte.
    pub base: u32,
    lines: OnceLock<LineIndex>,
}

impl Source {
    /// The starts of its lines, found when they are first asked for.
    pub fn lines(&self) -> &LineIndex {
        self.lines.get_or_init(|| LineIndex::new(&self.text))
    }

    /// The addresses of the whole text.
    pub fn span(&self) -> Span {
        Span::new(self.base, self.base + self.text.len() as u32)
    }

    /// The addresses of `range`, a range of byte offsets into the text.
    pub fn span_of(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.base + range.start as u32, self.base + range.end as u32)
    }

    /// The name under which it was given; empty for derived text.
    pub fn name(&self) -> &str {
        match &self.origin {
            Origin::File(name) => name,
            Origin::Derived(..) => "",
        }
    }
}

/// Number of a source in its [`Sources`].
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash, PartialOrd, Ord)]
pub struct SourceId(usize);

/// A text that does not fit into the address space.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the text has {size} bytes, the limit is {limit}")]
pub struct TooLarge {
    /// Its size in bytes.
    pub size: usize,
    /// The limit in bytes.
    pub limit: usize,
}

/// All texts of a run, one after the other in one address space.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    list: Vec<Arc<Source>>,
}

/// A stretch of a file that the user can edit.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The file.
    pub source: &'a Source,
    /// Addresses inside that file.
    pub span: Span,
}

impl Place<'_> {
    /// Byte offsets into the file.
    pub fn range(&self) -> std::ops::Range<usize> {
        let base = self.source.base;
        (self.span.lo - base) as usize..(self.span.hi - base) as usize
    }

    /// The text at that place.
    pub fn text(&self) -> &str {
        self.source.text.get(self.range()).unwrap_or_default()
    }
}

/// The name of a file as reports show it: one line, whatever the file is called.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, serde::Serialize)]
#[serde(transparent)]
pub struct FileName(String);

impl FileName {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: AsRef<str>> From<T> for FileName {
    fn from(name: T) -> FileName {
        FileName(one_line(name.as_ref()).into_owned())
    }
}

impl Deref for FileName {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A text of an input inside of a line: its line breaks would begin lines of a report that nobody wrote.
pub fn one_line(text: &str) -> Cow<'_, str> {
    match text.contains(['\n', '\r']) {
        true => Cow::Owned(text.replace('\r', "\\r").replace('\n', "\\n")),
        false => Cow::Borrowed(text),
    }
}

impl Sources {
    /// An empty address space.
    pub fn new() -> Self {
        Sources::default()
    }

    /// Adds a text under the name of its file. A line break in the name is kept as `\n` in letters: names begin lines of reports.
    ///
    /// # Errors
    /// [`TooLarge`] when the text is longer than [`MAX_INPUT_BYTES`] or the address space is full.
    pub fn add_file(&mut self, name: &str, text: String) -> Result<SourceId, TooLarge> {
        self.add(Origin::File(name.into()), text)
    }

    /// Adds a text that was decoded from other sources. `runs` cover it from front to back.
    ///
    /// # Errors
    /// As [`Sources::add_file`].
    pub fn add_derived(
        &mut self,
        text: String,
        runs: Vec<Run>,
        encoding: Encoding,
    ) -> Result<SourceId, TooLarge> {
        self.add(Origin::Derived(runs, encoding), text)
    }

    fn add(&mut self, origin: Origin, text: String) -> Result<SourceId, TooLarge> {
        // One address stays free between two texts, so that an empty span at an end belongs to one
        // text only.
        let base = self.list.last().map_or(0, |last| last.span().hi as usize + 1);
        let room = (u32::MAX as usize).saturating_sub(base + 1).min(MAX_INPUT_BYTES);
        if text.len() > room {
            return Err(TooLarge { size: text.len(), limit: room });
        }
        self.list.push(Arc::new(Source {
            origin,
            text,
            base: base as u32,
            lines: OnceLock::new(),
        }));
        Ok(SourceId(self.list.len() - 1))
    }

    /// The source with that number.
    pub fn get(&self, id: SourceId) -> &Source {
        &self.list[id.0]
    }

    /// The source that holds an address.
    pub fn source_at(&self, address: u32) -> Option<&Arc<Source>> {
        if address == Span::NOWHERE.lo {
            return None;
        }
        let after = self.list.partition_point(|source| source.base <= address);
        self.list.get(after.checked_sub(1)?)
    }

    /// The text at `span` as it is in its own source: decoded, if that is derived text.
    pub fn text(&self, span: Span) -> &str {
        self.source_at(span.lo).map_or("", |source| {
            Place { source, span }
                .source
                .text
                .get(Place { source, span }.range())
                .unwrap_or_default()
        })
    }

    /// Leads a span back into the file that the user gave, through all decodings.
    ///
    /// ```
    /// use ica_policy::source::{Encoding, How, Run, Sources, Span};
    /// let mut sources = Sources::new();
    /// let file = sources.add_file("a.json", r#""x\ny""#.to_owned()).unwrap();
    /// let base = sources.get(file).base;
    /// let run = |at, len, lo, hi, how| Run { at, len, to: Span::new(base + lo, base + hi), how };
    /// let runs = vec![
    ///     run(0, 1, 1, 2, How::Verbatim),
    ///     run(1, 1, 2, 4, How::Encoded),
    ///     run(2, 1, 4, 5, How::Verbatim),
    /// ];
    /// let text = sources.add_derived("x\ny".to_owned(), runs, Encoding::JsonString).unwrap();
    /// let span = sources.get(text).span_of(1..3);
    /// assert_eq!(sources.trace(span).unwrap().text(), r"\ny");
    /// let (place, text) = sources.edit(span, "\tz").unwrap();
    /// assert_eq!((place.range(), text.as_str()), (2..5, r"\tz"));
    /// ```
    pub fn trace(&self, span: Span) -> Option<Place<'_>> {
        let mut span = span;
        loop {
            let source = self.source_at(span.lo)?;
            match &source.origin {
                Origin::File(_) => return Some(Place { source, span }),
                Origin::Derived(runs, _) => {
                    span = outer_span(runs, span.lo - source.base, span.hi - source.base)?
                }
            }
        }
    }

    /// The change of the user's file that replaces `span` by `text`: the place in the file, and the
    /// text encoded as the file needs it.
    pub fn edit(&self, span: Span, text: &str) -> Option<(Place<'_>, String)> {
        let (mut span, mut text) = (span, text.to_owned());
        loop {
            let source = self.source_at(span.lo)?;
            match &source.origin {
                Origin::File(_) => return Some((Place { source, span }, text)),
                Origin::Derived(runs, encoding) => {
                    text = encoding.encode(&text);
                    span = outer_span(runs, span.lo - source.base, span.hi - source.base)?;
                }
            }
        }
    }

    /// The text of a file with other texts at these places, which lie in it or in texts that were decoded from it.
    pub fn spliced(&self, text: &str, splices: Vec<(Span, String)>) -> Option<String> {
        let mut text = text.to_owned();
        let mut places = Vec::new();
        for (span, new) in splices {
            let (place, encoded) = self.edit(span, &new)?;
            places.push((place.range(), encoded));
        }
        // From the end, so that what comes before keeps its place.
        places.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        for (range, new) in places {
            let fits = text.is_char_boundary(range.start)
                && text.is_char_boundary(range.end)
                && range.start <= range.end;
            fits.then(|| text.replace_range(range, &new))?;
        }
        Some(text)
    }

    /// All sources, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = &Source> {
        self.list.iter().map(AsRef::as_ref)
    }
}

/// Maps offsets `lo..hi` of a derived text to addresses of its origin.
fn outer_span(runs: &[Run], lo: u32, hi: u32) -> Option<Span> {
    let start = runs.partition_point(|run| run.at + run.len <= lo).min(runs.len().checked_sub(1)?);
    let first = runs[start];
    let from = match first.how {
        How::Verbatim => first.to.lo + lo.saturating_sub(first.at).min(first.len),
        How::Encoded => first.to.lo,
    };
    if hi <= lo {
        return Some(Span::new(from, from));
    }
    let end = runs.partition_point(|run| run.at < hi).checked_sub(1)?;
    let last = runs[end];
    let to = match last.how {
        How::Verbatim => last.to.lo + (hi - last.at).min(last.len),
        How::Encoded => last.to.hi,
    };
    Some(Span::new(from, to.max(from)))
}

/// Line and column of a byte offset, both counted from 1; the column counts characters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LineColumn {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for LineColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}

/// Starts of the lines of a text, made once per text and only when something is printed.
#[derive(Clone, Debug)]
pub struct LineIndex {
    starts: Vec<usize>,
    /// Whether the text has a carriage return without a line feed behind it.
    has_lone_returns: bool,
}

impl LineIndex {
    /// Reads the line starts of `text`.
    pub fn new(text: &str) -> Self {
        let starts =
            std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        let has_lone_returns = text.matches('\r').count() != text.matches("\r\n").count();
        LineIndex { starts, has_lone_returns }
    }

    /// The line and column of the byte `offset` of `text`.
    ///
    /// ```
    /// use ica_policy::source::LineIndex;
    /// let text = "a\nüx";
    /// assert_eq!(LineIndex::new(text).at(text, 4).to_string(), "2:2");
    /// ```
    pub fn at(&self, text: &str, offset: usize) -> LineColumn {
        let line = self.starts.partition_point(|&start| start <= offset);
        let start = self.starts[line - 1];
        let column =
            text.get(start..offset).map_or(offset - start, |before| before.chars().count()) + 1;
        LineColumn { line, column }
    }

    /// Whether the text has a carriage return without a line feed behind it. Some programs take that for the end of a line.
    pub fn has_lone_returns(&self) -> bool {
        self.has_lone_returns
    }

    /// The offset at which a line begins, counted from 0.
    pub fn start(&self, line: usize) -> Option<usize> {
        self.starts.get(line).copied()
    }
}

/// The debug text of a value without its spans. Two values have equal words if these texts are
/// equal.
pub fn without_places(value: &impl std::fmt::Debug) -> String {
    let text = format!("{value:?}");
    let mut parts = text.split("Span { lo: ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |words, part| match place_at(part) {
        Some(rest) => words + rest,
        // Text of the user may look like the beginning of a span.
        None => words + "Span { lo: " + part,
    })
}

/// The text after `1, hi: 2 }`, or `None` if the text does not begin like that.
fn place_at(text: &str) -> Option<&str> {
    let (lo, rest) = text.split_once(", hi: ")?;
    let (hi, rest) = rest.split_once(" }")?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(lo) && is_number(hi)).then_some(rest)
}
