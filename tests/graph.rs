use crate::support::run::{OF_BUCKET, stdout};
use ica_policy::ica::catalogue;
use ica_policy::ica::guide::guide;
use ica_policy::product::graph::{Dependencies, Depends, Link, Thing};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

const EXAMPLE: &str = "examples/seed-conflict/ica.toml";

fn run(arguments: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    Command::new(env!("CARGO_BIN_EXE_ica-policy"))
        .arg("graph")
        .args(arguments)
        .current_dir(root)
        .env_clear()
        .output()
        .unwrap()
}

#[test]
fn the_graph_of_the_catalogue_has_all_of_it() {
    let graph = Dependencies::of_catalogue(catalogue());
    for operation in &catalogue().operations {
        for caller in &operation.callers {
            let is_here = |thing: &Thing| matches!(thing, Thing::Operation { id, caller: by } if *id == operation.id && by == caller);
            assert_eq!(
                graph.nodes().filter(|(_, node)| is_here(&node.thing)).count(),
                1,
                "{}",
                operation.id
            );
            let steps = graph.nodes().filter(
                |(_, node)| matches!(&node.thing, Thing::Step { operation: of, caller: by, .. } if *of == operation.id && by == caller),
            );
            assert_eq!(steps.count(), operation.steps.len(), "{}", operation.id);
        }
    }
    assert!(graph.edges().any(|(_, _, link)| link == Link::Makes));
    assert!(graph.nodes().all(|(_, node)| node.verdict.is_none() && !node.is_root_cause));
}

#[test]
fn what_an_operation_needs_and_what_needs_it_are_two_sides_of_one() {
    let graph = Dependencies::of_catalogue(catalogue());
    let id = |depends: &Depends| match *depends {
        Depends::Always(id) | Depends::WhileNew(id) => id,
    };
    for operation in &catalogue().operations {
        for before in graph.operations_before(&operation.id) {
            assert!(
                graph
                    .operations_behind(id(&before))
                    .iter()
                    .any(|behind| id(behind) == operation.id),
                "{before:?} {}",
                operation.id
            );
        }
        for needed in &operation.needs {
            assert!(
                graph.operations_before(&operation.id).contains(&Depends::Always(needed)),
                "{}",
                operation.id
            );
        }
    }
    // With a role everything begins with assuming it. With a user nothing comes before the
    // validation.
    assert_eq!(graph.operations_before("validate-storage"), [Depends::Always("assume-role")]);
    assert_eq!(graph.operations_before("assume-role"), []);
}

/// The names of the nodes, and the edges between them.
fn dot_parts(text: &str) -> (BTreeSet<String>, Vec<(String, String)>) {
    let mut nodes = BTreeSet::new();
    let mut edges = Vec::new();
    for line in text
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with('n') && !line.starts_with("node"))
    {
        match line.split_once(" -> ") {
            Some((from, to)) => {
                edges.push((from.to_owned(), to.split([' ', ';']).next().unwrap().to_owned()))
            }
            None => drop(nodes.insert(line.split(' ').next().unwrap().to_owned())),
        }
    }
    (nodes, edges)
}

#[test]
fn the_language_of_graphviz_is_whole() {
    for arguments in [
        &[][..],
        &["--without-steps"],
        &["--connection", EXAMPLE],
        &["--connection", EXAMPLE, "--without-steps"],
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        let text = stdout(&output);
        let (nodes, edges) = dot_parts(&text);
        assert!(
            text.starts_with("digraph ica {")
                && text.ends_with("}\n")
                && nodes.len() > 20
                && edges.len() >= 20,
            "{text}"
        );
        assert!(
            edges.iter().all(|(from, to)| nodes.contains(from) && nodes.contains(to)),
            "{text}"
        );
        // Only settings, and callers that do not come from another caller, have no predecessor.
        // Every operation and every request depends on something.
        let targets = edges.iter().map(|(_, to)| to).collect::<BTreeSet<_>>();
        for node in nodes.iter().filter(|node| !targets.contains(node)) {
            let line = text
                .lines()
                .find(|line| line.trim_start().starts_with(&format!("{node} [")))
                .unwrap();
            let name = line.split("label=\"").nth(1).unwrap().split(['"', '\\']).next().unwrap();
            let is_caller = catalogue().callers().any(|caller| caller.id() == name);
            assert!(is_caller || guide().setting(name).is_some(), "{name}: {text}");
        }
    }
}

#[test]
fn root_causes_and_consequences_are_told_apart() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("graph");
    std::fs::create_dir_all(&folder).unwrap();
    // The user may do everything except make sessions, so what its sessions cannot do is a
    // consequence.
    let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}"#;
    std::fs::write(folder.join("user.json"), policy).unwrap();
    let file = folder.join("user.json").display().to_string();
    let flags = [
        &OF_BUCKET[..],
        &[
            "--user",
            "u",
            "--identity-policy",
            &file,
            "--bucket-policy",
            "none",
            "--versioning",
            "unversioned",
        ],
    ]
    .concat();
    let text = stdout(&run(&flags));
    assert!(text.contains("\"issue-credentials\\niam-user\\nblocked, root cause\""), "{text}");
    assert!(text.contains("\"upload-data\\niam-user\\nallowed\""), "{text}");
    let root = text.lines().find(|line| line.contains("issue-credentials")).unwrap();
    assert!(root.contains("fillcolor=\"#ffd0cc\"") && root.contains("penwidth=3"), "{root}");
    let sts = text.lines().find(|line| line.contains("sts:GetFederationToken")).unwrap();
    assert!(sts.contains("blocked") && sts.contains("penwidth=3"), "{sts}");
    let behind =
        text.lines().find(|line| line.contains("\"browser-upload\\nfederated-session")).unwrap();
    let download =
        text.lines().find(|line| line.contains("\"download-data\\nfederated-session")).unwrap();
    assert!(
        download.contains("blocked, a consequence") && !download.contains("penwidth"),
        "{download}"
    );
    assert!(behind.contains("blocked"), "{behind}");
    let mermaid = stdout(&run(&[&flags[..], &["--format", "mermaid"]].concat()));
    assert!(
        mermaid.contains("flowchart LR")
            && mermaid.contains("(\"issue-credentials<br/>iam-user<br/>blocked, root cause\")"),
        "{mermaid}"
    );
    assert!(mermaid.contains("-->|makes|"), "{mermaid}");
}

#[test]
fn wrong_usage_of_graph() {
    for (arguments, code) in [
        (&["--bucket", "acme-genomics"][..], 2),
        (&["--connection", "no-such-file.toml"], 3),
        (&["--format", "html"], 2),
        (&["--connection", EXAMPLE, "--bucket-policy", "no-such-file.json"], 3),
    ] {
        let output = run(arguments);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(code), 0), "{arguments:?}");
    }
}
