use ica_policy::model::{self, Policy, PolicyKind};
use ica_policy::s3::public_statements;
use ica_policy::source::Sources;
use ica_policy::{json, syntax};

fn policy(text: &str) -> (Sources, Policy) {
    let mut sources = Sources::default();
    let id = sources.add_file("policy.json", text.to_owned()).unwrap();
    let policy = syntax::parse(json::parse(sources.get(id)).root.unwrap()).policy.unwrap();
    (sources, model::lower(&policy, PolicyKind::Resource).policy)
}

/// The result for one statement: `None` if it is not public, else whether that is certain, and the
/// words that open it.
fn judged(principal: &str, condition: &str) -> Option<(bool, Vec<String>)> {
    let condition =
        if condition.is_empty() { String::new() } else { format!(r#", "Condition": {condition}"#) };
    let text = format!(
        r#"{{"Version": "2012-10-17", "Statement": {{"Effect": "Allow", {principal}, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"{condition}}}}}"#
    );
    let (sources, policy) = policy(&text);
    let mut public = public_statements(&policy);
    assert!(public.len() <= 1);
    let public = public.pop()?;
    Some((
        public.certain,
        public.causes.iter().map(|cause| sources.text(cause.span).to_owned()).collect(),
    ))
}

#[track_caller]
fn fixed(principal: &str, condition: &str) {
    assert_eq!(judged(principal, condition), None, "{principal} {condition}");
}

#[track_caller]
fn public(principal: &str, condition: &str, words: &str) {
    let (certain, causes) = judged(principal, condition).expect("public");
    assert!(certain, "{principal} {condition}");
    assert!(causes.iter().any(|cause| cause == words), "{causes:?}");
}

#[track_caller]
fn unclear(principal: &str, condition: &str) {
    assert_eq!(
        judged(principal, condition).map(|(certain, _)| certain),
        Some(false),
        "{principal} {condition}"
    );
}

const ALL: &str = r#""Principal": "*""#;

/// AWS's own examples (S3:access-control-block-public-access), in our words.
#[test]
fn the_examples_of_the_page() {
    public(r#""Principal": {"Federated": "graph.facebook.com"}"#, "", r#""graph.facebook.com""#);
    public(ALL, "", r#""*""#);
    public(ALL, r#"{"StringLike": {"aws:SourceVpc": "vpc-*"}}"#, r#""vpc-*""#);
    fixed(ALL, r#"{"StringEquals": {"aws:SourceVpc": "vpc-91237329"}}"#);
    fixed(
        ALL,
        r#"{"StringLike": {"s3:DataAccessPointArn": "arn:aws:s3:us-west-2:123456789012:accesspoint/*"}}"#,
    );
    public(ALL, r#"{"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}"#, r#""0.0.0.0/1""#);
}

#[test]
fn principals() {
    for name in [
        "111122223333",
        "arn:aws:iam::111122223333:root",
        "arn:aws:iam::111122223333:user/a",
        "arn:aws:iam::111122223333:role/a",
    ] {
        fixed(&format!(r#""Principal": {{"AWS": "{name}"}}"#), "");
    }
    fixed(r#""Principal": {"Service": "cloudtrail.amazonaws.com"}"#, "");
    fixed(
        r#""Principal": {"CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be"}"#,
        "",
    );
    public(r#""Principal": {"AWS": "*"}"#, "", r#""*""#);
    public(r#""Principal": {"AWS": ["111122223333", "*"]}"#, "", r#""*""#);
    public(r#""NotPrincipal": {"AWS": "111122223333"}"#, "", r#"{"AWS": "111122223333"}"#);
    // It names nobody today, and AWS would refuse to store it.
    unclear(r#""Principal": {"AWS": "arn:aws:iam::111122223333:user/*"}"#, "");
    unclear(r#""Principal": {"Federated": "arn:aws:iam::111122223333:saml-provider/idp"}"#, "");
}

#[test]
fn values_must_be_fixed() {
    fixed(ALL, r#"{"StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}"#);
    fixed(ALL, r#"{"StringEquals": {"aws:principalorgid": ["o-a1b2c3d4e5", "o-b1b2c3d4e5"]}}"#);
    fixed(ALL, r#"{"ArnLike": {"aws:SourceArn": "arn:aws:sns:eu-west-1:111122223333:topic"}}"#);
    fixed(ALL, r#"{"ForAnyValue:StringEquals": {"aws:SourceVpce": "vpce-1a2b3c4d"}}"#);
    // One condition that binds is enough, whatever else the statement has.
    fixed(
        ALL,
        r#"{"Bool": {"aws:SecureTransport": "true"}, "StringEquals": {"aws:SourceAccount": "111122223333"}}"#,
    );
    public(ALL, r#"{"StringLike": {"aws:PrincipalOrgID": ["o-a1b2c3d4e5", "o-*"]}}"#, r#""o-*""#);
    public(
        ALL,
        r#"{"StringEquals": {"aws:SourceAccount": "${aws:PrincipalAccount}"}}"#,
        r#""${aws:PrincipalAccount}""#,
    );
    public(
        ALL,
        r#"{"ArnLike": {"aws:SourceArn": "arn:aws:sns:*:111122223333:topic"}}"#,
        r#""arn:aws:sns:*:111122223333:topic""#,
    );
    // A star compared as text is fixed in what it matches, but does not look fixed.
    unclear(ALL, r#"{"StringEquals": {"aws:SourceVpc": "vpc-*"}}"#);
    unclear(ALL, r#"{"StringEquals": {"aws:SourceVpc": []}}"#);
}

#[test]
fn conditions_that_let_others_in_bind_nothing() {
    for condition in [
        r#"{"StringNotEquals": {"aws:SourceVpc": "vpc-91237329"}}"#,
        r#"{"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}"#,
        r#"{"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}"#,
        r#"{"Null": {"aws:PrincipalOrgID": "false"}}"#,
        r#"{"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}"#,
        r#"{"StringEquals": {"aws:PrincipalTag/team": "genomics"}}"#,
        r#"{"Bool": {"aws:SecureTransport": "true"}}"#,
        r#"{"StringEquals": {"s3:prefix": "open/"}}"#,
    ] {
        public(ALL, condition, r#""*""#);
    }
}

#[test]
fn address_ranges() {
    fixed(
        ALL,
        r#"{"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "10.0.0.0/8", "2001:db8::/32"]}}"#,
    );
    public(
        ALL,
        r#"{"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "8.0.0.0/7"]}}"#,
        r#""8.0.0.0/7""#,
    );
    public(ALL, r#"{"IpAddress": {"aws:SourceIp": "2001::/31"}}"#, r#""2001::/31""#);
    public(ALL, r#"{"IpAddress": {"aws:VpcSourceIp": "10.1.0.0/16"}}"#, r#""*""#);
    unclear(ALL, r#"{"IpAddress": {"aws:SourceIp": "not an address"}}"#);
    unclear(ALL, r#"{"StringEquals": {"aws:SourceIp": "203.0.113.7"}}"#);
}

#[test]
fn what_the_page_leaves_open_is_unclear() {
    unclear(ALL, r#"{"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/a"}}"#);
    unclear(ALL, r#"{"StringEquals": {"aws:PrincipalAccount": "111122223333"}}"#);
    public(
        ALL,
        r#"{"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/a"}}"#,
        r#""arn:aws:iam::*:role/a""#,
    );
    unclear(ALL, r#"{"StringLike": {"aws:userid": "AROAEXAMPLEEXAMPLE123:*"}}"#);
    fixed(ALL, r#"{"StringEquals": {"aws:userid": "AROAEXAMPLEEXAMPLE123:run"}}"#);
    public(ALL, r#"{"StringLike": {"aws:userid": "AROA*"}}"#, r#""AROA*""#);
    unclear(
        ALL,
        r#"{"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:*:123456789012:accesspoint/*"}}"#,
    );
    public(
        ALL,
        r#"{"ArnLike": {"s3:DataAccessPointArn": "arn:aws:s3:us-west-2:*:accesspoint/a"}}"#,
        r#""arn:aws:s3:us-west-2:*:accesspoint/a""#,
    );
}

#[test]
fn a_deny_never_makes_public_and_one_public_statement_is_enough() {
    let text = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Action": "s3:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}]}"#;
    let indices = public_statements(&policy(text).1)
        .iter()
        .map(|public| (public.index, public.certain))
        .collect::<Vec<_>>();
    assert_eq!(indices, [(2, true)]);
    // In the wrong case the effect may be either.
    let unclear =
        text.replace("\"Allow\", \"Principal\": \"*\"", "\"allow\", \"Principal\": \"*\"");
    assert_eq!(
        public_statements(&policy(&unclear).1)
            .iter()
            .map(|public| public.certain)
            .collect::<Vec<_>>(),
        [false]
    );
}
