//! `ica-policy generate`: the exact policies for a connection.

use super::exit::Exit;
use super::files::{Files, print_report, unreadable};
use super::format::Printer;
use super::named::Named;
use super::put::print_lost;
use super::settings_file::{self, Failure};
use super::typed;
use super::write::{May, NewFile, WriteError, write_all};
use crate::finding::Finding;
use crate::generate::{Generated, Options, Plan, Puts, commands, generate};
use crate::ica::ICA;
use crate::input::{NONE, Unreadable, read_policy};
use crate::product::build::build;
use crate::product::build::settings::Settings;
use crate::product::refusal::Refusal;
use crate::product::setup::Setup;
use crate::product::{EnvironmentReport, Verdict, check};
use crate::report::generated::{self, File, Made};
use crate::rules::{Attached, Subject, refusals};
use crate::source::Sources;
use clap::{Args as ClapArgs, ValueEnum};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const AFTER_HELP: &str = "\
What is made: the policy of the user, or the policy of the role and who may assume it; the bucket policy for Illumina's cross-account role of
the region; the policy of the KMS key, if there is one; the CORS rules for uploads in the browser. The actions are those of the catalogue that `check` uses, no others; what --skip leaves out is not granted.

  ica-policy generate --bucket my-bucket --account 111122223333 --region eu-central-1 --prefix ica/ \\
      --versioning unversioned --user illumina_ica_admin --write my-bucket-ica
  ica-policy check my-bucket-ica";

/// Make the policies that a connection needs, and nothing else; without --write they are printed.
///
/// Exit code 0: they were made; 1: AWS would refuse to store one of them, or ICA cannot use the bucket's name or the prefix, so none is made; 2: wrong usage; 3: a file could not be read or
/// written.
#[derive(ClapArgs, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    named: Named,
    /// Deny everybody else access to ICA's objects in the bucket policy; ICA's callers are excepted.
    #[arg(long)]
    deny_others: bool,
    /// Grant also what is only advised by newer pages, such as tagging in copies.
    #[arg(long)]
    advised: bool,
    /// A value for a placeholder, such as ICA_OIDC_ISSUER=HOST.
    #[arg(long, value_name = "NAME=VALUE", num_args = 1..)]
    set: Vec<String>,
    /// Write a file for each document into this folder, and an ica.toml that points at them.
    #[arg(long, value_name = "DIR")]
    write: Option<PathBuf>,
    /// Replace existing files.
    #[arg(long, requires = "write")]
    force: bool,
    /// The output: human (JSON documents, each under its name), json (one object), terraform (a module), cloudformation (a template with parameters).
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum Format {
    Human,
    Json,
    Terraform,
    Cloudformation,
}

impl Format {
    /// What puts the documents into AWS.
    fn puts(self) -> Puts {
        match self {
            Format::Human | Format::Json => Puts::Calls,
            Format::Terraform => Puts::Terraform,
            Format::Cloudformation => Puts::CloudFormation,
        }
    }
}

/// The file of the settings; the policies' names are in their kinds.
const SETTINGS: &str = "ica.toml";

/// Why no documents are made.
enum Stop {
    /// The settings give no connection.
    Settings(Failure),
    /// `check` would block the connection whatever its policies say.
    Blocked(String),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Stop {
        Stop::Settings(failure)
    }
}

/// Makes the documents, prints or writes them.
pub(super) fn run(args: &Args) -> Exit {
    let printer = printer(args);
    match made(args) {
        Ok(exit) => exit,
        Err(Stop::Settings(Failure::Usage(message))) => printer.usage(&message),
        Err(Stop::Blocked(message)) => {
            printer.usage(&message);
            Exit::Found
        }
        Err(Stop::Settings(Failure::Unreadable(error))) => {
            printer.unreadable(&Sources::new(), &[*error])
        }
    }
}

fn printer<'a>(args: &Args) -> Printer<Made<'a>> {
    let format = match args.format {
        Format::Json => super::format::Format::Json,
        Format::Human | Format::Terraform | Format::Cloudformation => super::format::Format::Human,
    };
    Printer::new(format, "`ica-policy generate --help` lists the flags")
}

/// What AWS would refuse of the documents that were made, such as a policy that long names make too
/// long.
fn refused(plan: &Plan, made: &Generated) -> (Sources, Vec<Finding>) {
    let mut sources = Sources::new();
    let mut found = Vec::new();
    let policies =
        made.documents.iter().filter_map(|document| Some((document.kind.policy()?, document)));
    for (kind, document) in policies {
        let text = generated::text(document);
        let added = sources.add_file(document.kind.file_name(), text);
        let Some(read) = added.ok().and_then(|id| read_policy(&mut sources, id).ok()) else {
            continue;
        };
        let lowered = read.lower(kind);
        let subject = Subject {
            policy: &lowered.policy,
            sources: &sources,
            attached: Some(Attached { bucket: Some(&plan.bucket), is_guess: false }),
            is_stored: false,
        };
        found.extend(lowered.findings.into_iter().chain(refusals(&subject)));
    }
    found.retain(Finding::is_refusal);
    (sources, found)
}

fn made(args: &Args) -> Result<Exit, Stop> {
    let (settings, folder) = connection(args)?;
    let plan = plan(args, &settings)?;
    let generated = generate(&plan);
    let (sources, refused) = refused(&plan, &generated);
    if !refused.is_empty() {
        printer(args).unreadable(&sources, &[Unreadable::Text(refused)]);
        return Ok(Exit::Found);
    }
    match &args.write {
        None => Ok(match template(args.format, &plan, &generated).as_slice() {
            [] => printer(args).report(&Made::new(&generated, &[], "", Vec::new())),
            files => print_report(&printed(files)),
        }),
        Some(dir) => Ok(write(args, dir, &settings, &folder, &plan, &generated)?),
    }
}

/// The files of a format that has templates.
fn template(format: Format, plan: &Plan, made: &Generated) -> Vec<File> {
    match format {
        Format::Terraform => generated::terraform(plan, made),
        Format::Cloudformation => {
            vec![("ica.template.json", generated::cloudformation(plan, made))]
        }
        Format::Human | Format::Json => Vec::new(),
    }
}

/// The files as one text that is a template as well: the files of a module, without those that Terraform does not read.
fn printed(files: &[File]) -> String {
    let [(_, text)] = files else {
        let files = files.iter().filter(|(name, _)| name.ends_with(".tf"));
        let texts = files.map(|(name, text)| format!("# == {name}\n{text}"));
        return texts.collect::<Vec<_>>().join("\n");
    };
    text.clone()
}

fn write(
    args: &Args,
    dir: &Path,
    settings: &Settings,
    folder: &Path,
    plan: &Plan,
    made: &Generated,
) -> Result<Exit, Failure> {
    let settings = settings.clone().with_files(&|name| Some(moved(name, folder, dir)));
    let documents = made.documents.iter().map(|document| NewFile {
        name: document.kind.file_name().to_owned(),
        text: generated::text(document),
    });
    let template = template(args.format, plan, made).into_iter();
    let template = template.map(|(name, text)| NewFile { name: name.to_owned(), text });
    let settings =
        NewFile { name: SETTINGS.to_owned(), text: generated::settings(&settings, made) };
    let files = documents.chain(template).chain([settings]).collect::<Vec<_>>();
    let may = May { replace: args.force, leave: args.named.allow_outside };
    let (written, lost) = write_all(dir, &files, may).map_err(|error| not_written(dir, &error))?;
    print_lost(&lost);
    let written = written.iter().map(|path| path.display().to_string()).collect::<Vec<_>>();
    let file = |name: &str| match name {
        "" => dir.display().to_string(),
        name => dir.join(name).display().to_string(),
    };
    let commands = commands(plan, &made.documents, args.format.puts(), &file);
    Ok(printer(args).report(&Made::new(made, &written, &dir.display().to_string(), commands)))
}

fn not_written(dir: &Path, error: &WriteError) -> Failure {
    if error.is_usage() {
        return Failure::Usage(format!("--write: {error}"));
    }
    Failure::Unreadable(Box::new(unreadable(&dir.display().to_string(), error.to_string(), None)))
}

/// The plan. The files of a settings file are not read: what is needed does not depend on what exists.
fn plan(args: &Args, settings: &Settings) -> Result<Plan, Stop> {
    let bare = settings.clone().with_files(&|_| None);
    let built = build(&ICA, &bare, &mut Sources::new(), &mut Files { folder: PathBuf::new() });
    let wrong = |Refusal { setting, message }| {
        Failure::Usage(format!(
            "{}: {message}",
            typed::setting(setting, args.named.connection.as_deref())
        ))
    };
    let connection = built.map_err(wrong)?.connection;
    if let Some(message) = blocked(&connection) {
        return Err(Stop::Blocked(message));
    }
    let values = args.set.iter().map(|text| match text.split_once('=') {
        Some((name, value)) => Ok((name.to_owned(), value.to_owned())),
        None => Err(Failure::Usage(format!("--set: `{text}` has no `=`: give NAME=VALUE"))),
    });
    let values = values.collect::<Result<BTreeMap<_, _>, _>>()?;
    let options = Options { deny_others: args.deny_others, advised: args.advised, values };
    Plan::new(&connection, &options).map_err(|error| Failure::Usage(error.to_string()).into())
}

/// Why ICA cannot use a bucket of that name, or that prefix: policies for them would be of no use.
fn blocked(connection: &Setup) -> Option<String> {
    let mut reports = check(connection).environment.into_iter();
    let is_wrong = |report: &EnvironmentReport| {
        report.verdict == Verdict::Blocked && ["bucket-name", "prefix"].contains(&report.check)
    };
    let reason = reports.find(is_wrong)?.reasons.into_iter().next()?;
    let help = reason.help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    Some(format!("{}{help}", reason.words()))
}

/// The settings of the file and the flags over them, and the folder that files are relative to.
fn connection(args: &Args) -> Result<(Settings, PathBuf), Failure> {
    let Some(file) = &args.named.connection else {
        return Ok((args.named.settings(), PathBuf::new()));
    };
    let shown = file.display().to_string();
    let mut settings = settings_file::read(file, args.named.allow_outside)?;
    let folder = settings_file::folder(file);
    match (settings.pop(), settings.len()) {
        (Some(settings), 0) => Ok((settings.overridden_by(args.named.settings()), folder)),
        (None, _) => Err(Failure::Usage(format!("{shown}: there is no connection in it"))),
        (Some(_), others) => Err(Failure::Usage(format!(
            "{shown}: there are {} connections in it, and documents are made for one: put it into its own file",
            others + 1
        ))),
    }
}

/// The name of a file of `folder`, relative to `dir`. If there is no relative path, it is the whole path.
fn moved(name: &str, folder: &Path, dir: &Path) -> String {
    if name == NONE || name == "-" || Path::new(name).is_absolute() {
        return name.to_owned();
    }
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let file = whole(&folder.join(name));
    let dir = real(&whole(dir));
    let target = file
        .parent()
        .and_then(|parent| parent.canonicalize().ok())
        .zip(file.file_name())
        .map(|(parent, name)| parent.join(name));
    let Some((dir, target)) = dir.zip(target) else { return file.display().to_string() };
    let shared =
        dir.components().zip(target.components()).take_while(|(one, other)| one == other).count();
    let up = dir.components().skip(shared).map(|_| std::path::Component::ParentDir);
    up.chain(target.components().skip(shared)).collect::<PathBuf>().display().to_string()
}

/// A path without links; only its beginning must exist.
fn real(path: &Path) -> Option<PathBuf> {
    let (above, there) =
        path.ancestors().find_map(|above| Some((above, above.canonicalize().ok()?)))?;
    Some(there.join(path.strip_prefix(above).ok()?))
}
