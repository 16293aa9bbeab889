//! The values of a connection that a template takes as parameters. The documents are made with a mark in the place of each; whoever
//! prints a template puts a reference there.

use super::plan::Plan;
use super::policy::literal;
use crate::model::Arn;
use crate::product::{Customer, KmsKey};

/// Stands before the name of a parameter in a document: characters that nobody assigns (Unicode: private use).
const OPEN: char = '\u{E000}';
/// Stands after the name.
const CLOSE: char = '\u{E001}';

/// A value that a template takes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// Its name in snake case.
    pub name: String,
    /// What it is.
    pub text: String,
    /// The value of this connection; `None`: it is not known.
    pub default: Option<String>,
    /// The form of its values, as a regular expression.
    pub pattern: &'static str,
}

/// A part of a text that may have marks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Part<'a> {
    /// Text as it is.
    Text(&'a str),
    /// The name of a parameter.
    Parameter(&'a str),
}

const BUCKET: &str = "^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$";
/// A prefix without what means something in a pattern of a policy.
const PREFIX: &str = "^$|^[^/*?$][^*?$]*/$";
const ACCOUNT: &str = "^[0-9]{12}$";
/// Names and paths of users and roles (IAM:reference_iam-quotas).
const NAME: &str = "^[A-Za-z0-9+=,.@_-]{1,64}$";
const PATH: &str = "^/([A-Za-z0-9+=,.@_/-]+/)?$";
const ROLE: &str = "^[A-Za-z0-9+=,.@_/-]{1,576}$";
const KEY: &str = "^[A-Za-z0-9-]{1,256}$";
/// A value that is text in a policy: no quotes, wildcards, variables or blanks.
const PLAIN: &str = r#"^[^"\\*?$\s]+$"#;

/// The plan with a mark for each value that a template can take, and these values.
pub fn parameters(plan: &Plan) -> (Plan, Vec<Parameter>) {
    let mut open = Open { plan: plan.clone(), parameters: Vec::new() };
    open.bucket();
    open.customer();
    open.key();
    open.vendor();
    open.placeholders();
    (open.plan, open.parameters)
}

/// The parts of a text.
pub fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, (name, after))) =
        rest.split_once(OPEN).and_then(|(before, rest)| Some((before, rest.split_once(CLOSE)?)))
    {
        parts.push(Part::Text(before));
        parts.push(Part::Parameter(name));
        rest = after;
    }
    parts.push(Part::Text(rest));
    parts.retain(|part| *part != Part::Text(""));
    parts
}

/// The name of a parameter as templates write it: `bucket_name` is `BucketName`.
pub fn pascal(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        let first = letters.next().map(|letter| letter.to_ascii_uppercase());
        first.into_iter().chain(letters).collect::<String>()
    };
    name.split('_').map(word).collect()
}

/// What is being made of a plan.
struct Open {
    plan: Plan,
    parameters: Vec<Parameter>,
}

impl Open {
    /// The mark of a new parameter; the value itself where it means something else in a policy than in other places, or has a mark.
    fn mark(&mut self, name: &str, text: &str, value: &str, pattern: &'static str) -> String {
        if literal(value) != value || value.contains([OPEN, CLOSE]) {
            return value.to_owned();
        }
        let default = Some(value.to_owned());
        self.parameters.push(Parameter {
            name: name.to_owned(),
            text: text.to_owned(),
            default,
            pattern,
        });
        marked(name)
    }

    fn bucket(&mut self) {
        let product = self.plan.product.wording().product;
        let bucket = self.plan.bucket.clone();
        self.plan.bucket = self.mark("bucket_name", "The bucket", &bucket, BUCKET);
        let text = format!(
            "The folder that {product} uses, with a slash at its end; empty for the whole bucket"
        );
        let prefix = self.plan.prefix.clone();
        self.plan.prefix = self.mark("prefix", &text, &prefix, PREFIX);
        let account = self.plan.account.clone();
        self.plan.account = self.mark("account_id", "The account of the bucket", &account, ACCOUNT);
    }

    /// A user or role of the bucket's account has the account's mark; another account stays as it is.
    fn customer(&mut self) {
        let product = self.plan.product.wording().product;
        let word = self.plan.customer.word();
        let arn = self.plan.customer.arn().clone();
        let account = self.account_of(arn.account());
        let text = format!("The {word} that {product} works as");
        let name = self.plan.customer_name.clone();
        let name = self.mark(&format!("{word}_name"), &text, &name, NAME);
        let text = format!("The path of the {word}, with a slash at both ends");
        let path = self.plan.customer_path.clone();
        let path = self.mark(&format!("{word}_path"), &text, &path, PATH);
        let text = format!("arn:{}:iam::{account}:{word}{path}{name}", arn.partition());
        (self.plan.customer_name, self.plan.customer_path) = (name, path);
        let Ok(marked) = Arn::parse(&text) else { return };
        self.plan.customer = match self.plan.customer {
            Customer::User(_) => Customer::User(marked),
            Customer::Role(_) => Customer::Role(marked),
        };
    }

    fn key(&mut self) {
        let Some(KmsKey::Arn(arn)) = self.plan.kms_key.clone() else { return };
        let Some(id) = arn.resource().strip_prefix("key/") else { return };
        let id = self.mark("kms_key_id", "The id of the KMS key", id, KEY);
        let account = self.account_of(arn.account());
        let text = format!("arn:{}:kms:{}:{account}:key/{id}", arn.partition(), arn.region());
        self.plan.kms_key = Arn::parse(&text).ok().map(KmsKey::Arn);
    }

    fn vendor(&mut self) {
        let Some(arn) = self.plan.cross_account_role.clone() else { return };
        let Some(name) = arn.resource().strip_prefix("role/") else { return };
        let vendor = self.plan.product.wording().vendor;
        let text = format!("{vendor}'s role of the region, in its account {}", arn.account());
        let name = self.mark("cross_account_role_name", &text, name, ROLE);
        let text = format!("arn:{}:iam::{}:role/{name}", arn.partition(), arn.account());
        self.plan.cross_account_role = Arn::parse(&text).ok();
    }

    /// What the product does not document has a value only if the user gave one.
    fn placeholders(&mut self) {
        for placeholder in self.plan.product.placeholders() {
            let value = self.plan.value(placeholder.name);
            let default = (value != placeholder.name).then(|| value.to_owned());
            let name = placeholder.name.to_lowercase();
            self.plan.set_value(placeholder.name, marked(&name));
            let text = placeholder.text.to_owned();
            self.parameters.push(Parameter { name, text, default, pattern: PLAIN });
        }
    }

    /// The account as the documents should have it: that of the bucket by its mark.
    fn account_of(&self, account: &str) -> String {
        let own = self.parameters.iter().find(|parameter| parameter.name == "account_id");
        match own.is_some_and(|own| own.default.as_deref() == Some(account)) {
            true => self.plan.account.clone(),
            false => account.to_owned(),
        }
    }
}

fn marked(name: &str) -> String {
    format!("{OPEN}{name}{CLOSE}")
}

#[cfg(test)]
mod tests {
    use super::{Part, marked, parts};

    #[test]
    fn a_text_is_split_at_its_marks() {
        let text = format!("a{}{}b\u{E000}c", marked("x"), marked("y"));
        let expected =
            [Part::Text("a"), Part::Parameter("x"), Part::Parameter("y"), Part::Text("b\u{E000}c")];
        assert_eq!(parts(&text), expected);
    }
}
