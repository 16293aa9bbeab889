//! The configuration of each policy that `lint` reads: `ica-policy.toml` in its folder or the nearest one above.

use super::files::decoded;
use super::git::Revision;
use crate::api::files::read_file;
use crate::api::lint_config::{CONFIG_FILE, LintConfig};
use crate::finding::Finding;
use crate::input::Unreadable;
use crate::source::Sources;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// Why a configuration cannot be used.
pub(super) enum Mistake {
    /// What it says is wrong.
    Usage(String),
    /// It cannot be read.
    Unreadable(Unreadable),
}

/// A configuration that was read.
pub(super) struct Loaded {
    /// Its name in reports.
    pub file: String,
    folder: PathBuf,
    pub config: LintConfig,
    /// What is known of it before policies are looked at.
    pub findings: Vec<Finding>,
}

/// The configurations of a run.
#[derive(Default)]
pub(super) struct Configurations {
    pub loaded: Vec<Loaded>,
    /// That of each folder that was looked at.
    of_folder: HashMap<PathBuf, Option<usize>>,
    /// The only one.
    pinned: Option<usize>,
    no_ignores: bool,
    /// Whose ignores count.
    since: Option<Revision>,
}

impl Configurations {
    /// None is read yet.
    pub(super) fn new(no_ignores: bool, since: Option<Revision>) -> Configurations {
        Configurations { no_ignores, since, ..Configurations::default() }
    }

    /// Takes this file for all policies.
    ///
    /// # Errors
    /// [`Mistake`].
    pub(super) fn pin(&mut self, sources: &mut Sources, file: &Path) -> Result<(), Mistake> {
        self.pinned = Some(self.load(sources, file)?);
        Ok(())
    }

    /// The configuration of a file.
    ///
    /// # Errors
    /// [`Mistake`].
    pub(super) fn of(
        &mut self,
        sources: &mut Sources,
        file: &str,
    ) -> Result<Option<usize>, Mistake> {
        if self.pinned.is_some() {
            return Ok(self.pinned);
        }
        let path = absolute(if file == "-" { "stdin" } else { file });
        let folders = path.ancestors().skip(1).map(Path::to_owned).collect::<Vec<_>>();
        let mut found = None;
        let mut asked = Vec::new();
        for folder in folders {
            if let Some(known) = self.of_folder.get(&folder) {
                found = *known;
                break;
            }
            let config = folder.join(CONFIG_FILE);
            let is_there = config.is_file();
            asked.push(folder);
            if is_there {
                found = Some(self.load(sources, &config)?);
                break;
            }
        }
        self.of_folder.extend(asked.into_iter().map(|folder| (folder, found)));
        Ok(found)
    }

    /// The path of a file below the folder of its configuration, with `/`.
    pub(super) fn below(&self, number: usize, file: &str) -> String {
        let path = absolute(file);
        let below = path.strip_prefix(&self.loaded[number].folder).unwrap_or(&path);
        below.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/")
    }

    fn load(&mut self, sources: &mut Sources, path: &Path) -> Result<usize, Mistake> {
        let shown = shown(path);
        // Nothing is said in an empty file; of an answer of AWS it would be a mistake.
        let bytes = read_file(path);
        let is_empty = bytes.as_ref().is_ok_and(Vec::is_empty);
        let text = if is_empty { Ok(String::new()) } else { decoded(bytes, &shown) };
        let text = text.map_err(Mistake::Unreadable)?;
        let mut config = read(sources, &shown, text)?;
        let mut findings = Vec::new();
        if let Some(revision) = &self.since {
            let old = revision.read(&path.display().to_string()).map_err(Mistake::Unreadable)?;
            let earlier = match old {
                Some(text) => read(sources, &revision.shown(&shown), text)?,
                None => LintConfig::default(),
            };
            let (with_old, found) = config.with_ignores_of(earlier);
            config = with_old;
            findings.extend(found);
        }
        if self.no_ignores {
            config = config.without_ignores();
        }
        let folder =
            absolute(&path.display().to_string()).parent().map(Path::to_owned).unwrap_or_default();
        self.loaded.push(Loaded { file: shown, folder, config, findings });
        Ok(self.loaded.len() - 1)
    }
}

fn read(sources: &mut Sources, shown: &str, text: String) -> Result<LintConfig, Mistake> {
    let wrong = |message: String| Mistake::Usage(format!("{shown}: {message}"));
    let id = sources.add_file(shown, text).map_err(|error| wrong(error.to_string()))?;
    LintConfig::read(sources, id).map_err(wrong)
}

/// The path without links, so that a file and its configuration have the same beginning.
fn absolute(file: &str) -> PathBuf {
    std::path::absolute(file).unwrap_or_else(|_| PathBuf::from(file))
}

/// A path below the current folder as people write it.
fn shown(path: &Path) -> String {
    let here = absolute(".");
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}

/// The text of a baseline.
pub(super) fn read_baseline(path: &Path) -> Result<String, Unreadable> {
    decoded(read_file(path), &path.display().to_string())
}
