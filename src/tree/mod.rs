//! Nodes that do not depend on a text format: the content of a JSON text (later YAML, HCL) with
//! order, duplicates and places kept.
//!
//! The rooms that use this one do not know which format the text had.

mod cut;

pub use cut::{object_at, removal};

use crate::source::Span;

/// A value and the addresses of its whole text (with quotes and brackets).
#[derive(Clone, Debug)]
pub struct Node {
    /// The value.
    pub value: Value,
    /// Its place.
    pub span: Span,
}

/// Two nodes are equal if they have the same content, wherever they were written.
impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// The content of a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as it was written: `1.20` and `1.2` are different texts.
    Number(String),
    /// A string, decoded.
    String(String),
    /// A list.
    Array(Vec<Node>),
    /// Members in the order they were written, duplicates included.
    Object(Vec<Member>),
}

/// One member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its name, decoded, with the addresses of the quoted name.
    pub name: Name,
    /// Its value.
    pub value: Node,
}

/// The name of a member.
#[derive(Clone, Debug)]
pub struct Name {
    /// The name, decoded.
    pub text: String,
    /// Its place, with quotes.
    pub span: Span,
}

impl PartialEq for Name {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Node {
    /// The members, if this is an object.
    pub fn as_object(&self) -> Option<&[Member]> {
        match &self.value {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// The value of the first member called `name`, if this is an object that has one.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.as_object()?.iter().find(|member| member.name.text == name).map(|member| &member.value)
    }

    /// The innermost value or member that holds a place, as a JSON pointer (RFC 6901); `None` if the place is outside.
    pub fn pointer(&self, span: Span) -> Option<String> {
        let mut pointer = String::new();
        let mut node = self.span.contains(span).then_some(self)?;
        loop {
            let inner = match &node.value {
                Value::Array(items) => {
                    let place = items.iter().position(|item| item.span.contains(span));
                    place.map(|place| (place.to_string(), &items[place]))
                }
                Value::Object(members) => {
                    let member = members.iter().find(|member| member.span().contains(span));
                    member.map(|member| {
                        let name = member.name.text.replace('~', "~0").replace('/', "~1");
                        (name, &member.value)
                    })
                }
                _ => None,
            };
            let Some((step, inner)) = inner else { return Some(pointer) };
            pointer.extend(["/", &step]);
            node = inner;
        }
    }

    /// What kind of value this is, in words a user knows: `a string`, `an object`.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "a list",
            Value::Object(_) => "an object",
        }
    }
}

impl Member {
    /// The addresses from the name to the end of the value.
    pub fn span(&self) -> Span {
        self.name.span.to(self.value.span)
    }
}
