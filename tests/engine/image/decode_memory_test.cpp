// SPDX-License-Identifier: Apache-2.0
#include "engine/image/decode_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "engine/error.h"
#include "engine/image/decode.h"
#include "tests/engine/image/encode.h"

namespace fxe::test {
namespace {

TEST(DecodeMemory, IsNeverExceededAndAllGetTheirShare) {
  DecodeMemory memory(100);
  std::atomic<int> taken = 0, most = 0, turns = 0;
  std::vector<std::jthread> threads;
  for (int t = 0; t < 6; ++t)
    threads.emplace_back([&, t] {
      DecodeMemory::Share share(memory);
      for (int i = 0; i < 200; ++i) {
        const int bytes = 10 + (7 * i + 13 * t) % 91;
        ASSERT_TRUE(share.take(static_cast<size_t>(bytes)));
        const int now = taken += bytes;
        for (int old = most; old < now && !most.compare_exchange_weak(old, now);) {
        }
        taken -= bytes;
        ++turns;
        if (i % 3) share.give_back();  // else take() does
      }
    });
  threads.clear();
  EXPECT_EQ(turns, 6 * 200);
  EXPECT_LE(most, 100);
}

TEST(DecodeMemory, MoreThanThereIsOfAllIsRefused) {
  DecodeMemory memory(100);
  DecodeMemory::Share share(memory), other(memory);
  EXPECT_TRUE(share.take(100));
  EXPECT_FALSE(share.take(101));
  EXPECT_TRUE(other.take(100));  // nothing was kept
}

// Refused before it is allocated; a run-time error, since another machine may have more memory.
TEST(DecodeMemory, AnImageSaysWhatItNeeds) {
  DecodeMemory memory(10 << 20);
  DecodeMemory::Share share(memory);
  Image image;
  const std::string file = "P5 4000 4000 255\n" + std::string(16'000'000, 'x');
  try {
    decode_image(std::as_bytes(std::span(file)), image, kMaxPixels, &share);
    ADD_FAILURE();
  } catch (const Error& e) {
    EXPECT_EQ(e.kind(), ErrorKind::run_time);
    EXPECT_STREQ(e.what(),
                 "needs more memory than is available: 4000x4000 pixels take up to 62 MiB, and images may "
                 "take 10 MiB; leave this image out");
  }
  EXPECT_TRUE(image.rgb.empty());
  const std::string small = encode_ppm({4, 4, std::vector<uint8_t>(48, 7)});
  decode_image(std::as_bytes(std::span(small)), image, kMaxPixels, &share);
  EXPECT_EQ(image.width, 4);
}

}  // namespace
}  // namespace fxe::test
