//! JSON values with a printer that remembers where each value was written.

use std::ops::Range;

#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Number(String),
    String(String),
    Array(Vec<Value>),
    Object(Vec<(String, Value)>),
}

/// The way to a value: the numbers of items and members.
pub type Path = Vec<usize>;

/// A text and the place of each value in it. The place of a member begins at its name.
pub struct Printed {
    pub text: String,
    pub places: Vec<(Path, Range<usize>)>,
}

impl Printed {
    pub fn place(&self, path: &[usize]) -> Range<usize> {
        let found = self.places.iter().find(|(known, _)| known == path);
        found.map_or(0..self.text.len(), |(_, place)| place.clone())
    }
}

pub fn print(value: &Value) -> Printed {
    let mut printed = Printed { text: String::new(), places: Vec::new() };
    let start = printed.text.len();
    write(value, &mut Vec::new(), start, &mut printed);
    printed
}

fn write(value: &Value, path: &mut Path, start: usize, into: &mut Printed) {
    match value {
        Value::Null => into.text.push_str("null"),
        Value::Bool(truth) => into.text.push_str(if *truth { "true" } else { "false" }),
        Value::Number(number) => into.text.push_str(number),
        Value::String(text) => quote(text, &mut into.text),
        Value::Array(items) => {
            into.text.push('[');
            for (number, item) in items.iter().enumerate() {
                into.text.push_str(if number > 0 { ", " } else { "" });
                let start = into.text.len();
                inside(number, item, path, start, into);
            }
            into.text.push(']');
        }
        Value::Object(members) => {
            into.text.push('{');
            for (number, (name, item)) in members.iter().enumerate() {
                into.text.push_str(if number > 0 { ", " } else { "" });
                let start = into.text.len();
                quote(name, &mut into.text);
                into.text.push_str(": ");
                inside(number, item, path, start, into);
            }
            into.text.push('}');
        }
    }
    into.places.push((path.clone(), start..into.text.len()));
}

fn inside(number: usize, item: &Value, path: &mut Path, start: usize, into: &mut Printed) {
    path.push(number);
    write(item, path, start, into);
    path.pop();
}

fn quote(text: &str, into: &mut String) {
    into.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => into.extend(['\\', c]),
            c if (c as u32) < 0x20 => into.push_str(&format!("\\u{:04x}", c as u32)),
            c => into.push(c),
        }
    }
    into.push('"');
}

impl Value {
    pub fn at(&self, path: &[usize]) -> &Value {
        path.iter().fold(self, |value, step| match value {
            Value::Array(items) => &items[*step],
            Value::Object(members) => &members[*step].1,
            other => other,
        })
    }

    pub fn at_mut(&mut self, path: &[usize]) -> &mut Value {
        path.iter().fold(self, |value, step| match value {
            Value::Array(items) => &mut items[*step],
            Value::Object(members) => &mut members[*step].1,
            other => other,
        })
    }

    /// The ways to all values.
    pub fn paths(&self) -> Vec<Path> {
        print(self).places.into_iter().map(|(path, _)| path).collect()
    }
}
