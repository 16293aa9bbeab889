//! Direct tests of functions about requests. `cargo mutants` changed these functions, and no other test failed.

use ica_policy::authz::{
    Ambiguity, Caller, CallerError, CallerKind, Choice, ContextValue, MAX_VALUE_BYTES, Presence,
    Request, decisive, presence, request_key, shape,
};
use ica_policy::simulate::Simulator;
use serde_json::{Value, json};

fn user() -> Caller {
    Caller::parse("arn:aws:iam::111122223333:user/ana", None).unwrap()
}

#[test]
fn an_arn_without_a_name_or_with_one_that_aws_does_not_give_is_no_caller() {
    for arn in [
        "arn:aws:iam::111122223333:user/",
        "arn:aws:iam::111122223333:role/",
        "arn:aws:sts::111122223333:federated-user/",
        "arn:aws:sts::111122223333:federated-user/a/b",
        "arn:aws:sts::111122223333:assumed-role/",
        "arn:aws:sts::111122223333:assumed-role/r/",
        "arn:aws:sts::111122223333:assumed-role//s",
        "arn:aws:sts::111122223333:assumed-role/team/r/s",
        "arn:aws:iam::111122223333:oidc-provider/",
        "arn:aws:iam::111122223333:saml-provider/",
    ] {
        assert!(matches!(Caller::parse(arn, None), Err(CallerError::Kind(_))), "{arn}");
    }
}

/// IAM:reference_policies_condition-keys: `aws:ResourceAccount` is in all requests but some actions'.
#[test]
fn what_some_actions_lack_is_there_perhaps_where_no_action_is_named() {
    let of = |action| presence("aws:resourceaccount", Some(CallerKind::User), action);
    assert_eq!(of(Some("s3:getobject")), Presence::Always);
    assert_eq!(of(Some("ec2:createvolume")), Presence::Never);
    assert_eq!(of(Some("events:putevents")), Presence::Perhaps);
    assert_eq!(of(None), Presence::Perhaps);
    assert_eq!(presence("aws:principalarn", Some(CallerKind::User), None), Presence::Always);
}

#[test]
fn what_no_request_has_is_not_left_to_statements() {
    let leaves = |key, value: &str| {
        let value = ContextValue::One(value.to_owned());
        Request::leaves_to_statements(&user(), "s3:getobject", key, Some(&value))
    };
    assert!(leaves("aws:useragent", "curl"));
    assert!(leaves("aws:useragent", &"x".repeat(MAX_VALUE_BYTES)));
    assert!(!leaves("aws:useragent", &"x".repeat(MAX_VALUE_BYTES + 1)));
    // A user is no service. The endpoint decides which policies count.
    assert!(!leaves("aws:principalisawsservice", "true"));
    assert!(!leaves("aws:sourceorgid", "o-a1b2c3d4e5"));
    assert!(!leaves("aws:sourcevpce", "vpce-0a1b2c3d"));
}

#[test]
fn points_on_which_no_answer_depends_are_left_out() {
    use Choice::{First, Second};
    let all = Ambiguity::all().take(2).collect::<Vec<_>>();
    let [one, other] = all[..] else { panic!("{all:?}") };
    let answers = |answer: fn(Choice, Choice) -> bool| {
        let choices = [(First, First), (First, Second), (Second, First), (Second, Second)];
        decisive(&choices.map(|(a, b)| (vec![(one, a), (other, b)], answer(a, b))))
    };
    assert_eq!(answers(|_, _| true), [(vec![], true)]);
    assert_eq!(
        answers(|a, _| a == First),
        [(vec![(one, First)], true), (vec![(one, Second)], false)]
    );
    assert_eq!(
        answers(|_, b| b == First),
        [(vec![(other, First)], true), (vec![(other, Second)], false)]
    );
    assert_eq!(answers(|a, b| a == First && b == First).len(), 4);
}

/// Where two points are open, a point is shown with the reading of the other in which it decides between allowed and denied.
#[test]
fn a_reading_is_shown_where_it_decides_whether_the_request_is_allowed() {
    let line = json!({
        "principal": "arn:aws:iam::111122223333:user/ana", "action": "s3:GetObject", "resource": "arn:aws:s3:::b/k",
        "identity_policies": [{"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "s3:*", "Resource": "*", "Condition": {"StringEquals": {"aws:UserAgent": []}}},
            {"Effect": "Deny", "Action": "s3:*", "Resource": "*", "Condition": {"ArnLike": {"aws:PrincipalArn": "*"}}},
        ]}],
    });
    let answer = Simulator::new().answer(line.to_string()).unwrap();
    let answer = serde_json::from_str::<Value>(&answer).unwrap();
    let readings = answer["readings"].as_array().unwrap();
    let word = |reading: &Value, name: &str| reading[name].as_str().unwrap().to_owned();
    let shown = readings.iter().map(|reading| (word(reading, "id"), word(reading, "decision")));
    let expected = [
        ("lone-star-arn", "Allowed"),
        ("lone-star-arn", "ExplicitlyDenied"),
        ("empty-values", "ImplicitlyDenied"),
        ("empty-values", "Allowed"),
    ];
    let expected = expected.map(|(id, decision)| (id.to_owned(), decision.to_owned()));
    assert_eq!(shown.collect::<Vec<_>>(), expected);
}

/// IAM:reference_policies_condition-keys: `aws:SourceIp` is the public address of the caller; RFC 1918, 3927, 4193, 4291.
#[test]
fn addresses_of_private_networks_are_not_public() {
    let shape = shape("aws:sourceip", None).unwrap();
    for public in ["8.8.8.8", "203.0.113.7", "2001:db8::1"] {
        assert!(shape.fits(public), "{public}");
    }
    for other in
        ["10.0.0.1", "192.168.1.1", "127.0.0.1", "169.254.1.1", "fd00::1", "fe80::1", "::1", "x"]
    {
        assert!(!shape.fits(other), "{other}");
    }
}

#[test]
fn rows_name_the_services_of_their_actions() {
    let row = request_key("s3:max-keys").unwrap();
    assert!(row.names_service("s3") && !row.names_service("sts"));
}
