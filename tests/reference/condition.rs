//! Conditions (IAM:reference_policies_elements_condition_operators,
//! IAM:reference_policies_condition-logic-multiple-context-keys-or-values,
//! IAM:reference_policies_condition-single-vs-multi-valued-context-keys).

use super::context;
use super::date;
use super::documents::{one_or_many, scalar};
use super::glob;
use super::keys;
use super::number;
use super::readings::{Point, Reading};
use super::request::Request;
use super::statement::Statement;
use super::text::{Piece, Style, pieces};
use base64::Engine;
use serde_json::Value;
use std::cmp::Ordering;
use std::net::IpAddr;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Plain,
    ForAllValues,
    ForAnyValue,
}

/// How the values are compared.
#[derive(Clone, Copy)]
enum Type {
    Text { like: bool, any_case: bool },
    Number(fn(Ordering) -> bool),
    Date(fn(Ordering) -> bool),
    Bool,
    Binary,
    Address,
    Arn,
    Null,
}

/// The parts of an operator such as `ForAnyValue:StringNotLikeIfExists`.
pub struct Operator {
    set: Set,
    kind: Type,
    negated: bool,
    if_exists: bool,
}

impl Operator {
    /// The names are exactly the documented ones. Another spelling or case is not an operator.
    pub fn read(name: &str) -> Option<Operator> {
        let (set, name) = match name.split_once(':') {
            Some(("ForAllValues", rest)) => (Set::ForAllValues, rest),
            Some(("ForAnyValue", rest)) => (Set::ForAnyValue, rest),
            Some(_) => return None,
            None => (Set::Plain, name),
        };
        let if_exists = name.ends_with("IfExists");
        let basic = name.strip_suffix("IfExists").unwrap_or(name);
        let (kind, negated) = basic_operator(basic)?;
        let fits = !(if_exists && matches!(kind, Type::Null));
        fits.then_some(Operator { set, kind, negated, if_exists })
    }

    /// String and ARN operators may have variables. For Bool two pages disagree
    /// (IAM:reference_policies_elements_condition_operators, IAM:reference_policies_variables).
    pub fn may_have_variables(&self) -> bool {
        matches!(self.kind, Type::Text { .. } | Type::Arn | Type::Bool)
    }
}

/// All operators without prefix and suffix, and whether the name negates.
fn basic_operator(name: &str) -> Option<(Type, bool)> {
    let text = |like, any_case| Type::Text { like, any_case };
    Some(match name {
        "StringEquals" => (text(false, false), false),
        "StringNotEquals" => (text(false, false), true),
        "StringEqualsIgnoreCase" => (text(false, true), false),
        "StringNotEqualsIgnoreCase" => (text(false, true), true),
        "StringLike" => (text(true, false), false),
        "StringNotLike" => (text(true, false), true),
        "NumericEquals" => (Type::Number(Ordering::is_eq), false),
        "NumericNotEquals" => (Type::Number(Ordering::is_eq), true),
        "NumericLessThan" => (Type::Number(Ordering::is_lt), false),
        "NumericLessThanEquals" => (Type::Number(Ordering::is_le), false),
        "NumericGreaterThan" => (Type::Number(Ordering::is_gt), false),
        "NumericGreaterThanEquals" => (Type::Number(Ordering::is_ge), false),
        "DateEquals" => (Type::Date(Ordering::is_eq), false),
        "DateNotEquals" => (Type::Date(Ordering::is_eq), true),
        "DateLessThan" => (Type::Date(Ordering::is_lt), false),
        "DateLessThanEquals" => (Type::Date(Ordering::is_le), false),
        "DateGreaterThan" => (Type::Date(Ordering::is_gt), false),
        "DateGreaterThanEquals" => (Type::Date(Ordering::is_ge), false),
        "Bool" => (Type::Bool, false),
        "BinaryEquals" => (Type::Binary, false),
        "IpAddress" => (Type::Address, false),
        "NotIpAddress" => (Type::Address, true),
        "ArnEquals" | "ArnLike" => (Type::Arn, false),
        "ArnNotEquals" | "ArnNotLike" => (Type::Arn, true),
        "Null" => (Type::Null, false),
        _ => return None,
    })
}

/// One operator with one key, and all that decides whether it holds.
struct Test<'a> {
    operator: Operator,
    wanted: Vec<String>,
    key: &'a str,
    statement: Statement<'a>,
    request: &'a Request,
    reading: &'a Reading,
}

/// Operators and keys are joined by AND.
pub fn holds(statement: Statement, request: &Request, reading: &Reading) -> bool {
    let operators = statement.body["Condition"].as_object().into_iter().flatten();
    let pairs = operators.flat_map(|(name, keys)| {
        keys.as_object().into_iter().flatten().map(move |(key, values)| (name, key, values))
    });
    pairs.into_iter().all(|(name, key, values)| {
        let wanted = one_or_many(values).into_iter().filter_map(scalar).collect();
        let test = |operator| Test { operator, wanted, key, statement, request, reading };
        Operator::read(name).map(test).is_some_and(|test| test.holds(request.context.get(key)))
    })
}

/// The values in which variables are replaced.
pub fn variables(statement: &Value) -> impl Iterator<Item = String> {
    let operators = statement["Condition"].as_object().into_iter().flatten();
    let replaces = |name: &str| {
        let kind = Operator::read(name).map(|operator| operator.kind);
        matches!(kind, Some(Type::Text { .. } | Type::Arn))
    };
    let lists = operators.filter(move |(name, _)| replaces(name)).flat_map(|(_, keys)| {
        keys.as_object().into_iter().flat_map(|keys| keys.values()).flat_map(one_or_many)
    });
    lists.filter_map(scalar)
}

/// Whether `*` is narrowed by `aws:PrincipalArn`. AWS says what such an Allow is worth to a role
/// (IAM:reference_policies_elements_principal). A test that holds without the key, as IfExists
/// does, does not count.
pub fn names_principal_arn(statement: &Value) -> bool {
    let operators = statement["Condition"].as_object().into_iter().flatten();
    let named = |(name, keys): (&String, &Value)| {
        let fit = |operator: Operator| {
            !operator.negated
                && !operator.if_exists
                && matches!(operator.kind, Type::Arn | Type::Text { .. })
        };
        let has_key = keys.as_object().is_some_and(|keys| {
            keys.keys().any(|key| key.eq_ignore_ascii_case("aws:PrincipalArn"))
        });
        has_key && Operator::read(name).is_some_and(fit)
    };
    operators.into_iter().any(named)
}

impl Test<'_> {
    fn holds(&self, values: Option<&[String]>) -> bool {
        if matches!(self.operator.kind, Type::Null) {
            return self.null_holds(values);
        }
        if values.is_none() && self.operator.if_exists {
            let is_open = matches!(self.operator.set, Set::ForAnyValue) && !self.wanted.is_empty();
            return !is_open || self.reading.says(Point::AnyOfNoneIsEnoughIfExists);
        }
        if self.wanted.is_empty() {
            return self.holds_without_values(values);
        }
        match self.operator.set {
            Set::Plain => self.plain_holds(values),
            Set::ForAllValues if values.is_none() => {
                !self.operator.negated || !self.reading.says(Point::NegatedSetNeedsTheKey)
            }
            Set::ForAllValues => self.several(values).iter().all(|value| self.satisfied_by(value)),
            Set::ForAnyValue => self.several(values).iter().any(|value| self.satisfied_by(value)),
        }
    }

    /// If the key is missing, positive operators are false and negated ones true.
    fn plain_holds(&self, values: Option<&[String]>) -> bool {
        match values {
            None => self.operator.negated,
            Some([value]) => self.satisfied_by(value),
            Some(values) => self.several_hold(values),
        }
    }

    /// Whether several values are equal if one of them is equal is open. A negated operator is the
    /// negation of the plain one.
    fn several_hold(&self, values: &[String]) -> bool {
        let negated = self.operator.negated;
        let fits = values.iter().any(|value| self.satisfied_by(value) != negated);
        (fits && self.reading.says(Point::OneOfSeveralValuesIsEnough)) != negated
    }

    /// `"key": []` (IAM:access-analyzer-reference-policy-checks). A missing key under IfExists was
    /// handled before.
    fn holds_without_values(&self, values: Option<&[String]>) -> bool {
        match self.operator.set {
            Set::Plain if self.operator.if_exists => false,
            Set::Plain => self.reading.says(Point::EmptyListHolds),
            Set::ForAllValues => self.several(values).is_empty(),
            Set::ForAnyValue => false,
        }
    }

    /// The values for a set operator. A set of empty texts only is an empty set ("a null data set,
    /// such as an empty string"). Beside other values an empty text is a value that must fit like
    /// each of them.
    fn several<'a>(&self, values: Option<&'a [String]>) -> &'a [String] {
        let values = values.unwrap_or_default();
        if values.iter().all(String::is_empty) { &[] } else { values }
    }

    fn null_holds(&self, values: Option<&[String]>) -> bool {
        match self.operator.set {
            Set::ForAllValues => true,
            Set::ForAnyValue => false,
            Set::Plain if self.wanted.is_empty() => self.reading.says(Point::EmptyListHolds),
            Set::Plain => self.wanted.iter().any(|wanted| match truth(wanted) {
                Some(absent) => absent == self.is_null(values),
                None => self.mistyped_holds(),
            }),
        }
    }

    /// Whether the key is absent or null. The page calls an empty text a null value once
    /// (IAM:reference_policies_elements_condition).
    fn is_null(&self, values: Option<&[String]>) -> bool {
        match values {
            Some(values) => {
                !keys::is_always_somewhere(self.key)
                    && values.iter().all(String::is_empty)
                    && self.reading.says(Point::EmptyTextIsNull)
            }
            // A key that AWS always sends is there; only its value is not told (design 4.1).
            None => !context::leaves_out(self.request, self.key),
        }
    }

    /// The values of one key are joined by OR, those of a negated operator by NOR. No page says
    /// what AWS does with a value of the wrong type. If such a value decides, the test may hold or
    /// not.
    fn satisfied_by(&self, value: &str) -> bool {
        let (typed, mistyped): (Vec<_>, Vec<_>) =
            self.wanted.iter().partition(|wanted| self.is_of_type(wanted));
        let matches = typed.into_iter().any(|wanted| self.matches(wanted, value));
        if !matches && !mistyped.is_empty() {
            self.mistyped_holds()
        } else {
            matches != self.operator.negated
        }
    }

    fn matches(&self, wanted: &str, value: &str) -> bool {
        match self.operator.kind {
            Type::Text { like, any_case } => self.text_matches(wanted, value, like, any_case),
            Type::Arn => self.arn_matches(wanted, value),
            Type::Number(fits) => number::compare(value, wanted).is_some_and(fits),
            Type::Date(fits) => self.date_matches(wanted, value, fits),
            Type::Bool => self.bool_matches(wanted, value),
            Type::Binary => bytes(wanted) == bytes(value),
            Type::Address => {
                in_range(wanted, value)
                    || is_bare_six(wanted)
                        && in_range(&format!("{wanted}/32"), value)
                        && self.reading.says(Point::AddressHasLength32)
            }
            Type::Null => false,
        }
    }

    /// Whether a value of the policy is one that the operator compares.
    fn is_of_type(&self, wanted: &str) -> bool {
        match self.operator.kind {
            Type::Number(_) => number::is_number(wanted),
            Type::Date(_) => date::is_date(wanted),
            Type::Bool => {
                truth(wanted).is_some() || (wanted.contains("${") && self.statement.variables)
            }
            Type::Binary => bytes(wanted).is_some(),
            Type::Address => range(wanted).is_some(),
            Type::Text { .. } | Type::Arn | Type::Null => true,
        }
    }

    fn mistyped_holds(&self) -> bool {
        let deny = self.statement.body["Effect"] == "Deny";
        self.reading.says(if deny {
            Point::MistypedHoldsInDeny
        } else {
            Point::MistypedHoldsInAllow
        })
    }

    fn date_matches(&self, wanted: &str, value: &str, fits: fn(Ordering) -> bool) -> bool {
        let seconds = date::is_year(wanted) && self.reading.says(Point::FourDigitsAreSeconds);
        date::compare(value, wanted, seconds).is_some_and(fits)
    }

    fn pieces(&self, wanted: &str, wildcards: bool) -> Option<Vec<Piece>> {
        pieces(
            wanted,
            Style { wildcards, variables: self.statement.variables },
            &self.request.context,
        )
    }

    fn text_matches(&self, wanted: &str, value: &str, like: bool, any_case: bool) -> bool {
        let Some(mut pattern) = self.pieces(wanted, like) else { return false };
        if !any_case {
            return glob::fits(&pattern, value);
        }
        pattern = pattern.into_iter().flat_map(lower).collect();
        glob::fits(&pattern, &value.to_lowercase())
    }

    fn arn_matches(&self, wanted: &str, value: &str) -> bool {
        if wanted == "*" {
            return self.reading.says(Point::LoneStarFitsEveryArn);
        }
        self.pieces(wanted, true).is_some_and(|pattern| glob::fits_arn(&pattern, value))
    }

    fn bool_matches(&self, wanted: &str, value: &str) -> bool {
        if !wanted.contains("${") || !self.statement.variables {
            return truth(wanted) == truth(value);
        }
        let Some(replaced) = self.pieces(wanted, false) else { return false };
        let same = truth(value).is_some_and(|truth| {
            glob::fits(
                &replaced.into_iter().flat_map(lower).collect::<Vec<_>>(),
                &truth.to_string(),
            )
        });
        same && self.reading.says(Point::BoolHasVariables)
    }
}

fn lower(piece: Piece) -> Vec<Piece> {
    match piece {
        Piece::Written(c) | Piece::Inserted(c) => c.to_lowercase().map(Piece::Inserted).collect(),
        other => vec![other],
    }
}

/// Booleans compare without case, as users have tried out; no page says so.
fn truth(text: &str) -> Option<bool> {
    text.to_lowercase().parse().ok()
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    base64::engine::general_purpose::STANDARD.decode(text).ok()
}

/// The base and length of a block. Without a length it is a single address.
fn range(text: &str) -> Option<(IpAddr, u32)> {
    let (base, length) =
        text.split_once('/').map_or((text, None), |(base, length)| (base, Some(length)));
    let base = base.parse::<IpAddr>().ok()?;
    let bits = if base.is_ipv4() { 32 } else { 128 };
    let length = length.map_or(Some(bits), |length| length.parse().ok())?;
    (length <= bits).then_some((base, length))
}

fn is_bare_six(text: &str) -> bool {
    text.parse::<std::net::Ipv6Addr>().is_ok()
}

/// Host bits do not count. IPv4 and IPv6 never match each other.
fn in_range(wanted: &str, address: &str) -> bool {
    let (Some((base, length)), Ok(address)) = (range(wanted), address.parse::<IpAddr>()) else {
        return false;
    };
    let (difference, bits) = match (base, address) {
        (IpAddr::V4(base), IpAddr::V4(address)) => {
            (u128::from(base.to_bits() ^ address.to_bits()), 32)
        }
        (IpAddr::V6(base), IpAddr::V6(address)) => (base.to_bits() ^ address.to_bits(), 128),
        _ => return false,
    };
    (0..length).all(|bit| (difference >> (bits - 1 - bit)) & 1 == 0)
}
