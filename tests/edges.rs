//! `compare` and `can` are held to decisions about single requests: random pairs, a third each with variables, with
//! names that contain each other, and with several layers.

use crate::possible::{Example, faults, faults_of_sample};
use crate::support::documents::policy;
use crate::support::edges::{Dice, Edges, Made, OWNER, caller, changed, policy as random_policy};
use ica_policy::authz::{
    Ambiguity, Caller, Choice, Context, Layer, Layers, Readings, Request, decisive,
};
use ica_policy::eval::{Outcome, allows_as_documents, decide, decide_under};
use ica_policy::model::{Policy, PolicyKind};
use ica_policy::symbolic::{
    Access, Answer, Compared, Granted, Question, Relation, Requests, Sample, Who, Within, can,
    compare, compare_access, together,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

fn setting(name: &str, usual: u64) -> u64 {
    crate::support::random::number(name).unwrap_or(usual)
}

fn can_be(request: &Request) -> bool {
    let example = Example {
        caller: Some(&request.caller),
        principal: None,
        action: Some(&request.action),
        resource: Some(&request.resource),
        context: &request.context,
        absent: Vec::new(),
    };
    faults(&example).is_empty()
}

/// What a relation says that no request does.
fn breaks(relation: Relation, was: bool, is: bool) -> bool {
    use Relation::{Equal, Incomparable, NewAllowsLess, NewAllowsMore, Unknown};
    match relation {
        Unknown | Incomparable => false,
        Equal => was != is,
        NewAllowsMore => was && !is,
        NewAllowsLess => is && !was,
    }
}

fn sample_caller(sample: &Sample) -> Caller {
    let name = sample.principal.as_deref().unwrap_or("*");
    let (name, issuer) = match name.split_once(" of ") {
        Some((name, issuer)) => (name, Some(issuer)),
        None => (name.trim_start_matches("Service:"), None),
    };
    Caller::parse(name, issuer).unwrap_or(Caller::Anonymous)
}

/// What was counted, and what was wrong.
#[derive(Default)]
struct Tally {
    relations: BTreeMap<String, u64>,
    unknown: BTreeMap<String, u64>,
    wrong: Vec<String>,
    requests: u64,
    seed: u64,
}

impl Tally {
    fn count(&mut self, about: &str, compared: &Compared, pair: &Value) {
        *self.relations.entry(format!("{about} {:?}", compared.relation)).or_default() += 1;
        if compared.relation != Relation::Unknown {
            return;
        }
        for answer in [&compared.gained, &compared.lost] {
            if let Answer::Unknown(undecided) = answer {
                if std::env::var_os("EDGE_UNKNOWN").is_some() {
                    let seed = self.seed;
                    eprintln!("unknown {about}: {undecided:?}\n  {pair}\n  seed {seed}");
                }
                let open = deciding(&compared.readings);
                let reason = format!("{about} {}{open}", undecided.reason);
                *self.unknown.entry(reason).or_default() += 1;
            }
        }
    }
}

/// The open points that answers differ by, as words behind a reason.
fn deciding<A: Copy + PartialEq>(readings: &[(Vec<(Ambiguity, Choice)>, A)]) -> String {
    let points = decisive(readings).into_iter().flat_map(|(choices, _)| choices);
    let names = points.map(|(ambiguity, _)| ambiguity.id()).collect::<BTreeSet<_>>();
    names.into_iter().map(|name| format!(", {name}")).collect()
}

fn document_kind(made: Made) -> PolicyKind {
    if made.has_principals { PolicyKind::Resource } else { PolicyKind::Identity }
}

/// Faults of a comparison of two documents.
fn faults_of_documents(
    seed: u64,
    made: Made,
    old: &Value,
    new: &Value,
    many: u64,
    tally: &mut Tally,
) -> Vec<String> {
    let kind = document_kind(made);
    let [before, after] = [old, new].map(|value| policy(&value.to_string(), kind));
    let edges = Edges::new(&[old, new], &[&before, &after]);
    let mut dice = Dice::new(seed ^ 0xA5A5);
    let mut wrong = Vec::new();
    let compared = [Requests::Any, Requests::Possible]
        .map(|asked| (asked, compare(&[&before], &[&after], asked)));
    for (asked, compared) in &compared {
        tally.count(&format!("{asked:?}"), compared, &json!([old, new]));
        let readings = Readings::default();
        let allows = |policy: &Policy, request: &Request| {
            allows_as_documents(request, &request.caller, &[policy], &readings)
        };
        for (answer, from, to) in
            [(&compared.gained, &before, &after), (&compared.lost, &after, &before)]
        {
            let Answer::Some(gain) = answer else { continue };
            let sample = &gain.sample;
            let request = Request {
                caller: sample_caller(sample),
                action: sample.action.clone().unwrap_or_else(|| "x:x".to_owned()),
                resource: sample.resource.clone().unwrap_or_else(|| "*".to_owned()),
                resource_account: None,
                credentials: None,
                endpoint: None,
                bucket: None,
                context: sample.context.clone(),
            };
            if compared.readings.len() == 1 && (allows(from, &request) || !allows(to, &request)) {
                wrong.push(format!("{asked:?}: the witness shows nothing: {sample:?}"));
            }
            if *asked == Requests::Any {
                continue;
            }
            let faults = faults_of_sample(sample);
            if !faults.is_empty() {
                wrong.push(format!("the witness cannot be: {faults:?} {sample:?}"));
            }
        }
    }
    let readings = Readings::default();
    for _ in 0..many {
        let caller = caller(&mut dice, kind == PolicyKind::Identity);
        let Some(request) = edges.request(&mut dice, &caller, Some(OWNER)) else { continue };
        let [was, is] = [&before, &after]
            .map(|policy| allows_as_documents(&request, &request.caller, &[policy], &readings));
        tally.requests += 1;
        for (asked, compared) in &compared {
            let first = compared.readings[0].1;
            if breaks(first, was, is) && (*asked == Requests::Any || can_be(&request)) {
                wrong.push(format!("{asked:?}: {first:?}, but {was} -> {is}: {request:?}"));
            }
        }
    }
    wrong
}

/// The layers of a caller: identity, boundary, service control, resource; some are absent.
struct Side(Vec<Option<Policy>>);

const KINDS: [PolicyKind; 4] =
    [PolicyKind::Identity, PolicyKind::Boundary, PolicyKind::Scp, PolicyKind::Resource];

impl Side {
    fn new(documents: &Value) -> Side {
        let read = |(own, kind): (&Value, PolicyKind)| {
            (!own.is_null()).then(|| policy(&own.to_string(), kind))
        };
        Side(documents.as_array().unwrap().iter().zip(KINDS).map(read).collect())
    }

    fn policies(&self) -> impl Iterator<Item = &Policy> {
        self.0.iter().flatten()
    }

    fn layers(&self) -> Layers<'_> {
        let layer = |at: usize| {
            self.0[at].as_ref().map_or(Layer::Absent, |policy| Layer::Policies(vec![policy]))
        };
        Layers {
            identity: layer(0),
            boundary: layer(1),
            scps: self.0[2].iter().map(|policy| vec![policy]).collect(),
            resource: layer(3),
            ..Layers::default()
        }
    }
}

/// Faults of a comparison of the layers of one caller, and of an answer of `can` about the new ones.
fn faults_of_layers(
    seed: u64,
    old: &Value,
    new: &Value,
    many: u64,
    tally: &mut Tally,
) -> Vec<String> {
    let sides = [old, new].map(Side::new);
    let documents = [old, new].map(|side| side.as_array().unwrap());
    let documents =
        documents.into_iter().flatten().filter(|one| !one.is_null()).collect::<Vec<_>>();
    let policies = sides.iter().flat_map(Side::policies).collect::<Vec<_>>();
    let edges = Edges::new(&documents, &policies);
    let mut dice = Dice::new(seed ^ 0x5A5A);
    let caller = caller(&mut dice, true);
    let [before, after] = [&sides[0], &sides[1]].map(Side::layers);
    let within = Within {
        actions: "s3:".to_owned(),
        resources: vec!["arn:aws:s3:::b".to_owned()],
        below: vec!["arn:aws:s3:::b/".to_owned()],
        example: ("s3:getobject".to_owned(), "arn:aws:s3:::b/x".to_owned()),
        account: OWNER.to_owned(),
        through_endpoint: None,
    };
    let access = |layers| Access::new(&caller, layers, &within, &Context::new(), &[]);
    let (Ok(first), Ok(second)) = (access(&before), access(&after)) else { return Vec::new() };
    let compared = compare_access(&first, &second);
    if std::env::var_os("EDGE_UNKNOWN").is_some() {
        eprintln!("caller {caller:?}");
    }
    tally.count("layers", &compared, &json!([old, new]));
    let action = *dice.pick(&["s3:GetObject", "s3:PutObject", "s3:ListBucket"]);
    let resource = *dice.pick(&["*", "arn:aws:s3:::b/*", "arn:aws:s3:::b/ana/*", "arn:aws:s3:::b"]);
    let answers = can(&Question {
        who: Who::Caller(&caller, &after),
        actions: vec![action.to_owned()],
        resources: vec![resource.to_owned()],
        account: Some(OWNER.to_owned()),
        context: Vec::new(),
    });
    let granted = together(answers.iter().map(|answer| answer.granted));
    if !answers.is_empty() {
        *tally.relations.entry(format!("can {granted:?}")).or_default() += 1;
        let undecided = answers.iter().filter_map(|answer| answer.undecided.as_ref());
        undecided.filter(|_| granted == Granted::Unknown).for_each(|undecided| {
            let open = answers.iter().map(|answer| deciding(&answer.readings)).collect::<String>();
            *tally.unknown.entry(format!("can {}{open}", undecided.reason)).or_default() += 1;
        });
    }
    let mut wrong = Vec::new();
    let readings = Readings::default();
    for _ in 0..many {
        let Some(request) = edges.request(&mut dice, &caller, Some(OWNER)) else { continue };
        tally.requests += 1;
        let allows = |layers| decide_under(&request, layers, &readings).outcome == Outcome::Allowed;
        let is_within =
            request.resource == "arn:aws:s3:::b" || request.resource.starts_with("arn:aws:s3:::b/");
        let (was, is) = (allows(&before), allows(&after));
        if is_within && breaks(compared.readings[0].1, was, is) {
            wrong.push(format!("{:?}, but {was} -> {is}: {request:?}", compared.readings[0].1));
        }
        let is_of_pattern = match resource.strip_suffix('*') {
            Some(start) => request.resource.starts_with(start),
            None => request.resource == resource,
        };
        if answers.is_empty()
            || !is_of_pattern
            || !request.action.eq_ignore_ascii_case(action)
            || !can_be(&request)
        {
            continue;
        }
        let outcome = decide(&request, &after).outcome;
        let breaks = match granted {
            Granted::All => !matches!(outcome, Outcome::Allowed | Outcome::Undetermined),
            Granted::None => outcome == Outcome::Allowed,
            Granted::Some | Granted::Unknown => false,
        };
        if breaks {
            wrong.push(format!(
                "can {action} on {resource}: {granted:?}, but {outcome:?}: {request:?}"
            ));
        }
    }
    for answer in &answers {
        for (shown, wanted) in [(&answer.allowed, true), (&answer.denied, false)] {
            let Some(shown) = shown else { continue };
            let outcome = decide(&shown.request, &after).outcome;
            let is_so = outcome == Outcome::Undetermined || (outcome == Outcome::Allowed) == wanted;
            if !is_so || !can_be(&shown.request) {
                wrong.push(format!("can: the example is {outcome:?}: {:?}", shown.request));
            }
        }
    }
    wrong
}

fn layers(dice: &mut Dice) -> Value {
    let plain = |dice: &mut Dice, has_principals| {
        let has_variables = dice.is_one_in(2);
        random_policy(dice, Made { has_principals, has_variables })
    };
    let rare = |dice: &mut Dice, has_principals| match dice.is_one_in(3) {
        true => plain(dice, has_principals),
        false => Value::Null,
    };
    let mut all = [plain(dice, false), rare(dice, false), rare(dice, false), rare(dice, true)];
    // Most layers let through what another one decides.
    for policy in &mut all[..3] {
        if !policy.is_null() && dice.is_one_in(2) {
            let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
            policy["Statement"].as_array_mut().unwrap().push(everything);
        }
    }
    json!(all)
}

fn layers_changed(dice: &mut Dice, old: &Value) -> Value {
    let mut new = old.clone();
    let given = (0..4).filter(|at| !old[*at].is_null()).collect::<Vec<_>>();
    let at = *dice.pick(&given);
    let made = Made { has_principals: at == 3, has_variables: true };
    new[at] = changed(dice, &old[at], made);
    new
}

/// `EDGE_CASES` sets how many pairs are tried, `EDGE_REQUESTS` with how many requests each.
#[test]
fn what_is_said_of_all_requests_holds_in_a_small_world() {
    let (cases, many) = (setting("EDGE_CASES", 10_000), setting("EDGE_REQUESTS", 20));
    let start = setting("EDGE_START", 0);
    let mut tally = Tally::default();
    let only = std::env::var("EDGE_ONLY")
        .ok()
        .map(|text| text.split(',').map(|seed| seed.parse().unwrap()).collect::<Vec<u64>>());
    for seed in only.unwrap_or_else(|| (start..start + cases).collect()) {
        tally.seed = seed;
        let mut dice = Dice::new(seed);
        let made = Made { has_principals: seed % 3 == 1, has_variables: seed % 3 == 0 };
        let is_layered = seed % 3 == 2;
        let old = if is_layered { layers(&mut dice) } else { random_policy(&mut dice, made) };
        let new = if is_layered {
            layers_changed(&mut dice, &old)
        } else {
            changed(&mut dice, &old, made)
        };
        let faults = |old: &Value, new: &Value, tally: &mut Tally| match is_layered {
            true => faults_of_layers(seed, old, new, many, tally),
            false => faults_of_documents(seed, made, old, new, many, tally),
        };
        let wrong = faults(&old, &new, &mut tally);
        if let Some(first) = wrong.first() {
            eprintln!("{seed}: {first}\n  old {old}\n  new {new}");
            tally.wrong.push(format!("{seed}: {first}"));
        }
        if seed % 10_000 == 9_999 {
            eprintln!("{seed}: {:?} {:?}", tally.relations, tally.unknown);
        }
    }
    eprintln!("{} requests: {:#?} {:#?}", tally.requests, tally.relations, tally.unknown);
    assert!(tally.wrong.is_empty(), "{} of {cases} are wrong", tally.wrong.len());
    let of = |word: &str| {
        let named = tally.relations.iter().filter(|(name, _)| name.contains(word));
        named.map(|(_, count)| count).sum::<u64>()
    };
    // What AWS's pages leave open nobody can decide.
    let undecided = tally.unknown.iter().filter(|(reason, _)| !reason.contains("leave open"));
    let undecided = undecided.map(|(_, count)| count).sum::<u64>();
    // 0.7 % today; the aim is 0.5 %.
    assert!(undecided * 100 <= of(""), "{undecided} of {} are unknown", of(""));
    assert!(of("Equal") * 10 > cases && of("More") * 10 > cases && of("Less") * 20 > cases);
}
