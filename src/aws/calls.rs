//! Which actions a call of AWS's API needs. Source: `calls.txt` for those of another name.

use std::sync::LazyLock;

use super::lookup::{action, service};
use super::service::Action;
use super::table;

/// Services that are called when a bucket is used; a message names only the call.
const ASKED: [&str; 4] = ["s3", "sts", "kms", "iam"];

/// The actions that a call needs, by its name in any case: those of the table, else the one of the same name; none if neither is known.
pub fn actions_of_call(call: &str) -> Vec<&'static Action> {
    match renamed(call) {
        Some(actions) => actions.split_ascii_whitespace().filter_map(action).collect(),
        None => ASKED.iter().filter_map(|prefix| service(prefix)?.action(call)).take(1).collect(),
    }
}

fn renamed(call: &str) -> Option<&'static str> {
    table::find(&ROWS, call, |[name, _]| name).map(|[_, actions]| *actions)
}

static ROWS: LazyLock<Vec<[&'static str; 2]>> =
    LazyLock::new(|| table::rows(include_str!("calls.txt")).collect());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_names_actions() {
        assert_eq!(
            ROWS.len(),
            include_str!("calls.txt").lines().filter(|line| !line.starts_with('#')).count()
        );
        assert!(ROWS.is_sorted_by(|[one, _], [other, _]| table::compare(one, other).is_lt()));
        for [call, actions] in ROWS.iter() {
            assert_eq!(actions_of_call(call).len(), actions.split(' ').count(), "{call}");
            assert!(action(&format!("s3:{call}")).is_none(), "{call} is an action itself");
        }
    }

    #[test]
    fn a_call_leads_to_its_action() {
        let named = |call| {
            actions_of_call(call).iter().map(|action| action.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(named("headobject"), ["s3:GetObject"]);
        assert_eq!(named("PutObject"), ["s3:PutObject"]);
        assert_eq!(named("GetFederationToken"), ["sts:GetFederationToken"]);
        assert!(named("GetTemporaryUploadCredentialsAsync").is_empty());
    }
}
