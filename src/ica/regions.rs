//! The regions of ICA: `regions.toml`.

use serde::Deserialize;
use std::sync::LazyLock;

/// A region of ICA.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// The name on ICA's pages: `Germany`.
    pub name: String,
    /// The letters behind the name in the table of roles: `EU`.
    pub short: String,
    /// The AWS region in which its buckets must be: `eu-central-1`.
    pub aws: String,
    /// ICA's own short name, part of the role's name: `euc1`.
    pub namespace: String,
}

/// All regions and the account of the roles.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
pub struct Regions {
    /// Illumina's account.
    pub account: String,
    /// The regions, by name.
    #[serde(rename = "region")]
    pub list: Vec<Region>,
}

/// The table, read once.
pub fn regions() -> &'static Regions {
    static REGIONS: LazyLock<Regions> =
        LazyLock::new(|| toml::from_str(include_str!("regions.toml")).unwrap_or_default());
    &REGIONS
}

impl Regions {
    /// The region of that AWS name, ICA name, short name or namespace, in any case.
    pub fn find(&self, name: &str) -> Option<&Region> {
        self.list.iter().find(|region| {
            [&region.aws, &region.name, &region.short, &region.namespace]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name))
        })
    }

    /// The region that an ICA project must be in, by the bucket's AWS region.
    pub fn of_aws(&self, aws: &str) -> Option<&Region> {
        self.list.iter().find(|region| region.aws == aws)
    }

    /// The ARN of a region's cross-account role.
    pub fn role(&self, region: &Region) -> String {
        format!("arn:aws:iam::{}:role/ica_{}_crossacct", self.account, region.namespace)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    #[test]
    fn all_twelve_regions_are_there() {
        assert_eq!(regions().list.len(), 12);
        assert_eq!(regions().account.len(), 12);
    }

    #[test]
    fn india_and_indonesia_are_not_what_they_look_like() {
        let role = |name| regions().role(regions().find(name).unwrap());
        assert_eq!(role("ap-south-1"), "arn:aws:iam::079623148045:role/ica_aps3_crossacct");
        assert_eq!(role("Indonesia"), "arn:aws:iam::079623148045:role/ica_aps4_crossacct");
    }
}
