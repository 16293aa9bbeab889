use ica_policy::authz::Known;
use ica_policy::authz::{Caller, Context, ContextValue, Layer, Layers, Request};
use ica_policy::eval::{Outcome, decide};
use ica_policy::finding::Finding;
use ica_policy::ica::{CROSS_ACCOUNT_ROLE, FEDERATED_SESSION, IAM_USER, ICA, OIDC_ROLE};
use ica_policy::input::{Loader, Unreadable};
use ica_policy::model::PolicyKind;
use ica_policy::product::CallerId;
use ica_policy::product::build::settings::Settings;
use ica_policy::product::build::{Built, build};
use ica_policy::product::setup::Setup;
use ica_policy::product::{Check, KmsKey, Reason, StepReport, Verdict, check};
use ica_policy::report::check::Checked;
use ica_policy::report::look::{Human, Look};
use ica_policy::s3::Header;
use ica_policy::source::{SourceId, Sources};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A set-up of `corpus/ica` and its expected results.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetUp {
    #[allow(dead_code, reason = "for people")]
    title: String,
    #[allow(dead_code, reason = "for people")]
    source: String,
    connection: Settings,
    #[serde(default)]
    files: BTreeMap<String, String>,
    expect: Expect,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expect {
    exit: u8,
    verdicts: BTreeMap<String, BTreeMap<String, Verdict>>,
    #[serde(default)]
    own: BTreeMap<String, BTreeMap<String, Verdict>>,
    #[serde(default)]
    reasons: Vec<ExpectedReason>,
    #[serde(default)]
    assumes: Vec<ExpectedAssumes>,
    #[serde(default)]
    findings: Vec<ExpectedFinding>,
    /// Findings that must not be reported, because a reason already says the same.
    #[serde(default)]
    no_findings: Vec<String>,
    #[serde(default)]
    environment: Vec<ExpectedEnvironment>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedFinding {
    id: String,
    contains: String,
    #[serde(default)]
    mentions: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedEnvironment {
    check: String,
    verdict: Verdict,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedAssumes {
    operation: String,
    caller: String,
    action: String,
    #[serde(default)]
    lists: Vec<String>,
    #[serde(default)]
    leaves_out: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ExpectedReason {
    operation: String,
    caller: String,
    action: String,
    kind: String,
    layer: Option<String>,
    file: Option<String>,
    contains: Option<String>,
    mentions: Option<String>,
}

struct Inline(BTreeMap<String, String>);

impl Loader for Inline {
    fn load(&mut self, sources: &mut Sources, name: &str) -> Result<SourceId, Unreadable> {
        Ok(sources.add_file(name, self.0[name].clone()).unwrap())
    }
}

/// What a report says of a set-up beside its verdicts: each cause and finding says what to do, and what is not asked to be whole is at most
/// 120 lines of 80 columns.
fn wrong_report(path: &Path) -> Vec<String> {
    let set_up: SetUp = toml::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    let mut sources = Sources::new();
    let built = build(&ICA, &set_up.connection, &mut sources, &mut Inline(set_up.files)).unwrap();
    let checked = Checked::new(&sources, &built.connection, &check(&built.connection));
    let look = Look { colour: false, width: 80, longest_line: 300, ascii: false, verbose: false };
    let lines = checked.human(look).lines().count();
    let too_long = (lines > 120).then(|| format!("{lines} lines"));
    let helpless = |message: &str| format!("nothing to do about: {message}");
    let causes = checked.causes.iter().filter(|cause| cause.to_do.is_none());
    let findings = checked.findings.iter().filter(|finding| finding.help.is_none());
    let helpless = causes
        .map(|cause| helpless(&cause.message))
        .chain(findings.map(|finding| helpless(&finding.message)));
    too_long.into_iter().chain(helpless).collect()
}

#[test]
fn every_report_says_what_to_do_and_is_short() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/ica");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let cases = paths.filter(|path| path.extension().is_some_and(|extension| extension == "toml"));
    let wrong = cases.flat_map(|path| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        wrong_report(&path).into_iter().map(move |wrong| format!("{name}: {wrong}"))
    });
    let wrong = wrong.collect::<Vec<_>>();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Checks a set-up and lists the results that differ from the expected ones.
fn wrong(path: &Path) -> Vec<String> {
    let set_up: SetUp = match toml::from_str(&fs::read_to_string(path).unwrap()) {
        Ok(set_up) => set_up,
        Err(error) => return vec![error.to_string()],
    };
    let mut sources = Sources::new();
    let Built { connection, unreadable } =
        match build(&ICA, &set_up.connection, &mut sources, &mut Inline(set_up.files)) {
            Ok(built) => built,
            Err(error) => return vec![format!("{error:?}")],
        };
    if !unreadable.is_empty() {
        return vec![format!("{unreadable:?}")];
    }
    let check = check(&connection);
    let mut wrong = wrong_verdicts(&check, &set_up.expect.verdicts, "verdict");
    wrong.extend(wrong_verdicts(&check, &set_up.expect.own, "own"));
    let exit = u8::from(check.worst() >= Verdict::Partial);
    if exit != set_up.expect.exit {
        wrong.push(format!("exit {exit}, expected {}", set_up.expect.exit));
    }
    wrong.extend(
        set_up
            .expect
            .reasons
            .iter()
            .filter_map(|expected| missing_reason(&check, &sources, expected)),
    );
    wrong.extend(
        set_up.expect.assumes.iter().filter_map(|expected| wrong_assumes(&check, expected)),
    );
    wrong.extend(
        set_up
            .expect
            .findings
            .iter()
            .filter_map(|expected| missing_finding(&check, &sources, expected)),
    );
    let told_twice = set_up
        .expect
        .no_findings
        .iter()
        .filter(|id| check.findings.iter().any(|finding| finding.code.id() == **id));
    wrong.extend(told_twice.map(|id| format!("the finding {id} is told beside its reason")));
    wrong.extend(
        set_up.expect.environment.iter().filter_map(|expected| wrong_environment(&check, expected)),
    );
    wrong
}

fn missing_finding(check: &Check, sources: &Sources, expected: &ExpectedFinding) -> Option<String> {
    let ExpectedFinding { id, contains, mentions } = expected;
    let fits = |finding: &&Finding| {
        let words = format!("{} {}", finding.message, finding.help.clone().unwrap_or_default());
        finding.code.id() == id
            && sources.text(finding.span).contains(contains)
            && words.contains(mentions)
    };
    let found = check.findings.iter().find(fits);
    found.is_none().then(|| {
        format!(
            "no finding {id} contains {contains} mentions {mentions}; there are {:?}",
            check.findings
        )
    })
}

/// Compares the worst of a check's reports with the expected one.
fn wrong_environment(check: &Check, expected: &ExpectedEnvironment) -> Option<String> {
    let reports = check.environment.iter().filter(|report| report.check == expected.check);
    let found = reports.map(|report| report.verdict).max();
    (found != Some(expected.verdict)).then(|| {
        format!("environment {}: {found:?}, expected {:?}", expected.check, expected.verdict)
    })
}

fn wrong_verdicts(
    check: &Check,
    expected: &BTreeMap<String, BTreeMap<String, Verdict>>,
    which: &str,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (id, callers) in expected {
        for (caller, expected) in callers {
            let operation = check.operations.iter().find(|operation| operation.id == id);
            let report = operation.and_then(|operation| {
                operation.callers.iter().find(|report| report.caller.id() == caller)
            });
            let found =
                report.map(|report| if which == "own" { report.own } else { report.verdict });
            if found != Some(*expected) {
                wrong.push(format!("{id} {}: {which} {found:?}, expected {expected:?}", caller));
            }
        }
    }
    wrong
}

/// The steps of an operation and caller that need an action.
fn steps<'a>(
    check: &'a Check,
    operation: &str,
    caller: &str,
    action: &'a str,
) -> impl Iterator<Item = &'a StepReport> {
    let operation = check.operations.iter().find(|report| report.id == operation).unwrap();
    let report = operation.callers.iter().find(|report| report.caller.id() == caller).unwrap();
    report.steps.iter().filter(move |step| step.action == action)
}

fn wrong_assumes(check: &Check, expected: &ExpectedAssumes) -> Option<String> {
    let ExpectedAssumes { operation, caller, action, lists, leaves_out } = expected;
    let step = steps(check, operation, caller, action).next().unwrap();
    let has = |id: &String| step.assumes.iter().any(|assumption| assumption.id() == id);
    let fits = lists.iter().all(has) && !leaves_out.iter().any(has);
    (!fits).then(|| {
        format!(
            "{operation} {} {action}: assumes {:?}, not {lists:?} without {leaves_out:?}",
            caller, step.assumes
        )
    })
}

fn missing_reason(check: &Check, sources: &Sources, expected: &ExpectedReason) -> Option<String> {
    let reasons = steps(check, &expected.operation, &expected.caller, &expected.action)
        .flat_map(|step| &step.reasons)
        .collect::<Vec<_>>();
    if reasons.iter().any(|reason| fits(reason, sources, expected)) {
        return None;
    }
    let found = reasons.iter().map(|reason| {
        let text = reason.span.map(|span| sources.trace(span).unwrap().text().to_owned());
        format!(
            "\n        {:?} {} {:?} {} / {:?}",
            reason.kind,
            reason.layer,
            text,
            reason.message,
            reason.help.as_ref().map(ToString::to_string)
        )
    });
    let ExpectedReason { operation, action, kind, layer, contains, mentions, .. } = expected;
    let wanted = format!("{kind} {layer:?} contains {contains:?} mentions {mentions:?}");
    Some(format!(
        "{operation} {} {action}: no reason {wanted}; there are{}",
        expected.caller,
        found.collect::<String>()
    ))
}

fn fits(reason: &Reason, sources: &Sources, expected: &ExpectedReason) -> bool {
    let place = reason.span.map(|span| sources.trace(span).unwrap());
    let file = place.as_ref().map(|place| place.source.name());
    let words = format!(
        "{} {}",
        reason.message,
        reason.help.as_ref().map(ToString::to_string).unwrap_or_default()
    );
    let within = |wanted: &Option<String>, text: &str| {
        wanted.as_ref().is_none_or(|wanted| text.contains(wanted))
    };
    reason.kind.word() == expected.kind
        && expected.layer.as_ref().is_none_or(|layer| layer == reason.layer)
        && (expected.file.is_none() || expected.file.as_deref() == file)
        && within(&expected.contains, place.as_ref().map_or("", |place| place.text()))
        && within(&expected.mentions, &words)
}

#[test]
fn every_set_up_of_the_corpus_comes_out_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/ica");
    let mut paths = crate::support::files_below(&folder, ".toml");
    let only = std::env::var("ICA_CASE").unwrap_or_default();
    paths.retain(|path| path.to_string_lossy().contains(&only));
    let mut report = String::new();
    for path in &paths {
        let wrong = wrong(path);
        if !wrong.is_empty() {
            report.push_str(&format!(
                "\n{}\n    {}",
                path.file_name().unwrap().display(),
                wrong.join("\n    ")
            ));
        }
    }
    assert!(report.is_empty(), "of {} set-ups these are wrong:{report}", paths.len());
    assert!(!only.is_empty() || paths.len() >= 270, "only {} set-ups", paths.len());
}

/// In the library a layer counts as absent if one of its levels is not given or one of its files
/// cannot be read.
#[test]
fn a_layer_with_an_unreadable_file_counts_as_absent() {
    let deny = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}"#;
    let files = BTreeMap::from([
        ("deny.json".to_owned(), deny.to_owned()),
        ("empty.json".to_owned(), String::new()),
    ]);
    let text =
        "bucket = 'b'\naccount = '111122223333'\nuser = 'u'\nscp = [['deny.json', 'empty.json']]";
    let settings = ica_policy::product::build::settings::parse(text).unwrap().remove(0);
    let built = build(&ICA, &settings, &mut Sources::new(), &mut Inline(files)).unwrap();
    assert!(built.connection.policies.is_unspecified(PolicyKind::Scp));
    assert_eq!(built.unreadable.len(), 1);
}

/// The layers of a caller, rebuilt from the connection.
fn layers<'a>(connection: &'a Setup, caller: CallerId, action: &str) -> Layers<'a> {
    let policies = &connection.policies;
    let own = caller != CROSS_ACCOUNT_ROLE;
    // Requests to STS do not concern the bucket, and their resource belongs to the user's account
    // (STS:API_GetFederationToken).
    let at_bucket = action.starts_with("s3:");
    let is_key = action.starts_with("kms:");
    let owner = connection
        .kms_key
        .as_ref()
        .filter(|_| is_key)
        .map_or(connection.customer.account(), KmsKey::account);
    let has_rcps = at_bucket || owner == connection.account;
    let session = match (caller, policies.get(PolicyKind::Session)) {
        (FEDERATED_SESSION | OIDC_ROLE, Known::Unspecified) => Layer::Assumed,
        (FEDERATED_SESSION | OIDC_ROLE, _) => policies.layer(PolicyKind::Session),
        _ => Layer::Absent,
    };
    Layers {
        identity: if own { policies.layer(PolicyKind::Identity) } else { Layer::Assumed },
        boundary: if own { policies.layer(PolicyKind::Boundary) } else { Layer::Absent },
        session,
        resource: match (at_bucket, is_key) {
            (true, _) => policies.layer(PolicyKind::Resource),
            (_, true) => policies.layer(PolicyKind::KmsKey),
            _ => Layer::Absent,
        },
        scps: if own { policies.levels(PolicyKind::Scp) } else { Vec::new() },
        rcps: if has_rcps { policies.levels(PolicyKind::Rcp) } else { Vec::new() },
        vpce: Layer::Absent,
        bucket: Layer::Absent,
    }
}

fn caller(connection: &Setup, caller: CallerId, name: &str) -> Caller {
    let account = connection.customer.account();
    match caller {
        IAM_USER => Caller::User { arn: connection.customer.arn().clone() },
        FEDERATED_SESSION => {
            let name = connection.session_name.as_deref().unwrap_or(name);
            Caller::parse(
                &format!("arn:aws:sts::{account}:federated-user/{name}"),
                Some(connection.customer.arn().as_str()),
            )
            .unwrap()
        }
        _ => {
            let role = if caller.is_customers() {
                connection.customer.arn()
            } else {
                connection.cross_account_role.as_ref().unwrap()
            };
            let name = connection
                .session_name
                .as_deref()
                .filter(|_| caller.is_customers())
                .unwrap_or(name);
            let short = role.resource().rsplit('/').next().unwrap();
            let session = format!("arn:aws:sts::{}:assumed-role/{short}/{name}", role.account());
            Caller::parse(&session, Some(role.as_str())).unwrap()
        }
    }
}

/// Numbers that look random and are the same in every run.
fn numbers() -> impl FnMut(usize) -> usize {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    move |below| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    }
}

/// A context that ICA's requests can have: the known values, and any value for the other keys.
fn context(
    connection: &Setup,
    action: &str,
    caller: CallerId,
    number: &mut impl FnMut(usize) -> usize,
) -> Context {
    let mut context = Context::new();
    let known = [
        ("aws:SecureTransport", "true"),
        ("aws:ViaAWSService", "false"),
        ("s3:authType", "REST-HEADER"),
        ("s3:signatureversion", "AWS4-HMAC-SHA256"),
        ("s3:TlsVersion", "1.3"),
    ];
    known.iter().for_each(|(key, value)| context.set_one(key, *value));
    context.set_one(
        "aws:SourceIp",
        format!("{}.{}.{}.{}", 1 + number(220), number(256), number(256), number(256)),
    );
    context.set_one("aws:UserAgent", format!("agent{}", number(1000)));
    // No request is made before today; the data about AWS are older than that.
    let days = i64::try_from(number(50 * 365)).unwrap();
    let seconds = 1_798_761_600 + days * 86_400;
    let time = jiff::Timestamp::from_second(seconds).unwrap();
    context.set_one("aws:CurrentTime", time.to_string());
    context.set_one("aws:EpochTime", seconds.to_string());
    // The endpoint of STS does not have to be in the bucket's region.
    let region = connection.region.clone().filter(|_| action.starts_with("s3:"));
    context.set_one(
        "aws:RequestedRegion",
        region.unwrap_or_else(|| ["us-east-1", "eu-central-1"][number(2)].to_owned()),
    );
    if action == "s3:PutObject" {
        let by_key = if connection.kms_key.is_some() { Header::Kms } else { Header::Aes256 };
        context.set_one(
            "s3:x-amz-server-side-encryption",
            connection.environment.encryption.unwrap_or(by_key).word(),
        );
        if let Some(key) = connection
            .kms_key
            .as_ref()
            .filter(|_| connection.environment.encryption != Some(Header::Aes256))
        {
            context.set_one("s3:x-amz-server-side-encryption-aws-kms-key-id", key.words());
        }
        context.set_one("s3:ObjectCreationOperation", ["true", "false"][number(2)]);
    }
    if let Some(key) = connection.kms_key.as_ref().filter(|_| action.starts_with("kms:")) {
        // S3 calls KMS on behalf of the caller.
        ["s3:authType", "s3:signatureversion", "s3:TlsVersion", "aws:SourceIp"]
            .iter()
            .for_each(|key| context.remove(key));
        context.set_one("aws:ViaAWSService", "true");
        context.set_one("aws:RequestedRegion", key.region());
        context.set_one(
            "kms:ViaService",
            format!("s3.{}.amazonaws.com", connection.region.as_deref().unwrap()),
        );
        let role = connection.cross_account_role.as_ref().unwrap();
        context.set_one(
            "kms:CallerAccount",
            if caller.is_customers() { connection.customer.account() } else { role.account() },
        );
        let object = self::key(&connection.prefix, number);
        let encrypted = [connection.bucket.clone(), format!("{}/{object}", connection.bucket)];
        context.set_one(
            "kms:EncryptionContext:aws:s3:arn",
            format!("arn:aws:s3:::{}", encrypted[number(2)]),
        );
        context.set("kms:EncryptionContextKeys", ContextValue::Many(vec!["aws:s3:arn".to_owned()]));
    }
    if caller != IAM_USER {
        context.set_one("aws:MultiFactorAuthPresent", "false");
        context.set_one("aws:TokenIssueTime", "2026-01-01T00:00:00Z");
    }
    context
}

/// An object key below the prefix, made of parts that policies often name.
fn key(prefix: &str, number: &mut impl FnMut(usize) -> usize) -> String {
    const PIECES: [&str; 14] = [
        "a", "raw", "/", "/", ".bam", ".txt", "run1", "-", "é", "results", ".", "ica", "x", "sub/",
    ];
    let pieces = (0..1 + number(6)).map(|_| PIECES[number(PIECES.len())]).collect::<String>();
    format!("{prefix}{pieces}")
}

/// A resource on which an action works, and the account that owns it.
fn resource<'a>(
    connection: &'a Setup,
    action: &str,
    number: &mut impl FnMut(usize) -> usize,
) -> (String, &'a str) {
    if action.starts_with("s3:") {
        return (
            format!("arn:aws:s3:::{}/{}", connection.bucket, key(&connection.prefix, number)),
            &connection.account,
        );
    }
    if let Some(key) = connection.kms_key.as_ref().filter(|_| action.starts_with("kms:")) {
        return (
            key.words().replace('*', &format!("1234abcd-12ab-34cd-56ef-{:012}", number(1_000_000))),
            key.account(),
        );
    }
    let account = connection.customer.account();
    (format!("arn:aws:sts::{account}:federated-user/session{}", number(100)), account)
}

/// If a step is called allowed, every such request must go through; if it is called blocked, none.
#[test]
fn random_requests_agree_with_the_verdicts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/ica");
    let (mut tried, mut wrong) = (0, Vec::new());
    let mut number = numbers();
    for path in crate::support::files_below(&folder, ".toml") {
        let set_up: SetUp = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        // The user's own assumptions would have to be applied to these requests.
        if !set_up.connection.assume.is_empty() {
            continue;
        }
        let mut sources = Sources::new();
        let connection = build(&ICA, &set_up.connection, &mut sources, &mut Inline(set_up.files))
            .unwrap()
            .connection;
        if connection.policies.is_unspecified(PolicyKind::Identity)
            || connection.cross_account_role.is_none()
        {
            continue;
        }
        let check = check(&connection);
        for operation in check
            .operations
            .iter()
            .filter(|operation| !["archive-data", "browser-upload"].contains(&operation.id))
        {
            for report in &operation.callers {
                // Properties of the bucket or key itself do not appear in a request.
                let is_decided = |step: &&StepReport| {
                    step.action.contains(':')
                        && (step.resource.ends_with('*') || step.action.starts_with("kms:"))
                };
                let steps = report.steps.iter().filter(is_decided);
                for step in
                    steps.filter(|step| matches!(step.verdict, Verdict::Allowed | Verdict::Blocked))
                {
                    for _ in 0..40 {
                        let caller = caller(
                            &connection,
                            report.caller,
                            ["session1", "ica-x", "zz"][number(3)],
                        );
                        let context =
                            context(&connection, &step.action, report.caller, &mut number);
                        let (resource, account) = resource(&connection, &step.action, &mut number);
                        let request =
                            Request::new(caller, &step.action, &resource, Some(account), context)
                                .unwrap();
                        let decision =
                            decide(&request, &layers(&connection, report.caller, &step.action));
                        let fits = if step.verdict == Verdict::Allowed {
                            decision.outcome == Outcome::Allowed
                        } else {
                            !decision.may_be_allowed()
                        };
                        tried += 1;
                        if !fits {
                            wrong.push(format!(
                                "{}: {} {} is {:?}, but {resource} is {:?} with {:?}",
                                path.display(),
                                report.caller.id(),
                                step.action,
                                step.verdict,
                                decision.outcome,
                                request.context
                            ));
                        }
                    }
                }
            }
        }
    }
    assert!(tried > 10_000, "only {tried} requests");
    // A Deny of another action also stops delete-data, and these requests do not include that
    // action.
    wrong.retain(|line| !line.contains("s3:Delete"));
    assert!(
        wrong.is_empty(),
        "{} of {tried}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(12)].join("\n")
    );
}
