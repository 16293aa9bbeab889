use ica_policy::generate::{Body, Generated, Kind, Options, Plan, generate};
use ica_policy::ica::regions;
use ica_policy::ica::{CROSS_ACCOUNT_ROLE, FEDERATED_SESSION, IAM_USER, ICA, OIDC_ROLE, catalogue};
use ica_policy::input::{Loader, Unreadable};
use ica_policy::model::{Policy, PolicyKind};
use ica_policy::product::CallerId;
use ica_policy::product::build::build;
use ica_policy::product::build::settings::{Levels, Settings};
use ica_policy::product::catalogue::{Edition, On, Step, Target};
use ica_policy::product::setup::Setup;
use ica_policy::product::{Check, Level, Verdict, check};
use ica_policy::report::generated::text;
use ica_policy::source::{SourceId, Sources};
use ica_policy::symbolic::{Requests, differences};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const ACCOUNT: &str = "111122223333";
const OTHER: &str = "444455556666";

fn key(region: &str, account: &str) -> String {
    format!("arn:aws:kms:{region}:{account}:key/1234abcd-12ab-34cd-56ef-1234567890ab")
}

/// A connection to generate for.
#[derive(Clone, Debug)]
struct Case {
    settings: Settings,
    options: Options,
}

struct Memory(BTreeMap<String, String>);

impl Loader for Memory {
    fn load(&mut self, sources: &mut Sources, name: &str) -> Result<SourceId, Unreadable> {
        Ok(sources.add_file(name, self.0[name].clone()).unwrap())
    }
}

fn settings(region: &str, versioning: &str) -> Settings {
    let some = |text: &str| Some(text.to_owned());
    Settings {
        bucket: some("acme-genomics"),
        account: some(ACCOUNT),
        region: some(region),
        prefix: some("ica/"),
        versioning: some(versioning),
        user: some("lab/illumina_ica_admin"),
        ..Settings::default()
    }
}

/// All regions, versioning states and options.
fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for region in &regions().list {
        for versioning in ["unversioned", "enabled", "suspended"] {
            for (deny_others, advised) in
                [(false, false), (true, false), (false, true), (true, true)]
            {
                let options = Options { deny_others, advised, ..Options::default() };
                let user = settings(&region.aws, versioning);
                let role = Settings {
                    user: None,
                    role: Some("lab/illumina_ica_role".to_owned()),
                    ..user.clone()
                };
                for settings in [user, role] {
                    let kms_key = Some(key(&region.aws, ACCOUNT));
                    cases.push(Case {
                        settings: Settings { kms_key, ..settings.clone() },
                        options: options.clone(),
                    });
                    cases.push(Case { settings, options: options.clone() });
                }
            }
        }
    }
    let some = |text: &str| Some(text.to_owned());
    let base = settings("us-east-1", "enabled");
    let deny = Options { deny_others: true, ..Options::default() };
    let more = [
        Settings { versioning: None, ..base.clone() },
        Settings { prefix: None, ..base.clone() },
        Settings { prefix: some("a*b?c${d}/"), ..base.clone() },
        Settings { session_name: some("ica-session"), ..base.clone() },
        Settings { edition: some("seed"), ..base.clone() },
        Settings { state: some("connected"), ..base.clone() },
        Settings { user: some(&format!("arn:aws:iam::{OTHER}:user/lab/ica")), ..base.clone() },
        Settings {
            user: some(&format!("arn:aws:iam::{OTHER}:user/ica")),
            kms_key: Some(key("us-east-1", ACCOUNT)),
            ..base.clone()
        },
        Settings {
            user: None,
            role: some(&format!("arn:aws:iam::{OTHER}:role/ica")),
            kms_key: Some(key("us-east-1", OTHER)),
            ..base.clone()
        },
        Settings { kms_key: Some(key("us-east-1", OTHER)), ..base.clone() },
        Settings { region: None, ica_region: some("Germany"), ..base },
    ];
    cases.extend(more.into_iter().map(|settings| Case { settings, options: deny.clone() }));
    cases
}

fn connection(settings: &Settings, files: BTreeMap<String, String>) -> Setup {
    let built = build(&ICA, settings, &mut Sources::new(), &mut Memory(files)).unwrap();
    assert_eq!(built.unreadable, []);
    built.connection
}

fn made(case: &Case) -> Generated {
    generate(&Plan::new(&connection(&case.settings, BTreeMap::new()), &case.options).unwrap())
}

/// The documents as JSON, by the setting under which each is given.
fn texts(made: &Generated) -> BTreeMap<&'static str, Value> {
    made.documents
        .iter()
        .map(|document| (document.kind.setting(), serde_json::from_str(&text(document)).unwrap()))
        .collect()
}

/// The check of a connection that has these documents as layers and no others.
fn checked(settings: &Settings, texts: &BTreeMap<&'static str, Value>) -> (Setup, Check) {
    let file =
        |setting: &str| Some(texts.get(setting).map_or("none".to_owned(), |_| setting.to_owned()));
    let settings = Settings {
        identity_policy: file("identity_policy").map(Levels::One),
        bucket_policy: file("bucket_policy").map(Levels::One),
        kms_key_policy: file("kms_key_policy")
            .filter(|_| settings.kms_key.is_some())
            .map(Levels::One),
        trust_policy: file("trust_policy").filter(|_| settings.role.is_some()).map(Levels::One),
        cors: file("cors"),
        encryption: settings.kms_key.as_ref().map(|_| "aws:kms".to_owned()),
        ..settings.clone()
    };
    let files = texts.iter().map(|(name, text)| ((*name).to_owned(), text.to_string())).collect();
    let connection = connection(&settings, files);
    let check = check(&connection);
    (connection, check)
}

fn steps(check: &Check) -> impl Iterator<Item = (&'static str, CallerId, &str, Level, Verdict)> {
    check.operations.iter().flat_map(|operation| {
        operation.callers.iter().flat_map(move |report| {
            report.steps.iter().map(move |step| {
                (operation.id, report.caller, step.action.as_str(), step.level, step.verdict)
            })
        })
    })
}

#[test]
fn what_is_generated_is_clean_everywhere() {
    let mut seen = BTreeSet::new();
    for case in cases() {
        let (connection, check) = checked(&case.settings, &texts(&made(&case)));
        // A host that nobody knows is told as the placeholder that it is.
        let is_told = |code: &str| case.settings.role.is_some() && code == "placeholder";
        let findings = connection.findings.iter().filter(|finding| !is_told(finding.code.id()));
        assert_eq!(findings.count(), 0, "{:?} {case:?}", connection.findings);
        for (operation, caller, action, level, verdict) in steps(&check) {
            seen.insert((operation, caller));
            let may_be_missing = level == Level::Advised && !case.options.advised;
            // ICA does not document its tokens, so it is not known whether they match.
            let wanted = if action == "sts:AssumeRoleWithWebIdentity" {
                Verdict::Unknown
            } else {
                Verdict::Allowed
            };
            assert!(
                verdict == wanted || may_be_missing,
                "{operation} {caller:?} {action} is {verdict:?}\n{case:?}"
            );
        }
    }
    let all = catalogue().operations.iter().flat_map(|operation| {
        operation.callers.iter().map(|caller| (operation.id.as_str(), *caller))
    });
    assert_eq!(seen, all.collect());
}

/// The steps of the catalogue that a case needs, computed a second time.
fn needed(case: &Case, callers: &[CallerId]) -> Vec<&'static Step> {
    let operations = catalogue()
        .operations
        .iter()
        .filter(|operation| operation.callers.iter().any(|caller| callers.contains(caller)));
    let is_versioned = case.settings.versioning.as_deref() != Some("unversioned");
    let is_current = case.settings.edition.as_deref() != Some("seed");
    let fits = |step: &&Step| {
        (step.on == On::Every || is_versioned)
            && (step.edition == Edition::Seed || is_current)
            && (step.level != Level::Advised || case.options.advised)
            && (step.resource != Target::Key || case.settings.kms_key.is_some())
    };
    operations.flat_map(|operation| &operation.steps).filter(fits).collect()
}

/// The place of a policy.
#[derive(Clone, Copy, PartialEq, Eq)]
enum At {
    Caller,
    Bucket,
    Key,
}

/// The account of the user or role.
fn account(case: &Case) -> &'static str {
    let name = case.settings.user.as_ref().or(case.settings.role.as_ref()).unwrap();
    if name.contains(OTHER) { OTHER } else { ACCOUNT }
}

/// A policy with a statement for each step: the content of the catalogue, written in another way
/// than `generate` does.
fn by_the_catalogue(
    case: &Case,
    callers: &[CallerId],
    at: At,
    principal: Option<&Value>,
    condition: Option<&Value>,
) -> Vec<Value> {
    let literal = |text: &str| {
        text.replace("${", "\u{1}")
            .replace('*', "${*}")
            .replace('?', "${?}")
            .replace('\u{1}', "${$}{")
    };
    let prefix = literal(case.settings.prefix.as_deref().unwrap_or_default());
    let account = account(case);
    let session = case.settings.session_name.as_deref().unwrap_or("*");
    let statement = |step: &&'static Step| {
        let resource = match step.resource {
            Target::Bucket => "arn:aws:s3:::acme-genomics".to_owned(),
            Target::Object => format!("arn:aws:s3:::acme-genomics/{prefix}*"),
            Target::Folder => format!("arn:aws:s3:::acme-genomics/{prefix}*/"),
            Target::Key if at == At::Caller => case.settings.kms_key.clone().unwrap(),
            Target::Key if at == At::Key => "*".to_owned(),
            Target::FederatedUser if at == At::Caller => {
                format!("arn:aws:sts::{account}:federated-user/{session}")
            }
            Target::Key | Target::FederatedUser | Target::Role => return None,
        };
        if at == At::Key && step.resource != Target::Key {
            return None;
        }
        let mut statement = json!({"Effect": "Allow", "Action": step.action, "Resource": resource});
        for (name, value) in [("Principal", principal), ("Condition", condition)] {
            value.into_iter().for_each(|value| statement[name] = value.clone());
        }
        Some(statement)
    };
    needed(case, callers).iter().filter_map(statement).collect()
}

fn policy(statements: &[Value], kind: PolicyKind) -> Policy {
    crate::support::documents::policy(
        &json!({"Version": "2012-10-17", "Statement": statements}).to_string(),
        kind,
    )
}

fn own(case: &Case) -> &'static [CallerId] {
    if case.settings.role.is_some() { &[OIDC_ROLE] } else { &[IAM_USER, FEDERATED_SESSION] }
}

#[test]
fn nothing_is_granted_beyond_the_catalogue() {
    for case in cases() {
        let texts = texts(&made(&case));
        let own_actions = by_the_catalogue(&case, own(&case), At::Caller, None, None);
        assert_equal(&own_actions, &texts["identity_policy"], PolicyKind::Identity, &case);

        let connection = connection(&case.settings, BTreeMap::new());
        let role = json!({"AWS": connection.cross_account_role.as_ref().unwrap().as_str()});
        let mut bucket =
            by_the_catalogue(&case, &[CROSS_ACCOUNT_ROLE], At::Bucket, Some(&role), None);
        let account = account(&case);
        let session = case.settings.session_name.as_deref().unwrap_or("*");
        let mut principals = vec![connection.customer.arn().as_str().to_owned()];
        if case.settings.user.is_some() {
            principals.push(format!("arn:aws:sts::{account}:federated-user/{session}"));
        }
        let root = json!({"AWS": account});
        let only_ica = json!({"ArnLike": {"aws:PrincipalArn": principals}});
        if account == OTHER {
            bucket.extend(by_the_catalogue(
                &case,
                own(&case),
                At::Bucket,
                Some(&root),
                Some(&only_ica),
            ));
        }
        if let Some(key) = &case.settings.kms_key {
            // The first statement is AWS's default, with which every key is created.
            let owner = key.split(':').nth(4).unwrap();
            let mut expected = vec![
                json!({"Effect": "Allow", "Principal": {"AWS": owner}, "Action": "kms:*", "Resource": "*"}),
            ];
            expected.extend(by_the_catalogue(
                &case,
                &[CROSS_ACCOUNT_ROLE],
                At::Key,
                Some(&role),
                None,
            ));
            if owner != account {
                expected.extend(by_the_catalogue(
                    &case,
                    own(&case),
                    At::Key,
                    Some(&root),
                    Some(&only_ica),
                ));
            }
            assert_equal(&expected, &texts["kms_key_policy"], PolicyKind::KmsKey, &case);
        }
        // Without the Deny the Allow statements must be exactly these.
        let (deny, allow): (Vec<_>, Vec<_>) = statements(&texts["bucket_policy"])
            .iter()
            .cloned()
            .partition(|statement| statement["Effect"] == "Deny");
        assert_equal(&bucket, &json!({"Statement": allow}), PolicyKind::Resource, &case);
        assert_eq!(deny.len(), usize::from(case.options.deny_others));
        principals.push(role["AWS"].as_str().unwrap().to_owned());
        for deny in deny {
            assert_eq!(
                deny["Condition"],
                json!({"ArnNotLike": {"aws:PrincipalArn": principals}}),
                "{case:?}"
            );
            // A Deny alone allows nothing. Every action that is granted on objects is denied to
            // others.
            let shut = deny["Action"].as_array().unwrap();
            let on_objects = own_actions
                .iter()
                .chain(&bucket)
                .filter(|statement| statement["Resource"].as_str().unwrap().contains('/'));
            for granted in on_objects
                .filter(|statement| statement["Action"].as_str().unwrap().starts_with("s3:"))
            {
                assert!(shut.contains(&granted["Action"]), "{granted} {case:?}");
            }
        }
    }
}

#[track_caller]
fn assert_equal(expected: &[Value], made: &Value, kind: PolicyKind, case: &Case) {
    let (old, new) = (policy(expected, kind), policy(statements(made), kind));
    let differences = differences(&[&old], &[&new], Requests::Any);
    assert_eq!(differences.newly_allowed.undecided, None, "{case:?}");
    assert!(
        differences.newly_allowed.regions.is_empty(),
        "{:?}\n{case:?}",
        differences.newly_allowed.regions[0].witness
    );
    assert!(
        differences.newly_denied.regions.is_empty() && differences.newly_denied.undecided.is_none(),
        "{case:?}"
    );
}

fn statements(policy: &Value) -> &[Value] {
    policy["Statement"].as_array().unwrap()
}

#[test]
fn no_action_can_be_spared() {
    let mut tried = 0;
    for versioning in ["unversioned", "enabled", "suspended"] {
        let kms_key = Some(key("ap-south-1", OTHER));
        let settings = Settings { kms_key, ..settings("ap-south-1", versioning) };
        let case = Case { settings, options: Options { deny_others: true, ..Options::default() } };
        let whole = texts(&made(&case));
        for (setting, document) in
            whole.iter().filter(|(_, document)| document.get("Statement").is_some())
        {
            for (number, statement) in statements(document)
                .iter()
                .enumerate()
                .filter(|(_, statement)| statement["Effect"] == "Allow")
            {
                for (position, action) in statement["Action"].as_array().unwrap().iter().enumerate()
                {
                    let mut less = whole.clone();
                    let actions = less.get_mut(setting).unwrap()["Statement"][number]["Action"]
                        .as_array_mut()
                        .unwrap();
                    actions.remove(position);
                    if actions.is_empty() {
                        less.get_mut(setting).unwrap()["Statement"]
                            .as_array_mut()
                            .unwrap()
                            .remove(number);
                    }
                    let (_, check) = checked(&case.settings, &less);
                    // AWS's default statement on the key is for its own account. All callers here
                    // belong to other accounts and do not need it.
                    if action == "kms:*" {
                        continue;
                    }
                    let is_blocked = steps(&check).any(|(_, _, other, level, verdict)| {
                        action == other && level == Level::Required && verdict == Verdict::Blocked
                    });
                    assert!(
                        is_blocked && check.worst() == Verdict::Blocked,
                        "{setting} without {action}: {versioning}"
                    );
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 30, "{tried}");
}

#[test]
fn the_role_is_trusted_by_placeholders_until_they_are_filled() {
    let role = Settings {
        user: None,
        role: Some("lab/ica".to_owned()),
        ..settings("us-east-1", "enabled")
    };
    let case = Case { settings: role, options: Options::default() };
    let open = made(&case);
    assert_eq!(open.placeholders.len(), 3);
    let text =
        text(open.documents.iter().find(|document| document.kind == Kind::TrustPolicy).unwrap());
    assert!(open.placeholders.iter().all(|placeholder| text.contains(placeholder.name)), "{text}");
    assert!(!text.contains("GetFederationToken"));

    let values = [
        ("ICA_OIDC_ISSUER", "oidc.example.com"),
        ("ICA_OIDC_AUDIENCE", "ica"),
        ("ICA_OIDC_SUBJECT", "tenant"),
    ];
    let values = values.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let mut case = Case { options: Options { values, ..Options::default() }, ..case };
    let filled = made(&case);
    assert_eq!(filled.placeholders, []);
    let texts = texts(&filled);
    let trust = &texts["trust_policy"]["Statement"][0];
    assert_eq!(
        trust["Principal"]["Federated"],
        "arn:aws:iam::111122223333:oidc-provider/oidc.example.com"
    );
    assert_eq!(
        trust["Condition"]["StringEquals"],
        json!({"oidc.example.com:aud": ["ica"], "oidc.example.com:sub": ["tenant"]})
    );
    // A user who knows what ICA's tokens contain can have it checked.
    case.settings.assume =
        ["oidc-role:oidc.example.com:aud=ica", "oidc-role:oidc.example.com:sub=tenant"]
            .map(str::to_owned)
            .into();
    let (_, check) = checked(&case.settings, &texts);
    assert!(steps(&check).all(|(_, _, action, level, verdict)| action == "CORS"
        || level == Level::Advised
        || verdict == Verdict::Allowed));
    case.settings.assume[0] = "oidc-role:oidc.example.com:aud=another".to_owned();
    assert_eq!(checked(&case.settings, &texts).1.worst(), Verdict::Blocked);
}

#[test]
fn keys_that_s3_cannot_use_for_ica_are_refused() {
    let plan = |settings: Settings| {
        Plan::new(&connection(&settings, BTreeMap::new()), &Options::default())
    };
    let elsewhere =
        Settings { kms_key: Some(key("eu-west-1", ACCOUNT)), ..settings("us-east-1", "enabled") };
    assert!(
        plan(elsewhere)
            .unwrap_err()
            .to_string()
            .contains("the key is in eu-west-1, the bucket in us-east-1")
    );
    let mut own =
        Settings { kms_key: Some("aws/s3".to_owned()), ..settings("us-east-1", "enabled") };
    assert!(plan(own.clone()).unwrap_err().to_string().contains("move-from-bucket"));
    own.skip = ["copy-into-bucket", "copy-from-bucket", "move-from-bucket"]
        .map(|id| (id.to_owned(), String::new()))
        .into();
    let made = generate(&plan(own).unwrap());
    assert_eq!(made.policy(Kind::KmsKeyPolicy), None);
}

#[test]
fn each_exception_of_the_deny_is_needed() {
    let case = Case {
        settings: settings("il-central-1", "enabled"),
        options: Options { deny_others: true, ..Options::default() },
    };
    let whole = texts(&made(&case));
    let deny = statements(&whole["bucket_policy"]).len() - 1;
    for number in 0..3 {
        let mut less = whole.clone();
        let excepted = &mut less.get_mut("bucket_policy").unwrap()["Statement"][deny]["Condition"]
            ["ArnNotLike"]["aws:PrincipalArn"];
        excepted.as_array_mut().unwrap().remove(number);
        assert_eq!(
            checked(&case.settings, &less).1.worst(),
            Verdict::Blocked,
            "without exception {number}"
        );
    }
}

#[test]
fn what_is_skipped_is_not_granted() {
    let copies = ["copy-into-bucket", "copy-from-bucket", "move-from-bucket"];
    let skip =
        |ids: &[&str]| ids.iter().map(|id| ((*id).to_owned(), "not needed".to_owned())).collect();
    let mut case = Case { settings: settings("us-east-1", "enabled"), options: Options::default() };
    case.settings.skip = skip(&copies);
    case.settings.region = None;
    let made_without = made(&case);
    assert_eq!(
        made_without.documents.iter().map(|document| document.kind).collect::<Vec<_>>(),
        [Kind::UserPolicy, Kind::Cors]
    );
    assert!(checked(&case.settings, &texts(&made_without)).1.worst() <= Verdict::Unknown);

    case.settings.skip =
        skip(&[&copies[..], &["delete-data", "restore-data", "browser-upload"]].concat());
    let made_less = made(&case);
    let actions = made_less
        .policy(Kind::UserPolicy)
        .unwrap()
        .statement
        .iter()
        .flat_map(|statement| &statement.action)
        .collect::<Vec<_>>();
    assert!(
        actions.iter().all(|action| !action.contains("Delete") && !action.contains("Restore")),
        "{actions:?}"
    );
    assert!(made_less.cors().is_none());

    // An operation that others depend on stays, even if it is skipped itself.
    case.settings.skip = skip(&[&copies[..], &["issue-credentials", "upload-data"]].concat());
    let made_more = made(&case);
    let actions = made_more
        .policy(Kind::UserPolicy)
        .unwrap()
        .statement
        .iter()
        .flat_map(|statement| &statement.action)
        .collect::<Vec<_>>();
    assert!(actions.iter().any(|action| *action == "sts:GetFederationToken"));
    assert!(checked(&case.settings, &texts(&made_more)).1.worst() <= Verdict::Unknown);
}

#[test]
fn without_a_region_the_role_is_asked_for() {
    let settings = Settings { region: None, ..settings("us-east-1", "enabled") };
    let error = Plan::new(&connection(&settings, BTreeMap::new()), &Options::default())
        .unwrap_err()
        .to_string();
    assert!(error.contains("--ica-region") && error.contains("move-from-bucket"), "{error}");
    let elsewhere = Settings { region: Some("eu-west-1".to_owned()), ..settings };
    assert!(Plan::new(&connection(&elsewhere, BTreeMap::new()), &Options::default()).is_err());
}

#[test]
fn names_of_statements_suit_identity_policies() {
    for case in cases() {
        for document in made(&case).documents {
            let Body::Policy(policy) = document.body else { continue };
            let sids = policy
                .statement
                .iter()
                .map(|statement| statement.sid.clone())
                .collect::<BTreeSet<_>>();
            assert_eq!(sids.len(), policy.statement.len(), "{case:?}");
            assert!(sids.iter().all(|sid| sid.bytes().all(|byte| byte.is_ascii_alphanumeric())));
        }
    }
}
