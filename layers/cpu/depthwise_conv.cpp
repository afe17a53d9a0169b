// SPDX-License-Identifier: Apache-2.0
#include "layers/cpu/depthwise_conv.h"

#include <algorithm>

#include "kernels/cpu/depthwise_tile.h"
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

void DepthwiseConv::run(const Operands& o, Workers& workers) const {
  // A few microseconds of work.
  constexpr int64_t kPiece = 1 << 15;
  const int64_t pixels = windows_.pixels();
  const int64_t of_piece =
      std::max<int64_t>(kPiece / (kDepthwiseTileRows * windows_.taps() * op_.k), 1) * kDepthwiseTileRows;
  workers.run((pixels + of_piece - 1) / of_piece, [&](int64_t i) {
    const int64_t first = i * of_piece;
    run_pixels(o, first, std::min(first + of_piece, pixels), o.y.at + first * op_.k);
  });
}

void DepthwiseConv::run_rows(const Operands& o, int64_t first, int64_t last) const {
  const int64_t q = windows_.pixels_of_row();
  for (; first < last; ++first)
    run_pixels(o, first * q, (first + 1) * q, o.y.at + (first & o.y.mask) * q * op_.k);
}

// y: the first pixel.
void DepthwiseConv::run_pixels(const Operands& o, int64_t first, int64_t last, float* y) const {
  const float* under[DirectConv::kMostTaps * kDepthwiseTileRows];
  const int64_t pixels = last - first, tiles = (pixels + kDepthwiseTileRows - 1) / kDepthwiseTileRows;
  for (int64_t tile = 0; tile < tiles; ++tile) {
    const int64_t at = tile * pixels / tiles;
    const auto rows = static_cast<int>((tile + 1) * pixels / tiles - at);
    windows_.find(o.x, first + at, rows, under);
    float* const to = y + at * op_.k;
    depthwise_tile({.x = under,
                    .rows = rows,
                    .taps = windows_.taps(),
                    .channels = op_.k,
                    .weights = o.weights,
                    .bias = o.bias,
                    .y = to,
                    .low = clip_.low,
                    .high = clip_.high});
    if (!clip_.is_all) apply_to_rows(op_.act, to, 1, static_cast<int>(rows * op_.k), 0);
  }
}

}  // namespace fxe::cpu
