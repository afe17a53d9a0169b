// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "kernels/cpu/dot_tile.h"
#include "layers/optimize.h"
#include "layers/run_plan.h"
#include "layers/thread_plans.h"
#include "networks/registry.h"
#include "tests/support/models.h"

namespace fxe::test {
namespace {

TEST(ThreadPlans, WhereABatchCanBePartedEvenly) {
  const Model model = random_model(1);
  const auto one = make_cpu_backend(1), three = make_cpu_backend(3);
  const auto plans = [&](Backend& backend, int64_t batch) {
    return compile(model, backend, batch)->thread_plans();
  };
  EXPECT_EQ(plans(*one, 6), 0u);
  for (const int64_t batch : {1, 2, 4, 5, 23}) EXPECT_EQ(plans(*three, batch), 0u) << batch;
  for (const int64_t batch : {3, 6, 24, 25}) EXPECT_EQ(plans(*three, batch), 3u) << batch;
  EXPECT_EQ(compile(model, *three, 6, {.keep_values = true})->thread_plans(), 0u);
}

TEST(ThreadPlans, PiecesOfABatch) {
  constexpr int64_t kMultiplyAdds = 4'000'000'000;
  constexpr size_t kSmall = 14'000'000, kLarge = 100'000'000, kHuge = 240'000'000;
  const auto images = [&](int64_t batch, int64_t threads, size_t weight_bytes) {
    return images_of_piece(batch, threads, kMultiplyAdds, weight_bytes);
  };
  EXPECT_EQ(images(8, 1, kSmall), 0);
  EXPECT_EQ(images(1, 2, kSmall), 0);
  EXPECT_EQ(images(8, 2, kSmall), 2);
  EXPECT_EQ(images(6, 2, kSmall), 1);
  EXPECT_EQ(images(7, 2, kSmall), 0);   // one thread would wait for the other during an eighth of the time
  EXPECT_EQ(images(17, 2, kSmall), 1);  // a seventeenth
  EXPECT_EQ(images(8, 2, kLarge), 4);
  EXPECT_EQ(images(16, 2, kLarge), 4);
  EXPECT_EQ(images(12, 2, kLarge), 2);
  EXPECT_EQ(images(2, 2, kLarge), 0);  // 40 multiply-adds a byte
  EXPECT_EQ(images(8, 2, kHuge), 4);   // 67
  EXPECT_EQ(images(4, 2, kHuge), 0);
}

// Layers shared by threads, pieces of a batch, or one image after the other: the same bits.
TEST(ThreadPlans, NeitherThreadsNorTheBatchChangeABit) {
  if (!dot_tile_works()) GTEST_SKIP() << "this processor has no AVX-512: oneDNN sums as it likes";
  for (const char* spec : {"resnet18:input=64", "squeezenet1_1:input=64"}) {
    const Model model = optimize(with_random_weights(build_network(spec), 1));
    constexpr int64_t kImages = 17;
    const auto images = random_images(model, kImages, 2);
    const size_t image = images.size() / kImages;
    const auto one = make_cpu_backend(1), two = make_cpu_backend(2);
    std::vector<float> expected;
    for (size_t i = 0; i < kImages; ++i) {
      const auto row = run_model(model, *one, std::span(images).subspan(i * image, image), 1);
      expected.insert(expected.end(), row.begin(), row.end());
    }
    EXPECT_EQ(run_model(model, *two, std::span(images).first(image), 1),
              std::vector<float>(expected.begin(),
                                 expected.begin() + static_cast<std::ptrdiff_t>(expected.size() / kImages)))
        << spec << ": layers shared by two threads";
    EXPECT_EQ(run_model(model, *one, images, kImages), expected) << spec << ": one thread, the whole batch";
    EXPECT_EQ(run_model(model, *two, images, kImages), expected) << spec << ": pieces of a batch";
  }
}

// By per-thread plans, in one piece, and layer by layer, as observers see it.
TEST(ThreadPlans, APlanCanBeBoundToAnotherInputAndOutput) {
  const Model model = random_model(5);
  const auto cpu = make_cpu_backend(2);
  const auto queue = cpu->device().make_queue();
  for (const int64_t images : {1, 4}) {
    const auto plan = compile(model, *cpu, images);
    EXPECT_EQ(plan->thread_plans(), images == 1 ? 0u : 2u);
    const auto a = random_images(model, images, 1), b = random_images(model, images, 2);
    const Buffer arena = cpu->device().allocate(plan->arena_bytes());
    std::vector<float> first(static_cast<size_t>(images * plan->classes())), second = first;
    plan->bind(arena.data(), a.data(), first.data());
    plan->enqueue(*queue);
    EXPECT_EQ(first, run_model(model, *cpu, a, images));
    plan->rebind(b.data(), second.data());
    plan->enqueue(*queue);
    EXPECT_EQ(second, run_model(model, *cpu, b, images));
    EXPECT_EQ(first, run_model(model, *cpu, a, images));
    std::ranges::fill(second, 0.0f);
    for (size_t i = 0; i < plan->layers().size(); ++i) plan->enqueue_layer(*queue, i);
    EXPECT_EQ(second, run_model(model, *cpu, b, images));
  }
}

}  // namespace
}  // namespace fxe::test
