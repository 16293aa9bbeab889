//! The runner of random tests; what they run over is `ica_policy::strategies`.

use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::str::FromStr;

/// A runner that always begins with the same cases. The environment variable sets their number, `STRATEGY_SEED` another beginning.
pub fn runner(variable: &str, usual: u32) -> TestRunner {
    let cases = number(variable).unwrap_or(usual);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let seed = number::<u64>("STRATEGY_SEED");
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

/// The number that an environment variable has, if it is set. Another value is a mistake of whoever set it.
pub fn number<T: FromStr>(variable: &str) -> Option<T> {
    let text = std::env::var(variable).ok()?;
    let Ok(number) = text.parse() else { panic!("{variable} is no number: {text}") };
    Some(number)
}

/// Whether a policy compares letters beyond ASCII without case: `symbolic` does not decide it, and says so.
pub fn is_folded_beyond_ascii(policy: &serde_json::Value) -> bool {
    let text = policy.to_string();
    !text.is_ascii() && text.contains("IgnoreCase")
}
