//! Event notifications of a bucket, and which two of them S3 does not accept together
//! (S3:notification-how-to-filtering, S3:notification-how-to-event-types-and-destinations).

use super::shape::{Kind, Read};
use crate::finding::{Finding, codes};
use crate::source::{Span, Spanned};
use crate::tree::{Node, Value};
use serde::Deserialize;
use std::sync::LazyLock;

const KIND: Kind = Kind {
    words: "bucket notifications",
    call: "aws s3api get-bucket-notification-configuration --bucket NAME",
};

/// The lists of a configuration, and the member of their entries that names the destination.
const LISTS: [(&str, &str); 3] = [
    ("TopicConfigurations", "TopicArn"),
    ("QueueConfigurations", "QueueArn"),
    ("LambdaFunctionConfigurations", "LambdaFunctionArn"),
];

const MEMBERS: [&str; 4] = [
    "TopicConfigurations",
    "QueueConfigurations",
    "LambdaFunctionConfigurations",
    "EventBridgeConfiguration",
];

/// All notifications of a bucket. EventBridge has no filters and conflicts with nothing.
#[derive(Clone, PartialEq, Debug)]
pub struct Notifications {
    /// The entries of all destinations. The destination does not matter for a conflict.
    pub list: Vec<Notification>,
    /// The whole configuration.
    pub span: Span,
}

/// One entry.
#[derive(Clone, PartialEq, Debug)]
pub struct Notification {
    /// The whole entry.
    pub span: Span,
    /// Its name, if it has one.
    pub id: Option<Spanned<String>>,
    /// Event types such as `s3:ObjectCreated:*`.
    pub events: Vec<Spanned<String>>,
    /// The prefix of the filter, as written; `None` matches all keys.
    pub prefix: Option<Spanned<String>>,
    /// The suffix of the filter, as written; `None` matches all keys.
    pub suffix: Option<Spanned<String>>,
}

/// Whether two filters overlap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Overlap {
    /// Some key matches both.
    Yes,
    /// It depends on whether S3 decodes `%2F` and `+` before it compares.
    Unclear,
    /// No key matches both.
    No,
}

/// Whether two event types have an event in common: they are equal, or one is the family of the
/// other.
pub fn events_overlap(one: &str, other: &str) -> bool {
    let covers = |family: &str, event: &str| {
        family.strip_suffix('*').is_some_and(|stem| event.starts_with(stem))
    };
    one == other || covers(one, other) || covers(other, one)
}

/// Whether an entry's filter overlaps a prefix, given as plain text, with any suffix.
pub fn overlap(entry: &Notification, prefix: &str) -> Overlap {
    let own = entry.prefix.as_ref().map_or("", |prefix| prefix.node.as_str());
    let meets = |own: &str| own.starts_with(prefix) || prefix.starts_with(own);
    match (meets(own), meets(&decoded(own))) {
        (true, true) => Overlap::Yes,
        (false, false) => Overlap::No,
        _ => Overlap::Unclear,
    }
}

/// Decodes a filter's value: `+` is a space, `%2F` a slash.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        let digits =
            after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok()).unwrap_or_default();
        match (first, u8::from_str_radix(digits, 16)) {
            (b'%', Ok(byte)) => {
                bytes.push(byte);
                rest = &after[2..]; // the digits were there
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(first),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Reads the answer of `get-bucket-notification-configuration`, or the input of the put call.
///
/// # Errors
/// The text has another shape.
pub fn read_notifications(root: &Node) -> Read<Notifications> {
    let inside = KIND.inside(root, &["NotificationConfiguration"]);
    let members = KIND.object(inside)?;
    if let Some(other) = members.iter().find(|member| !MEMBERS.contains(&member.name.text.as_str()))
    {
        return Err(KIND.unknown_member(other, &MEMBERS));
    }
    let mut list = Vec::new();
    for member in members {
        let Some((_, destination)) = LISTS.iter().find(|(name, _)| *name == member.name.text)
        else {
            continue;
        };
        for entry in KIND.list(&member.value)? {
            list.push(read_entry(entry, destination)?);
        }
    }
    let unknown = list.iter().flat_map(unknown_events).collect();
    Ok((Notifications { list, span: inside.span }, unknown))
}

fn read_entry(node: &Node, destination: &str) -> Result<Notification, Finding> {
    let known = ["Id", destination, "Events", "Filter"];
    if let Some(other) =
        KIND.object(node)?.iter().find(|member| !known.contains(&member.name.text.as_str()))
    {
        return Err(KIND.unknown_member(other, &known));
    }
    let events = node.get("Events").ok_or_else(|| KIND.other(node, "an entry without `Events`"))?;
    let mut entry = Notification {
        span: node.span,
        id: node.get("Id").map(|id| KIND.text(id)).transpose()?,
        events: KIND.texts(events)?,
        prefix: None,
        suffix: None,
    };
    if let Some(filter) = node.get("Filter") {
        read_filter(filter, &mut entry)?;
    }
    Ok(entry)
}

/// Reads `{"Key": {"FilterRules": [{"Name": "prefix", "Value": "x/"}]}}`. Names compare without
/// case.
fn read_filter(filter: &Node, entry: &mut Notification) -> Result<(), Finding> {
    let rules = filter.get("Key").and_then(|key| key.get("FilterRules"));
    let Some(rules) = rules else {
        let is_empty = matches!(&filter.value, Value::Object(members) if members.is_empty());
        return if is_empty {
            Ok(())
        } else {
            Err(KIND.other(filter, "there is no `Key.FilterRules` in the filter"))
        };
    };
    for rule in KIND.list(rules)? {
        let part = |name: &str| {
            rule.get(name)
                .ok_or_else(|| KIND.other(rule, format!("a filter rule without `{name}`")))
        };
        let (name, value) = (KIND.text(part("Name")?)?, KIND.text(part("Value")?)?);
        let place = match name.node.to_ascii_lowercase().as_str() {
            "prefix" => &mut entry.prefix,
            "suffix" => &mut entry.suffix,
            _ => {
                return Err(Finding::new(
                    codes::WRONG_SHAPE,
                    name.span,
                    format!("`{}` is no filter: there are prefix and suffix", name.node),
                ));
            }
        };
        if place.replace(value).is_some() {
            return Err(Finding::new(
                codes::WRONG_SHAPE,
                rule.span,
                format!("the filter has a second `{}`: one is the most", name.node),
            ));
        }
    }
    Ok(())
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Events {
    events: Vec<String>,
}

/// Event types that the data does not have: they are newer than the data, or misspelt.
fn unknown_events(entry: &Notification) -> Vec<Finding> {
    static EVENTS: LazyLock<Events> =
        LazyLock::new(|| toml::from_str(include_str!("events.toml")).unwrap_or_default());
    let unknown = entry.events.iter().filter(|event| !EVENTS.events.contains(&event.node));
    let finding = |event: &Spanned<String>| {
        let message = format!("`{}` is no event type of S3 that the data knows", event.node);
        Finding::new(codes::UNKNOWN_EVENT, event.span, message)
            .help("they are written as in `s3:ObjectCreated:*`; case counts")
    };
    unknown.map(finding).collect()
}
