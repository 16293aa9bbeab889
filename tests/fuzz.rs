use crate::support::files_below;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

#[path = "../fuzz/bodies.rs"]
mod bodies;

/// Parts of policies and lines that a mutation puts in.
const PARTS: [&str; 32] = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\"",
    "*",
    "?",
    "\0",
    "\\u0000",
    "null",
    "1e999",
    "-0",
    "\"Effect\": \"Deny\"",
    "\"Allow\"",
    "\"Principal\": \"*\"",
    "\"NotPrincipal\": {\"AWS\": \"*\"}",
    "\"NotAction\": \"s3:*\"",
    "\"NotResource\": \"*\"",
    "${aws:username}",
    "${aws:PrincipalTag/x}",
    "\"Condition\": {\"StringNotLike\": {\"aws:PrincipalArn\": [\"*a*\", \"b*\"]}}",
    "\"Condition\": {\"ForAllValues:StringEquals\": {\"aws:TagKeys\": []}}",
    "\"Condition\": {\"NotIpAddress\": {\"aws:SourceIp\": \"10.0.0.0/8\"}}",
    "\"Condition\": {\"Null\": {\"aws:SourceVpce\": \"true\"}}",
    "arn:aws:s3:::acme-genomics/ica/*",
    "arn:aws:iam::111122223333:root",
    "s3:",
    "sts:AssumeRole",
    "\u{e9}",
    "\u{1f600}",
];

/// Numbers that look random (SplitMix64), the same in every run with this seed.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % limit.max(1) as u64).unwrap()
    }
}

/// A seed with one to four changes: a byte, a part put in, a piece left out, or a piece of another seed.
fn mutated(seed: &[u8], other: &[u8], numbers: &mut Numbers) -> Vec<u8> {
    let mut data = seed.to_vec();
    for _ in 0..=numbers.below(4) {
        let at = numbers.below(data.len() + 1);
        let end = (at + numbers.below(40)).min(data.len());
        match numbers.below(5) {
            0 if at < data.len() => data[at] = u8::try_from(numbers.below(256)).unwrap(),
            1 => drop(data.drain(at..end)),
            2 => {
                let from = numbers.below(other.len() + 1);
                let to = (from + numbers.below(200)).min(other.len());
                drop(data.splice(at..at, other[from..to].iter().copied()));
            }
            3 => {
                let piece = data[at..end].to_vec();
                drop(data.splice(at..at, piece));
            }
            _ => drop(data.splice(at..at, PARTS[numbers.below(PARTS.len())].bytes())),
        }
    }
    data
}

/// The texts of the examples and of the cases of the corpus.
fn policies() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let examples = files_below(&root.join("examples"), ".json");
    let mut texts =
        examples.iter().map(|path| fs::read_to_string(path).unwrap()).collect::<Vec<_>>();
    for path in files_below(&root.join("corpus/ica"), ".toml") {
        let case: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
        let files = case.get("files").and_then(toml::Value::as_table);
        let texts_of = |files: &toml::Table| {
            files.values().filter_map(toml::Value::as_str).map(str::to_owned).collect::<Vec<_>>()
        };
        texts.extend(files.map(texts_of).unwrap_or_default());
    }
    texts
}

/// Lines of requests with the policies in them.
fn lines() -> Vec<String> {
    let line = |text: &String| {
        let policy = serde_json::from_str::<serde_json::Value>(text).ok()?;
        let asked = serde_json::json!({"id": 1, "principal": "arn:aws:iam::111122223333:user/x", "action": "s3:GetObject",
            "resource": "arn:aws:s3:::acme-genomics/ica/a", "identity_policies": [policy.clone()], "resource_policy": policy});
        Some(asked.to_string())
    };
    policies().iter().filter_map(line).collect()
}

/// Every text with the one after it.
fn pairs() -> Vec<String> {
    let texts = policies();
    let next = texts.iter().cycle().skip(1);
    texts.iter().zip(next).map(|(one, other)| format!("{one}{}{other}", bodies::MARK)).collect()
}

/// Runs the regressions, some seeds, and mutations of them: `most` in the ordinary run. With ICA_POLICY_FUZZ_SECONDS it goes on for that
/// long, and says how many inputs it tried.
fn drive(target: &str, body: fn(&[u8]), seeds: &[String], most: usize) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/regressions").join(target);
    let regressions = if root.is_dir() { files_below(&root, "") } else { Vec::new() };
    for path in regressions {
        body(&fs::read(path).unwrap());
    }
    let seconds = std::env::var("ICA_POLICY_FUZZ_SECONDS").ok().map(|text| text.parse().unwrap());
    let limit = seconds.map(Duration::from_secs);
    let start = Instant::now();
    let seed = std::env::var("ICA_POLICY_FUZZ_SEED").map_or(0, |text| text.parse().unwrap());
    let mut numbers = Numbers(seed);
    let (mut tried, mut slowest) = (0, Duration::ZERO);
    while limit.map_or(tried < most, |limit| start.elapsed() < limit) {
        let at = if limit.is_some() { tried } else { tried * seeds.len() / most };
        let seed = seeds[at % seeds.len()].as_bytes();
        let other = seeds[numbers.below(seeds.len())].as_bytes();
        let data = if tried % 8 == 0 { seed.to_vec() } else { mutated(seed, other, &mut numbers) };
        let began = Instant::now();
        if let Err(panic) = std::panic::catch_unwind(|| body(&data)) {
            let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{target}.failed"));
            fs::write(&path, &data).unwrap();
            eprintln!("{target}: the input is in {}", path.display());
            std::panic::resume_unwind(panic);
        }
        slowest = slowest.max(began.elapsed());
        tried += 1;
    }
    if limit.is_some() {
        eprintln!(
            "{target}: {tried} inputs of {} seeds, slowest {:.1} s",
            seeds.len(),
            slowest.as_secs_f64()
        );
    }
}

#[test]
fn any_text() {
    drive("text", bodies::text, &policies(), 400);
}

#[test]
fn any_line() {
    drive("line", bodies::line, &lines(), 100);
}

#[test]
fn any_two_policies() {
    drive("compare", bodies::compare, &pairs(), 24);
}

#[test]
fn any_policies_of_a_connection() {
    drive("check", bodies::check, &pairs(), 12);
}

#[test]
fn any_connection_to_repair() {
    drive("repair", bodies::repair, &pairs(), 4);
}
