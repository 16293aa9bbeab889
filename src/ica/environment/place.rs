//! The bucket's region, name and prefix.

use crate::aws::data_date;
use crate::finding::{Finding, codes};
use crate::ica::regions;
use crate::product::assumption::Assumption;
use crate::product::judged::Judged;
use crate::product::setup::Setup;
use crate::product::verdict::{Reason, ReasonKind, Verdict, reason};
use crate::s3::{NameFault, REGION_OF_OLD_NAMES, bucket_name_fault};
use crate::source::Span;

/// S3 limits the bytes of a key; a prefix must be shorter.
const MOST_KEY_BYTES: usize = 1_024;

fn fault(message: String, help: &str) -> Reason {
    reason(ReasonKind::Environment, "", message, help)
}

/// The bucket must be in the AWS region of the ICA project (SEED; its table of regions).
pub(super) fn region(setup: &Setup) -> Judged {
    let judged =
        Judged::new("region", "region", setup.region.as_deref().unwrap_or("region not given"));
    let move_it = "make a bucket in the project's region, or a project in the bucket's region";
    match (&setup.region, setup.environment.vendor_region) {
        (None, _) => judged.assuming(Assumption::new("region")),
        (Some(aws), Some(region)) if region.aws == *aws => judged,
        (Some(aws), Some(region)) => {
            let own = regions()
                .of_aws(aws)
                .map(|other| format!(", which is that of ICA projects in {}", other.name));
            let message = format!(
                "the bucket is in `{aws}`{}; a project of ICA in {} needs one in `{}`: `Storage container must be located in the {} region`",
                own.unwrap_or_default(),
                region.name,
                region.aws,
                region.aws
            );
            judged.because(Verdict::Blocked, fault(message, move_it))
        }
        (Some(aws), None) => {
            let message = format!(
                "the bucket is in `{aws}`, where ICA has no projects: `Storage container must be located in one of the following regions`"
            );
            let meant = regions().nearest(aws).map(|meant| {
                format!(
                    "perhaps `{}` is meant: AWS has no region `{aws}` as of {}; else ",
                    meant.aws,
                    data_date()
                )
            });
            let help = meant.unwrap_or_default()
                + "make a bucket in a region of ICA's table; if ICA is now available there, name its region with --ica-region";
            judged.because(Verdict::Blocked, fault(message, &help))
        }
    }
}

/// What ICA's page says of the region of the project alone (SEED's table of regions).
pub(super) fn note(setup: &Setup) -> Option<Finding> {
    let region = setup.environment.vendor_region?;
    let message = format!("{}: {}", region.name, region.note.as_ref()?);
    let help = "nothing to do, unless you need what the region lacks: then take a bucket and a project in another one";
    Some(Finding::new(codes::REGION_NOTE, Span::NOWHERE, message).help(help))
}

/// G4, and A2 for the length. Whether ICA takes the name of an old bucket is not published.
pub(super) fn bucket_name(setup: &Setup) -> Judged {
    let bucket = &setup.bucket;
    let judged = Judged::new("bucket-name", "bucket name", bucket.as_str());
    let Some(wrong) = bucket_name_fault(bucket) else { return judged };
    let rule = wrong.rule();
    let help = "give the name that `aws s3api list-buckets` shows";
    let is_elsewhere = setup.region.as_ref().is_some_and(|region| region != REGION_OF_OLD_NAMES);
    if wrong == NameFault::Never(rule) || is_elsewhere {
        let message = format!("`{bucket}` cannot be the name of a bucket: {rule}");
        return judged.because(Verdict::Blocked, fault(message, help));
    }
    let where_else = if setup.region.is_none() { ", in every other region none can" } else { "" };
    let message = format!(
        "{rule}; in `{REGION_OF_OLD_NAMES}` a bucket from before March 2018 can be called `{bucket}` all the same{where_else}, and whether ICA takes \
         it is not published: it may work, or fail with `The storage container name has invalid characters`"
    );
    let region = if setup.region.is_none() { "say --region; " } else { "" };
    let help = format!(
        "{region}{help}; if it is this one, let ICA validate it and see before anything is built on it"
    );
    judged.because(Verdict::Unknown, reason(ReasonKind::Hidden, "", message, &help))
}

/// Whether ICA takes the prefix, and advice against some prefixes.
pub(super) fn prefix(setup: &Setup) -> Vec<Judged> {
    let prefix = setup.prefix.as_str();
    let judged =
        || Judged::new("prefix", "prefix", if prefix.is_empty() { "whole bucket" } else { prefix });
    let needed = match prefix_fault(prefix) {
        None => judged(),
        Some(wrong) => {
            let message = format!("ICA does not take the prefix `{prefix}`: {wrong}");
            judged().because(
                Verdict::Blocked,
                fault(message, "give the prefix as in `ica/`, or none for the whole bucket"),
            )
        }
    };
    let advice = prefix_advice(prefix)
        .map(|(message, help)| judged().advised().because(Verdict::Unknown, fault(message, help)));
    std::iter::once(needed).chain(advice).collect()
}

/// ICA takes a prefix that matches `^(?!/).*/$` (A2) and none that begins with `./` (SEED), or none at all.
fn prefix_fault(prefix: &str) -> Option<&'static str> {
    let faults = [
        (prefix.starts_with('/'), "it begins with a slash"),
        (!prefix.ends_with('/'), "it does not end in a slash"),
        (prefix.starts_with("./"), "it begins with `./`, with which no project can be created"),
        (
            prefix.len() >= MOST_KEY_BYTES,
            "a key of S3 has 1,024 bytes at most, so no object fits below it",
        ),
    ];
    faults.into_iter().find(|(is_wrong, _)| *is_wrong && !prefix.is_empty()).map(|(_, fault)| fault)
}

/// SEED: a project without a folder takes the root of the bucket, and no other project can use it. G5: `.` and `..` are resolved by many
/// clients.
fn prefix_advice(prefix: &str) -> Option<(String, &'static str)> {
    if prefix.is_empty() {
        let message = "without a prefix the root folder of the bucket goes to one project, and the bucket cannot be used for another one: \
                       `Conflict while updating file/folder`";
        return Some((
            message.to_owned(),
            "make a folder in the bucket and give it as the prefix, as in `ica/`",
        ));
    }
    let dots = prefix
        .split('/')
        .skip(usize::from(prefix.starts_with("./")))
        .any(|segment| segment == "." || segment == "..");
    let empty = prefix.contains("//");
    let what = if dots { "`.` or `..`" } else { "an empty name" };
    let message = || {
        format!(
            "the prefix `{prefix}` has {what} between slashes, which many clients take for another path"
        )
    };
    (dots || empty).then(|| (message(), "choose a prefix without it"))
}
