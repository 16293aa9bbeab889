//! A word of a list that is certainly wrong, and what is meant by it: an action that AWS does not have, a placeholder, another bucket in a bucket
//! policy (S3 refuses it), the vendor's role of another region. Such a word does nothing for the product, so it is replaced and not left
//! beside the right one. A name that may be that of something else is never replaced.

use super::condition::written_key;
use crate::authz::Request;
use crate::eval::Lack;
use crate::fix::caller_keys::PRINCIPAL_ARN;
use crate::fix::change::{Change, ChangeKind, in_statement};
use crate::fix::scene::Scene;
use crate::fix::tree_edit::{Key, TreeChange, TreeEdit};
use crate::model::{Condition, PolicyKind};
use crate::product::catalogue::Target;
use crate::rules::{closest_actions, is_unknown_action, with_placeholder};
use crate::tree::{Node, Value};
use crate::why::{Near, Place};

/// The replacements of what keeps a statement from allowing the step; none where some lack has no word that is certainly wrong.
pub(super) fn changes(scene: &Scene<'_>, near: &Near<'_>) -> Vec<Change> {
    let change = |(lack, _): &(Lack, _)| of_lack(scene, near.place, *lack);
    let changes = near.lacks.iter().map(change).collect::<Option<Vec<_>>>();
    changes.unwrap_or_default()
}

fn of_lack(scene: &Scene<'_>, place: Place<'_>, lack: Lack) -> Option<Change> {
    match lack {
        Lack::Action => {
            place.statement.action.as_ref().filter(|element| !element.not)?;
            in_list(scene, place, ChangeKind::ReplaceAction, &["Action"], &|old| {
                let is_meant = closest_actions(old)
                    .iter()
                    .any(|action| action.to_string().eq_ignore_ascii_case(&scene.step.action));
                (is_meant && is_unknown_action(old)).then(|| scene.step.action.clone())
            })
        }
        Lack::Resource => {
            place.statement.resource.as_ref().filter(|element| !element.not)?;
            in_list(scene, place, ChangeKind::ReplaceResource, &["Resource"], &|old| {
                resource(scene, place, old)
            })
        }
        Lack::Principal => {
            place.statement.principal.as_ref().filter(|element| !element.not)?;
            let right = scene.principal()?;
            in_list(scene, place, ChangeKind::ReplacePrincipal, &["Principal", "AWS"], &|old| {
                is_other_role(scene, old, &right).then(|| right.clone())
            })
        }
        Lack::Condition(_) | Lack::Doubt => None,
    }
}

/// The vendor's role of another region in the exceptions of a Deny.
pub(super) fn exception(
    scene: &Scene<'_>,
    place: Place<'_>,
    condition: &Condition,
    request: &Request,
) -> Option<Change> {
    let right = scene.listed_caller(request);
    let operator = condition.operator.node.as_str();
    let number = place.statement.index;
    let key = written_key(scene, place.policy, number, operator, PRINCIPAL_ARN)?;
    let list = ["Condition", operator, &key];
    in_list(scene, place, ChangeKind::ReplaceException, &list, &|old| {
        is_other_role(scene, old, &right).then(|| right.clone())
    })
}

/// Whether a role of the vendor's stands where that of this region should.
fn is_other_role(scene: &Scene<'_>, old: &str, right: &str) -> bool {
    let regions = scene.snapshot.connection.product.regions();
    regions.is_role(right) && regions.is_role(old) && old != right
}

/// The resource that is meant: this bucket instead of another one, or that of the step instead of a placeholder.
fn resource(scene: &Scene<'_>, place: Place<'_>, old: &str) -> Option<String> {
    let of_objects = match scene.step.resource {
        Target::Object | Target::Folder => true,
        Target::Bucket => false,
        Target::FederatedUser | Target::Role | Target::Key => return None,
    };
    if old.strip_prefix("arn:aws:s3:::")?.contains('/') != of_objects {
        return None;
    }
    if with_placeholder(old) {
        return Some(scene.resource.to_owned());
    }
    let is_refused = place.policy.kind == PolicyKind::Resource;
    this_bucket(&scene.snapshot.connection.bucket, old).filter(|_| is_refused)
}

/// The ARN with another bucket's name replaced by this one's.
fn this_bucket(bucket: &str, old: &str) -> Option<String> {
    let name = old.strip_prefix("arn:aws:s3:::")?;
    let (name, rest) = name.split_at(name.find('/').unwrap_or(name.len()));
    let is_other = name != bucket && !name.contains(['*', '?', '$']);
    is_other.then(|| format!("arn:aws:s3:::{bucket}{rest}"))
}

/// What else the Allow statements of a bucket policy have of another bucket: S3 would refuse it all the same. A Deny would begin to bind, which
/// a person decides.
pub(in crate::fix) fn other_buckets(bucket: &str, file: &str, root: &Node) -> Vec<Change> {
    let Some(statements) = root.get("Statement") else { return Vec::new() };
    let statements = items(statements).iter().enumerate();
    let allows = |(_, statement): &(usize, &Node)| {
        statement.get("Effect").and_then(Node::as_str) == Some("Allow")
    };
    let resources = statements
        .filter(allows)
        .filter_map(|(number, statement)| Some((number, items(statement.get("Resource")?))));
    let all = resources.flat_map(|(number, items)| {
        items.iter().enumerate().map(move |(item, node)| (number, item, node))
    });
    let change = |(number, item, node): (usize, usize, &Node)| {
        let old = node.as_str()?;
        let value = this_bucket(bucket, old)?;
        let path = in_statement(number, &["Resource"]).into_iter().chain([Key::Item(item)]);
        Some(Change {
            kind: ChangeKind::ReplaceResource,
            file: file.to_owned(),
            statement: Some(number),
            replaces: Some(old.to_owned()),
            edit: TreeEdit { path: path.collect(), change: TreeChange::Replace(value.clone()) },
            value,
        })
    };
    all.filter_map(change).collect()
}

/// The items of a list; a value by itself is one.
fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::Array(items) => items.as_slice(),
        _ => std::slice::from_ref(node),
    }
}

/// The first item of a list that is to be replaced; nothing where the list has the right word already.
fn in_list(
    scene: &Scene<'_>,
    place: Place<'_>,
    kind: ChangeKind,
    list: &[&str],
    meant: &dyn Fn(&str) -> Option<String>,
) -> Option<Change> {
    let number = place.statement.index;
    let root = scene.root(place.policy)?;
    let statements = root.get("Statement")?;
    let statement = match &statements.value {
        Value::Array(items) => items.get(number)?,
        _ => statements,
    };
    let node = list.iter().try_fold(statement, |node, name| node.get(name))?;
    let items = items(node);
    let mut texts = items.iter().map(Node::as_str).enumerate();
    let (item, old, value) = texts.find_map(|(item, text)| Some((item, text?, meant(text?)?)))?;
    let has_right = items.iter().any(|item| item.as_str() == Some(&value));
    let file = scene.file(place.policy)?;
    let path = in_statement(number, list).into_iter().chain([Key::Item(item)]).collect();
    (!has_right).then(|| Change {
        kind,
        file: file.to_owned(),
        statement: Some(number),
        replaces: Some(old.to_owned()),
        edit: TreeEdit { path, change: TreeChange::Replace(value.clone()) },
        value,
    })
}
