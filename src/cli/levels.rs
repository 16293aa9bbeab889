//! `--scp` and `--rcp`: each occurrence is one level of the organization and takes one or more files.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};

/// The files of each level. clap's derive cannot tell occurrences apart, so this is written out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Levels {
    pub scp: Vec<Vec<String>>,
    pub rcp: Vec<Vec<String>>,
}

impl FromArgMatches for Levels {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        Ok(Levels { scp: occurrences(matches, "scp"), rcp: occurrences(matches, "rcp") })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Levels::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Levels {
    fn augment_args(command: Command) -> Command {
        command
            .arg(level("scp", "Service control policies of one level (root, unit, account); repeat the flag for each level"))
            .arg(level("rcp", "Resource control policies of one level; repeat the flag for each level"))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Levels::augment_args(command)
    }
}

fn level(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name)
        .long(name)
        .value_name("FILE")
        .num_args(1..)
        .action(ArgAction::Append)
        .help_heading("Policies")
        .help(help)
}

fn occurrences(matches: &ArgMatches, name: &str) -> Vec<Vec<String>> {
    let found = matches.get_occurrences::<String>(name).into_iter().flatten();
    found.map(|files| files.cloned().collect()).collect()
}
