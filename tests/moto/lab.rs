//! A lab with a bucket, on a server of its own.

use crate::pypi::Tools;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::Duration;

/// What moto does not have, as AWS answers: the call of S3 Control puts the account before the name of the host, and the CLI does so
/// with any server.
const AWS: &str = r#"#!/bin/sh
case "$*" in
    *"s3control get-public-access-block"*)
        echo "An error occurred (NoSuchPublicAccessBlockConfiguration) when calling the GetPublicAccessBlock operation: none" >&2
        exit 254 ;;
esac
exec "$REAL_AWS" "$@"
"#;

/// A key of AWS: its id and its secret.
pub(crate) type Key = (String, String);

/// The lab.
pub(crate) struct Lab<'a> {
    tools: &'a Tools,
    folder: PathBuf,
    url: String,
    server: Child,
    auditor: Key,
}

impl Drop for Lab<'_> {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

impl<'a> Lab<'a> {
    /// Starts a server and makes the bucket, its user and its role.
    pub(crate) fn new(tools: &'a Tools, name: &str) -> Lab<'a> {
        let mut lab = Lab::start(tools, name, "123456789012");
        let words = "generate --bucket lab-genomics --account 123456789012 --region eu-central-1 --prefix ica/ \
                     --versioning unversioned --user lab/illumina_ica_admin --write .";
        let binary = Path::new(env!("CARGO_BIN_EXE_ica-policy"));
        let made = lab.command(binary, None).args(words.split_whitespace()).output().unwrap();
        assert!(made.status.success(), "{}", stderr(&made));
        let setup = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/moto/setup.py");
        let output = lab
            .command(&lab.tools.program("python"), None)
            .arg(setup)
            .arg(&lab.url)
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        let (id, secret) = stdout(&output)
            .trim()
            .split_once(' ')
            .map(|(id, secret)| (id.to_owned(), secret.to_owned()))
            .unwrap();
        lab.auditor = (id, secret);
        lab
    }

    /// Starts a server where the account of the README has nothing.
    pub(crate) fn empty(tools: &'a Tools, name: &str) -> Lab<'a> {
        Lab::start(tools, name, "111122223333")
    }

    /// Runs commands of a shell, as the account's administrator; the first that fails ends it. The CLI has a default region, as in CloudShell: with
    /// AWS it does not need one for IAM, with a server of another address it does. It is not the bucket's.
    pub(crate) fn run(&self, script: &str) -> Output {
        let run = ["-c", "chmod +x bin/aws; exec sh -e script.sh"];
        fs::write(self.path("script.sh"), script).unwrap();
        let mut command = self.command(Path::new("sh"), None);
        command.env("AWS_DEFAULT_REGION", "us-east-1").args(run).output().unwrap()
    }

    /// Starts a server in an empty folder.
    fn start(tools: &'a Tools, name: &str, account: &str) -> Lab<'a> {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("moto-labs").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("bin")).unwrap();
        fs::write(folder.join("bin/aws"), AWS).unwrap();
        let port =
            TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let server = Command::new(tools.program("moto_server"))
            .args(["-H", "127.0.0.1", "-p", &port])
            .env("MOTO_ACCOUNT_ID", account)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let url = format!("http://127.0.0.1:{port}");
        let lab = Lab { tools, folder, url, server, auditor: Key::default() };
        lab.wait();
        lab
    }

    /// Waits until the server answers, at most two minutes.
    fn wait(&self) {
        let address = self.url.trim_start_matches("http://");
        for _ in 0..1_200 {
            if std::net::TcpStream::connect(address).is_ok() {
                return;
            }
            sleep(Duration::from_millis(100));
        }
        panic!("the server does not answer at {address}");
    }

    /// The key of somebody who may read the user's policies but not the bucket's settings. From now on the server enforces permissions.
    pub(crate) fn auditor(&self) -> Key {
        let post = "import sys, urllib.request as r; \
                    r.urlopen(r.Request(sys.argv[1] + '/moto-api/reset-auth', b'0', {'Content-Type': 'text/plain'}))";
        let output = self
            .command(&self.tools.program("python"), None)
            .args(["-c", post, &self.url])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", stderr(&output));
        self.auditor.clone()
    }

    /// Prints the script for these flags and runs it.
    pub(crate) fn fetch(&self, flags: &[&str], key: Option<&Key>) -> Output {
        let script = Command::new(env!("CARGO_BIN_EXE_ica-policy"))
            .args([
                "inputs",
                "--bucket",
                "lab-genomics",
                "--account",
                "123456789012",
                "--prefix",
                "ica/",
            ])
            .args(flags)
            .output()
            .unwrap();
        assert!(script.status.success(), "{}", stderr(&script));
        fs::write(self.path("fetch.sh"), script.stdout).unwrap();
        let run = ["-c", "chmod +x bin/aws; exec sh fetch.sh"];
        self.command(Path::new("sh"), key).args(run).output().unwrap()
    }

    /// A program in the folder of the lab, with the server in the place of AWS.
    fn command(&self, program: &Path, key: Option<&Key>) -> Command {
        let binary = Path::new(env!("CARGO_BIN_EXE_ica-policy")).parent().unwrap();
        let paths = [self.path("bin"), binary.to_owned()];
        let more = std::env::var_os("PATH").unwrap_or_default();
        let path =
            std::env::join_paths(paths.into_iter().chain(std::env::split_paths(&more))).unwrap();
        let (id, secret) = key.cloned().unwrap_or(("test".to_owned(), "test".to_owned()));
        let mut command = Command::new(program);
        let ours = ["HOME", "LANG", "TMPDIR"].map(|name| (name, std::env::var_os(name)));
        command
            .env_clear()
            .envs(ours.into_iter().filter_map(|(name, value)| Some((name, value?))))
            .env("PATH", path)
            .env("REAL_AWS", self.tools.program("aws"))
            .env("AWS_ENDPOINT_URL", &self.url)
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env("AWS_ACCESS_KEY_ID", id)
            .env("AWS_SECRET_ACCESS_KEY", secret)
            .current_dir(&self.folder);
        command
    }

    /// A file of the lab.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The text of a file of the lab.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}
