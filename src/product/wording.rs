//! How sentences name a product.

use super::catalogue::Edition;

/// The names and phrases of a product in messages.
#[derive(PartialEq, Eq, Debug)]
pub struct Wording {
    /// The product: `ICA`.
    pub product: &'static str,
    /// Who runs it: `Illumina`.
    pub vendor: &'static str,
    /// The state of its pages that the current edition follows.
    pub edition: &'static str,
    /// The advice where no statement of the bucket policy names the vendor's role: `add the statement of ..; it allows`.
    pub add_statement: &'static str,
    /// The name of the customer's policy, as the product's page has it.
    pub policy_name: &'static str,
    /// The flags that say which role of the vendor's it is.
    pub role_flags: &'static str,
}

impl Wording {
    /// The state of its pages that an edition follows.
    pub fn state(&self, edition: Edition) -> &'static str {
        match edition {
            Edition::Seed => "seed",
            Edition::Current => self.edition,
        }
    }

    /// The product in lower case, as in names of files and folders.
    pub fn lower(&self) -> String {
        self.product.to_lowercase()
    }
}
