//! Which policy a message of AWS blames: the layer by AWS's term for it, and the policy by its ARN.
//!
//! AWS writes the ARN behind the term, as in `with an explicit deny in a service control policy: arn:aws:organizations::..`, where caller
//! and policy are of one account or organization (A11).

use super::page::code;
use crate::model::PolicyKind;

/// What AWS's error texts call a layer.
struct Term {
    /// AWS's words, without their last letters: `policy` or `policies`.
    words: &'static str,
    layer: PolicyKind,
    /// What it is, with the flag that gives it to `check`.
    says: &'static str,
}

const TERMS: [Term; 7] = [
    Term {
        words: "identity-based polic",
        layer: PolicyKind::Identity,
        says: "policies of the user and its groups, `--identity-policy`",
    },
    Term {
        words: "resource-based polic",
        layer: PolicyKind::Resource,
        says: "the bucket policy, `--bucket-policy`; where the action is of KMS, the key policy",
    },
    Term {
        words: "permissions boundar",
        layer: PolicyKind::Boundary,
        says: "the permissions boundary of the user, `--boundary`",
    },
    Term {
        words: "session polic",
        layer: PolicyKind::Session,
        says: "the session policy, which ICA writes: it does not allow the session this path or action",
    },
    Term {
        words: "service control polic",
        layer: PolicyKind::Scp,
        says: "a policy of the organization of the user's account, `--scp`",
    },
    Term {
        words: "resource control polic",
        layer: PolicyKind::Rcp,
        says: "a policy of the organization of the bucket's account, `--rcp`",
    },
    Term {
        words: "vpc endpoint polic",
        layer: PolicyKind::Vpce,
        says: "the policy of the VPC endpoint, `--vpce-policy`",
    },
];

/// A layer that a message names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Blamed {
    /// The layer.
    pub layer: PolicyKind,
    /// The ARN of the policy, if the message has it; it may be cut off.
    pub policy: Option<String>,
}

/// The layers that a text names.
pub(super) fn blamed(text: &str) -> Vec<Blamed> {
    let flat = text.replace("\\/", "/").split_whitespace().collect::<Vec<_>>().join(" ");
    let lower = flat.to_ascii_lowercase();
    let layer = |term: &Term| {
        let behind = lower.match_indices(term.words).map(|(at, words)| &flat[at + words.len()..]);
        let behind = behind.collect::<Vec<_>>();
        let policy = behind.iter().find_map(|behind| policy_behind(behind));
        (!behind.is_empty()).then_some(Blamed { layer: term.layer, policy })
    };
    TERMS.iter().filter_map(layer).collect()
}

/// The ARN behind the term, as in `y: arn:aws:iam::111122223333:policy/limits`.
fn policy_behind(text: &str) -> Option<String> {
    let (end, rest) = text.split_once(": ")?;
    let word = rest.split(|letter: char| letter.is_whitespace() || "\"'`,;()".contains(letter));
    let arn = word.map(|word| word.trim_end_matches(['.', ':', '\\'])).next()?;
    (["y", "ies"].contains(&end) && arn.starts_with("arn:")).then(|| arn.to_owned())
}

impl Blamed {
    /// What the layer is, and how the policy can be looked at.
    pub(super) fn sentences(&self) -> Vec<String> {
        let term = TERMS.iter().find(|term| term.layer == self.layer);
        let says = term.map(|term| format!("`{}y`: {}", term.words, term.says));
        let policy = self.policy.as_deref().map(|arn| match look(arn) {
            Some(command) => {
                format!("AWS blames the policy {}: {} shows it", code(arn), code(&command))
            }
            None => format!("AWS blames the policy {}", code(arn)),
        });
        says.into_iter().chain(policy).collect()
    }

    /// Which of the files of the layer has the policy: the one whose name or text has its ARN or the last part of it.
    pub fn file<'f>(
        &self,
        files: &'f [String],
        text: &dyn Fn(&str) -> Option<String>,
    ) -> Option<&'f String> {
        let arn = self.policy.as_deref()?;
        let id = last_part(arn)?;
        let has_arn =
            |file: &&String| text(file).is_some_and(|text| text.contains(&format!("\"{arn}\"")));
        let is_named = |file: &&String| ends_with_name(file, id);
        files.iter().find(has_arn).or_else(|| files.iter().find(is_named))
    }
}

/// The name of a managed policy or the id of an organization's.
fn last_part(arn: &str) -> Option<&str> {
    arn.rsplit_once('/').map(|(_, id)| id).filter(|id| !id.is_empty())
}

/// Whether the name of a file is that of a policy, or ends in it behind a hyphen, as in `scp-123-p-abc.json`.
fn ends_with_name(file: &str, id: &str) -> bool {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    stem.strip_suffix(id).is_some_and(|before| before.is_empty() || before.ends_with('-'))
}

/// The call of the AWS CLI that shows a policy.
fn look(arn: &str) -> Option<String> {
    let parts = arn.splitn(6, ':').collect::<Vec<_>>();
    let id = last_part(arn)?;
    match *parts.get(2)? {
        "organizations" => Some(format!("aws organizations describe-policy --policy-id {id}")),
        "iam" => {
            Some(format!("aws iam get-policy-version --policy-arn {arn} --version-id VERSION"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;

    const SCP: &str =
        "arn:aws:organizations::999988887777:policy/o-a1/service_control_policy/p-6f7g";

    #[test]
    fn a_policy_stands_behind_its_term() {
        let found = blamed(&format!("with an explicit deny in a service\n control policy: {SCP}."));
        assert_eq!(found, [Blamed { layer: PolicyKind::Scp, policy: Some(SCP.to_owned()) }]);
        let resource = "iam:GetPolicy on resource: policy arn:aws:iam::1:policy/x because no identity-based policy allows it: so";
        assert_eq!(blamed(resource), [Blamed { layer: PolicyKind::Identity, policy: None }]);
        let boundary =
            &blamed("in a permissions boundary: arn:aws:iam::1:policy\\/lab (Service: S3)")[0];
        assert_eq!(boundary.policy.as_deref(), Some("arn:aws:iam::1:policy/lab"));
    }

    #[test]
    fn the_file_has_the_arn_or_is_named_by_its_end() {
        let blamed = blamed(&format!("service control policy: {SCP}")).pop().unwrap();
        let files = ["a.json", "scp-1-p-6f7g.json", "scp-1-xp-6f7g.json"].map(str::to_owned);
        assert_eq!(blamed.file(&files, &|_| None).unwrap(), "scp-1-p-6f7g.json");
        let first = |file: &str| (file == "a.json").then(|| format!("{{\"Arn\": \"{SCP}\"}}"));
        assert_eq!(blamed.file(&files, &first).unwrap(), "a.json");
        assert_eq!(blamed.file(&files[2..], &|_| None), None);
    }
}
