// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/weight_cache.h"

#include <gtest/gtest.h>

#include <cstring>

#include "layers/cpu/layout.h"

namespace fxe::test {
namespace {

// Three layers that share bytes: one unchanged, two with factors of their own.
class CachedWeights : public testing::Test {
 protected:
  const dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  cpu::WeightCache cache{engine, make_host_device()};
  cpu::Workers workers{1};
  const Tensor plain = Tensor::from_floats({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor doubled = plain.times({2, 2}), mixed = plain.times({1, -1});

  // get(tensor): what the cache holds for it; value(that): the element that is 4 in `plain`.
  template <class Get, class Value>
  void expect_shared_by_equal_tensors(const Get& get, const Value& value) {
    const auto a = get(plain), b = get(doubled), c = get(mixed);
    EXPECT_EQ(value(a), 4);
    EXPECT_EQ(value(b), 8);
    EXPECT_EQ(value(c), -4);
    EXPECT_EQ(get(plain), a);
    EXPECT_EQ(get(Tensor(doubled)), b);
    EXPECT_EQ(get(mixed), c);
  }
};

TEST_F(CachedWeights, PanelsAreSharedByEqualTensorsOnly) {
  const cpu::WeightPanels panels{.columns = 2, .channels = 3};
  expect_shared_by_equal_tensors([&](const Tensor& tensor) { return cache.get(tensor, panels, workers); },
                                 [](const auto& memory) {  // of the second column
                                   float value = 0;
                                   std::memcpy(&value, memory.get() + sizeof(float), sizeof(value));
                                   return value;
                                 });
}

TEST_F(CachedWeights, MemoriesAreSharedByEqualTensorsOnly) {
  const auto md = cpu::plain_md(cpu::Dims{2, 3});
  expect_shared_by_equal_tensors(
      [&](const Tensor& tensor) { return cache.get(tensor, md, md); },
      [](const auto& memory) { return static_cast<const float*>(memory->get_data_handle())[3]; });
}

}  // namespace
}  // namespace fxe::test
