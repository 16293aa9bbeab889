//! How a run ends.

use std::process::{ExitCode, Termination};

/// How a run ends; the greater of several by the order 4, 2, 3, 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Exit {
    /// There is nothing to report.
    Clean,
    /// Something at or above `--fail-on`.
    Found,
    /// An input could not be read.
    Unreadable,
    /// Wrong usage.
    Usage,
    /// A defect of this program.
    Defect,
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(match self {
            Exit::Clean => 0,
            Exit::Found => 1,
            Exit::Usage => 2,
            Exit::Unreadable => 3,
            Exit::Defect => 4,
        })
    }
}
