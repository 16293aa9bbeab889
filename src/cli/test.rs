//! `ica-policy test`: whether what is expected of policies holds, for all requests.

use super::exit::Exit;
use super::files::{Files, print_line};
use super::format::{FindingsFormat, Printer};
use super::layer_flags::{Flag, LayerFlags, OfRequest};
use super::links::{ALLOW_OUTSIDE, LINK_OUT, is_link_out};
use super::write::{May, NewFile, WriteError, write_all};
use crate::api::folder::leads_out;
use crate::api::{Error, Status, TestOptions, Tested, Workspace};
use crate::expect::About;
use crate::finding::codes;
use crate::input::NONE;
use crate::model::PolicyKind;
use crate::product::budget::MOST_IN_A_RUN;
use crate::product::build::settings;
use crate::report::Finding;
use crate::report::failure::of_finding;
use clap::{Args as ClapArgs, ValueEnum};
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

/// The file that is read if none is named.
const USUAL: &str = "policy-tests.toml";

const EXAMPLE: &str = "\
A file of tests:
  connection = \"ica.toml\"      # or policies: identity_policy, boundary, session_policy, bucket_policy,
                               # kms_key_policy, trust_policy, scp, rcp, vpce_policy, and account
  [[test]]
  name = \"sessions upload below the prefix\"
  reason = \"pipelines write their results with it\"
  allow = [\"s3:PutObject\"]    # or deny: none is allowed; or never: whatever other policies allow
  on = \"arn:aws:s3:::acme-genomics/ica/*\"
  caller = \"federated-session\"  # iam-user, oidc-role, cross-account-role, all, outsiders, an ARN;
                                # session_issuer says who made the session of an ARN
  with = { \"aws:SecureTransport\" = true }
  without = \"aws:SourceVpce\"
  any = \"aws:SourceIp\"         # nothing is known of it, whatever ica.toml assumes";

/// Says whether what must stay true of policies still holds: decided for all requests, not for samples.
///
/// A file of expectations names a connection (`connection = "ica.toml"`) or policies (`bucket_policy = "bucket.json"`), then `[[test]]`
/// entries: `allow`, `deny` or `never` with actions, `on` with resources, `caller`, and condition keys in `with`, `without` and `any`.
/// A test that fails shows a request and the words that decide it. `--update` writes a first file from what holds today.
/// Exit code 0: all hold; 1: one fails or is not decided; 2: a test cannot be meant so; 3: a file could not be read; 4: a defect of ica-policy.
#[derive(ClapArgs, Debug)]
#[command(after_help = EXAMPLE)]
pub(super) struct Args {
    /// Files of expectations, or folders that have a `policy-tests.toml`.
    #[arg(value_name = "FILE", default_value = USUAL)]
    files: Vec<String>,
    /// Write a first file from what holds today, about `--connection` or about the policies of the flags. It never writes over one.
    #[arg(long, conflicts_with_all = ["only", "coverage", "budget"])]
    update: bool,
    /// The settings file that a first file is about.
    #[arg(long, value_name = "FILE", requires = "update")]
    connection: Option<String>,
    /// The connection of that file, if it has several.
    #[arg(long, requires = "connection")]
    name: Option<String>,
    /// The account that owns the resources, if policies are named by themselves.
    #[arg(long, requires = "update", conflicts_with = "connection")]
    account: Option<String>,
    #[command(flatten)]
    layers: LayerFlags<TestFlags>,
    /// Only tests whose name has this text, in any case of its letters.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Say which statements and values of the policies no test needs.
    #[arg(long)]
    coverage: bool,
    /// What all tests of a file together may cost, in millions of steps. What is left then is not decided.
    #[arg(long, value_name = "MILLIONS", default_value_t = MOST_IN_A_RUN)]
    budget: u32,
    /// What gives exit code 1.
    #[arg(long, value_enum, default_value_t = FailOn::Undecided)]
    fail_on: FailOn,
    /// Read files that lie outside of the folder of the file that names them; with --update, write through a link that leads out of its folder.
    #[arg(long)]
    allow_outside: bool,
    /// List every test, also where there are many.
    #[arg(long, short)]
    verbose: bool,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t = FindingsFormat::Human)]
    format: FindingsFormat,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum FailOn {
    /// A test that fails.
    Failed,
    /// One that fails, or is not decided.
    Undecided,
    /// Nothing does.
    Never,
}

impl FailOn {
    fn exit(self, tested: &Tested) -> Exit {
        let is_refused = self != FailOn::Never && tested.findings.iter().any(Finding::is_refusal);
        let fails = match self {
            FailOn::Failed => tested.counts.fails > 0,
            FailOn::Undecided => tested.verdict != Status::Holds,
            FailOn::Never => false,
        };
        match () {
            () if tested.is_defect => Exit::Defect,
            () if fails || is_refused => Exit::Found,
            () => Exit::Clean,
        }
    }
}

/// The flags of the layers.
#[derive(Debug)]
pub(super) struct TestFlags;

impl OfRequest for TestFlags {
    const RESOURCE: Flag =
        Flag::new(PolicyKind::Resource, "The bucket's policy, or that of another resource");
}

/// Tests the files.
pub(super) fn run(args: &Args) -> Exit {
    let about = args.files.first().map(|file| path(file).display().to_string());
    let help = "`ica-policy test --help` shows the entries of the file";
    let printer =
        Printer::listing("test", args.format, about.as_deref(), help).verbose(args.verbose);
    if args.update {
        let exit = update(args, &printer);
        return printer.finish(exit);
    }
    if !args.layers.files().is_empty() {
        return printer
            .usage("the file of tests names its policies; flags for them go with --update");
    }
    let each = args.files.iter().map(|file| one(&path(file), args, &printer));
    let exit = each.max().unwrap_or(Exit::Clean);
    printer.finish(exit)
}

/// The file of expectations of a folder.
fn path(file: &str) -> PathBuf {
    let path = Path::new(file);
    if path.is_dir() { path.join(USUAL) } else { path.to_owned() }
}

fn one(path: &Path, args: &Args, printer: &Printer<Tested>) -> Exit {
    let file = path.display().to_string();
    if std::fs::symlink_metadata(path).is_err() {
        let help = "write a first one from what holds today: `ica-policy test --update --connection ica.toml`";
        let message = format!("{file}: there is no such file of tests");
        return printer.error(&message, help, Exit::Unreadable);
    }
    let mut workspace = Workspace::with_loader(Files { folder: PathBuf::new() });
    let options =
        TestOptions { only: args.only.as_deref(), coverage: args.coverage, budget: args.budget };
    let inside = if args.allow_outside { Ok(()) } else { inside(&mut workspace, &file) };
    match inside.and_then(|()| workspace.test(&file, options)) {
        Ok(tested) => printer.report(&tested).max(args.fail_on.exit(&tested)),
        Err(error) => failed(&error, printer),
    }
}

/// Writes a first file.
fn update(args: &Args, printer: &Printer<Tested>) -> Exit {
    let [file] = args.files.as_slice() else {
        return printer.usage("--update writes one file: name one");
    };
    let beside = args.connection.as_ref().filter(|_| file == USUAL);
    let path = match beside {
        Some(settings) => folder(Path::new(settings)).join(USUAL),
        None => path(file),
    };
    let about = match about(args, &folder(&path)) {
        Ok(about) => about,
        Err(message) => return printer.usage(&message),
    };
    let mut workspace = Workspace::with_loader(Files { folder: PathBuf::new() });
    let shown = path.display().to_string();
    let (text, tests) = match workspace.draft_tests(&shown, &about) {
        Ok(draft) => draft,
        Err(error) => return failed(&error, printer),
    };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
    let new = NewFile { name: name.unwrap_or_default(), text };
    let may = May { replace: false, leave: args.allow_outside };
    match write_all(&folder(&path), &[new], may) {
        Ok(_) => {
            print_line("", &format!("{shown}: {tests} tests of what holds today; read each, then run `ica-policy test {shown}`"));
            Exit::Clean
        }
        Err(WriteError::Exists(_)) => printer.usage(&format!(
            "`{shown}` is there already, and --update writes over nothing: name another file, and compare the two"
        )),
        Err(error) if error.is_usage() => printer.usage(&error.to_string()),
        Err(error) => printer.error(&error.to_string(), "", Exit::Unreadable),
    }
}

/// What a first file is about: names relative to its folder.
fn about(args: &Args, folder: &Path) -> Result<About, String> {
    let relative = |name: &String| {
        match name.as_str() {
        NONE => Ok(name.clone()),
        name if Path::new(name).components().any(|part| part == Component::ParentDir) => {
            Err(format!("`{name}` does not lie below the folder of the file of tests"))
        }
        _ => Path::new(name)
            .strip_prefix(folder)
            .map(|path| path.display().to_string())
            .map_err(|_| format!("`{name}` does not lie in the folder of the file of tests: write that beside the policies or above them")),
    }
    };
    let connection = args.connection.as_ref().map(relative).transpose()?;
    let mut layers = BTreeMap::new();
    for (kind, levels) in args.layers.files() {
        let level = |names: &Vec<String>| names.iter().map(relative).collect::<Result<_, _>>();
        let levels = levels.iter().map(|names| level(names).map(settings::Files::Many));
        layers.insert(*kind, settings::Levels::Many(levels.collect::<Result<_, String>>()?));
    }
    match (&connection, layers.is_empty()) {
        (None, true) => Err("what is the first file about? Give --connection ica.toml, or policies as in --bucket-policy bucket.json".to_owned()),
        (Some(_), false) => Err("--connection names the policies already: give it, or policies by themselves".to_owned()),
        _ => Ok(About { connection, name: args.name.clone(), account: args.account.clone(), layers }),
    }
}

/// Says why there is no answer: what the user wrote is wrong, or a file cannot be read.
pub(super) fn failed(error: &Error, printer: &Printer<Tested>) -> Exit {
    let failures = error.findings().iter().cloned().map(of_finding).collect::<Vec<_>>();
    printer.not_read(&failures);
    let wrong = [codes::WRONG_SETTING, codes::WRONG_REQUEST, codes::WRONG_TEST];
    let is_usage = error.findings().iter().any(|finding| wrong.contains(&finding.code));
    if is_usage { Exit::Usage } else { Exit::Unreadable }
}

/// A file of expectations may come from a stranger, and reports quote what they read: it names files of its own folder only, and so do
/// the settings that it names.
fn inside(workspace: &mut Workspace, file: &str) -> Result<(), Error> {
    let folder = folder(Path::new(file));
    // A link may lead anywhere: what it leads to is not even read.
    if is_link_out(Path::new(file)) {
        return Err(outside(format!("{file}: {LINK_OUT}")));
    }
    let About { connection, layers, .. } = workspace.expectations(file)?.about;
    let layers = layers.values().flat_map(settings::Levels::names);
    check_inside(&folder, layers.chain(connection.clone()), file)?;
    let Some(connection) = connection else { return Ok(()) };
    let path = folder.join(&connection);
    // What is wrong with the settings themselves is said when they are read.
    let all = workspace.settings_of(&path.display().to_string()).unwrap_or_default();
    let names = all.iter().flat_map(settings::Settings::files).map(str::to_owned);
    check_inside(&self::folder(&path), names, &connection)
}

fn folder(file: &Path) -> PathBuf {
    file.parent().map(Path::to_owned).unwrap_or_default()
}

fn check_inside(
    folder: &Path,
    mut names: impl Iterator<Item = String>,
    by: &str,
) -> Result<(), Error> {
    let is_out =
        |name: &String| name == "-" || name != NONE && leads_out(folder, Path::new(name.as_str()));
    names.find(is_out).map_or(Ok(()), |name| {
        let path = folder.join(name).display().to_string();
        Err(outside(format!("{path}: it lies outside of the folder of `{by}`")))
    })
}

fn outside(message: String) -> Error {
    let help = Some(ALLOW_OUTSIDE.to_owned());
    Finding { help, ..Finding::new(codes::UNREADABLE_FILE, message) }.into()
}
