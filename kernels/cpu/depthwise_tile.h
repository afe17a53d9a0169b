// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// The inner loop of depthwise convolutions on CPUs with AVX-512, for processors where dot_tile_works().
namespace fxe {

inline constexpr int kDepthwiseTileRows = 6;  // 12 sums of 16 floats hide each other's latency

// For pixel j < rows and channel c < channels:
//   y[j * channels + c] = clip(bias[c] + sum over t < taps of x[t * rows + j][c] * w[t * channels + c])
// in that order, in fp32 with one rounding per product and addition. clip(v) = min(max(v, low), high), and
// NaN for NaN.
struct DepthwiseTileCpu {
  const float* const* x;  // [taps][rows]: the channels of the pixel under a tap
  int rows;               // 1 to kDepthwiseTileRows
  int64_t taps, channels;
  const float* weights;  // [taps][channels]
  const float* bias;     // [channels]
  float* y;
  float low, high;
};

void depthwise_tile(const DepthwiseTileCpu&);

}  // namespace fxe
