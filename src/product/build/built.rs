//! The result of building.

use crate::input::Unreadable;
use crate::product::setup::Setup;

/// A connection and the inputs that could not be read; a layer with one of those counts as absent.
#[derive(Clone, PartialEq, Debug)]
pub struct Built {
    /// The connection.
    pub connection: Setup,
    /// The inputs that could not be read.
    pub unreadable: Vec<Unreadable>,
}
