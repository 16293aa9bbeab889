//! The scripts of GitHub's action and of GitLab's template, run as the services run them.

use crate::pypi::Tools;
use crate::repository::{
    command, commit, deny_sessions, exits_with, fresh, succeeds, text, with_connection,
};
use crate::wheel;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// A file of YAML.
fn yaml(tools: &Tools, name: &str) -> Value {
    let program =
        "import json, sys, yaml; json.dump(yaml.safe_load(open(sys.argv[1])), sys.stdout)";
    let json = succeeds(command(&tools.program("python")).args(["-c", program, name]));
    serde_json::from_str(&json).unwrap()
}

/// What a run of the action left behind.
struct Run {
    code: i32,
    log: String,
    summary: String,
    outputs: String,
    uploads: bool,
}

/// Runs the steps as GitHub does: the inputs reach scripts by the environment, a step that fails ends the rest.
fn act(tools: &Tools, repository: &Path, name: &str, given: &[(&str, &str)]) -> Run {
    let action = yaml(tools, "action.yml");
    let package = wheel::built(tools);
    let folder = fresh(name);
    let [summary, outputs] = ["summary.md", "outputs"].map(|name| folder.join(name));
    let mut inputs = BTreeMap::new();
    for (name, input) in action["inputs"].as_object().unwrap() {
        inputs.insert(name.as_str(), input["default"].as_str().unwrap_or_default());
    }
    inputs.insert("package", package.to_str().unwrap());
    inputs.extend(given.iter().copied());
    let mut run = Run {
        code: 0,
        log: String::new(),
        summary: String::new(),
        outputs: String::new(),
        uploads: false,
    };
    for step in action["runs"]["steps"].as_array().unwrap() {
        run.outputs = fs::read_to_string(&outputs).unwrap_or_default();
        if step["uses"].is_string() {
            assert_eq!(
                step["if"],
                "inputs.upload-sarif == 'true' && steps.run.outputs.has-sarif == 'true'"
            );
            run.uploads =
                inputs["upload-sarif"] == "true" && run.outputs.contains("has-sarif=true\n");
            continue;
        }
        let script = step["run"].as_str().unwrap();
        assert!(!script.contains("${{"), "an input could write commands: {script}");
        let mut shell = Command::new("bash");
        shell
            .args(["--noprofile", "--norc", "-eo", "pipefail", "-c", script])
            .current_dir(repository);
        shell
            .env("RUNNER_TEMP", &folder)
            .env("GITHUB_STEP_SUMMARY", &summary)
            .env("GITHUB_OUTPUT", &outputs);
        for (variable, value) in step["env"].as_object().unwrap() {
            shell.env(variable, expanded(value.as_str().unwrap(), &inputs, &run.outputs));
        }
        let output = shell.output().unwrap();
        run.log += &(text(&output.stdout) + &text(&output.stderr));
        run.code = output.status.code().unwrap();
        if run.code != 0 {
            break;
        }
    }
    run.summary = fs::read_to_string(&summary).unwrap_or_default();
    run
}

/// Where the action says that the findings are: outside of the checkout.
fn sarif_of(run: &Run) -> &str {
    run.outputs.lines().find_map(|line| line.strip_prefix("sarif-file=")).unwrap()
}

/// What a stranger would commit to have it run: modules that Python or a virtual environment would take.
fn set_traps(repository: &Path) {
    let ran = repository.join("ran");
    let trap = format!("open({:?}, 'w').close()\n", ran.display().to_string());
    for name in ["venv.py", "pip.py", "ensurepip.py", "sitecustomize.py", "usercustomize.py"] {
        fs::write(repository.join(name), &trap).unwrap();
    }
    let site = repository.join(".ica-policy/lib/python3/site-packages");
    fs::create_dir_all(&site).unwrap();
    fs::write(site.join("sitecustomize.py"), &trap).unwrap();
}

/// An expression that is an input or the exit code.
fn expanded(expression: &str, inputs: &BTreeMap<&str, &str>, outputs: &str) -> String {
    let name = expression.trim_start_matches("${{ ").trim_end_matches(" }}");
    match name.strip_prefix("inputs.") {
        Some(input) => inputs[input].to_owned(),
        None => {
            assert_eq!(name, "steps.run.outputs.exit-code");
            let code = outputs.lines().find_map(|line| line.strip_prefix("exit-code="));
            code.unwrap().to_owned()
        }
    }
}

/// A clean pull request passes. A Deny that blocks a session appears once, on its line, in the annotations, the summary and SARIF.
pub(crate) fn github(tools: &Tools) {
    let repository = with_connection("action");
    let clean = act(tools, &repository, "action-clean", &[]);
    assert_eq!(clean.code, 0, "{}", clean.log);
    assert!(!clean.log.contains("::error"), "{}", clean.log);

    deny_sessions(&repository);
    set_traps(&repository);
    commit(&repository);
    let run = act(tools, &repository, "action-blocked", &[]);
    assert_eq!(run.code, 1, "{}", run.log);
    assert!(run.outputs.contains("exit-code=1\n") && run.uploads, "{}", run.outputs);
    assert!(!repository.join("ran").exists(), "something of the checkout was run");
    let errors = run.log.lines().filter(|line| line.starts_with("::error")).collect::<Vec<_>>();
    let policy = fs::read_to_string(repository.join("bucket-policy.json")).unwrap();
    let deny = policy.lines().position(|line| line.contains("\"ArnNotLike\"")).unwrap() + 1;
    assert_eq!(errors.len(), 1, "{errors:?}");
    let line = errors[0].split("line=").nth(1).unwrap().split(',').next().unwrap().parse::<usize>();
    assert!((deny - 6..=deny + 4).contains(&line.unwrap()), "{deny}: {errors:?}");
    assert!(errors[0].contains("file=bucket-policy.json"), "{errors:?}");
    assert_eq!(run.summary.matches("bucket-policy.json:").count(), 1, "{}", run.summary);
    let sarif: Value = serde_json::from_slice(&fs::read(sarif_of(&run)).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1, "{sarif}");

    // No shell reads the arguments.
    let hostile = "lint $(touch${IFS}made) `touch made` ; touch made";
    let run = act(tools, &repository, "action-hostile", &[("args", hostile)]);
    assert_ne!(run.code, 0, "{}", run.log);
    assert!(!repository.join("made").exists());
    let run = act(tools, &repository, "action-usage", &[("args", "check --no-such-flag")]);
    assert_eq!((run.code, run.uploads), (2, false), "{}", run.log);
}

/// The job fails as the command does, and the report of code quality has the finding.
pub(crate) fn gitlab(tools: &Tools) {
    let template = yaml(tools, "packaging/gitlab/ica-policy.yml");
    let repository = with_connection("gitlab");
    deny_sessions(&repository);
    set_traps(&repository);
    let job = &template["ica-policy"];
    let lines = ["before_script", "script"].iter().flat_map(|part| job[part].as_array().unwrap());
    let script = lines.map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join("\n");
    let mut shell = Command::new("bash");
    shell.args(["-eo", "pipefail", "-c", &script]).current_dir(&repository);
    for (name, value) in template["variables"].as_object().unwrap() {
        shell.env(name, value.as_str().unwrap());
    }
    let output: Output = shell.env("ICA_POLICY_PACKAGE", wheel::built(tools)).output().unwrap();
    exits_with(&output, 1);
    assert!(!repository.join("ran").exists(), "something of the checkout was run");
    let report = fs::read(repository.join("gl-code-quality-report.json")).unwrap();
    let report: Value = serde_json::from_slice(&report).unwrap();
    assert_eq!(report.as_array().unwrap().len(), 1, "{report}");
    assert_eq!(report[0]["location"]["path"], "bucket-policy.json");
    assert_eq!(job["artifacts"]["reports"]["codequality"], "gl-code-quality-report.json");
}
