//! `ica-policy completions`: what a shell needs to complete our words.

use super::exit::Exit;
use super::files::print_report;
use clap::{Args as ClapArgs, Command};
use clap_complete::{Shell, generate};

const AFTER_HELP: &str = "\
Examples:
  ica-policy completions bash > ~/.local/share/bash-completion/completions/ica-policy
  ica-policy completions zsh > \"${fpath[1]}/_ica-policy\"
  ica-policy completions fish > ~/.config/fish/completions/ica-policy.fish";

/// Prints the script with which a shell completes commands, flags and their values.
#[derive(ClapArgs, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    /// The shell.
    shell: Shell,
}

pub(super) fn run(args: &Args, mut program: Command) -> Exit {
    let mut script = Vec::new();
    let name = program.get_name().to_owned();
    generate(args.shell, &mut program, name, &mut script);
    let script = String::from_utf8_lossy(&script);
    // The script for bash names our commands in two ways, since the program's name has a hyphen (clap_complete 4.6).
    print_report(&script.replace("ica__subcmd__policy", "ica__policy"))
}
