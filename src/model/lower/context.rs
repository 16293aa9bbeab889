//! The state of lowering, and the findings that several parts make.

use crate::finding::{Code, Finding, codes};
use crate::model::doubt::Doubt;
use crate::model::kind::PolicyKind;
use crate::model::version::Version;
use crate::source::Span;
use crate::syntax::Element;

/// The state of lowering.
pub(super) struct Context {
    pub kind: PolicyKind,
    pub version: Version,
    pub findings: Vec<Finding>,
}

impl Context {
    /// Reports words that AWS would refuse, and returns the doubt about them.
    pub(super) fn refuse(&mut self, code: Code, span: Span, reason: impl Into<String>) -> Doubt {
        let reason = reason.into();
        self.findings.push(Finding::new(code, span, reason.clone()));
        Doubt::refused(span, reason)
    }

    /// Says which code IAM Access Analyzer has for the last finding.
    pub(super) fn known_as(&mut self, analyzer: &'static str) {
        if let Some(finding) = self.findings.last_mut() {
            finding.analyzer = Some(analyzer);
        }
    }

    /// As [`Context::refuse`], with help for the user.
    pub(super) fn refuse_with_help(
        &mut self,
        code: Code,
        span: Span,
        reason: impl Into<String>,
        help: impl Into<String>,
    ) -> Doubt {
        let doubt = self.refuse(code, span, reason);
        if let Some(finding) = self.findings.last_mut() {
            finding.help = Some(help.into());
        }
        doubt
    }
}

/// What IAM Access Analyzer says of a variable that is not written as AWS asks.
pub(super) fn wrong_variable(reason: &str) -> Option<&'static str> {
    [
        ("has no closing brace", "MISSING_BRACE_IN_VARIABLE"),
        ("names no key", "EMPTY_VARIABLE"),
        ("must be written", "MISSING_QUOTE_IN_VARIABLE"),
        ("is not the name of a key", "UNSUPPORTED_SPACE_IN_VARIABLE"),
    ]
    .into_iter()
    .find(|(words, _)| reason.contains(words))
    .map(|(_, code)| code)
}

/// The finding, under the code `limit` if its doubt is a limit of this program: that is no mistake
/// of the author.
pub(super) fn as_limit(doubt: &Doubt, finding: Finding) -> Finding {
    if doubt.is_limit {
        Finding { code: codes::LIMIT, ..finding.help("shorten it; AWS may take it as it is") }
    } else {
        finding
    }
}

/// The doubt about an element that occurs twice. The JSON reader has already reported it.
pub(super) fn repeated(element: &Element) -> Doubt {
    Doubt::refused(element.name.span, format!("`{}` occurs twice", element.name.text))
}

pub(super) fn unknown_element(
    context: &mut Context,
    element: &Element,
    name: &str,
    known: &[&str],
) -> Doubt {
    let reason = format!("`{name}` is not an element of the policy language");
    let help = match known.iter().find(|known| known.eq_ignore_ascii_case(name)) {
        Some(known) => format!("element names are case-sensitive; write `{known}`"),
        None => format!(
            "there are {}",
            known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        ),
    };
    context.refuse_with_help(codes::UNKNOWN_ELEMENT, element.name.span, reason, help)
}

pub(super) fn with_article(kind: PolicyKind) -> String {
    let article = if matches!(kind, PolicyKind::Identity) { "an" } else { "a" };
    format!("{article} {}", kind.name())
}
