//! Names of buckets. Source: `facts/G_notifications_cors_names.md` G4.

/// What AWS would not have in the name of a bucket. Old buckets of us-east-1 may have upper case and underscores.
pub fn bucket_name_fault(name: &str) -> Option<&'static str> {
    let is_edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    let faults = [
        (!(3..=63).contains(&name.len()), "a name has 3 to 63 characters"),
        (!bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(byte)), "a name has letters, digits, dots and hyphens"),
        (!is_edge(bytes.first()) || !is_edge(bytes.last()), "a name begins and ends with a letter or digit"),
        (name.contains(".."), "a name has no two dots in a row"),
        (name.parse::<std::net::Ipv4Addr>().is_ok(), "a name is no IP address"),
        (["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|start| name.starts_with(start)), "the beginning is reserved by AWS"),
        (["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].iter().any(|end| name.ends_with(end)), "the ending is reserved by AWS"),
    ];
    faults.into_iter().find(|(is_wrong, _)| *is_wrong).map(|(_, fault)| fault)
}

#[cfg(test)]
mod tests {
    use super::bucket_name_fault;

    #[test]
    fn names_of_buckets() {
        for good in ["acme-genomics", "a.b", "123", "Old_Bucket"] {
            assert_eq!(bucket_name_fault(good), None, "{good}");
        }
        for bad in ["ab", "my bucket!", "-ab", "a..b", "192.0.2.1", "xn--abc", "abc-s3alias", &"a".repeat(64)] {
            assert!(bucket_name_fault(bad).is_some(), "{bad}");
        }
    }
}
