//! Resource types.

use super::arn::ArnTemplate;

/// A kind of thing that actions of a service work on, such as `bucket`.
#[derive(Debug)]
pub struct ResourceType {
    service: &'static str,
    name: &'static str,
    arns: &'static str,
    keys: &'static str,
}

impl ResourceType {
    pub(super) fn new(
        service: &'static str,
        name: &'static str,
        arns: &'static str,
        keys: &'static str,
    ) -> Self {
        Self { service, name, arns, keys }
    }

    /// AWS's name of the type; some contain a blank (`function alias`). Source: `data/services/`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The shapes of its ARNs. Most types have one; those of API Gateway, say, have one for each kind of API. Source: `data/services/`.
    pub fn arns(&self) -> impl Iterator<Item = ArnTemplate> {
        let service = self.service;
        self.arns.split(' ').map(move |text| ArnTemplate::new(service, text))
    }

    /// The first of its templates, to show one: `arn:${Partition}:s3:::${BucketName}/${ObjectName}`. See [`ResourceType::arns`] for all.
    pub fn arn(&self) -> &'static str {
        self.arns.split(' ').next().unwrap_or_default()
    }

    /// The condition keys that come with every resource of this type, in canonical case, `*` for a variable part. Source: `data/services/`.
    pub fn condition_keys(&self) -> impl Iterator<Item = &'static str> {
        self.keys.split_ascii_whitespace()
    }

    /// Whether a concrete ARN (no wildcards, no variables) has the shape of this type: see [`ArnTemplate::matches`].
    ///
    /// Where AWS's templates overlap (`function alias` and `function version`) both types match. AWS gives no template for objects behind
    /// a multi-Region access point, so such an ARN matches nothing.
    pub fn matches(&self, arn: &str) -> bool {
        self.arns().any(|template| template.matches(arn))
    }
}
