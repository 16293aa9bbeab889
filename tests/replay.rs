//! Witnesses of `check` are valid lines of `simulate`, and requests that can be.

use ica_policy::finding::Severity;
use ica_policy::input::{Loader, Unreadable};
use ica_policy::model::PolicyKind;
use ica_policy::product::build::settings::{Levels, Settings};
use ica_policy::product::build::{Built, build};
use ica_policy::report::check::Checked;
use ica_policy::simulate::Simulator;
use ica_policy::source::{SourceId, Sources};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

#[derive(Deserialize)]
pub struct SetUp {
    pub connection: Settings,
    #[serde(default)]
    pub files: BTreeMap<String, String>,
}

pub struct Inline<'a>(pub &'a BTreeMap<String, String>);

impl Loader for Inline<'_> {
    fn load(&mut self, sources: &mut Sources, name: &str) -> Result<SourceId, Unreadable> {
        Ok(sources.add_file(name, self.0[name].clone()).unwrap())
    }
}

const FULL_ACCESS: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;

/// The documents of a set-up as members of a line, in their original text: JSON values would lose
/// duplicate members.
pub struct Documents<'a> {
    pub set_up: &'a SetUp,
    pub caller: &'a str,
    /// The service of the request: that of the bucket, STS or KMS.
    pub service: &'a str,
    /// Whether the action assumes the customer's role. Nobody signs such a request.
    pub shows_token: bool,
}

impl Documents<'_> {
    fn text(&self, name: &str) -> &str {
        &self.set_up.files[name]
    }

    fn list<'a>(&self, names: impl IntoIterator<Item = &'a String>) -> String {
        let texts = names
            .into_iter()
            .filter(|name| *name != "none")
            .map(|name| self.text(name))
            .collect::<Vec<_>>();
        format!("[{}]", texts.join(", "))
    }

    fn one(&self, files: &Option<Levels>) -> String {
        let name = files.as_ref().map(|files| files.names().remove(0));
        name.filter(|name| name != "none")
            .map_or("null".to_owned(), |name| self.text(&name).to_owned())
    }

    /// AWS's own full-access policy is added to levels whose files allow nothing.
    fn levels(&self, levels: &Option<Levels>, filled_up: bool) -> String {
        let levels =
            levels.iter().flat_map(|levels| levels.levels()).filter(|names| *names != ["none"]);
        let level = |names: &[String]| {
            let texts = self.list(names);
            let silent = filled_up && !texts.contains("\"Allow\"");
            if silent {
                format!("{}, {FULL_ACCESS}]", texts.strip_suffix(']').unwrap())
            } else {
                texts
            }
        };
        format!("[{}]", levels.map(level).collect::<Vec<_>>().join(", "))
    }

    fn members(&self) -> String {
        let settings = &self.set_up.connection;
        let own = self.caller != "cross-account-role" && !self.shows_token;
        let names =
            |files: &Option<Levels>| files.iter().flat_map(Levels::names).collect::<Vec<_>>();
        let assumed = format!("[{FULL_ACCESS}]");
        let session = match (self.caller, names(&settings.session_policy)) {
            _ if self.shows_token => "null".to_owned(),
            ("federated-session" | "oidc-role", names) if names.is_empty() => assumed.clone(),
            ("federated-session" | "oidc-role", names) if names != ["none"] => self.list(&names),
            _ => "null".to_owned(),
        };
        let identity = match own {
            true => self.list(&names(&settings.identity_policy)),
            false if self.shows_token => "[]".to_owned(),
            false => assumed,
        };
        let resource = match self.service {
            "s3" => self.one(&settings.bucket_policy),
            "kms" => self.one(&settings.kms_key_policy),
            _ if self.shows_token => self.one(&settings.trust_policy),
            _ => "null".to_owned(),
        };
        let boundary = if own { self.one(&settings.boundary) } else { "null".to_owned() };
        let scps = if own { self.levels(&settings.scp, true) } else { "[]".to_owned() };
        let rcps = self.levels(&settings.rcp, false);
        let vpce = names(&settings.vpce_policy);
        let vpce = self.list(vpce.iter().filter(|_| self.service == "s3"));
        format!(
            r#""identity_policies": {identity}, "session_policies": {session}, "resource_policy": {resource}, "permissions_boundary": {boundary}, "scps": {scps}, "rcps": {rcps}, "vpce_policies": {vpce}"#
        )
    }
}

/// A whole line without line breaks: the witness with the documents.
pub fn line(witness: &Value, documents: &Documents<'_>) -> String {
    let request = witness.to_string();
    let request = request.strip_suffix('}').unwrap();
    format!("{request}, {}}}", documents.members()).replace('\n', " ")
}

#[test]
fn every_witness_is_a_line_of_simulate_and_gives_its_decision() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/ica");
    let (mut replayed, mut wrong) = (0, Vec::new());
    for path in crate::support::files_below(&folder, ".toml") {
        let set_up: SetUp = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        // Answers of the AWS CLI hold the policy in an inner member.
        let is_plain = |text: &String| {
            text.contains("\"Statement\"") && !text.contains("\"Policy") && !text.contains("\\\"")
        };
        let mut sources = Sources::new();
        let Built { connection, .. } = build(
            &ica_policy::ica::ICA,
            &set_up.connection,
            &mut sources,
            &mut Inline(&set_up.files),
        )
        .unwrap();
        // `simulate` does not take documents that AWS would refuse.
        let is_refused =
            connection.findings.iter().any(|finding| finding.severity == Severity::Error);
        if is_refused
            || connection.policies.is_unspecified(PolicyKind::Identity)
            || !set_up.files.values().all(is_plain)
        {
            continue;
        }
        let check = ica_policy::product::check(&connection);
        let report = serde_json::to_value(Checked::new(&sources, &connection, &check)).unwrap();
        let callers = report["operations"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|operation| operation["callers"].as_array().unwrap());
        for caller in callers {
            for step in caller["steps"].as_array().unwrap() {
                let action = step["action"].as_str().unwrap();
                let service = action.split(':').next().unwrap();
                let shows_token = action == "sts:AssumeRoleWithWebIdentity";
                // A decision that depends on a policy that was not given cannot be replayed.
                let is_unknown = service == "kms"
                    && connection.policies.is_unspecified(PolicyKind::KmsKey)
                    || shows_token && connection.policies.is_unspecified(PolicyKind::Trust);
                if is_unknown {
                    continue;
                }
                let documents = Documents {
                    set_up: &set_up,
                    caller: caller["caller"].as_str().unwrap(),
                    service,
                    shows_token,
                };
                for kind in ["denied", "allowed"] {
                    let witness = &step["witness"][kind];
                    if witness.is_null() {
                        continue;
                    }
                    replayed += 1;
                    let faults = crate::possible::faults_of_line(witness);
                    if !faults.is_empty() {
                        wrong.push(format!("{}: {witness}\n    {faults:?}", path.display()));
                    }
                    let answer = Simulator::new().answer(line(witness, &documents)).unwrap();
                    let answer: Value = serde_json::from_str(&answer).unwrap();
                    let readings = answer["readings"].as_array().cloned().unwrap_or_default();
                    let fits = match answer["decision"].as_str() {
                        Some("Allowed") => kind == "allowed",
                        Some("Undetermined") => {
                            kind == "denied"
                                && !readings.iter().any(|reading| reading["decision"] == "Allowed")
                        }
                        Some(_) => kind == "denied",
                        None => false,
                    };
                    if !fits {
                        wrong.push(format!(
                            "{}: {} {kind}: {witness}\n    {answer}",
                            path.display(),
                            step["action"]
                        ));
                    }
                }
            }
        }
    }
    assert!(replayed > 2500, "only {replayed}");
    assert!(
        wrong.is_empty(),
        "{} of {replayed}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(8)].join("\n")
    );
}
