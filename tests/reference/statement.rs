//! Whether a statement concerns a request, apart from its principals.

use super::condition;
use super::context;
use super::documents::{self, one_or_many};
use super::glob;
use super::readings::{Point, Reading};
use super::request::Request;
use super::text::{self, Style, pieces};
use serde_json::{Map, Value};

/// A statement, and whether its policy's version has variables.
#[derive(Clone, Copy)]
pub struct Statement<'a> {
    pub body: &'a Value,
    pub variables: bool,
}

pub fn applies(statement: Statement, request: &Request, reading: &Reading) -> bool {
    covers_action(statement.body, request)
        && covers_resource(statement, request, reading)
        && has_effect(statement, request, reading)
        && condition::holds(statement, request, reading)
}

/// `Condition: {}` has no effect, or takes that of its statement
/// (IAM:access-analyzer-reference-policy-checks); and a variable without a value may spoil the
/// statement.
fn has_effect(statement: Statement, request: &Request, reading: &Reading) -> bool {
    let is_empty = statement.body["Condition"].as_object().is_some_and(Map::is_empty);
    if is_empty && !reading.says(Point::EmptyListHolds) {
        return false;
    }
    let lacks = statement.variables
        && (condition::variables(statement.body).chain(resources(statement.body)))
            .any(|text| lacks_value(&text, request));
    !lacks || !reading.says(Point::VariableSpoilsStatement)
}

fn resources(body: &Value) -> Vec<String> {
    let of = |name: &str| {
        one_or_many(&body[name]).into_iter().filter_map(documents::scalar).collect::<Vec<_>>()
    };
    [of("Resource"), of("NotResource")].concat()
}

/// Whether a text has a variable whose key is absent. What AWS always sends has a value.
fn lacks_value(text: &str, request: &Request) -> bool {
    text::keys_without_default(text)
        .into_iter()
        .any(|key| request.context.single(&key).is_none() && !context::leaves_out(request, &key))
}

/// Whether an element, or its negated form, covers a text.
fn covers(statement: &Value, element: &str, negated: &str, fits: impl Fn(&str) -> bool) -> bool {
    let some =
        |name: &str| one_or_many(&statement[name]).into_iter().filter_map(Value::as_str).any(&fits);
    // A statement with an empty list has no effect, negated or not
    // (IAM:access-analyzer-reference-policy-checks, "Empty array action" and "Empty array
    // resource").
    let does_something = statement[negated].as_array().is_none_or(|list| !list.is_empty());
    if statement[negated].is_null() { some(element) } else { does_something && !some(negated) }
}

/// Actions compare without case (IAM:reference_policies_elements_action).
fn covers_action(statement: &Value, request: &Request) -> bool {
    let action = request.action.to_lowercase();
    let style = Style { wildcards: true, variables: false };
    covers(statement, "Action", "NotAction", |pattern| {
        pieces(&pattern.to_lowercase(), style, &request.context)
            .is_some_and(|pattern| glob::fits(&pattern, &action))
    })
}

fn covers_resource(statement: Statement, request: &Request, reading: &Reading) -> bool {
    // A trust policy has no resource: it is about its own role. Other services may leave it out, too.
    if statement.body["Resource"].is_null() && statement.body["NotResource"].is_null() {
        if request.service() == "kms" {
            return false;
        }
        let is_open =
            !request.is_about_role() && documents::may_lack_resource_or_not(statement.body);
        return !is_open
            || reading.says(Point::ResourceMayBeMissing) == (statement.body["Effect"] == "Allow");
    }
    covers(statement.body, "Resource", "NotResource", |pattern| {
        fits_resource(pattern, statement.variables, request, reading)
    })
}

/// The whole ARN for the short name of an API: the policy is about the API that is asked.
fn of_own_api(pattern: &str, request: &Request) -> String {
    let own = || {
        let path = pattern.strip_prefix("execute-api:")?;
        let (api, _) = request.resource.split_once('/')?;
        (path.starts_with('/') && api.split(':').nth(2) == Some("execute-api"))
            .then(|| format!("{api}{path}"))
    };
    own().unwrap_or_else(|| pattern.to_owned())
}

fn fits_resource(pattern: &str, variables: bool, request: &Request, reading: &Reading) -> bool {
    if pattern == "*" {
        return true;
    }
    let whole = documents::whole_arn(&of_own_api(pattern, request));
    // A variable without a value matches no resource (IAM:reference_policies_variables).
    let Some(pieces) = pieces(&whole, Style { wildcards: true, variables }, &request.context)
    else {
        return false;
    };
    let is_short = whole != pattern && !pattern.starts_with("execute-api:/");
    let has_open_service =
        pattern.split(':').nth(2).is_some_and(|service| service.contains(['*', '?']));
    glob::fits_resource(&pieces, &request.resource)
        && (!is_short || reading.says(Point::ShortArnIsCompleted))
        && (!has_open_service || reading.says(Point::ServiceMayHaveWildcards))
}
