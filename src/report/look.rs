//! How reports for people look.

use super::finding::Finding;
use super::view::View;
use crate::product::Verdict;
use anstyle::{AnsiColor, Style};
use std::borrow::Cow;
use textwrap::{Options, WordSeparator, WordSplitter};

/// A view that people can read, too.
pub trait Human: View {
    /// The report.
    fn human(&self, look: Look) -> String;

    /// The same as a list of findings, each cause once: what formats for other programs print.
    fn issues(&self) -> Vec<Finding> {
        Vec::new()
    }

    /// How many findings are known from before and left out.
    fn left_out(&self) -> usize {
        0
    }

    /// What a page of HTML says before the list: nothing.
    fn html_head(&self) -> String {
        String::new()
    }

    /// Its tests as a suite of JUnit, if it has some; else each finding is a case.
    fn junit_suite(&self) -> Option<String> {
        None
    }

    /// What a summary in Markdown says before the list: nothing.
    fn markdown_head(&self) -> String {
        String::new()
    }
}

/// How the report is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Whether colours are used.
    pub colour: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// The longest line of a document that is drawn whole, in columns.
    pub longest_line: usize,
    /// Whether frames are drawn with characters of ASCII alone.
    pub ascii: bool,
    /// Whether nothing is shortened.
    pub verbose: bool,
}

/// A word in the colour of a verdict.
pub(super) fn word(text: &str, verdict: Verdict, look: Look) -> String {
    if !look.colour {
        return text.to_owned();
    }
    let colour = match verdict {
        Verdict::Allowed => AnsiColor::Green,
        Verdict::Unknown => AnsiColor::Yellow,
        Verdict::Partial => AnsiColor::Magenta,
        Verdict::Blocked => AnsiColor::Red,
    };
    let style = Style::new().fg_color(Some(colour.into())).bold();
    format!("{style}{text}{style:#}")
}

/// A sentence in lines of the terminal's width: what the first line and what the others begin with. Whole words only: people copy ARNs.
pub(super) fn wrapped(words: &str, first: &str, rest: &str, look: Look) -> Vec<String> {
    let options = Options::new(look.width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .word_separator(WordSeparator::AsciiSpace)
        .word_splitter(WordSplitter::NoHyphenation)
        .break_words(false);
    textwrap::wrap(words, options).into_iter().map(Cow::into_owned).collect()
}

/// The same as one text, each line with its end.
pub(super) fn paragraph(words: &str, first: &str, rest: &str, look: Look) -> String {
    wrapped(words, first, rest, look).into_iter().map(|line| line + "\n").collect()
}
