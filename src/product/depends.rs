//! Which operation needs which: a graph over operations and callers, and what follows from a blocked one.

use super::caller::CallerId;
use super::catalogue::Catalogue;
use super::verdict::{OperationReport, Verdict};
use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::BTreeSet;

type Graph = DiGraph<(usize, usize), ()>;

/// Fills in `verdict` and `blocked_by` from the `own` verdicts.
pub(super) fn add_consequences(
    catalogue: &Catalogue,
    operations: &mut [OperationReport],
    is_new: bool,
) {
    let graph = graph(catalogue, operations, is_new);
    // The graph has no cycle: `Catalogue::read` refuses one.
    let order = toposort(&graph, None).unwrap_or_default();
    for node in order {
        let (operation, caller) = graph[node];
        let own = operations[operation].callers[caller].own;
        let before = graph
            .neighbors_directed(node, petgraph::Incoming)
            .map(|node| graph[node])
            .collect::<Vec<_>>();
        let mut verdict = own;
        let mut roots = BTreeSet::new();
        for (needed, by) in before {
            let report = &operations[needed].callers[by];
            verdict = verdict.max(report.verdict);
            if report.own != Verdict::Allowed {
                roots.insert(needed);
            }
            roots.extend(
                operations
                    .iter()
                    .enumerate()
                    .filter(|(_, other)| report.blocked_by.contains(&other.id))
                    .map(|(number, _)| number),
            );
        }
        let blocked_by = roots.into_iter().map(|number| operations[number].id).collect();
        let report = &mut operations[operation].callers[caller];
        report.verdict = verdict;
        report.blocked_by = blocked_by;
    }
}

/// Operations and callers with a better verdict if the product had already set up the bucket.
pub fn better_if_connected(
    catalogue: &Catalogue,
    operations: &[OperationReport],
) -> Vec<(&'static str, CallerId)> {
    let mut connected = operations.to_vec();
    add_consequences(catalogue, &mut connected, false);
    let pairs = operations.iter().zip(&connected).flat_map(|(now, then)| {
        now.callers
            .iter()
            .zip(&then.callers)
            .map(move |(was, is)| (now.id, was.caller, is.verdict < was.verdict))
    });
    pairs.filter(|(_, _, is_better)| *is_better).map(|(id, caller, _)| (id, caller)).collect()
}

/// An edge leads from what is needed to what needs it.
fn graph(catalogue: &Catalogue, operations: &[OperationReport], is_new: bool) -> Graph {
    let mut graph = Graph::new();
    let mut nodes = Vec::new();
    for (number, operation) in operations.iter().enumerate() {
        for (position, report) in operation.callers.iter().enumerate() {
            nodes.push((operation.id, report.caller, graph.add_node((number, position))));
        }
    }
    let find = |id: &str, caller: CallerId| {
        nodes.iter().find(|(known, by, _)| *known == id && *by == caller).map(|(_, _, node)| *node)
    };
    for &(id, caller, node) in &nodes {
        let Some(operation) = catalogue.operation(id) else { continue };
        for needed in catalogue
            .needed(operation, caller, is_new)
            .filter_map(|(id, caller)| find(id, caller))
            .collect::<BTreeSet<NodeIndex>>()
        {
            graph.add_edge(needed, node, ());
        }
    }
    graph
}
