//! The name of a kind of finding, and what is said of the kind as a whole.

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Probably not what was meant.
    Warning,
    /// AWS would refuse the document, or the text cannot be read.
    Error,
}

impl Severity {
    /// The word in reports.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// The part of the manual that explains a code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Section {
    /// The text cannot be read.
    Text,
    /// The document is no policy that AWS would store.
    Policy,
    /// Rules about policies.
    Rule,
    /// The settings of a bucket and of a connection.
    Setting,
    /// The configuration of `lint`.
    Configuration,
    /// Why a request gets its answer.
    Request,
    /// Why an operation is not allowed.
    Cause,
    /// What only a person can decide.
    Decision,
    /// What a slip of the pen would do.
    Slip,
}

impl Section {
    /// The name of the section in `docs/findings.md`.
    pub fn anchor(self) -> &'static str {
        match self {
            Section::Text => "text",
            Section::Policy => "policy",
            Section::Rule => "rule",
            Section::Setting => "setting",
            Section::Configuration => "configuration",
            Section::Request => "request",
            Section::Cause => "cause",
            Section::Decision => "decision",
            Section::Slip => "slip",
        }
    }

    /// What its findings have in common.
    pub fn about(self) -> &'static str {
        match self {
            Section::Text => {
                "The text is no JSON as AWS reads it. `ica-policy` reads on behind a mistake, to report them all, but decides nothing."
            }
            Section::Policy => {
                "AWS would refuse to store the policy, or ignores a part of it. An error: AWS refuses the document. `check` and `compare` go on and \
                 count the words against the request and for it; `simulate` decides nothing."
            }
            Section::Rule => {
                "What rules find in a policy that can be read. An error: AWS refuses to store the policy. No verdict changes."
            }
            Section::Setting => {
                "The settings of a bucket, or of the connection between ICA and the bucket."
            }
            Section::Configuration => {
                "The configuration of `lint`, `ica-policy.toml`, and its baseline: docs/lint.md says what may be in them."
            }
            Section::Request => {
                "Which words of a policy cause the answer of `can`, `compare` or `simulate`."
            }
            Section::Cause => "Why `check` does not find an operation of ICA allowed.",
            Section::Decision => "Why `fix` leaves something to a person.",
            Section::Slip => {
                "What `fuzz` says of the words of a policy that works: what one slip of the pen in them would do."
            }
        }
    }
}

/// The name of a kind of finding. A code is made in the table [`super::codes`] or in the file of
/// its rule, and nowhere else.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Code(&'static Row);

/// How certain it is that such a finding is a mistake.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// It depends on what the author wants.
    Low,
    /// There are cases in which the words are meant.
    Medium,
    /// It follows from the text and AWS's pages.
    High,
}

/// For whom a rule is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// Whoever writes a policy.
    Everyone,
    /// Whoever reviews policies for what they give away.
    Security,
    /// Whoever wants opinions as well; off by default.
    Pedantic,
}

/// A row of the registry.
#[derive(PartialEq, Eq, Debug)]
pub struct Row {
    /// Stable name in kebab case, such as `duplicate-member`.
    pub id: &'static str,
    /// How bad findings of this kind are, if the place says nothing else.
    pub severity: Severity,
    /// The section of the manual that explains it.
    pub section: Section,
    /// What findings of this kind say, in one line.
    pub summary: &'static str,
    /// How certain it is.
    pub confidence: Confidence,
    /// For whom it is.
    pub audience: Audience,
    /// The codes of IAM Access Analyzer's policy checks that say the same (IAM:access-analyzer-reference-policy-checks).
    pub analyzer: &'static [&'static str],
    /// The page of the rule: what, why, examples, what to do, source. Empty for other findings.
    pub manual: &'static str,
}

impl Row {
    /// What most rows have in common.
    pub(crate) const PLAIN: Row = Row {
        id: "",
        severity: Severity::Warning,
        section: Section::Rule,
        summary: "",
        confidence: Confidence::High,
        audience: Audience::Everyone,
        analyzer: &[],
        manual: "",
    };
}

impl Code {
    pub(crate) const fn of(row: &'static Row) -> Code {
        Code(row)
    }

    /// Stable name in kebab case, such as `duplicate-member`.
    pub fn id(self) -> &'static str {
        self.0.id
    }

    /// The row of the registry.
    pub fn row(self) -> &'static Row {
        self.0
    }
}

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}
