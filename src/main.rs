//! The command `ica-policy`.

fn main() {}
