// SPDX-License-Identifier: Apache-2.0
#include "layers/thread_plans.h"

#include "layers/plan.h"

namespace fxe {

// Pieces of one or two images keep their values in a core's own cache, and two images share each read of the
// weights: MobileNet takes 0.92 of its time in pieces of two and 0.98 in pieces of four, SqueezeNet 1.00 and
// 1.04. Large weights come from memory for each piece: then four gain 4 % (ResNet-50). If a byte of weights
// serves few multiply-adds, as in AlexNet (12, in pieces of four), cores that share every layer are faster by
// 3 % (batch 16) to 24 % (batch 2), because they read the weights once. (fxe bench, 2 cores.)
int64_t images_of_piece(int64_t batch, int64_t threads, int64_t multiply_adds, size_t weight_bytes) {
  constexpr size_t kCached = 32 << 20;
  constexpr int64_t kFew = 2, kMost = 4, kLeastMultiplyAddsOfByte = 64, kManyPieces = 8;
  if (threads < 2) return 0;
  const bool cached = weight_bytes <= kCached;
  int64_t images = cached ? kFew : kMost;
  while (images > 1 && batch % (images * threads) != 0) images /= 2;
  if (!cached && images * multiply_adds < kLeastMultiplyAddsOfByte * static_cast<int64_t>(weight_bytes))
    return 0;
  const int64_t pieces = batch / images;
  const bool even = pieces % threads == 0 || pieces >= kManyPieces * threads;
  return pieces >= threads && even ? images : 0;
}

ThreadPlans::ThreadPlans(ThreadBackends& backends, std::vector<std::unique_ptr<Plan>> plans, int64_t batch)
    : backends_(backends), plans_(std::move(plans)), pieces_(batch / plans_[0]->batch()) {
  size_t bytes = 0;
  for (const auto& plan : plans_) {
    offsets_bytes_.push_back(bytes);
    bytes += (plan->arena_bytes() + kBufferAlignment - 1) / kBufferAlignment * kBufferAlignment;
  }
  offsets_bytes_.push_back(bytes);
}

ThreadPlans::~ThreadPlans() = default;

void ThreadPlans::rebind(const float* input, float* output) {
  input_ = input;
  output_ = output;
}

void ThreadPlans::bind(std::byte* arena, const float* input, float* output) {
  rebind(input, output);
  for (size_t i = 0; i < plans_.size(); ++i) plans_[i]->bind(arena + offsets_bytes_[i], input, output);
}

void ThreadPlans::enqueue(Queue& queue) {
  next_.store(0, std::memory_order_relaxed);
  backends_.run_on_threads([&](size_t thread) {
    Plan& plan = *plans_[thread];
    for (int64_t piece = next_.fetch_add(1, std::memory_order_relaxed); piece < pieces_;
         piece = next_.fetch_add(1, std::memory_order_relaxed)) {
      const int64_t first = piece * plan.batch();
      plan.rebind(input_ + first * plan.input_elements(), output_ + first * plan.classes());
      plan.enqueue(queue);
    }
  });
}

}  // namespace fxe
