// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "layers/backend.h"

namespace fxe {

class Plan;

// Images that a lane runs at a time, chosen so that a batch divides evenly; 0: lanes do not pay.
// `multiply_adds`: of one image.
int64_t images_of_piece(int64_t batch, int64_t lanes, int64_t multiply_adds, size_t weight_bytes);

// Runs a batch in pieces of a few images, on several cores that do not wait for each other: each lane
// (Backend::lanes) has its own plan for one piece, moves it to the next piece that no lane has taken, runs
// it, and so on. A lane that has lost its core to another process holds up one piece only.
class Lanes {
 public:
  // plans[i] is for lane i of `backend`; all have one batch size, which divides `batch`.
  Lanes(Backend& backend, std::vector<std::unique_ptr<Plan>> plans, int64_t batch);
  ~Lanes();

  size_t count() const { return plans_.size(); }
  size_t arena_bytes() const { return offsets_bytes_.back(); }

  // As Plan::bind, for the whole batch; the input is plain fp32.
  void bind(std::byte* arena, const float* input, float* output);
  void move_to(const float* input, float* output);
  void enqueue(Queue&);

 private:
  Backend& backend_;
  std::vector<std::unique_ptr<Plan>> plans_;
  std::vector<size_t> offsets_bytes_;  // of each plan's arena; the last one is their end
  int64_t pieces_;
  const float* input_ = nullptr;
  float* output_ = nullptr;
  std::atomic<int64_t> next_ = 0;  // piece
};

}  // namespace fxe
