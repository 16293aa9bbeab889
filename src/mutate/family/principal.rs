//! Slips in who is named.

use crate::mutate::kind;
use crate::mutate::slip::Slips;
use crate::mutate::word::{Role, Word};

/// Types of principals, and what is written for them by mistake.
const TYPES: [(&str, &str); 4] =
    [("AWS", "aws"), ("Service", "AWS"), ("Federated", "AWS"), ("CanonicalUser", "AWS")];

/// Kinds of callers in ARNs that are taken for each other.
const KINDS: [(&str, &str); 3] =
    [(":user/", ":role/"), (":role/", ":user/"), (":assumed-role/", ":role/")];

pub(super) fn slips(word: &Word<'_>, slips: &mut Slips) {
    match word.role {
        Role::PrincipalType => {
            let other = TYPES.iter().find(|(own, _)| *own == word.text);
            if let Some((_, other)) = other {
                slips.write(kind::PRINCIPAL_TYPE, word, *other);
            }
        }
        Role::Principal => {
            if word.text != "*" {
                slips.write_at(kind::PRINCIPAL_EVERYBODY, word, word.body, "*");
            }
            account(word, slips);
            of_other_kind(word, slips);
        }
        Role::Value => of_other_kind(word, slips),
        _ => {}
    }
}

/// The account for one of its users or roles.
fn account(word: &Word<'_>, slips: &mut Slips) {
    let parts = word.text.splitn(6, ':').collect::<Vec<_>>();
    if let &["arn", partition, "iam" | "sts", _, account, rest] = parts.as_slice()
        && rest != "root"
    {
        slips.write(kind::PRINCIPAL_ACCOUNT, word, format!("arn:{partition}:iam::{account}:root"));
    }
}

fn of_other_kind(word: &Word<'_>, slips: &mut Slips) {
    if let Some((own, other)) = KINDS.iter().find(|(own, _)| word.text.contains(own)) {
        slips.write(kind::ROLE_FOR_USER, word, word.text.replacen(own, other, 1));
    }
}
