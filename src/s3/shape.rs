//! Reads settings out of a tree. Values of another shape are reported with their place.

use crate::finding::{Finding, codes};
use crate::source::Spanned;
use crate::tree::{Member, Node, Value};

/// A setting with the findings about what AWS would refuse, or why the text has another shape.
pub type Read<T> = Result<(T, Vec<Finding>), Finding>;

/// The name of a setting, and the call that shows it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kind {
    /// Such as `CORS rules`.
    pub words: &'static str,
    /// Such as `aws s3api get-bucket-cors`.
    pub call: &'static str,
}

impl Kind {
    /// The finding for a text that is not such a setting.
    pub(super) fn other(self, node: &Node, message: impl Into<String>) -> Finding {
        let help =
            format!("give the answer of `{}`, or say `none` if nothing is configured", self.call);
        Finding::new(
            codes::WRONG_SHAPE,
            node.span,
            format!("this is no {}: {}", self.words, message.into()),
        )
        .help(help)
    }

    pub(super) fn list(self, node: &Node) -> Result<&[Node], Finding> {
        match &node.value {
            Value::Array(items) => Ok(items),
            _ => Err(self.other(node, format!("a list is wanted here, not {}", node.kind()))),
        }
    }

    pub(super) fn object(self, node: &Node) -> Result<&[Member], Finding> {
        node.as_object().ok_or_else(|| {
            self.other(node, format!("an object is wanted here, not {}", node.kind()))
        })
    }

    pub(super) fn text(self, node: &Node) -> Result<Spanned<String>, Finding> {
        let text = node.as_str().ok_or_else(|| {
            self.other(node, format!("a string is wanted here, not {}", node.kind()))
        })?;
        Ok(Spanned::new(text.to_owned(), node.span))
    }

    pub(super) fn boolean(self, node: &Node) -> Result<Spanned<bool>, Finding> {
        match node.value {
            Value::Bool(value) => Ok(Spanned::new(value, node.span)),
            _ => {
                Err(self
                    .other(node, format!("`true` or `false` is wanted here, not {}", node.kind())))
            }
        }
    }

    pub(super) fn texts(self, node: &Node) -> Result<Vec<Spanned<String>>, Finding> {
        self.list(node)?.iter().map(|item| self.text(item)).collect()
    }

    /// The finding for a member that the setting does not have. A word in the wrong case or number
    /// changes the meaning, so such a member is not ignored.
    pub(super) fn unknown_member(self, member: &Member, known: &[&str]) -> Finding {
        let message =
            format!("this is no {}: `{}` is none of its members", self.words, member.name.text);
        let help = format!("there are {}; `{}` shows them", known.join(", "), self.call);
        Finding::new(codes::WRONG_SHAPE, member.name.span, message).help(help)
    }

    /// The value of the first of these names, if the node is an object with one; else the node
    /// itself.
    pub(super) fn inside<'a>(self, node: &'a Node, names: &[&str]) -> &'a Node {
        names.iter().find_map(|name| node.get(name)).unwrap_or(node)
    }
}
