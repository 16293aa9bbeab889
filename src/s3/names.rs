//! Names of buckets (S3:bucketnamingrules, S3:gpbucketnamespaces).

/// The region in which buckets from before March 2018 may have capitals and underscores in their
/// names.
pub const REGION_OF_OLD_NAMES: &str = "us-east-1";

/// Why AWS would refuse the name of a bucket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NameFault {
    /// No bucket can have this name.
    Never(&'static str),
    /// Only an old bucket of [`REGION_OF_OLD_NAMES`] can have this name.
    OnlyOld(&'static str),
}

impl NameFault {
    /// The rule that the name breaks.
    pub fn rule(self) -> &'static str {
        match self {
            NameFault::Never(rule) | NameFault::OnlyOld(rule) => rule,
        }
    }
}

/// Checks the name of a bucket; `None` if AWS would accept it.
pub fn bucket_name_fault(name: &str) -> Option<NameFault> {
    let is_edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    let lower = name.to_ascii_lowercase();
    let faults = [
        (!(3..=63).contains(&name.len()), "a name has 3 to 63 characters"),
        (
            !bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(byte)),
            "a name has letters, digits, dots and hyphens",
        ),
        (
            !is_edge(bytes.first()) || !is_edge(bytes.last()),
            "a name begins and ends with a letter or digit",
        ),
        (name.contains(".."), "a name has no two dots in a row"),
        (name.parse::<std::net::Ipv4Addr>().is_ok(), "a name is no IP address"),
        (
            ["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|start| lower.starts_with(start)),
            "the beginning is reserved by AWS",
        ),
        (
            ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"]
                .iter()
                .any(|end| lower.ends_with(end)),
            "the ending is reserved by AWS",
        ),
    ];
    let never = faults
        .into_iter()
        .find(|(is_wrong, _)| *is_wrong)
        .map(|(_, fault)| NameFault::Never(fault));
    let old = [
        (name.contains('_'), "a name has no underscores, only letters, digits, dots and hyphens"),
        (lower != name, "the letters of a name are lower case"),
    ];
    never.or(old
        .into_iter()
        .find(|(is_wrong, _)| *is_wrong)
        .map(|(_, fault)| NameFault::OnlyOld(fault)))
}

#[cfg(test)]
mod tests {
    use super::{NameFault, bucket_name_fault};

    #[test]
    fn names_of_buckets() {
        for good in ["acme-genomics", "a.b", "123", "a-1.b-2"] {
            assert_eq!(bucket_name_fault(good), None, "{good}");
        }
        for old in ["Old_Bucket", "a_b", "Org.umccr", "org.umccr.data.analysis_data", "ABC"] {
            assert!(matches!(bucket_name_fault(old), Some(NameFault::OnlyOld(_))), "{old}");
        }
        for bad in [
            "ab",
            "my bucket!",
            "-ab",
            "_ab",
            "a..b",
            "192.0.2.1",
            "xn--abc",
            "abc-s3alias",
            "a_b-s3alias",
            &"a".repeat(64),
        ] {
            assert!(matches!(bucket_name_fault(bad), Some(NameFault::Never(_))), "{bad}");
        }
    }
}
