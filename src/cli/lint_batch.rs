//! `ica-policy lint --batch`: a policy in, its findings out, a line each.

use super::batch::{Line, answer_lines};
use super::exit::Exit;
use crate::api::lint_config::kind_of_word;
use crate::api::{LintOptions, Workspace};
use crate::input::{NONE, tree_of};
use crate::source::Span;
use serde_json::json;

/// Answers the lines of standard input.
pub(super) fn run(options: &LintOptions) -> Exit {
    answer_lines(&mut |line| {
        let answered = line.map_err(|message| (None, message)).and_then(|text| {
            if text.trim().is_empty() { Ok(None) } else { answer(text, options).map(Some) }
        });
        let (id, is_error, said) = match answered {
            Ok(None) => return None,
            Ok(Some((id, findings))) => (id, false, findings),
            Err((id, message)) => (id, true, json!({ "message": message })),
        };
        let name = if is_error { "error" } else { "findings" };
        let id = id.unwrap_or_else(|| "null".to_owned());
        Some(Line { json: format!("{{\"id\":{id},\"{name}\":{said}}}"), is_error, is_other: false })
    })
}

/// The id as it was written, and the findings; else the id, if there is one, and what is wrong.
type Answered = Result<(Option<String>, serde_json::Value), (Option<String>, String)>;

/// The members of a line.
const MEMBERS: [&str; 3] = ["id", "kind", "policy"];

fn answer(text: &str, options: &LintOptions) -> Answered {
    let root = tree_of(text).ok_or((None, "the line is not JSON".to_owned()))?;
    // The line is the only text there, so its places count from its beginning.
    let written = |span: Span| text.get(span.lo as usize..span.hi as usize);
    let strictly = serde_json::from_str::<serde_json::Value>;
    // The tree forgives some mistakes, and an answer is JSON for everybody.
    let id = root.get("id").and_then(|node| written(node.span)).filter(|id| strictly(id).is_ok());
    let id = id.map(str::to_owned);
    let wrong = |message: String| (id.clone(), message);
    strictly(text).map_err(|error| wrong(format!("the line is not JSON: {error}")))?;
    let members = root.as_object().ok_or_else(|| wrong("a line is an object".to_owned()))?;
    if let Some(other) = members.iter().find(|one| !MEMBERS.contains(&one.name.text.as_str())) {
        return Err(wrong(format!(
            "there is no member `{}`: a line has `id`, `kind` and `policy`",
            other.name.text
        )));
    }
    if members.iter().any(|one| members.iter().filter(|other| other.name == one.name).count() > 1) {
        return Err(wrong("a member stands twice".to_owned()));
    }
    let policy = root.get("policy").ok_or_else(|| wrong("`policy` is missing".to_owned()))?;
    let policy = policy.as_str().or_else(|| written(policy.span));
    let mut options = options.clone();
    if let Some(kind) = root.get("kind") {
        let word = kind.as_str().unwrap_or_default();
        let known =
            kind_of_word(word).ok_or_else(|| wrong(format!("`{word}` is no kind of policy")))?;
        (options.kind, options.is_of_bucket) = (Some(known.0), known.1);
    }
    let mut workspace = Workspace::new();
    let name = "policy";
    workspace.add_text(name, policy.unwrap_or(NONE)).map_err(|error| wrong(error.to_string()))?;
    let lint = workspace.lint(&[name], &options).map_err(|error| wrong(error.to_string()))?;
    if let Some(failure) = lint.failures.first() {
        return Err(wrong(failure.message.clone()));
    }
    let findings = lint.policies.iter().flat_map(|policy| &policy.findings).collect::<Vec<_>>();
    Ok((id.clone(), serde_json::to_value(findings).unwrap_or_default()))
}
