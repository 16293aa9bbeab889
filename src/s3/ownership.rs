//! Who owns objects that another account writes (S3:about-object-ownership).

/// Object Ownership of a bucket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ownership {
    /// The bucket's owner; access control lists are off.
    BucketOwnerEnforced,
    /// The bucket's owner if the writer sends `bucket-owner-full-control`, else the writer.
    BucketOwnerPreferred,
    /// The writer.
    ObjectWriter,
}

impl Ownership {
    /// All values.
    pub const ALL: [Ownership; 3] =
        [Ownership::BucketOwnerEnforced, Ownership::BucketOwnerPreferred, Ownership::ObjectWriter];

    /// AWS's word for it.
    pub fn word(self) -> &'static str {
        match self {
            Ownership::BucketOwnerEnforced => "BucketOwnerEnforced",
            Ownership::BucketOwnerPreferred => "BucketOwnerPreferred",
            Ownership::ObjectWriter => "ObjectWriter",
        }
    }

    /// The value with this word.
    pub fn parse(word: &str) -> Option<Ownership> {
        Ownership::ALL.into_iter().find(|known| known.word() == word)
    }
}
