// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "kernels/nhwc/channels.h"

#include "kernels/nhwc/pad.h"
#include "kernels/nhwc/shuffle.h"
#include "kernels/nhwc/slice.h"
#include "tests/kernels/nhwc_fixture.h"

namespace fxe::test {
namespace {

TEST_P(NhwcKernels, PlacesChannels) {
  const Image a = image("a", 2, 5, 4, 3), b = image("b", 2, 6, 4, 3), full = image("full", 2, 8, 4, 3);
  const auto end = static_cast<int>(stored_channels(type(), 11));
  expect_exact(
      Image(type(), 2, 11, 4, 3),
      [&](Queue& q, const NhwcTensor& y) {
        launch_nhwc_place_channels(q, a.tensor(), {.first = 0, .from = 0, .to = 5}, y);
        launch_nhwc_place_channels(q, b.tensor(), {.first = 5, .from = 5, .to = end}, y);
      },
      [&](int64_t n, int64_t c, int64_t h, int64_t w) {
        return c < 5 ? a.at(n, c, h, w) : b.at(n, c - 5, h, w);
      });
  expect_exact(
      Image(type(), 2, 3 + 8 + 2, 2, 2),
      [&](Queue& q, const NhwcTensor& y) {
        const ChannelPlace place{
            .stride_h = 2, .stride_w = 2, .first = 3, .from = 0, .to = static_cast<int>(y.stored_c)};
        launch_nhwc_place_channels(q, full.tensor(), place, y);
      },
      [&](int64_t n, int64_t c, int64_t h, int64_t w) {
        return c < 3 || c >= 11 ? 0.0f : full.at(n, c - 3, h * 2, w * 2);
      });
}

// As ONNX exports it: reshape to [groups, c / groups], transpose, reshape.
TEST_P(NhwcKernels, ShufflesExchangeGroups) {
  for (const auto& [c, groups] :
       {std::array<int64_t, 2>{16, 2}, {24, 3}, {58, 2}, {21, 3}, {21, 7}, {13, 1}, {13, 13}}) {
    const Image x = image("x", 2, c, 3, 2);
    std::vector<int64_t> from;
    for (int64_t i = 0; i < c / groups; ++i)
      for (int64_t g = 0; g < groups; ++g) from.push_back(g * (c / groups) + i);
    expect_exact(
        Image(type(), 2, c, 3, 2),
        [&, groups = groups](Queue& q, const NhwcTensor& y) {
          launch_nhwc_shuffle(q, x.tensor(), static_cast<int>(groups), y);
        },
        [&](int64_t n, int64_t ic, int64_t h, int64_t w) {
          return x.at(n, from[static_cast<size_t>(ic)], h, w);
        });
  }
}

TEST_P(NhwcKernels, SlicesStartAnywhere) {
  const Image x = image("x", 2, 29, 3, 2);
  for (const auto& [first, count] :
       {std::array<int64_t, 2>{0, 29}, {0, 5}, {8, 16}, {8, 21}, {16, 1}, {4, 8}, {3, 16}, {13, 16}, {28, 1}})
    expect_exact(
        Image(type(), 2, count, 3, 2),
        [&, first = first](Queue& q, const NhwcTensor& y) {
          launch_nhwc_slice(q, x.tensor(), static_cast<int>(first), y);
        },
        [&, first = first](int64_t n, int64_t c, int64_t h, int64_t w) { return x.at(n, first + c, h, w); });
}

TEST_P(NhwcKernels, PadsWithZeros) {
  for (const int64_t c : {3, 16, 21}) {
    const int64_t h = 3, w = 4;
    const Image x = image("x", 2, c, h, w);
    for (const auto& [top, left, bottom, right] :
         {std::array<int64_t, 4>{1, 1, 1, 1}, {0, 0, 1, 2}, {2, 0, 0, 0}, {0, 3, 0, 0}, {0, 0, 0, 0}})
      expect_exact(
          Image(type(), 2, c, top + h + bottom, left + w + right),
          [&, top = top, left = left](Queue& q, const NhwcTensor& y) {
            launch_nhwc_pad(q, x.tensor(), static_cast<int>(top), static_cast<int>(left), y);
          },
          [&, top = top, left = left](int64_t n, int64_t ic, int64_t ih, int64_t iw) {
            const bool inside = ih >= top && ih < top + h && iw >= left && iw < left + w;
            return inside ? x.at(n, ic, ih - top, iw - left) : 0.0f;
          });
  }
}

}  // namespace
}  // namespace fxe::test
