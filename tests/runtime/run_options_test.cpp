// SPDX-License-Identifier: Apache-2.0
#include "runtime/run_options.h"

#include <gtest/gtest.h>

namespace fxe::test {
namespace {

TEST(RunOptions, ADeviceIsWhatItsNameSays) {
  for (const char* text : {"auto", "cpu", "cuda", "cuda:0", "cuda:12"}) {
    const auto device = parse_device(text);
    ASSERT_TRUE(device) << text;
    EXPECT_EQ(name(*device), text);
  }
  for (const char* text : {"", "gpu", "cpu:0", "cuda:", "cuda:-1", "cuda:1x", "cuda:99999999999", "CUDA"})
    EXPECT_FALSE(parse_device(text)) << text;
}

}  // namespace
}  // namespace fxe::test
