use ica_policy::api::{
    Basis, Error, Granted, LayerId, Outcome, Policy, PolicyKind, Query, Relation, Request,
    Requests, Severity, Verdict, Workspace,
};
use miette::Diagnostic;
use std::path::Path;

const ANA: &str = "arn:aws:iam::111122223333:user/ana";

fn allow(action: &str) -> String {
    format!(r#"{{"Statement": {{"Effect": "Allow", "Action": "{action}", "Resource": "*"}}}}"#)
}

fn codes(error: &Error) -> Vec<&'static str> {
    error.findings().iter().map(|finding| finding.code.id()).collect()
}

#[test]
fn an_error_keeps_all_findings_with_their_places() {
    let mut workspace = Workspace::new();
    let error =
        workspace.parse("p.json", "{\"Statement\": [,]\n  'x'", PolicyKind::Identity).unwrap_err();
    assert_eq!(
        codes(&error),
        ["expected-value", "trailing-comma", "missing-comma", "expected-member", "missing-bracket"]
    );
    let text = error.to_string();
    assert_eq!(text.lines().count(), 5);
    assert!(text.starts_with("p.json:1:"), "{text}");
    assert_eq!(error.related().unwrap().count(), 5);
    let first = error.related().unwrap().next().unwrap();
    assert!(first.labels().unwrap().count() > 0 && first.source_code().is_some());
    assert!(format!("{error:?}").contains("help: "), "{error:?}");
}

#[test]
fn a_file_that_is_not_there_is_an_error() {
    let error = Workspace::new().load("p.json", PolicyKind::Scp).unwrap_err();
    assert_eq!(codes(&error), ["unreadable-file"]);
    let error = Workspace::in_folder("no/such").load("p.json", PolicyKind::Scp).unwrap_err();
    assert!(error.to_string().contains("no/such/p.json: there is no such file"), "{error}");
}

#[test]
fn nothing_is_decided_with_a_policy_that_aws_would_refuse() {
    let mut workspace = Workspace::new();
    let text = allow("s3:GetObject").replace("Allow", "allow");
    let policy = workspace.parse("p.json", &text, PolicyKind::Identity).unwrap();
    assert_eq!(policy.findings()[0].severity, Severity::Error);
    let request = Request::new(ANA, "s3:GetObject", "arn:aws:s3:::b/k");
    assert_eq!(codes(&workspace.decide(&request, &[&policy]).unwrap_err()), ["invalid-effect"]);
    let wrong = Request::new(ANA, "s3:Get*", "arn:aws:s3:::b/k");
    assert_eq!(codes(&workspace.decide(&wrong, &[]).unwrap_err()), ["wrong-request"]);
}

#[test]
fn a_policy_of_another_resource_is_not_left_out_in_silence() {
    let mut workspace = Workspace::new();
    let text = allow("s3:*").replace("\"Action", "\"Principal\": \"*\", \"Action");
    let policy = workspace.parse("p.json", &text, PolicyKind::KmsKey).unwrap();
    let request = Request::new(ANA, "s3:GetObject", "arn:aws:s3:::b/k");
    let error = workspace.decide(&request, &[&policy]).unwrap_err();
    assert!(error.to_string().contains("`p.json`"), "{error}");
}

#[test]
fn every_level_of_the_organization_must_allow() {
    let mut workspace = Workspace::new();
    let mut policy = |name, text: &str, kind| workspace.parse(name, text, kind).unwrap();
    let own = policy("own.json", &allow("s3:*"), PolicyKind::Identity);
    let root = policy("root.json", &allow("*"), PolicyKind::Scp);
    let unit = policy("unit.json", &allow("ec2:*"), PolicyKind::Scp);
    let request =
        Request::new(ANA, "s3:GetObject", "arn:aws:s3:::b/k").resource_account("111122223333");
    let decide = |policies: &[&Policy]| workspace.decide(&request, policies).unwrap();
    assert_eq!(decide(&[&own, &root, &unit.clone()]).outcome, Outcome::Allowed);
    let unit = unit.at_level(1);
    let decision = decide(&[&own, &root, &unit]);
    assert_eq!(decision.outcome, Outcome::ImplicitlyDenied);
    assert_eq!(decision.by.iter().map(|by| by.layer).collect::<Vec<_>>(), [LayerId::Scp(1)]);
    let place = decision.findings[0].place.as_ref().unwrap();
    assert_eq!((place.file.as_str(), place.text.as_str()), ("unit.json", r#""ec2:*""#));
}

#[test]
fn identity_policies_that_are_not_given_may_grant() {
    let mut workspace = Workspace::new();
    let text = r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:user/ana"},
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::b/*"}}"#;
    let bucket = workspace.parse("b.json", text, PolicyKind::Resource).unwrap();
    let query = |action| Query::new(&[action], &["arn:aws:s3:::b/*"]).principal(ANA);
    let open = workspace.can(&query("s3:PutObject"), &[&bucket]).unwrap();
    assert_eq!((open.granted, open.basis), (Granted::Unknown, Basis::NeedsIdentityPolicies));
    let known = query("s3:PutObject").without_identity_policies();
    assert_eq!(workspace.can(&known, &[&bucket]).unwrap().granted, Granted::None);
    let granted =
        workspace.can(&query("s3:GetObject").without_identity_policies(), &[&bucket]).unwrap();
    assert_eq!(granted.granted, Granted::All);
    assert!(
        granted.answers[0]
            .allowed
            .as_ref()
            .unwrap()
            .example
            .to_string()
            .starts_with("s3:GetObject on arn:aws:s3:::b/")
    );
    let public =
        workspace.can(&Query::new(&["s3:GetObject"], &["arn:aws:s3:::b/*"]), &[&bucket]).unwrap();
    assert_eq!(public.granted, Granted::Some);
    assert!(workspace.can(&Query::new(&["s3:GetObject"], &["*"]), &[]).is_err());
}

#[test]
fn nothing_is_compared_with_something() {
    let mut workspace = Workspace::new();
    let policy = workspace.parse("p.json", &allow("s3:GetObject"), PolicyKind::Identity).unwrap();
    let same = workspace.compare(&[&policy], &[&policy], Requests::Any);
    assert_eq!(same.relation, Relation::Equal);
    let gone = workspace.compare(&[&policy], &[], Requests::Possible);
    assert_eq!(gone.relation, Relation::NewAllowsLess);
    assert_eq!(
        gone.newly_denied[0]
            .region
            .allowed_by
            .as_ref()
            .unwrap()
            .place
            .as_ref()
            .unwrap()
            .to_string(),
        "p.json:1:15"
    );
    assert!(gone.newly_allowed.is_empty() && gone.undecided.is_empty());
}

#[test]
fn a_connection_is_checked_with_the_files_beside_its_settings() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let checked = Workspace::in_folder(root).check("examples/seed-conflict/ica.toml").unwrap();
    assert_eq!((checked.len(), checked[0].verdict), (1, Verdict::Blocked));
    let blocked = checked[0].causes.iter().filter(|cause| cause.verdict == Verdict::Blocked);
    let stopped = blocked.clone().flat_map(|cause| &cause.stops);
    assert!(stopped.clone().any(|stop| stop.operation == "copy-from-bucket"));
    assert!(blocked.clone().any(|cause| {
        cause.place.file.as_ref().is_some_and(|file| file.ends_with(".json"))
            && cause.finding.place.is_some()
    }));

    let mut workspace = Workspace::new();
    workspace.add_text("ica.toml", "bucket = 'b'\naccount = '1'\n").unwrap();
    let error = workspace.check("ica.toml").unwrap_err();
    assert_eq!(codes(&error), ["wrong-setting"]);
    let text = "bucket = 'b'\naccount = '111122223333'\nuser = 'u'\nregion = 'eu-central-1'\nbucket_policy = 'x.json'\nidentity_policy = ['y.json']\n";
    workspace.add_text("ica.toml", text).unwrap();
    assert_eq!(codes(&workspace.check("ica.toml").unwrap_err()), ["unreadable-file"; 2]);
}

#[test]
fn a_folder_is_checked_by_its_settings_or_by_its_files() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let checked = Workspace::check_folder(root.join("examples/seed-conflict")).unwrap();
    assert_eq!(checked[0].verdict, Verdict::Blocked);
    assert_eq!(
        codes(&Workspace::check_folder(root.join("no/such")).unwrap_err()),
        ["unreadable-file"]
    );
    assert_eq!(
        codes(&Workspace::check_folder(root.join("grammar")).unwrap_err()),
        ["wrong-setting"]
    );
}
