//! The words of a policy, each with its kind and the element that contains it.

use crate::source::Span;
use crate::syntax::{
    Body, Element, KeyEntry, OneOrMany, OperatorEntry, Policy, Principal, PrincipalEntry,
    Statement, StatementItem,
};
use crate::tree::{Node, Value};

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The name of an element: `Action`.
    Name,
    /// The value of `Version`.
    Version,
    /// The value of `Id` or `Sid`: nothing depends on it.
    Label,
    /// The value of `Effect`.
    Effect,
    /// The type of principals: `AWS`.
    PrincipalType,
    /// A principal.
    Principal,
    /// A pattern of `Action` or `NotAction`.
    Action,
    /// A pattern of `Resource` or `NotResource`.
    Resource,
    /// A condition operator.
    Operator,
    /// A condition key.
    Key,
    /// A value of a condition.
    Value,
    /// A whole statement.
    Statement,
    /// What the grammar does not know.
    Other,
}

/// A word of a policy.
#[derive(Clone, Copy, Debug)]
pub struct Word<'a> {
    /// What it is.
    pub role: Role,
    /// Its text, decoded.
    pub text: &'a str,
    /// Where it is, with its quotes.
    pub span: Span,
    /// The statement, by its number.
    pub statement: Option<usize>,
    /// The name of its element.
    pub element: &'a str,
    /// The value of the element.
    pub body: Span,
    /// The element as a whole.
    pub whole: Span,
    /// Whether it is in a Deny.
    pub is_deny: bool,
    /// How many values its list has.
    pub siblings: usize,
    /// The condition that it is in.
    pub condition: Option<Condition<'a>>,
}

/// A condition: one key under an operator.
#[derive(Clone, Copy, Debug)]
pub struct Condition<'a> {
    /// The operator.
    pub operator: &'a str,
    /// The key.
    pub key: &'a str,
    /// The key with its values.
    pub span: Span,
    /// How many conditions the statement has.
    pub of: usize,
}

impl Word<'_> {
    /// Whether the values of its list are exceptions: each takes something out of what a Deny denies or an Allow allows.
    pub fn is_exception(&self) -> bool {
        self.element.starts_with("Not")
            || self.condition.is_some_and(|condition| condition.operator.contains("Not"))
    }
}

/// The words of a policy in the order of its text.
pub fn words(policy: &Policy) -> Vec<Word<'_>> {
    let mut walk = Walk { statement: None, is_deny: false, words: Vec::new() };
    policy.elements.iter().for_each(|element| walk.element(element));
    walk.words
}

struct Walk<'a> {
    statement: Option<usize>,
    is_deny: bool,
    words: Vec<Word<'a>>,
}

impl<'a> Walk<'a> {
    fn word(&self, role: Role, text: &'a str, span: Span, element: &'a Element) -> Word<'a> {
        Word {
            role,
            text,
            span,
            statement: self.statement,
            element: &element.name.text,
            body: element.body.span(),
            whole: element.span(),
            is_deny: self.is_deny,
            siblings: 1,
            condition: None,
        }
    }

    fn push(&mut self, role: Role, text: &'a str, span: Span, element: &'a Element) {
        self.words.push(self.word(role, text, span, element));
    }

    fn element(&mut self, element: &'a Element) {
        let name = self.word(Role::Name, &element.name.text, element.name.span, element);
        self.words.push(Word { condition: all_conditions(element), ..name });
        match &element.body {
            Body::Text(text) => {
                let role = match element.name.text.as_str() {
                    "Version" => Role::Version,
                    "Effect" => Role::Effect,
                    _ => Role::Label,
                };
                self.push(role, &text.node, text.span, element);
            }
            Body::Texts(texts) => {
                let is_action = element.name.text.ends_with("Action");
                let role = if is_action { Role::Action } else { Role::Resource };
                self.values(texts, &self.word(role, "", Span::default(), element));
            }
            Body::Principal(Principal::Text(text)) => {
                self.push(Role::Principal, &text.node, text.span, element);
            }
            Body::Principal(Principal::Map(_, entries)) => {
                entries.iter().for_each(|entry| self.principals(entry, element));
            }
            Body::Condition(_, operators) => self.conditions(operators, element),
            Body::Statements(statements) => {
                for (number, item) in statements.items.iter().enumerate() {
                    if let StatementItem::Statement(statement) = item {
                        self.statement_of(number, statement, element);
                    }
                }
            }
            Body::Other(node) => self.others(node, element),
        }
    }

    fn statement_of(&mut self, number: usize, statement: &'a Statement, element: &'a Element) {
        let is_deny = |element: &Element| matches!(&element.body, Body::Text(text) if element.name.text == "Effect" && text.node == "Deny");
        self.statement = Some(number);
        self.is_deny = statement.elements.iter().any(is_deny);
        let label = statement.elements.iter().find_map(|element| match &element.body {
            Body::Text(text) if element.name.text == "Sid" => Some(text.node.as_str()),
            _ => None,
        });
        let word = self.word(Role::Statement, label.unwrap_or_default(), statement.span, element);
        self.words.push(Word { body: statement.span, whole: statement.span, ..word });
        statement.elements.iter().for_each(|element| self.element(element));
        (self.statement, self.is_deny) = (None, false);
    }

    fn principals(&mut self, entry: &'a PrincipalEntry, element: &'a Element) {
        self.push(Role::PrincipalType, &entry.name.text, entry.name.span, element);
        self.values(&entry.values, &self.word(Role::Principal, "", Span::default(), element));
    }

    fn conditions(&mut self, operators: &'a [OperatorEntry], element: &'a Element) {
        let of = operators.iter().map(|operator| operator.keys.len()).sum();
        for operator in operators {
            let condition = |key: Option<&'a KeyEntry>| Condition {
                operator: &operator.name.text,
                key: key.map_or("", |key| &key.name.text),
                span: key.map_or(operator.span, |key| key.name.span.to(key.values.span)),
                of,
            };
            let first = operator.keys.first();
            let word = self.word(Role::Operator, &operator.name.text, operator.name.span, element);
            self.words.push(Word { condition: Some(condition(first)), ..word });
            for key in &operator.keys {
                let condition = Some(condition(Some(key)));
                let word = self.word(Role::Key, &key.name.text, key.name.span, element);
                self.words.push(Word { condition, ..word });
                let value = self.word(Role::Value, "", Span::default(), element);
                self.values(&key.values, &Word { condition, ..value });
            }
        }
    }

    fn values(&mut self, list: &'a OneOrMany, like: &Word<'a>) {
        let siblings = list.items.len();
        for item in &list.items {
            let text = match &item.value {
                Value::String(text) | Value::Number(text) => text.as_str(),
                Value::Bool(true) => "true",
                Value::Bool(false) => "false",
                _ => continue,
            };
            self.words.push(Word { text, span: item.span, siblings, ..*like });
        }
    }

    fn others(&mut self, node: &'a Node, element: &'a Element) {
        if let Some(text) = node.as_str() {
            self.push(Role::Other, text, node.span, element);
        }
    }
}

/// All conditions of an element as one.
fn all_conditions(element: &Element) -> Option<Condition<'_>> {
    let Body::Condition(span, operators) = &element.body else { return None };
    let of = operators.iter().map(|operator| operator.keys.len()).sum();
    Some(Condition { operator: "", key: "", span: *span, of })
}
