// SPDX-License-Identifier: Apache-2.0
#include "tests/simulated_device/graph.h"

#include <algorithm>
#include <map>
#include <set>

#include "tests/simulated_device/call.h"
#include "tests/simulated_device/settings.h"
#include "tests/simulated_device/stream.h"

namespace fxe::sim {

namespace {

std::set<const Graph*>& graphs() {
  static std::set<const Graph*> all;
  return all;
}
std::map<uint64_t, Condition> conditions;

// The graph itself or one around it.
bool is_around(const Graph* outer, const Graph* inner) {
  for (; inner; inner = inner->parent)
    if (inner == outer) return true;
  return false;
}

const char* broken_rule_of(const Condition& c, const Graph& graph, const cudaConditionalNodeParams& node) {
  if (c.nodes > 0) return "the handle has a conditional node already";
  if (!is_around(c.graph, &graph)) return "the handle was made on a graph that does not hold the node";
  if (node.size == 0) return "a conditional node without a body";
  if (node.type == cudaGraphCondTypeIf && node.size > 2) return "an IF node with more than two bodies";
  return nullptr;
}

}  // namespace

Graph::Graph() { graphs().insert(this); }

Graph::~Graph() {
  for (const uint64_t handle : handles) conditions.erase(handle);
  graphs().erase(this);
}

Node* Graph::add(Work work, std::vector<Edge> before) {
  nodes.push_back(std::make_unique<Node>(this, std::move(work), std::move(before)));
  return nodes.back().get();
}

Graph& graph_of(cudaGraph_t handle) {
  auto* graph = reinterpret_cast<Graph*>(handle);
  if (!exists(graph)) broken_rule("a graph is used that was destroyed or never made");
  return *graph;
}

bool exists(const Graph* graph) { return graphs().contains(graph); }

const Condition& condition_of(uint64_t handle) { return conditions.at(handle); }

uint64_t next_node_id() {
  static uint64_t last = 0;
  return ++last;
}

}  // namespace fxe::sim

extern "C" {

using namespace fxe::sim;

cudaError_t cudaGraphCreate(cudaGraph_t* made, unsigned) {
  FXE_SIM_CALL;
  *made = handle_of(*new Graph);
  return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t handle) {
  FXE_SIM_CALL;
  Graph& graph = graph_of(handle);
  if (graph.parent) broken_rule("a body is destroyed, which belongs to its node");
  if (is_captured_to(graph)) broken_rule("a graph is destroyed that streams are captured to");
  delete &graph;
  return cudaSuccess;
}

cudaError_t cudaGraphConditionalHandleCreate(cudaGraphConditionalHandle* made, cudaGraph_t graph,
                                             unsigned initial, unsigned flags) {
  FXE_SIM_CALL;
  if (settings().no_conditional_nodes) return decline(cudaErrorNotSupported);
  static uint64_t next = settings().first_handle_is_zero ? 0 : 1;
  *made = next++;
  const bool has_default = (flags & cudaGraphCondAssignDefault) != 0;
  if (!has_default && initial != 0)
    return refuse(cudaErrorInvalidValue, "a default without cudaGraphCondAssignDefault");
  conditions[*made] = {&graph_of(graph), initial, has_default};
  graph_of(graph).handles.push_back(*made);
  return cudaSuccess;
}

cudaError_t cudaGraphAddNode(cudaGraphNode_t* made, cudaGraph_t handle, const cudaGraphNode_t* before,
                             const cudaGraphEdgeData* edges, size_t count, cudaGraphNodeParams* parameters) {
  FXE_SIM_CALL;
  Graph& graph = graph_of(handle);
  if (parameters->type != cudaGraphNodeTypeConditional)
    return refuse(cudaErrorInvalidValue,
                  "the simulation knows conditional nodes only, the others are captured");
  auto& node = parameters->conditional;
  if (settings().no_conditional_nodes || (settings().no_switch_nodes && node.type == cudaGraphCondTypeSwitch))
    return decline(cudaErrorNotSupported);
  const auto condition = conditions.find(node.handle);
  if (condition == conditions.end()) return refuse(cudaErrorInvalidValue, "there is no such handle");
  if (const char* rule = broken_rule_of(condition->second, graph, node))
    return refuse(cudaErrorInvalidValue, rule);
  if (settings().handles_on_their_own_graph_only && condition->second.graph != &graph)
    return decline(cudaErrorInvalidValue);
  std::vector<Edge> dependencies;
  for (size_t i = 0; i < count; ++i) {
    dependencies.emplace_back(&node_of(before[i]), edges ? edges[i] : cudaGraphEdgeData{});
    if (dependencies.back().from->graph != &graph)
      return refuse(cudaErrorInvalidValue, "a node depends on one of another graph");
  }
  Node& added =
      *graph.add({.type = cudaGraphNodeTypeConditional, .name = "conditional"}, std::move(dependencies));
  ++condition->second.nodes;
  added.handle = node.handle;
  added.condition = node.type;
  for (unsigned i = 0; i < node.size; ++i) {
    added.bodies.push_back(std::make_unique<Graph>());
    added.bodies.back()->parent = &graph;
    added.body_handles.push_back(handle_of(*added.bodies.back()));
  }
  node.phGraph_out = added.body_handles.data();
  *made = handle_of(added);
  return cudaSuccess;
}

cudaError_t cudaGraphGetNodes(cudaGraph_t handle, cudaGraphNode_t* nodes, size_t* count) {
  FXE_SIM_CALL;
  const Graph& graph = graph_of(handle);
  if (nodes)
    for (size_t i = 0; i < std::min(*count, graph.nodes.size()); ++i) nodes[i] = handle_of(*graph.nodes[i]);
  *count = graph.nodes.size();
  return cudaSuccess;
}

cudaError_t cudaGraphNodeGetType(cudaGraphNode_t node, cudaGraphNodeType* type) {
  FXE_SIM_CALL;
  *type = node_of(node).work.type;
  return cudaSuccess;
}

cudaError_t cudaGraphChildGraphNodeGetGraph(cudaGraphNode_t handle, cudaGraph_t* child) {
  FXE_SIM_CALL;
  const Node& node = node_of(handle);
  if (node.work.type != cudaGraphNodeTypeGraph)
    return refuse(cudaErrorInvalidValue, "the graph is asked for of a node that is none");
  *child = node.body_handles.at(0);
  return cudaSuccess;
}

cudaError_t cudaGraphNodeGetDependencies(cudaGraphNode_t node, cudaGraphNode_t* before,
                                         cudaGraphEdgeData* edges, size_t* count) {
  FXE_SIM_CALL;
  const std::vector<Edge>& all = node_of(node).before;
  if (before && !edges && std::any_of(all.begin(), all.end(), [](const Edge& e) { return e.has_data(); }))
    return refuse(cudaErrorLossyQuery, "dependencies are asked for without their edges' data");
  for (size_t i = 0; before && i < std::min(*count, all.size()); ++i) {
    before[i] = handle_of(*all[i].from);
    if (edges) edges[i] = all[i].data;
  }
  *count = all.size();
  return cudaSuccess;
}

}  // extern "C"
