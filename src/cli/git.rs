//! Files of a git revision, read by the command `git`.
//!
//! The files of a checkout may come from a stranger's pull request, and with them anything that git takes for a repository or for its
//! configuration. So the repository is the one of the current folder and no other, and git runs with our settings: it fetches nothing,
//! runs no program, and follows no variable that somebody else has set.

use super::files::{decoded, unreadable};
use super::git_tree::{Entry, MOST_BYTES, Tree};
use crate::input::Unreadable;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::rc::Rc;
use std::thread;

/// A revision that files are read from.
#[derive(Clone, Debug)]
pub(super) struct Revision {
    name: String,
    commit: String,
    /// The top folder of the work tree, without links.
    top: PathBuf,
    /// All that the commit has, read when it is first asked for.
    tree: Rc<OnceCell<Result<Tree, String>>>,
    /// The blobs of folders that were read.
    blobs: Rc<RefCell<Blobs>>,
}

/// The bytes of blobs, by their objects.
type Blobs = BTreeMap<String, Rc<[u8]>>;

/// Switches for every call.
const SWITCHES: [&str; 3] = ["--no-pager", "--no-replace-objects", "--literal-pathspecs"];

/// Settings that have precedence over those of the repository. A folder of the checkout that looks like a repository is none, and
/// nothing that git might run is named.
const SETTINGS: [&str; 8] = [
    "safe.bareRepository=explicit",
    "protocol.allow=never",
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.sshCommand=false",
    "core.askPass=",
    "core.alternateRefsCommand=",
    "credential.helper=",
];

/// The only variables of git that it sees. No protocol is in the list of allowed ones, so even a git that does not know
/// `GIT_NO_LAZY_FETCH` fetches nothing. Messages are in English, as ours are.
const VARIABLES: [(&str, &str); 8] = [
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_TERMINAL_PROMPT", "0"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TRACE2", "0"),
    ("GIT_TRACE2_EVENT", "0"),
    ("GIT_TRACE2_PERF", "0"),
    ("LC_ALL", "C"),
];

impl Revision {
    /// The revision of the repository that the current folder belongs to.
    pub(super) fn open(name: &str) -> Result<Self, Unreadable> {
        let failed = |message: String, help: &str| unreadable(name, message, Some(help));
        let here = ["rev-parse", "--is-inside-git-dir", "--show-toplevel"];
        let found = git(Path::new("."), &here).map_err(|error| {
            failed(words(&error), "the older version is read with the command `git`")
        })?;
        if !found.status.success() {
            let (message, help) = said(&found);
            let help = help.unwrap_or("run it in the work tree of a git repository".to_owned());
            return Err(failed(
                format!("git finds no repository in the current folder: {message}"),
                &help,
            ));
        }
        let answer = String::from_utf8_lossy(&found.stdout);
        // A git before 2.38 does not know `safe.bareRepository`.
        let Some(top) = answer.strip_prefix("false\n") else {
            let message = "the current folder is inside of the data of a git repository";
            return Err(failed(message.to_owned(), "run it in the work tree"));
        };
        let top = PathBuf::from(top.trim_end_matches(['\r', '\n']));
        let top = top.canonicalize().map_err(|error| {
            failed(format!("`{}`: {error}", top.display()), "run it in the work tree")
        })?;
        let asked = format!("{name}^{{commit}}");
        let found = git(&top, &["rev-parse", "--verify", "--quiet", "--end-of-options", &asked]);
        match found {
            Ok(found) if found.status.success() => Ok(Self {
                name: name.to_owned(),
                commit: String::from_utf8_lossy(&found.stdout).trim().to_owned(),
                top,
                tree: Rc::default(),
                blobs: Rc::default(),
            }),
            _ => Err(failed(
                format!("git has no revision `{name}`"),
                "name a commit, branch or tag; a shallow clone has only the newest commit (`git fetch --unshallow`)",
            )),
        }
    }

    /// The name of a file of the revision in reports.
    pub(super) fn shown(&self, path: &str) -> String {
        format!("{}:{path}", self.name)
    }

    /// Whether a folder lies in the work tree.
    pub(super) fn holds(&self, folder: &Path) -> bool {
        let is_top = |above: &Path| above.canonicalize().is_ok_and(|real| real == self.top);
        folder.ancestors().any(is_top)
    }

    /// The text of a file; `None` if the revision does not have it.
    pub(super) fn read(&self, path: &str) -> Result<Option<String>, Unreadable> {
        let bytes = self.bytes(path, self.inner(Path::new(path)))?;
        bytes.map(|bytes| decoded(Ok(bytes), &self.shown(path))).transpose()
    }

    /// The same of a file that may be empty, as a configuration is that says nothing.
    pub(super) fn read_or_empty(&self, path: &str) -> Result<Option<String>, Unreadable> {
        self.text_or_empty(path, self.inner(Path::new(path)))
    }

    /// The same where another repository may be by now, as a submodule that a change brings.
    pub(super) fn read_as_ours(&self, path: &str) -> Result<Option<String>, Unreadable> {
        self.text_or_empty(path, self.below_top(Path::new(path)))
    }

    fn text_or_empty(
        &self,
        path: &str,
        inner: Result<PathBuf, String>,
    ) -> Result<Option<String>, Unreadable> {
        match self.bytes(path, inner)? {
            Some(bytes) if bytes.is_empty() => Ok(Some(String::new())),
            bytes => bytes.map(|bytes| decoded(Ok(bytes), &self.shown(path))).transpose(),
        }
    }

    /// Whether the revision has a folder of that name.
    pub(super) fn has_folder(&self, path: &str) -> Result<bool, Unreadable> {
        let failed = |message: String| unreadable(&self.shown(path), message, None);
        // Of a place outside the repository the revision has nothing; who reads the file says why.
        let Ok(inner) = self.inner(Path::new(path)) else { return Ok(false) };
        Ok(self.found(&inner).map_err(failed)?.is_some_and(|entry| entry.is_folder()))
    }

    /// Whether a file belongs to this repository, and not to another one in a folder of it.
    pub(super) fn owns(&self, path: &str) -> bool {
        self.inner(Path::new(path)).is_ok()
    }

    /// The files below a folder that end in `.json`: their names, which begin with that of the folder, and their objects.
    pub(super) fn files_below(&self, folder: &str) -> Result<BTreeMap<String, String>, Unreadable> {
        let failed = |message: String| unreadable(&self.shown(folder), message, None);
        let inner = self.inner(Path::new(folder).join("x").as_path()).map_err(failed)?;
        let inner = inner.parent().unwrap_or(Path::new(""));
        self.json_below(inner, Path::new(folder)).map_err(failed)
    }

    /// The texts of such files, read by one process.
    pub(super) fn texts(
        &self,
        files: &BTreeMap<String, String>,
    ) -> Result<BTreeMap<String, Rc<[u8]>>, Unreadable> {
        let failed = |message: String| unreadable(&self.name, message, None);
        let blobs =
            self.read_blobs(&files.iter().map(|(name, object)| (&**object, &**name)).collect());
        self.blobs.borrow_mut().extend(blobs.map_err(failed)?);
        let blobs = self.blobs.borrow();
        let text =
            |(name, object): (&String, &String)| Some((name.clone(), blobs.get(object)?.clone()));
        Ok(files.iter().filter_map(text).collect())
    }

    /// Blobs, read by one process. They have names for the error.
    fn read_blobs(&self, wanted: &BTreeMap<&str, &str>) -> Result<Blobs, String> {
        let output = self.run_with(&["cat-file", "--batch"], wanted.keys())?;
        let mut rest = output.stdout.as_slice();
        let mut blobs = Blobs::new();
        for (object, name) in wanted {
            let (text, behind) = first_blob(rest)
                .ok_or_else(|| format!("git cannot read `{name}`: {}", said(&output).0))?;
            blobs.insert((*object).to_owned(), text.into());
            rest = behind;
        }
        Ok(blobs)
    }

    /// Whether the whole tree has been read.
    pub(super) fn has_tree(&self) -> bool {
        self.tree.get().is_some()
    }

    /// All that the commit has.
    pub(super) fn tree(&self) -> Result<&Tree, String> {
        self.tree.get_or_init(|| self.read_tree()).as_ref().map_err(Clone::clone)
    }

    /// Three processes read it, however many links there are. A target that nothing can lead to is left out.
    fn read_tree(&self) -> Result<Tree, String> {
        let listed = self.run(&["ls-tree", "-r", "-t", "-z", &self.commit])?;
        let tree = Tree::read(&self.commit, &String::from_utf8_lossy(&listed));
        let links = tree.links();
        if links.is_empty() {
            return Ok(tree);
        }
        let sizes = self.run_with(&["cat-file", "--batch-check"], links.iter())?.stdout;
        let sizes = String::from_utf8_lossy(&sizes);
        let is_short = |line: &str| {
            let (object, size) = line.split_once(" blob ")?;
            (size.parse::<usize>().ok()? <= MOST_BYTES).then(|| object.to_owned())
        };
        let short = sizes.lines().filter_map(is_short).collect::<BTreeSet<_>>();
        let targets =
            self.read_blobs(&short.iter().map(|object| (&**object, &**object)).collect())?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let targets = targets.into_iter().map(|(object, bytes)| (object, text(&bytes))).collect();
        Ok(tree.with_targets(targets))
    }

    fn bytes(
        &self,
        path: &str,
        inner: Result<PathBuf, String>,
    ) -> Result<Option<Vec<u8>>, Unreadable> {
        let shown = self.shown(path);
        let failed = |message: String| unreadable(&shown, message, None);
        let Some(found) = self.found(&inner.map_err(failed)?).map_err(failed)? else {
            return Ok(None);
        };
        if !found.is_file() {
            let message = "this is not a file in that revision, but a folder";
            return Err(failed(message.to_owned()));
        }
        self.blob(&found).map_err(failed).map(Some)
    }

    /// What the commit has under a path in which no link is followed.
    pub(super) fn entry(&self, path: &Path) -> Result<Option<Entry>, String> {
        if path == Path::new("") {
            return Ok(Some(Entry::top(&self.commit)));
        }
        let listed =
            self.run(&["ls-tree", &self.commit, "--", &format!("./{}", path.display())])?;
        // Nothing if there is no such file.
        Ok(Entry::read(&String::from_utf8_lossy(&listed)))
    }

    fn blob(&self, entry: &Entry) -> Result<Vec<u8>, String> {
        match self.blobs.borrow().get(&entry.object) {
            Some(bytes) => Ok(bytes.to_vec()),
            None => self.run(&["cat-file", "blob", &entry.object]),
        }
    }

    fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, String> {
        let output = git(&self.top, arguments).map_err(|error| words(&error))?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(format!("git cannot read it: {}", said(&output).0))
    }

    /// Runs it with objects on standard input, each in a line.
    fn run_with<'a>(
        &self,
        arguments: &[&str],
        objects: impl Iterator<Item = &'a &'a str>,
    ) -> Result<Output, String> {
        let input = objects.map(|object| format!("{object}\n")).collect::<String>();
        git_reading(&self.top, arguments, input.into_bytes()).map_err(|error| words(&error))
    }

    /// A path as the commit names it. Links below the top folder are not followed: the work tree may have a link where the commit
    /// has a folder, and the link would lead to another file of the commit.
    fn inner(&self, path: &Path) -> Result<PathBuf, String> {
        let inner = self.below_top(path)?;
        match self.repository_above(&inner) {
            Some(other) => {
                Err(format!("it lies in another repository, `{}`: run it there", other.display()))
            }
            None => Ok(inner),
        }
    }

    fn below_top(&self, path: &Path) -> Result<PathBuf, String> {
        let here = env::current_dir().map_err(|error| format!("the current folder: {error}"))?;
        let whole = without_dots(&here.join(path))?;
        let is_top = |folder: &&Path| folder.canonicalize().is_ok_and(|real| real == self.top);
        let mut above = whole.ancestors().skip(1).collect::<Vec<_>>().into_iter().rev();
        let inner = above.find(is_top).and_then(|top| whole.strip_prefix(top).ok());
        inner.map(Path::to_owned).ok_or_else(|| {
            let top = self.top.display();
            format!("it does not lie in `{top}`, the repository of the current folder")
        })
    }

    /// The other repository that a path lies in.
    fn repository_above<'a>(&self, inner: &'a Path) -> Option<&'a Path> {
        let mut folders = inner.ancestors().skip(1).filter(|folder| *folder != Path::new(""));
        folders.find(|folder| self.top.join(folder).join(".git").exists())
    }
}

/// A path without `.` and `..`.
fn without_dots(path: &Path) -> Result<PathBuf, String> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if plain.is_symlink() => {
                return Err(format!(
                    "`..` after the link `{}`: give its path without it",
                    plain.display()
                ));
            }
            Component::ParentDir => {
                plain.pop();
            }
            other => plain.push(other),
        }
    }
    Ok(plain)
}

fn git(folder: &Path, arguments: &[&str]) -> io::Result<Output> {
    command(folder, arguments).output()
}

/// The same with a text on standard input, which another thread writes: git answers before it has read all.
fn git_reading(folder: &Path, arguments: &[&str], input: Vec<u8>) -> io::Result<Output> {
    let mut command = command(folder, arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    let stdin = child.stdin.take();
    // A git that ends early says why on standard error.
    let writer = thread::spawn(move || stdin.map(|mut stdin| stdin.write_all(&input)));
    let output = child.wait_with_output();
    let _ = writer.join();
    output
}

/// The first answer of `cat-file --batch`: `ID blob SIZE`, the text in a line of its own; and what follows.
fn first_blob(answers: &[u8]) -> Option<(&[u8], &[u8])> {
    let end = answers.iter().position(|byte| *byte == b'\n')?;
    let (head, rest) = answers.split_at(end);
    let size = std::str::from_utf8(head).ok()?.split_once(" blob ")?.1.parse::<usize>().ok()?;
    let rest = rest.get(1..)?;
    (rest.len() > size).then(|| (&rest[..size], &rest[size + 1..]))
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new("git");
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().to_ascii_uppercase().starts_with("GIT_") {
            command.env_remove(name);
        }
    }
    command.envs(VARIABLES).arg("-C").arg(folder).args(SWITCHES);
    command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
    command.args(arguments);
    command
}

fn words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "the command `git` is not installed".to_owned(),
        _ => format!("the command `git` cannot be run: {error}"),
    }
}

/// What git says: the first line, and what it advises in the others.
fn said(output: &Output) -> (String, Option<String>) {
    let text = String::from_utf8_lossy(&output.stderr);
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or("it does not say why");
    let rest = lines.collect::<Vec<_>>().join(" ");
    let first = first.strip_prefix("fatal: ").unwrap_or(first);
    (first.to_owned(), (!rest.is_empty()).then_some(rest))
}
