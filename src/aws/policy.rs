//! The element `Resource` in the resource policies of services. Source: `resource_policies.txt`, by hand, after B10 of docs/sources.md.

use super::table;

/// Whether statements of a resource policy have a `Resource`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ResourceElement {
    /// They must not have it: the policy is about what it is attached to.
    Absent,
    /// They may have it.
    Optional,
    /// They must have it.
    Present,
}

/// The particulars of the resource policies of a service.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ResourcePolicy {
    /// The name of the policy, such as `key policy`.
    pub name: &'static str,
    /// Whether its statements have a `Resource`.
    pub resource: ResourceElement,
    /// Whether `*` there means the resource that the policy is attached to, and not everything.
    pub star_is_itself: bool,
    /// The page that says it.
    pub source: &'static str,
}

/// The resource policies of the service of that prefix, in any case; `None` if nothing is known about them. The trust policy of a role
/// is that of `iam`.
pub fn resource_policy(prefix: &str) -> Option<ResourcePolicy> {
    let [_, name, element, star, source] = table::find_row(TEXT, prefix)?;
    let resource = match element {
        "absent" => ResourceElement::Absent,
        "optional" => ResourceElement::Optional,
        "present" => ResourceElement::Present,
        _ => return None,
    };
    Some(ResourcePolicy { name, resource, star_is_itself: star == "itself", source })
}

const TEXT: &str = include_str!("resource_policies.txt");

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::is_known_service;

    #[test]
    fn every_row_is_understood() {
        let rows = table::rows::<5>(TEXT).collect::<Vec<_>>();
        assert_eq!(rows.len(), TEXT.lines().filter(|line| !line.starts_with('#')).count());
        assert!(rows.is_sorted_by(|one, other| table::compare(one[0], other[0]).is_lt()));
        for [prefix, name, ..] in rows {
            assert!(is_known_service(prefix), "{prefix}");
            assert_eq!(resource_policy(prefix).map(|policy| policy.name), Some(name));
        }
    }

    #[test]
    fn trust_policies_have_no_resource() {
        let element = |prefix| resource_policy(prefix).map(|policy| policy.resource);
        assert_eq!(element("iam"), Some(ResourceElement::Absent));
        assert_eq!(element("ECR"), Some(ResourceElement::Optional));
        assert_eq!(element("s3"), Some(ResourceElement::Present));
        assert_eq!(element("ec2"), None);
        assert!(resource_policy("kms").is_some_and(|policy| policy.star_is_itself));
    }
}
