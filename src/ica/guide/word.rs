//! Pages of words, of regions and of kinds of findings.

use super::page::{Page, PageKind, Part, Section, code, codes};
use super::recognise::letters;
use super::tables::Word;
use crate::finding::codes::CODES;
use crate::finding::{Code, Section as Kind};
use crate::ica::regions;
use crate::product::Region;
use crate::rules::lint::all_rules;
use crate::rules::lint::manual::Manual;

/// All kinds of findings.
pub(super) fn findings() -> impl Iterator<Item = Code> {
    CODES.iter().copied().chain(all_rules().flat_map(|rule| rule.codes().iter().copied()))
}

impl Word {
    /// Whether it has that name. Case, blanks and punctuation do not count.
    pub fn is_named(&self, name: &str) -> bool {
        let name = letters(name);
        std::iter::once(&self.id).chain(&self.also).any(|known| letters(known) == name)
    }
}

/// Whether that name is the region's: on ICA's page, of AWS, or of Illumina's role.
pub(super) fn is_region_named(region: &Region, name: &str) -> bool {
    let role = regions().role(region);
    let name = letters(name);
    let bare = role.rsplit('/').next().unwrap_or_default();
    [&region.name, &region.short, &region.aws, &region.namespace, bare, &role]
        .iter()
        .any(|known| letters(known) == name)
}

pub(super) fn word_page(word: &'static Word) -> Page {
    let also = (!word.also.is_empty())
        .then(|| format!("also: {}", codes(word.also.iter().map(String::as_str))));
    let finding = findings().find(|code| code.id() == word.id);
    let about = std::iter::once(word.means.clone()).chain(also).chain(finding.map(finding_words));
    let sections = vec![
        Section { text: about.collect(), ..Section::items(Part::About, Vec::new()) },
        Section {
            text: word.advice.iter().cloned().collect(),
            ..Section::items(Part::Change, Vec::new())
        }
        .under("what to do"),
        Section::text(Part::Topics, codes(word.see.iter().map(String::as_str))).under("see also"),
        Section::text(Part::Source, word.source.clone()),
    ];
    Page::new(PageKind::Word, &word.id, &word.title, without_blank(sections))
}

pub(super) fn region_page(region: &'static Region) -> Page {
    let role = regions().role(region);
    let about = format!(
        "a bucket of a project in {} must be in {}. Copies and moves are made by {}",
        region.name,
        code(&region.aws),
        code(&role)
    );
    let mut about = Section::text(Part::About, about);
    about.text.extend(region.note.clone());
    let sections = vec![
        about,
        Section::text(
            Part::Needs,
            format!("`--region {}`, or `--ica-region {}`", region.aws, region.short),
        )
        .under("how to give it to `check`"),
        Section::text(Part::Topics, codes(["region", "cross-account-role"])).under("see also"),
        Section::text(Part::Source, "SEED prerequisites and step 7; A7"),
    ];
    let title = format!("{}, AWS region {}", region.name, region.aws);
    Page::new(PageKind::Region, &region.namespace, &title, sections)
}

pub(super) fn finding_page(finding: Code) -> Page {
    if let Some(manual) = Manual::of(finding) {
        return rule_page(finding, manual);
    }
    let about =
        Section::text(Part::About, finding_words(finding)).with_text(finding.row().manual.trim());
    let see = format!("docs/findings.md, section {}", finding.row().section.anchor());
    let sections = vec![
        about.with_text(finding.row().section.about()),
        Section::text(Part::Change, done_about(finding.row().section)).under("what to do"),
        Section::text(Part::Source, see),
    ];
    Page::new(PageKind::Finding, finding.id(), finding.row().summary, sections)
}

/// The page of a rule: the doc comment beside it.
fn rule_page(rule: Code, manual: Manual) -> Page {
    let mut about = Section::text(Part::About, finding_words(rule));
    about.text.extend(manual.about);
    about.text.extend(match rule.row().analyzer {
        [] => None,
        names => Some(format!("IAM Access Analyzer calls it {}", codes(names.iter().copied()))),
    });
    let examples = |is_bad: bool| {
        let of = manual.examples.iter().filter(move |example| example.is_bad == is_bad);
        of.map(|example| example.text.clone()).collect()
    };
    let listed =
        |is_bad| Section { text: examples(is_bad), ..Section::items(Part::About, Vec::new()) };
    let sections = vec![
        about,
        listed(true).under("what it finds"),
        listed(false).under("what is right"),
        Section::text(Part::Change, manual.to_do).under("what to do"),
        Section::text(Part::Source, manual.source),
    ];
    Page::new(PageKind::Finding, rule.id(), rule.row().summary, without_blank(sections))
}

fn finding_words(finding: Code) -> String {
    let row = finding.row();
    format!("a finding of severity {}: {}", row.severity.word(), row.summary)
}

fn done_about(section: Kind) -> &'static str {
    match section {
        Kind::Text => {
            "correct the text at the place that the report underlines; `jq . FILE` shows the first mistake only"
        }
        Kind::Policy | Kind::Rule => "change the underlined words as the line `help:` says",
        Kind::Setting => "correct the file or the flag that the finding names",
        Kind::Configuration => "change `ica-policy.toml` as the line `help:` says",
        Kind::Request => "look at the statement that is underlined and at the example beside it",
        Kind::Cause => "follow the line `help:`, or `ica-policy fix`",
        Kind::Slip => {
            "look at what the slip would do; words that guard nothing can go, or were meant otherwise"
        }
        Kind::Decision => {
            "decide it with whoever wrote the policy; `fix` names the place and edits nothing there"
        }
    }
}

/// The sections that say something.
fn without_blank(sections: Vec<Section>) -> Vec<Section> {
    let says = |section: &Section| section.text.iter().any(|text| !text.is_empty());
    sections.into_iter().filter(says).collect()
}
