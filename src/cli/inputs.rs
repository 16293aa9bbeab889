//! `ica-policy inputs`: a shell script that only reads.

use super::exit::Exit;
use super::files::{print_error, print_report};
use crate::ica::catalogue;
use crate::product::build::{check_account, check_bucket};
use crate::product::refusal::Refusal;
use crate::s3::{NameFault, bucket_name_fault};
use clap::Args as ClapArgs;

/// The script makes only `get` and `list` calls. It says `none` where nothing is configured, and stops where a call fails.
#[derive(ClapArgs, Debug)]
pub(super) struct Args {
    /// The bucket's name.
    #[arg(long)]
    bucket: String,
    /// The account that owns the bucket: twelve digits.
    #[arg(long)]
    account: String,
    /// The IAM user whose key ICA has: name, without path.
    #[arg(long)]
    user: String,
    /// The key prefix of the storage configuration, such as `ica/`.
    #[arg(long, default_value = "")]
    prefix: String,
    /// The folder for the answers.
    #[arg(long, default_value = "ica-inputs")]
    dir: String,
}

const SCRIPT: &str = include_str!("inputs.sh");

pub(super) fn run(args: &Args) -> Exit {
    if let Err(message) = check(args) {
        print_error(&format!("error: {message}\n"));
        return Exit::Usage;
    }
    let operations = catalogue()
        .operations
        .iter()
        .map(|operation| operation.id.as_str())
        .collect::<Vec<_>>()
        .join(" ");
    let values = [
        ("BUCKET", quoted(&args.bucket)),
        ("ACCOUNT", quoted(&args.account)),
        ("USER", quoted(&args.user)),
        ("PREFIX", quoted(&args.prefix)),
        ("DIR", quoted(&args.dir)),
        ("OPERATIONS", operations),
    ];
    print_report(&filled(SCRIPT, &values))
}

/// Refuses values that `check` would refuse, before a script is made.
fn check(args: &Args) -> Result<(), String> {
    let words = |Refusal { setting, message }| format!("--{setting}: {message}");
    check_bucket(&args.bucket).map_err(words)?;
    // The script asks AWS about an old bucket of us-east-1, and `check` judges the rest.
    if let Some(NameFault::Never(rule)) = bucket_name_fault(&args.bucket) {
        return Err(format!("--bucket: `{}` cannot be the name of a bucket: {rule}", args.bucket));
    }
    check_account(&args.account).map_err(words)?;
    if args.user.contains(['/', ':']) {
        return Err(format!(
            "--user: `{}` is not a name: give it without path, the script asks AWS for the ARN",
            args.user
        ));
    }
    let values = [&args.user, &args.prefix, &args.dir];
    match values.into_iter().find(|value| value.contains(['\n', '\0'])) {
        Some(value) => Err(format!("`{value}` has a line break")),
        None => Ok(()),
    }
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
