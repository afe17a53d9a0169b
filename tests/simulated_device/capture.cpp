// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <set>

#include "tests/simulated_device/call.h"
#include "tests/simulated_device/settings.h"
#include "tests/simulated_device/stream.h"

namespace fxe::sim {

namespace {

std::set<std::shared_ptr<Capture>> captures;

// The nodes of `front`, and every node that they depend on.
std::set<const Node*> all_before(const std::vector<Edge>& front) {
  std::set<const Node*> found;
  std::vector<const Node*> open;
  for (const Edge& e : front) open.push_back(e.from);
  while (!open.empty()) {
    const Node* node = open.back();
    open.pop_back();
    if (!found.insert(node).second) continue;
    for (const Edge& e : node->before) open.push_back(e.from);
  }
  return found;
}

bool all_joined(const Capture& capture) {
  const auto before = all_before(capture.origin->front);
  for (const Stream* s : capture.streams)
    for (const Edge& e : s->front)
      if (!before.contains(e.from)) return false;
  return true;
}

cudaStreamCaptureStatus status_of(const Stream& s) {
  if (!s.capture) return cudaStreamCaptureStatusNone;
  return s.capture->invalid ? cudaStreamCaptureStatusInvalidated : cudaStreamCaptureStatusActive;
}

cudaError_t begin(Stream& s, Graph& graph, const cudaGraphNode_t* before, size_t count,
                  cudaStreamCaptureMode mode, bool to_given_graph) {
  static uint64_t last_id = 0;
  if (&s == &stream_of(nullptr))
    return refuse(cudaErrorStreamCaptureUnsupported, "the legacy stream is captured");
  if (s.capture) return refuse(cudaErrorInvalidValue, "the stream is captured already");
  s.front.clear();
  for (size_t i = 0; i < count; ++i) {
    s.front.emplace_back(&node_of(before[i]), false);
    if (s.front.back().from->graph != &graph)
      return refuse(cudaErrorInvalidValue, "a capture begins after a node of another graph");
  }
  s.capture = std::make_shared<Capture>();
  *s.capture = {++last_id, &graph, &s, {&s}, mode, to_given_graph, false};
  captures.insert(s.capture);
  return cudaSuccess;
}

}  // namespace

bool is_captured_to(const Graph& graph) {
  return std::any_of(captures.begin(), captures.end(), [&](const auto& c) {
    for (const Graph* g = c->graph; g; g = g->parent)
      if (g == &graph) return true;
    return false;
  });
}

cudaError_t invalidate(Stream& s, cudaError_t error, const char* rule) {
  if (s.capture) s.capture->invalid = true;
  return refuse(error, rule);
}

}  // namespace fxe::sim

extern "C" {

using namespace fxe::sim;

cudaError_t cudaStreamBeginCaptureToGraph(cudaStream_t stream, cudaGraph_t graph,
                                          const cudaGraphNode_t* before, const cudaGraphEdgeData*,
                                          size_t count, cudaStreamCaptureMode mode) {
  FXE_SIM_CALL;
  return begin(stream_of(stream), graph_of(graph), before, count, mode, true);
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
  FXE_SIM_CALL;
  auto graph = std::make_unique<Graph>();
  const cudaError_t error = begin(stream_of(stream), *graph, nullptr, 0, mode, false);
  if (error == cudaSuccess) (void)graph.release();  // belongs to the caller when the capture ends
  return error;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  FXE_SIM_CALL;
  Stream& s = stream_of(stream);
  *graph = nullptr;
  if (!s.capture) return refuse(cudaErrorInvalidValue, "a capture ends that did not begin");
  const std::shared_ptr<Capture> capture = s.capture;
  if (capture->origin != &s)
    return invalidate(s, cudaErrorStreamCaptureUnmatched, "a capture ends on a stream that only joined it");
  const bool joined = all_joined(*capture);
  for (Stream* member : capture->streams) {
    member->capture = nullptr;
    member->front.clear();
  }
  captures.erase(capture);
  if (!capture->invalid && joined) {
    *graph = handle_of(*capture->graph);
    return cudaSuccess;
  }
  if (!capture->to_given_graph) delete capture->graph;
  return capture->invalid ? refuse(cudaErrorStreamCaptureInvalidated, "the capture was invalidated before")
                          : refuse(cudaErrorStreamCaptureUnjoined,
                                   "a stream that joined the capture was not joined again");
}

cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
  FXE_SIM_CALL;
  *status = status_of(stream_of(stream));
  return cudaSuccess;
}

cudaError_t cudaStreamGetCaptureInfo(cudaStream_t stream, cudaStreamCaptureStatus* status,
                                     unsigned long long* id, cudaGraph_t* graph,
                                     const cudaGraphNode_t** before, const cudaGraphEdgeData** edges,
                                     size_t* count) {
  FXE_SIM_CALL;
  Stream& s = stream_of(stream);
  *status = status_of(s);
  if (*status != cudaStreamCaptureStatusActive) return cudaSuccess;
  if (before && !edges &&
      std::any_of(s.front.begin(), s.front.end(), [](const Edge& e) { return e.has_data(); }))
    return refuse(cudaErrorLossyQuery, "a capture's front is asked for without its edges' data");
  s.asked_nodes.clear();
  s.asked_edges.clear();
  for (const Edge& e : s.front) {
    s.asked_nodes.push_back(handle_of(*e.from));
    s.asked_edges.push_back(e.data);
  }
  if (id) *id = s.capture->id;
  if (graph) *graph = handle_of(*s.capture->graph);
  if (before) *before = s.asked_nodes.data();
  if (edges) *edges = s.asked_edges.data();
  if (count) *count = s.front.size();
  return cudaSuccess;
}

cudaError_t cudaStreamUpdateCaptureDependencies(cudaStream_t stream, cudaGraphNode_t* before,
                                                const cudaGraphEdgeData* edges, size_t count,
                                                unsigned flags) {
  FXE_SIM_CALL;
  Stream& s = stream_of(stream);
  if (!s.capture) return refuse(cudaErrorInvalidValue, "the front of a stream is set that is not captured");
  if (flags == cudaStreamSetCaptureDependencies) s.front.clear();
  for (size_t i = 0; i < count; ++i) {
    Node& node = node_of(before[i]);
    if (node.graph != s.capture->graph)
      return refuse(cudaErrorInvalidValue, "a capture's front is set to a node of another graph");
    s.front.emplace_back(&node, edges ? edges[i] : cudaGraphEdgeData{});
  }
  return cudaSuccess;
}

}  // extern "C"
