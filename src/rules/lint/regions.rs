//! Names of regions that AWS does not have.

use crate::aws;

/// Where regions lie: the second last word of their names. New regions have these words, too.
const PLACES: [&str; 9] = [
    "north",
    "south",
    "east",
    "west",
    "central",
    "northeast",
    "northwest",
    "southeast",
    "southwest",
];

/// Whether no partition has a region of this name, as far as one can say: a region that is newer than the data has a name of the form of the others.
pub(super) fn is_no_region(name: &str) -> bool {
    aws::region(name).is_none() && !is_like_region(name)
}

fn is_like_region(name: &str) -> bool {
    let mut words = name.rsplit('-');
    let (number, place) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let is_number = matches!(number.as_bytes(), [b'1'..=b'9']);
    let has_form = aws::partitions().iter().any(|partition| partition.has_form_of_region(name));
    is_number && PLACES.contains(&place) && has_form
}

/// The region that is probably meant, as a sentence.
pub(super) fn help(name: &str) -> String {
    let far = |known: &'static str| crate::finding::distance_within(name, known, 2);
    let regions = aws::regions().iter().map(|region| region.name);
    let near = regions.filter_map(|known| Some((far(known)?, known))).min();
    match near {
        Some((_, known)) => format!("perhaps `{known}` is meant"),
        None => "write a region such as `eu-central-1`, or `*`".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{help, is_no_region};

    #[test]
    fn names_of_regions() {
        for name in
            ["eu-central-1", "us-gov-west-1", "eusc-de-east-1", "ap-southeast-9", "us-iso-east-1"]
        {
            assert!(!is_no_region(name), "{name}");
        }
        for name in
            ["eu-centrl-1", "us-esat-1", "eu-central", "eu-central-10", "xx-east-1", "frankfurt"]
        {
            assert!(is_no_region(name), "{name}");
        }
        assert_eq!(help("us-esat-1"), "perhaps `us-east-1` is meant");
    }
}
