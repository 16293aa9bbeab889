//! Tree to JSON text.

use crate::source::Encoding;
use crate::tree::{Node, Value};

/// Pretty-prints with four spaces; reading the text again gives an equal tree.
pub fn print(node: &Node) -> String {
    let mut text = String::new();
    write_node(node, 0, &mut text);
    text
}

fn write_node(node: &Node, depth: usize, text: &mut String) {
    match &node.value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => text.push_str(number),
        Value::String(string) => write_string(string, text),
        Value::Array(items) => write_list(items, ['[', ']'], depth, text, |item, text| {
            write_node(item, depth + 1, text)
        }),
        Value::Object(members) => write_list(members, ['{', '}'], depth, text, |member, text| {
            write_string(&member.name.text, text);
            text.push_str(": ");
            write_node(&member.value, depth + 1, text);
        }),
    }
}

fn write_list<T>(
    items: &[T],
    brackets: [char; 2],
    depth: usize,
    text: &mut String,
    write_item: impl Fn(&T, &mut String),
) {
    text.push(brackets[0]);
    for (number, item) in items.iter().enumerate() {
        text.push_str(if number == 0 { "\n" } else { ",\n" });
        indent(depth + 1, text);
        write_item(item, text);
    }
    if !items.is_empty() {
        text.push('\n');
        indent(depth, text);
    }
    text.push(brackets[1]);
}

fn indent(depth: usize, text: &mut String) {
    text.extend(std::iter::repeat_n("    ", depth));
}

fn write_string(string: &str, text: &mut String) {
    text.push('"');
    text.push_str(&Encoding::JsonString.encode(string));
    text.push('"');
}

/// The text without white space between its words; reading it again gives an equal tree.
pub fn compact(node: &Node) -> String {
    let mut text = String::new();
    write_compact(node, &mut text);
    text
}

fn write_compact(node: &Node, text: &mut String) {
    let comma = |number: usize| if number == 0 { "" } else { "," };
    match &node.value {
        Value::Array(items) => {
            text.push('[');
            for (number, item) in items.iter().enumerate() {
                text.push_str(comma(number));
                write_compact(item, text);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            for (number, member) in members.iter().enumerate() {
                text.push_str(comma(number));
                write_string(&member.name.text, text);
                text.push(':');
                write_compact(&member.value, text);
            }
            text.push('}');
        }
        _ => write_node(node, 0, text),
    }
}
