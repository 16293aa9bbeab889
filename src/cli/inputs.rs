//! `ica-policy inputs`: a shell script that only reads.

use super::exit::Exit;
use crate::ica::catalogue::catalogue;
use clap::Args as ClapArgs;
use std::io::Write;

/// The script calls nothing but `get` and `list`; where nothing is configured it says `none`, where a call fails it stops.
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
    let values = [
        ("@BUCKET@", &args.bucket),
        ("@ACCOUNT@", &args.account),
        ("@USER@", &args.user),
        ("@PREFIX@", &args.prefix),
        ("@DIR@", &args.dir),
    ];
    if let Some((_, value)) = values.iter().find(|(_, value)| value.contains(['\n', '\0'])) {
        let _ = writeln!(std::io::stderr(), "error: `{value}` has a line break");
        return Exit::Usage;
    }
    let script = values.iter().fold(SCRIPT.to_owned(), |script, (mark, value)| script.replace(mark, &quoted(value)));
    let operations = catalogue().operations.iter().map(|operation| operation.id.as_str()).collect::<Vec<_>>().join(" ");
    let _ = std::io::stdout().write_all(script.replace("@OPERATIONS@", &operations).as_bytes());
    Exit::Clean
}

/// Quotes a text for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn quotes_survive_the_shell() {
        assert_eq!(quoted("a'b$(c)"), r"'a'\''b$(c)'");
    }
}
