// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/depthwise_conv.h"

#include <algorithm>

#include "kernels/depthwise_tile_cpu.h"
#include "layers/cpu/apply.h"
#include "layers/cpu/direct_conv.h"

namespace fxe::cpu {

bool DepthwiseConv::fits(const Conv2d& op, int64_t channels) {
  return DirectConv::works() && op.groups == channels && op.k == channels && !op.add_residual &&
         op.filter.h * op.filter.w <= DirectConv::kMostTaps;
}

DepthwiseConv::DepthwiseConv(const Conv2d& op, const Shape& x, const Shape& y)
    : op_(op), windows_(op, x, y), clip_(Clip::of(op.act)) {}

std::vector<float> DepthwiseConv::ordered(const std::vector<float>& weights) const {
  const auto taps = static_cast<size_t>(op_.filter.h * op_.filter.w), channels = weights.size() / taps;
  std::vector<float> to(weights.size());
  for (size_t c = 0; c < channels; ++c)
    for (size_t t = 0; t < taps; ++t) to[t * channels + c] = weights[c * taps + t];
  return to;
}

void DepthwiseConv::run(const float* x, const float* weights, const float* bias, float* y,
                        Workers& workers) const {
  // A few microseconds of work at a time.
  constexpr int64_t kPiece = 1 << 15;
  const int64_t pixels = windows_.pixels(), taps = windows_.taps();
  const int64_t tiles = (pixels + kDepthwiseTileRows - 1) / kDepthwiseTileRows;
  const int64_t of_piece = std::max<int64_t>(kPiece / (kDepthwiseTileRows * taps * op_.k), 1);
  workers.run((tiles + of_piece - 1) / of_piece, [&](int64_t piece) {
    const float* under[DirectConv::kMostTaps * kDepthwiseTileRows];
    for (int64_t tile = piece * of_piece; tile < std::min((piece + 1) * of_piece, tiles); ++tile) {
      const int64_t pixel = tile * pixels / tiles;
      const auto rows = static_cast<int>((tile + 1) * pixels / tiles - pixel);
      windows_.find(x, pixel, rows, under);
      float* const to = y + pixel * op_.k;
      depthwise_tile({.x = under,
                      .rows = rows,
                      .taps = taps,
                      .channels = op_.k,
                      .weights = weights,
                      .bias = bias,
                      .y = to,
                      .low = clip_.low,
                      .high = clip_.high});
      if (!clip_.is_all) apply_to_rows(op_.act, to, 1, static_cast<int>(rows * op_.k), 0);
    }
  });
}

}  // namespace fxe::cpu
