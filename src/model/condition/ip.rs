//! IP address operators.

use ipnet::IpNet;
use std::net::IpAddr;

/// Reads an address or a CIDR block; host bits are ignored, a bare address is a block of one (D4).
///
/// # Errors
/// Words for a person when it is neither.
pub fn value(text: &str) -> Result<IpNet, String> {
    let net = text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    net.map(|net| net.trunc()).ok_or_else(|| {
        format!("`{text}` is neither an IP address nor a CIDR block such as `203.0.113.0/24`")
    })
}
