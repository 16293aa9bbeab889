//! The runner of random tests; what they run over is `ica_policy::strategies`.

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A runner that always begins with the same cases. The environment variable sets their number.
pub fn runner(variable: &str, usual: u32) -> TestRunner {
    let cases = std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// Whether a policy compares letters beyond ASCII without case: `symbolic` does not decide it, and says so.
pub fn is_folded_beyond_ascii(policy: &serde_json::Value) -> bool {
    let text = policy.to_string();
    !text.is_ascii() && text.contains("IgnoreCase")
}
