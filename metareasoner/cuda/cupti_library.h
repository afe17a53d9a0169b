// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "metareasoner/profile/activity_join.h"

namespace fxe {

// CUDA's profiling interface, loaded on first use: programs run without it. One at a time. Records kernels,
// copies and fills of this process from the first construction until the process ends, which costs time:
// graphs captured before that crash or hang when they run, and turning recording off and on loses records
// or hangs.
class CuptiLibrary {
 public:
  // Throws run_time saying what to install if the library is missing or has another version. Starts nothing.
  static void find();
  // `on_copy(copy, original)`: a node was copied because its graph was made executable. Throws as find()
  // does, and if the library refuses.
  explicit CuptiLibrary(std::function<void(uint64_t, uint64_t)> on_copy);
  ~CuptiLibrary();
  CuptiLibrary(const CuptiLibrary&) = delete;
  CuptiLibrary& operator=(const CuptiLibrary&) = delete;

  uint64_t node_id(cudaGraphNode_t) const;
  void push_mark(uint64_t mark);  // carried by everything this thread launches until pop_mark()
  void pop_mark();

  std::vector<DeviceActivity> take();  // recorded since the last call; waits for the device

 private:
  void begin_records();
  static void unsubscribe() noexcept;

  struct State;
  static State* state_;  // the library's callbacks carry no pointer of ours; never freed
};

}  // namespace fxe
