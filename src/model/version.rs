//! The version of the policy language.

/// The version of the policy language. Without 2012-10-17 `${..}` is literal text. A missing
/// version means 2008-10-17 (IAM:reference_policies_elements_version, IAM:troubleshoot_policies).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Version {
    /// `2008-10-17`, or none given.
    V2008,
    /// `2012-10-17`.
    V2012,
}
