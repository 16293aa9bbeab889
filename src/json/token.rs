//! The tokens of the grammar, as nom parsers.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_until, take_while, take_while1};
use nom::character::complete::{char, one_of, satisfy};
use nom::combinator::{opt, recognize, rest};
use nom::sequence::terminated;
use nom::{IResult, Parser};

/// `space`
pub(super) fn space(input: &str) -> IResult<&str, &str> {
    take_while(|c| matches!(c, ' ' | '\t' | '\n' | '\r'))(input)
}

/// `number`
pub(super) fn number(input: &str) -> IResult<&str, &str> {
    let digits = || take_while1(|c: char| c.is_ascii_digit());
    let integer = alt((
        tag("0"),
        recognize((satisfy(|c| matches!(c, '1'..='9')), take_while(|c: char| c.is_ascii_digit()))),
    ));
    let fraction = (char('.'), digits());
    let exponent = (one_of("eE"), opt(one_of("+-")), digits());
    recognize((opt(char('-')), integer, opt(fraction), opt(exponent))).parse(input)
}

/// A word or number as a person may have meant it: the longest run without punctuation.
pub(super) fn word(input: &str) -> IResult<&str, &str> {
    take_while1(|c: char| {
        c.is_alphanumeric()
            || matches!(c, '_' | '-' | '+' | '.' | '$' | '\'' | '‘' | '’' | '“' | '”')
    })(input)
}

/// A comment, which JSON does not have: to the end of the line, or between `/*` and `*/`. One that
/// is not closed extends to the end of the text.
pub(super) fn comment(input: &str) -> IResult<&str, &str> {
    let line = recognize((alt((tag("//"), tag("#"))), take_while(|c| c != '\n')));
    let block = recognize((tag("/*"), alt((terminated(take_until("*/"), tag("*/")), rest))));
    alt((line, block)).parse(input)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(input: &str, read: &str) {
        assert_eq!(number(input).map(|(_, text)| text).unwrap_or_default(), read, "{input}");
    }

    #[test]
    fn numbers_end_where_the_grammar_says() {
        check("-0.5e+10,", "-0.5e+10");
        check("01", "0");
        check("1.", "1");
        check("-", "");
        check("1e5x", "1e5");
    }
}
