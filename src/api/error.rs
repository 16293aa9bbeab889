//! Why there is no answer.

use crate::finding::codes;
use crate::input::Unreadable;
use crate::product::build::WrongSettings;
use crate::product::refusal::Refusal;
use crate::report::Finding;
use crate::simulate::LineError;
use crate::source::Sources;
use miette::Diagnostic;
use std::fmt::{self, Display};

/// Why there is no answer: the findings that prevent it, at least one. `Display` writes all of
/// them, one a line; as a [`miette::Diagnostic`] each is drawn with its text.
#[derive(Clone)]
pub struct Error {
    findings: Vec<Finding>,
}

impl Error {
    /// All findings.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// `Err` if there are findings, else the value.
    pub(super) fn unless_empty<T>(findings: Vec<Finding>, value: T) -> Result<T, Error> {
        if findings.is_empty() { Ok(value) } else { Err(Error { findings }) }
    }

    /// `Err` if files cannot be read, else the value.
    pub(super) fn unless_unreadable<T>(
        sources: &Sources,
        unreadable: Vec<Unreadable>,
        value: T,
    ) -> Result<T, Error> {
        let each = unreadable.into_iter().map(|file| Error::unreadable(sources, file));
        Error::unless_empty(each.flat_map(|error| error.findings).collect(), value)
    }

    /// A part of a request that is wrong.
    pub(super) fn request(part: &str, message: impl Display) -> Error {
        Finding::new(codes::WRONG_REQUEST, format!("{part}: {message}")).into()
    }

    pub(super) fn setting(name: &str, message: impl Display) -> Error {
        Finding::new(codes::WRONG_SETTING, format!("{name}: {message}")).into()
    }

    /// A settings file that is wrong.
    pub(super) fn settings(file: &str, wrong: WrongSettings) -> Error {
        match wrong {
            WrongSettings::Setting { place_and_message } => {
                Finding::new(codes::WRONG_SETTING, format!("{file}{place_and_message}")).into()
            }
            WrongSettings::NoToml { message, help } => {
                let finding = Finding::new(codes::UNREADABLE_FILE, format!("{file}: {message}"));
                Finding { help: help.map(str::to_owned), ..finding }.into()
            }
        }
    }

    pub(super) fn unreadable(sources: &Sources, unreadable: Unreadable) -> Error {
        match unreadable {
            Unreadable::File { name, message, help } => {
                let message = format!("{name}: {message}");
                Finding { help, ..Finding::new(codes::UNREADABLE_FILE, message) }.into()
            }
            Unreadable::Text(findings) => {
                let unknown = Finding::new(codes::NO_POLICY, "the text is not a policy").into();
                Error::unless_empty(Finding::all(sources, findings), unknown)
                    .unwrap_or_else(|error| error)
            }
        }
    }
}

impl From<Finding> for Error {
    fn from(finding: Finding) -> Error {
        Error { findings: vec![finding] }
    }
}

impl From<LineError> for Error {
    fn from(error: LineError) -> Error {
        Error::request(&error.path, error.message)
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Error {
        Error::setting(refusal.setting, refusal.message)
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.findings.iter().map(ToString::to_string).collect::<Vec<_>>();
        f.write_str(&lines.join("\n"))
    }
}

/// What `main` prints of an error: the findings, each with its help.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            write!(f, "\n{finding}")?;
            finding.help.iter().try_for_each(|help| write!(f, "\n  help: {help}"))?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}

impl Diagnostic for Error {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.findings.iter().map(|finding| finding as &dyn Diagnostic)))
    }
}
