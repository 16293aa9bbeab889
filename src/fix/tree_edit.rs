//! One change of a tree, and the same change as splices of its text: each confirms the other.

use super::style::{Style, gap, indentation, trailing_blanks};
use crate::source::{Sources, Span};
use crate::tree::{Member, Name, Node, Value};

/// A step of the path to a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Key {
    /// The member of that name.
    Member(String),
    /// The item of that number; a single value without brackets is its own item 0.
    Item(usize),
}

/// A change of the node at the end of a path.
#[derive(Clone, PartialEq, Debug)]
pub struct TreeEdit {
    /// The path from the policy's object.
    pub path: Vec<Key>,
    /// What happens there.
    pub change: TreeChange,
}

/// What happens to a node.
#[derive(Clone, PartialEq, Debug)]
pub enum TreeChange {
    /// One more item of a list; a single value becomes a list of two.
    Append(Node),
    /// One more member of an object.
    Add {
        /// Its name.
        name: String,
        /// Its value.
        value: Node,
        /// Whether it comes first.
        first: bool,
    },
    /// Another text.
    Replace(String),
}

/// Text that replaces a span, which may be empty.
pub(super) type Splice = (Span, String);

/// The node at the end of a path.
fn find<'a>(node: &'a Node, path: &[Key]) -> Option<&'a Node> {
    path.iter().try_fold(node, |node, key| match (key, &node.value) {
        (Key::Member(name), _) => node.get(name),
        (Key::Item(number), Value::Array(items)) => items.get(*number),
        (Key::Item(0), _) => Some(node),
        (Key::Item(_), _) => None,
    })
}

fn find_mut<'a>(node: &'a mut Node, path: &[Key]) -> Option<&'a mut Node> {
    let mut node = node;
    for key in path {
        let is_single = *key == Key::Item(0) && !matches!(node.value, Value::Array(_));
        if is_single {
            continue;
        }
        node = match (key, &mut node.value) {
            (Key::Member(name), Value::Object(members)) => members
                .iter_mut()
                .find(|member| member.name.text == *name)
                .map(|member| &mut member.value)?,
            (Key::Item(number), Value::Array(items)) => items.get_mut(*number)?,
            _ => return None,
        };
    }
    Some(node)
}

impl TreeEdit {
    /// The tree after the change; `None` if the path leads nowhere.
    pub(super) fn applied(&self, root: &Node) -> Option<Node> {
        let mut root = root.clone();
        let node = find_mut(&mut root, &self.path)?;
        match (&self.change, &mut node.value) {
            (TreeChange::Append(item), Value::Array(items)) => items.push(item.clone()),
            (TreeChange::Append(item), _) => {
                let items = vec![node.clone(), item.clone()];
                *node = Node { value: Value::Array(items), span: node.span };
            }
            (TreeChange::Add { name, value, first }, Value::Object(members)) => {
                let name = Name { text: name.clone(), span: Span::default() };
                members.insert(
                    if *first { 0 } else { members.len() },
                    Member { name, value: value.clone() },
                );
            }
            (TreeChange::Replace(text), Value::String(old)) => *old = text.clone(),
            _ => return None,
        }
        Some(root)
    }

    /// The change as splices of the text that the tree was read from.
    pub(super) fn splices(&self, sources: &Sources, root: &Node) -> Option<Vec<Splice>> {
        let node = find(root, &self.path)?;
        let style = Style::of(sources, root);
        let layout = Layout { sources, style: &style };
        match (&self.change, &node.value) {
            (TreeChange::Append(item), Value::Array(items)) => {
                let spans = items.iter().map(|item| item.span).collect::<Vec<_>>();
                Some(layout.append(node, &spans, |indent| style.write(item, indent)))
            }
            (TreeChange::Append(item), _) => Some(layout.make_list(node, item)),
            (TreeChange::Add { name, value, first }, Value::Object(members)) => {
                let spans = members.iter().map(Member::span).collect::<Vec<_>>();
                let written = |indent: Option<&str>| style.member(name, value, indent);
                match spans.first().filter(|_| *first) {
                    Some(before) => {
                        let separator = layout.separator(node, &spans);
                        let text = written(indentation(&separator)) + &separator;
                        Some(vec![(Span::new(before.lo, before.lo), text)])
                    }
                    None => Some(layout.append(node, &spans, written)),
                }
            }
            (TreeChange::Replace(text), Value::String(_)) => {
                Some(vec![(node.span, style.write(&string(text), None))])
            }
            _ => None,
        }
    }
}

struct Layout<'a> {
    sources: &'a Sources,
    style: &'a Style,
}

impl Layout<'_> {
    /// The text between two members of an object or items of a list: as between the last two, else as before the only one.
    fn separator(&self, container: &Node, spans: &[Span]) -> String {
        match spans {
            [.., before, last] => gap(self.sources, before.hi, last.lo).to_owned(),
            [only] => {
                let lead = gap(self.sources, container.span.lo + 1, only.lo);
                if lead.contains('\n') { format!(",{lead}") } else { self.style.comma() }
            }
            [] => String::new(),
        }
    }

    fn append(
        &self,
        container: &Node,
        spans: &[Span],
        write: impl Fn(Option<&str>) -> String,
    ) -> Vec<Splice> {
        match spans.last() {
            Some(last) => {
                let separator = self.separator(container, spans);
                // A new object after one-line objects is on one line too.
                let neighbour = self.sources.text(*last);
                let is_flat = neighbour.ends_with('}') && !neighbour.contains('\n');
                let text =
                    format!("{separator}{}", write(indentation(&separator).filter(|_| !is_flat)));
                vec![(Span::new(last.hi, last.hi), text)]
            }
            None => vec![(Span::new(container.span.lo + 1, container.span.hi - 1), write(None))],
        }
    }

    /// Puts brackets around a single value and adds another one after it.
    fn make_list(&self, node: &Node, item: &Node) -> Vec<Splice> {
        let text = self.sources.text(node.span);
        let indent =
            text.strip_suffix(['}', ']']).and_then(|inner| indentation(trailing_blanks(inner)));
        let [lo, hi] = [node.span.lo, node.span.hi];
        let more = format!("{}{}]", self.style.comma(), self.style.write(item, indent));
        vec![(Span::new(lo, lo), "[".to_owned()), (Span::new(hi, hi), more)]
    }
}

/// A string without a place.
pub(super) fn string(text: &str) -> Node {
    Node { value: Value::String(text.to_owned()), span: Span::default() }
}

/// An object without a place.
pub(super) fn object(members: Vec<(&str, Node)>) -> Node {
    let member = |(name, value): (&str, Node)| Member {
        name: Name { text: name.to_owned(), span: Span::default() },
        value,
    };
    Node { value: Value::Object(members.into_iter().map(member).collect()), span: Span::default() }
}
