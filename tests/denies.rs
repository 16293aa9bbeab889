//! What the Deny statements of two versions do to what other policies allow.

use ica_policy::api::{PolicyKind, Requests, Workspace};
use ica_policy::report::compare::DenyChange;
use serde_json::{Value, json};

/// What the old version denies and the new one does not, and the reverse.
fn changes(old: &[Value], new: &[Value]) -> [DenyChange; 2] {
    let text = |all: &[Value]| json!({"Version": "2012-10-17", "Statement": all}).to_string();
    let mut workspace = Workspace::new();
    let [old, new] = [("old", old), ("new", new)]
        .map(|(name, all)| workspace.parse(name, &text(all), PolicyKind::Resource).unwrap());
    let compared = workspace.compare(&[&old], &[&new], Requests::Possible);
    [compared.denies.lifted, compared.denies.added]
}

fn deny(resource: &str) -> Value {
    json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": format!("arn:aws:s3:::b/{resource}")})
}

/// A family of `growth.py`: one of many statements with variables is narrowed.
#[test]
fn one_of_many_denies_with_variables_is_narrowed() {
    let folder = |number: usize| deny(&format!("ica/${{aws:PrincipalTag/k{number}}}/*"));
    let mut old = (0..60).map(folder).collect::<Vec<_>>();
    let mut new = old.clone();
    new[40] = deny("ica/${aws:PrincipalTag/k40}/*q");
    assert_eq!(changes(&old, &new), [DenyChange::Some, DenyChange::None]);
    assert_eq!(changes(&new, &old), [DenyChange::None, DenyChange::Some]);
    // Where another statement denies it in both, nothing changes.
    old.push(deny("ica/*"));
    new.push(deny("ica/*"));
    assert_eq!(changes(&old, &new), [DenyChange::None, DenyChange::None]);
}

/// What both versions have covers a difference as a whole, in part, or not at all.
#[test]
fn denies_of_both_versions_count() {
    let both = deny("a/*");
    let of = |own: &str| vec![both.clone(), deny(own)];
    let none = vec![both.clone()];
    assert_eq!(changes(&of("a/b/*"), &none), [DenyChange::None, DenyChange::None]);
    assert_eq!(changes(&of("*"), &none), [DenyChange::Some, DenyChange::None]);
    assert_eq!(changes(&none, &of("*/c")), [DenyChange::None, DenyChange::Some]);
    assert_eq!(changes(&of("*c"), &of("*cc")), [DenyChange::Some, DenyChange::None]);
    assert_eq!(changes(&of("a/c"), &of("a/d")), [DenyChange::None, DenyChange::None]);
}
