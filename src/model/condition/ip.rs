//! IP address operators.

use ipnet::IpNet;
use std::net::IpAddr;

/// Reads an address or a CIDR block. Host bits are ignored, and an address alone is a block of one
/// (IAM:reference_policies_elements_condition_operators).
///
/// # Errors
/// The reason, for a person, if it is neither.
pub fn value(text: &str) -> Result<IpNet, String> {
    let net = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    net.map(|net| net.trunc()).ok_or_else(|| {
        format!("`{text}` is neither an IP address nor a CIDR block such as `203.0.113.0/24`")
    })
}
