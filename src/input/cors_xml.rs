//! CORS rules as XML, the form of S3's own API (S3:ManageCorsUsing; G3): read as the tree that their JSON has.

use crate::finding::{Finding, codes};
use crate::source::{Source, Span};
use crate::tree::{Member, Name, Node, Value};
use roxmltree::Document;

/// The root of the document.
const ROOT: &str = "CORSConfiguration";

/// Elements of a rule that may be there several times, with the list that JSON has for them.
const LISTS: [(&str, &str); 4] = [
    ("AllowedOrigin", "AllowedOrigins"),
    ("AllowedMethod", "AllowedMethods"),
    ("AllowedHeader", "AllowedHeaders"),
    ("ExposeHeader", "ExposeHeaders"),
];

type Element<'a> = roxmltree::Node<'a, 'a>;

/// The rules in a text; `None` if it is not XML with rules.
///
/// # Errors
/// It is such a document, but broken.
pub(super) fn read(source: &Source) -> Option<Result<Node, Finding>> {
    let text = source.text.as_str();
    if !text.trim_start().starts_with('<') || !text.contains(ROOT) {
        return None;
    }
    match Document::parse(text) {
        Ok(document) => {
            let root = document.root_element();
            (root.tag_name().name() == ROOT).then(|| Ok(configuration(source, root)))
        }
        Err(error) => {
            let message = format!("this XML cannot be read: {error}");
            let help = "give the JSON that `aws s3api get-bucket-cors --bucket NAME` prints";
            let finding = Finding::new(codes::WRONG_SHAPE, place(source, error.pos()), message);
            Some(Err(finding.help(help)))
        }
    }
}

/// `{"CORSRules": [..]}`. An element that is no rule becomes a member of its own, which the reader of the rules refuses.
fn configuration(source: &Source, root: Element<'_>) -> Node {
    let (rules, others): (Vec<_>, Vec<_>) =
        elements(root).partition(|element| element.tag_name().name() == "CORSRule");
    let list = rules.into_iter().map(|element| rule(source, element)).collect();
    let list = Node { value: Value::Array(list), span: span(source, root) };
    let mut members = vec![Member { name: name(source, root, "CORSRules"), value: list }];
    members.extend(others.into_iter().map(|element| member(source, element)));
    Node { value: Value::Object(members), span: span(source, root) }
}

fn rule(source: &Source, element: Element<'_>) -> Node {
    let mut members: Vec<Member> = Vec::new();
    for child in elements(element) {
        let list = LISTS.iter().find(|(name, _)| *name == child.tag_name().name());
        let Some((_, list)) = list else {
            members.push(member(source, child));
            continue;
        };
        let item = text(source, child);
        match members.iter_mut().find(|known| known.name.text == *list) {
            Some(Member { value: Node { value: Value::Array(items), .. }, .. }) => items.push(item),
            _ => {
                let span = item.span;
                let value = Node { value: Value::Array(vec![item]), span };
                members.push(Member { name: name(source, child, list), value });
            }
        }
    }
    Node { value: Value::Object(members), span: span(source, element) }
}

/// An element with one text. JSON has a number where XML has digits.
fn member(source: &Source, element: Element<'_>) -> Member {
    let tag = element.tag_name().name();
    let mut value = text(source, element);
    if let ("MaxAgeSeconds", Value::String(digits)) = (tag, &value.value)
        && !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
    {
        value.value = Value::Number(digits.clone());
    }
    Member { name: name(source, element, tag), value }
}

/// The text of an element without comments and the white space around it, and its place.
fn text(source: &Source, element: Element<'_>) -> Node {
    let texts = || element.children().filter(|child| child.is_text());
    let inner = texts().filter_map(|child| child.text()).collect::<String>().trim().to_owned();
    let mut places = texts().map(|child| child.range());
    let first = places.find(|range| !source.text[range.clone()].trim().is_empty());
    let whole = first.unwrap_or(element.range());
    let written = &source.text[whole.clone()];
    let start = whole.start + (written.len() - written.trim_start().len());
    let end = (whole.start + written.trim_end().len()).max(start);
    Node { value: Value::String(inner), span: source.span_of(start..end) }
}

fn name(source: &Source, element: Element<'_>, text: &str) -> Name {
    let start = element.range().start + 1;
    let length = source.text[start..]
        .find(|letter: char| letter.is_whitespace() || matches!(letter, '>' | '/'))
        .unwrap_or(0);
    Name { text: text.to_owned(), span: source.span_of(start..start + length) }
}

fn elements<'a>(parent: Element<'a>) -> impl Iterator<Item = Element<'a>> {
    parent.children().filter(Element::is_element)
}

fn span(source: &Source, element: Element<'_>) -> Span {
    source.span_of(element.range())
}

/// The place of an error, whose line and column begin at 1 and count characters.
fn place(source: &Source, at: roxmltree::TextPos) -> Span {
    let before = source.text.split_inclusive('\n').take(at.row.saturating_sub(1) as usize);
    let start = before.map(str::len).sum::<usize>();
    let column = at.col.saturating_sub(1) as usize;
    let line = &source.text[start..];
    let offset = line.char_indices().nth(column).map_or(line.len(), |(offset, _)| offset);
    let length = line[offset..].chars().next().map_or(0, char::len_utf8);
    source.span_of(start + offset..start + offset + length)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "a test")]
    use super::read;
    use crate::source::Sources;
    use crate::tree::Node;

    fn tree(text: &str) -> (Sources, Option<Result<Node, String>>) {
        let mut sources = Sources::new();
        let id = sources.add_file("cors.xml", text.to_owned()).unwrap();
        let read = read(sources.get(id));
        (sources, read.map(|read| read.map_err(|finding| finding.message)))
    }

    #[test]
    fn xml_and_json_are_one_tree() {
        let xml = "<?xml version=\"1.0\"?>\n<CORSConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\n  <CORSRule>\n    \
            <AllowedOrigin>https://a.example</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>\n    \
            <AllowedMethod> GET </AllowedMethod><MaxAgeSeconds>3000</MaxAgeSeconds>\n  </CORSRule>\n</CORSConfiguration>\n";
        let json = r#"{"CORSRules": [{"AllowedOrigins": ["https://a.example"], "AllowedMethods": ["PUT", "GET"], "MaxAgeSeconds": 3000}]}"#;
        let (sources, read) = tree(xml);
        let node = read.unwrap().unwrap();
        assert_eq!(Some(&node), crate::input::tree_of(json).as_ref());
        let crate::tree::Value::Array(rules) = &node.get("CORSRules").unwrap().value else {
            panic!("no list")
        };
        let crate::tree::Value::Array(methods) = &rules[0].get("AllowedMethods").unwrap().value
        else {
            panic!("no list")
        };
        assert_eq!(sources.text(methods[1].span), "GET");
    }

    #[test]
    fn what_is_no_rules_or_broken_is_said() {
        let commented = "<CORSConfiguration><CORSRule><AllowedOrigin><!-- ica --> a<!-- b -->c </AllowedOrigin></CORSRule></CORSConfiguration>";
        let json = r#"{"CORSRules": [{"AllowedOrigins": ["ac"]}]}"#;
        assert_eq!(tree(commented).1.unwrap().ok(), crate::input::tree_of(json));
        assert!(tree("{}").1.is_none());
        assert!(tree("<Error><Code>CORSConfiguration</Code></Error>").1.is_none());
        let broken = tree("<CORSConfiguration><CORSRule></CORSConfiguration>").1.unwrap();
        assert!(broken.unwrap_err().contains("cannot be read"));
        // A document type could define entities without end.
        let bomb = "<!DOCTYPE a [<!ENTITY b \"bb\">]><CORSConfiguration>&b;</CORSConfiguration>";
        assert!(tree(bomb).1.unwrap().is_err());
    }
}
