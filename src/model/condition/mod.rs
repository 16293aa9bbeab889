//! Conditions, with one file for each operator family
//! (IAM:reference_policies_elements_condition_operators,
//! IAM:reference_policies_condition-logic-multiple-context-keys-or-values,
//! IAM:reference_policies_condition-single-vs-multi-valued-context-keys).

pub mod arn;
pub mod binary;
pub mod boolean;
pub mod date;
pub mod ip;
pub mod null;
pub mod numeric;
mod operator;
pub mod string;

pub use operator::{Operator, Quantifier, Relation};
pub(super) use operator::{Parsed as ParsedOperator, parse as parse_operator};

use super::doubt::Doubt;
use super::pattern::Problem;
use super::{Pattern, Version};
use crate::source::{Span, Spanned};
use crate::tree::{Node, Value};

/// One operator with one key: `"StringLike": {"s3:prefix": [..]}`.
#[derive(Clone, PartialEq, Debug)]
pub struct Condition {
    /// The operator as written.
    pub operator: Spanned<String>,
    /// `ForAllValues:` or `ForAnyValue:`.
    pub quantifier: Option<Quantifier>,
    /// Whether the operator ends in `IfExists`.
    pub if_exists: bool,
    /// The context key, in lower case: key names compare without case.
    pub key: Spanned<Box<str>>,
    /// The test of the key's values.
    pub test: Test,
    /// From the key to the end of its values.
    pub span: Span,
    /// Doubts about the condition as a whole.
    pub doubts: Vec<Doubt>,
}

/// The values of a condition. One that fits is enough.
#[derive(Clone, PartialEq, Debug)]
pub struct Values<T> {
    /// The values that could be read.
    pub list: Vec<Spanned<T>>,
    /// Doubts about the values that could not be read: each may or may not fit.
    pub doubts: Vec<Doubt>,
    /// The addresses of the value or list.
    pub span: Span,
}

/// The operator family with its values.
#[derive(Clone, PartialEq, Debug)]
pub enum Test {
    /// String operators.
    String {
        /// How texts are compared.
        compare: string::Compare,
        /// `Not..`.
        negated: bool,
        /// The patterns.
        values: Values<Pattern>,
    },
    /// ARN operators.
    Arn {
        /// `Not..`.
        negated: bool,
        /// The patterns, with wildcards bound to their segments.
        values: Values<Pattern>,
    },
    /// Numeric operators.
    Numeric(Relation, Values<f64>),
    /// Date operators; nanoseconds since 1970-01-01T00:00:00Z.
    Date(Relation, Values<i128>),
    /// `Bool`.
    Bool(Values<bool>),
    /// `BinaryEquals`, decoded.
    Binary(Values<Vec<u8>>),
    /// `IpAddress`, `NotIpAddress`.
    Ip {
        /// `Not..`.
        negated: bool,
        /// The address ranges.
        values: Values<ip::Block>,
    },
    /// `Null`.
    Null(Values<bool>),
    /// An operator that AWS does not have.
    Unknown,
}

impl Test {
    /// Reads the values for an operator.
    pub(super) fn parse(operator: Operator, values: &[Node], span: Span, version: Version) -> Test {
        match operator {
            Operator::String { compare, negated } => Test::String {
                compare,
                negated,
                values: Values::read(values, span, |text| string::value(text, compare, version)),
            },
            Operator::Arn { negated } => Test::Arn {
                negated,
                values: Values::read(values, span, |text| arn::value(text, version)),
            },
            Operator::Numeric(relation) => {
                Test::Numeric(relation, Values::read(values, span, numeric::value))
            }
            Operator::Date(relation) => {
                Test::Date(relation, Values::read(values, span, date::value))
            }
            Operator::Bool => Test::Bool(Values::read(values, span, boolean::value)),
            Operator::Binary => Test::Binary(Values::read(values, span, binary::value)),
            Operator::Ip { negated } => {
                Test::Ip { negated, values: Values::read(values, span, ip::value) }
            }
            Operator::Null => Test::Null(Values::read(values, span, null::value)),
        }
    }

    /// The doubts about values that could not be read.
    pub fn doubts(&self) -> &[Doubt] {
        match self {
            Test::String { values, .. } | Test::Arn { values, .. } => &values.doubts,
            Test::Numeric(_, values) => &values.doubts,
            Test::Date(_, values) => &values.doubts,
            Test::Bool(values) | Test::Null(values) => &values.doubts,
            Test::Binary(values) => &values.doubts,
            Test::Ip { values, .. } => &values.doubts,
            Test::Unknown => &[],
        }
    }

    /// The patterns with which it compares texts.
    pub fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        let values = match self {
            Test::String { values, .. } | Test::Arn { values, .. } => values.list.as_slice(),
            _ => &[],
        };
        values.iter().map(|value| &value.node)
    }

    /// Whether the list of values is empty.
    pub fn has_no_values(&self) -> bool {
        *self != Test::Unknown && self.number_of_values() == 0
    }

    /// How many values there are. The values of an unknown operator are not read, so it has none.
    pub fn number_of_values(&self) -> usize {
        fn number<T>(values: &Values<T>) -> usize {
            values.list.len() + values.doubts.len()
        }
        match self {
            Test::String { values, .. } | Test::Arn { values, .. } => number(values),
            Test::Numeric(_, values) => number(values),
            Test::Date(_, values) => number(values),
            Test::Bool(values) | Test::Null(values) => number(values),
            Test::Binary(values) => number(values),
            Test::Ip { values, .. } => number(values),
            Test::Unknown => 0,
        }
    }

    /// The values as data and their places, to compare those of two conditions.
    pub fn values(&self) -> Vec<(String, Span)> {
        fn shown<T: std::fmt::Debug>(values: &Values<T>) -> Vec<(String, Span)> {
            let values = values.list.iter();
            values.map(|value| (format!("{:?}", value.node), value.span)).collect()
        }
        match self {
            Test::String { values, .. } | Test::Arn { values, .. } => shown(values),
            Test::Numeric(_, values) => shown(values),
            Test::Date(_, values) => shown(values),
            Test::Bool(values) | Test::Null(values) => shown(values),
            Test::Binary(values) => shown(values),
            Test::Ip { values, .. } => shown(values),
            Test::Unknown => Vec::new(),
        }
    }

    /// The same test without one of the values of [`Test::values`], by its number.
    #[must_use]
    pub fn without_value(&self, number: usize) -> Test {
        fn without<T>(values: &mut Values<T>, number: usize) {
            if number < values.list.len() {
                values.list.remove(number);
            }
        }
        let mut test = self.clone();
        match &mut test {
            Test::String { values, .. } | Test::Arn { values, .. } => without(values, number),
            Test::Numeric(_, values) => without(values, number),
            Test::Date(_, values) => without(values, number),
            Test::Bool(values) | Test::Null(values) => without(values, number),
            Test::Binary(values) => without(values, number),
            Test::Ip { values, .. } => without(values, number),
            Test::Unknown => {}
        }
        test
    }

    /// Whether its values may be patterns: `StringEquals` and its negation know no wildcards.
    pub fn takes_wildcards(&self) -> bool {
        match self {
            Test::String { compare, .. } => *compare == string::Compare::Like,
            _ => true,
        }
    }

    /// Whether the test holds if no value fits: `StringNotEquals` and the like.
    pub fn is_negated(&self) -> bool {
        match self {
            Test::String { negated, .. } | Test::Arn { negated, .. } | Test::Ip { negated, .. } => {
                *negated
            }
            Test::Numeric(relation, _) | Test::Date(relation, _) => {
                *relation == Relation::NotEquals
            }
            Test::Bool(_) | Test::Binary(_) | Test::Null(_) | Test::Unknown => false,
        }
    }
}

impl<T> Values<T> {
    fn read<E: Into<Problem>>(
        nodes: &[Node],
        span: Span,
        read: impl Fn(&str) -> Result<T, E>,
    ) -> Values<T> {
        let mut values = Values { list: Vec::with_capacity(nodes.len()), doubts: Vec::new(), span };
        for node in nodes {
            match scalar(node)
                .map_err(Problem::from)
                .and_then(|text| read(&text).map_err(Into::into))
            {
                Ok(value) => values.list.push(Spanned::new(value, node.span)),
                Err(problem) => values.doubts.push(problem.at(node.span)),
            }
        }
        values
    }
}

/// The text of a value. Quotes are optional around numbers and booleans.
fn scalar(node: &Node) -> Result<std::borrow::Cow<'_, str>, String> {
    match &node.value {
        Value::String(text) | Value::Number(text) => Ok(text.as_str().into()),
        Value::Bool(value) => Ok(value.to_string().into()),
        _ => Err(format!(
            "a condition value is a string, number or boolean, this is {}",
            node.kind()
        )),
    }
}
