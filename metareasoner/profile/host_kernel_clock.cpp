// SPDX-License-Identifier: Apache-2.0
#include "metareasoner/profile/host_kernel_clock.h"

#include <chrono>
#include <utility>

namespace fxe {

namespace {

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

HostKernelClock::HostKernelClock(std::vector<PlanMember*> members) : members_(std::move(members)) {}

void HostKernelClock::watch(bool on) {
  for (PlanMember* member : members_) member->observe(on ? this : nullptr);
}

void HostKernelClock::begin(Queue&, const Plan&, size_t, size_t) { start_ns_ = now_ns(); }

void HostKernelClock::end(Queue&, const Plan& plan, size_t layer, size_t kernel) {
  const int64_t ns = now_ns() - start_ns_;
  calls_.push_back({&plan, layer, kernel, start_ns_, ns, {}});
}

std::vector<KernelCall> HostKernelClock::take() { return std::exchange(calls_, {}); }

}  // namespace fxe
