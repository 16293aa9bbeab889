//! What an operation needs of the bucket beside its policies. Only name and prefix can be seen without AWS.

use super::catalogue::Operation;
use super::connection::Connection;
use super::verdict::{Advice, Level, Reason, ReasonKind, StepReport, Verdict, Witness};

/// Required steps of an operation that no policy decides.
pub(super) fn steps(connection: &Connection, operation: &Operation) -> Vec<StepReport> {
    let validates = operation.id == "validate-storage";
    let name = bucket_name_fault(&connection.bucket).filter(|_| validates).map(|fault| name_step(&connection.bucket, fault));
    let prefix = prefix_fault(&connection.prefix).filter(|_| validates).map(|fault| prefix_step(&connection.prefix, fault));
    name.into_iter().chain(prefix).chain(operation.cors.then(cors_step)).collect()
}

/// What AWS would not have in the name of a bucket. Source: G4; A2 for the length. Old buckets of us-east-1 may have upper case and
/// underscores.
pub fn bucket_name_fault(name: &str) -> Option<&'static str> {
    let is_edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = name.as_bytes();
    let faults = [
        (!(3..=63).contains(&name.len()), "a name has 3 to 63 characters"),
        (!bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(byte)), "a name has letters, digits, dots and hyphens"),
        (!is_edge(bytes.first()) || !is_edge(bytes.last()), "a name begins and ends with a letter or digit"),
        (name.contains(".."), "a name has no two dots in a row"),
        (name.parse::<std::net::Ipv4Addr>().is_ok(), "a name is no IP address"),
        (["xn--", "sthree-", "amzn-s3-demo-"].iter().any(|start| name.starts_with(start)), "the beginning is reserved by AWS"),
        (["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"].iter().any(|end| name.ends_with(end)), "the ending is reserved by AWS"),
    ];
    faults.into_iter().find(|(is_wrong, _)| *is_wrong).map(|(_, fault)| fault)
}

/// ICA takes a prefix that matches `^(?!/).*/$`, or none (A2).
fn prefix_fault(prefix: &str) -> Option<&'static str> {
    let faults = [(prefix.starts_with('/'), "it begins with a slash"), (!prefix.ends_with('/'), "it does not end in a slash")];
    faults.into_iter().find(|(is_wrong, _)| *is_wrong && !prefix.is_empty()).map(|(_, fault)| fault)
}

fn prefix_step(prefix: &str, fault: &str) -> StepReport {
    let message = format!("ICA does not take the prefix `{prefix}`: {fault}");
    let help = "give the prefix as in `ica/`, or none for the whole bucket";
    step("prefix", prefix, Verdict::Blocked, reason(ReasonKind::Environment, "", message, help))
}

fn name_step(bucket: &str, fault: &str) -> StepReport {
    let message = format!("`{bucket}` cannot be the name of a bucket: {fault}");
    let help = "give the name that `aws s3api list-buckets` shows";
    step("bucket name", bucket, Verdict::Blocked, reason(ReasonKind::Environment, "", message, help))
}

/// The bucket's CORS rules are an input that this version does not read.
fn cors_step() -> StepReport {
    let message = "whether the bucket's CORS rules let the browser in is not judged by this version".to_owned();
    let help = "compare `aws s3api get-bucket-cors` with step 1 of the ICA page, or leave it out with --skip browser-upload";
    step("CORS", "https://ica.illumina.com", Verdict::Unknown, reason(ReasonKind::Hidden, "cors", message, help))
}

pub(super) fn step(action: &str, resource: &str, verdict: Verdict, reason: Reason) -> StepReport {
    StepReport {
        action: action.to_owned(),
        resource: resource.to_owned(),
        level: Level::Required,
        verdict,
        assumes: Vec::new(),
        reasons: vec![reason],
        witness: Witness::default(),
    }
}

/// A reason that stands in no file.
pub(super) fn reason(kind: ReasonKind, layer: &'static str, message: String, help: &str) -> Reason {
    Reason { kind, layer, statement: None, sid: None, span: None, message, help: Some(Advice::plain(help)), labels: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::bucket_name_fault;

    #[test]
    fn names_of_buckets() {
        for good in ["acme-genomics", "a.b", "123", "Old_Bucket"] {
            assert_eq!(bucket_name_fault(good), None, "{good}");
        }
        for bad in ["ab", "my bucket!", "-ab", "a..b", "192.0.2.1", "xn--abc", "abc-s3alias", &"a".repeat(64)] {
            assert!(bucket_name_fault(bad).is_some(), "{bad}");
        }
    }
}
