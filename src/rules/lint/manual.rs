//! The code of a rule with its page.

use crate::finding::Code;

/// Makes the code of a rule. Its doc comment is the page of the rule: what is wrong and why, an example that is wrong (` ```json bad `) and one that is right
/// (` ```json good `), what to do, the source. An example may be a statement alone; a word behind `bad` or `good` is the kind of the policy.
macro_rules! rule_code {
    ($(#[doc = $line:literal])+ $visible:vis $name:ident: $severity:ident $id:literal [$($analyzer:literal)*] $summary:literal $(, $member:ident: $value:expr)*) => {
        $visible const $name: $crate::finding::Code = $crate::finding::Code::of(&$crate::finding::Row {
            id: $id,
            severity: $crate::finding::Severity::$severity,
            summary: $summary,
            analyzer: &[$($analyzer),*],
            manual: concat!($($line, "\n"),+),
            $($member: $value,)*
            ..$crate::finding::Row::PLAIN
        });
    };
}

pub(in crate::rules) use rule_code;

/// The page of a rule, taken apart.
#[derive(Clone, Debug, Default)]
pub struct Manual {
    /// What is wrong and why, a paragraph each.
    pub about: Vec<String>,
    /// Examples.
    pub examples: Vec<Example>,
    /// What to do.
    pub to_do: String,
    /// Where it was read.
    pub source: String,
}

/// An example of a page: a policy, or a statement alone.
#[derive(Clone, Debug)]
pub struct Example {
    /// Whether the rule finds something in it.
    pub is_bad: bool,
    /// The kind of the policy, if it is not an identity policy.
    pub kind: Option<String>,
    /// The text.
    pub text: String,
}

impl Manual {
    /// The page of a rule; `None` for other findings.
    pub fn of(code: Code) -> Option<Manual> {
        let text = code.row().manual;
        let mut manual = Manual::default();
        let mut block: Option<Example> = None;
        let mut paragraph = String::new();
        for line in text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)) {
            match (&mut block, line) {
                (Some(_), "```") => manual.examples.extend(block.take()),
                (Some(example), line) => example.text.push_str(line),
                (None, line) if line.starts_with("```json ") => {
                    manual.add(&mut paragraph);
                    block = Some(Example::begin(line));
                }
                (None, "") => manual.add(&mut paragraph),
                (None, line) => {
                    if !paragraph.is_empty() {
                        paragraph.push(' ');
                    }
                    paragraph.push_str(line);
                }
            }
        }
        manual.add(&mut paragraph);
        (!text.is_empty()).then_some(manual)
    }

    /// Ends a paragraph.
    fn add(&mut self, paragraph: &mut String) {
        let text = std::mem::take(paragraph);
        if let Some(to_do) = text.strip_prefix("What to do: ") {
            to_do.clone_into(&mut self.to_do);
        } else if let Some(source) = text.strip_prefix("Source: ") {
            source.clone_into(&mut self.source);
        } else if !text.is_empty() {
            self.about.push(text);
        }
    }
}

impl Example {
    fn begin(line: &str) -> Example {
        let mut words = line.split(' ').skip(1);
        let is_bad = words.next() == Some("bad");
        Example { is_bad, kind: words.next().map(str::to_owned), text: String::new() }
    }

    /// The whole policy: a statement alone is in one of the current version.
    pub fn policy(&self) -> String {
        policy_of(&self.text)
    }
}

/// A policy around a text that is one statement, or statements with commas between them.
pub fn policy_of(text: &str) -> String {
    match text.contains("\"Statement\"") {
        true => text.to_owned(),
        false => format!(r#"{{"Version": "2012-10-17", "Statement": [{text}]}}"#),
    }
}
