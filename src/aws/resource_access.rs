//! What the policy of a resource can give callers outside of its account. Source: `resource_access.txt`, by hand.

use super::table;
use super::{Action, ResourcePolicy, resource_policy, service};

/// What the resource policies of a service can give, by the prefix of the actions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ResourceAccess {
    /// The prefix of the actions.
    pub prefix: &'static str,
    /// The policy, such as the trust policy of a role.
    pub policy: ResourcePolicy,
    types: &'static str,
    unsigned: &'static str,
    across: &'static str,
    /// The page that says it.
    pub source: &'static str,
}

/// The row of actions of that prefix, in any case; `None` if nothing is known about them.
pub fn resource_access(prefix: &str) -> Option<ResourceAccess> {
    table::find_row(TEXT, prefix).and_then(read)
}

/// All rows.
pub fn resource_accesses() -> impl Iterator<Item = ResourceAccess> {
    table::rows(TEXT).filter_map(read)
}

fn read(row: [&'static str; 6]) -> Option<ResourceAccess> {
    let [prefix, service, types, unsigned, across, source] = row;
    Some(ResourceAccess {
        prefix,
        policy: resource_policy(service)?,
        types,
        unsigned,
        across,
        source,
    })
}

/// Whether a request of another account for the action (`service:name`) can succeed at all.
pub fn crosses_accounts(action: &str) -> bool {
    let Some((prefix, name)) = action.split_once(':') else { return true };
    resource_access(prefix).is_none_or(|access| access.works_across_accounts(name))
}

/// Whether a request for the action (`service:name`) without a signature is accepted; `None`: no page says it.
pub fn takes_unsigned(action: &str) -> Option<bool> {
    let (prefix, name) = action.split_once(':')?;
    let access = resource_access(prefix)?;
    match access.unsigned.strip_prefix("only ") {
        Some(only) => Some(holds(only, name)),
        None => holds(access.unsigned, name).then_some(true),
    }
}

fn holds(list: &str, name: &str) -> bool {
    list.split(',').any(|own| match own.strip_suffix('*') {
        Some(start) => name.get(..start.len()).is_some_and(|own| own.eq_ignore_ascii_case(start)),
        None => own.eq_ignore_ascii_case(name),
    })
}

impl ResourceAccess {
    /// The actions of the service on resources that have such a policy.
    pub fn actions(self) -> impl Iterator<Item = &'static Action> {
        let actions = service(self.prefix).map(|service| service.actions()).unwrap_or_default();
        actions.iter().filter(move |action| {
            action.resource_types().any(|kind| holds(self.types, kind.name()))
        })
    }

    /// Whether an action can be granted to another account.
    pub fn works_across_accounts(self, name: &str) -> bool {
        match (self.across.strip_prefix("not "), self.across.strip_prefix("only ")) {
            (Some(not), _) => !holds(not, name),
            (None, Some(only)) => holds(only, name),
            (None, None) => true,
        }
    }
}

const TEXT: &str = include_str!("resource_access.txt");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::action;

    #[test]
    fn every_row_is_understood() {
        let rows = table::rows::<6>(TEXT).collect::<Vec<_>>();
        assert_eq!(rows.len(), TEXT.lines().filter(|line| !line.starts_with('#')).count());
        assert!(rows.is_sorted_by(|one, other| table::compare(one[0], other[0]).is_lt()));
        assert_eq!(resource_accesses().count(), rows.len());
        for [prefix, _, types, unsigned, across, source] in rows {
            let actions = service(prefix).map(|service| service.actions()).unwrap_or_default();
            let has = |kind: &str| {
                actions.iter().any(|action| action.resource_types().any(|own| own.name() == kind))
            };
            assert!(types.split(',').all(has), "{prefix}: {types}");
            let across = across.trim_start_matches("not ").trim_start_matches("only ");
            let unsigned = unsigned.trim_start_matches("only ");
            for name in unsigned.split(',').chain(across.split(',')) {
                let is_known = name.is_empty()
                    || name.ends_with('*')
                    || action(&format!("{prefix}:{name}")).is_some();
                assert!(is_known, "{prefix}:{name}");
            }
            assert!(!source.is_empty() && resource_access(prefix).is_some(), "{prefix}");
        }
    }

    #[test]
    fn some_actions_stay_in_the_account() {
        let is = |prefix, is: fn(ResourceAccess) -> bool| resource_access(prefix).is_some_and(is);
        assert!(is("SQS", |row| !row.works_across_accounts("SetQueueAttributes")));
        assert!(is("sqs", |row| row.works_across_accounts("SendMessage")));
        assert!(is("kms", |row| row.works_across_accounts("decrypt")));
        assert!(is("kms", |row| !row.works_across_accounts("PutKeyPolicy")));
        assert!(is("sts", |row| row.actions().any(|action| action.name() == "AssumeRole")));
        assert!(is("kms", |row| row.actions().all(|action| action.name() != "ListKeys")));
        assert!(resource_access("ec2").is_none());
    }

    #[test]
    fn of_some_actions_a_page_says_whether_they_need_a_signature() {
        assert_eq!(takes_unsigned("s3:GetObject"), Some(true));
        assert_eq!(takes_unsigned("es:eshttpget"), Some(true));
        assert_eq!(takes_unsigned("es:describedomain"), None);
        assert_eq!(takes_unsigned("kms:decrypt"), None);
        assert_eq!(takes_unsigned("ec2:runinstances"), None);
        assert_eq!(takes_unsigned("sts:assumerolewithsaml"), Some(true));
        assert_eq!(takes_unsigned("sts:getsessiontoken"), Some(false));
    }

    #[test]
    fn actions_cross_accounts_unless_a_row_says_otherwise() {
        assert!(crosses_accounts("kms:generatedatakeywithoutplaintext"));
        assert!(!crosses_accounts("kms:putkeypolicy"));
        assert!(!crosses_accounts("sqs:deletequeue"));
        assert!(crosses_accounts("sqs:sendmessage"));
        assert!(crosses_accounts("s3:putbucketpolicy"));
        assert!(crosses_accounts("ec2:runinstances"));
    }
}
