use crate::support::holds_to_schema;
use crate::support::run::stdout;
use ica_policy::finding::codes::CODES;
use ica_policy::ica::catalogue;
use ica_policy::ica::guide::{
    Cover, Fit, Page, PageKind, Predictor, Topic, answer, guide, messages_page, requirements_page,
    settings_page, topics_page, words_page,
};
use ica_policy::report::page_markdown;
use ica_policy::rules::lint::all_rules;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run_with_input(arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_ica-policy"))
        .args(arguments)
        .current_dir(root())
        .env_clear()
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A run that needs no input may end before the input is written.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn run(arguments: &[&str]) -> Output {
    run_with_input(arguments, b"")
}

fn json(output: &Output) -> Value {
    let value = serde_json::from_slice(&output.stdout).unwrap();
    holds_to_schema(&value, "explain-v1.json");
    value
}

const MADE: &str = "<!-- made from the tables in src/ica; `UPDATE_PAGES=1 cargo test --test all guide` writes it again -->\n\n";

/// The documents that are generated from the tables.
fn documents() -> BTreeMap<String, String> {
    let mut documents = BTreeMap::new();
    let mut add = |name: &str, text: String| {
        documents.insert(format!("docs/{name}"), format!("{MADE}{text}"))
    };
    for operation in &catalogue().operations {
        add(
            &format!("operations/{}.md", operation.id),
            page_markdown::page(&Topic::Operation(operation).page(), 1, Some("")),
        );
    }
    let mut index = String::from(
        "# operations\n\nWhat Illumina Connected Analytics does with a bucket, and what each operation needs.\n\n",
    );
    for operation in &catalogue().operations {
        let callers =
            operation.callers.iter().map(|caller| caller.id()).collect::<Vec<_>>().join(", ");
        index += &format!("- [{0}]({0}.md): {1} ({callers})\n", operation.id, operation.title);
    }
    add("operations/README.md", index);
    add("troubleshooting.md", page_markdown::page(&messages_page(), 1, Some("operations/")));
    add("words.md", page_markdown::page(&words_page(), 1, Some("operations/")));
    add("requirements.md", page_markdown::page(&requirements_page(), 1, Some("operations/")));
    let intro = "# settings, assumptions, open points\n\nWhat counts beside the policies, what reports assume, and what AWS's own pages leave open.\n";
    let pages = settings_page()
        .iter()
        .map(|page| format!("\n{}", page_markdown::page(page, 2, Some("operations/"))))
        .collect::<String>();
    add("settings.md", intro.to_owned() + &pages);
    documents
}

#[test]
fn the_documents_are_those_of_the_tables() {
    let documents = documents();
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::create_dir_all(root().join("docs/operations")).unwrap();
        documents.iter().for_each(|(name, text)| fs::write(root().join(name), text).unwrap());
    }
    for (name, text) in &documents {
        let written = fs::read_to_string(root().join(name)).unwrap_or_default();
        assert!(
            written == *text,
            "{name} is not what the tables say; `UPDATE_PAGES=1 cargo test --test all guide` writes it again"
        );
    }
    for file in fs::read_dir(root().join("docs/operations")).unwrap() {
        let name = format!("docs/operations/{}", file.unwrap().file_name().to_string_lossy());
        assert!(documents.contains_key(&name), "{name} is of an operation that is no more");
    }
}

#[test]
fn links_of_the_documents_lead_somewhere() {
    for (name, text) in documents() {
        for link in text.split("](").skip(1).map(|rest| rest.split(')').next().unwrap()) {
            let target = Path::new(&name).parent().unwrap().join(link);
            let is_made = documents().contains_key(target.to_str().unwrap());
            assert!(is_made || root().join(&target).is_file(), "{name}: {link}");
        }
    }
}

fn has_action(operation: &str, action: &str) -> bool {
    catalogue()
        .operation(operation)
        .is_some_and(|operation| operation.steps.iter().any(|step| step.action == action))
}

#[test]
fn every_name_in_the_tables_exists() {
    let guide = guide();
    let is_operation = |id: &str| catalogue().operation(id).is_some();
    for operation in &catalogue().operations {
        assert!(guide.note(&operation.id).is_some(), "{} has no note in notes.toml", operation.id);
        let covers = |requirement: &&ica_policy::ica::guide::Requirement| {
            requirement.is_covered_by_operation(&operation.id)
        };
        let asked = operation.steps.iter().any(|step| step.source.starts_with("SEED"));
        assert!(
            !asked || guide.requirements.iter().any(|requirement| covers(&requirement)),
            "{}: no words of the page",
            operation.id
        );
    }
    for note in &guide.notes {
        assert!(is_operation(&note.operation), "{}", note.operation);
    }
    for setting in &guide.settings {
        assert!(setting.operations.iter().all(|id| is_operation(id)), "{}", setting.id);
    }
    for message in &guide.messages {
        assert!(!message.predicted.is_empty() || message.not_visible.is_some(), "{}", message.id);
        for predictor in &message.predicted {
            match predictor {
                Predictor::Operation { operation, kinds } => {
                    assert!(is_operation(operation) && !kinds.is_empty(), "{}", message.id)
                }
                Predictor::Setting { check } => {
                    assert!(guide.setting(check).is_some(), "{}: {check}", message.id)
                }
            }
        }
    }
    for requirement in guide.requirements.iter().chain(&guide.newer) {
        assert!(
            !requirement.covered.is_empty() || requirement.not_visible.is_some(),
            "{}",
            requirement.says
        );
        for cover in &requirement.covered {
            let exists = match cover {
                Cover::Operation { operation, action: Some(action) } => {
                    has_action(operation, action)
                }
                Cover::Operation { operation, action: None } => is_operation(operation),
                Cover::Setting { check } => guide.setting(check).is_some(),
                Cover::Message { message } => guide.message(message).is_some(),
                Cover::Assumption { assumption } => {
                    catalogue().assumption(*assumption).is_some_and(|row| !row.text().is_empty())
                }
            };
            assert!(exists, "{}: {cover:?}", requirement.says);
        }
    }
    let names = Topic::all().iter().map(Topic::id).collect::<Vec<_>>();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "a name has one page");
}

/// Connections that show every check of a setting, both with a cause that blocks it and without.
fn connections() -> Vec<Vec<String>> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("guide");
    fs::create_dir_all(&folder).unwrap();
    let file = |name: &str, text: &str| {
        fs::write(folder.join(name), text).unwrap();
        folder.join(name).display().to_string()
    };
    let public = file(
        "public.json",
        r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}}"#,
    );
    let blocks =
        file("blocks.json", r#"{"BlockPublicPolicy": true, "RestrictPublicBuckets": true}"#);
    let default = file("default.json", r#"{"SSEAlgorithm": "AES256"}"#);
    let cors = file(
        "cors.json",
        r#"[{"AllowedOrigins": ["https://ica.illumina.com"], "AllowedMethods": ["PUT"], "ExposeHeaders": ["ETag"]}]"#,
    );
    let all = file(
        "all.json",
        r#"{"Statement": {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}}"#,
    );
    let settings = format!(
        "--cors none --notifications none --ownership ObjectWriter --bucket-encryption {default}"
    );
    let public = format!("--bucket-policy {public} --public-access-block {blocks}");
    let key = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab";
    let more = [
        format!("--bucket acme-genomics --prefix ica/ --region us-east-1 --user u {settings}"),
        "--bucket acme-genomics --prefix ica --region eu-north-1 --user u".to_owned(),
        "--bucket xn--acme --user u".to_owned(),
        format!("--bucket acme-genomics --prefix ica/ --role r --encryption aws:kms --cors {cors}"),
        format!(
            "--bucket acme-genomics --prefix ica/ --user arn:aws:iam::444455556666:user/u --versioning enabled --identity-policy {all} {public}"
        ),
        format!(
            "--bucket acme-genomics --prefix ica/ --role arn:aws:iam::444455556666:role/r {public}"
        ),
        format!("--bucket acme-genomics --prefix ica/ --user u --region eu-west-2 --kms-key {key}"),
        "--bucket acme-genomics --prefix ica/ --user u --region eu-west-2 --kms-key aws/s3"
            .to_owned(),
    ];
    let common = ["check", "--account", "111122223333", "--format", "json"].map(str::to_owned);
    more.iter()
        .map(|more| common.iter().cloned().chain(more.split(' ').map(str::to_owned)).collect())
        .collect()
}

/// Every setting that reports show is in the table, and the table says correctly which settings are
/// judged, in which operations, and what is assumed of them.
#[test]
fn the_settings_of_reports_are_in_the_table() {
    let mut judged = BTreeSet::new();
    let mut shown = BTreeMap::<&str, BTreeSet<String>>::new();
    for arguments in connections() {
        let arguments = arguments.iter().map(String::as_str).collect::<Vec<_>>();
        let report: Value = serde_json::from_slice(&run(&arguments).stdout).unwrap();
        for operation in
            report["operations"].as_array().unwrap_or_else(|| panic!("{arguments:?}: {report}"))
        {
            for step in operation["callers"]
                .as_array()
                .unwrap()
                .iter()
                .flat_map(|caller| caller["steps"].as_array().unwrap())
            {
                let action = step["action"].as_str().unwrap();
                if action.contains(':') {
                    continue;
                }
                let setting = guide()
                    .setting(action)
                    .unwrap_or_else(|| panic!("`{action}` has no row in checks.toml"));
                shown
                    .entry(&setting.id)
                    .or_default()
                    .insert(operation["id"].as_str().unwrap().to_owned());
                judged.extend((step["verdict"] != "unknown").then_some(setting.id.as_str()));
                // Assumptions of the check itself are explained on its page, or have a page of
                // their own.
                for assumed in step["assumes"].as_array().unwrap() {
                    assert!(!answer(assumed.as_str().unwrap()).candidates.is_empty(), "{assumed}");
                }
            }
        }
        for check in report["environment"].as_array().unwrap() {
            assert!(guide().setting(check["check"].as_str().unwrap()).is_some(), "{check}");
        }
    }
    for setting in &guide().settings {
        assert_eq!(setting.judged, judged.contains(setting.id.as_str()), "{}", setting.id);
        let listed = setting.operations.iter().cloned().collect::<BTreeSet<_>>();
        assert_eq!(Some(&listed), shown.get(setting.id.as_str()), "{}: operations", setting.id);
    }
}

/// The page of ICA.
fn seed_page() -> String {
    let file = fs::read_dir(root().join("../shared/seed")).unwrap().next().unwrap();
    let page = fs::read_to_string(file.unwrap().path()).unwrap();
    let start = page.find("You can use your own S3 bucket with").unwrap();
    page[start..].to_owned()
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words with which a sentence of the page may require or forbid something.
const ASKS: [&str; 25] = [
    "must",
    "require",
    "required",
    "requires",
    "need",
    "needs",
    "needed",
    "cannot",
    "not",
    "ensure",
    "sure",
    "crucial",
    "restriction",
    "restrictions",
    "block",
    "replace",
    "fail",
    "failing",
    "failure",
    "only",
    "should",
    "invalid",
    "missing",
    "conflicting",
    "delete",
];

/// Sentences that contain such words but require nothing.
const ASK_NOTHING: [&str; 3] = [
    "\"DELETE\"",
    "See the \"To create, modify, or delete another IAM user's access keys (console)\" sub-section",
    "Depending on the conflicts on the notifications, the error can be presented in any of the following",
];

#[test]
#[cfg_attr(not(corpus), ignore = "reads ../shared")]
fn every_requirement_and_message_of_the_page_is_in_the_tables() {
    let page = seed_page();
    let flat = one_line(&page);
    let words = guide()
        .requirements
        .iter()
        .flat_map(|requirement| &requirement.words)
        .map(|words| one_line(words))
        .collect::<Vec<_>>();
    for words in &words {
        assert!(flat.contains(words.as_str()), "not on the page: {words}");
    }
    let of_page = guide()
        .messages
        .iter()
        .filter(|message| message.source.starts_with("SEED"))
        .collect::<Vec<_>>();
    for message in &of_page {
        assert!(
            flat.to_lowercase().contains(&message.message.to_lowercase()),
            "not on the page: {}",
            message.message
        );
    }
    let is_told = |sentence: &str| {
        let lower = sentence.to_lowercase();
        let own = |text: &str| {
            text.to_lowercase().contains(&lower) || lower.contains(&text.to_lowercase())
        };
        words.iter().any(|words| sentence.contains(words.as_str()) || words.contains(sentence))
            || of_page.iter().any(|message| own(&message.message) || own(&message.kind))
            || sentence == "Invalid Paramater"
            || ASK_NOTHING.contains(&sentence)
    };
    let pieces = page
        .lines()
        .flat_map(|line| line.split_inclusive(". ").flat_map(|piece| piece.split_inclusive(": ")));
    let mut asking = 0;
    for sentence in pieces.map(one_line) {
        let sentence = sentence.trim_matches(|letter: char| " .:?•".contains(letter));
        let lower = sentence.to_lowercase();
        if lower.split(|letter: char| !letter.is_alphanumeric()).any(|word| ASKS.contains(&word)) {
            asking += 1;
            assert!(is_told(sentence), "no table tells: {sentence}");
        }
    }
    assert!(asking > 50, "the page was cut into {asking} sentences that ask for something");
}

/// A message as users see it, with the names filled in.
fn filled(message: &str) -> String {
    let fill = |name: &str| match name {
        "region" => "eu-central-1",
        "regions" => "us-east-1, eu-west-2",
        "prefix" | "prefixMsg" => " 'ica/run-7/' ",
        "eventTypeMsg" => " of type s3:ObjectCreated:*",
        "storageContainer" | "storageAccountName" => "acme-genomics",
        "action" => "s3:GetObject",
        "resource" => "arn:aws:s3:::acme-genomics/ica/a.bam",
        _ => "the request 4Q7 was turned down",
    };
    let mut pieces = message.split('{');
    let first = pieces.next().unwrap().to_owned();
    pieces.fold(first, |text, piece| {
        let (name, behind) = piece.split_once('}').unwrap();
        text + fill(name) + behind
    })
}

fn found(text: &str) -> Vec<(String, Option<Fit>)> {
    answer(text)
        .candidates
        .into_iter()
        .map(|candidate| (candidate.page.id, candidate.fit))
        .collect()
}

/// Entries whose messages begin with the same fixed words cannot be distinguished.
fn is_as_good(id: &str, other: &str) -> bool {
    let fixed =
        |id: &str| guide().message(id).unwrap().message.split('{').next().unwrap().to_owned();
    id == other || fixed(id) == fixed(other)
}

#[test]
fn a_pasted_message_is_found_in_whatever_form() {
    for message in &guide().messages {
        let text = filled(&message.message);
        let letters = text.chars().collect::<Vec<_>>();
        let broken = letters
            .chunks(11)
            .map(|chunk| chunk.iter().collect::<String>())
            .collect::<Vec<_>>()
            .join("\n   ");
        let forms = [
            text.clone(),
            text.to_uppercase(),
            text.replace(' ', "\t \n"),
            broken,
            format!(
                "2026-11-24T10:00:00Z ERROR [ica] {{\"errorMessage\":\"{text}\\n\", \"id\": 12}} while validating"
            ),
            text.replace(['\'', '.', ':', ','], ""),
        ];
        for form in forms {
            let found = found(&form);
            let first =
                found.first().unwrap_or_else(|| panic!("{} is not found by: {form}", message.id));
            assert!(
                is_as_good(&message.id, &first.0) && first.1 == Some(Fit::Whole),
                "{} by {form}: {found:?}",
                message.id
            );
        }
    }
}

#[test]
fn a_part_of_a_message_is_found() {
    for message in &guide().messages {
        // Text that is filled in at the end is not ICA's own.
        let is_open = message.message.ends_with('}');
        let end = message.message.find('{').filter(|_| is_open).unwrap_or(message.message.len());
        let text = filled(&message.message[..end]);
        let letters = text.chars().collect::<Vec<_>>();
        let (two_thirds, third) = (letters.len() * 2 / 3, letters.len() / 3);
        // A part that is the name of a page leads to that.
        for part in [
            &letters[..two_thirds],
            &letters[third..],
            &letters[letters.len() / 6..letters.len() * 5 / 6],
        ] {
            let part = part.iter().collect::<String>();
            // Shorter parts occur in too many texts.
            if part.chars().filter(|letter| letter.is_alphanumeric()).count() < 8 {
                continue;
            }
            assert!(
                found(&part).iter().any(|(id, fit)| *id == message.id || fit.is_none()),
                "{} by {part}: {:?}",
                message.id,
                found(&part)
            );
        }
    }
}

#[test]
fn a_message_with_typing_errors_is_found_by_its_words() {
    let found = found("Misssing lamda ARN for storage container notifcation");
    assert_eq!(
        found.first(),
        Some(&("missing-lambda".to_owned(), Some(Fit::Similar))),
        "{found:?}"
    );
}

#[test]
fn another_text_is_not_taken_for_a_message() {
    for text in [
        "the weather is fine",
        "hello",
        "No space left on device",
        "notifications",
        "Error",
        "x",
        "¿qué?",
        "{}",
        "a {b} c",
    ] {
        let found = found(text);
        assert!(text == "notifications" || found.is_empty(), "{text}: {found:?}");
    }
    assert_eq!(
        answer("the ship does not sail to a region where nobody has seen the sea").candidates.len(),
        0
    );
}

#[test]
fn what_aws_names_is_read() {
    let answer = answer(
        "An error occurred (AccessDenied) when calling the PutObject operation: User: arn:aws:sts::111122223333:federated-user/ica-7 is not authorized to \
         perform: s3:PutObject on resource: \"arn:aws:s3:::b/k\" with an explicit deny in a resource-based policy",
    );
    assert_eq!(answer.candidates[0].page.id, "aws-explicit-deny");
    let names = answer.names.join("\n");
    for words in [
        "`federated-session`",
        "`s3:PutObject`: needed by `create-folder`, `upload-data`, `browser-upload`",
        "--bucket-policy",
    ] {
        assert!(names.contains(words), "{words} is not in {names}");
    }
    assert!(!names.contains("archive-data"), "a session does not archive: {names}");
}

/// Errors of AWS as administrators paste them, with the entry that must be found and the words that
/// name what they concern.
#[test]
fn errors_of_aws_are_found_with_what_they_concern() {
    let when = |code: &str, call: &str, words: &str| {
        format!("An error occurred ({code}) when calling the {call} operation: {words}")
    };
    for (text, id, words) in [
        (when("AccessDenied", "PutObject", "Access Denied"), "access-denied", "`s3:PutObject`: needed by `create-folder`, `upload-data`"),
        (when("AccessDenied", "HeadObject", "Access Denied"), "access-denied", "the call `HeadObject` asks for `s3:GetObject`: needed by"),
        (when("AccessDenied", "ListObjectsV2", "Access Denied"), "access-denied", "`s3:ListBucket`: needed by `validate-storage`"),
        (when("AccessDenied", "GetFederationToken", "x"), "access-denied", "`sts:GetFederationToken`: needed by `issue-credentials`"),
        (when("403", "HeadObject", "Forbidden"), "forbidden-403", "`s3:GetObject`: needed by"),
        (when("403", "HeadBucket", "Forbidden"), "forbidden-403", "`s3:ListBucket`: needed by"),
        (when("MalformedPolicy", "PutBucketPolicy", "Invalid principal in policy"), "policy-invalid-principal", "no operation of ICA"),
        (when("MalformedPolicy", "PutBucketPolicy", "Policy has invalid resource"), "policy-invalid-resource", "`s3:PutBucketPolicy`"),
        ("AccessDenied".to_owned(), "access-denied", ""),
        ("Access Denied".to_owned(), "access-denied", ""),
        ("(403) Forbidden".to_owned(), "forbidden-403", ""),
        ("MalformedPolicy".to_owned(), "policy-malformed", ""),
        ("InvalidBucketName".to_owned(), "aws-invalid-bucket-name", ""),
        ("AccessControlListNotSupported".to_owned(), "aws-acl-not-supported", ""),
        ("KMS.DisabledException".to_owned(), "kms-key-disabled", ""),
        ("operation error S3: PutBucketNotificationConfiguration, https response error StatusCode: 403, RequestID: X, api error AccessDenied: \
          Access Denied".to_owned(), "access-denied", "`s3:PutBucketNotification`: needed by `install-notifications`"),
    ] {
        let answer = answer(&text);
        assert!(answer.candidates.iter().any(|candidate| candidate.page.id == id), "{text}: {:?}", found(&text));
        assert!(answer.names.join("\n").contains(words), "{text}: {words} is not in {:?}", answer.names);
    }
}

#[test]
fn an_action_that_aws_does_not_have_is_distinguished_from_one_that_ica_does_not_need() {
    let said = |text: &str| answer(text).names.join("\n");
    let words = "`s3:ListObjectVersions`: AWS has no action of that name as of";
    assert!(said("s3:ListObjectVersions").starts_with(words), "{}", said("s3:ListObjectVersions"));
    assert!(
        said("s3:ListObjectVersions")
            .contains("probably meant: `s3:ListBucketVersions`: needed by `validate-storage`")
    );
    assert_eq!(
        said("s3:GetBucketWebsite"),
        "`s3:GetBucketWebsite`: an action that no operation of ICA asks for"
    );
    assert_eq!(said("s3:prefix"), "");
    assert!(said("HeadObject").contains("`s3:GetObject`: needed by"));
    assert_eq!(run(&["explain", "s3:ListObjectVersions"]).status.code(), Some(0));
}

#[test]
fn every_topic_has_a_page_with_content() {
    for topic in Topic::all() {
        let page = topic.page();
        assert!(!page.title.is_empty() && !page.sections.is_empty(), "{}", page.id);
        let found = answer(&page.id.to_uppercase());
        assert_eq!(found.candidates[0].page, page, "{}", page.id);
        for table in page.sections.iter().filter_map(|section| section.table.as_ref()) {
            assert!(table.rows.iter().all(|row| row.len() == table.columns.len()), "{}", page.id);
        }
    }
    let listed =
        |page: &Page| page.sections.iter().map(|section| section.items.len()).sum::<usize>();
    assert_eq!(listed(&topics_page()), Topic::all().len());
    // An assumption with the name of a setting is explained on the setting's page.
    for assumption in &catalogue().assumptions {
        let pages = answer(assumption.id()).candidates.into_iter().map(|candidate| candidate.page);
        let texts = pages
            .flat_map(|page| page.sections)
            .flat_map(|section| section.text.into_iter().chain(section.items));
        let texts = texts.collect::<Vec<_>>().join("\n");
        assert!(
            [assumption.text(), assumption.how_to_settle()]
                .iter()
                .all(|words| texts.contains(*words)),
            "{}",
            assumption.id()
        );
    }
    assert_eq!(topics_page().kind, PageKind::List);
}

/// Words of reports, names of the ICA page and terms of AWS, with the page that must be the only one.
#[test]
fn every_word_of_reports_and_of_the_page_has_a_page() {
    let pages = [
        (
            "allowed blocked partial unknown no-allow explicit-deny environment hidden ambiguous limit",
            "=",
        ),
        ("advised required degrades edition state scp rcp arn oidc sse-s3 sse-kms bssh", "="),
        ("residue", "degrades"),
        ("new connected", "state"),
        ("seed current", "edition"),
        ("ARN ARNs", "arn"),
        ("ICA BioInsight", "ica"),
        ("gds:objectcreated gds:objectremoved gds:objectrestore", "gds-notifications"),
    ];
    let words = pages.iter().flat_map(|(words, id)| words.split(' ').map(move |word| (word, *id)));
    let names = [
        ("federated session", "federated-user"),
        ("AWS user", "storage-credential"),
        ("storage configuration", "storage-configuration"),
        ("South Korea", "apn2"),
        ("Illumina BioInsight Platform Core", "ica"),
        ("Illumina Connected Analytics", "ica"),
        ("Illumina BioInsight Platform Core (previously Illumina Connected Analytics)", "ica"),
        ("service control policy", "scp"),
        ("resource control policies", "rcp"),
        ("arn:aws:iam::079623148045:role/ica_aps4_crossacct", "aps4"),
    ];
    for (word, id) in words.chain(names) {
        let id = if id == "=" { word } else { id };
        assert_eq!(found(word), [(id.to_owned(), None)], "{word}");
    }
    for region in &ica_policy::ica::regions().list {
        let role = format!("ica_{}_crossacct", region.namespace);
        assert_eq!(found(&role), [(region.namespace.clone(), None)]);
    }
    for code in
        CODES.iter().copied().chain(all_rules().flat_map(|rule| rule.codes().iter().copied()))
    {
        let texts = answer(code.id()).candidates.into_iter().flat_map(|found| found.page.sections);
        let texts = texts.flat_map(|section| section.text).collect::<Vec<_>>().join("\n");
        assert!(texts.contains(code.row().summary), "{}", code.id());
    }
    // What is asked of one is not answered with all.
    assert_eq!(found("copy").len(), 3);
    assert!(found("bucket").is_empty() && found("data").is_empty());
}

/// Names that lead to several words would hide one of them.
#[test]
fn the_names_of_words_differ_and_lead_on() {
    let topics = Topic::all();
    for word in &guide().words {
        for name in std::iter::once(&word.id).chain(&word.also) {
            let named = guide().words.iter().filter(|other| other.is_named(name)).count();
            assert_eq!(named, 1, "{name}");
        }
        for see in &word.see {
            assert!(topics.iter().any(|topic| topic.id() == see), "{}: {see}", word.id);
        }
    }
}

/// A message that has the ARN of the denying policy leads to its file.
#[test]
fn the_denying_policy_leads_to_its_file() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("denying");
    fs::create_dir_all(&folder).unwrap();
    let settings = "bucket = 'b'\naccount = '111122223333'\nuser = 'u'\nidentity_policy = ['user.json', 'managed-111122223333-lab-write.json']\n\
                    boundary = 'boundary.json'\nscp = [['a.json', 'b.json']]\nrcp = 'none'\nbucket_policy = 'bucket.json'";
    fs::write(folder.join("ica.toml"), settings).unwrap();
    let scp = "arn:aws:organizations::999988887777:policy/o-a1/service_control_policy/p-6f7g8h9i";
    let answer = format!(
        "{{\"Policy\": {{\"PolicySummary\": {{\"Arn\": \"{scp}\"}}, \"Content\": \"{{}}\"}}}}"
    );
    fs::write(folder.join("b.json"), answer).unwrap();
    let connection = folder.join("ica.toml").display().to_string();
    for (words, says) in [
        (format!("a service control policy: {scp}"), "that policy is in `b.json`"),
        ("a service control policy: arn:aws:organizations::1:policy/o-a1/service_control_policy/p-1".to_owned(), "no file has the ARN or its name; the layer has `a.json`, `b.json`"),
        ("an identity-based policy: arn:aws:iam::111122223333:policy/lab/lab-write".to_owned(), "that policy is in `managed-111122223333-lab-write.json`"),
        ("a permissions boundary".to_owned(), "that layer is `boundary.json`"),
        ("a resource-based policy".to_owned(), "that layer is `bucket.json`"),
        ("a resource control policy".to_owned(), "names no file of that layer"),
    ] {
        let text = format!("is not authorized to perform: s3:PutObject on resource: \"x\" with an explicit deny in {words}");
        let output = run(&["explain", &text, "--connection", &connection, "--format", "json"]);
        let answer = json(&output);
        assert_eq!(answer["candidates"][0]["page"]["id"], "aws-explicit-deny");
        let names = answer["names"].to_string();
        assert!(names.contains(says), "{words}: {says} is not in {names}");
        let shown = "aws organizations describe-policy --policy-id p-6f7g8h9i";
        assert_eq!(names.contains(shown), words.contains(scp), "{names}");
    }
    let gone =
        run(&["explain", "SCP", "--connection", &folder.join("none.toml").display().to_string()]);
    assert_eq!(gone.status.code(), Some(3));
}

#[derive(serde::Deserialize)]
struct Pasted {
    case: Vec<PastedCase>,
}

#[derive(serde::Deserialize)]
struct PastedCase {
    source: String,
    wins: String,
    text: String,
}

/// An entry that fits exactly wins over a vague one, also in a text that is cut off, wrapped or inside of a log.
#[test]
fn pasted_errors_find_their_entry() {
    let mut wrong = Vec::new();
    for (name, fewest) in [("reported", 30), ("unread", 50), ("later", 27)] {
        let text = fs::read_to_string(root().join(format!("corpus/explain/{name}.toml"))).unwrap();
        let pasted: Pasted = toml::from_str(&text).unwrap();
        assert!(pasted.case.len() >= fewest, "{name}");
        for case in pasted.case {
            let answer = answer(&case.text);
            let first =
                answer.candidates.first().map_or("", |candidate| candidate.page.id.as_str());
            if first != case.wins {
                wrong.push(format!("{name}, {}: `{first}`, not `{}`", case.source, case.wins));
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn explain_ends_as_it_says() {
    for (arguments, code) in [
        (&["explain"][..], 0),
        (&["explain", "upload-data"], 0),
        (&["explain", "403", "forbidden"], 0),
        (&["explain", "no-such-thing-at-all"], 1),
        (&["explain", " "], 2),
        (&["explain", "x", "--format", "html"], 2),
    ] {
        assert_eq!(run(arguments).status.code(), Some(code), "{arguments:?}");
    }
    let long = run_with_input(&["explain", "-"], &b"a".repeat(70_000));
    assert_eq!(long.status.code(), Some(2));
    let log = run_with_input(
        &["explain", "-"],
        b"...\nStorage container must be located in\nthe eu-central-1 region\n...",
    );
    assert!(
        log.status.success() && stdout(&log).starts_with("wrong-region (message)"),
        "{}",
        stdout(&log)
    );
    let near = stdout(&run(&["explain", "uplaod-data"]));
    assert!(near.contains("nearest: `upload-data`"), "{near}");
    // Letters beyond ASCII, and bytes that are not text.
    assert_eq!(
        run_with_input(&["explain", "-"], "Größe ß İ 配置".as_bytes()).status.code(),
        Some(1)
    );
    assert_eq!(run_with_input(&["explain", "-"], b"\xff\xfe\xfa").status.code(), Some(3));
}

#[test]
fn explain_gives_json_by_its_schema() {
    for topic in Topic::all() {
        let output = run(&["explain", topic.id(), "--format", "json"]);
        assert_eq!(json(&output)["candidates"][0]["page"]["id"], topic.id());
    }
    assert_eq!(json(&run(&["explain", "--format", "json"]))["question"], Value::Null);
    let nothing = json(&run(&["explain", "downlod-data", "--format", "json"]));
    assert_eq!(
        (&nothing["candidates"].as_array().unwrap().len(), &nothing["nearest"][0]),
        (&0, &Value::from("download-data"))
    );
    for arguments in [
        &["explain", "", "--format", "json"][..],
        &["explain", "x", "--no-such-flag", "--format", "json"],
    ] {
        let output = run(arguments);
        assert_eq!(
            (output.status.code(), json(&output)["errors"].as_array().unwrap().len()),
            (Some(2), 1)
        );
    }
    assert_eq!(
        run_with_input(&["explain", "-", "--format", "json"], b"\xff\xfe\xfa").status.code(),
        Some(3)
    );
}
