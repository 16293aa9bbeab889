//! Limits of the search for edits: behind each the report says why there is no edit.

use ica_policy::api::Settings;
use ica_policy::fix::{Fixed, Text, Texts, fix};
use ica_policy::ica::ICA;
use serde_json::{Value, json};

/// `fix` for downloads with these policies of the user, and this one of the bucket.
fn fixed(user: &[Vec<Value>], bucket: &[Value]) -> Fixed {
    let document = |all: &[Value]| json!({"Version": "2012-10-17", "Statement": all}).to_string();
    let named = |number: usize| format!("user{number}.json");
    let mut list = vec![Text::new("bucket.json", "bucket.json", document(bucket))];
    for (number, statements) in user.iter().enumerate() {
        list.push(Text::new(&named(number), &named(number), document(statements)));
    }
    let names = (0..user.len()).map(named).collect::<Vec<_>>();
    let settings = format!(
        "bucket = 'acme-genomics'\naccount = '111122223333'\nregion = 'us-east-1'\nprefix = 'ica/'\nversioning = 'unversioned'\n\
        user = 'ica'\nidentity_policy = {names:?}\nbucket_policy = 'bucket.json'\noperation = ['download-data']\n"
    );
    fix(&ICA, &toml::from_str::<Settings>(&settings).unwrap(), &Texts { list }).unwrap()
}

fn told(fixed: &Fixed) -> Vec<&str> {
    let decisions = fixed.left.iter().flat_map(|left| &left.decisions);
    decisions.map(|decision| &*decision.message).collect()
}

fn everything() -> Value {
    json!({"Effect": "Allow", "Action": "*", "Resource": "*"})
}

fn deny(number: usize) -> Value {
    let admin = format!("arn:aws:iam::111122223333:role/admin{number}");
    json!({"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-genomics/*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": admin}}})
}

/// `MOST_EDITS`: eight Denies are opened for a caller, nine are not.
#[test]
fn a_step_that_takes_more_edits_than_are_made_is_left() {
    let user = [vec![everything()]];
    let eight = fixed(&user, &(0..8).map(deny).collect::<Vec<_>>());
    assert!(eight.left.is_empty() && eight.edits.len() >= 8, "{:?}", told(&eight));
    let nine = fixed(&user, &(0..9).map(deny).collect::<Vec<_>>());
    let why = "no edits were found for this step: it would take more than 8";
    assert!(nine.edits.is_empty() && told(&nine).contains(&why), "{:?}", told(&nine));
}

/// `MOST_CANDIDATES`: each statement could get one more resource, which would allow too much.
#[test]
fn a_step_for_which_more_edits_are_possible_than_are_tried_is_left() {
    let near = |number: usize| json!({"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObjectAcl"], "Resource": format!("arn:aws:s3:::b{number}/*")});
    let others = json!({"Effect": "Allow", "Action": "sts:GetFederationToken", "Resource": "*"});
    let allow = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "s3:ListBucket",
        "Resource": "arn:aws:s3:::acme-genomics"});
    let user = |most: usize| {
        let mut files = vec![vec![others.clone()]];
        let all = (0..most).map(near).collect::<Vec<_>>();
        files.extend(all.chunks(40).map(<[Value]>::to_vec));
        files
    };
    let few = fixed(&user(10), std::slice::from_ref(&allow));
    assert!(!few.edits.is_empty(), "{:?}", told(&few));
    let many = fixed(&user(90), std::slice::from_ref(&allow));
    let why = "no edits were found for this step: 80 were tried";
    assert!(told(&many).contains(&why), "{:?} {:?}", told(&many), many.edits);
}
