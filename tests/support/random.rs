//! The runner of random tests; what they run over is `ica_policy::strategies`.

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// A runner that always begins with the same cases. The environment variable sets their number, `STRATEGY_SEED` another beginning.
pub fn runner(variable: &str, usual: u32) -> TestRunner {
    let cases = std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let seed = std::env::var("STRATEGY_SEED").ok().and_then(|text| text.parse::<u64>().ok());
    let rng = match seed {
        Some(seed) => {
            let mut bytes = [0; 32];
            bytes[..8].copy_from_slice(&seed.to_le_bytes());
            TestRng::from_seed(RngAlgorithm::ChaCha, &bytes)
        }
        None => TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    };
    TestRunner::new_with_rng(config, rng)
}

/// Whether a policy compares letters beyond ASCII without case: `symbolic` does not decide it, and says so.
pub fn is_folded_beyond_ascii(policy: &serde_json::Value) -> bool {
    let text = policy.to_string();
    !text.is_ascii() && text.contains("IgnoreCase")
}
