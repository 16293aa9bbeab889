//! A connection of ICA to a bucket, checked against all that ICA does.

use super::error::Error;
use super::finding::Finding;
use super::folder::{Folder, FolderError, look_into};
use super::workspace::Workspace;
use crate::finding::{Severity, codes};
use crate::ica::build::settings::{self, Settings};
use crate::ica::build::{Built, build, unknown_keys};
use crate::ica::{self, Assumption, CallerReport, Check, Level, Reason, Verdict};
use crate::input::{Loader, NONE};
use crate::source::Span;
use std::path::Path;

/// The result of a check.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The name of the connection.
    pub name: Option<String>,
    /// The worst verdict of all operations.
    pub verdict: Verdict,
    /// Every operation of ICA for each of its callers.
    pub operations: Vec<Operation>,
    /// What the verdicts rest on, and how to settle it.
    pub assumptions: Vec<Assumption>,
    /// What is wrong with the documents themselves.
    pub findings: Vec<Finding>,
}

/// An operation of ICA for one caller.
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its name, such as `upload-data`.
    pub id: &'static str,
    /// Who does it, such as `iam-user`.
    pub caller: &'static str,
    /// The verdict, with the operations that it depends on.
    pub verdict: Verdict,
    /// The operations that are the cause, if they are others.
    pub blocked_by: Vec<&'static str>,
    /// Why its own requests are not allowed; a warning where it works all the same.
    pub causes: Vec<Finding>,
}

impl Workspace {
    /// Checks the connections of a settings file, such as `ica.toml`. Files in it are relative to
    /// it.
    ///
    /// # Errors
    /// What is wrong with the settings, and every file that cannot be read.
    pub fn check(&mut self, settings_file: &str) -> Result<Vec<Checked>, Error> {
        let id = self.texts.load(&mut self.sources, settings_file);
        let id = id.map_err(|unreadable| Error::unreadable(&self.sources, unreadable))?;
        let connections = settings::parse(&self.sources.get(id).text)
            .map_err(|error| Error::setting(settings_file, error))?;
        if connections.is_empty() {
            return Err(Error::setting(settings_file, "there is no connection in it"));
        }
        let folder = Path::new(settings_file).parent().unwrap_or(Path::new(""));
        let place = |name: &str| {
            let place = if name == NONE { name.into() } else { folder.join(name) };
            Some(place.display().to_string())
        };
        let (mut checked, mut wrong) = (Vec::new(), Vec::new());
        for settings in connections {
            match self.check_settings(&settings.with_files(&place)) {
                Ok(check) => checked.push(check),
                Err(error) => wrong.extend(error.findings().to_vec()),
            }
        }
        Error::unless_empty(wrong, checked)
    }

    /// Checks the connection of a folder: that of its `ica.toml`, else its files, each taken for
    /// what its name or its content says. Findings of the code `folder-file` say for what.
    ///
    /// # Errors
    /// As [`Workspace::check`]; or it cannot be said what a file is.
    pub fn check_folder(path: impl AsRef<Path>) -> Result<Vec<Checked>, Error> {
        let path = path.as_ref();
        match look_into(path, &[]) {
            Ok(Folder::Settings(file)) => {
                Workspace::in_folder("").check(&file.display().to_string())
            }
            Ok(Folder::Files(found)) => {
                let mut checked = Workspace::in_folder(path).check_settings(&found.settings)?;
                let words = found.words.into_iter();
                checked.findings.extend(words.map(|text| Finding::new(codes::FOLDER_FILE, text)));
                Ok(vec![checked])
            }
            Err(FolderError::Usage(message)) => {
                Err(Finding::new(codes::WRONG_SETTING, message).into())
            }
            Err(FolderError::Unreadable(message)) => {
                let message = format!("{}: {message}", path.display());
                Err(Finding::new(codes::UNREADABLE_FILE, message).into())
            }
        }
    }

    /// Checks the connection that these settings describe.
    ///
    /// # Errors
    /// As [`Workspace::check`].
    pub fn check_settings(&mut self, settings: &Settings) -> Result<Checked, Error> {
        let Built { mut connection, unreadable } =
            build(settings, &mut self.sources, &mut self.texts)?;
        let unreadable = unreadable.into_iter();
        let unreadable = unreadable.map(|file| Error::unreadable(&self.sources, file));
        let unreadable = unreadable.flat_map(|error| error.findings().to_vec());
        Error::unless_empty(unreadable.collect(), ())?;
        connection.findings.extend(
            unknown_keys(&settings.assume).map(|words| {
                crate::finding::Finding::new(codes::UNKNOWN_KEY, Span::NOWHERE, words)
            }),
        );
        let check = ica::check(&connection);
        if check.operations.is_empty() {
            return Err(Error::setting("operation", "nothing is left to check"));
        }
        Ok(self.checked(connection.name, check))
    }

    fn checked(&self, name: Option<String>, check: Check) -> Checked {
        let verdict = check.worst();
        let callers = check.operations.iter().flat_map(|operation| {
            operation.callers.iter().map(move |caller| (operation.id, caller))
        });
        Checked {
            name,
            verdict,
            operations: callers.map(|(id, caller)| self.operation(id, caller)).collect(),
            assumptions: check.assumptions,
            findings: Finding::all(&self.sources, check.findings),
        }
    }

    fn operation(&self, id: &'static str, report: &CallerReport) -> Operation {
        let steps = report.steps.iter().filter(|step| step.verdict != Verdict::Allowed);
        let causes = steps.flat_map(|step| {
            let is_certain = step.level == Level::Required && step.verdict != Verdict::Unknown;
            let severity = if is_certain { Severity::Error } else { Severity::Warning };
            step.reasons.iter().map(move |reason| cause(reason, severity))
        });
        Operation {
            id,
            caller: report.caller.id(),
            verdict: report.verdict,
            blocked_by: report.blocked_by.clone(),
            causes: Finding::all(&self.sources, causes),
        }
    }
}

fn cause(reason: &Reason, severity: Severity) -> crate::finding::Finding {
    let span = reason.span.unwrap_or(Span::NOWHERE);
    crate::finding::Finding {
        severity,
        help: reason.help.as_ref().map(ToString::to_string),
        related: reason.labels.clone(),
        ..crate::finding::Finding::new(reason.kind.code(), span, reason.words())
    }
}
