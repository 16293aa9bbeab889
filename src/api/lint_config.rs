//! `ica-policy.toml`: how the policies of a folder are linted, and which findings are known. Findings that are hidden have a reason, and may have an end.

use crate::finding::{Code, Finding, codes, distance, fits_wildcards};
use crate::input::{TomlFault, names_of};
use crate::model::PolicyKind;
use crate::report;
use crate::report::lint::Found;
use crate::rules::lint::{Selection, all_codes};
use crate::source::{SourceId, Sources, Span};
use serde::Deserialize;
use std::cell::Cell;

/// The name of the file that is searched for, from the folder of each policy upward.
pub(crate) const CONFIG_FILE: &str = "ica-policy.toml";

/// What a configuration says, read and checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct LintConfig {
    /// Which rules are asked; `None` where it does not say.
    pub(crate) only: Option<Vec<Code>>,
    /// Opinions as well.
    pub(crate) pedantic: bool,
    /// The word of `--fail-on`.
    pub(crate) fail_on: Option<String>,
    kinds: Vec<(String, PolicyKind, bool)>,
    ignores: Vec<Ignore>,
}

/// A finding that is known.
#[derive(Clone, Debug)]
struct Ignore {
    written: WrittenIgnore,
    code: Code,
    span: Span,
    /// Whether a policy was linted that it is about, and whether it hid something.
    is_met: Cell<bool>,
    is_used: Cell<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    select: Option<Vec<String>>,
    #[serde(default)]
    pedantic: bool,
    fail_on: Option<String>,
    #[serde(default)]
    kind: Vec<WrittenKind>,
    #[serde(default)]
    ignore: Vec<toml::Spanned<WrittenIgnore>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKind {
    path: String,
    kind: String,
}

#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenIgnore {
    rule: String,
    path: String,
    sid: Option<String>,
    pointer: Option<String>,
    reason: String,
    expires: Option<String>,
}

/// The words of `--fail-on`.
const FAIL_ON: [&str; 4] = ["error", "warning", "info", "never"];

/// Why a text is no configuration.
pub(crate) struct WrongConfig {
    /// What is wrong with it, for a person.
    pub message: String,
    /// Whether it is TOML, so that a setting is what is wrong.
    pub is_toml: bool,
}

impl From<String> for WrongConfig {
    fn from(message: String) -> WrongConfig {
        WrongConfig { message, is_toml: true }
    }
}

impl LintConfig {
    /// Reads the text of a configuration.
    ///
    /// # Errors
    /// [`WrongConfig`].
    pub(crate) fn read(sources: &Sources, id: SourceId) -> Result<LintConfig, WrongConfig> {
        let source = sources.get(id);
        let written = toml::from_str::<Written>(&source.text).map_err(|error| {
            let fault = TomlFault::new(&error, &source.text, names_of::<Written>());
            WrongConfig { message: wrong(&fault), is_toml: fault.is_toml }
        })?;
        let mut config = LintConfig { pedantic: written.pedantic, ..LintConfig::default() };
        if let Some(names) = written.select {
            config.only = Some(selected(&names)?);
        }
        if let Some(word) = written.fail_on {
            if !FAIL_ON.contains(&word.as_str()) {
                return Err(
                    format!("`fail_on` is one of {}, not `{word}`", FAIL_ON.join(", ")).into()
                );
            }
            config.fail_on = Some(word);
        }
        for WrittenKind { path, kind } in written.kind {
            let (kind, is_of_bucket) =
                kind_of_word(&kind).ok_or_else(|| format!("`{kind}` is no kind of policy"))?;
            config.kinds.push((path, kind, is_of_bucket));
        }
        for ignore in written.ignore {
            let range = ignore.span();
            let written = ignore.into_inner();
            let code = selected(std::slice::from_ref(&written.rule))?;
            let [code] = code.as_slice() else {
                return Err(format!(
                    "`{}` names several rules: write the one that is meant",
                    written.rule
                )
                .into());
            };
            if written.reason.trim().is_empty() {
                return Err(format!("the ignore of `{}` needs a reason", written.rule).into());
            }
            if let Some(day) = written.expires.as_ref().filter(|day| !is_day(day)) {
                return Err(format!("`expires` is a day such as `2027-01-31`, not `{day}`").into());
            }
            let (span, code) = (source.span_of(range), *code);
            config.ignores.push(Ignore {
                written,
                code,
                span,
                is_met: Cell::new(false),
                is_used: Cell::new(false),
            });
        }
        Ok(config)
    }

    /// The kind of a policy at this path below the configuration, and whether it is attached to a bucket.
    pub(crate) fn kind(&self, path: &str) -> Option<(PolicyKind, bool)> {
        let fitting = self.kinds.iter().find(|(glob, ..)| fits(glob, path));
        fitting.map(|(_, kind, is_of_bucket)| (*kind, *is_of_bucket))
    }

    /// The rules that are asked, with those of the flags before.
    pub(crate) fn selection(&self, flags: &Selection) -> Selection {
        let only = match (&flags.only, &self.only) {
            (flags, Some(own)) if flags.is_empty() => own.clone(),
            (flags, _) => flags.clone(),
        };
        Selection { only, pedantic: flags.pedantic || self.pedantic }
    }

    /// Hides the findings of a policy that are known. `today` is a day such as `2027-01-31`. What AWS would refuse is not hidden. An ignore of a rule that was
    /// not asked is not met: it may hide something when the rule is. Returns what was hidden, with the reason as its suppression.
    pub(crate) fn hide(
        &self,
        path: &str,
        today: &str,
        asked: &Selection,
        findings: &mut Vec<Found>,
    ) -> Vec<report::Finding> {
        let mut hidden = Vec::new();
        let of_policy =
            |ignore: &&Ignore| fits(&ignore.written.path, path) && asked.has(ignore.code);
        for ignore in self.ignores.iter().filter(of_policy) {
            ignore.is_met.set(true);
            if ignore.is_expired(today) {
                continue;
            }
            let is_hidden =
                |found: &mut Found| ignore.is_about(found) && !found.finding.is_refusal();
            let reason = &ignore.written.reason;
            let before = hidden.len();
            hidden.extend(findings.extract_if(.., is_hidden).map(|found| report::Finding {
                suppressed: Some(reason.clone()),
                ..found.finding
            }));
            ignore.is_used.set(ignore.is_used.get() || hidden.len() > before);
        }
        hidden
    }

    /// What is wrong with the ignores, once all policies were looked at: those that are over, and those that hide nothing. `was_searched`: whether all policies
    /// of a folder below the configuration were looked at; an ignore for several files may hide something in the others.
    pub(crate) fn stale(&self, today: &str, was_searched: &dyn Fn(&str) -> bool) -> Vec<Finding> {
        let met = self.ignores.iter().filter(|ignore| ignore.is_met.get());
        let stale = met.filter_map(|ignore| {
            let rule = &ignore.written.rule;
            if ignore.is_expired(today) {
                let day = ignore.written.expires.as_deref().unwrap_or_default();
                let message = format!("the ignore of `{rule}` ended on {day}");
                return Some(
                    Finding::new(codes::EXPIRED_IGNORE, ignore.span, message)
                        .help("mend what it hid, or decide again"),
                );
            }
            let message = format!("the ignore of `{rule}` hides nothing");
            let is_known = ignore.folder().is_none_or(was_searched);
            (is_known && !ignore.is_used.get()).then(|| {
                Finding::new(codes::UNUSED_IGNORE, ignore.span, message).help("take it out")
            })
        });
        stale.collect()
    }

    /// Without the ignores.
    #[must_use]
    pub(crate) fn without_ignores(self) -> LintConfig {
        LintConfig { ignores: Vec::new(), ..self }
    }
}

impl Ignore {
    /// The folder of the files that it is about; `None` if it is about one file.
    fn folder(&self) -> Option<&str> {
        let path = self.written.path.as_str();
        let first = path.find(['*', '?'])?;
        Some(path[..first].rfind('/').map_or("", |slash| &path[..slash]))
    }

    fn is_expired(&self, today: &str) -> bool {
        self.written.expires.as_deref().is_some_and(|day| day < today)
    }

    fn is_about(&self, found: &Found) -> bool {
        let is_in = |own: &str, place: &str| {
            place.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        found.finding.code == self.code
            && self.written.sid.as_ref().is_none_or(|sid| found.sid.as_ref() == Some(sid))
            && self
                .written
                .pointer
                .as_ref()
                .is_none_or(|own| found.pointer.as_ref().is_some_and(|place| is_in(own, place)))
    }
}

/// The rules of these names, ours or those of IAM Access Analyzer.
///
/// # Errors
/// A name that no rule has, with the nearest.
pub(crate) fn selected(names: &[String]) -> Result<Vec<Code>, String> {
    let mut only = Vec::new();
    for name in names {
        let before = only.len();
        only.extend(
            all_codes()
                .filter(|code| code.id() == name || code.row().analyzer.contains(&name.as_str())),
        );
        if only.len() == before {
            let near = all_codes().min_by_key(|code| distance(name, code.id())).map(Code::id);
            let near = near.unwrap_or_default();
            return Err(format!(
                "there is no rule `{name}`; the nearest name is `{near}`, docs/findings.md lists all"
            ));
        }
    }
    Ok(only)
}

/// The kind of a word of `--kind`, and whether the policy is attached to a bucket.
pub(crate) fn kind_of_word(word: &str) -> Option<(PolicyKind, bool)> {
    if word == "bucket" {
        return Some((PolicyKind::Resource, true));
    }
    PolicyKind::ALL.into_iter().find(|kind| kind.word() == word).map(|kind| (kind, false))
}

/// What is wrong with a text, with the name that is meant by one that there is not.
fn wrong(fault: &TomlFault) -> String {
    let unknown = fault.message.strip_prefix("unknown field `").filter(|_| fault.is_ours);
    let unknown = unknown.and_then(|rest| rest.split('`').next());
    let names = [names_of::<Written>(), names_of::<WrittenKind>(), names_of::<WrittenIgnore>()];
    let near = unknown.and_then(|name| {
        names.concat().into_iter().map(|known| (distance(name, known), known)).min()
    });
    match (unknown, near) {
        (Some(name), Some((far, near))) if far <= 3 => {
            format!("there is no setting `{name}`; perhaps `{near}` is meant")
        }
        _ => fault.with_line(),
    }
}

fn is_day(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// Whether a path fits a pattern: `*` and `?` stay in a folder, `**` as a folder is any number of folders.
fn fits(glob: &str, path: &str) -> bool {
    let names = path.split('/').collect::<Vec<_>>();
    // After each part of the pattern: how many names of the path it can have taken.
    let mut taken = vec![true];
    taken.resize(names.len() + 1, false);
    for part in glob.split('/') {
        let mut next = vec![false; names.len() + 1];
        for (at, _) in taken.iter().enumerate().filter(|(_, taken)| **taken) {
            if part == "**" {
                next[at..].fill(true);
            } else if names.get(at).is_some_and(|name| fits_wildcards(part, name)) {
                next[at + 1] = true;
            }
        }
        taken = next;
    }
    taken[names.len()]
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn paths_that_fit() {
        for (glob, path, expected) in [
            ("a.json", "a.json", true),
            ("*.json", "a.json", true),
            ("*.json", "b/a.json", false),
            ("**/*.json", "b/c/a.json", true),
            ("**/*.json", "a.json", true),
            ("**/p.json", "other-p.json", false),
            ("**/p.json", "x/y/p.json", true),
            ("a/**/p.json", "a/p.json", true),
            ("*a*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
            ("scp/**", "scp/x/y.json", true),
            ("scp/?.json", "scp/x.json", true),
            ("scp/?.json", "scp/xy.json", false),
            ("", "a", false),
        ] {
            assert_eq!(fits(glob, path), expected, "{glob} {path}");
        }
    }
}
