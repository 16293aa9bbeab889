//! IP address operators.

use ipnet::IpNet;
use std::net::IpAddr;

/// Whether the address is in the block. No IPv4 address is in an IPv6 block, and no IPv6 address in
/// an IPv4 block.
pub(super) fn fits(net: &IpNet, value: &str) -> bool {
    value.parse::<IpAddr>().is_ok_and(|address| net.contains(&address))
}
