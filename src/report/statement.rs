//! Names of statements for people, who count from one and know a statement by its Sid.

/// The name of a statement: its Sid, else its number in the policy, which is given from 0. `of` is
/// the number of statements of the policy, if it is known.
pub(super) fn statement_name(sid: Option<&str>, index: usize, of: Option<usize>) -> String {
    match (sid.filter(|sid| !sid.is_empty()), index, of) {
        (Some(sid), _, _) => format!("statement `{sid}`"),
        (None, 0, Some(1)) => "the only statement".to_owned(),
        (None, 0, _) => "the first statement".to_owned(),
        (None, _, Some(of)) => format!("statement {} (of {of})", index + 1),
        (None, _, None) => format!("statement {}", index + 1),
    }
}
