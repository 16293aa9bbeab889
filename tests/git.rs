use crate::support::run::{fresh_folder, git, stderr, stdout};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn compare(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_ica-policy"))
        .arg("compare")
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var("PATH").unwrap())
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn policy(action: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"arn:aws:s3:::b/*"}}]}}"#
    )
}

/// A repository whose branch `base` has a narrow policy and whose work tree has a wide one.
fn widened(name: &str) -> PathBuf {
    let folder = fresh_folder(&format!("git/{name}")).join("repository");
    fs::create_dir(&folder).unwrap();
    fs::create_dir(folder.join("policies")).unwrap();
    fs::write(folder.join("policies/x.json"), policy("s3:GetObject")).unwrap();
    git(&folder, &["init", "--quiet"]);
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "--message", "honest"]);
    git(&folder, &["branch", "base"]);
    fs::write(folder.join("policies/x.json"), policy("s3:*")).unwrap();
    folder
}

/// A repository that says that the policy has always been wide, as files beside the policy. With its path the one missing blob is
/// fetched by a command.
fn embed(folder: &Path, command: Option<&Path>) {
    let fake = folder.parent().unwrap().join("fake");
    fs::create_dir(&fake).unwrap();
    fs::write(fake.join("x.json"), policy("s3:*")).unwrap();
    git(&fake, &["init", "--quiet"]);
    git(&fake, &["add", "--all"]);
    git(&fake, &["commit", "--quiet", "--message", "fake"]);
    git(&fake, &["branch", "base"]);
    let bare = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n";
    let lazy = |mark: &Path| {
        let blob = git(&fake, &["rev-parse", "HEAD:x.json"]);
        fs::remove_file(fake.join(".git/objects").join(&blob[..2]).join(&blob[2..])).unwrap();
        format!(
            "[core]\n\trepositoryformatversion = 1\n\tbare = true\n\tsshCommand = \"touch {}; false\"\n\
             [extensions]\n\tpartialClone = origin\n[remote \"origin\"]\n\turl = ssh://x/y\n\tpromisor = true\n",
            mark.display()
        )
    };
    let config = command.map_or_else(|| bare.to_owned(), lazy);
    fs::write(fake.join(".git/config"), config).unwrap();
    for part in ["HEAD", "config", "refs", "objects"] {
        fs::rename(fake.join(".git").join(part), folder.join("policies").join(part)).unwrap();
    }
}

/// The wider policy is found; nothing ran.
#[track_caller]
fn assert_found(output: &Output, mark: &Path) {
    assert_eq!(output.status.code(), Some(1), "{}{}", stdout(output), stderr(output));
    assert!(!mark.exists(), "a command of the pull request ran");
}

const GATE: [&str; 5] = ["--against", "base", "--fail-on", "new-access", "policies/x.json"];

#[test]
fn a_repository_beside_the_policy_is_not_believed() {
    for (name, runs_a_command) in [("gate", false), ("lazy-fetch", true)] {
        let folder = widened(name);
        let mark = folder.parent().unwrap().join("RAN");
        embed(&folder, runs_a_command.then_some(&mark));
        assert_found(&compare(&folder, &[], &GATE), &mark);
        // In the folder itself git refuses.
        let inside = compare(&folder.join("policies"), &[], &["--against", "base", "x.json"]);
        assert_eq!(inside.status.code(), Some(3), "{}", stdout(&inside));
        assert!(stderr(&inside).contains("bare repository"), "{}", stderr(&inside));
        assert!(!mark.exists(), "a command of the pull request ran");
    }
}

#[test]
fn a_blob_that_is_missing_is_not_fetched() {
    let folder = widened("missing-blob");
    let mark = folder.parent().unwrap().join("RAN");
    let blob = git(&folder, &["rev-parse", "base:policies/x.json"]);
    fs::remove_file(folder.join(".git/objects").join(&blob[..2]).join(&blob[2..])).unwrap();
    let command = format!("touch {}; false", mark.display());
    for (key, value) in [
        ("core.repositoryformatversion", "1"),
        ("extensions.partialClone", "origin"),
        ("remote.origin.promisor", "true"),
        ("core.sshCommand", &command),
    ] {
        git(&folder, &["config", key, value]);
    }
    for url in ["ssh://x/y".to_owned(), format!("ext::sh -c touch% {}", mark.display())] {
        git(&folder, &["config", "remote.origin.url", &url]);
        let output = compare(&folder, &[], &GATE);
        assert_eq!(output.status.code(), Some(3), "{}", stdout(&output));
        assert!(stderr(&output).contains("git cannot read it"), "{}", stderr(&output));
        assert!(!mark.exists(), "a command of the pull request ran");
    }
}

#[test]
fn no_setting_of_the_repository_runs_a_command() {
    for (name, settings) in [
        ("fsmonitor", &[("core.fsmonitor", "{}")][..]),
        ("hooks", &[("core.hooksPath", "hooks")]),
        (
            "aliases",
            &[("alias.ls-tree", "!{}"), ("alias.cat-file", "!{}"), ("alias.rev-parse", "!{}")],
        ),
        (
            "textconv",
            &[("diff.x.textconv", "{}"), ("diff.x.command", "{}"), ("diff.external", "{}")],
        ),
        (
            "filters",
            &[("filter.x.smudge", "{}"), ("filter.x.clean", "{}"), ("filter.x.process", "{}")],
        ),
        (
            "pager",
            &[
                ("core.pager", "{}"),
                ("pager.ls-tree", "{}"),
                ("pager.cat-file", "{}"),
                ("pager.rev-parse", "{}"),
            ],
        ),
        (
            "trace2",
            &[
                ("trace2.eventTarget", "MARK"),
                ("trace2.normalTarget", "MARK"),
                ("trace2.perfTarget", "MARK"),
            ],
        ),
    ] {
        let folder = widened(&format!("setting-{name}"));
        let mark = folder.parent().unwrap().join("RAN");
        let command = format!("touch {}", mark.display());
        fs::write(folder.join(".gitattributes"), "* filter=x diff=x\n").unwrap();
        fs::create_dir(folder.join("hooks")).unwrap();
        for hook in ["post-checkout", "reference-transaction", "post-index-change", "pre-auto-gc"] {
            let hook = folder.join("hooks").join(hook);
            fs::write(&hook, format!("#!/bin/sh\n{command}\n")).unwrap();
            let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
            fs::set_permissions(hook, mode).unwrap();
        }
        for (key, value) in settings {
            let value = value.replace("{}", &command).replace("MARK", &mark.display().to_string());
            git(&folder, &["config", key, &value]);
        }
        assert_found(&compare(&folder, &[], &GATE), &mark);
    }
}

#[test]
fn no_variable_of_git_is_followed() {
    let folder = widened("variables");
    let parent = folder.parent().unwrap();
    let mark = parent.join("RAN");
    embed(&folder, None);
    let fake = folder.join("policies");
    let (fake, mark_name) = (fake.to_str().unwrap(), mark.to_str().unwrap());
    let command = format!("touch {mark_name}");
    for variables in [
        &[("GIT_DIR", fake)][..],
        &[("GIT_DIR", fake), ("GIT_WORK_TREE", fake)],
        &[("GIT_COMMON_DIR", fake)],
        &[("GIT_OBJECT_DIRECTORY", fake)],
        &[("GIT_NAMESPACE", "x")],
        &[("GIT_CEILING_DIRECTORIES", folder.to_str().unwrap())],
        &[
            ("GIT_CONFIG_COUNT", "1"),
            ("GIT_CONFIG_KEY_0", "core.worktree"),
            ("GIT_CONFIG_VALUE_0", "/"),
        ],
        &[("GIT_CONFIG_PARAMETERS", "'core.worktree=/'")],
        &[("GIT_TRACE", mark_name), ("GIT_TRACE2", mark_name), ("GIT_TRACE2_EVENT", mark_name)],
        &[("GIT_PAGER", &command), ("GIT_EXTERNAL_DIFF", &command), ("GIT_SSH_COMMAND", &command)],
        &[("GIT_EXEC_PATH", fake)],
    ] {
        assert_found(&compare(&folder, variables, &GATE), &mark);
    }
}

#[test]
fn a_revision_is_a_commit_and_nothing_else() {
    let folder = widened("revisions");
    let mark = folder.join("RAN");
    for revision in [
        "-x",
        "--output=RAN",
        "$(touch RAN)",
        "base base",
        ":(top)",
        "ba*",
        "base..HEAD",
        "../base",
        "/etc/passwd",
        "base\nbase",
        "base:policies",
        "",
    ] {
        let output = compare(&folder, &[], &["--against", revision, "policies/x.json"]);
        assert!(matches!(output.status.code(), Some(2 | 3)), "{revision}: {}", stdout(&output));
        assert!(!mark.exists(), "{revision}");
    }
    for revision in ["base", "refs/heads/base", "HEAD~0", "@"] {
        let output = compare(&folder, &[], &["--against", revision, "policies/x.json"]);
        assert_eq!(output.status.code(), Some(1), "{revision}: {}", stderr(&output));
    }
}

#[test]
fn every_file_lies_in_the_repository_of_the_current_folder() {
    let folder = widened("places");
    let other = widened("places/other");
    let refused = |files: &[&str], words: &str| {
        let output = compare(&folder, &[], &[&["--against", "base"], files].concat());
        assert_eq!(output.status.code(), Some(3), "{files:?}: {}", stdout(&output));
        assert!(stderr(&output).contains(words), "{files:?}: {}", stderr(&output));
    };
    let outside = other.join("policies/x.json");
    refused(&[outside.to_str().unwrap()], "does not lie in");
    refused(&["../x.json"], "does not lie in");
    fs::rename(&other, folder.join("inner")).unwrap();
    refused(&["inner/policies/x.json"], "another repository, `inner`");
    std::os::unix::fs::symlink("policies", folder.join("link")).unwrap();
    refused(&["link/../policies/x.json"], "`..` after the link");
    // A link in the place of the folder: the old side is what the commit has under the name that was given.
    fs::create_dir(folder.join("wide")).unwrap();
    fs::write(folder.join("wide/x.json"), policy("s3:*")).unwrap();
    git(&folder, &["add", "wide", "link"]);
    git(&folder, &["commit", "--quiet", "--message", "wide"]);
    fs::remove_dir_all(folder.join("policies")).unwrap();
    std::os::unix::fs::symlink("wide", folder.join("policies")).unwrap();
    let gate =
        compare(&folder, &[], &["--against", "HEAD", "--fail-on", "new-access", "policies/x.json"]);
    assert_eq!(gate.status.code(), Some(1), "{}", stdout(&gate));
    // A link of the commit leads to what the commit has.
    let gate =
        compare(&folder, &[], &["--against", "HEAD", "--fail-on", "new-access", "link/x.json"]);
    assert_eq!(gate.status.code(), Some(1), "{}{}", stdout(&gate), stderr(&gate));
}

/// A link of the revision is what the revision has where it leads. One that leads out of it or in a circle is read nowhere.
#[cfg(unix)]
#[test]
fn links_of_a_revision_are_followed_in_it() {
    use std::os::unix::fs::symlink;
    let folder = widened("links");
    fs::create_dir_all(folder.join("policies/.h/d")).unwrap();
    fs::write(folder.join("policies/.h/d/y.json"), policy("s3:GetObject")).unwrap();
    fs::write(folder.join("../outside.json"), policy("s3:GetObject")).unwrap();
    for (target, link) in [
        ("x.json", "file.json"),
        (".h/d", "dd"),
        ("../policies/dd/../d/./y.json", "round.json"),
        ("dd", "ee"),
        ("loop.json", "loop.json"),
        ("../../outside.json", "out.json"),
        ("/", "root"),
    ] {
        symlink(target, folder.join("policies").join(link)).unwrap();
    }
    // A chain of as many links as are followed, and one more.
    symlink("x.json", folder.join("policies/c1.json")).unwrap();
    for number in 2..=41 {
        let target = format!("c{}.json", number - 1);
        symlink(target, folder.join(format!("policies/c{number}.json"))).unwrap();
    }
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "--message", "links"]);
    let against = |name: &str| compare(&folder, &[], &["--against", "HEAD", name]);
    for name in ["file.json", "dd/y.json", "ee/y.json", "round.json", "c40.json"] {
        let same = against(&format!("policies/{name}"));
        assert_eq!(same.status.code(), Some(0), "{name}: {}{}", stdout(&same), stderr(&same));
    }
    for name in ["loop.json", "out.json", "c41.json"] {
        let refused = against(&format!("policies/{name}"));
        assert_eq!(refused.status.code(), Some(3), "{name}: {}", stdout(&refused));
        let words = "leads out of the repository or in a circle";
        assert!(stderr(&refused).contains(words), "{name}: {}", stderr(&refused));
    }
    // What links of the folder lead to is compared, too: here the target of a link has changed.
    for name in ["loop.json", "out.json", "root", "c41.json"] {
        fs::remove_file(folder.join("policies").join(name)).unwrap();
    }
    git(&folder, &["add", "--all"]);
    git(&folder, &["commit", "--quiet", "--message", "links that can be followed"]);
    let same = against("policies");
    assert_eq!((same.status.code(), stdout(&same)), (Some(0), String::new()));
    fs::write(folder.join("policies/.h/other.json"), policy("s3:PutObject")).unwrap();
    fs::remove_file(folder.join("policies/file.json")).unwrap();
    symlink(".h/other.json", folder.join("policies/file.json")).unwrap();
    fs::write(folder.join("policies/.h/d/y.json"), policy("s3:*")).unwrap();
    let wide = against("policies");
    let out = stdout(&wide);
    assert_eq!(wide.status.code(), Some(1), "{out}{}", stderr(&wide));
    for (name, is_there) in [("file.json", true), ("dd/y.json", true), ("ee/y.json", false)] {
        assert_eq!(out.contains(&format!("policies/{name}")), is_there, "{name}: {out}");
    }
}

/// A program `git` that writes a line for each of its runs, in a folder for `PATH`.
#[cfg(unix)]
fn counting_git(folder: &Path) -> String {
    use std::os::unix::fs::PermissionsExt;
    let path = std::env::var("PATH").unwrap();
    let real = std::env::split_paths(&path).map(|folder| folder.join("git"));
    let real = real.into_iter().find(|git| git.is_file()).unwrap();
    let bin = folder.join("../bin");
    fs::create_dir(&bin).unwrap();
    let script = "#!/bin/sh\necho run >>\"${0%/*}/../runs\"\nexec";
    fs::write(bin.join("git"), format!("{script} '{}' \"$@\"\n", real.display())).unwrap();
    fs::set_permissions(bin.join("git"), fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{path}", bin.display())
}

/// A stranger's pull request may have as many links as it likes. Of git they take no process each.
#[cfg(unix)]
#[test]
fn links_take_no_process_each() {
    use std::os::unix::fs::symlink;
    let folder = widened("many-links");
    let path = counting_git(&folder);
    fs::write(folder.join("policies/x.json"), policy("s3:GetObject")).unwrap();
    fs::create_dir(folder.join("policies/d")).unwrap();
    fs::write(folder.join("policies/d/y.json"), policy("s3:GetObject")).unwrap();
    let mut from = 0;
    let mut runs = |until: usize| {
        for number in from..until {
            let target = format!("{}x.json", "d/../".repeat(number % 100));
            symlink(target, folder.join(format!("policies/file-{number}.json"))).unwrap();
            symlink("./d/.", folder.join(format!("policies/folder-{number}"))).unwrap();
        }
        from = until;
        git(&folder, &["add", "--all"]);
        git(&folder, &["commit", "--quiet", "--message", "links"]);
        let mut runs = Vec::new();
        for action in ["s3:GetObject", "s3:*"] {
            fs::write(folder.join("policies/x.json"), policy(action)).unwrap();
            let _ = fs::remove_file(folder.join("../runs"));
            let compared = compare(&folder, &[("PATH", &path)], &["--against", "HEAD", "policies"]);
            let changed = stdout(&compared).matches("file-").count();
            assert_eq!(changed >= until, action == "s3:*", "{}", stderr(&compared));
            runs.push(fs::read_to_string(folder.join("../runs")).unwrap().lines().count());
        }
        fs::write(folder.join("policies/x.json"), policy("s3:GetObject")).unwrap();
        runs
    };
    let few = runs(3);
    assert_eq!(runs(300), few);
}

/// A target may go down and up again, and lead to another one that does.
#[cfg(unix)]
#[test]
fn a_path_through_too_many_names_is_refused() {
    use std::os::unix::fs::symlink;
    let folder = widened("long-links");
    fs::create_dir(folder.join("policies/d")).unwrap();
    fs::write(folder.join("policies/d/y.json"), policy("s3:GetObject")).unwrap();
    let down_and_up = "d/../".repeat(700);
    symlink(format!("{down_and_up}x.json"), folder.join("policies/a0.json")).unwrap();
    for number in 1..3 {
        let target = format!("{down_and_up}a{}.json", number - 1);
        symlink(target, folder.join(format!("policies/a{number}.json"))).unwrap();
    }
    git(&folder, &["add", "--all"]);
    // A target that no file system takes, made without one.
    fs::write(folder.join("../target"), format!("{}x.json", "d/../".repeat(900))).unwrap();
    let long = git(&folder, &["hash-object", "-w", "../target"]);
    let refused = |name: &str, words: &str| {
        git(&folder, &["commit", "--quiet", "--message", "links"]);
        for name in [name, "policies"] {
            let refused = compare(&folder, &[], &["--against", "HEAD", name]);
            assert_eq!(refused.status.code(), Some(3), "{}", stdout(&refused));
            assert!(stderr(&refused).contains(words), "{}", stderr(&refused));
        }
    };
    refused("policies/a2.json", "through more than 4096 folders and links");
    let allowed = compare(&folder, &[], &["--against", "HEAD", "policies/a1.json"]);
    assert_eq!(allowed.status.code(), Some(0), "{}", stderr(&allowed));
    git(&folder, &["rm", "--quiet", "policies/a2.json"]);
    let entry = format!("120000,{long},policies/long.json");
    git(&folder, &["update-index", "--add", "--cacheinfo", &entry]);
    refused("policies/long.json", "more than 4096 bytes");
}

#[test]
fn what_git_says_reaches_the_user() {
    let folder = widened("words");
    fs::write(folder.join(".git/config"), "[core]\n\trepositoryformatversion = 9\n").unwrap();
    let output = compare(&folder, &[], &GATE);
    assert_eq!(output.status.code(), Some(3));
    assert!(stderr(&output).contains("repo version"), "{}", stderr(&output));
    // A link in the commit is what it leads to there.
    let folder = widened("words-link");
    std::os::unix::fs::symlink("x.json", folder.join("policies/y.json")).unwrap();
    git(&folder, &["add", "policies/y.json"]);
    git(&folder, &["commit", "--quiet", "--message", "link"]);
    let output = compare(&folder, &[], &["--against", "HEAD", "policies/y.json"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert!(stdout(&output).contains("allows more"), "{}", stdout(&output));
}
