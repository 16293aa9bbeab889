//! ICA as a product.

use super::environment;
use super::expected::expected;
use super::tables::{catalogue, regions};
use crate::finding::Finding;
use crate::product::catalogue::Catalogue;
use crate::product::setup::Setup;
use crate::product::{
    ExpectedCors, Judged, Placeholder, PlaceholderRole, Product, Regions, Wording,
};

/// Illumina Connected Analytics.
#[derive(Clone, Copy, Debug)]
pub struct Ica;

/// Illumina Connected Analytics.
pub static ICA: Ica = Ica;

static WORDING: Wording = Wording {
    product: "ICA",
    vendor: "Illumina",
    edition: "2026-09",
    add_statement: "add the statement of step 7 of the ICA page, which `ica-policy generate` prints; it allows",
    policy_name: "illumina-ica-admin-policy",
    role_flags: "say --region, --ica-region or --cross-account-role",
};

/// The pages of ICA that can be read do not give issuer, audience and subject of its tokens.
static PLACEHOLDERS: [Placeholder; 3] = [
    Placeholder {
        role: PlaceholderRole::Issuer,
        name: "ICA_OIDC_ISSUER",
        text: "the issuer of ICA's OIDC provider, host and path without `https://`; not in the pages that this project could read, ask ICA's page on the IAM role method or its support",
    },
    Placeholder {
        role: PlaceholderRole::Audience,
        name: "ICA_OIDC_AUDIENCE",
        text: "the audience (`aud`) of ICA's tokens; not in the pages that this project could read, ask ICA's page on the IAM role method or its support",
    },
    Placeholder {
        role: PlaceholderRole::Subject,
        name: "ICA_OIDC_SUBJECT",
        text: "the subject (`sub`) of ICA's tokens, which identifies your tenant; not in the pages that this project could read, ask ICA's page on the IAM role method or its support",
    },
];

impl Product for Ica {
    fn wording(&self) -> &'static Wording {
        &WORDING
    }

    fn catalogue(&self) -> &'static Catalogue {
        catalogue()
    }

    fn regions(&self) -> &'static Regions {
        regions()
    }

    fn settings_checks(&self, setup: &Setup) -> Vec<Judged> {
        environment::judge(setup)
    }

    fn notes(&self, setup: &Setup) -> Vec<Finding> {
        environment::notes(setup)
    }

    fn cors(&self) -> Option<&'static ExpectedCors> {
        Some(&expected().cors)
    }

    fn placeholders(&self) -> &'static [Placeholder] {
        &PLACEHOLDERS
    }
}
