//! Which requests have the keys that an expectation knows.
//!
//! A request has no key that its action does not support (E3). So a key that the expectation says leaves only actions that support it, and one
//! that the connection assumes is in the requests of those actions alone: the same as in `check`.

use crate::authz::may_have_key;
use crate::aws;
use crate::product::KnownKey;
use crate::symbolic::Answered;
use std::collections::BTreeMap;

/// Asks about these actions, where these keys are known.
pub(super) type Ask<'a> = &'a dyn Fn(&[String], Vec<KnownKey>) -> Vec<Answered>;

/// The answers to a question about `actions`, asked with the keys that the requests of each action have.
pub(super) fn with_their_keys(
    actions: &[String],
    own: &[KnownKey],
    assumed: &[KnownKey],
    question: Ask<'_>,
) -> Vec<Answered> {
    let all = own.iter().chain(assumed).cloned().collect::<Vec<_>>();
    let answers = question(actions, all);
    let present = |keys: &[KnownKey]| {
        let present = keys.iter().filter(|(_, value)| value.is_some());
        present.map(|(key, _)| key.clone()).collect::<Vec<_>>()
    };
    let (said, assumed_present) = (present(own), present(assumed));
    let lacks = |action: &str, resource_type: Option<&str>, key: &str| {
        aws::action(action).is_some_and(|action| !may_have_key(action, resource_type, key))
    };
    // The actions by the assumed keys that their requests do not have; those that lack a key of the expectation are in no request that is meant.
    let mut groups = BTreeMap::<(Option<&'static str>, Vec<String>), Vec<String>>::new();
    let mut all_have_all = true;
    for answer in &answers {
        for action in &answer.actions {
            let lacks = |key: &&String| lacks(action, answer.resource_type, key);
            let lacking = assumed_present.iter().filter(lacks).cloned().collect::<Vec<_>>();
            let is_meant = !said.iter().any(|key| lacks(&key));
            all_have_all &= lacking.is_empty() && is_meant;
            if is_meant {
                groups.entry((answer.resource_type, lacking)).or_default().push(action.clone());
            }
        }
    }
    if all_have_all {
        return answers;
    }
    let asked = groups.into_iter().flat_map(|((resource_type, lacking), actions)| {
        let assumed = assumed.iter().filter(|(key, _)| !lacking.contains(key));
        let keys = own.iter().chain(assumed).cloned().collect();
        let mut answers = question(&actions, keys);
        answers.retain(|answer| answer.resource_type == resource_type);
        answers
    });
    asked.collect()
}
