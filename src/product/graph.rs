//! The graph of dependencies: callers, their requests, operations; of the catalogue, or of a check with its verdicts.
//!
//! Edges lead from what is needed to what needs it, so causes precede consequences. Edges that follow from others are omitted.

use super::caller::CallerId;
use super::catalogue::{Catalogue, Level, Step, Target};
use super::verdict::{Check, Verdict};
use petgraph::algo::toposort;
use petgraph::algo::tred::{dag_to_toposorted_adjacency_list, dag_transitive_reduction_closure};
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::{Dfs, EdgeRef, NodeIndexable, Reversed};
use std::collections::{BTreeMap, BTreeSet};

/// What a node represents.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Thing {
    /// A user, a session or a role.
    Caller(CallerId),
    /// A request of an operation, or a setting that it needs.
    Step {
        /// The operation.
        operation: &'static str,
        /// The caller.
        caller: CallerId,
        /// `service:Name`, or the name of a setting.
        action: String,
        /// What it is about.
        resource: String,
        /// How important it is.
        level: Level,
    },
    /// An operation of a caller.
    Operation {
        /// Its name.
        id: &'static str,
        /// Who does it.
        caller: CallerId,
    },
}

/// A node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Node {
    /// What it represents.
    pub thing: Thing,
    /// The verdict, if a connection was checked. That of an operation includes its dependencies.
    pub verdict: Option<Verdict>,
    /// Whether it is not allowed for a reason of its own, and not only because of another node.
    pub is_root_cause: bool,
}

/// What an edge means.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Link {
    /// A caller asks for something.
    Asks,
    /// An operation needs a request.
    Needs(Level),
    /// One operation comes before another.
    Before,
    /// As long as the product has not set up the bucket.
    BeforeWhileNew,
    /// An operation makes a session.
    Makes,
}

/// How an operation depends on another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Depends {
    /// In every connection.
    Always(&'static str),
    /// While it is new.
    WhileNew(&'static str),
}

/// The graph.
#[derive(Clone, Debug)]
pub struct Dependencies {
    catalogue: &'static Catalogue,
    graph: DiGraph<Node, Link>,
}

impl Dependencies {
    /// What the catalogue says, for any connection that is new.
    pub fn of_catalogue(catalogue: &'static Catalogue) -> Dependencies {
        let mut builder = Builder::new(catalogue);
        for operation in &catalogue.operations {
            for caller in &operation.callers {
                let node = builder.operation(&operation.id, *caller, None, false);
                for step in &operation.steps {
                    let thing = of_step(&operation.id, *caller, step);
                    builder.step(node, thing, None, false);
                }
            }
        }
        builder.finish(true)
    }

    /// The operations of a check, with their verdicts.
    pub fn of_check(catalogue: &'static Catalogue, check: &Check, is_new: bool) -> Dependencies {
        let mut builder = Builder::new(catalogue);
        for operation in &check.operations {
            for report in &operation.callers {
                let is_root = report.own != Verdict::Allowed;
                let node =
                    builder.operation(operation.id, report.caller, Some(report.verdict), is_root);
                for step in &report.steps {
                    let thing = Thing::Step {
                        operation: operation.id,
                        caller: report.caller,
                        action: step.action.clone(),
                        resource: step.resource.clone(),
                        level: step.level,
                    };
                    let is_root = step.level == Level::Required && step.verdict != Verdict::Allowed;
                    builder.step(node, thing, Some(step.verdict), is_root);
                }
            }
        }
        builder.finish(is_new)
    }

    /// Without requests: callers and operations only.
    pub fn without_steps(&self) -> Dependencies {
        let mut graph = self.graph.clone();
        // A caller's request belongs to an operation, and the operation to the caller.
        for edge in
            self.graph.edge_references().filter(|edge| matches!(edge.weight(), Link::Needs(_)))
        {
            let callers = self
                .graph
                .edges_directed(edge.source(), petgraph::Incoming)
                .map(|asks| asks.source());
            for caller in callers.collect::<BTreeSet<_>>() {
                graph.update_edge(caller, edge.target(), Link::Asks);
            }
        }
        // Not `retain_nodes`, which changes the order.
        let is_step = |node: &Node| matches!(node.thing, Thing::Step { .. });
        let mut graph = graph
            .filter_map(|_, node| (!is_step(node)).then(|| node.clone()), |_, link| Some(*link));
        reduce(&mut graph);
        Dependencies { catalogue: self.catalogue, graph }
    }

    /// The nodes, each with its number.
    pub fn nodes(&self) -> impl Iterator<Item = (usize, &Node)> {
        self.graph.node_indices().map(|node| (node.index(), &self.graph[node]))
    }

    /// The edges by the numbers of their nodes: from, to, and what they mean.
    pub fn edges(&self) -> impl Iterator<Item = (usize, usize, Link)> {
        self.graph
            .edge_references()
            .map(|edge| (edge.source().index(), edge.target().index(), *edge.weight()))
    }

    /// Operations that must work before one, in the order of the catalogue.
    pub fn operations_before(&self, id: &str) -> Vec<Depends> {
        self.reached(id, |graph, node, seen| {
            let mut walk = Dfs::new(Reversed(graph), node);
            while let Some(node) = walk.next(Reversed(graph)) {
                seen.insert(node);
            }
        })
    }

    /// Operations that are blocked with one, in the order of the catalogue.
    pub fn operations_behind(&self, id: &str) -> Vec<Depends> {
        self.reached(id, |graph, node, seen| {
            let mut walk = Dfs::new(graph, node);
            while let Some(node) = walk.next(graph) {
                seen.insert(node);
            }
        })
    }

    /// The operations that can be reached from the nodes of one; it separates those that only set-up edges reach.
    fn reached(
        &self,
        id: &str,
        walk: impl Fn(&DiGraph<Node, Link>, NodeIndex, &mut BTreeSet<NodeIndex>),
    ) -> Vec<Depends> {
        let lasting = self.graph.filter_map(
            |_, node| Some(node.clone()),
            |_, link| (*link != Link::BeforeWhileNew).then_some(*link),
        );
        let [all, always] = [&self.graph, &lasting].map(|graph| {
            let mut seen = BTreeSet::new();
            for node in graph.node_indices().filter(|node| operation_of(&graph[*node]) == Some(id))
            {
                walk(graph, node, &mut seen);
            }
            seen.iter()
                .filter_map(|node| operation_of(&graph[*node]))
                .filter(|other| *other != id)
                .collect::<BTreeSet<_>>()
        });
        let operations =
            self.catalogue.operations.iter().filter_map(|operation| all.get(operation.id.as_str()));
        operations
            .map(|id| if always.contains(id) { Depends::Always(id) } else { Depends::WhileNew(id) })
            .collect()
    }
}

fn operation_of(node: &Node) -> Option<&'static str> {
    match node.thing {
        Thing::Operation { id, .. } => Some(id),
        Thing::Caller(_) | Thing::Step { .. } => None,
    }
}

fn of_step(operation: &'static str, caller: CallerId, step: &Step) -> Thing {
    let resource = match step.resource {
        Target::Bucket => "bucket",
        Target::Object => "objects below the prefix",
        Target::Folder => "folders below the prefix",
        other => other.resource_type(),
    };
    Thing::Step {
        operation,
        caller,
        action: step.action.clone(),
        resource: resource.to_owned(),
        level: step.level,
    }
}

struct Builder {
    catalogue: &'static Catalogue,
    graph: DiGraph<Node, Link>,
    callers: BTreeMap<CallerId, NodeIndex>,
    operations: BTreeMap<(&'static str, CallerId), NodeIndex>,
}

impl Builder {
    fn new(catalogue: &'static Catalogue) -> Builder {
        Builder {
            catalogue,
            graph: DiGraph::new(),
            callers: BTreeMap::new(),
            operations: BTreeMap::new(),
        }
    }

    fn operation(
        &mut self,
        id: &'static str,
        caller: CallerId,
        verdict: Option<Verdict>,
        is_root_cause: bool,
    ) -> NodeIndex {
        let node = self.graph.add_node(Node {
            thing: Thing::Operation { id, caller },
            verdict,
            is_root_cause,
        });
        self.operations.insert((id, caller), node);
        let by = self.caller(caller);
        self.graph.add_edge(by, node, Link::Asks);
        node
    }

    fn step(
        &mut self,
        operation: NodeIndex,
        thing: Thing,
        verdict: Option<Verdict>,
        is_root_cause: bool,
    ) {
        let Thing::Step { caller, level, action, .. } = &thing else { return };
        let (caller, level, is_request) = (*caller, *level, action.contains(':'));
        let node = self.graph.add_node(Node { thing, verdict, is_root_cause });
        self.graph.add_edge(node, operation, Link::Needs(level));
        // No caller requests a setting of the bucket.
        if is_request {
            let by = self.caller(caller);
            self.graph.add_edge(by, node, Link::Asks);
        }
    }

    fn caller(&mut self, caller: CallerId) -> NodeIndex {
        let graph = &mut self.graph;
        let node = || {
            graph.add_node(Node {
                thing: Thing::Caller(caller),
                verdict: None,
                is_root_cause: false,
            })
        };
        *self.callers.entry(caller).or_insert_with(node)
    }

    /// Adds the edges between operations.
    fn finish(mut self, is_new: bool) -> Dependencies {
        for (&(id, caller), &node) in &self.operations {
            let catalogue = self.catalogue;
            let Some(operation) = catalogue.operation(id) else { continue };
            let lasting = catalogue.needed(operation, caller, false).collect::<BTreeSet<_>>();
            for needs in catalogue.needed(operation, caller, is_new).collect::<BTreeSet<_>>() {
                let Some(before) = self.operations.get(&needs).copied() else { continue };
                let link =
                    if lasting.contains(&needs) { Link::Before } else { Link::BeforeWhileNew };
                self.graph.update_edge(before, node, link);
            }
        }
        for (&caller, &node) in &self.callers {
            let made = self.catalogue.made_by(caller).filter(|(_, by)| *by != caller);
            if let Some(maker) = made.and_then(|maker| self.operations.get(&maker)) {
                self.graph.add_edge(*maker, node, Link::Makes);
            }
        }
        reduce(&mut self.graph);
        Dependencies { catalogue: self.catalogue, graph: self.graph }
    }
}

/// Removes the edges that follow from others.
fn reduce(graph: &mut DiGraph<Node, Link>) {
    // Without an order there is a cycle, and nothing follows; `Catalogue::read` refuses one.
    let Ok(order) = toposort(&*graph, None) else { return };
    let (list, places) = dag_to_toposorted_adjacency_list::<_, u32>(&*graph, &order);
    let (reduced, _) = dag_transitive_reduction_closure(&list);
    let place = |graph: &DiGraph<Node, Link>, node: NodeIndex| places[graph.to_index(node)];
    graph.retain_edges(|graph, edge| {
        graph
            .edge_endpoints(edge)
            .is_none_or(|(from, to)| reduced.contains_edge(place(&graph, from), place(&graph, to)))
    });
}
