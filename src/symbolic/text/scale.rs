//! Values that lie on a scale: numbers and dates, swept by the limits that are asked about.

use super::class_table::Values;
use crate::model::condition::Relation;

/// One number of each interval between the limits, and the limits.
pub(crate) fn numbers(atoms: &[(Relation, f64)], is_whole: bool) -> Values {
    if is_whole {
        return whole_numbers(atoms);
    }
    let mut limits = atoms.iter().map(|(_, limit)| *limit).collect::<Vec<_>>();
    limits.sort_unstable_by(f64::total_cmp);
    limits.dedup();
    let mut values = Vec::new();
    for (number, limit) in limits.iter().enumerate() {
        match number.checked_sub(1).map(|before| limits[before]) {
            None => values.push(if limit - 1.0 < *limit { limit - 1.0 } else { limit.next_down() }),
            Some(before) => values.push(between(before, *limit)),
        }
        values.push(*limit);
    }
    // Beyond 2^53 a step of one is none.
    values.extend(
        limits.last().map(|limit| if limit + 1.0 > *limit { limit + 1.0 } else { limit.next_up() }),
    );
    values.retain(|value| value.is_finite());
    values.dedup();
    by_number(&values, atoms)
}

/// The whole numbers at and beside all limits, and zero: between two limits there is one of them, if there is any.
fn whole_numbers(atoms: &[(Relation, f64)]) -> Values {
    let near = |limit: f64| {
        let step = |number: f64, by: f64, next: f64| {
            if number + by == number { next } else { number + by }
        };
        let (low, high) = (limit.floor(), limit.ceil());
        [step(low, -1.0, low.next_down()), low, high, step(high, 1.0, high.next_up())]
    };
    let mut values =
        atoms.iter().flat_map(|(_, limit)| near(*limit)).chain([0.0]).collect::<Vec<_>>();
    values.retain(|value| value.is_finite() && *value >= 0.0);
    values.sort_unstable_by(f64::total_cmp);
    values.dedup();
    by_number(&values, atoms)
}

fn by_number(values: &[f64], atoms: &[(Relation, f64)]) -> Values {
    Values::by_asking(values, atoms, f64::to_string, |(relation, limit), value| {
        value.partial_cmp(limit).is_some_and(|order| holds(*relation, order))
    })
}

/// A whole number between two, if there is one.
fn between(low: f64, high: f64) -> f64 {
    let whole = (low + 1.0).floor();
    if low < whole && whole < high { whole } else { low / 2.0 + high / 2.0 }
}

/// `NotEquals` asks for equality here: negation comes when all values have been asked.
pub(crate) fn holds(relation: Relation, order: std::cmp::Ordering) -> bool {
    match relation {
        Relation::Equals | Relation::NotEquals => order.is_eq(),
        Relation::LessThan => order.is_lt(),
        Relation::LessThanEquals => order.is_le(),
        Relation::GreaterThan => order.is_gt(),
        Relation::GreaterThanEquals => order.is_ge(),
    }
}

pub(crate) const SECOND: i128 = 1_000_000_000;

/// The same for dates.
pub(crate) fn dates(atoms: &[(Relation, i128)], is_whole: bool) -> Values {
    let mut limits = atoms.iter().map(|(_, limit)| *limit).collect::<Vec<_>>();
    limits.sort_unstable();
    limits.dedup();
    let mut values = Vec::new();
    for (number, limit) in limits.iter().enumerate() {
        let before = number.checked_sub(1).map(|before| limits[before]);
        values.push(
            before.map_or(limit - SECOND, |before| {
                (before + SECOND).min(before + (limit - before) / 2)
            }),
        );
        values.push(*limit);
    }
    values.extend(limits.last().map(|limit| limit + SECOND));
    if is_whole {
        let whole = |nanos: &i128| nanos.div_euclid(SECOND) * SECOND;
        values = limits
            .iter()
            .flat_map(|limit| [-SECOND, 0, SECOND].map(|step| whole(limit) + step))
            .collect();
        values.sort_unstable();
    }
    values.dedup();
    Values::by_asking(
        &values,
        atoms,
        |nanos| spell_date(*nanos),
        |(relation, limit), value| holds(*relation, value.cmp(limit)),
    )
}

/// As text that the date operators read; seconds where the calendar ends.
fn spell_date(nanos: i128) -> String {
    match jiff::Timestamp::from_nanosecond(nanos) {
        Ok(time) => time.to_string(),
        Err(_) => format!("{}", nanos.div_euclid(SECOND)),
    }
}

/// Seconds of the farthest time that is told apart; the calendar ends long before.
const FARTHEST: f64 = 1e18;

/// Seconds as nanoseconds. Times are whole seconds, so any fraction compares with them alike.
pub(crate) fn nanoseconds(seconds: f64) -> i128 {
    // Far beyond the calendar one time is as good as another, and sums do not overflow.
    let whole = seconds.floor().clamp(-FARTHEST, FARTHEST);
    let fraction = if whole < seconds { SECOND / 2 } else { 0 };
    (whole as i128).saturating_mul(SECOND).saturating_add(fraction)
}
