// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/weight_cache.h"

#include <gtest/gtest.h>

#include <cstring>

#include "layers/cpu/layout.h"

namespace fxe::test {
namespace {

// Three layers that share bytes: one as they are, two with factors of their own.
class CachedWeights : public testing::Test {
 protected:
  const dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  cpu::WeightCache cache{engine, make_host_device()};
  cpu::Workers workers{1};
  const Tensor plain = Tensor::from_floats({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor doubled = plain.times({2, 2}), mixed = plain.times({1, -1});
};

TEST_F(CachedWeights, PanelsAreSharedByEqualTensorsOnly) {
  const cpu::WeightPanels panels{.columns = 2, .channels = 3};
  const auto first = [](const auto& memory) {
    float value = 0;
    std::memcpy(&value, memory.get() + sizeof(float), sizeof(value));  // of the second column
    return value;
  };
  const auto a = cache.get(plain, panels, workers), b = cache.get(doubled, panels, workers),
             c = cache.get(mixed, panels, workers);
  EXPECT_EQ(first(a), 4);
  EXPECT_EQ(first(b), 8);
  EXPECT_EQ(first(c), -4);
  EXPECT_EQ(cache.get(plain, panels, workers), a);
  EXPECT_EQ(cache.get(Tensor(doubled), panels, workers), b);
  EXPECT_EQ(cache.get(mixed, panels, workers), c);
}

TEST_F(CachedWeights, MemoriesAreSharedByEqualTensorsOnly) {
  const auto md = cpu::plain_md(cpu::Dims{2, 3});
  const auto last = [](const auto& memory) {
    return static_cast<const float*>(memory->get_data_handle())[5];
  };
  const auto a = cache.get(plain, md, md), b = cache.get(doubled, md, md), c = cache.get(mixed, md, md);
  EXPECT_EQ(last(a), 6);
  EXPECT_EQ(last(b), 12);
  EXPECT_EQ(last(c), -6);
  EXPECT_EQ(cache.get(plain, md, md), a);
  EXPECT_EQ(cache.get(Tensor(doubled), md, md), b);
  EXPECT_EQ(cache.get(mixed, md, md), c);
}

}  // namespace
}  // namespace fxe::test
