//! The tables of ICA: who calls, what for, and what is known of the requests.

use crate::product::catalogue::{Catalogue, Tables};
use crate::product::{Assumption, CallerId, CallerRow, Credentials, Regions};
use std::sync::LazyLock;

const CALLERS: &[CallerRow] = &[
    // ICA with the long-term key of the customer's IAM user.
    CallerRow { id: "iam-user", credentials: Credentials::UserKey, made_by: None },
    // A session that the user made with GetFederationToken.
    CallerRow {
        id: "federated-session",
        credentials: Credentials::FederationToken,
        made_by: Some(("issue-credentials", "iam-user")),
    },
    // A session of the customer's role, which ICA assumes with a token of its identity provider (A1).
    CallerRow {
        id: "oidc-role",
        credentials: Credentials::WebIdentityToken,
        made_by: Some(("assume-role", "oidc-role")),
    },
    // Illumina's role of the region, in account 079623148045.
    CallerRow {
        id: "cross-account-role",
        credentials: Credentials::VendorRole(Assumption::new("illumina-identity")),
        made_by: None,
    },
];

/// ICA with the long-term key of the customer's IAM user.
pub const IAM_USER: CallerId = CallerId::new(0, CALLERS);
/// A session that the user made with GetFederationToken.
pub const FEDERATED_SESSION: CallerId = CallerId::new(1, CALLERS);
/// A session of the customer's role.
pub const OIDC_ROLE: CallerId = CallerId::new(2, CALLERS);
/// Illumina's role of the region.
pub const CROSS_ACCOUNT_ROLE: CallerId = CallerId::new(3, CALLERS);

const TABLES: Tables = Tables {
    callers: CALLERS,
    operations: include_str!("catalogue.toml"),
    keys: include_str!("context.toml"),
    assumptions: include_str!("assumptions.toml"),
};

/// The catalogue, read once.
pub fn catalogue() -> &'static Catalogue {
    // The texts are part of the program and a test reads them, so an error here cannot reach a user.
    static CATALOGUE: LazyLock<Catalogue> =
        LazyLock::new(|| Catalogue::read(TABLES).unwrap_or_default());
    &CATALOGUE
}

/// The regions and Illumina's roles, read once. The names of the roles do not follow AWS's abbreviations (A7).
pub fn regions() -> &'static Regions {
    static REGIONS: LazyLock<Regions> =
        LazyLock::new(|| toml::from_str(include_str!("regions.toml")).unwrap_or_default());
    &REGIONS
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;
    use crate::product::graph::{Dependencies, Depends};

    #[test]
    fn the_tables_can_be_read() {
        Catalogue::read(TABLES).unwrap();
    }

    #[test]
    fn a_name_that_no_table_has_is_an_error() {
        let wrong = |operations| Catalogue::read(Tables { operations, ..TABLES }).unwrap_err();
        let text = |callers: &str, needs: &str| {
            let text = format!(
                "[[operation]]\nid = 'a'\ntitle = ''\nabout = ''\nbreaks = ''\nstep = []\ncallers = [{callers}]\nneeds = [{needs}]"
            );
            &*Box::leak(text.into_boxed_str())
        };
        assert!(wrong(text("'martian'", "")).contains("martian"));
        assert!(wrong(text("", "'b'")).contains("`b`"));
    }

    #[test]
    fn keys_are_found_in_any_case_and_tags_by_their_stem() {
        let catalogue = catalogue();
        assert_eq!(
            catalogue.key("s3:existingobjecttag/team").unwrap().name,
            "s3:ExistingObjectTag/*"
        );
        assert!(catalogue.key("aws:nosuchkey").is_none());
    }

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

    #[test]
    fn what_depends_on_credentials() {
        let dependencies = Dependencies::of_catalogue(catalogue());
        let behind = dependencies.operations_behind("issue-credentials");
        assert!(
            behind.contains(&Depends::Always("browser-upload"))
                && !behind.iter().any(|id| matches!(id, Depends::Always("copy-into-bucket")))
        );
        assert_eq!(
            dependencies.operations_before("move-from-bucket").last(),
            Some(&Depends::Always("copy-from-bucket"))
        );
        assert!(
            dependencies
                .operations_before("move-from-bucket")
                .contains(&Depends::WhileNew("validate-storage"))
        );
    }
}
