//! Which actions of AWS a pattern covers, found once for all rules.

use crate::aws::{self, Action, Service};
use crate::eval::pattern_covers_action;
use crate::model::{ActionPattern, Shape};
use std::ops::Range;

/// The actions that a pattern covers.
#[derive(Clone, Debug)]
pub(crate) enum Covered {
    /// `*`.
    Everything,
    /// One action, named in full.
    One(&'static Action),
    /// Neighbours in the list of a service: `s3:Get*`.
    Run(&'static Service, Range<usize>),
    /// Any actions of a service, by their places in its list.
    Some(&'static Service, Vec<usize>),
    /// A service that the data has, but no action of it.
    Nothing(&'static Service),
    /// The data lacks the service, or the pattern names several services, or is not valid.
    Unknown,
}

impl Covered {
    pub(crate) fn by(pattern: &ActionPattern) -> Covered {
        if pattern.doubt.is_some() {
            return Covered::Unknown;
        }
        if pattern.pattern.shape == Shape::Everything {
            return Covered::Everything;
        }
        let start = pattern.pattern.literal_start();
        let named = start.split_once(':');
        let Some((service, start)) =
            named.and_then(|(prefix, start)| Some((aws::service(prefix)?, start)))
        else {
            return Covered::Unknown;
        };
        match pattern.pattern.shape {
            Shape::Exact => service.action(start).map_or(Covered::Nothing(service), Covered::One),
            Shape::Prefix => Covered::of_run(service, beginning(service, start)),
            _ => {
                let run = beginning(service, start);
                let mut name = format!("{}:", service.prefix());
                let length = name.len();
                let fits = |place: &usize| {
                    name.truncate(length);
                    name.push_str(service.actions()[*place].name());
                    name.make_ascii_lowercase();
                    pattern_covers_action(pattern, &name) != Some(false)
                };
                let places = run.filter(fits).collect::<Vec<_>>();
                if places.is_empty() {
                    Covered::Nothing(service)
                } else {
                    Covered::Some(service, places)
                }
            }
        }
    }

    fn of_run(service: &'static Service, run: Range<usize>) -> Covered {
        if run.is_empty() { Covered::Nothing(service) } else { Covered::Run(service, run) }
    }

    /// The only service that it names.
    pub(super) fn service(&self) -> Option<&'static Service> {
        match self {
            Covered::One(action) => Some(action.service()),
            Covered::Run(service, _) | Covered::Some(service, _) | Covered::Nothing(service) => {
                Some(service)
            }
            Covered::Everything | Covered::Unknown => None,
        }
    }

    /// Whether it covers an action of the data; not known of patterns that name several services.
    pub(super) fn has(&self, action: &Action) -> Option<bool> {
        let is_of = |service: &Service| service.prefix() == action.service().prefix();
        Some(match self {
            Covered::Everything => true,
            Covered::One(own) => own.index() == action.index() && is_of(own.service()),
            Covered::Run(service, run) => is_of(service) && run.contains(&action.index()),
            Covered::Some(service, places) => {
                is_of(service) && places.binary_search(&action.index()).is_ok()
            }
            Covered::Nothing(_) => false,
            Covered::Unknown => return None,
        })
    }
}

/// The actions of a service whose names begin so, in lower case. The list has the order of these names.
pub(crate) fn beginning(service: &'static Service, start: &str) -> Range<usize> {
    let actions = service.actions();
    let lower = |action: &Action| action.name().bytes().map(|byte| byte.to_ascii_lowercase());
    let from = actions.partition_point(|action| lower(action).lt(start.bytes()));
    let fits = |action: &Action| lower(action).take(start.len()).eq(start.bytes());
    let number = actions[from..].partition_point(fits);
    from..from + number
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test")]
    use super::{Covered, beginning};
    use crate::aws;

    #[test]
    fn names_with_one_beginning_are_neighbours() {
        for service in aws::services() {
            for start in ["", "get", "list", "describe", "createb", "z", "putobject"] {
                let run = beginning(service, start);
                for (place, action) in service.actions().iter().enumerate() {
                    let begins = action.name().to_ascii_lowercase().starts_with(start);
                    assert_eq!(run.contains(&place), begins, "{action} {start}");
                }
            }
        }
        assert_eq!(Covered::Everything.has(aws::action("s3:GetObject").unwrap()), Some(true));
    }
}
