// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/device.h"
#include "engine/error.h"

namespace fxe::test {
namespace {

TEST(HostDevice, SaysWhatWasNeededWhereThereIsNot) {
  const auto device = make_host_device();
  for (const size_t bytes : {size_t{1} << 62, SIZE_MAX}) {
    try {
      device->allocate(bytes);
      ADD_FAILURE() << bytes;
    } catch (const Error& e) {
      EXPECT_EQ(e.kind(), ErrorKind::run_time);
      EXPECT_THAT(e.what(), testing::HasSubstr(std::to_string(bytes) + " bytes were needed"));
    }
  }
}

}  // namespace
}  // namespace fxe::test
