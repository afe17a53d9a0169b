// SPDX-License-Identifier: Apache-2.0
#include "engine/repeated_bytes.h"

#include <gtest/gtest.h>

#include <cstring>

namespace fxe {
namespace {

TEST(RepeatedBytes, HoldTheValueFromEndToEnd) {
  const double value = 0.1;
  const auto bytes = std::as_bytes(std::span(&value, 1));
  for (const size_t count : {size_t{0}, size_t{1}, size_t{1} << 17, (size_t{3} << 17) + 5}) {
    RepeatedBytes repeated = repeat_bytes(bytes, count * sizeof(value));
    ASSERT_EQ(repeated.bytes.size(), count * sizeof(value));
    const auto copy = repeated;  // keeps them alive
    repeated = {};
    for (size_t i = 0; i < count; ++i)
      ASSERT_EQ(std::memcmp(copy.bytes.data() + i * sizeof(value), &value, sizeof(value)), 0) << i;
  }
}

}  // namespace
}  // namespace fxe
