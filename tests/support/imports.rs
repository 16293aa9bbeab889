//! Which file of the crate takes what from which file: imports and paths, re-exports led back to the file that defines.

use super::files_below;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs;
use std::path::Path;

/// A file as the path of its module: `["ica", "environment", "cors"]`.
pub type Module = Vec<String>;

/// The names that a file takes, by the file that defines them.
pub type Taken = BTreeMap<Module, BTreeSet<String>>;

/// `use a::b as c;`
struct Use {
    is_public: bool,
    name: String,
    path: Vec<String>,
}

struct File {
    uses: Vec<Use>,
    /// The code beside the imports.
    body: String,
}

/// The files of a crate.
pub struct Files(BTreeMap<Module, File>);

impl Files {
    /// Reads the files below `src`.
    pub fn read(src: &Path) -> Files {
        let module = |path: &Path| {
            let inside = path.strip_prefix(src).unwrap().with_extension("");
            let mut parts = inside.iter().map(|part| part.to_string_lossy().into_owned());
            let mut module = parts.by_ref().collect::<Module>();
            module.retain(|part| part != "mod");
            module
        };
        let file = |path: &Path| File::of(&fs::read_to_string(path).unwrap());
        let files = files_below(src, ".rs").into_iter().map(|path| (module(&path), file(&path)));
        Files(files.collect())
    }

    /// What a file takes from other files of its room. A `pub use` of a child only hands names on.
    fn taken(&self, module: &Module) -> Taken {
        let file = &self.0[module];
        let mut taken = Taken::new();
        let mut take = |path: Module| {
            let name = path.last().cloned().unwrap_or_default();
            match self.home(&path, 0) {
                Some(home) if home != *module && home[0] == module[0] => {
                    taken.entry(home).or_default().insert(name);
                }
                _ => {}
            }
        };
        for used in &file.uses {
            let Some(path) = self.absolute(module, &used.path) else { continue };
            let hands_on = used.is_public && path.starts_with(module);
            if !hands_on && !self.0.contains_key(&path) {
                take(path);
            }
        }
        for path in paths(&file.body) {
            let module_of = |used: &&Use| used.name == path[0];
            let start = file.uses.iter().find(module_of).map(|used| used.path.clone());
            let whole = start.into_iter().flatten().chain(path[1..].iter().cloned());
            let whole = whole.collect::<Vec<_>>();
            let path = if whole.len() >= path.len() { whole } else { path };
            self.absolute(module, &path).into_iter().for_each(&mut take);
        }
        taken
    }

    /// A path as seen from the crate; `None` if it leads out of it.
    fn absolute(&self, module: &Module, path: &[String]) -> Option<Module> {
        let ups = path.iter().take_while(|part| *part == "super").count();
        match path.first()?.as_str() {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([module, &path[1..]].concat()),
            "super" => Some([&module[..module.len().checked_sub(ups)?], &path[ups..]].concat()),
            first => {
                let child = [module.as_slice(), &[first.to_owned()]].concat();
                self.0.contains_key(&child).then(|| [module, path].concat())
            }
        }
    }

    /// The file that defines the last name of a path.
    fn home(&self, path: &[String], depth: usize) -> Option<Module> {
        let length = (1..=path.len()).rev().find(|length| self.0.contains_key(&path[..*length]))?;
        let (module, rest) = (path[..length].to_vec(), &path[length..]);
        let Some(name) = rest.first().filter(|_| depth < 8) else { return Some(module) };
        let hands_on = |used: &&Use| used.is_public && used.name == *name;
        let used = self.0[&module].uses.iter().find(hands_on);
        match used.and_then(|used| self.absolute(&module, &used.path)) {
            Some(target) if target != path => self.home(&[&target, &rest[1..]].concat(), depth + 1),
            _ => Some(module),
        }
    }

    /// Every circle of files inside of a room, as one shortest way around each: a file, and what it takes from the next.
    pub fn circles(&self) -> Vec<Vec<(Module, BTreeSet<String>)>> {
        let taken = self.0.keys().map(|module| (module.clone(), self.taken(module)));
        let taken = taken.filter(|(module, _)| !module.is_empty()).collect::<BTreeMap<_, _>>();
        let mut seen = BTreeSet::new();
        let mut circles = Vec::new();
        for module in taken.keys() {
            if seen.contains(module) {
                continue;
            }
            let Some(way) = way_around(module, &taken) else { continue };
            seen.extend(way.iter().cloned());
            let next = way.iter().cycle().skip(1);
            let steps = way.iter().zip(next);
            circles.push(steps.map(|(from, to)| (from.clone(), taken[from][to].clone())).collect());
        }
        circles
    }
}

/// The shortest way from a file back to itself.
fn way_around(start: &Module, taken: &BTreeMap<Module, Taken>) -> Option<Vec<Module>> {
    let mut ways = VecDeque::from([vec![start.clone()]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        for next in taken[way.last()?].keys() {
            if next == start {
                return Some(way);
            }
            if seen.insert(next.clone()) {
                ways.push_back([way.as_slice(), std::slice::from_ref(next)].concat());
            }
        }
    }
    None
}

impl File {
    /// Tests in a file may take from everywhere: they are left out, as comments are.
    fn of(text: &str) -> File {
        let text = text.split("#[cfg(test)]").next().unwrap();
        let mut lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let (mut uses, mut body) = (Vec::new(), String::new());
        while let Some(line) = lines.next() {
            let Some((visibility, start)) = import(line) else {
                body.push_str(line);
                body.push('\n');
                continue;
            };
            let mut tree = start.to_owned();
            while !tree.ends_with(';') {
                tree.push_str(lines.next().unwrap().trim());
            }
            let leaves = leaves(tree.trim_end_matches(';'));
            let is_public = !visibility.is_empty();
            uses.extend(leaves.into_iter().map(|leaf| Use::of(&leaf, is_public)));
        }
        File { uses, body }
    }
}

/// The visibility of an import, and what stands behind `use`. Imports begin their line: in texts the word is indented.
fn import(line: &str) -> Option<(&str, &str)> {
    let (visibility, tree) = line.split_once("use ")?;
    let visibility = visibility.strip_suffix(' ').unwrap_or(visibility);
    let is_visibility = ["", "pub"].contains(&visibility)
        || visibility.starts_with("pub(") && visibility.ends_with(')');
    is_visibility.then_some((visibility, tree))
}

impl Use {
    fn of(leaf: &str, is_public: bool) -> Use {
        let (path, alias) = leaf.split_once(" as ").unwrap_or((leaf, ""));
        let mut path = path.split("::").map(|part| part.trim().to_owned()).collect::<Vec<_>>();
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let name = if alias.is_empty() { path.last().unwrap().clone() } else { alias.to_owned() };
        Use { is_public, name, path }
    }
}

/// The paths of `a::{b, c::{d, e}}`.
fn leaves(tree: &str) -> Vec<String> {
    let Some((stem, inside)) = tree.split_once('{') else { return vec![tree.trim().to_owned()] };
    let inside = inside.trim_end().strip_suffix('}').unwrap();
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for letter in inside.chars() {
        depth += i32::from(letter == '{') - i32::from(letter == '}');
        match letter {
            ',' if depth == 0 => parts.push(String::new()),
            other => parts.last_mut().unwrap().push(other),
        }
    }
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(|part| leaves(&format!("{stem}{}", part.trim()))).collect()
}

/// The paths of two and more names that stand in code.
fn paths(code: &str) -> Vec<Vec<String>> {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let words = code.split(|letter| !is_letter(letter)).map(|word| word.trim_matches(':'));
    let paths = words.filter(|word| word.contains("::"));
    paths.map(|word| word.split("::").map(str::to_owned).collect()).collect()
}
