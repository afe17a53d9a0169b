// SPDX-License-Identifier: Apache-2.0
#include "tests/simulated_device/work.h"

#include <chrono>
#include <cstring>
#include <stdexcept>

#include "tests/simulated_device/activity.h"
#include "tests/simulated_device/coverage.h"
#include "tests/simulated_device/executable.h"
#include "tests/simulated_device/settings.h"

namespace fxe::sim {

uint64_t now_ns() {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                   std::chrono::steady_clock::now().time_since_epoch())
                                   .count());
}

uint32_t next_correlation() {
  static uint32_t last = 0;
  note_launch(++last);
  return last;
}

void run_work(const Work& work, const WorkId& id) {
  const uint64_t began_ns = now_ns();
  if (work.type == cudaGraphNodeTypeKernel) {
    if (++coverage().kernels == settings().faulting_kernel)
      throw std::runtime_error(work.name + ": an illegal address, as was asked for");
    begin_setting();
  }
  if (work.type == cudaGraphNodeTypeMemcpy) ++coverage().copies;
  if (work.run) work.run();
  note_activity(work, id, began_ns, now_ns());
}

void poison(const Work& work) {
  if (work.to_host) std::memset(work.to_host, 0xFF, work.bytes);
}

}  // namespace fxe::sim
