//! The texts of a run, and how policies are read from them.

use super::error::Error;
use super::files::{Folder, Texts, unreadable};
use super::policy::Policy;
use crate::ica::ICA;
use crate::input::{Loader, load_policy};
use crate::model::PolicyKind;
use crate::product::Product;
use crate::report::Finding;
use crate::rules::{self, RULES, Subject};
use crate::source::{SourceId, Sources};
use std::collections::HashMap;
use std::path::PathBuf;

/// Owns the texts of a run and answers questions about the policies in them.
pub struct Workspace {
    pub(super) product: &'static dyn Product,
    pub(super) sources: Sources,
    pub(super) texts: Texts,
}

impl Default for Workspace {
    fn default() -> Workspace {
        Workspace { product: &ICA, sources: Sources::default(), texts: Texts::default() }
    }
}

impl Workspace {
    /// A workspace that reads no files.
    pub fn new() -> Workspace {
        Workspace::default()
    }

    /// The same workspace for connections of another product than Illumina Connected Analytics.
    #[must_use]
    pub fn of_product(self, product: &'static dyn Product) -> Workspace {
        Workspace { product, ..self }
    }

    /// A workspace that reads files of a folder.
    pub fn in_folder(path: impl Into<PathBuf>) -> Workspace {
        Workspace::with_loader(Folder { path: path.into() })
    }

    /// A workspace that fetches texts by itself, as an editor or a browser does.
    pub fn with_loader(loader: impl Loader + 'static) -> Workspace {
        let texts = Texts { texts: HashMap::new(), files: Some(Box::new(loader)) };
        Workspace { texts, ..Workspace::default() }
    }

    /// Adds a text under a name, as if it were a file.
    ///
    /// # Errors
    /// It is too large.
    pub fn add_text(&mut self, name: &str, text: &str) -> Result<(), Error> {
        let added = self.sources.add_file(name, text.to_owned());
        let refused = |error| unreadable(name, format!("{error}"), None);
        let id = added.map_err(|error| Error::unreadable(&self.sources, refused(error)))?;
        self.texts.texts.insert(name.to_owned(), id);
        Ok(())
    }

    /// The text of a file, or the one of that name.
    pub(super) fn read(&mut self, name: &str) -> Result<SourceId, Error> {
        let id = self.texts.load(&mut self.sources, name);
        id.map_err(|unreadable| Error::unreadable(&self.sources, unreadable))
    }

    /// Reads a policy from a text: a policy document, or the answer of the AWS CLI that holds one.
    /// `name` is the name of the text in findings.
    ///
    /// # Errors
    /// The findings that say why there is no policy in it.
    pub fn parse(&mut self, name: &str, text: &str, kind: PolicyKind) -> Result<Policy, Error> {
        self.add_text(name, text)?;
        self.load(name, kind)
    }

    /// Reads a policy from a file, or from the text of that name.
    ///
    /// # Errors
    /// The file cannot be read, or the findings that say why there is no policy in it.
    pub fn load(&mut self, name: &str, kind: PolicyKind) -> Result<Policy, Error> {
        let lowered = load_policy(&mut self.texts, &mut self.sources, name, kind)
            .map_err(|unreadable| Error::unreadable(&self.sources, unreadable))?;
        let subject = Subject {
            policy: &lowered.policy,
            sources: &self.sources,
            attached: None,
            is_stored: lowered.read_as.is_answer(),
        };
        let found = lowered.findings.into_iter().chain(rules::run(&RULES, &subject));
        let findings = Finding::all(&self.sources, found);
        Ok(Policy::new(name, lowered.policy, findings))
    }
}

impl std::fmt::Debug for Workspace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workspace").finish_non_exhaustive()
    }
}
