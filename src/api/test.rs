//! Whether what is expected of policies holds.

use super::check::{beside, placed};
use super::error::Error;
use super::workspace::Workspace;
use crate::access::{FilesByLayer, Reader};
use crate::authz::display_name;
use crate::expect::{
    About, Anything, Coverage, Documents, Expectation, Given, LeftOut, Subject, TestFile, Wrong,
    coverage, decide, draft, read, write,
};
use crate::finding::{self, Finding, codes};
use crate::product::budget::{Budget, MOST_IN_A_RUN, SPENT};
use crate::product::build::settings::Levels;
use crate::report;
use crate::report::tested::{Part, Test, Tested, wrong_test};
use crate::source::Sources;
use std::collections::BTreeSet;
use std::path::Path;

/// How the expectations of a file are tested.
#[derive(Clone, Copy, Debug)]
pub struct TestOptions<'a> {
    /// Only expectations whose name has this text.
    pub only: Option<&'a str>,
    /// Whether to say which words of the policies no expectation needs.
    pub coverage: bool,
    /// What all expectations may cost together, in millions of steps of the prover; what it does not suffice for is not decided.
    pub budget: u32,
}

impl Default for TestOptions<'_> {
    fn default() -> Self {
        TestOptions { only: None, coverage: false, budget: MOST_IN_A_RUN }
    }
}

/// What expectations are about, and its name where there are several.
pub(crate) type Named = (Option<String>, Subject);

impl Workspace {
    /// Decides the expectations of a file such as `policy-tests.toml`, each for all requests. Files in it are relative to it.
    ///
    /// ```
    /// use ica_policy::api::{Error, TestOptions, Workspace};
    ///
    /// # fn main() -> Result<(), Error> {
    /// let mut workspace = Workspace::new();
    /// workspace.add_text("bucket.json", r#"{"Version": "2012-10-17", "Statement": {
    ///     "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": ["arn:aws:s3:::b", "arn:aws:s3:::b/*"],
    ///     "Condition": {"Bool": {"aws:SecureTransport": "false"}}}}"#)?;
    /// workspace.add_text("policy-tests.toml", r#"
    /// bucket_policy = "bucket.json"
    ///
    /// [[test]]
    /// name = "nothing comes without TLS"
    /// never = "s3:*"
    /// on = ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]
    /// with = { "aws:SecureTransport" = "false" }
    /// "#)?;
    /// let tested = workspace.test("policy-tests.toml", TestOptions::default())?;
    /// assert_eq!((tested.counts.holds, tested.counts.fails), (1, 0));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// What is wrong with the file, and every policy that cannot be read.
    pub fn test(&mut self, file: &str, options: TestOptions<'_>) -> Result<Tested, Error> {
        let TestFile { about, expectations } = self.expectations(file)?;
        let (subjects, findings) = self.subjects(file, &about)?;
        let anything = Anything::new(&mut self.sources).map_err(|wrong| self.wrong(&wrong))?;
        let budget = &Budget::of_millions(options.budget);
        let given = Given { anything: &anything, budget };
        let only = options.only.map(str::to_lowercase);
        let is_asked = |expectation: &&Expectation| {
            let has = |text: &String| expectation.title().to_lowercase().contains(text);
            only.as_ref().is_none_or(has)
        };
        let asked = expectations.iter().filter(is_asked).collect::<Vec<_>>();
        if asked.is_empty() {
            return Err(Error::setting(file, "no test has a name with this text"));
        }
        let (mut tests, mut is_defect) = (Vec::new(), false);
        for (name, subject) in &subjects {
            for expectation in &asked {
                let view = &mut |asked: crate::expect::Asked<'_>| {
                    Part::new(&self.sources, expectation.expected, asked)
                };
                let parts = decide(subject, expectation, given, view);
                let parts = parts.map_err(|wrong| self.wrong(&wrong))?;
                is_defect |= parts.iter().any(|(_, is_defect)| *is_defect);
                let parts = parts.into_iter().map(|(part, _)| part).collect();
                tests.push(Test::new(&self.sources, expectation, name.clone(), parts));
            }
        }
        let findings = report::Finding::all(&self.sources, findings);
        let mut tested = Tested::new(file, tests, findings, is_defect);
        tested.assumed = assumed(&subjects);
        if options.coverage {
            let (mut untested, mut words) = (Vec::new(), 0);
            let statuses = |test: &Test| test.parts.iter().map(|part| part.status).collect();
            let each = subjects.iter().zip(tested.tests.chunks(asked.len()));
            for ((_, subject), tests) in each {
                let known = asked.iter().copied().zip(tests.iter().map(statuses));
                let Coverage { tried, left, untested: more } =
                    coverage(subject, &known.collect::<Vec<_>>(), given);
                words += tried;
                tested.words_left += left;
                untested.extend(more.into_iter().map(|(what, span)| {
                    report::Finding::of(&self.sources, untested_words(&self.sources, what, span))
                }));
            }
            (tested.untested, tested.words) = (Some(untested), Some(words));
        }
        Ok(tested)
    }

    /// The text of a first file of expectations, and how many they are: what holds today of the policies that it is `about`. `file` is where it will lie.
    ///
    /// # Errors
    /// As [`Workspace::test`].
    pub fn draft_tests(&mut self, file: &str, about: &About) -> Result<(String, usize), Error> {
        let (subjects, _) = self.subjects(file, about)?;
        let anything = Anything::new(&mut self.sources).map_err(|wrong| self.wrong(&wrong))?;
        let [(_, subject)] = subjects.as_slice() else {
            return Err(Error::setting(
                file,
                "the settings file has several connections: give `--name` with that of one",
            ));
        };
        let budget = &Budget::default();
        let mut draft = draft(subject, &self.sources, Given { anything: &anything, budget });
        if budget.is_spent() {
            let (what, reason) = ("what comes after this".to_owned(), SPENT.to_owned());
            draft.left_out.push(LeftOut { what, reason });
        }
        if draft.expectations.is_empty() {
            let why = draft.left_out.iter().map(|own| format!("{}: {}", own.what, own.reason));
            let why = why.collect::<Vec<_>>().join("; ");
            return Err(Error::setting(
                file,
                format!("nothing holds today that a test could say ({why})"),
            ));
        }
        Ok((write(about, &draft), draft.expectations.len()))
    }

    /// Reads a file of expectations.
    pub(crate) fn expectations(&mut self, file: &str) -> Result<TestFile, Error> {
        let id = self.read(file)?;
        read(&self.sources, id).map_err(|wrong| match wrong.span {
            crate::source::Span::NOWHERE => {
                let is_read = !wrong.is_no_toml;
                let code = if is_read { codes::WRONG_TEST } else { codes::UNREADABLE_FILE };
                let finding = report::Finding::new(code, format!("{file}: {}", wrong.message));
                report::Finding { help: wrong.help, ..finding }.into()
            }
            _ => self.wrong(&wrong),
        })
    }

    pub(crate) fn wrong(&self, wrong: &Wrong) -> Error {
        report::Finding::of(&self.sources, wrong_test(wrong)).into()
    }

    /// What the expectations of a file are about, with what is wrong with the documents.
    pub(crate) fn subjects(
        &mut self,
        file: &str,
        about: &About,
    ) -> Result<(Vec<Named>, Vec<Finding>), Error> {
        let folder = Path::new(file).parent().unwrap_or(Path::new(""));
        match &about.connection {
            Some(settings) => {
                let path = folder.join(settings).display().to_string();
                self.connections(&path, about.name.as_deref())
            }
            None => self.documents(folder, about),
        }
    }

    fn connections(
        &mut self,
        file: &str,
        name: Option<&str>,
    ) -> Result<(Vec<Named>, Vec<Finding>), Error> {
        let mut connections = self.settings_of(file)?;
        connections
            .retain(|settings| name.is_none_or(|name| settings.name.as_deref() == Some(name)));
        if connections.is_empty() {
            let message = name.map_or("there is no connection in it".to_owned(), |name| {
                format!("no connection is called `{name}`")
            });
            return Err(Error::setting(file, message));
        }
        let is_one = connections.len() == 1;
        let (mut subjects, mut findings) = (Vec::new(), Vec::new());
        for (number, settings) in connections.into_iter().enumerate() {
            let shown =
                settings.name.clone().or_else(|| Some(format!("connection {}", number + 1)));
            let setup = self.setup(&placed(settings, file))?;
            findings.extend(setup.findings.iter().filter(|finding| finding.is_refusal()).cloned());
            subjects.push((shown.filter(|_| !is_one), Subject::Connection(Box::new(setup))));
        }
        Ok((subjects, findings))
    }

    fn documents(
        &mut self,
        folder: &Path,
        about: &About,
    ) -> Result<(Vec<Named>, Vec<Finding>), Error> {
        let levels = |levels: &Levels| {
            let all = levels.levels().into_iter();
            all.map(|names| names.iter().map(|name| beside(folder, name)).collect()).collect()
        };
        let files = about.layers.iter().map(|(kind, own)| (*kind, levels(own)));
        let files = files.collect::<FilesByLayer>();
        let mut reader = Reader::new(&mut self.sources, &mut self.texts);
        let policies = reader.policies(&files);
        let (unreadable, findings) = (reader.unreadable, reader.findings);
        let documents = Documents { policies, account: about.account.clone() };
        let all = (vec![(None, Subject::Documents(documents))], findings);
        Error::unless_unreadable(&self.sources, unreadable, all)
    }
}

/// The condition keys that the settings of the connections assume, in words.
fn assumed(subjects: &[Named]) -> Vec<String> {
    let setups = subjects.iter().filter_map(|(_, subject)| match subject {
        Subject::Connection(setup) => Some(setup),
        Subject::Documents(_) => None,
    });
    let words = setups.flat_map(|setup| &setup.assume).map(|own| {
        let key = display_name(&own.key);
        match &own.value {
            Some(value) => format!("{key} is {value}"),
            None => format!("{key} is absent"),
        }
    });
    words.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The finding about words that no expectation needs.
fn untested_words(sources: &Sources, what: &str, span: crate::source::Span) -> finding::Finding {
    let text = sources.text(span).split_whitespace().collect::<Vec<_>>().join(" ");
    let short = match text.char_indices().nth(60) {
        Some((at, _)) => format!("{}..", &text[..at]),
        None => text,
    };
    let message = format!("no test needs this {what}: {short}");
    Finding::new(codes::UNTESTED, span, message)
}
