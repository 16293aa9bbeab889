//! A request to which a statement applies, as far as that can be made: what is varied at its edges.

use super::Side;
use super::values::near;
use crate::aws;
use crate::finding::fits_wildcards;
use crate::mutate::word::{Role, Word};
use std::collections::BTreeMap;

/// Who asks: the principal, and for a session who made it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Who {
    pub principal: String,
    pub issuer: Option<String>,
}

impl Who {
    /// The caller of a name in a policy, or of a value of `aws:PrincipalArn`; `own` makes federated sessions.
    pub(super) fn named(name: &str, own: &Who) -> Option<Who> {
        let who = |principal: String, issuer: Option<&str>| {
            Some(Who { principal, issuer: issuer.map(str::to_owned) })
        };
        let parts = name.splitn(6, ':').collect::<Vec<_>>();
        match parts.as_slice() {
            ["arn", partition, "iam", _, account, rest] => {
                if let Some(role) = rest.strip_prefix("role/") {
                    let role = role.rsplit('/').next()?;
                    let session =
                        format!("arn:{partition}:sts::{account}:assumed-role/{role}/session");
                    return who(session, Some(name));
                }
                if *rest == "root" {
                    return who(format!("arn:{partition}:iam::{account}:user/example"), None);
                }
                rest.starts_with("user/").then(|| who(name.to_owned(), None))?
            }
            ["arn", _, "sts", _, _, rest] if rest.starts_with("federated-user/") => {
                who(name.to_owned(), Some(&own.principal))
            }
            ["arn", partition, "sts", _, account, rest] => {
                let role = rest.strip_prefix("assumed-role/")?.split('/').next()?;
                who(name.to_owned(), Some(&format!("arn:{partition}:iam::{account}:role/{role}")))
            }
            [account] if aws::is_account_number(account) => {
                who(format!("arn:aws:iam::{account}:user/example"), None)
            }
            [service] if service.ends_with(".amazonaws.com") => who(name.to_owned(), None),
            _ => None,
        }
    }

    /// The account of the caller.
    pub(super) fn account(&self) -> Option<&str> {
        self.principal.split(':').nth(4)
    }
}

/// A request.
#[derive(Clone, Debug)]
pub(super) struct Base {
    pub who: Who,
    pub action: String,
    pub resource: String,
    /// Values of keys; a key with a quantifier has a list.
    pub context: BTreeMap<String, (String, bool)>,
}

/// The words of one statement.
pub(super) struct Statement<'a> {
    pub words: Vec<Word<'a>>,
    /// The caller for whom the documents are.
    pub own: Who,
    /// The account that owns the resources.
    pub account: &'a str,
    /// The resource of a document that names none, or all.
    pub resource: Option<&'a str>,
}

impl Statement<'_> {
    /// The request.
    pub(super) fn base(&self) -> Base {
        let mut base = Base {
            who: self.who(),
            action: String::new(),
            resource: String::new(),
            context: BTreeMap::new(),
        };
        for word in self.of(Role::Operator) {
            let keys = self.of(Role::Key).filter(|key| is_under(key, word));
            keys.for_each(|key| self.satisfy(key, &mut base));
        }
        base.action =
            self.actions().into_iter().next().unwrap_or_else(|| "s3:GetObject".to_owned());
        base.resource = self.resource_for(&base.action, &base);
        // An action that fits one of the resources is a better example.
        for action in self.actions() {
            let resource = self.resource_for(&action, &base);
            if fits(&action, &resource) {
                (base.action, base.resource) = (action, resource);
                break;
            }
        }
        base
    }

    pub(super) fn of(&self, role: Role) -> impl Iterator<Item = &Word<'_>> {
        self.words.iter().filter(move |word| word.role == role)
    }

    fn who(&self) -> Who {
        let named = self.of(Role::Principal).filter(|word| word.element == "Principal");
        let mut named = named.filter_map(|word| Who::named(word.text, &self.own));
        named.next().unwrap_or_else(|| self.own.clone())
    }

    /// Gives a key a value with which its condition holds.
    pub(super) fn satisfy(&self, key: &Word<'_>, base: &mut Base) {
        let Some(condition) = key.condition else { return };
        let values = self.values_of(key).collect::<Vec<_>>();
        let Some(first) = values.first() else { return };
        let (operator, is_list) = (condition.operator, condition.operator.contains(':'));
        let is_negated = operator.contains("Not");
        let value = match operator {
            _ if operator.contains("Null") && first.text == "true" => return,
            _ if operator.contains("Null") => "x".to_owned(),
            _ if operator.contains("Bool") => first.text.to_owned(),
            _ => {
                let found = near(first, &|text| self.filled(text, base));
                let is_wanted = |side: Side, number: usize| match side {
                    Side::Inside => !is_negated,
                    Side::Outside => is_negated,
                    Side::Border => number == border(operator),
                    Side::Case | Side::Absent => false,
                };
                let mut wanted = found.into_iter().enumerate();
                let own = wanted.find(|(number, (side, ..))| is_wanted(*side, *number));
                own.map_or_else(|| first.text.to_owned(), |(_, (_, _, text))| text)
            }
        };
        self.set(base, condition.key, &value, is_list);
    }

    /// The values under a key.
    pub(super) fn values_of(&self, key: &Word<'_>) -> impl Iterator<Item = &Word<'_>> {
        let span = key.condition.map(|condition| condition.span);
        self.of(Role::Value)
            .filter(move |value| value.condition.map(|condition| condition.span) == span)
    }

    /// Sets a key; those that say who asks change the caller.
    pub(super) fn set(&self, base: &mut Base, key: &str, value: &str, is_list: bool) {
        match key.to_ascii_lowercase().as_str() {
            "aws:principalarn" => {
                if let Some(who) = Who::named(value, &self.own) {
                    base.who = who;
                }
            }
            "aws:username" => {
                let account = base.who.account().unwrap_or(self.account).to_owned();
                let principal = format!("arn:aws:iam::{account}:user/{value}");
                base.who = Who { principal, issuer: None };
            }
            _ => drop(base.context.insert(key.to_owned(), (value.to_owned(), is_list))),
        }
    }

    /// A text with the values of its variables.
    pub(super) fn filled(&self, text: &str, base: &Base) -> String {
        let mut parts = text.split("${");
        let mut filled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let Some((name, rest)) = part.split_once('}') else { continue };
            let key = name.split(',').next().unwrap_or_default().trim();
            let known = base.context.iter().find(|(own, _)| own.eq_ignore_ascii_case(key));
            let of_user = base.who.principal.rsplit('/').next().unwrap_or_default();
            let value = match (known, key.to_ascii_lowercase().as_str()) {
                (Some((_, (value, _))), _) => value.as_str(),
                (None, "aws:username") => of_user,
                (None, "aws:principalaccount") => base.who.account().unwrap_or_default(),
                (None, "*" | "?" | "$") => key,
                _ => "x",
            };
            filled.push_str(value);
            filled.push_str(rest);
        }
        filled
    }

    /// Actions that the statement is about: of patterns one that AWS has; of `NotAction` one that is none of them.
    pub(super) fn actions(&self) -> Vec<String> {
        let words = self.of(Role::Action).collect::<Vec<_>>();
        let is_not = words.first().is_some_and(|word| word.element.starts_with("Not"));
        if is_not {
            let all =
                ["s3:GetObject", "s3:PutObject", "s3:ListBucket", "s3:DeleteObject", "iam:GetUser"];
            let is_out = |name: &&str| !words.iter().any(|word| matches(word.text, name));
            return all.into_iter().filter(is_out).map(str::to_owned).collect();
        }
        words.iter().filter_map(|word| example_action(word.text)).collect()
    }

    /// A resource of the statement for an action.
    pub(super) fn resource_for(&self, action: &str, base: &Base) -> String {
        let words = self.of(Role::Resource).collect::<Vec<_>>();
        let is_not = words.first().is_some_and(|word| word.element.starts_with("Not"));
        let other = self.resource.map_or_else(|| self.example(action), str::to_owned);
        if is_not || words.is_empty() {
            return other;
        }
        let filled = words.iter().map(|word| match word.text {
            "*" => other.clone(),
            text => {
                let text = self.filled(text, base).replace(['*', '?'], "x");
                with_places(&text, self.account)
            }
        });
        let filled = filled.collect::<Vec<_>>();
        let fitting = filled.iter().find(|resource| fits(action, resource));
        fitting.or(filled.first()).cloned().unwrap_or(other)
    }

    /// A resource of the first type that the action works on.
    fn example(&self, action: &str) -> String {
        let Some(action) = aws::action(action) else { return "arn:aws:s3:::example/x".to_owned() };
        let mut types = action.resource_types().filter(|_| !action.is_resourceless());
        let Some(template) = types.next().map(|of| of.arn()) else { return "*".to_owned() };
        let mut parts = template.split("${");
        let mut arn = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap_or((part, ""));
            arn.push_str(match name {
                "Partition" => "aws",
                "Region" => "us-east-1",
                "Account" => self.account,
                _ => "example",
            });
            arn.push_str(rest);
        }
        arn.replace('*', "x")
    }
}

/// Which of one less, the number itself and one more the operator accepts.
fn border(operator: &str) -> usize {
    match () {
        () if operator.contains("LessThan") && !operator.contains("Equals") => 0,
        () if operator.contains("GreaterThan") && !operator.contains("Equals") => 2,
        () if operator.contains("Not") => 2,
        () => 1,
    }
}

/// Whether a key stands under an operator.
fn is_under(key: &Word<'_>, operator: &Word<'_>) -> bool {
    key.span.lo > operator.span.lo
        && key.condition.map(|own| own.operator) == operator.condition.map(|own| own.operator)
}

/// Empty parts of an ARN that its type does not have empty.
fn with_places(arn: &str, account: &str) -> String {
    let parts = arn.splitn(6, ':').collect::<Vec<_>>();
    match parts.as_slice() {
        ["arn", partition, service, region, "x", rest] => {
            let region = if *region == "x" { "us-east-1" } else { region };
            format!("arn:{partition}:{service}:{region}:{account}:{rest}")
        }
        _ => arn.to_owned(),
    }
}

/// Whether AWS has the action for such a resource.
pub(super) fn fits(action: &str, resource: &str) -> bool {
    aws::action(action).is_some_and(|action| {
        let mut types = action.resource_types();
        types.any(|of| of.matches(resource)) || action.is_resourceless() && resource == "*"
    })
}

/// Whether a pattern of actions fits a name: `*` and `?` are wildcards, case does not count.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    fits_wildcards(&pattern.to_ascii_lowercase(), &name.to_ascii_lowercase())
}

/// An action that a pattern fits: one that AWS has, if there is one.
pub(super) fn example_action(pattern: &str) -> Option<String> {
    if pattern == "*" {
        return Some("s3:GetObject".to_owned());
    }
    let (service, _) = pattern.split_once(':')?;
    if !pattern.contains(['*', '?']) {
        return Some(pattern.to_owned());
    }
    let known = aws::service(service)?.actions().iter();
    let mut names = known.map(|action| format!("{service}:{}", action.name()));
    names.find(|name| matches(pattern, name))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn many_stars_take_no_longer() {
        assert!(!matches(&format!("s3:{}z", "*e".repeat(40)), &format!("s3:{}", "e".repeat(400))));
        for (pattern, name, fits) in [
            ("s3:Get*", "s3:getobject", true),
            ("s3:*Object*Acl", "s3:GetObjectVersionAcl", true),
            ("s3:Get?bject", "s3:GetObject", true),
            ("s3:Get?", "s3:Get", false),
            ("s3:*Acl", "s3:GetObject", false),
            ("*", "s3:GetObject", true),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
    }
}
