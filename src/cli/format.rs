//! How the reports of most commands are written.

use clap::ValueEnum;

/// For a person, or for a program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Format {
    Human,
    Json,
}
