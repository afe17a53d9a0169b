// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "tests/simulated_device/graph.h"
#include "tests/simulated_device/work.h"

// Streams are queues. What was put in runs when the order of settings.h says so, one thing after the other of
// each stream, and of all streams as the seed draws.
namespace fxe::sim {

struct Stream;

// Streams that write to one graph: the one that began, and those that an event made join.
struct Capture {
  uint64_t id = 0;
  Graph* graph = nullptr;
  Stream* origin = nullptr;
  std::vector<Stream*> streams;
  cudaStreamCaptureMode mode{};
  bool to_given_graph = false;
  bool invalid = false;
};

struct Event {
  bool has_timing = true;
  uint64_t recorded = 0, done = 0;   // how often
  uint64_t time_ns = 0;              // when it was done last
  Stream* stream = nullptr;          // that recorded it last
  std::shared_ptr<Capture> capture;  // recorded in it, after `front`
  std::vector<Edge> front;
};

struct Task {
  enum class Kind { work, record, wait };
  Kind kind = Kind::work;
  std::function<void()> run;
  Event* event = nullptr;
  uint64_t version = 0;  // of the event
};

struct Stream {
  bool blocking = false;  // orders itself with the legacy stream
  std::deque<Task> tasks;
  std::shared_ptr<Capture> capture;
  std::vector<Edge> front;  // what the next node of the capture depends on
  // What cudaStreamGetCaptureInfo has answered, valid until the next call.
  std::vector<cudaGraphNode_t> asked_nodes;
  std::vector<cudaGraphEdgeData> asked_edges;
};

Stream& stream_of(cudaStream_t);
Event& event_of(cudaEvent_t);

void enqueue(Stream&, Task);  // and runs what the order says
void submit(Stream&, Work);   // into the stream, or into the graph that it is captured to
void run_until(Stream&, const std::function<bool()>& done);
void drain();  // all streams
bool any_capture();
bool unsafe_while_capturing();  // some capture is not relaxed

// Takes the stream out of its capture, which is refused from then on.
cudaError_t invalidate(Stream&, cudaError_t, const char* rule);

}  // namespace fxe::sim
