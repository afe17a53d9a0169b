// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "engine/shape.h"
#include "layers/cpu/weight_panels.h"
#include "layers/op.h"

namespace fxe::cpu {

// A convolution of channels-last images on kernels/dot_tile_cpu.h: output pixels in tiles of up to 12 times
// panels of 64 output channels, each sum held in registers from its first product to its last. Pixels outside
// the image are read from a row of zeros; the input is not copied.
//
// Results have the same bits whatever the batch, the tiles and the number of threads.
class DirectConv {
 public:
  // Whether this processor has the kernel. No, too, where oneDNN is told to do without AVX-512 (its
  // environment variable ONEDNN_MAX_CPU_ISA): so tests see what other processors do.
  static bool works();
  // And groups are wide enough to fill its vectors.
  static bool fits(const Conv2d&, int64_t channels);

  // x: [n c h w], y: [n k p q].
  DirectConv(const Conv2d&, const Shape& x, const Shape& y, bool bf16_weights = false);

  const WeightPanels& panels() const { return panels_; }
  // A bias [k] as run() reads it: per panel, zeros behind the last column. Empty: zeros.
  std::vector<float> padded_bias(const std::vector<float>& bias) const;

  struct Operands {
    const float* x;            // [n h w c]
    const std::byte* weights;  // by panels().pack()
    const float* bias;         // by padded_bias()
    const float* residual;     // nullptr: none; [n p q k], may be y
    float* y;                  // [n p q k]
  };
  void run(const Operands&, Workers&) const;

 private:
  struct Piece {
    int64_t first_tile, last_tile, first_panel, last_panel;
  };
  void run_tile(const Operands&, int64_t tile, const Piece&) const;
  std::pair<size_t, int64_t> next_weights(int64_t tile, int64_t panel) const;
  void find_rows(const float* x, int64_t pixel, int rows, const float** to) const;

  Conv2d op_;
  int64_t h_, w_, c_, p_, q_;
  WeightPanels panels_;
  int64_t taps_w_;      // of a row of the filter: 1 where its values lie next to each other, as one run
  int64_t taps_, run_;  // of the sums of a tile
  int64_t pixels_, tiles_;
  int64_t tiles_of_piece_, panels_of_piece_;         // what a worker does at a time
  std::shared_ptr<const std::vector<float>> zeros_;  // [c]
  float low_, high_;
};

}  // namespace fxe::cpu
