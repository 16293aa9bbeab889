//! The command `ica-policy`.

use ica_policy::cli::{self, Exit};
use std::panic::catch_unwind;

fn main() -> Exit {
    // Nothing may panic; if something does, the user learns that it is our fault and not the policy's.
    catch_unwind(cli::run).unwrap_or(Exit::Defect)
}
