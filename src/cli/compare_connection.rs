//! `ica-policy compare` with settings files: all layers of a connection, and the effect on the operations of ICA.

use super::files::{Files, unreadable};
use super::git::Revision;
use super::git_files::GitFiles;
use super::settings_file;
use super::versions::Origin;
use crate::finding::Finding;
use crate::ica::{ICA, catalogue};
use crate::input::Unreadable;
use crate::product::build::incomplete;
use crate::product::build::settings::Settings;
use crate::product::build::{Built, build};
use crate::product::not_assumed::FailedCall;
use crate::product::refusal::Refusal;
use crate::product::setup::Setup;
use crate::product::{access_changes, check, layer_changes, operation_changes};
use crate::report::compare::{Compared, Comparison, EFFECTIVE, Version};
use crate::source::Sources;
use crate::symbolic::{Relation, Requests};
use std::path::Path;

/// The ending of settings files.
const ENDING: &str = ".toml";

/// Whether an argument names a settings file, not a policy.
pub(super) fn is_settings(origin: &Origin<'_>) -> bool {
    path(origin).ends_with(ENDING)
}

/// Why two settings files cannot be compared.
pub(super) enum Failure {
    Usage(String),
    Unreadable(Vec<Unreadable>),
}

impl From<settings_file::Failure> for Failure {
    fn from(failure: settings_file::Failure) -> Self {
        match failure {
            settings_file::Failure::Usage(message) => Failure::Usage(message),
            settings_file::Failure::Unreadable(unreadable) => {
                Failure::Unreadable(vec![*unreadable])
            }
        }
    }
}

/// Two versions of one connection; one may be missing.
pub(super) struct Pair {
    name: Option<String>,
    old: Option<Settings>,
    new: Option<Settings>,
}

/// A settings file.
struct Side {
    shown: String,
    settings: Vec<Settings>,
}

/// The connections of two settings files, paired by name, else by bucket; files with one connection each are paired without either.
pub(super) fn pairs(
    (old, new): (&Origin<'_>, &Origin<'_>),
    allow_outside: bool,
) -> Result<Vec<Pair>, Failure> {
    let [old, new] = [side(old, allow_outside)?, side(new, allow_outside)?];
    if let ([old], [new]) = (old.settings.as_slice(), new.settings.as_slice()) {
        return Ok(vec![Pair {
            name: new.name.clone(),
            old: Some(old.clone()),
            new: Some(new.clone()),
        }]);
    }
    for side in [&old, &new] {
        let names = side.settings.iter().map(name).collect::<Vec<_>>();
        let twice =
            names.iter().find(|name| names.iter().filter(|other| other == name).count() > 1);
        if let Some(twice) = twice {
            let message = format!(
                "{}: {} connections are called {}: give each its own `name`, so that the old and the new can be paired",
                side.shown,
                names.iter().filter(|name| *name == twice).count(),
                twice.as_deref().unwrap_or("nothing")
            );
            return Err(Failure::Usage(message));
        }
    }
    let find = |all: &[Settings], wanted: &Option<String>| {
        all.iter().find(|settings| name(settings) == *wanted).cloned()
    };
    let gone =
        old.settings.iter().filter(|settings| find(&new.settings, &name(settings)).is_none());
    let names = new.settings.iter().chain(gone).map(name);
    Ok(names
        .map(|name| Pair { old: find(&old.settings, &name), new: find(&new.settings, &name), name })
        .collect())
}

/// The connections of a settings file.
pub(super) fn settings_of(
    origin: &Origin<'_>,
    allow_outside: bool,
) -> Result<Vec<Settings>, Failure> {
    Ok(side(origin, allow_outside)?.settings)
}

/// The name of a connection; without one its bucket, with the prefix.
pub(super) fn name(settings: &Settings) -> Option<String> {
    let prefix = settings.prefix.as_deref().unwrap_or_default();
    settings
        .name
        .clone()
        .or_else(|| settings.bucket.as_ref().map(|bucket| format!("{bucket}/{prefix}")))
}

fn side(origin: &Origin<'_>, allow_outside: bool) -> Result<Side, Failure> {
    let shown = shown(origin);
    let settings = match origin {
        Origin::File(path) | Origin::WorkTree(path) => {
            settings_file::read_fetched(Path::new(path), allow_outside)
        }
        Origin::Revision { revision, path } => {
            let text = revision.read(path).and_then(|text| {
                let help = "compare two settings files instead: compare OLD.toml NEW.toml";
                let message = "the revision has no such file".to_owned();
                text.ok_or_else(|| unreadable(&shown, message, Some(help)))
            });
            let text = text.map_err(|error| Failure::Unreadable(vec![error]))?;
            let calls = failed_calls(revision, path)?;
            settings_file::parsed(&text, &shown)
                .map(|settings| settings_file::with_failed(settings, &calls))
        }
    };
    Ok(Side { shown, settings: settings? })
}

/// The calls that failed when the folder of a settings file was fetched, as the revision has it.
fn failed_calls(revision: &Revision, path: &str) -> Result<Vec<FailedCall>, Failure> {
    let file = Path::new(path).with_file_name(incomplete::FILE).display().to_string();
    let text = revision.read(&file).map_err(|error| Failure::Unreadable(vec![error]))?;
    incomplete::parse(&text.unwrap_or_default()).map_err(|message| {
        Failure::Unreadable(vec![unreadable(&revision.shown(&file), message, None)])
    })
}

fn path<'a>(origin: &Origin<'a>) -> &'a str {
    match origin {
        Origin::File(path) | Origin::WorkTree(path) | Origin::Revision { path, .. } => path,
    }
}

fn shown(origin: &Origin<'_>) -> String {
    match origin {
        Origin::Revision { revision, path } => revision.shown(path),
        Origin::File(path) | Origin::WorkTree(path) => (*path).to_owned(),
    }
}

fn read(sources: &mut Sources, origin: &Origin<'_>, settings: &Settings) -> Result<Setup, Failure> {
    let folder = Path::new(path(origin)).parent().map(Path::to_owned).unwrap_or_default();
    let built = match origin {
        Origin::Revision { revision, .. } => {
            build(&ICA, settings, sources, &mut GitFiles::shown_as_old(revision, folder))
        }
        Origin::File(_) | Origin::WorkTree(_) => {
            build(&ICA, settings, sources, &mut Files { folder })
        }
    };
    match built {
        Ok(Built { connection, unreadable }) if unreadable.is_empty() => Ok(connection),
        Ok(Built { unreadable, .. }) => Err(Failure::Unreadable(unreadable)),
        Err(Refusal { setting, message }) => {
            Err(Failure::Usage(format!("{}: {setting}: {message}", shown(origin))))
        }
    }
}

/// Compares one connection.
pub(super) fn compare(
    sources: &mut Sources,
    (old, new): (&Origin<'_>, &Origin<'_>),
    pair: &Pair,
) -> Result<Comparison, Failure> {
    let mut side = |origin, settings: &Option<Settings>| {
        settings.as_ref().map(|settings| read(sources, origin, settings)).transpose()
    };
    match (side(old, &pair.old), side(new, &pair.new)) {
        (Ok(before), Ok(after)) => {
            Ok(compared(sources, (old, new), pair, [before.as_ref(), after.as_ref()]))
        }
        (Err(Failure::Usage(message)), _) | (_, Err(Failure::Usage(message))) => {
            Err(Failure::Usage(message))
        }
        (before, after) => {
            let failures = [before.err(), after.err()].into_iter().flatten();
            let all = failures.flat_map(|failure| {
                if let Failure::Unreadable(all) = failure { all } else { Vec::new() }
            });
            Err(Failure::Unreadable(all.collect()))
        }
    }
}

fn compared(
    sources: &Sources,
    (old, new): (&Origin<'_>, &Origin<'_>),
    pair: &Pair,
    [before, after]: [Option<&Setup>; 2],
) -> Comparison {
    let [old_check, new_check] = [before, after].map(|connection| connection.map(check));
    let operations = operation_changes(catalogue(), old_check.as_ref(), new_check.as_ref());
    let both = before.zip(after);
    let access = both.map(|(before, after)| access_changes(before, after)).unwrap_or_default();
    let layers = both.map(|(before, after)| layer_changes(before, after)).unwrap_or_default();
    let left_out_callers = access
        .iter()
        .filter_map(|change| change.as_ref().err())
        .map(|(caller, reason)| (caller.id(), reason.clone()));
    let left_out_layers = layers.iter().filter_map(|change| change.as_ref().err()).cloned();
    let left_out = left_out_callers.chain(left_out_layers).collect();
    let of = |connection: Option<&Setup>| {
        connection.map(|known| known.findings.clone()).unwrap_or_default()
    };
    // Of the old version only what AWS would refuse is of interest.
    let mut findings = of(before);
    findings.retain(Finding::is_refusal);
    let versions = [(old, before), (new, after)].map(|(origin, known)| {
        let read_as = known.map(|_| "settings of a connection".to_owned());
        Version::one(shown(origin).into(), read_as, of(known).iter().any(Finding::is_refusal))
    });
    findings.extend(of(after));
    // Documents with the same meaning are not reported.
    let differing =
        layers.iter().flatten().filter(|change| change.differences.relation != Relation::Equal);
    let parts = access.iter().flatten().map(Compared::access);
    let parts = parts.chain(differing.map(Compared::layer)).collect::<Vec<_>>();
    let what = (EFFECTIVE, Requests::Possible);
    Comparison::new(sources, versions, what, &parts, findings).of_connections(
        sources,
        pair.name.clone(),
        &operations,
        new_check.as_ref(),
        left_out,
    )
}
