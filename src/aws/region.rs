//! Partitions and regions. Source: `data/regions.txt`, from botocore's `partitions.json`.

use std::sync::LazyLock;

use super::table;

/// A separate set of regions with its own accounts; the second part of an ARN.
#[derive(Debug)]
pub struct Partition {
    /// Its name in ARNs, such as `aws-cn`.
    pub name: &'static str,
    /// The end of its host names, such as `amazonaws.com.cn`.
    pub dns_suffix: &'static str,
    region_prefixes: &'static str,
}

impl Partition {
    /// Its regions, by name.
    pub fn regions(&self) -> impl Iterator<Item = &'static Region> {
        REGIONS.iter().filter(|region| region.partition == self.name)
    }

    /// Whether a name has the form of this partition's regions, so that a region newer than the data can be placed.
    pub fn has_form_of_region(&self, name: &str) -> bool {
        self.region_prefixes.split_ascii_whitespace().any(|prefix| {
            let rest = name.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('-'));
            let Some((place, number)) = rest.and_then(|rest| rest.split_once('-')) else {
                return false;
            };
            let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            !place.is_empty()
                && place.bytes().all(word)
                && !number.is_empty()
                && number.bytes().all(|byte| byte.is_ascii_digit())
        })
    }
}

/// One region.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Region {
    /// Its name, such as `eu-central-1`.
    pub name: &'static str,
    /// The name of its partition.
    pub partition: &'static str,
    /// Where it is, such as `Europe (Frankfurt)`.
    pub place: &'static str,
}

/// All partitions, by name.
pub fn partitions() -> &'static [Partition] {
    &PARTITIONS
}

/// The partition of that name. ARNs are case-sensitive, and so is this.
pub fn partition(name: &str) -> Option<&'static Partition> {
    PARTITIONS.iter().find(|partition| partition.name == name)
}

/// All regions, by name. Pseudo regions such as `aws-global` are not among them.
pub fn regions() -> &'static [Region] {
    &REGIONS
}

/// The region of that name. ARNs are case-sensitive, and so is this.
pub fn region(name: &str) -> Option<&'static Region> {
    let at = REGIONS.binary_search_by(|region| region.name.cmp(name)).ok()?;
    REGIONS.get(at)
}

/// The partition of a region, also of one that is newer than the data.
pub fn partition_of_region(name: &str) -> Option<&'static Partition> {
    match region(name) {
        Some(region) => partition(region.partition),
        None => PARTITIONS.iter().find(|partition| partition.has_form_of_region(name)),
    }
}

pub(super) const TEXT: &str = include_str!("data/regions.txt");
static PARTITIONS: LazyLock<Vec<Partition>> = LazyLock::new(|| {
    let rows = table::tagged(TEXT, "partition");
    rows.map(|[name, dns_suffix, region_prefixes]| Partition { name, dns_suffix, region_prefixes })
        .collect()
});
static REGIONS: LazyLock<Vec<Region>> = LazyLock::new(|| {
    table::tagged(TEXT, "region")
        .map(|[name, partition, place]| Region { name, partition, place })
        .collect()
});
