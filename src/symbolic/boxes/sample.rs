//! A request picked out of a box.

use super::callers::caller_of;
use super::key::Point;
use super::space::Dimension;
use super::{CallerClasses, Name, Partition, Space};
use crate::authz::{Caller, Context, Request};
use crate::symbolic::text::{Variables, ones};

/// A request of the space. What no statement looks at is left open.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sample {
    /// Who asks, if a statement names principals: an ARN, a service, or `*` where nobody signs. A session is followed by
    /// ` of ` and its user or role.
    pub principal: Option<String>,
    /// The action, in lower case, if a statement looks at it.
    pub action: Option<String>,
    /// The resource, if a statement looks at it.
    pub resource: Option<String>,
    /// The condition keys that statements look at; those that are absent are left out.
    pub context: Context,
    /// Keys, in lower case, that must be absent: with a value of them this would not be an example.
    pub absent: Vec<Box<str>>,
    /// Keys, in lower case, whose presence alone is asked: with another value this would be an example, too.
    pub(crate) unasked: Vec<Box<str>>,
}

impl Sample {
    /// The first point of a box. Classes are in the order in which they were found, so it is among the shortest.
    pub(crate) fn pick(space: &Space, cube: &[u64], variables: &Variables) -> Sample {
        let mut sample = Sample::default();
        for (number, dimension) in space.dimensions.iter().enumerate() {
            let Some(class) = ones(space.part(cube, number)).next() else { continue };
            sample.set(&dimension.name, &dimension.partition, class);
            sample.note_absent(dimension, space.part(cube, number), class);
        }
        // What is known of a key is its value, of whatever class.
        for (key, value) in variables.iter() {
            match value {
                Some(value) => sample.context.set_one(key, value),
                None => sample.context.remove(key),
            }
        }
        sample
    }

    fn set(&mut self, name: &Name, partition: &Partition, class: usize) {
        match (name, partition) {
            (Name::Principal, Partition::Plain(values)) => {
                self.principal = Some(values.witnesses[class].clone())
            }
            (Name::Action, Partition::Plain(values)) => {
                self.action = Some(values.witnesses[class].clone())
            }
            (Name::Resource, Partition::Plain(values)) => {
                self.resource = Some(values.witnesses[class].clone())
            }
            (Name::Key(key), Partition::Key(space)) => {
                if space.values.columns.is_empty() {
                    self.unasked.push(key.clone());
                }
                match space.value(&space.points[class], str::to_owned) {
                    Some(value) => self.context.set(key, value),
                    None => self.context.remove(key),
                }
            }
            (Name::Principal | Name::Action | Name::Resource, Partition::Key(_))
            | (Name::Key(_), Partition::Plain(_)) => {}
        }
    }

    fn note_absent(&mut self, dimension: &Dimension, part: &[u64], class: usize) {
        let (Name::Key(key), Partition::Key(space)) = (&dimension.name, &dimension.partition)
        else {
            return;
        };
        if space.points[class] == Point::Absent && ones(part).count() < space.points.len() {
            self.absent.push(key.clone());
        }
    }

    /// Gives it the caller of its class that its keys are of.
    pub(crate) fn settle(&mut self, callers: &CallerClasses) {
        let settled = |class: &String| callers.settled(class, &self.context);
        if let Some(name) = self.principal.as_ref().and_then(settled) {
            self.principal = Some(name);
        }
    }

    /// Who asks; nobody who signs, if no statement names principals.
    pub(crate) fn caller(&self) -> Caller {
        self.principal.as_deref().and_then(caller_of).unwrap_or(Caller::Anonymous)
    }

    /// A request for the other engine. Nobody signs it and nothing is filled in: only the statements are asked.
    pub(crate) fn request(&self) -> Request {
        Request {
            credentials: None,
            endpoint: None,
            caller: Caller::Anonymous,
            action: self.action.clone().unwrap_or_else(|| "x:x".to_owned()),
            resource: self.resource.clone().unwrap_or_else(|| "*".to_owned()),
            resource_account: None,
            context: self.context.clone(),
            bucket: None,
        }
    }
}
