//! Parts of the ARNs of resources that AWS does not have.

use super::arn_types::{Form, Pieces, forms};
use super::manual::rule_code;
use super::regions::{help, is_no_region};
use crate::aws;
use crate::aws::is_account_number;
use crate::finding::{Code, Confidence, Edit, Finding, LETTERS_PER_MISTAKE, distance_within};
use crate::model::{ResourceKind, ResourcePattern, Statement};
use crate::rules::rule::{Rule, Scene, Sink};
use std::cell::OnceCell;

rule_code! {
    /// The ARN has fewer than six parts.
    ///
    /// In an identity policy AWS fills the missing parts with `*`, so that the ARN covers more than it shows: `arn:aws:sqs` is every queue of every account.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:111122223333:jobs"}
    /// ```
    /// What to do: write all parts: `arn:partition:service:region:account:resource`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Missing ARN field"; IAM:reference-arns.
    INCOMPLETE: Warning "incomplete-arn" ["MISSING_ARN_FIELD"] "an ARN with fewer than six parts, which AWS completes with `*`"
}

rule_code! {
    /// The second part of the ARN is no partition of AWS.
    ///
    /// No resource has such an ARN, so the words match nothing. A wildcard is not allowed there.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws-eu:s3:::b/*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws-cn:s3:::b/*"}
    /// ```
    /// What to do: write `aws`, or `aws-cn`, `aws-us-gov`, `aws-eusc` for accounts there.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid partition"; IAM:reference-arns.
    PARTITION: Warning "unknown-partition" ["INVALID_PARTITION"] "an ARN with a partition that AWS does not have"
}

rule_code! {
    /// The service of the ARN has capital letters.
    ///
    /// ARNs compare with case, so the words match nothing.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:S3:::b/*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// What to do: write the service in lower case.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid ARN service case".
    SERVICE_CASE: Warning "capital-in-arn-service" ["INVALID_ARN_SERVICE_CASE"] "an ARN whose service has capital letters, so that nothing matches"
}

rule_code! {
    /// The service of the ARN is not in the data on AWS.
    ///
    /// If AWS has no such service, the words match nothing.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s33:::b/*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// What to do: correct the service; if AWS has it since, `--data` takes newer data.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid service".
    SERVICE: Warning "unknown-service-in-arn" ["INVALID_SERVICE"] "an ARN of a service that the data on AWS does not contain", confidence: Confidence::Medium
}

rule_code! {
    /// The fourth part of the ARN is no region of its partition.
    ///
    /// No resource has such an ARN, so the words match nothing.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west:111122223333:jobs"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-*:111122223333:jobs"}
    /// ```
    /// What to do: write a region, or `*`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid ARN Region".
    REGION: Warning "unknown-region-in-arn" ["INVALID_ARN_REGION"] "an ARN with a region that AWS does not have"
}

rule_code! {
    /// The fifth part of the ARN is no account.
    ///
    /// An account has twelve digits. Other words match nothing.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:1111-2222-3333:jobs"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:eu-west-1:111122223333:jobs"}
    /// ```
    /// What to do: write the twelve digits, or `*`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Invalid ARN account".
    ACCOUNT: Warning "wrong-account-in-arn" ["INVALID_ARN_ACCOUNT"] "an ARN whose account has not twelve digits"
}

rule_code! {
    /// The ARN names a region, and resources of this kind have none in their ARNs.
    ///
    /// The words match nothing: the ARN of a bucket is `arn:aws:s3:::bucket`.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:eu-west-1::b/*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// What to do: leave the part between the colons empty.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "ARN Region not allowed".
    WITH_REGION: Warning "arn-with-region" ["ARN_REGION_NOT_ALLOWED"] "an ARN with a region where resources of this kind have none"
}

rule_code! {
    /// The ARN names an account, and resources of this kind have none in their ARNs.
    ///
    /// The words match nothing: the ARN of a bucket is `arn:aws:s3:::bucket`.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3::111122223333:b/*"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}
    /// ```
    /// What to do: leave the part between the colons empty.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "ARN account not allowed".
    WITH_ACCOUNT: Warning "arn-with-account" ["ARN_ACCOUNT_NOT_ALLOWED"] "an ARN with an account where resources of this kind have none"
}

rule_code! {
    /// The ARN has no region, and resources of this kind have one in their ARNs.
    ///
    /// The words match nothing.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs::111122223333:jobs"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:*:111122223333:jobs"}
    /// ```
    /// What to do: write the region, or `*`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Missing ARN Region".
    NO_REGION: Warning "arn-without-region" ["MISSING_ARN_REGION"] "an ARN without the region that resources of this kind have"
}

rule_code! {
    /// The ARN has no account, and resources of this kind have one in their ARNs.
    ///
    /// The words match nothing, unless AWS itself owns the resource.
    ///
    /// ```json bad
    /// {"Effect": "Allow", "Action": "iam:GetRole", "Resource": "arn:aws:iam:::role/ica"}
    /// ```
    /// ```json good
    /// {"Effect": "Allow", "Action": "iam:GetRole", "Resource": "arn:aws:iam::111122223333:role/ica"}
    /// ```
    /// What to do: write the account, or `*`.
    ///
    /// Source: IAM:access-analyzer-reference-policy-checks, "Missing ARN account".
    NO_ACCOUNT: Warning "arn-without-account" ["MISSING_ARN_ACCOUNT"] "an ARN without the account that resources of this kind have", confidence: Confidence::Medium
}

/// A finding for the first part of an ARN that is wrong.
#[derive(Debug)]
pub(super) struct ArnForm;

impl Rule for ArnForm {
    fn codes(&self) -> &'static [Code] {
        &[
            INCOMPLETE,
            PARTITION,
            SERVICE_CASE,
            SERVICE,
            REGION,
            ACCOUNT,
            WITH_REGION,
            WITH_ACCOUNT,
            NO_REGION,
            NO_ACCOUNT,
        ]
    }

    fn statement(&self, scene: &Scene<'_>, statement: &Statement, sink: &mut Sink) {
        let patterns = statement.resource.iter().flat_map(|element| &element.patterns);
        for pattern in patterns {
            let is_arn = matches!(pattern.kind, ResourceKind::Arn(_)) && pattern.doubt.is_none();
            if is_arn {
                sink.extend(wrong_part(scene, pattern));
            }
        }
    }
}

fn wrong_part(scene: &Scene<'_>, pattern: &ResourcePattern) -> Option<Finding> {
    let text = scene.words(pattern.span);
    if text.starts_with("execute-api:") {
        return None;
    }
    let found = |code, message: String, help: String| {
        Some(Finding::new(code, pattern.span, message).help(help))
    };
    let Some(parts) = parts(text) else {
        // The other kinds have a finding from reading.
        let is_told = !pattern.unsettled.is_empty();
        return if is_told || is_bucket_without_colon(text) {
            None
        } else {
            found(
                INCOMPLETE,
                format!("`{text}` has fewer than six parts, and AWS completes it with `*`"),
                "write all parts: `arn:partition:service:region:account:resource`".to_owned(),
            )
        };
    };
    let [partition, service, region, account, _] = parts;
    if aws::partition(partition).is_none() && !has_variable(partition) {
        let help = "write `aws`, or `aws-cn`, `aws-us-gov` and so on for accounts there".to_owned();
        return if partition.contains(['*', '?']) {
            None
        } else {
            found(PARTITION, format!("AWS has no partition `{partition}`"), help)
        };
    }
    if is_open(service) || service.is_empty() {
        return None;
    }
    if service.bytes().any(|byte| byte.is_ascii_uppercase()) {
        let lower = service.to_ascii_lowercase();
        let whole = text.replacen(&format!(":{service}:"), &format!(":{lower}:"), 1);
        let finding = found(
            SERVICE_CASE,
            format!("ARNs compare with case, and no service is called `{service}`"),
            format!("write `{lower}`"),
        );
        return finding.map(|finding| finding.edit(Edit::Replace(vec![(pattern.span, whole)])));
    }
    let forms = forms(service);
    if forms.is_empty() {
        return if aws::is_known_service(service) {
            None
        } else {
            found(
                SERVICE,
                format!(
                    "no ARN of the AWS data of {} has the service `{service}`",
                    aws::data_date()
                ),
                help_on_service(service),
            )
        };
    }
    if let Some((code, message, help)) = wrong_place(partition, region, account) {
        return found(code, message, help);
    }
    misplaced(forms, parts).and_then(|(code, what)| {
        let message = format!("`{text}`: {what}");
        let help = match code {
            code if code == WITH_REGION || code == WITH_ACCOUNT => {
                "leave the part between the colons empty"
            }
            code if code == NO_REGION => "write the region, or `*`",
            _ => "write the account, or `*`",
        };
        found(code, message, help.to_owned())
    })
}

type Wrong = (Code, String, String);

/// A region or an account that AWS does not have.
fn wrong_place(partition: &str, region: &str, account: &str) -> Option<Wrong> {
    if !is_open(region) && !region.is_empty() {
        let own = aws::partition_of_region(region).map(|own| own.name);
        if is_no_region(region) {
            return Some((REGION, format!("AWS has no region `{region}`"), help(region)));
        }
        if let Some(own) = own.filter(|own| *own != partition && !has_variable(partition)) {
            let message =
                format!("the region `{region}` is of the partition `{own}`, not of `{partition}`");
            return Some((
                REGION,
                message,
                format!("write `arn:{own}:`, or a region of `{partition}`"),
            ));
        }
    }
    let is_account = is_account_number(account);
    // Words stand for an account in ARNs of what AWS owns: `aws`, `amazon`, `aws-marketplace`.
    let is_word = account.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    let is_wrong = !account.is_empty() && !is_open(account) && !is_account && !is_word;
    is_wrong.then(|| {
        (
            ACCOUNT,
            format!("`{account}` is no account: an account has twelve digits"),
            "write the twelve digits, or `*`".to_owned(),
        )
    })
}

/// A region or an account where no resource of this kind has one, or none where all have.
fn misplaced(
    forms: &[Form],
    [_, service, region, account, resource]: [&str; 5],
) -> Option<(Code, &'static str)> {
    // `*` may be empty.
    let is_given =
        |part: &str| part.contains(|letter: char| !matches!(letter, '*')) && !has_variable(part);
    let pieces = OnceCell::new();
    let fits = |form: &Form| form.may_be(pieces.get_or_init(|| Pieces::of(resource)));
    // Whether some forms fit, and all of them are so.
    let all = |is: fn(&Form) -> bool| {
        let some = |so: bool| forms.iter().any(|form| is(form) == so && fits(form));
        !some(false) && some(true)
    };
    if is_given(region) && all(|form| !form.has_region) {
        return Some((WITH_REGION, "resources of this kind have no region in their ARNs"));
    }
    if is_given(account) && all(|form| !form.has_account) {
        return Some((WITH_ACCOUNT, "resources of this kind have no account in their ARNs"));
    }
    if region.is_empty() && all(|form| form.has_region) {
        return Some((NO_REGION, "resources of this kind have a region in their ARNs"));
    }
    if account.is_empty()
        && !resource.starts_with(['*', '?', '$'])
        && !is_owned_by_aws(service, resource)
        && all(|form| form.has_account)
    {
        return Some((NO_ACCOUNT, "resources of this kind have an account in their ARNs"));
    }
    None
}

/// Resources that AWS owns and gives to all accounts; their ARNs have no account. By AWS's answers about its own managed policies.
const OWNED_BY_AWS: [(&str, &str); 4] = [
    ("ssm", "document/"),
    ("ssm", "automation-definition/"),
    ("ssm", "parameter/"),
    ("resource-explorer-2", "view/"),
];

fn is_owned_by_aws(service: &str, resource: &str) -> bool {
    OWNED_BY_AWS.iter().any(|(own, start)| *own == service && resource.starts_with(start))
}

/// The parts behind `arn`. Colons inside of variables separate nothing.
pub(super) fn parts(text: &str) -> Option<[&str; 5]> {
    let mut rest = text.strip_prefix("arn:")?;
    let mut parts = [""; 5];
    for part in &mut parts[..4] {
        let (own, after) = rest.split_at(colon(rest)?);
        *part = own;
        rest = &after[1..];
    }
    parts[4] = rest;
    Some(parts)
}

/// The first colon outside of a variable.
fn colon(text: &str) -> Option<usize> {
    let first = text.find(':')?;
    if !text[..first].contains('$') {
        return Some(first);
    }
    let mut inside = false;
    text.char_indices().find_map(|(at, letter)| {
        match letter {
            '$' if text[at..].starts_with("${") => inside = true,
            '}' => inside = false,
            ':' if !inside => return Some(at),
            _ => {}
        }
        None
    })
}

fn has_variable(part: &str) -> bool {
    part.contains("${")
}

fn is_open(part: &str) -> bool {
    part.contains(['*', '?']) || has_variable(part)
}

/// `arn:aws:s3::bucket`: the rule `lost-colon` says it.
fn is_bucket_without_colon(text: &str) -> bool {
    text.split(':').nth(2) == Some("s3") && text.split(':').count() == 5
}

fn help_on_service(service: &str) -> String {
    let most = service.len() / LETTERS_PER_MISTAKE;
    let far = |known: &str| distance_within(service, known, most);
    let near = aws::service_prefixes().filter_map(|known| Some((far(known)?, known))).min();
    let meant = near.map_or(String::new(), |(_, known)| format!("perhaps `{known}` is meant; "));
    format!("{meant}if AWS has the service since, `--data` takes newer data")
}
