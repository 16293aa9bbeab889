//! What a command answers: a view of data with resolved places, and its form as JSON. A report in
//! another format is a reader of views.

use super::failure::Failure;
use serde::Serialize;

/// The answer of a command. Its serde form is the document of the published schema, between the
/// name of the schema and the errors.
pub trait View: Serialize + Sized {
    /// The name of the schema.
    const SCHEMA: &'static str;

    /// The members of the document if there is no answer, as JSON.
    const NOTHING: &'static str;

    /// The reference data that the answer uses; `None` for a document without an answer.
    fn data(_: Option<&Self>) -> Data {
        Data::today()
    }

    /// What could not be read, beside the answer about the rest.
    fn errors(&self) -> &[Failure] {
        &[]
    }

    /// For programs: one line.
    fn json(&self) -> String {
        document(Self::SCHEMA, &members(self), self.errors(), &Self::data(Some(self)))
    }

    /// For programs: one of many lines, which begins with members of its own.
    fn json_line(&self, line: &impl Serialize) -> String {
        let members = format!("{},{}", members(line), members(self));
        document(Self::SCHEMA, &members, &[], &Self::data(Some(self)))
    }

    /// The same if the line has no answer.
    fn failed_line(line: &impl Serialize, failures: &[Failure]) -> String {
        let members = format!("{},{}", members(line), Self::NOTHING);
        document(Self::SCHEMA, &members, failures, &Self::data(None))
    }

    /// For programs if there is no answer.
    fn failed(failures: &[Failure]) -> String {
        document(Self::SCHEMA, Self::NOTHING, failures, &Self::data(None))
    }
}

/// The reference data that a report uses.
#[derive(Debug, Serialize)]
pub struct Data {
    services: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ica: Option<&'static str>,
}

impl Data {
    /// That of AWS.
    pub(super) fn today() -> Data {
        Data { services: crate::aws::data_date(), ica: None }
    }

    /// That of AWS, and the state of ICA's pages.
    pub(super) fn of_ica(state: &'static str) -> Data {
        Data { ica: Some(state), ..Data::today() }
    }
}

/// The members of a struct as JSON, without the braces.
fn members(of: &(impl Serialize + ?Sized)) -> String {
    let text = serde_json::to_string(of).unwrap_or_default();
    text.get(1..text.len().saturating_sub(1)).unwrap_or_default().to_owned()
}

fn document(schema: &str, members: &str, errors: &[Failure], data: &Data) -> String {
    // Plain strings and numbers can always be serialised.
    let [errors, data] =
        [serde_json::to_string(errors), serde_json::to_string(data)].map(Result::unwrap_or_default);
    format!("{{\"schema\":\"{schema}\",{members},\"errors\":{errors},\"data\":{data}}}\n")
}
