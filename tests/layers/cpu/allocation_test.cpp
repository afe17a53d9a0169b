// SPDX-License-Identifier: Apache-2.0
#include "tests/support/allocations.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>

#include "layers/optimize.h"
#include "layers/plan.h"
#include "networks/registry.h"
#include "tests/layers/cpu/dnnl_objects.h"
#include "tests/support/models.h"

namespace fxe::test {
namespace {

class Running {
 public:
  Running(const Model& model, Backend& backend, int64_t batch)
      : plan_(compile(model, backend, batch)),
        queue_(backend.device().make_queue()),
        arena_(backend.device().allocate(plan_->arena_bytes())),
        input_(random_images(model, batch, 1)),
        output_(static_cast<size_t>(batch * plan_->classes())) {
    plan_->bind(arena_.data(), input_.data(), output_.data());
  }

  void run() const { plan_->enqueue(*queue_); }
  void run_layer(size_t i) const { plan_->enqueue_layer(*queue_, i); }
  const Plan& plan() const { return *plan_; }

 private:
  std::unique_ptr<Plan> plan_;
  std::unique_ptr<Queue> queue_;
  Buffer arena_;
  std::vector<float> input_, output_;
};

// dnnl_primitive_execute, in versions 2 and 3, copies its arguments into a hash table on the heap and frees
// it on return: small pieces, far from the size of a value or a scratchpad.
constexpr size_t kMostBytesOfDnnl = 1024;

void expect_no_allocation_in(const std::string& what, const std::function<void()>& run) {
  std::map<std::string, size_t> forbidden;
  for (const Allocation& a : allocations_during([&] {
         for (int i = 0; i < 10; ++i) run();
       }))
    if (!a.library.starts_with("libdnnl") || a.bytes > kMostBytesOfDnnl)
      ++forbidden[fmt::format("{} bytes by {}: {}", a.bytes, a.library, a.caller)];
  for (const auto& [allocation, count] : forbidden)
    ADD_FAILURE() << what << ": in 10 runs " << count << " x " << allocation;
}

// The first run, by per-thread plans or layer by layer, may start threads; after that nothing else is
// allocated, and no library object is created.
void expect_no_allocation(const Model& model, Backend& backend, int64_t batch) {
  const size_t before = dnnl_objects_created();
  const Running running(model, backend, batch);
  if (backend.name() == "cpu") {
    EXPECT_GT(dnnl_objects_created(), before) << "compiling makes objects: are they counted?";
  }
  const auto& layers = running.plan().layers();
  running.run();
  for (size_t i = 0; i < layers.size(); ++i) running.run_layer(i);

  const size_t objects = dnnl_objects_created();
  expect_no_allocation_in(fmt::format("{} per-thread plans", running.plan().thread_plans()),
                          [&] { running.run(); });
  for (size_t i = 0; i < layers.size(); ++i)
    expect_no_allocation_in(op_str(layers[i].op) + ", " + layers[i].implementation,
                            [&] { running.run_layer(i); });
  EXPECT_EQ(dnnl_objects_created() - objects, 0u);
}

constexpr auto kCannotCount = "this build's sanitizer has a malloc of its own, whose calls are not counted";

TEST(Allocation, IsCounted) {
  if (!can_count_allocations()) GTEST_SKIP() << kCannotCount;
  EXPECT_EQ(allocations_during([] {}).size(), 0u);
  std::unique_ptr<int> kept;
  const auto one = allocations_during([&] { kept = std::make_unique<int>(1); });
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].bytes, sizeof(int));
  EXPECT_EQ(one[0].library, "test_layers");
}

TEST(Allocation, NoneInResNets) {
  if (!can_count_allocations()) GTEST_SKIP() << kCannotCount;
  const auto backend = make_cpu_backend(2);
  for (const char* spec : {"resnet18:input=64", "resnet50:input=64"}) {
    SCOPED_TRACE(spec);
    expect_no_allocation(optimize(with_random_weights(build_network(spec), 1)), *backend, 1);
  }
}

TEST(Allocation, NoneInAnyOperation) {
  if (!can_count_allocations()) GTEST_SKIP() << kCannotCount;
  const auto reference = make_reference_backend(), cpu = make_cpu_backend(1), threads = make_cpu_backend(2);
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    expect_no_allocation(random_model(seed), *reference, 2);
    expect_no_allocation(random_model(seed), seed % 10 == 0 ? *threads : *cpu, 2);
  }
}

}  // namespace
}  // namespace fxe::test
