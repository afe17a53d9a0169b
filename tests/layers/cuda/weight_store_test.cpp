// SPDX-License-Identifier: Apache-2.0
#include "layers/cuda/weight_store.h"

#include <gtest/gtest.h>

namespace fxe::test {
namespace {

TEST(WeightStore, TellsTensorsApartByTheirFactors) {
  const auto device = make_host_device();
  cuda::WeightStore store(*device);
  const auto convert = [](const std::vector<float>& values) {
    const auto bytes = std::as_bytes(std::span(values));
    return std::vector<std::byte>(bytes.begin(), bytes.end());
  };
  const auto last = [](const auto& buffer) { return reinterpret_cast<const float*>(buffer->data())[3]; };
  const Tensor plain = Tensor::from_floats({2, 2}, {1, 2, 3, 4});
  const Tensor doubled = plain.times({2, 2}), mixed = plain.times({1, -1});
  const auto a = store.get(plain, "f", convert), b = store.get(doubled, "f", convert),
             c = store.get(mixed, "f", convert);
  EXPECT_EQ(last(a), 4);
  EXPECT_EQ(last(b), 8);
  EXPECT_EQ(last(c), -4);
  EXPECT_EQ(store.get(doubled, "f", convert), b);
  EXPECT_EQ(store.get(plain, "f", convert), a);
}

}  // namespace
}  // namespace fxe::test
