//! The calls of the AWS CLI that put documents into AWS, for people.

use crate::product::Command;

/// The calls, each below what to know of it; nothing if there are none.
pub(super) fn calls(commands: &[Command]) -> String {
    if commands.is_empty() {
        return String::new();
    }
    let call = |Command { command, note }: &Command| match note.is_empty() {
        true => format!("  {command}\n"),
        false => format!("  # {note}\n  {command}\n"),
    };
    let lead = "\nto put it into AWS, look at each file and then run:\n";
    lead.to_owned() + &commands.iter().map(call).collect::<String>()
}
