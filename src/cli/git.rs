//! Files of a git revision, read by the command `git`.

use super::files::{decoded, unreadable};
use crate::input::Unreadable;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A revision that files are read from.
#[derive(Debug)]
pub(super) struct Revision<'a> {
    pub name: &'a str,
}

/// A path in the form that git needs: a folder that exists, and the rest.
struct Split {
    folder: PathBuf,
    rest: String,
}

impl Revision<'_> {
    /// The name of a file of the revision in reports.
    pub(super) fn shown(&self, path: &str) -> String {
        format!("{}:{path}", self.name)
    }

    /// The text of a file; `None` if the revision does not have it.
    pub(super) fn read(&self, path: &str) -> Result<Option<String>, Unreadable> {
        let shown = self.shown(path);
        let split = split(path);
        let commit =
            self.commit(&split).map_err(|(message, help)| unreadable(&shown, message, help))?;
        let failed = |output: &Output| {
            unreadable(&shown, format!("git cannot read it: {}", said(output)), None)
        };
        let listed = git(&split, &["ls-tree", &commit, "--", &split.rest])
            .map_err(|error| unreadable(&shown, words(&error), None))?;
        if !listed.status.success() {
            return Err(failed(&listed));
        }
        // `100644 blob 8baef1b... name`; nothing if there is no such file.
        let entry = String::from_utf8_lossy(&listed.stdout).into_owned();
        let mut fields = entry.split_whitespace();
        let (mode, kind, object) = (fields.next(), fields.next(), fields.next());
        let (Some(mode), Some(kind), Some(object)) = (mode, kind, object) else { return Ok(None) };
        if kind != "blob" || mode == "120000" {
            return Err(unreadable(
                &shown,
                "this is not a file in that revision, but a folder or a link".to_owned(),
                None,
            ));
        }
        let blob = git(&split, &["cat-file", "blob", object])
            .map_err(|error| unreadable(&shown, words(&error), None))?;
        if !blob.status.success() {
            return Err(failed(&blob));
        }
        decoded(Ok(blob.stdout), &shown).map(Some)
    }

    /// The commit that the name refers to, or why there is none.
    fn commit(&self, split: &Split) -> Result<String, (String, Option<&'static str>)> {
        let asked = format!("{}^{{commit}}", self.name);
        let found = git(split, &["rev-parse", "--verify", "--quiet", "--end-of-options", &asked]);
        let found = found.map_err(|error| {
            (words(&error), Some("--against reads the old side with the command `git`"))
        })?;
        if found.status.success() {
            return Ok(String::from_utf8_lossy(&found.stdout).trim().to_owned());
        }
        let inside =
            git(split, &["rev-parse", "--git-dir"]).is_ok_and(|output| output.status.success());
        if inside {
            let help = "name a commit, branch or tag; a shallow clone has only the newest commit (`git fetch --unshallow`)";
            return Err((format!("git has no revision `{}`", self.name), Some(help)));
        }
        Err((
            format!("`{}` is in no git repository", split.folder.display()),
            Some("give two files instead: compare OLD NEW"),
        ))
    }
}

fn git(split: &Split, arguments: &[&str]) -> io::Result<Output> {
    Command::new("git").arg("-C").arg(&split.folder).args(arguments).output()
}

fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "the command `git` is not installed".to_owned(),
        _ => format!("the command `git` cannot be run: {error}"),
    }
}

/// The first line of git's output.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr)
        .lines()
        .next()
        .unwrap_or("it does not say why")
        .to_owned()
}

/// The nearest folder of a path that exists: the file may have been deleted with its folder.
fn split(path: &str) -> Split {
    let path = Path::new(path);
    let there = path.ancestors().skip(1).find(|folder| folder.is_dir());
    let folder = there.filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let rest = path.strip_prefix(folder).unwrap_or(path);
    Split { folder: folder.to_owned(), rest: format!("./{}", rest.display()) }
}
