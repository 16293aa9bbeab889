//! Names in `Principal` are sets of callers. What `compare` and `can` say of all callers is held to
//! decisions about single ones, whose names and issuers are written out here.

use crate::support::documents::policy;
use ica_policy::authz::{Caller, Context, Layer, Layers, Request};
use ica_policy::eval::{Outcome, decide};
use ica_policy::model::{Policy, PolicyKind};
use ica_policy::symbolic::{
    Asked, Granted, Outsider, Question, Relation, Requests, Who, can, compare, outsiders,
};
use serde_json::{Value, json};

const OWNER: &str = "999900001111";
const OBJECT: &str = "arn:aws:s3:::b/k";

/// Every form of a name that AWS's guide knows, some of which contain others. Source:
/// IAM:reference_policies_elements_principal.
fn names() -> Vec<Value> {
    [
        json!("*"),
        json!({"AWS": "arn:aws:iam::111122223333:root"}),
        json!({"AWS": "444455556666"}),
        json!({"AWS": "arn:aws:iam::111122223333:user/bob"}),
        json!({"AWS": "arn:aws:iam::111122223333:user/team/ann"}),
        json!({"AWS": "arn:aws:iam::111122223333:role/reader"}),
        json!({"AWS": "arn:aws:iam::111122223333:role/team/writer"}),
        json!({"AWS": "arn:aws:sts::111122223333:assumed-role/reader/s1"}),
        json!({"AWS": "arn:aws:sts::111122223333:assumed-role/writer/s1"}),
        json!({"AWS": "arn:aws:sts::111122223333:federated-user/guest"}),
        json!({"Service": "logging.s3.amazonaws.com"}),
    ]
    .into()
}

/// Callers of every kind: those that names speak of, their neighbours, and strangers.
fn callers() -> Vec<Caller> {
    let caller = |text: &str, issuer: Option<&str>| Caller::parse(text, issuer).unwrap();
    let mut all = Vec::new();
    for account in ["111122223333", "444455556666", "777788889999"] {
        let iam = |rest: &str| format!("arn:aws:iam::{account}:{rest}");
        let sts = |rest: &str| format!("arn:aws:sts::{account}:{rest}");
        all.push(caller(account, None));
        for user in ["user/bob", "user/team/ann", "user/zoe"] {
            all.push(caller(&iam(user), None));
            for guest in ["federated-user/guest", "federated-user/other"] {
                all.push(caller(&sts(guest), Some(&iam(user))));
            }
        }
        all.push(caller(&sts("federated-user/guest"), Some(&iam("root"))));
        for role in ["role/reader", "role/team/writer", "role/other/auditor"] {
            let name = role.rsplit('/').next().unwrap();
            for session in ["s1", "s2"] {
                all.push(caller(&sts(&format!("assumed-role/{name}/{session}")), Some(&iam(role))));
            }
        }
    }
    all.push(caller("logging.s3.amazonaws.com", None));
    all.push(caller("sns.amazonaws.com", None));
    all.push(Caller::Anonymous);
    all
}

fn document(statements: &Value) -> Policy {
    policy(
        &json!({"Version": "2012-10-17", "Statement": statements}).to_string(),
        PolicyKind::Resource,
    )
}

fn statement(effect: &str, element: &str, name: &Value) -> Value {
    json!({"Effect": effect, element: name, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"})
}

/// Whether the caller, whose own and session policies allow everything, gets past the policy of another
/// account's bucket.
fn outcome(caller: &Caller, policy: &Policy, all: &Policy) -> Outcome {
    let is_session = matches!(caller, Caller::FederatedSession { .. } | Caller::RoleSession { .. });
    let layers = Layers {
        identity: Layer::Policies(vec![all]),
        session: if is_session { Layer::Policies(vec![all]) } else { Layer::Absent },
        resource: Layer::Policies(vec![policy]),
        ..Layers::default()
    };
    let request =
        Request::new(caller.clone(), "s3:GetObject", OBJECT, Some(OWNER), Context::new()).unwrap();
    decide(&request, &layers).outcome
}

fn everything() -> Policy {
    let all = json!({"Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    policy(&all.to_string(), PolicyKind::Identity)
}

/// The relation by single callers; `None` where a decision is open.
fn by_callers(old: &Policy, new: &Policy) -> Option<Relation> {
    let all = everything();
    let (mut more, mut less) = (false, false);
    for caller in callers() {
        let [old, new] = [old, new].map(|policy| outcome(&caller, policy, &all));
        if old == Outcome::Undetermined || new == Outcome::Undetermined {
            return None;
        }
        let [old, new] = [old, new].map(|outcome| outcome == Outcome::Allowed);
        more |= new && !old;
        less |= old && !new;
    }
    Some(match (more, less) {
        (false, false) => Relation::Equal,
        (true, false) => Relation::NewAllowsMore,
        (false, true) => Relation::NewAllowsLess,
        (true, true) => Relation::Incomparable,
    })
}

#[track_caller]
fn check(old: &Value, new: &Value) -> bool {
    let documents = [old, new].map(document);
    let Some(wanted) = by_callers(&documents[0], &documents[1]) else { return false };
    for requests in [Requests::Any, Requests::Possible] {
        let found = compare(&[&documents[0]], &[&documents[1]], requests);
        assert_eq!(found.relation, wanted, "{old} {new} {requests:?} {found:#?}");
    }
    true
}

/// Every pair of names: one allowed, the other denied or not, and one in the place of the other.
#[test]
fn every_pair_of_names_is_compared_as_sets_of_callers() {
    let mut decided = 0;
    for one in names() {
        for other in names() {
            let allow = |name: &Value| statement("Allow", "Principal", name);
            let deny = statement("Deny", "Principal", &other);
            let (alone, both) = (json!([allow(&one)]), json!([allow(&one), deny]));
            decided += usize::from(check(&alone, &both));
            decided += usize::from(check(&both, &alone));
            decided += usize::from(check(&alone, &json!([allow(&other)])));
            let two = json!([allow(&one), allow(&other)]);
            decided += usize::from(check(&alone, &two));
        }
    }
    // Whether `*` is a service is open.
    assert!(decided > 300, "{decided}");
}

/// The same where a list excepts callers, by all names that each of them goes by.
#[test]
fn names_that_a_deny_excepts_are_sets_of_callers() {
    let account = "arn:aws:iam::111122223333:root";
    let (bob, reader) =
        ("arn:aws:iam::111122223333:user/bob", "arn:aws:iam::111122223333:role/reader");
    let lists = [
        json!("*"),
        json!({"AWS": [account, bob]}),
        json!({"AWS": [account, reader, "arn:aws:sts::111122223333:assumed-role/reader/s1"]}),
        json!({"AWS": [account, bob, "arn:aws:sts::111122223333:federated-user/guest"]}),
        json!({"Service": "logging.s3.amazonaws.com"}),
    ];
    let mut decided = 0;
    for one in names() {
        for list in &lists {
            let allow = statement("Allow", "Principal", &one);
            let deny = statement("Deny", "NotPrincipal", list);
            let (alone, both) = (json!([allow]), json!([allow, deny]));
            decided += usize::from(check(&alone, &both));
            let also = json!([allow, statement("Allow", "Principal", &json!({"AWS": bob})), deny]);
            decided += usize::from(check(&both, &also));
        }
    }
    // Most lists lack a name of some caller, which AWS's page leaves open.
    assert!(decided > 15, "{decided}");
}

/// What `can` says of whoever asks is held to the same callers.
#[test]
fn can_says_of_whoever_asks_what_holds_for_some_caller() {
    let mut decided = 0;
    for one in names() {
        for other in names() {
            let statements = json!([
                statement("Allow", "Principal", &one),
                statement("Deny", "Principal", &other)
            ]);
            let policy = document(&statements);
            let all = everything();
            let outcomes =
                callers().iter().map(|own| outcome(own, &policy, &all)).collect::<Vec<_>>();
            if outcomes.contains(&Outcome::Undetermined) {
                continue;
            }
            let wanted = match outcomes.contains(&Outcome::Allowed) {
                true => Granted::Some,
                false => Granted::None,
            };
            let found = can(&Question {
                who: Who::Anybody(vec![&policy]),
                actions: vec!["s3:GetObject".to_owned()],
                resources: vec!["arn:aws:s3:::b/*".to_owned()],
                account: Some(OWNER.to_owned()),
                context: Vec::new(),
            });
            assert_eq!(found[0].granted, wanted, "{statements} {found:#?}");
            decided += 1;
        }
    }
    assert!(decided > 80, "{decided}");
}

/// Conditions on the caller's keys are about the caller that the statement names.
#[test]
fn keys_of_the_caller_follow_from_who_is_named() {
    let object = |name: &Value, condition: Value| {
        let mut statement = statement("Allow", "Principal", name);
        statement["Condition"] = condition;
        statement
    };
    let bob = json!({"AWS": "arn:aws:iam::111122223333:user/bob"});
    let reader = json!({"AWS": "arn:aws:iam::111122223333:role/reader"});
    let account = json!({"AWS": "111122223333"});
    let arn = |operator: &str, text: &str| json!({operator: {"aws:PrincipalArn": text}});
    let is = |old: Value, new: Value, wanted: Relation| {
        let [one, other] = [&old, &new].map(document);
        let found = compare(&[&one], &[&other], Requests::Possible);
        assert_eq!(found.relation, wanted, "{old} {new} {found:#?}");
    };
    let none = json!([]);
    // Nobody is the session of a role and a user.
    let never = json!([object(&reader, arn("ArnEquals", "arn:aws:iam::111122223333:user/ana"))]);
    is(none.clone(), never, Relation::Equal);
    // The condition repeats the name.
    let of_role = json!([statement("Allow", "Principal", &reader)]);
    let is_reader = arn("ArnEquals", "arn:aws:iam::111122223333:role/reader");
    is(of_role.clone(), json!([object(&reader, is_reader.clone())]), Relation::Equal);
    is(of_role.clone(), json!([object(&json!("*"), is_reader)]), Relation::Equal);
    let but_reader = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": "arn:aws:s3:::b/*",
        "Condition": arn("ArnNotEquals", "arn:aws:iam::111122223333:role/reader")});
    is(
        of_role.clone(),
        json!([statement("Allow", "Principal", &reader), but_reader]),
        Relation::Equal,
    );
    let by_account = json!({"StringEquals": {"aws:PrincipalAccount": "111122223333"}});
    is(of_role, json!([object(&reader, by_account.clone())]), Relation::Equal);
    is(
        json!([statement("Allow", "Principal", &account)]),
        json!([object(&json!("*"), by_account)]),
        Relation::Equal,
    );
    let by_other = json!({"StringEquals": {"aws:PrincipalAccount": "444455556666"}});
    is(none.clone(), json!([object(&bob, by_other)]), Relation::Equal);
    // A user's federated sessions have neither its ARN nor its name.
    let named = json!([statement("Allow", "Principal", &bob)]);
    let is_bob = arn("ArnEquals", "arn:aws:iam::111122223333:user/bob");
    is(named.clone(), json!([object(&bob, is_bob.clone())]), Relation::NewAllowsLess);
    let by_name = json!({"StringEquals": {"aws:username": "bob"}});
    is(json!([object(&bob, is_bob)]), json!([object(&bob, by_name)]), Relation::Equal);
    let by_another_name = json!({"StringEquals": {"aws:username": "ann"}});
    is(none, json!([object(&bob, by_another_name)]), Relation::Equal);
}

/// An account that a Deny takes out again gets nothing.
#[test]
fn outsiders_of_an_account_are_all_its_callers() {
    let account = json!({"AWS": "111122223333"});
    let asked = |statements: Value| {
        let policy = document(&statements);
        let actions = ["s3:GetObject".to_owned()];
        let resources = ["arn:aws:s3:::b/*".to_owned()];
        let found = outsiders(
            &[&policy],
            Asked { account: OWNER, actions: &actions, resources: &resources, context: &[] },
        );
        let name = Outsider::Named("arn:aws:iam::111122223333:root".to_owned());
        found.iter().find(|own| own.who == name).map(|own| own.granted)
    };
    let allow = statement("Allow", "Principal", &account);
    assert_eq!(asked(json!([allow])), Some(Granted::All));
    let deny = statement("Deny", "Principal", &account);
    assert_eq!(asked(json!([allow, deny])), Some(Granted::None));
}
