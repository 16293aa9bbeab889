//! The nodes of the AST.

use crate::source::{Span, Spanned};
use crate::tree::{Name, Node};

/// A policy document.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// The whole object.
    pub span: Span,
    /// Its elements in the order they were written, duplicates and unknown ones included.
    pub elements: Vec<Element>,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// The whole object.
    pub span: Span,
    /// Its elements in the order they were written, duplicates and unknown ones included.
    pub elements: Vec<Element>,
}

/// One element of a policy or statement: its name and its value.
#[derive(Clone, Debug, PartialEq)]
pub struct Element {
    /// The name as written.
    pub name: Name,
    /// Its value.
    pub body: Body,
}

/// The value of an element.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Text: `Version`, `Id`, `Sid`, `Effect`.
    Text(Spanned<String>),
    /// One text or a list: `Action`, `NotAction`, `Resource`, `NotResource`.
    Texts(OneOrMany),
    /// `Principal`, `NotPrincipal`.
    Principal(Principal),
    /// `Condition`.
    Condition(Span, Vec<OperatorEntry>),
    /// `Statement`.
    Statements(Statements),
    /// The value of an element that the grammar does not know, or a value of a shape that the
    /// element cannot have.
    Other(Node),
}

/// The statements: a list in brackets, or a single one without brackets.
#[derive(Clone, Debug, PartialEq)]
pub struct Statements {
    /// The list, or the single statement.
    pub span: Span,
    /// Whether brackets were written.
    pub brackets: bool,
    /// The items in order.
    pub items: Vec<StatementItem>,
}

/// A statement, or something else in the list of statements.
#[derive(Clone, Debug, PartialEq)]
pub enum StatementItem {
    /// An object.
    Statement(Statement),
    /// Something that is not an object.
    Other(Node),
}

/// A value or a list of values.
#[derive(Clone, Debug, PartialEq)]
pub struct OneOrMany {
    /// The list, or the single value.
    pub span: Span,
    /// Whether brackets were written.
    pub brackets: bool,
    /// The values: strings, in conditions also numbers and booleans. Other kinds are kept and
    /// reported.
    pub items: Vec<Node>,
}

/// The value of `Principal` or `NotPrincipal`.
#[derive(Clone, Debug, PartialEq)]
pub enum Principal {
    /// A text without a kind; only `"*"` is valid.
    Text(Spanned<String>),
    /// `{"AWS": ..}`.
    Map(Span, Vec<PrincipalEntry>),
}

/// One kind of principal and its names.
#[derive(Clone, Debug, PartialEq)]
pub struct PrincipalEntry {
    /// `AWS`, `Service`, `Federated`, `CanonicalUser`, or another name as written.
    pub name: Name,
    /// The principals.
    pub values: OneOrMany,
}

/// One operator of a condition block.
#[derive(Clone, Debug, PartialEq)]
pub struct OperatorEntry {
    /// The operator as written, with prefix and suffix: `ForAnyValue:StringLikeIfExists`.
    pub name: Name,
    /// The whole object under it.
    pub span: Span,
    /// Its keys in order.
    pub keys: Vec<KeyEntry>,
}

/// One condition key and its values.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyEntry {
    /// The key as written.
    pub name: Name,
    /// The values.
    pub values: OneOrMany,
}

impl Body {
    /// The addresses of the value.
    pub fn span(&self) -> Span {
        match self {
            Body::Text(text) => text.span,
            Body::Texts(values) => values.span,
            Body::Principal(principal) => principal.span(),
            Body::Condition(span, _) => *span,
            Body::Statements(statements) => statements.span,
            Body::Other(node) => node.span,
        }
    }
}

impl Element {
    /// The addresses from the name to the end of the value.
    pub fn span(&self) -> Span {
        self.name.span.to(self.body.span())
    }
}

impl Principal {
    /// The addresses of the value.
    pub fn span(&self) -> Span {
        match self {
            Principal::Text(text) => text.span,
            Principal::Map(span, _) => *span,
        }
    }
}
