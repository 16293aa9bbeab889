//! The layers as users name them: one row for each kind of policy. Flags, settings, the search in a folder, lines of `simulate` and
//! reports go through this table, so a new layer is a new row.

use super::LayerId;
use crate::model::PolicyKind;

/// How many files a layer has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FileCount {
    /// One.
    One,
    /// Several files; it is enough if one of them allows.
    Several,
    /// Levels of the organization, each with one or several.
    Levels,
}

/// The names of a layer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LayerRow {
    /// What its documents are.
    pub kind: PolicyKind,
    /// The name in reports about a connection.
    pub id: &'static str,
    /// The flag, without the dashes before it.
    pub flag: &'static str,
    /// The name in settings: the flag with underscores.
    pub setting: &'static str,
    /// How many files it has in settings.
    pub files: FileCount,
    /// The member of a line of `simulate` and how many policies it has; `None`: it is the resource's policy there.
    pub member: Option<(&'static str, FileCount)>,
    /// The words for people.
    pub words: &'static str,
}

/// All layers, in the order in which their files are read.
pub const LAYERS: [LayerRow; 9] = [
    LayerRow {
        kind: PolicyKind::Identity,
        id: "identity",
        flag: "identity-policy",
        setting: "identity_policy",
        files: FileCount::Several,
        member: Some(("identity_policies", FileCount::Several)),
        words: "identity policies",
    },
    LayerRow {
        kind: PolicyKind::Boundary,
        id: "boundary",
        flag: "boundary",
        setting: "boundary",
        files: FileCount::One,
        member: Some(("permissions_boundary", FileCount::One)),
        words: "permissions boundary",
    },
    LayerRow {
        kind: PolicyKind::Session,
        id: "session",
        flag: "session-policy",
        setting: "session_policy",
        files: FileCount::Several,
        member: Some(("session_policies", FileCount::Several)),
        words: "session policy",
    },
    LayerRow {
        kind: PolicyKind::Resource,
        id: "bucket-policy",
        flag: "bucket-policy",
        setting: "bucket_policy",
        files: FileCount::One,
        member: Some(("resource_policy", FileCount::One)),
        words: "bucket policy",
    },
    LayerRow {
        kind: PolicyKind::KmsKey,
        id: "kms-key-policy",
        flag: "kms-key-policy",
        setting: "kms_key_policy",
        files: FileCount::One,
        member: None,
        words: "key policy",
    },
    LayerRow {
        kind: PolicyKind::Trust,
        id: "trust-policy",
        flag: "trust-policy",
        setting: "trust_policy",
        files: FileCount::One,
        member: None,
        words: "trust policy of the role",
    },
    LayerRow {
        kind: PolicyKind::Scp,
        id: "scp",
        flag: "scp",
        setting: "scp",
        files: FileCount::Levels,
        member: Some(("scps", FileCount::Levels)),
        words: "service control policies",
    },
    LayerRow {
        kind: PolicyKind::Rcp,
        id: "rcp",
        flag: "rcp",
        setting: "rcp",
        files: FileCount::Levels,
        member: Some(("rcps", FileCount::Levels)),
        words: "resource control policies",
    },
    LayerRow {
        kind: PolicyKind::Vpce,
        id: "vpce",
        flag: "vpce-policy",
        setting: "vpce_policy",
        files: FileCount::One,
        member: Some(("vpce_policies", FileCount::Several)),
        words: "VPC endpoint policy",
    },
];

impl LayerRow {
    /// The row of a kind of policy.
    pub const fn of(kind: PolicyKind) -> &'static LayerRow {
        // `as` counts the variants; a test holds the rows to that order.
        &LAYERS[kind as usize]
    }

    /// The row of a setting.
    pub fn of_setting(name: &str) -> Option<&'static LayerRow> {
        LAYERS.iter().find(|row| row.setting == name)
    }
}

impl LayerId {
    /// What the documents of the layer are; `resource`: what the resource's own policy is.
    pub fn policy_kind(self, resource: PolicyKind) -> PolicyKind {
        match self {
            LayerId::Identity => PolicyKind::Identity,
            LayerId::Resource => resource,
            LayerId::Boundary => PolicyKind::Boundary,
            LayerId::Session => PolicyKind::Session,
            LayerId::Scp(_) => PolicyKind::Scp,
            LayerId::Rcp(_) => PolicyKind::Rcp,
            LayerId::Vpce => PolicyKind::Vpce,
            LayerId::Bucket => PolicyKind::Resource,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{LAYERS, LayerRow};

    #[test]
    fn a_row_is_found_by_its_kind_and_its_names_agree() {
        assert!(LAYERS.iter().all(|row| LayerRow::of(row.kind) == row));
        assert!(LAYERS.iter().all(|row| row.flag.replace('-', "_") == row.setting));
    }
}
