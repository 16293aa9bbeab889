//! The graph of dependencies as a picture of SVG: columns from what is needed to what needs it.

use crate::product::graph::{Dependencies, Node, Thing};
use crate::report::graph::{is_broken, lines, words};
use maud::{Markup, html};
use std::collections::BTreeMap;

const WIDTH: usize = 190;
const HEIGHT: usize = 54;
const GAP: usize = 70;
const SPACE: usize = 14;
const MARGIN: usize = 10;

/// Where a node is: the column, and the row in it.
type Places = BTreeMap<usize, (usize, usize)>;

/// The picture.
pub(super) fn graph(dependencies: &Dependencies) -> Markup {
    let places = places(dependencies);
    let [columns, rows] = [0, 1].map(|side| {
        let places = places.values().map(|place| if side == 0 { place.0 } else { place.1 });
        places.max().map_or(0, |most| most + 1)
    });
    let width = 2 * MARGIN + columns * (WIDTH + GAP);
    let height = 2 * MARGIN + rows * (HEIGHT + SPACE);
    html! {
        svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="what depends on what"
            viewBox={ "0 0 " (width) " " (height) } width=(width) height=(height) {
            @for (from, to, link) in dependencies.edges() {
                @if let (Some(from), Some(to)) = (places.get(&from), places.get(&to)) {
                    path.edge.broken[is_broken(link)] d=(curve(*from, *to)) {
                        @if !words(link).is_empty() { title { (words(link)) } }
                    }
                }
            }
            @for (number, node) in dependencies.nodes() {
                @if let Some(place) = places.get(&number) { (drawn(node, *place)) }
            }
        }
    }
}

fn drawn(node: &Node, place: (usize, usize)) -> Markup {
    let (left, top) = corner(place);
    let class = node.verdict.map_or("none", |verdict| verdict.word());
    let round = if matches!(node.thing, Thing::Caller(_)) { HEIGHT / 2 } else { 6 };
    html! {
        g.node.(class).root[node.is_root_cause] {
            rect x=(left) y=(top) width=(WIDTH) height=(HEIGHT) rx=(round) {}
            @for (number, line) in lines(node).iter().enumerate() {
                text x=(left + WIDTH / 2) y=(top + 16 + number * 15) text-anchor="middle" { (line) }
            }
        }
    }
}

fn corner((column, row): (usize, usize)) -> (usize, usize) {
    (MARGIN + column * (WIDTH + GAP), MARGIN + row * (HEIGHT + SPACE))
}

/// From the right side of one node to the left side of another.
fn curve(from: (usize, usize), to: (usize, usize)) -> String {
    let ((x, y), (end, below)) = (corner(from), corner(to));
    let (x, y, below) = (x + WIDTH, y + HEIGHT / 2, below + HEIGHT / 2);
    let (first, second) = (x + GAP / 2, end.saturating_sub(GAP / 2));
    format!("M{x} {y} C{first} {y} {second} {below} {end} {below}")
}

/// The column is the longest way to the node; nodes of a column are in the order of those that lead to
/// them, so that few arrows cross.
fn places(dependencies: &Dependencies) -> Places {
    let edges = dependencies.edges().map(|(from, to, _)| (from, to)).collect::<Vec<_>>();
    let nodes = dependencies.nodes().map(|(number, _)| number).collect::<Vec<_>>();
    let mut columns = nodes.iter().map(|node| (*node, 0)).collect::<BTreeMap<_, usize>>();
    // The graph has no circle, so no way is longer than there are nodes.
    for _ in &nodes {
        for (from, to) in &edges {
            let least = columns.get(from).map_or(0, |column| column + 1);
            if let Some(column) = columns.get_mut(to) {
                *column = least.max(*column);
            }
        }
    }
    let mut places = Places::new();
    for column in 0..=columns.values().copied().max().unwrap_or_default() {
        let here = nodes.iter().copied().filter(|node| columns.get(node) == Some(&column));
        let mut here = here.collect::<Vec<_>>();
        here.sort_by_key(|node| {
            let before = edges.iter().filter(|(_, to)| to == node);
            let rows = before.filter_map(|(from, _)| places.get(from)).map(|place| place.1);
            let rows = rows.collect::<Vec<_>>();
            100 * rows.iter().sum::<usize>() / rows.len().max(1)
        });
        places.extend(here.into_iter().enumerate().map(|(row, node)| (node, (column, row))));
    }
    places
}
