//! The report of `lint --minify` for people: how long each policy is, what was done, what is proved, and what the next step would add.

use super::look::{Human, Look};
use super::minify::{Done, Minified, Minify, Proved, Step, Widening};
use crate::aws;
use std::fmt::Write;

impl Human for Minify {
    fn human(&self, look: Look) -> String {
        self.policies.iter().map(|policy| of_policy(policy, look)).collect()
    }
}

/// Patterns and actions of a line that are shown.
const MOST_SHOWN: usize = 6;

fn of_policy(policy: &Minified, look: Look) -> String {
    let Minified { file, kind, before, after, limit, fits, .. } = policy;
    let size = match before == after {
        true => format!("{before} characters"),
        false => format!("{before} -> {after} characters"),
    };
    let limit = match (limit, fits) {
        (None, _) => "no page of AWS says how many it stores".to_owned(),
        (Some(0), _) => "as short as it gets".to_owned(),
        (Some(limit), true) => format!("at most {limit}: fits"),
        (Some(limit), false) => format!("at most {limit}: still too long"),
    };
    let mut text = format!("{file}: {}: {size}, {limit}\n", kind.name());
    for done in &policy.steps {
        text.push_str(&format!("  {}\n", step(done)));
    }
    text.push_str(&proof(policy));
    for step in &policy.left_out {
        let what = what(*step);
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  not done, since it is not proved to change nothing: {what}");
    }
    match &policy.widening {
        Some(widening) => text.push_str(&of_widening(widening, look)),
        None if !fits && policy.limit != Some(0) => {
            text.push_str("  nothing that says the same is short enough: split the policy\n");
        }
        None => {}
    }
    text
}

fn what(step: Step) -> &'static str {
    match step {
        Step::Layout => "white space and brackets taken out",
        Step::Needless => "words without effect taken out",
        Step::Merged => "statements merged",
        Step::Names => "names of statements left out",
        Step::Wildcards => "wildcards of exactly the listed actions written",
    }
}

fn step(done: &Done) -> String {
    let Done { step, number, details, .. } = done;
    let what = what(*step);
    let details = shown(details, "; ");
    match (*step, details.is_empty()) {
        (Step::Layout, _) => what.to_owned(),
        (_, true) => format!("{what}: {number}"),
        (_, false) => format!("{what}: {number} ({details})"),
    }
}

/// Over which requests the policy says the same.
fn proof(policy: &Minified) -> String {
    if policy.steps.is_empty() {
        return "  nothing to take out\n".to_owned();
    }
    match policy.steps.iter().all(|done| done.proved == Proved::Any) {
        true => "  proved over all requests: it allows and denies the same\n".to_owned(),
        false => format!(
            "  proved over all requests that AWS has (data of {}): it allows and denies the same; actions that AWS adds later may fit the new wildcards\n",
            aws::data_date()
        ),
    }
}

fn of_widening(widening: &Widening, look: Look) -> String {
    let Widening { after, fits, wildcards, comparison, .. } = widening;
    if !fits {
        return format!(
            "  nothing that says the same is short enough, and with wider patterns it still has {after} characters: split it\n"
        );
    }
    let mut text = format!(
        "  nothing that says the same is short enough; with these patterns it has {after} characters, short enough, and allows more (--unsafe-fixes writes them):\n"
    );
    for wider in wildcards {
        let (number, adds) = (wider.replaces.len(), shown(&wider.adds, ", "));
        let statement = wider.statement + 1;
        let _ = writeln!(
            text,
            "    statement {statement}: {} for {number} entries adds {adds}",
            wider.pattern
        );
    }
    text + &comparison.human(look)
}

fn shown(all: &[String], between: &str) -> String {
    let more = match all.len().saturating_sub(MOST_SHOWN) {
        0 => String::new(),
        more => format!("{between}{more} more"),
    };
    all.iter().take(MOST_SHOWN).cloned().collect::<Vec<_>>().join(between) + &more
}
