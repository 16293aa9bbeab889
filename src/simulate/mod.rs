//! Requests of others: one JSON object says who asks for what past which policies, one answers (design 4.1).

mod answer;
mod error;
mod left_out;
mod line;
mod request;
mod store;
mod trace;

pub use answer::{Answer, By, Decided, LACKS_BUCKET, Reading, left_out_words};
pub use error::LineError;
pub use left_out::{Simulated, simulate};
pub use line::Line;
pub use request::{RequestText, resource_kind};
pub use store::{MAX_DEFINED, MAX_DEFINED_BYTES, Store};
pub use trace::{LayerTrace, trace};

use crate::finding::Severity;
use crate::json;
use crate::source::Sources;

/// Answers lines one after the other; remembers only the policies that lines define.
#[derive(Debug, Default)]
pub struct Simulator {
    store: Store,
}

impl Simulator {
    /// Without definitions.
    pub fn new() -> Self {
        Simulator::default()
    }

    /// Answers one line; `None` for an empty line or one that defines policies.
    ///
    /// ```
    /// use ica_policy::simulate::Simulator;
    /// let line = r#"{"id": "1", "principal": "arn:aws:iam::111122223333:user/ana", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k",
    ///     "identity_policies": [{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}}]}"#;
    /// let answer = Simulator::new().answer(line.to_owned()).unwrap();
    /// assert!(answer.starts_with(r#"{"id":"1","decision":"Allowed","by":[{"layer":"identity","policy":0,"statement":0,"sid":null}]"#));
    /// ```
    pub fn answer(&mut self, line: String) -> Option<String> {
        self.answer_line(line).map(|answer| answer.to_json())
    }

    /// As [`Simulator::answer`], before it is written.
    pub fn answer_line(&mut self, line: String) -> Option<Answer> {
        if line.trim().is_empty() {
            return None;
        }
        let mut sources = Sources::new();
        match sources.add_file("line", line) {
            Ok(id) => {
                let parsed = json::parse(sources.get(id));
                self.answer_parsed(parsed, &sources)
            }
            Err(error) => Some(Answer::error(None, LineError::new("", error.to_string()))),
        }
    }

    fn answer_parsed(&mut self, parsed: json::Parsed, sources: &Sources) -> Option<Answer> {
        let id = parsed.root.as_ref().map_or(Ok(None), line::id);
        // A member that stands twice makes a text that readers take differently, so it is refused like one that is no JSON.
        let is_sound = parsed.problems.iter().all(|problem| problem.severity != Severity::Error);
        let Some(root) = parsed.root.filter(|_| is_sound) else {
            return Some(Answer::error(
                id.unwrap_or_default(),
                LineError::in_text(&parsed.problems, sources),
            ));
        };
        if root.get("define").is_some() {
            return self.store.define(&root).err().map(|error| Answer::error(None, error));
        }
        let id = match id {
            Ok(id) => id,
            Err(error) => return Some(Answer::error(None, error)),
        };
        Some(match Line::read(root, &self.store) {
            Ok(line) => line.answer(id),
            Err(error) => Answer::error(id, error),
        })
    }
}
