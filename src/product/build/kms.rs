//! The KMS key that settings name.

use super::settings::Settings;
use crate::aws::is_account_number;
use crate::model::Arn;
use crate::product::refusal::Refusal;
use crate::product::setup::KmsKey;

/// Reads `kms_key`: the ARN of a key, or `aws/s3`.
pub(super) fn read_kms_key(settings: &Settings, account: &str) -> Result<Option<KmsKey>, Refusal> {
    let Some(text) = settings.kms_key.as_deref() else {
        return match settings.kms_key_policy {
            Some(_) => Err(Refusal::new(
                "kms_key_policy",
                "which key is it the policy of? Give its ARN with --kms-key",
            )),
            None => Ok(None),
        };
    };
    if ["aws/s3", "alias/aws/s3"].contains(&text) || text.ends_with(":alias/aws/s3") {
        let region = settings.region.clone().ok_or_else(|| {
            Refusal::new("kms_key", "`aws/s3` is a key of the bucket's region: say --region")
        })?;
        return Ok(Some(KmsKey::AwsManaged { region, account: account.to_owned() }));
    }
    let refuse = |why: &str| {
        let example =
            format!("arn:aws:kms:eu-central-1:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab");
        Err(Refusal::new(
            "kms_key",
            format!(
                "`{text}` is not a KMS key: {why}; give an ARN such as `{example}`, or `aws/s3`"
            ),
        ))
    };
    let Ok(arn) = Arn::parse(text) else {
        return refuse("the storage configuration takes the key's ARN");
    };
    let is_account = is_account_number(arn.account());
    let id = arn.resource().strip_prefix("key/").filter(|id| !id.is_empty() && !id.contains('/'));
    match (arn.service(), id) {
        ("kms", Some(_))
            if is_account && !arn.region().is_empty() && !text.contains(['*', '?']) =>
        {
            Ok(Some(KmsKey::Arn(arn)))
        }
        // S3 looks up an alias in the caller's account, so it is another key for each caller (F3).
        ("kms", None) if arn.resource().starts_with("alias/") => {
            refuse("an alias is another key in every account")
        }
        _ => refuse("region, account or key id is missing"),
    }
}
