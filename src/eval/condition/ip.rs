//! IP address operators.

use crate::authz::{Ambiguity, Readings};
use crate::model::condition::ip::Block;
use std::net::IpAddr;

/// Whether the address is in the block. No IPv4 address is in an IPv6 block, and no IPv6 address in
/// an IPv4 block.
pub(super) fn fits(block: &Block, value: &str, readings: &Readings) -> bool {
    let Ok(address) = value.parse::<IpAddr>() else { return false };
    block.net.contains(&address)
        || block.wide.is_some_and(|wide| wide.contains(&address))
            && readings.second(Ambiguity::AddressWithoutLength)
}
