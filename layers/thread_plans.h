// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "layers/backend.h"

namespace fxe {

class Plan;

// Images in a piece of a batch that `threads` threads share, chosen so that the batch divides evenly; 0 if
// per-thread plans do not pay. `multiply_adds`: of one image.
int64_t images_of_piece(int64_t batch, int64_t threads, int64_t multiply_adds, size_t weight_bytes);

// Runs a batch in pieces of a few images, on several cores that do not wait for each other: each thread has a
// plan of its own for one piece (ThreadBackends), rebinds it to the next piece that no thread has taken, runs
// it, and so on. A thread that has lost its core to another process holds up one piece only.
class ThreadPlans {
 public:
  // plans[i] is for backends()[i]; all have one batch size, which divides `batch`.
  ThreadPlans(ThreadBackends& backends, std::vector<std::unique_ptr<Plan>> plans, int64_t batch);
  ~ThreadPlans();

  size_t count() const { return plans_.size(); }
  size_t arena_bytes() const { return offsets_bytes_.back(); }

  // As Plan::bind, for the whole batch; the input is plain fp32.
  void bind(std::byte* arena, const float* input, float* output);
  void rebind(const float* input, float* output);
  void enqueue(Queue&);

 private:
  ThreadBackends& backends_;
  std::vector<std::unique_ptr<Plan>> plans_;
  std::vector<size_t> offsets_bytes_;  // of each plan's arena; the last one is their end
  int64_t pieces_;
  const float* input_ = nullptr;
  float* output_ = nullptr;
  std::atomic<int64_t> next_ = 0;  // piece
};

}  // namespace fxe
