//! Which operation needs which: a graph over operations and callers, and what follows from a blocked one.

use super::catalogue::{IcaCaller, Operation, catalogue};
use super::verdict::{OperationReport, Verdict};
use petgraph::algo::toposort;
use petgraph::graph::{DiGraph, NodeIndex};
use std::collections::BTreeSet;

/// Operations that all others depend on while ICA has not set up the bucket.
const SET_UP: [&str; 2] = ["validate-storage", "install-notifications"];

/// How ICA gets the customer's role.
const ASSUME: &str = "assume-role";

type Graph = DiGraph<(usize, usize), ()>;

/// Fills in `verdict` and `blocked_by` from the `own` verdicts.
pub(super) fn add_consequences(operations: &mut [OperationReport], is_new: bool) {
    let graph = graph(operations, is_new);
    // The graph has no cycle: a test of the catalogue ensures it.
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

/// Operations and callers with a better verdict if ICA had already set up the bucket.
pub fn better_if_connected(operations: &[OperationReport]) -> Vec<(&'static str, IcaCaller)> {
    let mut connected = operations.to_vec();
    add_consequences(&mut connected, false);
    let pairs = operations.iter().zip(&connected).flat_map(|(now, then)| {
        now.callers
            .iter()
            .zip(&then.callers)
            .map(move |(was, is)| (now.id, was.caller, is.verdict < was.verdict))
    });
    pairs.filter(|(_, _, is_better)| *is_better).map(|(id, caller, _)| (id, caller)).collect()
}

/// An edge leads from what is needed to what needs it.
fn graph(operations: &[OperationReport], is_new: bool) -> Graph {
    let mut graph = Graph::new();
    let mut nodes = Vec::new();
    for (number, operation) in operations.iter().enumerate() {
        for (position, report) in operation.callers.iter().enumerate() {
            nodes.push((operation.id, report.caller, graph.add_node((number, position))));
        }
    }
    let find = |id: &str, caller: IcaCaller| {
        nodes.iter().find(|(known, by, _)| *known == id && *by == caller).map(|(_, _, node)| *node)
    };
    for &(id, caller, node) in &nodes {
        let Some(operation) = catalogue().operation(id) else { continue };
        for needed in needed(operation, caller, is_new)
            .filter_map(|(id, caller)| find(id, caller))
            .collect::<BTreeSet<NodeIndex>>()
        {
            graph.add_edge(needed, node, ());
        }
    }
    graph
}

/// The operations that one of a caller needs, each with its caller.
pub fn needed(
    operation: &Operation,
    caller: IcaCaller,
    is_new: bool,
) -> impl Iterator<Item = (&str, IcaCaller)> {
    let own = operation.needs.iter().map(move |id| (id.as_str(), caller));
    // A session of either kind must have been made.
    let session = made_by(caller).filter(|(id, _)| *id != operation.id);
    // ICA assumes the role before it sets anything up.
    let sets_up = SET_UP.contains(&operation.id.as_str()) || operation.id == ASSUME;
    let by_customer = [IcaCaller::IamUser, IcaCaller::OidcRole];
    let set_up = SET_UP
        .iter()
        .filter(move |_| is_new && !sets_up)
        .flat_map(move |id| by_customer.map(|caller| (*id, caller)));
    own.chain(session).chain(set_up)
}

/// The operation that makes a caller, with its own caller, if it has to be made.
pub(super) fn made_by(caller: IcaCaller) -> Option<(&'static str, IcaCaller)> {
    match caller {
        IcaCaller::FederatedSession => Some(("issue-credentials", IcaCaller::IamUser)),
        IcaCaller::OidcRole => Some((ASSUME, IcaCaller::OidcRole)),
        IcaCaller::IamUser | IcaCaller::CrossAccountRole => None,
    }
}
