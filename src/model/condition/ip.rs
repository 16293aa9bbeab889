//! IP address operators.

use ipnet::{IpNet, Ipv6Net};
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

/// A block of addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
    /// The block. An address alone is a block of one.
    pub net: IpNet,
    /// The /32 that an address of IPv6 without a length may also mean: "the default is /32", says
    /// IAM:reference_policies_elements_condition_operators, with no word on IPv6.
    pub wide: Option<IpNet>,
}

impl fmt::Display for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.net.fmt(f)
    }
}

/// Reads an address or a CIDR block. Host bits are ignored
/// (IAM:reference_policies_elements_condition_operators).
///
/// # Errors
/// The reason, for a person, if it is neither.
pub fn value(text: &str) -> Result<Block, String> {
    let wrong =
        || format!("`{text}` is neither an IP address nor a CIDR block such as `203.0.113.0/24`");
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    // The readers of the standard library are strict: an octet with leading zeros may be octal.
    let address = address.parse::<IpAddr>().map_err(|_| wrong())?;
    let Some(length) = length else {
        let wide = match address {
            IpAddr::V4(_) => None,
            IpAddr::V6(address) => slash_32(address),
        };
        return Ok(Block { net: IpNet::from(address), wide });
    };
    let bits = length.parse::<u8>().ok().filter(|bits| bits.to_string() == length);
    let net = bits.and_then(|bits| IpNet::new(address, bits).ok()).ok_or_else(wrong)?;
    Ok(Block { net: net.trunc(), wide: None })
}

fn slash_32(address: Ipv6Addr) -> Option<IpNet> {
    Some(IpNet::V6(Ipv6Net::new(address, 32).ok()?.trunc()))
}
