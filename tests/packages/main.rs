//! The wheel, and what brings it into pull requests: GitHub's action, pre-commit's hooks, GitLab's template, packages of npm.
//!
//! Each is acted out: the wheel is built and installed into fresh environments, scripts run as the services run them, in git repositories
//! made here. maturin, pre-commit and zizmor come from PyPI; where it cannot be reached the tests are reported as ignored.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests")]

mod action;
mod npm;
mod page;
mod pre_commit;
#[path = "../support/pypi.rs"]
mod pypi;
mod repository;
#[path = "../support/run.rs"]
#[allow(dead_code, unreachable_pub, reason = "the other tests use the rest")]
mod run;
mod wheel;

use pypi::{Test, Tools};
use std::process::ExitCode;

const TESTS: [(&str, Test); 9] = [
    ("the_wheel_does_the_main_job_in_a_fresh_environment", wheel::by_the_readme),
    ("the_action_reports_a_pull_request", action::github),
    ("gitlabs_template_writes_the_report", action::gitlab),
    ("pre_commit_runs_the_hooks", pre_commit::system),
    ("pre_commit_installs_the_wheel", pre_commit::by_wheel),
    ("npm_installs_the_binary_of_the_platform", npm::installed),
    ("junits_files_hold_their_schema", page::junit),
    ("the_page_is_valid_html_and_a_browser_shows_it", page::valid),
    ("zizmor_finds_nothing_in_action_and_workflow", zizmor),
];

fn main() -> ExitCode {
    pypi::harness("packages", &TESTS)
}

fn zizmor(tools: &Tools) {
    let program = tools.program("zizmor");
    let files = ["action.yml", ".github/workflows/release.yml"];
    repository::succeeds(
        repository::command(&program).args(["--offline", "--no-progress"]).args(files),
    );
}
