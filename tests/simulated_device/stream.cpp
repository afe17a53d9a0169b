// SPDX-License-Identifier: Apache-2.0
#include "tests/simulated_device/stream.h"

#include <algorithm>
#include <vector>

#include "tests/simulated_device/call.h"
#include "tests/simulated_device/memory.h"
#include "tests/simulated_device/settings.h"

namespace fxe::sim {

namespace {

Stream legacy{.blocking = true};
// In the order of their creation, so that a seed repeats a run whatever the addresses.
std::vector<Stream*> streams{&legacy};

bool can_go_on(const Stream& s) {
  if (s.tasks.empty()) return false;
  const Task& next = s.tasks.front();
  return next.kind != Task::Kind::wait || next.event->done >= next.version;
}

void run_next(Stream& s) {
  Task task = std::move(s.tasks.front());
  s.tasks.pop_front();
  if (task.kind == Task::Kind::record) {
    task.event->done = task.version;
    task.event->time_ns = now_ns();
  }
  if (task.kind != Task::Kind::work || fault() != cudaSuccess) return;
  try {
    task.run();
  } catch (const std::exception& e) {
    set_fault(e.what());
  }
}

// False if no stream can go on.
bool run_any() {
  std::vector<Stream*> able;
  for (Stream* s : streams)
    if (can_go_on(*s)) able.push_back(s);
  if (able.empty()) return false;
  run_next(*able[random_bits() % able.size()]);
  return true;
}

// The stream that this one waits for.
Stream& holding_up(Stream& s) {
  Stream* at = &s;
  while (!at->tasks.empty() && !can_go_on(*at)) at = at->tasks.front().event->stream;
  return *at;
}

cudaError_t legacy_while_capturing() {
  for (const Stream* s : streams)
    if (s->capture && s->blocking)
      return refuse(cudaErrorStreamCaptureImplicit, "the legacy stream waits for a stream that is captured");
  return cudaSuccess;
}

}  // namespace

Stream& stream_of(cudaStream_t handle) {
  if (handle == nullptr || handle == cudaStreamLegacy) return legacy;
  auto* stream = reinterpret_cast<Stream*>(handle);
  if (std::find(streams.begin(), streams.end(), stream) == streams.end())
    broken_rule("a stream is used that was destroyed or never made");
  return *stream;
}

void enqueue(Stream& s, Task task) {
  s.tasks.push_back(std::move(task));
  if (settings().order == Settings::Order::early) drain();
  if (settings().order == Settings::Order::random)
    for (uint64_t turns = random_bits() % 4; turns > 0 && run_any(); --turns) {
    }
}

void submit(Stream& s, Work work) {
  if (s.capture) {
    const bool ends_early = work.ends_early;
    s.front = {Edge(s.capture->graph->add(std::move(work), s.front), ends_early)};
    return;
  }
  poison(work);
  enqueue(s, {.run = [work = std::move(work), id = WorkId{0, next_correlation()}] { run_work(work, id); }});
}

void run_until(Stream& s, const std::function<bool()>& done) {
  while (!done()) {
    if (settings().order != Settings::Order::late) {
      if (run_any()) continue;
    } else if (Stream& next = holding_up(s); can_go_on(next)) {
      run_next(next);
      continue;
    }
    broken_rule("the host waits for what no stream will ever do");
  }
}

void drain() {
  while (run_any()) {
  }
}

bool any_capture() {
  return std::any_of(streams.begin(), streams.end(), [](const Stream* s) { return s->capture != nullptr; });
}

bool unsafe_while_capturing() {
  return std::any_of(streams.begin(), streams.end(), [](const Stream* s) {
    return s->capture && s->capture->mode != cudaStreamCaptureModeRelaxed;
  });
}

}  // namespace fxe::sim

extern "C" {

using namespace fxe::sim;

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* made, unsigned flags) {
  FXE_SIM_CALL;
  auto* stream = new Stream;
  stream->blocking = (flags & cudaStreamNonBlocking) == 0;
  streams.push_back(stream);
  *made = reinterpret_cast<cudaStream_t>(stream);
  return cudaSuccess;
}

// What is in the stream goes on; here the host waits for it.
cudaError_t cudaStreamDestroy(cudaStream_t handle) {
  FXE_SIM_CALL;
  Stream& s = stream_of(handle);
  if (s.capture)
    return refuse(cudaErrorStreamCaptureUnsupported, "a stream is destroyed while it is captured");
  drain();
  std::erase(streams, &s);
  delete &s;
  return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t handle) {
  FXE_SIM_CALL;
  Stream& s = stream_of(handle);
  if (s.capture)
    return invalidate(s, cudaErrorStreamCaptureUnsupported, "the host waits for a stream that is captured");
  if (&s == &legacy)
    if (const auto error = legacy_while_capturing(); error != cudaSuccess) return error;
  run_until(s, [&] { return s.tasks.empty(); });
  return fault();
}

cudaError_t cudaDeviceSynchronize() {
  FXE_SIM_CALL;
  if (any_capture())
    return refuse(cudaErrorStreamCaptureUnsupported,
                  "the host waits for a device, a stream of which is captured");
  drain();
  for (const Stream* s : streams)
    if (!s->tasks.empty()) broken_rule("the host waits for what no stream will ever do");
  return fault();
}

cudaError_t cudaMemset(void* to, int value, size_t bytes) {
  FXE_SIM_CALL;
  if (const auto error = legacy_while_capturing(); error != cudaSuccess) return error;
  if (bytes && place_of(to, bytes) != Place::device)
    return refuse(cudaErrorInvalidValue, "cudaMemset of what is not inside one allocation on the device");
  submit(legacy, {.type = cudaGraphNodeTypeMemset, .name = "fill", .run = [=] {
                    std::fill_n(static_cast<unsigned char*>(to), bytes, static_cast<unsigned char>(value));
                  }});
  return fault();
}

cudaError_t cudaLaunchHostFunc(cudaStream_t handle, cudaHostFn_t function, void* data) {
  FXE_SIM_CALL;
  submit(stream_of(handle),
         {.type = cudaGraphNodeTypeHost, .name = "host function", .run = [=] { function(data); }});
  return fault();
}

}  // extern "C"
