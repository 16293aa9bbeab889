use ica_policy::api::{Comparison, PolicyKind, Relation, Requests, Settings, Workspace};
use ica_policy::fix::{ChangeKind, Fixed, Text, Texts, fix};
use ica_policy::ica::ICA;
use serde_json::{Value, json};

fn document(statements: &Value) -> String {
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}

fn compare(old: &Value, new: &Value, requests: Requests) -> Comparison {
    let mut workspace = Workspace::new();
    let mut parse = |name: &str, statements: &Value| {
        workspace.parse(name, &document(statements), PolicyKind::Resource).unwrap()
    };
    let (old, new) = (parse("old", old), parse("new", new));
    workspace.compare(&[&old], &[&new], requests)
}

fn relation(old: &Value, new: &Value, requests: Requests) -> Relation {
    compare(old, new, requests).relation
}

/// Everything, but for callers whose tag is none of these.
fn tagged(values: &[&str]) -> Value {
    json!([
        {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"},
        {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringNotEquals": {"aws:PrincipalTag/t": values}}},
    ])
}

/// A longer list of a negated operator lets more fit: implied the wrong way round, the two were equal.
#[test]
fn a_longer_list_of_a_negated_condition_denies_less() {
    for requests in [Requests::Any, Requests::Possible] {
        let (few, more) = (tagged(&["a"]), tagged(&["a", "b"]));
        assert_eq!(relation(&few, &more, requests), Relation::NewAllowsMore);
        assert_eq!(relation(&more, &few, requests), Relation::NewAllowsLess);
        assert_eq!(relation(&more, &more, requests), Relation::Equal);
    }
}

/// A Deny that is split stays equal: each lifted Deny is held against all new ones.
#[test]
fn a_deny_in_two_statements_is_equal() {
    let deny = |values: &[&str]| json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*", "Condition": {"StringEquals": {"aws:PrincipalTag/t": values}}});
    let allow = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*"});
    let one = json!([allow, deny(&["a", "b"])]);
    let two = json!([allow, deny(&["a"]), deny(&["b"])]);
    assert_eq!(relation(&one, &two, Requests::Any), Relation::Equal);
}

/// What a search could not look at is neither nothing nor equal.
#[test]
fn values_that_were_not_tried_are_not_equal() {
    let varied = |between: &str| {
        json!([
            {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"},
            {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::b/${{aws:PrincipalTag/x}}{between}${{aws:PrincipalTag/x}}")},
        ])
    };
    assert_eq!(relation(&varied("*"), &varied("?"), Requests::Any), Relation::Unknown);
    assert_eq!(relation(&varied("?"), &varied("*"), Requests::Any), Relation::Unknown);
}

/// A member that occurs twice is found in objects of every size.
#[test]
fn a_member_that_occurs_twice_is_found_in_a_large_object() {
    for more in [0, 5, 40] {
        let others = (0..more).map(|number| format!("\"x{number}\": 1, ")).collect::<String>();
        let text = format!(
            r#"{{"Statement": {{"Effect": "Deny", {others}"Effect": "Allow", "Action": "*", "Resource": "*"}}}}"#
        );
        let found = match Workspace::new().parse("p.json", &text, PolicyKind::Identity) {
            Ok(policy) => {
                policy.findings().iter().map(|finding| finding.code.id()).collect::<Vec<_>>()
            }
            Err(error) => error.findings().iter().map(|finding| finding.code.id()).collect(),
        };
        assert!(found.contains(&"duplicate-member"), "{more}: {found:?}");
    }
}

/// A connection whose user may read, and whose bucket policy denies everything but for this exception.
fn denied(condition: &Value) -> Fixed {
    let settings = "bucket = 'acme-genomics'\naccount = '111122223333'\nregion = 'us-east-1'\nprefix = 'ica/'\nversioning = 'unversioned'\n\
        user = 'ica'\nidentity_policy = 'user.json'\nbucket_policy = 'bucket.json'\noperation = ['download-data']\n";
    let settings = toml::from_str::<Settings>(settings).unwrap();
    let bucket = document(&json!([{"Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": ["arn:aws:s3:::acme-genomics", "arn:aws:s3:::acme-genomics/*"], "Condition": condition}]));
    let user = document(
        &json!([{"Effect": "Allow", "Action": ["s3:GetObject", "sts:GetFederationToken"], "Resource": "*"}]),
    );
    let text = |name: &str, text: String| Text::new(name, name, text);
    fix(
        &ICA,
        &settings,
        &Texts { list: vec![text("user.json", user), text("bucket.json", bucket)] },
    )
    .unwrap()
}

/// Of a Deny that also asks for MFA or a network nobody is excepted: the exception would lift that, too.
#[test]
fn nobody_is_excepted_from_a_deny_that_asks_for_more() {
    let excepted =
        |fixed: &Fixed| fixed.edits.iter().any(|edit| edit.change.kind == ChangeKind::AddException);
    let admin = json!({"aws:PrincipalArn": "arn:aws:iam::111122223333:role/admin"});
    let plain = denied(&json!({"ArnNotLike": admin}));
    assert!(excepted(&plain) && plain.left.is_empty(), "{:?}", plain.left);
    for more in [
        ("BoolIfExists", json!({"aws:MultiFactorAuthPresent": "false"})),
        ("StringNotEqualsIfExists", json!({"aws:SourceVpce": "vpce-1a2b3c4d"})),
        ("Null", json!({"aws:SourceVpce": "true"})),
    ] {
        let mut condition = json!({"ArnNotLike": admin});
        condition[more.0] = more.1;
        let fixed = denied(&condition);
        assert!(!excepted(&fixed), "{condition}");
        assert!(fixed.texts.list.iter().all(|text| !text.is_changed()), "{condition}");
    }
}

/// The halves of a long list are both searched: the one pattern that is new is in the second.
#[test]
fn a_difference_in_the_second_half_of_a_list_is_found() {
    let paths = |last: usize| {
        (1..=last).map(|number| format!("arn:aws:s3:::b/*{number}*z")).collect::<Vec<_>>()
    };
    let allow = |last: usize, condition: Value| json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": paths(last), "Condition": condition});
    let tag = json!({"aws:PrincipalTag/t": "a"});
    let old =
        json!([allow(8, json!({"StringEquals": tag})), allow(7, json!({"StringNotEquals": tag}))]);
    let mut whole = allow(8, Value::Null);
    whole.as_object_mut().unwrap().remove("Condition");
    let new = json!([whole]);
    assert_eq!(relation(&old, &new, Requests::Any), Relation::NewAllowsMore);
}

/// A set that holds only the empty text is an empty set (D3), so there is no request with it in which the two differ; and a plain
/// operator on several values has two readings.
#[test]
fn sets_of_empty_texts_and_plain_operators_on_sets() {
    let allow = |condition: Value| json!([{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*", "Condition": condition}]);
    let keys = |values: Value| json!({"aws:TagKeys": values});
    let has_empty = allow(json!({"ForAnyValue:StringEquals": keys(json!(""))}));
    let has_another = allow(
        json!({"ForAnyValue:StringEquals": keys(json!("")), "ForAnyValue:StringNotEquals": keys(json!(""))}),
    );
    assert_eq!(relation(&has_empty, &has_another, Requests::Any), Relation::Equal);
    let plain = compare(
        &allow(json!({"StringNotEquals": keys(json!(["a"]))})),
        &allow(json!({"ForAllValues:StringNotEquals": keys(json!(["a"]))})),
        Requests::Any,
    );
    assert_eq!(plain.relation, Relation::Unknown);
    assert!(plain.undecided.iter().all(|undecided| !undecided.is_defect), "{:?}", plain.undecided);
}

/// Times are whole seconds, so one between two seconds is a limit of its own.
#[test]
fn half_a_second_is_told_apart() {
    let before = |limit: &str| json!([{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*", "Condition": {"NumericLessThan": {"aws:EpochTime": limit}}}]);
    let (half, whole) = (before("1500000000.5"), before("1500000000"));
    assert_eq!(relation(&half, &whole, Requests::Possible), Relation::NewAllowsLess);
}

/// What is not decided under one reading is told, though the other reading has an answer: `ArnLike` of `*` alone is open.
#[test]
fn an_unknown_of_one_reading_is_told() {
    let varied = |between: &str| {
        json!([
            {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"},
            {"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::b/${{aws:PrincipalTag/x}}{between}${{aws:PrincipalTag/x}}"),
                "Condition": {"ArnLike": {"aws:PrincipalArn": "*"}}},
        ])
    };
    let compared = compare(&varied("*"), &varied("?"), Requests::Any);
    assert_eq!(compared.relation, Relation::Unknown);
    let is_told =
        compared.undecided.iter().any(|undecided| undecided.message.contains("policy variables"));
    assert!(is_told, "{:?}", compared.undecided);
}

/// A region is without `b/secret/*` only if that holds under both readings.
#[test]
fn what_a_region_leaves_out_holds_under_every_reading() {
    let allow = |resource: &str| json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": resource});
    let deny = |condition: Value| json!({"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/secret/*", "Condition": condition});
    let left_out = |condition: Value| {
        let old = json!([allow("arn:aws:s3:::c/*")]);
        let new = json!([allow("arn:aws:s3:::b/*"), allow("arn:aws:s3:::c/*"), deny(condition)]);
        let compared = compare(&old, &new, Requests::Any);
        compared.newly_allowed[0].region.resources.but_not.clone()
    };
    // A condition that holds for every request.
    let always = json!({"ForAllValues:Null": {"aws:TagKeys": "true"}});
    assert_eq!(left_out(always), ["arn:aws:s3:::b/secret/*"]);
    assert!(left_out(json!({"ArnNotLike": {"aws:PrincipalArn": "*"}})).is_empty());
}

/// A key whose requests have one value only may be absent all the same, so a variable is not that value.
#[test]
fn a_variable_of_one_value_may_have_none() {
    let read = |resource: &str| json!([{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::b/{resource}")}]);
    for requests in [Requests::Any, Requests::Possible] {
        let (variable, text) = (read("${aws:IsMcpServiceAction}"), read("true"));
        assert_ne!(relation(&variable, &text, requests), Relation::Equal);
        assert_ne!(relation(&text, &variable, requests), Relation::Equal);
    }
}
