// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "tests/simulated_device/call.h"
#include "tests/simulated_device/memory.h"
#include "tests/simulated_device/stream.h"

using namespace fxe::sim;

namespace {

const char* broken_rule_of(Place place) {
  if (place == Place::beyond) return "a copy passes the end of an allocation";
  return place == Place::freed ? "a copy touches memory that was freed" : nullptr;
}

}  // namespace

// A copy reads its source when it runs, except from pageable memory: CUDA reads that before the call returns,
// and waits for copies to it.
extern "C" cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind,
                                       cudaStream_t stream) {
  FXE_SIM_CALL;
  Stream& s = stream_of(stream);
  if (kind != cudaMemcpyDefault) return refuse(cudaErrorInvalidValue, "fxe copies with cudaMemcpyDefault");
  const Place target = place_of(to, bytes), source = place_of(from, bytes);
  for (const Place place : {target, source})
    if (const char* rule = broken_rule_of(place); rule && bytes) return refuse(cudaErrorInvalidValue, rule);
  const bool down = target != Place::device && source == Place::device;
  Work work{.type = cudaGraphNodeTypeMemcpy,
            .name = "copy",
            .run = [=] { std::memcpy(to, from, bytes); },
            .touches_pageable_memory = target == Place::pageable || source == Place::pageable,
            .to_host = down ? to : nullptr,
            .bytes = bytes};
  if (!s.capture && source == Place::pageable) {
    const auto* begin = static_cast<const std::byte*>(from);
    work.run = [to, staged = std::vector<std::byte>(begin, begin + bytes)] {
      std::memcpy(to, staged.data(), staged.size());
    };
  }
  submit(s, std::move(work));
  if (!s.capture && down && target == Place::pageable) run_until(s, [&] { return s.tasks.empty(); });
  return fault();
}
