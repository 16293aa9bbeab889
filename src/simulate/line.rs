//! One line: its members, and how they become a request and layers.

use super::answer::Answer;
use super::left_out::simulate;
use super::request::{RequestText, resource_kind};
use super::store::{Store, lower};
use crate::authz::{Context, ContextValue, Layer, Layers, Request};
use crate::finding::{Finding, Severity};
use crate::model::{Policy, PolicyKind};
use crate::source::Sources;
use crate::tree::{Member, Node, Value};
use std::collections::HashSet;
use std::rc::Rc;

/// Why a line cannot be evaluated.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{path}: {message}")]
pub struct LineError {
    /// The member, as in `scps[0][1]`; empty for the line as a whole.
    pub path: String,
    /// What is wrong.
    pub message: String,
}

impl LineError {
    pub(super) fn new(path: &str, message: impl Into<String>) -> LineError {
        LineError { path: path.to_owned(), message: message.into() }
    }

    /// The first mistake of a text that is no JSON.
    pub(super) fn in_text(problems: &[Finding], sources: &Sources) -> LineError {
        let Some(first) = problems.iter().find(|problem| problem.severity == Severity::Error)
        else {
            return LineError::new("", "this is no JSON");
        };
        let column = sources.trace(first.span).map_or(0, |place| place.range().start) + 1;
        LineError::new("", format!("{} (byte {column} of the line)", first.message))
    }
}

const MEMBERS: [&str; 14] = [
    "id",
    "principal",
    "session_issuer",
    "action",
    "resource",
    "resource_account",
    "context",
    "identity_policies",
    "resource_policy",
    "permissions_boundary",
    "session_policies",
    "scps",
    "rcps",
    "vpce_policies",
];

/// A request and the policies it must pass.
#[derive(Debug)]
pub struct Line {
    request: Request,
    identity: Vec<Rc<Policy>>,
    resource: Option<Rc<Policy>>,
    boundary: Option<Rc<Policy>>,
    session: Option<Vec<Rc<Policy>>>,
    scps: Vec<Vec<Rc<Policy>>>,
    rcps: Vec<Vec<Rc<Policy>>>,
    vpce: Vec<Rc<Policy>>,
}

/// The id of a line: a string or number, given back as it was; without one, null.
pub(super) fn id(root: &Node) -> Result<Option<String>, LineError> {
    let Some(node) = root.get("id") else { return Ok(None) };
    match &node.value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(serde_json::to_string(text).ok()),
        Value::Number(number) => Ok(Some(number.clone())),
        _ => Err(LineError::new(
            "id",
            format!("an id is a string or a number, this is {}", node.kind()),
        )),
    }
}

impl Line {
    /// Reads a line.
    ///
    /// # Errors
    /// [`LineError`] with the member that is missing, unknown or wrong.
    pub fn read(root: Node, store: &Store) -> Result<Line, LineError> {
        let members = root.as_object().ok_or_else(|| {
            LineError::new("", format!("a line is an object, this is {}", root.kind()))
        })?;
        check_members(members)?;
        let request = request(&root)?;
        let mut reader = Policies { store, root };
        Ok(Line {
            identity: reader.list("identity_policies", PolicyKind::Identity)?.unwrap_or_default(),
            resource: reader.one("resource_policy", resource_kind(&request))?,
            boundary: reader.one("permissions_boundary", PolicyKind::Boundary)?,
            session: reader.session()?,
            scps: reader.levels("scps", PolicyKind::Scp)?,
            rcps: reader.levels("rcps", PolicyKind::Rcp)?,
            vpce: reader.list("vpce_policies", PolicyKind::Vpce)?.unwrap_or_default(),
            request,
        })
    }

    /// Decides the request.
    pub fn answer(&self, id: Option<String>) -> Answer {
        let layers = self.layers();
        Answer::decided(id, &simulate(&self.request, &layers), &self.request, &layers)
    }

    /// The request.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The layers.
    pub fn layers(&self) -> Layers<'_> {
        fn borrowed(policies: &[Rc<Policy>]) -> Vec<&Policy> {
            policies.iter().map(Rc::as_ref).collect()
        }
        fn optional<'a>(policies: impl IntoIterator<Item = &'a Rc<Policy>>) -> Layer<'a> {
            let policies = policies.into_iter().map(Rc::as_ref).collect::<Vec<_>>();
            if policies.is_empty() { Layer::Absent } else { Layer::Policies(policies) }
        }
        Layers {
            identity: optional(&self.identity),
            boundary: optional(&self.boundary),
            session: optional(self.session.iter().flatten()),
            resource: optional(&self.resource),
            scps: self.scps.iter().map(|level| borrowed(level)).collect(),
            rcps: self.rcps.iter().map(|level| borrowed(level)).collect(),
            vpce: optional(&self.vpce),
        }
    }
}

/// The request of a line.
fn request(root: &Node) -> Result<Request, LineError> {
    RequestText {
        principal: required(root, "principal")?,
        session_issuer: text(root, "session_issuer")?,
        action: required(root, "action")?,
        resource: required(root, "resource")?,
        resource_account: text(root, "resource_account")?,
        context: context(root)?,
    }
    .read()
}

fn check_members(members: &[Member]) -> Result<(), LineError> {
    for (number, member) in members.iter().enumerate() {
        let name = member.name.text.as_str();
        if !MEMBERS.contains(&name) {
            return Err(LineError::new(
                name,
                format!("there is no member `{name}`; there are {}", MEMBERS.join(", ")),
            ));
        }
        if members[..number].iter().any(|before| before.name == member.name) {
            return Err(LineError::new(name, "the member stands twice"));
        }
    }
    Ok(())
}

fn given<'a>(root: &'a Node, name: &str) -> Option<&'a Node> {
    root.get(name).filter(|node| node.value != Value::Null)
}

fn text<'a>(root: &'a Node, name: &str) -> Result<Option<&'a str>, LineError> {
    let Some(node) = given(root, name) else { return Ok(None) };
    node.as_str()
        .map(Some)
        .ok_or_else(|| LineError::new(name, format!("a string is wanted, this is {}", node.kind())))
}

fn required<'a>(root: &'a Node, name: &str) -> Result<&'a str, LineError> {
    text(root, name)?.ok_or_else(|| LineError::new(name, "the member is missing"))
}

fn context(root: &Node) -> Result<Context, LineError> {
    let Some(node) = given(root, "context") else { return Ok(Context::new()) };
    let members = node.as_object().ok_or_else(|| {
        LineError::new("context", format!("an object is wanted, this is {}", node.kind()))
    })?;
    let mut seen = HashSet::new();
    let key = |member: &Member| {
        let name = &member.name.text;
        let wrong = |message| LineError::new(&format!("context.{name}"), message);
        if !seen.insert(name.to_lowercase()) {
            return Err(wrong("the key stands twice; names of keys compare without case"));
        }
        let value = value(&member.value)
            .ok_or_else(|| wrong("a value is a string, number or boolean, or a list of them"))?;
        Ok((name.clone(), value))
    };
    members.iter().map(key).collect()
}

fn value(node: &Node) -> Option<ContextValue> {
    match &node.value {
        Value::Array(items) => {
            items.iter().map(scalar).collect::<Option<Vec<_>>>().map(ContextValue::Many)
        }
        _ => scalar(node).map(ContextValue::One),
    }
}

fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::String(text) | Value::Number(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Takes the policies out of a line, without copying them.
struct Policies<'a> {
    store: &'a Store,
    root: Node,
}

impl Policies<'_> {
    fn take(&mut self, name: &str) -> Option<Node> {
        let Value::Object(members) = &mut self.root.value else { return None };
        let at = members.iter().position(|member| member.name.text == name)?;
        Some(members.swap_remove(at).value).filter(|node| node.value != Value::Null)
    }

    /// A policy, or the name of a defined one behind `@`.
    fn policy(&self, node: Node, path: &str, kind: PolicyKind) -> Result<Rc<Policy>, LineError> {
        match &node.value {
            Value::String(name) if name.starts_with('@') => {
                self.store.policy(&name[1..], kind).map_err(|message| LineError::new(path, message))
            }
            Value::Object(_) => {
                lower(node, kind).map(Rc::new).map_err(|message| LineError::new(path, message))
            }
            _ => Err(LineError::new(
                path,
                format!(
                    "a policy is an object or the name of a defined one, as in `\"@p1\"`; this is {}",
                    node.kind()
                ),
            )),
        }
    }

    fn one(&mut self, name: &str, kind: PolicyKind) -> Result<Option<Rc<Policy>>, LineError> {
        match self.take(name) {
            // `[]` and `{}` mean that there is none.
            Some(node) if is_empty(&node) => Ok(None),
            Some(node) => self.policy(node, name, kind).map(Some),
            None => Ok(None),
        }
    }

    fn list(&mut self, name: &str, kind: PolicyKind) -> Result<Option<Vec<Rc<Policy>>>, LineError> {
        self.take(name).map(|node| self.items(node, name, kind)).transpose()
    }

    fn items(
        &self,
        node: Node,
        path: &str,
        kind: PolicyKind,
    ) -> Result<Vec<Rc<Policy>>, LineError> {
        let policies = list_items(node, path)?.into_iter().enumerate();
        policies
            .map(|(number, item)| self.policy(item, &format!("{path}[{number}]"), kind))
            .collect()
    }

    /// Absent: no session policy was passed. An empty list would be one that allows nothing, which nobody can pass.
    fn session(&mut self) -> Result<Option<Vec<Rc<Policy>>>, LineError> {
        let policies = self.list("session_policies", PolicyKind::Session)?;
        match policies {
            Some(policies) if policies.is_empty() => Err(LineError::new(
                "session_policies",
                "an empty list is no session policy; leave it out if none was passed",
            )),
            policies => Ok(policies),
        }
    }

    fn levels(&mut self, name: &str, kind: PolicyKind) -> Result<Vec<Vec<Rc<Policy>>>, LineError> {
        let Some(node) = self.take(name) else { return Ok(Vec::new()) };
        let levels = list_items(node, name)?.into_iter().enumerate();
        levels
            .map(|(number, level)| self.items(level, &format!("{name}[{number}]"), kind))
            .collect()
    }
}

fn list_items(node: Node, path: &str) -> Result<Vec<Node>, LineError> {
    let kind = node.kind();
    match node.value {
        Value::Array(items) => Ok(items),
        Value::Object(members) if members.is_empty() => Ok(Vec::new()),
        _ => Err(LineError::new(path, format!("a list is wanted, this is {kind}"))),
    }
}

fn is_empty(node: &Node) -> bool {
    match &node.value {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}
