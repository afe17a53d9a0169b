// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "tests/simulated_device/call.h"
#include "tests/simulated_device/settings.h"
#include "tests/simulated_device/stream.h"

namespace fxe::sim {

namespace {

std::set<Event*> events;

cudaEvent_t make_event(bool has_timing) {
  auto* event = new Event{.has_timing = has_timing};
  events.insert(event);
  return reinterpret_cast<cudaEvent_t>(event);
}

}  // namespace

Event& event_of(cudaEvent_t handle) {
  auto* event = reinterpret_cast<Event*>(handle);
  if (!events.contains(event)) broken_rule("an event is used that was destroyed or never made");
  return *event;
}

}  // namespace fxe::sim

extern "C" {

using namespace fxe::sim;

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* made, unsigned flags) {
  FXE_SIM_CALL;
  *made = make_event((flags & cudaEventDisableTiming) == 0);
  return cudaSuccess;
}

cudaError_t cudaEventCreate(cudaEvent_t* made) {
  FXE_SIM_CALL;
  *made = make_event(true);
  return cudaSuccess;
}

// Tasks refer to it, so those that wait for it or record it run first.
cudaError_t cudaEventDestroy(cudaEvent_t handle) {
  FXE_SIM_CALL;
  Event& event = event_of(handle);
  drain();
  events.erase(&event);
  delete &event;
  return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t handle, cudaStream_t stream) {
  FXE_SIM_CALL;
  Event& event = event_of(handle);
  Stream& s = stream_of(stream);
  event.capture = s.capture;
  event.front = s.front;
  event.stream = &s;
  if (!s.capture) enqueue(s, {.kind = Task::Kind::record, .event = &event, .version = ++event.recorded});
  return fault();
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t handle, unsigned) {
  FXE_SIM_CALL;
  Event& event = event_of(handle);
  Stream& s = stream_of(stream);
  if (!event.capture && !s.capture) {
    enqueue(s, {.kind = Task::Kind::wait, .event = &event, .version = event.recorded});
    return fault();
  }
  if (!event.capture)
    return invalidate(s, cudaErrorStreamCaptureIsolation, "a capture waits for an event from outside it");
  if (s.capture && s.capture != event.capture)
    return invalidate(s, cudaErrorStreamCaptureMerge, "a capture waits for an event of another capture");
  if (event.capture->invalid)
    return refuse(cudaErrorStreamCaptureInvalidated, "the event's capture was invalidated");
  if (!s.capture) {  // it joins
    s.capture = event.capture;
    s.front.clear();
    s.capture->streams.push_back(&s);
  }
  s.front.insert(s.front.end(), event.front.begin(), event.front.end());
  return fault();
}

cudaError_t cudaEventSynchronize(cudaEvent_t handle) {
  FXE_SIM_CALL;
  Event& event = event_of(handle);
  if (event.capture)
    return refuse(cudaErrorCapturedEvent, "the host waits for an event that was recorded in a capture");
  const uint64_t version = event.recorded;
  if (event.stream) run_until(*event.stream, [&] { return event.done >= version; });
  return fault();
}

cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t from, cudaEvent_t to) {
  FXE_SIM_CALL;
  const Event &a = event_of(from), &b = event_of(to);
  if (a.capture || b.capture)
    return refuse(cudaErrorCapturedEvent, "the time of an event that was recorded in a capture");
  if (!a.has_timing || !b.has_timing || a.recorded == 0 || b.recorded == 0)
    return refuse(cudaErrorInvalidValue, "the time of an event that was made without times, or not recorded");
  if (a.done < a.recorded || b.done < b.recorded)
    return refuse(cudaErrorNotReady, "the time of an event that has not happened yet");
  *ms = static_cast<float>(static_cast<double>(b.time_ns - a.time_ns) / 1e6);
  return fault();
}

}  // extern "C"
