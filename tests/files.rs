use crate::support::run::{fresh_folder, run_in, stderr, stdout};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const SECRET: &str = "hunter2hunter2";

fn folder(name: &str) -> PathBuf {
    fresh_folder(&format!("files/{name}"))
}

/// A folder with a settings file and the file of the user's policy, which it names so. Beside the folder is a secret.
fn connection(name: &str, identity_policy: &str) -> PathBuf {
    let folder = folder(name).join("policies");
    fs::create_dir(&folder).unwrap();
    let settings = format!(
        "bucket = 'acme-genomics'\naccount = '111122223333'\nregion = 'us-east-1'\nprefix = 'ica/'\n\
         versioning = 'unversioned'\nuser = 'ica'\nidentity_policy = '{identity_policy}'\nbucket_policy = 'none'\n"
    );
    fs::write(folder.join("ica.toml"), settings).unwrap();
    let policy = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    fs::write(folder.join("user.json"), policy).unwrap();
    fs::write(folder.join("../secret"), format!("AWS_SECRET_ACCESS_KEY={SECRET}\n")).unwrap();
    fs::write(folder.join("../secret.json"), format!(r#"{{"Secret": "{SECRET}"}}"#)).unwrap();
    folder
}

#[track_caller]
fn assert_refused(output: &Output, words: &str) {
    let (out, err) = (stdout(output), stderr(output));
    assert_eq!(output.status.code(), Some(3), "{out}{err}");
    assert!(out.contains(words) || err.contains(words), "{out}{err}");
    assert!(!out.contains(SECRET) && !err.contains(SECRET), "{out}{err}");
    assert!(!out.contains("AWS_SECRET") && !err.contains("AWS_SECRET"), "{out}{err}");
}

const OUTSIDE: &str = "outside of the folder of the settings file";

#[test]
fn a_settings_file_names_files_of_its_folder_only() {
    let absolute = folder("absolute-secret").join("secret");
    fs::write(&absolute, SECRET).unwrap();
    for (name, path) in [
        ("up", "../secret"),
        ("up-json", "../secret.json"),
        ("round", "../policies/../secret"),
        ("missing", "../missing"),
        ("absolute", absolute.to_str().unwrap()),
    ] {
        let folder = connection(name, path);
        for command in [
            &["check", "--connection", "ica.toml"][..],
            &["check", "."],
            &["check", ".", "--format", "json"],
            &["fix", "--connection", "ica.toml"],
            &["graph", "--connection", "ica.toml"],
            &["compare", "ica.toml", "ica.toml"],
        ] {
            assert_refused(&run_in(&folder, command), OUTSIDE);
        }
    }
}

#[test]
fn a_file_of_another_form_is_named_without_its_words() {
    let folder = connection("form", "../secret");
    let allowed = |more: &[&str]| {
        run_in(&folder, &[&["check", "--connection", "ica.toml", "--allow-outside"], more].concat())
    };
    assert_refused(&allowed(&[]), "is not JSON");
    assert_refused(&allowed(&["--format", "json"]), "is not JSON");
    assert_refused(&allowed(&["--cors", "../secret"]), "is not JSON");
    assert_refused(&run_in(&folder, &["compare", "none", "../secret"]), "is not JSON");
    assert_refused(&run_in(&folder, &["compare", "none", "../secret.json"]), "but not a policy");
    assert_refused(
        &run_in(&folder, &["compare", "none", "../secret.json", "--format", "json"]),
        "but not a policy",
    );
    // What a policy has wrong is shown.
    fs::write(folder.join("user.json"), "{\"Statement\": [oops]}").unwrap();
    let wrong = run_in(&folder, &["compare", "none", "user.json"]);
    assert!(stderr(&wrong).contains("oops"), "{}", stderr(&wrong));
}

#[test]
fn paths_that_lead_back_and_those_of_flags_are_read() {
    let folder = connection("inside", "../policies/./user.json");
    let never = ["check", "--connection", "ica.toml", "--fail-on", "never"];
    let checked = run_in(&folder, &never);
    assert_eq!(checked.status.code(), Some(0), "{}{}", stdout(&checked), stderr(&checked));
    fs::copy(folder.join("user.json"), folder.join("../user.json")).unwrap();
    let outside = connection("inside/more", "../user.json");
    fs::copy(folder.join("user.json"), outside.join("../user.json")).unwrap();
    for more in [&["--allow-outside"][..], &["--identity-policy", "../user.json"]] {
        let checked = run_in(&folder, &[&never[..], more].concat());
        assert_eq!(checked.status.code(), Some(0), "{}{}", stdout(&checked), stderr(&checked));
    }
    let allowed = [&never[..], &["--allow-outside"]].concat();
    assert_eq!(run_in(&outside, &allowed).status.code(), Some(0));
}

#[cfg(unix)]
#[test]
fn links_do_not_lead_out_of_the_folder() {
    use std::os::unix::fs::symlink;
    let folder = connection("link", "user.json");
    fs::remove_file(folder.join("user.json")).unwrap();
    symlink("../secret", folder.join("user.json")).unwrap();
    assert_refused(&run_in(&folder, &["check", "."]), OUTSIDE);
    // Without a settings file the names decide.
    fs::remove_file(folder.join("ica.toml")).unwrap();
    let flags = ["--bucket", "acme-genomics", "--account", "111122223333", "--user", "ica"];
    let checked = run_in(&folder, &[&["check", "."][..], &flags].concat());
    assert_refused(&checked, "leads out of the folder");
    // The settings file itself.
    symlink("../secret", folder.join("ica.toml")).unwrap();
    let own = "a link that leads out of its folder";
    assert_refused(&run_in(&folder, &["check", "."]), own);
    assert_refused(&run_in(&folder, &["generate", "--connection", "ica.toml"]), own);
}

/// A file of tests, like settings, does not print what a link leads to, nor the words of a file that it names.
#[cfg(unix)]
#[test]
fn a_file_of_tests_shows_no_other_file() {
    use std::os::unix::fs::symlink;
    let folder = connection("tests", "user.json");
    let tests = folder.join("policy-tests.toml");
    symlink("../secret", &tests).unwrap();
    for format in ["human", "json", "github"] {
        let refused = run_in(&folder, &["test", "--format", format]);
        assert_refused(&refused, "it is a link that leads out of its folder");
    }
    assert_refused(&run_in(&folder, &["test", "."]), "it is a link that leads out of its folder");
    // A file inside of the folder that is no TOML: the report names it and quotes nothing of it.
    fs::copy(folder.join("../secret"), folder.join(".env")).unwrap();
    fs::copy(folder.join("../secret.json"), folder.join("secret.json")).unwrap();
    let one = "[[test]]\nallow = 's3:GetObject'\non = 'arn:aws:s3:::acme-genomics/*'\n";
    for name in [".env", "secret.json"] {
        fs::remove_file(&tests).unwrap();
        fs::write(&tests, format!("connection = '{name}'\n{one}")).unwrap();
        assert_unsaid(&run_in(&folder, &["test"]), "line 1");
        fs::remove_file(&tests).unwrap();
        symlink(name, &tests).unwrap();
        assert_unsaid(&run_in(&folder, &["test"]), "line 1");
    }
    fs::remove_file(folder.join("ica.toml")).unwrap();
    symlink("secret.json", folder.join("ica.toml")).unwrap();
    assert_unsaid(&run_in(&folder, &["check", "."]), "line 1");
}

/// The report says where the file is wrong, and quotes nothing of the secret.
#[track_caller]
fn assert_unsaid(output: &Output, words: &str) {
    let all = stdout(output) + &stderr(output);
    assert!(matches!(output.status.code(), Some(2 | 3)), "{all}");
    assert!(all.contains(words) && !all.contains(SECRET) && !all.contains("AWS_SECRET"), "{all}");
}

#[test]
fn settings_of_a_bucket_of_another_form_are_named_without_their_words() {
    let folder = connection("bucket-settings", "user.json");
    fs::write(folder.join("list.json"), format!(r#"[{{"Secret": "{SECRET}"}}]"#)).unwrap();
    for setting in ["cors", "notifications", "public-access-block", "bucket-encryption"] {
        for file in ["../secret.json", "list.json"] {
            let flags = ["check", "--connection", "ica.toml", &format!("--{setting}"), file];
            assert_refused(&run_in(&folder, &flags), "this is no");
        }
    }
    // What such an answer has wrong is shown.
    fs::write(folder.join("cors.json"), r#"{"CORSRules": [{"AllowedMethod": ["GET"]}]}"#).unwrap();
    let flags = ["check", "--connection", "ica.toml", "--cors", "cors.json"];
    let wrong = run_in(&folder, &flags);
    assert!(stderr(&wrong).contains(r#"{"CORSRules""#), "{}{}", stdout(&wrong), stderr(&wrong));
}

/// Files that have nothing to do with policies, and one that has a wrong value: no report repeats a word of them, whatever names them.
#[cfg(unix)]
#[test]
fn no_word_of_another_file_is_told() {
    use std::os::unix::fs::symlink;
    let folder = connection("others", "user.json");
    let rest = "account = '111122223333'\nregion = 'us-east-1'\nprefix = 'ica/'\nversioning = 'unversioned'\nuser = 'ica'";
    let link = |name: &str, to: &str| {
        let link = folder.join(name);
        let _ = fs::remove_file(&link);
        symlink(to, link).unwrap();
    };
    for (name, text) in [
        (".env", format!("AWS_SECRET = '{SECRET}'\n{SECRET} = 'x'\n")),
        ("deep.toml", format!("[default]\nbucket = 1\naccount = '{SECRET}'\n{SECRET} = 'x'\n")),
        ("broken.toml", format!("[default]\naccount = '{SECRET}'\n{SECRET}\n")),
        ("list.json", format!(r#"["{SECRET}"]"#)),
        ("object.json", format!(r#"{{"{SECRET}": "{SECRET}"}}"#)),
        ("near.json", format!(r#"{{"rules": {{}}, "token": "{SECRET}"}}"#)),
        ("twice.json", format!(r#"{{"token": "{SECRET}", "token": "{SECRET}"}}"#)),
        ("broken.json", format!(r#"{{"Version": 1, "SecretAccessKey": "{SECRET}", oops"#)),
        ("value.toml", format!("strict = '{SECRET}'\n")),
    ] {
        fs::write(folder.join(name), text).unwrap();
        let run = |arguments: &[&str]| assert_unsaid(&run_in(&folder, arguments), "");
        for (link_name, arguments) in [
            ("policy-tests.toml", &["test"][..]),
            ("ica.toml", &["check", "."]),
            ("ica.toml", &["compare", "ica.toml", "ica.toml"]),
            ("ica-policy.toml", &["lint", "user.json"]),
        ] {
            link(link_name, name);
            run(arguments);
            fs::remove_file(folder.join(link_name)).unwrap();
        }
        run(&["lint", "user.json", "--baseline", name]);
        for about in ["connection", "bucket_policy", "identity_policy"] {
            let one = "[[test]]\nallow = 's3:GetObject'\non = 'arn:aws:s3:::acme-genomics/*'\n";
            fs::write(folder.join("policy-tests.toml"), format!("{about} = '{name}'\n{one}"))
                .unwrap();
            run(&["test"]);
        }
        fs::remove_file(folder.join("policy-tests.toml")).unwrap();
        for setting in ["cors", "notifications", "public_access_block", "bucket_encryption", "scp"]
        {
            let settings = format!("bucket = 'acme-genomics'\n{rest}\n{setting} = '{name}'\n");
            fs::write(folder.join("ica.toml"), settings).unwrap();
            run(&["check", "--connection", "ica.toml"]);
        }
    }
}

/// Signs of JSON are no words of a file: a policy with a mistake gets its diagnosis also where no name shows that it is one.
#[test]
fn broken_json_of_another_form_is_diagnosed_without_its_words() {
    let folder = fresh_folder("files/diagnosed");
    let told = |text: &str, arguments: &[&str]| {
        fs::write(folder.join("a.json"), text).unwrap();
        let output = run_in(&folder, arguments);
        assert_eq!(output.status.code(), Some(3), "{text}");
        let all = stdout(&output) + &stderr(&output);
        assert!(!all.contains(SECRET), "{all}");
        all.replace('|', " ").split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let secret_name = format!("{{\"}}`{SECRET}`{{\" 1}}");
    let secret_twice = format!("{{\"}}`{SECRET}`{{\": 1, \"}}`{SECRET}`{{\": 1, }}");
    for (text, place, message, help) in [
        (
            r#"{"Version":"2012-10-17",}"#,
            "line 1, column 24",
            "there is a comma before `}`",
            "take it out: JSON has no comma behind the last item",
        ),
        (
            "{\"Effect\":\"Allow\",\n\"Action\":\"*\",}",
            "line 2, column 13",
            "there is a comma before `}`",
            "take it out",
        ),
        (r#"{"statement":["#, "line 1, column 15", "expected a value, the text ends here", ""),
        (r#"{"statement":[{}"#, "line 1, column 17", "expected `]` at the end of the list", ""),
        (
            "{'a':1}",
            "line 1, column 2",
            "something other than a member inside an object",
            "a member is a name in double quotes, a colon and a value",
        ),
        (
            r#"{"a":"\q"}"#,
            "line 1, column 7",
            "an escape sequence that JSON does not have",
            "a backslash itself is `\\\\`",
        ),
        (r#"{"a":["b" "c"]}"#, "line 1, column 11", "expected `,` or `]`, found `\"`", ""),
        (r#"{"a":‘b’}"#, "line 1, column 6", "expected a value, found the quote `‘`", ""),
        (r#"{"a":hunter2}"#, "line 1, column 6", "a word without quotes", "`true`"),
        (&secret_name, "line 1, column", "a member without a colon", ""),
        (&secret_twice, "line 1, column", "an object has a member twice", ""),
        ("{\"a\": ```}", "line 1, column 7", "a value is missing", ""),
    ] {
        let all = told(text, &["lint", "a.json"]);
        let whole = format!("`a.json` {place}");
        assert!([&whole, message, help].iter().all(|words| all.contains(words)), "{text}: {all}");
        assert!(all.contains("none of the names `Statement`, `PolicyVersion`"), "{all}");
    }
    let flags = ["--bucket", "b", "--account", "111122223333", "--region", "us-east-1"];
    let check = [&["check", "--cors", "a.json", "--user", "u"][..], &flags].concat();
    let all = told(r#"{"rules":[],}"#, &check);
    assert!(all.contains("line 1, column 12: there is a comma before `}`"), "{all}");
    assert!(all.contains("none of the names `CORSConfiguration`"), "{all}");
}

/// A file of settings with a wrong name is shown, in the same words by each command.
#[test]
fn wrong_settings_are_told_in_one_way() {
    let folder = connection("wrong", "user.json");
    fs::write(
        folder.join("policy-tests.toml"),
        "connection = 'ica.toml'\n[[test]]\nallow = 's3:GetObject'\non = '*'\n",
    )
    .unwrap();
    for (text, words) in [
        (
            "bucket = 'b'\nprefx = 'a/'\n",
            "ica.toml:2: there is no setting `prefx`: do you mean `prefix`?",
        ),
        (
            "bucket = 'b'\naccount = 111122223333\n",
            "ica.toml:2: a text is wanted here: write \"111122223333\", in quotes",
        ),
        ("bucket = b\n", "line 1: "),
        ("bucket = b\n", "a text is written in double quotes, as in `bucket = \"my-bucket\"`"),
    ] {
        fs::write(folder.join("ica.toml"), text).unwrap();
        let [checked, tested] =
            [&["check", "."][..], &["test"]].map(|arguments| run_in(&folder, arguments));
        assert_eq!(checked.status.code(), tested.status.code(), "{text}");
        for output in [checked, tested] {
            let all = (stdout(&output) + &stderr(&output))
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" ");
            assert!(all.contains(words), "{all}");
        }
    }
}

const WIDE: &str = r#"{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"}}"#;

/// The files of a folder that are linted, in their order.
#[track_caller]
fn linted(folder: &Path) -> Vec<String> {
    let arguments = ["lint", "policies", "--format", "json", "--fail-on", "never"];
    let output = run_in(folder, &arguments);
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    let report: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let files = report["policies"].as_array().unwrap().iter();
    files.map(|policy| policy["file"].as_str().unwrap().to_owned()).collect()
}

/// A link in a folder is linted as what it leads to; one that leads out is an error.
#[cfg(unix)]
#[test]
fn lint_reads_what_links_of_a_folder_lead_to() {
    use std::os::unix::fs::symlink;
    let folder = folder("links");
    fs::create_dir_all(folder.join("policies/.hidden/more")).unwrap();
    fs::write(folder.join("policies/.hidden/a.json"), WIDE).unwrap();
    fs::write(folder.join("policies/.hidden/more/b.json"), WIDE).unwrap();
    fs::write(folder.join("outside.json"), WIDE).unwrap();
    symlink(".hidden/a.json", folder.join("policies/a.json")).unwrap();
    symlink(".hidden/more", folder.join("policies/more")).unwrap();
    symlink("..", folder.join("policies/.hidden/more/loop")).unwrap();
    symlink(".", folder.join("policies/again")).unwrap();
    // A link that nobody reads as a policy is no error.
    symlink("../outside.txt", folder.join("policies/notes.txt")).unwrap();
    let files = ["a.json", "more/b.json", "more/loop/a.json"];
    assert_eq!(linted(&folder), files.map(|name| format!("policies/{name}")));
    let lint = || run_in(&folder, &["lint", "policies", "--select", "pass-any-role"]);
    symlink("../outside.json", folder.join("policies/c.json")).unwrap();
    assert_refused(&lint(), "leads out of the folder");
    fs::remove_file(folder.join("policies/c.json")).unwrap();
    symlink("../..", folder.join("policies/.hidden/more/up")).unwrap();
    assert_eq!(linted(&folder).len(), 3);
    symlink("../../..", folder.join("policies/.hidden/more/out")).unwrap();
    assert_refused(&lint(), "leads out of the folder");
}

/// A link that leads to nothing or in a circle is no policy that may be left out in silence, and what is no file is none either.
#[cfg(unix)]
#[test]
fn what_cannot_be_read_in_a_folder_is_an_error() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;
    let refused = |name: &str, make: &dyn Fn(&Path), words: &str| {
        let folder = folder(name);
        let policies = folder.join("policies");
        fs::create_dir(&policies).unwrap();
        fs::write(policies.join("good.json"), WIDE).unwrap();
        fs::write(folder.join("outside.json"), WIDE).unwrap();
        fs::create_dir(folder.join("out")).unwrap();
        fs::write(folder.join("out/more.json"), WIDE).unwrap();
        make(&policies);
        let output = run_in(&folder, &["lint", "policies"]);
        assert_refused(&output, words);
        assert!(stderr(&output).contains("help:"), "{}", stderr(&output));
    };
    let link = |target: &'static str, name: &'static [u8]| {
        move |folder: &Path| {
            symlink(target, folder.join(std::ffi::OsStr::from_bytes(name))).unwrap();
        }
    };
    let nowhere = "leads out of the folder or to nothing";
    refused("dangling", &link("missing.json", b"a.json"), nowhere);
    refused("dangling-folder", &link("../../shared/policies", b"shared"), nowhere);
    refused("loop", &link("a.json", b"a.json"), nowhere);
    refused("loop-folder", &link("a", b"a"), nowhere);
    // A name that is no text, beside a file of the name that it would be shown by.
    refused("no-text-folder", &link("../out", b"x\xff"), nowhere);
    refused("no-text", &link("../outside.json", b"x\xff.json"), nowhere);
    // A file of such a name would be left out for the other one, which would be read twice.
    let no_text = |folder: &Path| {
        fs::write(folder.join(std::ffi::OsStr::from_bytes(b"x\xff.json")), WIDE).unwrap();
        fs::write(folder.join("x\u{fffd}.json"), WIDE).unwrap();
    };
    refused("no-text-file", &no_text, "no Unicode text");
    let no_text_above = |folder: &Path| {
        let folder = folder.join(std::ffi::OsStr::from_bytes(b"x\xff"));
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("a.json"), WIDE).unwrap();
    };
    refused("no-text-above", &no_text_above, "no Unicode text");
    let socket = |folder: &Path| drop(UnixListener::bind(folder.join("s.json")).unwrap());
    refused("socket", &socket, "neither a file nor a folder");
    // Nothing is read under another extension, whatever there is.
    let folder = folder("dangling-page");
    fs::create_dir(folder.join("policies")).unwrap();
    fs::write(folder.join("policies/good.json"), WIDE).unwrap();
    link("../missing.md", b"README.md")(&folder.join("policies"));
    assert_eq!(linted(&folder), ["policies/good.json"]);
    // A folder that is checked has inputs by their names.
    let folder = connection("dangling-input", "user.json");
    fs::remove_file(folder.join("ica.toml")).unwrap();
    symlink("missing.json", folder.join("bucket-policy.json")).unwrap();
    let flags = ["check", ".", "--bucket", "acme-genomics", "--account", "111122223333"];
    let flags = [&flags[..], &["--user", "ica", "--fail-on", "never"]].concat();
    assert_refused(&run_in(&folder, &flags), "leads out of the folder or to nothing");
    let allowed = run_in(&folder, &[&flags[..], &["--allow-outside"]].concat());
    assert_refused(&allowed, "cannot be read");
    fs::remove_file(folder.join("bucket-policy.json")).unwrap();
    let no_text = folder.join(std::ffi::OsStr::from_bytes(b"scp-\xff.json"));
    fs::write(&no_text, WIDE).unwrap();
    assert_refused(&run_in(&folder, &flags), "no Unicode text");
    fs::remove_file(no_text).unwrap();
    symlink("missing.toml", folder.join("ica.toml")).unwrap();
    assert_refused(&run_in(&folder, &flags), "or to nothing");
}

/// A folder that several links lead to is read under the first of their names, a file under each: its kind and what is ignored in it may
/// follow from its name.
#[cfg(unix)]
#[test]
fn of_links_to_one_folder_the_first_counts() {
    use std::os::unix::fs::symlink;
    let folder = folder("several-links");
    fs::create_dir_all(folder.join("policies/.h")).unwrap();
    fs::create_dir_all(folder.join("policies/m")).unwrap();
    fs::write(folder.join("policies/.h/x.json"), WIDE).unwrap();
    fs::write(folder.join("policies/m/y.json"), WIDE).unwrap();
    for (target, name) in [(".h", "c"), (".h", "a"), (".h", "b"), ("m", "0")] {
        symlink(target, folder.join("policies").join(name)).unwrap();
    }
    symlink("m/y.json", folder.join("policies/z.json")).unwrap();
    let files = ["m/y.json", "z.json", "a/x.json"];
    assert_eq!(linted(&folder), files.map(|name| format!("policies/{name}")));
}

/// Folders that link to others have many paths: twelve of them have thousands, and with links to each other more than can be read.
#[cfg(unix)]
#[test]
fn folders_that_link_to_others_are_read_once() {
    use std::os::unix::fs::symlink;
    let folder = folder("meshed");
    // Without hidden folders each would be read under its own name before any link is followed.
    let name = |own: usize| format!("policies/.{own}");
    for own in 0..12 {
        let path = folder.join(name(own));
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("p.json"), WIDE).unwrap();
        // To later ones alone: then the paths have an end, and without the mechanism the test fails instead of running for ever.
        for other in own + 1..12 {
            symlink(format!("../.{other}"), path.join(format!("to-{other:02}"))).unwrap();
        }
    }
    symlink(".0", folder.join("policies/first")).unwrap();
    let files = linted(&folder);
    assert_eq!(files.len(), 12, "{files:?}");
    assert_eq!(files[..2], ["policies/first/p.json", "policies/first/to-01/p.json"]);
}

#[test]
fn a_baseline_replaces_nothing_else() {
    let folder = folder("baseline");
    fs::write(folder.join("p.json"), WIDE).unwrap();
    let write = |name: &str| run_in(&folder, &["lint", "p.json", "--write-baseline", name]);
    assert_eq!(write("p.json").status.code(), Some(2));
    assert_eq!(fs::read_to_string(folder.join("p.json")).unwrap(), WIDE);
    fs::write(folder.join("binary"), b"\xff\xfe\x00{").unwrap();
    assert_eq!(write("binary").status.code(), Some(2));
    for _ in 0..2 {
        assert_eq!(write("known.json").status.code(), Some(0));
    }
    let known = folder.join("known.json");
    let mut permissions = fs::metadata(&known).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&known, permissions).unwrap();
    let refused = write("known.json");
    assert_eq!(refused.status.code(), Some(3));
    assert!(stderr(&refused).contains("read-only"), "{}", stderr(&refused));
    assert!(stderr(&refused).contains("chmod u+w"), "{}", stderr(&refused));
    // An empty file has nothing to lose.
    fs::write(folder.join("empty"), "").unwrap();
    assert_eq!(write("empty").status.code(), Some(0));
    fs::write(folder.join("blank"), " \n").unwrap();
    assert_eq!(write("blank").status.code(), Some(2));
}

/// A pipe has no end, a link stays one, and one that leads out is left alone.
#[cfg(unix)]
#[test]
fn a_baseline_is_a_regular_file() {
    use std::os::unix::fs::symlink;
    let folder = folder("baseline-links");
    fs::write(folder.join("p.json"), WIDE).unwrap();
    fs::create_dir(folder.join("in")).unwrap();
    let write = |name: &str| run_in(&folder, &["lint", "p.json", "--write-baseline", name]);
    let refused = |name: &str, words: &str| {
        let output = write(name);
        let err = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert!(err.contains(words) && err.contains("help:"), "{err}");
    };
    assert!(Command::new("mkfifo").arg(folder.join("pipe")).status().unwrap().success());
    // Whoever reads the pipe would wait for ever.
    let mut child = Command::new(env!("CARGO_BIN_EXE_ica-policy"))
        .args(["lint", "p.json", "--write-baseline", "pipe"])
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let pause = || std::thread::sleep(std::time::Duration::from_millis(100));
    (0..300).find(|_| child.try_wait().unwrap().is_some() || (pause(), false).1);
    let _ = child.kill();
    assert_eq!(child.wait().unwrap().code(), Some(2));
    refused("pipe", "no regular file");
    refused("in", "no regular file");
    assert_eq!(write("in/known.json").status.code(), Some(0));
    symlink("in/known.json", folder.join("link.json")).unwrap();
    assert_eq!(write("link.json").status.code(), Some(0));
    assert!(folder.join("link.json").is_symlink());
    symlink("../in/known.json", folder.join("in/out.json")).unwrap();
    assert_eq!(write("in/out.json").status.code(), Some(0));
    for (target, name) in [("missing.json", "nothing.json"), ("../../new.json", "in/new.json")] {
        symlink(target, folder.join(name)).unwrap();
        refused(name, "a link that leads out of its folder");
    }
    fs::copy(folder.join("in/known.json"), folder.join("../known.json")).unwrap();
    symlink("../known.json", folder.join("known.json")).unwrap();
    refused("known.json", "a link that leads out of its folder");
    symlink("..", folder.join("up")).unwrap();
    refused("up/known.json", "lies behind one");
}

/// What is written goes where the name says: a link of a checkout does not lead it elsewhere.
#[cfg(unix)]
#[test]
fn nothing_is_written_where_a_link_leads_out() {
    use std::os::unix::fs::symlink;
    let folder = connection("write", "user.json");
    let elsewhere = folder.join("../elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let twice = WIDE.replace("\"iam:PassRole\"", "[\"s3:Get*\", \"s3:GetObject\"]");
    fs::write(elsewhere.join("twice.json"), &twice).unwrap();
    fs::write(folder.join("twice.json"), &twice).unwrap();
    symlink("../elsewhere", folder.join("out")).unwrap();
    symlink("../elsewhere/twice.json", folder.join("link.json")).unwrap();
    symlink("twice.json", folder.join("inner.json")).unwrap();
    let absolute = folder.join("out").display().to_string();
    // The same folder by a name that goes through a link above it.
    symlink("policies", folder.join("../other-name")).unwrap();
    let named_otherwise =
        folder.with_file_name("other-name").join("out/more").display().to_string();
    let deny = twice
        .replace("Allow", "Deny")
        .replace("[\"s3:Get*\", \"s3:GetObject\"]", "\"s3:PutObject\"");
    fs::write(folder.join("user.json"), &deny).unwrap();
    fs::write(elsewhere.join("user.json"), &deny).unwrap();
    symlink("../elsewhere/user.json", folder.join("user-link.json")).unwrap();
    let generate: Vec<&str> = crate::support::run::GENERATE.to_vec();
    for command in [
        &["lint", "--fix", "link.json"][..],
        &["lint", "--fix", "out"],
        &["lint", "--fix", "out/"],
        &["lint", "--fix", "out/twice.json"],
        &["lint", "--fix", &absolute],
        &["lint", "--fix", "--minify=0", "link.json"],
        &["fix", "--connection", "ica.toml", "--identity-policy", "user-link.json", "--write"],
        &["fix", ".", "--out", "out"],
        &["fix", ".", "--out", "out/more"],
        &["fix", ".", "--out", &absolute],
        &["fix", ".", "--out", &named_otherwise],
        &[&generate[..], &["out"]].concat(),
        &["test", "--update", "out/tests.toml", "--identity-policy", "out/twice.json"],
    ] {
        let output = run_in(&folder, command);
        let all = stdout(&output) + &stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{command:?}: {all}");
        assert!(all.contains("a link that leads out of its folder"), "{command:?}: {all}");
        assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 2, "{command:?}");
        assert_eq!(fs::read_to_string(elsewhere.join("user.json")).unwrap(), deny, "{command:?}");
        assert_eq!(fs::read_to_string(elsewhere.join("twice.json")).unwrap(), twice, "{command:?}");
    }
    let allowed = run_in(&folder, &["fix", ".", "--out", "out/more", "--allow-outside"]);
    assert!(elsewhere.join("more/ica.toml").exists(), "{}{}", stdout(&allowed), stderr(&allowed));
    // A link inside of its folder stays one, and what it leads to is mended. To look at another is no harm.
    assert_eq!(run_in(&folder, &["lint", "--diff", "link.json"]).status.code(), Some(1));
    let mended = run_in(&folder, &["lint", "--fix", "inner.json", "--fail-on", "never"]);
    assert_eq!(mended.status.code(), Some(0), "{}", stderr(&mended));
    assert!(folder.join("inner.json").is_symlink());
    assert_ne!(fs::read_to_string(folder.join("twice.json")).unwrap(), twice);
}

#[test]
fn a_file_that_is_read_only_is_left_with_a_help_of_the_command() {
    let folder = folder("read-only");
    let path = folder.join("p.json");
    fs::write(&path, WIDE.replace("\"iam:PassRole\"", "[\"s3:Get*\", \"s3:GetObject\"]")).unwrap();
    let mut permissions = fs::metadata(&path).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(&path, permissions).unwrap();
    for more in [&["--fix"][..], &["--fix", "--minify=0"]] {
        let output = run_in(&folder, &[&["lint", "p.json"], more].concat());
        let err = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{err}");
        assert!(err.contains("read-only") && err.contains("chmod u+w"), "{err}");
        assert!(!err.contains("--force"), "{err}");
    }
}

#[test]
fn a_folder_is_listed_before_its_files_are_read() {
    let folder = connection("large", "user.json");
    fs::remove_file(folder.join("ica.toml")).unwrap();
    let flags =
        ["check", ".", "--bucket", "acme-genomics", "--account", "111122223333", "--user", "ica"];
    // Holes take no space.
    let large = |name: &str, bytes: u64| {
        File::create(folder.join(name)).unwrap().set_len(bytes).unwrap();
    };
    for number in 0..50 {
        large(&format!("{number}.bam"), 1 << 40);
    }
    let checked = run_in(&folder, &flags);
    assert!(matches!(checked.status.code(), Some(0 | 1)), "{}", stderr(&checked));
    for name in ["group1.json", "group2.json"] {
        large(name, 9 << 20);
    }
    let checked = run_in(&folder, &flags);
    assert_eq!(checked.status.code(), Some(3), "{}", stdout(&checked));
    assert!(stderr(&checked).contains("more than 16 MiB together"), "{}", stderr(&checked));
}

#[test]
fn a_settings_file_that_is_no_toml_could_not_be_read() {
    let folder = connection("no-toml", "user.json");
    for (text, exit) in [("bucket = \n", 3), ("bukket = 'x'\n", 2), ("", 3)] {
        fs::write(folder.join("ica.toml"), text).unwrap();
        for command in ["check", "generate"] {
            let output = run_in(&folder, &[command, "--connection", "ica.toml"]);
            assert_eq!(output.status.code(), Some(exit), "{command} {text}: {}", stderr(&output));
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn help_that_cannot_be_written_is_an_error() {
    let full = || File::options().write(true).open("/dev/full").unwrap();
    for arguments in [&["--help"][..], &["--version"], &["check", "--help"], &["explain"]] {
        let run = |out: Stdio| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_ica-policy"));
            command.args(arguments).stdout(out).stdin(Stdio::null()).output().unwrap().status.code()
        };
        assert_eq!(run(full().into()), Some(3), "{arguments:?}");
        assert_eq!(run(Stdio::piped()), Some(0), "{arguments:?}");
    }
}

#[test]
fn inputs_takes_no_control_characters() {
    let run = |flag: &str, value: &str| {
        let bare =
            ["inputs", "--bucket", "acme-genomics", "--account", "111122223333", "--user", "ica"];
        let mut arguments = bare.to_vec();
        match flag {
            "--user" => arguments[6] = value,
            _ => arguments.extend([flag, value]),
        }
        run_in(Path::new("."), &arguments)
    };
    for flag in ["--user", "--prefix", "--dir"] {
        for value in ["a\rb", "a\nb", "a\u{1b}[2Jb", "a\u{7f}b", "a\u{85}b", "a\tb"] {
            let output = run(flag, value);
            assert_eq!(output.status.code(), Some(2), "{flag} {value:?}");
            assert!(stderr(&output).lines().count() == 1, "{}", stderr(&output));
            assert!(!stderr(&output).trim_end().contains(char::is_control), "{}", stderr(&output));
        }
        // A folder and a prefix may have a blank; the name of a user cannot.
        let code = if flag == "--user" { 2 } else { 0 };
        assert_eq!(run(flag, "ica data").status.code(), Some(code), "{flag}");
    }
}
