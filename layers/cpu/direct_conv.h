// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "layers/cpu/clip.h"
#include "layers/cpu/conv_pieces.h"
#include "layers/cpu/weight_panels.h"
#include "layers/cpu/windows.h"

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
  static constexpr int64_t kMostTaps = 128;  // of a window (windows.h)
  // And groups are wide enough to fill its vectors.
  static bool fits(const Conv2d&, int64_t channels);

  // x: [n c h w], y: [n k p q]; `y_step`: floats from a pixel of y to the next, 0: k. Throws run_time for
  // windows of more than kMostTaps.
  DirectConv(const Conv2d&, const Shape& x, const Shape& y, bool bf16_weights = false, int64_t y_step = 0);

  const WeightPanels& panels() const { return panels_; }
  // A bias [k] as run() reads it: per panel, zeros behind the last column. Empty: zeros.
  std::vector<float> padded_bias(const std::vector<float>& bias) const;

  struct Operands {
    RowsAt<const float> x;     // [n h w c]
    const std::byte* weights;  // by panels().pack()
    const float* bias;         // by padded_bias()
    const float* residual;     // nullptr: none; as y, may be y
    RowsAt<float> y;           // [n p q y_step], of which k
  };
  void run(const Operands&, Workers&) const;  // where every row is there
  // Rows first to last - 1 of y, on this thread. Not in groups.
  void run_rows(const Operands&, int64_t first, int64_t last) const;

 private:
  struct Ahead {
    const std::byte* at = nullptr;
    int64_t bytes = 0;
    // Of `parts` of whole cache lines.
    Ahead part(int64_t i, int64_t parts) const {
      const int64_t first = bytes / 64 * i / parts * 64, last = bytes / 64 * (i + 1) / parts * 64;
      return {at + first, last - first};
    }
  };
  struct Taps {
    int64_t first, last;
  };
  struct Tile {
    int64_t pixel, y_pixel;  // the first of it, and where that lies in y
    int rows;                // of the tile: pixels
  };
  // Found once: each would take some divisions, as long as a thin tile takes.
  struct Panel {
    int64_t group = 0, column = 0;  // its first
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
  std::vector<Panel> panels_at_;  // then their end
  ConvPieces pieces_;
  Clip clip_;
};

}  // namespace fxe::cpu
