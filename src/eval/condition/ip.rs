//! IP address operators.

use ipnet::IpNet;
use std::net::IpAddr;

/// An IPv4 address is in no IPv6 block and the other way round (D4).
pub(super) fn fits(net: &IpNet, value: &str) -> bool {
    value.parse::<IpAddr>().is_ok_and(|address| net.contains(&address))
}
