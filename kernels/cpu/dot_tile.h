// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

// The inner loop (GEMM micro-kernel) of convolutions and fully connected layers on CPUs with AVX-512: a few
// rows of inputs times a panel of weights, held in registers. On other CPUs dot_tile_works() is false and
// there is no such kernel.
namespace fxe {

inline constexpr int kDotTileRows = 12;
inline constexpr int kDotTileColumns = 64;  // in a panel of weights; a matrix's last panel may have fewer

// For row j < rows and column k < columns:
//   y[j * y_step + k] = clip(bias[k] + sum over t < taps, i < run of x[t * rows + j][i] * w[t * run + i][k]
//                            + residual[j * y_step + k])
// or, if it continues, with y[j * y_step + k] instead of the bias.
// The sum is taken in that order, in fp32 with one rounding per product and addition: the result does not
// depend on how rows are put into tiles. clip(v) = min(max(v, low), high), and NaN for NaN.
struct DotTileCpu {
  const float* const* x;  // [taps][rows]: where a row's values under a tap begin
  int rows;               // 1 to kDotTileRows
  int64_t taps, run;
  const void* weights;  // a panel [taps * run][panel_columns(columns)], 64-byte aligned
  bool bf16_weights;
  // What will be read next: prefetched into the second-level cache, evenly spread over the work.
  const void* next;
  int64_t next_bytes;
  int columns;            // 1 to kDotTileColumns
  const float* bias;      // [panel_columns(columns)]; zeros if there is none
  const float* residual;  // nullptr: none; may be y
  float* y;
  int64_t y_step;  // in floats
  float low, high;
  bool continues = false;
};

bool dot_tile_works();  // on this processor
void dot_tile(const DotTileCpu&);

constexpr int panel_columns(int columns) { return (columns + 15) / 16 * 16; }

// Where column k of a row of a bf16 panel of `width` columns lies: 16 columns and the 16 after them share 16
// words of 32 bits, so that both expand to vectors without a shuffle. fp32 panels are in order.
constexpr int packed_bf16_column(int k, int width) {
  const int pair = k / 32 * 32;
  return pair + 16 < width ? pair + 2 * (k % 16) + k / 16 % 2 : k;
}

}  // namespace fxe
