//! Account numbers.

use std::fmt;
use std::str::FromStr;

/// The number of an AWS account: twelve digits. Source: AWS account management guide, "View AWS account identifiers".
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct AccountId(u64);

/// A text that is not an account number.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is not an account: an account is a number of twelve digits, such as `111122223333`")]
pub struct NotAnAccount(String);

const DIGITS: usize = 12;

impl FromStr for AccountId {
    type Err = NotAnAccount;

    fn from_str(text: &str) -> Result<Self, NotAnAccount> {
        let is_number = text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = is_number.then(|| text.parse().ok()).flatten();
        number.map(Self).ok_or_else(|| NotAnAccount(text.to_owned()))
    }
}

/// Whether a text is an account number.
pub fn is_account_number(text: &str) -> bool {
    text.parse::<AccountId>().is_ok()
}

impl fmt::Display for AccountId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:0DIGITS$}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_has_twelve_digits() {
        for text in ["111122223333", "000000000001", "999999999999"] {
            assert_eq!(
                text.parse::<AccountId>().map(|account| account.to_string()),
                Ok(text.to_owned())
            );
        }
        for text in ["", "11112222333", "1111222233334", "1111-2222-33", "+11122223333", "１１"] {
            assert_eq!(text.parse::<AccountId>(), Err(NotAnAccount(text.to_owned())));
        }
        let error = "1111".parse::<AccountId>().map_err(|error| error.to_string());
        assert!(error.is_err_and(|text| text.contains("`1111`") && text.contains("twelve digits")));
    }
}
