//! The regions of a product, and the role that its vendor has for each of them.

use crate::finding::{LETTERS_PER_MISTAKE, distance};
use crate::model::{Named, Statement};
use crate::source::Span;
use serde::Deserialize;

/// The place of the short name in the name of a role.
const NAMESPACE: &str = "{namespace}";

/// A region of the product.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// The name on the product's pages: `Germany`.
    pub name: String,
    /// The letters behind the name in the table of roles: `EU`.
    pub short: String,
    /// The AWS region in which its buckets must be: `eu-central-1`.
    pub aws: String,
    /// The product's own short name, part of the role's name: `euc1`.
    pub namespace: String,
    /// What the product's page says of this region alone.
    #[serde(default)]
    pub note: Option<String>,
}

/// All regions and the roles.
#[derive(Clone, PartialEq, Eq, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Regions {
    /// The vendor's account.
    pub account: String,
    /// The name of a region's role, with `{namespace}` for the region's own short name.
    role: String,
    /// The regions, by name.
    #[serde(rename = "region")]
    pub list: Vec<Region>,
}

impl Regions {
    /// The region of that AWS name, name of the product, short name or namespace, in any case.
    pub fn find(&self, name: &str) -> Option<&Region> {
        self.list.iter().find(|region| {
            [&region.aws, &region.name, &region.short, &region.namespace]
                .iter()
                .any(|known| known.eq_ignore_ascii_case(name))
        })
    }

    /// The region that a project must be in, by the bucket's AWS region.
    pub fn of_aws(&self, aws: &str) -> Option<&Region> {
        self.list.iter().find(|region| region.aws == aws)
    }

    /// The region that is probably meant by the name of one that AWS does not have.
    pub fn nearest(&self, aws: &str) -> Option<&Region> {
        let far = |region: &&Region| distance(aws, &region.aws);
        let near = self.list.iter().min_by_key(far).filter(|_| crate::aws::region(aws).is_none());
        near.filter(|region| far(region) * LETTERS_PER_MISTAKE <= aws.len())
    }

    /// The ARN of a region's cross-account role.
    pub fn role(&self, region: &Region) -> String {
        let name = self.role.replace(NAMESPACE, &region.namespace);
        format!("arn:aws:iam::{}:role/{name}", self.account)
    }

    /// The principals of a statement that look like a role of the vendor, whether there is such a region or not.
    pub fn roles<'a>(
        &self,
        statement: &'a Statement,
    ) -> impl Iterator<Item = (&'a str, Span)> + use<'a> {
        let names = statement
            .principal
            .iter()
            .filter(|principal| !principal.not)
            .flat_map(|principal| &principal.patterns);
        let names = names.filter_map(|pattern| match &pattern.named {
            Named::Role(arn) => Some((arn.as_str(), pattern.span)),
            _ => None,
        });
        let (start, end) = self.ends_of_role();
        let end = end.to_owned();
        names.filter(move |(arn, _)| arn.starts_with(&start) && arn.ends_with(&end))
    }

    /// Whether an ARN looks like a role of the vendor, whether there is such a region or not.
    pub fn is_role(&self, arn: &str) -> bool {
        let (start, end) = self.ends_of_role();
        arn.starts_with(&start) && arn.ends_with(end)
    }

    /// How the ARNs of the vendor's roles begin and end.
    fn ends_of_role(&self) -> (String, &str) {
        let (start, end) = self.role.split_once(NAMESPACE).unwrap_or((&self.role, ""));
        (format!("arn:aws:iam::{}:role/{start}", self.account), end)
    }

    /// The region of a role.
    pub fn of_role(&self, role: &str) -> Option<&Region> {
        self.list.iter().find(|region| self.role(region) == role)
    }
}
