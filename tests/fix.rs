use ica_policy::authz::{Caller, Context, Layer, Layers, Request};
use ica_policy::eval::decide;
use ica_policy::fix::{ChangeKind, DecisionKind, Fixed, Text, Texts, fix};
use ica_policy::ica::{ICA, catalogue};
use ica_policy::input;
use ica_policy::model::{Policy, PolicyKind, lower};
use ica_policy::product::build::settings::Settings;
use ica_policy::product::{Check, Level, Verdict};
use ica_policy::source::Sources;
use ica_policy::symbolic::{Answer, Requests, compare};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The parts of a set-up of `corpus/ica` that are needed here.
#[derive(Deserialize)]
struct SetUp {
    connection: Settings,
    #[serde(default)]
    files: BTreeMap<String, String>,
}

fn set_ups() -> Vec<(String, SetUp)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/ica");
    let name = |path: &PathBuf| path.file_stem().unwrap().to_string_lossy().into_owned();
    let only = std::env::var("ICA_CASE").unwrap_or_default();
    let paths = crate::support::files_below(&folder, ".toml")
        .into_iter()
        .filter(|path| path.to_string_lossy().contains(&only));
    paths
        .map(|path| (name(&path), toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap()))
        .collect()
}

fn texts(files: &BTreeMap<String, String>) -> Texts {
    Texts { list: files.iter().map(|(name, text)| Text::new(name, name, text.clone())).collect() }
}

type StepName = (String, &'static str, String);

/// The required steps that are blocked or partial.
fn blocked(check: &Check) -> BTreeSet<StepName> {
    let callers = check
        .operations
        .iter()
        .flat_map(|operation| operation.callers.iter().map(move |caller| (operation.id, caller)));
    let steps = callers.flat_map(|(id, caller)| {
        caller.steps.iter().map(move |step| (id, caller.caller.id(), step))
    });
    let stopped = steps
        .filter(|(_, _, step)| step.level == Level::Required && step.verdict >= Verdict::Partial);
    stopped.map(|(id, caller, step)| (id.to_owned(), caller, step.action.clone())).collect()
}

fn now(fixed: &Fixed) -> BTreeMap<String, String> {
    fixed.texts.list.iter().map(|text| (text.name.clone(), text.now.clone())).collect()
}

fn show(name: &str, fixed: &Fixed) {
    if std::env::var("FIX_SHOW").is_err() {
        return;
    }
    eprintln!("== {name}");
    for edit in &fixed.edits {
        eprintln!(
            "   EDIT {} for {} {} {}",
            edit.change.words(),
            edit.operation,
            edit.caller.id(),
            edit.action
        );
    }
    let mut told = BTreeSet::new();
    for left in &fixed.left {
        for decision in &left.decisions {
            if told.insert((left.caller.id(), &left.action, &decision.message)) {
                eprintln!(
                    "   LEFT {} {} {} {:?}: {}",
                    left.operation,
                    left.caller.id(),
                    left.action,
                    decision.kind,
                    decision.message
                );
            }
        }
    }
}

/// What is wrong with the repair of a set-up.
fn wrong(name: &str, set_up: &SetUp) -> Vec<String> {
    let Some(fixed) = fix(&ICA, &set_up.connection, &texts(&set_up.files)) else {
        return vec!["no connection".to_owned()];
    };
    show(name, &fixed);
    let mut wrong = Vec::new();
    let before = blocked(&fixed.before);
    let after = blocked(&fixed.after);
    let left = fixed
        .left
        .iter()
        .map(|left| (left.operation.to_owned(), left.caller.id(), left.action.clone()))
        .collect::<BTreeSet<_>>();
    // A step that an edit for another step freed from its Deny may now depend on something unknown.
    let unsettled = fixed.left.iter().filter(|left| left.verdict == Verdict::Unknown);
    let unsettled = unsettled
        .map(|left| (left.operation.to_owned(), left.caller.id(), left.action.clone()))
        .collect::<BTreeSet<_>>();
    if after.union(&unsettled).cloned().collect::<BTreeSet<_>>() != left
        || !unsettled.is_subset(&before)
    {
        wrong.push(format!("blocked {after:?}, but left are {left:?}"));
    }
    if fixed.left.iter().any(|left| left.decisions.is_empty()) {
        wrong.push("something is left without a reason".to_owned());
    }
    if !after.is_subset(&before) {
        wrong.push(format!("newly blocked: {:?}", after.difference(&before)));
    }
    let mended = fixed
        .mended
        .iter()
        .map(|step| (step.operation.to_owned(), step.caller.id(), step.action.clone()))
        .collect::<BTreeSet<_>>();
    if before.difference(&left).any(|step| !mended.contains(step)) {
        wrong.push(format!("neither mended nor left: {:?}", before.difference(&after)));
    }
    if fixed.edits.is_empty() != fixed.texts.list.iter().all(|text| !text.is_changed()) {
        wrong.push("edits without a changed text, or the other way round".to_owned());
    }
    wrong.extend(
        set_up.files.iter().filter_map(|(file, old)| too_much(file, old, &now(&fixed)[file])),
    );
    wrong.extend(needless(set_up, &fixed));
    // Running `fix` twice gives the result of running it once.
    let again = fix(&ICA, &set_up.connection, &texts(&now(&fixed))).unwrap();
    if !again.edits.is_empty() || now(&again) != now(&fixed) {
        wrong.push(format!(
            "a second run edits again: {:?}",
            again.edits.iter().map(|edit| edit.change.words()).collect::<Vec<_>>()
        ));
    }
    wrong
}

#[test]
fn every_set_up_of_the_corpus_is_repaired_or_left_with_a_reason() {
    let mut report = String::new();
    for (name, set_up) in set_ups() {
        for line in wrong(&name, &set_up) {
            report.push_str(&format!("\n{name}: {line}"));
        }
    }
    assert!(report.is_empty(), "{report}");
}

/// The edits without which as many steps are repaired.
fn needless(set_up: &SetUp, fixed: &Fixed) -> Vec<String> {
    let mut needless = Vec::new();
    for number in 0..fixed.edits.len() {
        let mut fewer = fixed.edits.clone();
        let dropped = fewer.remove(number).change;
        // Other edits may change a statement that this edit added.
        let edited = fewer
            .iter()
            .try_fold(texts(&set_up.files), |texts, edit| edit.change.applied(&texts).ok());
        let Some(edited) = edited else { continue };
        let files = edited.list.into_iter().map(|text| (text.name, text.now)).collect();
        let left = fix(&ICA, &set_up.connection, &texts(&files)).unwrap();
        if blocked(&left.before) == blocked(&fixed.after)
            && dropped.kind != ChangeKind::RepairVersion
        {
            needless.push(format!("this edit is not needed: {}", dropped.words()));
        }
    }
    needless
}

fn policy(text: &str, kind: PolicyKind) -> Option<Policy> {
    let mut sources = Sources::new();
    let id = sources.add_file("", text.to_owned()).unwrap();
    Some(lower(&input::read_policy(&mut sources, id).ok()?.policy, kind).policy)
}

/// Checks with the evaluator what the edits of a file must not change: strangers get nothing new,
/// and nobody gets what ICA never asks for.
fn too_much(file: &str, old: &str, new: &str) -> Option<String> {
    let user = "arn:aws:iam::111122223333:user/illumina_ica_admin";
    let strangers = [
        ("arn:aws:iam::111122223333:user/stranger", None),
        (
            "arn:aws:sts::111122223333:assumed-role/guest/s",
            Some("arn:aws:iam::111122223333:role/guest"),
        ),
        (
            "arn:aws:sts::079623148045:assumed-role/other/s",
            Some("arn:aws:iam::079623148045:role/other"),
        ),
        ("arn:aws:iam::999988887777:user/stranger", None),
    ];
    let asked = catalogue()
        .operations
        .iter()
        .flat_map(|operation| &operation.steps)
        .map(|step| step.action.as_str());
    let asked = asked.collect::<BTreeSet<_>>();
    let others = [
        "s3:PutBucketPolicy",
        "s3:DeleteBucket",
        "s3:PutObjectAcl",
        "iam:CreateUser",
        "sts:AssumeRole",
    ];
    let resources = [
        "acme-genomics",
        "acme-genomics/ica/a.bam",
        "acme-genomics/private/a.bam",
        "elsewhere/ica/a.bam",
    ];
    let allowed =
        |text: &str, who: (&str, Option<&str>), action: &str, resource: &str, is_bucket: bool| {
            let kind = if is_bucket { PolicyKind::Resource } else { PolicyKind::Identity };
            let policy = policy(text, kind)?;
            let known = Layer::Policies(vec![&policy]);
            let layers = match is_bucket {
                true => Layers { identity: Layer::Assumed, resource: known, ..Layers::default() },
                false => Layers { identity: known, ..Layers::default() },
            };
            let caller = Caller::parse(who.0, who.1).unwrap();
            let request = Request::new(
                caller,
                action,
                &format!("arn:aws:s3:::{resource}"),
                Some("111122223333"),
                Context::new(),
            );
            Some(decide(&request.unwrap(), &layers).outcome)
        };
    let is_bucket = old.contains("Principal");
    let mut questions = Vec::new();
    for resource in resources {
        questions.extend(others.iter().map(|action| ((user, None), *action, resource)));
        if is_bucket {
            let by_all = strangers.iter().flat_map(|who| {
                asked.iter().chain(&others).map(move |action| (*who, *action, resource))
            });
            questions.extend(by_all);
        }
    }
    // What the user may do with everything except the connection's own objects.
    questions.extend(asked.iter().map(|action| ((user, None), *action, "elsewhere/ica/a.bam")));
    let differs = |(who, action, resource): &((&str, Option<&str>), &str, &str)| {
        allowed(old, *who, action, resource, is_bucket)
            != allowed(new, *who, action, resource, is_bucket)
    };
    // A caller that is excepted from a Deny may do what other policies allow it; this includes the
    // user.
    let asked =
        questions.iter().filter(|((who, _), ..)| old != new && (*who != user || !is_bucket));
    asked
        .clone()
        .find(|question| differs(question))
        .map(|question| format!("{file}: the edits change what {question:?} comes out as"))
}

/// A connection of the page's policies: step 2 for the user, step 7 for the role.
fn seed(prefix: &str) -> (Settings, BTreeMap<String, Value>) {
    let settings = json!({
        "bucket": "acme-genomics", "account": "111122223333", "region": "us-east-1", "prefix": prefix, "versioning": "enabled",
        "user": "illumina_ica_admin", "identity_policy": ["user.json"], "bucket_policy": "bucket.json"
    });
    let bucket = "arn:aws:s3:::acme-genomics";
    let objects = format!("{bucket}/{prefix}*");
    let user = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": ["s3:PutBucketNotification", "s3:ListBucket", "s3:GetBucketNotification", "s3:GetBucketLocation",
            "s3:ListBucketVersions", "s3:GetBucketVersioning"], "Resource": [bucket]},
        {"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject", "s3:RestoreObject", "s3:DeleteObject", "s3:DeleteObjectVersion",
            "s3:GetObjectVersion"], "Resource": [objects]},
        {"Effect": "Allow", "Action": ["sts:GetFederationToken"], "Resource": ["*"]}]});
    let role = json!({"Version": "2012-10-17", "Statement": [
        {"Sid": "Allow cross account access", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::079623148045:role/ica_use1_crossacct"},
        "Action": ["s3:PutObject", "s3:DeleteObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload", "s3:GetObject"],
        "Resource": [bucket, objects]}]});
    let files = BTreeMap::from([("user.json".to_owned(), user), ("bucket.json".to_owned(), role)]);
    (serde_json::from_value(settings).unwrap(), files)
}

fn written(files: &BTreeMap<String, Value>) -> BTreeMap<String, String> {
    files
        .iter()
        .map(|(name, value)| (name.clone(), serde_json::to_string_pretty(value).unwrap()))
        .collect()
}

fn parsed(files: &BTreeMap<String, String>) -> BTreeMap<String, Value> {
    files.iter().map(|(name, text)| (name.clone(), serde_json::from_str(text).unwrap())).collect()
}

/// Sorts the lists, since the order in a list does not matter.
fn sorted(mut files: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    for statement in files.values_mut().flat_map(|file| file["Statement"].as_array_mut().unwrap()) {
        for list in ["Action", "Resource"] {
            statement[list]
                .as_array_mut()
                .unwrap()
                .sort_by_key(|item| item.as_str().unwrap().to_owned());
        }
    }
    files
}

#[test]
fn what_is_taken_out_of_a_good_policy_is_put_back() {
    for prefix in ["", "ica/"] {
        let (settings, good) = seed(prefix);
        let untouched = fix(&ICA, &settings, &texts(&written(&good))).unwrap();
        assert!(untouched.edits.is_empty() && untouched.left.is_empty());
        let mut count = 0;
        for (name, file) in &good {
            for (number, statement) in file["Statement"].as_array().unwrap().iter().enumerate() {
                for list in ["Action", "Resource"] {
                    let items = statement[list].as_array().unwrap().len();
                    for item in (0..items).filter(|_| items > 1) {
                        let mut poor = good.clone();
                        let gone = poor.get_mut(name).unwrap()["Statement"][number][list]
                            .as_array_mut()
                            .unwrap()
                            .remove(item);
                        let fixed = fix(&ICA, &settings, &texts(&written(&poor))).unwrap();
                        // Without the bucket's ARN the role's actions on objects still work.
                        let is_needed = gone != "arn:aws:s3:::acme-genomics";
                        let wanted = if is_needed { good.clone() } else { poor };
                        assert_eq!(
                            sorted(parsed(&now(&fixed))),
                            sorted(wanted),
                            "{name} {number} {list} {gone}"
                        );
                        assert_eq!(
                            (fixed.left.len(), fixed.edits.len()),
                            (0, usize::from(is_needed)),
                            "{gone}"
                        );
                        count += 1;
                    }
                }
            }
        }
        assert_eq!(count, 19);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// All that is missing is put back, and nothing else is added.
    #[test]
    fn any_removals_from_the_pages_policies_are_put_back(mask in any::<[bool; 24]>(), prefix in prop_oneof![Just(""), Just("ica/")]) {
        let (settings, good) = seed(prefix);
        let mut poor = good.clone();
        let mut keep = mask.iter().copied();
        for file in poor.values_mut() {
            let statements = file["Statement"].as_array_mut().unwrap();
            for statement in statements.iter_mut() {
                for list in ["Action", "Resource"] {
                    statement[list].as_array_mut().unwrap().retain(|_| keep.next().unwrap_or(true));
                }
            }
            statements.retain(|statement| ["Action", "Resource"].iter().all(|list| !statement[*list].as_array().unwrap().is_empty()));
        }
        let fixed = fix(&ICA, &settings, &texts(&written(&poor))).unwrap();
        let edited = now(&fixed);
        prop_assert!(blocked(&fixed.after).is_empty() && fixed.left.is_empty(), "{:?}", fixed.left);
        for (name, kind) in [("user.json", PolicyKind::Identity), ("bucket.json", PolicyKind::Resource)] {
            let [old, new] = [&written(&good)[name], &edited[name]].map(|text| policy(text, kind).unwrap());
            // An action on objects does nothing on a bucket, and an action on buckets does nothing
            // on objects, so lists of both may come out differently.
            let void = void(kind);
            prop_assert_eq!(compare(&[&old, &void], &[&new], Requests::Any).gained, Answer::None, "{}", edited[name]);
        }
        let again = fix(&ICA, &settings, &texts(&edited)).unwrap();
        prop_assert!(again.edits.is_empty() && now(&again) == edited);
    }
}

/// Grants without effect: actions on objects for a bucket, actions on buckets for objects, sessions
/// of other accounts.
fn void(kind: PolicyKind) -> Policy {
    let role = json!({"AWS": "arn:aws:iam::079623148045:role/ica_use1_crossacct"});
    let statement = |actions: Value, resource: &str| {
        let mut statement = json!({"Effect": "Allow", "Action": actions, "Resource": resource});
        if kind == PolicyKind::Resource {
            statement["Principal"] = role.clone();
        }
        statement
    };
    let objects = json!([
        "s3:PutObject",
        "s3:GetObject",
        "s3:RestoreObject",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:GetObjectVersion",
        "s3:ListMultipartUploadParts",
        "s3:AbortMultipartUpload"
    ]);
    let bucket = json!([
        "s3:PutBucketNotification",
        "s3:ListBucket",
        "s3:GetBucketNotification",
        "s3:GetBucketLocation",
        "s3:ListBucketVersions",
        "s3:GetBucketVersioning"
    ]);
    let statements = [
        statement(objects, "arn:aws:s3:::acme-genomics"),
        statement(bucket, "arn:aws:s3:::acme-genomics/*"),
    ];
    policy(&json!({"Version": "2012-10-17", "Statement": statements}).to_string(), kind).unwrap()
}

const ROLE: &str = "arn:aws:iam::079623148045:role/ica_use1_crossacct";

/// Repairs one file of a connection whose other policy is that of ICA's page. Returns the result
/// and the new text.
fn repaired(file: &str, text: &str) -> (Fixed, String) {
    let (settings, good) = seed("ica/");
    let mut files = written(&good);
    files.insert(file.to_owned(), text.to_owned());
    let fixed = fix(&ICA, &settings, &texts(&files)).unwrap();
    let text = now(&fixed)[file].clone();
    (fixed, text)
}

#[track_caller]
fn becomes(file: &str, old: &str, new: &str) {
    let (fixed, text) = repaired(file, old);
    assert_eq!(text, new, "{:?}", fixed.left);
    assert!(fixed.left.is_empty(), "{:?}", fixed.left);
}

/// The user policy of ICA's page with another list of actions on objects.
fn user_policy(objects: &str) -> String {
    format!(
        r#"{{"Version": "2012-10-17", "Statement": [
  {{"Effect": "Allow", "Action": ["s3:*Bucket*"], "Resource": "arn:aws:s3:::acme-genomics"}},
  {{"Effect": "Allow", "Action": "sts:GetFederationToken", "Resource": "*"}},
  {{"Effect": "Allow", {objects}, "Resource": "arn:aws:s3:::acme-genomics/ica/*"}}
]}}
"#
    )
}

#[test]
fn an_action_joins_a_list_as_the_list_is_laid_out() {
    let rest = "\"s3:PutObject\", \"s3:GetObject*\", \"s3:RestoreObject\"";
    let case = |objects: &str, wanted: &str| {
        becomes("user.json", &user_policy(objects), &user_policy(wanted))
    };
    case(
        &format!("\"Action\": [{rest}, \"s3:DeleteObject\"]"),
        &format!("\"Action\": [{rest}, \"s3:DeleteObject\", \"s3:DeleteObjectVersion\"]"),
    );
    case(
        "\"Action\": [\n    \"s3:PutObject\",\n    \"s3:[REST]\",\n    \"s3:DeleteObject*\", \"s3:RestoreObject\"\n  ]"
            .replace("s3:[REST]", "s3:GetObjectVersion")
            .as_str(),
        "\"Action\": [\n    \"s3:PutObject\",\n    \"s3:[REST]\",\n    \"s3:DeleteObject*\", \"s3:RestoreObject\", \"s3:GetObject\"\n  ]"
            .replace("s3:[REST]", "s3:GetObjectVersion")
            .as_str(),
    );
    case(
        "\"Action\":[\"s3:*Object\"\r\n\t,\"s3:DeleteObjectVersion\"]",
        "\"Action\":[\"s3:*Object\"\r\n\t,\"s3:DeleteObjectVersion\"\r\n\t,\"s3:GetObjectVersion\"]",
    );
}

#[test]
fn a_single_value_becomes_a_list() {
    let case = |objects: &str, wanted: &str| {
        becomes("user.json", &user_policy(objects), &user_policy(wanted))
    };
    case(
        "\"Action\": \"s3:*Object\"",
        "\"Action\": [\"s3:*Object\", \"s3:GetObjectVersion\", \"s3:DeleteObjectVersion\"]",
    );
    let one = "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":[\"s3:*Object*\",\"s3:*Bucket*\"],\"Resource\":[\"arn:aws:s3:::acme-genomics\",\"arn:aws:s3:::acme-genomics/ica/*\"]}}";
    let two = one.replace("\"Statement\":{", "\"Statement\":[{").replace(
        "\"]}}",
        "\"]},{\"Effect\":\"Allow\",\"Action\":\"sts:GetFederationToken\",\"Resource\":\"arn:aws:sts::111122223333:federated-user/*\"}]}",
    );
    becomes("user.json", one, &two);
}

fn bucket_policy(listed: &str) -> String {
    format!(
        r#"{{
	"Version": "2012-10-17",
	"Statement": [
		{{
			"Effect": "Deny",
			"Principal": "*",
			"Action": "s3:*",
			"Resource": "arn:aws:s3:::acme-genomics/*",
			"Condition": {{
				{listed}
			}}
		}},
		{{
			"Effect": "Allow",
			"Principal": {{"AWS": "{ROLE}"}},
			"Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListMultipartUploadParts", "s3:AbortMultipartUpload"],
			"Resource": "arn:aws:s3:::acme-genomics/ica/*"
		}}
	]
}}"#
    )
}

#[test]
fn a_caller_joins_the_exceptions_of_a_deny() {
    let case = |listed: &str, wanted: &str| {
        becomes("bucket.json", &bucket_policy(listed), &bucket_policy(wanted))
    };
    let user = "\"arn:aws:iam::111122223333:user/illumina_ica_admin\"";
    let session = "\"arn:aws:sts::111122223333:federated-user/*\"";
    case(
        &format!("\"ArnNotLike\": {{\"aws:PrincipalARN\": [{user}, {session}]}}"),
        &format!("\"ArnNotLike\": {{\"aws:PrincipalARN\": [{user}, {session}, \"{ROLE}\"]}}"),
    );
    // Without wildcards the sessions need a list of their own.
    case(
        &format!("\"StringNotEquals\": {{\"aws:PrincipalArn\": [{user}, \"{ROLE}\"]}}"),
        &format!(
            "\"StringNotEquals\": {{\"aws:PrincipalArn\": [{user}, \"{ROLE}\"]}},\n\t\t\t\t\"ArnNotLike\": {{\"aws:PrincipalArn\": {session}}}"
        ),
    );
}

/// A policy inside an answer of the AWS CLI is edited in place, in its own encoding.
#[test]
fn a_policy_inside_of_a_string_is_edited_in_its_encoding() {
    let old = bucket_policy(
        "\"ArnNotLike\": {\"aws:PrincipalArn\": [\"arn:aws:iam::111122223333:user/illumina_ica_admin\", \"arn:aws:sts::111122223333:federated-user/*\"]}",
    );
    let new = old.replace("federated-user/*\"]", &format!("federated-user/*\", \"{ROLE}\"]"));
    becomes(
        "bucket.json",
        &json!({"Policy": old}).to_string(),
        &json!({"Policy": new}).to_string(),
    );
    let percent = |text: &str| {
        text.bytes()
            .map(|byte| {
                if byte.is_ascii_alphanumeric() {
                    (byte as char).to_string()
                } else {
                    format!("%{byte:02X}")
                }
            })
            .collect::<String>()
    };
    let (fixed, text) = repaired("bucket.json", &json!({"Policy": percent(&old)}).to_string());
    let body = serde_json::from_str::<Value>(&text).unwrap()["Policy"].as_str().unwrap().to_owned();
    let at = percent(&old).find(&percent("federated-user/*\"")).unwrap()
        + percent("federated-user/*\"").len();
    let added = &body[at..at + body.len() - percent(&old).len()];
    assert_eq!(added, "%2C%20%22arn%3Aaws%3Aiam%3A%3A079623148045%3Arole%2Fica_use1_crossacct%22");
    assert!(fixed.left.is_empty() && fixed.edits.len() == 1);
}

#[test]
fn the_version_is_repaired_where_a_variable_is_meant() {
    let text = user_policy("\"Action\": [\"s3:GetObject\", \"s3:PutObject\"]")
        .replace("genomics/ica/*", "genomics/ica/${aws:username}/*");
    let settings = |prefix: &str| Settings {
        prefix: Some(prefix.to_owned()),
        session_policy: None,
        operation: vec!["archive-data".to_owned()],
        ..seed("").0
    };
    let without = text.replace("\"Version\": \"2012-10-17\", ", "");
    for (old, wanted) in [(without, text.clone()), (text.replace("2012", "2008"), text.clone())] {
        let mut files = written(&seed("ica/").1);
        files.insert("user.json".to_owned(), old);
        let fixed = fix(&ICA, &settings("ica/illumina_ica_admin/"), &texts(&files)).unwrap();
        assert_eq!(now(&fixed)["user.json"], wanted, "{:?} {:?}", fixed.edits, fixed.left);
        assert_eq!(
            fixed.edits.iter().map(|edit| edit.change.kind).collect::<Vec<_>>(),
            [ChangeKind::RepairVersion]
        );
    }
    // A version that AWS does not know. Nothing else depends on it if there is no variable.
    let good = user_policy("\"Action\": [\"s3:*Object\", \"s3:*ObjectVersion\"]");
    becomes("user.json", &good.replace("2012-10-17", "2012-10-18"), &good);
}

/// Set-ups in which only a person can decide: nothing is edited, and the reason is of this kind.
#[test]
fn what_a_person_must_decide_is_told_by_kind() {
    use DecisionKind::*;
    let expected = [
        ("deletes-locked", DenyByIntent),
        ("bam-uploads-denied", DenyByIntent),
        ("mfa-in-user-policy", DenyByIntent),
        ("vpc-endpoint-fence", DenyByIntent),
        ("source-ip-fence-assumed-outside", DenyByIntent),
        ("not-principal", NotPrincipal),
        ("organization-in-role-allow", Condition),
        ("scp-denies-deletes", Organization),
        ("rcp-denies-everybody-puts", Organization),
        ("boundary-read-only", Boundary),
        ("session-policy-read-only", SessionPolicy),
        ("seed-user-policy-alone", NoDocument),
        ("prefix-without-slash", Environment),
        ("bucket-name-with-space", Environment),
    ];
    let set_ups = set_ups().into_iter().collect::<BTreeMap<_, _>>();
    let is_whole = std::env::var("ICA_CASE").is_err();
    for (name, kind) in
        expected.into_iter().filter(|(name, _)| is_whole || set_ups.contains_key(*name))
    {
        let fixed = fix(&ICA, &set_ups[name].connection, &texts(&set_ups[name].files)).unwrap();
        let found = fixed
            .left
            .iter()
            .flat_map(|left| &left.decisions)
            .map(|decision| decision.kind)
            .collect::<Vec<_>>();
        assert!(!found.is_empty() && found.iter().all(|found| *found == kind), "{name}: {found:?}");
        assert!(fixed.edits.is_empty(), "{name}: {:?}", fixed.edits);
    }
}

/// An exception that lets a caller do what the product does not need is left to a person, with what it would allow.
#[test]
fn an_exception_that_frees_more_is_left_to_a_person() {
    let fence = |action: &str, key: &str| {
        json!({"Effect": "Deny", "Principal": "*", "Action": action, "Resource": ["arn:aws:s3:::acme-genomics", "arn:aws:s3:::acme-genomics/*"],
            "Condition": {"ArnNotLike": {key: "arn:aws:iam::111122223333:role/admin"}}})
    };
    let with = |fence: Value, identity: &Value| {
        let (settings, mut files) = seed("ica/");
        files.get_mut("bucket.json").unwrap()["Statement"].as_array_mut().unwrap().push(fence);
        files.insert("user.json".to_owned(), identity.clone());
        let settings = Settings { operation: vec!["install-notifications".to_owned()], ..settings };
        fix(&ICA, &settings, &texts(&written(&files))).unwrap()
    };
    let admin = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    let buckets = fence("s3:PutBucket*", "aws:PrincipalArn");
    let left = with(buckets.clone(), &admin);
    assert!(left.edits.is_empty(), "{:?}", left.edits);
    let decision = &left.left[0].decisions[0];
    assert_eq!(decision.kind, DecisionKind::DenyByIntent);
    assert!(
        decision.message.contains("the exception would also allow `s3:PutBucket"),
        "{decision:?}"
    );
    assert!(
        decision.help.contains("then except `arn:aws:iam::111122223333:user/illumina_ica_admin`"),
        "{decision:?}"
    );
    // The policy of ICA's page allows the user nothing else, so the same exception frees nothing else.
    let (_, files) = seed("ica/");
    let fixed = with(buckets, &files["user.json"]);
    let kinds = fixed.edits.iter().map(|edit| edit.change.kind).collect::<Vec<_>>();
    assert_eq!(kinds, [ChangeKind::AddException], "{:?}", fixed.left);
}

/// A fence by account and one by organization are the same to Illumina's role.
#[test]
fn a_fence_by_organization_is_opened_as_one_by_account_is() {
    for (key, value) in
        [("aws:PrincipalAccount", "111122223333"), ("aws:PrincipalOrgID", "o-acmeacme12")]
    {
        let (settings, mut files) = seed("ica/");
        let fence = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::acme-genomics/*",
            "Condition": {"StringNotEquals": {key: value}}});
        files.get_mut("bucket.json").unwrap()["Statement"].as_array_mut().unwrap().push(fence);
        let settings = Settings { operation: vec!["copy-into-bucket".to_owned()], ..settings };
        let fixed = fix(&ICA, &settings, &texts(&written(&files))).unwrap();
        let edits = fixed
            .edits
            .iter()
            .map(|edit| (edit.change.kind, edit.change.value.as_str()))
            .collect::<Vec<_>>();
        assert_eq!(edits, [(ChangeKind::AddException, ROLE)], "{key}: {:?}", fixed.left);
    }
}

/// ICA has no bucket in China, and the ARNs that it needs have no meaning there.
#[test]
fn nothing_is_edited_for_a_bucket_of_another_partition() {
    let (settings, files) = seed("ica/");
    let settings = Settings { region: Some("cn-north-1".to_owned()), ..settings };
    let mut files = written(&files);
    for text in files.values_mut() {
        *text = text.replace("arn:aws:s3", "arn:aws-cn:s3");
    }
    let fixed = fix(&ICA, &settings, &texts(&files)).unwrap();
    assert!(fixed.edits.is_empty(), "{:?}", fixed.edits);
    let mut decisions = fixed.left.iter().flat_map(|left| &left.decisions).peekable();
    assert!(decisions.peek().is_some());
    assert!(decisions.all(|decision| decision.kind == DecisionKind::Environment));
}

/// Real bucket policies together with the user policy of ICA's page: the same laws hold for
/// whatever people write.
#[test]
#[cfg_attr(not(corpus), ignore = "reads ../shared")]
fn the_laws_hold_for_real_bucket_policies() {
    let folder = crate::support::corpus("02-s3-bucket");
    let mut edited = 0;
    for path in crate::support::files_below(&folder, ".json") {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let is_bucket_policy = text.contains("\"Principal\"")
            && text.contains("arn:aws:s3:::")
            && policy(&text, PolicyKind::Resource).is_some();
        if !is_bucket_policy || text.len() > 20_000 {
            continue;
        }
        let name =
            text.split("arn:aws:s3:::").nth(1).unwrap().split(['/', '"', '*']).next().unwrap();
        let is_name = name.len() >= 3
            && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        let name = if is_name { name } else { "acme-genomics" };
        let (mut connection, good) = seed("ica/");
        connection.bucket = Some(name.to_owned());
        let mut files = written(&good);
        files.insert("user.json".to_owned(), files["user.json"].replace("acme-genomics", name));
        files.insert("bucket.json".to_owned(), text);
        let shown = path.strip_prefix(&folder).unwrap().display().to_string();
        let set_up = SetUp { connection, files };
        let found = wrong(&shown, &set_up);
        assert!(found.is_empty(), "{shown}: {found:?}");
        edited += fix(&ICA, &set_up.connection, &texts(&set_up.files)).unwrap().edits.len();
    }
    assert!(edited > 20, "{edited}");
}

/// What is not known is for a person to settle: no edit rests on it, neither one of the words that may stop a step nor one
/// after which the step would depend on something that nobody knows.
#[test]
fn no_edit_rests_on_an_unknown() {
    let objects = "arn:aws:s3:::acme-genomics/*";
    let when = |effect: &str, action: &str, condition: Value| json!({"Effect": effect, "Action": action, "Resource": objects, "Condition": condition});
    let tag = |operator: &str| json!({operator: {"aws:PrincipalTag/t": "x"}});
    let variable = json!({"StringEquals": {"aws:PrincipalAccount": "${aws:PrincipalTag/t}"}});
    let (mut unknown, mut still) = (0, 0);
    let conditions = [tag("StringEquals"), tag("StringNotEquals"), variable];
    let cases = conditions.iter().flat_map(|condition| [(condition, false), (condition, true)]);
    for (condition, has_blocked) in cases {
        let (settings, mut files) = seed("ica/");
        let file = files.get_mut("user.json").unwrap();
        let statements = file["Statement"].as_array_mut().unwrap();
        statements.push(when("Deny", "s3:GetObject", condition.clone()));
        if has_blocked {
            // Two statements stop the step: one for certain, and the other for who has the tag.
            statements
                .push(json!({"Effect": "Deny", "Action": "s3:GetObject", "Resource": objects}));
        }
        let fixed = fix(&ICA, &settings, &texts(&written(&files))).unwrap();
        let kept = parsed(&now(&fixed))["user.json"]["Statement"].clone();
        let is_kept = kept.as_array().unwrap().iter().any(|own| own["Condition"] == *condition);
        assert!(is_kept, "{condition} is gone: {:?}", now(&fixed));
        let is_open = |check: &Check| {
            let callers = check.operations.iter().flat_map(|operation| &operation.callers);
            let steps = callers.flat_map(|caller| &caller.steps);
            let of_action = steps.filter(|step| step.action == "s3:GetObject");
            of_action.filter(|step| step.verdict == Verdict::Unknown).count()
        };
        unknown += is_open(&fixed.before);
        still += is_open(&fixed.after);
        if has_blocked {
            // It stays with a person, with what to decide.
            assert!(fixed.left.iter().all(|left| !left.decisions.is_empty()));
            assert!(!fixed.left.is_empty(), "{condition}");
        } else {
            assert!(fixed.edits.is_empty(), "{condition}: {:?}", fixed.edits);
        }
    }
    assert!(unknown > 3 && still > 3, "{unknown} {still}");
}

/// Words that are certainly wrong are replaced: the files are then those that were meant.
#[test]
fn a_word_that_is_certainly_wrong_is_replaced() {
    let (settings, files) = seed("ica/");
    let right = written(&files);
    for (file, old, new, kind) in [
        ("user.json", "s3:GetObject\"", "s3:GetObejct\"", ChangeKind::ReplaceAction),
        ("bucket.json", "s3:PutObject\"", "s3:PutObjcet\"", ChangeKind::ReplaceAction),
        ("user.json", "acme-genomics/ica/*", "YOUR_BUCKET/ica/*", ChangeKind::ReplaceResource),
        ("user.json", "acme-genomics/ica/*", "<bucket>/ica/*", ChangeKind::ReplaceResource),
        ("user.json", "acme-genomics/ica/*", "${bucket}/ica/*", ChangeKind::ReplaceResource),
        ("bucket.json", "acme-genomics", "acme-old", ChangeKind::ReplaceResource),
        ("bucket.json", "ica_use1_crossacct", "ica_euc1_crossacct", ChangeKind::ReplacePrincipal),
    ] {
        let mut wrong = right.clone();
        let text = wrong.get_mut(file).unwrap();
        assert!(text.contains(old), "{text}");
        *text = text.replace(old, new);
        let fixed = fix(&ICA, &settings, &texts(&wrong)).unwrap();
        assert!(fixed.left.is_empty(), "{new}: {:?}", fixed.left);
        assert!(fixed.edits.iter().all(|edit| edit.change.kind == kind), "{:?}", fixed.edits);
        assert_eq!(now(&fixed), right, "{new}");
    }
    // In a Deny's exceptions, too.
    let mut files = files;
    let fence = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-genomics/ica/*",
        "Condition": {"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::111122223333:user/illumina_ica_admin",
            "arn:aws:sts::111122223333:federated-user/*", ROLE]}}});
    files.get_mut("bucket.json").unwrap()["Statement"].as_array_mut().unwrap().push(fence);
    let right = written(&files);
    let mut wrong = right.clone();
    let text = wrong.get_mut("bucket.json").unwrap();
    let at = text.rfind("ica_use1").unwrap();
    text.replace_range(at..at + "ica_use1".len(), "ica_aps4");
    let fixed = fix(&ICA, &settings, &texts(&wrong)).unwrap();
    assert_eq!(now(&fixed), right, "{:?}", fixed.left);
}

/// What may be the name of something else stays, with the right one beside it.
#[test]
fn a_name_that_may_be_right_stays() {
    let (settings, files) = seed("ica/");
    let mut wrong = written(&files);
    let text = wrong.get_mut("user.json").unwrap();
    *text = text.replace("acme-genomics/ica/*", "acme-genomic/ica/*");
    let fixed = fix(&ICA, &settings, &texts(&wrong)).unwrap();
    assert!(fixed.left.is_empty(), "{:?}", fixed.left);
    assert!(now(&fixed)["user.json"].contains("arn:aws:s3:::acme-genomic/ica/*"));
}

/// What is left to a person has the words to write, and with them the check is clean.
#[test]
fn a_deny_by_network_comes_with_the_whole_exception() {
    let (settings, mut files) = seed("ica/");
    let fence = json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::acme-genomics", "arn:aws:s3:::acme-genomics/*"],
        "Condition": {"StringNotEquals": {"aws:SourceVpc": "vpc-0a1b2c3d4e5f60718"}}});
    files.get_mut("bucket.json").unwrap()["Statement"].as_array_mut().unwrap().push(fence);
    let fixed = fix(&ICA, &settings, &texts(&written(&files))).unwrap();
    let help = &fixed.left[0].decisions[0].help;
    let words = help.split('`').find(|words| words.starts_with("\"ArnNotLike\"")).unwrap();
    let condition: Value = serde_json::from_str(&format!("{{{words}}}")).unwrap();
    let statements = files.get_mut("bucket.json").unwrap()["Statement"].as_array_mut().unwrap();
    statements.last_mut().unwrap()["Condition"]["ArnNotLike"] = condition["ArnNotLike"].clone();
    let fixed = fix(&ICA, &settings, &texts(&written(&files))).unwrap();
    assert_eq!(blocked(&fixed.before), BTreeSet::new());
}

/// Two Denies keep a caller from what an exception in both would free: the reason is told although each exception alone frees nothing.
#[test]
fn two_denies_do_not_hide_why_an_exception_is_left() {
    let fence = || {
        json!({"Effect": "Deny", "Principal": "*", "Action": "s3:PutBucket*", "Resource": "arn:aws:s3:::acme-genomics",
            "Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/admin"}}})
    };
    let (settings, mut files) = seed("ica/");
    let statements = files.get_mut("bucket.json").unwrap()["Statement"].as_array_mut().unwrap();
    statements.extend([fence(), fence()]);
    let admin = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]});
    files.insert("user.json".to_owned(), admin);
    let settings = Settings { operation: vec!["install-notifications".to_owned()], ..settings };
    let fixed = fix(&ICA, &settings, &texts(&written(&files))).unwrap();
    assert!(fixed.edits.is_empty(), "{:?}", fixed.edits);
    let decision = &fixed.left[0].decisions[0];
    assert_eq!(decision.kind, DecisionKind::DenyByIntent, "{decision:?}");
    assert!(
        decision.message.contains("the exception would also allow `s3:PutBucket"),
        "{decision:?}"
    );
    assert!(
        decision.help.contains("statement 2") && decision.help.contains("statement 3"),
        "{decision:?}"
    );
}
