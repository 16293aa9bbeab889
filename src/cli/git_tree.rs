//! What a git revision has, read at once: where a path of it leads takes no further process of git, however many links there are.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::{OsStr, OsString};
use std::path::Path;

/// The bytes of a path that Linux opens. No checkout has a longer one.
pub(super) const MOST_BYTES: usize = 4096;

/// The files, folders and links of a commit.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    /// Where links lead, by their objects.
    targets: BTreeMap<String, String>,
}

/// A place in the tree. The first is the top folder.
pub(super) type Place = usize;

pub(super) const TOP: Place = 0;

#[derive(Debug)]
struct Node {
    above: Place,
    entry: Entry,
    below: BTreeMap<OsString, Place>,
}

/// An entry of a commit.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    kind: Kind,
    pub object: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Folder,
    File,
    /// A blob with its target as text.
    Link,
    /// Another repository.
    Other,
}

impl Entry {
    /// Reads a line of `ls-tree`: `100644 blob 8baef1b...`, a tab, and the name.
    pub(super) fn read(line: &str) -> Option<Entry> {
        let mut fields = line.split_whitespace();
        let kind = match (fields.next()?, fields.next()?) {
            ("120000", "blob") => Kind::Link,
            (_, "blob") => Kind::File,
            (_, "tree") => Kind::Folder,
            _ => Kind::Other,
        };
        Some(Entry { kind, object: fields.next()?.to_owned() })
    }

    /// The top folder of a commit.
    pub(super) fn top(commit: &str) -> Entry {
        Entry { kind: Kind::Folder, object: commit.to_owned() }
    }

    pub(super) fn is_folder(&self) -> bool {
        self.kind == Kind::Folder
    }

    pub(super) fn is_link(&self) -> bool {
        self.kind == Kind::Link
    }

    pub(super) fn is_file(&self) -> bool {
        self.kind == Kind::File
    }
}

impl Tree {
    /// Reads the answer of `ls-tree -r -t -z`, in which a folder comes before what is in it.
    pub(super) fn read(commit: &str, listed: &str) -> Tree {
        let top = Node { above: TOP, entry: Entry::top(commit), below: BTreeMap::new() };
        let mut nodes = vec![top];
        let mut folders = BTreeMap::from([("", TOP)]);
        for (entry, path) in listed.split('\0').filter_map(|line| line.split_once('\t')) {
            let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
            let (Some(entry), Some(above)) = (Entry::read(entry), folders.get(folder).copied())
            else {
                continue;
            };
            let place = nodes.len();
            if entry.is_folder() {
                folders.insert(path, place);
            }
            nodes[above].below.insert(name.into(), place);
            nodes.push(Node { above, entry, below: BTreeMap::new() });
        }
        Tree { nodes, targets: BTreeMap::new() }
    }

    /// The objects of all links.
    pub(super) fn links(&self) -> BTreeSet<&str> {
        let links = self.nodes.iter().filter(|node| node.entry.is_link());
        links.map(|node| node.entry.object.as_str()).collect()
    }

    pub(super) fn with_targets(self, targets: BTreeMap<String, String>) -> Tree {
        Tree { targets, ..self }
    }

    pub(super) fn entry(&self, place: Place) -> &Entry {
        &self.nodes[place].entry
    }

    /// The folder that a place is in.
    pub(super) fn above(&self, place: Place) -> Place {
        self.nodes[place].above
    }

    pub(super) fn child(&self, folder: Place, name: &OsStr) -> Option<Place> {
        self.nodes[folder].below.get(name).copied()
    }

    pub(super) fn children(&self, folder: Place) -> impl Iterator<Item = (&OsStr, Place)> {
        self.nodes[folder].below.iter().map(|(name, place)| (name.as_os_str(), *place))
    }

    /// Where a link leads.
    pub(super) fn target(&self, link: Place) -> Result<&Path, String> {
        self.targets.get(&self.entry(link).object).map(Path::new).ok_or_else(|| {
            format!(
                "in that revision it leads through a link that git cannot read, or whose target has more than {MOST_BYTES} bytes"
            )
        })
    }
}
