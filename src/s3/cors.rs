//! Cross-origin rules as S3 evaluates them: the first rule that matches is used (S3:cors,
//! S3:ManageCorsUsing, S3:cors-troubleshooting).

use super::shape::{Kind, Read};
use crate::finding::{Finding, codes};
use crate::source::{Span, Spanned};
use crate::tree::{Member, Node, Value};

const KIND: Kind = Kind { words: "CORS rules", call: "aws s3api get-bucket-cors --bucket NAME" };

/// Most rules that a bucket can have.
const MOST_RULES: usize = 100;

/// The methods that a rule can name. `OPTIONS` is not among them: it is the preflight request
/// itself.
const METHODS: [&str; 5] = ["GET", "PUT", "POST", "DELETE", "HEAD"];

const MEMBERS: [&str; 6] =
    ["AllowedOrigins", "AllowedMethods", "AllowedHeaders", "ExposeHeaders", "MaxAgeSeconds", "ID"];

/// The rules of a bucket, in order.
#[derive(Clone, PartialEq, Debug)]
pub struct Cors {
    /// The rules.
    pub rules: Vec<CorsRule>,
    /// The list.
    pub span: Span,
    /// Whether AWS would refuse to store it. What is in force is then not known.
    pub refused: bool,
}

/// One rule.
#[derive(Clone, PartialEq, Debug)]
pub struct CorsRule {
    /// The whole rule.
    pub span: Span,
    /// Origins such as `https://example.com`; each may have one `*`.
    pub origins: Vec<Spanned<String>>,
    /// Methods such as `PUT`.
    pub methods: Vec<Spanned<String>>,
    /// Headers that a browser may send; each may have one `*`. Names compare without case.
    pub headers: Vec<Spanned<String>>,
    /// Headers of the response that scripts may read.
    pub exposed: Vec<Spanned<String>>,
    /// The list of exposed headers, if it is there.
    pub exposed_span: Option<Span>,
}

/// Whether a rule matches. AWS compares origins as text. No page says whether case counts, so
/// letters in another case leave it open.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fit {
    /// It matches.
    Yes,
    /// It matches only if case does not count.
    InOtherCase,
    /// It does not match.
    No,
}

impl CorsRule {
    /// Whether the rule allows an origin.
    pub fn names_origin(&self, origin: &str) -> Fit {
        let names = |fits: fn(&str, &str) -> bool| {
            self.origins.iter().any(|pattern| fits(&pattern.node, origin))
        };
        if names(one_star) {
            Fit::Yes
        } else if names(|pattern, text| {
            one_star(&pattern.to_ascii_lowercase(), &text.to_ascii_lowercase())
        }) {
            Fit::InOtherCase
        } else {
            Fit::No
        }
    }

    /// Whether the rule allows a method.
    pub fn names_method(&self, method: &str) -> bool {
        self.methods.iter().any(|known| known.node == method)
    }

    /// Whether the rule lets a browser send any header.
    pub fn allows_all_headers(&self) -> bool {
        self.headers.iter().any(|header| header.node == "*")
    }

    /// Whether scripts may read a header of the response.
    pub fn exposes(&self, header: &str) -> bool {
        self.exposed.iter().any(|known| known.node.eq_ignore_ascii_case(header))
    }
}

/// Matches a pattern with at most one `*`, which is any run of characters.
fn one_star(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, end)) => {
            text.len() >= start.len() + end.len() && text.starts_with(start) && text.ends_with(end)
        }
    }
}

/// Reads the answer of `get-bucket-cors`, the input of `put-bucket-cors`, the list of the console,
/// or a single rule.
///
/// # Errors
/// The text has another shape.
pub fn read_cors(root: &Node) -> Read<Cors> {
    let inside = KIND.inside(KIND.inside(root, &["CORSConfiguration"]), &["CORSRules"]);
    let rules = match &inside.value {
        Value::Array(rules) => rules.as_slice(),
        // A single rule. An object without any member of a rule is something else.
        Value::Object(members)
            if members.iter().any(|member| MEMBERS.contains(&member.name.text.as_str())) =>
        {
            std::slice::from_ref(inside)
        }
        _ => return Err(KIND.other(inside, "there is no `CORSRules` in it")),
    };
    let rules = rules.iter().map(read_rule).collect::<Result<Vec<_>, _>>()?;
    let mut refused = rules.iter().flat_map(refused_of).collect::<Vec<_>>();
    if rules.is_empty() || rules.len() > MOST_RULES {
        let message =
            format!("AWS stores between 1 and {MOST_RULES} CORS rules, here are {}", rules.len());
        refused.push(
            Finding::new(codes::REFUSED_CORS, inside.span, message)
                .help("say `none` if there are none"),
        );
    }
    Ok((Cors { rules, span: inside.span, refused: !refused.is_empty() }, refused))
}

fn read_rule(node: &Node) -> Result<CorsRule, Finding> {
    let members = KIND.object(node)?;
    if let Some(other) = members.iter().find(|member| !MEMBERS.contains(&member.name.text.as_str()))
    {
        return Err(KIND.unknown_member(other, &MEMBERS));
    }
    let find = |name: &str| members.iter().find(|member| member.name.text == name);
    let texts =
        |member: Option<&Member>| member.map_or(Ok(Vec::new()), |member| KIND.texts(&member.value));
    Ok(CorsRule {
        span: node.span,
        origins: texts(find("AllowedOrigins"))?,
        methods: texts(find("AllowedMethods"))?,
        headers: texts(find("AllowedHeaders"))?,
        exposed: texts(find("ExposeHeaders"))?,
        exposed_span: find("ExposeHeaders").map(|member| member.value.span),
    })
}

/// What AWS would refuse to store of a rule.
fn refused_of(rule: &CorsRule) -> Vec<Finding> {
    let finding = |span, message: String, help: &str| {
        Finding::new(codes::REFUSED_CORS, span, message).help(help)
    };
    let missing =
        [("AllowedOrigins", rule.origins.is_empty()), ("AllowedMethods", rule.methods.is_empty())];
    let missing = missing.into_iter().filter(|(_, is_missing)| *is_missing);
    let missing = missing
        .map(|(name, _)| finding(rule.span, format!("a CORS rule needs `{name}`"), "add the list"));
    let methods = rule.methods.iter().filter(|method| !METHODS.contains(&method.node.as_str()));
    let methods = methods.map(|method| {
        let help = format!("there are {}, in upper case", METHODS.join(", "));
        finding(method.span, format!("`{}` is no method of a CORS rule", method.node), &help)
    });
    let stars = rule
        .origins
        .iter()
        .chain(&rule.headers)
        .filter(|pattern| pattern.node.matches('*').count() > 1);
    let stars = stars.map(|pattern| {
        finding(
            pattern.span,
            format!("`{}` has more than one `*`", pattern.node),
            "one is the most",
        )
    });
    missing.chain(methods).chain(stars).collect()
}
