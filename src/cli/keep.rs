//! What a file keeps when another takes its place: owner, permissions, extended attributes.

use std::fs::{File, Metadata};
use std::io;
use std::path::Path;

/// Gives the new file what the old one has. Returns what it cannot have.
pub(super) fn keep(old: &Path, about: &Metadata, new: &File) -> io::Result<Vec<&'static str>> {
    let mut lost = lost_owner(about, new)?;
    new.set_permissions(about.permissions())?;
    lost.extend(lost_attributes(old, new));
    Ok(lost)
}

#[cfg(unix)]
fn lost_owner(about: &Metadata, new: &File) -> io::Result<Vec<&'static str>> {
    use std::os::unix::fs::{MetadataExt, fchown};
    let mut lost = Vec::new();
    let now = new.metadata()?;
    if about.gid() != now.gid() && fchown(new, None, Some(about.gid())).is_err() {
        lost.push("its group");
    }
    if about.uid() != now.uid() && fchown(new, Some(about.uid()), None).is_err() {
        lost.push("its owner");
    }
    if about.nlink() > 1 {
        lost.push("its other names (hard links), which have the old text");
    }
    Ok(lost)
}

#[cfg(not(unix))]
fn lost_owner(_: &Metadata, _: &File) -> io::Result<Vec<&'static str>> {
    Ok(Vec::new())
}

/// A file system without attributes has none to lose.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn lost_attributes(old: &Path, new: &File) -> Option<&'static str> {
    let names = attribute(|buffer| rustix::fs::listxattr(old, buffer))?;
    let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let mut is_kept = names.map(|name| {
        let value = attribute(|buffer| rustix::fs::getxattr(old, name, buffer));
        let there = attribute(|buffer| rustix::fs::fgetxattr(new, name, buffer));
        let flags = rustix::fs::XattrFlags::empty();
        value.is_some_and(|value| {
            there.is_some_and(|there| there == value)
                || rustix::fs::fsetxattr(new, name, &value, flags).is_ok()
        })
    });
    is_kept.any(|is_kept| !is_kept).then_some("some of its extended attributes")
}

/// What the system has at most: of one value, and of all names.
#[cfg(any(target_os = "linux", target_os = "macos"))]
const MOST_BYTES: usize = 64 << 10;

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn attribute(ask: impl Fn(&mut [u8]) -> rustix::io::Result<usize>) -> Option<Vec<u8>> {
    let mut bytes = vec![0; MOST_BYTES];
    let read = ask(&mut bytes).ok()?;
    bytes.truncate(read);
    Some(bytes)
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn lost_attributes(_: &Path, _: &File) -> Option<&'static str> {
    None
}
