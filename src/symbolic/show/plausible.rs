//! A request that a person recognises, in the place of one that only shows the point.

use crate::authz::ContextValue;
use crate::aws;
use crate::aws::{Action, ArnTemplate};
use crate::model::{Part, Pattern, ResourceKind, Statement};
use crate::symbolic::boxes::Sample;

/// Actions that are tried; each is asked of both sides with each resource.
const MOST_ACTIONS: usize = 40;

/// Actions whose forms of ARNs are tried.
const MOST_FORMED: usize = 8;

/// Resources that are tried.
const MOST_RESOURCES: usize = 8;

/// Actions, and resources of each, that are tried where a thorough search comes next.
const FEW_ACTIONS: usize = 6;
const FEW_RESOURCES: usize = 2;

/// Actions that everybody knows come first.
const FAMILIAR: [&str; 6] = [
    "s3:getobject",
    "s3:putobject",
    "s3:deleteobject",
    "s3:listbucket",
    "s3:getbucketlocation",
    "iam:passrole",
];

/// Names for what no statement spells out.
const PARTITION: &str = "aws";
const REGION: &str = "eu-central-1";
const ACCOUNT: &str = "111122223333";
const USER: &str = "arn:aws:iam::111122223333:user/ana";
const BUCKET: &str = "arn:aws:s3:::example-bucket";
const OBJECT: &str = "arn:aws:s3:::example-bucket/a.bam";

/// The key that says who asks.
const PRINCIPAL_ARN: &str = "aws:principalarn";

/// Texts that are shorter were made up by the search, or may be.
const SHORTEST_NAME: usize = 5;

/// Keys of objects, for a `*` at the end; the second is for policies that speak of the first.
const KEYS: [&str; 2] = ["a.bam", "sample1/reads.fastq.gz"];

/// Values that a person expects of a key, tried in turn.
const EXPECTED: [(&str, &str); 9] = [
    (PRINCIPAL_ARN, USER),
    ("aws:principalaccount", ACCOUNT),
    ("aws:principalaccount", "444455556666"),
    ("aws:sourceaccount", "444455556666"),
    ("aws:sourcevpce", "vpce-0a1b2c3d4e5f60718"),
    ("aws:sourcevpc", "vpc-0a1b2c3d4e5f60718"),
    ("aws:principalorgid", "o-a1b2c3d4e5"),
    ("aws:requestedregion", REGION),
    ("s3:prefix", "ica/"),
];

/// Patterns of the policies, and of the question, that a request may be spelt after.
#[derive(Default)]
pub(crate) struct Hints<'a> {
    pub actions: Vec<&'a Pattern>,
    pub resources: Vec<&'a Pattern>,
}

impl<'a> Hints<'a> {
    /// What statements spell out.
    pub(crate) fn of(statements: &[&'a Statement]) -> Hints<'a> {
        let mut hints = Hints::default();
        for statement in statements {
            let actions = statement.action.iter().filter(|element| !element.not);
            let actions = actions.flat_map(|element| &element.patterns);
            hints.actions.extend(actions.map(|pattern| &pattern.pattern));
            let resources = statement.resource.iter().filter(|element| !element.not);
            for pattern in resources.flat_map(|element| &element.patterns) {
                if let ResourceKind::Arn(pattern) = &pattern.kind {
                    hints.resources.push(pattern);
                }
            }
        }
        hints
    }
}

/// The same request with real names where one still shows the same; `shows` asks the other engine.
pub(crate) fn plausible(
    sample: Sample,
    hints: &Hints<'_>,
    shows: &dyn Fn(&Sample) -> bool,
) -> Sample {
    let mut sample = sample;
    if sample.principal.as_ref().is_none_or(|principal| !principal.contains(':')) {
        let principal = sample.principal.as_ref().map(|_| USER.to_owned());
        try_instead(&mut sample, shows, |sample| sample.principal = principal);
    }
    let own_arn = sample.principal.clone().map(|principal| (PRINCIPAL_ARN, principal));
    let expected = own_arn.into_iter().chain(EXPECTED.map(|(key, value)| (key, value.to_owned())));
    for (key, value) in expected {
        if let Some(ContextValue::One(own)) = sample.context.get(key)
            && own.len() < SHORTEST_NAME
        {
            try_instead(&mut sample, shows, |sample| sample.context.set_one(key, value));
        }
    }
    with_real_names(&sample, hints, shows).unwrap_or(sample)
}

/// The same request with an action and a resource that AWS has; `None`: none of a few shows the same. `is_of` says whether
/// an action and a resource may.
pub(crate) fn actual(
    sample: &Sample,
    hints: &Hints<'_>,
    is_of: [&dyn Fn(&str) -> bool; 2],
    shows: &dyn Fn(&Sample) -> bool,
) -> Option<Sample> {
    if sample.action.is_none() {
        return shows(sample).then(|| sample.clone());
    }
    let (own, [is_action, is_resource]) = (sample.action.clone(), is_of);
    let literals = hints.actions.iter().filter_map(|pattern| pattern.as_literal());
    let wild = hints.actions.iter().filter(|pattern| pattern.has_wildcards());
    let names = own.into_iter().chain(literals.map(str::to_owned));
    let names = names.chain(wild.flat_map(|pattern| stood_for(pattern)));
    let names = names.chain(FAMILIAR.map(str::to_owned)).filter(|name| is_action(name));
    let known = names.filter_map(|name| Some((aws::action(&name)?, name)));
    let spelt = || hints.resources.iter().map(|pattern| spelt(pattern, sample, KEYS[0]));
    let usual = || [OBJECT, BUCKET, "*"].map(str::to_owned);
    let mut requests = known.take(FEW_ACTIONS).flat_map(|(action, name)| {
        let forms = action.resource_types().flat_map(|kind| kind.arns()).map(formed);
        let all = sample.resource.iter().cloned().chain(spelt()).chain(usual()).chain(forms);
        let suiting = all.filter(|text| suits(action, text) && is_resource(text));
        let with = move |resource| Sample {
            action: Some(name.clone()),
            resource: Some(resource),
            ..sample.clone()
        };
        suiting.take(FEW_RESOURCES).map(with).collect::<Vec<_>>()
    });
    requests.find(|candidate| shows(candidate))
}

/// The same request without keys that none of these statements reads, where it still shows the same without them.
pub(crate) fn read_alone(
    mut sample: Sample,
    deciding: &[&Statement],
    shows: &dyn Fn(&Sample) -> bool,
) -> Sample {
    let is_read = |key: &str| {
        deciding.iter().any(|statement| {
            statement.conditions.iter().any(|condition| *condition.key.node == *key)
                || statement.variables().any(|variable| *variable.key == *key)
        })
    };
    sample.absent.retain(|key| is_read(key));
    let keys = sample.context.iter().map(|(key, _)| key.to_owned()).collect::<Vec<_>>();
    for key in keys.iter().filter(|key| !is_read(key)) {
        try_instead(&mut sample, shows, |sample| sample.context.remove(key));
    }
    sample
}

fn try_instead(
    sample: &mut Sample,
    shows: &dyn Fn(&Sample) -> bool,
    change: impl FnOnce(&mut Sample),
) {
    let mut changed = sample.clone();
    change(&mut changed);
    if shows(&changed) {
        *sample = changed;
    }
}

/// An action that AWS has, on a resource of its kind; else one of the two alone.
fn with_real_names(
    sample: &Sample,
    hints: &Hints<'_>,
    shows: &dyn Fn(&Sample) -> bool,
) -> Option<Sample> {
    let actions = actions(sample, hints);
    let (hinted, own) = (resources(sample, hints), own_resources(sample));
    let with = |(action, resource): (&String, &str)| Sample {
        action: Some(action.clone()),
        resource: Some(resource.to_owned()),
        ..sample.clone()
    };
    let known = || actions.iter().filter_map(|name| Some((name, aws::action(name)?)));
    // The data has a form of the ARN, but no policy spells one.
    let own_action = known().filter(|(name, _)| sample.action.as_ref() == Some(*name));
    let of_form = known().take(MOST_FORMED).chain(own_action).flat_map(|(name, action)| {
        let forms = action.resource_types().flat_map(|kind| kind.arns());
        forms.map(move |form| (name, formed(form)))
    });
    // Of a service without data nothing says on which resources it works.
    let without_data = actions.iter().filter(|name| is_without_data(name));
    let all = || hinted.iter().chain(&own).map(String::as_str);
    let pairs = actions.iter().flat_map(|action| all().map(move |resource| (action, resource)));
    suiting(known(), &hinted)
        .map(with)
        .chain(of_form.map(|(name, resource)| with((name, resource.as_str()))))
        .chain(suiting(known(), &own).map(with))
        .chain(without_data.map(|name| with((name, "*"))))
        .chain(pairs.map(with))
        .find(|candidate| shows(candidate))
}

/// The actions, each with those of the resources on which it works.
fn suiting<'n>(
    actions: impl Iterator<Item = (&'n String, &'static Action)>,
    resources: &'n [String],
) -> impl Iterator<Item = (&'n String, &'n str)> {
    actions.flat_map(move |(name, action)| {
        let suiting = resources.iter().filter(move |resource| suits(action, resource));
        suiting.map(move |resource| (name, resource.as_str()))
    })
}

/// An ARN of a form.
fn formed(form: ArnTemplate) -> String {
    let mut text = String::new();
    let mut rest = form.text();
    while let Some((literal, after)) = rest.split_once("${") {
        text.push_str(literal);
        let (variable, after) = after.split_once('}').unwrap_or((after, ""));
        text.push_str(match variable {
            "Partition" => PARTITION,
            "Region" => REGION,
            "Account" => ACCOUNT,
            _ => "example",
        });
        rest = after;
    }
    text + rest
}

fn is_without_data(action: &str) -> bool {
    action.split_once(':').is_some_and(|(prefix, _)| aws::service(prefix).is_none())
}

/// Whether the action works on such a resource.
fn suits(action: &Action, resource: &str) -> bool {
    if action.is_resourceless() {
        return resource == "*";
    }
    // An object is more telling than an access point of it.
    action.resource_types().any(|kind| kind.matches(resource))
}

/// Actions that the statements name, then those that their wildcards stand for.
fn actions(sample: &Sample, hints: &Hints<'_>) -> Vec<String> {
    let literals = hints.actions.iter().filter_map(|pattern| pattern.as_literal());
    let mut names = literals.map(str::to_owned).collect::<Vec<_>>();
    names.truncate(MOST_ACTIONS / 2);
    names.extend(FAMILIAR.iter().map(|name| (*name).to_owned()));
    let wild = hints.actions.iter().filter(|pattern| pattern.has_wildcards());
    names.extend(wild.flat_map(|pattern| stood_for(pattern)).take(MOST_ACTIONS));
    // The familiar ones first, where the request may be any of them.
    names.sort_by_key(|name| {
        FAMILIAR.iter().position(|familiar| familiar == name).unwrap_or(FAMILIAR.len())
    });
    names.dedup();
    names.truncate(MOST_ACTIONS);
    names.extend(sample.action.clone());
    names
}

fn stood_for(pattern: &Pattern) -> impl Iterator<Item = String> {
    let start = match pattern.parts.first() {
        Some(Part::Literal(text)) => text.to_string(),
        _ => String::new(),
    };
    let (service, _) = start.split_once(':').unwrap_or((&start, ""));
    let service = aws::service(service);
    let names = service.into_iter().flat_map(|service| {
        service.actions().iter().map(|action| (service.prefix(), action.name()))
    });
    names
        .map(|(prefix, name)| format!("{prefix}:{name}").to_ascii_lowercase())
        .filter(move |name| name.starts_with(&start))
}

/// The patterns of the statements with plain words in the place of wildcards.
fn resources(sample: &Sample, hints: &Hints<'_>) -> Vec<String> {
    let spelt = |pattern: &&Pattern| KEYS.map(|key| spelt(pattern, sample, key));
    let mut names = hints.resources.iter().flat_map(spelt).collect::<Vec<_>>();
    names.truncate(MOST_RESOURCES);
    names.extend([OBJECT, BUCKET, "*"].map(str::to_owned));
    names.dedup();
    names
}

/// The resource that was found, as a person may know it.
fn own_resources(sample: &Sample) -> Vec<String> {
    let respelt = sample.resource.as_deref().into_iter().flat_map(respelt);
    respelt.chain(sample.resource.clone()).collect()
}

/// The same ARN in a partition, a region and an account that a person recognises; first all three, then each alone.
fn respelt(arn: &str) -> Vec<String> {
    let segments = arn.splitn(6, ':').collect::<Vec<_>>();
    let &[scheme, partition, service, region, account, resource] = segments.as_slice() else {
        return Vec::new();
    };
    let usual_region = if region.is_empty() { "" } else { REGION };
    let is_account = account.parse::<aws::AccountId>().is_ok();
    let usual_account = if is_account { ACCOUNT } else { account };
    let spell = |(partition, region, account): (&str, &str, &str)| {
        [scheme, partition, service, region, account, resource].join(":")
    };
    let ways = [
        (PARTITION, usual_region, usual_account),
        (partition, usual_region, usual_account),
        (PARTITION, region, account),
        (partition, usual_region, account),
        (partition, region, usual_account),
    ];
    ways.map(spell).into()
}

/// A pattern with words that could stand there: a region, an account, an object's key.
fn spelt(pattern: &Pattern, sample: &Sample, key: &str) -> String {
    let mut text = String::new();
    for (number, part) in pattern.parts.iter().enumerate() {
        let is_last = number + 1 == pattern.parts.len();
        match part {
            Part::Literal(literal) => text.push_str(literal),
            Part::One | Part::OneInSegment => text.push('x'),
            Part::Variable(variable) => text.push_str(&filled(variable, sample)),
            Part::AnyInWord => text.push_str("a1b2c3d4e5"),
            Part::AnyInSegment => text.push_str(in_segment(&text)),
            Part::Any if text.matches(':').count() < 5 => text.push_str(in_segment(&text)),
            Part::Any if is_last && text.ends_with('/') => text.push_str(key),
            Part::Any if is_last && text == "arn:aws:s3:::" => {
                text.push_str(&format!("example-bucket/{key}"))
            }
            Part::Any if text.ends_with(['/', ':', '-', '_', '.']) => text.push_str("example"),
            Part::Any => {}
        }
    }
    text
}

fn in_segment(before: &str) -> &'static str {
    match before.matches(':').count() {
        _ if !before.ends_with(':') => "",
        1 => PARTITION,
        2 => "s3",
        3 => REGION,
        4 => ACCOUNT,
        _ => "x",
    }
}

fn filled(variable: &crate::model::Variable, sample: &Sample) -> String {
    match (sample.context.get(&variable.key), &variable.default) {
        (Some(ContextValue::One(value)), _) => value.clone(),
        (_, Some(default)) => default.to_string(),
        _ => "x".to_owned(),
    }
}
