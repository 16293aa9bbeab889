//! The owner of objects that Illumina's role writes. Source: F5; A5 for what users saw.

use crate::authz::Known;
use crate::product::assumption::Assumption;
use crate::product::judged::Judged;
use crate::product::setup::Setup;
use crate::product::verdict::{ReasonKind, Verdict, reason};
use crate::s3::Ownership;

const HELP: &str =
    "set Object Ownership to BucketOwnerEnforced: `aws s3api put-bucket-ownership-controls`";

pub(super) fn judge(setup: &Setup) -> Judged {
    let judged = |word: &str| Judged::new("ownership", "object ownership", word);
    let writers = |word: &str| {
        let message = "objects that Illumina's role copies here belong to Illumina's account, so neither the bucket policy nor the user's \
                       policies open them: copies fail with 403";
        judged(word).because(
            Verdict::Blocked,
            reason(ReasonKind::Environment, "ownership", message.to_owned(), HELP),
        )
    };
    match setup.environment.ownership {
        Known::Unspecified => judged("BucketOwnerEnforced").assuming(Assumption::new("ownership")),
        Known::Known(Ownership::BucketOwnerEnforced) => judged("BucketOwnerEnforced"),
        Known::Known(Ownership::BucketOwnerPreferred) => {
            let message = "objects that Illumina's role copies here become the bucket owner's only if it sends the header `x-amz-acl: \
                           bucket-owner-full-control`, and ICA does not publish whether it does";
            judged("BucketOwnerPreferred").because(
                Verdict::Unknown,
                reason(ReasonKind::Hidden, "ownership", message.to_owned(), HELP),
            )
        }
        Known::Known(Ownership::ObjectWriter) => writers("ObjectWriter"),
        // A bucket without the setting behaves as with ObjectWriter: it is older than the setting.
        Known::AssertedNone => writers("none"),
    }
}
