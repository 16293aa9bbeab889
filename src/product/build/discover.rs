//! Decides what the files of a folder are: by the names that `inputs` and `generate` use, else by their shape. An ambiguous file is an
//! error, never a guess.

use super::settings::{Files, Levels, Settings};
use crate::authz::{FileCount, LayerRow};
use crate::input::{self, NONE, ReadAs};
use crate::source::Sources;
use crate::tree::{Node, Value};
use serde::Deserialize;
use std::sync::LazyLock;

/// A file of the folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FolderFile {
    /// Its name in the folder.
    pub name: String,
    /// Its text; `None` if its name says that it is not read, or if it cannot be read as text.
    pub text: Option<String>,
}

/// The result.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Discovered {
    /// The settings that the files give; paths are names in the folder.
    pub settings: Settings,
    /// For each file how it was read, or why it was not.
    pub words: Vec<String>,
    /// Files that are ambiguous, with what to do.
    pub errors: Vec<String>,
}

#[derive(Deserialize, Default)]
struct Names {
    name: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    file: String,
    setting: String,
}

fn names() -> &'static [Row] {
    static NAMES: LazyLock<Names> =
        LazyLock::new(|| toml::from_str(include_str!("discover.toml")).unwrap_or_default());
    &NAMES.name
}

/// What a file is.
enum Meaning {
    /// This setting, for this reason.
    Setting(&'static str, &'static str),
    /// One of several things.
    Unclear(&'static str),
    /// A file that is not read.
    Other(&'static str),
}

/// Decides what the files of a folder are.
pub fn discover(files: &[FolderFile]) -> Discovered {
    let mut found = Discovered::default();
    for file in files {
        match meaning(file) {
            Meaning::Setting(setting, why) => take(&mut found, files, file, setting, why),
            Meaning::Unclear(what) => found.errors.push(format!(
                "`{}` could be {what}: give it a name that says what it is, such as `bucket-policy.json`, `user-policy.json` or `boundary.json`, or name \
                 it with its flag",
                file.name
            )),
            Meaning::Other(why) => found.words.push(format!("{} is not read: {why}", file.name)),
        }
    }
    found
}

/// Whether a file is read, by its name.
pub fn is_looked_at(name: &str) -> bool {
    name.ends_with(".json") || names().iter().any(|row| fits(&row.file, name))
}

fn meaning(file: &FolderFile) -> Meaning {
    // The answer of get-user has the user's ARN, under any name of a file that is read.
    let shape = file.text.as_deref().map(shape_of);
    if let Some(Shape::User) = shape {
        return Meaning::Setting("user", "by its shape, the answer of `aws iam get-user`");
    }
    let by_name =
        names().iter().find(|row| fits(&row.file, &file.name)).map(|row| row.setting.as_str());
    match (by_name, shape) {
        (Some(setting), _) => Meaning::Setting(setting, "by its name"),
        (None, _) if !is_looked_at(&file.name) => {
            Meaning::Other("neither its name nor its ending says what it is")
        }
        (None, None) => Meaning::Unclear("anything, since it cannot be read as text"),
        (None, Some(shape)) => by_shape(&shape),
    }
}

/// Whether a name matches a pattern with at most one `*`.
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
        }
        None => pattern == name,
    }
}

enum Shape {
    Policy { read_as: ReadAs, names_principals: bool },
    Organizations(&'static str),
    User,
    Json,
    None,
}

fn by_shape(shape: &Shape) -> Meaning {
    match shape {
        Shape::User => Meaning::Setting("user", "by its shape"),
        Shape::Organizations("") => Meaning::Unclear("a service or a resource control policy"),
        Shape::Organizations(setting) => {
            Meaning::Setting(setting, "by the type that its answer names")
        }
        Shape::Policy {
            read_as: ReadAs::UserPolicy | ReadAs::GroupPolicy | ReadAs::RolePolicy,
            ..
        } => Meaning::Setting("identity_policy", "by its shape"),
        Shape::Policy { read_as: ReadAs::KeyPolicy, .. } => {
            Meaning::Setting("kms_key_policy", "by its shape")
        }
        Shape::Policy { read_as: ReadAs::Role, .. } => {
            Meaning::Setting("trust_policy", "by its shape")
        }
        Shape::Policy { read_as: ReadAs::PolicyVersion, .. } => {
            Meaning::Unclear("a managed policy of the caller or its permissions boundary")
        }
        Shape::Policy { read_as: ReadAs::PolicyString, .. } => {
            Meaning::Setting("bucket_policy", "by its shape")
        }
        Shape::Policy { names_principals: true, .. } => Meaning::Unclear(
            "a bucket policy, a key policy, a trust policy, or a policy of an endpoint",
        ),
        Shape::Policy { .. } => Meaning::Unclear(
            "a policy of the caller, its permissions boundary, a session policy or a service control policy",
        ),
        Shape::Json => Meaning::Other("it is JSON, but not a policy"),
        Shape::None => Meaning::Unclear("anything, since its text is not JSON"),
    }
}

fn shape_of(text: &str) -> Shape {
    let Some(root) = input::tree_of(text) else { return Shape::None };
    if text_at(&root, &["User", "Arn"]).is_some() {
        return Shape::User;
    }
    let mut sources = Sources::new();
    let Ok(id) = sources.add_file("", text.to_owned()) else { return Shape::None };
    match input::read_policy(&mut sources, id) {
        Ok(document) if document.read_as == ReadAs::OrganizationsPolicy => {
            Shape::Organizations(match text_at(&root, &["Policy", "PolicySummary", "Type"]) {
                Some("SERVICE_CONTROL_POLICY") => "scp",
                Some("RESOURCE_CONTROL_POLICY") => "rcp",
                _ => "",
            })
        }
        Ok(document) => Shape::Policy {
            names_principals: document.names_principals().unwrap_or_default(),
            read_as: document.read_as,
        },
        Err(_) => Shape::Json,
    }
}

fn text_at<'a>(root: &'a Node, path: &[&str]) -> Option<&'a str> {
    path.iter().try_fold(root, |node, name| node.get(name))?.as_str()
}

/// Assigns a file to its setting.
fn take(
    found: &mut Discovered,
    files: &[FolderFile],
    file: &FolderFile,
    setting: &'static str,
    why: &'static str,
) {
    let name = file.name.clone();
    let text = file.text.as_deref().unwrap_or_default().trim();
    let is_asserted_absent = text.is_empty() && not_configured(files, &name, setting);
    let value = if is_asserted_absent { NONE.to_owned() } else { name.clone() };
    let settings = &mut found.settings;
    let row = LayerRow::of_setting(setting);
    let twice = match setting {
        _ if let Some(row) = row => add_layer(settings.layer_mut(row.kind), row.files, value),
        "cors" => settings.cors.replace(value).is_some(),
        "notifications" => settings.notifications.replace(value).is_some(),
        "bucket_encryption" => settings.bucket_encryption.replace(value).is_some(),
        "public_access_block" => add(&mut settings.public_access_block, value),
        "ownership" if is_asserted_absent => settings.ownership.replace(value).is_some(),
        "ownership" => {
            known(&mut settings.ownership, ownership(text).as_deref(), &name, &mut found.errors)
        }
        "region" => known(&mut settings.region, region(text), &name, &mut found.errors),
        "versioning" => known(&mut settings.versioning, versioning(text), &name, &mut found.errors),
        "user" => {
            let root = input::tree_of(text);
            settings.stated_boundary = root.as_ref().map(|root| input::boundary(root, "User"));
            settings.user.replace(user(root.as_ref())).is_some()
        }
        _ => false,
    };
    let what = setting.replace('_', " ");
    if is_asserted_absent {
        found.words.push(format!("{name} is empty since nothing is configured: {what} none"));
    } else {
        found.words.push(format!("{name} is read as {what}, {why}"));
    }
    match (twice, row.map(|row| row.files)) {
        (false, _) => {}
        (true, Some(FileCount::Levels)) => found.errors.push(format!(
            "there are several files for {setting}, and their names do not say to which level of the organization each belongs: name them with \
             --{setting}, once for each level"
        )),
        (true, _) => found.errors.push(format!("`{name}` is the second file for {what}: only one can be in force, name it with its flag")),
    }
}

/// Adds to the files of a layer; returns whether that is one too many.
fn add_layer(layer: &mut Option<Levels>, files: FileCount, name: String) -> bool {
    if files != FileCount::Several {
        return layer.replace(Levels::One(name)).is_some();
    }
    let names = layer.take().map(|files| files.names()).unwrap_or_default();
    *layer = Some(Files::Many(names.into_iter().chain([name]).collect()).into());
    false
}

/// Adds to a list, which takes any number of files.
fn add(list: &mut Option<Files>, name: String) -> bool {
    let mut names = list.take().map(|files| files.names().to_vec()).unwrap_or_default();
    names.push(name);
    *list = Some(Files::Many(names));
    false
}

/// The errors of AWS for something that is not configured, as in the script of `inputs`. `NoSuchBucket` is not one of them.
const NOT_CONFIGURED: [&str; 5] = [
    "NoSuchBucketPolicy",
    "NoSuchCORSConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "ServerSideEncryptionConfigurationNotFoundError",
    "OwnershipControlsNotFoundError",
];

/// The script of `inputs` keeps the error of a call that failed: `NoSuchBucketPolicy` says that there is none. Without notifications the
/// CLI prints neither an answer nor an error.
fn not_configured(files: &[FolderFile], name: &str, setting: &str) -> bool {
    let errors = [format!("{}.err", name.trim_end_matches(".json")), format!("{name}.err")];
    let words =
        files.iter().find(|file| errors.contains(&file.name)).and_then(|file| file.text.as_deref());
    words.is_some_and(|words| match setting {
        "notifications" => words.trim().is_empty(),
        // One level that is not configured says nothing about the other: the script makes a file for each.
        "public_access_block" => false,
        _ => NOT_CONFIGURED.iter().any(|code| words.contains(code)),
    })
}

/// Sets the value of an answer. A call that failed leaves an empty file.
fn known(
    setting: &mut Option<String>,
    value: Option<&str>,
    name: &str,
    errors: &mut Vec<String>,
) -> bool {
    match value {
        Some(value) => setting.replace(value.to_owned()).is_some(),
        None => {
            errors.push(format!("`{name}` does not hold an answer of the call that `ica-policy inputs` prints for it; did the call fail?"));
            false
        }
    }
}

/// `aws s3api get-bucket-location` prints nothing for us-east-1 and `EU` for old buckets in Ireland.
fn region(text: &str) -> Option<&str> {
    match text {
        "None" | "null" => Some("us-east-1"),
        "EU" => Some("eu-west-1"),
        region => Some(region).filter(|region| !region.is_empty()),
    }
}

/// `aws s3api get-bucket-versioning` prints nothing for a bucket that never had it.
fn versioning(text: &str) -> Option<&'static str> {
    match text {
        "Enabled" => Some("enabled"),
        "Suspended" => Some("suspended"),
        "None" | "null" => Some("unversioned"),
        _ => None,
    }
}

/// `aws s3api get-bucket-ownership-controls` answers with a list of one rule.
fn ownership(text: &str) -> Option<String> {
    let root = input::tree_of(text)?;
    let rules = root.get("OwnershipControls").unwrap_or(&root).get("Rules")?;
    let Value::Array(rules) = &rules.value else { return None };
    rules.first().and_then(|rule| text_at(rule, &["ObjectOwnership"])).map(str::to_owned)
}

fn user(root: Option<&Node>) -> String {
    root.and_then(|root| text_at(root, &["User", "Arn"])).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::*;
    use crate::input::StatedBoundary;

    const BUCKET: &str = r#"{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}]}"#;
    const USER: &str = r#"{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#;

    fn found(files: &[(&str, &str)]) -> Discovered {
        let files = files.iter().map(|(name, text)| FolderFile {
            name: (*name).to_owned(),
            text: Some((*text).to_owned()),
        });
        discover(&files.collect::<Vec<_>>())
    }

    #[test]
    fn the_table_can_be_read() {
        toml::from_str::<Names>(include_str!("discover.toml")).unwrap();
    }

    #[test]
    fn files_are_told_by_name() {
        let found = found(&[
            ("location.txt", "None\n"),
            ("versioning.txt", "Suspended\n"),
            ("bucket-policy.json", BUCKET),
            ("managed-1-x.json", USER),
            ("user-inline-a.json", USER),
        ]);
        assert_eq!(found.errors, [""; 0]);
        let settings = found.settings;
        assert_eq!(
            (settings.region.as_deref(), settings.versioning.as_deref()),
            (Some("us-east-1"), Some("suspended"))
        );
        assert_eq!(
            settings.files(),
            ["managed-1-x.json", "user-inline-a.json", "bucket-policy.json"]
        );
    }

    #[test]
    fn answers_are_told_by_their_shape() {
        let policy = format!(r#"{{"UserName": "u", "PolicyName": "p", "PolicyDocument": {USER}}}"#);
        let scp = r#"{"Policy": {"PolicySummary": {"Type": "SERVICE_CONTROL_POLICY"}, "Content": "{\"Statement\": []}"}}"#;
        let user = r#"{"User": {"Arn": "arn:aws:iam::111122223333:user/a/ica"}}"#;
        let found = found(&[
            ("a.json", &policy),
            ("b.json", scp),
            ("c.json", user),
            ("d.json", "{}"),
            ("notes.md", "x"),
        ]);
        assert_eq!(found.errors, [""; 0]);
        assert_eq!(found.settings.files(), ["a.json", "b.json"]);
        assert_eq!(found.settings.user.as_deref(), Some("arn:aws:iam::111122223333:user/a/ica"));
        assert_eq!(found.settings.stated_boundary, Some(StatedBoundary::None));
        assert!(
            found.words.iter().any(|words| words.starts_with("d.json is not read")),
            "{:?}",
            found.words
        );
    }

    #[test]
    fn what_could_be_two_things_is_an_error() {
        for (name, text) in [
            ("x.json", BUCKET),
            ("x.json", USER),
            ("x.json", "not json"),
            ("x.json", r#"{"PolicyVersion": {"Document": {"Statement": []}}}"#),
        ] {
            let found = found(&[(name, text)]);
            assert_eq!((found.errors.len(), found.settings), (1, Settings::default()), "{text}");
        }
        assert_eq!(found(&[("location.txt", ""), ("versioning.txt", "")]).errors.len(), 2);
        assert_eq!(
            found(&[("bucket.json", BUCKET), ("bucket-policy.json", BUCKET)]).errors.len(),
            1
        );
        assert_eq!(found(&[("scp-root.json", USER), ("scp-unit.json", USER)]).errors.len(), 1);
    }

    #[test]
    fn settings_of_the_bucket_are_told_by_name() {
        let owner =
            r#"{"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}"#;
        let found = found(&[
            ("account-public-access-block.json", "{}"),
            ("cors.json", "{}"),
            ("cors.json.err", ""),
            ("encryption.json", "{}"),
            ("notifications.json", "{}"),
            ("ownership.json", owner),
            ("public-access-block.json", "{}"),
        ]);
        assert_eq!(found.errors, [""; 0]);
        let settings = found.settings;
        let single =
            [settings.cors, settings.bucket_encryption, settings.notifications, settings.ownership]
                .map(Option::unwrap);
        assert_eq!(
            single,
            ["cors.json", "encryption.json", "notifications.json", "BucketOwnerEnforced"]
        );
        let blocks = settings.public_access_block.unwrap();
        assert_eq!(
            blocks.names(),
            ["account-public-access-block.json", "public-access-block.json"]
        );
    }

    #[test]
    fn every_setting_of_the_table_is_taken() {
        for row in names() {
            let name = row.file.replace('*', "1");
            let text = match row.setting.as_str() {
                "region" => "eu-west-1",
                "versioning" => "Enabled",
                "ownership" => r#"{"Rules": [{"ObjectOwnership": "ObjectWriter"}]}"#,
                _ => USER,
            };
            let found = found(&[(name.as_str(), text)]);
            assert!(
                found.errors.is_empty() && found.settings != Settings::default(),
                "{name}: {:?}",
                found.errors
            );
        }
    }

    /// The script keeps the errors of calls that failed in `NAME.json.err`; absent notifications give neither an answer nor an error.
    #[test]
    fn settings_that_are_not_configured_are_none() {
        let said = found(&[
            ("cors.json", ""),
            ("cors.json.err", "An error occurred (NoSuchCORSConfiguration)"),
            ("encryption.json", ""),
            (
                "encryption.json.err",
                "An error occurred (ServerSideEncryptionConfigurationNotFoundError)",
            ),
            ("notifications.json", ""),
            ("notifications.json.err", ""),
            ("ownership.json", ""),
            ("ownership.json.err", "An error occurred (OwnershipControlsNotFoundError)"),
        ]);
        assert_eq!(said.errors, [""; 0]);
        let settings = said.settings;
        for setting in
            [settings.cors, settings.bucket_encryption, settings.notifications, settings.ownership]
        {
            assert_eq!(setting.as_deref(), Some(NONE));
        }
        let denied = found(&[
            ("notifications.json", ""),
            ("notifications.json.err", "AccessDenied"),
            ("cors.json", ""),
        ]);
        assert_eq!(
            (denied.settings.notifications.as_deref(), denied.settings.cors.as_deref()),
            (Some("notifications.json"), Some("cors.json"))
        );
        assert_eq!(
            found(&[("ownership.json", ""), ("ownership.json.err", "AccessDenied")]).errors.len(),
            1
        );
    }

    #[test]
    fn an_empty_answer_is_none_only_where_the_call_said_so() {
        let error =
            "An error occurred (NoSuchBucketPolicy) when calling the GetBucketPolicy operation";
        let said = found(&[("bucket-policy.err", error), ("bucket-policy.json", "")]);
        assert_eq!(said.settings.bucket_policy, Some(Levels::One("none".to_owned())));
        let denied = found(&[("bucket-policy.err", "AccessDenied"), ("bucket-policy.json", "")]);
        assert_eq!(denied.settings.files(), ["bucket-policy.json"]);
    }
}
