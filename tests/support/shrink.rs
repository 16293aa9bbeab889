//! Makes a JSON value smaller while a property of it holds, so that a person can read what is left.

use serde_json::Value;

/// Removes one part after the other, as long as `stays` holds for the rest.
pub fn shrink(value: &Value, stays: impl Fn(&Value) -> bool) -> Value {
    let mut smallest = value.clone();
    while let Some(smaller) = smaller(&smallest).into_iter().find(&stays) {
        smallest = smaller;
    }
    smallest
}

/// The value without one of its parts, at any depth. Larger parts come first.
fn smaller(value: &Value) -> Vec<Value> {
    match value {
        Value::Object(members) => {
            let without = |name: &String| {
                let mut rest = members.clone();
                rest.remove(name);
                Value::from(rest)
            };
            let inside = members.iter().flat_map(|(name, member)| {
                smaller(member).into_iter().map(move |smaller| {
                    let mut changed = members.clone();
                    changed.insert(name.clone(), smaller);
                    Value::from(changed)
                })
            });
            members.keys().map(without).chain(inside).collect()
        }
        Value::Array(items) => {
            let without = |at: usize| {
                items
                    .iter()
                    .enumerate()
                    .filter(|(n, _)| *n != at)
                    .map(|(_, item)| item.clone())
                    .collect()
            };
            let inside = items.iter().enumerate().flat_map(|(at, item)| {
                smaller(item).into_iter().map(move |smaller| {
                    let mut changed = items.clone();
                    changed[at] = smaller;
                    Value::from(changed)
                })
            });
            (0..items.len()).map(without).chain(inside).collect()
        }
        _ => Vec::new(),
    }
}
