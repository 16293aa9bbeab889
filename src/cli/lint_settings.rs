//! The configuration of each policy that `lint` reads: `ica-policy.toml` in its folder or the nearest one above.

use super::files::decoded;
use super::git::Revision;
use super::links::{LINK_OUT, is_link_out};
use crate::api::files::{read_file, unreadable};
use crate::api::lint_config::{CONFIG_FILE, LintConfig};
use crate::finding::{Finding, codes};
use crate::input::Unreadable;
use crate::source::{Sources, Span};
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
    pub folder: PathBuf,
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
    /// Whose configuration counts.
    since: Option<Revision>,
}

impl Configurations {
    /// The revision that configurations come from.
    pub(super) fn since(&self) -> Option<&Revision> {
        self.since.as_ref()
    }

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
            asked.push(folder);
            found = self.load_if_there(sources, &config)?;
            if found.is_some() {
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

    /// The configuration at this path that counts, if there is one.
    fn load_if_there(
        &mut self,
        sources: &mut Sources,
        path: &Path,
    ) -> Result<Option<usize>, Mistake> {
        // One that is a link to nothing is there: it is refused below.
        let is_there = path.is_file() || path.is_symlink() && !path.is_dir();
        let folder = path.parent().unwrap_or(path);
        let Some(revision) = self.since.as_ref().filter(|revision| revision.holds(folder)) else {
            if is_there {
                stays(path)?;
            }
            return is_there.then(|| self.load(sources, path)).transpose();
        };
        let old =
            revision.read_as_ours(&path.display().to_string()).map_err(Mistake::Unreadable)?;
        // One that is new does not count: the next one above does.
        let counts = old.is_some();
        if counts || is_there {
            self.load_old(sources, path, old)?;
        }
        Ok(counts.then(|| self.loaded.len() - 1))
    }

    /// The text of a file in the revision that counts.
    fn old_text(&self, path: &Path) -> Result<Option<String>, Mistake> {
        let name = path.display().to_string();
        let old = self.since.as_ref().map(|revision| revision.read_or_empty(&name));
        Ok(old.transpose().map_err(Mistake::Unreadable)?.flatten())
    }

    fn load(&mut self, sources: &mut Sources, path: &Path) -> Result<usize, Mistake> {
        if self.since.as_ref().is_some_and(|revision| revision.holds(&absolute_folder(path))) {
            let old = self.old_text(path)?;
            return self.load_old(sources, path, old);
        }
        let shown = shown(path);
        let text = text_of(path, &shown).map_err(Mistake::Unreadable)?;
        let config = read(sources, &shown, text)?;
        Ok(self.add(path, shown, config, Vec::new()))
    }

    /// Takes the text that a revision has, whatever the file says now: who changes it does not decide by it.
    fn load_old(
        &mut self,
        sources: &mut Sources,
        path: &Path,
        old: Option<String>,
    ) -> Result<usize, Mistake> {
        let shown = shown(path);
        stays(path)?;
        let new = path.is_file().then(|| text_of(path, &shown)).transpose();
        let new = new.map_err(Mistake::Unreadable)?;
        let findings = changed(sources, &shown, old.as_deref(), new);
        let config = match (&self.since, old) {
            (Some(revision), Some(text)) => read(sources, &revision.shown(&shown), text)?,
            _ => LintConfig::default(),
        };
        Ok(self.add(path, shown, config, findings.into_iter().collect()))
    }

    fn add(
        &mut self,
        path: &Path,
        file: String,
        config: LintConfig,
        findings: Vec<Finding>,
    ) -> usize {
        let config = if self.no_ignores { config.without_ignores() } else { config };
        self.loaded.push(Loaded { file, folder: absolute_folder(path), config, findings });
        self.loaded.len() - 1
    }

    /// The baseline that counts: that of the revision, if the file lies in its work tree. A change of it is a finding.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(super) fn baseline(
        &mut self,
        sources: &mut Sources,
        path: &Path,
    ) -> Result<Option<String>, Mistake> {
        let shown = shown(path);
        if self.since.is_some() {
            stays(path)?;
        }
        let new = text_of(path, &shown);
        if !self.since.as_ref().is_some_and(|revision| revision.holds(&absolute_folder(path))) {
            return new.map(Some).map_err(Mistake::Unreadable);
        }
        let old = self.old_text(path)?;
        let new = new.map_err(Mistake::Unreadable)?;
        let findings = changed(sources, &shown, old.as_deref(), Some(new));
        self.add(path, shown, LintConfig::default(), findings.into_iter().collect());
        Ok(old)
    }
}

/// The finding about a file that is not what the revision has, at the first line that differs.
fn changed(
    sources: &mut Sources,
    shown: &str,
    old: Option<&str>,
    new: Option<String>,
) -> Option<Finding> {
    if old == new.as_deref() {
        return None;
    }
    let what = match (old, &new) {
        (None, _) => "is new",
        (_, None) => "was taken out",
        _ => "was changed",
    };
    let message = format!(
        "`{shown}` {what}, and what the earlier revision has counts: a change cannot silence its own check"
    );
    let place = new.and_then(|text| {
        let id = sources.add_file(shown, text).ok()?;
        let source = sources.get(id);
        let mut known = old.unwrap_or_default().lines();
        let mut start = 0;
        let mut lines = source.text.split_inclusive('\n');
        let line = lines.find(|line| {
            let is_new = known.next() != Some(line.trim_end_matches(['\r', '\n']));
            start += if is_new { 0 } else { line.len() };
            is_new
        });
        let length = line.map_or(0, |line| line.trim_end().len());
        Some(source.span_of(start..start + length))
    });
    Some(Finding::new(codes::CHANGED_CONFIGURATION, place.unwrap_or(Span::NOWHERE), message))
}

/// Refuses a link that leads out of its folder: a configuration may come from a stranger, and reports quote what they read.
fn stays(path: &Path) -> Result<(), Mistake> {
    if !is_link_out(path) {
        return Ok(());
    }
    let message = format!("{LINK_OUT}, so it is not followed");
    let help = "put a file in its place, or remove the link";
    Err(Mistake::Unreadable(unreadable(&shown(path), message, Some(help))))
}

/// The text of a configuration or baseline. Nothing is said in an empty file; of an answer of AWS it would be a mistake.
pub(super) fn text_of(path: &Path, shown: &str) -> Result<String, Unreadable> {
    let bytes = read_file(path);
    if bytes.as_ref().is_ok_and(Vec::is_empty) {
        return Ok(String::new());
    }
    decoded(bytes, shown)
}

/// The folder of a file, from the root on.
fn absolute_folder(path: &Path) -> PathBuf {
    absolute(path).parent().map(Path::to_owned).unwrap_or_default()
}

fn read(sources: &mut Sources, shown: &str, text: String) -> Result<LintConfig, Mistake> {
    let wrong = |message: String| Mistake::Usage(format!("{shown}: {message}"));
    let id = sources.add_file(shown, text).map_err(|error| wrong(error.to_string()))?;
    LintConfig::read(sources, id).map_err(|fault| {
        if fault.is_toml {
            return wrong(fault.message);
        }
        let help = "it is written as in docs/lint.md, such as `fail_on = \"warning\"`";
        Mistake::Unreadable(unreadable(shown, fault.message, Some(help)))
    })
}

/// The path without links, so that a file and its configuration have the same beginning.
pub(super) fn absolute(file: impl AsRef<Path>) -> PathBuf {
    let file = file.as_ref();
    std::path::absolute(file).unwrap_or_else(|_| file.to_owned())
}

/// A path below the current folder as people write it.
fn shown(path: &Path) -> String {
    let here = absolute(".");
    path.strip_prefix(&here).unwrap_or(path).display().to_string()
}
