// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "metareasoner/profile/kernel_clock.h"

namespace fxe {

struct KernelPlace {
  const Plan* plan = nullptr;
  size_t layer = 0, kernel = 0;
};

// One kernel or copy as a device's profiler reports it.
struct DeviceActivity {
  uint64_t graph_node = 0;  // of the launched graph; 0: launched by itself
  uint64_t mark = 0;        // set when it was launched; 0: none
  int64_t start_ns = 0, end_ns = 0;
  std::string name;
};

// Finds the layer of each activity of a device. Layer names are lost inside a launched graph, so at capture
// every node is noted with its kernel; graphs are copied when they are made executable, so copies are noted
// too; and kernels launched by themselves are marked.
class ActivityJoin {
 public:
  void note_node(uint64_t node, const KernelPlace&);
  void note_copy(uint64_t copy, uint64_t original);  // of a node, or of a copy
  uint64_t mark(const KernelPlace&);                 // the number that its launches carry: from 1

  // In the order they started. Those without a note have no plan.
  std::vector<KernelCall> join(std::span<const DeviceActivity>) const;

 private:
  const KernelPlace* place_of(const DeviceActivity&) const;

  std::unordered_map<uint64_t, KernelPlace> nodes_;
  std::unordered_map<uint64_t, uint64_t> originals_;
  std::vector<KernelPlace> marked_;  // [mark - 1]
};

}  // namespace fxe
