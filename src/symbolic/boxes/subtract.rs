//! Points of a box that lie in none of the cubes.
//!
//! Cubes disjoint from the box are dropped; one that covers it ends the search; else the box is cut along the cube that sticks out in
//! the fewest dimensions. Exhaustive: only the budget ends it early, and then says so.

use super::space::{Cube, Space};
use crate::symbolic::text::{Budget, Exhausted};

/// Calls `found` with boxes outside of all cubes, which lie apart, until it returns `false`.
/// The result says whether the search went on to the end.
pub(crate) fn outside(
    space: &Space,
    from: &[u64],
    cubes: &[&[u64]],
    budget: &mut Budget,
    found: &mut impl FnMut(&[u64]) -> bool,
) -> Result<bool, Exhausted> {
    // Even a box that nothing is near costs more than its words.
    budget.spend(100 + cubes.len() * from.len())?;
    let mut near: Vec<&[u64]> = Vec::with_capacity(cubes.len());
    let mut best: Option<(usize, &[u64])> = None;
    for cube in cubes {
        let Some(open) = sticks_out(space, from, cube) else { continue };
        if open == 0 {
            return Ok(true);
        }
        if best.is_none_or(|(least, _)| open < least) {
            best = Some((open, cube));
        }
        near.push(cube);
    }
    let Some((_, cube)) = best else { return Ok(found(from)) };
    let mut inside: Cube = from.into();
    for dimension in &space.dimensions {
        let words = dimension.words.clone();
        let rest = inside[words.clone()]
            .iter()
            .zip(&cube[words.clone()])
            .map(|(own, cube)| own & !cube)
            .collect::<Vec<_>>();
        if rest.iter().all(|word| *word == 0) {
            continue;
        }
        let mut part = inside.clone();
        part[words.clone()].copy_from_slice(&rest);
        if !outside(space, &part, &near, budget, found)? {
            return Ok(false);
        }
        inside[words.clone()].iter_mut().zip(&cube[words]).for_each(|(own, cube)| *own &= cube);
    }
    Ok(true)
}

/// In how many dimensions the box sticks out of the cube; `None` if they do not meet.
fn sticks_out(space: &Space, from: &[u64], cube: &[u64]) -> Option<usize> {
    let mut open = 0;
    for dimension in &space.dimensions {
        let (mut meets, mut covered) = (false, true);
        for word in dimension.words.clone() {
            meets |= from[word] & cube[word] != 0;
            covered &= from[word] & !cube[word] == 0;
        }
        if !meets {
            return None;
        }
        open += usize::from(!covered);
    }
    Some(open)
}
