//! One slip: the words that it touches, and how the text is changed.

use super::kind::Kind;
use super::word::Word;
use crate::finding::Edit;
use crate::source::Span;

/// One slip of the pen in a document.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slip {
    /// Which kind.
    pub kind: &'static Kind,
    /// The words that it touches.
    pub at: Span,
    /// The statement, by its number.
    pub statement: Option<usize>,
    /// The words that it touches, as one text.
    pub words: String,
    /// What is written in their place; `None`: they are taken out.
    pub writes: Option<String>,
    /// The change.
    pub edit: Edit,
}

/// The slips of a document, as they are found.
#[derive(Debug, Default)]
pub(super) struct Slips {
    /// In the order of the words.
    pub(super) list: Vec<Slip>,
}

impl Slips {
    /// Another text for a word.
    pub(super) fn write(&mut self, kind: &'static Kind, word: &Word<'_>, text: impl Into<String>) {
        let text = text.into();
        if text != word.text {
            self.write_at(kind, word, word.span, text);
        }
    }

    /// A text that replaces the element around a word.
    pub(super) fn write_at(
        &mut self,
        kind: &'static Kind,
        word: &Word<'_>,
        at: Span,
        text: impl Into<String>,
    ) {
        let text = text.into();
        let edit = Edit::Replace(vec![(at, text.clone())]);
        self.add(kind, word, at, Some(text), edit);
    }

    /// A part of the text is taken out.
    pub(super) fn take_out(&mut self, kind: &'static Kind, word: &Word<'_>, at: Span) {
        self.add(kind, word, at, None, Edit::Remove(vec![at]));
    }

    fn add(
        &mut self,
        kind: &'static Kind,
        word: &Word<'_>,
        at: Span,
        writes: Option<String>,
        edit: Edit,
    ) {
        let words = word.text.to_owned();
        self.list.push(Slip { kind, at, statement: word.statement, words, writes, edit });
    }
}
