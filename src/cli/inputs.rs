//! `ica-policy inputs`: a shell script that only reads.

use super::exit::Exit;
use super::files::{print_line, print_report};
use crate::ica::{ICA, catalogue};
use crate::product::build::settings::Settings;
use crate::product::build::{check_account, check_bucket, read_customer};
use crate::product::in_quotes;
use crate::product::refusal::Refusal;
use crate::product::setup::{Customer, Product};
use crate::s3::{NameFault, bucket_name_fault};
use clap::Args as ClapArgs;

/// The script makes only calls that read. It says `none` where nothing is configured. Where a call fails it warns and goes on, and
/// the report says what is unknown; it stops only without the bucket, the user or role, or their policies.
#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    /// The bucket's name.
    #[arg(long)]
    bucket: String,
    /// The account that owns the bucket: twelve digits.
    #[arg(long)]
    account: String,
    /// The IAM user whose key ICA has: name, path/name or ARN.
    #[arg(long, required_unless_present = "role", conflicts_with = "role")]
    user: Option<String>,
    /// The role that ICA assumes, instead of the user: name, path/name or ARN.
    #[arg(long)]
    role: Option<String>,
    /// The key prefix of the storage configuration, such as `ica/`.
    #[arg(long, default_value = "", allow_hyphen_values = true)]
    prefix: String,
    /// The folder for the answers.
    #[arg(long, default_value = "ica-inputs", allow_hyphen_values = true)]
    dir: String,
}

const SCRIPT: &str = include_str!("inputs.sh");

pub(super) fn run(args: &Args) -> Exit {
    let (kind, name) = match check(args) {
        Ok(caller) => caller,
        Err(message) => {
            print_line("error: ", &message);
            return Exit::Usage;
        }
    };
    let operations = catalogue()
        .operations
        .iter()
        .map(|operation| operation.id.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    let values = [
        ("BUCKET", in_quotes(&args.bucket)),
        ("ACCOUNT", in_quotes(&args.account)),
        ("KIND", kind.to_owned()),
        ("NAME", in_quotes(&name)),
        ("PREFIX", in_quotes(&args.prefix)),
        ("DIR", in_quotes(&args.dir)),
        ("OPERATIONS", operations),
    ];
    print_report(&filled(SCRIPT, &values))
}

/// Refuses values that `check` would refuse, before a script is made. The answer is `user` or `role`, as in the names of IAM's
/// calls, and the name without path by which these calls find it; names are unique in an account.
fn check(args: &Args) -> Result<(&'static str, String), String> {
    let words = |Refusal { setting, message }| format!("--{setting}: {message}");
    check_bucket(&args.bucket).map_err(words)?;
    // The script asks AWS about an old bucket of us-east-1, and `check` judges the rest.
    if let Some(NameFault::Never(rule)) = bucket_name_fault(&args.bucket) {
        return Err(format!("--bucket: `{}` cannot be the name of a bucket: {rule}", args.bucket));
    }
    check_account(&args.account).map_err(words)?;
    for (flag, value) in [("prefix", &args.prefix), ("dir", &args.dir)] {
        if value.contains(char::is_control) {
            return Err(format!("--{flag}: `{}` has a control character", value.escape_debug()));
        }
    }
    let (user, role) = (args.user.clone(), args.role.clone());
    let settings = Settings { user, role, ..Settings::default() };
    let customer = read_customer(ICA.wording(), &settings, &args.account).map_err(words)?;
    let kind = match customer {
        Customer::User(_) => "user",
        Customer::Role(_) => "role",
    };
    match customer.arn().resource().rsplit('/').next() {
        Some(name) if is_iam_name(name) => Ok((kind, name.to_owned())),
        name => Err(format!(
            "--{kind}: `{}` is not the name of an IAM {kind}: names have letters, digits and `_+=,.@-`",
            name.unwrap_or_default().escape_debug()
        )),
    }
}

/// Whether IAM gives this name. Source: IAM:reference_iam-quotas, "IAM name requirements".
fn is_iam_name(name: &str) -> bool {
    name.chars().all(|c| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c))
}

/// Replaces marks, `@NAME@`, by their values, in one pass: a mark inside of a value is text.
fn filled(script: &str, values: &[(&str, String)]) -> String {
    let mut text = String::new();
    let mut rest = script;
    while let Some((before, after)) = rest.split_once('@') {
        text.push_str(before);
        let mark = after.split_once('@').and_then(|(mark, behind)| {
            Some((values.iter().find(|(name, _)| *name == mark)?, behind))
        });
        if let Some(((_, value), behind)) = mark {
            text.push_str(value);
            rest = behind;
        } else {
            text.push('@');
            rest = after;
        }
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::filled;
    use crate::product::in_quotes;

    #[test]
    fn quotes_survive_the_shell() {
        assert_eq!(in_quotes("a'b$(c)"), r"'a'\''b$(c)'");
    }

    #[test]
    fn a_mark_inside_of_a_value_is_text() {
        let values = [("USER", "@DIR@".to_owned()), ("DIR", "x".to_owned())];
        assert_eq!(filled("u=@USER@ \"$@\" d=@DIR@", &values), "u=@DIR@ \"$@\" d=x");
    }
}
