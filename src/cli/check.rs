//! `ica-policy check`.

use super::check_since::Since;
use super::exit::Exit;
use super::files::{Files, print_line, print_report, stdin_twice, unreadable};
use super::format::{FindingsFormat, Printer};
use super::layer_flags::{Flag, LayerFlags, RCP, SCP, Shown};
use super::named::Named;
use super::settings_file;
pub(super) use super::settings_file::Failure;
use super::typed;
use crate::api::folder::{Folder, FolderError, look_into};
use crate::authz::{FileCount, LayerRow};
use crate::finding::{Finding, codes};
use crate::ica::{ICA, catalogue};
use crate::input::NONE;
use crate::model::PolicyKind;
use crate::product::Verdict;
use crate::product::budget::{Budget, MOST_IN_A_RUN};
use crate::product::build::settings::{self, Settings};
use crate::product::build::unknown_keys;
use crate::product::build::{Built, build};
use crate::product::graph::Dependencies;
use crate::product::refusal::Refusal;
use crate::report;
use crate::report::check::Checked;
use crate::report::check_human::{report_one_of, summary};
use crate::report::overview::Overview;
use crate::source::{Sources, Span};
use clap::{Args as ClapArgs, ValueEnum};
use std::path::{Path, PathBuf};

pub(super) const AFTER_HELP: &str = "\
Every FILE may be a policy or the answer of the AWS CLI that holds it (get-bucket-policy, get-policy-version, get-user-policy,
get-group-policy, get-role-policy, get-role, get-key-policy, describe-policy; with --identity-policy also
get-account-authorization-details, of which the policies of --user or --role count), a setting of the bucket the answer of its call; `-` is standard
input, `none` says that there is none. An input that is left out becomes a listed assumption.

Callers: iam-user (the key that ICA has), federated-session (made by that user), oidc-role (your role that ICA assumes, with --role),
cross-account-role (Illumina's, for copies).
Operations: assume-role, validate-storage, install-notifications, issue-credentials, list-data, create-folder, upload-data, browser-upload,
download-data, delete-data, archive-data, restore-data, copy-within-account, copy-into-bucket, copy-from-bucket, move-from-bucket.

The same as a file, ica.toml, next to the policies (several connections go under [[connection]]):
  bucket = \"my-bucket\"
  account = \"111122223333\"
  region = \"eu-central-1\"
  prefix = \"ica/\"
  versioning = \"unversioned\"
  user = \"illumina_ica_admin\"
  identity_policy = [\"user.json\", \"group.json\"]
  bucket_policy = \"bucket.json\"
  skip = { copy-into-bucket = \"we never copy across accounts\" }";

/// The flags of `check`.
#[derive(ClapArgs, Debug)]
#[command(after_help = AFTER_HELP)]
pub(super) struct Args {
    #[command(flatten)]
    about: About,
    /// Exit code 1 if a verdict is this or worse.
    #[arg(long, value_enum, default_value_t = FailOn::Partial)]
    fail_on: FailOn,
    /// Shows only causes that were not there when the files were as in this revision of git, and fails only where an operation is worse than then.
    #[arg(long, value_name = "REV")]
    changed_since: Option<String>,
    /// How the report is written.
    #[arg(long, value_enum, default_value_t = FindingsFormat::Human)]
    format: FindingsFormat,
    /// Shorten nothing: how to settle each assumption, and pictures of what is only advised.
    #[arg(long)]
    verbose: bool,
    /// One line a connection: its verdict, how many operations, for whom.
    #[arg(long, conflicts_with_all = ["verbose", "format"])]
    summary: bool,
}

// The connection and its files, as `check`, `fix` and `graph` take them. No doc comment: clap would show it as what the command is for.
#[derive(ClapArgs, Debug)]
pub(super) struct About {
    /// A folder: its ica.toml, or the files in it by the names that `inputs` and `generate --write` use. Flags override it.
    #[arg(value_name = "DIR", conflicts_with = "connection")]
    pub(super) dir: Option<PathBuf>,
    #[command(flatten)]
    pub(super) named: Named,
    /// new: ICA has not set up the bucket yet; connected: it has. Default: new.
    #[arg(long, help_heading = "Connection")]
    state: Option<String>,
    #[command(flatten)]
    layers: LayerFlags<CheckFlags>,
    /// The bucket's CORS rules (get-bucket-cors).
    #[arg(long, value_name = "FILE", help_heading = "Settings of the bucket")]
    cors: Option<String>,
    /// The bucket's event notifications (get-bucket-notification-configuration).
    #[arg(long, value_name = "FILE", help_heading = "Settings of the bucket")]
    notifications: Option<String>,
    /// Block Public Access of the bucket (get-public-access-block); a second file for that of the account.
    #[arg(long, value_name = "FILE", num_args = 1.., help_heading = "Settings of the bucket")]
    public_access_block: Vec<String>,
    /// The bucket's default encryption (get-bucket-encryption).
    #[arg(long, value_name = "FILE", help_heading = "Settings of the bucket")]
    bucket_encryption: Option<String>,
    /// Object Ownership: BucketOwnerEnforced, BucketOwnerPreferred or ObjectWriter.
    #[arg(long, value_name = "VALUE", help_heading = "Settings of the bucket")]
    ownership: Option<String>,
    /// The encryption of ICA's storage configuration, AES256 or aws:kms; without it ICA sends AES256.
    #[arg(long, value_name = "ALGORITHM", help_heading = "Connection")]
    encryption: Option<String>,
    /// A condition key that you know: [CALLER:]KEY=VALUE, or [CALLER:]!KEY if it is absent.
    #[arg(long, value_name = "KEY=VALUE", num_args = 1..)]
    assume: Vec<String>,
    /// Only these operations.
    #[arg(long, value_name = "ID", num_args = 1..)]
    operation: Vec<String>,
    /// Verdicts that depend on assumptions become unknown.
    #[arg(long)]
    strict: bool,
    /// What all connections together may cost, in millions of steps. What is left then is unknown, and not edited.
    #[arg(long, value_name = "MILLIONS", default_value_t = MOST_IN_A_RUN)]
    pub(super) budget: u32,
}

impl About {
    /// What the run may cost.
    pub(super) fn budget(&self) -> Budget {
        Budget::of_millions(self.budget)
    }
}

/// The flags of the layers.
#[derive(Debug)]
struct CheckFlags;

impl Shown for CheckFlags {
    const FLAGS: &'static [Flag] = &[
        Flag::new(PolicyKind::Identity, "Policies of the user and of its groups, or of the role"),
        Flag::new(PolicyKind::Boundary, "The permissions boundary of the user or role"),
        SCP,
        RCP,
        Flag::new(
            PolicyKind::Vpce,
            "The policy of the VPC endpoint; it applies to requests with an assumed aws:SourceVpce",
        ),
        Flag::new(
            PolicyKind::Session,
            "The session policy, if you know it; ICA's own is assumed to allow what each operation needs",
        ),
        Flag::new(PolicyKind::Resource, "The bucket policy"),
        Flag::new(PolicyKind::KmsKey, "The policy of the KMS key"),
        Flag::new(PolicyKind::Trust, "The trust policy of the role"),
    ];

    fn files(row: &LayerRow) -> FileCount {
        row.files
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
enum FailOn {
    Blocked,
    Partial,
    Unknown,
    Never,
}

impl FailOn {
    fn fails(self, verdict: Verdict) -> bool {
        match self {
            FailOn::Blocked => verdict >= Verdict::Blocked,
            FailOn::Partial => verdict >= Verdict::Partial,
            FailOn::Unknown => verdict >= Verdict::Unknown,
            FailOn::Never => false,
        }
    }
}

/// Checks every connection and prints its report.
pub(super) fn run(args: &Args) -> Exit {
    let in_folder = || Some(args.about.dir.as_ref()?.join("ica.toml"));
    let about = args.about.named.connection.clone().or_else(in_folder);
    let about = about.map(|file| file.display().to_string());
    let help = "`ica-policy check --help` lists the flags";
    let printer = Printer::listing("check", args.format, about.as_deref(), help);
    let printer = printer.verbose(args.verbose);
    printer.finish(check_all(args, &printer))
}

fn check_all(args: &Args, printer: &Printer<Checked>) -> Exit {
    let (connections, folder) = match connections(&args.about) {
        Ok(connections) => connections,
        Err(Failure::Usage(message)) => return printer.usage(&message),
        Err(Failure::Unreadable(unreadable)) => {
            return printer.unreadable(&Sources::new(), &[*unreadable]);
        }
    };
    let since = args.changed_since.as_deref().map(|name| {
        let file = args.about.dir.as_ref().map(|dir| dir.join("ica.toml"));
        let file = file.as_deref().or(args.about.named.connection.as_deref());
        let here = std::env::current_dir().ok();
        let flags = flags(&args.about, here.as_deref().filter(|_| file.is_some()));
        Since::open(name, file, &flags, args.about.named.allow_outside)
    });
    let since = match since.transpose() {
        Ok(since) => since,
        Err(unreadable) => return printer.unreadable(&Sources::new(), &[unreadable]),
    };
    let mut course = Course {
        given: connections.len(),
        at: 0,
        overview: Overview::default(),
        budget: args.about.budget(),
    };
    let mut worst = None;
    for settings in connections {
        course.at += 1;
        worst = worst.max(Some(check_one(
            args,
            settings,
            &folder,
            printer,
            (since.as_ref(), &mut course),
        )));
    }
    let overview = course
        .is_drawn(args)
        .then(|| print_report(&course.overview.report(course.given, printer.look())));
    worst.max(overview).unwrap_or(Exit::Usage)
}

/// The progress of the checks of several connections.
struct Course {
    given: usize,
    /// The number of the one that is checked, from 1.
    at: usize,
    overview: Overview,
    budget: Budget,
}

impl Course {
    /// Whether people get one report about several connections.
    fn is_drawn(&self, args: &Args) -> bool {
        args.format == FindingsFormat::Human && self.given > 1 && !args.summary
    }
}

fn check_one(
    args: &Args,
    settings: Settings,
    folder: &Path,
    printer: &Printer<Checked>,
    (since, course): (Option<&Since>, &mut Course),
) -> Exit {
    if let Some(mistake) = stdin_twice(settings.files()) {
        return printer.usage(mistake);
    }
    let mut sources = Sources::new();
    let mut files = Files { folder: folder.to_owned() };
    let built = build(&ICA, &settings, &mut sources, &mut files);
    let Built { mut connection, unreadable } = match built {
        Ok(built) => built,
        Err(Refusal { setting, message }) => {
            return printer.usage(&format!(
                "{}: {message}",
                typed::setting(setting, args.about.named.connection.as_deref())
            ));
        }
    };
    if !unreadable.is_empty() {
        return printer.unreadable(&sources, &unreadable);
    }
    for words in unknown_keys(&ICA, &settings.assume) {
        let warning = format!(
            "{}: {words}",
            typed::setting("assume", args.about.named.connection.as_deref())
        );
        print_line("warning: ", &warning);
        if args.format != FindingsFormat::Human {
            connection.findings.push(Finding::new(codes::UNKNOWN_KEY, Span::NOWHERE, warning));
        }
    }
    connection.budget = course.budget.clone();
    let check = crate::product::check(&connection);
    if check.operations.is_empty() {
        let name = if settings.skip.is_empty() { "operation" } else { "skip" };
        let name = typed::setting(name, args.about.named.connection.as_deref());
        let message = "every operation that was asked for is skipped or not part of this method, so nothing is left to check";
        return printer.usage(&format!("{name}: {message}"));
    }
    let mut checked = Checked::new(&sources, &connection, &check);
    if args.format == FindingsFormat::Html {
        checked.graph = Some(Dependencies::of_check(catalogue(), &check, connection.is_new));
    }
    let mut fails = args.fail_on.fails(checked.verdict);
    if let Some(old) = since.and_then(|since| since.before(&settings, folder, &course.budget)) {
        checked.leave_out_known(&old);
        fails = checked.worst_change(&old).is_some_and(|verdict| args.fail_on.fails(verdict));
        let left_out = checked.no_longer_checked(&old);
        if !left_out.is_empty() {
            fails |= args.fail_on != FailOn::Never;
            checked.findings.push(since_finding(&left_out));
        }
    }
    course.overview.add(&checked);
    let printed = if args.summary {
        print_report(&summary(&checked, printer.look()))
    } else if course.is_drawn(args) {
        let number = (course.at, course.given);
        print_report(&report_one_of(&checked, number, printer.look()))
    } else {
        printer.report(&checked)
    };
    let is_found = fails || args.fail_on != FailOn::Never && !checked.refused.is_empty();
    printed.max(if is_found { Exit::Found } else { Exit::Clean })
}

/// That a change leaves operations out is shown: it could silence its own check.
fn since_finding(operations: &[&str]) -> report::Finding {
    let message = format!(
        "{} were checked in the revision of --changed-since and are left out now",
        operations.join(", ")
    );
    report::Finding::new(codes::CHANGED_CONFIGURATION, message)
}

/// Whether any flag is about a connection.
pub(super) fn is_given(args: &About) -> bool {
    args.dir.is_some()
        || args.named.connection.is_some()
        || flags(args, None) != Settings::default().overridden_by(Settings::default())
}

/// The connections of the settings file, or the one of the flags, and the folder that paths are relative to.
pub(super) fn connections(args: &About) -> Result<(Vec<Settings>, PathBuf), Failure> {
    let here = std::env::current_dir().ok();
    let in_folder = match &args.dir {
        Some(dir) => {
            let named =
                flags(args, None).files().into_iter().map(PathBuf::from).collect::<Vec<_>>();
            match look_into(dir, &named, args.named.allow_outside)
                .map_err(|error| about_folder(dir, error))?
            {
                Folder::Settings(file) => Some(file),
                Folder::Files(found) => {
                    found.words.iter().for_each(|words| print_line("", words));
                    return Ok((
                        vec![found.settings.overridden_by(flags(args, here.as_deref()))],
                        dir.clone(),
                    ));
                }
            }
        }
        None => None,
    };
    let Some(file) = in_folder.as_ref().or(args.named.connection.as_ref()) else {
        return Ok((vec![Settings::default().overridden_by(flags(args, None))], PathBuf::new()));
    };
    let settings = settings_file::read_fetched(file, args.named.allow_outside)?;
    let folder = settings_file::folder(file);
    let merged =
        settings.into_iter().map(|settings| settings.overridden_by(flags(args, here.as_deref())));
    Ok((merged.collect(), folder))
}

fn about_folder(dir: &Path, error: FolderError) -> Failure {
    match error {
        FolderError::Usage(message) => Failure::Usage(message),
        FolderError::Unreadable(message) => {
            Failure::Unreadable(Box::new(unreadable(&dir.display().to_string(), message, None)))
        }
    }
}

/// The flags as settings. If a settings file decides the folder, files named by flags are made absolute: they are relative to the
/// working folder.
fn flags(args: &About, here: Option<&Path>) -> Settings {
    let place = |name: &String| match here {
        Some(here) if name != NONE && name != "-" => here.join(name).display().to_string(),
        _ => name.clone(),
    };
    let files = |names: &[String]| {
        (!names.is_empty()).then(|| settings::Files::Many(names.iter().map(place).collect()))
    };
    let mut settings = Settings {
        state: args.state.clone(),
        cors: args.cors.as_ref().map(place),
        notifications: args.notifications.as_ref().map(place),
        public_access_block: files(&args.public_access_block),
        bucket_encryption: args.bucket_encryption.as_ref().map(place),
        ownership: args.ownership.clone(),
        encryption: args.encryption.clone(),
        assume: args.assume.clone(),
        operation: args.operation.clone(),
        strict: args.strict.then_some(true),
        ..args.named.settings()
    };
    for (kind, levels) in args.layers.files() {
        let level = |names: &Vec<String>| settings::Files::Many(names.iter().map(place).collect());
        let files = settings::Levels::Many(levels.iter().map(level).collect());
        *settings.layer_mut(*kind) = Some(files);
    }
    settings
}
