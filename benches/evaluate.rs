//! How fast requests are decided. Compare with the floor measured in the same run: absolute times
//! differ between machines.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use divan::counter::ItemsCount;
use ica_policy::authz::{Caller, Context, Layer, Layers, Request};
use ica_policy::eval::decide;
use ica_policy::input::{Loader, Unreadable};
use ica_policy::json;
use ica_policy::model::{self, Policy, PolicyKind};
use ica_policy::product::build::build;
use ica_policy::product::build::settings;
use ica_policy::product::check;
use ica_policy::simulate::Simulator;
use ica_policy::source::{SourceId, Sources};
use ica_policy::syntax;
use std::fs;
use std::path::Path;

fn main() {
    divan::main();
}

/// Three identity statements, with a variable and a CIDR block.
const IDENTITY: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Action": ["s3:ListBucket", "s3:GetBucketLocation"], "Resource": "arn:aws:s3:::acme-genomics"},
    {"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": "arn:aws:s3:::acme-genomics/${aws:username}/*",
     "Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}},
    {"Effect": "Allow", "Action": "sts:GetFederationToken", "Resource": "*"}]}"#;

/// Two bucket statements.
const BUCKET: &str = r#"{"Version": "2012-10-17", "Statement": [
    {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::acme-genomics", "arn:aws:s3:::acme-genomics/*"],
     "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::079623148045:role/ica_use1_crossacct"}, "Action": "s3:GetObject",
     "Resource": "arn:aws:s3:::acme-genomics/*"}]}"#;

fn policy(text: &str, kind: PolicyKind) -> Policy {
    let mut sources = Sources::new();
    let id = sources.add_file("bench", text.to_owned()).unwrap();
    let ast = syntax::parse(json::parse(sources.get(id)).root.unwrap()).policy.unwrap();
    model::lower(&ast, kind).policy
}

fn request() -> Request {
    let caller = Caller::parse("arn:aws:iam::111122223333:user/ana", None).unwrap();
    let mut context = Context::new();
    context.set_one("aws:SourceIp", "203.0.113.7");
    context.set_one("aws:SecureTransport", "true");
    Request::new(
        caller,
        "s3:GetObject",
        "arn:aws:s3:::acme-genomics/ana/run1/a.bam",
        Some("111122223333"),
        context,
    )
    .unwrap()
}

/// One decision, with policies and request prepared.
#[divan::bench]
fn prepared_evaluation(bencher: divan::Bencher<'_, '_>) {
    let (identity, bucket) =
        (policy(IDENTITY, PolicyKind::Identity), policy(BUCKET, PolicyKind::Resource));
    let layers = Layers {
        identity: Layer::Policies(vec![&identity]),
        resource: Layer::Policies(vec![&bucket]),
        ..Layers::default()
    };
    let request = request();
    bencher.counter(ItemsCount::new(1_usize)).bench(|| decide(divan::black_box(&request), &layers));
}

/// Lines as a tool author would send them, each with its own policies.
fn lines() -> Vec<String> {
    let line = |number: usize| {
        format!(
            r#"{{"id": "{number}", "principal": "arn:aws:iam::111122223333:user/ana", "action": "s3:GetObject", "resource": "arn:aws:s3:::acme-genomics/ana/{number}", "resource_account": "111122223333", "context": {{"aws:SourceIp": "203.0.113.{}", "aws:SecureTransport": "true"}}, "identity_policies": [{}], "resource_policy": {}}}"#,
            number % 256,
            IDENTITY.replace('\n', " "),
            BUCKET.replace('\n', " ")
        )
    };
    (0..1000).map(line).collect()
}

/// The work of `simulate --batch`: reads the line, lowers its policies, decides, and writes the
/// answer.
#[divan::bench]
fn batch_lines(bencher: divan::Bencher<'_, '_>) {
    let lines = lines();
    let count = ItemsCount::new(lines.len());
    bencher.counter(count).with_inputs(|| lines.clone()).bench_values(|lines| {
        let mut simulator = Simulator::new();
        lines
            .into_iter()
            .filter_map(|line| simulator.answer(line))
            .map(|answer| answer.len())
            .sum::<usize>()
    });
}

/// The floor: another JSON reader builds a tree of the same lines and does nothing with it.
#[divan::bench]
fn batch_lines_floor_serde_json(bencher: divan::Bencher<'_, '_>) {
    let lines = lines();
    let count = ItemsCount::new(lines.len());
    bencher.counter(count).with_inputs(|| lines.clone()).bench_values(|lines| {
        lines
            .into_iter()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(&line).unwrap().as_object().unwrap().len()
            })
            .sum::<usize>()
    });
}

/// Loads the files of the example in the repository.
struct Example;

impl Loader for Example {
    fn load(&mut self, sources: &mut Sources, name: &str) -> Result<SourceId, Unreadable> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/seed-conflict").join(name);
        Ok(sources.add_file(name, fs::read_to_string(path).unwrap()).unwrap())
    }
}

/// Checks all operations and callers of the example, with reasons. Its documents are read outside
/// the measurement.
#[divan::bench]
fn check_of_the_example(bencher: divan::Bencher<'_, '_>) {
    let text = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/seed-conflict/ica.toml"),
    )
    .unwrap();
    let settings = settings::parse(&text).unwrap().remove(0);
    let built = build(&ica_policy::ica::ICA, &settings, &mut Sources::new(), &mut Example).unwrap();
    bencher.bench_local(|| check(divan::black_box(&built.connection)));
}
