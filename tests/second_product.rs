//! An invented product, made outside of the crate: Lens of the vendor Prisma. Its role assumes a role
//! of the customer with an external id, which ICA does not do, and it takes only buckets with
//! versioning, which ICA does not ask for.

use ica_policy::api::{Error, Workspace};
use ica_policy::fix::{ChangeKind, Text, Texts, fix};
use ica_policy::generate::{Kind, Options, Plan, generate};
use ica_policy::input::{Loader, Unreadable};
use ica_policy::product::build::build;
use ica_policy::product::build::settings::{Levels, Settings};
use ica_policy::product::catalogue::{Catalogue, Tables};
use ica_policy::product::graph::{Dependencies, Depends, Link, Thing};
use ica_policy::product::setup::{Setup, Versioning};
use ica_policy::product::verdict::reason;
use ica_policy::product::{
    Assumption, CallerReport, CallerRow, Check, Credentials, Judged, Placeholder, PlaceholderRole,
    Product, ReasonKind, Regions, StepReport, Verdict, Wording, check,
};
use ica_policy::source::{SourceId, Sources};
use std::collections::BTreeMap;
use std::sync::LazyLock;

struct Lens;

static LENS: Lens = Lens;

static WORDING: Wording = Wording {
    product: "Lens",
    vendor: "Prisma",
    edition: "2026-11",
    add_statement: "add Prisma's statement; it allows",
    policy_name: "lens-policy",
    role_flags: "give the region",
};

const OPERATIONS: &str = r#"
[[operation]]
id = "connect"
title = "connect"
about = "Prisma's role assumes the role of the customer."
callers = ["connector"]
breaks = "everything that the connector does"
step = [{ action = "sts:AssumeRole", resource = "role", source = "invented" }]

[[operation]]
id = "index"
title = "index the images"
about = "All images are listed and read."
callers = ["connector"]
sets_up = true
breaks = "no image can be found"
step = [
    { action = "s3:ListBucket", resource = "bucket", source = "invented" },
    { action = "s3:GetObject", resource = "object", source = "invented" },
]

[[operation]]
id = "annotate"
title = "write annotations"
about = "Annotations are written beside the images."
callers = ["connector"]
needs = ["index"]
environment = ["versioning"]
breaks = "annotations are lost"
step = [{ action = "s3:PutObject", resource = "object", source = "invented" }]

[[operation]]
id = "scan"
title = "scan for faults"
about = "Prisma's own role reads the images."
callers = ["scanner"]
breaks = "faults stay unknown"
step = [{ action = "s3:GetObject", resource = "object", source = "invented" }]
"#;

const KEYS: &str = r#"
key = [
    { name = "sts:ExternalId", at-role = { kind = "known", value = "lens-4711" } },
    { name = "aws:SecureTransport", all = { kind = "known", value = "true" } },
]
"#;

const ASSUMPTIONS: &str = r#"
assumption = [
    { id = "session-policy", text = "Lens passes no session policy", how_to_settle = "-" },
    { id = "prisma-identity", text = "Prisma allows its role what it needs", how_to_settle = "ask" },
    { id = "no-bucket-policy", text = "no bucket policy", how_to_settle = "give it" },
    { id = "no-boundary", text = "no boundary", how_to_settle = "give it" },
    { id = "no-scp", text = "no SCP", how_to_settle = "give it" },
    { id = "scp-full-access", text = "FullAWSAccess is there", how_to_settle = "give it" },
    { id = "no-rcp", text = "no RCP", how_to_settle = "give it" },
    { id = "no-user-rcp", text = "no RCP of the role", how_to_settle = "give it" },
    { id = "no-vpce-policy", text = "no policy of an endpoint", how_to_settle = "give it" },
    { id = "versioning-stays", text = "the bucket is versioned", how_to_settle = "look" },
    { id = "no-kms", text = "no key", how_to_settle = "give it" },
    { id = "through-endpoint", text = "no endpoint", how_to_settle = "say so" },
    { id = "encryption-header", text = "no header", how_to_settle = "say so" },
    { id = "one-key", text = "one key", how_to_settle = "look" },
    { id = "no-grants", text = "no grants", how_to_settle = "look" },
    { id = "no-key-rcp", text = "no RCP of the key", how_to_settle = "give it" },
    { id = "identity-provider", text = "no provider", how_to_settle = "-" },
]
"#;

const PRISMA: Assumption = Assumption::new("prisma-identity");

const CALLERS: &[CallerRow] = &[
    CallerRow {
        id: "connector",
        credentials: Credentials::AssumedByVendor(PRISMA),
        made_by: Some(("connect", "connector")),
    },
    CallerRow { id: "scanner", credentials: Credentials::VendorRole(PRISMA), made_by: None },
];

const TABLES: Tables =
    Tables { callers: CALLERS, operations: OPERATIONS, keys: KEYS, assumptions: ASSUMPTIONS };

impl Product for Lens {
    fn wording(&self) -> &'static Wording {
        &WORDING
    }

    fn catalogue(&self) -> &'static Catalogue {
        static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::read(TABLES).unwrap());
        &CATALOGUE
    }

    fn regions(&self) -> &'static Regions {
        static REGIONS: LazyLock<Regions> = LazyLock::new(|| {
            let text = r#"
                account = "444455556666"
                role = "PrismaLens"
                region = [{ name = "Europe", short = "EU", aws = "eu-central-1", namespace = "eu" }]
            "#;
            toml::from_str(text).unwrap()
        });
        &REGIONS
    }

    fn settings_checks(&self, setup: &Setup) -> Vec<Judged> {
        let state = setup.versioning.map_or("not given", Versioning::word);
        let judged = Judged::new("versioning", "versioned bucket", state);
        let judged = match setup.versioning {
            Some(Versioning::Enabled) => judged,
            None => judged.assuming(Assumption::new("versioning-stays")),
            Some(_) => {
                let message = "Lens keeps old annotations as versions".to_owned();
                let reason = reason(ReasonKind::Environment, "versioning", message, "switch it on");
                judged.because(Verdict::Blocked, reason)
            }
        };
        vec![judged]
    }

    fn placeholders(&self) -> &'static [Placeholder] {
        &[Placeholder {
            role: PlaceholderRole::ExternalId,
            name: "LENS_EXTERNAL_ID",
            text: "the external id that Lens shows when a bucket is connected",
        }]
    }
}

const TRUST: &str = r#"{"Version": "2012-10-17", "Statement": {
    "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:role/PrismaLens"},
    "Action": "sts:AssumeRole",
    "Condition": {"StringEquals": {"sts:ExternalId": "lens-4711"}}}}"#;

const ROLE: &str = r#"{
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::images"},
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": "arn:aws:s3:::images/lens/*"
        }
    ]
}"#;

const BUCKET: &str = r#"{"Version": "2012-10-17", "Statement": {
    "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:role/PrismaLens"},
    "Action": "s3:GetObject", "Resource": "arn:aws:s3:::images/lens/*"}}"#;

fn settings() -> Settings {
    let file = |name: &str| Some(Levels::One(name.to_owned()));
    let some = |text: &str| Some(text.to_owned());
    Settings {
        bucket: some("images"),
        account: some("111122223333"),
        region: some("eu-central-1"),
        prefix: some("lens/"),
        versioning: some("enabled"),
        role: some("lens"),
        identity_policy: file("role.json"),
        bucket_policy: file("bucket.json"),
        trust_policy: file("trust.json"),
        ..Settings::default()
    }
}

/// The files of a connection, with some of them replaced.
fn files(other: &[(&str, String)]) -> BTreeMap<String, String> {
    let mut files = BTreeMap::from(
        [("role.json", ROLE), ("bucket.json", BUCKET), ("trust.json", TRUST)]
            .map(|(name, text)| (name.to_owned(), text.to_owned())),
    );
    files.extend(other.iter().map(|(name, text)| ((*name).to_owned(), text.clone())));
    files
}

struct Inline(BTreeMap<String, String>);

impl Loader for Inline {
    fn load(&mut self, sources: &mut Sources, name: &str) -> Result<SourceId, Unreadable> {
        Ok(sources.add_file(name, self.0[name].clone()).unwrap())
    }
}

fn checked(settings: &Settings, other: &[(&str, String)]) -> Check {
    let built = build(&LENS, settings, &mut Sources::new(), &mut Inline(files(other))).unwrap();
    assert_eq!(built.unreadable, []);
    check(&built.connection)
}

#[track_caller]
fn report<'a>(check: &'a Check, operation: &str) -> &'a CallerReport {
    &check.operations.iter().find(|report| report.id == operation).unwrap().callers[0]
}

#[track_caller]
fn step<'a>(check: &'a Check, operation: &str, action: &str) -> &'a StepReport {
    report(check, operation).steps.iter().find(|step| step.action == action).unwrap()
}

fn verdicts(check: &Check) -> Vec<(&'static str, &'static str, Verdict)> {
    let callers = check.operations.iter().flat_map(|operation| {
        operation.callers.iter().map(|report| (operation.id, report.caller.id(), report.verdict))
    });
    callers.collect()
}

const ALL_ALLOWED: [(&str, &str, Verdict); 4] = [
    ("connect", "connector", Verdict::Allowed),
    ("index", "connector", Verdict::Allowed),
    ("annotate", "connector", Verdict::Allowed),
    ("scan", "scanner", Verdict::Allowed),
];

#[test]
fn a_good_connection_is_allowed_and_lists_what_it_assumes() {
    let check = checked(&settings(), &[]);
    assert_eq!(verdicts(&check), ALL_ALLOWED);
    let ids = check.assumptions.iter().map(|row| row.id()).collect::<Vec<_>>();
    assert_eq!(ids, ["session-policy", "prisma-identity", "no-boundary", "no-scp", "no-rcp",]);
    let connect = step(&check, "connect", "sts:AssumeRole");
    assert!(connect.assumes.contains(&PRISMA), "{:?}", connect.assumes);
    assert_eq!(connect.resource, "arn:aws:iam::111122223333:role/lens");
}

/// The vendor's role has to be trusted, with the external id that it sends: nothing is done without.
#[test]
fn the_trust_policy_decides_about_the_caller_that_the_vendor_makes() {
    let trust = TRUST.replace("lens-4711", "lens-0000");
    let check = checked(&settings(), &[("trust.json", trust)]);
    let connect = report(&check, "connect");
    assert_eq!(connect.own, Verdict::Blocked);
    let reason = &connect.steps[0].reasons[0];
    assert_eq!((reason.kind, reason.layer), (ReasonKind::NoAllow, "trust-policy"));
    assert!(
        reason.message.ends_with(
            "has a condition on `sts:ExternalId` that does not hold: the request has `lens-4711`"
        ),
        "{}",
        reason.message
    );
    for operation in ["index", "annotate"] {
        let report = report(&check, operation);
        assert_eq!((report.own, report.verdict), (Verdict::Allowed, Verdict::Blocked));
        assert_eq!(report.blocked_by, ["connect"], "{operation}");
    }

    let trust = TRUST.replace("444455556666:role/PrismaLens", "444455556666:role/Other");
    let check = checked(&settings(), &[("trust.json", trust)]);
    let reason = &step(&check, "connect", "sts:AssumeRole").reasons[0];
    assert!(
        reason.message.contains("does not name `arn:aws:iam::444455556666:role/PrismaLens`"),
        "{}",
        reason.message
    );
}

#[test]
fn a_deny_is_explained_in_the_words_of_the_product() {
    let bucket = r#"{"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::images/*",
         "Condition": {"StringNotEquals": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/admin"}}},
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:role/PrismaLens"},
         "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::images"}]}"#;
    let check = checked(&settings(), &[("bucket.json", bucket.to_owned())]);
    assert_eq!(report(&check, "index").verdict, Verdict::Allowed);
    let put = &step(&check, "annotate", "s3:PutObject").reasons[0];
    assert_eq!((put.kind, put.layer), (ReasonKind::ExplicitDeny, "bucket-policy"));
    let help = put.help.as_ref().unwrap().to_string();
    assert_eq!(help, "add `arn:aws:iam::111122223333:role/lens` to this list");

    let nobody = r#"{"Version": "2012-10-17", "Statement": []}"#;
    let check = checked(&settings(), &[("bucket.json", nobody.to_owned())]);
    let get = step(&check, "scan", "s3:GetObject");
    assert_eq!(get.verdict, Verdict::Blocked);
    let help = get.reasons[0].help.as_ref().unwrap().to_string();
    assert!(help.starts_with("add Prisma's statement; it allows `s3:GetObject`"), "{help}");
}

/// The check of settings stops the operation that names it, and no other.
#[test]
fn a_check_of_settings_of_the_product_stops_its_operation() {
    let suspended = Settings { versioning: Some("suspended".to_owned()), ..settings() };
    let check = checked(&suspended, &[]);
    let annotate = report(&check, "annotate");
    assert_eq!(annotate.own, Verdict::Blocked);
    let versioned = step(&check, "annotate", "versioned bucket");
    assert_eq!(versioned.reasons[0].message, "Lens keeps old annotations as versions");
    assert_eq!(report(&check, "index").verdict, Verdict::Allowed);
    assert_eq!(check.environment[0].check, "versioning");

    let check = checked(&Settings { versioning: None, ..settings() }, &[]);
    assert_eq!(report(&check, "annotate").verdict, Verdict::Allowed);
    assert!(check.assumptions.iter().any(|row| row.id() == "versioning-stays"));
    let strict = Settings { versioning: None, strict: Some(true), ..settings() };
    let check = checked(&strict, &[]);
    assert_eq!(step(&check, "annotate", "versioned bucket").verdict, Verdict::Unknown);
}

#[test]
fn fix_mends_the_policy_of_the_role() {
    let role = ROLE.replace(r#"["s3:GetObject", "s3:PutObject"]"#, r#"["s3:GetObject"]"#);
    let texts = files(&[("role.json", role)]);
    let texts = texts.iter().map(|(name, text)| Text::new(name, name, text.clone())).collect();
    let fixed = fix(&LENS, &settings(), &Texts { list: texts }).unwrap();
    assert_eq!(report(&fixed.before, "annotate").own, Verdict::Blocked);
    let [edit] = &*fixed.edits else { panic!("{:?}", fixed.edits) };
    assert_eq!((edit.change.kind, &*edit.action), (ChangeKind::AddAction, "s3:PutObject"));
    assert_eq!(edit.caller.id(), "connector");
    assert_eq!(fixed.left, []);
    assert_eq!(verdicts(&fixed.after), ALL_ALLOWED);
    let edited = fixed.texts.list.iter().find(|text| text.name == "role.json").unwrap();
    assert!(edited.now.contains(r#"["s3:GetObject", "s3:PutObject"]"#), "{}", edited.now);
}

#[test]
fn what_is_generated_is_allowed() {
    let bare =
        Settings { identity_policy: None, bucket_policy: None, trust_policy: None, ..settings() };
    let built = build(&LENS, &bare, &mut Sources::new(), &mut Inline(BTreeMap::new())).unwrap();
    let open = generate(&Plan::new(&built.connection, &Options::default()).unwrap());
    assert_eq!(open.placeholders[0].name, "LENS_EXTERNAL_ID");

    let values = BTreeMap::from([("LENS_EXTERNAL_ID".to_owned(), "lens-4711".to_owned())]);
    let options = Options { deny_others: true, values, ..Options::default() };
    let made = generate(&Plan::new(&built.connection, &options).unwrap());
    assert_eq!(made.placeholders, []);
    let text = |kind| serde_json::to_string_pretty(made.policy(kind).unwrap()).unwrap();
    assert!(made.cors().is_none());
    let trust = text(Kind::TrustPolicy);
    assert!(trust.contains("role/PrismaLens") && trust.contains("LensAssumesRole"), "{trust}");
    assert!(!text(Kind::BucketPolicy).contains("s3:ListBucket"));
    let check = checked(
        &settings(),
        &[
            ("trust.json", trust),
            ("role.json", text(Kind::RolePolicy)),
            ("bucket.json", text(Kind::BucketPolicy)),
        ],
    );
    assert_eq!(verdicts(&check), ALL_ALLOWED);
}

#[test]
fn the_graph_has_the_order_of_the_catalogue() {
    let graph = Dependencies::of_catalogue(LENS.catalogue());
    assert_eq!(
        graph.operations_before("annotate"),
        [Depends::Always("connect"), Depends::Always("index")]
    );
    assert_eq!(
        graph.operations_before("scan"),
        [Depends::WhileNew("connect"), Depends::WhileNew("index")]
    );
    let suspended = Settings { versioning: Some("suspended".to_owned()), ..settings() };
    let check = checked(&suspended, &[]);
    let graph = Dependencies::of_check(LENS.catalogue(), &check, false);
    let roots = graph.nodes().filter(|(_, node)| node.is_root_cause);
    let roots = roots.filter_map(|(_, node)| match &node.thing {
        Thing::Operation { id, .. } => Some(*id),
        _ => None,
    });
    assert_eq!(roots.collect::<Vec<_>>(), ["annotate"]);
    let nodes = graph.nodes().collect::<BTreeMap<_, _>>();
    let asks = graph.edges().filter(|(from, _, link)| {
        *link == Link::Asks
            && matches!(nodes[from].thing, Thing::Caller(caller) if caller.id() == "scanner")
    });
    assert!(asks.count() > 0);
}

#[test]
fn a_workspace_checks_any_product() -> Result<(), Error> {
    let mut workspace = Workspace::new().of_product(&LENS);
    for (name, text) in files(&[("trust.json", TRUST.replace("lens-4711", "x"))]) {
        workspace.add_text(&name, &text)?;
    }
    let checked = workspace.check_settings(&settings())?;
    assert_eq!(checked.verdict, Verdict::Blocked);
    let cause = &checked.causes[0];
    assert_eq!(cause.place.file.as_deref(), Some("trust.json"));
    assert_eq!((cause.stops[0].operation, cause.stops[0].caller), ("connect", "connector"));
    Ok(())
}

/// Faults of the tables are found when they are read.
#[test]
fn a_table_with_a_fault_is_not_read() {
    let fault = |tables| Catalogue::read(tables).unwrap_err();
    assert!(fault(Tables { operations: "", ..TABLES }).contains("operation"));
    let martian = "key = [{ name = 'aws:SourceIp', martian = { kind = 'hidden' } }]";
    assert!(fault(Tables { keys: martian, ..TABLES }).contains("`martian`"));
    let circle = r#"
[[operation]]
id = "connect"
title = ""
about = ""
callers = ["connector"]
needs = ["copy"]
breaks = ""
step = []

[[operation]]
id = "copy"
title = ""
about = ""
callers = ["connector"]
breaks = ""
step = []
"#;
    let circle = fault(Tables { operations: circle, ..TABLES });
    assert_eq!(circle, "`connect` of `connector` needs itself");
    let none = fault(Tables { assumptions: "assumption = []", ..TABLES });
    assert_eq!(none, "the assumption `session-policy` has no row");
}
