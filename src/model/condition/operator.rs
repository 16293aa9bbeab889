//! The names of the condition operators.

use super::string::Compare;

/// `ForAllValues:` or `ForAnyValue:`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Quantifier {
    /// Every value of the request must fit. True if there is none.
    ForAllValues,
    /// One value of the request must fit. False if there is none.
    ForAnyValue,
}

/// How two numbers or dates are compared. The request's value is on the left.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Relation {
    /// `..Equals`
    Equals,
    /// `..NotEquals`
    NotEquals,
    /// `..LessThan`
    LessThan,
    /// `..LessThanEquals`
    LessThanEquals,
    /// `..GreaterThan`
    GreaterThan,
    /// `..GreaterThanEquals`
    GreaterThanEquals,
}

/// An operator without prefix and suffix.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    /// `StringEquals`, `StringNotLike`, ..
    String {
        /// How texts are compared.
        compare: Compare,
        /// `Not..`.
        negated: bool,
    },
    /// `ArnEquals` and `ArnLike` mean the same.
    Arn {
        /// `Not..`.
        negated: bool,
    },
    /// `NumericEquals`, ..
    Numeric(Relation),
    /// `DateEquals`, ..
    Date(Relation),
    /// `Bool`
    Bool,
    /// `BinaryEquals`
    Binary,
    /// `IpAddress`, `NotIpAddress`
    Ip {
        /// `Not..`.
        negated: bool,
    },
    /// `Null`
    Null,
}

/// All operators of IAM:reference_policies_elements_condition_operators, in their documented
/// spelling.
pub(super) const OPERATORS: [(&str, Operator); 27] = [
    ("StringEquals", Operator::String { compare: Compare::Exact, negated: false }),
    ("StringNotEquals", Operator::String { compare: Compare::Exact, negated: true }),
    ("StringEqualsIgnoreCase", Operator::String { compare: Compare::IgnoreCase, negated: false }),
    ("StringNotEqualsIgnoreCase", Operator::String { compare: Compare::IgnoreCase, negated: true }),
    ("StringLike", Operator::String { compare: Compare::Like, negated: false }),
    ("StringNotLike", Operator::String { compare: Compare::Like, negated: true }),
    ("ArnEquals", Operator::Arn { negated: false }),
    ("ArnLike", Operator::Arn { negated: false }),
    ("ArnNotEquals", Operator::Arn { negated: true }),
    ("ArnNotLike", Operator::Arn { negated: true }),
    ("NumericEquals", Operator::Numeric(Relation::Equals)),
    ("NumericNotEquals", Operator::Numeric(Relation::NotEquals)),
    ("NumericLessThan", Operator::Numeric(Relation::LessThan)),
    ("NumericLessThanEquals", Operator::Numeric(Relation::LessThanEquals)),
    ("NumericGreaterThan", Operator::Numeric(Relation::GreaterThan)),
    ("NumericGreaterThanEquals", Operator::Numeric(Relation::GreaterThanEquals)),
    ("DateEquals", Operator::Date(Relation::Equals)),
    ("DateNotEquals", Operator::Date(Relation::NotEquals)),
    ("DateLessThan", Operator::Date(Relation::LessThan)),
    ("DateLessThanEquals", Operator::Date(Relation::LessThanEquals)),
    ("DateGreaterThan", Operator::Date(Relation::GreaterThan)),
    ("DateGreaterThanEquals", Operator::Date(Relation::GreaterThanEquals)),
    ("Bool", Operator::Bool),
    ("BinaryEquals", Operator::Binary),
    ("IpAddress", Operator::Ip { negated: false }),
    ("NotIpAddress", Operator::Ip { negated: true }),
    ("Null", Operator::Null),
];

/// The parts of an operator's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::model) struct Parsed {
    pub quantifier: Option<Quantifier>,
    pub operator: Operator,
    pub if_exists: bool,
}

/// Splits a name such as `ForAnyValue:StringLikeIfExists`. The error says what is wrong and offers
/// the nearest valid spelling.
pub(in crate::model) fn parse(name: &str) -> Result<Parsed, String> {
    let (quantifier, rest) = match name.split_once(':') {
        Some(("ForAllValues", rest)) => (Some(Quantifier::ForAllValues), rest),
        Some(("ForAnyValue", rest)) => (Some(Quantifier::ForAnyValue), rest),
        Some((prefix, _)) => {
            return Err(format!(
                "`{prefix}:` is not a prefix of operators; there are `ForAllValues:` and `ForAnyValue:`"
            ));
        }
        None => (None, name),
    };
    let (base, if_exists) =
        rest.strip_suffix("IfExists").map_or((rest, false), |base| (base, true));
    let operator = OPERATORS
        .iter()
        .find(|(known, _)| *known == base)
        .map(|(_, operator)| *operator)
        .ok_or_else(|| unknown(name, base))?;
    if operator == Operator::Null && if_exists {
        return Err("`Null` tests whether the key is present, it cannot take `IfExists`".to_owned());
    }
    Ok(Parsed { quantifier, operator, if_exists })
}

fn unknown(name: &str, base: &str) -> String {
    match OPERATORS.iter().find(|(known, _)| known.eq_ignore_ascii_case(base)) {
        Some((known, _)) => format!("`{name}` is in the wrong case; write `{known}`"),
        None => format!("`{name}` is not a condition operator"),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        let parsed = parse("ForAnyValue:StringNotLikeIfExists").unwrap();
        assert_eq!(parsed.quantifier, Some(Quantifier::ForAnyValue));
        assert_eq!(parsed.operator, Operator::String { compare: Compare::Like, negated: true });
        assert!(parsed.if_exists);
    }

    #[test]
    fn wrong_names_are_refused_with_a_reason() {
        assert!(parse("stringlike").unwrap_err().contains("`StringLike`"));
        assert!(parse("NumericLike").is_err());
        assert!(parse("NullIfExists").is_err());
        assert!(parse("ForSomeValues:StringLike").is_err());
        assert!(parse("StringLikeIfExistsIfExists").is_err());
    }
}
