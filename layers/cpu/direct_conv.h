// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "layers/cpu/clip.h"
#include "layers/cpu/conv_pieces.h"
#include "layers/cpu/weight_panels.h"
#include "layers/cpu/windows.h"

namespace fxe::cpu {

// A convolution of channels-last images on kernels/cpu/dot_tile.h: tiles of up to 12 output pixels times
// panels of 64 output channels, with each sum in a register from its first product to its last. Pixels
// outside the image are read from a row of zeros; the input is not copied.
//
// Results have the same bits for any batch, tiling and number of threads.
class DirectConv {
 public:
  // Whether this processor can run the kernel. False too if ONEDNN_MAX_CPU_ISA, oneDNN's environment
  // variable, excludes AVX-512: tests use it to see what other processors do.
  static bool works();
  static constexpr int64_t kMostTaps = 128;  // in a window (windows.h)
  // Whether it works() and groups are wide enough to fill its vectors.
  static bool fits(const Conv2d&, int64_t channels);

  // x: [n c h w], y: [n k p q]; `y_step`: floats from a pixel of y to the next, 0: k. Throws run_time for
  // windows of more than kMostTaps taps.
  DirectConv(const Conv2d&, const Shape& x, const Shape& y, bool bf16_weights = false, int64_t y_step = 0);

  const WeightPanels& panels() const { return panels_; }
  // A bias [k] as run() reads it: per panel, padded with zeros. Empty: zeros.
  std::vector<float> padded_bias(const std::vector<float>& bias) const;

  struct Operands {
    RowsAt<const float> x;     // [n h w c]
    const std::byte* weights;  // from panels().pack()
    const float* bias;         // from padded_bias()
    const float* residual;     // laid out as y, and may be y; nullptr: none
    RowsAt<float> y;           // [n p q y_step], the first k of them written
  };
  void run(const Operands&, Workers&) const;  // when every row is there
  // Rows first to last - 1 of y, on this thread. Not for groups.
  void run_rows(const Operands&, int64_t first, int64_t last) const;

 private:
  struct Ahead {
    const std::byte* at = nullptr;
    int64_t bytes = 0;
    // The ith of `parts`, in whole cache lines.
    Ahead part(int64_t i, int64_t parts) const {
      const int64_t first = bytes / 64 * i / parts * 64, last = bytes / 64 * (i + 1) / parts * 64;
      return {at + first, last - first};
    }
  };
  struct Taps {
    int64_t first, last;
  };
  struct Tile {
    int64_t pixel, y_pixel;  // the first pixel, and where it lies in y
    int rows;                // pixels of the tile
  };
  // Computed once: the divisions would take as long as a thin tile.
  struct Panel {
    int64_t group = 0, column = 0;  // the first column
    int columns = 0;
    size_t offset_bytes = 0;
  };
  Tile tile_at(int64_t tile) const;
  void run_whole(const Operands&, const ConvPieces::Piece&) const;
  void run_in_blocks(const Operands&, const ConvPieces::Piece&) const;
  void run_tile(const Operands&, const Tile&, size_t panel, const Taps&, const float* const* x, Ahead) const;
  int64_t bytes_of_taps(size_t panel, int64_t taps) const;
  Ahead block_ahead(const std::byte* weights, size_t panel, const Taps&, const ConvPieces::Piece&) const;
  Ahead weights_ahead(const std::byte* weights, int64_t tile, size_t panel, const ConvPieces::Piece&) const;

  Conv2d op_;
  Windows windows_;
  int64_t y_step_;
  int64_t blocks_;
  WeightPanels panels_;
  std::vector<Panel> panels_at_;  // followed by their end
  ConvPieces pieces_;
  Clip clip_;
};

}  // namespace fxe::cpu
