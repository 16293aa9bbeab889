//! `ica-policy inputs`: a shell script that only reads.

use super::exit::Exit;
use super::files::{print_error, print_report};
use crate::ica::catalogue;
use crate::product::build::{check_account, check_bucket};
use crate::product::refusal::Refusal;
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
    let caller = match check(args) {
        Ok(caller) => caller,
        Err(message) => {
            print_error(&format!("error: {message}\n"));
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
        ("BUCKET", quoted(&args.bucket)),
        ("ACCOUNT", quoted(&args.account)),
        ("KIND", caller.kind.to_owned()),
        ("NAME", quoted(caller.name)),
        ("PREFIX", quoted(&args.prefix)),
        ("DIR", quoted(&args.dir)),
        ("OPERATIONS", operations),
    ];
    print_report(&filled(SCRIPT, &values))
}

/// Who ICA works as.
struct CallerName<'a> {
    /// `user` or `role`, as in the names of IAM's calls.
    kind: &'static str,
    /// The name without path, by which IAM's calls find it; names are unique in an account.
    name: &'a str,
}

/// Refuses values that `check` would refuse, before a script is made.
fn check(args: &Args) -> Result<CallerName<'_>, String> {
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
    match (&args.user, &args.role) {
        (Some(user), _) => caller("user", user),
        (None, role) => caller("role", role.as_deref().unwrap_or_default()),
    }
}

/// Reads a name, path/name or ARN. Source: IAM:reference_iam-quotas, "IAM name requirements".
fn caller<'a>(kind: &'static str, text: &'a str) -> Result<CallerName<'a>, String> {
    let resource = match text.strip_prefix("arn:") {
        Some(arn) => {
            arn.splitn(5, ':').nth(4).and_then(|rest| rest.strip_prefix(kind)?.strip_prefix('/'))
        }
        None => Some(text),
    };
    let name = resource.map(|path| path.rsplit('/').next().unwrap_or(path)).unwrap_or_default();
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if name.is_empty() || !name.chars().all(is_allowed) {
        return Err(format!(
            "--{kind}: `{}` is not the name, path/name or ARN of an IAM {kind}; names have letters, digits and `_+=,.@-`",
            text.escape_debug()
        ));
    }
    Ok(CallerName { kind, name })
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

/// Quotes a text for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::{filled, quoted};

    #[test]
    fn quotes_survive_the_shell() {
        assert_eq!(quoted("a'b$(c)"), r"'a'\''b$(c)'");
    }

    #[test]
    fn a_mark_inside_of_a_value_is_text() {
        let values = [("USER", "@DIR@".to_owned()), ("DIR", "x".to_owned())];
        assert_eq!(filled("u=@USER@ \"$@\" d=@DIR@", &values), "u=@DIR@ \"$@\" d=x");
    }
}
