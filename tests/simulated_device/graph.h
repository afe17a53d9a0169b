// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <vector>

#include "tests/simulated_device/work.h"

namespace fxe::sim {

struct Graph;
struct Node;

uint64_t next_node_id();

// A dependency. Its data is zero unless the node may start before its predecessor ends.
struct Edge {
  Node* from;
  cudaGraphEdgeData data{};

  Edge(Node* node, bool ends_early) : from(node) {
    if (!ends_early) return;
    data.from_port = cudaGraphKernelNodePortProgrammatic;
    data.type = cudaGraphDependencyTypeProgrammatic;
  }
  Edge(Node* node, const cudaGraphEdgeData& given) : from(node), data(given) {}
  bool has_data() const { return data.from_port || data.to_port || data.type; }
};

// A node's number in CUPTI's records.
struct Identified {
  uint64_t id;
};

struct Node : Identified {
  Graph* graph;
  Work work;
  std::vector<Edge> before;
  // For conditional nodes only.
  uint64_t handle = 0;
  cudaGraphConditionalNodeType condition{};
  std::vector<std::unique_ptr<Graph>> bodies;
  std::vector<cudaGraph_t> body_handles;

  Node(Graph* g, Work w, std::vector<Edge> b)
      : Identified{next_node_id()}, graph(g), work(std::move(w)), before(std::move(b)) {}
};

struct Graph {
  Graph* parent = nullptr;  // of a body: the graph that holds its node
  std::vector<std::unique_ptr<Node>> nodes;
  std::vector<uint64_t> handles;  // conditional handles created on it
  int executables = 0;

  Graph();
  ~Graph();
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  Node* add(Work, std::vector<Edge> before);
};

Graph& graph_of(cudaGraph_t);
bool exists(const Graph*);
bool is_captured_to(const Graph&);  // or to a body of it
inline cudaGraph_t handle_of(Graph& g) { return reinterpret_cast<cudaGraph_t>(&g); }
inline Node& node_of(cudaGraphNode_t n) { return *reinterpret_cast<Node*>(n); }
inline cudaGraphNode_t handle_of(Node& n) { return reinterpret_cast<cudaGraphNode_t>(&n); }

// A value that a kernel sets and a conditional node reads.
struct Condition {
  Graph* graph;
  unsigned initial;
  bool has_default;
  int nodes = 0;
};
const Condition& condition_of(uint64_t handle);

}  // namespace fxe::sim
