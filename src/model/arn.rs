//! Concrete ARNs.

use std::ops::Range;

/// Why a text is not an ARN.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ArnError {
    /// It does not begin with `arn:`.
    #[error("an ARN begins with `arn:`")]
    Prefix,
    /// It has fewer than six parts.
    #[error("an ARN has six parts separated by colons, this has {0}")]
    TooFewParts(usize),
}

/// An ARN split into its six parts; the last one may hold colons (IAM:reference-arns).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Arn {
    text: String,
    colons: [usize; 5],
}

impl Arn {
    /// Splits a text.
    ///
    /// # Errors
    /// [`ArnError`] when it has fewer than six parts or another prefix.
    ///
    /// ```
    /// use ica_policy::model::Arn;
    /// let arn = Arn::parse("arn:aws:s3:::bucket/a:b").unwrap();
    /// assert_eq!((arn.partition(), arn.service(), arn.account()), ("aws", "s3", ""));
    /// assert_eq!(arn.resource(), "bucket/a:b");
    /// ```
    pub fn parse(text: &str) -> Result<Arn, ArnError> {
        if !text.starts_with("arn:") {
            return Err(ArnError::Prefix);
        }
        let mut colons = [0; 5];
        let mut places = text.match_indices(':').map(|(at, _)| at);
        for (number, colon) in colons.iter_mut().enumerate() {
            *colon = places.next().ok_or(ArnError::TooFewParts(number + 1))?;
        }
        Ok(Arn { text: text.to_owned(), colons })
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `aws`, `aws-cn`, ..
    pub fn partition(&self) -> &str {
        self.part(self.colons[0] + 1..self.colons[1])
    }

    /// `s3`, `iam`, ..
    pub fn service(&self) -> &str {
        self.part(self.colons[1] + 1..self.colons[2])
    }

    /// The region; empty for S3 and IAM.
    pub fn region(&self) -> &str {
        self.part(self.colons[2] + 1..self.colons[3])
    }

    /// The account; empty for buckets and objects.
    pub fn account(&self) -> &str {
        self.part(self.colons[3] + 1..self.colons[4])
    }

    /// The text after the fifth colon.
    pub fn resource(&self) -> &str {
        self.part(self.colons[4] + 1..self.text.len())
    }

    fn part(&self, range: Range<usize>) -> &str {
        &self.text[range]
    }
}
