//! The flags of the layers' files, made from the table of layers. Each command lists its flags in the order of its help, with their texts.

use crate::access::FilesByLayer;
use crate::authz::{FileCount, LayerRow};
use crate::model::PolicyKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches};
use std::marker::PhantomData;

/// The flag of a layer.
pub(super) struct Flag {
    pub kind: PolicyKind,
    /// The flag, and how clap knows it.
    pub names: (&'static str, &'static str),
    pub help: &'static str,
}

impl Flag {
    pub(super) const fn new(kind: PolicyKind, help: &'static str) -> Flag {
        let row = LayerRow::of(kind);
        Flag { kind, names: (row.flag, row.setting), help }
    }
}

// Texts that several commands share.
const IDENTITY: Flag = Flag::new(
    PolicyKind::Identity,
    "Policies of the user and its groups, of the role, or of a session's issuer",
);
const BOUNDARY: Flag = Flag::new(PolicyKind::Boundary, "The permissions boundary");
const SESSION: Flag = Flag::new(PolicyKind::Session, "Session policies");
const VPCE: Flag = Flag::new(
    PolicyKind::Vpce,
    "Policies of the VPC endpoint; they apply to requests with aws:SourceVpce",
);
pub(super) const SCP: Flag = Flag::new(
    PolicyKind::Scp,
    "Service control policies of one level (root, unit, account); repeat the flag for each level",
);
pub(super) const RCP: Flag = Flag::new(
    PolicyKind::Rcp,
    "Resource control policies of one level; repeat the flag for each level",
);

/// The flags of a command.
pub(super) trait Shown {
    /// In the order of its help.
    const FLAGS: &'static [Flag];

    /// How many files the flag of a layer takes.
    fn files(row: &LayerRow) -> FileCount;
}

/// The flags of a command that asks about requests. Only that of the resource's policy differs.
pub(super) trait OfRequest {
    /// The flag of the resource's policy.
    const RESOURCE: Flag;
}

impl<C: OfRequest> Shown for C {
    const FLAGS: &'static [Flag] = &[IDENTITY, C::RESOURCE, BOUNDARY, SESSION, SCP, RCP, VPCE];

    /// As many as a line of `simulate`.
    fn files(row: &LayerRow) -> FileCount {
        row.member.map_or(row.files, |(_, files)| files)
    }
}

/// The files that the flags of a command gave. Clap's derive cannot separate occurrences, so this is written out.
#[derive(Debug)]
pub(super) struct LayerFlags<S> {
    files: FilesByLayer,
    shown: PhantomData<S>,
}

impl<S> LayerFlags<S> {
    /// The files of the layers that were given.
    pub(super) fn files(&self) -> &FilesByLayer {
        &self.files
    }
}

impl<S: Shown> FromArgMatches for LayerFlags<S> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let given = S::FLAGS.iter().filter_map(|flag| {
            let levels = occurrences(matches, flag.names.1);
            let is_level = S::files(LayerRow::of(flag.kind)) == FileCount::Levels;
            let levels = if is_level { levels } else { vec![levels.concat()] };
            (!levels.concat().is_empty()).then_some((flag.kind, levels))
        });
        Ok(LayerFlags { files: given.collect(), shown: PhantomData })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = LayerFlags::from_arg_matches(matches)?;
        Ok(())
    }
}

impl<S: Shown> Args for LayerFlags<S> {
    fn augment_args(command: Command) -> Command {
        S::FLAGS.iter().fold(command, |command, flag| {
            command.arg(arg(flag, S::files(LayerRow::of(flag.kind))))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        LayerFlags::<S>::augment_args(command)
    }
}

fn arg(flag: &Flag, files: FileCount) -> Arg {
    let arg = Arg::new(flag.names.1)
        .long(flag.names.0)
        .value_name("FILE")
        .help_heading("Policies")
        .help(flag.help);
    match files {
        FileCount::One => arg.action(ArgAction::Set),
        FileCount::Several | FileCount::Levels => arg.num_args(1..).action(ArgAction::Append),
    }
}

fn occurrences(matches: &ArgMatches, name: &str) -> Vec<Vec<String>> {
    let found = matches.get_occurrences::<String>(name).into_iter().flatten();
    found.map(|files| files.cloned().collect()).collect()
}
