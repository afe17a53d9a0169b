// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "tests/simulated_device/graph.h"
#include "tests/simulated_device/work.h"

// Streams are queues. Their work runs when the order of settings.h says so: that of one stream one after
// another, that of several streams as the seed draws.
namespace fxe::sim {

struct Stream;

// The streams that write to one graph: the one that began, and those that joined by an event.
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
  uint64_t recorded = 0, done = 0;   // numbers of times
  uint64_t time_ns = 0;              // when it was last done
  Stream* stream = nullptr;          // that last recorded it
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
  // The last answer of cudaStreamGetCaptureInfo, valid until the next call.
  std::vector<cudaGraphNode_t> asked_nodes;
  std::vector<cudaGraphEdgeData> asked_edges;
};

Stream& stream_of(cudaStream_t);
Event& event_of(cudaEvent_t);

void enqueue(Stream&, Task);  // then runs what the order allows
void submit(Stream&, Work);   // into the stream, or into the graph that it is captured to
void run_until(Stream&, const std::function<bool()>& done);
void drain();  // all streams
bool any_capture();
bool unsafe_while_capturing();  // some capture is not relaxed

// Takes the stream out of its capture, which is invalid from then on.
cudaError_t invalidate(Stream&, cudaError_t, const char* rule);

}  // namespace fxe::sim
