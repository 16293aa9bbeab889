use crate::support::run::{fresh_folder, run_in, stderr, stdout};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A replacement of the AWS CLI with recorded answers: of a user in a path with inline, managed and group policies, a boundary, a bucket
/// with a key, and an organization of two levels. `FAIL` names calls that are denied, `NONE` those whose setting does not exist.
const AWS: &str = r#"#!/bin/sh
case "$1" in --region) shift 2 ;; esac
case " ${FAIL:-} " in
    *" $2 "* | *" $1 "*) echo "An error occurred (AccessDenied) when calling $2" >&2; exit 254 ;;
esac
absent() { echo "An error occurred ($1) when calling the operation" >&2; exit 254; }
case "$1 $2" in
    "configure get") exit 1 ;;
    "sts get-caller-identity") echo arn:aws:iam::111122223333:user/me ;;
    "s3api get-bucket-location") echo None ;;
    "s3api get-bucket-versioning") echo None ;;
    "s3api get-bucket-policy") absent NoSuchBucketPolicy ;;
    "s3api get-bucket-cors") absent NoSuchCORSConfiguration ;;
    "s3api get-bucket-notification-configuration") ;;
    "s3api get-bucket-encryption") cat encryption.json ;;
    "s3api get-public-access-block") echo '{"PublicAccessBlockConfiguration": {"RestrictPublicBuckets": true}}' ;;
    "s3control get-public-access-block") absent NoSuchPublicAccessBlockConfiguration ;;
    "s3api get-bucket-ownership-controls") echo '{"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}' ;;
    "kms describe-key") echo arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab ;;
    "kms get-key-policy") printf '{"PolicyName": "default", "Policy": "{\\"Statement\\": []}"}' ;;
    "iam get-user")
        printf 'arn:aws:iam::111122223333:user/lab/illumina_ica_admin\t%s\n' "$(cat boundary.arn 2>/dev/null || echo None)" ;;
    "iam list-user-policies") echo inline ;;
    "iam get-user-policy") printf '{"UserName": "u", "PolicyName": "inline", "PolicyDocument": %s}' "$(cat user-policy.json)" ;;
    "iam list-groups-for-user") printf 'lab\nstaff\n' ;;
    "iam list-group-policies") case "$*" in *lab*) echo None ;; esac ;;
    "iam get-group-policy") echo '{"GroupName": "lab", "PolicyName": "None", "PolicyDocument": {"Version": "2012-10-17", "Statement": []}}' ;;
    "iam list-attached-user-policies") printf 'arn:aws:iam::111122223333:policy/extra\narn:aws:iam::aws:policy/extra\n' ;;
    "iam list-attached-group-policies") echo arn:aws:iam::111122223333:policy/extra ;;
    "iam get-policy") echo v3 ;;
    "iam get-policy-version") echo '{"PolicyVersion": {"Document": {"Version": "2012-10-17", "Statement": []}, "VersionId": "v3"}}' ;;
    "organizations describe-organization") cat organization 2>/dev/null || absent AWSOrganizationsNotInUseException ;;
    "organizations list-policies-for-target") echo p-FullAWSAccess ;;
    "organizations describe-policy") cat full.json ;;
    "organizations list-parents") echo r-abcd ;;
    *) echo "unexpected call: $*" >&2; exit 1 ;;
esac
"#;

const FULL: &str = r#"{"Policy": {"PolicySummary": {"Type": "SERVICE_CONTROL_POLICY"},
    "Content": "{\"Version\": \"2012-10-17\", \"Statement\": [{\"Effect\": \"Allow\", \"Action\": \"*\", \"Resource\": \"*\"}]}"}}"#;
const AES256: &str = r#"{"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}}"#;
const KMS: &str = r#"{"ServerSideEncryptionConfiguration": {"Rules": [{"ApplyServerSideEncryptionByDefault":
    {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/lab"}}]}}"#;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder with the replacement of the AWS CLI and what it answers.
struct Lab(PathBuf);

impl Lab {
    fn new(name: &str) -> Lab {
        let lab = Lab(fresh_folder(name));
        fs::create_dir_all(lab.0.join("bin")).unwrap();
        fs::copy(
            root().join("examples/seed-conflict/user-policy.json"),
            lab.0.join("user-policy.json"),
        )
        .unwrap();
        lab.with("bin/aws", AWS).with("encryption.json", AES256).with("full.json", FULL)
    }

    fn with(self, name: &str, text: &str) -> Lab {
        fs::write(self.0.join(name), text).unwrap();
        self
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join("ica-inputs").join(name)).unwrap()
    }

    fn command(&self, program: &str) -> Command {
        let binary = Path::new(env!("CARGO_BIN_EXE_ica-policy")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{}:{path}", self.0.join("bin").display(), binary.display());
        let mut command = Command::new(program);
        command.current_dir(&self.0).env("PATH", path);
        command
    }

    /// Prints the script and runs it, where calls fail.
    fn fetch(&self, flags: &[&str], failing: &str) -> Output {
        let script = inputs(flags);
        assert!(script.status.success(), "{}", stderr(&script));
        fs::write(self.0.join("fetch.sh"), script.stdout).unwrap();
        let run = ["-c", "chmod +x bin/aws; exec sh fetch.sh"];
        self.command("sh").args(run).env("FAIL", failing).output().unwrap()
    }

    /// Checks the folder that the script has made.
    fn check(&self) -> Output {
        self.command("ica-policy").args(["check", "ica-inputs"]).output().unwrap()
    }
}

fn inputs(flags: &[&str]) -> Output {
    let usual = ["inputs", "--bucket", "acme-genomics", "--account", "111122223333"];
    run_in(root(), &[&usual, flags].concat())
}

const USER: [&str; 4] = ["--user", "illumina_ica_admin", "--prefix", "ica/"];

#[test]
fn the_script_fetches_everything_and_runs_the_check() {
    let lab = Lab::new("inputs").with("boundary.arn", "arn:aws:iam::aws:policy/extra");
    let output = lab.fetch(&USER, "");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let text = stdout(&output);
    for words in [
        "user   arn:aws:iam::111122223333:user/lab/illumina_ica_admin",
        "us-east-1, unversioned, prefix ica/",
        "user-inline-inline.json as an answer of `aws iam get-user-policy`",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    let settings = lab.read("ica.toml");
    for line in [
        r#"bucket_policy = "none""#,
        r#"cors = "none""#,
        r#"notifications = "none""#,
        r#"bucket_encryption = "encryption.json""#,
        r#"public_access_block = ["public-access-block.json", "account-public-access-block.json"]"#,
        r#"ownership = "BucketOwnerEnforced""#,
        r#"boundary = "boundary.json""#,
        // AWS has a managed policy of the same name, and a policy may be named `None`.
        r#"identity_policy = ["user-inline-inline.json", "group-inline-lab~None.json", "managed-111122223333-extra.json", "managed-aws-extra.json"]"#,
        r#"scp = "none""#,
        r#"rcp = "none""#,
    ] {
        assert!(settings.lines().any(|found| found == line), "{line}\n{settings}");
    }
    assert!(!lab.0.join("ica-inputs/INCOMPLETE").exists());
    assert_eq!(stdout(&lab.check()), text);
}

#[test]
fn the_key_and_the_policies_of_the_organization_are_fetched() {
    let lab = Lab::new("inputs-organization")
        .with("encryption.json", KMS)
        .with("organization", "999999999999");
    lab.fetch(&USER, "");
    let settings = lab.read("ica.toml");
    for line in [
        r#"kms_key = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab""#,
        r#"kms_key_policy = "kms-key-policy.json""#,
        r#"scp = [["scp-111122223333-p-FullAWSAccess.json"], ["scp-r-abcd-p-FullAWSAccess.json"]]"#,
        r#"rcp = [["rcp-111122223333-p-FullAWSAccess.json"], ["rcp-r-abcd-p-FullAWSAccess.json"]]"#,
    ] {
        assert!(settings.lines().any(|found| found == line), "{line}\n{settings}");
    }
    // The management account is bound by no policy of its organization.
    let lab = Lab::new("inputs-management").with("organization", "111122223333");
    lab.fetch(&USER, "");
    assert!(lab.read("ica.toml").contains("scp = \"none\"\nrcp = \"none\"\n"));
}

/// What was not fetched is unknown, never none; whoever gives it settles it.
#[test]
fn the_script_goes_on_where_a_call_is_denied() {
    let boundary = "arn:aws:iam::111122223333:policy/boundary";
    let calls = [
        ("get-bucket-policy", "bucket_policy", None),
        ("get-bucket-notification-configuration", "notifications", None),
        ("get-bucket-ownership-controls", "ownership", None),
        ("get-policy", "boundary", Some(boundary)),
    ];
    for (call, setting, arn) in calls {
        let mut lab = Lab::new("inputs-denied");
        // Only the boundary is a managed policy here.
        let aws = AWS.replace(
            r"printf 'arn:aws:iam::111122223333:policy/extra\narn:aws:iam::aws:policy/extra\n'",
            "true",
        );
        lab = lab
            .with("bin/aws", &aws.replace("echo arn:aws:iam::111122223333:policy/extra", "true"));
        if let Some(arn) = arn {
            lab = lab.with("boundary.arn", arn);
        }
        let output = lab.fetch(&USER, call);
        let incomplete = lab.read("INCOMPLETE");
        let is_told = |line: &str| {
            line.starts_with(&format!("{setting}: aws "))
                && line.ends_with(&format!("(AccessDenied) when calling {call}"))
        };
        assert!(incomplete.lines().all(is_told) && !incomplete.is_empty(), "{call}\n{incomplete}");
        assert!(!lab.read("ica.toml").contains(&format!("\n{setting} = ")), "{call}");
        // Lines are wrapped at words.
        let text = stdout(&output).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains("the answer of a call that failed is not known"), "{call}\n{text}");
        assert!(text.contains(&format!("when calling {call}")), "{call}\n{text}");
    }
}

/// Without the bucket, or the user and its policies, there is nothing to check; the folder says so, too.
#[test]
fn the_script_stops_without_the_bucket_or_the_policies_of_the_user() {
    for call in [
        "get-caller-identity",
        "get-bucket-location",
        "get-user",
        "get-user-policy",
        "list-groups-for-user",
        "get-policy-version",
    ] {
        let lab = Lab::new("inputs-stopped");
        let output = lab.fetch(&USER, call);
        assert_eq!(output.status.code(), Some(3), "{call}: {}", stderr(&output));
        assert!(
            stderr(&output).contains("stopped: this call has failed: aws "),
            "{}",
            stderr(&output)
        );
        assert!(stdout(&output).is_empty(), "{call}");
        let check = lab.check();
        assert_eq!(check.status.code(), Some(3), "{call}: {}", stdout(&check));
        assert!(
            stderr(&check).contains("the script of `ica-policy inputs` has stopped"),
            "{}",
            stderr(&check)
        );
    }
}

#[test]
fn the_caller_is_a_name_a_path_or_an_arn() {
    for user in ["u", "lab/u", "arn:aws:iam::111122223333:user/lab/u"] {
        let script = stdout(&inputs(&["--user", user]));
        assert!(script.contains("\nkind=user\nname='u'\n"), "{user}\n{script}");
    }
    let script =
        stdout(&inputs(&["--role", "arn:aws:iam::111122223333:role/lab/ica", "--prefix", "--x'/"]));
    assert!(script.contains("\nkind=role\nname='ica'\nprefix='--x'\\''/'\n"), "{script}");
}

#[test]
fn inputs_refuses_what_check_would_refuse() {
    let cases: [&[&str]; 10] = [
        &["--bucket", "s3://b", "--user", "u"],
        &["--account", "11", "--user", "u"],
        &["--user", ""],
        &["--user", "illumina ica"],
        &["--user", "arn:aws:iam::111122223333:role/ica"],
        &["--user", "u", "--role", "r"],
        &["--user", "u", "--prefix", "a\nb"],
        &["--user", "u", "--prefix", "a\u{1b}[2J"],
        &["--user", "u", "--dir", "a\u{7}"],
        &[],
    ];
    for flags in cases {
        let bucket: &[&str] = if flags.contains(&"--bucket") { &[] } else { &["--bucket", "b-1"] };
        let account: &[&str] =
            if flags.contains(&"--account") { &[] } else { &["--account", "111122223333"] };
        let output = run_in(root(), &[&["inputs"], bucket, account, flags].concat());
        assert_eq!(output.status.code(), Some(2), "{flags:?}\n{}", stdout(&output));
        assert!(!stderr(&output).contains(['\u{1b}', '\u{7}']), "{flags:?}");
    }
}
