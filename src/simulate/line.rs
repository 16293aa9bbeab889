//! One line: its members, and how they become a request and layers.

use super::answer::{Answer, Decided};
use super::error::LineError;
use super::left_out::simulate;
use super::request::{NO_BUCKET, RequestText, one_of, resource_kind};
use super::store::{Store, lower};
use crate::authz::{
    Caller, Context, ContextValue, FileCount, Known, LAYERS, Layer, LayerRow, Layers, PolicySet,
    Request,
};
use crate::eval::Outcome;
use crate::model::{Policy, PolicyKind};
use crate::tree::{Member, Node, Value};
use std::collections::HashSet;
use std::rc::Rc;

/// The members about the request.
const REQUEST: [&str; 13] = [
    "id",
    "principal",
    "session_issuer",
    "action",
    "resource",
    "resource_account",
    "context",
    "credentials",
    "endpoint",
    "bucket",
    "bucket_account",
    BUCKET_POLICY,
    EXPECT,
];

/// The member of the decision that the line should get.
const EXPECT: &str = "expect";

/// The decisions in words.
const OUTCOMES: [(&str, Outcome); 4] = [
    ("Allowed", Outcome::Allowed),
    ("ExplicitlyDenied", Outcome::ExplicitlyDenied),
    ("ImplicitlyDenied", Outcome::ImplicitlyDenied),
    ("Undetermined", Outcome::Undetermined),
];

/// The member of the policy of the bucket behind an access point.
const BUCKET_POLICY: &str = "bucket_policy";

/// The layers that a line gives, in the order in which they are read.
fn layers_given() -> impl Iterator<Item = (PolicyKind, &'static str)> {
    LAYERS.iter().filter_map(|row| Some((row.kind, row.member?.0)))
}

/// All members of a line.
fn known_members() -> Vec<&'static str> {
    REQUEST.into_iter().chain(layers_given().map(|(_, name)| name)).collect()
}

/// A request and the policies it must pass.
#[derive(Debug)]
pub struct Line {
    request: Request,
    policies: PolicySet<Rc<Policy>>,
    bucket: Option<Rc<Policy>>,
    expect: Option<Outcome>,
}

/// The id of a line: a string or number, given back as it was; without one, null. A number that many readers of JSON refuse, `1e999`, is
/// given back as a string.
pub(super) fn id(root: &Node) -> Result<Option<String>, LineError> {
    let Some(node) = root.get("id") else { return Ok(None) };
    match &node.value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(serde_json::to_string(text).ok()),
        Value::Number(number) if number.parse::<f64>().is_ok_and(f64::is_finite) => {
            Ok(Some(number.clone()))
        }
        Value::Number(number) => Ok(serde_json::to_string(number).ok()),
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
        let expect = expected(&root)?;
        let mut reader = Reader { store, root, caller: &request.caller };
        let mut policies = PolicySet::default();
        for (kind, _) in layers_given() {
            reader.layer(kind, resource_kind(&request), &mut policies)?;
        }
        let bucket = reader.bucket(request.bucket.is_some())?;
        Ok(Line { request, policies, bucket, expect })
    }

    /// Decides the request.
    pub fn answer(&self, id: Option<String>) -> Answer {
        let layers = self.layers();
        let simulated = simulate(&self.request, &layers);
        let as_expected = self.expect.map(|expect| simulated.decision.outcome == expect);
        Answer::decided(id, Decided::new(&simulated, &self.request, &layers)).expected(as_expected)
    }

    /// The request.
    pub fn request(&self) -> &Request {
        &self.request
    }

    /// The layers.
    pub fn layers(&self) -> Layers<'_> {
        let bucket =
            self.bucket.as_deref().map_or(Layer::Absent, |policy| Layer::Policies(vec![policy]));
        Layers { bucket, ..self.policies.layers(resource_kind(&self.request)) }
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
        credentials: text(root, "credentials")?,
        endpoint: text(root, "endpoint")?,
        bucket: text(root, "bucket")?,
        bucket_account: text(root, "bucket_account")?,
    }
    .read()
}

/// The decision that the line should get, if it says one.
fn expected(root: &Node) -> Result<Option<Outcome>, LineError> {
    one_of(EXPECT, text(root, EXPECT)?, &OUTCOMES)
}

fn check_members(members: &[Member]) -> Result<(), LineError> {
    let known = known_members();
    for (number, member) in members.iter().enumerate() {
        let name = member.name.text.as_str();
        if !known.contains(&name) {
            return Err(LineError::new(
                name,
                format!("there is no member `{name}`; there are {}", known.join(", ")),
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
struct Reader<'a> {
    store: &'a Store,
    root: Node,
    caller: &'a Caller,
}

impl Reader<'_> {
    /// Reads a layer into the set. `[]` and `{}` mean that there is no policy; a level of the organization can be empty.
    fn layer(
        &mut self,
        layer: PolicyKind,
        resource: PolicyKind,
        set: &mut PolicySet<Rc<Policy>>,
    ) -> Result<(), LineError> {
        let Some((name, files)) = LayerRow::of(layer).member else { return Ok(()) };
        let Some(node) = self.take(name) else { return Ok(()) };
        if !is_empty(&node) && !self.caller.may_have(layer) {
            let caller = self.caller.kind().phrase();
            return Err(LineError::new(name, format!("{caller} has no such policies")));
        }
        let kind = if layer == PolicyKind::Resource { resource } else { layer };
        match files {
            FileCount::One if is_empty(&node) => {}
            FileCount::One => set.insert_given(kind, vec![self.policy(node, name, kind)?]),
            FileCount::Several => set.insert_given(kind, self.several(node, name, kind)?),
            FileCount::Levels => set.insert(kind, Known::Known(self.levels(node, name, kind)?)),
        }
        Ok(())
    }

    /// The policy of the bucket behind an access point, if there is one.
    fn bucket(&mut self, has_bucket: bool) -> Result<Option<Rc<Policy>>, LineError> {
        match self.take(BUCKET_POLICY) {
            Some(_) if !has_bucket => Err(LineError::new(BUCKET_POLICY, NO_BUCKET)),
            Some(node) if !is_empty(&node) => {
                self.policy(node, BUCKET_POLICY, PolicyKind::Resource).map(Some)
            }
            _ => Ok(None),
        }
    }

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

    /// Of session policies an empty list would be one that allows nothing, which nobody can pass.
    fn several(
        &self,
        node: Node,
        path: &str,
        kind: PolicyKind,
    ) -> Result<Vec<Rc<Policy>>, LineError> {
        let policies = self.items(node, path, kind)?;
        if kind == PolicyKind::Session && policies.is_empty() {
            return Err(LineError::new(
                path,
                "an empty list is no session policy; leave it out if none was passed",
            ));
        }
        Ok(policies)
    }

    fn levels(
        &self,
        node: Node,
        path: &str,
        kind: PolicyKind,
    ) -> Result<Vec<Vec<Rc<Policy>>>, LineError> {
        let levels = list_items(node, path)?.into_iter().enumerate();
        levels
            .map(|(number, level)| self.items(level, &format!("{path}[{number}]"), kind))
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
